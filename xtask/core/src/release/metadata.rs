//! `hydrator.metadata`: where a unit came from, as the Argo CD Source Hydrator writes it, plus our keys.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::DryCommit;
use crate::model::Digest;

/// The metadata of a unit. Argo CD and GitOps Promoter read the first eight keys and ignore ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "Hydrator metadata")]
pub struct HydratorMetadata {
    /// Commands that render it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<String>,
    /// The repository that people edit.
    #[serde(default, rename = "repoURL", skip_serializing_if = "String::is_empty")]
    pub repo_url: String,
    /// The dry commit.
    pub dry_sha: String,
    /// Its author.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub author: String,
    /// Its date, RFC 3339.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub date: String,
    /// The first line of its message.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub subject: String,
    /// The rest of its message.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
    /// Commits that it refers to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Reference>,
    /// Ours: the tuple's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tuple_id: Option<Digest>,
    /// Ours: SHA-256 of everything that the unit was rendered from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_digest: Option<Digest>,
    /// Ours: the environment commit whose release a rollback brought back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback_of: Option<String>,
}

/// A commit that a dry commit refers to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reference {
    /// The commit.
    pub commit: CommitReference,
}

/// A commit in some repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CommitReference {
    /// `Name <email>`: a string in Argo CD's and in GitOps Promoter's types, whatever the documentation shows.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub author: String,
    /// RFC 3339.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub date: String,
    /// The first line of its message.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub subject: String,
    /// The rest of its message.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
    /// Its id.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sha: String,
    /// Its repository; Argo CD writes `repoUrl`, GitOps Promoter `repoURL`: both are read.
    #[serde(
        default,
        rename = "repoURL",
        alias = "repoUrl",
        skip_serializing_if = "String::is_empty"
    )]
    pub repo_url: String,
}

impl HydratorMetadata {
    /// The metadata of a unit that is rendered from a dry commit by a command.
    pub fn new(dry: &DryCommit, repo_url: &str, command: String) -> HydratorMetadata {
        HydratorMetadata {
            commands: vec![command],
            repo_url: repo_url.to_owned(),
            dry_sha: dry.id.clone(),
            author: dry.author.clone(),
            date: dry.date.to_string(),
            subject: dry.subject.clone(),
            body: dry.body.clone(),
            references: dry.reference.clone().into_iter().collect(),
            tuple_id: None,
            input_digest: None,
            rollback_of: None,
        }
    }
}
