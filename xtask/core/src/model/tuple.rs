//! The version tuple: one definite combination of everything that fixes what an agent does.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AgentName, Digest, PlainVersion, ToolName, file_names};

/// How near an environment is to users; the order is the order of promotion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Every commit; mock models and mock tools.
    Dev,
    /// Release candidates; real models, mock tools.
    Staging,
    /// A small share of real traffic.
    Canary,
    /// Real traffic.
    Production,
}

impl Tier {
    /// The label that says it of namespaces and of objects: policies decide by it.
    pub const LABEL: &'static str = "lockstep.dev/tier";

    /// All of them, in the order of promotion.
    pub const ALL: [Tier; 4] = [Tier::Dev, Tier::Staging, Tier::Canary, Tier::Production];

    /// As files and labels say it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Tier::Dev => "dev",
            Tier::Staging => "staging",
            Tier::Canary => "canary",
            Tier::Production => "production",
        }
    }
}

/// One definite combination of components, immutable and the same in every environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tuple {
    /// The agent that the combination is of.
    pub agent: AgentName,
    /// The templates that render it.
    pub blueprint: BlueprintComponent,
    /// The container image.
    pub code: CodeComponent,
    /// The shape of its answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<FileComponent>,
    /// The model and its parameters; a service without a model has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelComponent>,
    /// The prompts by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("propertyNames" = file_names()))]
    pub prompts: BTreeMap<String, FileComponent>,
    /// The retrieval index and how it is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retrieval: Option<FileComponent>,
    /// The tools, their permissions and egress.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tools: Option<FileComponent>,
}

impl Tuple {
    /// The tuple's id: the SHA-256 of its canonical JSON.
    pub fn id(&self) -> Digest {
        Digest::of_canonical(self)
    }
}

/// A container image by repository and digest; its tag is only a label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CodeComponent {
    /// Registry and repository, for example `registry.example.com/agents/agent-infer`.
    pub repository: String,
    /// The image's digest, written by CI after a build.
    pub digest: Digest,
}

impl CodeComponent {
    /// The digest that stands for an image until CI has built it: no image has it.
    pub const UNBUILT: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

    /// Reads `<repository>[:tag]@sha256:<digest>`; a tag says nothing beside a digest.
    pub fn parse(image: &str) -> Option<CodeComponent> {
        let (_, digest) = image.split_once('@')?;
        let repository = repository(image);
        // what a registry would resolve to another repository is none of this name
        let is_part = |part: &str| {
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ':' | '[' | ']');
            !part.is_empty() && !part.starts_with('.') && !part.contains("..") && part.chars().all(plain)
        };
        repository.split('/').all(is_part).then_some(CodeComponent {
            repository: repository.to_owned(),
            digest: Digest::parse(digest)?,
        })
    }
}

/// An image without its tag and its digest.
pub fn repository(image: &str) -> &str {
    let name = image.split('@').next().unwrap_or(image);
    match name.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => repository,
        _ => name,
    }
}

/// A file of the agent's by plain version and by its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FileComponent {
    /// X.Y.Z, the file's name.
    pub version: PlainVersion,
    /// SHA-256 of the file.
    pub sha256: Digest,
}

/// A blueprint by name and by the bytes of everything that it renders from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BlueprintComponent {
    /// The folder under `templates/`.
    pub name: String,
    /// SHA-256 over the paths and bytes of the blueprint, of what it extends and of the shared partials.
    pub sha256: Digest,
}

/// A model and the parameters it is called with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ModelComponent {
    /// Who serves it, for example `anthropic` or `openai`.
    pub provider: String,
    /// The model's name as its provider knows it, for example `claude-opus-4`.
    pub name: String,
    /// The provider's dated or numbered version, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Sampling temperature, from 0 to 2.
    #[schemars(range(min = 0.0, max = 2.0))]
    pub temperature: f64,
    /// Most tokens of one answer.
    #[schemars(range(min = 1))]
    pub max_tokens: u32,
    /// Longest that one call may take, in seconds.
    #[schemars(range(min = 1))]
    pub timeout_seconds: u32,
    /// How the base model was trained further.
    pub post_training: PostTraining,
}

impl Eq for ModelComponent {}

/// How a base model was trained further, and on what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PostTraining {
    /// The strategy, for example `none`, `sft`, `dpo` or `rlhf`.
    pub strategy: String,
    /// SHA-256 of the data set; absent only for strategy `none`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dataset: Option<Digest>,
}

/// What one environment deliberately replaces in every tuple that it runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Overrides {
    /// Other model, other parameters, or a mock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelOverride>,
    /// Which of the released prompts' versions run; `latest` only where the environment follows the candidate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompts: Option<PromptChoice>,
    /// Fewer tools, or mocks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tools: Option<ToolOverride>,
}

/// What replaces parts of the tuple's model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ModelOverride {
    /// Another provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Another model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Another sampling temperature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 2.0))]
    pub temperature: Option<f64>,
    /// Another limit of tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub max_tokens: Option<u32>,
    /// Another time-out, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub timeout_seconds: Option<u32>,
    /// A mock answers instead of a model: only in dev.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mock: Option<bool>,
}

impl Eq for ModelOverride {}

/// Which prompt versions an environment runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PromptChoice {
    /// The newest version in each prompt's folder.
    Latest,
    /// Those that the tuple names.
    Tuple,
}

/// What replaces parts of the tuple's tools.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ToolOverride {
    /// Of the tuple's tools, those that may be called here; the agent's others are off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<Vec<ToolName>>,
    /// Mocks answer instead of tools: up to staging.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mock: Option<bool>,
}

impl Overrides {
    /// These, with what the later ones say in its place.
    pub fn then(&self, later: &Overrides) -> Overrides {
        let (model, other) = (
            self.model.clone().unwrap_or_default(),
            later.model.clone().unwrap_or_default(),
        );
        let (tools, more) = (
            self.tools.clone().unwrap_or_default(),
            later.tools.clone().unwrap_or_default(),
        );
        let model = ModelOverride {
            provider: other.provider.or(model.provider),
            name: other.name.or(model.name),
            temperature: other.temperature.or(model.temperature),
            max_tokens: other.max_tokens.or(model.max_tokens),
            timeout_seconds: other.timeout_seconds.or(model.timeout_seconds),
            mock: other.mock.or(model.mock),
        };
        let tools = ToolOverride {
            enabled: more.enabled.or(tools.enabled),
            mock: more.mock.or(tools.mock),
        };
        Overrides {
            model: (model != ModelOverride::default()).then_some(model),
            prompts: later.prompts.or(self.prompts),
            tools: (tools != ToolOverride::default()).then_some(tools),
        }
    }
}
