//! Names and options on the command line that mean nothing.

use expect_test::expect;

use crate::fleet::{Fleet, run_in};

#[test]
fn an_unknown_environment_suggests_the_known_one() {
    Fleet::small().refused(
        &["release", "prodution"],
        expect![[r#"
        exit 2
        usage: there is no environment `prodution`
          hint: did you mean `production`?
    "#]],
    );
}

#[test]
fn an_unknown_environment_unlike_any_lists_them() {
    Fleet::small().refused(
        &["render", "--environment", "mars"],
        expect![[r#"
        exit 2
        usage: there is no environment `mars`
          hint: there is dev, staging, canary, production
    "#]],
    );
}

#[test]
fn an_unknown_agent_suggests_the_known_one() {
    Fleet::small().refused(
        &["release", "dev", "--agent", "asistant"],
        expect![[r#"
        exit 2
        usage: there is no agent `asistant`
          hint: did you mean `assistant`?
    "#]],
    );
}

#[test]
fn an_assignment_without_value_is_usage() {
    Fleet::small().refused(
        &["render", "--set", "replicas"],
        expect![[r#"
        exit 2
        usage: `replicas` is no assignment
          hint: write `--set path.to.value=5`
    "#]],
    );
}

#[test]
fn release_takes_no_values() {
    let answer = Fleet::small().run(&["release", "dev", "--set", "replicas=5"]);
    assert_eq!(answer.exit, 2);
    assert!(
        answer.stderr.contains("unexpected argument '--set'"),
        "{}",
        answer.stderr
    );
}

#[test]
fn release_needs_an_environment() {
    let answer = Fleet::small().run(&["release"]);
    assert_eq!(answer.exit, 2);
    assert!(answer.stderr.contains("<ENVIRONMENT>"), "{}", answer.stderr);
}

#[test]
fn a_revision_that_does_not_exist_is_said() {
    Fleet::small().refused(
        &["render", "--revision", "v9"],
        expect![[r#"
        exit 2
        usage: `v9` names no commit here
          hint: see `git branch --all` and `git log`, or `git fetch`
    "#]],
    );
}

#[test]
fn a_base_that_does_not_exist_is_said_with_what_brings_it_here() {
    let fleet = Fleet::small();
    let refused = |base: &str, expected| fleet.refused(&["affected", "--base", base], expected);
    refused(
        "",
        expect![[r#"
        exit 2
        usage: `--base` is empty: a change begins at a revision
          hint: name a branch, a tag or a commit: `--base origin/main`
    "#]],
    );
    refused(
        "origin/topic",
        expect![[r#"
        exit 2
        usage: `origin/topic` names no commit here
          hint: see `git branch --all` and `git log`, or `git fetch`
          hint: fetch it: `git fetch origin topic`
          hint: in GitHub Actions: `fetch-depth: 0` at the `actions/checkout` step
    "#]],
    );
    refused(
        "HEAD~7",
        expect![[r#"
        exit 2
        usage: `HEAD~7` names no commit here
          hint: see `git branch --all` and `git log`, or `git fetch`
    "#]],
    );
}

#[test]
fn a_count_is_at_least_one() {
    for line in [
        ["history", "--limit", "0"],
        ["bench", "--agents", "0"],
        ["verify", "--depth", "0"],
    ] {
        let answer = Fleet::small().run(&line);
        assert_eq!(answer.exit, 2, "{}", answer.text());
        assert!(answer.stderr.contains("it has to be at least 1"), "{}", answer.stderr);
    }
}

/// What `--set` says is held to what a values file is, and told with the assignment as it was typed.
#[test]
fn an_assignment_is_checked_as_a_file_of_values_is() {
    Fleet::small().refused(
        &[
            "render",
            "--set",
            "rolout.strategy=canary",
            "--set",
            "rollout.strategy=bluegreen",
            "--set",
            "replicas=-1",
            "--set",
            "ports.http=99999",
            "--set",
            "rollout={weights: [5, 5, 100]}",
            "--set",
            "env.MINE=yes",
        ],
        expect![[r#"
            exit 1
            error[invalid-value] --set ports.http=99999
              `ports.http` is wrong: 99999 is greater than the maximum of 65535
            error[invalid-value] --set replicas=-1
              `replicas` is wrong: -1 is less than the minimum of 0
            error[invalid-value] --set rollout.strategy=bluegreen
              `rollout.strategy` is `bluegreen`, which is none of `rolling`, `canary`, `blue-green`, `blue-green-canary`, `ab-test`
              help: did you mean `blue-green`?
            error[invalid-value] --set rollout={weights: [5, 5, 100]}
              `rollout.weights` is wrong: 5 percent do not follow 5 percent: each share is above the one before it
            error[unknown-key] --set rolout.strategy=canary
              unknown key `rolout`
              help: did you mean `rollout`?
        "#]],
    );
}

#[test]
fn an_assignment_to_nothing_is_usage() {
    Fleet::small().refused(
        &["render", "--set", "=x"],
        expect![[r#"
        exit 2
        usage: `=x` is no assignment
          hint: write `--set path.to.value=5`
    "#]],
    );
    Fleet::small().refused(
        &["render", "--set", "env..X=x"],
        expect![[r#"
        exit 2
        usage: `env..X=x` is no assignment
          hint: write `--set path.to.value=5`
    "#]],
    );
}

#[test]
fn a_folder_below_the_root_is_named_from_here() {
    let fleet = Fleet::small();
    for (folder, named) in [
        ("", "agents/orders"),
        ("agents", "orders"),
        ("agents/orders", "."),
        ("agents", ".."),
    ] {
        let answer = run_in(&fleet.folder().join(folder), &["-C", named, "validate", "-e", "dev"]);
        assert_eq!(answer.exit, 0, "{folder}/{named}: {}", answer.text());
    }
}

#[test]
fn one_file_takes_the_evaluation_of_one_agent() {
    let fleet = Fleet::small();
    fleet.refused(
        &["evaluate", "assistant", "orders", "--into", "evaluation.json"],
        expect![[r#"
        exit 2
        usage: `--into` takes one evaluation, and this is about 2 agents
          hint: name one agent, or write all with `--format json`
    "#]],
    );
    let answer = fleet.run(&["evaluate", "assistant", "--pass-rate", "1"]);
    assert_eq!(answer.exit, 2, "there is no more than all");
}
