//! What an event says happened.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Decided, Evaluated, EventKind, Gated, Incident, Retrospective, StageResult};
use crate::model::{Digest, EnvironmentName, Timestamp, Version};
use crate::workspace::files::PromotedFrom;

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Fact {
    /// A stage of the pipeline ended.
    Stage(StageResult),
    /// An environment's branch got a commit: the ledger has everything up to there.
    Committed(Committed),
    /// A unit was released.
    Released(Box<Released>),
    /// A unit left the environment.
    Removed(Removed),
    /// A release file was written from another environment's release.
    Promoted(Promoted),
    /// A unit was brought back to an earlier release.
    RolledBack(RolledBack),
    /// Nothing releases the unit any more.
    Held(Reason),
    /// It may be released again.
    Resumed(Reason),
    /// A person gave a release a verdict.
    Marked(Mark),
    /// A decision was made, or overridden.
    Decided(Decided),
    /// Cases were asked and judged on a tuple.
    Evaluated(Evaluated),
    /// A gate gave a release a verdict.
    Gated(Gated),
    /// Something went wrong in the field.
    Incident(Incident),
    /// What was learnt from a release or an incident.
    Retrospective(Retrospective),
}

impl Fact {
    /// The kind that the event's file name carries.
    pub fn kind(&self) -> EventKind {
        match self {
            Fact::Stage(_) => EventKind::Stage,
            Fact::Committed(_) => EventKind::Committed,
            Fact::Released(_) => EventKind::Released,
            Fact::Removed(_) => EventKind::Removed,
            Fact::Promoted(_) => EventKind::Promoted,
            Fact::RolledBack(_) => EventKind::RolledBack,
            Fact::Held(_) => EventKind::Held,
            Fact::Resumed(_) => EventKind::Resumed,
            Fact::Marked(_) => EventKind::Marked,
            Fact::Decided(_) => EventKind::Decided,
            Fact::Evaluated(_) => EventKind::Evaluated,
            Fact::Gated(_) => EventKind::Gated,
            Fact::Incident(_) => EventKind::Incident,
            Fact::Retrospective(_) => EventKind::Retrospective,
        }
    }

    /// The tuple that it is about.
    pub fn tuple(&self) -> Option<Digest> {
        match self {
            Fact::Stage(stage) => Some(stage.tuple),
            Fact::Released(released) => Some(released.release.tuple),
            Fact::Removed(removed) => Some(removed.release.tuple),
            Fact::Promoted(promoted) => Some(promoted.tuple),
            Fact::RolledBack(rollback) => Some(rollback.to.tuple),
            Fact::Marked(mark) => Some(mark.release.tuple),
            Fact::Decided(decided) => Some(decided.tuple),
            Fact::Evaluated(evaluated) => Some(evaluated.tuple),
            Fact::Gated(gated) => Some(gated.release.tuple),
            Fact::Incident(incident) => incident.release.as_ref().map(|release| release.tuple),
            Fact::Retrospective(retrospective) => retrospective.release.as_ref().map(|release| release.tuple),
            Fact::Committed(_) | Fact::Held(_) | Fact::Resumed(_) => None,
        }
    }
}

impl Fact {
    /// The commit of an environment's branch that it tells of.
    pub fn commit(&self) -> Option<&str> {
        match self {
            Fact::Committed(committed) => Some(&committed.commit),
            Fact::Released(released) => Some(&released.release.commit),
            Fact::Removed(removed) => Some(&removed.release.commit),
            Fact::RolledBack(rollback) => Some(&rollback.commit),
            _ => None,
        }
    }
}

/// One release of a unit: label, tuple and the environment commit that wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReleaseName {
    /// Its label.
    pub version: Version,
    /// Its tuple's id.
    pub tuple: Digest,
    /// The commit of the environment's branch.
    pub commit: String,
}

