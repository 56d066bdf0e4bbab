//! The change log of an agent: what each release changed in an environment, component by component.

use schemars::JsonSchema;
use serde::Serialize;

use super::ledger::{Recorded, Removal};
use crate::artifact::{ComponentChange, TupleRecord, component_changes};
use crate::model::{AgentName, Digest, EnvironmentName, Timestamp, Version};

/// One release, and what it changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LoggedRelease {
    /// The agent.
    pub agent: AgentName,
    /// Where it was released.
    pub environment: EnvironmentName,
    /// Its label.
    pub version: Version,
    /// Its tuple's id.
    pub tuple: Digest,
    /// The commit of the environment's branch.
    pub commit: String,
    /// When it was recorded.
    pub time: Timestamp,
    /// Who did it.
    pub by: String,
    /// The environment that it was promoted from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promoted_from: Option<EnvironmentName>,
    /// The label of the release that a rollback brought back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brought_back: Option<Version>,
    /// Against what.
    pub compared: Compared,
    /// What differs in the tuple; nothing where values or the environment alone did.
    pub components: Vec<ComponentChange>,
}

/// What the changes of a release are taken against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Compared {
    /// The release before it.
    Before,
    /// Nothing: it is the first there.
    First,
    /// Not known: the record of one of the two cannot be read.
    Unknown,
    /// The release before it, after which there is none: the agent left the environment.
    Removed,
}

/// The releases of an agent in an environment, the latest first, and where it left; each release comes with its record where
/// that can be read.
pub fn change_log(
    agent: &AgentName,
    environment: &EnvironmentName,
    releases: &[(Recorded, Option<TupleRecord>)],
    removals: &[Removal],
) -> Vec<LoggedRelease> {
    let before = std::iter::once(None).chain(releases.iter().map(|(_, record)| Some(record)));
    let mut log: Vec<LoggedRelease> = releases
        .iter()
        .zip(before)
        .map(|((release, record), before)| {
            let (compared, components) = match (before, record) {
                (None, _) => (Compared::First, Vec::new()),
                (Some(Some(before)), Some(record)) => (Compared::Before, differing(before, record)),
                (Some(_), _) => (Compared::Unknown, Vec::new()),
            };
            LoggedRelease {
                agent: agent.clone(),
                environment: environment.clone(),
                version: release.release.version.clone(),
                tuple: release.release.tuple,
                commit: release.release.commit.clone(),
                time: release.time,
                by: release.by.clone(),
                promoted_from: release.promoted_from.as_ref().map(|from| from.environment.clone()),
                brought_back: release.brought_back.as_ref().map(|name| name.version.clone()),
                compared,
                components,
            }
        })
        .collect();
    for removal in removals.iter().rev().filter(|removal| removal.after <= releases.len()) {
        let logged = LoggedRelease {
            agent: agent.clone(),
            environment: environment.clone(),
            version: removal.release.version.clone(),
            tuple: removal.release.tuple,
            commit: removal.release.commit.clone(),
            time: removal.time,
            by: removal.by.clone(),
            promoted_from: None,
            brought_back: None,
            compared: Compared::Removed,
            components: Vec::new(),
        };
        log.insert(removal.after, logged);
    }
    log.reverse();
    log
}

/// The label stands beside the changes.
fn differing(before: &TupleRecord, after: &TupleRecord) -> Vec<ComponentChange> {
    let mut changes = component_changes(Some(before), Some(after));
    changes.retain(|change| change.component != "version");
    changes
}

impl LoggedRelease {
    /// What it changed, line by line, digests by their first digits.
    pub fn lines(&self) -> Vec<String> {
        match self.compared {
            Compared::First => vec!["the first release here".to_owned()],
            Compared::Unknown => vec!["what changed is not known: a record cannot be read".to_owned()],
            Compared::Removed => vec!["the agent left the environment".to_owned()],
            Compared::Before if self.components.is_empty() => vec!["values or the environment alone".to_owned()],
            Compared::Before => self.components.iter().map(line).collect(),
        }
    }

    /// Where it came from, in a few words.
    pub fn origin(&self) -> String {
        match (&self.brought_back, &self.promoted_from) {
            (Some(version), _) => format!("rolled back to {version}"),
            (None, Some(from)) => format!("from {from}"),
            (None, None) => String::new(),
        }
    }
}

fn line(change: &ComponentChange) -> String {
    let short = |value: &Option<String>| {
        let value = value.as_ref()?;
        Some(Digest::parse(value).map_or_else(|| value.clone(), |digest| format!("sha256:{}…", digest.short())))
    };
    let short = ComponentChange {
        before: short(&change.before),
        after: short(&change.after),
        ..change.clone()
    };
    short.to_string()
}
