//! Texts without the secrets in them: what is shown is read by more people than the repository.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::Value;

use super::{Hit, given, is_telling, names, of_value, scan};

/// Most characters of a secret that are shown, so that one can tell which it is.
const SHOWN: usize = 4;

/// The text with everything that looks like a secret cut after its first characters.
pub fn masked(text: &str) -> Cow<'_, str> {
    let places = places(text);
    if places.is_empty() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(without(text, 0, &places))
}

/// A value as it may be shown; `name` is what it is called.
pub fn masked_value(name: &str, value: &Value) -> Value {
    match value {
        Value::String(text) if !text.contains('\n') && of_value(name, text).is_some() => match masked(text) {
            Cow::Owned(text) => text.into(),
            Cow::Borrowed(text) => {
                let all = 0..text.len();
                without(text, 0, &[all]).into()
            }
        },
        Value::String(text) => Value::String(masked(text).into_owned()),
        Value::Array(items) => items.iter().map(|item| masked_value(name, item)).collect(),
        Value::Object(map) => {
            let called = map.get("name").and_then(Value::as_str);
            let entries = map.iter().map(|(key, value)| {
                let name = called.filter(|_| key == "value").unwrap_or(key);
                (key.clone(), masked_value(name, value))
            });
            Value::Object(entries.collect())
        }
        other => other.clone(),
    }
}

/// Where secrets are in a text, in order, apart from each other, none over more than a line.
pub fn places(text: &str) -> Vec<Range<usize>> {
    let hits = scan(text).into_iter().flat_map(|hit| lines_of(text, &hit));
    let mut places: Vec<Range<usize>> = hits.chain(pairs(text)).collect();
    places.sort_by_key(|place| (place.start, place.end));
    places.dedup_by(|next, before| {
        let overlap = next.start < before.end;
        before.end = if overlap { before.end.max(next.end) } else { before.end };
        overlap
    });
    places
}

/// The values of a line that stand under telling names, however they look.
pub fn told(line: &str) -> impl Iterator<Item = Range<usize>> {
    let values = names(line).filter(|(name, _)| is_telling(name));
    values
        .map(|(_, at)| given(line, at))
        .filter(|value| !value.is_empty() && !line[value.clone()].starts_with('{'))
}

/// What of a line is the value that stands at a place: a key before it may be seen, and so may what a template fills in.
pub fn value_at(line: &str, at: usize) -> Option<Range<usize>> {
    let rest = line.get(at..)?;
    let name = rest.find([':', '=']).filter(|end| {
        let key = rest[..*end].trim_matches(['"', '\'', ' ']);
        let plain = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
        !key.is_empty() && key.chars().all(plain) && rest[end + 1..].starts_with([' ', '"', '\''])
    });
    let start = name.map_or(0, |end| end + 1);
    let value = rest[start..].trim_start_matches([' ', '"', '\'']);
    let filled = value.starts_with("{{") && !value.contains(['"', '\'']);
    let start = line.len() - value.len();
    let value = value.trim_end();
    let follows = matches!(value, "" | "|" | "|-" | ">" | ">-");
    (!filled && !follows).then(|| start..start + value.len())
}

/// A part of a text, from `start` bytes into it, without what stands at these places of the text.
pub fn without(part: &str, start: usize, places: &[Range<usize>]) -> String {
    let mut text = String::new();
    let mut done = 0;
    for place in places {
        let (from, to) = (place.start.max(start) - start, place.end.max(start) - start);
        let to = to.min(part.len());
        if from >= to {
            continue;
        }
        let secret = &part[from..to];
        text.push_str(&part[done..from]);
        let word = secret.split([' ', ',', '"', '\'', '}']).next().unwrap_or_default();
        text.extend(word.chars().take(SHOWN.min(word.chars().count() / 4)));
        text.push('…');
        done = to;
    }
    text.push_str(&part[done..]);
    text
}

/// The place of a hit; of a private key each line to its end.
fn lines_of(text: &str, hit: &Hit) -> Vec<Range<usize>> {
    let first = hit.start..hit.start + hit.length;
    let rest = &text[first.end..];
    let block = match rest.find("-----END ") {
        Some(end) if text[first.clone()].starts_with("-----BEGIN ") => &rest[..end],
        _ => "",
    };
    let mut at = first.end;
    let mut places = vec![first];
    for line in block.split_inclusive('\n') {
        let value = line.trim();
        let start = at + (line.len() - line.trim_start().len());
        places.extend((!value.is_empty()).then(|| start..start + value.len()));
        at += line.len();
    }
    places
}

/// Values whose name stands in the line before, as in lists of variables.
fn pairs(text: &str) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    let mut named = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let (key, value) = line.split_once(':').unwrap_or(("", line));
        let said = value.trim().trim_matches(['"', '\'']);
        match (key.trim_start_matches([' ', '-']), named.take()) {
            ("name", _) => named = Some(said),
            ("value", Some(name)) if of_value(name, said).is_some() => {
                let at = start + key.len() + 1 + value.find(said).unwrap_or_default();
                places.push(at..at + said.len());
            }
            _ => {}
        }
        start += line.len();
    }
    places
}
