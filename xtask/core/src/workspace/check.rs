//! Reads one file into its type, or says everything that is wrong with it, each with line and column.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::faults::{Fault, What, none_of, quoted, several_of};
use super::files::Values;
use super::schemas::{self, Compiled};
use crate::model::{Finding, suggestion, version_refusal};
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
    if !schema.is_valid(&value) {
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
    let mut findings: Vec<Finding> = schema
        .faults(value)
        .into_iter()
        .map(|fault| finding(path, text, positions.as_ref(), fault))
        .collect();
    findings.sort();
    findings.dedup();
    findings
}

/// What is wrong with a layer of values that no file has. `place` says where the value at a path comes from.
pub fn layer_findings(layer: &Value, place: &dyn Fn(&[Segment]) -> String) -> Vec<Finding> {
    let faults = schemas::compiled::<Values>().faults(layer).into_iter();
    let mut findings: Vec<Finding> = faults
        .map(|fault| {
            let mut path = fault.path.clone();
            if let What::UnknownKey { key, .. } = &fault.what {
                path.push(Segment::Key(key.clone()));
            }
            let place = place(&path);
            finding(&place, "", None, fault).in_file(&place)
        })
        .collect();
    findings.sort();
    findings.dedup();
    findings
}

fn finding(path: &str, source: &str, positions: Option<&Positions>, fault: Fault) -> Finding {
    let place = dotted(&fault.path);
    let (line, column) = positions.map_or((1, 1), |positions| positions.nearest(&fault.path));
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
        What::BadKey { key, text } => {
            let finding = Finding::error("invalid-value", format!("a key of `{place}` is wrong: {text}"));
            return on_key(finding, path, positions, fault.path, &key);
        }
        What::WrongType {
            expected,
            pattern,
            text,
        } => wrong_type(
            &place,
            &expected,
            pattern.as_deref(),
            &text,
            written(source, line, column),
        ),
        What::OutOfRange { text }
        | What::NoMatch { text, .. }
        | What::Misformatted { text, .. }
        | What::Unfit { text } => Finding::error("invalid-value", format!("`{place}` is wrong: {text}")),
    };
    found.at(path, line, column)
}

/// A value of another type; a text that reads as a number or a yes is one without its quotes.
fn wrong_type(place: &str, expected: &[String], pattern: Option<&str>, text: &str, written: Option<&str>) -> Finding {
    let message = match place.is_empty() {
        true => format!("the file is wrong: {text}"),
        false => format!("`{place}` is wrong: {text}"),
    };
    let finding = Finding::error("invalid-value", message);
    let is_text = expected.iter().any(|kind| kind == "string");
    let Some(written) = written.filter(|_| is_text) else {
        return finding;
    };
    let help = match pattern.and_then(|pattern| version_refusal(pattern, written)) {
        Some(refusal) => format!("quote it: `\"{written}\"`; even then, {refusal}"),
        None => format!("quote it: `\"{written}\"`"),
    };
    finding.help(help)
}

/// The plain number or word that stands at a place of a file.
fn written(source: &str, line: usize, column: usize) -> Option<&str> {
    let line = source.lines().nth(line.checked_sub(1)?)?;
    let (start, _) = line.char_indices().nth(column.checked_sub(1)?)?;
    let rest = &line[start..];
    let word = rest[..rest.find([',', '}', ']', ' ', '#']).unwrap_or(rest.len())].trim_end();
    let plain = |c: char| c.is_ascii_alphanumeric() || "+-._".contains(c);
    let says = word.chars().any(|c| c.is_ascii_alphanumeric()) && !matches!(word, "null" | "Null" | "NULL");
    (says && word.chars().all(plain)).then_some(word)
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

/// A finding about a key of a map.
fn on_key(finding: Finding, path: &str, positions: Option<&Positions>, map: Vec<Segment>, key: &str) -> Finding {
    let mut place = map;
    place.push(Segment::Key(key.to_owned()));
    let (line, column) = positions.map_or((1, 1), |positions| {
        positions.key(&place).unwrap_or_else(|| positions.nearest(&place))
    });
    finding.at(path, line, column)
}

fn unknown_key(path: &str, positions: Option<&Positions>, place: Vec<Segment>, key: &str, known: &[String]) -> Finding {
    let message = if place.is_empty() {
        format!("unknown key `{key}`")
    } else {
        format!("unknown key `{key}` in `{}`", dotted(&place))
    };
    let finding = on_key(Finding::error("unknown-key", message), path, positions, place, key);
    let names = known.iter().map(String::as_str);
    match suggestion(key, names.clone()) {
        Some(name) => finding.help(format!("did you mean `{name}`?")),
        None => finding.help(format!("known keys are {}", quoted(names))),
    }
}
