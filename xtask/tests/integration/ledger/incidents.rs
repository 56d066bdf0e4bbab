//! Incidents: opened, shown, closed; and what has to be learnt from them before the next promotion.

use expect_test::expect;

use super::{kinds, last, promoted_once};
use crate::fleet::{Fleet, folded, folded_yaml, folder};

const STEP: [&str; 6] = ["promote", "orders", "--from", "staging", "--to", "canary"];

/// Opens an incident of `orders` in staging and returns its id.
fn opened(fleet: &Fleet, more: &[&str]) -> String {
    let open = [
        "incident",
        "open",
        "orders",
        "-e",
        "staging",
        "--severity",
        "P1",
        "--summary",
        "orders get lost",
    ];
    let answer = fleet.done(&[&open[..], more].concat());
    answer.result()["incident"]["id"].as_str().unwrap().to_owned()
}

fn close(fleet: &Fleet, id: &str) {
    fleet.done(&[
        "incident",
        "close",
        id,
        "--cause",
        "a full queue",
        "--reason",
        "it is drained",
    ]);
}

#[test]
fn an_incident_is_named_after_agent_and_minute_and_binds_the_release() {
    let fleet = promoted_once();
    let (one, two) = (opened(&fleet, &[]), opened(&fleet, &[]));
    let (name, time) = one.rsplit_once('-').unwrap();
    assert!(name.starts_with("orders-20") && time.len() == 4, "{one}");
    assert_ne!(one, two);
    let event = last(&fleet, "staging/orders");
    let fact = serde_json::to_string_pretty(&event.fact).unwrap();
    let fact = fact.replace(&two, "<id>").replace(&event.time.to_string(), "<now>");
    expect![[r#"
        {
          "kind": "incident",
          "id": "<id>",
          "severity": "P1",
          "summary": "orders get lost",
          "release": {
            "version": "v1.0.0",
            "tuple": "sha256:…",
            "commit": "…"
          },
          "since": "<now>"
        }"#]]
    .assert_eq(&folded(&fact));
}

#[test]
fn what_is_open_is_shown_until_it_is_closed() {
    let fleet = promoted_once();
    opened(&fleet, &["--id", "INC-7"]);
    let shown = || fleet.done(&["status"]).result().to_string().contains("INC-7");
    let history = || fleet.done(&["history", "orders"]).result()["incidents"].clone();
    assert!(shown());
    assert_eq!(history()[0]["severity"], "P1");
    close(&fleet, "INC-7");
    assert!(!shown());
    assert_eq!(history()[0]["end"]["cause"], "a full queue");
    let before = fleet.tip("lockstep/ledger");
    close(&fleet, "INC-7");
    assert_eq!(fleet.tip("lockstep/ledger"), before, "it was closed already");
    assert_eq!(kinds(&fleet, "staging/orders")[2..], ["incident", "incident"]);
}

#[test]
fn a_sample_belongs_to_an_incident_that_the_ledger_has() {
    let fleet = promoted_once();
    fleet.put("trace.json", "\u{feff}{\"userInput\": \"Where is it?\"}");
    let add = |agent: &str, id: &str| {
        let answer = fleet.run(&[
            "retro",
            "add",
            "trace.json",
            "--agent",
            agent,
            "--prompt",
            "greet",
            "--dry-run",
            "--incident",
            id,
        ]);
        answer.text()
    };
    expect![[r#"
        exit 2
        usage: the ledger knows no incident of `assistant`
          hint: record it: `cargo xtask incident open assistant --id INC-7 …`, or say `--incident unknown`
    "#]]
    .assert_eq(&add("assistant", "INC-7"));
    fleet.done(&[
        "incident",
        "open",
        "assistant",
        "-e",
        "dev",
        "--severity",
        "P3",
        "--summary",
        "slow",
        "--id",
        "INC-7",
    ]);
    opened(&fleet, &["--id", "INC-9"]);
    expect![[r#"
        exit 2
        usage: there is no incident `INC-8`
          hint: did you mean `INC-7`?
          hint: record it: `cargo xtask incident open assistant --id INC-8 …`, or say `--incident unknown`
    "#]]
    .assert_eq(&add("assistant", "INC-8"));
    expect![[r#"
        exit 2
        usage: `INC-9` is an incident of `orders`
          hint: cargo xtask retro add <trace> --agent orders --incident INC-9
    "#]]
    .assert_eq(&add("assistant", "INC-9"));
    let line = [
        "retro",
        "add",
        "trace.json",
        "--agent",
        "assistant",
        "--prompt",
        "greet",
        "--dry-run",
    ];
    let known = fleet.done(&[&line[..], &["--incident", "INC-7"]].concat());
    assert_eq!(known.result()["case"]["origin"], "incident/INC-7");
    fleet.done(&line);
}

/// An incident that nobody names is the one that is open, and never a guess among several.
#[test]
fn a_sample_is_of_the_only_incident_that_is_open() {
    let fleet = promoted_once();
    fleet.put("trace.json", r#"{"userInput": "Where is it?"}"#);
    let line = "retro add trace.json --agent assistant --prompt greet --dry-run";
    let line: Vec<&str> = line.split(' ').collect();
    let told = || {
        let answer = fleet.done(&line);
        let origin = answer.result()["case"]["origin"].as_str().unwrap().to_owned();
        (origin, answer.json["notes"].as_array().unwrap().clone())
    };
    let open = |id: &str| {
        let line = format!("incident open assistant -e dev --severity P3 --summary slow --id {id}");
        fleet.done(&line.split(' ').collect::<Vec<_>>());
    };
    // another agent's counts for nothing
    opened(&fleet, &["--id", "INC-1"]);
    let none = "no incident of `assistant` is open: the case says `incident/unknown`; `--incident <id>` names one, one that \
                is over, too";
    assert_eq!(told(), ("incident/unknown".to_owned(), vec![none.into()]));
    open("INC-2");
    let only = "`INC-2` is the only incident of `assistant` that is open: the case is of it";
    assert_eq!(told(), ("incident/INC-2".to_owned(), vec![only.into()]));
    open("INC-3");
    expect![[r#"
        exit 2
        usage: several incidents of `assistant` are open: `INC-2`, `INC-3`
          hint: say which: `--incident INC-2`, or `--incident unknown` where it is of none
    "#]]
    .assert_eq(&fleet.run(&line).text());
    let named = fleet.done(&[&line[..], &["--incident", "unknown"]].concat());
    assert_eq!(named.result()["case"]["origin"], "incident/unknown");
    assert_eq!(named.json["notes"], serde_json::json!(null));
    close(&fleet, "INC-2");
    assert_eq!(told().0, "incident/INC-3");
}

#[test]
fn names_are_taken_once_and_misspelt_ones_are_told() {
    let fleet = promoted_once();
    opened(&fleet, &["--id", "INC-7"]);
    let open = [
        "incident",
        "open",
        "orders",
        "-e",
        "dev",
        "--severity",
        "p3",
        "--summary",
        "slow",
    ];
    for id in ["INC-7", "-7", "a b", ""] {
        let answer = fleet.run(&[&open[..], &[&format!("--id={id}")]].concat());
        assert_eq!(answer.exit, 2, "{id}");
    }
    fleet.refused(
        &["incident", "close", "INC-8", "--cause", "?", "--reason", "?"],
        expect![[r#"
            exit 2
            usage: there is no incident `INC-8`
              hint: did you mean `INC-7`?
        "#]],
    );
    let open = [
        "incident",
        "open",
        "assistant",
        "-e",
        "canary",
        "--severity",
        "P0",
        "--summary",
        "slow",
    ];
    fleet.refused(
        &open,
        expect![[r#"
            exit 1
            error[unreleased-unit] -
              the ledger knows no release of `assistant` in `canary`
              unit: canary/assistant
              help: cargo xtask release canary
        "#]],
    );
}

#[test]
fn a_rollback_is_advised_only_where_there_is_something_to_go_back_to() {
    let fleet = super::evidence::with_cases();
    let open = |id: &str| {
        let what = ["--severity", "P0", "--summary", "slow", "--id", id];
        let answer = fleet.done(&[&["incident", "open", "assistant", "-e", "staging"], &what[..]].concat());
        answer.json["next"].to_string()
    };
    let first = open("INC-1");
    assert!(
        !first.contains("rollback") && first.contains("incident close INC-1"),
        "{first}"
    );
    fleet.edit("agents/assistant/agent.yaml", &"1".repeat(64), &"9".repeat(64));
    fleet.promote("assistant", "staging", "v1.1.0").commit("Build it");
    fleet.release(&["staging"]);
    let second = open("INC-2");
    let back = "cargo xtask rollback assistant --environment staging --reason INC-2";
    assert!(second.contains(back), "{second}");
}

#[test]
fn the_next_promotion_waits_for_its_retrospective() {
    let fleet = promoted_once();
    opened(&fleet, &["--id", "INC-7"]);
    fleet.refused(&STEP, expect![[r#"
        exit 1
        error[missing-retrospective] -
          `INC-7` is open: a P1 incident of `orders` in `staging`
          unit: canary/orders
          help: when it is over: `cargo xtask incident close INC-7 --cause "…" --reason "…"`; then `cargo xtask retro draft orders --incident INC-7 --into retro-INC-7.yaml`, fill it in, then `cargo xtask retro finish retro-INC-7.yaml`
    "#]]);
    close(&fleet, "INC-7");
    fleet.refused(&STEP, expect![[r#"
        exit 1
        error[missing-retrospective] -
          nothing was learnt yet from `INC-7`: a P1 incident of `orders` in `staging`
          unit: canary/orders
          help: `cargo xtask retro draft orders --incident INC-7 --into retro-INC-7.yaml`, fill it in, then `cargo xtask retro finish retro-INC-7.yaml`
    "#]]);
    // wherever it is promoted to
    let far = [
        "promote", "orders", "--from", "dev", "--to", "staging", "--as", "v1.0.1",
    ];
    let answer = fleet.run(&far);
    assert_eq!((answer.exit, answer.rules()), (1, vec!["missing-retrospective"]));
    let urgent = [
        "--kind",
        "hotfix",
        "--override",
        "missing-retrospective",
        "--reason",
        "it goes on",
    ];
    fleet.done(&[&STEP[..], &urgent].concat());
    let event = String::from_utf8(last(&fleet, "canary/orders").bytes()).unwrap();
    assert!(event.contains("\"check\": \"missing-retrospective\""), "{event}");
}

#[test]
fn secrets_and_addresses_do_not_get_into_the_ledger() {
    let fleet = promoted_once();
    let open = ["incident", "open", "orders", "-e", "staging", "--severity", "P2"];
    fleet.done(
        &[
            &open[..],
            &["--summary", "refused: Bearer abcdefghijklmnop1234 of ada@love.org"],
        ]
        .concat(),
    );
    let event = String::from_utf8(last(&fleet, "staging/orders").bytes()).unwrap();
    assert!(
        event.contains("refused: Bearer [secret] of person@example.com"),
        "{event}"
    );
}

/// Fills in what a draft leaves open.
fn fill_in(fleet: &Fleet, file: &str) {
    for (from, to) in [
        ("conclusions:\n- \"\"", "conclusions:\n- queues need a limit"),
        ("what: \"\"", "what: limit it"),
        ("owner: \"\"", "owner: Bob"),
        ("due: \"\"", "due: '2026-12-01'"),
    ] {
        fleet.edit(file, from, to);
    }
}

#[test]
fn a_draft_holds_what_the_ledger_knows_and_the_finished_one_lets_the_agent_go_on() {
    let fleet = promoted_once();
    super::next_candidate(&fleet, '4');
    fleet.done(&["stage", "record", "unit_test", "passed", "--agent", "orders"]);
    fleet.done(&[
        "promote", "orders", "--from", "dev", "--to", "staging", "--as", "v1.1.0",
    ]);
    fleet.release(&["staging"]);
    opened(&fleet, &["--id", "INC-7"]);
    let suite = "prompt: greet\ncases:\n  - { id: lost, userInput: Where is it?, origin: incident/INC-7 }\n";
    fleet.put("agents/orders/regression/cases/incidents-greet.yaml", suite);
    close(&fleet, "INC-7");
    fleet.done(&["hold", "orders", "-e", "staging", "--reason", "after the incident"]);
    let draft = [
        "retro",
        "draft",
        "orders",
        "--incident",
        "INC-7",
        "--into",
        "retro.yaml",
    ];
    fleet.done(&draft);
    let text = std::fs::read_to_string(fleet.repository.path("retro.yaml")).unwrap();
    // its schema is found from where it is, and outside the workspace from nowhere
    let elsewhere = folder();
    let outside = elsewhere.path().join("retro.yaml");
    let below = "docs/retros/INC-7.yaml";
    fleet.put("docs/retros/README.md", "Retrospectives.\n");
    for (file, first) in [
        (outside.to_str().unwrap(), "agent: orders"),
        (
            below,
            "# yaml-language-server: $schema=../../schemas/retrospective.schema.json",
        ),
    ] {
        fleet.done(&[&draft[..6], &[file]].concat());
        let text = std::fs::read_to_string(fleet.repository.path(file)).unwrap();
        assert_eq!(text.lines().next(), Some(first));
    }
    let timeless = |line: &str| match line.split_once("time: ") {
        Some((before, _)) => format!("{before}time: <now>\n"),
        None => format!("{line}\n"),
    };
    let text: String = text.lines().map(timeless).collect();
    expect![[r##"
        # yaml-language-server: $schema=schemas/retrospective.schema.json
        agent: orders
        environment: staging
        release:
          version: v1.1.0
          tuple: sha256:…
          commit: …
        incident: INC-7
        changes:
        - "code.digest: sha256:… → sha256:…"
        - "version: v1.0.0 → v1.1.0"
        timeline:
        - time: <now>
          what: "stage: unit_test passed (Lockstep)"
        - time: <now>
          what: "released: v1.1.0 from dev (Lockstep)"
        - time: <now>
          what: "incident: INC-7 (P1) opened: orders get lost (Lockstep)"
        - time: <now>
          what: "incident: INC-7 (P1) closed: a full queue (Lockstep)"
        failedSamples:
        - "agents/orders/regression/cases/incidents-greet.yaml: lost"
        # To fill in. Nothing may stay empty; then: cargo xtask retro finish <file>
        impact: orders get lost
        cause: a full queue
        conclusions:
        - ""
        actions:
        - what: ""
          owner: ""
          due: ""
    "##]]
    .assert_eq(&folded_yaml(&text));
    let finish = ["retro", "finish", "retro.yaml"];
    fleet.refused(
        &finish,
        expect![[r#"
        exit 1
        error[unfinished-retrospective] retro.yaml:27:3
          a conclusion is empty
          help: fill it in, or remove the line where there are others
        error[unfinished-retrospective] retro.yaml:29:9
          an action does not say what is done
          help: fill it in, or remove the line where there are others
        error[unfinished-retrospective] retro.yaml:30:10
          an action does not say who does it
          help: fill it in, or remove the line where there are others
        error[unfinished-retrospective] retro.yaml:31:8
          an action does not say until when
          help: fill it in, or remove the line where there are others
    "#]],
    );
    fill_in(&fleet, "retro.yaml");
    fleet.refused(
        &draft,
        expect![[r#"
        exit 2
        usage: `retro.yaml` is there already, and may be filled in
          hint: cargo xtask retro finish retro.yaml
    "#]],
    );
    fleet.edit("retro.yaml", "due: '2026-12-01'", "due: someday");
    fleet.refused(
        &finish,
        expect![[r#"
        exit 1
        error[unfinished-retrospective] retro.yaml:31:8
          `someday` is no day: expected one such as `2026-01-31`
          help: fill it in, or remove the line where there are others
    "#]],
    );
    fleet.edit("retro.yaml", "due: someday", "due: '2026-12-01'");
    let honest = std::fs::read_to_string(fleet.repository.path("retro.yaml")).unwrap();
    for (from, to) in [
        ("version: v1.1.0", "version: v9.9.9"),
        ("v1.0.0 → v1.1.0", "v1.0.0 → v1.0.1"),
        ("released: v1.1.0", "released: v1.0.0"),
        ("what: limit it", "what: \"-\""),
        ("owner: Bob", "owner: TBD"),
        ("- queues need a limit", "- (todo)"),
        ("due: '2026-12-01'", "due: '2020-01-01'"),
    ] {
        fleet.edit("retro.yaml", from, to);
    }
    let answer = fleet.run(&finish);
    let told: String = answer
        .findings()
        .iter()
        .map(|finding| {
            let message = finding["message"].as_str().unwrap().split([':', ',']).next().unwrap();
            format!(
                "{} {} {message}\n",
                finding["rule"].as_str().unwrap(),
                finding["location"]["line"]
            )
        })
        .collect();
    expect![[r#"
        unfinished-retrospective 27 a conclusion is empty
        unfinished-retrospective 29 an action does not say what is done
        unfinished-retrospective 30 an action does not say who does it
        altered-retrospective 4 the ledger tells of another release
        altered-retrospective 9 the releases differ in code.digest
        altered-retrospective 15 the ledger does not tell `released
        altered-retrospective 12 it leaves out `released
        unfinished-retrospective 31 `2020-01-01` is before the end of what it is about
    "#]]
    .assert_eq(&told);
    // what people saw may stand there too
    fleet.put(
        "retro.yaml",
        &honest.replace(
            "timeline:\n",
            "timeline:\n- time: 2020-01-01T00:00:00Z\n  what: a customer rang\n",
        ),
    );
    fleet.done(&finish);
    fleet.put("retro.yaml", &honest);
    let answer = fleet.done(&finish);
    let notes = answer.json["notes"].to_string();
    assert!(notes.contains("it corrects that of"), "{notes}");
    let before = fleet.tip("lockstep/ledger");
    fleet.done(&finish);
    assert_eq!(fleet.tip("lockstep/ledger"), before, "it was recorded already");
    assert_eq!(kinds(&fleet, "staging/orders").last(), Some(&"retrospective"));
    fleet.done(&STEP);
}

#[test]
fn a_retrospective_of_what_goes_on_or_of_nothing_is_refused() {
    let fleet = promoted_once();
    opened(&fleet, &["--id", "INC-7"]);
    fleet.done(&[
        "retro",
        "draft",
        "orders",
        "--incident",
        "INC-7",
        "--into",
        "retro.yaml",
    ]);
    fleet.edit("retro.yaml", "cause: \"\"", "cause: a full queue");
    fill_in(&fleet, "retro.yaml");
    fleet.refused(
        &["retro", "finish", "retro.yaml"],
        expect![[r#"
        exit 1
        error[open-incident] retro.yaml
          `INC-7` goes on
          unit: staging/orders
          help: cargo xtask incident close INC-7 --cause "…" --reason "…"
    "#]],
    );
    // what a file is about is its incident's unit
    fleet.done(&[
        "incident",
        "open",
        "assistant",
        "-e",
        "dev",
        "--id",
        "INC-9",
        "--severity",
        "P3",
        "--summary",
        "slow",
    ]);
    fleet.edit("retro.yaml", "incident: INC-7\n", "incident: INC-9\n");
    fleet.refused(
        &["retro", "finish", "retro.yaml"],
        expect![[r#"
            exit 1
            error[altered-retrospective] retro.yaml:8:11
              `INC-9` is an incident of `assistant` in `dev`, and the file is about `orders` in `staging`
              help: draft the one of `INC-9`: `cargo xtask retro draft assistant --incident INC-9`
        "#]],
    );
    fleet.edit("retro.yaml", "incident: INC-9\n", "incident: INC-8\n");
    assert_eq!(fleet.run(&["retro", "finish", "retro.yaml"]).exit, 2);
    fleet.put("retro.yaml", "agent: orders\nenvironment: staging\nconclusion: none\n");
    let answer = fleet.run(&["retro", "finish", "retro.yaml"]);
    assert_eq!(answer.exit, 1, "{}", answer.text());
    assert!(answer.rules().contains(&"unknown-key"), "{:?}", answer.rules());
}

#[test]
fn an_environment_may_ask_for_a_retrospective_of_every_release() {
    let fleet = promoted_once();
    fleet
        .append(
            "environments/fleet.yaml",
            "promotion:\n  staging: { evidence: [retrospective] }\n",
        )
        .commit("Learn from every release");
    super::next_candidate(&fleet, '4');
    let step = [
        "promote", "orders", "--from", "dev", "--to", "staging", "--as", "v1.1.0",
    ];
    fleet.refused(&step, expect![[r#"
        exit 1
        error[missing-retrospective] environments/fleet.yaml
          nothing was learnt yet from v1.0.0 of `orders`, which runs in `staging`
          unit: staging/orders
          help: `cargo xtask retro draft orders --environment staging --into retro-orders.yaml`, fill it in, then `cargo xtask retro finish retro-orders.yaml`
    "#]]);
    fleet.done(&["retro", "draft", "orders", "-e", "staging", "--into", "retro.yaml"]);
    fleet.edit("retro.yaml", "impact: \"\"", "impact: nobody noticed");
    fleet.edit("retro.yaml", "cause: \"\"", "cause: nothing went wrong");
    fill_in(&fleet, "retro.yaml");
    fleet.done(&["retro", "finish", "retro.yaml"]);
    fleet.done(&step);
}

#[test]
fn what_cannot_be_read_anywhere_may_be_an_incident() {
    let fleet = promoted_once();
    let paths = fleet.paths("lockstep/ledger");
    let path = paths.iter().find(|path| path.starts_with("dev/orders/")).unwrap();
    fleet.meddle("lockstep/ledger", path, "{}\n");
    let answer = fleet.run(&STEP);
    assert_eq!((answer.exit, answer.rules()), (1, vec!["unreadable-event"]));
}

/// Calls staging by another name, with everything that is written of it.
fn rename_staging(fleet: &Fleet) {
    let path = |path: &str| fleet.repository.path(path);
    std::fs::rename(path("environments/staging"), path("environments/pre-prod")).unwrap();
    for file in ["fleet.yaml", "trust.yaml"] {
        let file = format!("environments/{file}");
        let text = std::fs::read_to_string(path(&file)).unwrap();
        fleet.put(&file, &text.replace("staging", "pre-prod"));
    }
    fleet.commit("Rename staging");
}

/// Drafts what was learnt from an incident and records it.
fn learn(fleet: &Fleet, id: &str) {
    fleet.done(&["retro", "draft", "orders", "--incident", id, "--into", "retro.yaml"]);
    fill_in(fleet, "retro.yaml");
    fleet.done(&["retro", "finish", "retro.yaml"]);
    fleet.remove("retro.yaml");
}

#[test]
fn an_incident_outlives_the_name_of_its_environment() {
    let fleet = promoted_once();
    opened(&fleet, &["--id", "INC-6"]);
    close(&fleet, "INC-6");
    learn(&fleet, "INC-6");
    opened(&fleet, &["--id", "INC-7"]);
    rename_staging(&fleet);
    fleet.release(&["pre-prod"]);
    let step = ["promote", "orders", "--from", "pre-prod", "--to", "canary"];
    fleet.refused(&step, expect![[r#"
        exit 1
        error[missing-retrospective] -
          `INC-7` is open: a P1 incident of `orders` in `staging`
          unit: canary/orders
          help: when it is over: `cargo xtask incident close INC-7 --cause "…" --reason "…"`; then `cargo xtask retro draft orders --incident INC-7 --into retro-INC-7.yaml`, fill it in, then `cargo xtask retro finish retro-INC-7.yaml`
    "#]]);
    let status = fleet.done(&["status"]);
    let shown = status.result().as_array().unwrap().iter();
    let open: Vec<_> = shown
        .filter(|unit| unit["incidents"] != serde_json::json!([]))
        .collect();
    assert_eq!((open.len(), &open[0]["environment"]), (1, &"staging".into()));
    assert_eq!(open[0]["incidents"][0]["id"], "INC-7");
    close(&fleet, "INC-7");
    // the branch that nothing writes any more is deleted, and git has thrown its commits away
    let tip = fleet.tip("environment/staging").unwrap().to_string();
    let mut branch = fleet
        .repository
        .git
        .find_reference("refs/heads/environment/staging")
        .unwrap();
    branch.delete().unwrap();
    std::fs::remove_file(
        fleet
            .repository
            .path(&format!(".git/objects/{}/{}", &tip[..2], &tip[2..])),
    )
    .unwrap();
    learn(&fleet, "INC-7");
    fleet.done(&step);
}

#[test]
fn an_incident_outlives_its_environment() {
    let fleet = promoted_once();
    fleet.done(&["promote", "orders", "--from", "staging", "--to", "canary"]);
    fleet.release(&["canary"]);
    let open = [
        "incident",
        "open",
        "orders",
        "-e",
        "canary",
        "--severity",
        "P0",
        "--id",
        "INC-9",
    ];
    fleet.done(&[&open[..], &["--summary", "leaks data"]].concat());
    fleet.remove("environments/canary");
    for file in ["environments/fleet.yaml", "environments/trust.yaml"] {
        let text = std::fs::read_to_string(fleet.repository.path(file)).unwrap();
        let text = text.replace(" canary,", "").replace("  - canary\n", "");
        assert!(!text.contains("canary"), "{text}");
        fleet.put(file, &text);
    }
    fleet.commit("Go without canary");
    let step = ["promote", "orders", "--from", "staging", "--to", "production"];
    let answer = fleet.run(&step);
    assert_eq!((answer.exit, answer.rules()), (1, vec!["missing-retrospective"]));
    close(&fleet, "INC-9");
    learn(&fleet, "INC-9");
    fleet.done(&step);
    // what is misspelt is told as ever
    let open = [
        "incident",
        "open",
        "orders",
        "-e",
        "cnary",
        "--severity",
        "P0",
        "--summary",
        "slow",
    ];
    fleet.refused(
        &open,
        expect![[r#"
        exit 2
        usage: there is no environment `cnary`
          hint: there is dev, staging, production
    "#]],
    );
}

#[test]
fn samples_that_are_added_at_once_are_all_kept() {
    let fleet = Fleet::small();
    let add = |number: usize| {
        let sample = format!(r#"{{"userInput": "Where is parcel {number}?", "forbiddenKeywords": ["tomorrow"]}}"#);
        let file = format!("sample-{number}.json");
        fleet.put(&file, &sample);
        let line = ["retro", "add", &file, "--agent", "assistant", "--prompt", "greet"];
        let mut command = crate::fleet::command(fleet.folder(), &line);
        command.stdout(std::process::Stdio::null()).spawn().unwrap()
    };
    let running: Vec<_> = (0..6).map(add).collect();
    for mut run in running {
        assert!(run.wait().unwrap().success());
    }
    let suite = fleet
        .repository
        .path("agents/assistant/regression/cases/incidents-greet.yaml");
    let text = std::fs::read_to_string(suite).unwrap();
    assert_eq!(text.matches("id: sample-").count(), 6, "{text}");
}
