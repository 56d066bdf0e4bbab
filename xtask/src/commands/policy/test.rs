//! `policy test`: whether every policy stops what it should, lets pass what it should, and whether anyone would notice.

use lockstep::model::Finding;
use lockstep::policy::admission::Resources;
use lockstep::policy::exercise::{Mutated, exercise, mutate};
use schemars::JsonSchema;
use serde::Serialize;

use super::super::judging::NO_POLICIES;
use super::read;
use crate::context::Context;
use crate::failure::Failure;
use crate::report::Report;

/// Judge the examples below `policies/tests/`, which show what each rule stops and lets pass.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Flip each clause of each policy as well, and list every change that no example notices.
    #[arg(long)]
    mutate: bool,
}

/// What the examples of policies came to.
#[derive(Serialize, JsonSchema)]
pub(super) struct Tested {
    /// How many policies there are.
    policies: usize,
    /// How many objects were judged as they should be.
    passed: usize,
    /// What became of changed policies.
    #[serde(skip_serializing_if = "Option::is_none")]
    mutants: Option<Mutated>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<Report, Failure> {
    let (tree, policies, mut findings) = read(context)?;
    let exercised = exercise(&tree, &policies);
    findings.extend(exercised.findings);
    let count = policies.iter().count();
    if count == 0 && !findings.iter().any(Finding::is_error) {
        findings.push(Finding::error("no-policies", "there is no policy, so nothing was tested").help(NO_POLICIES));
    }
    findings.sort();
    let mutants = args
        .mutate
        .then(|| mutate(&tree, &policies, &Resources::of_tree(&tree)));
    let mut text = format!(
        "{count} policies; {} objects were judged as they should be\n",
        exercised.passed
    );
    if let Some(mutants) = &mutants {
        text += &shown(mutants);
    }
    let answer = Tested {
        policies: count,
        passed: exercised.passed,
        mutants,
    };
    Ok(Report::new(answer, text).with_findings(findings, tree))
}

fn shown(mutated: &Mutated) -> String {
    let all = mutated.noticed + mutated.survivors.len();
    let share = if all == 0 {
        100.0
    } else {
        mutated.noticed as f64 * 100.0 / all as f64
    };
    let mut text = format!(
        "{} of {all} changes of policies were noticed ({share:.1} %)\n",
        mutated.noticed
    );
    for survivor in &mutated.survivors {
        text += &format!("  {} {}: {}\n", survivor.rule, survivor.expression, survivor.change);
    }
    text
}
