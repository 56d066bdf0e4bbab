//! Drafts of cases: what they are about, and that they count for nothing until somebody completed them.

use std::collections::BTreeSet;

use expect_test::expect;
use xtask::failure::FailureKind;

use crate::fleet::Fleet;
use crate::workbench::Workbench;

#[test]
fn drafts_call_refuse_and_fail_every_tool() {
    let bench = Workbench::of_repository();
    let report = bench
        .run("evaluate order-triage --draft --risk refunds --risk Refunds --risk returns,again")
        .unwrap();
    for id in [
        "order_status-called",
        "stock_level-refused",
        "propose_action-failing",
        "injection-role",
        "answer-without-cause",
        "answer-without-customerMessage",
        "risk-refunds",
        "risk-returns-again",
        "risk-a-customer-learns-of-a-fraud-check",
    ] {
        assert_eq!(report.text.matches(&format!("id: draft-{id}\n")).count(), 1, "{id}");
    }
    // what a person completes is a suite
    bench.put("agents/order-triage/regression/cases/drafts.yaml", &report.text);
    let report = bench.run("evaluate order-triage").unwrap();
    let rules: BTreeSet<_> = report.findings.iter().map(|finding| &*finding.rule).collect();
    assert!(
        !rules.contains("unreadable-file") && !rules.contains("duplicate-case"),
        "{rules:?}"
    );
}

