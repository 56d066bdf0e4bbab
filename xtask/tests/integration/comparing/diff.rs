//! `diff`: the work tree against branches, revisions against each other, environments against each other.

use expect_test::{Expect, expect};
use xtask::failure::{EXIT_DONE, EXIT_FINDINGS};

use super::fixture::Fleet;

fn check(fleet: &Fleet, arguments: &[&str], expected: Expect) {
    expected.assert_eq(&fleet.text(arguments));
}

fn new_prompt(fleet: &Fleet) {
    fleet.put(
        "agents/a/prompts/answer/1.1.0.prompt",
        "---\nmodel: m\n---\nBe kind.\nBe brief.\n",
    );
    fleet.edit("agents/a/agent.yaml", "answer: 1.0.0", "answer: 1.1.0");
}

#[test]
fn after_a_release_nothing_differs() {
    let fleet = Fleet::released();
    check(&fleet, &["diff"], expect![[r#""#]]);
    assert_eq!(fleet.run(&["diff", "--exit-code"]).unwrap().exit_code(), EXIT_DONE);
}

#[test]
fn before_the_first_release_everything_is_new() {
    check(&Fleet::new(), &["diff", "-e", "staging"], expect![[r#""#]]);
}

#[test]
fn a_new_prompt_differs_in_the_tuple_and_in_one_config_map() {
    let fleet = Fleet::released();
    new_prompt(&fleet);
    check(&fleet, &["diff"], expect![[r#""#]]);
    assert_eq!(fleet.run(&["diff"]).unwrap().exit_code(), EXIT_DONE);
    assert_eq!(fleet.run(&["diff", "--exit-code"]).unwrap().exit_code(), EXIT_FINDINGS);
    assert_eq!(
        fleet
            .run(&["diff", "--exit-code", "-e", "staging"])
            .unwrap()
            .exit_code(),
        EXIT_DONE
    );
    assert_eq!(
        fleet.run(&["diff", "--exit-code", "-a", "b"]).unwrap().exit_code(),
        EXIT_DONE
    );
}

#[test]
fn what_diff_shows_the_next_release_writes() {
    let fleet = Fleet::released();
    new_prompt(&fleet);
    fleet.commit("A new prompt");
    let shown = fleet.run(&["diff", "-e", "dev"]).unwrap().result;
    let planned = fleet.run(&["release", "dev", "--dry-run"]).unwrap().result;
    let planned: Vec<&str> = planned["environments"][0]["units"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|unit| unit["change"] != "unchanged")
        .map(|unit| unit["unit"].as_str().unwrap())
        .collect();
    let shown: Vec<&str> = shown["units"]
        .as_array()
        .unwrap()
        .iter()
        .map(|unit| unit["unit"].as_str().unwrap())
        .collect();
    assert_eq!(shown, planned);
    fleet.run(&["release", "dev"]).unwrap();
    assert_eq!(fleet.run(&["diff", "--exit-code"]).unwrap().exit_code(), EXIT_DONE);
}

#[test]
fn an_agent_that_leaves_and_one_that_is_held() {
    let fleet = Fleet::released();
    fleet.remove("agents/b");
    std::fs::remove_file(fleet.folder.path().join("environments/staging/releases/b.yaml")).unwrap();
    fleet.edit("environments/staging/values/a.yaml", "replicas: 3", "replicas: 4");
    fleet.put(
        "environments/staging/holds/a.yaml",
        "by: me\nreason: wait\nsince: 2025-01-01T00:00:00Z\n",
    );
    check(&fleet, &["diff"], expect![[r#""#]]);
}

#[test]
fn revisions_are_rendered_and_compared() {
    let fleet = Fleet::new();
    fleet.edit("environments/staging/values/a.yaml", "replicas: 3", "replicas: 4");
    fleet.commit("More");
    check(&fleet, &["diff", "HEAD~1", "HEAD"], expect![[r#""#]]);
    check(&fleet, &["diff", "HEAD"], expect![[r#""#]]);
    fleet.edit(
        "templates/argocd/application.yaml.tera",
        "namespace: argocd",
        "namespace: argo",
    );
    check(&fleet, &["diff", "HEAD", "-a", "b", "-e", "dev"], expect![[r#""#]]);
}

#[test]
fn an_earlier_tree_that_is_wrong_does_not_stop_the_comparison() {
    let fleet = Fleet::new();
    fleet.put("agents/b/agent.yaml", "description: nothing else\n");
    fleet.commit("Broken");
    fleet.put("agents/b/agent.yaml", "description: still nothing\n");
    fleet.edit(
        "agents/a/agent.yaml",
        "description: Answers.",
        "description: Answers well.",
    );
    let report = fleet.run(&["diff", "HEAD"]).unwrap();
    assert_eq!(report.exit_code(), EXIT_FINDINGS);
    assert!(
        report
            .findings
            .iter()
            .any(|finding| finding.message.starts_with("not compared: in `HEAD`"))
    );
    let units: Vec<String> = report.result["units"]
        .as_array()
        .unwrap()
        .iter()
        .map(|unit| {
            format!(
                "{}/{}",
                unit["environment"].as_str().unwrap(),
                unit["unit"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(units, ["dev/a", "staging/a"]);
}

#[test]
fn environments_are_compared_as_their_branches_are() {
    let fleet = Fleet::released();
    new_prompt(&fleet);
    fleet.commit("A new prompt");
    fleet.run(&["release", "dev"]).unwrap();
    check(&fleet, &["diff", "dev", "staging"], expect![[r#""#]]);
}

#[test]
fn wrong_names_say_what_is_right() {
    let fleet = Fleet::new();
    let check = |arguments: &[&str], expected: Expect| {
        let failure = fleet.run(arguments).unwrap_err();
        expected.assert_eq(&format!("{}\n{}\n", failure.message, failure.hints.join("\n")));
    };
    check(&["diff", "dev", "stagin"], expect![[r#""#]]);
    check(&["diff", "dev", "staging"], expect![[r#""#]]);
    check(&["diff", "-e", "stagin"], expect![[r#""#]]);
    check(&["diff", "-a", "c"], expect![[r#""#]]);
}
