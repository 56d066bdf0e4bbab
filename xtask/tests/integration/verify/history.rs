//! Releases that were moved: to other units, other places in history, other histories.

use expect_test::expect;
use lockstep::model::Digest;
use serde_json::json;

use super::released::{BRANCH, Released, refused};
use crate::fleet::Fleet;

#[test]
fn case_5_another_units_signature() {
    let released = Released::new();
    let theirs = released.bytes(&Released::bundle_path("assistant"));
    released.put(&Released::bundle_path("orders"), Some(&theirs));
    released.refused(
        "foreign-statement",
        &Released::bundle_path("orders"),
        "expected a release of `dev/orders`, found one of `dev/assistant`",
    );
}

#[test]
fn case_5_another_environments_signature() {
    let released = Released::new();
    released.restate("orders", |statement| {
        statement["predicate"]["environment"] = "production".into()
    });
    released.refused(
        "foreign-statement",
        &Released::bundle_path("orders"),
        "found one of `production/orders`",
    );
}

#[test]
fn case_6_an_earlier_release_of_a_unit() {
    let released = Released::new();
    let before = released.fleet.files(BRANCH);
    released.again("two");
    for (path, text) in before.iter().filter(|(path, _)| path.contains("orders")) {
        released.put(path, Some(text.as_bytes()));
    }
    let answer = released.verify();
    assert_eq!(answer.rules(), ["replayed-release"], "{}", answer.text());
    refused(
        &answer,
        "replayed-release",
        &Released::bundle_path("orders"),
        "of release 1",
    );
}

#[test]
fn case_7_an_earlier_state_of_the_branch() {
    let released = Released::new();
    let before = released.fleet.files(BRANCH);
    released.again("two").again("three");
    for (path, text) in &before {
        released.put(path, Some(text.as_bytes()));
    }
    released.refused(
        "downgraded-branch",
        &Released::bundle_path("_environment"),
        "expected release 3 or a later one at the tip, found 1 again",
    );
}

#[test]
fn case_9_a_branch_that_stands_still() {
    let released = Released::new();
    let answer = released.verify_with("    environments: [dev]\nfreshness: { dev: 30 }\n");
    refused(
        &answer,
        "frozen-branch",
        &Released::bundle_path("_environment"),
        "expected a release of the last 30 days",
    );
}

#[test]
fn case_29_a_history_without_one_of_its_releases() {
    let released = Released::new();
    released.again("two").again("three");
    let git = &released.fleet.repository.git;
    let tip = git.find_commit(released.fleet.tip(BRANCH).unwrap()).unwrap();
    let first = tip.parent(0).unwrap().parent(0).unwrap();
    let forged = git
        .commit(
            None,
            &tip.author(),
            &tip.committer(),
            "Squash",
            &tip.tree().unwrap(),
            &[&first],
        )
        .unwrap();
    git.reference(&format!("refs/heads/{BRANCH}"), forged, true, "force")
        .unwrap();
    released.refused(
        "broken-chain",
        &Released::bundle_path("_environment"),
        "expected the statement before release 3 in the branch's history, found none",
    );
}

#[test]
fn a_unit_that_somebody_removed_is_missed() {
    let released = Released::new();
    for path in released
        .fleet
        .paths(BRANCH)
        .iter()
        .filter(|path| path.contains("orders"))
    {
        released.put(path, None);
    }
    released.refused(
        "missing-unit",
        ".lockstep/_environment/inventory.json",
        "lists `orders`",
    );
}

#[test]
fn a_unit_that_left_and_comes_back_from_history_is_noticed() {
    let released = Released::new();
    released
        .fleet
        .edit(
            "agents/assistant/agent.yaml",
            "dependencies:\n  - { name: orders, agent: orders }\n",
            "",
        )
        .remove("agents/orders")
        .commit("Drop orders");
    let before = released.fleet.files(BRANCH);
    released.fleet.release(&["dev"]);
    for (path, text) in before.iter().filter(|(path, _)| path.contains("orders")) {
        released.put(path, Some(text.as_bytes()));
    }
    released.refused(
        "unlisted-unit",
        &Released::bundle_path("orders"),
        "the environment does not list `orders`",
    );
}

#[test]
fn the_chain_leads_back_to_the_first_release_and_any_commit_can_be_verified() {
    let released = Released::new();
    let first = released.fleet.tip(BRANCH).unwrap().to_string();
    released.again("two").again("three");
    let answer = released.verify();
    assert_eq!(
        (answer.exit, &answer.environment("dev")["chain"]),
        (0, &3.into()),
        "{}",
        answer.text()
    );
    let answer = released
        .fleet
        .run(&["verify", "--environment", "dev", "--commit", &first]);
    assert_eq!(
        (answer.exit, &answer.environment("dev")["chain"]),
        (0, &1.into()),
        "{}",
        answer.text()
    );
}

#[test]
fn somebody_elses_file_outside_what_argo_cd_reads_does_not_matter() {
    let released = Released::new();
    released.put("CODEOWNERS", Some(b"* @platform\n"));
    assert_eq!(released.verify().exit, 0);
}

