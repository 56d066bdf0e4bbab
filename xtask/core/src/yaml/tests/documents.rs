//! Streams, structure and what is refused, one row a case.

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::super::{Positions, read_manifests, read_typed, read_value};

fn check(text: &str, expected: &[(usize, Value)]) {
    let manifests = read_manifests(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let documents: Vec<_> = manifests
        .documents
        .into_iter()
        .map(|document| (document.line, document.value))
        .collect();
    assert_eq!(documents, expected, "{text}");
}

#[test]
fn streams_are_documents_with_lines() {
    check("", &[]);
    check("# nothing\n", &[]);
    check("---\n", &[]);
    check("---\n---\n# nothing\n--- # here\n\n", &[]);
    check("null\n---\n~\n", &[]);
    check("a: 1", &[(1, json!({ "a": 1 }))]);
    check(
        "# c\n\na: 1\n---\n# c\nb: 2\n---\n",
        &[(3, json!({ "a": 1 })), (6, json!({ "b": 2 }))],
    );
    check(
        "--- {a: 1}\n...\n---\nb: 2\n",
        &[(1, json!({ "a": 1 })), (4, json!({ "b": 2 }))],
    );
    check("---a: 1\n", &[(1, json!({ "---a": 1 }))]);
    check("text\n", &[(1, json!("text"))]);
    check("{}\n---\n[]\n", &[(1, json!({})), (3, json!([]))]);
}

#[test]
fn structure_has_its_spellings() {
    let cases = [
        ("a:\n- 1\n- 2\nb: 3\n", json!({ "a": [1, 2], "b": 3 })),
        (
            "a:\n  - 1\n  -\n    - 2\n  - - 3\n    - 4\n",
            json!({ "a": [1, [2], [3, 4]] }),
        ),
        (
            "- a: 1\n  b:\n  - x\n- c:\n-\n",
            json!([{ "a": 1, "b": ["x"] }, { "c": null }, null]),
        ),
        ("-   a: 1\n    b: 2\n", json!([{ "a": 1, "b": 2 }])),
        (
            "a: # why\n  b: 1 # c\n  # c\n\n  c: x#y\n",
            json!({ "a": { "b": 1, "c": "x#y" } }),
        ),
        ("\"a\\u00e9\\n\": 'it''s'\n", json!({ "aé\n": "it's" })),
        ("a: [1, {b: 2}]\n", json!({ "a": [1, { "b": 2 }] })),
        ("a: one\n  two\n", json!({ "a": "one two" })),
        ("a: >\n  one\n  two\n", json!({ "a": "one two\n" })),
        (
            "a: |\n  one\n   two\n\n  three\n\n\nb: 1\n",
            json!({ "a": "one\n two\n\nthree\n", "b": 1 }),
        ),
        ("a: |-\n  one\n\nb: 1\n", json!({ "a": "one", "b": 1 })),
        ("a: |+\n  one\n\nb: 1\n", json!({ "a": "one\n\n", "b": 1 })),
        ("a: |2\n   one\n", json!({ "a": " one\n" })),
        ("- |\n one\n- |\n  two\n", json!(["one\n", "two\n"])),
        ("a: |\n\n  one\n# c\nb: 1\n", json!({ "a": "\none\n", "b": 1 })),
        ("a: |\nb: 1\n", json!({ "a": "", "b": 1 })),
        ("a: 1\r\nb: |\r\n  x\r\n", json!({ "a": 1, "b": "x\n" })),
        ("\u{feff}a: 1\n", json!({ "a": 1 })),
        ("a: &x {b: 1}\nc: *x\n", json!({ "a": { "b": 1 }, "c": { "b": 1 } })),
        (
            "a: &x {b: 1, c: 1}\nd: {<<: *x, b: 2}\n",
            json!({ "a": { "b": 1, "c": 1 }, "d": { "b": 2, "c": 1 } }),
        ),
        (
            "a: !!str 12\nb: !!int '12'\nc: !!float 1\n",
            json!({ "a": "12", "b": 12, "c": 1.0 }),
        ),
        ("a: |\n  b", json!({ "a": "b" })),
        ("a: |+\n  b\n   ", json!({ "a": "b\n " })),
        ("a: >-\n  b\n# c", json!({ "a": "b" })),
        ("? a\n: b\n", json!({ "a": "b" })),
        ("a:\tb\n", json!({ "a": "b" })),
    ];
    for (text, expected) in cases {
        let manifests = read_manifests(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(manifests.documents[0].value, expected, "{text}");
    }
}

fn refused(text: &str, expected: Expect) {
    expected.assert_eq(&read_manifests(text).unwrap_err().to_string());
}

#[test]
fn what_is_wrong_is_refused_with_its_place() {
    refused(
        "a: 1\nb: 2\na: 3\n",
        expect!["duplicate key `a` at line 3, column 1; `a` stands in line 1 already; remove one of the two"],
    );
    refused(
        "a: 1\n\"a\": 3\n",
        expect!["duplicate key `a` at line 2, column 1; `a` stands in line 1 already; remove one of the two"],
    );
    refused(
        "1: a\n'1': b\n",
        expect!["duplicate key `1` at line 2, column 1; `1` stands in line 1 already; remove one of the two"],
    );
    refused(
        "a: {{ x }}\n",
        expect![
            "a map as a key has no meaning in Kubernetes at line 1, column 5; write the key in quotes; if `{{` was meant for a template, that was not rendered"
        ],
    );
    refused(
        "a:\n\tb: 1\n",
        expect!["tabs disallowed within this context (block indentation) at line 2, column 2"],
    );
    refused(
        "a: b: c\n",
        expect!["mapping values are not allowed in this context at line 1, column 5"],
    );
    refused(
        "a: 'b\n",
        expect!["invalid indentation in multiline quoted scalar at line 2, column 1"],
    );
    refused(
        "a:\n  - 1\n b: 1\n",
        expect!["while parsing a block mapping, did not find expected key at line 3, column 2"],
    );
    refused(
        "a: *x\n",
        expect!["while parsing node, found unknown anchor at line 1, column 4"],
    );
    refused(
        "a: &x [*x]\n",
        expect!["the alias stands inside what it stands for at line 1, column 8"],
    );
    refused(
        "a: !foo 12\n",
        expect![
            "the tag `!foo` has no meaning in Kubernetes at line 1, column 9; remove the tag, or quote the value if it starts with `!`"
        ],
    );
    refused(
        "a: !!int x\n",
        expect!["the value is not of the type `!!int` that its tag says at line 1, column 10; remove the tag"],
    );
    refused(
        "a: !!binary aGk=\n",
        expect![
            "the tag `!!binary` has no meaning in Kubernetes at line 1, column 13; remove the tag, or quote the value if it starts with `!`"
        ],
    );
    refused(
        "~: 1\n",
        expect!["an empty key has no meaning in Kubernetes at line 1, column 1; write the key in quotes"],
    );
    refused(
        "<<: 1\n",
        expect![
            "the value of `<<` is neither a map nor a list of maps at line 1, column 5; quote the key if it is not meant to merge"
        ],
    );
    refused(
        "a: 1\nb: \"é\u{85}\"\n",
        expect![[
            r#"the character U+0085 stands in the text as it is, and readers disagree on it at line 2, column 6; write it as `\u0085` in double quotes"#
        ]],
    );
    refused(
        "a: \u{7}\n",
        expect![[
            r#"the character U+0007 stands in the text as it is, and readers disagree on it at line 1, column 4; write it as `\u0007` in double quotes"#
        ]],
    );
    refused(
        "a: 1\n\u{feff}b: 1\n",
        expect![[
            r#"the character U+FEFF stands in the text as it is, and readers disagree on it at line 2, column 1; write it as `\ufeff` in double quotes"#
        ]],
    );
}

#[test]
fn bombs_are_refused() {
    let mut laughs = String::from("a0: &a0 [x]\n");
    for level in 1..12 {
        let alias = format!("*a{}, ", level - 1);
        laughs.push_str(&format!("a{level}: &a{level} [{}]\n", alias.repeat(10)));
    }
    refused(
        &laughs,
        expect![
            "the aliases stand for more than 100000 values at line 6, column 25; write the values out instead of nesting aliases"
        ],
    );
    refused(
        &"[".repeat(20_000),
        expect![
            "maps and lists nest deeper than 64 levels at line 1, column 256; flatten the value, or keep it as text in a block scalar"
        ],
    );

    let block: String = (0..5_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    refused(
        &block,
        expect![
            "maps and lists nest deeper than 64 levels at line 65, column 65; flatten the value, or keep it as text in a block scalar"
        ],
    );

    let mut chain = String::from("a0: &a0 [x]\n");
    for level in 1..5_000 {
        chain.push_str(&format!("a{level}: &a{level} [*a{}]\n", level - 1));
    }
    refused(
        &chain,
        expect![
            "maps and lists nest deeper than 64 levels at line 64, column 12; flatten the value, or keep it as text in a block scalar"
        ],
    );

    for text in [laughs, "[".repeat(20_000), block, chain] {
        assert!(Positions::of(&text).is_err());
        assert!(read_value(&text).is_err());
        assert!(read_typed::<Value>(&text).is_err());
    }
    refused(
        &" ".repeat((64 << 20) + 1),
        expect![
            "the text has 67108865 bytes, more than the 67108864 that are read at line 1, column 1; split it into several files"
        ],
    );
}

#[test]
fn the_depth_limit_is_the_same_on_both_paths() {
    for (depth, accepted) in [(64, true), (65, false)] {
        let map: String = (0..depth).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
        let list = format!("{}1\n", "- ".repeat(depth));
        let empty = format!("{}{{}}\n", "- ".repeat(depth - 1));
        let flow = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        for text in [map, list, empty, flow] {
            assert_eq!(read_manifests(&text).is_ok(), accepted, "{text}");
        }
    }
}
