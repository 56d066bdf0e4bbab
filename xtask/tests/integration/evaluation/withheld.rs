//! Cases that need tools which an environment does not enable, and those that only forbid them.

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
fn they_do_not_count_and_the_others_do() {
    let bench = Workbench::of_repository();
    let report = bench.run("evaluate support-rag --environment dev").unwrap();
    expect![[r#"
        Warning environments/dev/values/support-rag.yaml:4 `dev` does not enable `create_ticket`: 5 cases need it and do not count there
    "#]]
    .assert_eq(&unasked(&report));
    let summary = &report.result["evaluations"][0]["summary"];
    assert_eq!((&summary["total"], &summary["withheld"]), (&15.into(), &5.into()));
    let is_refused = |rule: &str| rule == "missing-tool";
    assert!(!report.findings.iter().any(|finding| is_refused(&finding.rule)));
}

#[test]
fn they_are_told_where_it_counts_and_refuse_nothing() {
    let bench = Workbench::of_repository();
    let report = bench
        .run("evaluate agent-infer --environment staging --strict")
        .unwrap();
    assert_eq!(report.result["evaluations"][0]["verdict"]["outcome"], "passed");
    assert_eq!(report.exit_code(), 0);
    expect![[r#"
        Warning environments/staging/environment.yaml:65 `staging` does not enable `database_query`: 2 cases need it and do not count there
        Warning environments/staging/environment.yaml:65 `staging` does not enable `file_read`: 2 cases need it and do not count there
    "#]]
    .assert_eq(&unasked(&report));
}

#[test]
fn without_any_other_case_nothing_speaks_for_it() {
    let bench = Workbench::of_repository();
    let suite = "agents/support-rag/regression/cases/answer.yaml";
    let text = bench.text(suite).unwrap();
    let used = "assert:\n  - {type: trajectory:tool-used, value: create_ticket}\n";
    bench.put(suite, &text.replacen("assert:\n", used, 1));
    let report = bench.run("evaluate support-rag --environment dev").unwrap();
    let verdict = &report.result["evaluations"][0]["verdict"];
    assert_eq!((&verdict["outcome"], report.exit_code()), (&"failed".into(), 1));
    let summary = &report.result["evaluations"][0]["summary"];
    assert_eq!((&summary["total"], &summary["withheld"]), (&0.into(), &20.into()));
}

/// How many cases of a suite that asserts this of each of them are left out.
fn left_out(assertion: &str) -> u64 {
    let bench = Workbench::of_repository();
    let suite = "agents/support-rag/regression/cases/answer.yaml";
    let text = bench.text(suite).unwrap();
    bench.put(
        suite,
        &text.replacen("assert:\n", &format!("assert:\n  - {assertion}\n"), 1),
    );
    let report = bench.run("evaluate support-rag --environment dev").unwrap();
    let summary = &report.result["evaluations"][0]["summary"];
    summary["withheld"].as_u64().unwrap()
}

#[test]
fn that_a_tool_is_not_called_is_judged_without_it_too() {
    for (assertion, count) in [
        ("{type: not-trajectory:tool-used, value: create_ticket}", 5),
        ("{type: trajectory:step-count, value: {name: create_ticket, max: 0}}", 5),
        (
            "{type: trajectory:step-count, value: {name: create_ticket, min: 1}}",
            20,
        ),
        (
            "{type: not-trajectory:step-count, value: {name: create_ticket, max: 0}}",
            20,
        ),
        (
            "{type: not-trajectory:tool-sequence, value: [search, create_ticket]}",
            5,
        ),
    ] {
        assert_eq!(left_out(assertion), count, "{assertion}");
    }
}
