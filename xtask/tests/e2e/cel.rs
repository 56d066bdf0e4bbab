//! The expressions of google/cel-spec's conformance suite, as the npm package `@bufbuild/cel-spec` carries it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::Arc;

use lockstep::cel::{Budget, Error, Expression, Key, List, Map, Scope, Text, Value};
use serde_json::Value as Json;
use tempfile::TempDir;

use crate::shell::sh;

const PACKAGE: &str = "@bufbuild/cel-spec@0.6.1";

const EXTRACT: &str = r#"
import { tests } from "./package/dist/esm/testdata/conformance.js";
const cases = [];
(function walk(suite, path) {
  for (const test of suite.tests ?? []) cases.push({ suite: path.join("/"), test: test.original });
  for (const inner of suite.suites ?? []) walk(inner, [...path, inner.name]);
})(tests, []);
process.stdout.write(JSON.stringify(cases));
"#;

/// Suites about what the API server's environment does not have: protobuf messages, containers, other extensions.
const ELSEWHERE: &[&str] = &[
    "bindings_ext",
    "block_ext",
    "dynamic",
    "encoders_ext",
    "enums",
    "math_ext",
    "namespace",
    "proto2",
    "proto2_ext",
    "proto3",
    "type_deductions",
    "wrappers",
];

/// The share of the cases about what the API server has that must hold, in thousandths.
const LEAST: usize = 970;

struct Bindings(Vec<Value<'static>>);

impl Scope<'static> for Bindings {
    fn variable(&self, place: usize, _: &mut Budget) -> Result<Value<'static>, Error> {
        Ok(self.0[place].clone())
    }
}

/// A value of the suite; none where it is a protobuf message.
fn value(json: &Json) -> Option<Value<'static>> {
    let (kind, inner) = json.as_object()?.iter().next()?;
    let text = |json: &Json| json.as_str().map_or_else(|| json.to_string(), str::to_owned);
    Some(match kind.as_str() {
        "nullValue" => Value::Null,
        "boolValue" => Value::Bool(inner.as_bool()?),
        "int64Value" => Value::Int(text(inner).parse().ok()?),
        "uint64Value" => Value::Uint(text(inner).parse().ok()?),
        "doubleValue" => Value::Double(match text(inner).as_str() {
            "Infinity" => f64::INFINITY,
            "-Infinity" => f64::NEG_INFINITY,
            other => other.parse().ok()?,
        }),
        "stringValue" => Value::String(Text::Shared(inner.as_str()?.into())),
        "bytesValue" => Value::Bytes(decoded(inner.as_str()?).into()),
        "typeValue" => return None,
        "listValue" => {
            let values = inner
                .get("values")
                .and_then(Json::as_array)
                .cloned()
                .unwrap_or_default();
            Value::List(List::Shared(Arc::new(values.iter().map(value).collect::<Option<_>>()?)))
        }
        "mapValue" => {
            let mut map = BTreeMap::new();
            for entry in inner.get("entries").and_then(Json::as_array).into_iter().flatten() {
                map.insert(Key::of(&value(&entry["key"])?)?, value(&entry["value"])?);
            }
            Value::Map(Map::shared(map))
        }
        _ => return None,
    })
}

fn decoded(base64: &str) -> Vec<u8> {
    let digit = |byte: u8| match byte {
        b'A'..=b'Z' => u32::from(byte - b'A'),
        b'a'..=b'z' => u32::from(byte - b'a') + 26,
        b'0'..=b'9' => u32::from(byte - b'0') + 52,
        b'+' => 62,
        _ => 63,
    };
    let mut bytes = Vec::new();
    for group in base64.trim_end_matches('=').as_bytes().chunks(4) {
        let bits = group.iter().fold(0, |bits, byte| bits << 6 | digit(*byte)) << (6 * (4 - group.len()));
        bytes.extend_from_slice(&bits.to_be_bytes()[1..group.len()]);
    }
    bytes
}

