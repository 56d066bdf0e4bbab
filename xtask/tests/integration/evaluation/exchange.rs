//! Cases from other tools, from production, and drafts.

use serde_json::Value;

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
fn what_cannot_be_carried_stays_and_is_refused() {
    let bench = Workbench::of_repository();
    bench.put(
        "carried.yaml",
        "\
evaluateOptions: {repeat: 3}
defaultTest: {vars: {who: Ada}, metadata: {team: x}}
tests:
  - {vars: {message: a}, metadata: {tags: [one]}, assert: [{type: contains, value: '{{who}}', threshold: '0.5'}]}
  - {vars: {message: a}, assert: {type: contains, value: b}}
  - {vars: {message: a}, assert: [{type: not-contains, value: '{% if who %}b{% endif %}'}]}
  - {vars: {message: a}, assert: [{type: not-contains, value: '{{ who | upper }}'}]}
  - {vars: {message: a}, assert: [{type: not-contains, value: 'file://b.txt'}]}
  - {vars: {message: a}, assert: [{type: contains, value: b, transform: output}], threshold: much}
  - {vars: {message: a}, assert: [{type: 'trajectory:step-count', value: {max: 3}}]}
scenarios:
  - config: [{vars: {language: fr}, assert: [{type: contains, value: c}]}]
    tests: [{vars: {message: d}}]
  - file://scenario.yaml
",
    );
    let report = bench.run("evaluate agent-router --import carried.yaml").unwrap();
    let said: Vec<&str> = report.findings.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(
        said,
        [
            "`repeat` is not carried: pass `--repeat` to `evaluate`",
            "`metadata.team` is not carried",
            "`assert` is no list",
            "filters and statements of Nunjucks are not run",
            "filters and statements of Nunjucks are not run",
            "values in other files are not read",
            "`threshold` is no number",
            "`transform` of an assertion is not supported",
            "steps other than tool calls are not counted: say `type: tool`",
            "scenarios in other files are not read",
        ]
    );
    let suite = bench.text("agents/agent-router/regression/cases/carried.yaml").unwrap();
    assert_eq!(suite.matches("type: unsupported").count(), 8, "{suite}");
    assert!(suite.contains("- one\n") && suite.contains("threshold: 0.5") && suite.contains("value: c\n"));
    let report = bench.run("evaluate agent-router").unwrap();
    let refused = report.findings.iter().filter(|one| one.rule == "unsupported-assertion");
    assert_eq!((report.exit_code(), refused.count()), (1, 8));
}

#[test]
fn flags_of_an_expression_are_told_where_they_leave() {
    let report = Workbench::of_repository()
        .run("evaluate data-query --export sql-writer")
        .unwrap();
    let said = |finding: &lockstep::model::Finding| finding.message.contains("takes no flags");
    assert!(report.findings.iter().any(said), "{:?}", report.findings);
}

#[test]
fn what_the_named_variable_says_is_what_the_user_says() {
    let bench = Workbench::of_repository();
    bench.put(
        "said.yaml",
        "tests: [{vars: {message: Where is it, channel: chat}, assert: [{type: contains, value: b}]}]\n",
    );
    let line = "evaluate agent-router --import said.yaml --user-variable message";
    bench.run(line).unwrap();
    let suite = bench.text("agents/agent-router/regression/cases/said.yaml").unwrap();
    assert!(
        suite.contains("userInput: Where is it\n") && !suite.contains("    message:"),
        "{suite}"
    );
}

