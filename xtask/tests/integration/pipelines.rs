//! `new pipeline`, and what its files rely on: `branch`, `candidate`, code owners.

use std::collections::BTreeSet;

use clap::{Command, CommandFactory};
use expect_test::expect;
use serde_json::Value;
use xtask::cli::Cli;

use super::workbench::{Workbench, tree};

/// The files that `new pipeline` makes for a service.
fn files(service: &str) -> Vec<(String, String)> {
    let bench = Workbench::of_repository();
    let report = bench.run(&format!("new pipeline --ci {service} --dry-run")).unwrap();
    let files = report.result["files"].as_object().unwrap();
    files
        .iter()
        .map(|(path, text)| (path.clone(), text.as_str().unwrap().to_owned()))
        .collect()
}

fn all() -> Vec<(String, String)> {
    ["github", "gitlab", "jenkins", "argo-workflows"]
        .into_iter()
        .flat_map(files)
        .collect()
}

/// The command lines of the tool in a text, words as a shell would split them, options without their values.
fn command_lines(text: &str) -> Vec<Vec<String>> {
    let joined = text.replace("\\\"", "\"");
    let lines = joined.split("cargo xtask ").skip(1);
    let word = |word: &str| word.trim_matches(['"', '\'', ')', '}', ';']).to_owned();
    lines
        .map(|rest| {
            rest.lines()
                .next()
                .unwrap_or_default()
                .split_whitespace()
                .map(word)
                .collect()
        })
        .collect()
}