#[test]
fn a_draft_leaves_empty_only_what_the_prompt_takes_empty() {
    let bench = Workbench::of_repository();
    let report = bench.run("evaluate support-rag --draft --prompt answer").unwrap();
    let cases = report.result["suite"]["cases"].as_array().unwrap();
    let case = cases
        .iter()
        .find(|case| case["id"] == "draft-without-customer")
        .unwrap();
    // `tier` is one of two words
    expect![[r#"{"customer":{"firstName":"","locale":"","tier":"standard"}}"#]].assert_eq(&case["vars"].to_string());
    bench.put("agents/support-rag/regression/cases/drafts.yaml", &report.text);
    let report = bench.run("evaluate support-rag").unwrap();
    let wrong = report.findings.iter().find(|finding| finding.rule == "invalid-value");
    assert_eq!(wrong, None);
}

#[test]
fn fields_of_an_answer_are_drafted_as_deep_as_they_go_and_not_what_the_service_adds() {
    let report = Workbench::of_repository()
        .run("evaluate fraud-screening --draft")
        .unwrap();
    let suite = &report.result["suite"];
    let ids: Vec<&str> = suite["cases"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|case| case["id"].as_str())
        .collect();
    let fields: Vec<&str> = ids
        .iter()
        .filter_map(|id| id.strip_prefix("draft-answer-without-"))
        .collect();
    expect![[r#"["decision", "reasons", "reasons-code", "reasons-text", "reasons-weight", "score"] contract: null"#]]
        .assert_eq(&format!("{fields:?} contract: {}", suite["contract"]));
}

#[test]
fn drafts_are_of_a_prompt_and_an_input_that_the_agent_has() {
    let bench = Workbench::of_repository();
    for line in ["--prompt nope", "--user-variable nope"] {
        let line = format!("evaluate order-triage --draft {line}");
        assert_eq!(bench.run(&line).unwrap_err().kind, FailureKind::Usage, "{line}");
    }
}

const SUITE: &str = "agents/agent-router/regression/cases/drafts.yaml";

#[test]
fn a_draft_is_told_and_counts_for_nothing() {
    let bench = Workbench::of_repository();
    let asked = |line: &str| bench.run(line).unwrap().result["evaluations"][0].clone();
    let before = asked("evaluate agent-router");
    let report = bench.run("evaluate agent-router --draft").unwrap();
    assert_eq!(report.result["suite"]["userVariable"], "message");
    bench.put(SUITE, &report.text);
    let drafts = report.result["cases"].as_u64().unwrap();
    for line in ["evaluate agent-router", "evaluate agent-router --strict"] {
        let report = bench.run(line).unwrap();
        assert_eq!(report.exit_code(), 0, "{line}");
        let told: Vec<_> = report.findings.iter().filter(|one| one.rule == "draft-case").collect();
        assert_eq!(told.len() as u64, drafts, "{line}");
        let place = told[0].location.as_ref().unwrap();
        let id = told[0].message.split('`').nth(1).unwrap();
        let text = bench.text(SUITE).unwrap();
        assert_eq!(
            text.lines().nth(place.line - 1).unwrap().trim(),
            format!("- id: {id}"),
            "{line}"
        );
    }
    let after = asked("evaluate agent-router");
    for key in ["total", "passed", "passRate"] {
        assert_eq!(after["summary"][key], before["summary"][key], "{key}");
    }
    assert_eq!(after["summary"]["skipped"], drafts);
    // they are none of the cases that are asked for
    let report = bench.run(&format!(
        "evaluate agent-router --least-cases {}",
        before["summary"]["total"].as_u64().unwrap() + 1
    ));
    assert_eq!(report.unwrap().exit_code(), 1);
    // alone they are no cases
    bench.remove("agents/agent-router/regression/cases/route.yaml");
    let report = bench.run("evaluate agent-router").unwrap();
    assert_eq!(report.exit_code(), 1);
    assert!(report.text.contains("there are no cases"), "{}", report.text);
}

#[test]
fn a_draft_is_a_case_once_its_tag_is_gone() {
    let bench = Workbench::of_repository();
    let draft = "prompt: route\nuserVariable: message\nvars: {channel: chat, signedIn: true, agents: []}\ncases:\n- id: mine\n  userInput: Where is it?\n  forbiddenKeywords: [xyz]\n";
    bench.put(SUITE, &format!("{draft}  tags: [draft, risk]\n"));
    let total = |bench: &Workbench| {
        bench.run("evaluate agent-router").unwrap().result["evaluations"][0]["summary"]["total"].as_u64()
    };
    let before = total(&bench).unwrap();
    bench.put(SUITE, draft);
    assert_eq!(total(&bench), Some(before + 1));
}

#[test]
fn a_draft_asks_by_the_input_that_the_suites_of_its_prompt_ask_by() {
    let bench = Workbench::of_repository();
    let drafted =
        |line: &str| bench.run(&format!("evaluate {line} --draft")).unwrap().result["suite"]["userVariable"].clone();
    assert_eq!(drafted("agent-router"), "message");
    assert_eq!(drafted("agent-router --user-variable channel"), "channel");
    // several inputs, and no suite that says which
    bench.remove("agents/agent-router/regression/cases/route.yaml");
    assert_eq!(drafted("agent-router"), serde_json::Value::Null);
    // the only text that nothing else gives
    let (agent, key) = ("agents/support-rag/agent.yaml", "    rewrite-query: ");
    let text = bench.text(agent).unwrap();
    bench.put(agent, &text.replacen(key, &format!("    one: 1.0.0\n{key}"), 1));
    for (schema, expected) in [
        ("question: string, tone?: string", "question".into()),
        ("question: integer", serde_json::Value::Null),
    ] {
        let header = format!("---\ninput: {{schema: {{{schema}}}}}\n---\n");
        let tone = if schema.contains("tone") {
            "{{#if tone}}{{tone}}{{/if}}"
        } else {
            ""
        };
        bench.put(
            "agents/support-rag/prompts/one/1.0.0.prompt",
            &format!("{header}Answer {{{{question}}}}{tone}\n"),
        );
        assert_eq!(drafted("support-rag --prompt one"), expected);
    }
}

#[test]
fn a_case_in_which_nobody_says_anything_is_an_error() {
    let bench = Workbench::of_repository();
    let said = |case: &str| -> Vec<String> {
        let head = "prompt: route\nuserVariable: message\nvars: {channel: chat, signedIn: true, agents: []}\ncases:\n";
        bench.put(
            SUITE,
            &format!("{head}  - id: silent\n    forbiddenKeywords: [xyz]\n{case}"),
        );
        let report = bench.run("evaluate agent-router").unwrap();
        let found = report
            .findings
            .iter()
            .filter(|finding| finding.rule == "unbound-variable");
        found
            .map(|finding| {
                let place = finding.location.as_ref().unwrap();
                format!("{}:{} {}", place.line, place.column, finding.message)
            })
            .collect()
    };
    assert_eq!(said(""), ["5:5 in `silent` the user says nothing"]);
    assert_eq!(said("    userInput: Hello\n"), [""; 0]);
    assert_eq!(said("    turns: [{role: user, text: Hello}]\n"), [""; 0]);
    // the input itself may be given, an empty one too
    assert_eq!(said("    vars: {message: Hello}\n"), [""; 0]);
    assert_eq!(said("    vars: {message: \"\"}\n"), [""; 0]);
}

#[test]
fn a_case_that_becomes_a_draft_is_told_as_taken_away() {
    let fleet = Fleet::small();
    let suite = "agents/assistant/regression/cases/greet.yaml";
    let case = |id: &str, tags: &str| {
        format!("  - {{ id: {id}, userInput: Hello!, expectedResponseKeywords: [welcome], tags: [{tags}] }}\n")
    };
    fleet.put(
        suite,
        &format!("prompt: greet\ncases:\n{}{}", case("hello", ""), case("again", "")),
    );
    fleet.put(
        "agents/assistant/regression/mock.yaml",
        "rules: [{ name: greets, answer: Welcome. }]\n",
    );
    fleet.commit("Greet");
    fleet.put(
        suite,
        &format!("prompt: greet\ncases:\n{}{}", case("hello", "draft"), case("again", "")),
    );
    fleet.commit("Take one back");
    let answer = fleet.run(&["check", "--base", "HEAD~1"]);
    assert_eq!(
        (answer.exit, answer.rules()),
        (0, vec!["missing-case", "draft-case", "stale-cassette"]),
        "{}",
        answer.text()
    );
}
