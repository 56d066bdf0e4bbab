//! Scaffolds: the files that a new agent or a new environment starts with, as a plan.

mod agent;
mod candidate;
mod environment;
mod fill;
mod pipeline;
mod signers;
mod stale;

pub use agent::{AgentShape, NewAgent, first_image, new_agent};
pub use candidate::new_image;
pub use environment::{NewEnvironment, new_environment};
pub use pipeline::{CiService, new_pipeline};
pub use signers::trust_text;
pub use stale::stale_pipelines;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use crate::yaml;

/// Files to write: path and text.
pub type Plan = BTreeMap<String, String>;

/// The line by which an editor finds the schema of a file in a folder this deep below the root.
fn modeline(kind: &str, depth: usize) -> String {
    format!(
        "# yaml-language-server: $schema={}schemas/{kind}.schema.json\n",
        "../".repeat(depth)
    )
}

/// A text on one line, as YAML reads it back.
fn scalar(text: &str) -> String {
    let written = yaml::write(&Value::from(text));
    let line = written.trim_end_matches('\n');
    if line.contains('\n') {
        Value::from(text).to_string()
    } else {
        line.to_owned()
    }
}

/// A key of the top level with what stands below it.
fn block(key: &str, value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).expect("our own types have string keys");
    yaml::write(&json!({ key: value }))
}
