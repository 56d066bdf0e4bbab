//! The commit that a release makes on one environment branch.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::DryCommit;
use super::bundle::{Bundle, WriteContext, owned_paths};
use super::bundles::Bundles;
use super::ledger::Override;
use super::message::message;
use super::options::Tool;
use super::plan::{Change, EnvironmentInput, UnitChange};
use crate::model::{Digest, one_line};
use crate::workspace::Workspace;
use crate::workspace::layout::{ENVIRONMENT_UNIT, branch};

/// A commit to make on an environment branch.
#[derive(Clone, Debug)]
pub struct CommitPlan {
    /// Its message.
    pub message: String,
    /// Its number in the environment.
    pub sequence: u64,
    /// Paths to write, or to delete where there are no bytes; every other path stays as it is.
    pub files: BTreeMap<String, Option<Arc<[u8]>>>,
    /// The statement about each unit that is written, to be signed. Until then `files` deletes its signature.
    pub statements: BTreeMap<String, Arc<[u8]>>,
}

impl CommitPlan {
    /// Says in the message which checks a person set aside for all of it, and why.
    pub fn overridden(&mut self, overrides: &[Override], reason: &str) {
        for aside in overrides {
            let (check, message) = (&aside.check, one_line(&aside.message));
            self.message
                .push_str(&format!("Overridden: {ENVIRONMENT_UNIT}={check} {message}\n"));
        }
        if !overrides.is_empty() {
            let reason = one_line(reason);
            self.message
                .push_str(&format!("Override-reason: {ENVIRONMENT_UNIT}={reason}\n"));
        }
    }
}

/// The commit that writes the changed units of an environment, and its own.
pub(super) fn commit_plan(
    workspace: &Workspace,
    input: &EnvironmentInput<'_>,
    bundles: &Bundles,
    changes: &[UnitChange],
    dry: &DryCommit,
    tool: Tool,
) -> CommitPlan {
    let context = WriteContext {
        environment: input.environment,
        tool,
        dry,
        repo_url: &workspace.fleet.delivery.repo_url,
        sequence: input.branch.sequence + 1,
    };
    let written: Vec<&Bundle> = bundles
        .values()
        .flatten()
        .filter(|bundle| bundle.differs && bundle.unit != ENVIRONMENT_UNIT)
        .collect();
    let mut units = input.branch.listed.clone();
    let mut files: BTreeMap<String, Option<Arc<[u8]>>> = BTreeMap::new();
    let mut statements = BTreeMap::new();
    let new: Vec<_> = written
        .par_iter()
        .map(|bundle| {
            let (files, digests) = bundle.all_files(&context, BTreeMap::new());
            let previous = input.branch.listed.get(&bundle.unit).copied();
            let statement = bundle.statement(&context, &digests, previous);
            (files, Digest::of(&statement), statement)
        })
        .collect();
    for (bundle, (new, digest, statement)) in written.iter().zip(new) {
        units.insert(bundle.unit.clone(), digest);
        files.extend(changed(input, &bundle.unit, new));
        statements.insert(bundle.unit.clone(), Arc::from(statement));
    }
    for change in changes.iter().filter(|change| change.change == Change::Removed) {
        units.remove(&change.unit);
        files.extend(owned_paths(&change.unit).into_iter().map(|path| (path, None)));
    }
    if let Some(Some(own)) = bundles.get(ENVIRONMENT_UNIT) {
        let before = input.branch.units.get(ENVIRONMENT_UNIT);
        let outdated = before.into_iter().flat_map(|before| own.outdated(before));
        files.extend(outdated.map(|path| (path.clone(), None)));
        let (new, digests) = own.all_files(&context, units);
        let statement = own.statement(&context, &digests, input.branch.statement);
        files.extend(changed(input, ENVIRONMENT_UNIT, new));
        statements.insert(ENVIRONMENT_UNIT.to_owned(), Arc::from(statement));
    }
    for unit in statements.keys() {
        if input.branch.units.get(unit).is_some_and(|unit| unit.bundle.is_some()) {
            files.insert(branch::bundle(unit), None);
            files.insert(branch::provenance(unit), None);
        }
    }
    let message = message(
        dry,
        input.environment,
        context.repo_url,
        tool.version,
        changes,
        &written,
    );
    CommitPlan {
        message,
        sequence: context.sequence,
        files,
        statements,
    }
}

/// The files of a unit that the branch has not, or has otherwise, as far as they were read.
fn changed<'a>(
    input: &EnvironmentInput<'a>,
    unit: &'a str,
    files: BTreeMap<String, Arc<[u8]>>,
) -> impl Iterator<Item = (String, Option<Arc<[u8]>>)> + use<'a> {
    let before = input.branch.units.get(unit);
    let is_new = move |path: &str, bytes: &Arc<[u8]>| before.and_then(|before| before.file(unit, path)) != Some(bytes);
    let files = files.into_iter().filter(move |(path, bytes)| is_new(path, bytes));
    files.map(|(path, bytes)| (path, Some(bytes)))
}
