//! Cases that need tools which an environment does not enable.

use expect_test::expect;
use xtask::report::Report;

use crate::workbench::Workbench;

fn unasked(report: &Report) -> String {
    let findings = report.findings.iter().filter(|finding| finding.rule == "not-evaluated");
    let lines = findings.map(|finding| {
        let place = finding.location.as_ref().unwrap();
        format!(
            "{:?} {}:{} {}\n",
            finding.severity, place.file, place.line, finding.message
        )
    });
    lines.collect()
}

#[test]
fn they_are_not_asked_and_the_others_are() {
    let bench = Workbench::of_repository();
    let report = bench.run("evaluate support-rag --environment dev").unwrap();
    expect![[r#"
        Warning environments/dev/values/support-rag.yaml:4 `dev` does not enable `create_ticket`: 5 cases need it and were not evaluated
    "#]]
    .assert_eq(&unasked(&report));
    let summary = &report.result["evaluations"][0]["summary"];
    assert_eq!((&summary["total"], &summary["notEvaluated"]), (&19.into(), &5.into()));
    let is_refused = |rule: &str| rule == "missing-tool";
    assert!(!report.findings.iter().any(|finding| is_refused(&finding.rule)));
}

#[test]
fn they_are_no_pass() {
    let bench = Workbench::of_repository();
    let report = bench.run("evaluate agent-infer --environment staging").unwrap();
    let evaluation = &report.result["evaluations"][0];
    assert_eq!(
        (&evaluation["verdict"]["outcome"], report.exit_code()),
        (&"incomplete".into(), 0)
    );
    let report = bench
        .run("evaluate agent-infer --environment staging --strict")
        .unwrap();
    assert_eq!(report.exit_code(), 1);
    expect![[r#"
        Error environments/staging/environment.yaml:65 `staging` does not enable `database_query`: 1 cases need it and were not evaluated
    "#]]
    .assert_eq(&unasked(&report));
}

#[test]
fn an_assertion_that_no_call_was_made_is_not_held_for_lack_of_the_tool() {
    let bench = Workbench::of_repository();
    let suite = "agents/support-rag/regression/cases/answer.yaml";
    let text = bench.text(suite).unwrap();
    let never = "assert:\n  - {type: not-trajectory:tool-used, value: create_ticket}\n";
    bench.put(suite, &text.replacen("assert:\n", never, 1));
    let report = bench.run("evaluate support-rag --environment dev").unwrap();
    assert_eq!(report.result["evaluations"][0]["summary"]["notEvaluated"], 19);
}