#[test]
fn what_promptfoo_would_read_in_another_way_is_refused() {
    let bench = Workbench::of_repository();
    bench.put(
        "other.yaml",
        "\
tests:
  - {vars: {message: a}, assert: [{type: equals, value: 2026-01-01}]}
  - {vars: {message: a}, assert: [{type: equals, value: '2026-01-01'}]}
  - {vars: {message: a, agents: '{{who}}'}, assert: [{type: contains, value: b}]}
  - {vars: {message: a}, assert: [{type: regex, value: '(?i)yes'}]}
  - {vars: {message: a}, assert: [{type: not-is-valid-openai-tools-call}]}
",
    );
    let report = bench.run("evaluate agent-router --import other.yaml").unwrap();
    let said: Vec<_> = report
        .findings
        .iter()
        .map(|finding| (finding.location.as_ref().unwrap().line, finding.message.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            (2, "a date without quotes is no text to promptfoo: put it in quotes"),
            (4, "variables inside variables are not filled"),
            (5, "flags in front of a regular expression are unknown to promptfoo"),
            (6, "promptfoo does not turn `is-valid-openai-tools-call` round"),
        ]
    );
}

#[test]
fn a_list_of_cases_comes_in_whole_or_not_at_all() {
    let bench = Workbench::of_repository();
    bench.put(
        "listed.json",
        r#"[{"id": "a", "user_input": "Where is it?", "system_prompt_version": "prod-3.1.0", "expected_tools": ["search"]},
        {"id": "b", "user_input": "x", "system_prompt_version": "nonsense", "expected_tools": "lookup", "max_tokens_limit": "100"}]"#,
    );
    let several = bench.run("evaluate agent-router --import listed.json").unwrap_err();
    assert_eq!(several.message, "the prompt `route` has several inputs");
    let line = "evaluate agent-router --import listed.json --user-variable message";
    let report = bench.run(line).unwrap();
    let said: Vec<&str> = report.findings.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(
        said,
        [
            "`system_prompt_version` is no version X.Y.Z",
            "`expected_tools` is no list of texts",
            "`max_tokens_limit` is no count"
        ]
    );
    let suite = bench.text("agents/agent-router/regression/cases/listed.yaml").unwrap();
    assert!(
        suite.contains("userVariable: message") && suite.contains("systemPromptVersion: 3.1.0"),
        "{suite}"
    );
    assert_eq!(suite.matches("type: unsupported").count(), 3);
    bench.put("cases.csv", "question,__expected\nhi,contains:Hello\n");
    let report = bench.run("evaluate agent-router --import cases.csv").unwrap();
    assert_eq!((report.exit_code(), &*report.findings[0].rule), (1, "empty-suite"));
    assert!(bench.text("agents/agent-router/regression/cases/cases.yaml").is_none());
    let refused = bench
        .run("evaluate agent-router --import listed.json --prompt nope")
        .unwrap_err();
    assert_eq!(refused.message, "there is no prompt `nope`");
}

#[test]
fn a_suite_names_only_tools_arguments_and_judges_that_are_there() {
    let bench = Workbench::of_repository();
    let path = "agents/agent-infer/regression/cases/assistant.yaml";
    let text = bench.text(path).unwrap();
    let head = "judge: {provider: nobody, name: gpt-zero}\ncases:\n";
    let cases = "  - id: odd\n    userInput: x\n    expectedTools: [{name: calculator, arguments: {expresion: '1'}}]\n    \
                 assert:\n      - {type: not-trajectory:tool-used, value: no_such_tool}\n      \
                 - {type: 'trajectory:tool-args-match', value: {name: calculator, args: {scale: 90}}}\n      \
                 - {type: contains, value: '{{nobody}}'}\n";
    bench.put(path, &text.replace("cases:\n", &format!("{head}{cases}")));
    let report = bench.run("evaluate agent-infer").unwrap();
    let said = report.findings.iter().filter(|one| one.rule != "failed-evaluation");
    let said: Vec<(&str, &str)> = said.map(|one| (&*one.rule, one.message.as_str())).collect();
    assert_eq!(
        said,
        [
            ("unknown-model", "nothing is known of the model `nobody/gpt-zero`"),
            (
                "invalid-value",
                "`calculator` takes no such call: there is no argument `expresion`"
            ),
            ("missing-tool", "there is no tool `no_such_tool`"),
            (
                "invalid-value",
                "`calculator` takes no such call: 90 is greater than the maximum of 12"
            ),
            ("invalid-value", "`{{nobody}}`: there is no input `nobody`"),
        ]
    );
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
    let path = "agents/support-rag/regression/cases/answer.yaml";
    let text = bench.text(path).unwrap();
    bench.put(
        path,
        &text.replace("- id: order-in-transit\n", "- id: order-in-transit\n    weight: 3\n"),
    );
    let report = bench.run("evaluate support-rag --export answer").unwrap();
    let found = report
        .findings
        .iter()
        .find(|one| one.message.starts_with("`weight`: tests count alike"));
    let place = found.and_then(|one| one.location.as_ref()).unwrap();
    let changed = bench.text(path).unwrap();
    let line = changed.lines().position(|line| line.trim() == "weight: 3").unwrap() + 1;
    assert_eq!((&*place.file, place.line, place.column), (path, line, 13));
}

