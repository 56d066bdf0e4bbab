//! What a JSON Schema has against a value, at the innermost place and in terms that a message can be made of.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{ValidationError, Validator};
use serde_json::Value;

use super::{forms, schemas, shares};
use crate::model::{name_refusal, time_refusal, version_refusal};
use crate::yaml::{Segment, pointer};

/// One thing that is wrong with a value.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Where; for a key too many or too few, the map.
    pub path: Vec<Segment>,
    /// What.
    pub what: What,
}

/// What is wrong at a place.
#[derive(Clone, Debug)]
pub enum What {
    /// A map has a key that the schema does not know.
    UnknownKey {
        /// The key.
        key: String,
        /// Those that it knows.
        known: Vec<String>,
    },
    /// A map lacks a key.
    MissingKey(String),
    /// A map lacks all keys of which it must have one.
    NoneOf(Vec<String>),
    /// A map has several keys of which it may have one.
    SeveralOf(Vec<String>),
    /// A word is none of those that the schema lists.
    NoSuchWord {
        /// The word that is there.
        given: String,
        /// The words that may be.
        words: Vec<String>,
    },
    /// A value is of another type.
    WrongType {
        /// The types that it may have.
        expected: Vec<String>,
        /// The pattern of the text that it may be, if one.
        pattern: Option<String>,
        /// All of it in a sentence.
        text: String,
    },
    /// A number, or the length of a text, list or map, is too small or too large.
    OutOfRange {
        /// All of it in a sentence.
        text: String,
    },
    /// A text does not match a pattern.
    NoMatch {
        /// The regular expression.
        pattern: String,
        /// All of it in a sentence.
        text: String,
    },
    /// A text is not in a format.
    Misformatted {
        /// The format's name.
        format: String,
        /// All of it in a sentence.
        text: String,
    },
    /// A key of a map is no name that it may have.
    BadKey {
        /// The key.
        key: String,
        /// All of it in a sentence.
        text: String,
    },
    /// A list holds something twice.
    Repeated {
        /// JSON pointer, in the schema, to the keyword that forbids it.
        keyword: String,
    },
    /// Anything else.
    Unfit {
        /// All of it in a sentence.
        text: String,
    },
}

/// Every fault of a value that its schema refuses.
pub fn faults(validator: &Validator, schema: &Value, value: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    for error in validator.iter_errors(value) {
        explain(&error, &mut |error| {
            let parts: Vec<String> = error.instance_path().iter().map(|part| part.to_string()).collect();
            let path = segments(value, &parts);
            let whats = whats(error, schema, value, &parts).into_iter();
            faults.extend(whats.map(|what| Fault {
                path: path.clone(),
                what,
            }));
        });
    }
    faults
}

/// Goes down to the errors that say something: of the ways in which a part may hold, the one that came furthest.
fn explain(error: &ValidationError<'_>, report: &mut dyn FnMut(&ValidationError<'_>)) {
    let (ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context }) = error.kind() else {
        return report(error);
    };
    if !constants(context).is_empty() || !choices(context).is_empty() {
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
    // whoever wrote something did not mean to take it away
    let is_null = |errors: &[ValidationError<'_>]| match errors {
        [error] => matches!(error.kind(), ValidationErrorKind::Type { kind } if types(kind) == ["null"]),
        _ => false,
    };
    let told = context.iter().filter(|errors| !errors.is_empty());
    let best = told.max_by_key(|errors| {
        (
            depth(errors),
            !is_null(errors),
            !is_type(errors),
            std::cmp::Reverse(errors.len()),
        )
    });
    match best {
        Some(errors) => errors.iter().for_each(|error| explain(error, report)),
        None => report(error),
    }
}

/// The words that an enumeration allows, where each of the ways in which a part may hold is one word.
fn constants(context: &[Vec<ValidationError<'static>>]) -> Vec<String> {
    let constant = |error: &ValidationError<'static>| match error.kind() {
        ValidationErrorKind::Constant { expected_value } => expected_value.as_str().map(str::to_owned),
        _ => None,
    };
    // what is no text at all has another type besides
    let word = |errors: &Vec<ValidationError<'static>>| match errors.as_slice() {
        [error] => constant(error),
        [one, other] => match (one.kind(), other.kind()) {
            (ValidationErrorKind::Type { .. }, _) => constant(other),
            (_, ValidationErrorKind::Type { .. }) => constant(one),
            _ => None,
        },
        _ => None,
    };
    context.iter().map(word).collect::<Option<Vec<_>>>().unwrap_or_default()
}

/// The keys of which there must be one, where each of the ways in which a map may hold is to have one key.
fn choices(context: &[Vec<ValidationError<'static>>]) -> Vec<String> {
    let key = |errors: &Vec<ValidationError<'static>>| match errors.as_slice() {
        [error] => match error.kind() {
            ValidationErrorKind::Required { property } => property.as_str().map(str::to_owned),
            _ => None,
        },
        _ => None,
    };
    context.iter().map(key).collect::<Option<Vec<_>>>().unwrap_or_default()
}

