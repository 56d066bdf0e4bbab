//! Cases that any answer passes or none can, and parts that ask for what cannot be.

use expect_test::{Expect, expect};
use xtask::report::Report;

use crate::workbench::Workbench;

const HEAD: &str = "\
prompt: answer
userVariable: question
vars: {customer: {firstName: Ada, locale: en, tier: standard}, articles: []}
";

/// The findings of one rule with their lines.
pub(super) fn told(report: &Report, rule: &str) -> String {
    let findings = report.findings.iter().filter(|finding| finding.rule == rule);
    let told = findings.map(|finding| {
        let place = finding.location.as_ref().unwrap();
        format!("{}:{} {}\n", place.line, place.column, finding.message)
    });
    told.collect()
}

/// A suite of the support agent with these lines behind its head.
pub(super) fn suite(lines: &str) -> Report {
    let bench = Workbench::of_repository();
    bench.put(
        "agents/support-rag/regression/cases/more.yaml",
        &format!("{HEAD}{lines}"),
    );
    bench.run("evaluate support-rag").unwrap()
}

#[test]
fn a_bound_that_every_answer_keeps_says_nothing() {
    let asserted = |id: &str, assertion: &str| format!("  - {{id: {id}, userInput: Hello, assert: [{assertion}]}}\n");
    let anyway = [
        (
            "set",
            "{type: assert-set, threshold: 0, assert: [{type: equals, value: x}]}",
        ),
        (
            "weightless-set",
            "{type: assert-set, assert: [{type: equals, value: x, weight: 0}]}",
        ),
        ("tools", "{type: tool-call-f1, value: [search], threshold: 0}"),
        ("bleu", "{type: bleu, value: some words, threshold: 0}"),
        ("gleu", "{type: gleu, value: some words, threshold: 0}"),
        ("meteor", "{type: meteor, value: some words, threshold: 0}"),
        ("rouge", "{type: rouge-n, value: some words, threshold: 0}"),
        ("steps", "{type: trajectory:step-count, value: {min: 0}}"),
        ("words", "{type: word-count, value: {min: 0}}"),
    ];
    let holding = [
        (
            "set-1",
            "{type: assert-set, threshold: 0.5, assert: [{type: equals, value: x}]}",
        ),
        ("bleu-1", "{type: bleu, value: some words, threshold: 0.1}"),
        ("steps-1", "{type: trajectory:step-count, value: {min: 0, max: 3}}"),
    ];
    let cases = anyway.iter().chain(&holding).map(|(id, said)| asserted(id, said));
    let report = suite(&format!("cases:\n{}", cases.collect::<String>()));
    let unchecked = told(&report, "unchecked-case");
    let names: Vec<_> = unchecked.lines().filter_map(|line| line.split('`').nth(1)).collect();
    assert_eq!(names, anyway.map(|(id, _)| id));
}

