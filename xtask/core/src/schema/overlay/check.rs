//! What each check asks of a value, and what it says where the answer is no.

use serde_json::{Map, Value};

use super::forms::{self, Form};
use super::row::Check;
use super::view::{field, has};
use super::walk::Problems;
use crate::model::{Problem, Quantity, escaped, suggestion};

/// Asks one thing of a value.
pub(super) fn apply(check: Check, value: &Value, problems: &mut Problems<'_>) {
    match (check, value) {
        (Check::Words(words), Value::String(text)) if !words.contains(&text.as_str()) => {
            problems.add(no_such_word(&problems.place(), text, words));
        }
        (Check::Text(form), Value::String(text)) if !form.fits(text) => {
            problems.add(no_such_form(&problems.place(), text, form));
        }
        (Check::Keys(form), Value::Object(map)) => keys(map, form, problems),
        (Check::Within(least, most), Value::Number(number)) => {
            let outside = number.as_i64().is_some_and(|number| number < least || number > most);
            if outside || number.as_u64().is_some_and(|number| i64::try_from(number).is_err()) {
                problems.add(out_of_range(&problems.place(), value, least, most));
            }
        }
        (Check::Amount, _) => amount(value, Quantity::ZERO, "not below zero", problems),
        (Check::Positive, _) => amount(
            value,
            Quantity::parse("1n").unwrap_or_default(),
            "more than zero",
            problems,
        ),
        (Check::Share, _) => share(value, u64::MAX, problems),
        (Check::Part, _) => share(value, 100, problems),
        (Check::Port, _) => port(value, problems),
        (Check::Something, _) => something(value, problems),
        (Check::Longest(most), Value::Array(items)) if items.len() > most => {
            let message = format!(
                "`{}` has {} items, {most} at most are admitted",
                problems.place(),
                items.len()
            );
            problems.add(Problem::error("out-of-range", "", message));
        }
        (Check::Distinct(keys), Value::Array(items)) => distinct(items, keys, problems),
        (Check::Different, Value::Array(items)) => different(items, problems),
        (Check::Law(law), _) => law(value, problems),
        (check, Value::Object(map)) => fields(check, value, map, problems),
        _ => {}
    }
}

/// The checks that count fields.
fn fields(check: Check, value: &Value, map: &Map<String, Value>, problems: &mut Problems<'_>) {
    match check {
        Check::Needs(names) => {
            for name in names.iter().filter(|name| !has(value, name)) {
                problems.add(missing(&problems.place(), name));
            }
        }
        Check::Lacks(names, why) => {
            for name in names.iter().filter(|name| field(value, name).is_some()) {
                let message = format!("`{}` {why}", below(&problems.place(), name));
                let problem = Problem::error("conflicting-fields", format!("/{name}"), message).on_key();
                problems.add(problem.help("take it out"));
            }
        }
        Check::One(names) => {
            let given = || names.iter().filter(|name| field(value, name).is_some());
            if given().count() != 1 {
                problems.add(not_one(&problems.place(), &given().copied().collect::<Vec<_>>(), names));
            }
        }
        Check::OneBeside(others) => {
            let given = || {
                map.iter()
                    .filter(|(key, value)| !value.is_null() && !others.contains(&key.as_str()))
            };
            if given().count() != 1 {
                let given: Vec<&str> = given().map(|(key, _)| key.as_str()).collect();
                problems.add(not_one(&problems.place(), &given, &[]));
            }
        }
        Check::AtMostOne(names) => {
            let given = || names.iter().filter(|name| field(value, name).is_some());
            if given().count() > 1 {
                problems.add(not_one(&problems.place(), &given().copied().collect::<Vec<_>>(), names));
            }
        }
        _ => {}
    }
}

fn keys(map: &Map<String, Value>, form: Form, problems: &mut Problems<'_>) {
    for key in map.keys().filter(|key| !form.fits(key)) {
        let message = format!("the key `{key}` in `{}` is no {}", problems.place(), form.name());
        let pointer = format!("/{}", escaped(key));
        let problem = Problem::error("malformed-text", pointer, message);
        problems.add(problem.on_key().help(format!("write {}", form.rule())));
    }
}

fn amount(value: &Value, least: Quantity, wanted: &str, problems: &mut Problems<'_>) {
    match Quantity::of(value) {
        Some(quantity) if quantity < least => {
            let message = format!("`{}` is `{}`, which must be {wanted}", problems.place(), shown(value));
            problems.add(Problem::error("out-of-range", "", message));
        }
        None if value.is_string() => {
            let message = format!("`{}` is `{}`, which is no quantity", problems.place(), shown(value));
            let problem = Problem::error("malformed-text", "", message);
            problems.add(problem.help("write a number with a unit such as `500m`, `2` or `512Mi`"));
        }
        // the schemas of some custom resources leave amounts open
        None if !value.is_number() => {
            let message = format!("`{}` is no quantity", problems.place());
            problems.add(Problem::error("wrong-type", "", message));
        }
        _ => {}
    }
}

