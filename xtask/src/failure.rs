//! Failures: what Lockstep could not do, as opposed to findings, which are wrong in the user's files.

use std::fmt;

use lockstep::secrets::without_login;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Everything was done.
pub const EXIT_DONE: u8 = 0;
/// Findings, or a gate that says no.
pub const EXIT_FINDINGS: u8 = 1;
/// Wrong usage or configuration.
pub const EXIT_USAGE: u8 = 2;
/// A hold, or a gate that is still watching: try later.
pub const EXIT_HOLD: u8 = 3;
/// The outside world failed.
pub const EXIT_OUTSIDE: u8 = 4;
/// A bug: what the Rust runtime exits with after a panic.
pub const EXIT_BUG: u8 = 101;

/// What makes a clone of GitHub's checkout action whole.
pub const WHOLE_CHECKOUT: &str = "in GitHub Actions: `fetch-depth: 0` at the `actions/checkout` step";

/// What kind of thing stood in the way; each has one exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// The command line or the configuration is wrong.
    Usage,
    /// Something is held.
    Hold,
    /// A disk or file.
    Disk,
    /// The repository is not in a state to go on from.
    Repository,
    /// Another process moved a reference first.
    Race,
    /// A program or a network peer.
    Outside,
}

/// Lockstep could not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Failure {
    /// What kind of thing stood in the way.
    pub kind: FailureKind,
    /// What failed, in lower case without a final period.
    pub message: String,
    /// What to do about it, the most likely first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
    /// The feature of the program without which it could not: a build with it can.
    #[serde(skip)]
    pub lacks: Option<&'static str>,
}

impl Failure {
    /// A failure of this kind. Neither its message nor its hints show with which password somebody logs in anywhere.
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Failure {
        Failure {
            kind,
            message: without_login(&message.into()).into_owned(),
            hints: Vec::new(),
            lacks: None,
        }
    }

    /// A failure of a program that was built without a feature.
    pub fn lacks(feature: &'static str, what: &str) -> Failure {
        let message = format!("this build of the tool cannot {what}");
        let mut failure = Failure::new(FailureKind::Outside, message);
        failure.lacks = Some(feature);
        failure.hint(format!(
            "build it with the feature: `cargo build --package xtask --features {feature}`"
        ))
    }

    /// Adds something to try.
    pub fn hint(mut self, hint: impl Into<String>) -> Failure {
        self.hints.push(without_login(&hint.into()).into_owned());
        self
    }

    /// The exit code that tells a script what happened.
    pub fn exit_code(&self) -> u8 {
        match self.kind {
            FailureKind::Usage => EXIT_USAGE,
            FailureKind::Hold => EXIT_HOLD,
            FailureKind::Disk | FailureKind::Repository | FailureKind::Race | FailureKind::Outside => EXIT_OUTSIDE,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}
