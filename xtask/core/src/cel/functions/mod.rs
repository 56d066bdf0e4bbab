//! Functions: one table, found by name while an expression is compiled.

mod authorizer;
mod convert;
mod foreign;
mod formats;
mod lists;
mod network;
mod optional;
mod quantity;
pub(super) mod regex;
mod semver;
mod sets;
mod strings;
mod table;
mod template;
mod time;
mod url;

pub use foreign::Foreign;
pub(super) use time::{parse_duration, parse_timestamp};

use super::{Error, Value};
use table::FUNCTIONS;

/// What a function answers: none where it does not take these types.
type Answer<'a> = Option<Result<Value<'a>, Error>>;

/// How a function is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Style {
    /// `f(x)`
    Global,
    /// `x.f()`, the receiver being the first argument.
    Member,
}

/// A function.
#[derive(Debug)]
pub(super) struct Function {
    name: &'static str,
    style: Style,
    least: usize,
    most: usize,
    run: for<'a> fn(&[Value<'a>]) -> Answer<'a>,
}

impl Function {
    /// What it is called.
    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// Whether it takes so many arguments, the receiver among them.
    pub(super) fn takes(&self, count: usize) -> bool {
        (self.least..=self.most).contains(&count)
    }

    pub(super) fn call<'a>(&self, arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
        (self.run)(arguments).unwrap_or_else(|| Err(Error::no_overload(self.name, arguments)))
    }
}

/// The function of a name.
pub(super) fn find(name: &str, style: Style) -> Option<&'static Function> {
    let index = FUNCTIONS.binary_search_by(|function| (function.name, function.style).cmp(&(name, style)));
    index.ok().map(|index| &FUNCTIONS[index])
}

/// The names of all functions that are called in one way.
pub(super) fn names(style: Style) -> impl Iterator<Item = &'static str> {
    FUNCTIONS
        .iter()
        .filter(move |function| function.style == style)
        .map(|function| function.name)
}

/// Whether the table is in order, which the search needs.
#[cfg(test)]
pub(super) fn table_is_sorted() -> bool {
    FUNCTIONS
        .windows(2)
        .all(|pair| (pair[0].name, pair[0].style) < (pair[1].name, pair[1].style))
}

fn text<'v>(value: &'v Value<'_>) -> Option<&'v str> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

fn int(value: &Value<'_>) -> Option<i64> {
    match value {
        Value::Int(int) => Some(*int),
        _ => None,
    }
}

fn bool_answer<'a>(bool: bool) -> Answer<'a> {
    Some(Ok(Value::Bool(bool)))
}

fn int_answer<'a>(number: i64) -> Answer<'a> {
    Some(Ok(Value::Int(number)))
}

fn text_answer<'a>(text: impl Into<std::sync::Arc<str>>) -> Answer<'a> {
    Some(Ok(Value::text(text)))
}

fn failure<'a>(message: impl Into<String>) -> Answer<'a> {
    Some(Err(Error::new(message.into())))
}
