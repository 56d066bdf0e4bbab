//! `explain rule`, `explain field` and `explain command`, and the manual pages.

use expect_test::{Expect, expect};
use lockstep::reference::{example, rules, told};

use super::pipelines::unknown_commands;
use super::workbench::Workbench;

fn check(line: &str, expected: Expect) {
    let text = match Workbench::of_repository().run(line) {
        Ok(report) => report.text,
        Err(failure) => format!("failed: {}\n{}\n", failure.message, failure.hints.join("\n")),
    };
    expected.assert_eq(&format!("$ {line}\n{text}"));
}

#[test]
fn every_rule_can_be_explained() {
    let bench = Workbench::of(std::iter::empty());
    for rule in rules() {
        let report = bench.run(&format!("explain rule {}", rule.id)).unwrap();
        assert!(
            report.text.contains(rule.reason) && report.text.contains(rule.remedy),
            "{}",
            rule.id
        );
    }
    check(
        "explain rule unknown-kye",
        expect![[r#"
        $ explain rule unknown-kye
        failed: there is no rule `unknown-kye`
        did you mean `unknown-key`?
        `docs/reference/findings.md` has all of them
    "#]],
    );
}

#[test]
fn every_rule_has_an_example_that_can_be_typed() {
    let mut ids: Vec<&str> = told().map(|(id, _)| id).collect();
    for id in &ids {
        assert!(
            rules().iter().any(|rule| rule.id == *id && rule.example.is_none()),
            "{id}"
        );
    }
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);
    let mut wrong = Vec::new();
    for rule in rules() {
        let Some(shown) = example(rule) else {
            wrong.push(format!("{} has no example", rule.id));
            continue;
        };
        if shown.bad.is_empty() || shown.good.is_empty() || shown.bad == shown.good {
            wrong.push(format!("{} does not show what is wrong and what is right", rule.id));
        }
        let typed = shown
            .bad
            .lines()
            .chain(shown.good.lines())
            .filter(|line| line.starts_with("$ "));
        for line in typed {
            wrong.extend(
                unknown_commands(line)
                    .into_iter()
                    .map(|what| format!("{}: {what}", rule.id)),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_that_is_listed_is_one_that_is_told() {
    let listed = Workbench::of_repository().run("policy list").unwrap();
    let own = listed.result["entries"].as_array().unwrap();
    let own: Vec<&str> = own
        .iter()
        .filter(|entry| entry["by"] == "tool")
        .filter_map(|entry| entry["rule"].as_str())
        .collect();
    assert!(own.contains(&"open-pod") && own.contains(&"fixed-replicas"), "{own:?}");
    for id in own {
        assert!(rules().iter().any(|rule| rule.id == id), "{id}");
    }
}

#[test]
fn every_word_of_an_answer_can_be_explained() {
    let bench = Workbench::of_repository();
    let words = [
        "0",
        "1",
        "2",
        "3",
        "4",
        "101",
        "usage",
        "hold",
        "disk",
        "race",
        "outside",
        "unit_test",
        "security_scan",
        "low",
        "high",
        "error",
        "warning",
        "watching",
        "rollbacked",
        "incomplete",
        "promotion",
        "canary",
        "blue-green",
        "dev-latest",
        "evidence",
        "verdict",
        "waived",
        "folded",
        "override",
        "_environment",
        "lockstep.dev/tuple",
        "LOCKSTEP_KEY_PASSPHRASE",
        "sarif",
        "rolled-back",
        "tuple",
        "unpinned-image",
        "release",
        "agent",
        "passed",
    ];
    for word in words {
        let report = bench.run(&format!("explain word {word}")).unwrap();
        assert!(report.text.contains(word), "{word}");
    }
    for meaning in lockstep::reference::words() {
        assert!(
            meaning.meaning.ends_with('.') || meaning.meaning.ends_with('`'),
            "{meaning:?}"
        );
    }
    check(
        "explain word hold",
        expect![[r#"
        $ explain word hold
        hold: a word of the design
          A recorded stop: nothing but a person's `resume` releases that unit again.
        hold: a kind of failure, with exit code 3
          Something is held.
        hold: a command
          Stop releases of an agent to an environment
        hold: a kind of file, or a key of one
          A hold: nothing releases the unit until someone resumes it.
    "#]],
    );
    check(
        "explain word blueGreen",
        expect![[r#"
        $ explain word blueGreen
        blue-green: a strategy of a rollout
          A Rollout with an active and a preview side.
    "#]],
    );
    check(
        "explain word raze",
        expect![[r#"
        $ explain word raze
        failed: there is no word `raze`
        did you mean `race`?
    "#]],
    );
}

#[test]
fn rules_of_policies_are_explained_like_those_of_the_tool() {
    check(
        "explain rule host-port",
        expect![[r#"
        $ explain rule host-port
        host-port

        Why: a port of the node is reachable past every network policy, and only one pod a node can have it
        Do: take `hostPort` out, and use a Service

        Breaks it:
            ports: [{containerPort: 8080, hostPort: 80}]
        Mended:
            ports: [{containerPort: 8080}]

        Severity: medium; in dev warning, elsewhere error
        Serves: pss/baseline, cis/5.2.13
        Read more: https://kubernetes.io/docs/concepts/security/pod-security-standards/
        Needs Kubernetes: 1.30
        File: policies/admission/host-port.yaml

        Has to hold:
            variables.faulty.size() == 0
    "#]],
    );
    check(
        "explain rule host-prot",
        expect![[r#"
        $ explain rule host-prot
        failed: there is no rule `host-prot`
        did you mean `host-port`?
        `docs/reference/findings.md` has all of them
    "#]],
    );
    let bench = Workbench::of_repository();
    let one = |line: &str| bench.run(line).unwrap().text;
    assert_eq!(one("explain rule host-port"), one("policy explain host-port"));
    assert_eq!(one("explain rule unpinned-image"), one("policy explain unpinned-image"));
    let page = bench.text("docs/reference/findings.md").unwrap();
    assert!(page.contains("| `host-port` |"));
}

#[test]
fn a_kind_of_file_that_is_not_there_is_answered_by_those_that_are() {
    check(
        "explain field prompt",
        expect![[r#"
        $ explain field prompt
        failed: there is no kind of file `prompt`
        there is agent, blueprint, environment, environment-values, evaluation, fleet, hold, mock, models, release, retrieval, suite, tools, trust, values, waiver, context, fleet-context, hydrator-metadata, inventory, ledger-event, release-log, retrospective, sla-result, tuple-record, version-metadata
    "#]],
    );
}

#[test]
fn keys_of_files() {
    check(
        "explain field agent.candidate.model.temperature",
        expect![[r#"
        $ explain field agent.candidate.model.temperature
        agent.candidate.model.temperature: number, 0 to 2
          Sampling temperature, from 0 to 2.

        schemas/agent.schema.json
    "#]],
    );
    check(
        "explain field environment.cluster",
        expect![[r#"
        $ explain field environment.cluster
        environment.cluster: section
          The cluster that it is in.

          key      holds  meaning
          name     text   Its name in Argo CD
          region   text   The region that it is in
          server   text   Its API server's address, for example `https://kubernetes.default.svc`
          version  text   Its Kubernetes version, `1.33` to `1.37`

        schemas/environment.schema.json
    "#]],
    );
    check(
        "explain field agent.dependencies.port",
        expect![[r#"
        $ explain field agent.dependencies.port
        agent.dependencies.port: integer or nothing, from 1
          The TCP port of an external service.

        schemas/agent.schema.json
    "#]],
    );
    check(
        "explain field agent.candidat",
        expect![[r#"
        $ explain field agent.candidat
        failed: there is no key of `agent` called `candidat`
        did you mean `candidate`?
    "#]],
    );
    check(
        "explain field agnt",
        expect![[r#"
        $ explain field agnt
        failed: there is no kind of file `agnt`
        did you mean `agent`?
    "#]],
    );
}

#[test]
fn commands() {
    let report = Workbench::of_repository().run("explain command new agent").unwrap();
    assert!(report.text.contains("Usage: cargo xtask new agent"), "{}", report.text);
    check(
        "explain command nwe",
        expect![[r#"
        $ explain command nwe
        failed: there is no command `nwe`
        did you mean `new`?
    "#]],
    );
}

#[test]
fn a_manual_page_for_every_command() {
    let bench = Workbench::of_repository();
    let report = bench.run("man pages").unwrap();
    assert!(report.result["pages"].as_array().unwrap().len() > 15);
    let page = bench.text("pages/cargo-xtask-new-agent.1").unwrap();
    assert!(page.contains(".TH cargo-xtask-new-agent 1"), "{page}");
}

#[test]
fn a_policy_that_has_the_name_of_a_rule_of_the_tool_is_told_beside_it() {
    let bench = Workbench::of_repository();
    let policy = bench.text("policies/admission/host-port.yaml").unwrap();
    bench.put(
        "policies/admission/ours.yaml",
        &policy.replace("host-port", "leaked-secret"),
    );
    let report = bench.run("policy explain leaked-secret").unwrap();
    expect![[r#"
        leaked-secret
          something looks like a secret in files that everyone with access to the repository can read, now and in its history
          revoke it, take it out, and name a Secret that something outside of git makes

        wrong
          env: { DATABASE_PASSWORD: hunter2-9f3b }

        right
          secrets:
            - { env: DATABASE_PASSWORD, secret: database, key: password }

        docs/reference/findings.md

        The tree has a policy of the same name:

        leaked-secret

        Why: a port of the node is reachable past every network policy, and only one pod a node can have it
        Do: take `hostPort` out, and use a Service

        Breaks it:
            ports: [{containerPort: 8080, hostPort: 80}]
        Mended:
            ports: [{containerPort: 8080}]

        Severity: medium; in dev warning, elsewhere error
        Serves: pss/baseline, cis/5.2.13
        Read more: https://kubernetes.io/docs/concepts/security/pod-security-standards/
        Needs Kubernetes: 1.30
        File: policies/admission/ours.yaml

        Has to hold:
            variables.faulty.size() == 0
    "#]].assert_eq(&report.text);
    assert_eq!(report.result["rule"], "leaked-secret");
    assert_eq!(report.result["policies"][0]["file"], "policies/admission/ours.yaml");
}
