//! `new`: what it writes passes every check at once, and what cannot be started writes nothing.

use expect_test::{Expect, expect};

use super::workbench::Workbench;

/// Runs `new`, then renders what was started; the files written and the objects rendered are as expected.
fn check_started(line: &str, render: &str, objects: &[&str], expected: Expect) {
    let bench = Workbench::of_repository();
    let report = bench.run(&format!("new {line}")).unwrap();
    assert_eq!(report.findings, []);
    expected.assert_eq(&report.text);
    let rendered = bench.run(&format!("render {render}")).unwrap();
    assert_eq!(rendered.findings, []);
    let found = |kind: &&&str| rendered.text.contains(&format!("\nkind: {kind}\n"));
    assert_eq!(objects.iter().filter(found).count(), objects.len(), "{objects:?}");
    assert_eq!(bench.run("render").unwrap().findings, [], "the rest of the fleet");
    assert_eq!(bench.run("generate --check").unwrap().findings, []);
    assert_eq!(report.next.iter().filter(|step| step.contains("generate")).count(), 0);
}

/// Runs `new`, which fails as expected and writes nothing.
fn check_refused(line: &str, expected: Expect) {
    let bench = Workbench::of_repository();
    let before = bench.files();
    let shown = match bench.run(&format!("new {line}")) {
        Ok(report) => {
            let findings = report
                .findings
                .iter()
                .map(|finding| format!("{}: {}\n", finding.rule, finding.message));
            findings.collect::<String>()
        }
        Err(failure) => {
            let hints = failure.hints.iter().map(|hint| format!("{hint}\n"));
            format!("{:?}: {}\n{}", failure.kind, failure.message, hints.collect::<String>())
        }
    };
    expected.assert_eq(&shown);
    assert!(bench.files() == before, "files were written");
}

