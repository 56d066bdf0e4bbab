//! `agents/<agent>/retrieval/<version>.yaml`: the index that an agent asks, and how.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A retrieval configuration.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Retrieval")]
pub struct RetrievalFile {
    /// What is found with it, in a sentence.
    pub description: String,
    /// The model that turns text into vectors: the index was built with the same.
    pub embedding: Embedding,
    /// The index's name.
    pub index: String,
    /// The snapshot of the index: what was in it.
    pub snapshot: String,
    /// When the snapshot was taken, RFC 3339.
    pub updated: String,
    /// How documents were cut.
    pub chunking: Chunking,
    /// How many chunks an answer is built from.
    #[schemars(range(min = 1))]
    pub top_k: u32,
    /// Host of the index.
    pub host: String,
    /// Port of the index.
    #[schemars(range(min = 1))]
    pub port: u16,
}

/// A model that turns text into vectors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Embedding {
    /// Its name.
    pub model: String,
    /// Length of its vectors.
    #[schemars(range(min = 1))]
    pub dimension: u32,
}

/// How documents were cut.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Chunking {
    /// Tokens of one chunk.
    #[schemars(range(min = 1))]
    pub tokens: u32,
    /// Tokens that neighbours share.
    pub overlap: u32,
}
