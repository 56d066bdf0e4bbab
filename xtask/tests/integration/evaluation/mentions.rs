//! Tools that the text of a prompt names, and nobody has.

use expect_test::{Expect, expect};

use crate::workbench::Workbench;

const ASSISTANT: &str = "agents/agent-infer/prompts/assistant/2.1.0.prompt";
const ANSWER: &str = "agents/support-rag/prompts/answer/2.2.0.prompt";
const AGENT: &str = "agents/support-rag/agent.yaml";

/// What `validate` says of tools that nobody has.
fn told(bench: &Workbench) -> String {
    let report = bench.run("validate").unwrap();
    let told = report
        .findings
        .iter()
        .filter(|one| one.rule == "missing-tool")
        .map(|one| {
            let place = one.location.as_ref().unwrap();
            let file = place.file.rsplit("prompts/").next().unwrap();
            let help = one.help.as_deref().unwrap().split([';', '?']).next().unwrap();
            format!("{file}:{}:{} {} ({help})\n", place.line, place.column, one.message)
        });
    told.collect()
}

#[test]
fn what_is_only_likely_is_a_warning_and_other_parts_are_no_tools() {
    let bench = Workbench::of_repository();
    let text = bench.text(ANSWER).unwrap();
    let lines = "Use `parcel_history`, call `book_slot`, and call `order-triage` or use `rewrite-query`.";
    bench.put(ANSWER, &text.replacen("# Safety", &format!("{lines}\n\n# Safety"), 1));
    let report = bench.run("validate").unwrap();
    let told = report.findings.iter().filter(|one| one.rule == "missing-tool");
    let told: Vec<String> = told.map(|one| format!("{:?} {}", one.severity, one.message)).collect();
    expect![[r#"
        Warning there is no tool `parcel_history` in the tool manifest 1.1.0
        Error there is no tool `book_slot` in the tool manifest 1.1.0"#]]
    .assert_eq(&told.join("\n"));
}

/// Writes these lines before the rules of safety of the answer, and shows what follows.
fn said(lines: &str, expected: Expect) {
    let bench = Workbench::of_repository();
    let text = bench.text(ANSWER).unwrap();
    bench.put(ANSWER, &text.replacen("# Safety", &format!("{lines}\n\n# Safety"), 1));
    expected.assert_eq(&told(&bench));
}

#[test]
fn a_tool_that_is_misnamed_among_others_is_told() {
    let bench = Workbench::of_repository();
    let text = bench.text(ASSISTANT).unwrap();
    for name in ["calculator_x", "abacus"] {
        bench.put(ASSISTANT, &text.replacen("`calculator`", &format!("`{name}`"), 1));
        let told = told(&bench);
        assert!(
            told.starts_with(&format!("assistant/2.1.0.prompt:54:3 there is no tool `{name}`")),
            "{told}"
        );
        assert_eq!(told.lines().count(), 1, "{told}");
    }
    bench.put(ASSISTANT, &text);
    assert_eq!(told(&bench), "");
}

#[test]
fn a_name_with_an_underscore_that_is_called_is_a_tool() {
    said(
        "Call `send_mail` at the end, and 调用 `book_room`. Say `as_of` with `the_day`, and call `mum`.",
        expect![[r#"
            answer/2.2.0.prompt:84:6 there is no tool `send_mail` in the tool manifest 1.1.0 (mend the name, or add the tool to the tool manifest that the candidate names)
            answer/2.2.0.prompt:84:37 there is no tool `book_room` in the tool manifest 1.1.0 (mend the name, or add the tool to the tool manifest that the candidate names)
        "#]],
    );
}

#[test]
fn an_item_names_a_tool_where_another_item_does() {
    said(
        "1. `search`: find it.\n\n   More of it, and `what` it is.\n   - `inside` is another list\n2. **`rate(parcel)`**: ask for it.\n\
         \n{{#if history}}\n3. [`weigh`](a): weigh it.\n{{/if}}\n\nOther text.\n\n1. `what` begins a list of its own.",
        expect![[r#"
            answer/2.2.0.prompt:88:6 there is no tool `rate` in the tool manifest 1.1.0 (mend the name, or add the tool to the tool manifest that the candidate names)
            answer/2.2.0.prompt:91:5 there is no tool `weigh` in the tool manifest 1.1.0 (mend the name, or add the tool to the tool manifest that the candidate names)
        "#]],
    );
    said(
        "| tool | use |\n|---|---|\n|`search` | finds it |\n| `rate` | rates `it` |\n\n| `fold` |",
        expect![[r#"
            answer/2.2.0.prompt:87:3 there is no tool `rate` in the tool manifest 1.1.0 (mend the name, or add the tool to the tool manifest that the candidate names)
        "#]],
    );
    // what is no name of a tool, what an answer or a parameter is called, and what is only shown
    said(
        "- `search` finds it.\n- `topic: delivery` is no name.\n- `handover`, `standard` and `kb-1`\n- `delivery`, `urgency`\n- `404`\n\
         ```\n- `shown`\n```\n{{! - `hidden` }}\n{{!-- `deeper` --~}}\n- `weigh` it\n{{role \"user\"}}\n- `theirs` is of another text.",
        expect![[r#"
            answer/2.2.0.prompt:94:3 there is no tool `weigh` in the tool manifest 1.1.0 (mend the name, or add the tool to the tool manifest that the candidate names)
        "#]],
    );
}

#[test]
fn a_name_beside_the_word_tool_is_one() {
    said(
        "Ask the `weigh` tool.\nThe tool\n`rate` and tools **`stamp`** and 工具 `fold`,\n而 `seal` 工具 is a tool.",
        expect![[r#"
            answer/2.2.0.prompt:84:9 there is no tool `weigh` in the tool manifest 1.1.0 (mend the name, or add the tool to the tool manifest that the candidate names)
            answer/2.2.0.prompt:86:1 there is no tool `rate` in the tool manifest 1.1.0 (mend the name, or add the tool to the tool manifest that the candidate names)
            answer/2.2.0.prompt:86:20 there is no tool `stamp` in the tool manifest 1.1.0 (mend the name, or add the tool to the tool manifest that the candidate names)
            answer/2.2.0.prompt:86:37 there is no tool `fold` in the tool manifest 1.1.0 (mend the name, or add the tool to the tool manifest that the candidate names)
            answer/2.2.0.prompt:87:3 there is no tool `seal` in the tool manifest 1.1.0 (mend the name, or add the tool to the tool manifest that the candidate names)
        "#]],
    );
    said(
        "The `failed` tool calls, the `auto` tool choice, the `order_status` tool, and the tool `search`.\n\
         Use each tool.\n\n`none` of them twice. A toolbox `holds` more.",
        expect![""],
    );
}

#[test]
fn a_name_that_is_nearly_a_tools_is_meant_for_it() {
    said(
        "First `serach`, then `Order_Status`, and `searching` last.",
        expect![[r#"
            answer/2.2.0.prompt:84:7 there is no tool `serach` in the tool manifest 1.1.0 (did you mean `search`)
            answer/2.2.0.prompt:84:22 there is no tool `Order_Status` in the tool manifest 1.1.0 (did you mean `order_status`)
        "#]],
    );
}

#[test]
fn a_partial_names_tools_that_the_prompt_around_it_offers() {
    let bench = Workbench::of_repository();
    let put = |name: &str, text: &str| {
        bench.put(&format!("agents/support-rag/prompts/{name}/1.0.0.prompt"), text);
        let key = "    rewrite-query: ";
        let agent = bench.text(AGENT).unwrap();
        bench.put(AGENT, &agent.replacen(key, &format!("    {name}: 1.0.0\n{key}"), 1));
    };
    // nobody offers anything there
    put("tools", "First `serach`, `citation` after it.\n\n{{> more}}\n");
    put(
        "more",
        "- `create_ticket` last\n- `weigh` first\n- `needsOrder`, `citations`\n",
    );
    assert_eq!(told(&bench), "");
    let text = bench.text(ANSWER).unwrap();
    bench.put(ANSWER, &text.replacen("# Safety", "{{> tools}}\n\n# Safety", 1));
    expect![[r#"
        more/1.0.0.prompt:2:3 there is no tool `weigh` in the tool manifest 1.1.0 (mend the name, or add the tool to the tool manifest that the candidate names)
        tools/1.0.0.prompt:1:7 there is no tool `serach` in the tool manifest 1.1.0 (did you mean `search`)
    "#]]
    .assert_eq(&told(&bench));
}

#[test]
fn a_name_with_an_underscore_by_which_something_is_done_is_a_tool() {
    said(
        "Propose with `book_slot`, go via `send_mail`, run `sync_cart` and 通过 `cancel_trip`.\n\
         Join via `customer_id`, look with `the_day`, and go through `orders_table`.",
        expect![[r#"
            answer/2.2.0.prompt:84:14 there is no tool `book_slot` in the tool manifest 1.1.0 (mend the name, or add the tool to the tool manifest that the candidate names)
            answer/2.2.0.prompt:84:34 there is no tool `send_mail` in the tool manifest 1.1.0 (mend the name, or add the tool to the tool manifest that the candidate names)
            answer/2.2.0.prompt:84:51 there is no tool `sync_cart` in the tool manifest 1.1.0 (mend the name, or add the tool to the tool manifest that the candidate names)
            answer/2.2.0.prompt:84:70 there is no tool `cancel_trip` in the tool manifest 1.1.0 (mend the name, or add the tool to the tool manifest that the candidate names)
        "#]],
    );
}

#[test]
fn headings_are_a_list_of_tools_where_one_is_a_tool() {
    let words =
        "## order_status\n\nFor parcels.\n\n## check_stock\n\nFor goods.\n\n## `book_slot`\n\n### as_of\n\n## Tone";
    said(
        words,
        expect![[r#"
        answer/2.2.0.prompt:88:4 there is no tool `check_stock` in the tool manifest 1.1.0 (mend the name, or add the tool to the tool manifest that the candidate names)
        answer/2.2.0.prompt:92:4 there is no tool `book_slot` in the tool manifest 1.1.0 (mend the name, or add the tool to the tool manifest that the candidate names)
    "#]],
    );
    said("## check_stock\n\nFor goods.\n\n## the_day", expect![[r#""#]]);
}
