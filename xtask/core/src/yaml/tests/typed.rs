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
    expect![[r#"
        name: "no"
        owner: null
        ports:
        - 80
        labels:
          "12:30": |
            line
            line
        by_number:
          7:
          - Rolling
          - !Canary
            steps:
            - 0.5
            - 1.0e+21
          - !Fixed 3
          - !Named
            a: "yes"
          - !Listed
            - x
            - "1_000"
          8: []
    "#]]
    .assert_eq(&text);
    assert_eq!(read_typed::<Service>(&text), Ok(service()));
}

fn check(text: &str, expected: Expect) {
    let error = read_typed::<Service>(text).unwrap_err();
    expected.assert_eq(&error.to_string());
}

#[test]
fn errors_name_their_place() {
    check(
        "name: a\nports: [x]\n",
        expect![[r#"ports[0]: invalid type: string "x", expected u16 at line 2, column 9"#]],
    );
    check("name: a\n", expect!["missing field `ports` at line 1, column 1"]);
    check(
        "name: a\nports: []\nnmae: b\n",
        expect![
            "unknown field `nmae`, expected one of `name`, `owner`, `ports`, `labels`, `by_number` at line 3, column 1"
        ],
    );
    check(
        "name: a\nname: b\nports: []\n",
        expect!["duplicate key `name` at line 2, column 1; `name` stands in line 1 already; remove one of the two"],
    );
    check(
        "name: a\nports: []\nlabels:\n  x: 1\n  x: 2\n",
        expect!["duplicate key `x` at line 5, column 3; `x` stands in line 4 already; remove one of the two"],
    );
    check(
        "name: a\n---\nname: b\n",
        expect!["more than one document in the file at line 3, column 1; remove the `---` between them"],
    );
    check("name: [a\n", expect!["unclosed bracket '[' at line 1, column 7"]);
    check("", expect!["missing field `name` at line 1, column 1"]);
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
        ("'<<': {a: 1}", json!({ "<<": { "a": 1 } })),
        ("a: <<", json!({ "a": "<<" })),
        ("", json!(null)),
    ];
    for (text, expected) in cases {
        assert_eq!(read_value(text).as_ref(), Ok(&expected), "{text}");
        assert_eq!(read_typed::<Value>(text).as_ref(), Ok(&expected), "{text}");
    }
}

#[test]
fn what_merges_maps_is_refused_where_it_stands() {
    for (text, line, column) in [
        ("<<: {a: 1}", 1, 1),
        ("a:\n  <<:\n    b: 1\n", 2, 3),
        ("a: &a {b: 1}\nc: {<<: *a, d: 2}", 2, 5),
        ("- - <<: [{a: 1}]", 1, 5),
    ] {
        let expected = format!("`<<` merges no map in here at line {line}, column {column}");
        for error in [read_value(text).unwrap_err(), read_typed::<Value>(text).unwrap_err()] {
            assert!(error.to_string().starts_with(&expected), "{text}: {error}");
        }
    }
}

#[test]
fn trees_refuse_what_json_cannot_hold() {
    let check = |text: &str, expected: Expect| expected.assert_eq(&read_value(text).unwrap_err().to_string());
    check(
        "a:\n  b: .nan\n",
        expect!["`.nan` is not a number that JSON can hold at line 2, column 6; put it in quotes if it is text"],
    );
    check(
        "a:\n- !odd 1\n",
        expect!["the tag `!odd` has no meaning here at line 2, column 8; remove the tag"],
    );
    check(
        "a:\n  [1]: 2\n",
        expect!["a key is not text at line 2, column 3; write the key in quotes"],
    );
    check(
        "a: 1\n'a': 2\n",
        expect!["duplicate key `a` at line 2, column 1; `a` stands in line 1 already; remove one of the two"],
    );
    check(
        "1: 1\n'1': 2\n",
        expect!["duplicate key `1` at line 2, column 1; `1` stands in line 1 already; remove one of the two"],
    );
    check(
        "a:\n  ~: 2\n",
        expect!["a key is not text at line 1, column 1; write the key in quotes"],
    );
}
