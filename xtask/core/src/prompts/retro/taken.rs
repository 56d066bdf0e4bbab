//! What was taken out of one place of a sample is taken out of all of it: a password that a field gives away stands in the
//! question, too.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Trace, instead, patterns, people, structured};

/// Fewest characters of what is looked for elsewhere: less may be part of anything.
const LEAST: usize = 5;
/// The same of a part of a name, which is looked for as it is written.
const LEAST_OF_NAME: usize = 3;

/// What was taken out, and what stands there instead.
#[derive(Default)]
pub(super) struct Taken(BTreeMap<String, String>);

impl Taken {
    pub(super) fn of(trace: &Trace) -> Taken {
        let mut taken = Taken::default();
        let words = trace.forbidden_keywords.iter();
        let turns = trace.turns.iter().map(|turn| &turn.text);
        let texts = [&trace.user_input, &trace.answer, &trace.expected_behavior];
        for text in texts.into_iter().chain(turns).chain(words) {
            taken.read_text(text);
        }
        taken.read_fields(&trace.vars, "");
        taken
    }

    fn read_text(&mut self, text: &str) {
        if let Some(value) = structured(text) {
            return self.read_value(&value, "");
        }
        for (gone, instead) in patterns::found(text) {
            self.add(gone, &instead);
        }
    }

    fn read_value(&mut self, value: &Value, holder: &str) {
        match value {
            Value::String(text) => self.read_text(text),
            Value::Array(items) => items.iter().for_each(|item| self.read_value(item, holder)),
            Value::Object(map) => self.read_fields(map, holder),
            _ => {}
        }
    }

    fn read_fields(&mut self, map: &Map<String, Value>, holder: &str) {
        for (key, value) in map {
            match (value.as_str(), instead(key, value, holder, map)) {
                (Some(text), Some(Value::String(instead))) => self.add(text, &instead),
                _ => self.read_value(value, key),
            }
        }
    }

    /// Keeps of a text what is not in the one that stands there instead.
    fn add(&mut self, text: &str, instead: &str) {
        let same = |one: &str, other: &str| {
            let pairs = one.chars().zip(other.chars());
            pairs
                .take_while(|(one, other)| one == other)
                .map(|(one, _)| one.len_utf8())
                .sum::<usize>()
        };
        let before = same(text, instead);
        let (text, instead) = (&text[before..], &instead[before..]);
        let reversed = |text: &str| text.chars().rev().collect::<String>();
        let after = same(&reversed(text), &reversed(instead));
        let (gone, instead) = (&text[..text.len() - after], &instead[..instead.len() - after]);
        if gone.chars().count() >= LEAST && !instead.is_empty() {
            self.0.insert(gone.to_owned(), instead.to_owned());
        }
        // whoever said the whole name calls somebody by a part of it
        let parts = gone.split_whitespace().filter(|_| instead == people::NAME);
        let parts = parts.filter(|part| part.chars().count() >= LEAST_OF_NAME && part.starts_with(char::is_uppercase));
        self.0.extend(parts.map(|part| (part.to_owned(), instead.to_owned())));
    }

    /// A text without any of it.
    pub(super) fn out_of(&self, text: &str) -> String {
        let mut longest: Vec<_> = self.0.iter().collect();
        longest.sort_by_key(|(gone, _)| std::cmp::Reverse(gone.len()));
        longest
            .into_iter()
            .fold(text.to_owned(), |text, (gone, instead)| without(&text, gone, instead))
    }

    /// The same of every text in a value.
    pub(super) fn out_of_value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.out_of(text).into(),
            Value::Array(items) => items.iter().map(|item| self.out_of_value(item)).collect(),
            Value::Object(map) => {
                let fields = map.iter().map(|(key, value)| (key.clone(), self.out_of_value(value)));
                fields.collect::<Map<_, _>>().into()
            }
            other => other.clone(),
        }
    }
}

/// A text with something else in place of a word, where it stands as a word of its own.
fn without(text: &str, gone: &str, instead: &str) -> String {
    let mut clean = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(gone) {
        let (before, after) = (&rest[..at], &rest[at + gone.len()..]);
        let last = clean.chars().chain(before.chars()).next_back();
        let is_inside = last.is_some_and(goes_on) || after.starts_with(goes_on);
        clean.push_str(before);
        clean.push_str(if is_inside { gone } else { instead });
        rest = after;
    }
    clean + rest
}

/// Whether a word goes on with it. Chinese and Japanese have no spaces between words.
fn goes_on(letter: char) -> bool {
    letter.is_alphanumeric() && letter < '\u{3000}'
}
