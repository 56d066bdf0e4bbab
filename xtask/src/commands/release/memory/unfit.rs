//! Warnings about units that do not fit together: a run that reads only some of them tells again what an earlier one found,
//! as long as nothing changed that it was found in.

use std::collections::BTreeMap;
use std::path::PathBuf;

use lockstep::model::{EnvironmentName, Finding, Severity};
use lockstep::workspace::Environment;
use lockstep::workspace::layout::ENVIRONMENT_UNIT;
use serde::{Deserialize, Serialize};

use super::super::run::Run;
use super::subject::is_between;
use super::{Between, Memory};
use crate::context::Context;
use crate::failure::Failure;

/// What was found in an environment, without the waivers that admitted it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Unfit {
    /// What every unit was rendered from and judged by: it decides the places of what environments have of their own.
    common: String,
    /// The digest of the facts in which it was found, those of neighbours included.
    facts: String,
    findings: Vec<Finding>,
}

/// What is remembered, by environment.
pub(super) type Found = BTreeMap<EnvironmentName, Unfit>;

/// What earlier runs found in these environments, as far as all that every unit shares is still the same.
pub(super) fn recall(context: &Context, run: &Run<'_>, environments: &[&Environment], common: &str) -> Found {
    let known = |environment: &&Environment| {
        // a file that cannot be read is a file that says nothing
        let bytes = context.files.read_own(&place(run, &environment.name)).ok().flatten()?;
        let unfit: Unfit = serde_json::from_slice(&bytes).ok()?;
        (unfit.common == common && !unfit.findings.is_empty()).then(|| (environment.name.clone(), unfit))
    };
    environments.iter().filter_map(known).collect()
}

impl Unfit {
    /// What it tells.
    pub(super) fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter()
    }

    /// Whether it holds still: the same facts, and each unit in question where it was.
    pub(super) fn holds(&self, memory: &Memory, environment: &EnvironmentName, facts: &str) -> bool {
        let is_same = |unit: &str| unit == ENVIRONMENT_UNIT || memory.knows(environment, unit);
        facts == self.facts
            && self
                .findings
                .iter()
                .all(|finding| unit_of(finding).is_some_and(is_same))
    }
}

/// Keeps what a run that read everything found between units; whether all of it can be told again without reading them.
pub(super) fn keep(between: &Between<'_>, memory: &Memory, findings: &[Finding]) -> Result<bool, Failure> {
    let found: Vec<&Finding> = findings.iter().filter(|finding| is_between(finding)).collect();
    // what is an error but for a waiver may become one again
    if found.iter().any(|finding| finding.severity != Severity::Warning) {
        return Ok(false);
    }
    let mut kept = Found::new();
    let mut told = 0;
    for plan in between.plans {
        let of_environment = |finding: &&&Finding| environment_of(finding) == Some(plan.environment.as_str());
        let findings: Vec<Finding> = found
            .iter()
            .filter(of_environment)
            .map(|finding| bare(finding))
            .collect();
        told += findings.len();
        let place = place(between.run, &plan.environment);
        if findings.is_empty() && between.context.files.read_own(&place)?.is_none() {
            continue;
        }
        // of some agents alone nobody asked whether the others fit
        let Some(facts) = between.facts_around(memory, &plan.environment)? else {
            return Ok(false);
        };
        let common = memory.common.clone();
        let unfit = Unfit {
            common,
            facts,
            findings,
        };
        kept.insert(plan.environment.clone(), unfit);
    }
    if told < found.len() {
        return Ok(false);
    }
    for (environment, unfit) in kept {
        let text = serde_json::to_vec(&unfit).expect("findings have string keys");
        let place = place(between.run, &environment);
        between.context.files.write(&place, &text)?;
    }
    Ok(true)
}

fn bare(finding: &Finding) -> Finding {
    Finding {
        waiver: None,
        ..finding.clone()
    }
}

fn unit_of(finding: &Finding) -> Option<&str> {
    Some(finding.unit.as_ref()?.split_once('/')?.1)
}

fn environment_of(finding: &Finding) -> Option<&str> {
    Some(finding.unit.as_ref()?.split_once('/')?.0)
}

fn place(run: &Run<'_>, environment: &EnvironmentName) -> PathBuf {
    run.repository
        .git_folder()
        .join(format!("lockstep/unfit/{environment}"))
}
