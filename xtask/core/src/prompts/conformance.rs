//! Runs the conformance suites of the dotprompt format.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::template::{Data, Fault, Partials, Template, parse, render};
use super::{Message, header, json_schema, messages, split};
use crate::yaml::{self, YamlError};

/// What came of one test of a suite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Outcome {
    /// The group of tests and the test, as the suite names them.
    pub test: String,
    /// What differs; nothing where the test passes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    name: String,
    template: String,
    #[serde(default)]
    data: Given,
    #[serde(default)]
    partials: BTreeMap<String, String>,
    #[serde(default)]
    resolver_partials: BTreeMap<String, String>,
    #[serde(default)]
    schemas: Map<String, Value>,
    #[serde(default)]
    resolver_schemas: Map<String, Value>,
    tests: Vec<Test>,
}

#[derive(Deserialize)]
struct Test {
    #[serde(default)]
    desc: String,
    #[serde(default)]
    data: Given,
    #[serde(default)]
    options: Map<String, Value>,
    expect: Map<String, Value>,
}

#[derive(Clone, Default, Deserialize)]
struct Given {
    #[serde(default)]
    input: Option<Map<String, Value>>,
    #[serde(default)]
    context: Map<String, Value>,
    #[serde(default)]
    messages: Vec<Message>,
}

/// Runs one suite.
pub fn run(suite: &str) -> Result<Vec<Outcome>, YamlError> {
    let groups: Vec<Group> = yaml::read_typed(suite)?;
    let mut outcomes = Vec::new();
    for group in &groups {
        for test in &group.tests {
            let difference = match rendered(group, test) {
                Ok(found) => difference(&found, &test.expect),
                Err(message) => Some(message),
            };
            outcomes.push(Outcome {
                test: format!("{}: {}", group.name, test.desc),
                difference,
            });
        }
    }
    Ok(outcomes)
}

fn template(text: &str) -> Result<Template, String> {
    parse(text).map_err(|faults: Vec<Fault>| faults[0].message.clone())
}

/// Everything that a rendered prompt consists of, as one object.
fn rendered(group: &Group, test: &Test) -> Result<Map<String, Value>, String> {
    let source = split(&group.template);
    let raw = match source.header.map(yaml::read_value).transpose() {
        Ok(Some(Value::Object(raw))) => raw,
        Ok(_) => Map::new(),
        Err(error) => return Err(error.message),
    };
    let mut found = header::reserved(&raw);
    for (key, value) in &test.options {
        found.insert(key.clone(), value.clone());
    }
    let mut named = group.resolver_schemas.clone();
    named.extend(group.schemas.clone());
    for key in ["input", "output"] {
        if let Some(schema) = found.get_mut(key).and_then(|part| part.get_mut("schema")) {
            *schema = json_schema(schema, &named).map_err(|fault| fault.message)?;
        }
    }
    found.entry("config").or_insert_with(|| json!({}));
    found.entry("metadata").or_insert_with(|| json!({}));
    found.insert("ext".to_owned(), Value::Object(header::extensions(&raw)));
    let mut partials = Partials::new();
    for (name, text) in group.resolver_partials.iter().chain(&group.partials) {
        partials.insert(name.clone(), Arc::new(template(text)?));
    }
    let mut input = match found.get("input").and_then(|input| input.get("default")) {
        Some(Value::Object(default)) => default.clone(),
        _ => Map::new(),
    };
    input.extend(group.data.input.clone().unwrap_or_default());
    input.extend(test.data.input.clone().unwrap_or_default());
    let mut context = group.data.context.clone();
    context.extend(test.data.context.clone());
    let history = [&group.data.messages[..], &test.data.messages[..]].concat();
    let data = Data {
        input: &Value::Object(input),
        context: &context,
        partials: &partials,
    };
    let pieces = render(&template(source.body)?, &data).map_err(|error| error.message)?;
    found.insert("messages".to_owned(), json!(messages(pieces, &history)));
    found.insert("raw".to_owned(), Value::Object(raw));
    Ok(found)
}

/// The first key whose value is not the expected one.
fn difference(found: &Map<String, Value>, expect: &Map<String, Value>) -> Option<String> {
    let mut expect = expect.clone();
    for key in ["config", "ext", "metadata"] {
        expect.entry(key).or_insert_with(|| json!({}));
    }
    let keys: std::collections::BTreeSet<&String> = found.keys().chain(expect.keys()).collect();
    keys.into_iter()
        .filter(|key| key.as_str() != "raw" || expect.contains_key("raw"))
        .find(|key| found.get(*key) != expect.get(*key))
        .map(|key| {
            let shown = |value: Option<&Value>| value.map_or("nothing".to_owned(), Value::to_string);
            format!(
                "`{key}` is {}, expected {}",
                shown(found.get(key)),
                shown(expect.get(key))
            )
        })
}
