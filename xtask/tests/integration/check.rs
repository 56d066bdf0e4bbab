//! What `release` and `check` judge before anything moves.

use expect_test::expect;

use crate::fleet::{Fleet, command};

const AGAINST_HEAD: &[&str] = &["check", "--base", "HEAD"];
const WORKLOAD: &str = "templates/agent-service/workload.yaml.tera";
const IMMUTABLE: &str = "matchLabels: { app: {{ agent.resourceName | quote }} }\n  template:";

/// Pods whose labels and selector have other names than at the last release.
fn renamed(fleet: &Fleet) {
    fleet.edit(
        WORKLOAD,
        IMMUTABLE,
        "matchLabels: { app: {{ agent.resourceName | quote }}, part: main }\n  template:",
    );
    fleet.edit(
        WORKLOAD,
        "labels: { app: {{ agent.resourceName | quote }} }\n      annotations",
        "labels: { app: {{ agent.resourceName | quote }}, part: main }\n      annotations",
    );
}

#[test]
fn a_release_writes_nothing_that_the_cluster_would_refuse() {
    let fleet = Fleet::small();
    fleet
        .edit(WORKLOAD, "- name: agent", "- imagePullPolicy: 7\n          name: agent")
        .commit("Pull by number");
    let answer = fleet.run(&["release", "dev"]);
    assert_eq!((answer.exit, answer.rules()), (1, vec!["wrong-type", "wrong-type"]));
    assert_eq!(fleet.tip("environment/dev"), None);
}

#[test]
fn what_the_branch_has_is_what_objects_were_before() {
    let fleet = Fleet::small();
    renamed(&fleet);
    fleet.done(&["check"]);
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    renamed(&fleet);
    fleet.commit("Rename the pods");
    for command in [&["check"][..], &["release", "dev"]] {
        let answer = fleet.run(command);
        assert_eq!(
            (answer.exit, answer.rules()),
            (1, vec!["immutable-field", "immutable-field"]),
            "{command:?}"
        );
    }
}

#[test]
fn what_the_base_has_is_counted_and_not_repeated() {
    let fleet = Fleet::small();
    fleet
        .edit(WORKLOAD, "- name: agent", "- imagePullPolicy: 7\n          name: agent")
        .commit("Pull by number");
    let answer = fleet.run(&["check", "--base", "HEAD"]);
    assert_eq!((answer.exit, answer.rules()), (0, Vec::new()), "{}", answer.text());
    assert_eq!(answer.json.get("known"), None, "no unit differs, so none is judged");
    fleet.edit("agents/assistant/agent.yaml", "temperature: 0.2", "temperature: 0.3");
    let answer = fleet.run(&["check", "--base", "HEAD"]);
    assert_eq!((answer.exit, answer.rules()), (0, Vec::new()), "{}", answer.text());
    assert_eq!(answer.json["known"], 1);
    fleet.edit(WORKLOAD, "kind: Deployment", "kind: Deploymnt");
    let answer = fleet.run(&["check", "--base", "HEAD"]);
    assert_eq!(answer.exit, 1);
    assert!(answer.rules().contains(&"unknown-kind"), "{}", answer.text());
}

#[test]
fn a_base_that_is_not_here_is_a_failure_with_the_command_that_fetches_it() {
    let answer = Fleet::small().run(&["check", "--base", "origin/main"]);
    assert_ne!(answer.exit, 0);
    assert!(answer.text().contains("git fetch origin main"), "{}", answer.text());
    let fleet = Fleet::small();
    let answer = fleet.run(&["check", "--base", "HEAD~7"]);
    let told = "`HEAD~7` names no commit here";
    assert!(answer.text().contains(told), "{}", answer.text());
    assert!(!answer.text().contains("--unshallow"), "all of the history is here");
    for form in ["github", "gitlab", "junit", "markdown", "sarif"] {
        let output = command(fleet.folder(), &["check", "--base", "origin/main", "--format", form]).output();
        let text = String::from_utf8(output.unwrap().stdout).unwrap();
        assert!(text.contains("git fetch origin main"), "{form}: {text}");
    }
}

#[test]
fn a_command_line_that_cannot_be_read_is_a_failure_in_json_too() {
    let fleet = Fleet::small();
    for arguments in [
        &["check", "--wrong", "--format", "json"][..],
        &["check", "--format=json", "--format", "junit"],
        &["chek", "--format=json"],
    ] {
        let output = command(fleet.folder(), arguments).output().unwrap();
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(
            (output.status.code(), &document["exit"]),
            (Some(2), &2.into()),
            "{document}"
        );
        assert_eq!(document["failure"]["kind"], "usage", "{document}");
    }
}