fn share(value: &Value, most: u64, problems: &mut Problems<'_>) {
    match value {
        Value::String(text) => match forms::percent(text) {
            None => problems.add(no_such_form(&problems.place(), text, Form::Percentage)),
            Some(percent) if percent > most => {
                let message = format!("`{}` is `{text}`, more than {most} %", problems.place());
                problems.add(Problem::error("out-of-range", "", message));
            }
            Some(_) => {}
        },
        Value::Number(number) if number.as_i64().is_some_and(|number| number < 0) => {
            problems.add(out_of_range(&problems.place(), value, 0, i64::from(i32::MAX)));
        }
        _ => {}
    }
}

fn port(value: &Value, problems: &mut Problems<'_>) {
    match value {
        Value::Number(number) if number.as_i64().is_some_and(|number| !(1..=65535).contains(&number)) => {
            problems.add(out_of_range(&problems.place(), value, 1, 65535));
        }
        Value::String(text) if !Form::PortName.fits(text) => {
            problems.add(no_such_form(&problems.place(), text, Form::PortName));
        }
        _ => {}
    }
}

fn something(value: &Value, problems: &mut Problems<'_>) {
    let empty = match value {
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    };
    if empty {
        let message = format!("`{}` is empty", problems.place());
        problems.add(Problem::error("missing-field", "", message));
    }
}

/// Items that have the same keys as one before them. Lists are short, so every pair is compared in place.
fn distinct(items: &[Value], keys: &[(&str, &str)], problems: &mut Problems<'_>) {
    let same = |left: &Value, right: &Value| {
        keys.iter()
            .all(|(name, default)| match (field(left, name), field(right, name)) {
                (Some(left), Some(right)) => left == right,
                (None, None) => !default.is_empty(),
                (Some(given), None) | (None, Some(given)) => given.as_str() == Some(default),
            })
    };
    for (index, item) in items.iter().enumerate().skip(1) {
        if !items[..index].iter().any(|other| same(other, item)) {
            continue;
        }
        let (first, _) = keys[0];
        let said: Vec<String> = keys
            .iter()
            .map(|(name, default)| field(item, name).map_or_else(|| (*default).to_owned(), shown))
            .collect();
        let message = format!("`{}` has `{}` twice", problems.place(), said.join(" "));
        let pointer = format!("/{index}/{first}");
        problems.add(Problem::error("duplicate-item", pointer, message).help("take one of them out or rename it"));
    }
}

fn different(items: &[Value], problems: &mut Problems<'_>) {
    for (index, item) in items.iter().enumerate().skip(1) {
        if items[..index].contains(item) {
            let message = format!("`{}` has `{}` twice", problems.place(), shown(item));
            problems.add(Problem::error("duplicate-item", format!("/{index}"), message).help("take one of them out"));
        }
    }
}

fn no_such_word(place: &str, text: &str, words: &[&str]) -> Problem {
    let known: Vec<&str> = words.iter().copied().filter(|word| !word.is_empty()).collect();
    let message = format!("`{place}` is `{text}`, which is none of {}", quoted(&known));
    let problem = Problem::error("unknown-word", "", message);
    match suggestion(text, known) {
        Some(word) => problem.help(format!("did you mean `{word}`?")),
        None => problem,
    }
}

fn no_such_form(place: &str, text: &str, form: Form) -> Problem {
    let message = format!("`{place}` is `{text}`, which is no {}", form.name());
    let problem = Problem::error("malformed-text", "", message);
    match form.near(text) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help(format!("write {}", form.rule())),
    }
}

fn out_of_range(place: &str, value: &Value, least: i64, most: i64) -> Problem {
    let wanted = if most >= i64::from(i32::MAX) {
        format!("at least {least}")
    } else {
        format!("from {least} to {most}")
    };
    let message = format!("`{place}` is {}, which must be {wanted}", shown(value));
    Problem::error("out-of-range", "", message)
}

/// A field that the server requires is not there.
pub(super) fn missing(place: &str, name: &str) -> Problem {
    let message = if place.is_empty() {
        format!("`{name}` is missing")
    } else {
        format!("`{place}` has no `{name}`")
    };
    Problem::error("missing-field", "", message).help(format!("add `{name}:`"))
}

fn not_one(place: &str, given: &[&str], names: &[&str]) -> Problem {
    if given.is_empty() {
        let message = match names {
            [] => format!("`{place}` says nothing"),
            _ => format!("`{place}` has none of {}", quoted(names)),
        };
        return Problem::error("missing-field", "", message).help("give exactly one of them");
    }
    let message = format!("`{place}` has {}, of which only one may stand", quoted(given));
    Problem::error("conflicting-fields", "", message).help("keep one of them")
}

/// Words in backticks with commas between them.
pub(super) fn quoted(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

/// A value as people write it.
pub(super) fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn below(place: &str, name: &str) -> String {
    if place.is_empty() {
        name.to_owned()
    } else {
        format!("{place}.{name}")
    }
}
