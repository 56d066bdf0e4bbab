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

/// The documents of a YAML file.
fn documents(text: &str) -> Vec<Value> {
    let parts = text.split("\n---\n");
    parts.map(|part| serde_yaml::from_str(part).unwrap()).collect()
}

/// Whether a text has a place that nothing filled, such as `@DRY@`.
fn is_left_open(text: &str) -> bool {
    let is_name = |word: &&str| word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    let mut words: Vec<&str> = text.split('@').collect();
    words.pop();
    words.into_iter().skip(1).any(|word| is_name(&word))
}

#[test]
fn every_file_is_well_formed_and_has_no_place_left_open() {
    assert!(is_left_open("ref: @DRY@\n") && !is_left_open("Requested-by: @$ACTOR\n"));
    for (path, text) in all() {
        assert!(!is_left_open(&text), "{path}");
        if path.ends_with(".yml") || path.ends_with(".yaml") {
            assert!(documents(&text).iter().all(Value::is_object), "{path}");
        }
    }
}

/// The stages of `ci/lockstep.sh` that a service's files run.
fn stages(service: &str) -> BTreeSet<String> {
    let files = files(service);
    let script = files.iter().find(|(path, _)| path == "ci/lockstep.sh").unwrap();
    let known: BTreeSet<&str> = script
        .1
        .split("case \"$asked\" in")
        .nth(1)
        .unwrap()
        .split(')')
        .next()
        .unwrap()
        .split_whitespace()
        .filter(|word| word.bytes().any(|byte| byte.is_ascii_lowercase()))
        .collect();
    let texts = files.iter().filter(|(path, _)| path != "ci/lockstep.sh");
    let text: String = texts.map(|(_, text)| text.as_str()).collect();
    let words = text.split(|character: char| !character.is_ascii_alphanumeric() && character != '_');
    words.filter(|word| known.contains(word)).map(str::to_owned).collect()
}

