//! Turns errors of the system and of libgit2 into failures that say what to do.

use std::io;

use git2::{ErrorClass, ErrorCode};

use crate::failure::{Failure, FailureKind};

/// A failure of a disk or file.
pub(super) fn disk(what: impl std::fmt::Display, error: &io::Error) -> Failure {
    let failure = Failure::new(FailureKind::Disk, format!("{what}: {}", plain(error)));
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            failure.hint("free some space and run it again: it goes on from what is whole")
        }
        io::ErrorKind::PermissionDenied => failure.hint("give the user who runs this access to it"),
        io::ErrorKind::ReadOnlyFilesystem => failure.hint("mount the file system writable"),
        _ => failure,
    }
}

/// A failure that libgit2 reports.
pub(super) fn git(what: impl std::fmt::Display, error: &git2::Error) -> Failure {
    let reason = lower(error.message());
    if error.code() == ErrorCode::Owner {
        // libgit2 quotes the folder in its message, and git wants exactly that spelling.
        let folder = error.message().split('\'').nth(1).unwrap_or("*");
        return Failure::new(FailureKind::Repository, format!("{what}: {reason}")).hint(format!(
            "if you trust it: `git config --global --add safe.directory '{}'`",
            folder.trim_end_matches('/')
        ));
    }
    let kind = match (error.code(), error.class()) {
        (ErrorCode::Locked, _) => FailureKind::Race,
        (ErrorCode::NotFound, _) => FailureKind::Repository,
        (_, ErrorClass::Os | ErrorClass::Filesystem) => FailureKind::Disk,
        _ => FailureKind::Repository,
    };
    Failure::new(kind, format!("{what}: {reason}"))
}

/// The system's words without the number that `io::Error` adds.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    lower(text.split(" (os error").next().unwrap_or(&text))
}

fn lower(message: &str) -> String {
    let message = message.trim().trim_end_matches('.');
    let mut characters = message.chars();
    match characters.next() {
        Some(first) => first.to_lowercase().chain(characters).collect(),
        None => "no reason given".to_owned(),
    }
}
