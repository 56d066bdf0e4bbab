//! What looks like a secret in a text: forms that providers give their keys, and values of telling names that look made
//! by a machine.

mod address;
mod forms;
mod mask;
mod shape;

#[cfg(test)]
mod tests;

pub use address::without_login;
pub use mask::{masked, masked_value, places, told, value_at, without};

use std::ops::Range;

use serde_json::Value;

use forms::{form, untold, web_token};
use shape::{GIVES, SHORTEST, Shape, is_part};

/// Something that looks like a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Where it begins, in bytes.
    pub start: usize,
    /// How many bytes it has.
    pub length: usize,
    /// What it looks like.
    pub kind: &'static str,
}

/// Words in a name that say what its value is.
const TELLING: [&str; 12] = [
    "accesskey",
    "access_key",
    "apikey",
    "api_key",
    "auth_token",
    "credential",
    "passphrase",
    "passwd",
    "password",
    "private_key",
    "secret",
    "token",
];
/// Ends of names that say that the value is a name, a place or a number, not the secret itself.
const INNOCENT: [&str; 17] = [
    "count",
    "cost",
    "file",
    "id",
    "key_name",
    "limit",
    "name",
    "path",
    "ref",
    "reference",
    "size",
    "tokens",
    "url",
    "tokenizer",
    "usage",
    "version",
    "mount",
];
/// Words in a name that say that its value is no secret: what is hashed, signed or published.
const PUBLIC: [&str; 9] = [
    "bundle",
    "cert",
    "checksum",
    "digest",
    "fingerprint",
    "hash",
    "public",
    "sha",
    "sig",
];
/// Words in a value that say that it stands for a secret.
const STANDING_IN: [&str; 14] = [
    "changeme",
    "change-me",
    "dummy",
    "example",
    "fake",
    "insert",
    "placeholder",
    "redacted",
    "replace",
    "sample",
    "todo-",
    "xxxx",
    "your-",
    "your_",
];
/// Least length of a value of a telling name.
const LEAST: usize = 8;
/// Least bits of information a character, in a value of a telling name.
const LEAST_BITS: f64 = 2.8;

/// Everything in a text that looks like a secret, by place.
pub fn scan(text: &str) -> Vec<Hit> {
    let mut hits: Vec<Hit> = Vec::new();
    let mut start = 0;
    // certificates and public keys are for everyone
    let mut public = false;
    for line in text.split_inclusive('\n') {
        let shape = Shape::of(line);
        public |= shape.dashes && line.contains("-----BEGIN ") && !line.contains("PRIVATE");
        if !public {
            let found = in_line(line, &shape).into_iter();
            hits.extend(found.map(|hit| Hit {
                start: start + hit.start,
                ..hit
            }));
        }
        public &= !(shape.dashes && line.contains("-----END "));
        start += line.len();
    }
    hits
}

/// What a name and its value look like, as in an environment variable.
pub fn of_value(name: &str, value: &str) -> Option<&'static str> {
    if value.len() < LEAST {
        return None;
    }
    let shape = Shape::of(value);
    let told = || shape.made() && is_telling(name) && looks_made(value);
    let hit = in_line(value, &shape).first().map(|hit| hit.kind);
    hit.or_else(|| told().then_some(TOLD))
}

/// What a part of some JSON looks like, if like a secret; `name` is the key that it stands under.
pub fn of_json(name: &str, value: &Value) -> Option<&'static str> {
    match value {
        Value::String(text) => of_value(name, text),
        Value::Array(items) => items.iter().find_map(|item| of_json(name, item)),
        Value::Object(map) => map.iter().find_map(|(name, value)| of_json(name, value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

const TOLD: &str = "a value that only a machine would choose, under a telling name";

fn in_line(line: &str, shape: &Shape) -> Vec<Hit> {
    let mut hits = Vec::new();
    if shape.dashes
        && let Some(at) = line
            .find("-----BEGIN ")
            .filter(|at| line[*at..].contains("PRIVATE KEY-----"))
    {
        hits.push(hit(at, line[at..].trim_end().len(), "a private key"));
        return hits;
    }
    if shape.word {
        for (at, word) in words(line).filter(|(_, word)| word.len() >= SHORTEST) {
            let public = || name_of(line).is_some_and(|(name, _)| is_public(name));
            let kind = form(word).or_else(|| web_token(word));
            let kind = kind.or_else(|| untold(word).filter(|_| !public()));
            hits.extend(kind.map(|kind| hit(at, word.len(), kind)));
        }
    }
    if shape.address {
        hits.extend(credentials(line));
    }
    if shape.made() && shape.has(GIVES) {
        let told = assignments(line).filter(|told| !hits.iter().any(|hit| overlap(hit, told)));
        let told: Vec<Hit> = told.collect();
        hits.extend(told);
    }
    hits.sort_by_key(|hit| hit.start);
    hits
}

fn hit(start: usize, length: usize, kind: &'static str) -> Hit {
    Hit { start, length, kind }
}

fn overlap(left: &Hit, right: &Hit) -> bool {
    left.start < right.start + right.length && right.start < left.start + left.length
}

/// The runs of characters that keys are made of, with their places.
fn words(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = rest + line[rest..].bytes().position(is_part)?;
        let end = line[start..]
            .bytes()
            .position(|byte| !is_part(byte))
            .map_or(line.len(), |length| start + length);
        rest = end;
        Some((start, &line[start..end]))
    })
}

/// `scheme://user:password@host`
fn credentials(line: &str) -> Option<Hit> {
    let scheme = line.find("://")? + 3;
    let rest = &line[scheme..];
    let end = rest.find(['/', ' ', '"', '\'', '\n', '?']).unwrap_or(rest.len());
    let (user, _) = rest[..end].rsplit_once('@')?;
    let (name, password) = user.split_once(':')?;
    let stated = !password.is_empty() && !password.contains(['$', '{', '<', '*', '%']) && !stands_in(password);
    let known = ["password", "pass", "secret", "user", name];
    (stated && !known.contains(&password)).then_some(hit(scheme, user.len(), "a password in an address"))
}

/// The name that a line gives to something, and where the name ends.
fn name_of(line: &str) -> Option<(&str, usize)> {
    let at = line.find([':', '='])?;
    let name = line[..at].trim_matches(|c: char| !c.is_ascii_alphanumeric());
    Some((name.rsplit([' ', ',', '{', '"', '\'']).next()?, at))
}

/// Whether a name says that its value may be seen by everyone.
fn is_public(name: &str) -> bool {
    PUBLIC.iter().any(|word| has_word(name, word))
}

/// `password: value`, `"password": "value"` or `PASSWORD=value`, and each of several in one line.
fn assignments(line: &str) -> impl Iterator<Item = Hit> {
    names(line).filter_map(move |(name, at)| assignment(line, name, at))
}

/// The names that a line gives something to, each with its end.
fn names(line: &str) -> impl Iterator<Item = (&str, usize)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let (name, at) = name_of(&line[from..])?;
        let at = from + at;
        from = at + 1;
        Some((name, at))
    })
}

