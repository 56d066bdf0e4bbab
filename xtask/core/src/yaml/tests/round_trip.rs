//! What is written is read back as it was, by every reader in the house.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::super::{read_manifests, read_typed, reference, write, write_manifests, write_typed};
use super::{hostile_strings, one};

/// Writes the value and reads it with each of the readers.
fn check(value: &Value) {
    let text = write(value);
    assert!(text.ends_with('\n'), "{text:?}");
    assert_eq!(&one(&text), value, "read_manifests:\n{text}");

    let manifests = reference::read(&text).unwrap_or_else(|error| panic!("reference: {error}\n{text}"));
    assert_eq!(manifests.ambiguous, [], "{text}");
    assert_eq!(&manifests.documents[0].value, value, "reference:\n{text}");

    let other: Value = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("serde_yaml: {error}\n{text}"));
    assert_eq!(&other, value, "serde_yaml:\n{text}");

    let typed = write_typed(value);
    assert_eq!(
        &read_typed::<Value>(&typed).unwrap_or_else(|error| panic!("{error}\n{typed}")),
        value,
        "typed:\n{typed}"
    );
}

#[test]
fn hostile_strings_survive_in_every_position() {
    let strings = hostile_strings();
    assert!(strings.len() >= 120);
    for text in &strings {
        check(&json!({ "data": { "a": text, "b": text, "c": 1 } }));
        check(&json!([text, [text, text], { "a": text }]));
        check(&json!({ text: text, "list": [{ text: [text], "other": { text: { "deep": 1 } } }] }));
    }
    let keys: Map<String, Value> = strings.iter().map(|text| (text.clone(), json!(text))).collect();
    check(&Value::Object(keys));
    check(&json!(strings));
}

#[test]
fn hostile_strings_survive_as_whole_documents() {
    for text in hostile_strings() {
        check(&Value::String(text));
    }
}

#[test]
fn saphyr_reads_the_strings_too() {
    let value = json!(hostile_strings());
    let nodes: Vec<saphyr::Yaml<'_>> = saphyr::LoadableYamlNode::load_from_str(&write(&value)).unwrap();
    let read: Vec<&str> = nodes[0]
        .as_vec()
        .unwrap()
        .iter()
        .map(|node| node.as_str().expect("a string"))
        .collect();
    assert_eq!(json!(read), value);
}

#[test]
fn long_keys_hold_lists_and_maps() {
    let key = "k".repeat(2000);
    check(&json!({ &key: [1, { &key: { "a": 1 } }], "z": [{ &key: [[1]], "b": 2 }] }));
}

#[test]
fn numbers_survive() {
    for number in [
        0.1,
        -0.5,
        1.0,
        1e16,
        1e-7,
        1.5e300,
        f64::MIN_POSITIVE,
        f64::MAX,
        5e-324,
        1e21,
        123456789.125,
    ] {
        check(&json!({ "a": number, "b": -number }));
    }
    for number in [0, 1, -1, i64::MAX, i64::MIN] {
        check(&json!({ "a": number, "b": [number] }));
    }
}

#[test]
fn integers_above_i64_survive_and_are_reported() {
    let text = write(&json!({ "a": u64::MAX }));
    let manifests = read_manifests(&text).unwrap();
    assert_eq!(manifests.documents[0].value, json!({ "a": u64::MAX }));
    assert_eq!(manifests.ambiguous.len(), 1);
}

/// Texts of the characters that matter to YAML, and of any.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,6}",
        "[-a-z0-9 .:#'\"\\\\\n\t_+eExobTZ~=<>|{}\\[\\],&*!%@`?]{0,12}",
        "([ a]{0,3}\n){0,4}[ a]{0,3}",
        "[-+.0-9_eExob:]{0,8}",
        any::<String>(),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e300..1e300).prop_map(|number: f64| Value::from(number)),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(text(), inner, 0..6).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_value_survives(value in value()) {
        prop_assume!(!value.is_null());
        check(&value);
    }

    #[test]
    fn any_stream_survives(values in prop::collection::vec(value(), 0..5)) {
        let text = write_manifests(&values);
        let documents = read_manifests(&text).unwrap().documents;
        let read: Vec<Value> = documents.into_iter().map(|document| document.value).collect();
        let expected: Vec<Value> = values.into_iter().filter(|value| !value.is_null()).collect();
        prop_assert_eq!(read, expected, "{}", text);
    }
}
