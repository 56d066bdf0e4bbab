//! The objects that stand in a text, found as promptfoo finds them: from each brace on, read as YAML.

use serde_json::{Map, Value};
use serde_yaml::Value as Yaml;

use super::{Ungraded, script};

/// Most characters of one object.
const MOST_CHARACTERS: usize = 100_000;

/// Most braces that are tried: each may open an object, and a text of nothing but braces would take for ever.
const MOST_TRIED: usize = 1_000;

/// The objects in a text. Where one is cut off, its braces are closed.
pub(super) fn objects(text: &str) -> Result<Vec<Value>, Ungraded> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut tried = 0;
    while let Some(open) = text[at..].find('{').map(|next| at + next) {
        tried += 1;
        if tried > MOST_TRIED {
            return Err(format!(
                "a text with more than {MOST_TRIED} braces is not looked through"
            ));
        }
        match object(&text[open..]) {
            Some((value, length)) => {
                found.push(value);
                at = open + length;
            }
            None => at = open + 1,
        }
    }
    Ok(found)
}

/// The object that a text starts with, and its length.
fn object(text: &str) -> Option<(Value, usize)> {
    if text.len() == 1 {
        return None;
    }
    let mut depth = 0_usize;
    let mut end = 0;
    for (at, character) in text.char_indices().take(MOST_CHARACTERS) {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        end = at + character.len_utf8();
        if depth == 0 {
            break;
        }
    }
    let closed = format!("{}{}", &text[..end], "}".repeat(depth));
    let value = match serde_json::from_str(&closed) {
        Ok(value) => Some(value),
        Err(_) => serde_yaml::from_str(&hashed(&closed)).ok().and_then(json),
    };
    value.filter(Value::is_object).map(|value| (value, end))
}

/// What was read, as JavaScript holds it; nothing where it has a tag.
fn json(yaml: Yaml) -> Option<Value> {
    Some(match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(own) => Value::Bool(own),
        Yaml::String(own) => Value::String(own),
        Yaml::Number(own) => serde_json::to_value(own).unwrap_or_default(),
        Yaml::Sequence(items) => Value::Array(items.into_iter().map(json).collect::<Option<_>>()?),
        Yaml::Mapping(map) => {
            let entries = map.into_iter().map(|(key, value)| {
                let key = json(key)?;
                let name = match &key {
                    Value::Null => "null".to_owned(),
                    other => script::text(other).unwrap_or_else(|| "[object Object]".to_owned()),
                };
                Some((name, json(value)?))
            });
            Value::Object(entries.collect::<Option<Map<_, _>>>()?)
        }
        Yaml::Tagged(_) => return None,
    })
}

/// Where a character of a line stands.
#[derive(Clone, Copy, PartialEq)]
enum Within {
    Plain,
    Quotes(char),
}

/// The text with `//` of comments as `#`.
fn hashed(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(hashed_line).collect();
    lines.join("\n")
}

fn hashed_line(line: &str) -> String {
    let characters: Vec<char> = line.chars().collect();
    let is_letter = |at: Option<usize>| {
        at.and_then(|at| characters.get(at))
            .is_some_and(char::is_ascii_alphabetic)
    };
    let mut within = Within::Plain;
    let mut written = String::new();
    for (at, &character) in characters.iter().enumerate() {
        match (within, character) {
            (Within::Plain, '\'') if !is_letter(at.checked_sub(1)) => within = Within::Quotes('\''),
            (Within::Plain, '"') => within = Within::Quotes('"'),
            (Within::Plain, '/') if characters.get(at + 1) == Some(&'/') => {
                let token = characters[..at]
                    .iter()
                    .rposition(|c| script::is_space(*c))
                    .map_or(0, |space| space + 1);
                let is_address = characters[token..at + 2]
                    .windows(3)
                    .any(|three| three == [':', '/', '/']);
                if !is_address {
                    let slashes = characters[at..].iter().take_while(|c| **c == '/').count();
                    let rest: String = characters[at + slashes..].iter().collect();
                    return format!("{written}{}{rest}", "#".repeat(slashes / 2));
                }
            }
            (Within::Quotes(quote), _) if character == quote => {
                let escapes = characters[..at].iter().rev().take_while(|c| **c == '\\').count();
                let goes_on = quote == '\'' && is_letter(Some(at + 1));
                if escapes % 2 == 0 && !goes_on {
                    within = Within::Plain;
                }
            }
            _ => {}
        }
        written.push(character);
    }
    written
}
