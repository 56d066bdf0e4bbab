//! What stands in place of what was taken out: the same for the same, and something else for something else.
//!
//! While a sample is looked through, a placeholder has a mark that tells what it stands for. At the end the marks become
//! numbers where a sample has several of a kind (`[ip-1]`, `[ip-2]`), and go where it has one (`[ip]`).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value};

use crate::model::Digest;

/// What an address of mail is replaced with.
pub(super) const PERSON: &str = "person@example.com";

/// The first of the sixteen characters that marks are made of: from the range of Unicode that no text uses.
const FIRST: char = '\u{E000}';
const LAST: char = '\u{E00F}';
/// Characters of a mark, each for half a byte of a digest.
const LENGTH: usize = 12;
/// Kinds of which the same number may be written with other separators.
const NUMBERS: [&str; 5] = ["[account", "[card", "[iban", "[identity", "[phone"];

/// What of a text is not in the one that stands there instead, and what stands there for that.
pub(super) fn apart<'a>(text: &'a str, instead: &'a str) -> (&'a str, &'a str) {
    // any address may end as the one does that stands for it
    if unmarked(instead) == PERSON {
        return (text, instead);
    }
    let pairs = text.chars().zip(instead.chars());
    let same = pairs.take_while(|(one, other)| one == other);
    let before: usize = same.map(|(one, _)| one.len_utf8()).sum();
    let (text, instead) = (&text[before..], &instead[before..]);
    let pairs = text.chars().rev().zip(instead.chars().rev());
    let same = pairs.take_while(|(one, other)| one == other);
    let after: usize = same.map(|(one, _)| one.len_utf8()).sum();
    (&text[..text.len() - after], &instead[..instead.len() - after])
}

/// A text that ends in a placeholder, with the mark of what that stands for.
pub(super) fn marked(instead: &str, gone: &str) -> String {
    let at = match instead.rfind(']') {
        Some(end) => end,
        None if instead == PERSON => "person".len(),
        None => return instead.to_owned(),
    };
    // what was taken out before stands for what it stood for
    let mark = match marks(gone).next() {
        Some(place) => gone[place].to_owned(),
        None => mark(&instead[..at], gone),
    };
    format!("{}{mark}{}", &instead[..at], &instead[at..])
}

fn mark(head: &str, gone: &str) -> String {
    let gone = gone.trim();
    let same = if NUMBERS.iter().any(|kind| head.ends_with(kind)) {
        gone.chars().filter(|c| c.is_alphanumeric()).collect()
    } else {
        gone.to_owned()
    };
    // of a secret capitals count
    let same = if head.ends_with("[secret") {
        same
    } else {
        same.to_lowercase()
    };
    let hex = Digest::of(same.as_bytes()).hex();
    let halves = hex.chars().take(LENGTH).filter_map(|half| half.to_digit(16));
    halves
        .filter_map(|half| char::from_u32(u32::from(FIRST) + half))
        .collect()
}

/// The mark of a placeholder.
pub(super) fn mark_of(placeholder: &str) -> Option<&str> {
    marks(placeholder).next().map(|place| &placeholder[place])
}

/// The marks of all placeholders of a text.
pub(super) fn all_marks(text: &str) -> impl Iterator<Item = &str> {
    marks(text).map(|place| &text[place])
}

/// Where a text has marks.
fn marks(text: &str) -> impl Iterator<Item = Range<usize>> {
    let size = LENGTH * FIRST.len_utf8();
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let start = from + text[from..].find(is_of_mark)?;
            let rest = &text[start..];
            let length = rest.find(|c| !is_of_mark(c)).unwrap_or(rest.len());
            from = start + length;
            let follows = &rest[length..];
            if length == size && (follows.starts_with(']') || follows.starts_with("@example.com")) {
                return Some(start..from);
            }
        }
    })
}

/// Whether a mark is made of it.
fn is_of_mark(letter: char) -> bool {
    (FIRST..=LAST).contains(&letter)
}

/// A text whose placeholders say nothing of what they stand for.
pub(super) fn unmarked(text: &str) -> String {
    shown(text, |_, _| String::new())
}

/// A text with something else in place of each mark, told its kind.
fn shown(text: &str, instead: impl Fn(&str, &str) -> String) -> String {
    let (mut clean, mut end) = (String::new(), 0);
    for place in marks(text) {
        clean += &text[end..place.start];
        clean += &instead(kind(text, place.start), &text[place.clone()]);
        end = place.end;
    }
    clean + &text[end..]
}

/// What a placeholder is called whose mark begins here.
fn kind(text: &str, at: usize) -> &str {
    let before = &text[..at];
    match before.rfind('[') {
        Some(start) if text[at..].trim_start_matches(is_of_mark).starts_with(']') => &before[start + 1..],
        _ => "person",
    }
}

/// A text whose placeholders have no numbers, as where a sample has one of each kind.
pub(super) fn unnumbered(text: &str) -> Cow<'_, str> {
    static NUMBERED: LazyLock<Regex> = LazyLock::new(|| {
        let numbered = Regex::new(r"(\[[a-z]+|\bperson)-[0-9]+(\]|@example\.com)");
        numbered.expect("a placeholder is told by a regular expression")
    });
    NUMBERED.replace_all(text, "$1$2")
}

/// The marks of a sample by kind, each with its place among those of the kind, from 1.
#[derive(Default)]
pub(super) struct Numbers {
    seen: BTreeMap<String, BTreeMap<String, usize>>,
    /// Marks that stand for what others do.
    same: BTreeMap<String, String>,
}

impl Numbers {
    /// Nothing seen yet; `same` are marks, each with the one that stands for the same.
    pub(super) fn new(same: BTreeMap<String, String>) -> Numbers {
        let seen = BTreeMap::new();
        Numbers { seen, same }
    }

    fn plain<'a>(&'a self, mark: &'a str) -> &'a str {
        self.same.get(mark).map_or(mark, String::as_str)
    }

    /// Takes in the marks of a text.
    pub(super) fn read(&mut self, text: &str) {
        for place in marks(text) {
            let mark = self.plain(&text[place.clone()]).to_owned();
            let seen = self.seen.entry(kind(text, place.start).to_owned()).or_default();
            let next = seen.len() + 1;
            seen.entry(mark).or_insert(next);
        }
    }

    /// The same of every text in a value.
    pub(super) fn read_value(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.read(text),
            Value::Array(items) => items.iter().for_each(|item| self.read_value(item)),
            Value::Object(map) => map.values().for_each(|value| self.read_value(value)),
            _ => {}
        }
    }

    /// A text with numbers in place of its marks, where there are several of a kind.
    pub(super) fn shown(&self, text: &str) -> String {
        shown(text, |kind, mark| {
            let several = self.seen.get(kind).filter(|seen| seen.len() > 1);
            let number = several.and_then(|seen| seen.get(self.plain(mark)));
            number.map_or_else(String::new, |number| format!("-{number}"))
        })
    }
}

/// A value with something else in place of each text.
pub(super) fn with_texts(value: &Value, instead: &dyn Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => instead(text).into(),
        Value::Array(items) => items.iter().map(|item| with_texts(item, instead)).collect(),
        Value::Object(map) => {
            let fields = map.iter().map(|(key, value)| (key.clone(), with_texts(value, instead)));
            fields.collect::<Map<_, _>>().into()
        }
        other => other.clone(),
    }
}