#[test]
fn a_sample_becomes_a_case_once_and_tells_nobody_who_it_was() {
    let bench = Workbench::of_repository();
    let sample = r#"{"userInput": "My name is Ada Lovelace, ada@love.org, key sk-abcdefghijklmnop1234. Where is HL-2291043?",
        "expectedTools": ["order_status"], "forbiddenKeywords": ["tomorrow"]}"#;
    for (wrong, expected) in [
        ("[]", "it is no JSON object"),
        (r#"{"userInput": " "}"#, "it asks nothing"),
        (
            r#"{"userInput": "a", "expectedTools": ["order_statsu"]}"#,
            "there is no tool `order_statsu`",
        ),
    ] {
        bench.put("trace.json", wrong);
        let failure = bench
            .run("retro add trace.json --agent support-rag --prompt answer")
            .unwrap_err();
        assert!(failure.message.ends_with(expected), "{}", failure.message);
    }
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
    // a sample that does not tell what was wrong waits for a person
    bench.put(
        "trace.json",
        r#"{"userInput": "What does the tent cost?", "answer": "89 euros"}"#,
    );
    assert!(bench.run(line).unwrap().text.contains("not-equals"));
    let report = bench.run("evaluate support-rag").unwrap();
    let refused = report.findings.iter().find(|one| one.rule == "unsupported-assertion");
    assert_eq!(
        (report.exit_code(), &*refused.unwrap().message),
        (1, "nobody has said yet what a good answer is")
    );
    // another suite of the prompt asks this
    let known = bench.text("agents/support-rag/regression/cases/answer.yaml").unwrap();
    let question = known.split_once("userInput: ").unwrap().1.lines().next().unwrap();
    bench.put("trace.json", &serde_json::json!({"userInput": question}).to_string());
    assert_eq!(bench.run(line).unwrap().result["written"], false);
}

