//! Streams, structure and what is refused, one row a case.

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::super::{Positions, read_manifests, read_typed, read_value};

fn check(text: &str, expected: &[(usize, Value)]) {
    let manifests = read_manifests(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let documents: Vec<_> = manifests.documents.into_iter().map(|document| (document.line, document.value)).collect();
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
    check("# c\n\na: 1\n---\n# c\nb: 2\n---\n", &[(3, json!({ "a": 1 })), (6, json!({ "b": 2 }))]);
    check("--- {a: 1}\n...\n---\nb: 2\n", &[(1, json!({ "a": 1 })), (4, json!({ "b": 2 }))]);
    check("---a: 1\n", &[(1, json!({ "---a": 1 }))]);
    check("text\n", &[(1, json!("text"))]);
    check("{}\n---\n[]\n", &[(1, json!({})), (3, json!([]))]);
}

#[test]
fn structure_has_its_spellings() {
    let cases = [
        ("a:\n- 1\n- 2\nb: 3\n", json!({ "a": [1, 2], "b": 3 })),
        ("a:\n  - 1\n  -\n    - 2\n  - - 3\n    - 4\n", json!({ "a": [1, [2], [3, 4]] })),
        ("- a: 1\n  b:\n  - x\n- c:\n-\n", json!([{ "a": 1, "b": ["x"] }, { "c": null }, null])),
        ("-   a: 1\n    b: 2\n", json!([{ "a": 1, "b": 2 }])),
        ("a: # why\n  b: 1 # c\n  # c\n\n  c: x#y\n", json!({ "a": { "b": 1, "c": "x#y" } })),
        ("\"a\\u00e9\\n\": 'it''s'\n", json!({ "aé\n": "it's" })),
        ("a: [1, {b: 2}]\n", json!({ "a": [1, { "b": 2 }] })),
        ("a: one\n  two\n", json!({ "a": "one two" })),
        ("a: >\n  one\n  two\n", json!({ "a": "one two\n" })),
        ("a: |\n  one\n   two\n\n  three\n\n\nb: 1\n", json!({ "a": "one\n two\n\nthree\n", "b": 1 })),
        ("a: |-\n  one\n\nb: 1\n", json!({ "a": "one", "b": 1 })),
        ("a: |+\n  one\n\nb: 1\n", json!({ "a": "one\n\n", "b": 1 })),
        ("a: |2\n   one\n", json!({ "a": " one\n" })),
        ("- |\n one\n- |\n  two\n", json!(["one\n", "two\n"])),
        ("a: |\n\n  one\n# c\nb: 1\n", json!({ "a": "\none\n", "b": 1 })),
        ("a: |\nb: 1\n", json!({ "a": "", "b": 1 })),
        ("a: 1\r\nb: |\r\n  x\r\n", json!({ "a": 1, "b": "x\n" })),
        ("\u{feff}a: 1\n", json!({ "a": 1 })),
        ("a: &x {b: 1}\nc: *x\n", json!({ "a": { "b": 1 }, "c": { "b": 1 } })),
        ("a: &x {b: 1, c: 1}\nd: {<<: *x, b: 2}\n", json!({ "a": { "b": 1, "c": 1 }, "d": { "b": 2, "c": 1 } })),
        ("a: !!str 12\nb: !!int '12'\nc: !!float 1\n", json!({ "a": "12", "b": 12, "c": 1.0 })),
        ("? a\n: b\n", json!({ "a": "b" })),
        ("a:\tb\n", json!({ "a": "b" })),
        ("a: \"\u{85}\u{2028}\"\n", json!({ "a": "\u{85}\u{2028}" })),
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
    refused("a: 1\nb: 2\na: 3\n", expect![[r#""#]]);
    refused("a: 1\n\"a\": 3\n", expect![[r#""#]]);
    refused("1: a\n'1': b\n", expect![[r#""#]]);
    refused("a: {{ x }}\n", expect![[r#""#]]);
    refused("a:\n\tb: 1\n", expect![[r#""#]]);
    refused("a: b: c\n", expect![[r#""#]]);
    refused("a: 'b\n", expect![[r#""#]]);
    refused("a:\n  - 1\n b: 1\n", expect![[r#""#]]);
    refused("a: *x\n", expect![[r#""#]]);
    refused("a: &x [*x]\n", expect![[r#""#]]);
    refused("a: !foo 12\n", expect![[r#""#]]);
    refused("a: !!int x\n", expect![[r#""#]]);
    refused("a: !!binary aGk=\n", expect![[r#""#]]);
    refused("~: 1\n", expect![[r#""#]]);
    refused("<<: 1\n", expect![[r#""#]]);
}

#[test]
fn bombs_are_refused() {
    let mut laughs = String::from("a0: &a0 [x]\n");
    for level in 1..12 {
        let alias = format!("*a{}, ", level - 1);
        laughs.push_str(&format!("a{level}: &a{level} [{}]\n", alias.repeat(10)));
    }
    refused(&laughs, expect![[r#""#]]);
    refused(&"[".repeat(20_000), expect![[r#""#]]);

    let block: String = (0..5_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    refused(&block, expect![[r#""#]]);

    let mut chain = String::from("a0: &a0 [x]\n");
    for level in 1..5_000 {
        chain.push_str(&format!("a{level}: &a{level} [*a{}]\n", level - 1));
    }
    refused(&chain, expect![[r#""#]]);

    for text in [laughs, "[".repeat(20_000), block, chain] {
        assert!(Positions::of(&text).is_err());
        assert!(read_value(&text).is_err());
        assert!(read_typed::<Value>(&text).is_err());
    }
    refused(&" ".repeat((64 << 20) + 1), expect![[r#""#]]);
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
