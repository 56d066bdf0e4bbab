//! One answer in several forms: the right one in each file, text on the terminal, a failure in all of them.

use std::fs;

use serde_json::Value;

use super::fleet::{Fleet, command};

/// Runs a command line as typed; returns exit code, standard output and standard error.
fn run(fleet: &Fleet, line: &str) -> (i32, String, String) {
    let words: Vec<&str> = line.split_whitespace().collect();
    let output = command(fleet.folder(), &words).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn file(fleet: &Fleet, name: &str) -> String {
    fs::read_to_string(fleet.folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn json(fleet: &Fleet, name: &str) -> Value {
    serde_json::from_str(&file(fleet, name)).unwrap()
}

fn broken() -> Fleet {
    let fleet = Fleet::small();
    fleet.edit("agents/orders/agent.yaml", "criticality:", "criticallity:");
    fleet.commit("Misspell");
    fleet
}

#[test]
fn each_file_gets_its_form_and_the_terminal_text() {
    let fleet = broken();
    let line = "diff --format sarif --output out/o.sarif --format markdown --output o.md --format json --output o.json";
    let (exit, out, aside) = run(&fleet, line);
    assert_eq!(exit, 1);
    assert!(out.contains("units: "), "{out}");
    assert!(aside.contains("error[unknown-key]"), "{aside}");
    let results = &json(&fleet, "out/o.sarif")["runs"][0]["results"];
    let rules: Vec<&str> = results
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|r| r["ruleId"].as_str())
        .collect();
    assert_eq!(rules, ["missing-key", "unknown-key"]);
    let place = &results[1]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "agents/orders/agent.yaml");
    assert_eq!(place["region"]["startColumn"], 1);
    assert!(file(&fleet, "o.md").contains("## ❌ Lockstep diff: 2 errors"));
    assert_eq!(json(&fleet, "o.json")["exit"], 1);
}

#[test]
fn one_form_may_go_to_standard_output() {
    let fleet = broken();
    let (exit, out, aside) = run(&fleet, "diff --format junit --output junit.xml --format github");
    assert_eq!((exit, aside.as_str()), (1, ""));
    assert!(out.starts_with("::error file=agents/orders/agent.yaml,"), "{out}");
    assert!(file(&fleet, "junit.xml").contains("failures=\"2\""));
    // a form may also be named before the command, and goes for every command
    let (exit, out, _) = run(&fleet, "--format gitlab render");
    assert_eq!(exit, 1);
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap()[0]["severity"], "critical");
}

#[test]
fn a_failure_is_written_to_every_file() {
    let fleet = Fleet::small();
    let (exit, out, aside) = run(
        &fleet,
        "diff nowhere --format sarif --output o.sarif --format markdown --output o.md",
    );
    assert_eq!((exit, out.as_str()), (2, ""));
    assert!(aside.starts_with("failed: "), "{aside}");
    assert_eq!(
        json(&fleet, "o.sarif")["runs"][0]["invocations"][0]["executionSuccessful"],
        false
    );
    assert!(file(&fleet, "o.md").contains("stopped before the end: "));
}

#[test]
fn what_cannot_be_paired_is_refused() {
    let fleet = Fleet::small();
    for (line, message) in [
        ("diff --output o.md", "`--output o.md` has no `--format` of its own"),
        (
            "diff --format sarif --output a --output b",
            "`--output b` has no `--format` of its own",
        ),
        (
            "diff --format sarif --format json",
            "several forms are to go to standard output",
        ),
        (
            "diff --format sarif --output a --format json --output a",
            "two forms are to go to `a`",
        ),
    ] {
        let (exit, _, aside) = run(&fleet, line);
        assert_eq!(exit, 2, "{line}");
        assert!(aside.contains(message), "{line}: {aside}");
    }
}

#[test]
fn quiet_and_verbose_exclude_each_other() {
    let fleet = Fleet::small();
    assert_eq!(run(&fleet, "diff --quiet --verbose").0, 2);
}

#[test]
fn no_form_shows_a_secret() {
    const SECRET: &str = "tiger9-Kl0pp";
    let leak = || {
        let fleet = Fleet::small();
        fleet.commit("Begin");
        let values = format!("values:\n  env:\n    DATABASE_PASSWORD: {SECRET}\n");
        fleet.append("environments/dev/environment.yaml", &values);
        fleet
    };
    let forms = ["json", "sarif", "junit", "gitlab", "github", "markdown", "summary"];
    let said = |fleet: &Fleet, command: &str| -> String {
        fleet.commit("Leak");
        let files = forms.map(|form| format!(" --format {form} --output out/{form}"));
        let (_, out, aside) = run(fleet, &format!("{command} --verbose{}", files.concat()));
        let written = forms.map(|form| file(fleet, &format!("out/{form}")));
        for text in [&out, &aside].into_iter().chain(&written) {
            assert!(!text.contains(SECRET), "{command}: {text}");
        }
        format!("{out}{aside}{}", written.concat())
    };
    let all = said(&leak(), "check --base HEAD~1");
    assert!(
        all.contains("    DATABASE_PASSWORD: tig…\n") && all.contains("leaked-secret"),
        "{all}"
    );
    let all = said(&leak(), "diff HEAD~1");
    assert!(all.contains("tig…"), "{all}");
    // an excerpt of what a template renders stands in the help of every form
    let fleet = leak();
    let broken = format!("spec:\n  password: {SECRET}\n  {{: [\n");
    fleet.edit("templates/agent-service/service.yaml.tera", "spec:\n", &broken);
    let all = said(&fleet, "check");
    assert!(
        all.contains("template-not-yaml") && all.contains("password: tig…"),
        "{all}"
    );
}
