//! What plain scalars mean, one row a case.

use serde_json::{Value, json};

use super::super::read_manifests;

#[derive(Clone, Copy, PartialEq)]
enum Readers {
    Agree,
    Disagree,
}

/// Reads the plain scalar as a value in a map and as an item of a list.
fn check(text: &str, expected: &Value, readers: Readers) {
    for (before, column) in [("key: ", 6), ("key: # why\n- ", 3), ("- ", 3), ("key: [1, ", 10)] {
        let after = if before.contains('[') { "]" } else { "" };
        if before.contains('[') && text.is_empty() {
            continue;
        }
        let manifests = read_manifests(&format!("{before}{text}{after} # comment\n")).unwrap();
        let value = match &manifests.documents[0].value {
            Value::Object(map) => map["key"].as_array().map_or(&map["key"], |items| items.last().unwrap()),
            list => &list[0],
        };
        assert_eq!(value, expected, "{before}{text}");
        let places: Vec<_> = manifests
            .ambiguous
            .iter()
            .map(|scalar| (scalar.text.as_str(), scalar.column))
            .collect();
        assert_eq!(
            places,
            if readers == Readers::Disagree {
                vec![(text, column)]
            } else {
                vec![]
            },
            "{before}{text}"
        );
    }
}

#[test]
fn readers_agree() {
    let cases = [
        ("", json!(null)),
        ("~", json!(null)),
        ("null", json!(null)),
        ("Null", json!(null)),
        ("NULL", json!(null)),
        ("true", json!(true)),
        ("True", json!(true)),
        ("TRUE", json!(true)),
        ("false", json!(false)),
        ("tRue", json!("tRue")),
        ("yEs", json!("yEs")),
        ("nope", json!("nope")),
        ("t", json!("t")),
        ("0", json!(0)),
        ("7", json!(7)),
        ("-12", json!(-12)),
        ("+12", json!(12)),
        ("9223372036854775807", json!(i64::MAX)),
        ("-9223372036854775808", json!(i64::MIN)),
        ("0x1F", json!(31)),
        ("1.0", json!(1.0)),
        ("1.", json!(1.0)),
        (".5", json!(0.5)),
        ("-1.25", json!(-1.25)),
        ("1.5e+3", json!(1500.0)),
        ("1.10", json!(1.1)),
        ("1.2.3", json!("1.2.3")),
        ("10m", json!("10m")),
        ("500Mi", json!("500Mi")),
        ("8080:80", json!("8080:80")),
        ("2024-01", json!("2024-01")),
        ("2024-1-1", json!("2024-1-1")),
        ("--", json!("--")),
        (".", json!(".")),
        ("0b12", json!("0b12")),
        ("_1", json!("_1")),
        ("1e", json!("1e")),
        ("a=b", json!("a=b")),
        ("nan", json!("nan")),
    ];
    for (text, expected) in &cases {
        check(text, expected, Readers::Agree);
    }
}

#[test]
fn readers_disagree() {
    let cases = [
        ("yes", json!(true)),
        ("Yes", json!(true)),
        ("YES", json!(true)),
        ("no", json!(false)),
        ("on", json!(true)),
        ("On", json!(true)),
        ("off", json!(false)),
        ("OFF", json!(false)),
        ("y", json!(true)),
        ("Y", json!(true)),
        ("n", json!(false)),
        ("N", json!(false)),
        ("012", json!(10)),
        ("007", json!(7)),
        ("-012", json!(-10)),
        ("08", json!(8.0)),
        ("0o14", json!(12)),
        ("0O14", json!(12)),
        ("0b11", json!(3)),
        ("-0b11", json!(-3)),
        ("0b-1", json!(-1)),
        ("0X1f", json!(31)),
        ("-0x1F", json!(-31)),
        ("1_000", json!(1000)),
        ("1__0", json!(10)),
        ("685_230.15", json!(685230.15)),
        (".5_0", json!(".5_0")),
        ("-.5", json!(-0.5)),
        ("01.5", json!(1.5)),
        ("1e3", json!(1000.0)),
        ("1.5e3", json!(1500.0)),
        ("1e400", json!("1e400")),
        ("9223372036854775808", json!(9223372036854775808u64)),
        ("18446744073709551616", json!(18446744073709551616.0)),
        ("-9223372036854775809", json!(-9223372036854775809.0)),
        ("12:30", json!("12:30")),
        ("12:30:45", json!("12:30:45")),
        ("22:22", json!("22:22")),
        ("1:20.5", json!("1:20.5")),
        ("2024-01-01", json!("2024-01-01")),
        ("2024-01-01T00:00:00Z", json!("2024-01-01T00:00:00Z")),
        ("2024-01-01 10:00:00", json!("2024-01-01 10:00:00")),
        (".inf", json!(".inf")),
        ("-.Inf", json!("-.Inf")),
        (".NaN", json!(".NaN")),
        ("=", json!("=")),
        ("<<", json!("<<")),
    ];
    for (text, expected) in &cases {
        check(text, expected, Readers::Disagree);
    }
}

#[test]
fn quotes_settle_it() {
    for text in ["yes", "012", "1e3", "2024-01-01", "~", "null", "=", "<<"] {
        check(&format!("'{text}'"), &json!(text), Readers::Agree);
        check(&format!("\"{text}\""), &json!(text), Readers::Agree);
    }
}

#[test]
fn keys_are_text() {
    let cases = [
        ("80", "80", Readers::Agree),
        ("a b", "a b", Readers::Agree),
        ("true", "true", Readers::Agree),
        ("True", "true", Readers::Disagree),
        ("yes", "true", Readers::Disagree),
        ("y", "true", Readers::Disagree),
        ("012", "10", Readers::Disagree),
        ("1.10", "1.1", Readers::Disagree),
        ("1.5", "1.5", Readers::Agree),
        ("2024-01-01", "2024-01-01", Readers::Disagree),
    ];
    for (written, key, readers) in cases {
        let manifests = read_manifests(&format!("a:\n  {written}: x\n")).unwrap();
        assert_eq!(manifests.documents[0].value, json!({ "a": { key: "x" } }), "{written}");
        let places: Vec<_> = manifests
            .ambiguous
            .iter()
            .map(|scalar| (scalar.line, scalar.column))
            .collect();
        assert_eq!(
            places,
            if readers == Readers::Disagree {
                vec![(2, 3)]
            } else {
                vec![]
            },
            "{written}"
        );
    }
}
