//! Commits that are signed with GPG and SSH, as `git verify-commit` and `verify` see them.

use std::fs;
use std::path::{Path, PathBuf};

use super::Fleet;
use crate::shell::{self, run, sh};

/// Where the keys of a test are: an agent's socket must have a short path.
fn gpg(clone: &Path, line: &str) -> String {
    let folder = clone.parent().unwrap().join("gnupg");
    fs::create_dir_all(&folder).unwrap();
    format!("chmod 700 ../gnupg; export GNUPGHOME='{}'; {line}", folder.display())
}

/// Makes a GPG key without a passphrase and returns its fingerprint.
fn gpg_key(clone: &Path, name: &str) -> String {
    let make = format!(
        "gpg --batch --quiet --passphrase '' --quick-generate-key '{name} <{name}@example.com>' ed25519 sign never 2>/dev/null"
    );
    let list =
        format!("gpg --batch --with-colons --list-keys {name} 2>/dev/null | awk -F: '/^fpr/ {{ print $10; exit }}'");
    sh(clone, &gpg(clone, &format!("{make}; {list}")))
}

/// A clone whose trust file lets a key sign releases, and these keys the commits of staging.
fn clone(fleet: &Fleet, commits: &str) -> PathBuf {
    let clone = fleet.clone("clone", "");
    sh(&clone, "$XTASK keys init --plain");
    trust(&clone, commits);
    clone
}

/// Says whose commits count from now on.
fn trust(clone: &Path, commits: &str) {
    let path = clone.join("environments/trust.yaml");
    let text = fs::read_to_string(&path).unwrap();
    let signers = text.split("commits:").next().unwrap();
    fs::write(&path, format!("{signers}commits:\n  staging:\n{commits}")).unwrap();
    let commit = "git add -A && git commit -qm 'Say who signs commits' && git push -q origin HEAD:main";
    sh(clone, &gpg(clone, commit));
}

const VERIFY: &str = "$XTASK verify --environment staging";

/// `verify` ends so, and says this.
#[track_caller]
fn refused(clone: &Path, code: i32, said: &str) {
    shell::refused(clone, &gpg(clone, VERIFY), code, said);
}

#[track_caller]
fn holds(clone: &Path) {
    sh(clone, &gpg(clone, VERIFY));
}

/// Puts the release on the branch again as a commit that somebody else makes, whose parent stays the same.
fn commit_again(clone: &Path, options: &str) {
    let line = format!(
        "parents=$(git rev-parse environment/staging^@ | sed 's/^/-p /')
         id=$(git log -1 --format=%B environment/staging | git commit-tree {options} $parents 'environment/staging^{{tree}}') &&
         git branch -f environment/staging $id"
    );
    sh(clone, &gpg(clone, &line));
}

/// Puts a commit on the branch that changes nothing.
fn commit_on_top(clone: &Path, options: &str) {
    let line = format!(
        "id=$(echo Again | git commit-tree {options} -p environment/staging 'environment/staging^{{tree}}') &&
         git branch -f environment/staging $id"
    );
    sh(clone, &gpg(clone, &line));
}

/// Puts the release on the branch again with its signature and another author.
fn forge(clone: &Path) {
    sh(
        clone,
        "id=$(git cat-file commit environment/staging | sed 's/^author [^<]*/author Mallory /' |
              git hash-object -t commit -w --stdin) && git branch -f environment/staging $id",
    );
}