#[test]
fn every_file_is_well_formed_and_has_no_place_left_open() {
    for (path, text) in all() {
        assert!(
            !text.contains("@DRY@") && !text.contains("@ENVIRONMENTS@") && !text.contains("@CREDENTIALS@"),
            "{path}"
        );
        if path != "Jenkinsfile" {
            let value = serde_yaml::from_str::<Value>(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
            assert!(value.is_object(), "{path}");
        } else {
            assert_eq!(text.matches('{').count(), text.matches('}').count(), "{path}");
        }
    }
}

#[test]
fn actions_are_pinned_and_nobody_may_more_than_a_job_needs() {
    for (path, text) in files("github") {
        for line in text.lines().filter(|line| line.contains("uses:")) {
            let (_, reference) = line.split_once('@').unwrap();
            let sha = reference.split_whitespace().next().unwrap();
            assert!(
                sha.len() == 40 && sha.bytes().all(|byte| byte.is_ascii_hexdigit()),
                "{path}: {line}"
            );
            assert!(line.contains("# v"), "{path} says no version: {line}");
        }
        let workflow: Value = serde_yaml::from_str(&text).unwrap();
        assert_eq!(workflow["permissions"], serde_json::json!({}), "{path}");
        assert!(workflow["concurrency"]["group"].is_string(), "{path}");
        for (name, job) in workflow["jobs"].as_object().unwrap() {
            assert!(
                job["permissions"].is_object() && job["timeout-minutes"].is_number(),
                "{path}: {name}"
            );
        }
        // what a person typed comes in by the environment, never into the text of a script
        for script in text.split("run:").skip(1) {
            let script = script.split("\n      - ").next().unwrap();
            assert!(
                !script.contains("${{ inputs.") && !script.contains("${{ github.event."),
                "{path}: {script}"
            );
        }
    }
}

#[test]
fn no_job_that_runs_foreign_code_may_write_and_no_run_waits_in_the_queue_of_another() {
    let mut groups = BTreeSet::new();
    let workflows = files("github");
    for (path, text) in &workflows {
        let workflow: Value = serde_yaml::from_str(text).unwrap();
        groups.insert(workflow["concurrency"]["group"].to_string());
        for (name, job) in workflow["jobs"].as_object().unwrap() {
            let steps = job["steps"].as_array().unwrap();
            let checkouts = steps.iter().filter(|step| {
                let uses = step["uses"].as_str().unwrap_or_default();
                uses.starts_with("actions/checkout@")
            });
            let mut is_foreign = false;
            for checkout in checkouts {
                assert_eq!(checkout["with"]["persist-credentials"], false, "{path}: {name}");
                is_foreign |= checkout["with"]["repository"].is_string();
            }
            let may = &job["permissions"];
            let writes = |right: &str| may[right] == "write";
            assert!(!is_foreign || !writes("contents"), "{path}: {name}");
            assert!(!writes("packages") || !writes("contents"), "{path}: {name}");
        }
    }
    assert_eq!(groups.len(), workflows.len());
}

#[test]
fn what_was_not_built_is_never_recorded_on_the_candidate_of_today() {
    let workflows = files("github");
    let (_, text) = workflows
        .iter()
        .find(|(path, _)| path.ends_with("lockstep-image.yml"))
        .unwrap();
    let place = |what: &str| text.find(what).unwrap_or_else(|| panic!("no `{what}`"));
    let (none, candidate, record) = (
        place("if [ -z \"$DIGEST\" ]"),
        text.rfind("cargo xtask candidate \"$AGENT\" --image").unwrap(),
        place("stage record"),
    );
    assert!(none < candidate && candidate < record);
    assert_eq!(text.matches("stage record").count(), 1);
}

#[test]
fn pipelines_use_commands_and_options_that_exist() {
    let mut root = Cli::command();
    root.build();
    let mut wrong = Vec::new();
    for (path, text) in all() {
        for line in command_lines(&text) {
            let (mut command, mut rest) = (&root, &line[..]);
            while let Some(inner) = rest.first().and_then(|name| command.find_subcommand(name)) {
                (command, rest) = (inner, &rest[1..]);
            }
            if std::ptr::eq(command, &root) {
                let name = line.first().map(String::as_str).unwrap_or_default();
                if !name.starts_with('$') {
                    wrong.push(format!("{path}: there is no command `{name}`"));
                }
                continue;
            }
            wrong.extend(
                unknown_options(command, rest)
                    .map(|option| format!("{path}: `{}` has no `{option}`", command.get_name())),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn unknown_options<'a>(command: &'a Command, words: &'a [String]) -> impl Iterator<Item = &'a str> {
    let is_option = |word: &&str| word.starts_with("--") && word.len() > 2;
    let known = |word: &str| {
        command
            .get_arguments()
            .any(|argument| argument.get_long() == Some(&word[2..]))
    };
    words
        .iter()
        .take_while(|word| !["&&", "|", ">", ">>", "#"].contains(&word.as_str()))
        .map(|word| word.trim_end_matches(';'))
        .filter(is_option)
        .filter(move |word| !known(word))
}

#[test]
fn the_workflows_of_this_repository_are_what_is_made_for_it() {
    let committed = tree(|path| path.starts_with(".github/workflows/lockstep-"));
    for (path, text) in files("github") {
        let found = committed
            .get(&path)
            .map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        assert!(
            found == Some(text),
            "mend it with `cargo xtask new pipeline --ci github --replace`: {path}"
        );
    }
    assert_eq!(committed.entries().count(), files("github").len());
}

#[test]
fn what_is_there_is_not_replaced_unasked() {
    let bench = Workbench::of_repository();
    bench.run("new pipeline --ci gitlab").unwrap();
    let failure = bench.run("new pipeline --ci gitlab").unwrap_err();
    assert_eq!(failure.message, "these are there already: .gitlab-ci.yml");
    bench.run("new pipeline --ci gitlab --replace").unwrap();
}

#[test]
fn branches_have_names_and_places_to_go_to() {
    let bench = Workbench::of_repository();
    let look = |branch: &str| {
        let report = bench.run(&format!("branch {branch}")).unwrap();
        let findings: Vec<&str> = report.findings.iter().map(|finding| finding.message.as_str()).collect();
        format!("{}{}\n", report.text, findings.join("\n"))
    };
    let branches = [
        "main",
        "feature/x",
        "feature/x/y",
        "release/v3.3.0",
        "release/next",
        "hotfix/",
        "production",
    ];
    expect![[r#"
        main: dev, staging, canary, production

        feature/x: nothing is released from it

        `feature/x/y` is no name for a branch here
        release/v3.3.0: staging

        `release/next` is no name for a branch here
        `hotfix/` is no name for a branch here
        `production` is no name for a branch here
    "#]]
    .assert_eq(&branches.map(look).concat());
    bench.put(
        "environments/fleet.yaml",
        &bench
            .text("environments/fleet.yaml")
            .unwrap()
            .replace("releases: [staging]", "releases: [stagin]"),
    );
    let report = bench.run("render").unwrap();
    expect![[r#"
        [
            Finding {
                location: Some(
                    Location {
                        file: "environments/fleet.yaml",
                        line: 16,
                        column: 44,
                    },
                ),
                rule: "unlisted-environment",
                severity: Error,
                message: "`release/<version>` releases to `stagin`, which the fleet does not list",
                help: Some(
                    "did you mean `staging`?",
                ),
                unit: None,
                object: None,
                related: [],
                waiver: None,
            },
        ]"#]]
    .assert_eq(&format!("{:#?}", report.findings));
}

#[test]
fn a_candidate_changes_one_digest_and_nothing_else() {
    let bench = Workbench::of_repository();
    let path = "agents/support-rag/agent.yaml";
    let before = bench.text(path).unwrap();
    let repository = before
        .split("repository: ")
        .nth(1)
        .unwrap()
        .split_whitespace()
        .next()
        .unwrap()
        .to_owned();
    let digest = format!("sha256:{}", "ab".repeat(32));
    bench
        .run(&format!("candidate support-rag --image {repository}@{digest}"))
        .unwrap();
    let after = bench.text(path).unwrap();
    let differ: Vec<(&str, &str)> = before.lines().zip(after.lines()).filter(|(a, b)| a != b).collect();
    assert_eq!(differ.len(), 1);
    assert!(differ[0].1.contains(&digest));
    let failure = bench
        .run(&format!("candidate support-rag --image other@{digest}"))
        .unwrap_err();
    assert!(failure.message.contains("not of `other`"), "{}", failure.message);
    assert!(bench.run("candidate support-rag --image x:latest").is_err());
    let shown = bench.run("candidate support-rag").unwrap();
    assert_eq!(shown.text, format!("{repository}@{digest}\n"));
    assert_eq!(shown.result["repository"], repository);
}
