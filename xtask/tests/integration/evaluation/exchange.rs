//! Cases from other tools and for them.

use expect_test::expect;
use lockstep::prompts::cases::{Suite, promptfoo};
use lockstep::yaml;

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
fn a_weight_that_no_suite_takes_comes_in_as_what_a_person_has_to_say() {
    let bench = Workbench::of_repository();
    bench.put(
        "heavy.yaml",
        "\
tests:
  - vars: {message: a}
    assert:
      - {type: contains, value: b, weight: 2000000}
      - {type: assert-set, weight: -1, assert: [{type: contains, value: c, weight: 1000001}]}
  - {vars: {message: b}, threshold: 2, assert: [{type: contains, value: d, weight: 1000000}]}
",
    );
    let report = bench.run("evaluate agent-router --import heavy.yaml").unwrap();
    let said = report.findings.iter().map(|finding| {
        let place = finding.location.as_ref().unwrap();
        format!("{}:{} {}\n", place.line, place.column, finding.message)
    });
    expect![[r#"
        4:9 a weight is from 0 to 1000000
        5:49 a weight is from 0 to 1000000
        5:9 a weight is from 0 to 1000000
        6:37 the `threshold` of a test is from 0 to 1
    "#]]
    .assert_eq(&said.collect::<String>());
    // nothing is lost, and the others are judged as soon as a person has said what is meant
    expect![[r##"
        # yaml-language-server: $schema=../../../../schemas/suite.schema.json
        prompt: route
        cases:
        - id: case
          vars:
            message: a
          assert:
          - type: unsupported
            value:
              reason: a weight is from 0 to 1000000
              was:
                type: contains
                value: b
                weight: 2000000
          - type: unsupported
            value:
              reason: a weight is from 0 to 1000000
              was:
                assert:
                - type: contains
                  value: c
                  weight: 1000001
                type: assert-set
                weight: -1
        - id: case-2
          vars:
            message: b
          assert:
          - type: unsupported
            value:
              reason: "the `threshold` of a test is from 0 to 1"
              was: 2
          - type: contains
            value: d
            weight: 1000000.0
    "##]]
    .assert_eq(&bench.text("agents/agent-router/regression/cases/heavy.yaml").unwrap());
    let report = bench.run("evaluate agent-router").unwrap();
    let rules: Vec<_> = report
        .findings
        .iter()
        .filter(|one| one.is_error())
        .map(|one| one.rule.as_ref())
        .collect();
    expect!["failed-evaluation unbound-variable unsupported-assertion unsupported-assertion unbound-variable unsupported-assertion"].assert_eq(&rules.join(" "));
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
fn a_tool_that_is_expected_is_a_name_or_a_call() {
    let bench = Workbench::of_repository();
    let suite = "agents/agent-infer/regression/cases/tools.yaml";
    let told = |tool: &str| -> Vec<String> {
        let head = "prompt: assistant\nvars: {caller: a, task: b, today: \"2026-02-12\"}\ncases:\n- id: mine\n  userInput: a\n  expectedTools:\n";
        bench.put(suite, &format!("{head}  - {tool}\n"));
        let report = bench.run("evaluate agent-infer").unwrap();
        let of_suite = report
            .findings
            .iter()
            .filter(|one| one.location.as_ref().is_some_and(|place| place.file == suite));
        let said = of_suite.filter(|finding| finding.rule != "failed-case");
        said.map(|finding| finding.message.clone()).collect()
    };
    assert_eq!(told("name: calculator"), [""; 0]);
    assert_eq!(
        told("{name: calculator, args: {}}"),
        ["unknown key `args` in `cases[0].expectedTools[0]`"]
    );
    assert_eq!(
        told("{name: 7, arguments: []}"),
        [
            "`cases[0].expectedTools[0].name` is wrong: 7 is not of type \"string\"",
            "`cases[0].expectedTools[0].arguments` is wrong: [] is not of type \"object\""
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
    assert_eq!(back.result["cases"], 20);
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

/// What an import says of a file: line, column and words.
fn said_of(text: &str) -> String {
    let bench = Workbench::of_repository();
    bench.put("other.yaml", text);
    let report = bench
        .run("evaluate agent-router --import other.yaml --user-variable message")
        .unwrap();
    let line = |finding: &lockstep::model::Finding| {
        let place = finding.location.as_ref().unwrap();
        format!("{}:{} {}\n", place.line, place.column, finding.message)
    };
    report.findings.iter().map(line).collect()
}

#[test]
fn what_is_of_another_kind_is_told_as_what_it_is() {
    let check = |text: &str, expected: expect_test::Expect| expected.assert_eq(&said_of(text));
    check(
        "tests: 5\n",
        expect![[r#"
        1:8 `tests` is no list
    "#]],
    );
    check(
        "tests: file://tests.yaml\n",
        expect![[r#"
        1:8 tests in other files are not read
    "#]],
    );
    check(
        "tests: {path: 'file://tests.py', config: {}}\n",
        expect![[r#"
        1:1 tests in other files are not read
    "#]],
    );
    check(
        "tests: [5, null, more.csv, {path: 'file://a.py'}]\n",
        expect![[r#"
        1:9 a test is a map
        1:12 a test is a map
        1:18 tests in other files are not read
        1:28 tests in other files are not read
    "#]],
    );
    check(
        "description: 5\nprompts: 7\nproviders: true\ntests: [{vars: 5, assert: 7, metadata: 8, description: 9}]\n",
        expect![[r#"
            1:14 `description` is no text
            2:10 `prompts` is no list
            3:12 `providers` is no list
            4:16 `vars` is no map
            4:27 `assert` is no list
            4:40 `metadata` is no map
            4:56 `description` is no text
        "#]],
    );
    check(
        "prompts: {a.txt: a}\ntests: [{vars: {message: a}, assert: [{type: contains, value: b}]}]\n",
        expect![[r#""#]],
    );
    check(
        "defaultTest: 5\nscenarios: 7\n",
        expect![[r#"
        1:14 `defaultTest` is no map
        2:12 `scenarios` is no list
    "#]],
    );
    check(
        "scenarios: [5, file://a.yaml, {config: [6]}]\n",
        expect![[r#"
        1:13 a scenario is a map
        1:16 scenarios in other files are not read
        1:41 a configuration is a map
    "#]],
    );
    check(
        "assertionTemplates: 5\ntests: [{assert: [5, {value: a}, {type: 5}, {$ref: 6}]}]\n",
        expect![[r#"
            1:21 `assertionTemplates` is no map
            2:19 an assertion is a map with `type`
            2:22 an assertion is a map with `type`
            2:41 `type` of an assertion is no text
            2:52 `$ref` of an assertion is no text
        "#]],
    );
    check(
        "description: none\ntests: []\n",
        expect![[r#"
        2:1 the file holds neither tests nor cases
    "#]],
    );
    check(
        "cases: 5\n",
        expect![[r#"
        1:8 `cases` is no list
    "#]],
    );
}

/// The suites of the repository's agents, each with its agent, its name and its text.
fn suites() -> Vec<(String, String, String)> {
    let agents = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../agents");
    let list = |folder: std::path::PathBuf| {
        let entries = std::fs::read_dir(folder).into_iter().flatten();
        entries.map(|entry| entry.unwrap().path())
    };
    let name = |path: &std::path::Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
    let mut suites = Vec::new();
    for agent in list(agents) {
        for file in
            list(agent.join("regression/cases")).filter(|file| file.extension().is_some_and(|end| end == "yaml"))
        {
            suites.push((name(&agent), name(&file), std::fs::read_to_string(&file).unwrap()));
        }
    }
    suites
}

#[test]
fn what_is_exported_comes_back_as_it_was() {
    let suites = suites();
    assert!(suites.len() > 5, "{}", suites.len());
    for (agent, name, text) in &suites {
        let suite: Suite = yaml::read_typed(text).unwrap();
        let (file, _) = promptfoo::export(&suite, "x.prompt");
        let (back, findings) = promptfoo::import("back.yaml", &yaml::write(&file), &suite.prompt);
        let Some(promptfoo::Imported::Back(back)) = back else {
            panic!("{agent}/{name}: {findings:?}");
        };
        assert_eq!(back, suite, "{agent}/{name}");
        assert_eq!(findings, [], "{agent}/{name}");
    }
}

#[test]
fn every_field_comes_back_and_what_was_changed_meanwhile_counts() {
    let bench = Workbench::of_repository();
    let suite = "\
description: all of it
prompt: answer
userVariable: question
vars: {customer: {firstName: Ada, locale: en, tier: standard}, articles: []}
contract: true
judge: {provider: openai, name: gpt-4.1, threshold: 0.8}
mustHold: [safety, payment]
assert: [{type: word-count, value: {max: 80}}, {type: 'trajectory:step-count', value: {max: 3}}]
cases:
  - id: k-1
    name: May I return it?
    systemPromptVersion: 2.1.0
    userInput: May I return it?
    expectedBehavior: It says how.
    expectedTools: [{name: search, arguments: {query: return}}, order_status]
    toolOrder: strict
    expectedResponseKeywords: [return]
    forbiddenKeywords: [sorry, '{{\"{{\"}}name']
    maxTokensLimit: 300
    maxLatencyMs: 2000
    maxCost: 0.5
    vars: {articles: [a, b]}
    turns: [{role: user, text: Hi}, {role: assistant, text: Hello}]
    assert: [{type: regex, value: '(?i)return', weight: 2, threshold: 0.5, metric: tone}]
    threshold: 0.6
    tags: [safety]
    origin: incident/2026-014
    weight: 3
  - {id: k-2, userInput: Bye, forbiddenKeywords: [hello]}
";
    bench.put("agents/support-rag/regression/cases/all.yaml", suite);
    let out = bench.run("evaluate support-rag --export all").unwrap();
    let told = out
        .findings
        .iter()
        .any(|finding| finding.message.starts_with("`judge`:"));
    assert!(told, "{:?}", out.findings);
    let read = |name: &str| -> Suite {
        let text = bench
            .text(&format!("agents/support-rag/regression/cases/{name}.yaml"))
            .unwrap();
        yaml::read_typed(&text).unwrap()
    };
    bench.put("back.yaml", &out.text);
    bench
        .run("evaluate support-rag --import back.yaml --prompt answer")
        .unwrap();
    assert_eq!(read("back"), read("all"));
    // a test that somebody changed is read as any other one, and keeps what has no words there
    bench.put("changed.yaml", &out.text.replacen("value: hello", "value: hallo", 1));
    bench
        .run("evaluate support-rag --import changed.yaml --prompt answer")
        .unwrap();
    let (changed, all) = (read("changed"), read("all"));
    assert_eq!(changed.cases[0], all.cases[0]);
    let case = &changed.cases[1];
    assert_eq!(
        (case.id.as_str(), case.name.as_str(), case.user_input.as_str()),
        ("k-2", "", "Bye")
    );
    assert_eq!(case.forbidden_keywords, [""; 0]);
    assert_eq!(case.assertions[0].value, "hallo");
    bench.put("fewer.yaml", &out.text.replacen("max: 80", "max: 90", 1));
    bench
        .run("evaluate support-rag --import fewer.yaml --prompt answer")
        .unwrap();
    let fewer = read("fewer");
    assert_eq!((&fewer.judge, &fewer.must_hold), (&all.judge, &all.must_hold));
    assert_eq!(
        (fewer.assertions[0].value["max"].as_u64(), &fewer.vars),
        (Some(90), &all.vars)
    );
}
