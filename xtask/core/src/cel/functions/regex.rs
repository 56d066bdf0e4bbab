//! Regular expressions: a pattern that stands in the expression is compiled with it, another one once a thread.

use std::cell::RefCell;
use std::collections::BTreeMap;

use regex::{Regex, RegexBuilder};

use super::{Answer, Value, bool_answer, int, text, text_answer};
use crate::cel::Error;

/// Functions whose second argument is a pattern.
pub(in crate::cel) const TAKING_PATTERNS: &[&str] = &["matches", "find", "findAll"];
/// How many patterns a thread remembers.
const REMEMBERED: usize = 256;
/// How much memory a pattern may take, bytes.
const LARGEST: usize = 1 << 20;

thread_local! {
    static PATTERNS: RefCell<BTreeMap<String, Regex>> = const { RefCell::new(BTreeMap::new()) };
}

/// A compiled pattern, or why it is none.
pub(in crate::cel) fn compile(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(pattern).size_limit(LARGEST).build().map_err(|error| {
        let text = error.to_string();
        let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
        format!("`{pattern}` is no regular expression: {reason}")
    })
}

fn with<T>(pattern: &str, work: impl FnOnce(&Regex) -> T) -> Result<T, Error> {
    PATTERNS.with_borrow_mut(|patterns| {
        if !patterns.contains_key(pattern) {
            let compiled = compile(pattern).map_err(Error::new)?;
            if patterns.len() == REMEMBERED {
                patterns.clear();
            }
            patterns.insert(pattern.to_owned(), compiled);
        }
        Ok(work(&patterns[pattern]))
    })
}

pub(super) fn matches<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    let (subject, pattern) = (text(&arguments[0])?, text(&arguments[1])?);
    match with(pattern, |pattern| pattern.is_match(subject)) {
        Ok(matches) => bool_answer(matches),
        Err(error) => Some(Err(error)),
    }
}

pub(super) fn find<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    let (subject, pattern) = (text(&arguments[0])?, text(&arguments[1])?);
    let found = with(pattern, |pattern| {
        pattern.find(subject).map_or("", |found| found.as_str())
    });
    match found {
        Ok(found) => text_answer(found),
        Err(error) => Some(Err(error)),
    }
}

pub(super) fn find_all<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    let (subject, pattern) = (text(&arguments[0])?, text(&arguments[1])?);
    let limit = match arguments.get(2) {
        Some(limit) => usize::try_from(int(limit)?).unwrap_or(usize::MAX),
        None => usize::MAX,
    };
    let found = with(pattern, |pattern| {
        let found = pattern.find_iter(subject).take(limit);
        found.map(|found| Value::text(found.as_str())).collect()
    });
    Some(found.map(Value::list))
}
