//! Fetch and push through the `git` program, which brings the user's own credentials, ssh and proxy settings.
#![expect(
    clippy::disallowed_methods,
    reason = "the `git` program is run here, with the user's environment"
)]

use std::env;
use std::io;
use std::process::Command;
use std::time::Duration;

use super::open::GitRepository;
use super::process::{self, Ended};
use crate::failure::{Failure, FailureKind};
use crate::ports::GitId;

/// Lines of the program's own words that a failure repeats.
const LAST_LINES: usize = 5;

/// Words with which git and its servers say that somebody else moved the reference first. The first five are those
/// that Argo CD's commit server retries on.
const LOST_RACE: [&str; 7] = [
    "fetch first",
    "reference already exists",
    "incorrect old value",
    "failed to update ref",
    "cannot lock ref",
    "stale info",
    "non-fast-forward",
];

/// Words of git, curl and ssh for why one does not get through, and what to do about it.
const WAYS_OUT: [(&str, &str); 9] = [
    ("Host key verification failed", UNKNOWN_HOST),
    (
        "Permission denied (",
        "let an agent hold a key that the server knows (`ssh-add`): nobody is asked for its passphrase here",
    ),
    ("could not read Username", NO_CREDENTIALS),
    ("could not read Password", NO_CREDENTIALS),
    ("Authentication failed", NO_CREDENTIALS),
    (
        "certificate",
        "where the server's certificate is of your own authority, name it: `git config http.sslCAInfo FILE`",
    ),
    ("Failed to connect", NO_SERVER),
    ("Could not resolve host", NO_SERVER),
    ("Connection refused", NO_SERVER),
];
const UNKNOWN_HOST: &str =
    "learn the server's key where you know that it is the right one: `ssh-keyscan HOST >> ~/.ssh/known_hosts`";
const NO_CREDENTIALS: &str = "nobody is asked here: let git have a token from a credential helper (`git help credentials`), and try it with \
                              `git fetch`";
const NO_SERVER: &str = "look at the network and at the address of the remote: `git remote -v`";

/// Variables that would lead `git` to another repository, as they do inside a hook.
const REPOSITORY_VARIABLES: [&str; 7] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
];

/// Fetches references from a remote, and forgets those that it has no more: a push goes on from what is there.
pub(super) fn fetch(repository: &GitRepository, remote: &str, refspecs: &[String]) -> Result<(), Failure> {
    let mut command = git(repository)?;
    command.args(["fetch", "--quiet", "--no-tags", "--prune", "--", remote]);
    command.args(refspecs);
    let result = run(command, &format!("fetch from `{remote}`"), repository.timeout);
    repository.forget_handles();
    result
}

/// Pushes references under their own names, all or none, each only where the remote holds what is expected.
pub(super) fn push(
    repository: &GitRepository,
    remote: &str,
    references: &[(String, Option<GitId>)],
) -> Result<(), Failure> {
    if references.is_empty() {
        return Ok(());
    }
    let mut command = git(repository)?;
    command.args(["push", "--porcelain", "--atomic"]);
    for (reference, expected) in references {
        // An empty lease means that the reference must not exist there.
        let expected = expected.as_ref().map_or("", |id| &id.0);
        command.arg(format!("--force-with-lease={reference}:{expected}"));
    }
    command.args(["--", remote]);
    command.args(references.iter().map(|(name, _)| format!("{name}:{name}")));
    run(command, &format!("push to `{remote}`"), repository.timeout)
}

fn git(repository: &GitRepository) -> Result<Command, Failure> {
    let mut command = Command::new("git");
    command
        .arg("--git-dir")
        .arg(&repository.own_folder)
        // Race and failure are told apart by their English words.
        .env("LC_ALL", "C")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GCM_INTERACTIVE", "never");
    for variable in REPOSITORY_VARIABLES {
        command.env_remove(variable);
    }
    let chosen = env::var_os("GIT_SSH_COMMAND").is_some()
        || env::var_os("GIT_SSH").is_some()
        || repository
            .lease()?
            .config()
            .is_ok_and(|config| config.get_string("core.sshCommand").is_ok());
    if !chosen {
        // Without a terminal, a question about a password or a host key would wait for ever.
        command.env("GIT_SSH_COMMAND", "ssh -oBatchMode=yes");
    }
    Ok(command)
}

fn run(mut command: Command, what: &str, timeout: Duration) -> Result<(), Failure> {
    match process::run(&mut command, timeout) {
        Ok(Ended::Exited { status, .. }) if status.success() => Ok(()),
        Ok(Ended::Exited { output, errors, .. }) => Err(refused(what, &output, &errors)),
        Ok(Ended::TimedOut) => Err(Failure::new(
            FailureKind::Outside,
            format!("could not {what}: no answer within {} s", timeout.as_secs()),
        )
        .hint(NO_SERVER)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Failure::new(
            FailureKind::Outside,
            format!("could not {what}: there is no program `git`"),
        )
        .hint("install git and put it into PATH: only fetch and push need it")),
        Err(error) => Err(Failure::new(
            FailureKind::Outside,
            format!("could not {what}: `git` did not start: {error}"),
        )),
    }
}

fn refused(what: &str, output: &str, errors: &str) -> Failure {
    let lost = LOST_RACE
        .iter()
        .any(|words| output.contains(words) || errors.contains(words));
    let mut lines: Vec<&str> = output
        .lines()
        // Of the report that `--porcelain` asks for, only rejections.
        .filter(|line| line.starts_with('!'))
        .chain(errors.lines())
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("hint:"))
        .collect();
    lines.drain(..lines.len().saturating_sub(LAST_LINES));
    let said = match lines.as_slice() {
        [] => "git gave no reason".to_owned(),
        lines => lines.join("; "),
    };
    if lost {
        return Failure::new(
            FailureKind::Race,
            format!("could not {what}: somebody else was first: {said}"),
        )
        .hint("fetch and run it again: it then goes on from there");
    }
    let failure = Failure::new(FailureKind::Outside, format!("could not {what}: {said}"));
    match WAYS_OUT.iter().find(|(words, _)| errors.contains(words)) {
        Some((_, hint)) => failure.hint(*hint),
        None => failure,
    }
}