#[test]
fn every_service_runs_the_whole_flow() {
    let both = stages("gitlab");
    expect![[r#"
        build_image
        candidate
        check
        evaluate
        evidence
        hold
        look_up
        nightly
        prepare
        promote
        record
        release
        resume
        rollback
        security_scan
        unit_test"#]]
    .assert_eq(&both.iter().map(String::as_str).collect::<Vec<_>>().join("\n"));
    assert_eq!(stages("jenkins"), both);
    // the graph of a release there has an analysis before it, and a validation behind it
    let graph = ["analyse", "rehearse", "validate_release"].map(str::to_owned);
    let argo = stages("argo-workflows");
    assert_eq!(argo.difference(&both).cloned().collect::<Vec<_>>(), graph);
    assert_eq!(both.difference(&argo).count(), 0);
}

#[test]
fn argo_has_schemas_for_all_of_its_workflows() {
    let bench = Workbench::of_repository();
    bench.run("new pipeline --ci argo-workflows").unwrap();
    let report = bench.run("validate --path ci/argo-workflows").unwrap();
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
    let path = "ci/argo-workflows/lockstep-release.yaml";
    let text = bench.text(path).unwrap();
    bench.put(path, &text.replacen("depends:", "dependz:", 1));
    let report = bench.run("validate --path ci/argo-workflows").unwrap();
    assert_eq!(report.findings.len(), 1, "{:#?}", report.findings);
}

/// The tasks of a DAG of Argo Workflows: what they depend on and when they run.
#[test]
fn a_release_of_argo_is_a_graph_with_conditions() {
    let files = files("argo-workflows");
    let (_, text) = files
        .iter()
        .find(|(path, _)| path.ends_with("lockstep-release.yaml"))
        .unwrap();
    let workflow = documents(text).remove(0);
    let mut shown = String::new();
    for template in workflow["spec"]["templates"].as_array().unwrap() {
        for task in template["dag"]["tasks"].as_array().into_iter().flatten() {
            let word = |key: &str| {
                task[key]
                    .as_str()
                    .map(|text| format!("\n    {key} {text}"))
                    .unwrap_or_default()
            };
            shown += &format!(
                "{}{}{}\n",
                task["name"].as_str().unwrap(),
                word("depends"),
                word("when")
            );
        }
    }
    expect![[r#"
        prepare
        check
            depends prepare.Succeeded
        evidence
            depends check.Succeeded || check.Failed
        dev
            depends check.Succeeded && evidence.Succeeded
        staging
            depends dev.Succeeded
        canary
            depends staging.Succeeded
        production
            depends canary.Succeeded
        pre-deployment-analysis
        environment-preparation
            depends pre-deployment-analysis.Succeeded
            when '{{tasks.pre-deployment-analysis.outputs.parameters.proceed}}' == 'true'
        approval
            depends environment-preparation.Succeeded
            when '{{inputs.parameters.approval}}' == 'true'
        smart-deployment
            depends environment-preparation.Succeeded && (approval.Succeeded || approval.Skipped)
        watch
            depends smart-deployment.Succeeded
            when '{{tasks.pre-deployment-analysis.outputs.parameters.strategy}}' != 'rolling' && '{{inputs.parameters.approval}}' == 'true'
        post-deployment-validation
            depends smart-deployment.Succeeded && (watch.Succeeded || watch.Skipped)
    "#]].assert_eq(&shown);
}

#[test]
fn what_people_type_is_part_of_no_command() {
    for service in ["gitlab", "jenkins", "argo-workflows"] {
        for (path, text) in files(service) {
            // of Jenkins: no word that Groovy fills in stands in a shell's line
            let shells = text.lines().filter(|line| line.trim_start().starts_with("sh "));
            for line in shells {
                assert!(!line.contains('"') && !line.contains("params."), "{path}: {line}");
            }
            let sources = text.split("source: |").skip(1);
            for source in sources {
                assert!(!source.split("\n    - ").next().unwrap().contains("{{"), "{path}");
            }
            for line in text.lines().filter(|line| line.contains("command: [bash")) {
                assert!(!line.contains("-c"), "{path}: {line}");
            }
        }
    }
}

#[test]
fn no_step_of_argo_that_reads_or_runs_foreign_code_has_a_token_that_writes() {
    let files = files("argo-workflows");
    let (_, text) = files
        .iter()
        .find(|(path, _)| path.ends_with("lockstep-steps.yaml"))
        .unwrap();
    let mut shown = String::new();
    for template in documents(text)[0]["spec"]["templates"].as_array().unwrap() {
        let step = ["container", "script"]
            .iter()
            .find_map(|key| template.get(*key))
            .unwrap();
        let secrets: BTreeSet<&str> = step["env"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|variable| variable["valueFrom"]["secretKeyRef"]["name"].as_str())
            .collect();
        let names: Vec<&str> = secrets.into_iter().collect();
        shown += &format!("{}: {}\n", template["name"].as_str().unwrap(), names.join(", "));
    }
    expect![[r#"
        prepare: lockstep-git-read
        analyse: lockstep-git-read
        read: lockstep-git-read
        write: lockstep-git, lockstep-key
        test: 
        build: lockstep-registry
        scan: lockstep-registry
    "#]]
    .assert_eq(&shown);
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

/// The commands and options of the tool that a text uses and that do not exist.
pub(super) fn unknown_commands(text: &str) -> Vec<String> {
    let mut root = Cli::command();
    root.build();
    let mut wrong = Vec::new();
    for line in command_lines(text) {
        let (mut command, mut rest) = (&root, &line[..]);
        while let Some(inner) = rest.first().and_then(|name| command.find_subcommand(name)) {
            (command, rest) = (inner, &rest[1..]);
        }
        if std::ptr::eq(command, &root) {
            let name = line.first().map(String::as_str).unwrap_or_default();
            if !name.starts_with('$') {
                wrong.push(format!("there is no command `{name}`"));
            }
            continue;
        }
        wrong
            .extend(unknown_options(command, rest).map(|option| format!("`{}` has no `{option}`", command.get_name())));
    }
    wrong
}

#[test]
fn pipelines_use_commands_and_options_that_exist() {
    let mut wrong = Vec::new();
    for (path, text) in all() {
        wrong.extend(
            unknown_commands(&text)
                .into_iter()
                .map(|what| format!("{path}: {what}")),
        );
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
    // the script of the stages is the same for both
    bench.run("new pipeline --ci jenkins").unwrap();
    bench.put(".gitlab-ci.yml", "mine: {}\n");
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
                is_secret: false,
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
