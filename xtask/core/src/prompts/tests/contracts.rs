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
        json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "integer", "maximum": 5}}}),
        json!({"type": "object", "required": ["a"], "title": "answer", "properties": {
            "a": {"type": "integer", "maximum": 9}, "b": {"type": "string"}}}),
        expect![""],
    );
}

#[test]
fn what_readers_do_not_reckon_with_is_one() {
    check(
        json!({"properties": {"a": {"type": "integer"}, "b": {"type": "string"}, "c": {"type": "string"}, "e": {"enum": [1]},
            "f": {"enum": [1]}, "g": {"anyOf": [{"type": "string"}]}, "i": {"items": {"type": "string"}}}}),
        json!({"properties": {"a": {"type": "number"}, "b": {"type": ["string", "null"]}, "c": {}, "e": {"enum": [1, 2]},
            "f": {}, "g": {}, "i": {}}}),
        expect![[r#"
            `a` may be `number` now
            `b` may be `null` now
            `c` may be of any type now
            `e` may be `2` now
            `f` is no longer restricted to certain values
            `anyOf` of `g` has changed
            `i[]` may be of any type now"#]],
    );
}

#[test]
fn a_definition_is_compared_where_it_is_used() {
    let with = |p: serde_json::Value| {
        json!({"properties": {"d": {"$ref": "#/$defs/D"}, "l": {"items": {"$ref": "#/$defs/D"}}, "n": {"not": {"$ref": "#/$defs/D"}}},
            "$defs": {"D": {"properties": {"p": p, "again": {"$ref": "#/$defs/D"}}}}})
    };
    check(
        with(json!({"type": "string"})),
        with(json!({"type": "integer"})),
        expect![[r#"
            `d.p` may no longer be `string`
            `d.p` may be `integer` now
            `not` of `n` has changed"#]],
    );
    let plain = json!({"type": "object", "required": ["p"]});
    check(
        json!({"properties": {"d": {"$ref": "#/$defs/D"}}, "$defs": {"D": plain}}),
        json!({"properties": {"d": plain}}),
        expect![""],
    );
    check(
        json!({"properties": {"d": {"$ref": "other.json", "title": "a"}}}),
        json!({"properties": {"d": {"$ref": "other.json", "title": "b"}}}),
        expect!["`$ref` of `d` cannot be followed"],
    );
}

#[test]
fn no_keyword_changes_unseen() {
    let before = json!({"a": {"type": "object"}, "b": {"additionalProperties": {"type": "number"}},
        "c": {"prefixItems": [{"type": "string"}]}});
    for (name, after) in [
        (
            "a",
            json!({"type": "object", "patternProperties": {"^x": {"type": "string"}}}),
        ),
        ("a", json!({"type": "object", "propertyNames": {"maxLength": 2}})),
        ("a", json!({"type": "object", "dependentRequired": {"a": ["b"]}})),
        (
            "a",
            json!({"type": "object", "dependentSchemas": {"a": {"required": ["b"]}}}),
        ),
        ("a", json!({"type": "object", "contains": {"const": 1}})),
        ("a", json!({"type": "object", "unevaluatedProperties": false})),
        ("a", json!({"type": "object", "multipleOf": 5})),
        ("a", json!({"type": "object", "if": {}, "then": {"required": ["b"]}})),
        ("a", json!({"type": "object", "keyword-of-next-year": 1})),
        ("a", json!(false)),
        ("b", json!({"additionalProperties": {"type": "integer"}})),
        (
            "b",
            json!({"additionalProperties": {"type": "number"}, "properties": {"x": {"type": "string"}}}),
        ),
        ("c", json!({"prefixItems": [{"type": "integer"}]})),
        ("c", json!({"prefixItems": [{"type": "string"}, {"type": "string"}]})),
    ] {
        let mut changed = before.clone();
        changed[name] = after.clone();
        let found = breaks(&json!({"properties": before}), &json!({"properties": changed}));
        assert!(!found.is_empty(), "{after}");
    }
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

#[test]
fn all_values_of_a_type_are_the_type() {
    let check = |before, after, expected| {
        check(
            json!({"properties": {"a": before}}),
            json!({"properties": {"a": after}}),
            expected,
        )
    };
    let (boolean, listed) = (json!({"type": "boolean"}), json!({"enum": [false, true]}));
    check(boolean.clone(), listed.clone(), expect![""]);
    check(listed, json!({"type": "boolean", "enum": [true, false]}), expect![""]);
    check(
        json!({"type": ["null", "boolean"]}),
        json!({"enum": [true, null, false]}),
        expect![""],
    );
    check(json!({"const": null}), json!({"type": "null"}), expect![""]);
    check(
        boolean.clone(),
        json!({"type": "boolean", "enum": [true]}),
        expect!["`a` is restricted to certain values"],
    );
    check(
        boolean.clone(),
        json!({"enum": [true, false, null]}),
        expect!["`a` may be `null` now"],
    );
    check(
        boolean,
        json!({"enum": [true, false, "yes"]}),
        expect!["`a` is restricted to certain values"],
    );
}
