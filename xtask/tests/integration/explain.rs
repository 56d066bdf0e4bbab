//! `explain rule`, `explain field` and `explain command`, and the manual pages.

use expect_test::{Expect, expect};
use lockstep::reference::rules;

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
    let bench = Workbench::of_repository();
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
