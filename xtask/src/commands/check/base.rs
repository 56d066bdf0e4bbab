//! What a change is compared with: what the base has already is counted and not repeated.

use std::collections::BTreeSet;

use lockstep::model::{AgentName, Finding, FleetChange};
use lockstep::policy::By;
use lockstep::report::forget_known as forget;
use lockstep::workspace::{layout, retired};

use crate::commands::diff::trees;
use crate::commands::judging::{self, Judgement, UnitsArgs};
use crate::commands::parted::parted;
use crate::context::{Context, Loaded, Source};
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

    /// A tree and its base, judged: by the units that differ where the others cannot be concerned, else as a whole; of
    /// the base nothing where it is late.
    pub(super) fn judged(
        &self,
        context: &Context,
        after: Loaded,
        units: &UnitsArgs,
        is_late: &dyn Fn() -> bool,
    ) -> Result<(Judgement, Option<Judgement>), Failure> {
        let before = context.load_with_judges(&Source::Revision(self.commit.0.clone()))?;
        if units.is_everything()
            && let Some([earlier, later]) = judging::of_change(context, [&before, &after])?
        {
            return Ok((later.of(after), Some(earlier.of(before))));
        }
        let later = judging::whole(context, after, units, By::Everything)?;
        if is_late() {
            return Ok((later, None));
        }
        let earlier = judging::whole(context, before, &UnitsArgs::default(), By::Everything)?;
        Ok((later, Some(earlier)))
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
    let compared = |agents: &[String]| -> Result<Option<FleetChange>, Failure> {
        let trees = trees(&earlier.loaded, &judged.loaded, &args.environment, agents)?;
        Ok(trees.map(|trees| trees.compared.change))
    };
    let Some(part) = &judged.part else {
        return compared(&args.agent);
    };
    let part: Vec<String> = part.iter().map(AgentName::to_string).collect();
    let change = if part.is_empty() { None } else { compared(&part)? };
    let mut change = change.unwrap_or_default();
    change.unchanged = judged.amount.sources + judged.amount.unchanged - change.units.len();
    Ok(Some(change))
}