/// A value as text that tells everything of it, the order of keys aside.
fn shown(value: &Value<'_>) -> String {
    match value {
        Value::List(list) => format!("{:?}", list.iter().map(|item| shown(&item)).collect::<Vec<_>>()),
        Value::Map(map) => {
            let entries = map.entries();
            let entries = entries
                .iter()
                .map(|(key, value)| format!("{}: {}", shown(&key.value()), shown(value)));
            format!("{:?}", entries.collect::<BTreeSet<_>>())
        }
        Value::String(text) => format!("string {:?}", &**text),
        Value::Double(double) => format!("double {:?}", double + 0.0),
        Value::Type(name) => format!("type {name}"),
        other => format!("{other:?}"),
    }
}

/// What becomes of a case: nothing where it holds.
fn wrong(test: &Json) -> Option<String> {
    let none = serde_json::Map::new();
    let bindings = test.get("bindings").and_then(Json::as_object).unwrap_or(&none);
    let names: Vec<&str> = bindings.keys().map(String::as_str).collect();
    let Some(values) = bindings
        .values()
        .map(|binding| value(&binding["value"]))
        .collect::<Option<Vec<_>>>()
    else {
        return Some("a binding is a message".to_owned());
    };
    // lives as long as the process: an expression and its values share one life
    let compiled: &'static _ = Box::leak(Box::new(Expression::compile(test["expr"].as_str()?, &names)));
    let result = match compiled {
        Ok(expression) => expression
            .evaluate(&Bindings(values), &mut Budget::new(1_000_000))
            .map_err(|error| error.to_string()),
        Err(errors) => Err(errors[0].message.clone()),
    };
    let wanted = test
        .get("value")
        .or_else(|| test.get("typedResult").map(|typed| &typed["result"]));
    match (wanted, result) {
        (None, Err(_)) if test.get("evalError").is_some() => None,
        (None, Ok(Value::Bool(true))) if test.get("evalError").is_none() => None,
        (Some(wanted), Ok(found)) => {
            let wanted = match wanted.get("typeValue").and_then(Json::as_str) {
                Some(name) => Some(format!("type {name}")),
                None => value(wanted).map(|value| shown(&value)),
            };
            (wanted.as_deref() != Some(&shown(&found))).then(|| format!("gives {}", shown(&found)))
        }
        (_, Ok(found)) => Some(format!("gives {}", shown(&found))),
        (_, Err(message)) => Some(message),
    }
}

/// Whether a case is about something that the API server's environment has.
fn is_ours(suite: &str, test: &Json) -> bool {
    let text = test["expr"].as_str().unwrap_or_default();
    let is_message = |name: &str| text.contains(name);
    !ELSEWHERE.contains(&suite.split('/').next().unwrap_or_default())
        && test.get("container").is_none()
        && !is_message("TestAllTypes")
        && !["Any{", "Struct{", "Value{", "ListValue{", "Duration{", "Timestamp{"]
            .iter()
            .any(|name| is_message(name))
}

#[test]
fn expressions_mean_what_the_specification_says() {
    let folder = TempDir::new().unwrap();
    sh(folder.path(), &format!("npm pack --silent {PACKAGE} && tar xzf *.tgz"));
    fs::write(folder.path().join("extract.mjs"), EXTRACT).unwrap();
    sh(folder.path(), "node extract.mjs > cases.json");
    let cases: Vec<Json> = serde_json::from_slice(&fs::read(folder.path().join("cases.json")).unwrap()).unwrap();
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let (mut ours, mut held) = (0, 0);
    for case in cases.iter().filter(|case| case["test"].get("checkOnly").is_none()) {
        let (suite, test) = (case["suite"].as_str().unwrap(), &case["test"]);
        let wrong = wrong(test);
        let count = counts.entry(suite.split('/').next().unwrap()).or_default();
        *count = (count.0 + usize::from(wrong.is_none()), count.1 + 1);
        if is_ours(suite, test) {
            ours += 1;
            held += usize::from(wrong.is_none());
            if let Some(wrong) = wrong {
                println!("{suite}: {}: {} {wrong}", test["name"].as_str().unwrap(), test["expr"]);
            }
        }
    }
    for (suite, (held, all)) in &counts {
        println!("{suite}: {held} of {all}");
    }
    let all: usize = counts.values().map(|(_, all)| all).sum();
    let held_of_all: usize = counts.values().map(|(held, _)| held).sum();
    println!("held {held} of {ours} that the API server's environment has; {held_of_all} of all {all}");
    assert!(ours >= 1000 && held * 1000 >= ours * LEAST, "held {held} of {ours}");
}
