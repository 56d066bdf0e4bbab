//! Reads one file into its type, or says everything that is wrong with it, each with line and column.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::faults::{Fault, What, faults, none_of, quoted, several_of};
use super::files::Values;
use super::schemas::{self, Compiled};
use crate::model::{Finding, suggestion};
use crate::yaml::{self, Positions, Segment, dotted};

/// Reads a YAML file into its type; every problem becomes a finding.
pub(crate) fn read<T: DeserializeOwned + JsonSchema>(
    path: &str,
    bytes: &[u8],
    findings: &mut Vec<Finding>,
) -> Option<T> {
    let text = text(path, bytes, findings)?;
    let value = match yaml::read_value(text) {
        Ok(value) => value,
        Err(error) => {
            findings.push(error.finding(path));
            return None;
        }
    };
    let schema = schemas::compiled::<T>();
    if !schema.validator.is_valid(&value) {
        findings.extend(check(path, text, &value, schema));
        return None;
    }
    match serde_json::from_value(value) {
        Ok(file) => Some(file),
        Err(error) => {
            let help = "see the file's schema under `schemas/`";
            findings.push(
                Finding::error("invalid-value", error.to_string())
                    .in_file(path)
                    .help(help),
            );
            None
        }
    }
}

/// The file as text.
pub(super) fn text<'a>(path: &str, bytes: &'a [u8], findings: &mut Vec<Finding>) -> Option<&'a str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) => {
            let line = bytes[..error.valid_up_to()]
                .iter()
                .filter(|byte| **byte == b'\n')
                .count()
                + 1;
            findings.push(
                Finding::error("not-utf8", "the file is not UTF-8 text")
                    .at(path, line, 1)
                    .help("save it as UTF-8"),
            );
            None
        }
    }
}

/// What a schema finds wrong with a file.
fn check(path: &str, text: &str, value: &Value, schema: &Compiled) -> Vec<Finding> {
    let positions = Positions::of(text).ok();
    let mut findings: Vec<Finding> = faults(&schema.validator, &schema.schema, value)
        .into_iter()
        .map(|fault| finding(path, positions.as_ref(), fault))
        .collect();
    findings.sort();
    findings.dedup();
    findings
}

/// What is wrong with a layer of values that no file has. `place` says where the value at a path comes from.
pub fn layer_findings(layer: &Value, place: &dyn Fn(&[Segment]) -> String) -> Vec<Finding> {
    let schema = schemas::compiled::<Values>();
    let faults = faults(&schema.validator, &schema.schema, layer).into_iter();
    let mut findings: Vec<Finding> = faults
        .map(|fault| {
            let mut path = fault.path.clone();
            if let What::UnknownKey { key, .. } = &fault.what {
                path.push(Segment::Key(key.clone()));
            }
            let place = place(&path);
            finding(&place, None, fault).in_file(&place)
        })
        .collect();
    findings.sort();
    findings.dedup();
    findings
}

fn finding(path: &str, positions: Option<&Positions>, fault: Fault) -> Finding {
    let place = dotted(&fault.path);
    let found = match fault.what {
        What::UnknownKey { key, known } => return unknown_key(path, positions, fault.path, &key, &known),
        What::MissingKey(name) => missing_key(&place, &name),
        What::NoSuchWord { given, words } => {
            let names = words.iter().map(String::as_str);
            let message = format!("`{place}` is `{given}`, which is none of {}", quoted(names.clone()));
            let finding = Finding::error("invalid-value", message);
            match suggestion(&given, names) {
                Some(word) => finding.help(format!("did you mean `{word}`?")),
                None => finding,
            }
        }
        What::NoneOf(keys) => Finding::error("invalid-value", none_of(&place, &keys)),
        What::SeveralOf(keys) => Finding::error("invalid-value", several_of(&place, &keys)),
        What::Repeated { .. } => Finding::error("invalid-value", format!("`{place}` has an entry twice")),
        What::WrongType { text, .. }
        | What::OutOfRange { text }
        | What::NoMatch { text, .. }
        | What::Misformatted { text, .. }
        | What::Unfit { text } => Finding::error("invalid-value", format!("`{place}` is wrong: {text}")),
    };
    let (line, column) = positions.map_or((1, 1), |positions| positions.nearest(&fault.path));
    found.at(path, line, column)
}

fn missing_key(place: &str, name: &str) -> Finding {
    let message = if place.is_empty() {
        format!("`{name}` is missing")
    } else {
        format!("`{place}` has no `{name}`")
    };
    let rule = if name == "owner" {
        "missing-owner"
    } else {
        "missing-key"
    };
    Finding::error(rule, message).help(format!("add `{name}:`"))
}

fn unknown_key(
    path: &str,
    positions: Option<&Positions>,
    mut place: Vec<Segment>,
    key: &str,
    known: &[String],
) -> Finding {
    let message = if place.is_empty() {
        format!("unknown key `{key}`")
    } else {
        format!("unknown key `{key}` in `{}`", dotted(&place))
    };
    place.push(Segment::Key(key.to_owned()));
    let (line, column) = positions.map_or((1, 1), |positions| {
        positions.key(&place).unwrap_or_else(|| positions.nearest(&place))
    });
    let finding = Finding::error("unknown-key", message).at(path, line, column);
    let names = known.iter().map(String::as_str);
    match suggestion(key, names.clone()) {
        Some(name) => finding.help(format!("did you mean `{name}`?")),
        None => finding.help(format!("known keys are {}", quoted(names))),
    }
}