#[test]
fn suites_in_json_stay_json() {
    let bench = Workbench::of_repository();
    let yaml = "agents/order-triage/regression/cases/triage.yaml";
    let suite: Value = lockstep::yaml::read_typed(&bench.text(yaml).unwrap()).unwrap();
    bench.remove(yaml);
    bench.put("agents/order-triage/regression/cases/triage.json", &suite.to_string());
    bench.put(
        "trace.json",
        r#"{"userInput": "Hello?", "forbiddenKeywords": ["tomorrow"]}"#,
    );
    let line = "retro add trace.json --agent order-triage --incident 2026-014";
    let report = bench.run(line).unwrap();
    let file = "agents/order-triage/regression/cases/incidents-triage.json";
    assert_eq!(report.result["file"], file);
    // the second one goes into the same file
    bench.put(
        "trace.json",
        r#"{"userInput": "And now?", "forbiddenKeywords": ["tomorrow"]}"#,
    );
    bench.run(line).unwrap();
    let written: Value = serde_json::from_str(&bench.text(file).unwrap()).unwrap();
    assert_eq!(written["cases"].as_array().unwrap().len(), 2);
    assert!(bench.run("evaluate order-triage --export triage").is_ok());
    bench.put(
        "more.json",
        r#"[{"id": "a", "user_input": "Hello", "expected_response_keywords": ["hi"]}]"#,
    );
    let report = bench
        .run("evaluate order-triage --import more.json --user-variable now")
        .unwrap();
    assert_eq!(report.result["file"], "agents/order-triage/regression/cases/more.json");
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

#[test]
fn a_sample_is_added_below_what_people_wrote() {
    let bench = Workbench::of_repository();
    let file = "agents/support-rag/regression/cases/incidents-answer.yaml";
    let add = |question: &str| {
        let sample = serde_json::json!({"userInput": question, "forbiddenKeywords": ["tomorrow"]});
        bench.put("trace.json", &sample.to_string());
        bench.run("retro add trace.json --agent support-rag --prompt answer")
    };
    let case = "{ id: mine, userInput: \"Why?\", forbiddenKeywords: [no] } # by hand";
    let before =
        |between: &str, after: &str| format!("# ours\nprompt: answer\ncases: # each\n{between}{case}\n{after}");
    for (text, place) in [
        (before("- ", ""), "\n- id: sample-"),
        (before("  # first\n  - ", "\n# end"), "\n  - id: sample-"),
        (before("- ", "\n# who\ndescription: Ours. # so\n"), "\n- id: sample-"),
        (
            "prompt: answer\ncases: [] # none yet".to_owned(),
            "cases: # none yet\n- id: sample-",
        ),
    ] {
        bench.put(file, &text);
        add("Where is it?").unwrap();
        add("And the other one?").unwrap();
        let after = bench.text(file).unwrap();
        let mut left = after.lines();
        let is_kept = |line: &str| left.any(|now| now == line.replace(" []", ""));
        assert!(text.lines().all(is_kept), "{after}");
        assert!(after.contains(place), "{after}");
        assert_eq!(after.matches("id: sample-").count(), 2, "{after}");
        assert!(
            bench
                .run("evaluate support-rag")
                .unwrap()
                .findings
                .iter()
                .all(|one| one.rule != "invalid-syntax")
        );
    }
    let flow = "prompt: answer\ncases: [{ id: mine, userInput: Why?, forbiddenKeywords: [no] }]\n";
    bench.put(file, flow);
    let failure = add("Where is it?").unwrap_err();
    assert!(failure.message.contains("one below the other"), "{}", failure.message);
    assert_eq!(bench.text(file).unwrap(), flow);
    // a suite of that name that is about another prompt
    let other = flow.replace("answer", "rewrite-query");
    bench.put(file, &other);
    assert_eq!(
        add("Where is it?").unwrap().result["file"],
        "agents/support-rag/regression/cases/incidents-answer-2.yaml"
    );
    assert_eq!(bench.text(file).unwrap(), other);
}

#[test]
fn a_sample_that_is_to_be_judged_takes_the_judge_along_or_asks_for_one() {
    let bench = Workbench::of_repository();
    bench.put(
        "trace.json",
        r#"{"userInput": "Where is HL-77?", "answer": "I do not know.", "expectedBehavior": "Asks the database."}"#,
    );
    let report = bench
        .run("retro add trace.json --agent agent-infer --prompt assistant")
        .unwrap();
    assert!(report.next[0].contains("`judge:`"), "{:?}", report.next);
    let suite = "agents/agent-infer/regression/cases/assistant.yaml";
    let text = bench.text(suite).unwrap();
    bench.put(
        "agents/agent-infer/regression/cases/more.yaml",
        "prompt: assistant\njudge: {provider: openai, name: gpt-4.1}\ncases: []\n",
    );
    bench.remove("agents/agent-infer/regression/cases/incidents-assistant.yaml");
    let report = bench
        .run("retro add trace.json --agent agent-infer --prompt assistant")
        .unwrap();
    assert!(
        report.next.iter().all(|next| !next.contains("judge")),
        "{:?}",
        report.next
    );
    let file = bench
        .text("agents/agent-infer/regression/cases/incidents-assistant.yaml")
        .unwrap();
    assert!(file.contains("name: gpt-4.1"), "{file}");
    assert_eq!(bench.text(suite).unwrap(), text);
}
