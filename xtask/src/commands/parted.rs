//! Where a change begins: what came to its base since is not part of it.

use crate::context::Context;
use crate::failure::{Failure, WHOLE_CHECKOUT};
use crate::ports::GitId;

/// The commit where the histories of a base and of `head` (what is checked out, by default) parted; the base itself where
/// they have nothing in common.
pub(super) fn parted(context: &Context, base: &str, head: Option<&str>) -> Result<GitId, Failure> {
    let repository = context.repository()?;
    let hint = format!("fetch it: `git fetch origin {}`", base.trim_start_matches("origin/"));
    let named = repository.resolve(base).map_err(|failure| {
        let failure = failure.hint(hint);
        failure.hint(WHOLE_CHECKOUT)
    })?;
    let head = match head {
        Some(head) => repository.resolve(head)?,
        None => repository.head()?,
    };
    Ok(repository.merge_base(&named.id, &head.id)?.unwrap_or(named.id))
}
