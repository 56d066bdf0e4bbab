//! What people and programs read of the ledger.

use expect_test::expect;
use serde_json::{Value, json};

use super::{last, next_candidate, promoted_once};
use crate::fleet::{Fleet, command, folded};

fn rolled_back() -> Fleet {
    let fleet = promoted_once();
    next_candidate(&fleet, '9');
    fleet.done(&[
        "promote", "orders", "--from", "dev", "--to", "staging", "--as", "v1.1.0",
    ]);
    fleet.release(&["staging"]);
    fleet.done(&["rollback", "orders", "-e", "staging", "--reason", "slow"]);
    fleet
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn the_records_have_exactly_the_fields_of_the_documents() {
    let fleet = rolled_back();
    let answer = fleet.done(&["history", "orders", "-e", "staging"]);
    let log = &answer.result()["releaseLog"];
    assert_eq!(
        keys(&log[0]),
        [
            "agent_id",
            "end_ts",
            "image_tag",
            "namespace",
            "operator",
            "start_ts",
            "status"
        ]
    );
    let statuses: Vec<&Value> = log.as_array().unwrap().iter().map(|record| &record["status"]).collect();
    assert_eq!(statuses, ["success", "rollbacked", "success"]);
    let versions = &answer.result()["versions"];
    assert_eq!(
        keys(&versions[1]),
        [
            "agent_name",
            "created_at",
            "gray",
            "prev_version",
            "publisher",
            "rollbackable",
            "status",
            "tag",
            "version"
        ]
    );
    let told: Vec<Value> = versions
        .as_array()
        .unwrap()
        .iter()
        .map(|version| {
            json!([
                version["tag"],
                version["prev_version"],
                version["status"],
                version["rollbackable"]
            ])
        })
        .collect();
    assert_eq!(
        told,
        [
            json!(["v1.0.0", null, "watching", false]),
            json!(["v1.1.0", "v1.0.0", "rollbacked", false]),
            json!(["v1.0.0", "v1.1.0", "watching", false]),
        ]
    );
}

#[test]
fn every_way_leads_from_a_pod_to_its_release() {
    let fleet = rolled_back();
    let record = fleet.json("environment/staging", ".lockstep/orders/tuple.json");
    let tuple = record["id"].as_str().unwrap();
    let commit = fleet.tip("environment/staging").unwrap().to_string();
    let annotation = format!("lockstep.dev/tuple: \"{tuple}\"");
    let image = format!("sha256:{}", "2".repeat(64));
    for clue in [annotation.as_str(), &tuple[..20], &commit, "v1.0.0", &image] {
        let answer = fleet.done(&["trace", clue, "--environment", "staging"]);
        let found = answer.result().as_array().unwrap().last().unwrap().clone();
        assert_eq!(
            (&found["agent"], &found["tuple"]),
            (&json!("orders"), &json!(tuple)),
            "{clue}"
        );
        assert_eq!(
            (&found["running"], &found["commit"]),
            (&json!(true), &json!(commit)),
            "{clue}"
        );
        assert!(!found["evidence"].as_array().unwrap().is_empty(), "{clue}");
    }
    assert_eq!(fleet.run(&["trace", "sha256:0123456789"]).exit, 2);
}

#[test]
fn a_prompt_leads_to_the_release_that_runs_it() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    let record = fleet.json("environment/dev", ".lockstep/assistant/tuple.json");
    let prompt = record["tuple"]["prompts"]["greet"]["sha256"].as_str().unwrap();
    let answer = fleet.done(&["trace", prompt]);
    assert_eq!(answer.result()[0]["agent"], "assistant");
    assert_eq!(
        answer.result()[0]["files"][0]["path"],
        "agents/assistant/prompts/greet/1.0.0.prompt"
    );
}

