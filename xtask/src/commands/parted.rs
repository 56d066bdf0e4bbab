//! Where a change begins: what came to its base since is not part of it.

use crate::context::Context;
use crate::failure::{Failure, WHOLE_CHECKOUT};
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
    let named = repository
        .resolve(base)
        .map_err(|failure| failure.hint(how_to_fetch(base)).hint(WHOLE_CHECKOUT))?;
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

/// The command that brings a revision here; what is counted from another one only comes with its history.
fn how_to_fetch(base: &str) -> String {
    if base.contains(['~', '^', '@', ':']) {
        return "if this clone is shallow, fetch its history: `git fetch --unshallow`".to_owned();
    }
    format!("fetch it: `git fetch origin {}`", base.trim_start_matches("origin/"))
}
