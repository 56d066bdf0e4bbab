//! Reads one file into its type, or says everything that is wrong with it, each with line and column.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::schemas::{self, Compiled};
use crate::model::{Finding, suggestion};
use crate::yaml::{self, Positions, Segment, YamlError, dotted};

/// Reads a YAML file into its type; every problem becomes a finding.
pub(super) fn read<T: DeserializeOwned + JsonSchema>(
    path: &str,
    bytes: &[u8],
    findings: &mut Vec<Finding>,
) -> Option<T> {
    let text = text(path, bytes, findings)?;
    let value = match yaml::read_value(text) {
        Ok(value) => value,
        Err(error) => {
            findings.push(syntax(path, error));
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

/// A finding of a YAML text that cannot be read.
pub(super) fn syntax(path: &str, error: YamlError) -> Finding {
    let rule = if error.message.contains("duplicate") {
        "duplicate-key"
    } else {
        "yaml-syntax"
    };
    let finding = Finding::error(rule, error.message).at(path, error.line, error.column);
    match error.help {
        Some(help) => finding.help(help),
        None => finding,
    }
}

/// What a schema finds wrong with a file.
fn check(path: &str, text: &str, value: &Value, schema: &Compiled) -> Vec<Finding> {
    let positions = Positions::of(text).ok();
    let mut findings = Vec::new();
    for error in schema.validator.iter_errors(value) {
        explain(&error, &mut |error| {
            let parts: Vec<String> = error.instance_path().iter().map(|part| part.to_string()).collect();
            let place = Place {
                path,
                positions: positions.as_ref(),
                value,
                parts,
            };
            findings.extend(place.findings(error, &schema.schema));
        });
    }
    findings.sort();
    findings.dedup();
    findings
}

/// Goes down to the errors that say something: of the ways in which a part may hold, the one that came furthest.
fn explain(error: &ValidationError<'_>, report: &mut dyn FnMut(&ValidationError<'_>)) {
    let (ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context }) = error.kind() else {
        return report(error);
    };
    if !constants(context).is_empty() {
        return report(error);
    }
    let depth = |errors: &[ValidationError<'_>]| {
        errors
            .iter()
            .map(|error| error.instance_path().iter().count())
            .max()
            .unwrap_or_default()
    };
    let is_type = |errors: &[ValidationError<'_>]| {
        errors.iter().any(|error| {
            matches!(error.kind(), ValidationErrorKind::Type { .. })
                && error.instance_path().as_str() == errors[0].instance_path().as_str()
        })
    };
    let best = context
        .iter()
        .filter(|errors| !errors.is_empty())
        .max_by_key(|errors| (depth(errors), !is_type(errors), std::cmp::Reverse(errors.len())));
    match best {
        Some(errors) => errors.iter().for_each(|error| explain(error, report)),
        None => report(error),
    }
}

/// The words that an enumeration allows, where each of the ways in which a part may hold is one word.
fn constants(context: &[Vec<ValidationError<'static>>]) -> Vec<String> {
    let word = |errors: &Vec<ValidationError<'static>>| match errors.as_slice() {
        [error] => match error.kind() {
            ValidationErrorKind::Constant { expected_value } => expected_value.as_str().map(str::to_owned),
            _ => None,
        },
        _ => None,
    };
    context.iter().map(word).collect::<Option<Vec<_>>>().unwrap_or_default()
}

struct Place<'a> {
    path: &'a str,
    positions: Option<&'a Positions>,
    value: &'a Value,
    parts: Vec<String>,
}

impl Place<'_> {
    fn findings(&self, error: &ValidationError<'_>, schema: &Value) -> Vec<Finding> {
        match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                let known = schemas::properties_at(schema, &self.parts);
                unexpected.iter().map(|key| self.unknown_key(key, &known)).collect()
            }
            ValidationErrorKind::Required { property } => {
                let name = property.as_str().unwrap_or_default();
                let place = self.shown();
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
                vec![
                    self.at_value(Finding::error(rule, message))
                        .help(format!("add `{name}:`")),
                ]
            }
            ValidationErrorKind::Enum { options } => {
                let words = options.as_array().into_iter().flatten().filter_map(Value::as_str);
                vec![self.no_such_word(error, &words.map(str::to_owned).collect::<Vec<_>>())]
            }
            ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
                vec![self.no_such_word(error, &constants(context))]
            }
            _ => {
                let message = format!("`{}` is wrong: {error}", self.shown());
                vec![self.at_value(Finding::error("invalid-value", message))]
            }
        }
    }

    fn no_such_word(&self, error: &ValidationError<'_>, words: &[String]) -> Finding {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let given = error
            .instance()
            .as_str()
            .map_or_else(|| error.instance().to_string(), str::to_owned);
        let message = format!("`{}` is `{given}`, which is none of {}", self.shown(), quoted(&words));
        let finding = self.at_value(Finding::error("invalid-value", message));
        match suggestion(&given, words.iter().copied()) {
            Some(word) => finding.help(format!("did you mean `{word}`?")),
            None => finding,
        }
    }

    fn unknown_key(&self, key: &str, known: &[String]) -> Finding {
        let mut path = self.segments();
        path.push(Segment::Key(key.to_owned()));
        let (line, column) = self.positions.map_or((1, 1), |positions| {
            positions.key(&path).unwrap_or_else(|| positions.nearest(&path))
        });
        let place = self.shown();
        let message = if place.is_empty() {
            format!("unknown key `{key}`")
        } else {
            format!("unknown key `{key}` in `{place}`")
        };
        let finding = Finding::error("unknown-key", message).at(self.path, line, column);
        let names: Vec<&str> = known.iter().map(String::as_str).collect();
        match suggestion(key, names.iter().copied()) {
            Some(name) => finding.help(format!("did you mean `{name}`?")),
            None => finding.help(format!("known keys are {}", quoted(&names))),
        }
    }

    fn at_value(&self, finding: Finding) -> Finding {
        let (line, column) = self
            .positions
            .map_or((1, 1), |positions| positions.nearest(&self.segments()));
        finding.at(self.path, line, column)
    }

    /// The place's path in the file: a part is an index where the value there is a list.
    fn segments(&self) -> Vec<Segment> {
        let mut segments = Vec::new();
        let mut value = Some(self.value);
        for part in &self.parts {
            let (segment, next) = match value {
                Some(Value::Array(items)) => {
                    let index = part.parse().unwrap_or_default();
                    (Segment::Index(index), items.get(index))
                }
                other => (Segment::Key(part.clone()), other.and_then(|value| value.get(part))),
            };
            segments.push(segment);
            value = next;
        }
        segments
    }

    fn shown(&self) -> String {
        dotted(&self.segments())
    }
}

fn quoted(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}
