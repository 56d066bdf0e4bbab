//! Samples of production that become cases.

use serde_json::Value;

use crate::workbench::Workbench;

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
    assert_eq!(report.result["evaluations"][0]["summary"]["total"], 21);
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
fn a_case_that_is_not_asked_or_demands_less_keeps_no_sample_away() {
    let bench = Workbench::of_repository();
    let suite = "agents/support-rag/regression/cases/answer.yaml";
    let head = bench.text(suite).unwrap();
    let sample = |more: &str| format!(r#"{{"userInput": "May I cancel?", "forbiddenKeywords": ["Sorry"]{more}}}"#);
    let add = |case: &str, sample: &str| {
        bench.put(suite, &format!("{}\n  - {case}\n", head.trim_end()));
        bench.put("trace.json", sample);
        let report = bench.run("retro add trace.json --agent support-rag --prompt answer --incident unknown --dry-run");
        let report = report.unwrap();
        let notes = report.notes.join("; ");
        (
            report.result["twin"].as_str().map(str::to_owned),
            report.result["case"]["id"].to_string(),
            notes,
        )
    };
    let case = |more: &str| format!("{{ id: mine, userInput: may I cancel, forbiddenKeywords: [sorry]{more} }}");
    let twin = (Some("mine".to_owned()), "null".to_owned(), String::new());
    assert_eq!(add(&case(""), &sample("")), twin);
    assert_eq!(add(&case(", systemPromptVersion: 2.1.0"), &sample("")), twin);
    // the candidate has the version before that one
    let (known, id, notes) = add(&case(", systemPromptVersion: 2.2.0"), &sample(""));
    assert_eq!((known, notes), (None, String::new()));
    assert!(id.starts_with("\"sample-"), "{id}");
    let taken = case(", expectedBehavior: Says how.").replace("mine", id.trim_matches('"'));
    let (known, other, notes) = add(
        &taken,
        &sample(r#", "expectedBehavior": "Asks which.", "expectedTools": ["order_status"]"#),
    );
    assert_eq!((known, other), (None, format!("{}-2\"", id.trim_end_matches('"'))));
    let lacks = "asks the same, and would pass what failed: it lacks expectedBehavior, expectedTools of the sample";
    assert_eq!(notes, format!("`{}` {lacks}", id.trim_matches('"')));
    let (known, _, notes) = add(&case("").replace("[sorry]", "[never]"), &sample(""));
    assert_eq!(known, None);
    assert!(notes.ends_with("it lacks forbiddenKeywords of the sample"), "{notes}");
    // a case for a later version counts as little as a draft, and is written as none
    let own = "agents/support-rag/regression/cases/incidents-answer.yaml";
    let later = case(", systemPromptVersion: 2.2.0").replace("mine", "later");
    bench.put(
        own,
        &format!("prompt: answer\nuserVariable: question\ncases:\n  - {later}\n"),
    );
    bench.put("trace.json", &sample(""));
    bench
        .run("retro add trace.json --agent support-rag --prompt answer")
        .unwrap();
    let written = bench.text(own).unwrap();
    assert!(
        written.contains(&later) && written.contains("id: sample-") && !written.contains("draft"),
        "{written}"
    );
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

#[test]
fn the_key_of_the_cases_may_stand_in_quotes() {
    let bench = Workbench::of_repository();
    let file = "agents/support-rag/regression/cases/incidents-answer.yaml";
    for key in ["\"cases\":", "'cases':", "cases :"] {
        let before = format!(
            "\"prompt\": answer\n{key}\n- {{id: mine, userInput: \"Why?\", forbiddenKeywords: [no]}}\n\"description\": Ours.\n"
        );
        bench.put(file, &before);
        bench.put(
            "trace.json",
            r#"{"userInput": "Where is it?", "forbiddenKeywords": ["tomorrow"]}"#,
        );
        bench
            .run("retro add trace.json --agent support-rag --prompt answer")
            .unwrap();
        let after = bench.text(file).unwrap();
        let (first, rest) = after.split_once("- id: sample-").unwrap();
        assert!(
            before.starts_with(first) && rest.ends_with("\n\"description\": Ours.\n"),
            "{after}"
        );
    }
}

#[test]
fn a_sample_is_added_to_json_as_people_wrote_it() {
    let bench = Workbench::of_repository();
    let file = "agents/support-rag/regression/cases/incidents-answer.json";
    let add = |before: &str| {
        bench.put(file, before);
        for question in ["Where is it?", "And the other one?"] {
            let sample = serde_json::json!({"userInput": question, "forbiddenKeywords": ["tomorrow"]});
            bench.put("trace.json", &sample.to_string());
            bench
                .run("retro add trace.json --agent support-rag --prompt answer")
                .unwrap();
        }
        bench.text(file).unwrap()
    };
    let mine = r#"{"id": "mine", "userInput": "a \"cases\": [ ]", "forbiddenKeywords": ["no"], "weight": 1.00}"#;
    let wide = format!(
        "{{\r\n\t\"prompt\": \"answer\",\r\n\t\"cases\": [\r\n\t\t{mine}\r\n\t],\r\n\t\"description\": \"cases\"\r\n}}\r\n"
    );
    let after = add(&wide);
    let (head, tail) = wide.split_at(wide.find("\r\n\t],").unwrap());
    let added = after
        .strip_prefix(head)
        .and_then(|after| after.strip_suffix(tail))
        .unwrap();
    assert!(added.starts_with(",\r\n\t\t{\r\n\t\t\t\"id\": \"sample-"), "{added:?}");
    assert_eq!(added.matches("\"id\"").count(), 2);
    assert_eq!(added.matches('\n').count(), added.matches("\r\n\t\t").count());
    // in one line, and an empty list behind a byte order mark
    let flat = format!("{{\"cases\": [{mine}], \"prompt\": \"answer\"}}");
    let after = add(&flat);
    assert!(
        after.starts_with(&format!("{{\"cases\": [{mine}, {{")) && after.ends_with("}], \"prompt\": \"answer\"}"),
        "{after}"
    );
    let after = add("\u{feff}{\n  \"cases\": [ ],\n  \"prompt\": \"answer\"\n}\n");
    assert!(
        after.starts_with("\u{feff}{\n  \"cases\": [\n    {\n      \"id\": \"sample-"),
        "{after}"
    );
    assert!(
        after.ends_with("\n    }\n  ],\n  \"prompt\": \"answer\"\n}\n"),
        "{after}"
    );
}

#[test]
fn a_sample_says_which_of_its_fields_is_wrong() {
    let bench = Workbench::of_repository();
    for (sample, expected) in [
        (
            r#"{"userInput": 5}"#,
            "`userInput`: invalid type: integer `5`, expected a string",
        ),
        (
            r#"{"user_input": "a", "toolsCalled": ["a", {"nam": "b"}]}"#,
            "`toolsCalled[1]`: expected a name, or a map of `name` and `arguments`",
        ),
        (
            r#"{"input": "a", "tools_called": {}}"#,
            "`tools_called`: invalid type: map, expected a sequence",
        ),
        (
            r#"{"userInput": "a", "turns": [{"role": "usr", "text": "b"}]}"#,
            "`turns[0]`: unknown variant `usr`, expected one of `user`, `model`, `assistant`",
        ),
        (
            r#"{"userInput": "a", "turns": [{"role": "user", "txt": "b"}]}"#,
            "`turns[0]`: unknown field `txt`, expected `role` or `text`",
        ),
        (
            r#"{"userInput": "a", "vars": []}"#,
            "`vars`: invalid type: sequence, expected a map",
        ),
        (r#"{}"#, "it asks nothing"),
    ] {
        bench.put("trace.json", sample);
        let failure = bench
            .run("retro add trace.json --agent support-rag --prompt answer")
            .unwrap_err();
        assert_eq!(failure.message, format!("`trace.json` is no sample: {expected}"));
    }
}

#[test]
fn a_draft_does_not_keep_a_sample_away() {
    let bench = Workbench::of_repository();
    bench.put(
        "agents/support-rag/regression/cases/mine.yaml",
        "prompt: answer\nuserVariable: question\ncases:\n- {id: mine, userInput: Where is it?, tags: [draft]}\n",
    );
    bench.put(
        "trace.json",
        r#"{"userInput": "Where is it?", "forbiddenKeywords": ["tomorrow"]}"#,
    );
    let report = bench
        .run("retro add trace.json --agent support-rag --prompt answer --dry-run")
        .unwrap();
    assert!(report.result["case"].is_object(), "{}", report.result);
}

#[test]
fn braces_of_a_sample_are_no_names_of_inputs() {
    let bench = Workbench::of_repository();
    bench.put(
        "trace.json",
        r#"{"userInput": "Who am I?", "answer": "Dear {{name}}, {% hi %}.", "forbiddenKeywords": ["{{name}}", "{%"]}"#,
    );
    let report = bench
        .run("retro add trace.json --agent support-rag --prompt answer")
        .unwrap();
    let case = &report.result["case"];
    assert_eq!(case["forbiddenKeywords"][0], r#"{{"{{"}}name}}"#);
    assert_eq!(case["forbiddenKeywords"][1], r#"{{"{%"}}"#);
    assert_eq!(case["assert"][0]["value"], r#"Dear {{"{{"}}name}}, {{"{%"}} hi %}."#);
    assert_eq!(
        case["assert"].as_array().unwrap().len(),
        1,
        "the sample fails by its words"
    );
    let report = bench.run("evaluate support-rag").unwrap();
    let rules: Vec<&str> = report.findings.iter().map(|finding| &*finding.rule).collect();
    assert!(
        !rules.contains(&"invalid-value") && !rules.contains(&"unsupported-assertion"),
        "{rules:?}"
    );
}

#[test]
fn an_assertion_may_forbid_what_a_sample_does() {
    let bench = Workbench::of_repository();
    let suite = "agents/support-rag/regression/cases/answer.yaml";
    let head = bench.text(suite).unwrap();
    for (assertion, is_twin) in [
        ("{ type: not-icontains, value: SORRY }", true),
        ("{ type: not-contains, value: Sorry }", true),
        ("{ type: not-icontains-any, value: [no, sorry] }", true),
        ("{ type: not-contains, value: sorry }", false),
        ("{ type: not-icontains, value: sorry, weight: 0 }", false),
        ("{ type: icontains, value: sorry }", false),
    ] {
        let case = format!("{{ id: mine, userInput: may I cancel, assert: [{assertion}] }}");
        bench.put(suite, &format!("{}\n  - {case}\n", head.trim_end()));
        bench.put(
            "trace.json",
            r#"{"userInput": "May I cancel?", "forbiddenKeywords": ["Sorry"]}"#,
        );
        let line = "retro add trace.json --agent support-rag --prompt answer --dry-run";
        let report = bench.run(line).unwrap();
        assert_eq!(report.result["twin"] == "mine", is_twin, "{assertion}");
    }
}
