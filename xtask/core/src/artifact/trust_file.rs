//! `environments/trust.yaml` as it is written.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{EnvironmentName, Timestamp};

/// Who may sign releases. What stands here is all that is believed: no entry, no trust.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Trust")]
pub struct TrustFile {
    /// Keys and identities that may sign.
    #[serde(default)]
    pub signers: Vec<SignerEntry>,
    /// Environments whose commits must be signed too, by which keys of GPG or SSH.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub commits: BTreeMap<EnvironmentName, Vec<CommitSigner>>,
    /// How old the last release of an environment may be, days: an older branch may be one that somebody froze.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub freshness: BTreeMap<EnvironmentName, u32>,
    /// Environments whose events of the ledger count only where somebody who may has signed them: unsigned ones count by
    /// themselves where they only stop something, as a hold does.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ledger: BTreeMap<EnvironmentName, SignedLedger>,
    /// Who may sign container images.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<ImageSigner>,
}

/// What is asked of the events of an environment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignedLedger {
    /// A commit of the ledger's branch that somebody looked into, by its whole id: the events that it has need no
    /// signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
}

/// A key, or an identity that a certificate names, and what it may sign.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignerEntry {
    /// What people call it, for example `release-2026`.
    pub name: String,
    /// A P-256 public key in PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Instead of a key: the subject that a Fulcio certificate must have, letter by letter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
    /// With an identity: who must have vouched for it, for example `https://token.actions.githubusercontent.com`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// The environments that it may sign for.
    #[schemars(length(min = 1))]
    pub environments: Vec<EnvironmentName>,
    /// The agents that it may sign for; all where none are named. Every run writes `_environment` too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub agents: Option<Vec<String>>,
    /// The numbers of the environment commits that it may sign; any where an environment is not named.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sequences: BTreeMap<EnvironmentName, SequenceRange>,
    /// Not before this moment, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Timestamp>")]
    pub valid_from: Option<String>,
    /// Not after this moment, RFC 3339. What a key signed stays valid only where `sequences` bounds it, since its clock
    /// is the signer's word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Timestamp>")]
    pub valid_until: Option<String>,
    /// Set when it must not be believed any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Revocation>,
}

/// Numbers of environment commits, both ends included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SequenceRange {
    /// The first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<u64>,
    /// The last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<u64>,
}

/// Why a signer is not believed any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Revocation {
    /// Why.
    pub reason: String,
    /// When it was written down, RFC 3339.
    #[schemars(with = "Timestamp")]
    pub at: String,
}

/// Who may sign commits: one of the two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CommitSigner {
    /// The full fingerprint of a GPG key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gpg: Option<String>,
    /// An SSH public key, `ssh-ed25519 AAAA…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssh: Option<String>,
    /// A commit of the environment's branch that somebody looked into, by its whole id: neither it nor an earlier one
    /// needs a signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
}

/// Who may sign the container images of a repository: a key, or an identity and its issuer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImageSigner {
    /// What the image's repository begins with, up to a `/`. Of entries that begin several ways the longest counts.
    pub repository: String,
    /// A P-256 public key in PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Instead of a key: the subject that a Fulcio certificate must have, letter by letter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
    /// With an identity: who must have vouched for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
}

/// What a clone calls the key that it makes for itself.
pub const DEVELOPMENT: &str = "development";

/// The command that makes a key for environments for which nobody may sign, beside signers of these names.
pub fn key_command(signers: &[&str], environments: &[&EnvironmentName]) -> String {
    let init = "cargo xtask keys init";
    let is_first = signers.iter().all(|name| *name == DEVELOPMENT);
    let Some(first) = environments.first().filter(|_| !is_first) else {
        return init.to_owned();
    };
    let numbered = (2..).map(|number| format!("{first}-{number}"));
    let mut names = std::iter::once(first.to_string()).chain(numbered);
    let free = names.find(|name| !signers.contains(&name.as_str()));
    let name = free.expect("there are more numbers than signers");
    let asked: String = environments
        .iter()
        .map(|name| format!(" --environment {name}"))
        .collect();
    format!("{init} --name {name}{asked}")
}