#[test]
fn how_long_an_answer_takes_says_nothing_of_it() {
    let with = |assertions: &str| {
        suite(&format!(
            "assert: [{assertions}]\ncases:\n  - {{id: nothing, userInput: Hello}}\n"
        ))
    };
    let time = "{type: latency, threshold: 60000}, {type: cost, threshold: 9}";
    let report = with(time);
    expect![[r#"
        6:10 `nothing` passes whatever is answered
    "#]]
    .assert_eq(&told(&report, "unchecked-case"));
    let report = with(&format!("{time}, {{type: not-contains, value: no such word}}"));
    assert_eq!(told(&report, "unchecked-case"), "");
}

#[test]
fn a_case_has_an_id_and_words_that_can_be_filled() {
    let report = suite(
        "\
cases:
  - {id: '', userInput: Hello, forbiddenKeywords: [no such word]}
  - id: filled
    userInput: Hello
    expectedResponseKeywords: ['{{customer.firstName}}']
    forbiddenKeywords: ['{{question}}', '{{nobody}}']
",
    );
    expect![[r#"
        5:10 the id of a case is blank
        9:41 `{{nobody}}`: there is no input `nobody`
    "#]]
    .assert_eq(&told(&report, "invalid-value"));
}

#[test]
fn a_case_for_a_version_that_nobody_wrote_is_told_as_such() {
    let report = suite(
        "cases:\n  - {id: later, userInput: Hello, forbiddenKeywords: [no such word], systemPromptVersion: 9.0.0}\n",
    );
    let finding = report.findings.iter().find(|one| one.rule == "unchecked-case").unwrap();
    expect![[r#"
        `later` is for `answer` 9.0.0, which nobody wrote
        write that version of the prompt, or mend `systemPromptVersion`: until then nobody is asked"#]]
    .assert_eq(&format!("{}\n{}", finding.message, finding.help.as_deref().unwrap()));
    let reasons = report.result["evaluations"][0]["verdict"]["reasons"].to_string();
    expect![[r#"["1 case for a version that nobody wrote"]"#]].assert_eq(&reasons);
}

#[test]
fn a_judge_that_gives_no_score_takes_away_nothing_that_is_known() {
    let bench = Workbench::of_repository();
    let edit = |path: &str, from: &str, to: &str| {
        let text = bench.text(path).unwrap();
        assert!(text.contains(from), "`{from}` in `{path}`");
        bench.put(path, &text.replace(from, to));
    };
    edit("agents/order-triage/regression/mock.yaml", "score: 0.9", "score: high");
    let cases = "agents/order-triage/regression/cases/triage.yaml";
    edit(cases, "[reship, arranging]", "[reship, no such word]");
    bench.put("agents/order-triage/regression/cassettes/triage.jsonl", "");
    let report = bench.run("evaluate order-triage --case lost-parcel").unwrap();
    let failure = &report.result["evaluations"][0]["failures"][0];
    let violations = failure["violations"].as_array().unwrap();
    let kinds: Vec<_> = violations
        .iter()
        .map(|one| one["assertion"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["expectedResponseKeywords", "not judged"]);
    assert_eq!(failure["outcome"], "error");
    let preview = failure["responsePreview"].as_str().unwrap();
    assert!(preview.contains("reship") && !preview.contains("high"), "{preview}");
}

/// Puts a file of the support agent, and shows what is wrong where it runs.
fn parts(path: &str, from: &str, to: &str, rule: &str, expected: Expect) {
    let bench = Workbench::of_repository();
    let new = format!("agents/support-rag/{path}");
    let text = bench.text(&new).unwrap();
    assert!(text.contains(from), "`{from}` in `{path}`:\n{text}");
    let folder = new.rsplit_once('/').unwrap().0;
    bench.put(&format!("{folder}/9.0.0.yaml"), &text.replacen(from, to, 1));
    let report = bench.run("render --environment dev").unwrap();
    expected.assert_eq(&told(&report, rule));
}

#[test]
fn what_a_tool_requires_it_takes() {
    parts(
        "tools/1.1.0.yaml",
        "required: [",
        "required: [nope, ",
        "invalid-value",
        expect![[r#"
            9:18 `search` requires `nope`, which is no property and which `additionalProperties: false` refuses
        "#]],
    );
}

#[test]
fn an_index_is_cut_into_chunks_that_lead_on_and_has_a_day() {
    let path = "retrieval/3.1.0.yaml";
    parts(
        path,
        "overlap: 48",
        "overlap: 320",
        "invalid-value",
        expect![[r#"
        12:12 neighbours share 320 tokens of chunks of 320, so no chunk leads on
    "#]],
    );
    parts(
        path,
        "\"2026-02-09T03:41:00Z\"",
        "yesterday",
        "invalid-value",
        expect![[r#"
            8:10 `yesterday` is neither a time nor a day
        "#]],
    );
    parts(
        path,
        "\"2026-02-09T03:41:00Z\"",
        "\"2026-02-09\"",
        "invalid-value",
        expect![""],
    );
}

#[test]
fn what_an_environment_forbids_has_no_way_around() {
    let bench = Workbench::of_repository();
    let tools = "agents/order-triage/tools/2.0.0.yaml";
    let text = bench.text(tools).unwrap();
    let beside = text.replace("cidr: 203.0.113.192/28", "cidr: 203.0.113.192/28, namespace: commerce");
    let open = beside.replace("[stock:read]", "['*']");
    assert!(beside != text && open != beside);
    bench.put(tools, &open);
    let environment = "environments/canary/environment.yaml";
    let text = bench.text(environment).unwrap();
    let limits = "modelLimits: {publicEgress: false, forbiddenPermissions: ['payments:*'], ";
    assert!(text.contains("modelLimits: {"));
    bench.put(environment, &text.replacen("modelLimits: {", limits, 1));
    let report = bench.run("render --environment canary").unwrap();
    let told = report.findings.iter().filter(|one| one.rule == "forbidden-tool");
    let told = told.filter(|one| one.unit.as_deref() == Some("canary/order-triage"));
    let told: Vec<_> = told.map(|one| one.message.as_str()).collect();
    expect![[r#"
        `order_status` connects to an address outside the cluster, which is forbidden here
        `stock_level` has the permission `*`, which is forbidden here"#]]
    .assert_eq(&told.join("\n"));
}