/// A commit of an environment's branch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Committed {
    /// The commit.
    pub commit: String,
    /// Its number.
    pub number: u64,
    /// The units that it wrote or removed.
    pub units: Vec<String>,
    /// Checks that a person set aside.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<Override>,
    /// Why they were set aside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A release of a unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Released {
    /// What was released.
    pub release: ReleaseName,
    /// SHA-256 of everything that it was rendered from.
    pub input_digest: Digest,
    /// SHA-256 of the unit's inventory, which lists every file and object.
    pub inventory: Digest,
    /// The dry commit that it was rendered from.
    pub dry_commit: String,
    /// The image, `<repository>@<digest>`.
    pub image: String,
    /// The namespace that its objects are in.
    pub namespace: String,
    /// Where its tuple was promoted from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promoted_from: Option<PromotedFrom>,
    /// When the run began that made it; absent where it was recorded by a later run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Timestamp>,
}

/// A unit left its environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Removed {
    /// What ran there before; its commit is the one that removed it.
    pub release: ReleaseName,
}

/// A check that a person set aside.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Override {
    /// The check: the id of the rule that would have refused.
    pub check: String,
    /// What it had to say.
    pub message: String,
}

/// How regular a release is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReleaseKind {
    /// On the weekly train.
    #[default]
    Regular,
    /// To a share of the traffic, on demand.
    Gray,
    /// At any time, and past environments if need be.
    Hotfix,
}

impl ReleaseKind {
    /// The kind in one word.
    pub fn word(self) -> &'static str {
        match self {
            ReleaseKind::Regular => "regular",
            ReleaseKind::Gray => "gray",
            ReleaseKind::Hotfix => "hotfix",
        }
    }
}

/// A promotion: the tuple of one environment became the release file of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Promoted {
    /// Where it came from.
    pub from: PromotedFrom,
    /// What it was called there.
    pub from_version: Version,
    /// What it is called now.
    pub version: Version,
    /// The tuple.
    pub tuple: Digest,
    /// How regular it is.
    pub release_kind: ReleaseKind,
    /// Environments that it never ran in on the way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<EnvironmentName>,
    /// The commit that wrote the release file.
    pub dry_commit: String,
    /// SHA-256 of the event of the evaluation that spoke for it; absent where none did, and in records of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Digest>,
    /// Checks that a person set aside.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<Override>,
    /// Why they were set aside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A rollback: the files of an earlier release were brought back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RolledBack {
    /// What ran until then.
    pub from: ReleaseName,
    /// What runs now; its commit is the one that first wrote it.
    pub to: ReleaseName,
    /// The commit that brought it back.
    pub commit: String,
    /// SHA-256 of the unit's inventory since then.
    pub inventory: Digest,
    /// The namespace that its objects are in.
    pub namespace: String,
    /// Why.
    pub reason: String,
    /// Checks that a person set aside.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<Override>,
    /// When the run began that made it; absent where it was recorded by a later run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Timestamp>,
}

/// Why something was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reason {
    /// Why.
    pub reason: String,
}

/// What is thought of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It runs, and nobody knows yet.
    Watching,
    /// It keeps its promises.
    Verified,
    /// It must not go on.
    Blocked,
    /// A person has to look.
    ManualReview,
    /// It was rolled back.
    Rollbacked,
}

impl Verdict {
    /// The verdict as files write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Watching => "watching",
            Verdict::Verified => "verified",
            Verdict::Blocked => "blocked",
            Verdict::ManualReview => "manual_review",
            Verdict::Rollbacked => "rollbacked",
        }
    }
}

/// A verdict that a person may give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MarkedVerdict {
    /// It keeps its promises: rollbacks go back to it.
    Verified,
    /// It must not go on: nothing promotes it or goes back to it.
    Blocked,
}

impl From<MarkedVerdict> for Verdict {
    fn from(marked: MarkedVerdict) -> Verdict {
        match marked {
            MarkedVerdict::Verified => Verdict::Verified,
            MarkedVerdict::Blocked => Verdict::Blocked,
        }
    }
}

/// A person's verdict on a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Mark {
    /// The verdict.
    pub verdict: MarkedVerdict,
    /// The release.
    pub release: ReleaseName,
    /// Why.
    pub reason: String,
}