#[test]
fn the_fleet_at_a_glance() {
    let fleet = rolled_back();
    let answer = fleet.done(&["status", "--environment", "staging"]);
    let unit = &answer.result()[0];
    assert_eq!(
        (&unit["agent"], &unit["version"], &unit["verdict"]),
        (&json!("orders"), &json!("v1.0.0"), &json!("watching"))
    );
    let held = last(&fleet, "staging/orders");
    let since = held.time.to_string();
    assert_eq!(unit["hold"], json!({ "reason": "slow", "by": held.by, "since": since }));
    let output = command(fleet.folder(), &["status", "--environment", "staging"])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let told = text.lines().find(|line| line.contains("is held")).unwrap();
    let age = told.split(' ').nth(6).unwrap();
    assert_eq!(
        told,
        format!("  staging/orders is held for {age} by Lockstep since {since}: slow")
    );
    assert_eq!(fleet.run(&["status", "nobody"]).exit, 2);
}

#[test]
fn an_event_that_somebody_changed_is_told_at_a_glance() {
    let fleet = rolled_back();
    let (path, text) = fleet
        .files("lockstep/ledger")
        .into_iter()
        .find(|(path, _)| path.contains("-held-"))
        .unwrap();
    fleet.meddle("lockstep/ledger", &path, &text.replace("slow", "fast"));
    let answer = fleet.run(&["status", "--environment", "staging"]);
    assert_eq!(
        (answer.exit, answer.rules()),
        (1, vec!["broken-ledger"]),
        "{}",
        answer.text()
    );
    assert!(answer.text().contains(&path) && answer.text().contains("unit: staging/orders"));
    assert_eq!(answer.result()[0]["agent"], "orders");
}

#[test]
fn what_is_held_before_its_first_release_is_shown() {
    let fleet = promoted_once();
    fleet.done(&["hold", "orders", "-e", "production", "--reason", "frozen"]);
    let answer = fleet.done(&["status", "orders"]);
    let units = answer.result().as_array().unwrap().iter();
    let told: Vec<Value> = units
        .map(|unit| json!([unit["environment"], unit["version"], unit["hold"]["reason"]]))
        .collect();
    assert_eq!(
        told,
        [
            json!(["dev", "dev-latest", null]),
            json!(["staging", "v1.0.0", null]),
            json!(["production", null, "frozen"]),
        ]
    );
}

