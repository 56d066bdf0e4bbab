//! Files on an environment's branch that no release wrote, and that Argo CD may apply all the same.

use std::collections::BTreeSet;

use lockstep::model::{Finding, Severity};
use lockstep::release::EnvironmentPlan;
use lockstep::release::verify::unsigned_file;
use lockstep::workspace::layout::branch;

use super::run::{Branch, Run};
use crate::failure::Failure;
use crate::ports::{GitId, Repository};

/// What is to be said of them: a release leaves alone what it does not own, and `verify` refuses it.
pub(super) fn unsigned(run: &Run<'_>, plans: &[EnvironmentPlan], branches: &[Branch]) -> Result<Vec<Finding>, Failure> {
    let mut findings = Vec::new();
    for (plan, branch) in plans.iter().zip(branches) {
        let Some(tip) = branch.tip.commit() else {
            continue;
        };
        let commit = plan.commit.as_ref();
        let is_ours = |path: &String| commit.is_some_and(|commit| commit.files.contains_key(path));
        let environment = &plan.environment;
        for path in unknown(run.delivery, tip)?.into_iter().filter(|path| !is_ours(path)) {
            let place = format!("environment branch of {environment}:{path}");
            let mut finding = unsigned_file(environment, &path).in_file(place);
            finding.severity = Severity::Warning;
            findings.push(finding);
        }
    }
    Ok(findings)
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
    let known: BTreeSet<String> = units.flat_map(|unit| files(unit)).collect();
    there.retain(|path| !known.contains(path));
    Ok(there)
}

/// The files that a release may write of a unit.
fn files(unit: &str) -> [String; 8] {
    [
        branch::manifest(unit),
        branch::metadata(unit),
        branch::readme(unit),
        branch::argocd(unit),
        branch::tuple(unit),
        branch::inventory(unit),
        branch::bundle(unit),
        branch::provenance(unit),
    ]
}
