//! Where the cases of an agent stand, and what answers them.

use super::AGENTS;
use crate::model::AgentName;

/// `agents/<agent>/regression`: cases, recordings and mock.
pub fn regression(agent: &AgentName) -> String {
    format!("{AGENTS}/{agent}/regression")
}

/// `agents/<agent>/regression/cases`: the folder of the suites.
pub fn cases(agent: &AgentName) -> String {
    format!("{}/cases", regression(agent))
}

/// The files that a suite may stand in; one of them does.
pub fn suite_files(agent: &AgentName, suite: &str) -> [String; 3] {
    ["yaml", "yml", "json"].map(|ending| format!("{}/{suite}.{ending}", cases(agent)))
}

/// The suite in a file of that folder; nothing where the file is none.
pub fn suite(file: &str) -> Option<&str> {
    let (name, ending) = file.rsplit_once('.')?;
    (matches!(ending, "yaml" | "yml" | "json") && !name.contains('/')).then_some(name)
}

/// `agents/<agent>/regression/cassettes`: the folder of the cassettes.
pub fn cassettes(agent: &AgentName) -> String {
    format!("{}/cassettes", regression(agent))
}

/// `agents/<agent>/regression/cassettes/<suite>.jsonl`
pub fn cassette(agent: &AgentName, suite: &str) -> String {
    format!("{}/{suite}.jsonl", cassettes(agent))
}

/// `agents/<agent>/regression/mock.yaml`
pub fn mock(agent: &AgentName) -> String {
    format!("{}/mock.yaml", regression(agent))
}

/// Whether a folder of cases or recordings belongs at a path: what is found there as a file is a link, which is told.
pub(super) fn is_folder(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    matches!(
        parts[..],
        [AGENTS, _, "regression"] | [AGENTS, _, "regression", "cases" | "cassettes"]
    )
}
