//! Prompts that others put into themselves.

use expect_test::{Expect, expect};

use crate::workbench::Workbench;

const AGENT: &str = "agents/support-rag/agent.yaml";

#[test]
fn a_partial_does_not_lead_back() {
    let check = |tags: &[(&str, &str)], expected: Expect| {
        let bench = Workbench::of_repository();
        for (name, other) in tags {
            let path = format!("agents/support-rag/prompts/{name}/1.0.0.prompt");
            bench.put(&path, &format!("Hello {{{{> {other}}}}}\n"));
            let key = "    rewrite-query: ";
            let more = format!("    {name}: 1.0.0\n{key}");
            bench.put(AGENT, &bench.text(AGENT).unwrap().replacen(key, &more, 1));
        }
        let report = bench.run("validate").unwrap();
        let told = report
            .findings
            .iter()
            .filter(|finding| finding.rule == "missing-partial");
        let told = told.map(|finding| {
            format!(
                "{} ({})\n",
                finding.message,
                finding.help.as_deref().unwrap_or_default()
            )
        });
        expected.assert_eq(&told.collect::<String>());
    };
    check(
        &[("one", "one")],
        expect![[r#"
        `one` puts itself into itself (take the `{{> one}}` out: it would never end)
    "#]],
    );
    check(
        &[("one", "two"), ("two", "one")],
        expect![[r#"
        `one` puts itself into itself by way of `two` (take `{{> two}}` out here, or `{{> one}}` out of `two`: it would never end)
        `two` puts itself into itself by way of `one` (take `{{> one}}` out here, or `{{> two}}` out of `one`: it would never end)
    "#]],
    );
    check(
        &[("one", "two"), ("two", "three"), ("three", "one")],
        expect![[r#"
        `one` puts itself into itself by way of `two`, `three` (take `{{> two}}` out here, or `{{> one}}` out of `three`: it would never end)
        `three` puts itself into itself by way of `one`, `two` (take `{{> one}}` out here, or `{{> three}}` out of `two`: it would never end)
        `two` puts itself into itself by way of `three`, `one` (take `{{> three}}` out here, or `{{> two}}` out of `one`: it would never end)
    "#]],
    );
}

/// What `validate` says of prompts when `answer` names these partials.
fn said_of_partials(more: &str, partials: &[(&str, &str)]) -> String {
    let bench = Workbench::of_repository();
    let answer = "agents/support-rag/prompts/answer/2.2.0.prompt";
    let text = bench.text(answer).unwrap();
    bench.put(answer, &text.replacen("# Safety", &format!("{more}\n# Safety"), 1));
    for (name, text) in partials {
        bench.put(&format!("agents/support-rag/prompts/{name}/1.0.0.prompt"), text);
        let key = "    rewrite-query: ";
        let agent = bench.text(AGENT).unwrap();
        bench.put(AGENT, &agent.replacen(key, &format!("    {name}: 1.0.0\n{key}"), 1));
    }
    let report = bench.run("validate").unwrap();
    let told = report
        .findings
        .iter()
        .filter(|finding| finding.rule.ends_with("-variable"));
    let told = told.map(|finding| {
        let place = finding.location.as_ref().unwrap();
        let file = place.file.rsplit("prompts/").next().unwrap();
        format!(
            "{} {file}:{}:{} {}\n",
            finding.rule, place.line, place.column, finding.message
        )
    });
    told.collect()
}

#[test]
fn a_partial_reads_what_the_prompt_that_names_it_declares() {
    const TONE: (&str, &str) = (
        "tone",
        "---\ninput: { schema: { mood: string, more?: string } }\n---\nYour mood: {{mood}}. {{#if more}}{{more}}{{/if}}\n",
    );
    const OUTER: (&str, &str) = (
        "outer",
        "---\ninput: { schema: { mood: string, more?: string } }\n---\nFirst:\n{{>tone}}\n",
    );
    expect![[r#"
        undeclared-variable answer/2.2.0.prompt:84:1 in the partial `tone`: no input is called `mood`
    "#]]
    .assert_eq(&said_of_partials("{{>tone}}", &[TONE]));
    expect![[r#"
        undeclared-variable answer/2.2.0.prompt:84:1 in the partial `rewrite-query`: no input is called `locale`
    "#]]
    .assert_eq(&said_of_partials("{{> rewrite-query}}", &[]));
    expect![[r#"
        undeclared-variable answer/2.2.0.prompt:84:1 in the partial `outer`: no input is called `mood`
    "#]]
    .assert_eq(&said_of_partials("{{>outer}}", &[TONE, OUTER]));
    assert_eq!(said_of_partials("{{>tone mood=\"calm\"}}", &[TONE]), "");
    assert_eq!(said_of_partials("{{>outer mood=\"calm\"}}", &[TONE, OUTER]), "");
}

#[test]
fn a_partial_on_a_line_of_its_own_ends_that_line() {
    let read = |text: &str| {
        let header = lockstep::prompts::header_text(text).unwrap();
        let header = lockstep::yaml::read_typed(&header).unwrap();
        lockstep::prompts::read("a.prompt", text, header, &mut Vec::new()).unwrap()
    };
    let tone = read("---\nmodel: a\n---\n\nBe kind.\nBe short.\n\n");
    let partials = [("tone".to_owned(), std::sync::Arc::new(tone.template))].into();
    let said = |body: &str| {
        let data = lockstep::prompts::template::Data {
            input: &serde_json::json!({}),
            context: &serde_json::Map::new(),
            partials: &partials,
        };
        let prompt = read(&format!("---\nmodel: a\n---\n{body}\n"));
        let pieces = lockstep::prompts::template::render(&prompt.template, &data).unwrap();
        match &pieces[..] {
            [lockstep::prompts::template::Piece::Text(text)] => text.clone(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(said("{{>tone}}\n# Safety"), "Be kind.\nBe short.\n# Safety");
    assert_eq!(
        said("Hear:\n  {{>tone}}\n\nEnd."),
        "Hear:\n  Be kind.\n  Be short.\n\nEnd."
    );
    assert_eq!(said("Hear: {{>tone}} Always."), "Hear: Be kind.\nBe short. Always.");
    assert_eq!(said("Hear:\n{{>tone}}"), "Hear:\nBe kind.\nBe short.");
}
