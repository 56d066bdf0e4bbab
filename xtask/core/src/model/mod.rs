//! The words of the tool as types: what every other module speaks.

mod change;
mod digest;
mod finding;
mod line_ends;
mod manifest;
mod name;
mod pipeline;
mod pointer;
mod problem;
mod quantity;
mod risk;
mod rules;
mod sequence;
pub mod time;
mod tree;
mod tuple;
mod url;
mod version;
mod words;

pub use change::{
    ChangeKind, ComponentChange, DigestChange, FieldChange, FieldPath, FleetChange, Fold, GenerationCounts, Meaning,
    ObjectChange, PermissionChange, PromptChange, Step, UnitDifference,
};
pub use digest::{Digest, canonical_json};
pub use finding::{Finding, Location, Related, Severity, Waiver, nearest, suggestion};
pub use line_ends::with_line_feeds;
pub use manifest::{Manifest, ObjectId};
pub use name::{AgentName, EnvironmentName, FILE_NAME, NameError, ToolName, file_names, name_refusal};
pub use pipeline::{PipelineStage, StageStatus};
pub use pointer::{Path, escaped, existing};
pub use problem::{Absent, Problem};
pub use quantity::Quantity;
pub use risk::{ClassifiedChange, RiskClass};
pub use rules::{Example, RULES, Rule};
pub use sequence::common;
pub use time::{Timestamp, is_day, time_refusal};
pub use tree::{Entry, FileTree, MAX_FILE_BYTES, MAX_MANIFEST_BYTES};
pub use tuple::{
    BlueprintComponent, CodeComponent, FileComponent, ModelComponent, ModelOverride, Overrides, PostTraining,
    PromptChoice, Tier, ToolOverride, Tuple, repository,
};
pub use url::impossible_port;
pub use version::{PlainVersion, Stage, Version, version_refusal};
pub use words::{named, one_line, shell_quoted, shell_word, shortened};
