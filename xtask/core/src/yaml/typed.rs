//! Our own files as types, through serde_yaml.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use serde_yaml::Value as Yaml;

use super::path::Segment;
use super::{Positions, YamlError, emit, fast};

/// Reads one of our own files; duplicate keys are an error, and so are merge keys.
pub fn read_typed<T: DeserializeOwned>(text: &str) -> Result<T, YamlError> {
    // serde_yaml itself lets the last of two equal keys of a map win, silently.
    let positions = places(text)?;
    serde_yaml::from_str(text).map_err(|error| clean(&error, &positions))
}

/// The places in one of our own files, which merges nothing: YAML 1.2 has no such key, so that it would stay what it is
/// called.
fn places(text: &str) -> Result<Positions, YamlError> {
    let positions = Positions::of(text)?;
    match positions.merge_key() {
        Some(place) => {
            let error = YamlError::new(place, "`<<` merges no map in here");
            Err(error.help("write the keys out, or put `<<` in quotes if that is a name"))
        }
        None => Ok(positions),
    }
}

/// Writes a value of our own types, fields in their order.
///
/// # Panics
/// When the type's own `Serialize` fails, or has integers of more than 64 bits; derived ones on our types do not.
pub fn write_typed<T: Serialize>(value: &T) -> String {
    let tree = serde_yaml::to_value(value).expect("our own types serialise");
    let mut text = String::new();
    emit::document(&tree, &mut text);
    text
}

/// Reads one of our own files as a tree, for schema checks; duplicate and merge keys are an error, and so is what JSON
/// cannot hold.
///
/// Scalars mean what `read_typed` takes them for: YAML 1.2, where `yes` is text.
pub fn read_value(text: &str) -> Result<Value, YamlError> {
    // what the fast reader takes means the same to every reader
    if let Some(mut documents) = fast::read(text)
        && documents.len() == 1
        && let Some(document) = documents.pop()
    {
        return Ok(document.value);
    }
    let positions = places(text)?;
    let tree = serde_yaml::from_str::<Yaml>(text).map_err(|error| clean(&error, &positions))?;
    json(tree, &mut Vec::new(), &positions)
}

fn json(tree: Yaml, path: &mut Vec<Segment>, positions: &Positions) -> Result<Value, YamlError> {
    match tree {
        Yaml::Null => Ok(Value::Null),
        Yaml::Bool(bool) => Ok(Value::Bool(bool)),
        Yaml::String(text) => Ok(Value::String(text)),
        Yaml::Number(number) => {
            let integer = number
                .as_u64()
                .map(Value::from)
                .or_else(|| number.as_i64().map(Value::from));
            let float = || {
                number
                    .as_f64()
                    .and_then(serde_json::Number::from_f64)
                    .map(Value::Number)
            };
            integer.or_else(float).ok_or_else(|| {
                let message = format!("`{number}` is not a number that JSON can hold");
                YamlError::new(positions.nearest(path), message).help("put it in quotes if it is text")
            })
        }
        Yaml::Sequence(items) => {
            let mut list = Vec::with_capacity(items.len());
            for (index, item) in items.into_iter().enumerate() {
                path.push(Segment::Index(index));
                list.push(json(item, path, positions)?);
                path.pop();
            }
            Ok(Value::Array(list))
        }
        Yaml::Mapping(entries) => {
            let mut map = Map::new();
            for (key, value) in entries {
                let key = match key {
                    Yaml::String(text) => text,
                    Yaml::Bool(bool) => bool.to_string(),
                    Yaml::Number(number) => number.to_string(),
                    Yaml::Null | Yaml::Sequence(_) | Yaml::Mapping(_) | Yaml::Tagged(_) => {
                        let message = "a key is not text";
                        return Err(YamlError::new(positions.nearest(path), message).help("write the key in quotes"));
                    }
                };
                path.push(Segment::Key(key.clone()));
                let value = json(value, path, positions)?;
                if map.insert(key.clone(), value).is_some() {
                    let place = positions.nearest(path);
                    return Err(YamlError::duplicate_key(&key, place, place));
                }
                path.pop();
            }
            Ok(Value::Object(map))
        }
        Yaml::Tagged(tagged) => {
            let message = format!("the tag `{}` has no meaning here", tagged.tag);
            Err(YamlError::new(positions.nearest(path), message).help("remove the tag"))
        }
    }
}

/// serde_yaml's message without the place at its end, which has fields of its own.
fn clean(error: &serde_yaml::Error, positions: &Positions) -> YamlError {
    let message = error.to_string();
    let Some(location) = error.location() else {
        return YamlError::new(positions.nearest(&[]), message);
    };
    let place = (location.line().max(1), location.column().max(1));
    let suffix = format!(" at line {} column {}", location.line(), location.column());
    YamlError::new(place, message.replacen(&suffix, "", 1))
}
