//! Cases that fail on the base as they do now: no change is to blame for them.

use std::collections::{BTreeMap, BTreeSet};

use indicatif::ProgressBar;
use lockstep::model::{AgentName, FileTree, Finding};
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
    let failing = evaluated.findings.iter().filter(|finding| is_failure(finding));
    let failing: BTreeSet<AgentName> = failing.filter_map(agent).collect();
    let had = failing.iter().filter(|agent| before.agents.contains_key(*agent));
    let had: Vec<String> = had.map(AgentName::to_string).collect();
    if had.is_empty() {
        return Ok(Vec::new());
    }
    let files = base.files_of(context, &had)?;
    let there = context.elsewhere(&files)?;
    let report = evaluate::of_loaded(&there, evaluate::Args::of(&had), earlier, &ProgressBar::hidden())?;
    let stood: BTreeSet<(&str, &str)> = report
        .findings
        .iter()
        .filter(|one| is_failure(one))
        .map(words)
        .collect();
    let mut known = BTreeSet::new();
    for finding in evaluated.findings.iter().filter(|one| stood.contains(&words(one))) {
        if is_same_case(context, finding, &files)? {
            known.insert(finding.clone());
        }
    }
    let verdicts = evaluated.findings.iter().filter(|one| stood.contains(&words(one)));
    let verdicts: Vec<Finding> = verdicts
        .filter(|one| is_explained(one, evaluated, &known))
        .cloned()
        .collect();
    known.extend(verdicts);
    let is_known = |finding: &mut Finding| known.contains(finding);
    Ok(evaluated.findings.extract_if(.., is_known).collect())
}

/// Whether this is a failing case whose text is the same on the base.
fn is_same_case(context: &Context, finding: &Finding, base: &FileTree) -> Result<bool, Failure> {
    let (file, _) = words(finding);
    let Some(id) = evaluate::failed_case(finding) else {
        return Ok(false);
    };
    let here = context.files.read(&context.root()?.join(file))?;
    let before = base.get(file).and_then(|bytes| case(bytes, id));
    Ok(before.is_some() && here.and_then(|bytes| case(&bytes, id)) == before)
}

/// Whether this is a verdict for which there is no other reason than the known cases: of many that fail, some are not
/// listed, and any of them may be new.
fn is_explained(verdict: &Finding, evaluated: &Evaluated, known: &BTreeSet<Finding>) -> bool {
    let Some(agent_name) = agent(verdict).filter(|_| verdict.rule == "failed-evaluation") else {
        return false;
    };
    let of_agent = |finding: &&Finding| agent(finding).as_ref() == Some(&agent_name);
    let mut others = evaluated
        .findings
        .iter()
        .filter(of_agent)
        .filter(|other| *other != verdict);
    let listed = known.iter().filter(of_agent).count() as u64;
    others.all(|other| known.contains(other) || !other.is_error())
        && failed(&evaluated.evaluations).get(agent_name.as_str()) == Some(&listed)
}

fn is_failure(finding: &Finding) -> bool {
    ["failed-case", "failed-evaluation"].contains(&&*finding.rule)
}

/// Of which file a finding is, and what it says.
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
