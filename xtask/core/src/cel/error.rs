//! What can go wrong with an expression: while it is read, and while it is evaluated.

use std::borrow::Cow;
use std::fmt;

use super::Value;

/// Why an expression cannot be compiled, at a place in its text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CompileError {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What may have been meant.
    pub help: Option<String>,
}

/// Why an evaluation has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    message: Cow<'static, str>,
    cause: Cause,
}

/// What an error comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    /// The expression or what it reads.
    Expression,
    /// The steps ran out.
    Budget,
    /// What it reads is known to a cluster alone.
    Unknowable,
}

impl Error {
    /// An error with a message of its own.
    pub fn new(message: impl Into<Cow<'static, str>>) -> Error {
        Error {
            message: message.into(),
            cause: Cause::Expression,
        }
    }

    /// Something that only a cluster knows was asked for.
    pub fn unknowable(what: &str) -> Error {
        Error {
            message: Cow::Owned(format!("only a cluster knows {what}")),
            cause: Cause::Unknowable,
        }
    }

    pub(super) fn out_of_budget() -> Error {
        Error {
            message: Cow::Borrowed("the expression takes more steps than it may"),
            cause: Cause::Budget,
        }
    }

    pub(super) fn no_such_key(key: &str) -> Error {
        Error::new(format!("no such key: `{key}`"))
    }

    pub(super) fn no_overload<'a>(function: &str, arguments: &[Value<'a>]) -> Error {
        let types: Vec<&str> = arguments.iter().map(Value::type_name).collect();
        Error::new(format!("`{function}` does not take ({})", types.join(", ")))
    }

    /// Whether the steps ran out, which nothing in an expression can undo.
    pub fn is_out_of_budget(&self) -> bool {
        self.cause == Cause::Budget
    }

    /// Whether a cluster would have had an answer.
    pub fn is_unknowable(&self) -> bool {
        self.cause == Cause::Unknowable
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
