//! Commits onto the branch that is checked out, and takes index and work tree along.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the files of the work tree are written together with their commit"
)]

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use super::super::files::Disk;
use super::super::{failing, faults};
use super::open::GitRepository;
use super::{lock, read, refs, store, write};
use crate::failure::{Failure, FailureKind};
use crate::ports::{Files, GitId, NewCommit, Repository, TreeChange};

/// The branch that is checked out; nothing where HEAD is detached or there is no work tree.
pub(super) fn current_branch(repository: &GitRepository) -> Result<Option<String>, Failure> {
    if repository.work_folder.is_none() {
        return Ok(None);
    }
    let head = repository.own_folder.join("HEAD");
    let text = fs::read_to_string(&head)
        .map_err(|error| failing::disk(format!("could not read `{}`", head.display()), &error))?;
    Ok(text.trim().strip_prefix("ref: refs/heads/").map(str::to_owned))
}

/// See `Repository::commit_here`. Files and index come first: a run that is killed between them and the branch leaves
/// what `git commit` would finish, and the next run finds its own bytes there.
pub(super) fn commit(repository: &GitRepository, new: &NewCommit) -> Result<GitId, Failure> {
    let work = repository
        .work_folder
        .as_deref()
        .ok_or_else(|| Failure::new(FailureKind::Repository, "a bare clone has no work tree to commit from"))?;
    let prepared = write::prepare(repository, new)?;
    let _turn = turn(repository);
    refs::refuse_moved(repository, &prepared.step)?;
    let before = at(repository, new.tip.commit(), &new.change)?;
    let changed: Vec<&str> = new
        .change
        .iter()
        .filter(|(path, bytes)| !is_clean(work, path, &before[*path], bytes))
        .map(|(path, _)| path.as_str())
        .collect();
    if !changed.is_empty() {
        return Err(Failure::new(
            FailureKind::Repository,
            format!("these files are changed and not committed: {}", changed.join(", ")),
        )
        .hint("commit them, or put them away: `git stash -u`"));
    }
    let id = GitId(prepared.step.to.to_string());
    store::store(repository, prepared.objects)?;
    let line = (prepared.step.author_line.clone(), prepared.step.reason.clone());
    let reference = prepared.step.reference.clone();
    let done = put(repository, work, &new.change).and_then(|()| refs::step(repository, vec![prepared.step]));
    if let Err(failure) = done {
        // as the branch has it now, which somebody else may have moved: what is told is the first failure
        let _ = repository
            .reference(&reference)
            .and_then(|tip| at(repository, tip.as_ref(), &new.change))
            .and_then(|files| put(repository, work, &files));
        return Err(failure);
    }
    log(repository, new, &id, &line);
    Ok(id)
}

/// Waits for others of this tool that commit here: files, index and branch change together. The system ends a turn with its
/// process; where it knows no such locks, nobody waits.
fn turn(repository: &GitRepository) -> Option<File> {
    let folder = repository.own_folder.join("lockstep");
    fs::create_dir_all(&folder).ok()?;
    let file = File::create(folder.join("commit")).ok()?;
    file.lock().ok()?;
    Some(file)
}

/// What a commit has at the paths of a change.
fn at(repository: &GitRepository, commit: Option<&GitId>, change: &TreeChange) -> Result<TreeChange, Failure> {
    let paths: Vec<String> = change.keys().cloned().collect();
    let files = match commit {
        Some(commit) => read::read(repository, commit, &paths)?,
        None => vec![None; paths.len()],
    };
    Ok(paths.into_iter().zip(files).collect())
}

/// Whether a file is as the branch has it, or already as the commit will have it.
fn is_clean(work: &Path, path: &str, before: &Option<Arc<[u8]>>, after: &Option<Arc<[u8]>>) -> bool {
    let found = fs::read(work.join(path)).ok();
    found.as_deref() == before.as_deref() || found.as_deref() == after.as_deref()
}

fn put(repository: &GitRepository, work: &Path, change: &TreeChange) -> Result<(), Failure> {
    for (path, bytes) in change {
        match bytes {
            Some(bytes) => Disk.write(&work.join(path), bytes)?,
            None => Disk.remove(work, &work.join(path))?,
        }
    }
    faults::moment();
    let failed = |error: git2::Error| {
        let failure = failing::git("could not write the index", &error);
        match error.code() {
            git2::ErrorCode::Locked => failure.hint(lock::left(&repository.own_folder.join("index.lock"))),
            _ => failure,
        }
    };
    let lease = repository.lease()?;
    let mut index = lease.index().map_err(failed)?;
    index.read(true).map_err(failed)?;
    for (path, bytes) in change {
        let path = Path::new(path);
        match bytes {
            Some(_) => index.add_path(path).map_err(failed)?,
            None if index.get_path(path, 0).is_some() => index.remove_path(path).map_err(failed)?,
            None => {}
        }
    }
    index.write().map_err(failed)
}

/// The log of HEAD, which moved with its branch. Best effort: the branch has moved already.
fn log(repository: &GitRepository, new: &NewCommit, id: &GitId, (author, reason): &(String, String)) {
    let path = repository.own_folder.join("logs/HEAD");
    if let Ok(mut text) = fs::read_to_string(&path) {
        let from = new
            .tip
            .commit()
            .map_or_else(|| "0".repeat(40), |commit| commit.0.clone());
        text.push_str(&format!("{from} {} {author}\t{reason}\n", id.0));
        let _ = Disk.write(&path, text.as_bytes());
    }
}
