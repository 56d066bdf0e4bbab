//! A list read item by item is the list of the whole document, at the same places.

use serde_json::Value;

use crate::yaml::{Items, Positions, Segment, read_value};

fn key(name: &str) -> Segment {
    Segment::Key(name.to_owned())
}

/// Reads the list under `cases` both ways.
fn check(text: &str) {
    let whole = read_value(text).unwrap();
    let items = Items::of(text, "cases").unwrap_or_else(|| panic!("it is read item by item:\n{text}"));
    let list = whole["cases"].as_array().unwrap();
    assert_eq!(items.len(), list.len(), "{text}");
    assert_eq!(items.is_empty(), list.is_empty());
    let mut head = whole.clone();
    head["cases"] = Value::Array(Vec::new());
    assert_eq!(*items.head(), head, "{text}");
    let positions = Positions::of(text).unwrap();
    for (index, expected) in list.iter().enumerate() {
        assert_eq!(items.item(text, index).as_ref(), Ok(expected), "{text}");
        for name in expected.as_object().into_iter().flat_map(|map| map.keys()) {
            let path = [key("cases"), Segment::Index(index), key(name)];
            let place = items.place(text, index, &[key(name)]);
            assert_eq!(place, positions.nearest(&path), "`{name}` of {index} in\n{text}");
        }
    }
}

#[test]
fn blocks_flows_and_texts_of_several_lines() {
    check("prompt: a\ncases:\n  - id: one\n    turns:\n      - {role: user, text: Hi}\n  - id: two\n");
    check("cases:\n- id: one\n- {id: two, tags: [a b, c]}\n-   id: three\nprompt: behind\n");
    check(
        "cases:\n  # first\n  - id: ä\n    userInput: |\n      Zürich\n\n      or\n  # second\n  - id: >-\n      two\n      lines\n",
    );
    check("cases:\n  - id: kept\n    userInput: |+\n      line\n\n\n  - id: last\n    userInput: |\n      no end");
    check("cases:\n  -\n    id: below\n  - \"id\": quoted\n    name: \"over\n      two\"\n");
    check("cases: []\nprompt: a\n");
    check(
        "{\"prompt\": \"a\", \"cases\": [{\"id\": \"é\", \"vars\": {\"a\": [1]}}, {\"id\": \"two\"}\n,\n {\"id\":\"three\"}], \"z\": 1}\n",
    );
    check("{\n  \"cases\": [\n    {\n      \"id\": \"one\"\n    },\n    {\n      \"id\": \"two\"\n    }\n  ]\n}\n");
    check("---\ncases:\n  - id: one\n");
}

#[test]
fn what_cannot_be_taken_apart_is_left_to_the_whole() {
    let left = |text: &str| assert!(Items::of(text, "cases").is_none(), "{text}");
    left("cases:\n  - &a {id: one}\n  - *a\n");
    left("vars: &v {a: 1}\ncases:\n  - {id: one, vars: *v}\n");
    left("cases: {id: one}\n");
    left("cases: one\n");
    left("- cases: []\n");
    left("prompt: a\n");
    left("cases: []\ncases: []\n");
    left("prompt: a\nprompt: b\ncases: []\n");
    left("cases:\n  - id: [\n");
    left("cases: []\n---\ncases: []\n");
    left("");
}
