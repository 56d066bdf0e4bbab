//! What is wrong with a YAML text, and where.

use std::fmt;

use serde_saphyr::granit_parser::{ErrorKind, ScanError};

use super::tree;
use crate::model::Finding;

/// A problem at a place in a YAML text; line and column count from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YamlError {
    /// What is wrong, in lower case and without a final period.
    pub message: String,
    /// What to do about it, where that is known.
    pub help: Option<String>,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl YamlError {
    pub(super) fn new((line, column): (usize, usize), message: impl Into<String>) -> YamlError {
        YamlError {
            message: message.into(),
            help: None,
            line,
            column,
        }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> YamlError {
        self.help = Some(help.into());
        self
    }

    /// The finding that it is in a file.
    pub fn finding(self, path: &str) -> Finding {
        let rule = if self.message.contains("duplicate") {
            "duplicate-key"
        } else {
            "yaml-syntax"
        };
        let finding = Finding::error(rule, self.message).at(path, self.line, self.column);
        match self.help {
            Some(help) => finding.help(help),
            None => finding,
        }
    }

    pub(super) fn duplicate_key(key: &str, place: (usize, usize), first: (usize, usize)) -> YamlError {
        YamlError::new(place, format!("duplicate key `{key}`")).help(format!(
            "`{key}` stands in line {} already; remove one of the two",
            first.0
        ))
    }

    pub(super) fn syntax(error: &ScanError) -> YamlError {
        let place = (error.marker().line().max(1), error.marker().col() + 1);
        if let ErrorKind::RecursionLimitExceeded = error.kind() {
            return tree::too_deep(place);
        }
        let mut message = error.kind().to_string();
        // The library starts some messages with a capital; ours never do.
        if let Some(first) = message.get_mut(..1) {
            first.make_ascii_lowercase();
        }
        let message = message.trim_end_matches('.');
        match message {
            "" => YamlError::new(place, "this is not YAML"),
            message => YamlError::new(place, message),
        }
    }
}

impl fmt::Display for YamlError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} at line {}, column {}",
            self.message, self.line, self.column
        )?;
        match &self.help {
            Some(help) => write!(formatter, "; {help}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for YamlError {}
