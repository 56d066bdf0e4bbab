//! What is wrong inside one object: a finding that has no place in a file yet.

use std::borrow::Cow;

use super::{Finding, ObjectId, Severity};

/// An object that should be there and is not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Absent {
    /// Its kind.
    pub kind: String,
    /// Its name, where it has to be a certain one.
    pub name: Option<String>,
}

impl Absent {
    /// Whether an object is the one.
    pub fn is(&self, id: &ObjectId) -> bool {
        id.kind == self.kind && self.name.as_ref().is_none_or(|name| id.name == *name)
    }
}

/// Something wrong in one object, at a path inside it; whoever knows where the object comes from makes a finding of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// JSON pointer (RFC 6901) to what is wrong; empty for the object as a whole. Where a key is missing, the map that
    /// lacks it.
    pub pointer: String,
    /// Whether the key is at fault rather than its value: a key that nobody knows.
    pub on_key: bool,
    /// The rule's id.
    pub rule: Cow<'static, str>,
    /// How much it weighs.
    pub severity: Severity,
    /// What is wrong, in lower case without a final period.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Whether what stands there is a secret.
    pub is_secret: bool,
    /// The object that is not there, where that is what is wrong.
    pub absent: Option<Absent>,
}

impl Problem {
    /// A problem that stops a release.
    pub fn error(rule: &'static str, pointer: impl Into<String>, message: impl Into<String>) -> Problem {
        Problem {
            pointer: pointer.into(),
            on_key: false,
            rule: Cow::Borrowed(rule),
            severity: Severity::Error,
            message: message.into(),
            help: None,
            is_secret: false,
            absent: None,
        }
    }

    /// A problem that stops nothing.
    pub fn warning(rule: &'static str, pointer: impl Into<String>, message: impl Into<String>) -> Problem {
        Problem {
            severity: Severity::Warning,
            ..Problem::error(rule, pointer, message)
        }
    }

    /// Says what to do.
    pub fn help(mut self, help: impl Into<String>) -> Problem {
        self.help = Some(help.into());
        self
    }

    /// Keeps what stands there out of everything that is shown.
    pub fn secret(mut self) -> Problem {
        self.is_secret = true;
        self
    }

    /// Blames what keeps an object from being there.
    pub fn absent(mut self, kind: &str, name: Option<&str>) -> Problem {
        let (kind, name) = (kind.to_owned(), name.map(str::to_owned));
        self.absent = Some(Absent { kind, name });
        self
    }

    /// Blames the key instead of its value.
    pub fn on_key(mut self) -> Problem {
        self.on_key = true;
        self
    }

    /// The finding that it is, without a place.
    pub fn finding(self) -> Finding {
        Finding {
            location: None,
            rule: self.rule,
            severity: self.severity,
            message: self.message,
            help: self.help,
            unit: None,
            object: None,
            related: Vec::new(),
            waiver: None,
            is_secret: self.is_secret,
        }
    }
}
