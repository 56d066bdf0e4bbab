//! A schema that cannot be used, which is something else than a schema that is not there.

use crate::model::{Finding, Problem};

/// Why a schema file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Broken {
    /// The file.
    path: String,
    /// What is wrong with it.
    reason: String,
    /// Line and column, where they are known.
    place: (usize, usize),
}

const HELP: &str = "restore the file from git, or import it again with `cargo xtask schemas import`";

impl Broken {
    pub(super) fn new(path: &str, reason: impl Into<String>) -> Broken {
        Broken {
            path: path.to_owned(),
            reason: reason.into(),
            place: (0, 0),
        }
    }

    pub(super) fn json(path: &str, error: &serde_json::Error) -> Broken {
        Broken {
            place: (error.line(), error.column()),
            ..Broken::new(path, format!("it is no JSON: {error}"))
        }
    }

    /// What is wrong, at the schema file.
    pub(super) fn finding(&self) -> Finding {
        let (line, column) = self.place;
        Finding::error("broken-schema", format!("the schema cannot be used: {}", self.reason))
            .at(&self.path, line, column)
            .help(HELP)
    }

    /// What that means for an object that needs the schema.
    pub(super) fn problem(&self) -> Problem {
        let message = format!(
            "the object was not checked: its schema `{}` cannot be used: {}",
            self.path, self.reason
        );
        Problem::error("broken-schema", "/kind", message).help(HELP)
    }
}
