//! The front matter of a prompt file.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Metric;
use crate::model::{Finding, suggestion};

/// The front matter of a prompt file. Keys with a dot are extensions; `lockstep.…` are ours.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "Front matter of a prompt")]
pub struct PromptHeader {
    /// What the prompt is for, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The model that it was written for, as `<provider>/<name>`; the tuple decides which one runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Parameters of the model, for example `temperature` and `maxOutputTokens`.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub config: Map<String, Value>,
    /// The tools that the prompt speaks of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<String>,
    /// What it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<InputHeader>,
    /// What it is to be answered with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<OutputHeader>,
    /// What was measured with this version: share of tasks done, of tool calls that were right, stars as `4.2/5.0`, time and
    /// cost. Whether higher or lower is better follows from the name, or is said as in `{value: 900, better: lower}`.
    #[serde(default, rename = "lockstep.metrics", skip_serializing_if = "BTreeMap::is_empty")]
    pub metrics: BTreeMap<String, Metric>,
    /// What is new in this version.
    #[serde(default, rename = "lockstep.changes", skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<String>,
    /// Other keys: those that the format reserves, and extensions.
    #[serde(flatten)]
    #[schemars(skip)]
    pub other: Map<String, Value>,
}

/// What a prompt takes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InputHeader {
    /// Values of variables that nobody gives.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub default: Map<String, Value>,
    /// The variables: Picoschema or JSON Schema.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Value>,
}

/// What a prompt is to be answered with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OutputHeader {
    /// `json`, `text` or what else a model is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// The shape of the answer: Picoschema or JSON Schema.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Value>,
}

/// Keys of the front matter that the format reserves.
const RESERVED: &[&str] = &[
    "config",
    "description",
    "ext",
    "input",
    "metadata",
    "model",
    "name",
    "output",
    "raw",
    "toolDefs",
    "tools",
    "variant",
    "version",
];

/// Forms of an answer that can be asked for: others would be asked for in vain.
const FORMATS: &[&str] = &["json", "text"];

/// What the extensions of this tool begin with.
const OWN: &str = "lockstep.";

/// The keys of a front matter that nobody reads, each with what is wrong.
pub(super) fn unknown_keys(header: &PromptHeader) -> Vec<(String, Finding)> {
    // extensions have a dot, and those of this tool are fields
    let is_known = |key: &str| RESERVED.contains(&key) || (key.contains('.') && !key.starts_with(OWN));
    let unknown = header.other.keys().filter(|key| !is_known(key)).map(|key| {
        let known = RESERVED.iter().copied().chain(["lockstep.metrics", "lockstep.changes"]);
        let finding = Finding::error("unknown-key", format!("unknown key `{key}`"));
        let finding = match suggestion(key, known) {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None if key.starts_with(OWN) => finding.help("take it out"),
            None => finding.help("take it out, or give it a name with a dot, as extensions have"),
        };
        (key.clone(), finding)
    });
    unknown.collect()
}

/// What a front matter says in vain: where, as a JSON pointer, and what is wrong.
pub(super) fn faults(header: &PromptHeader) -> Vec<(String, Finding)> {
    let mut found = Vec::new();
    let format = header.output.as_ref().and_then(|output| output.format.as_deref());
    if let Some(format) = format.filter(|format| !FORMATS.contains(format)) {
        let message = format!("`{format}` is no form that an answer can be asked for");
        let finding = Finding::error("unknown-word", message);
        found.push(("/output/format".to_owned(), finding.help("write `json` or `text`")));
    }
    let is_least = |value: &Value| {
        value
            .as_u64()
            .is_some_and(|tokens| tokens > 0 && u32::try_from(tokens).is_ok())
    };
    let is_temperature = |value: &Value| value.as_f64().is_some_and(|value| (0.0..=2.0).contains(&value));
    let checks: [(&str, &dyn Fn(&Value) -> bool, &str); 2] = [
        ("maxOutputTokens", &is_least, "a whole number from 1"),
        ("temperature", &is_temperature, "a number from 0 to 2"),
    ];
    for (key, fits, expected) in checks {
        if let Some(value) = header.config.get(key).filter(|value| !fits(value)) {
            let finding = Finding::error("invalid-value", format!("`{key}` is {value}: expected {expected}"));
            found.push((
                format!("/config/{key}"),
                finding.help("it has no effect: mend it, or take it out"),
            ));
        }
    }
    found
}

/// The extensions in a front matter: `a.b.c: 1` is `c` in the namespace `a.b`.
pub(super) fn extensions(raw: &Map<String, Value>) -> Map<String, Value> {
    let mut extensions = Map::new();
    for (key, value) in raw.iter().filter(|(key, _)| !RESERVED.contains(&key.as_str())) {
        let Some((namespace, name)) = key.rsplit_once('.') else {
            continue;
        };
        let space = extensions
            .entry(namespace.to_owned())
            .or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(space) = space {
            space.insert(name.to_owned(), value.clone());
        }
    }
    extensions
}

/// The reserved keys of a front matter that pass into the metadata of a rendered prompt.
pub(super) fn reserved(raw: &Map<String, Value>) -> Map<String, Value> {
    let kept = |key: &str| RESERVED.contains(&key) && key != "raw";
    raw.iter()
        .filter(|(key, _)| kept(key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}
