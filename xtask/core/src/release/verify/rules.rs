//! The rules about what stands on an environment branch.

use crate::model::Rule;

/// The rules about a branch against what was signed, by id.
pub const RULES: &[Rule] = &[
    Rule::new(
        "broken-chain",
        "a statement does not name the one before it, so the branch's history was rewritten",
        "find the commits that are gone and restore them",
    ),
    Rule::new(
        "broken-commit-signature",
        "the signature of a commit is not its own, or its key is expired or revoked",
        "find out who made the commit; then release the environment again with `--resign`, and name an earlier one under `since:` once it was looked into",
    ),
    Rule::new(
        "changed-file",
        "a file is not the one that was signed",
        "find out who changed it, then restore the branch or release the environment again with `--resign`",
    ),
    Rule::new(
        "changed-line-ends",
        "a file differs from the one that was signed in line ends or a byte order mark",
        "restore the branch; take the conversion out of the program that touched it",
    ),
    Rule::new(
        "downgraded-branch",
        "an earlier state of the branch was put on top of a later one",
        "restore the branch; to go back, use `rollback`, which is signed and says why",
    ),
    Rule::new(
        "file-mode",
        "a file on the branch may be executed, and no release makes such a file",
        "find out who committed it, and restore the branch",
    ),
    Rule::new(
        "foreign-statement",
        "the signature of another unit or environment stands here",
        "restore the branch",
    ),
    Rule::new(
        "foreign-subject",
        "a unit's statement names a file of another unit",
        "find out what signed it, and release again",
    ),
    Rule::new(
        "frozen-branch",
        "the last release is older than the trust file allows: somebody may withhold newer ones",
        "fetch; if nothing was released, release again with `--resign`",
    ),
    Rule::new(
        "incomplete-history",
        "this clone has a part of the history only, so the chain of statements cannot be followed",
        "fetch the rest: `git fetch --unshallow`",
    ),
    Rule::new(
        "irreproducible-unit",
        "the commit that a release names renders to other bytes than those that stand on the branch",
        "find out what made it, and release the environment again with `--resign`",
    ),
    Rule::new(
        "missing-file",
        "a file that was signed is gone",
        "restore the branch, or release the environment again with `--resign`",
    ),
    Rule::new(
        "missing-source",
        "the commit that a release was made from is not in this repository, so nobody can render it again",
        "fetch all branches; if it is gone there too, find out who rewrote them",
    ),
    Rule::new(
        "missing-unit",
        "a unit that the environment lists is gone",
        "restore the branch, or release the environment again with `--resign`",
    ),
    Rule::new(
        "not-comparable",
        "another version of Lockstep made the release, and may render otherwise",
        "render it with the version that made it, or release it again with this one",
    ),
    Rule::new(
        "renamed-file",
        "a file that was signed under one name stands under another",
        "restore the branch, or release the environment again with `--resign`",
    ),
    Rule::new(
        "replayed-release",
        "an earlier release of a unit was put in the place of the current one",
        "restore the branch; to go back, use `rollback`, which is signed and says why",
    ),
    Rule::new(
        "swapped-file",
        "a file holds what was signed under another name: each digest is known, and none is in its place",
        "restore the branch, or release the environment again with `--resign`",
    ),
    Rule::new(
        "unlisted-unit",
        "a signed unit stands on the branch that the environment does not list: it was removed, or copied here",
        "restore the branch, or release the environment again with `--resign`",
    ),
    Rule::new(
        "unsigned-file",
        "a file stands where Argo CD reads, and no statement names it",
        "find out who put it there, and remove it",
    ),
    Rule::new(
        "unsigned-release",
        "an environment is released without a signature, so nobody can prove later what was released",
        "make a key and let it sign: `cargo xtask keys init`",
    ),
    Rule::new(
        "unsigned-commit",
        "a commit has no signature, and the trust file asks for one: a squash or a cherry-pick takes it away",
        "find out who made the commit; then release the environment again with `--resign`",
    ),
    Rule::new(
        "unsigned-unit",
        "a unit has no signature: without one nothing is proved, and a missing one is never a pass",
        "release the environment with a key that the trust file names",
    ),
    Rule::new(
        "untrusted-commit",
        "a commit is signed with a key that may not sign commits of the environment",
        "find out who made the commit, or name the key under `commits:` in the trust file",
    ),
    Rule::new(
        "untrusted-environment",
        "the trust file lets nobody sign for the environment, so nothing can be proved about it",
        "make a key and let it sign: `cargo xtask keys init`",
    ),
];