#[test]
fn commits_that_gpg_signs() {
    let fleet = Fleet::new();
    let clone = fleet.clone("clone", "");
    let (robot, other) = (gpg_key(&clone, "robot"), gpg_key(&clone, "other"));
    sh(&clone, "$XTASK keys init --plain");
    trust(&clone, &format!("    - gpg: {robot}\n"));
    let release = gpg(&clone, "$XTASK release dev staging");
    // a key that is nowhere: nothing moves
    sh(&clone, "git config user.signingKey nobody@example.com");
    shell::refused(&clone, &release, 4, "could not sign the commit: gpg: ");
    assert_eq!(sh(&clone, "git branch --list 'environment/*' 'lockstep/*'"), "");
    // nor for a key that is not named
    sh(&clone, &format!("git config user.signingKey {other}"));
    let said = format!("could not sign the commit: the GPG key `{other}` is none of those that may");
    shell::refused(&clone, &release, 2, &said);
    assert_eq!(sh(&clone, "git branch --list 'environment/*' 'lockstep/*'"), "");
    // what the trust file asks for is signed, and nothing else
    sh(&clone, &format!("git config user.signingKey {robot}"));
    sh(&clone, &release);
    sh(&clone, &gpg(&clone, "git verify-commit environment/staging"));
    assert_ne!(run(&clone, &gpg(&clone, "git verify-commit environment/dev")).code, 0);
    assert_eq!(sh(&clone, "git fsck --strict 2>&1"), "");
    holds(&clone);
    // git's own setting asks for it everywhere
    sh(&clone, "git config commit.gpgSign true");
    let promote = "$XTASK promote support-rag --from dev --to staging --as v9.1.0";
    sh(&clone, &gpg(&clone, &format!("{promote} && $XTASK release staging")));
    let rollback = "$XTASK rollback support-rag -e staging --reason slow";
    sh(&clone, &gpg(&clone, rollback));
    let all = "for branch in main environment/staging environment/staging^ lockstep/ledger lockstep/ledger^; do
                 git verify-commit $branch || exit 1; done";
    sh(&clone, &gpg(&clone, all));
    holds(&clone);
    // what the trust file does not name, has no signature, or a broken one
    commit_again(&clone, &format!("-S{other}"));
    refused(&clone, 1, "untrusted-commit");
    commit_again(&clone, "");
    refused(&clone, 1, "unsigned-commit");
    commit_again(&clone, &format!("-S{robot}"));
    holds(&clone);
    forge(&clone);
    refused(&clone, 1, "broken-commit-signature");
    // a stray commit stays in the history, until somebody has looked into it
    commit_again(&clone, &format!("-S{robot}"));
    commit_on_top(&clone, "");
    commit_on_top(&clone, &format!("-S{robot}"));
    refused(&clone, 1, "unsigned-commit");
    let stray = sh(&clone, "git rev-parse environment/staging^");
    trust(&clone, &format!("    - gpg: {robot}\n      since: {stray}\n"));
    holds(&clone);
    trust(&clone, &format!("    - gpg: {robot}\n"));
    let depth = format!("{VERIFY} --depth 1");
    sh(&clone, &gpg(&clone, &depth));
    // without the program, or without the public key, nobody can tell
    let alone = format!("GNUPGHOME=$(mktemp -d) {VERIFY}");
    shell::refused(&clone, &alone, 4, "is not in the keyring of `gpg`");
    trust(&clone, &format!("    - gpg: {robot}\n      since: {stray}\n"));
    sh(&clone, "git config gpg.program /nonexistent/gpg");
    refused(&clone, 4, "there is no program `/nonexistent/gpg`");
    sh(&clone, &gpg(&clone, "gpgconf --kill all"));
}

#[test]
fn commits_that_ssh_signs() {
    let fleet = Fleet::new();
    let folder = fleet.remote().parent().unwrap().to_owned();
    sh(
        &folder,
        "for name in robot other; do ssh-keygen -q -t ed25519 -N '' -C $name -f $name; done",
    );
    let public = fs::read_to_string(folder.join("robot.pub")).unwrap();
    let clone = clone(&fleet, &format!("    - ssh: {public}"));
    sh(
        &clone,
        "git config gpg.format ssh && git config user.signingKey \"$PWD/../robot\"",
    );
    sh(&clone, "$XTASK release staging");
    sh(
        &clone,
        "echo \"robot@example.com $(cat ../robot.pub)\" > ../allowed
         git config gpg.ssh.allowedSignersFile \"$PWD/../allowed\" && git verify-commit environment/staging",
    );
    assert_eq!(sh(&clone, "git fsck --strict 2>&1"), "");
    holds(&clone);
    commit_again(&clone, "-S\"$PWD/../other\"");
    refused(&clone, 1, "untrusted-commit");
    commit_again(&clone, "");
    refused(&clone, 1, "unsigned-commit");
    commit_again(&clone, "-S\"$PWD/../robot\"");
    holds(&clone);
    forge(&clone);
    refused(&clone, 1, "broken-commit-signature");
    commit_again(&clone, "-S\"$PWD/../robot\"");
    sh(&clone, "git config gpg.ssh.program /nonexistent/ssh-keygen");
    refused(&clone, 4, "there is no program `/nonexistent/ssh-keygen`");
}

#[test]
fn a_key_that_an_agent_keeps_signs_by_its_public_half() {
    let fleet = Fleet::new();
    let folder = fleet.remote().parent().unwrap().to_owned();
    sh(&folder, "ssh-keygen -q -t ed25519 -N '' -f robot");
    let public = fs::read_to_string(folder.join("robot.pub")).unwrap();
    let clone = clone(&fleet, &format!("    - ssh: {public}"));
    sh(
        &clone,
        "git config gpg.format ssh && git config user.signingKey \"key::$(cat ../robot.pub)\"",
    );
    let refused = run(&clone, "SSH_AUTH_SOCK= $XTASK release staging");
    assert_eq!(refused.code, 4, "{}", refused.errors);
    sh(
        &clone,
        "eval $(ssh-agent) >/dev/null && ssh-add -q ../robot && rm ../robot && $XTASK release staging; code=$?
         kill $SSH_AGENT_PID; exit $code",
    );
    holds(&clone);
}
