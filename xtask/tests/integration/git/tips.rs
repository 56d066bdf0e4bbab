//! Where a tool-written branch stands: one row a reason.

use std::fs;

use xtask::failure::FailureKind;
use xtask::ports::{KnownBranch, Repository, Tip};

use super::fixture::{Fixture, id};

const BRANCH: &str = "environment/dev";
const ALL: &str = "+refs/heads/*:refs/remotes/origin/*";

/// Commits: `one` ← `two` ← `three`, and `side` beside `two`.
fn check(local: Option<&str>, tracking: Option<&str>) -> Result<(String, Option<String>), String> {
    let fixture = Fixture::unborn();
    let one = fixture.loose_commit("one", &[]);
    let two = fixture.loose_commit("two", &[one]);
    let side = fixture.loose_commit("side", &[one]);
    let named = |name: &str| match name {
        "one" => one,
        "two" => two,
        _ => side,
    };
    if let Some(name) = local {
        fixture.set("refs/heads/environment/dev", named(name));
    }
    if let Some(name) = tracking {
        fixture.set("refs/remotes/origin/environment/dev", named(name));
    }
    let name = |wanted: &xtask::ports::GitId| {
        ["one", "two", "side"]
            .into_iter()
            .find(|name| id(named(name)) == *wanted)
            .unwrap()
            .to_owned()
    };
    match fixture.open().tip(BRANCH, "origin") {
        Ok(Tip::Unborn) => Ok(("unborn".to_owned(), None)),
        Ok(Tip::At { commit, local }) => Ok((name(&commit), local.as_ref().map(name))),
        Err(failure) => Err(failure.message),
    }
}

#[test]
fn the_newer_of_local_and_remote_tip_counts() {
    let at = |commit: &str, local: Option<&str>| Ok((commit.to_owned(), local.map(str::to_owned)));
    assert_eq!(check(None, None), at("unborn", None));
    assert_eq!(check(Some("one"), None), at("one", Some("one")));
    assert_eq!(check(None, Some("one")), at("one", None));
    assert_eq!(check(Some("two"), Some("two")), at("two", Some("two")));
    assert_eq!(check(Some("one"), Some("two")), at("two", Some("one")));
    assert_eq!(check(Some("two"), Some("one")), at("two", Some("two")));
    let diverged = check(Some("two"), Some("side")).unwrap_err();
    assert!(diverged.starts_with("the branch `environment/dev` diverged: `"));
}

#[test]
fn diverged_tips_come_with_both_ids_and_the_commands() {
    let fixture = Fixture::unborn();
    let one = fixture.loose_commit("one", &[]);
    let other = fixture.loose_commit("other", &[]);
    fixture.set("refs/heads/environment/dev", one);
    fixture.set("refs/remotes/origin/environment/dev", other);
    let failure = fixture.open().tip(BRANCH, "origin").unwrap_err();
    assert_eq!(failure.kind, FailureKind::Repository);
    assert!(failure.message.contains(&one.to_string()));
    assert!(failure.message.contains(&other.to_string()));
    assert!(failure.hints[0].contains("`git fetch origin`"));
    assert!(failure.hints[2].contains("`git branch -f environment/dev origin/environment/dev`"));
}

/// A clone without the branch: the answer by what it fetches and whether it is shallow.
fn check_absent(refspecs: &[&str], shallow: bool) -> Result<Tip, Vec<String>> {
    let fixture = Fixture::unborn();
    let one = fixture.loose_commit("one", &[]);
    fixture.set("refs/heads/main", one);
    if let Some((first, more)) = refspecs.split_first() {
        fixture
            .git
            .remote_with_fetch("origin", "https://example.com/r", first)
            .unwrap();
        for refspec in more {
            fixture.git.remote_add_fetch("origin", refspec).unwrap();
        }
    }
    if shallow {
        fs::write(fixture.path(".git/shallow"), format!("{one}\n")).unwrap();
    }
    fixture.open().tip(BRANCH, "origin").map_err(|failure| failure.hints)
}

#[test]
fn a_branch_is_unborn_only_where_the_clone_can_know() {
    // No remote, or one that every branch is fetched from.
    assert_eq!(check_absent(&[], false), Ok(Tip::Unborn));
    assert_eq!(check_absent(&[], true), Ok(Tip::Unborn));
    assert_eq!(check_absent(&[ALL], false), Ok(Tip::Unborn));
    let mirror = "+refs/*:refs/*";
    assert_eq!(check_absent(&[mirror], false), Ok(Tip::Unborn));
    let exact = "refs/heads/environment/*:refs/remotes/origin/environment/*";
    assert_eq!(check_absent(&[exact], false), Ok(Tip::Unborn));
    // Single-branch, elsewhere, excluded, shallow.
    let main = "+refs/heads/main:refs/remotes/origin/main";
    let elsewhere = "+refs/heads/*:refs/remotes/upstream/*";
    let fetch = "fetch it: `git fetch origin '+refs/heads/environment/dev:refs/remotes/origin/environment/dev'`";
    for (refspecs, shallow) in [
        (vec![main], false),
        (vec![elsewhere], false),
        (vec![ALL, "^refs/heads/environment/*"], false),
        (vec![ALL], true),
        (vec![main], true),
    ] {
        let hints = check_absent(&refspecs, shallow).unwrap_err();
        assert_eq!(hints[0], fetch, "{refspecs:?}");
        assert_eq!(hints[1].contains("--unshallow"), shallow);
        assert_eq!(hints[1].contains("set-branches"), refspecs != [ALL]);
    }
}

#[test]
fn branches_are_listed_by_what_their_names_begin_with() {
    let fixture = Fixture::unborn();
    let (one, two) = (fixture.loose_commit("one", &[]), fixture.loose_commit("two", &[]));
    fixture.set("refs/heads/environment/dev", one);
    fixture.set("refs/heads/environments", one);
    fixture.set("refs/remotes/origin/environment/dev", two);
    fixture.set("refs/remotes/origin/environment/eu/qa", two);
    fixture.set("refs/remotes/other/environment/qa", two);
    let head = "refs/remotes/origin/environment/HEAD";
    let to = "refs/remotes/origin/environment/dev";
    fixture.git.reference_symbolic(head, to, false, "test").unwrap();
    let known = |name: &str, local: Option<_>, tracking: Option<_>| KnownBranch {
        name: name.to_owned(),
        local: local.map(id),
        tracking: tracking.map(id),
    };
    let (dev, qa) = (
        known("environment/dev", Some(one), Some(two)),
        known("environment/eu/qa", None, Some(two)),
    );
    let repository = fixture.open();
    assert_eq!(repository.branches("environment/", "origin").unwrap(), [dev, qa]);
    assert_eq!(repository.branches("deploy/", "origin").unwrap(), []);
    assert_eq!(repository.branches("", "elsewhere").unwrap().len(), 2);
}

#[test]
fn a_remote_tip_and_address_are_read() {
    let fixture = Fixture::unborn();
    let one = fixture.loose_commit("one", &[]);
    fixture.set("refs/remotes/origin/environment/dev", one);
    fixture.git.remote("origin", "https://example.com/r").unwrap();
    let repository = fixture.open();
    assert_eq!(repository.remote_tip(BRANCH, "origin").unwrap(), Some(id(one)));
    assert_eq!(repository.remote_tip("other", "origin").unwrap(), None);
    let url = repository.remote_url("origin").unwrap();
    assert_eq!(url.as_deref(), Some("https://example.com/r"));
    assert_eq!(repository.remote_url("upstream").unwrap(), None);
}
