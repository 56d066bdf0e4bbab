//! The few facts of the surroundings that the tool looks at, read once at the start.
#![expect(
    clippy::disallowed_methods,
    reason = "this is where the environment enters the program"
)]

use std::env;
use std::ffi::OsString;
use std::fmt;
use std::io::{IsTerminal, stderr, stdout};
use std::path::PathBuf;

use lockstep::artifact::BuildRun;

use super::failing;
use crate::failure::Failure;

/// Columns assumed where nothing tells the width of the terminal.
pub const DEFAULT_COLUMNS: usize = 80;

/// What surrounds one run of the tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// The command line without the program's own name.
    pub arguments: Vec<OsString>,
    /// Size and time of this program's file, in one word: another build has others.
    pub program: String,
    /// The folder that the tool was started in.
    pub current_folder: PathBuf,
    /// Whether standard output is a terminal.
    pub output_is_terminal: bool,
    /// Whether standard error is a terminal, so that progress can be shown there.
    pub error_is_terminal: bool,
    /// Width of the terminal, columns.
    pub columns: usize,
    /// Whether `NO_COLOR` asks for plain text (<https://no-color.org>: set and not empty), or the terminal knows no other.
    pub no_color: bool,
    /// What opens a key file that is encrypted: `LOCKSTEP_KEY_PASSPHRASE`.
    pub key_passphrase: Option<Secret>,
    /// Whether a CI service runs this: `CI` is set and neither empty nor `false`.
    pub ci: bool,
    /// The branch that a CI service runs this for: it checks out a commit, and git then knows of no branch.
    pub source_branch: Option<String>,
    /// What proves who runs this, where a CI service offers that.
    pub identity: Option<Identity>,
}

/// What proves to others who runs this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// GitHub Actions hands the job a token when it is asked.
    GitHub,
    /// A token (JWT), which is for the audience `sigstore`.
    Token(Secret),
}

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(
    /// The text.
    pub String,
);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// Size and time of this program's file; empty where the system does not tell.
fn program() -> String {
    let file = env::current_exe().and_then(std::fs::metadata);
    let told = file.ok().and_then(|file| {
        let written = file.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
        Some(format!("{}-{}", file.len(), written.as_nanos()))
    });
    told.unwrap_or_default()
}

/// A token that is there, as GitLab CI/CD gives one, or the offer of GitHub Actions to give one.
fn identity() -> Option<Identity> {
    let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    if let Some(token) = variable("SIGSTORE_ID_TOKEN") {
        return Some(Identity::Token(Secret(token)));
    }
    variable("ACTIONS_ID_TOKEN_REQUEST_TOKEN")?;
    variable("ACTIONS_ID_TOKEN_REQUEST_URL").map(|_| Identity::GitHub)
}

/// The branch of a pull request or of a push, as GitHub Actions, GitLab CI/CD and Jenkins name it; none for a tag.
fn source_branch() -> Option<String> {
    let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let pushed =
        || variable("GITHUB_REF_NAME").filter(|_| variable("GITHUB_REF_TYPE").is_none_or(|kind| kind == "branch"));
    variable("GITHUB_HEAD_REF")
        .or_else(pushed)
        .or_else(|| variable("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"))
        .or_else(|| variable("CI_COMMIT_BRANCH"))
        .or_else(|| variable("CHANGE_BRANCH"))
        .or_else(|| variable("BRANCH_NAME"))
}

impl Environment {
    /// Reads the surroundings; fails where the current folder is gone.
    pub fn read() -> Result<Environment, Failure> {
        let current_folder = env::current_dir().map_err(|error| {
            failing::disk("could not find out the current folder", &error).hint("change into a folder that exists")
        })?;
        Ok(Environment {
            program: program(),
            arguments: env::args_os().skip(1).collect(),
            current_folder,
            output_is_terminal: stdout().is_terminal(),
            error_is_terminal: stderr().is_terminal(),
            columns: columns(),
            no_color: env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
                || env::var_os("TERM").is_some_and(|value| value == "dumb"),
            key_passphrase: env::var("LOCKSTEP_KEY_PASSPHRASE").ok().map(Secret),
            ci: env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false"),
            source_branch: source_branch(),
            identity: identity(),
        })
    }

    /// A variable of the surroundings, unless it is empty.
    pub fn variable(&self, name: &str) -> Option<String> {
        env::var(name).ok().filter(|value| !value.is_empty())
    }

    /// The run of GitHub Actions or GitLab CI/CD that this is part of, as far as the service tells of it.
    pub fn build_run(&self) -> Option<BuildRun> {
        let is_true = |name: &str| self.variable(name).is_some_and(|value| value == "true");
        if is_true("GITHUB_ACTIONS") {
            let (server, workflow) = (
                self.variable("GITHUB_SERVER_URL")?,
                self.variable("GITHUB_WORKFLOW_REF")?,
            );
            let (repository, run) = (self.variable("GITHUB_REPOSITORY")?, self.variable("GITHUB_RUN_ID")?);
            let attempt = self.variable("GITHUB_RUN_ATTEMPT")?;
            return Some(BuildRun {
                builder: format!("{server}/{workflow}"),
                invocation: format!("{server}/{repository}/actions/runs/{run}/attempts/{attempt}"),
            });
        }
        if is_true("GITLAB_CI") {
            let (project, runner) = (self.variable("CI_PROJECT_URL")?, self.variable("CI_RUNNER_ID")?);
            return Some(BuildRun {
                builder: format!("{project}/-/runners/{runner}"),
                invocation: self.variable("CI_JOB_URL")?,
            });
        }
        None
    }

    /// Whether to colour what goes to standard output.
    pub fn wants_color(&self) -> bool {
        self.output_is_terminal && !self.no_color
    }

    /// Whether to colour what goes to standard error.
    pub fn wants_color_aside(&self) -> bool {
        self.error_is_terminal && !self.no_color
    }

    /// Whether to show progress on standard error: a log of a CI service keeps every frame of it.
    pub fn wants_progress(&self) -> bool {
        self.error_is_terminal && !self.ci
    }
}

/// What `COLUMNS` says, or else the terminal.
fn columns() -> usize {
    let said = env::var("COLUMNS").ok().and_then(|value| value.trim().parse().ok());
    let seen = || {
        let (width, _) = terminal_size::terminal_size_of(stderr()).or_else(terminal_size::terminal_size)?;
        Some(usize::from(width.0))
    };
    said.or_else(seen)
        .filter(|columns| *columns > 0)
        .unwrap_or(DEFAULT_COLUMNS)
}
