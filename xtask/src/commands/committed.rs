//! What goes by a commit refuses files that are not in it: nobody else would have them.

use lockstep::model::named;

use crate::failure::{Failure, FailureKind};
use crate::ports::Repository;

/// Fails where files below these roots differ from the checked-out commit; `why` says what goes by it.
pub(super) fn refuse_uncommitted(repository: &dyn Repository, roots: &[&str], why: &str) -> Result<(), Failure> {
    if repository.work_folder().is_none() {
        return Ok(());
    }
    let dirty = repository.dirty(roots)?;
    if dirty.is_empty() {
        return Ok(());
    }
    let message = format!("these files are not committed: {}", named(&dirty, 5));
    Err(Failure::new(FailureKind::Repository, message).hint(format!(
        "commit them (`git add -A && git commit`) or put them away (`git stash -u`): {why}"
    )))
}
