//! Findings: what is wrong in the user's files or in what they render.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What becomes of the help of a finding that a person has set aside.
const SET_ASIDE: &str = "set aside by hand, which is recorded";

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Stops a release.
    Error,
    /// Shown, stops nothing.
    Warning,
    /// Worth knowing.
    Note,
}

/// A place in a file; `line` and `column` count from 1, 0 means the file as a whole.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Location {
    /// Path from the root of the tree.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// Another place that belongs to a finding, and what it has to do with it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Related {
    /// Where.
    pub location: Location,
    /// Why it matters.
    pub message: String,
}

/// The exception that admits a finding: it is shown, and stops nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Waiver {
    /// Why it may be.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it holds, as YYYY-MM-DD.
    pub expires: String,
}

/// Something wrong in the user's files or in what they render.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// Where it is; a finding about a whole tree has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// The rule's id, which reads well after "waive".
    pub rule: Cow<'static, str>,
    /// How much it weighs.
    pub severity: Severity,
    /// What is wrong, in lower case without a final period.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The unit, as `<environment>/<agent>`, where one is concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The rendered object, where one is concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// Other places that belong to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<Related>,
    /// The exception that admits it, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiver: Option<Box<Waiver>>,
    /// Whether what stands at its place is a secret, so that no form may show it.
    #[serde(skip)]
    pub is_secret: bool,
}

impl Finding {
    /// A finding that stops a release.
    pub fn error(rule: &'static str, message: impl Into<String>) -> Finding {
        Finding::new(rule, Severity::Error, message)
    }

    /// Stops nothing any more: a person has set it aside.
    pub fn set_aside(&mut self) {
        self.severity = Severity::Warning;
        self.help = Some(SET_ASIDE.to_owned());
    }

    /// Whether a person has set it aside.
    pub fn is_set_aside(&self) -> bool {
        self.help.as_deref() == Some(SET_ASIDE)
    }

    /// A finding that stops nothing.
    pub fn warning(rule: &'static str, message: impl Into<String>) -> Finding {
        Finding::new(rule, Severity::Warning, message)
    }

    fn new(rule: &'static str, severity: Severity, message: impl Into<String>) -> Finding {
        Finding {
            location: None,
            rule: Cow::Borrowed(rule),
            severity,
            message: message.into(),
            help: None,
            unit: None,
            object: None,
            related: Vec::new(),
            waiver: None,
            is_secret: false,
        }
    }

    /// Keeps what stands at its place out of everything that is shown.
    pub fn secret(mut self) -> Finding {
        self.is_secret = true;
        self
    }

    /// Places it at a line and column of a file.
    pub fn at(mut self, file: impl Into<String>, line: usize, column: usize) -> Finding {
        self.location = Some(Location {
            file: file.into(),
            line,
            column,
        });
        self
    }

    /// Places it at a file as a whole.
    pub fn in_file(self, file: impl Into<String>) -> Finding {
        self.at(file, 0, 0)
    }

    /// Moves it down, where it was found in a text that stands below as many lines of the file.
    pub fn below(mut self, lines: usize) -> Finding {
        if let Some(location) = self.location.as_mut().filter(|location| location.line > 0) {
            location.line += lines;
        }
        self
    }

    /// Says what to do.
    pub fn help(mut self, help: impl Into<String>) -> Finding {
        self.help = Some(help.into());
        self
    }

    /// Names the unit concerned.
    pub fn unit(mut self, environment: &str, agent: &str) -> Finding {
        self.unit = Some(format!("{environment}/{agent}"));
        self
    }

    /// Names the object concerned.
    pub fn object(mut self, object: impl Into<String>) -> Finding {
        self.object = Some(object.into());
        self
    }

    /// Adds another place that belongs to it.
    pub fn related(mut self, location: Location, message: impl Into<String>) -> Finding {
        self.related.push(Related {
            location,
            message: message.into(),
        });
        self
    }

    /// Admits it.
    pub fn waived(mut self, waiver: Waiver) -> Finding {
        self.waiver = Some(Box::new(waiver));
        self
    }

    /// Whether it stops a release.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error && self.waiver.is_none()
    }
}

/// The known word nearest to a misspelt one, if one is near enough to be meant.
pub fn suggestion<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest(word, known, word.chars().count().div_ceil(3).max(1))
}

/// The known word nearest to another one, so many edits away at most.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>, most: usize) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| {
            (
                edit_distance(&word.to_lowercase(), &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(distance, _)| *distance <= most)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Damerau-Levenshtein distance (optimal string alignment), in characters.
fn edit_distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut previous: Vec<usize> = (0..=right.len()).collect();
    for (i, l) in left.iter().enumerate() {
        let mut current = vec![i + 1];
        for (j, r) in right.iter().enumerate() {
            let mut distance = (previous[j] + usize::from(l != r))
                .min(previous[j + 1] + 1)
                .min(current[j] + 1);
            if i > 0 && j > 0 && *l == right[j - 1] && left[i - 1] == *r {
                distance = distance.min(before[j - 1] + 1);
            }
            current.push(distance);
        }
        before = std::mem::replace(&mut previous, current);
    }
    previous[right.len()]
}
