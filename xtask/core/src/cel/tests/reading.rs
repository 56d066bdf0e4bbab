//! What is wrong with an expression is found when it is read, at its place.

use expect_test::{Expect, expect};

use crate::cel::Expression;

fn check(text: &str, expected: Expect) {
    let errors = Expression::compile(text, &["object", "variables.containers"]).unwrap_err();
    let lines: Vec<String> = errors
        .iter()
        .map(|error| {
            let help = error.help.as_ref().map_or(String::new(), |help| format!(" ({help})"));
            format!("{}:{} {}{help}", error.line, error.column, error.message)
        })
        .collect();
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn misspelt_names_are_found_before_anything_is_evaluated() {
    check(
        "obejct.spec == 1",
        expect![[r#"1:1 there is no variable `obejct` (did you mean `object`?)"#]],
    );
    check(
        "object.a == 1 &&\n  variables.container.size() > 0",
        expect!["2:3 there is no variable `variables.container` (did you mean `variables.containers`?)"],
    );
    check(
        "quantty('1')",
        expect!["1:1 there is no function `quantty` (did you mean `quantity`?)"],
    );
    check(
        "object.a.startWith('x')",
        expect!["1:10 there is no function `startWith` (did you mean `startsWith`?)"],
    );
    check(
        "object.a.startsWith()",
        expect!["1:10 `startsWith` does not take 0 arguments"],
    );
}

#[test]
fn what_cannot_be_read_says_where() {
    check(
        "object.a ==",
        expect![[
            r#"1:12 the expression cannot be read: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}"#
        ]],
    );
    check(
        "object.a.matches('[')",
        expect!["1:18 `[` is no regular expression: unclosed character class"],
    );
    check(
        "Object{spec: 1}",
        expect!["1:7 there is no message `Object` here (write a map: `{'key': value}`)"],
    );
    check(
        "object.a.all(1, true)",
        expect!["1:14 a macro's variable is a plain name"],
    );
    let deep = format!("{}1{}", "(".repeat(5000), ")".repeat(5000));
    let errors = Expression::compile(&deep, &[]).unwrap_err();
    assert!(!errors.is_empty(), "a hostile depth is refused and breaks nothing");
}
