//! What commands say with `--format json`, held against the schemas that are committed for it.

mod delivery;
mod files;

use std::fs;
use std::path::Path;

use jsonschema::Validator;
use serde_json::Value;

use crate::fleet::{Answer, Fleet, run_in};
use crate::workbench::repository;

/// The schema of a command's answers as it is committed, which knows every field.
fn schema(name: &str) -> Validator {
    let path = repository().join(format!("schemas/{name}.schema.json"));
    let text = fs::read_to_string(&path).unwrap_or_else(|_| panic!("no {path:?}: `cargo xtask generate` writes it"));
    let mut schema = serde_json::from_str(&text).unwrap();
    close(&mut schema);
    jsonschema::options().build(&schema).unwrap()
}

/// Lets objects have no fields but those that are named.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            map.values_mut().for_each(close);
            if map.contains_key("properties") {
                map.insert("unevaluatedProperties".to_owned(), false.into());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

/// Runs a command and holds its answer against its own schema and the one of all answers.
fn fits(fleet: &Fleet, exit: i32, arguments: &[&str]) -> Answer {
    fits_in(fleet.folder(), exit, arguments)
}

/// The same in a folder.
fn fits_in(folder: &Path, exit: i32, arguments: &[&str]) -> Answer {
    let answer = run_in(folder, arguments);
    assert_eq!(answer.exit, exit, "{arguments:?}: {}", answer.text());
    for name in [format!("answer-{}", arguments[0]), "answer".to_owned()] {
        let errors: Vec<String> = schema(&name)
            .iter_errors(&answer.json)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(
            errors.is_empty(),
            "{arguments:?} by {name}: {errors:#?}\n{:#}",
            answer.json
        );
    }
    answer
}

/// The same of a command line, without blanks in its words, that ends well.
fn done(fleet: &Fleet, line: &str) -> Answer {
    fits(fleet, 0, &line.split(' ').collect::<Vec<_>>())
}

/// A fleet with releases, cases, and a change that is not released yet.
fn fleet() -> Fleet {
    let fleet = Fleet::small();
    fleet.put(
        "agents/assistant/regression/cases/greet.yaml",
        "prompt: greet\njudge: { provider: openai, name: judge }\ncases:\n  \
         - { id: hello, userInput: Hello!, expectedResponseKeywords: [welcome] }\n  \
         - { id: bye, userInput: Bye!, expectedResponseKeywords: [goodbye] }\n",
    );
    fleet.put(
        "agents/assistant/regression/mock.yaml",
        "rules: [{ name: greets, answer: Welcome. }]\n",
    );
    fleet.done(&["keys", "init", "--plain"]);
    for environment in ["staging", "canary", "production"] {
        fleet.promote("assistant", environment, "v1.0.0");
        fleet.promote("orders", environment, "v1.0.0");
    }
    fleet.commit("Promote everything");
    fleet.release(&["dev", "staging", "canary", "production"]);
    fleet.put(
        "agents/assistant/prompts/greet/1.1.0.prompt",
        "Greet the customer by name.\n",
    );
    fleet.edit("agents/assistant/agent.yaml", "greet: 1.0.0", "greet: 1.1.0");
    fleet.edit("agents/assistant/agent.yaml", "temperature: 0.2", "temperature: 0.3");
    fleet
}

#[test]
fn what_programs_read_is_what_the_schemas_say() {
    let fleet = fleet();
    fits(&fleet, 0, &["status"]);
    fleet.done(&[
        "incident",
        "open",
        "assistant",
        "--environment",
        "staging",
        "--severity",
        "P2",
        "--summary",
        "slow",
    ]);
    fleet.done(&["hold", "orders", "--environment", "dev", "--reason", "look at it"]);
    fits(&fleet, 0, &["status"]);
    fits(&fleet, 0, &["verify"]);
    fits(&fleet, 0, &["verify", "--environment", "dev", "--reproduce"]);
    fits(&fleet, 0, &["diff"]);
    fits(&fleet, 0, &["diff", "HEAD", "--all"]);
    fits(&fleet, 0, &["diff", "staging", "production"]);
    fits(&fleet, 0, &["affected", "--base", "HEAD"]);
    // the case that wants a goodbye does not hold
    fits(&fleet, 1, &["evaluate"]);
    fits(
        &fleet,
        1,
        &[
            "evaluate",
            "assistant",
            "--against",
            "staging",
            "--versus",
            "greet@1.0.0",
        ],
    );
    fits(&fleet, 0, &["check", "--base", "HEAD"]);
}

#[test]
fn findings_and_failures_fit_them_too() {
    let fleet = fleet();
    fits(&fleet, 4, &["check", "--base", "HEAD", "--time-limit", "0"]);
    fits(&fleet, 2, &["check", "--base", "nowhere"]);
    fits(&fleet, 2, &["diff", "--environment", "nowhere"]);
    fits(&fleet, 2, &["evaluate", "nobody"]);
    fits(&fleet, 2, &["status", "nobody"]);
    fleet.meddle("environment/dev", "apps/orders/manifest.yaml", "{}\n");
    fits(&fleet, 1, &["verify"]);
    let image = format!("registry.example.com/orders@sha256:{}", "2".repeat(64));
    fits(
        &fleet,
        1,
        &["verify", "--image", &image, "--bundle", "environments/fleet.yaml"],
    );
    fleet.append("environments/fleet.yaml", "broken: [\n");
    fits(&fleet, 1, &["check"]);
    for command in [&["diff"][..], &["affected", "--base", "HEAD"], &["evaluate"]] {
        let answer = fits(&fleet, 1, command);
        assert_eq!(answer.result(), &Value::Null);
    }
}

#[test]
fn a_field_that_nobody_named_is_noticed() {
    let mut answer = fleet().run(&["affected", "--base", "HEAD"]).json;
    let schema = schema("answer-affected");
    assert!(schema.is_valid(&answer));
    answer["result"]["include"][0]["colour"] = "red".into();
    assert!(!schema.is_valid(&answer));
}
