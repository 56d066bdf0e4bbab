//! The signature of the commit itself, where the trust file asks for one.

use crate::artifact::{CommitKey, CommitProof};
use crate::model::{EnvironmentName, Finding};
use crate::workspace::layout::{ENVIRONMENT_UNIT, TRUST};

/// What is wrong with a commit of an environment's branch that one of these keys must have signed. What nobody could
/// tell is an error, in words.
pub fn commit_finding(
    environment: &EnvironmentName,
    commit: &str,
    keys: &[CommitKey],
    proof: CommitProof,
) -> Result<Option<Finding>, String> {
    let short = commit.get(..12).unwrap_or(commit);
    let help = "find out who made it; `release --resign` makes a commit that is signed";
    let finding = match proof {
        CommitProof::Unchecked(why) => {
            return Err(format!("who signed the commit `{short}` of `{environment}`: {why}"));
        }
        CommitProof::Signed(by) if by.iter().any(|key| keys.contains(key)) => return Ok(None),
        CommitProof::Unsigned => {
            let message = format!("expected a signed commit, found `{short}` without a signature");
            Finding::error("unsigned-commit", message).help(help)
        }
        CommitProof::Broken(why) => {
            let message = format!("the signature of the commit `{short}` does not hold: {why}");
            Finding::error("broken-commit-signature", message).help(help)
        }
        CommitProof::Signed(by) => {
            let by = by.last().map_or("a key".to_owned(), CommitKey::words);
            let message = format!("`{short}` is signed by {by}, which may not sign commits of `{environment}`");
            Finding::error("untrusted-commit", message)
                .help(format!("name the key under `commits:` in `{TRUST}`, if it may"))
        }
    };
    Ok(Some(finding.unit(environment.as_str(), ENVIRONMENT_UNIT)))
}
