//! Our own files, in and out as types.

use std::collections::BTreeMap;

use expect_test::{Expect, expect};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::{read_typed, read_value, write_typed};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Service {
    name: String,
    owner: Option<String>,
    ports: Vec<u16>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default)]
    by_number: BTreeMap<u32, Vec<Strategy>>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Strategy {
    Rolling,
    Canary { steps: Vec<f64> },
    Fixed(u64),
    Named(BTreeMap<String, String>),
    Listed(Vec<String>),
}

fn service() -> Service {
    let strategies = vec![
        Strategy::Rolling,
        Strategy::Canary { steps: vec![0.5, 1e21] },
        Strategy::Fixed(3),
        Strategy::Named(BTreeMap::from([("a".to_owned(), "yes".to_owned())])),
        Strategy::Listed(vec!["x".to_owned(), "1_000".to_owned()]),
    ];
    Service {
        name: "no".to_owned(),
        owner: None,
        ports: vec![80],
        labels: BTreeMap::from([("12:30".to_owned(), "line\nline\n".to_owned())]),
        by_number: BTreeMap::from([(7, strategies), (8, vec![])]),
    }
}

#[test]
fn fields_keep_their_order_and_strings_their_quotes() {
    let text = write_typed(&service());
    expect![[r#""#]].assert_eq(&text);
    assert_eq!(read_typed::<Service>(&text), Ok(service()));
}

fn check(text: &str, expected: Expect) {
    let error = read_typed::<Service>(text).unwrap_err();
    expected.assert_eq(&error.to_string());
}

#[test]
fn errors_name_their_place() {
    check("name: a\nports: [x]\n", expect![[r#""#]]);
    check("name: a\n", expect![[r#""#]]);
    check("name: a\nports: []\nnmae: b\n", expect![[r#""#]]);
    check("name: a\nname: b\nports: []\n", expect![[r#""#]]);
    check("name: a\nports: []\nlabels:\n  x: 1\n  x: 2\n", expect![[r#""#]]);
    check("name: a\n---\nname: b\n", expect![[r#""#]]);
    check("name: [a\n", expect![[r#""#]]);
    check("", expect![[r#""#]]);
}

#[test]
fn trees_mean_what_types_mean() {
    let cases = [
        ("a: yes", json!({ "a": "yes" })),
        ("a: 012", json!({ "a": "012" })),
        ("a: 0o14", json!({ "a": 12 })),
        ("a: 1.5", json!({ "a": 1.5 })),
        ("a: 18446744073709551615", json!({ "a": u64::MAX })),
        ("1: x\ntrue: y", json!({ "1": "x", "true": "y" })),
        ("a: &x [1]\nb: *x", json!({ "a": [1], "b": [1] })),
        ("<<: {a: 1}", json!({ "<<": { "a": 1 } })),
        ("", json!(null)),
    ];
    for (text, expected) in cases {
        assert_eq!(read_value(text).as_ref(), Ok(&expected), "{text}");
        assert_eq!(read_typed::<Value>(text).as_ref(), Ok(&expected), "{text}");
    }
}

#[test]
fn trees_refuse_what_json_cannot_hold() {
    let check = |text: &str, expected: Expect| expected.assert_eq(&read_value(text).unwrap_err().to_string());
    check("a:\n  b: .nan\n", expect![[r#""#]]);
    check("a:\n- !odd 1\n", expect![[r#""#]]);
    check("a:\n  [1]: 2\n", expect![[r#""#]]);
    check("a: 1\n'a': 2\n", expect![[r#""#]]);
    check("1: 1\n'1': 2\n", expect![[r#""#]]);
    check("a:\n  ~: 2\n", expect![[r#""#]]);
}
