//! Generated files and pipelines that name the agents and environments of a fleet, written again when a new one comes.

use std::collections::BTreeMap;

use lockstep::model::FileTree;
use lockstep::reference;
use lockstep::workspace::Workspace;
use lockstep::workspace::scaffold::{CiService, Plan, new_pipeline, stale_pipelines};

use crate::context::Context;
use crate::failure::Failure;

/// What follows from a change of the fleet.
pub(super) struct Derived {
    /// Files that were as the tool makes them, as it makes them now.
    pub(super) plan: Plan,
    /// Commands that write those again which are as somebody else made them.
    pub(super) left: Vec<String>,
}

/// What follows from a change of the fleet. A file that nobody generated yet, or that somebody edited, is theirs.
pub(super) fn of(context: &Context, before: &Workspace, after: &Workspace) -> Result<Derived, Failure> {
    let root = context.root()?;
    let on_disk = |path: &String| context.files.read(&root.join(path));
    let mut plan = Plan::new();
    let mut left = Vec::new();
    let made = Made {
        before: reference::pages(before),
        after: reference::pages(after),
    };
    let mut is_kept = false;
    let mut is_stale = false;
    for (path, text) in &made.before {
        let there = on_disk(path)?;
        is_kept |= there.is_some();
        is_stale |= there.is_some_and(|there| there != text.as_bytes() && made.changes(path));
    }
    for (path, text) in made.changed() {
        let there = on_disk(path)?;
        if is_kept && there.as_deref() == made.before.get(path).map(String::as_bytes) {
            plan.insert(path.clone(), text.clone());
        }
    }
    if is_stale {
        left.push("cargo xtask generate".to_owned());
    }
    for service in CiService::ALL {
        let made = Made {
            before: new_pipeline(before, service),
            after: new_pipeline(after, service),
        };
        let mut edited = FileTree::default();
        for (path, text) in made.changed() {
            match on_disk(path)? {
                Some(there) if there == made.before[path].as_bytes() => drop(plan.insert(path.clone(), text.clone())),
                Some(there) => edited.insert(path.clone(), there),
                None => {}
            }
        }
        if !stale_pipelines(after, &edited).is_empty() {
            left.push(service.replacing());
        }
    }
    Ok(Derived { plan, left })
}

/// The same files before and after a change.
struct Made {
    before: BTreeMap<String, String>,
    after: BTreeMap<String, String>,
}

impl Made {
    fn changes(&self, path: &String) -> bool {
        self.before.get(path) != self.after.get(path)
    }

    fn changed(&self) -> impl Iterator<Item = (&String, &String)> {
        self.after.iter().filter(|(path, _)| self.changes(path))
    }
}
