//! The signatures of the commits themselves, where the trust file asks for them.

use crate::artifact::{CommitKey, CommitProof};
use crate::model::{EnvironmentName, Finding};
use crate::workspace::layout::{ENVIRONMENT_UNIT, TRUST};

/// What the signatures of a branch's last commits come to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SignedCommits {
    /// How many of the last commits had to be signed.
    pub demanded: usize,
    /// What is wrong with them.
    pub findings: Vec<Finding>,
    /// What nobody could tell, in words.
    pub untold: Vec<String>,
}

/// Holds the last commits of an environment's branch, the newest first, to these keys. The newest must be signed by one
/// of them, and so must every commit since the oldest that is.
pub fn signed_commits(
    environment: &EnvironmentName,
    keys: &[CommitKey],
    commits: &[(String, CommitProof)],
) -> SignedCommits {
    let is_theirs =
        |proof: &CommitProof| matches!(proof, CommitProof::Signed(by) if by.iter().any(|key| keys.contains(key)));
    let oldest = commits.iter().rposition(|(_, proof)| is_theirs(proof)).unwrap_or(0);
    let mut signed = SignedCommits::default();
    for (commit, proof) in commits.iter().take(oldest + 1) {
        signed.demanded += 1;
        match proof {
            CommitProof::Unchecked(why) => {
                let short = commit.get(..12).unwrap_or(commit);
                signed
                    .untold
                    .push(format!("who signed the commit `{short}` of `{environment}`: {why}"));
            }
            proof if is_theirs(proof) => {}
            proof => signed.findings.push(finding(environment, commit, proof)),
        }
    }
    signed
}

/// What is wrong with a commit that nobody who may has signed.
fn finding(environment: &EnvironmentName, commit: &str, proof: &CommitProof) -> Finding {
    let short = commit.get(..12).unwrap_or(commit);
    let help = format!(
        "find out who made it; `release --resign` makes a commit that is signed, and `since: {commit}` in `{TRUST}` \
         says that this one and those before it are looked into"
    );
    let finding = match proof {
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
        CommitProof::Unsigned | CommitProof::Unchecked(_) => {
            let message = format!("expected a signed commit, found `{short}` without a signature");
            Finding::error("unsigned-commit", message).help(help)
        }
    };
    finding.unit(environment.as_str(), ENVIRONMENT_UNIT)
}