#[test]
fn an_agent_renders_at_once_where_the_candidate_runs() {
    check_started(
        "agent hello --owner platform --contact #hello",
        "--agent hello",
        &["Deployment", "Service", "ConfigMap", "NetworkPolicy", "Application"],
        expect![[r#"
            wrote .github/CODEOWNERS
            wrote agents/hello/agent.yaml
            wrote agents/hello/contract/0.1.0.schema.json
            wrote agents/hello/prompts/system/0.1.0.prompt
            wrote agents/hello/tools/0.1.0.yaml
            wrote docs/reference/environments.md
            wrote docs/reference/monitoring.md
            wrote docs/runbooks/hello.md
            wrote environments/dev/values/hello.yaml
        "#]],
    );
}

/// As the guide to one's own fleet says: without the example's agents nothing is wrong with the policies, and the first
/// agent's image is where its maker says.
#[test]
fn a_fleet_begins_with_no_agents() {
    let bench = Workbench::of_repository();
    for (path, _) in bench.files() {
        let is_of_agents = path.starts_with("agents/")
            || path.starts_with("environments/blueprints/")
            || ["/values/", "/releases/"]
                .iter()
                .any(|folder| path.starts_with("environments/") && path.contains(folder));
        if is_of_agents {
            bench.remove(&path);
        }
    }
    assert_eq!(
        bench
            .run("policy")
            .unwrap()
            .findings
            .iter()
            .filter(|found| found.waiver.is_none())
            .count(),
        0
    );
    bench.run("generate").unwrap();
    let image = "registry.acme.example/agents/hello";
    assert_eq!(
        bench.run(&format!("new agent hello --image {image}")).unwrap().findings,
        []
    );
    let text = bench.text("agents/hello/agent.yaml").unwrap();
    assert!(text.contains("# No image has this digest"), "{text}");
    assert!(
        text.contains(&format!("    repository: {image}\n    digest: sha256:000000")),
        "{text}"
    );
}

#[test]
fn a_service_has_neither_model_nor_prompts_nor_tools() {
    check_started(
        "agent pay --service",
        "--agent pay",
        &["Deployment", "Service"],
        expect![[r#"
            wrote .github/CODEOWNERS
            wrote agents/pay/agent.yaml
            wrote agents/pay/contract/0.1.0.schema.json
            wrote docs/reference/environments.md
            wrote docs/reference/monitoring.md
            wrote docs/runbooks/pay.md
        "#]],
    );
}

#[test]
fn the_blueprint_decides_the_components() {
    check_started(
        "agent faq --blueprint rag-service",
        "--agent faq",
        &["Deployment", "Service"],
        expect![[r#"
            wrote .github/CODEOWNERS
            wrote agents/faq/agent.yaml
            wrote agents/faq/contract/0.1.0.schema.json
            wrote agents/faq/prompts/system/0.1.0.prompt
            wrote agents/faq/retrieval/0.1.0.yaml
            wrote agents/faq/tools/0.1.0.yaml
            wrote docs/reference/environments.md
            wrote docs/reference/monitoring.md
            wrote docs/runbooks/faq.md
            wrote environments/dev/values/faq.yaml
        "#]],
    );
}

#[test]
fn an_environment_that_follows_releases_starts_empty() {
    check_started(
        "environment qa --after staging",
        "--environment qa",
        &["Namespace", "ResourceQuota", "AppProject"],
        expect![[r#"
            wrote .github/CODEOWNERS
            wrote .github/pull_request_template.md
            wrote .github/workflows/lockstep-hold.yml
            wrote .github/workflows/lockstep-promote.yml
            wrote .github/workflows/lockstep-release.yml
            wrote .github/workflows/lockstep-rollback.yml
            wrote docs/reference/environments.md
            wrote docs/reference/monitoring.md
            wrote environments/fleet.yaml
            wrote environments/qa/environment.yaml
        "#]],
    );
}

#[test]
fn an_environment_that_follows_the_candidate_runs_every_agent() {
    check_started(
        "environment demo --after production --tier dev",
        "--environment demo",
        &["Namespace", "Deployment"],
        expect![[r#"
            wrote .github/CODEOWNERS
            wrote .github/pull_request_template.md
            wrote .github/workflows/lockstep-hold.yml
            wrote .github/workflows/lockstep-promote.yml
            wrote .github/workflows/lockstep-release.yml
            wrote .github/workflows/lockstep-rollback.yml
            wrote docs/reference/environments.md
            wrote docs/reference/monitoring.md
            wrote docs/runbooks/agent-infer.md
            wrote docs/runbooks/agent-router.md
            wrote docs/runbooks/catalog-writer.md
            wrote docs/runbooks/code-review.md
            wrote docs/runbooks/data-query.md
            wrote docs/runbooks/document-summary.md
            wrote docs/runbooks/fraud-screening.md
            wrote docs/runbooks/ledger-service.md
            wrote docs/runbooks/notification-service.md
            wrote docs/runbooks/order-triage.md
            wrote docs/runbooks/returns-assistant.md
            wrote docs/runbooks/support-rag.md
            wrote environments/demo/environment.yaml
            wrote environments/fleet.yaml
        "#]],
    );
}

#[test]
fn what_cannot_be_started_writes_nothing() {
    for (line, expected) in [
        (
            "agent agent-infer",
            expect![[r#"
                Usage: `agents/agent-infer` exists already
                choose another name than `agent-infer` for the new agent, or edit what is there
            "#]],
        ),
        (
            "agent Hello",
            expect![[r#"
            Usage: `Hello` is no agent name: lower-case letters, digits and `-`, a letter first, no `-` last, at most 40 characters
        "#]],
        ),
        (
            "agent hello --blueprint agent-servce",
            expect![[r#"
            Usage: there is no blueprint `agent-servce` for agents
            did you mean `agent-service`?
        "#]],
        ),
        (
            "agent hello --blueprint argocd",
            expect![[r#"
            Usage: there is no blueprint `argocd` for agents
            there is agent-service, internal-service, rag-service
        "#]],
        ),
        (
            "agent hello --image registry.example.com/hello:latest",
            expect![[r#"
            Usage: `registry.example.com/hello:latest` is no image by digest, and no repository
            write `<repository>@sha256:<64 hexadecimal digits>`, or `<repository>` where nothing is built yet
        "#]],
        ),
        (
            "environment dev --after staging",
            expect![[r#"
            Usage: `environments/dev` exists already
            choose another name than `dev` for the new environment, or edit what is there
        "#]],
        ),
        (
            "environment qa --after stagin",
            expect![[r#"
            Usage: there is no environment `stagin`
            did you mean `staging`?
        "#]],
        ),
        (
            "environment blueprints --after staging",
            expect![[r#"
            Usage: `environments/blueprints` exists already
            choose another name than `blueprints` for the new environment, or edit what is there
        "#]],
        ),
        (
            "environment staging-next --after staging",
            expect![[r#"
            reserved-environment: `staging-next` is the name of the proposed branch of `staging`
        "#]],
        ),
        (
            "environment qa --after staging --namespace agent-staging",
            expect![[r#"
                shared-suffix: environments in the namespace `agent-staging` have the same suffix
                namespace-owner: qa and staging all render the namespace `agent-staging`
                namespace-owner: staging and qa all render the namespace `agent-staging`
                shared-suffix: environments in the namespace `agent-staging` have the same suffix
            "#]],
        ),
        (
            "environment emea --after production --follows candidate",
            expect![[r#"
                version-not-admitted: `dev-latest` may not run in an environment of tier `production`
            "#]],
        ),
        (
            "environment perf --after production --namespace Bad_NS",
            expect![[r#"
            invalid-value: `namespace` is wrong: "Bad_NS" does not match "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
        "#]],
        ),
        (
            "agent foo --owner= --contact=",
            expect![[r#"
                Usage: `--owner` is wrong: `` is no team that a code host knows; write `<organisation>/<team>`, without spaces and colons
            "#]],
        ),
    ] {
        check_refused(line, expected);
    }
}

#[test]
fn a_dry_run_shows_the_files_and_writes_none() {
    let bench = Workbench::of_repository();
    let before = bench.files();
    let report = bench.run("new agent hello --dry-run").unwrap();
    assert!(report.text.contains("--- agents/hello/agent.yaml\n"), "{}", report.text);
    assert_eq!(report.result["applied"], false);
    assert!(bench.files() == before);
}

/// The fleet file around the list of environments stays as it is, whatever the list's form.
#[test]
fn the_fleet_keeps_its_formatting() {
    let fleet = Workbench::of_repository().text("environments/fleet.yaml").unwrap();
    let flow = "environments: [dev, staging, canary, production]";
    for (before, after) in [
        (flow, "environments: [dev, staging, qa, canary, production]"),
        (
            "environments: [ dev , \"staging\" , canary, production ] # order",
            "environments: [ dev , \"staging\", qa , canary, production ] # order",
        ),
        (
            "environments:\n  # first\n  - dev\n  -   'staging'   # real models\n  # last\n  - canary\n  - production",
            "environments:\n  # first\n  - dev\n  -   'staging'   # real models\n  -   qa\n  # last\n  - canary\n  - production",
        ),
        (
            "environments:\n- dev\n- staging\n- canary\n- production",
            "environments:\n- dev\n- staging\n- qa\n- canary\n- production",
        ),
        (
            "environments: [dev,\n  staging,\n  canary, production]",
            "environments: [dev,\n  staging, qa,\n  canary, production]",
        ),
    ] {
        let bench = Workbench::of_repository();
        bench.put("environments/fleet.yaml", &fleet.replace(flow, before));
        let report = bench.run("new environment qa --after staging").unwrap();
        assert_eq!(report.findings, []);
        let expected = fleet
            .replace(flow, after)
            .replace(
                "s: [dev, staging, canary, production]",
                "s: [dev, staging, qa, canary, production]",
            )
            .replace("s: [staging]", "s: [staging, qa]");
        assert_eq!(bench.text("environments/fleet.yaml").unwrap(), expected);
    }
}

#[test]
fn a_list_at_the_end_of_the_file_without_a_newline_grows() {
    let bench = Workbench::of_repository();
    let fleet = bench.text("environments/fleet.yaml").unwrap();
    let flow = "environments: [dev, staging, canary, production]\n";
    let list = "\r\nenvironments:\r\n- dev\r\n- staging\r\n- canary\r\n- production";
    let moved = fleet.replace(flow, "").trim_end().to_owned() + list;
    bench.put("environments/fleet.yaml", &moved);
    bench.run("new environment last --after production").unwrap();
    bench.run("new environment qa --after staging").unwrap();
    let expected = moved
        .replace("- staging", "- staging\r\n- qa")
        .replace(
            "s: [dev, staging, canary, production]",
            "s: [dev, staging, qa, canary, production, last]",
        )
        .replace("s: [staging]", "s: [staging, qa]")
        + "\n- last";
    assert_eq!(bench.text("environments/fleet.yaml").unwrap(), expected);
}

#[test]
fn an_environment_is_released_from_the_branches_that_release_the_one_before_it() {
    for (after, expected) in [
        (
            "staging",
            expect![[r#"
                - {name: main, releases: [dev, staging, qa, canary, production]}
                - {name: "release/<version>", releases: [staging, qa]}
            "#]],
        ),
        (
            "production",
            expect![[r#"
                - {name: main, releases: [dev, staging, canary, production, qa]}
                - {name: "release/<version>", releases: [staging]}
            "#]],
        ),
    ] {
        let bench = Workbench::of_repository();
        bench.run(&format!("new environment qa --after {after}")).unwrap();
        let fleet = bench.text("environments/fleet.yaml").unwrap();
        let releasing = fleet.lines().filter(|line| line.contains("releases: ["));
        expected.assert_eq(&releasing.map(|line| format!("{}\n", line.trim())).collect::<String>());
    }
}

#[test]
fn what_somebody_edited_is_left_to_them_with_the_command_that_writes_it_again() {
    let bench = Workbench::of_repository();
    let hold = ".github/workflows/lockstep-hold.yml";
    for path in [".github/CODEOWNERS", hold] {
        bench.put(path, &format!("{}# ours\n", bench.text(path).unwrap()));
    }
    let report = bench.run("new environment qa --after staging").unwrap();
    assert!(bench.text(hold).unwrap().ends_with("# ours\n"));
    assert_eq!(
        report.next[..2],
        ["cargo xtask generate", "cargo xtask new pipeline --ci github --replace"]
    );
}

#[test]
fn an_environment_that_no_branch_releases_is_told() {
    let bench = Workbench::of_repository();
    let path = "environments/fleet.yaml";
    let fleet = bench.text(path).unwrap();
    bench.put(
        path,
        &fleet.replace(
            "releases: [dev, staging, canary, production]",
            "releases: [dev, staging, canary]",
        ),
    );
    let findings = bench.run("render").unwrap().findings;
    let told = findings.iter().find(|finding| finding.rule == "unreleased-environment");
    let told = told.expect("it is told");
    assert!(!told.is_error());
    expect!["no entry of `branches:` releases `production`, so nobody can release it"].assert_eq(&told.message);
    let place = told.location.as_ref().map(|place| (place.line, place.column));
    assert_eq!(place, Some((7, 38)));
    let report = bench.run("new environment more --after production").unwrap();
    assert!(report.text.contains("wrote"), "a warning stops nothing");
}

#[test]
fn errors_elsewhere_stand_in_nobodys_way_and_are_counted() {
    let bench = Workbench::of_repository();
    bench.put("environments/dev/values/code-review.yaml", "valeus: {}\n");
    for line in [
        "new agent hello --dry-run",
        "new agent hello",
        "new environment qa --after staging",
    ] {
        let report = bench.run(line).unwrap();
        assert_eq!(report.exit_code(), 0, "{line}");
        expect!["the fleet had 1 error before, none of them of what is new: `cargo xtask validate` names them"]
            .assert_eq(&report.notes.join("\n"));
    }
}