#[test]
fn the_change_log_says_what_each_release_changed() {
    let fleet = rolled_back();
    let answer = fleet.done(&["history", "orders", "-e", "staging", "--changes"]);
    let told: Vec<Value> = answer
        .result()
        .as_array()
        .unwrap()
        .iter()
        .map(|release| {
            let fields: Vec<String> = release["components"]
                .as_array()
                .unwrap()
                .iter()
                .map(|change| format!("{}.{}", change["component"], change["field"]).replace('"', ""))
                .collect();
            json!([release["version"], release["compared"], release["broughtBack"], fields])
        })
        .collect();
    assert_eq!(
        told,
        [
            json!(["v1.0.0", "before", "v1.0.0", ["code.digest"]]),
            json!(["v1.1.0", "before", null, ["code.digest"]]),
            json!(["v1.0.0", "first", null, []]),
        ]
    );
    let shown = command(fleet.folder(), &["history", "orders", "-e", "staging", "--changes"]).output();
    let shown = String::from_utf8(shown.unwrap().stdout).unwrap();
    let lines: Vec<&str> = shown.lines().map(|line| line.split(" (").next().unwrap()).collect();
    expect![[r#"
        orders in staging
          v1.0.0
            code.digest: sha256:9999999999… → sha256:2222222222…
          v1.1.0
            code.digest: sha256:2222222222… → sha256:9999999999…
          v1.0.0
            the first release here"#]]
    .assert_eq(&lines.join("\n"));
}

#[test]
fn a_change_log_shows_as_many_releases_as_asked() {
    let fleet = rolled_back();
    let answer = fleet.done(&["history", "orders", "-e", "staging", "--changes", "--limit", "1"]);
    let log = answer.result().as_array().unwrap().clone();
    assert_eq!(log.len(), 1);
    assert_eq!(log[0]["components"][0]["field"], "digest");
}

#[test]
fn the_summary_of_stages_has_the_last_word_of_each_and_how_long_it_took() {
    let fleet = promoted_once();
    let record = |stage: &str, status: &str, more: &[&str]| {
        let words = ["stage", "record", stage, status, "--agent", "orders"];
        fleet.done(&[&words[..], more].concat());
    };
    record("build_image", "passed", &["--duration", "61.25"]);
    record("unit_test", "failed", &["--duration", "4"]);
    record("unit_test", "passed", &["--duration", "5"]);
    record("security_scan", "skipped", &[]);
    let summary = |more: &[&str]| {
        let mut answer = command(
            fleet.folder(),
            &[&["stage", "summary", "--agent", "orders"], more].concat(),
        );
        String::from_utf8(answer.output().unwrap().stdout).unwrap()
    };
    expect![[r#"
        orders sha256:…: 2 of 3 stages passed, 66.2 s in all
          stage          status      seconds
          unit_test      ✅ passed   5.0
          security_scan  ➖ skipped  -
          build_image    ✅ passed   61.2
    "#]]
    .assert_eq(&folded(&summary(&[])));
    expect![[r#"
        <!-- lockstep stage -->
        ## ✅ Lockstep stage: nothing found

        ### Stages of orders: 2 of 3 stages passed, 66.2 s in all

        | stage | status | seconds |
        |---|---|---|
        | unit\_test | ✅ passed | 5.0 |
        | security\_scan | ➖ skipped | - |
        | build\_image | ✅ passed | 61.2 |
    "#]]
    .assert_eq(&folded(&summary(&["--format", "markdown"])));
    let running = fleet.done(&["stage", "summary", "--agent", "orders", "--environment", "dev"]);
    assert_eq!(running.result()["passed"], 2);
    next_candidate(&fleet, '7');
    let fresh = fleet.done(&["stage", "summary", "--agent", "orders"]);
    assert_eq!(fresh.result()["total"], 0, "a new candidate has no past");
    assert_eq!(
        fleet
            .run(&["stage", "summary", "--agent", "assistant", "--environment", "staging"])
            .exit,
        1
    );
}

#[test]
fn an_answer_stands_in_markdown_as_it_is_said() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    let mut history = command(
        fleet.folder(),
        &["history", "orders", "-e", "dev", "--format", "markdown"],
    );
    let answer = String::from_utf8(history.output().unwrap().stdout).unwrap();
    assert!(
        answer.starts_with("<!-- lockstep history -->\n## ✅ Lockstep history\n```text\n"),
        "{answer}"
    );
    assert!(answer.contains("dev-latest"), "{answer}");
}

#[test]
fn a_prompt_leads_to_the_release_that_ran_it_once() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    let record = fleet.json("environment/dev", ".lockstep/assistant/tuple.json");
    let prompt = record["tuple"]["prompts"]["greet"]["sha256"].as_str().unwrap();
    let first = fleet.tip("environment/dev").unwrap().to_string();
    fleet.put("agents/assistant/prompts/greet/1.1.0.prompt", "Greet.\n");
    fleet.edit("agents/assistant/agent.yaml", "greet: 1.0.0", "greet: 1.1.0");
    fleet.commit("Greet briefly");
    fleet.release(&["dev"]);
    let answer = fleet.done(&["trace", prompt]);
    let found = answer.result().as_array().unwrap();
    assert_eq!(found.len(), 1, "{}", answer.text());
    assert_eq!(
        (&found[0]["commit"], &found[0]["running"]),
        (&json!(first), &json!(false))
    );
}

#[test]
fn the_change_log_tells_when_an_agent_left() {
    let fleet = rolled_back();
    let path = "environments/staging/releases/orders.yaml";
    let text = std::fs::read_to_string(fleet.repository.path(path)).unwrap();
    fleet.done(&["resume", "orders", "-e", "staging", "--reason", "mended"]);
    fleet.remove(path).commit("Take orders out");
    fleet.release(&["staging"]);
    fleet.put(path, &text).commit("Bring orders back");
    fleet.release(&["staging"]);
    let told = |limit: &str| {
        let answer = fleet.done(&["history", "orders", "-e", "staging", "--changes", "--limit", limit]);
        let log = answer.result().as_array().unwrap().iter();
        let told = log.map(|one| {
            format!(
                "{} {}",
                one["version"].as_str().unwrap(),
                one["compared"].as_str().unwrap()
            )
        });
        told.collect::<Vec<_>>()
    };
    let all = [
        "v1.0.0 before",
        "v1.0.0 removed",
        "v1.0.0 before",
        "v1.1.0 before",
        "v1.0.0 first",
    ];
    assert_eq!(told("9"), all);
    assert_eq!(told("2"), all[..2]);
    assert_eq!(told("3"), all[..3]);
}

#[test]
fn what_an_environment_has_of_its_own_has_a_history() {
    let fleet = promoted_once();
    let mut history = command(fleet.folder(), &["history", "_environment", "-e", "staging"]);
    let text = String::from_utf8(history.output().unwrap().stdout).unwrap();
    assert!(text.contains("committed"), "{text}");
    let answer = fleet.run(&["history", "_environment", "--changes"]);
    assert_eq!(answer.exit, 2, "{}", answer.text());
}

#[test]
fn who_names_no_release_is_told_which_there_are() {
    let fleet = rolled_back();
    let mark = [
        "mark",
        "blocked",
        "orders",
        "-e",
        "staging",
        "--reason",
        "slow",
        "--release",
        "v1.0.1",
    ];
    let answer = fleet.run(&mark);
    let commit = fleet.tip("environment/staging").unwrap().to_string();
    let help = answer.findings()[0]["help"].as_str().unwrap();
    assert!(
        help.starts_with(&format!("it knows v1.0.0 ({}), v1.1.0 (", &commit[..7])),
        "{help}"
    );
}

#[test]
fn an_agent_that_left_the_fleet_is_judged_and_not_brought_back() {
    let fleet = rolled_back();
    fleet.done(&["resume", "orders", "-e", "staging", "--reason", "mended"]);
    fleet.remove("environments/staging/releases/orders.yaml");
    fleet.edit(
        "agents/assistant/agent.yaml",
        "  - { name: orders, agent: orders }\n",
        "",
    );
    fleet.edit("agents/assistant/agent.yaml", "dependencies:\n", "");
    fleet.remove("agents/orders").commit("Retire orders");
    let mark = [
        "mark",
        "blocked",
        "orders",
        "-e",
        "staging",
        "--reason",
        "leaked",
        "--release",
        "v1.1.0",
    ];
    let answer = fleet.run(&mark);
    assert_eq!(
        answer.rules(),
        ["blocked-release"],
        "it was rolled back: {}",
        answer.text()
    );
    fleet.done(&[&mark[..8], &["v1.0.0"]].concat());
    // where it never was nothing is recorded of it, which is no misspelt name
    let elsewhere = command(fleet.folder(), &["history", "orders", "-e", "canary"]).output();
    let text = String::from_utf8(elsewhere.unwrap().stdout).unwrap();
    assert_eq!(text, "nothing is recorded\n");
    assert_eq!(fleet.run(&["history", "nobody", "-e", "canary"]).exit, 2);
    let answer = fleet.run(&["rollback", "orders", "-e", "staging", "--reason", "leaked"]);
    assert_eq!(answer.exit, 2, "{}", answer.text());
    assert!(answer.text().contains("`orders` left the fleet"), "{}", answer.text());
    assert!(
        answer
            .text()
            .contains("git log --diff-filter=D --oneline -- agents/orders"),
        "{}",
        answer.text()
    );
    let answer = fleet.run(&["mark", "blocked", "nobody", "-e", "staging", "--reason", "leaked"]);
    assert!(
        answer.text().contains("there is no agent `nobody`"),
        "{}",
        answer.text()
    );
}
