//! What a schema has against an object, as problems: one rule a class of mistakes, at the innermost place.

use serde_json::Value;

use super::kind::Compiled;
use super::validator::{LIST_KEYS, ListKeys};
use crate::model::{Problem, suggestion};
use crate::workspace::faults::{Fault, What, faults, none_of, quoted, several_of};
use crate::yaml::{Segment, dotted, pointer};

/// Most known names that a message lists.
const MOST_NAMES: usize = 12;

/// Everything that the schema has against the object.
pub(super) fn of(compiled: &Compiled, object: &Value) -> Vec<Problem> {
    let is_secret = object.get("kind").is_some_and(|kind| kind == "Secret");
    let mut problems: Vec<Problem> = faults(&compiled.validator, &compiled.schema, object)
        .into_iter()
        .flat_map(|fault| problem(compiled, object, fault, is_secret))
        .collect();
    problems.sort();
    problems.dedup();
    problems
}

fn problem(compiled: &Compiled, object: &Value, mut fault: Fault, is_secret: bool) -> Vec<Problem> {
    let place = dotted(&fault.path);
    let here = pointer(&fault.path);
    // a secret's values stay out of messages
    let text = |text: String| {
        if is_secret {
            "its value is not shown".to_owned()
        } else {
            text
        }
    };
    vec![match fault.what {
        What::UnknownKey { key, known } => {
            let message = unknown_field(&place, &key);
            fault.path.push(Segment::Key(key.clone()));
            Problem::error("unknown-field", pointer(&fault.path), message)
                .help(known_names(&key, &known))
                .on_key()
        }
        What::MissingKey(name) => missing_field(&here, &place, &name),
        What::NoSuchWord { given, words } => {
            let words = words.iter().map(String::as_str);
            let message = format!(
                "`{place}` is `{}`, which is none of {}",
                text(given.clone()),
                quoted(words.clone())
            );
            let problem = Problem::error("invalid-value", here, message);
            // of numbers none is a misspelt other one
            match suggestion(&given, words).filter(|_| given.parse::<f64>().is_err()) {
                Some(word) => problem.help(format!("did you mean `{word}`?")),
                None => problem,
            }
        }
        What::NoneOf(keys) => Problem::error("invalid-value", here, none_of(&place, &keys)),
        What::SeveralOf(keys) => Problem::error("invalid-value", here, several_of(&place, &keys)),
        What::WrongType { expected, .. } => wrong_type(object, &here, &place, &expected),
        What::OutOfRange { text: detail } => Problem::error(
            "out-of-range",
            here,
            format!("`{place}` is out of range: {}", text(detail)),
        ),
        What::NoMatch { pattern, .. } if is_quantity(&pattern) => Problem::error(
            "invalid-value",
            here.clone(),
            format!("`{place}` is {}, which is no quantity", shown(object, &here)),
        )
        .help("write a number with one of Kubernetes' suffixes, such as `250m`, `1.5` or `512Mi`"),
        What::NoMatch { text: detail, .. } => Problem::error(
            "invalid-value",
            here,
            format!("`{place}` has the wrong form: {}", text(detail)),
        ),
        What::Misformatted { format, .. } => {
            let message = if is_secret {
                format!("`{place}` is not {}", article(&format))
            } else {
                format!(
                    "`{place}` is {}, which is not {}",
                    shown(object, &here),
                    article(&format)
                )
            };
            let problem = Problem::error("invalid-value", here, message);
            match format.as_str() {
                "byte" => problem.help("encode the value, or write it in plain text under `stringData`"),
                _ => problem,
            }
        }
        What::Repeated { keyword } => return repeated(compiled, object, &fault.path, &keyword),
        What::BadKey { text: detail, .. } | What::Unfit { text: detail } => {
            Problem::error("invalid-value", here, format!("`{place}` is wrong: {}", text(detail)))
        }
    }]
}

fn unknown_field(place: &str, key: &str) -> String {
    if place.is_empty() {
        format!("unknown field `{key}`")
    } else {
        format!("unknown field `{key}` in `{place}`")
    }
}

fn known_names(key: &str, known: &[String]) -> String {
    let names = known.iter().map(String::as_str);
    match suggestion(key, names.clone()) {
        Some(name) => format!("did you mean `{name}`?"),
        None if known.is_empty() => "take it out: nothing may stand here".to_owned(),
        None if known.len() <= MOST_NAMES => format!("known fields are {}", quoted(names)),
        None => "take it out, or look where in the object it belongs".to_owned(),
    }
}

