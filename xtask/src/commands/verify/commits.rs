//! The signatures of a branch's commits, where the trust file asks for them.

use lockstep::artifact::CommitProof;
use lockstep::model::EnvironmentName;
use lockstep::release::verify::{SignedCommits, signed_commits};
use rayon::prelude::*;

use super::super::trust::Trusted;
use crate::failure::Failure;
use crate::ports::{GitId, Repository};

/// Looks at the last commits of a branch, at most `depth` of them; nothing where the trust file asks for no signature.
pub(super) fn signed(
    delivery: &dyn Repository,
    environment: &EnvironmentName,
    commit: Option<&GitId>,
    trusted: &Trusted,
    depth: usize,
) -> Result<Option<SignedCommits>, Failure> {
    let (Some(keys), Some(commit)) = (trusted.trust.commits.get(environment), commit) else {
        return Ok(None);
    };
    let settled = trusted.trust.settled.get(environment);
    let mut line = delivery.line(commit, depth)?;
    let end = line
        .iter()
        .position(|commit| settled.is_some_and(|settled| settled.contains(&commit.0)));
    line.truncate(end.unwrap_or(line.len()));
    // each takes a program that runs for milliseconds
    let proof = |commit: &GitId| Ok((commit.0.clone(), delivery.proof(commit)?));
    let proofs: Vec<(String, CommitProof)> = line.par_iter().map(proof).collect::<Result<_, Failure>>()?;
    Ok(Some(signed_commits(environment, keys, &proofs)))
}
