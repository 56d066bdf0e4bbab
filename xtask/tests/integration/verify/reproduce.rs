//! Releases rendered again from the commits that they name.

use serde_json::Value;

use super::released::{BRANCH, Released, refused};
use crate::fleet::{Answer, Fleet};

const MANIFEST: &str = "apps/orders/manifest.yaml";
const REPRODUCE: [&str; 4] = ["verify", "--environment", "dev", "--reproduce"];

/// The outcome of every unit that did not come out the same.
fn others(answer: &Answer) -> Vec<(String, Value)> {
    let units = answer.environment("dev")["reproduction"].as_object().unwrap();
    let others = units.iter().filter(|(_, outcome)| *outcome != "reproduced");
    others.map(|(unit, outcome)| (unit.clone(), outcome.clone())).collect()
}

fn reproduces(fleet: &Fleet) {
    let answer = fleet.done(&REPRODUCE);
    assert_eq!(others(&answer), [], "{}", answer.text());
}

#[test]
fn units_of_different_releases_render_to_the_same_bytes_again() {
    let released = Released::new();
    let fleet = &released.fleet;
    reproduces(fleet);
    // an earlier generation of the ConfigMap stays, which only the branch knows
    fleet
        .put("agents/assistant/prompts/greet/1.0.1.prompt", "Greet them all.\n")
        .edit("agents/assistant/agent.yaml", "greet: 1.0.0", "greet: 1.0.1")
        .commit("Greet");
    fleet.release(&["dev"]);
    released.again("two");
    assert!(
        fleet
            .file(BRANCH, "apps/assistant/manifest.yaml")
            .matches("kind: ConfigMap")
            .count()
            == 2
    );
    reproduces(fleet);
    // what is on disk, or was committed since, does not matter
    fleet
        .append("templates/agent-service/service.yaml.tera", "# other\n")
        .commit("Change the template");
    reproduces(fleet);
}

#[test]
fn agents_that_leave_and_statements_that_are_made_anew_reproduce() {
    let released = Released::new();
    let fleet = &released.fleet;
    fleet.done(&["release", "dev", "--resign"]);
    reproduces(fleet);
    fleet
        .edit(
            "agents/assistant/agent.yaml",
            "dependencies:\n  - { name: orders, agent: orders }\n",
            "",
        )
        .remove("agents/orders")
        .commit("Drop orders");
    fleet.release(&["dev"]);
    reproduces(fleet);
}

#[test]
fn a_rollback_is_compared_with_the_release_that_it_names() {
    let released = Released::new();
    released.again("two").again("three");
    let fleet = &released.fleet;
    let back = ["rollback", "orders", "--environment", "dev", "--reason", "slow"];
    fleet.done(&back);
    reproduces(fleet);
    fleet.done(&["resume", "orders", "--environment", "dev", "--reason", "mended"]);
    released.again("four");
    reproduces(fleet);
    fleet.done(&back);
    let forged = fleet.file(BRANCH, MANIFEST).replacen("8080", "8081", 1);
    released.forge("orders", MANIFEST, forged.as_bytes(), |_| {});
    let answer = fleet.run(&REPRODUCE);
    refused(&answer, "irreproducible-unit", MANIFEST, "Service orders");
}

#[test]
fn a_release_that_its_signer_changed_is_found_by_file_and_object() {
    let released = Released::new();
    let fleet = &released.fleet;
    let forged = fleet.file(BRANCH, MANIFEST).replacen("8080", "8081", 1);
    released.forge("orders", MANIFEST, forged.as_bytes(), |_| {});
    assert_eq!(released.verify().exit, 0, "the signature alone cannot tell");
    let answer = fleet.run(&REPRODUCE);
    let manifest: Vec<&Value> = answer.json["findings"].as_array().unwrap().iter().collect();
    let of = |file: &str| {
        manifest
            .iter()
            .find(|finding| finding["location"]["file"] == file)
            .copied()
    };
    let finding = of(MANIFEST).unwrap_or_else(|| panic!("{}", answer.text()));
    assert_eq!(finding["rule"], "irreproducible-unit");
    assert!(
        finding["message"].as_str().unwrap().contains("differs at `spec.ports"),
        "{finding}"
    );
    assert!(finding["object"].as_str().unwrap().contains("Service"), "{finding}");
    assert!(of(".lockstep/orders/inventory.json").is_some());
    assert_eq!(answer.exit, 1);
    assert!(
        others(&answer)
            .iter()
            .any(|(unit, outcome)| unit == "orders" && outcome == "different")
    );
}

#[test]
fn a_statement_about_the_right_files_that_says_something_else_is_found() {
    let released = Released::new();
    let readme = released.bytes("apps/orders/README.md");
    released.forge("orders", "apps/orders/README.md", &readme, |statement| {
        statement["predicate"]["generator"]["name"] = "mimic".into();
    });
    let answer = released.fleet.run(&REPRODUCE);
    assert_eq!(answer.rules(), ["irreproducible-unit"; 2], "{}", answer.text());
    let said = answer.text();
    assert!(
        said.contains("says of these files what their commit does not make: it differs at `predicate.generator.name`"),
        "{said}"
    );
}

#[test]
fn another_version_of_the_tool_is_not_comparable_and_no_pass() {
    let released = Released::new();
    let readme = released.bytes("apps/orders/README.md");
    released.forge("orders", "apps/orders/README.md", &readme, |statement| {
        statement["predicate"]["generator"]["version"] = "0.0.9".into();
    });
    let answer = released.fleet.run(&REPRODUCE);
    assert!(answer.rules().contains(&"not-comparable"), "{}", answer.text());
    assert_eq!(answer.exit, 1);
    assert!(others(&answer).contains(&("orders".to_owned(), "not-comparable".into())));
}

#[test]
fn a_commit_that_is_gone_is_missed() {
    let released = Released::new();
    let path = "apps/orders/hydrator.metadata";
    let text = released.fleet.file(BRANCH, path);
    let dry = released.fleet.json(BRANCH, path)["drySha"].as_str().unwrap().to_owned();
    released.forge("orders", path, text.replace(&dry, &"a".repeat(40)).as_bytes(), |_| {});
    let answer = released.fleet.run(&REPRODUCE);
    assert!(answer.rules().contains(&"missing-source"), "{}", answer.text());
}

#[test]
fn what_does_not_hold_is_not_rendered_again() {
    let released = Released::new();
    released.put(MANIFEST, Some(b"kind: Pod\n"));
    let answer = released.fleet.run(&REPRODUCE);
    assert_eq!(answer.rules(), ["changed-file"], "{}", answer.text());
    assert_eq!(others(&answer), [("orders".to_owned(), "unverified".into())]);
}
