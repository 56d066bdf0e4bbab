//! Promotion: what is taken from where, and everything that stops it.

use expect_test::expect;

use super::{kinds, last, next_candidate, promoted_once};
use crate::fleet::{Fleet, folded, folded_yaml};

const STEP: [&str; 6] = ["promote", "orders", "--from", "staging", "--to", "canary"];

#[test]
fn the_tuple_at_the_tip_goes_into_the_release_file_and_nothing_else_does() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    // what agent.yaml says by now is not what dev runs
    fleet
        .edit("agents/orders/agent.yaml", &"2".repeat(64), &"3".repeat(64))
        .commit("Build orders");
    let answer = fleet.done(&[
        "promote",
        "orders",
        "--from",
        "dev",
        "--to",
        "staging",
        "--as",
        "v1.0.0-rc1",
    ]);
    let record = fleet.json("environment/dev", ".lockstep/orders/tuple.json");
    let file = fleet.file("main", "environments/staging/releases/orders.yaml");
    assert!(file.contains(record["id"].as_str().unwrap()) && file.contains(&"2".repeat(64)));
    expect![[r#"
        # yaml-language-server: $schema=../../../schemas/release.schema.json
        version: v1.0.0-rc1
        id: sha256:…
        promotedFrom:
          environment: dev
          commit: …
        tuple:
          agent: orders
          blueprint:
            name: agent-service
            sha256: sha256:…
          code:
            repository: registry.example.com/orders
            digest: sha256:…
    "#]]
    .assert_eq(&folded_yaml(&file));
    assert!(
        fleet.repository.git.statuses(None).unwrap().is_empty(),
        "work tree and index went along"
    );
    assert_eq!(answer.result()["commit"], fleet.tip("main").unwrap().to_string());
    assert_eq!(kinds(&fleet, "staging/orders"), ["promoted"]);
    assert!(
        fleet
            .paths("main")
            .iter()
            .any(|path| path.starts_with("environments/blueprints/"))
    );
}

#[test]
fn a_reviewer_reads_what_changes() {
    let fleet = promoted_once();
    next_candidate(&fleet, '4');
    fleet.done(&[
        "promote", "orders", "--from", "dev", "--to", "staging", "--as", "v1.1.0", "--reason", "Faster.",
    ]);
    expect![[r#"
        Promote orders v1.1.0 from dev to staging

        Faster.

        orders: v1.0.0 -> v1.1.0
          code.digest: sha256:… → sha256:…

        Tuple-id: orders=sha256:…
        Promoted-from: orders=dev@…
    "#]]
    .assert_eq(&folded(&fleet.message("main")));
    let file = fleet.file("main", "environments/staging/releases/orders.yaml");
    assert!(file.contains("previous:\n- version: v1.0.0\n"), "{file}");
}

#[test]
fn the_release_names_where_its_tuple_came_from() {
    let fleet = promoted_once();
    let message = fleet.message("environment/staging");
    assert!(message.contains("Promoted-from: orders=dev@"), "{message}");
    let event = last(&fleet, "staging/orders");
    assert!(String::from_utf8(event.bytes()).unwrap().contains("\"promotedFrom\""));
}

#[test]
fn another_branch_leaves_the_work_tree_alone() {
    let fleet = promoted_once();
    let main = fleet.tip("main");
    fleet.done(&[&STEP[..], &["--branch", "promote-orders"]].concat());
    assert_eq!(fleet.tip("main"), main);
    assert!(
        fleet
            .paths("promote-orders")
            .contains(&"environments/canary/releases/orders.yaml".to_owned())
    );
    assert!(!fleet.repository.path("environments/canary/releases").exists());
}

#[test]
fn what_runs_already_is_not_promoted_again() {
    let fleet = promoted_once();
    fleet.done(&STEP);
    let main = fleet.tip("main");
    fleet.done(&STEP);
    assert_eq!(fleet.tip("main"), main);
}

#[test]
fn a_file_that_somebody_is_editing_is_not_written_over() {
    let fleet = promoted_once();
    fleet.put("environments/canary/releases/orders.yaml", "mine\n");
    fleet.refused(
        &STEP,
        expect![[r#"
            exit 4
            repository: these files are changed and not committed: environments/canary/releases/orders.yaml
              hint: commit them, or put them away: `git stash -u`
        "#]],
    );
    // what has nothing to do with it stays as it is
    fleet.remove("environments/canary/releases/orders.yaml");
    fleet.put("notes.txt", "mine\n");
    fleet.done(&STEP);
    assert!(fleet.repository.path("notes.txt").exists());
}

#[test]
fn an_environment_is_not_skipped_but_by_a_hotfix_which_says_so() {
    let fleet = promoted_once();
    let far = ["promote", "orders", "--from", "staging", "--to", "production"];
    fleet.refused(
        &far,
        expect![[r#"
            exit 1
            error[skipped-environment] environments/fleet.yaml
              `orders` would not run in `canary` before `production`
              unit: production/orders
              help: promote it step by step; a hotfix (`--kind hotfix`) may skip environments, and that is recorded
        "#]],
    );
    let nowhere = ["promote", "orders", "--from", "staging", "--to", "staging"];
    let answer = fleet.run(&nowhere);
    assert!(
        answer
            .text()
            .contains("`cargo xtask rollback orders --environment staging --reason \"…\"`"),
        "{}",
        answer.text()
    );
    fleet.done(&[&far[..], &["--kind", "hotfix"]].concat());
    let event = String::from_utf8(last(&fleet, "production/orders").bytes()).unwrap();
    assert!(
        event.contains("\"releaseKind\": \"hotfix\"") && event.contains("\"canary\""),
        "{event}"
    );
    let message = fleet.message("main");
    assert!(message.contains("\nIt never ran in canary.\n"), "{message}");
}

#[test]
fn a_label_that_the_target_does_not_admit_is_refused() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    let answer = fleet.run(&["promote", "orders", "--from", "dev", "--to", "staging"]);
    assert_eq!((answer.exit, answer.rules()), (1, vec!["version-not-admitted"]));
}

#[test]
fn a_label_names_one_tuple() {
    let fleet = promoted_once();
    next_candidate(&fleet, '5');
    let answer = fleet.run(&[
        "promote", "orders", "--from", "dev", "--to", "staging", "--as", "v1.0.0",
    ]);
    assert_eq!((answer.exit, answer.rules()), (1, vec!["reused-version"]));
}

#[test]
fn a_dependency_that_was_not_promoted_is_named() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    let step = [
        "promote",
        "assistant",
        "--from",
        "dev",
        "--to",
        "staging",
        "--as",
        "v1.0.0",
    ];
    let answer = fleet.run(&step);
    assert_eq!((answer.exit, answer.rules()), (1, vec!["absent-dependency"]));
    fleet.done(&[
        "promote", "orders", "--from", "dev", "--to", "staging", "--as", "v1.0.0",
    ]);
    fleet.done(&step);
}

#[test]
fn a_hold_stops_a_promotion_and_says_who_holds() {
    let fleet = promoted_once();
    fleet.done(&["hold", "orders", "-e", "canary", "--reason", "a freeze"]);
    let answer = fleet.run(&STEP);
    assert_eq!((answer.exit, answer.rules()), (3, vec!["held-unit"]));
    fleet.done(&["resume", "orders", "-e", "canary", "--reason", "it is over"]);
    fleet.done(&STEP);
}

#[test]
fn what_was_blocked_goes_nowhere_unless_somebody_sets_that_aside() {
    let fleet = promoted_once();
    fleet.done(&[
        "mark",
        "blocked",
        "orders",
        "-e",
        "staging",
        "--reason",
        "wrong answers",
    ]);
    let answer = fleet.run(&STEP);
    assert_eq!((answer.exit, answer.rules()), (1, vec!["blocked-release"]));
    fleet.done(
        &[
            &STEP[..],
            &["--override", "blocked-release", "--reason", "worse without"],
        ]
        .concat(),
    );
    let event = String::from_utf8(last(&fleet, "canary/orders").bytes()).unwrap();
    assert!(
        event.contains("\"check\": \"blocked-release\"") && event.contains("worse without"),
        "{event}"
    );
}

#[test]
fn demanded_stages_must_have_passed_on_the_very_tuple() {
    let fleet = promoted_once();
    fleet
        .append(
            "environments/fleet.yaml",
            "promotion:\n  canary: { stages: [unit_test], evidence: [verified] }\n",
        )
        .commit("Demand");
    let refused = |rules: &[&str]| {
        let answer = fleet.run(&STEP);
        assert_eq!((answer.exit, answer.rules()), (1, rules.to_vec()));
    };
    refused(&["missing-evidence", "missing-stage"]);
    fleet.done(&["mark", "verified", "orders", "-e", "staging", "--reason", "a look"]);
    for status in ["skipped", "failed"] {
        fleet.done(&["stage", "record", "unit_test", status, "--agent", "orders"]);
        refused(&["missing-stage"]);
    }
    fleet.done(&["stage", "record", "unit_test", "passed", "--agent", "orders"]);
    fleet.done(&[&STEP[..], &["--dry-run"]].concat());
    fleet.done(&["stage", "record", "unit_test", "failed", "--agent", "orders"]);
    refused(&["missing-stage"]);
}

#[test]
fn a_record_that_somebody_changed_on_the_branch_is_not_promoted() {
    let fleet = promoted_once();
    let record = fleet.file("environment/staging", ".lockstep/orders/tuple.json");
    fleet.meddle(
        "environment/staging",
        ".lockstep/orders/tuple.json",
        &record.replace("v1.0.0", "v9.0.0"),
    );
    let answer = fleet.run(&STEP);
    assert_eq!((answer.exit, answer.rules()), (1, vec!["changed-file"]));
    let aside = ["--override", "changed-file", "--reason", "we looked at it"];
    let answer = fleet.run(&[&STEP[..], &aside].concat());
    assert_eq!(
        (answer.exit, answer.rules()),
        (1, vec!["changed-file", "changed-record"])
    );
}

#[test]
fn a_copy_that_nothing_pins_any_more_goes() {
    let fleet = promoted_once();
    fleet
        .append("environments/fleet.yaml", "keptReleases: 0\n")
        .edit(
            "templates/agent-service/service.yaml.tera",
            "ports.http",
            "ports.metrics",
        )
        .commit("Keep none, and change the blueprint");
    fleet.release(&["dev"]);
    let copies = |fleet: &Fleet| {
        let files = fleet.paths("main");
        let copies = files
            .iter()
            .filter(|path| path.ends_with("service.yaml.tera") && path.contains("/blueprints/"));
        copies.cloned().collect::<Vec<_>>()
    };
    let before = copies(&fleet);
    fleet.done(&[
        "promote", "orders", "--from", "dev", "--to", "staging", "--as", "v1.1.0",
    ]);
    let after = copies(&fleet);
    assert_eq!((before.len(), after.len()), (1, 1));
    assert_ne!(before, after);
    fleet.release(&["staging"]);
}

#[test]
fn several_agents_get_labels_of_their_own() {
    let fleet = Fleet::small();
    fleet.done(&["keys", "init", "--plain"]);
    fleet.commit("Let a key sign");
    fleet.release(&["dev"]);
    let step = |labels: &[&str]| {
        let both = ["promote", "orders", "assistant", "--from", "dev", "--to", "staging"];
        let labels: Vec<&str> = labels.iter().flat_map(|label| ["--as", label]).collect();
        fleet.run(&[&both[..], &labels].concat())
    };
    let refused = |labels: &[&str], why: &str| {
        let answer = step(labels);
        assert_eq!(answer.exit, 2, "{}", answer.text());
        assert!(answer.text().contains(why), "{}", answer.text());
    };
    refused(&["v1.0.0"], "`--as <agent>=<version>`");
    refused(&["v1.0.0", "v2.0.0"], "names the release of one agent");
    refused(&["order=v1.0.0"], "did you mean `orders`?");
    refused(&["orders=v1.0.0", "orders=v1.0.1"], "two labels");
    refused(&["orders=1.0.0"], "`1.0.0` is no version");
    let answer = step(&["orders=v1.0.0-rc1", "v2.0.0-rc4"]);
    assert_eq!(answer.exit, 0, "{}", answer.text());
    let agents = &answer.result()["agents"];
    let label = |agent: &str| {
        let mut agents = agents.as_array().unwrap().iter();
        agents.find(|found| found["agent"] == agent).unwrap()["version"].clone()
    };
    assert_eq!(
        (label("orders"), label("assistant")),
        ("v1.0.0-rc1".into(), "v2.0.0-rc4".into())
    );
}

#[test]
fn a_label_below_the_one_that_runs_is_refused_but_of_a_hotfix() {
    let fleet = promoted_once();
    next_candidate(&fleet, '6');
    let step = |more: &[&str]| {
        let step = [
            "promote",
            "orders",
            "--from",
            "dev",
            "--to",
            "staging",
            "--dry-run",
            "--as",
        ];
        fleet.run(&[&step[..], more].concat())
    };
    for lower in ["v1.0.0-rc2", "v1.0.0-gray-A", "v0.9.9", "v0.9.9-r1"] {
        let answer = step(&[lower]);
        assert_eq!(
            (answer.exit, answer.rules()),
            (1, vec!["lower-version"]),
            "{lower}: {}",
            answer.text()
        );
    }
    let answer = step(&["v0.9.9"]);
    let message = answer.json["findings"][0]["message"].as_str().unwrap();
    assert!(
        message.starts_with("`v0.9.9` of `orders` comes before `v1.0.0`, which `staging` runs"),
        "{message}"
    );
    for higher in ["v1.0.0-r1", "v1.0.1-rc1"] {
        assert_eq!(step(&[higher]).exit, 0, "{higher}");
    }
    let told = fleet.done(&[
        "promote", "orders", "--from", "dev", "--to", "staging", "--as", "v1.1.0",
    ]);
    assert_eq!(told.rules(), Vec::<&str>::new(), "{}", told.text());
    let message = step(&["v1.0.9"]).json["findings"][0]["message"].clone();
    let message = message.as_str().unwrap();
    assert!(
        message
            .starts_with("`v1.0.9` of `orders` comes before `v1.1.0`, which `staging` is to run by its release file"),
        "{message}"
    );
    let aside = ["v0.9.9", "--override", "lower-version", "--reason", "we number anew"];
    assert_eq!(step(&aside).exit, 0);
    let hotfix = step(&["v0.9.9", "--kind", "hotfix"]);
    assert_eq!(
        (hotfix.exit, hotfix.rules()),
        (0, vec!["lower-version"]),
        "{}",
        hotfix.text()
    );
}

#[test]
fn what_a_promotion_finds_is_shown_in_the_file_that_it_would_write() {
    let fleet = Fleet::small();
    fleet.done(&["keys", "init", "--plain"]);
    // another model answers in staging, so that what the tuple names is not asked there
    fleet.append(
        "environments/staging/environment.yaml",
        "overrides: { model: { name: claude-2026-01-15 } }\n",
    );
    fleet.edit(
        "agents/assistant/agent.yaml",
        "dependencies:\n  - { name: orders, agent: orders }\n",
        "",
    );
    fleet.commit("Let a key sign");
    fleet.release(&["dev"]);
    let step = |version| {
        [
            "promote",
            "assistant",
            "--from",
            "dev",
            "--to",
            "staging",
            "--as",
            version,
        ]
    };
    fleet.done(&step("v1.0.0"));
    fleet.edit(
        "agents/assistant/agent.yaml",
        "    name: claude\n",
        "    name: claude\n    version: latest\n",
    );
    fleet.commit("Follow the model");
    fleet.release(&["dev"]);
    let output = crate::fleet::command(fleet.folder(), &step("v1.1.0")).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = [output.stdout, output.stderr].concat();
    expect![[r#"
        error[moving-model]: `claude` is whatever its provider makes it
          --> environments/staging/releases/assistant.yaml:21:14
          21 |     version: latest
             |              ^
          = unit: staging/assistant
          = help: name a dated version: only dev may follow an alias

        1 error
    "#]]
    .assert_eq(&String::from_utf8(text).unwrap());
}
