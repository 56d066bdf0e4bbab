//! Cases from other tools, from production, and drafts.

use crate::workbench::Workbench;

#[test]
fn a_promptfoo_file_comes_in_and_what_it_cannot_say_here_is_refused() {
    let bench = Workbench::of_repository();
    bench.put(
        "promptfooconfig.yaml",
        "\
description: mine
assertionTemplates:
  short: {type: word-count, value: {max: 60}}
defaultTest:
  vars: {channel: chat, signedIn: true, agents: []}
  assert: [{$ref: '#/assertionTemplates/short'}]
tests:
  - description: Goods back
    vars: {message: [I want to send it back, How do I return it]}
    assert: [{type: icontains, value: returns-assistant}, {type: javascript, value: 'true'}]
  - file://more.yaml
",
    );
    let report = bench
        .run("evaluate agent-router --import promptfooconfig.yaml")
        .unwrap();
    let places: Vec<_> = report
        .findings
        .iter()
        .map(|finding| (finding.location.as_ref().unwrap().line, finding.message.as_str()))
        .collect();
    assert_eq!(
        places,
        [
            (
                10,
                "assertions of type `javascript` are not supported: no code of a suite is run"
            ),
            (11, "tests in other files are not read")
        ]
    );
    let suite = bench
        .text("agents/agent-router/regression/cases/promptfooconfig.yaml")
        .unwrap();
    assert_eq!(suite.matches("- id: goods-back").count(), 2);
    let report = bench.run("evaluate agent-router").unwrap();
    assert_eq!(report.exit_code(), 1, "what is not supported is not passed");
}

#[test]
fn a_suite_goes_out_and_comes_back() {
    let bench = Workbench::of_repository();
    let report = bench.run("evaluate support-rag --export answer").unwrap();
    bench.put("out.yaml", &report.text);
    let back = bench
        .run("evaluate support-rag --import out.yaml --prompt answer")
        .unwrap();
    assert_eq!(back.result["cases"], 19);
    let lost: Vec<&str> = back.findings.iter().map(|finding| finding.message.as_str()).collect();
    assert!(lost.is_empty(), "{lost:?}");
}

#[test]
fn a_sample_becomes_a_case_once_and_tells_nobody_who_it_was() {
    let bench = Workbench::of_repository();
    let sample = r#"{"userInput": "My name is Ada Lovelace, ada@love.org, key sk-abcdefghijklmnop1234. Where is HL-2291043?",
        "expectedTools": ["order_status"], "forbiddenKeywords": ["tomorrow"]}"#;
    bench.put("trace.json", sample);
    let line = "retro add trace.json --agent support-rag --prompt answer --incident 2026-014";
    let report = bench.run(line).unwrap();
    assert_eq!(report.result["case"]["origin"], "incident/2026-014");
    let text = bench
        .text("agents/support-rag/regression/cases/incidents-answer.yaml")
        .unwrap();
    let text = text.split_once("\ncases:").unwrap().1;
    assert!(
        !text.contains("Ada") && !text.contains("love.org") && !text.contains("sk-abc"),
        "{text}"
    );
    bench.put("trace.json", &sample.replace("Where is", "where  IS"));
    assert_eq!(bench.run(line).unwrap().result["written"], false);
    let report = bench.run("evaluate support-rag").unwrap();
    assert_eq!(report.result["evaluations"][0]["summary"]["total"], 20);
}

#[test]
fn drafts_call_refuse_and_fail_every_tool() {
    let report = Workbench::of_repository()
        .run("evaluate order-triage --draft --risk refunds")
        .unwrap();
    for id in [
        "order_status-called",
        "stock_level-refused",
        "propose_action-failing",
        "injection-role",
        "risk-refunds",
    ] {
        assert!(report.text.contains(&format!("id: draft-{id}\n")), "{id}");
    }
}

#[test]
fn a_suite_of_the_format_is_run() {
    let bench = Workbench::of_repository();
    bench.put(
        "spec/a.yaml",
        "- name: hello\n  template: 'Hello {{name}}'\n  tests:\n    - desc: says it\n      data: {input: {name: Ada}}\n      \
         expect: {messages: [{role: user, content: [{text: Hello Ada}]}]}\n    - desc: fails\n      expect: {messages: []}\n",
    );
    let report = bench.run("prompts conformance spec").unwrap();
    assert_eq!(report.text.lines().last(), Some("1 passed, 1 failed"));
    assert_eq!(report.findings[0].rule, "failed-conformance");
}
