//! Reads `environments/trust.yaml`, of which rendering needs the keys that sign commits.

use std::collections::BTreeMap;

use serde_json::Value;

use super::files::FleetFile;
use super::{check, layout};
use crate::artifact::{CommitKey, Trust, TrustFile};
use crate::model::{AgentName, EnvironmentName, FileTree, Finding, Problem, suggestion};
use crate::yaml::{self, Positions};

/// Reads a trust file; whatever cannot be believed in it is a finding.
pub fn read_trust(path: &str, bytes: &[u8]) -> (TrustFile, Trust, Vec<Finding>) {
    let mut findings = Vec::new();
    let Some(file) = check::read::<TrustFile>(path, bytes, &mut findings) else {
        return (TrustFile::default(), Trust::default(), findings);
    };
    let (trust, mut problems) = Trust::of(&file);
    problems.extend(nobodies(&file));
    findings.extend(placed(path, bytes, problems));
    (file, trust, findings)
}

/// Agents that there can never be, for which a signer was to sign.
fn nobodies(file: &TrustFile) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, signer) in file.signers.iter().enumerate() {
        for (place, agent) in signer.agents.iter().flatten().enumerate() {
            if agent != layout::ENVIRONMENT_UNIT && AgentName::new(agent).is_err() {
                let pointer = format!("/signers/{index}/agents/{place}");
                let message = format!("`{agent}` is no agent's name, and names count letter by letter");
                problems.push(
                    Problem::error("invalid-value", pointer, message)
                        .help("leave `agents:` out for a signer of all agents"),
                );
            }
        }
    }
    problems
}

/// The keys that sign commits, by environment.
pub(super) fn commit_keys(
    tree: &FileTree,
    fleet: Option<&FleetFile>,
    findings: &mut Vec<Finding>,
) -> BTreeMap<EnvironmentName, Vec<CommitKey>> {
    let Some(bytes) = tree.get(layout::TRUST) else {
        return BTreeMap::new();
    };
    let (file, trust, more) = read_trust(layout::TRUST, bytes);
    findings.extend(more);
    findings.extend(
        fleet
            .into_iter()
            .flat_map(|fleet| unlisted(layout::TRUST, bytes, &file, fleet)),
    );
    trust.commits
}

/// Environments that a trust file names and the fleet does not list: somebody meant another one, perhaps.
fn unlisted(path: &str, bytes: &[u8], file: &TrustFile, fleet: &FleetFile) -> Vec<Finding> {
    let signers = file.signers.iter().enumerate().flat_map(|(index, signer)| {
        let named = signer.environments.iter().enumerate();
        named.map(move |(place, name)| (format!("/signers/{index}/environments/{place}"), name))
    });
    let commits = file.commits.keys().map(|name| (format!("/commits/{name}"), name));
    let freshness = file.freshness.keys().map(|name| (format!("/freshness/{name}"), name));
    let ledger = file.ledger.keys().map(|name| (format!("/ledger/{name}"), name));
    let named = signers.chain(commits).chain(freshness).chain(ledger);
    let problems = named
        .filter(|(_, name)| !fleet.environments.contains(name))
        .map(|(pointer, name)| {
            let known = fleet.environments.iter().map(|environment| environment.as_str());
            let help = match suggestion(name.as_str(), known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("take it out, or list it under `environments:` in `{}`", layout::FLEET),
            };
            let message = format!("the fleet does not list `{name}`");
            Problem::warning("unlisted-environment", pointer, message).help(help)
        });
    placed(path, bytes, problems.collect())
}

/// Problems at their lines.
fn placed(path: &str, bytes: &[u8], problems: Vec<Problem>) -> Vec<Finding> {
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    let positions = Positions::of(text).ok();
    let value = yaml::read_value(text).unwrap_or(Value::Null);
    let place = |problem: Problem| {
        let path_in_file = yaml::path_of_pointer(&value, &problem.pointer).unwrap_or_default();
        let (line, column) = positions
            .as_ref()
            .map_or((1, 1), |positions| positions.nearest(&path_in_file));
        problem.finding().at(path, line, column)
    };
    problems.into_iter().map(place).collect()
}
