//! Whom findings are about: a run that does not read an agent cannot find again what is wrong with it, but all that is the
//! environments' and the fleet's own.

use std::collections::{BTreeMap, BTreeSet};

use lockstep::model::{Digest, Finding};
use lockstep::policy::rules;
use lockstep::workspace::layout::{self, ENVIRONMENT_UNIT, Place};

/// Whom a finding is about.
enum Subject<'a> {
    /// An agent; whoever reads it finds it again.
    Agent(&'a str),
    /// What an environment has of its own.
    Environment(&'a str),
    /// Files that every run reads.
    Fleet,
    /// Units that do not fit together, which are remembered by themselves.
    Between,
}

/// Digests of what is told of environments, by name, and of the fleet.
pub(super) type Told = BTreeMap<String, String>;

/// What stands for the fleet where environments stand by name.
const FLEET: &str = "*";

/// The agents that findings are about, and what is told of no agent.
pub(super) fn subjects(findings: &[Finding]) -> (BTreeSet<&str>, Told) {
    let mut agents = BTreeSet::new();
    let mut own: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        match subject(finding) {
            Subject::Agent(agent) => {
                agents.insert(agent);
            }
            Subject::Environment(name) => own.entry(name).or_default().push(finding),
            Subject::Fleet => own.entry(FLEET).or_default().push(finding),
            Subject::Between => {}
        }
    }
    let digest = |(name, findings): (&str, Vec<&Finding>)| (name.to_owned(), Digest::of_json(&findings).hex());
    (agents, own.into_iter().map(digest).collect())
}

/// Whether a run over some environments tells what is told of one of these names.
pub(super) fn is_told_in<'a>(name: &str, mut environments: impl Iterator<Item = &'a str>) -> bool {
    name == FLEET || environments.any(|environment| environment == name)
}

/// Whether a finding is about units that do not fit together, which only a run knows that reads all of them.
pub(super) fn is_between(finding: &Finding) -> bool {
    rules::environment::RULES.iter().any(|rule| rule.id == finding.rule)
}

fn subject(finding: &Finding) -> Subject<'_> {
    if is_between(finding) {
        return Subject::Between;
    }
    let unit = finding.unit.as_ref().and_then(|unit| unit.split_once('/'));
    match unit {
        Some((environment, ENVIRONMENT_UNIT)) => Subject::Environment(environment),
        Some((_, agent)) => Subject::Agent(agent),
        None => {
            let file = finding.location.as_ref().map(|location| location.file.as_str());
            file.and_then(owner).map_or(Subject::Fleet, Subject::Agent)
        }
    }
}

/// The agent that a file is read for.
pub(super) fn owner(path: &str) -> Option<&str> {
    match path.strip_prefix("agents/") {
        Some(rest) => rest.split_once('/').map(|(agent, _)| agent),
        None => match layout::place(path) {
            Place::Values(_, agent) | Place::Release(_, agent) => Some(agent),
            _ => None,
        },
    }
}
