//! The parts of an agent against each other, each broken once.

use expect_test::{Expect, expect};

use crate::workbench::Workbench;

/// Edits one file of the example fleet and shows the findings that follow.
fn check(path: &str, from: &str, to: &str, expected: Expect) {
    let bench = Workbench::of_repository();
    let text = bench.text(path).unwrap();
    assert!(text.contains(from), "`{from}` in `{path}`:\n{text}");
    bench.put(path, &text.replacen(from, to, 1));
    let report = bench.run("render --environment dev --environment staging").unwrap();
    let shown = report
        .findings
        .iter()
        .filter(|finding| finding.rule != "changed-component")
        .map(|finding| {
            let place = finding.location.as_ref().unwrap();
            format!(
                "{} {}:{}:{} {}\n",
                finding.rule, place.file, place.line, place.column, finding.message
            )
        });
    let mut shown: Vec<String> = shown.collect();
    shown.dedup();
    expected.assert_eq(&shown.concat());
}

const AGENT: &str = "agents/support-rag/agent.yaml";
const STAGING: &str = "environments/staging/environment.yaml";

#[test]
fn embedding_and_index_belong_together() {
    check(
        "agents/support-rag/retrieval/3.1.0.yaml",
        "dimension: 3072",
        "dimension: 1536",
        expect![[r#"
            foreign-embedding agents/support-rag/retrieval/3.1.0.yaml:3:1 questions are embedded by `text-embedding-3-large` with 1536 dimensions, and `help-center` was built by `text-embedding-3-large` with 3072 dimensions
        "#]],
    );
}

#[test]
fn everything_fits_into_the_context_of_the_model() {
    check(
        "environments/models.yaml",
        "name: gpt-4o\n    contextTokens: 128000",
        "name: gpt-4o\n    contextTokens: 5000",
        expect![[r#"
            context-overflow environments/staging/environment.yaml:62:16 about 949 tokens of prompt, 2560 of passages and 2048 of answer make 5557, and `gpt-4o` takes 5000
        "#]],
    );
}

#[test]
fn an_environment_limits_models_and_tools() {
    check(
        STAGING,
        "modelLimits: {maxTokens: 8192, temperature: 1.0, timeoutSeconds: 120}",
        "modelLimits: {maxTokens: 600, forbiddenPermissions: ['web:*']}",
        expect![[r#"
            model-limit environments/staging/environment.yaml:62:16 `maxTokens` is 2048, and 600 is the most here
        "#]],
    );
}

#[test]
fn an_alias_that_moves_runs_only_in_dev() {
    check(
        STAGING,
        "name: gpt-4o",
        "name: gpt-4o-latest",
        expect![[r#"
        moving-model environments/staging/environment.yaml:60:11 `gpt-4o-latest` is whatever its provider makes it
        unknown-model environments/staging/environment.yaml:60:11 nothing is known of the model `openai/gpt-4o-latest`
    "#]],
    );
}

#[test]
fn a_contract_breaks_nobody_without_saying_so() {
    check(
        "agents/code-review/contract/1.1.0.schema.json",
        "\"enum\": [\"approve\", \"comment\", \"request_changes\"]",
        "\"enum\": [\"approve\", \"comment\"]",
        expect![[r#"
            breaking-contract agents/code-review/contract/1.1.0.schema.json:9:5 `verdict` may no longer be `"request_changes"`, compared with 1.0.0
        "#]],
    );
}

#[test]
fn a_version_measures_no_worse_than_the_one_before() {
    check(
        "agents/support-rag/prompts/answer/2.2.0.prompt",
        "toolAccuracy: 0.97",
        "toolAccuracy: 0.9",
        expect![[r#"
            metric-regression agents/support-rag/prompts/answer/2.2.0.prompt:33:17 `toolAccuracy` is 0.9, and 0.97 in 2.1.0
        "#]],
    );
}

#[test]
fn a_metric_that_a_hand_turns_round_is_told() {
    check(
        "agents/support-rag/prompts/answer/2.2.0.prompt",
        "toolAccuracy: 0.97",
        "toolAccuracy: {value: 0.9, better: lower}",
        expect![[r#"
            metric-regression agents/support-rag/prompts/answer/2.2.0.prompt:33:3 `toolAccuracy` is 0.9, and 0.97 in 2.1.0: lower is better by what is said here, and by its name higher was
        "#]],
    );
}

#[test]
fn a_measure_that_is_left_out_is_told() {
    check(
        "agents/support-rag/prompts/answer/2.2.0.prompt",
        "  toolAccuracy: 0.97\n",
        "",
        expect![[r#"
            metric-regression agents/support-rag/prompts/answer/2.2.0.prompt:31:1 `toolAccuracy` is not measured, and was 0.97 in 2.1.0
        "#]],
    );
}

#[test]
fn a_prompt_says_which_model_runs_it_and_how_long_it_may_answer() {
    check(
        "agents/support-rag/prompts/answer/2.2.0.prompt",
        "model: anthropic/claude-sonnet-4\n",
        "model: openai/gpt-4\n",
        expect![[r#"
            foreign-model agents/support-rag/prompts/answer/2.2.0.prompt:3:8 the prompt was written for `openai/gpt-4`, and `anthropic/claude-sonnet-4` runs it
        "#]],
    );
    check(
        "agents/support-rag/prompts/answer/2.2.0.prompt",
        "maxOutputTokens: 2048",
        "maxOutputTokens: 9000",
        expect![[r#"
            model-limit agents/support-rag/prompts/answer/2.2.0.prompt:6:20 `maxOutputTokens` is 9000, and an answer ends at the agent's `maxTokens`, 2048
        "#]],
    );
}

#[test]
fn a_key_that_nobody_reads_is_told_where_it_stands() {
    check(
        "agents/support-rag/prompts/answer/2.2.0.prompt",
        "model: anthropic/claude-sonnet-4\n",
        "model: anthropic/claude-sonnet-4\nmodle: anthropic/claude-sonnet-4\nvarient:\n  a: 1\n",
        expect![[r#"
            unknown-key agents/support-rag/prompts/answer/2.2.0.prompt:4:1 unknown key `modle`
            unknown-key agents/support-rag/prompts/answer/2.2.0.prompt:5:1 unknown key `varient`
        "#]],
    );
}

#[test]
fn a_measure_may_be_of_a_whole() {
    check(
        "agents/support-rag/prompts/answer/2.2.0.prompt",
        "userSatisfaction: 4.2",
        "userSatisfaction: 4.0/5.0",
        expect![[r#"
            metric-regression agents/support-rag/prompts/answer/2.2.0.prompt:34:21 `userSatisfaction` is 4.0/5.0, and 4.2 in 2.1.0
        "#]],
    );
    check(
        "agents/support-rag/prompts/answer/2.2.0.prompt",
        "userSatisfaction: 4.2",
        "userSatisfaction: 6/5",
        expect![[r#"
            invalid-value agents/support-rag/prompts/answer/2.2.0.prompt:34:21 `6.0/5.0` is no part of its whole
        "#]],
    );
    check(
        "agents/support-rag/prompts/answer/2.2.0.prompt",
        "userSatisfaction: 4.2",
        "userSatisfaction: good",
        expect![[r#"
            invalid-value agents/support-rag/prompts/answer/2.2.0.prompt:34:21 `["lockstep.metrics"].userSatisfaction` is wrong: "good" does not match "^[0-9]+(\.[0-9]+)?(/[0-9]+(\.[0-9]+)?| ?%)$"
        "#]],
    );
}

#[test]
fn measures_on_different_scales_are_told_and_what_is_better_may_be_said() {
    check(
        "agents/support-rag/prompts/answer/2.2.0.prompt",
        "toolAccuracy: 0.97",
        "toolAccuracy: 98",
        expect![[r#"
            incomparable-metric agents/support-rag/prompts/answer/2.2.0.prompt:33:17 `toolAccuracy` is 98, and 0.97 in 2.1.0: these are not on one scale
        "#]],
    );
    check(
        "agents/support-rag/prompts/answer/2.2.0.prompt",
        "toolAccuracy: 0.97",
        "toolAccuracy: 98 %",
        expect![[""]],
    );
    check(
        "agents/support-rag/prompts/answer/2.2.0.prompt",
        "userSatisfaction: 4.2",
        "userSatisfaction: {value: 4.3, better: lower}",
        expect![[r#"
            metric-regression agents/support-rag/prompts/answer/2.2.0.prompt:34:3 `userSatisfaction` is 4.3, and 4.2 in 2.1.0: lower is better
        "#]],
    );
}

#[test]
fn which_way_is_better_is_not_guessed_of_words_that_do_not_agree() {
    let bench = Workbench::of_repository();
    let (new, old) = ("answer/2.2.0", "answer/2.1.0");
    for (version, value) in [(old, "0.7"), (new, "0.8")] {
        let path = format!("agents/support-rag/prompts/{version}.prompt");
        let text = bench.text(&path).unwrap();
        let (before, behind) = text.split_once("lockstep.metrics:\n").unwrap();
        bench.put(
            &path,
            &format!("{before}lockstep.metrics:\n  attackDefenseRate: {value}\n  toolCalls: 4\n{behind}"),
        );
    }
    let told = |bench: &Workbench| {
        let report = bench.run("validate").unwrap();
        let told = report.findings.iter().filter(|one| one.rule == "incomparable-metric");
        told.map(|one| format!("{} ({})", one.message, one.help.as_deref().unwrap_or_default()))
            .collect::<Vec<_>>()
    };
    expect!["`attackDefenseRate` is 0.8, and 0.7 in 2.1.0: its name does not say whether higher or lower is better (say it by hand: `attackDefenseRate: {value: 0.8, better: higher}`, or `lower`)"].assert_eq(&told(&bench).join("\n"));
    let path = format!("agents/support-rag/prompts/{new}.prompt");
    let text = bench.text(&path).unwrap();
    let by_hand = "attackDefenseRate: {value: 0.8, better: higher}";
    bench.put(&path, &text.replace("attackDefenseRate: 0.8", by_hand));
    assert_eq!(told(&bench), Vec::<String>::new());
}

#[test]
fn permissions_and_connections_go_together() {
    check(
        "agents/support-rag/tools/1.1.0.yaml",
        "permissions: [tickets:create]",
        "permissions: []",
        expect![[r#"
            uncovered-tool agents/support-rag/tools/1.1.0.yaml:32:5 `create_ticket` connects to something and has no permission
        "#]],
    );
}

#[test]
fn a_tool_that_is_enabled_exists() {
    check(
        "environments/staging/values/support-rag.yaml",
        "enabled: [search, order_status, create_ticket]",
        "enabled: [search, order_state]",
        expect![[r#"
            missing-tool environments/staging/values/support-rag.yaml:4:23 the agent has no tool `order_state` to enable
        "#]],
    );
}

#[test]
fn a_partial_is_a_prompt_of_the_candidate() {
    check(
        "agents/support-rag/prompts/answer/2.2.0.prompt",
        "# Safety",
        "{{> tone}}\n# Safety",
        expect![[r#"
            missing-partial agents/support-rag/prompts/answer/2.2.0.prompt:84:1 the agent has no prompt `tone`
        "#]],
    );
}

#[test]
fn what_answers_and_calls_are_held_to_is_a_json_schema() {
    let bench = Workbench::of_repository();
    let contract = "agents/support-rag/contract/9.0.0.schema.json";
    bench.put(
        contract,
        "{\"type\": \"object\",\n \"properties\": {\"reply\": {\"type\": \"strng\"}}}\n",
    );
    let manifest = bench.text("agents/support-rag/tools/1.1.0.yaml").unwrap();
    let manifest = manifest.replacen("type: object", "$ref: '#/nowhere'", 1);
    bench.put("agents/support-rag/tools/9.0.0.yaml", &manifest);
    let agent = bench.text(AGENT).unwrap();
    let agent = agent.replacen("contract: 1.2.0", "contract: 9.0.0", 1);
    bench.put(AGENT, &agent.replacen("tools: 1.1.0", "tools: 9.0.0", 1));
    let report = bench.run("validate").unwrap();
    let told = report
        .findings
        .iter()
        .filter(|finding| finding.rule == "invalid-schema");
    let told = told.map(|finding| {
        let place = finding.location.as_ref().unwrap();
        format!("{}:{}:{} {}\n", place.file, place.line, place.column, finding.message)
    });
    expect![[r#"
        agents/support-rag/contract/9.0.0.schema.json:2:35 this is no JSON Schema: "strng" is not valid under any of the schemas listed in the 'anyOf' keyword
        agents/support-rag/tools/9.0.0.yaml:6:5 this is no JSON Schema: Pointer '/nowhere' does not exist
    "#]].assert_eq(&told.collect::<String>());
}

#[test]
fn every_rule_of_a_mock_that_is_none_is_told() {
    let bench = Workbench::of_repository();
    let rules = [
        "{name: one, answer: a, when: {user: '('}}",
        "{name: two, answer: a}",
        "{name: three, answer: a, when: {result: '['}}",
    ];
    let rules = rules.map(|rule| format!("- {rule}\n"));
    let path = "agents/support-rag/regression/mock.yaml";
    bench.put(path, &format!("rules:\n{}", rules.concat()));
    let report = bench.run("evaluate support-rag").unwrap();
    let told = report.findings.iter().filter(|finding| finding.rule == "invalid-value");
    let told = told.map(|finding| {
        (
            finding.location.as_ref().unwrap().line,
            finding.message.split('`').nth(1).unwrap(),
        )
    });
    assert_eq!(told.collect::<Vec<_>>(), [(2, "one"), (4, "three")]);
}

#[test]
fn a_model_is_known() {
    check(
        AGENT,
        "name: claude-sonnet-4",
        "name: claude-sonet-4",
        expect![[r#"
        unknown-model agents/support-rag/agent.yaml:51:11 nothing is known of the model `anthropic/claude-sonet-4`
    "#]],
    );
}

#[test]
fn what_is_known_of_a_model_is_said_once_and_of_a_day() {
    let path = "environments/models.yaml";
    check(
        path,
        "    name: gpt-4.1-mini\n",
        "    name: gpt-4.1\n    retired: \"2026-02-30\"\n",
        expect![[r#"
            unknown-model agents/agent-router/agent.yaml:50:11 nothing is known of the model `openai/gpt-4.1-mini`
            unknown-model environments/canary/releases/agent-router.yaml:17:11 nothing is known of the model `openai/gpt-4.1-mini`
            duplicate-model environments/models.yaml:22:11 the model `openai/gpt-4.1` stands here twice
            invalid-value environments/models.yaml:23:14 `retired` is `2026-02-30`, which is no day
            unknown-model environments/production/releases/agent-router.yaml:17:11 nothing is known of the model `openai/gpt-4.1-mini`
            unknown-model environments/staging/values/agent-router.yaml:4:35 nothing is known of the model `openai/gpt-4.1-mini`
        "#]],
    );
    let index = Workbench::of_repository().text(path).unwrap();
    let index = index.split_once("indexes:\n").unwrap().1;
    let name = index
        .lines()
        .find_map(|line| line.trim().strip_prefix("- name: "))
        .unwrap();
    let twice =
        format!("indexes:\n  - {{name: {name}, embedding: {{model: text-embedding-3-large, dimension: 3072}}}}\n");
    check(
        path,
        "indexes:\n",
        &twice,
        expect![[r#"
        duplicate-model environments/models.yaml:44:11 the index `help-center` stands here twice
    "#]],
    );
}

#[test]
fn a_byte_order_mark_in_a_contract_is_told() {
    check(
        "agents/code-review/contract/1.1.0.schema.json",
        "{\n",
        "\u{feff}{\n",
        expect![[r#"
            json-syntax agents/code-review/contract/1.1.0.schema.json:1:1 a byte order mark stands before the first character
        "#]],
    );
}
