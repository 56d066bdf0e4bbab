//! Where a change begins: what came to its base since is not part of it.

use std::collections::BTreeSet;

use lockstep::workspace::layout;

use super::generate::stale;
use crate::context::Context;
use crate::failure::{Failure, FailureKind, WHOLE_CHECKOUT};
use crate::ports::GitId;

/// Where a change begins.
pub(super) struct Parted {
    /// The commit where both histories parted; the base itself where they have nothing in common.
    pub(super) commit: GitId,
    /// What is to be said of it, where it is not what one expects.
    pub(super) note: Option<String>,
}

/// The commit where the histories of a base and of `head` (what is checked out, by default) parted.
pub(super) fn parted(context: &Context, base: &str, head: Option<&str>) -> Result<Parted, Failure> {
    let repository = context.repository()?;
    if base.trim().is_empty() {
        let failure = Failure::new(FailureKind::Usage, "`--base` is empty: a change begins at a revision");
        return Err(failure.hint("name a branch, a tag or a commit: `--base origin/main`"));
    }
    let named = repository.resolve(base).map_err(|failure| {
        // of a shallow clone the failure tells already how to get the rest
        let (is_shallow, fetch) = (failure.kind == FailureKind::Repository, how_to_fetch(base));
        let failure = fetch.iter().fold(failure, Failure::hint);
        match is_shallow || fetch.is_some() {
            true => failure.hint(WHOLE_CHECKOUT),
            false => failure,
        }
    })?;
    let head = match head {
        Some(head) => repository.resolve(head)?,
        None => repository.head()?,
    };
    let common = repository.merge_base(&named.id, &head.id)?;
    let note = common
        .is_none()
        .then(|| format!("`{base}` has no history in common with the change: compared with it as it is"));
    Ok(Parted {
        commit: common.unwrap_or(named.id),
        note,
    })
}

/// The paths that differ between a commit and `head`, or may differ from what is in the work tree by default.
pub(super) fn differing(context: &Context, commit: &GitId, head: Option<&str>) -> Result<BTreeSet<String>, Failure> {
    let repository = context.repository()?;
    if let Some(head) = head {
        let head = repository.resolve(head)?;
        return Ok(repository.differing(commit, &head.id)?.into_iter().collect());
    }
    let generated = stale::places();
    let mut roots = [&layout::ROOTS[..], &layout::JUDGES].concat();
    roots.extend(generated.iter().map(String::as_str));
    let (committed, dirty) = rayon::join(
        || repository.differing(commit, &repository.head()?.id),
        || repository.dirty(&roots),
    );
    Ok(committed?.into_iter().chain(dirty?).collect())
}

/// The command that brings a revision here; what is counted from another one only comes with its history.
fn how_to_fetch(base: &str) -> Option<String> {
    let is_counted = base.contains(['~', '^', '@', ':']);
    (!is_counted).then(|| format!("fetch it: `git fetch origin {}`", base.trim_start_matches("origin/")))
}
