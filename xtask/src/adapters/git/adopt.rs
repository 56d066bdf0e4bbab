//! Brings a reference up to another one that a fetch has written.

use super::open::GitRepository;
use super::refs::{self, Step};
use super::tip::target;
use crate::failure::Failure;

/// See `Repository::adopt`.
pub(super) fn adopt(
    repository: &GitRepository,
    reference: &str,
    other: &str,
    author: &str,
    seconds: i64,
) -> Result<(), Failure> {
    let lease = repository.lease()?;
    let Some(theirs) = target(&lease, other)? else {
        return Ok(());
    };
    let ours = target(&lease, reference)?;
    let ahead = ours.is_some_and(|ours| ours == theirs || lease.graph_descendant_of(ours, theirs).unwrap_or(false));
    if ahead {
        return Ok(());
    }
    drop(lease);
    let step = Step {
        reference: reference.to_owned(),
        expected: ours,
        to: theirs,
        author_line: format!("{author} {seconds} +0000"),
        reason: format!("lockstep: as in {other}"),
    };
    refs::step(repository, vec![step])
}