fn whats(error: &ValidationError<'_>, schema: &Value, value: &Value, parts: &[String]) -> Vec<What> {
    use ValidationErrorKind as Kind;

    let text = || error.to_string();
    let no_such_word = |words: Vec<String>| What::NoSuchWord {
        given: given(error),
        words,
    };
    vec![match error.kind() {
        Kind::AdditionalProperties { unexpected } => {
            let known = schemas::properties_at(schema, parts);
            let unknown = |key: &String| What::UnknownKey {
                key: key.clone(),
                known: known.clone(),
            };
            return unexpected.iter().map(unknown).collect();
        }
        Kind::Required { property } => What::MissingKey(property.as_str().unwrap_or_default().to_owned()),
        Kind::Enum { options } => {
            let words = options.as_array().into_iter().flatten().filter(|word| !word.is_null());
            no_such_word(words.map(written).collect())
        }
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
            let choices = choices(context);
            if choices.is_empty() {
                no_such_word(constants(context))
            } else {
                What::NoneOf(choices)
            }
        }
        Kind::OneOfMultipleValid { .. } => several(error, schema).unwrap_or_else(|| What::Unfit { text: text() }),
        // the library's short form for a map that may have no keys at all
        Kind::FalseSchema => return unknown_keys(error, value, parts),
        Kind::Type { kind } => What::WrongType {
            expected: types(kind),
            pattern: beside(error, schema, "pattern"),
            text: text(),
        },
        Kind::PropertyNames { error } => match (error.kind(), error.instance().as_str()) {
            (Kind::Pattern { pattern }, Some(key)) => What::BadKey {
                key: key.to_owned(),
                text: refusal(pattern, error).unwrap_or_else(text),
            },
            _ => What::Unfit { text: text() },
        },
        Kind::Maximum { .. }
        | Kind::Minimum { .. }
        | Kind::ExclusiveMaximum { .. }
        | Kind::ExclusiveMinimum { .. }
        | Kind::MaxLength { .. }
        | Kind::MinLength { .. }
        | Kind::MaxItems { .. }
        | Kind::MinItems { .. }
        | Kind::MaxProperties { .. }
        | Kind::MinProperties { .. }
        | Kind::MultipleOf { .. } => What::OutOfRange { text: text() },
        Kind::Pattern { pattern } => What::NoMatch {
            pattern: pattern.clone(),
            text: refusal(pattern, error).unwrap_or_else(text),
        },
        Kind::Format { format } => What::Misformatted {
            format: format.clone(),
            text: text(),
        },
        Kind::Custom { .. }
            if [shares::KEYWORD, forms::KEYWORD]
                .iter()
                .any(|keyword| error.schema_path().as_str().ends_with(keyword)) =>
        {
            What::Unfit { text: text() }
        }
        // the other keyword of our own is that of lists whose items have keys
        Kind::UniqueItems | Kind::Custom { .. } => What::Repeated {
            keyword: error.schema_path().as_str().to_owned(),
        },
        _ => What::Unfit { text: text() },
    }]
}

/// The keys of which a map has more than one, where each of the ways in which it may hold is to have one key.
fn several(error: &ValidationError<'_>, schema: &Value) -> Option<What> {
    let ways = schema.pointer(error.schema_path().as_str())?.as_array()?;
    let key = |way: &Value| match way.get("required")?.as_array()?.as_slice() {
        [key] => key.as_str().map(str::to_owned),
        _ => None,
    };
    // what they are when there is none of them says nothing
    let ways = ways.iter().filter(|way| way.get("not").is_none());
    ways.map(key).collect::<Option<Vec<_>>>().map(What::SeveralOf)
}

/// What a pattern of ours asks for, in words.
fn refusal(pattern: &str, error: &ValidationError<'_>) -> Option<String> {
    let given = error.instance().as_str().unwrap_or_default();
    version_refusal(pattern, given)
        .or_else(|| name_refusal(pattern, given))
        .or_else(|| time_refusal(pattern, given))
}

/// What another keyword says, beside the one that refuses a value.
fn beside(error: &ValidationError<'_>, schema: &Value, keyword: &str) -> Option<String> {
    let path = error.schema_path().as_str();
    let place = schema.pointer(path.rsplit_once('/')?.0)?;
    place.get(keyword)?.as_str().map(str::to_owned)
}

fn unknown_keys(error: &ValidationError<'_>, value: &Value, parts: &[String]) -> Vec<What> {
    let map = value
        .pointer(&pointer(&segments(value, parts)))
        .and_then(Value::as_object);
    let unknown = |key: &String| What::UnknownKey {
        key: key.clone(),
        known: Vec::new(),
    };
    match map {
        Some(map) => map.keys().map(unknown).collect(),
        None => vec![What::Unfit {
            text: error.to_string(),
        }],
    }
}

fn given(error: &ValidationError<'_>) -> String {
    written(error.instance())
}

/// A value as it stands in a file: texts as they are.
fn written(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn types(kind: &TypeKind) -> Vec<String> {
    match kind {
        TypeKind::Single(one) => vec![one.to_string()],
        TypeKind::Multiple(several) => several.iter().map(|one| one.to_string()).collect(),
    }
}

/// A place's path in a value: a part is an index where the value there is a list.
fn segments(value: &Value, parts: &[String]) -> Vec<Segment> {
    let mut segments = Vec::new();
    let mut value = Some(value);
    for part in parts {
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

/// Words one after another, each in backticks.
pub fn quoted<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

/// Says that a map has none of some keys.
pub fn none_of(place: &str, keys: &[String]) -> String {
    format!("`{place}` has none of {}", quoted(keys.iter().map(String::as_str)))
}

/// Says that a map has too many of some keys.
pub fn several_of(place: &str, keys: &[String]) -> String {
    format!(
        "`{place}` may have only one of {}",
        quoted(keys.iter().map(String::as_str))
    )
}
