//! `environments/models.yaml`: the models and indexes that agents may name, and what is known of them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Embedding;
use crate::prompts::run::RequestModel;

/// What is known of models and indexes. Without the file nothing is checked against it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Models and indexes")]
pub struct ModelsFile {
    /// The models that an agent, a judge or an environment may name.
    pub models: Vec<KnownModel>,
    /// The indexes that a retrieval configuration may name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indexes: Vec<KnownIndex>,
}

/// A model that may be named.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KnownModel {
    /// Who serves it.
    pub provider: String,
    /// Its name as its provider knows it.
    pub name: String,
    /// What an endpoint calls it; `<version>` stands for the version that a tuple names. Where nothing is said that is the
    /// name, with `-<version>` behind it where there is a version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub served: Option<String>,
    /// Tokens that question and answer together may have.
    #[schemars(range(min = 1))]
    pub context_tokens: u32,
    /// Most tokens of one answer.
    #[schemars(range(min = 1))]
    pub max_output_tokens: u32,
    /// What it costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    /// The day from which on it may no longer be used, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^\d{4}-\d{2}-\d{2}$"))]
    pub retired: Option<String>,
    /// Whether the name is an alias that its provider moves to newer models: such a one runs only in dev.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub moves: bool,
}

/// What a model costs, in one currency for the whole file.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Price {
    /// A million tokens of question.
    #[schemars(range(min = 0.0))]
    pub input_per_million: f64,
    /// A million tokens of answer.
    #[schemars(range(min = 0.0))]
    pub output_per_million: f64,
}

/// An index that may be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KnownIndex {
    /// Its name.
    pub name: String,
    /// The model that it was built with.
    pub embedding: Embedding,
}

impl KnownModel {
    /// What an endpoint calls this version of it.
    pub fn served_as(&self, version: Option<&str>) -> String {
        match &self.served {
            Some(served) => served.replace("<version>", version.unwrap_or_default()),
            None => served_by_default(&self.name, version),
        }
    }
}

fn served_by_default(name: &str, version: Option<&str>) -> String {
    match version.filter(|version| !name.ends_with(version)) {
        Some(version) => format!("{name}-{version}"),
        None => name.to_owned(),
    }
}

impl ModelsFile {
    /// What an endpoint calls a model, known or not.
    pub fn served(&self, model: &RequestModel) -> String {
        let version = model.version.as_deref();
        match self.model(&model.provider, &model.name) {
            Some(known) => known.served_as(version),
            None => served_by_default(&model.name, version),
        }
    }

    /// The model of this provider and name.
    pub fn model(&self, provider: &str, name: &str) -> Option<&KnownModel> {
        self.models
            .iter()
            .find(|model| model.provider == provider && model.name == name)
    }
}
