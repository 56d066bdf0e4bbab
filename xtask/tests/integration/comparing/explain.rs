//! `explain values`: each value with the line that set it and what it overrode.

use expect_test::{Expect, expect};

use super::fixture::Fleet;

fn check(arguments: &[&str], expected: Expect) {
    let fleet = Fleet::new();
    let arguments = [&["explain", "values"], arguments].concat();
    let text = match fleet.run(&arguments) {
        Ok(report) => {
            assert_eq!(report.findings, []);
            report.text
        }
        Err(failure) => format!("{}\n{}\n", failure.message, failure.hints.join("\n")),
    };
    expected.assert_eq(&text);
}

#[test]
fn every_value_has_its_place() {
    check(&["a", "-e", "staging"], expect![[r#""#]]);
}

#[test]
fn a_deleted_key_says_who_deleted_it() {
    check(&["a", "--environment", "dev", "env"], expect![[r#""#]]);
    check(&["a", "--environment", "dev", "env.B"], expect![[r#""#]]);
}

#[test]
fn an_environment_has_values_of_its_own() {
    check(&["_environment", "-e", "dev", "logLevel"], expect![[r#""#]]);
}

#[test]
fn an_unknown_name_says_what_is_near() {
    check(&["a", "-e", "dev", "logLevle"], expect![[r#""#]]);
    check(&["a", "-e", "dev", "env.Quite"], expect![[r#""#]]);
    check(&["a", "-e", "dev", "replicas.x"], expect![[r#""#]]);
    check(&["c", "-e", "dev"], expect![[r#""#]]);
    check(&["a", "-e", "prod"], expect![[r#""#]]);
}
