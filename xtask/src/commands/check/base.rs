//! What a change is compared with: what the base has already is counted and not repeated.

use std::collections::BTreeSet;

use lockstep::model::{AgentName, Finding, FleetChange};
use lockstep::policy::By;
use lockstep::report::forget_known as forget;
use lockstep::workspace::{layout, retired};

use crate::commands::diff::trees;
use crate::commands::judging::{self, Judgement, UnitsArgs};
use crate::commands::parted::parted;
use crate::context::{Context, Source};
use crate::failure::Failure;
use crate::ports::GitId;

/// The commit that a change is compared with.
pub(super) struct Base {
    /// What the user calls it, as it was typed.
    pub(super) name: String,
    /// Where the history of that and ours parted: what came to it since is not ours.
    pub(super) commit: GitId,
}

impl Base {
    pub(super) fn find(context: &Context, name: &str) -> Result<Base, Failure> {
        Ok(Base {
            name: name.to_owned(),
            commit: parted(context, name, None)?,
        })
    }

    /// The base, judged as a whole.
    pub(super) fn judgement(&self, context: &Context) -> Result<Judgement, Failure> {
        let source = Source::Revision(self.commit.0.clone());
        judging::judge(context, &source, &UnitsArgs::default(), By::Everything)
    }

    /// The agents whose files differ, their cases and recorded answers among them, and those whose units do.
    pub(super) fn touched(&self, context: &Context, change: &FleetChange) -> Result<BTreeSet<AgentName>, Failure> {
        let repository = context.repository()?;
        let agents = |commit: &GitId| repository.folder(commit, layout::AGENTS);
        let (before, after) = (agents(&self.commit)?, agents(&repository.head()?.id)?);
        let differ = after.iter().filter(|(agent, id)| before.get(*agent) != Some(*id));
        let dirty = repository.dirty(&[layout::AGENTS])?;
        let dirty = dirty.iter().filter_map(|path| path.split('/').nth(1));
        let units = change.units.iter().map(|unit| unit.unit.as_str());
        let names = differ.map(|(agent, _)| agent.as_str()).chain(dirty).chain(units);
        Ok(names.filter_map(|name| AgentName::new(name).ok()).collect())
    }
}

/// Takes out what the base has too; returns how much that is.
pub(super) fn forget_known(judged: &mut Judgement, earlier: &Judgement) -> usize {
    forget(
        &mut judged.findings,
        &judged.loaded.tree,
        &earlier.findings,
        &earlier.loaded.tree,
    )
}

/// The same of models whose day has come, which the evaluation tells.
pub(super) fn forget_retired(
    findings: &mut Vec<Finding>,
    judged: &Judgement,
    earlier: &Judgement,
    today: &str,
) -> usize {
    let known = earlier.loaded.workspace.as_ref().map(|before| retired(before, today));
    let (tree, before) = (&judged.loaded.tree, &earlier.loaded.tree);
    known.map_or(0, |known| forget(findings, tree, &known, before))
}

/// What differs between the fleets of both; nothing where one of them cannot be read.
pub(super) fn change(
    earlier: &Judgement,
    judged: &Judgement,
    args: &UnitsArgs,
) -> Result<Option<FleetChange>, Failure> {
    let compared = trees(&earlier.loaded, &judged.loaded, &args.environment, &args.agent)?;
    Ok(compared.map(|trees| trees.compared.change))
}
