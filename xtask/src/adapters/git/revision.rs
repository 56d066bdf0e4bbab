//! Commits: the one that is checked out, those that a revision names, and who descends from whom.

use std::collections::BTreeSet;

use git2::{ErrorCode, Oid};

use super::super::failing;
use super::object::{git_id, parse_id};
use super::open::GitRepository;
use super::read::unreadable;
use crate::failure::{Failure, FailureKind, WHOLE_CHECKOUT};
use crate::ports::{Commit, GitId};

const WHOLE_HISTORY: &str = "fetch the whole history: `git fetch --unshallow`";

/// The commit that is checked out.
pub(super) fn head(repository: &GitRepository) -> Result<Commit, Failure> {
    let lease = repository.lease()?;
    let head = lease.head().map_err(|error| match error.code() {
        ErrorCode::UnbornBranch | ErrorCode::NotFound => {
            Failure::new(FailureKind::Repository, "the repository has no commit yet")
                .hint("make the first one: `git add -A && git commit -m \"First commit\"`")
        }
        _ => failing::git("could not read the checked-out commit", &error),
    })?;
    let commit = head
        .peel_to_commit()
        .map_err(|error| failing::git("could not read the checked-out commit", &error))?;
    Ok(describe(&commit))
}

/// The commit that a revision names.
pub(super) fn resolve(repository: &GitRepository, revision: &str) -> Result<Commit, Failure> {
    let lease = repository.lease()?;
    lease
        .revparse_single(revision)
        .and_then(|object| object.peel_to_commit())
        .map(|commit| describe(&commit))
        .map_err(|error| {
            // what a shallow clone does not know may be right all the same
            let kind = match lease.is_shallow() {
                true => FailureKind::Repository,
                false => FailureKind::Usage,
            };
            let failure = Failure::new(kind, format!("`{}` names no commit here", revision.escape_debug()));
            match (error.code(), lease.is_shallow()) {
                (ErrorCode::Ambiguous, _) => failure.hint("write more digits: several objects start with these"),
                (_, true) => failure.hint("this clone is shallow; fetch the rest: `git fetch --unshallow`"),
                (_, false) => failure.hint("see `git branch --all` and `git log`, or `git fetch`"),
            }
        })
}

/// Whether a reference of this pattern has a commit in its history.
pub(super) fn is_referenced(repository: &GitRepository, commit: &GitId, pattern: &str) -> Result<bool, Failure> {
    let lease = repository.lease()?;
    let id = parse_id(commit)?;
    let walked = || {
        let mut walk = lease.revwalk()?;
        walk.push(id)?;
        for reference in lease.references_glob(pattern)? {
            // one that names another, which is gone, has nothing
            if let Ok(commit) = reference?.peel_to_commit() {
                walk.hide(commit.id())?;
            }
        }
        walk.next().transpose()
    };
    let first = walked().map_err(|error: git2::Error| unreadable(id, &error))?;
    Ok(first.is_none())
}

/// Which of the commits are ancestors of, or the same as, `descendant`.
pub(super) fn ancestors(
    repository: &GitRepository,
    descendant: &GitId,
    commits: &BTreeSet<GitId>,
) -> Result<BTreeSet<GitId>, Failure> {
    let lease = repository.lease()?;
    let start = parse_id(descendant)?;
    let mut open: BTreeSet<Oid> = commits.iter().map(parse_id).collect::<Result<_, _>>()?;
    let mut found = BTreeSet::new();
    let failed = |error: git2::Error| unreadable(start, &error);
    let mut walk = lease.revwalk().map_err(failed)?;
    walk.push(start).map_err(failed)?;
    for id in walk {
        if open.is_empty() {
            break;
        }
        let id = id.map_err(failed)?;
        if open.remove(&id) {
            found.insert(git_id(id));
        }
    }
    if lease.is_shallow() {
        // Behind the boundary may be anything, but what descends from `start` cannot be its ancestor.
        let beyond = open
            .iter()
            .find(|id| !lease.graph_descendant_of(**id, start).unwrap_or(false));
        if let Some(beyond) = beyond {
            return Err(Failure::new(
                FailureKind::Repository,
                format!("this shallow clone cannot tell whether `{beyond}` is an ancestor of `{start}`"),
            )
            .hint(WHOLE_HISTORY)
            .hint(WHOLE_CHECKOUT));
        }
    }
    Ok(found)
}

/// Where the histories of two commits parted; nothing where they have nothing in common. Fails where a shallow clone cannot
/// know.
pub(super) fn merge_base(repository: &GitRepository, one: &GitId, other: &GitId) -> Result<Option<GitId>, Failure> {
    let (one, other) = (parse_id(one)?, parse_id(other)?);
    let lease = repository.lease()?;
    match lease.merge_base(one, other) {
        Ok(id) => Ok(Some(git_id(id))),
        Err(error) if error.code() == git2::ErrorCode::NotFound && lease.is_shallow() => Err(Failure::new(
            FailureKind::Repository,
            format!("this shallow clone cannot tell where `{one}` and `{other}` parted"),
        )
        .hint(WHOLE_HISTORY)
        .hint(WHOLE_CHECKOUT)),
        Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
        Err(error) => Err(unreadable(one, &error)),
    }
}

/// Who commits here; nothing where the settings do not say.
pub(super) fn identity(repository: &GitRepository) -> Result<Option<String>, Failure> {
    let lease = repository.lease()?;
    let signature = lease.signature().ok();
    Ok(signature.map(|signature| {
        format!(
            "{} <{}>",
            String::from_utf8_lossy(signature.name_bytes()),
            String::from_utf8_lossy(signature.email_bytes())
        )
    }))
}

fn describe(commit: &git2::Commit<'_>) -> Commit {
    let author = commit.author();
    Commit {
        id: git_id(commit.id()),
        tree: git_id(commit.tree_id()),
        parents: commit.parent_ids().map(git_id).collect(),
        author: format!(
            "{} <{}>",
            String::from_utf8_lossy(author.name_bytes()),
            String::from_utf8_lossy(author.email_bytes())
        ),
        seconds: author.when().seconds(),
        offset_minutes: author.when().offset_minutes(),
        message: String::from_utf8_lossy(commit.message_bytes()).into_owned(),
    }
}
