//! One key of one kind of file, from the schemas: what it means, what it admits, what stands below it.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::kinds;
use super::schema::Reader;

/// What a key of a file means.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FieldHelp {
    /// The kind of file.
    pub file: String,
    /// The path, the kind of file first.
    pub path: String,
    /// What it holds, in a few words.
    pub kind: String,
    /// What it means.
    pub description: String,
    /// What holds where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// The keys directly below it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<KeyHelp>,
}

/// A key below the one that is explained.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct KeyHelp {
    /// Its name.
    pub name: String,
    /// What it holds, in a few words.
    pub kind: String,
    /// What it means, in a sentence.
    pub meaning: String,
}

/// A part of a path that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownField {
    /// What was found before it; empty where the kind of file is unknown.
    pub within: String,
    /// The part.
    pub name: String,
    /// What is there instead.
    pub known: Vec<String>,
}

/// Explains a path such as `agent.candidate.model`; items of lists and values of maps need no part of their own, but
/// the key of a map may stand there.
pub fn field(path: &str) -> Result<FieldHelp, UnknownField> {
    let (file, rest) = path.split_once('.').unwrap_or((path, ""));
    let kinds = kinds();
    let Some((_, root)) = kinds.iter().find(|(kind, _)| *kind == file) else {
        return Err(UnknownField {
            within: String::new(),
            name: file.to_owned(),
            known: kinds.iter().map(|(kind, _)| (*kind).to_owned()).collect(),
        });
    };
    let reader = Reader { root };
    let mut here = root;
    let mut within = file.to_owned();
    for name in rest.split('.').filter(|name| !name.is_empty()) {
        here = reader.below(here, name).ok_or_else(|| UnknownField {
            within: within.clone(),
            name: name.to_owned(),
            known: reader.keys(here).into_iter().map(|(name, _)| name.to_owned()).collect(),
        })?;
        within = format!("{within}.{name}");
    }
    let keys = reader.keys(here).into_iter().map(|(name, schema)| KeyHelp {
        name: name.to_owned(),
        kind: reader.kind(schema),
        meaning: first_sentence(&reader.description(schema)),
    });
    Ok(FieldHelp {
        file: file.to_owned(),
        path: within,
        kind: reader.kind(here),
        description: reader.description(here),
        default: here.get("default").cloned(),
        keys: keys.collect(),
    })
}

fn first_sentence(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.split(". ")
        .next()
        .unwrap_or_default()
        .trim_end_matches('.')
        .to_owned()
}
