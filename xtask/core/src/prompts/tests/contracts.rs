//! What breaks those who rely on a contract.

use expect_test::{Expect, expect};
use serde_json::json;

use crate::prompts::breaks;

fn check(before: serde_json::Value, after: serde_json::Value, expected: Expect) {
    let found: Vec<String> = breaks(&before, &after).into_iter().map(|one| one.message).collect();
    expected.assert_eq(&found.join("\n"));
}

#[test]
fn more_is_no_break() {
    check(
        json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "integer", "maximum": 5}, "e": {"enum": [1]}}}),
        json!({"type": "object", "required": ["a"], "properties": {
            "a": {"type": "number", "maximum": 9}, "b": {"type": "string"}, "e": {"enum": [1, 2]}}}),
        expect![""],
    );
}

#[test]
fn less_is() {
    check(
        json!({"required": ["a", "gone"], "properties": {
            "a": {"type": ["string", "null"]}, "e": {"enum": ["x", "y"]}, "gone": {}, "l": {"items": {"maxLength": 9}}, "p": {}}}),
        json!({"required": ["a", "e"], "additionalProperties": false, "properties": {
            "a": {"type": "string"}, "e": {"enum": ["x"]}, "l": {"items": {"maxLength": 5}, "minItems": 1}, "p": {"pattern": "x"}}}),
        expect![[r#"
            `e` is required now
            `gone` may be missing now
            `a` may no longer be `null`
            `e` may no longer be `"y"`
            `gone` is gone
            `minItems` of `l` is higher
            `maxLength` of `l[]` is lower
            `pattern` of `p` has changed
            `the answer` may no longer have other fields"#]],
    );
}
