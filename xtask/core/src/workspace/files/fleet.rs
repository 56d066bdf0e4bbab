//! `environments/fleet.yaml`: the environments in order, and how releases are delivered.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::model::{EnvironmentName, PipelineStage, Version};

/// The fleet: all agents in all environments.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Fleet")]
pub struct FleetFile {
    /// The fleet's name; it labels every object.
    pub name: String,
    /// The environments, in the order of promotion.
    #[schemars(length(min = 1))]
    pub environments: Vec<EnvironmentName>,
    /// Where and how releases are committed.
    pub delivery: Delivery,
    /// What branches people work on may be called, and where their commits may be released; any name will do where the
    /// list is empty.
    #[serde(default)]
    pub branches: Vec<SourceBranch>,
    /// What must be recorded of a tuple before it is promoted to an environment.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub promotion: BTreeMap<EnvironmentName, Demands>,
    /// Traffic shares of a gray release in percent, from 1, each above the one before it, the last 100.
    #[serde(default = "gray_steps")]
    #[schemars(with = "Vec<i64>", length(min = 1), extend("x-traffic-shares" = true))]
    pub gray_steps: Vec<u8>,
    /// How many agents one run may remove from an environment.
    #[serde(default)]
    pub deletion_budget: Budget,
    /// How many releases a release file keeps beside the one that runs.
    #[serde(default = "kept_releases")]
    pub kept_releases: usize,
    /// What every agent has in every environment unless something nearer says otherwise.
    #[serde(default)]
    #[schemars(with = "super::Values")]
    pub values: Map<String, Value>,
}

fn gray_steps() -> Vec<u8> {
    vec![5, 10, 30, 50, 100]
}

fn kept_releases() -> usize {
    10
}

/// A kind of branch that people work on.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SourceBranch {
    /// The name: `*` stands for any text without a slash, `<version>` for a version such as `v3.3.0`.
    pub name: String,
    /// The environments that a pipeline on it may release to.
    #[serde(default)]
    pub releases: Vec<EnvironmentName>,
}

impl SourceBranch {
    /// Whether a branch is of this kind.
    pub fn is(&self, branch: &str) -> bool {
        let (names, parts): (Vec<&str>, Vec<&str>) = (self.name.split('/').collect(), branch.split('/').collect());
        names.len() == parts.len() && names.iter().zip(parts).all(|(name, part)| is_part(name, part))
    }

    /// Whether every branch of another kind is of this kind.
    pub fn covers(&self, other: &SourceBranch) -> bool {
        let (names, others): (Vec<&str>, Vec<&str>) = (self.name.split('/').collect(), other.name.split('/').collect());
        names.len() == others.len() && names.iter().zip(others).all(|(name, other)| covers_part(name, other))
    }
}

impl FleetFile {
    /// What is known of a branch that people work on: the first entry with such a name.
    pub fn source_branch(&self, branch: &str) -> Option<&SourceBranch> {
        self.branches.iter().find(|entry| entry.is(branch))
    }
}

/// Whether one part of a pattern stands for all that a part of another one does.
fn covers_part(pattern: &str, other: &str) -> bool {
    match (pattern.split_once('*'), other.split_once('*')) {
        _ if pattern == other => true,
        (Some((before, after)), Some((start, end))) => start.starts_with(before) && end.ends_with(after),
        (None, Some(_)) => false,
        (_, None) if other == "<version>" => pattern == "*",
        (_, None) => is_part(pattern, other),
    }
}

/// Whether one part of a branch's name is what the pattern says.
fn is_part(pattern: &str, part: &str) -> bool {
    if pattern == "<version>" {
        return Version::parse(part).is_ok();
    }
    match pattern.split_once('*') {
        None => pattern == part,
        Some((before, after)) => {
            let stem = part.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
            stem.is_some_and(|stem| !stem.is_empty())
        }
    }
}

/// What must be recorded of a tuple before it is promoted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Demands {
    /// Stages of the pipeline that must have passed.
    #[serde(default)]
    pub stages: Vec<PipelineStage>,
    /// Evidence that must be there and speak for it; where nothing is said, environments of the tiers `canary` and
    /// `production` ask for `evaluated`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Vec<EvidenceKind>>,
    /// The least number of cases that speak for it; as many as for what runs there now where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least_cases: Option<usize>,
    /// The share of cases that must hold: more than this; 0.9 where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub pass_rate: Option<f64>,
    /// Whether that share must be proved with 95 % confidence, and not only seen.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub proved: bool,
    /// Tags whose cases must hold, whatever the rate is, beside those that the suites name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub must_hold: Vec<String>,
    /// Whether it must have been held against what runs there, where the ledger does not name the cases that spoke for that:
    /// with `evaluate --against`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub compared: bool,
    /// How far the share of cases that hold may fall against what runs there; 0 where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub margin: Option<f64>,
}

/// Evidence in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EvidenceKind {
    /// The agent's cases were asked on the tuple, with the overrides of the target, and hold. Agents without a model have
    /// none.
    Evaluated,
    /// A gate, or a person, verified the tuple in the environment that it comes from.
    Verified,
    /// What was learnt from the release that runs in the target now.
    Retrospective,
}

/// Where and how releases are committed.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Delivery {
    /// The address under which Argo CD reads the environment branches.
    #[serde(rename = "repoURL")]
    #[schemars(extend("x-form" = "repository-url"))]
    pub repo_url: String,
    /// A repository of its own for the environment branches: a path from the root of this one, or an address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// The remote that `--push` pushes to.
    #[serde(default = "origin")]
    pub remote: String,
    /// The branch that people edit: its tip, as the remote has it, says whom to trust.
    #[serde(default = "dry_branch")]
    #[schemars(extend("x-form" = "branch"))]
    pub dry_branch: String,
    /// What environment branches begin with.
    #[serde(default = "branch_prefix")]
    #[schemars(extend("x-form" = "branch-prefix"))]
    pub branch_prefix: String,
    /// Whether releases go to `<branch>-next`, for GitOps Promoter to promote.
    #[serde(default)]
    pub proposed: bool,
    /// How Applications name the branch.
    #[serde(default)]
    pub target_revision: TargetRevision,
    /// The namespace that Argo CD runs in.
    #[serde(default = "argocd")]
    pub argocd_namespace: String,
    /// Author of the environment commits, `Name <email>`.
    #[serde(default = "author")]
    #[schemars(extend("x-form" = "author"))]
    pub author: String,
}

fn origin() -> String {
    "origin".to_owned()
}

fn dry_branch() -> String {
    "main".to_owned()
}

fn branch_prefix() -> String {
    "environment/".to_owned()
}

fn argocd() -> String {
    "argocd".to_owned()
}

fn author() -> String {
    "Lockstep <lockstep@localhost>".to_owned()
}

/// How Applications name an environment's branch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TargetRevision {
    /// `environment/dev`, which GitOps Promoter asks for.
    #[default]
    Branch,
    /// `refs/heads/environment/dev`, which spares Argo CD a look-up in repositories with many references.
    Reference,
}

/// How many agents one run may remove: the larger of a number and a share.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Budget {
    /// Always allowed.
    pub least: usize,
    /// Share of the environment's agents, percent.
    #[schemars(range(max = 100))]
    pub percent: u8,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget { least: 1, percent: 10 }
    }
}

impl Budget {
    /// Most agents that may go from an environment of this many.
    pub fn of(self, agents: usize) -> usize {
        self.least.max(agents * usize::from(self.percent) / 100)
    }
}