#[test]
fn a_rollback_is_signed_and_says_why() {
    let released = Released::new();
    released.again("two");
    let arguments = ["rollback", "orders", "--environment", "dev", "--reason", "too slow"];
    released.fleet.done(&arguments);
    let answer = released.verify();
    assert_eq!(
        (answer.exit, &answer.environment("dev")["chain"]),
        (0, &3.into()),
        "{}",
        answer.text()
    );
    let statement: serde_json::Value = serde_json::from_slice(&released.payload("orders")).unwrap();
    let predicate = &statement["predicate"];
    assert_eq!(
        (&predicate["kind"], &predicate["sequence"]),
        (&"rollback".into(), &3.into())
    );
    assert_eq!(predicate["rollback"]["reason"], "too slow");
}

#[test]
fn case_7_a_branch_that_was_set_back_is_missed_by_the_ledger() {
    let released = Released::new();
    let first = released.fleet.tip(BRANCH).unwrap();
    released.again("two");
    let second = released.fleet.tip(BRANCH).unwrap();
    released.fleet.repository.set(&format!("refs/heads/{BRANCH}"), first);
    released.refused(
        "downgraded-branch",
        &Released::bundle_path("_environment"),
        &format!("expected release 2 or a later one at the tip, as the ledger knows it by commit {second}, found 1"),
    );
    let commit = first.to_string();
    let answer = released
        .fleet
        .run(&["verify", "--environment", "dev", "--commit", &commit]);
    assert_eq!(answer.exit, 0, "{}", answer.text());
}

#[test]
fn case_7_an_event_of_an_earlier_commit_does_not_hide_that_the_branch_was_set_back() {
    let released = Released::new();
    let first = released.fleet.tip(BRANCH).unwrap();
    released.again("two");
    let second = released.fleet.tip(BRANCH).unwrap();
    released.fleet.repository.set(&format!("refs/heads/{BRANCH}"), first);
    let ledger = "lockstep/ledger";
    let events = released.fleet.contents(ledger);
    let (_, last) = events.range("dev/_environment/".to_owned()..).nth(1).unwrap();
    let forged = json!({
        "environment": "dev",
        "unit": "_environment",
        "sequence": 3,
        "previous": [Digest::of(last.as_bytes()).to_string()],
        "time": "2026-01-31T00:00:00Z",
        "by": "Eve <eve@example.com>",
        "fact": {"kind": "committed", "commit": first.to_string(), "number": 1, "units": ["orders"]},
    });
    let text = format!("{forged:#}\n");
    let name = Digest::of(text.as_bytes()).hex();
    let path = format!("dev/_environment/000003-committed-{}.json", &name[..8]);
    released.fleet.meddle(ledger, &path, &text);
    released.refused(
        "downgraded-branch",
        &Released::bundle_path("_environment"),
        &format!("expected release 2 or a later one at the tip, as the ledger knows it by commit {second}, found 1"),
    );
}

/// A key whose time ended with a release cannot begin anew where the branch is taken away.
#[test]
fn releases_of_a_branch_that_is_gone_are_numbered_on() {
    let released = Released::new();
    released.again("two");
    let git = git2::Repository::open(released.fleet.folder()).unwrap();
    git.find_branch(BRANCH, git2::BranchType::Local)
        .unwrap()
        .delete()
        .unwrap();
    released.fleet.release(&["dev"]);
    let own = released.fleet.json(BRANCH, ".lockstep/_environment/inventory.json");
    assert_eq!(own["sequence"], 3);
    let answer = released.fleet.run(&["verify", "--environment", "dev"]);
    assert_eq!(answer.exit, 0, "{}", answer.text());
}

/// What the environment has of its own is no stray, whatever vouches for it is gone.
#[test]
fn an_environment_without_its_statement_is_unsigned() {
    let released = Released::new();
    let own = released.fleet.paths(BRANCH);
    for path in own.iter().filter(|path| path.starts_with(".lockstep/_environment/")) {
        released.put(path, None);
    }
    let answer = released.fleet.run(&["verify", "--environment", "dev"]);
    assert_eq!(answer.exit, 1);
    assert!(answer.rules().contains(&"unsigned-unit"), "{}", answer.text());
    assert!(!answer.rules().contains(&"unsigned-file"), "{}", answer.text());
}

#[test]
fn case_7_a_branch_that_is_gone_is_missed_by_the_ledger() {
    let fleet = Fleet::promoted();
    fleet.release(&["dev", "staging"]);
    let git = git2::Repository::open(fleet.folder()).unwrap();
    let staging = "environment/staging";
    git.find_branch(staging, git2::BranchType::Local)
        .unwrap()
        .delete()
        .unwrap();
    let answer = fleet.run(&["verify"]);
    assert_eq!(
        (answer.exit, answer.rules()),
        (1, vec!["downgraded-branch"]),
        "{}",
        answer.text()
    );
    assert!(
        answer
            .text()
            .contains("bring it back: `git branch environment/staging …`"),
        "{}",
        answer.text()
    );
}

#[test]
fn without_any_branch_nothing_is_verified() {
    Fleet::small().refused(
        &["verify"],
        expect![[r#"
            exit 4
            repository: no environment has a branch: there is nothing to verify
              hint: fetch, if the remote has them: `git fetch`
              hint: cargo xtask release <environment>
        "#]],
    );
}
