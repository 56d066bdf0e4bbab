//! Command lines in a folder, with a git that has no settings but these.

use std::path::Path;
use std::process::Command;

/// How a command line ended.
pub struct Outcome {
    /// Its exit code; -1 where a signal ended it.
    pub code: i32,
    /// What it wrote to standard output.
    pub output: String,
    /// What it wrote to standard error.
    pub errors: String,
}

/// Runs a shell's command line, however it ends. `$XTASK` in it is the tool under test.
pub fn run(folder: &Path, line: &str) -> Outcome {
    let mut shell = Command::new("sh");
    // what cargo tells its tests of their package is nothing that a person's shell has; a cargo that hears it builds anew
    let of_package = std::env::vars().map(|(name, _)| name);
    for name in of_package.filter(|name| name.starts_with("CARGO_MANIFEST_") || name.starts_with("CARGO_PKG_")) {
        shell.env_remove(name);
    }
    let output = shell
        .args(["-c", line])
        .current_dir(folder)
        .env("XTASK", env!("CARGO_BIN_EXE_xtask"))
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_NAME", "Person")
        .env("GIT_AUTHOR_EMAIL", "person@example.com")
        .env("GIT_COMMITTER_NAME", "Person")
        .env("GIT_COMMITTER_EMAIL", "person@example.com")
        // it would count more than a clone's own settings
        .env_remove("GIT_SSL_CAINFO")
        // what a release says of the job that made it would differ from machine to machine
        .env_remove("GITHUB_ACTIONS")
        .env_remove("GITLAB_CI")
        .output()
        .unwrap();
    Outcome {
        code: output.status.code().unwrap_or(-1),
        output: String::from_utf8_lossy(&output.stdout).into_owned(),
        errors: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Runs a command line that must end with this code, and say this on either of its outputs.
#[track_caller]
pub fn refused(folder: &Path, line: &str, code: i32, said: &str) {
    let outcome = run(folder, line);
    let text = outcome.output + &outcome.errors;
    assert_eq!(outcome.code, code, "`{line}`: {text}");
    assert!(text.contains(said), "`{line}`: {text}");
}

/// Runs a command line that must end well, and returns what it prints.
pub fn sh(folder: &Path, line: &str) -> String {
    let outcome = run(folder, line);
    assert_eq!(outcome.code, 0, "`{line}`: {}{}", outcome.output, outcome.errors);
    outcome.output.trim().to_owned()
}
