//! What a change is compared with: what the base has already is counted and not repeated.

use std::collections::BTreeSet;

use lockstep::model::{AgentName, EnvironmentName, FileTree, Finding, FleetChange};
use lockstep::policy::By;
use lockstep::release::{Blocked, Scope, TreeSide, between_trees};
use lockstep::report::forget_known as forget;
use lockstep::workspace::Workspace;
use lockstep::workspace::layout::{self, Place};

use super::sides;
use crate::commands::diff::trees;
use crate::commands::judging::{self, Found, Judgement, UnitsArgs, Watch};
use crate::commands::parted::{Parted, differing, parted};
use crate::context::{Context, Loaded};
use crate::failure::Failure;
use crate::ports::GitId;

/// The commit that a change is compared with.
pub(super) struct Base {
    /// What the user calls it, as it was typed.
    pub(super) name: String,
    /// Where the history of that and ours parted: what came to it since is not ours.
    pub(super) commit: GitId,
    /// What is to be said of that.
    pub(super) note: Option<String>,
    /// The paths at which the work tree may differ from it.
    paths: BTreeSet<String>,
}

impl Base {
    pub(super) fn find(context: &Context, name: &str) -> Result<Base, Failure> {
        let Parted { commit, note } = parted(context, name, None)?;
        Ok(Base {
            name: name.to_owned(),
            paths: differing(context, &commit, None)?,
            commit,
            note,
        })
    }

    /// The work tree and its base, judged: by the units that differ where the others cannot be concerned, else as a
    /// whole; of the base nothing where it is late.
    pub(super) fn judged(
        &self,
        context: &Context,
        units: &UnitsArgs,
        watch: &Watch<'_>,
    ) -> Result<(Judgement, Option<Judgement>), Failure> {
        if units.is_everything()
            && let Some(sides) = sides::part(context, &self.commit, &self.paths)?
            && let Some(found) = judging::of_change(context, sides.each_ref())?
        {
            return Ok(told(sides, found));
        }
        let sides = sides::whole(context, &self.commit, &self.paths)?;
        if units.is_everything()
            && let Some(found) = judging::of_change(context, sides.each_ref())?
        {
            return Ok(told(sides, found));
        }
        let [before, after] = sides;
        let later = judging::whole(context, after, units, By::Everything, watch)?;
        if (watch.is_late)() {
            return Ok((later, None));
        }
        watch.progress.set_message("checking the base");
        let earlier = judging::whole(context, before, &UnitsArgs::default(), By::Everything, watch)?;
        // what was not judged of the base would make everything new
        let is_whole = !(watch.is_late)();
        Ok((later, is_whole.then_some(earlier)))
    }

    /// Whether the change is at such a path.
    pub(super) fn touches(&self, is_such: impl Fn(&str) -> bool) -> bool {
        self.paths.iter().any(|path| is_such(path))
    }

    /// The paths at which the work tree may differ.
    pub(super) fn paths(&self) -> impl Iterator<Item = &String> {
        self.paths.iter()
    }

    /// How far the change reaches that judging goes by, the cases of agents among it.
    pub(super) fn scopes(&self) -> BTreeSet<Scope> {
        let is_judged = |path: &&String| layout::is_input(path) || matches!(layout::place(path), Place::Regression(_));
        let paths = self.paths.iter().filter(is_judged);
        paths.map(|path| Scope::of_path(path)).collect()
    }

    /// The paths of an agent's suites at which the work tree may differ.
    pub(super) fn suites(&self, agent: &AgentName) -> Vec<String> {
        let folder = format!("{}/", layout::cases(agent));
        let is_suite = |path: &&String| path.strip_prefix(&folder).and_then(layout::suite).is_some();
        self.paths.iter().filter(is_suite).cloned().collect()
    }

    /// The files of these agents as the base has them, and by which its tree is known.
    pub(super) fn files_of(&self, context: &Context, agents: &[String]) -> Result<FileTree, Failure> {
        let folders = agents.iter().map(|agent| format!("{}/{agent}/", layout::AGENTS));
        let roots: Vec<String> = folders.chain([layout::FLEET.to_owned()]).collect();
        let is_wanted = |path: &str| {
            let is_of = |root: &String| path.starts_with(root.as_str()) || root.starts_with(path);
            roots.iter().any(is_of)
        };
        context.repository()?.files(&self.commit, &is_wanted)
    }

    /// The agents whose files differ, their cases and recorded answers among them, and those whose units do; all of them
    /// where the fleet itself differs, or what is known of models.
    pub(super) fn touched(&self, change: &FleetChange, workspace: &Workspace) -> BTreeSet<AgentName> {
        if self.touches(|path| [layout::FLEET, layout::MODELS].contains(&path)) {
            return workspace.agents.keys().cloned().collect();
        }
        let folders = self
            .paths
            .iter()
            .filter_map(|path| path.strip_prefix(layout::AGENTS)?.strip_prefix('/'));
        let folders = folders.filter_map(|path| path.split('/').next());
        let units = change.units.iter().map(|unit| unit.unit.as_str());
        let known = |agent: &AgentName| workspace.agents.contains_key(agent) || workspace.unreadable.contains(agent);
        let named = folders.chain(units).filter_map(|name| AgentName::new(name).ok());
        named.filter(known).collect()
    }
}

/// What was found on both sides: after, then before.
fn told([before, after]: [Loaded; 2], [earlier, later]: [Found; 2]) -> (Judgement, Option<Judgement>) {
    (later.of(after), Some(earlier.of(before)))
}

/// Takes out what the base has too, and returns it.
pub(super) fn forget_known(judged: &mut Judgement, earlier: &Judgement) -> Vec<Finding> {
    forget(
        &mut judged.findings,
        &judged.loaded.tree,
        &earlier.findings,
        &earlier.loaded.tree,
    )
}

/// What differs between the fleets of both; nothing where one of them cannot be read.
pub(super) fn change(
    earlier: &Judgement,
    judged: &Judgement,
    args: &UnitsArgs,
) -> Result<Option<FleetChange>, Failure> {
    let sides = [earlier, judged].map(|side| side.loaded.workspace.as_ref());
    let ([Some(before), Some(after)], Some(part)) = (sides, &judged.part) else {
        let trees = trees(&earlier.loaded, &judged.loaded, &args.environment, &args.agent)?;
        return Ok(trees.map(|trees| trees.compared.change));
    };
    let blocked = Blocked::by(&[]);
    let [before, after] = [before, after].map(|workspace| TreeSide {
        workspace,
        engines: &part.engines,
        blocked: &blocked,
    });
    let environments = after.workspace.environments.iter();
    let environments: Vec<EnvironmentName> = environments.map(|environment| environment.name.clone()).collect();
    let mut change = between_trees(before, after, &environments, Some(&part.agents)).change;
    change.unchanged = judged.amount.sources + judged.amount.unchanged - change.units.len();
    Ok(Some(change))
}
