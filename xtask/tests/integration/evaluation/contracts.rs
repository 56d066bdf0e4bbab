//! Contracts against the version before, and the defaults in contracts and in parameters of tools.

use expect_test::{Expect, expect};

use crate::workbench::Workbench;

const CONTRACT: &str = "agents/code-review/contract";
const TOOLS: &str = "agents/support-rag/tools";

/// What `validate` says by these rules.
fn told(bench: &Workbench, rules: &[&str]) -> String {
    let report = bench.run("validate").unwrap();
    let told = report
        .findings
        .iter()
        .filter(|one| rules.contains(&&*one.rule))
        .map(|one| {
            let place = one.location.as_ref().unwrap();
            let file = place.file.rsplit('/').next().unwrap();
            format!("{file}:{}:{} {}\n", place.line, place.column, one.message)
        });
    told.collect()
}

/// Writes the newest contract of the reviewer anew as its next version, with these edits.
fn breaks(edits: &[(&str, &str)], expected: Expect) {
    let bench = Workbench::of_repository();
    let mut text = bench.text(&format!("{CONTRACT}/1.1.0.schema.json")).unwrap();
    for (from, to) in edits {
        assert!(text.contains(from), "`{from}` in:\n{text}");
        text = text.replacen(from, to, 1);
    }
    bench.put(&format!("{CONTRACT}/1.2.0.schema.json"), &text);
    expected.assert_eq(&told(&bench, &["breaking-contract"]));
}

#[test]
fn what_is_required_is_told_where_it_stands() {
    breaks(
        &[(
            "[\"verdict\", \"summary\", \"comments\"]",
            "[\"verdict\",\n    \"comments\", \"score\"]",
        )],
        expect![[r#"
            1.2.0.schema.json:7:3 `summary` may be missing now, compared with 1.1.0
            1.2.0.schema.json:8:17 `score` is required now, compared with 1.1.0
        "#]],
    );
    breaks(
        &[("\"required\": [\"path\", \"line\", \"severity\", \"text\"],", "")],
        expect![[r#"
            1.2.0.schema.json:19:11 `comments[].path` may be missing now, compared with 1.1.0
            1.2.0.schema.json:20:11 `comments[].line` may be missing now, compared with 1.1.0
            1.2.0.schema.json:21:11 `comments[].severity` may be missing now, compared with 1.1.0
            1.2.0.schema.json:22:11 `comments[].text` may be missing now, compared with 1.1.0
        "#]],
    );
    // behind a reference it is told where it is written
    breaks(
        &[
            (
                "\"items\": {\n",
                "\"items\": {\"$ref\": \"#/$defs/all/comment\"}}},\n\"$defs\": {\"all\": {\"comment\": {\n",
            ),
            ("\"text\"]", "\"text\", \"guideline\"]"),
        ],
        expect![[r#"
            1.2.0.schema.json:18:58 `comments[].guideline` is required now, compared with 1.1.0
        "#]],
    );
}

#[test]
fn another_dialect_is_a_break() {
    let from = "https://json-schema.org/draft/2020-12/schema";
    let to = |dialect| move |expected| breaks(&[(from, dialect)], expected);
    to("http://json-schema.org/draft-07/schema#")(expect![[r#"
        1.2.0.schema.json:2:14 the dialect was `https://json-schema.org/draft/2020-12/schema` and is `http://json-schema.org/draft-07/schema#`, where keywords mean something else, compared with 1.1.0
    "#]]);
    to("https://example.com/our-own")(expect![[r#"
        1.2.0.schema.json:2:14 the dialect was `https://json-schema.org/draft/2020-12/schema` and is `https://example.com/our-own`, where keywords mean something else, compared with 1.1.0
    "#]]);
    // the same one, written otherwise or left out
    to("http://json-schema.org/draft/2020-12/schema#")(expect![""]);
    breaks(
        &[("\"$schema\": \"https://json-schema.org/draft/2020-12/schema\",", "")],
        expect![""],
    );
}

#[test]
fn a_dialect_that_nobody_knows_is_told_where_it_is_named() {
    let bench = Workbench::of_repository();
    let text = bench.text(&format!("{CONTRACT}/1.1.0.schema.json")).unwrap();
    let agent = bench.text("agents/code-review/agent.yaml").unwrap();
    bench.put(
        "agents/code-review/agent.yaml",
        &agent.replacen("contract: 1.1.0", "contract: 2.0.0", 1),
    );
    for (dialect, expected) in [
        (
            "https://example.com/our-own",
            expect![[r#"
                2.0.0.schema.json:2:14 this is no JSON Schema: nobody knows the dialect `https://example.com/our-own`
            "#]],
        ),
        ("http://json-schema.org/draft-04/schema#", expect![""]),
        ("https://json-schema.org/schema", expect![""]),
    ] {
        let own = text.replacen("https://json-schema.org/draft/2020-12/schema", dialect, 1);
        bench.put(&format!("{CONTRACT}/2.0.0.schema.json"), &own);
        expected.assert_eq(&told(&bench, &["invalid-schema", "breaking-contract"]));
    }
}

#[test]
fn a_default_is_admitted_by_its_own_schema() {
    let bench = Workbench::of_repository();
    let manifest = bench.text(&format!("{TOOLS}/1.1.0.yaml")).unwrap();
    let manifest = manifest
        .replacen("maximum: 10, default: 5", "maximum: 10, default: 50", 1)
        .replacen(
            "enum: [low, normal, high]",
            "enum: [low, normal, high], default: urgent",
            1,
        )
        .replacen("maxLength: 120", "maxLength: 120, default: 7", 1)
        .replacen("maxLength: 4000", "maxLength: 4000, default: none", 1);
    bench.put(&format!("{TOOLS}/9.0.0.yaml"), &manifest);
    let contract = "{\"$defs\": {\"kind\": {\"enum\": [\"a\", \"b\"]}},\n \"properties\": {\"default\": {\"type\": \"string\"},\n  \
                    \"kind\": {\"$ref\": \"#/$defs/kind\", \"default\": \"c\"},\n  \"other\": {\"$ref\": \"#/$defs/kind\", \"default\": \"a\"}}}\n";
    bench.put("agents/support-rag/contract/9.0.0.schema.json", contract);
    expect![[r#"
        9.0.0.schema.json:3:47 the default "c" of `properties.kind` in the contract 9.0.0 is refused by its own schema: "c" is not one of "a" or "b"
        9.0.0.yaml:13:66 the default 50 of `properties.limit` in `search` is refused by its own schema: 50 is greater than the maximum of 10
        9.0.0.yaml:40:58 the default 7 of `properties.subject` in `create_ticket` is refused by its own schema: 7 is not of type "string"
        9.0.0.yaml:42:69 the default "urgent" of `properties.urgency` in `create_ticket` is refused by its own schema: "urgent" is not one of "low", "normal" or "high"
    "#]]
    .assert_eq(&told(&bench, &["refused-default"]));
    // what was released never changes, so nobody could mend it
    bench.put(&format!("{TOOLS}/1.1.0.yaml"), &manifest);
    bench.remove(&format!("{TOOLS}/9.0.0.yaml"));
    bench.remove("agents/support-rag/contract/9.0.0.schema.json");
    assert_eq!(told(&bench, &["refused-default"]), "");
}
