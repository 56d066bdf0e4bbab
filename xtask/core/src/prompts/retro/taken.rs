//! What was taken out of one place of a sample is taken out of all of it: a password that a field gives away stands in the
//! question, too.

use std::collections::BTreeMap;
use std::ops::Bound::{Included, Unbounded};

use serde_json::{Map, Value};

use super::placeholder::{PERSON, apart, mark_of, marked, unmarked};
use super::{Trace, instead, patterns, people, structured};
use crate::prompts::cases::ExpectedTool;

/// Fewest characters of what is looked for elsewhere: less may be part of anything.
const LEAST: usize = 5;
/// The same of a part of a name, which is looked for as it is written.
const LEAST_OF_NAME: usize = 3;

/// What was taken out, and what stands there instead.
#[derive(Default)]
pub(super) struct Taken {
    gone: BTreeMap<String, String>,
    /// The marks of parts of names, each with that of the whole one.
    same: BTreeMap<String, String>,
}

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
        for tool in trace.expected_tools.iter().chain(&trace.tools_called).flatten() {
            if let ExpectedTool::Call { arguments, .. } = tool {
                taken.read_fields(arguments, "");
            }
        }
        taken.read_names(&format!("{trace:?}"));
        taken
    }

    /// Takes out who writes from `jane.doe@…` where all that was said has `Jane Doe`.
    fn read_names(&mut self, said: &str) {
        let addresses = self.gone.iter().filter(|(_, instead)| unmarked(instead) == PERSON);
        let names: Vec<String> = addresses.filter_map(|(address, _)| people::name_of(address)).collect();
        for name in names.iter().filter(|name| said.contains(*name)) {
            self.add(name, &marked(people::NAME, name));
        }
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
        let (gone, instead) = apart(text, instead);
        if gone.chars().count() >= LEAST && !instead.is_empty() {
            self.gone.insert(gone.to_owned(), instead.to_owned());
        }
        let Some(whole) = mark_of(instead).filter(|_| instead.starts_with(people::NAME.trim_end_matches(']'))) else {
            return;
        };
        // whoever said the whole name calls somebody by a part of it
        let parts = gone.split_whitespace();
        let parts = parts.filter(|part| part.chars().count() >= LEAST_OF_NAME && part.starts_with(char::is_uppercase));
        for part in parts {
            self.gone.entry(part.to_owned()).or_insert_with(|| instead.to_owned());
            let alone = marked(people::NAME, part);
            if let Some(alone) = mark_of(&alone).filter(|alone| *alone != whole) {
                self.same.entry(alone.to_owned()).or_insert_with(|| whole.to_owned());
            }
        }
    }

    /// The mark that stands for what this one does.
    pub(super) fn plain<'a>(&'a self, mark: &'a str) -> &'a str {
        self.same.get(mark).map_or(mark, String::as_str)
    }

    /// The marks that stand for what others do.
    pub(super) fn same(&self) -> BTreeMap<String, String> {
        self.same.clone()
    }

    /// A text without any of it, where it stands as a word of its own; of several the longest goes.
    pub(super) fn out_of(&self, text: &str) -> String {
        let (mut clean, mut end) = (String::new(), 0);
        let mut last = None;
        for (at, letter) in text.char_indices() {
            if at >= end
                && !last.is_some_and(goes_on)
                && let Some((gone, instead)) = self.longest(&text[at..])
            {
                clean += &text[end..at];
                clean += instead;
                end = at + gone.len();
            }
            last = Some(letter);
        }
        clean + &text[end..]
    }

    /// The longest of what was taken out with which a text begins as with a word.
    fn longest(&self, text: &str) -> Option<(&str, &str)> {
        let mut bound = text;
        loop {
            // what begins a text comes before it in order, and what is longer comes later
            let (gone, instead) = self.gone.range::<str, _>((Unbounded, Included(bound))).next_back()?;
            let same = gone
                .bytes()
                .zip(bound.bytes())
                .take_while(|(one, other)| one == other)
                .count();
            if same == gone.len() && !text[same..].starts_with(goes_on) {
                return Some((gone, instead));
            }
            // all that is left is no longer than what both begin with
            let most = if same == gone.len() { same.checked_sub(1)? } else { same };
            bound = (0..=most).rev().find_map(|end| bound.get(..end))?;
        }
    }
}

/// Whether a word goes on with it. Chinese and Japanese have no spaces between words.
fn goes_on(letter: char) -> bool {
    letter.is_alphanumeric() && letter < '\u{3000}'
}