#[test]
fn a_finding_is_where_the_value_is_set_with_the_template_line_beside_it() {
    let fleet = Fleet::small();
    fleet.put(
        "environments/dev/values/assistant.yaml",
        "values:\n  replicas: 3000000000\n",
    );
    let answer = fleet.run(&["check"]);
    expect![[r#"
        exit 1
        error[out-of-range] environments/dev/values/assistant.yaml:2:13
          `spec.replicas` is out of range: 3000000000 is greater than the maximum of 2147483647
          unit: dev/assistant
          object: shop-dev/Deployment assistant (apps)
          see: templates/agent-service/workload.yaml.tera:7:3: written here, as `values.replicas` says
          see: dev/apps/assistant/manifest.yaml:20:13: rendered here
    "#]]
    .assert_eq(&answer.text());
    let text = |form| {
        let output = command(fleet.folder(), &["check", "--format", form]).output();
        String::from_utf8(output.unwrap().stdout).unwrap()
    };
    expect![[r#"
        ::error file=environments/dev/values/assistant.yaml,title=lockstep%3A out-of-range,line=2,col=13::`spec.replicas` is out of range: 3000000000 is greater than the maximum of 2147483647%0Aunit: dev/assistant%0Aobject: shop-dev/Deployment assistant (apps)%0Asee: templates/agent-service/workload.yaml.tera:7:3: written here, as `values.replicas` says%0Asee: dev/apps/assistant/manifest.yaml:20:13: rendered here
    "#]].assert_eq(&text("github"));
    expect![[r#"
        [
          {
            "check_name": "out-of-range",
            "description": "`spec.replicas` is out of range: 3000000000 is greater than the maximum of 2147483647; unit: dev/assistant; object: shop-dev/Deployment assistant (apps); see: templates/agent-service/workload.yaml.tera:7:3: written here, as `values.replicas` says; see: dev/apps/assistant/manifest.yaml:20:13: rendered here",
            "fingerprint": "8eecca7826bd77e270cc304b7353318e:1",
            "location": {
              "lines": {
                "begin": 2
              },
              "path": "environments/dev/values/assistant.yaml"
            },
            "severity": "critical"
          }
        ]
    "#]]
    .assert_eq(&text("gitlab"));
    let sarif: serde_json::Value = serde_json::from_str(&text("sarif")).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    // what was rendered is no file of this tree
    expect![[r#"
        "`spec.replicas` is out of range: 3000000000 is greater than the maximum of 2147483647\nunit: dev/assistant\nobject: shop-dev/Deployment assistant (apps)\nsee: dev/apps/assistant/manifest.yaml:20:13: rendered here"
        [
          {
            "id": 1,
            "message": {
              "text": "written here, as `values.replicas` says"
            },
            "physicalLocation": {
              "artifactLocation": {
                "uri": "templates/agent-service/workload.yaml.tera",
                "uriBaseId": "%SRCROOT%"
              },
              "region": {
                "startColumn": 3,
                "startLine": 7
              }
            }
          }
        ]"#]]
    .assert_eq(&format!(
        "{:#}\n{:#}",
        result["message"]["text"], result["relatedLocations"]
    ));
}

#[test]
fn what_there_was_no_time_for_is_told_and_is_no_pass() {
    let fleet = Fleet::small();
    // all units may differ, so both sides are judged as a whole, one after the other
    fleet.append(WORKLOAD, "\n");
    let answer = fleet.run(&["check", "--base", "HEAD", "--time-limit", "0"]);
    assert_eq!(answer.exit, 4, "{}", answer.text());
    expect![[r#"
        [
          "what 6 units render to, and every unit: the time was over",
          "what differs from `HEAD`: the time was over"
        ]"#]]
    .assert_eq(&format!("{:#}", answer.json["unchecked"]));
    let output = command(fleet.folder(), &["check", "--time-limit", "0", "--format", "markdown"]).output();
    let page = String::from_utf8(output.unwrap().stdout).unwrap();
    assert!(page.contains("## ❌ Lockstep check: incomplete"), "{page}");
}

#[test]
fn an_agent_that_cannot_be_read_is_not_said_to_have_passed() {
    let fleet = Fleet::small();
    fleet.put(
        "agents/assistant/regression/cases/greet.yaml",
        "prompt: greet\ncases: [{ id: hello, userInput: Hello!, expectedResponseKeywords: [welcome] }]\n",
    );
    fleet.put(
        "agents/assistant/regression/mock.yaml",
        "rules: [{ name: greets, answer: Welcome. }]\n",
    );
    fleet.commit("Write cases");
    fleet.append("agents/assistant/agent.yaml", "broken: [\n");
    for arguments in [&["evaluate", "assistant"][..], &["evaluate"], AGAINST_HEAD] {
        let answer = fleet.run(arguments);
        assert_eq!(
            (answer.exit, answer.rules()),
            (1, vec!["yaml-syntax"]),
            "{}",
            answer.text()
        );
    }
    let output = command(fleet.folder(), AGAINST_HEAD).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.contains("passed"), "{text}");
}

#[test]
fn what_reading_an_agent_found_before_is_not_repeated_with_its_cases() {
    let fleet = Fleet::small();
    fleet.put(
        "agents/assistant/regression/cases/greet.yaml",
        "prompt: refuse\ncases: [{ id: no, userInput: Hello!, expectedResponseKeywords: [sorry] }]\n",
    );
    fleet.put(
        "agents/assistant/regression/mock.yaml",
        "rules: [{ name: declines, answer: Sorry. }]\n",
    );
    fleet
        .put("agents/assistant/prompts/greet/1.0.0.prompt", "Greet {{customer}}.\n")
        .commit("Greet by name");
    fleet.edit("agents/assistant/agent.yaml", "temperature: 0.2", "temperature: 0.3");
    let answer = fleet.run(AGAINST_HEAD);
    expect![[r#"
        exit 0
        warning[stale-cassette] agents/assistant/regression/cassettes/greet.jsonl
          1 request is not recorded; the mock answered it
          help: record them with `cargo xtask evaluate assistant --record`
    "#]]
    .assert_eq(&answer.text());
    assert_eq!(answer.json["known"], 1);
}

#[test]
fn whoever_changes_what_is_known_of_models_has_every_case_judged_again() {
    let fleet = Fleet::small();
    fleet.put(
        "agents/assistant/regression/cases/greet.yaml",
        "prompt: refuse\ncases: [{ id: no, userInput: Hello!, maxCost: 0.5 }]\n",
    );
    fleet.put(
        "agents/assistant/regression/mock.yaml",
        "rules: [{ name: declines, answer: Sorry. }]\n",
    );
    let price = "    price: { inputPerMillion: 3.0, outputPerMillion: 15.0 }\n";
    let models =
        "models:\n  - provider: anthropic\n    name: claude\n    contextTokens: 200000\n    maxOutputTokens: 8000\n";
    fleet.put("environments/models.yaml", &format!("{models}{price}"));
    fleet.commit("A case that may cost something");
    fleet.done(AGAINST_HEAD);
    fleet.put("environments/models.yaml", models);
    let everything = fleet.run(&["check"]);
    assert_eq!((everything.exit, everything.rules().is_empty()), (1, false));
    assert_eq!(fleet.run(AGAINST_HEAD).rules(), everything.rules());
}

#[test]
fn a_stale_generated_file_is_named_where_the_change_may_have_made_it_so() {
    let fleet = Fleet::small();
    // a fleet that keeps no generated file misses none
    fleet.done(&["check"]);
    fleet.done(&["generate"]);
    fleet.commit("Write what is generated");
    fleet.done(&["check"]);
    fleet.done(AGAINST_HEAD);
    fleet.edit("agents/assistant/agent.yaml", "team: ", "team: other-");
    for command in [&["check"][..], AGAINST_HEAD] {
        let answer = fleet.run(command);
        assert_eq!(answer.exit, 1, "{command:?}");
        // one tells of all, since one command mends all
        assert_eq!(answer.rules(), ["stale-generated-file"], "{command:?}");
        assert!(answer.text().contains("and so are "), "{}", answer.text());
    }
    fleet.done(&["generate"]);
    fleet.done(AGAINST_HEAD);
    fleet.commit("Another team");
    fleet.edit("docs/reference/environments.md", "# Environments", "# By hand");
    fleet.commit("Edit a page");
    let answer = fleet.run(&["check", "--base", "HEAD~1"]);
    assert_eq!((answer.exit, answer.rules()), (1, vec!["stale-generated-file"]));
}

#[test]
fn what_branches_say_wrong_keeps_nothing_from_being_compared() {
    let fleet = Fleet::small();
    let list = "environments: [dev, staging, canary, production]";
    let branches = "branches: [{name: main, releases: [dev, staging, canary, production]}]\n";
    fleet.edit("environments/fleet.yaml", list, &format!("{branches}{list}"));
    fleet.commit("Name the branches");
    fleet.edit(
        "environments/fleet.yaml",
        list,
        "environments: [dev, canary, production]",
    );
    let answer = fleet.run(&["diff", "HEAD"]);
    assert_eq!(answer.exit, 1);
    let change = answer.json.to_string();
    assert!(change.contains("\"removed\""), "{change}");
}
