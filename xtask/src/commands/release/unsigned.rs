//! Files on an environment's branch that no release wrote, and that Argo CD may apply all the same.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use lockstep::model::{EnvironmentName, Finding, Severity};
use lockstep::release::verify::unsigned_file;
use lockstep::release::{EnvironmentPlan, owned_paths};
use lockstep::workspace::layout::branch;

use super::run::{Branch, Run};
use crate::context::Context;
use crate::failure::Failure;
use crate::ports::{GitId, Repository};

/// What is to be said of them: a release leaves alone what it does not own, and `verify` refuses it.
#[derive(Default)]
pub(super) struct Unsigned {
    pub(super) findings: Vec<Finding>,
    /// Branches without any, by the commit where that was seen: who goes on from there by a release needs no second look.
    without: BTreeMap<EnvironmentName, GitId>,
}

impl Unsigned {
    /// Looks for them on the branches of a run that nobody looked through yet.
    pub(super) fn find(
        context: &Context,
        run: &Run<'_>,
        plans: &[EnvironmentPlan],
        branches: &[Branch],
    ) -> Result<Unsigned, Failure> {
        let before = remembered(context, run);
        let mut found = Unsigned::default();
        for (plan, branch) in plans.iter().zip(branches) {
            let Some(tip) = branch.tip.commit() else {
                continue;
            };
            let environment = &plan.environment;
            let is_known = before.get(environment.as_str()) == Some(&tip.0);
            let unknown = if is_known {
                Vec::new()
            } else {
                unknown(run.delivery, tip)?
            };
            if unknown.is_empty() {
                found.without.insert(environment.clone(), tip.clone());
            }
            let commit = plan.commit.as_ref();
            let is_ours = |path: &String| commit.is_some_and(|commit| commit.files.contains_key(path));
            for path in unknown.into_iter().filter(|path| !is_ours(path)) {
                let place = format!("environment branch of {environment}:{path}");
                let mut finding = unsigned_file(environment, &path).in_file(place);
                finding.severity = Severity::Warning;
                found.findings.push(finding);
            }
        }
        Ok(found)
    }

    /// Keeps for the next run on which branches there are none, now that these commits are on them.
    pub(super) fn keep(
        mut self,
        context: &Context,
        run: &Run<'_>,
        plans: &[EnvironmentPlan],
        commits: &[Option<GitId>],
    ) -> Result<(), Failure> {
        for (plan, commit) in plans.iter().zip(commits) {
            if let (Some(commit), Some(tip)) = (commit, self.without.get_mut(&plan.environment)) {
                *tip = commit.clone();
            }
        }
        let before = remembered(context, run);
        let mut now = before.clone();
        let tips = self.without.into_iter();
        now.extend(tips.map(|(environment, tip)| (environment.to_string(), tip.0)));
        if now != before {
            let text: String = now
                .iter()
                .map(|(environment, tip)| format!("{environment} {tip}\n"))
                .collect();
            context.files.write(&memory(run), text.as_bytes())?;
        }
        Ok(())
    }
}

/// The branches that earlier runs looked through, each with its commit. A file that cannot be read says nothing.
fn remembered(context: &Context, run: &Run<'_>) -> BTreeMap<String, String> {
    let bytes = context.files.read_own(&memory(run)).ok().flatten().unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines = text.lines().filter_map(|line| line.split_once(' '));
    lines
        .map(|(environment, tip)| (environment.to_owned(), tip.to_owned()))
        .collect()
}

fn memory(run: &Run<'_>) -> PathBuf {
    run.repository.git_folder().join("lockstep/signed-files")
}

/// What stands on a branch, where units have their files, and is no file that a release writes.
fn unknown(delivery: &dyn Repository, tip: &GitId) -> Result<Vec<String>, Failure> {
    let mut folders = Vec::new();
    for root in [branch::APPS, branch::RECORDS] {
        let names = delivery.folder(tip, root)?.into_keys();
        folders.extend(names.map(|name| (root, name)));
    }
    let paths: Vec<String> = folders.iter().map(|(root, name)| format!("{root}/{name}")).collect();
    let entries = delivery.folders(tip, &paths)?;
    let mut there: Vec<String> = Vec::new();
    for (path, entries) in paths.into_iter().zip(entries) {
        match entries.is_empty() {
            // no folder, but a file where a unit's folder would be
            true => there.push(path),
            false => there.extend(entries.into_keys().map(|name| format!("{path}/{name}"))),
        }
    }
    let argocd = delivery.folder(tip, branch::ARGOCD)?.into_keys();
    // what the environment has there of its own a release takes away where it does not render it
    let argocd = argocd.filter(|name| !name.starts_with('_'));
    there.extend(argocd.map(|name| format!("{}/{name}", branch::ARGOCD)));
    let records = folders.iter().filter(|(root, _)| *root == branch::RECORDS);
    let all: BTreeSet<String> = there.iter().cloned().collect();
    let is_released = |unit: &&String| all.contains(&branch::inventory(unit));
    let units = records.map(|(_, unit)| unit).filter(is_released);
    let known: BTreeSet<String> = units.flat_map(|unit| owned_paths(unit)).collect();
    there.retain(|path| !known.contains(path));
    Ok(there)
}
