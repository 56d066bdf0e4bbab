//! Moves references by compare-and-swap, several at once all or none, by the protocol that git itself follows.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "references are written here: libgit2 neither syncs them nor moves several as one"
)]

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use git2::Oid;

use super::lock::{Lock, Value};
use super::open::GitRepository;
use super::tip::target;
use crate::failure::{Failure, FailureKind};

/// A move of one reference.
pub(super) struct Step {
    /// The full name (`refs/…`).
    pub reference: String,
    /// What it must hold now; `None`: it must not exist.
    pub expected: Option<Oid>,
    pub to: Oid,
    /// Who moves it, as a reflog says it.
    pub author_line: String,
    /// Why, for the reflog.
    pub reason: String,
}

/// Takes all the steps or none. The new values are written down and synced; then every reference is locked and
/// compared; only when all of that worked are the values put into place.
pub(super) fn step(repository: &GitRepository, mut steps: Vec<Step>) -> Result<(), Failure> {
    steps.sort_by(|one, other| one.reference.cmp(&other.reference));
    let lease = repository.lease()?;
    let values: Vec<Value> = steps
        .iter()
        .map(|step| Value::write(repository, &step.reference, step.to))
        .collect::<Result<_, _>>()?;
    let mut locks = Vec::with_capacity(steps.len());
    for (step, value) in steps.iter().zip(&values) {
        if step.expected.is_none() {
            refuse_overlap(&lease, &step.reference)?;
        }
        locks.push(Lock::take(repository, &step.reference, value)?);
    }
    for step in &steps {
        compare(step, target(&lease, &step.reference)?)?;
    }
    for lock in &mut locks {
        lock.put_into_place()?;
    }
    for lock in &locks {
        lock.sync_name()?;
    }
    for step in &steps {
        write_log(repository, &lease, step);
    }
    Ok(())
}

/// Fails where one of the branches is checked out: its files would no longer be those of its commit.
pub(super) fn refuse_checked_out(repository: &GitRepository, branches: &BTreeSet<&str>) -> Result<(), Failure> {
    for (head, place, tree) in heads(repository) {
        let Ok(text) = fs::read_to_string(&head) else {
            continue;
        };
        let Some(branch) = text.trim().strip_prefix("ref: refs/heads/") else {
            continue;
        };
        if branches.contains(branch) {
            return Err(Failure::new(
                FailureKind::Repository,
                format!("the branch `{branch}`, which only this tool writes, is checked out in `{place}`"),
            )
            .hint(match tree {
                WorkTree::Main => format!("check out another one there: `git -C '{place}' switch main`"),
                WorkTree::Linked => format!(
                    "let go of it there, `git -C '{place}' switch --detach`, or take that work tree away: `git worktree remove \
                     '{place}'`"
                ),
            }));
        }
    }
    Ok(())
}

/// Fails where nothing could be put at a branch: another one is in its way, or it is checked out.
pub(super) fn refuse_unwritable(repository: &GitRepository, branch: &str) -> Result<(), Failure> {
    let lease = repository.lease()?;
    let reference = format!("refs/heads/{branch}");
    if target(&lease, &reference)?.is_none() {
        refuse_overlap(&lease, &reference)?;
    }
    refuse_checked_out(repository, &BTreeSet::from([branch]))
}

/// Which work tree of a repository one is.
#[derive(Clone, Copy)]
enum WorkTree {
    Main,
    Linked,
}

/// The `HEAD` of every work tree, and where that is. A bare repository has none of its own.
fn heads(repository: &GitRepository) -> Vec<(PathBuf, String, WorkTree)> {
    let common = &repository.common_folder;
    let mut heads = Vec::new();
    let main = git2::Repository::open(common).ok();
    if let Some(folder) = main.as_ref().and_then(git2::Repository::workdir) {
        let place = folder.components().as_path().display().to_string();
        heads.push((common.join("HEAD"), place, WorkTree::Main));
    }
    let linked = fs::read_dir(common.join("worktrees"));
    for folder in linked.into_iter().flatten().flatten() {
        let folder = folder.path();
        let place = fs::read_to_string(folder.join("gitdir")).unwrap_or_default();
        let place = place.trim().trim_end_matches("/.git").to_owned();
        heads.push((folder.join("HEAD"), place, WorkTree::Linked));
    }
    heads
}

/// Git keeps references as files, so that `a` and `a/b` cannot both exist.
fn refuse_overlap(repository: &git2::Repository, reference: &str) -> Result<(), Failure> {
    if !git2::Reference::is_valid_name(reference) {
        return Err(Failure::new(
            FailureKind::Repository,
            format!("`{}` is no name that git allows", reference.escape_debug()),
        ));
    }
    let above = Path::new(reference)
        .ancestors()
        .skip(1)
        .filter_map(Path::to_str)
        .filter(|name| name.matches('/').count() >= 2)
        .find(|name| repository.find_reference(name).is_ok())
        .map(str::to_owned);
    let below = || {
        let names = repository.references_glob(&format!("{reference}/*")).ok()?;
        let first = names.flatten().next()?;
        Some(String::from_utf8_lossy(first.name_bytes()).into_owned())
    };
    match above.or_else(below) {
        None => Ok(()),
        Some(other) => Err(Failure::new(
            FailureKind::Repository,
            format!("git cannot hold `{reference}` beside `{other}`"),
        )
        .hint(format!(
            "rename the other one: `git branch -m {0} {0}-old`",
            short(&other)
        ))),
    }
}

/// Fails where the reference holds something else than the step goes on from.
pub(super) fn refuse_moved(repository: &GitRepository, step: &Step) -> Result<(), Failure> {
    compare(step, target(&*repository.lease()?, &step.reference)?)
}

fn compare(step: &Step, found: Option<Oid>) -> Result<(), Failure> {
    if found == step.expected {
        return Ok(());
    }
    let show = |id: Option<Oid>| id.map_or_else(|| "nothing".to_owned(), |id| format!("`{id}`"));
    Err(Failure::new(
        FailureKind::Race,
        format!(
            "`{}` moved meanwhile: expected {}, found {}",
            short(&step.reference),
            show(step.expected),
            show(found)
        ),
    )
    .hint("run it again: it then goes on from there"))
}

pub(super) fn short(reference: &str) -> &str {
    reference.strip_prefix("refs/heads/").unwrap_or(reference)
}

/// Appends to the reflog where git would. Best effort: the reference has moved already.
fn write_log(repository: &GitRepository, lease: &git2::Repository, step: &Step) {
    let log = repository.common_folder.join("logs").join(&step.reference);
    let wanted = lease
        .config()
        .and_then(|config| config.get_bool("core.logAllRefUpdates"))
        .unwrap_or(!lease.is_bare());
    let kept = step.reference.starts_with("refs/heads/") || step.reference.starts_with("refs/notes/");
    let begun = wanted && kept;
    if !begun && !log.exists() {
        return;
    }
    let from = step.expected.unwrap_or(Oid::ZERO_SHA1);
    let line = format!(
        "{from} {} {}\t{}\n",
        step.to,
        step.author_line,
        step.reason.replace('\n', " ")
    );
    if let Some(folder) = log.parent() {
        let _ = fs::create_dir_all(folder);
    }
    if let Ok(mut file) = OpenOptions::new().append(true).create(true).open(&log) {
        let _ = file.write_all(line.as_bytes());
    }
}
