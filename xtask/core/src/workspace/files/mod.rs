//! The types of every file that a person writes; their JSON Schemas are generated from here.

mod agent;
mod blueprint;
mod environment;
mod fleet;
mod hold;
mod models;
mod release;
mod retrieval;
mod tools;
mod values;
mod waiver;

pub use crate::artifact::TrustFile;
pub use agent::{AgentFile, Candidate, Criticality, Dependency, Objectives, Owner, Profile};
pub use blueprint::BlueprintFile;
pub use environment::{
    Cluster, EnvironmentFile, EnvironmentValues, Follows, LimitRange, ModelLimits, ProjectRole, Quota, SyncWindow,
    SyncWindowKind,
};
pub use fleet::{Budget, Delivery, Demands, EvidenceKind, FleetFile, TargetRevision};
pub use hold::HoldFile;
pub use models::{KnownIndex, KnownModel, ModelsFile, Price};
pub use release::{PreviousRelease, PromotedFrom, ReleaseFile};
pub use retrieval::{Chunking, Embedding, RetrievalFile};
pub use tools::{Egress, Tool, ToolsFile};
pub use values::*;
pub use waiver::{WaiverFile, WaiverScope};
