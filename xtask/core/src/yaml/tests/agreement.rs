//! The fast reader never differs from the reference, nor from libyaml, whose grammar is Go's.

use proptest::prelude::*;
use serde_json::Value;

use super::super::{fast, read_manifests, reference};

/// Whatever the fast reader accepts, the others read the same way; says whether it accepted.
fn check(text: &str) -> bool {
    let Some(documents) = fast::read(text) else {
        return false;
    };
    let manifests = reference::read(text).unwrap_or_else(|error| panic!("fast only: {error}\n{text}"));
    assert_eq!(documents, manifests.documents, "{text}");
    assert_eq!(manifests.ambiguous, [], "{text}");

    let mut from_libyaml = Vec::new();
    for document in serde_yaml::Deserializer::from_str(text) {
        let value: Value = serde::Deserialize::deserialize(document)
            .unwrap_or_else(|error| panic!("not for libyaml: {error}\n{text}"));
        if !value.is_null() {
            from_libyaml.push(value);
        }
    }
    let values: Vec<Value> = documents.into_iter().map(|document| document.value).collect();
    assert_eq!(from_libyaml, values, "libyaml:\n{text}");
    true
}

const MANIFESTS: &str = r##"# A comment
apiVersion: v1
kind: ConfigMap
metadata:
  name: web
  labels: {}
  annotations:
    "quoted": "a \"b\" \u00e9"
    'single': 'it''s'
data:
  script: |
    #!/bin/sh
    echo hi   

      deeper
  strip: |-
    one
    two

  keep: |+
    one

---
apiVersion: apps/v1
kind: Deployment
spec:
  replicas: 3
  template:
    spec:
      containers:
      - name: web # trailing
        image: "example.com/web:1.2.3"
        args: ["--a", --b]
        command:
          - /bin/web
          - --port=8080
          - -v
          -
            nested: true
          - - x
            - 0.5
        env:
        - name: A
          value: "true"
        - name: B
          value:
        empty: []
---
- a: ~
  b: null
- 'c': false
"##;

#[test]
fn the_subset_covers_usual_manifests() {
    assert!(check(&MANIFESTS.replace("[\"--a\", --b]", "[]")));
    assert!(!check(MANIFESTS), "flow lists are outside the subset");
    for outside in [
        "a: yes\n",
        "a: &x 1\n",
        "a: !!str 1\n",
        "a:\tb\n",
        "a: 1\r\n",
        "a: b\n  c\n",
        "a: >\n  b\n",
        "a: 1\na: 2\n",
    ] {
        assert!(!check(outside), "{outside}");
    }
}

/// Pieces that YAML is made of, so that random sequences of them are often valid.
fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "a",
        "b",
        "key",
        "a: ",
        "b:",
        "c: 1",
        ": ",
        ":",
        "- ",
        "-",
        "--",
        "---",
        "---\n",
        "...",
        "\n",
        "\n",
        "\n",
        "\n  ",
        "\n  ",
        "\n    ",
        "\n- ",
        "\n  - ",
        " ",
        "  ",
        "#",
        " # c",
        "\n# c\n",
        "\n  # c\n",
        "|",
        "|\n",
        "|-\n",
        "|+\n",
        ": |\n  ",
        ": |+\n    ",
        "'",
        "''",
        "\"",
        "'a'",
        "\"b\"",
        "\\n",
        "\\",
        "{}",
        "[]",
        "{",
        "}",
        "[",
        "]",
        ",",
        ", ",
        "{ a: 1, b: ",
        "[a, 2, ",
        " }",
        "?",
        "? ",
        "&a ",
        "*a",
        "!t ",
        "%",
        "@",
        "~",
        "null",
        "true",
        "1",
        "-1",
        "0.5",
        "é",
        "=",
        "<<",
        "12",
        "yes",
        "\t",
        "\r\n",
        "\u{feff}",
        "\u{85}",
        "\u{2028}",
        ">\n",
    ])
}

/// Pieces that flow collections are made of.
fn flow_piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "a", "b1", "a: ", "b: 1", "'q'", "\"q\": ", "\"q\":1", ": ", ":", ", ", ",", " , ", "{", "}", "[", "]", "{ ",
        " }", "[ ", " ]", "{}", "[]", "-1", "- ", "1.5", "0x1", "yes", "null", "~", "/p/q", "$(A)", "a-b", "a.b/c",
        "a b", "http://x", "a:b", "%", "@x", "=", "*", "&a", "!t", "#", " #", "?", "\n", "\n  ", "é", " ", "  ", "|",
        ">", "`", "<<", "<<: ",
    ])
}

/// Block YAML from a grammar: lines with an indentation, an opening and a content.
fn line() -> impl Strategy<Value = String> {
    let opening = prop::sample::select(vec![
        "", "- ", "- - ", "-   ", "a: ", "b:", "c: ", "'q': ", "\"q\": ", "- a: ", "- b:", "80: ", "a b: ",
    ]);
    let content = prop::sample::select(vec![
        "",
        "x",
        "x y",
        "1",
        "-1",
        "true",
        "0.5",
        "~",
        "|",
        "|-",
        "|+",
        "| # c",
        "{}",
        "[]",
        "# c",
        "'s'",
        "\"d\"",
        "x # c",
        "x: y",
        "x:",
        "#",
        "a:b",
        "x#y",
        "--flag",
        "/path",
        "*",
        "'s' # c",
        "\"d\"x",
        "{} # c",
        "[] x",
        "- x",
        "-",
        "\"\\u0041\"",
        "''''",
        "x  ",
        "...",
        "---",
    ]);
    (0usize..7, opening, content)
        .prop_map(|(indent, opening, content)| format!("{}{opening}{content}\n", " ".repeat(indent)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pieces_are_read_alike(pieces in prop::collection::vec(piece(), 0..14)) {
        let text = pieces.concat();
        check(&text);
    }

    #[test]
    fn lines_are_read_alike(lines in prop::collection::vec(line(), 0..7)) {
        let text = lines.concat();
        check(&text);
    }

    #[test]
    fn flows_are_read_alike(
        parts in prop::collection::vec(flow_piece(), 0..12),
        opening in prop::sample::select(vec!["a: ", "- ", "a: {", "a: [", "- [ ", "- { x: "]),
        close in prop::sample::select(vec!["", "}", "]", " }", " ]", "}}", "]}", "\n", "} # c\nb: 1\n"]),
    ) {
        check(&format!("{opening}{}{close}", parts.concat()));
    }

    #[test]
    fn literals_are_read_alike(lines in prop::collection::vec("[ ]{0,4}[a# :-]{0,2}", 0..7), header in "(- |a: |  b: |  - |- a: )[|][-+]?( #c)?", tail in "(\nb: 1|\n- 1|\n  b: 1|\n--- )?\n?") {
        let text = format!("{header}\n{}{tail}", lines.join("\n"));
        check(&text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_manifests_are_read_alike(
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0usize..4, piece()), 1..4),
    ) {
        let mut text: Vec<char> = MANIFESTS.replace("[\"--a\", --b]", "[]").chars().collect();
        for (place, cut, piece) in changes {
            let at = place.index(text.len());
            let end = (at + cut).min(text.len());
            text.splice(at..end, piece.chars());
        }
        let text: String = text.into_iter().collect();
        check(&text);
        // Whatever the text is, it is a value or an error, never a panic.
        let _ = read_manifests(&text);
    }
}