/// A field that is not there.
pub(super) fn missing_field(pointer: &str, place: &str, name: &str) -> Problem {
    let message = if place.is_empty() {
        format!("the object has no `{name}`")
    } else {
        format!("`{place}` has no `{name}`")
    };
    Problem::error("missing-field", pointer, message).help(format!("add `{name}:`"))
}

fn wrong_type(object: &Value, pointer: &str, place: &str, expected: &[String]) -> Problem {
    let value = object.pointer(pointer).unwrap_or(&Value::Null);
    // null is never what was meant
    let wanted = expected.iter().filter(|word| *word != "null" || expected.len() == 1);
    let wanted: Vec<&str> = wanted.map(|word| article(word)).collect();
    let message = format!("`{place}` is {}, where {} belongs", kind_of(value), wanted.join(" or "));
    let problem = Problem::error("wrong-type", pointer, message);
    let wants = |word: &str| expected.iter().any(|expected| expected == word);
    match value {
        Value::String(text) if wants("integer") && text.parse::<i64>().is_ok() => problem.help("take the quotes away"),
        Value::String(text) if wants("boolean") && matches!(text.as_str(), "true" | "false") => {
            problem.help("take the quotes away")
        }
        Value::Bool(_) | Value::Number(_) if wants("string") => problem.help("put it in quotes"),
        _ => problem,
    }
}

/// What is no object of Kubernetes at all.
pub(super) fn no_object(value: &Value) -> Problem {
    let message = format!("this is {}, where an object of Kubernetes belongs", kind_of(value));
    Problem::error("wrong-type", "", message)
        .help("write a map with `apiVersion`, `kind` and `metadata`, or take it out")
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_f64() => "a number with a fraction",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}

/// A type or a format of JSON Schema, in words.
fn article(word: &str) -> &str {
    match word {
        "array" => "a list",
        "object" => "a map",
        "string" => "a string",
        "integer" => "an integer",
        "number" => "a number",
        "boolean" => "a boolean",
        "byte" => "base64",
        "date" => "a date",
        "date-time" => "a time as RFC 3339 has it",
        "duration" => "a duration",
        "email" => "an email address",
        "hostname" => "a host name",
        "ipv4" => "an IPv4 address",
        "ipv6" => "an IPv6 address",
        "uri" => "an address",
        "cidr" => "an address range",
        other => other,
    }
}

/// The patterns of quantities all list these suffixes.
fn is_quantity(pattern: &str) -> bool {
    pattern.contains("[numkMGTPE]") && pattern.contains("[KMGTPE]i")
}

fn shown(object: &Value, pointer: &str) -> String {
    match object.pointer(pointer) {
        Some(Value::String(text)) => format!("`{text}`"),
        Some(value) => format!("`{value}`"),
        None => "missing".to_owned(),
    }
}

/// A problem for every item of a list that was there before.
fn repeated(compiled: &Compiled, object: &Value, path: &[Segment], keyword: &str) -> Vec<Problem> {
    let here = pointer(path);
    let items = object
        .pointer(&here)
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    let (parent, keyword) = keyword.rsplit_once('/').unwrap_or_default();
    let keys = compiled
        .schema
        .pointer(parent)
        .filter(|_| keyword == LIST_KEYS)
        .map(ListKeys::of);
    let id = |item| keys.as_ref().map_or_else(|| vec![Some(item)], |keys| keys.id(item));
    let twin = |at: usize| {
        (0..at)
            .find(|first| id(&items[*first]) == id(&items[at]))
            .map(|first| (at, first))
    };
    let pairs = (0..items.len()).filter_map(twin);
    pairs
        .map(|(at, first)| {
            let place = |at: usize| dotted(&[path, &[Segment::Index(at)]].concat());
            let what = match &keys {
                Some(keys) => format!("has the same {} as", quoted(keys.names())),
                None => "repeats".to_owned(),
            };
            let message = format!("`{}` {what} `{}`", place(at), place(first));
            Problem::error("duplicate-item", format!("{here}/{at}"), message).help("take one of them out")
        })
        .collect()
}