fn assignment(line: &str, name: &str, at: usize) -> Option<Hit> {
    let place = given(line, at);
    let value = &line[place.clone()];
    (value.len() >= LEAST && is_telling(name) && looks_made(value)).then_some(hit(place.start, value.len(), TOLD))
}

/// The value after a `:` or `=`.
fn given(line: &str, at: usize) -> Range<usize> {
    let rest = &line[at + 1..];
    let start = at + 1 + (rest.len() - rest.trim_start_matches([' ', '"', '\'', '=']).len());
    let value = &line[start..];
    let value = &value[..value
        .find(['"', '\'', ',', ' ', '}', '\n', '\r'])
        .unwrap_or(value.len())];
    start..start + value.len()
}

/// Whether a name says that its value is a secret.
fn is_telling(name: &str) -> bool {
    let ends = |end: &str| name.len() >= end.len() && is_same(&name.as_bytes()[name.len() - end.len()..], end);
    TELLING.iter().any(|word| has_word(name, word)) && !INNOCENT.iter().any(|end| ends(end))
}

/// Whether a name has a word in it, in any case, with `-` for `_`.
fn has_word(name: &str, word: &str) -> bool {
    name.as_bytes().windows(word.len()).any(|part| is_same(part, word))
}

fn is_same(part: &[u8], word: &str) -> bool {
    let plain = |byte: u8| if byte == b'-' { b'_' } else { byte.to_ascii_lowercase() };
    // most differ in the first
    plain(part[0]) == word.as_bytes()[0] && part.iter().copied().map(plain).eq(word.bytes())
}

/// Whether a value looks made by a machine, or chosen as a password is.
fn looks_made(value: &str) -> bool {
    let has = |test: fn(&char) -> bool| value.chars().any(|c| test(&c));
    let mixed = has(char::is_ascii_digit) && has(char::is_ascii_alphabetic);
    let symbols = value.chars().any(|c| "!@#^&*+?~".contains(c)) && has(char::is_ascii_alphabetic);
    let templated = value.contains(['{', '<', '(']) || value.starts_with(['$', '/', '.', '%', '*']);
    let digest = value.starts_with("sha256:") || value.starts_with("sha512:");
    value.len() >= LEAST
        && (mixed || symbols)
        && !templated
        && !digest
        && !value.contains("://")
        && !is_name(value)
        && !stands_in(value)
        && bits(value) >= LEAST_BITS
}

/// Whether a value is a name: words with `-`, `_`, `.` or `/` between them, each of letters or with a short number.
fn is_name(value: &str) -> bool {
    let mut parts = value.split(['-', '_', '.', '/', ':', '#']);
    value.contains(['-', '_', '.', '/', ':']) && parts.all(is_word)
}

/// Whether a text is a word: letters of one case, perhaps with a short number after them.
fn is_word(text: &str) -> bool {
    let letters = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = text.len() - letters.len();
    let one_case = |test: fn(&u8) -> bool| letters.bytes().all(|byte| test(&byte));
    digits <= 4 && (one_case(u8::is_ascii_lowercase) || one_case(u8::is_ascii_uppercase))
}

/// Whether a value says that it stands for a secret.
fn stands_in(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    STANDING_IN.iter().any(|word| value.contains(word))
}

/// Shannon's entropy: bits of information a character.
fn bits(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in text.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let length = text.len() as f64;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let share = f64::from(*count) / length;
            -share * share.log2()
        })
        .sum()
}
