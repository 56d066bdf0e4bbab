//! Cases that fail on the base as they do now: no change is to blame for them.

use std::collections::{BTreeMap, BTreeSet};

use indicatif::ProgressBar;
use lockstep::model::{AgentName, Finding};
use lockstep::prompts::cases::{Case, Suite};
use lockstep::workspace::layout;
use lockstep::yaml;
use serde_json::Value;

use super::super::evaluate;
use super::Evaluated;
use super::base::Base;
use crate::context::{Context, Loaded};
use crate::failure::Failure;

/// Takes out of what was evaluated the cases that fail on the base with the same words and the same text, and the verdicts
/// that say nothing else; returns them. The base is evaluated only where something fails here.
pub(super) fn forget_known(
    context: &Context,
    base: &Base,
    earlier: &Loaded,
    evaluated: &mut Evaluated,
) -> Result<Vec<Finding>, Failure> {
    let Some(before) = &earlier.workspace else {
        return Ok(Vec::new());
    };
    let failing: BTreeSet<AgentName> = evaluated
        .findings
        .iter()
        .filter(|one| is_failure(one))
        .filter_map(agent)
        .collect();
    let failing: Vec<String> = failing
        .iter()
        .filter(|agent| before.agents.contains_key(*agent))
        .map(AgentName::to_string)
        .collect();
    if failing.is_empty() {
        return Ok(Vec::new());
    }
    let files = base.files_of(context, &failing)?;
    let there = context.elsewhere(&files)?;
    let report = evaluate::of_loaded(&there, evaluate::Args::of(&failing), earlier, &ProgressBar::hidden())?;
    let stood: BTreeSet<(&str, &str)> = report
        .findings
        .iter()
        .filter(|one| is_failure(one))
        .map(words)
        .collect();
    let is_same = |finding: &Finding| -> Result<bool, Failure> {
        let (file, message) = words(finding);
        let id = message
            .strip_prefix('`')
            .and_then(|rest| rest.split_once("` does not hold"));
        let Some((id, _)) = id.filter(|_| finding.rule == "failed-case" && stood.contains(&(file, message))) else {
            return Ok(false);
        };
        let here = context.files.read(&context.root()?.join(file))?;
        let before = files.get(file).and_then(|bytes| case(bytes, id));
        Ok(before.is_some() && here.and_then(|bytes| case(&bytes, id)) == before)
    };
    let mut known = BTreeSet::new();
    for finding in &evaluated.findings {
        if is_same(finding)? {
            known.insert(finding.clone());
        }
    }
    // where all that failed is listed and known, so is the verdict
    let failed = failed(&evaluated.evaluations);
    for finding in evaluated.findings.iter().filter(|one| one.rule == "failed-evaluation") {
        let of_agent = |other: &&Finding| agent(other) == agent(finding);
        let mut others = evaluated
            .findings
            .iter()
            .filter(of_agent)
            .filter(|other| *other != finding);
        let is_all = others.all(|other| known.contains(other) || !other.is_error());
        let listed = known
            .iter()
            .filter(of_agent)
            .filter(|one| one.rule == "failed-case")
            .count();
        let is_listed = agent(finding).is_some_and(|agent| failed.get(agent.as_str()) == Some(&(listed as u64)));
        if is_all && is_listed && stood.contains(&words(finding)) {
            known.insert(finding.clone());
        }
    }
    Ok(evaluated
        .findings
        .extract_if(.., |finding| known.contains(finding))
        .collect())
}

fn is_failure(finding: &Finding) -> bool {
    ["failed-case", "failed-evaluation"].contains(&&*finding.rule)
}

/// What a finding says, and of which file.
fn words(finding: &Finding) -> (&str, &str) {
    let file = finding.location.as_ref().map_or("", |location| &location.file);
    (file, &finding.message)
}

/// The agent in whose files a finding is.
fn agent(finding: &Finding) -> Option<AgentName> {
    let file = finding.location.as_ref()?.file.strip_prefix(layout::AGENTS)?;
    AgentName::new(file.strip_prefix('/')?.split('/').next()?).ok()
}

/// A case of a suite.
fn case(bytes: &[u8], id: &str) -> Option<Case> {
    let suite: Suite = yaml::read_typed(&String::from_utf8_lossy(bytes)).ok()?;
    suite.cases.into_iter().find(|case| case.id == id)
}

/// How many cases of each agent do not hold or could not be judged.
fn failed(evaluations: &[Value]) -> BTreeMap<&str, u64> {
    let count = |evaluation: &Value, name: &str| evaluation["summary"][name].as_u64().unwrap_or_default();
    let failed = |evaluation: &Value| count(evaluation, "failed") + count(evaluation, "errors");
    let agents = evaluations
        .iter()
        .filter_map(|one| Some((one["agent"].as_str()?, failed(one))));
    agents.collect()
}
