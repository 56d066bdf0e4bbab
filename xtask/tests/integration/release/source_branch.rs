//! The branch that a release is made from: what the fleet file's map does not give to it is refused.

use expect_test::expect;
use lockstep::workspace::{SentOn, Workspace, released_from};

use crate::fleet::{Answer, Fleet, command};

const MAP: &str = "branches:
  - {name: main, releases: [dev, staging, canary, production]}
  - {name: \"release/<version>\", releases: [staging]}
  - {name: \"feature/*\"}
";

/// A promoted fleet with a map, on a branch.
fn on(branch: &str) -> Fleet {
    let fleet = Fleet::promoted();
    fleet.append("environments/fleet.yaml", MAP).commit("Map the branches");
    switch(&fleet, branch);
    fleet
}

fn switch(fleet: &Fleet, branch: &str) {
    let git = &fleet.repository.git;
    let head = git.head().unwrap().peel_to_commit().unwrap();
    if branch != "main" {
        git.branch(branch, &head, false).unwrap();
    }
    git.set_head(&format!("refs/heads/{branch}")).unwrap();
}

fn detach(fleet: &Fleet) {
    let git = &fleet.repository.git;
    let head = git.head().unwrap().peel_to_commit().unwrap();
    git.set_head_detached(head.id()).unwrap();
}

#[test]
fn a_branch_releases_what_the_map_gives_to_it() {
    let fleet = on("release/v3.3.0");
    fleet.refused(
        &["release", "staging", "production"],
        expect![[r#"
            exit 1
            error[wrong-branch] environments/fleet.yaml:10:5
              `production` is not released from `release/v3.3.0`
              help: release it from `main`, or set this aside: `--override wrong-branch --reason "…"`
        "#]],
    );
    fleet.release(&["staging"]);
    on("main").release(&["dev", "staging", "canary", "production"]);
}

#[test]
fn from_a_name_that_the_map_does_not_have_everything_may_be_tried_here_and_nothing_is_pushed() {
    let fleet = on("master");
    let answer = fleet.release(&["dev", "production"]);
    assert_eq!(answer.rules()[..2], ["wrong-branch", "wrong-branch"]);
    assert!(fleet.tip("environment/production").is_some());
    let workspace = Workspace::load(&fleet.tree()).0.unwrap();
    let tree = fleet.tree();
    let errors = |branch, name, sent_on| {
        let environments = [workspace.environment(name).unwrap()];
        let found = released_from(&workspace, &tree, Some(branch), &environments, sent_on);
        found.iter().filter(|finding| finding.is_error()).count()
    };
    let both = |branch, name| (errors(branch, name, SentOn::Here), errors(branch, name, SentOn::Away));
    assert_eq!(both("master", "production"), (0, 1));
    assert_eq!(both("feature/x", "dev"), (0, 1));
    assert_eq!(both("feature/x", "production"), (1, 1));
}

#[test]
fn who_sets_it_aside_says_why_and_both_are_recorded() {
    let fleet = on("feature/x");
    let release = ["release", "staging", "--override", "wrong-branch"];
    assert_eq!(fleet.run(&release).exit, 2, "a reason is asked for");
    fleet.done(&[&release[..], &["--reason", "The main branch is broken"]].concat());
    let message = fleet.message("environment/staging");
    let trailers: Vec<&str> = message.lines().filter(|line| line.contains("=")).collect();
    let told = "Overridden: _environment=wrong-branch `staging` is not released from `feature/x`";
    assert!(trailers.contains(&told), "{message}");
    assert!(
        trailers.contains(&"Override-reason: _environment=The main branch is broken"),
        "{message}"
    );
    let ledger = fleet.files("lockstep/ledger");
    let recorded = ledger.values().find(|event| event.contains("\"committed\"")).unwrap();
    let recorded: serde_json::Value = serde_json::from_str(recorded).unwrap();
    let text = recorded.to_string();
    assert!(
        text.contains("\"check\":\"wrong-branch\"") && text.contains("\"reason\":\"The main branch is broken\""),
        "{text}"
    );
    let failure = fleet.run(&["release", "staging", "--override", "held-unit", "--reason", "x"]);
    assert_eq!(failure.exit, 2);
}

#[test]
fn where_a_commit_is_checked_out_the_pipeline_names_the_branch() {
    let fleet = on("main");
    detach(&fleet);
    let answer = fleet.release(&["staging"]);
    assert!(answer.rules().contains(&"wrong-branch"), "not judged, and said so");
    let release = |variables: &[(&str, &str)]| {
        let arguments = ["--format", "json", "release", "production", "--dry-run"];
        let mut command = command(fleet.folder(), &arguments);
        command.envs(variables.iter().copied());
        let answer = Answer::of(&command.output().unwrap());
        (answer.exit, answer.rules().len())
    };
    assert_eq!(release(&[("GITHUB_REF_NAME", "main")]), (0, 0));
    assert_eq!(release(&[("CI_COMMIT_BRANCH", "feature/x")]), (1, 1));
    assert_eq!(
        release(&[("GITHUB_REF_NAME", "3/merge"), ("GITHUB_HEAD_REF", "feature/x")]),
        (1, 1)
    );
    assert_eq!(
        release(&[("GITHUB_REF_NAME", "v1"), ("GITHUB_REF_TYPE", "tag")]),
        (0, 1),
        "not judged"
    );
}

#[test]
fn a_promotion_is_committed_where_it_may_be_released_or_is_only_proposed() {
    let fleet = on("main");
    fleet.release(&["dev"]);
    let promote = ["promote", "orders", "--from", "dev", "--to", "canary", "--as", "v2.0.0"];
    let rules = |branch: &str| {
        switch(&fleet, branch);
        let answer = fleet.run(&[&promote[..], &["--dry-run"]].concat());
        let findings = answer.json["findings"].as_array().unwrap().iter();
        let mut own = findings.filter(|finding| finding["rule"] == "wrong-branch");
        own.next().map(|finding| finding["severity"].clone())
    };
    assert_eq!(rules("release/v3.3.0"), Some("error".into()));
    assert_eq!(rules("fix/x"), Some("warning".into()));
    assert_eq!(rules("feature/x"), None, "what it holds gets anywhere by a merge alone");
    assert_eq!(rules("main"), None);
}

#[test]
fn a_map_that_cannot_be_meant_is_found() {
    let entries = [
        "release/<versoin>",
        "ma in",
        "hotfix/**",
        "a//b",
        "environment/*",
        "main",
        "feature/x",
        "*/v1.0.0",
    ];
    let fleet = Fleet::small();
    let lines: String = entries
        .iter()
        .map(|name| format!("  - {{name: \"{name}\"}}\n"))
        .collect();
    fleet
        .append("environments/fleet.yaml", &format!("{MAP}{lines}"))
        .commit("Map more");
    fleet.refused(
        &["release", "dev"],
        expect![[r#"
        exit 1
        error[invalid-branch-name] environments/fleet.yaml:12:12
          `<versoin>` in `release/<versoin>` stands for nothing
          help: write `<version>` for a version, `*` for any text without a slash
        error[invalid-branch-name] environments/fleet.yaml:13:12
          no branch can be called `ma in`: it has a space or a sign that git does not take
          help: write it as `git branch` would take it
        error[invalid-branch-name] environments/fleet.yaml:14:12
          `**` in `hotfix/**` has more than one `*`
          help: write one `*` between two slashes; a name with more slashes is an entry of its own
        error[invalid-branch-name] environments/fleet.yaml:15:12
          no branch can be called `a//b`: a part between slashes is empty
          help: write it as `git branch` would take it
        error[reserved-branch] environments/fleet.yaml:16:12
          `environment/*` is also the name of `environment/dev`, which only Lockstep writes
          help: give the branches that people work on other names
        error[shadowed-branch] environments/fleet.yaml:17:12
          `main` is there twice, and the first entry decides
          help: remove it, or put the narrower name first
        error[shadowed-branch] environments/fleet.yaml:18:12
          every branch of `feature/x` is one of `feature/*`, which stands before it and decides
          help: remove it, or put the narrower name first
    "#]],
    );
}
