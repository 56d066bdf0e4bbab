//! What Kubernetes' environment adds to the language, and what reading JSON in place has to get right.

use serde_json::json;

use super::{all_hold, shown};

#[test]
fn numbers_of_an_object_are_ints_and_compare_across_types() {
    all_hold(
        &json!({"replicas": 3, "ratio": 0.5, "large": 18_446_744_073_709_551_615_u64}),
        &[
            "object.replicas + 1 == 4",
            "type(object.replicas) == int",
            "object.replicas > 2.5 && object.replicas < 4u",
            "object.ratio < 1",
            "type(object.large) == double",
            "object.replicas == 3.0 && object.replicas in [3u]",
        ],
    );
}

#[test]
fn optional_fields_chain() {
    all_hold(
        &json!({"spec": {"hostNetwork": true}, "labels": {"a.b/c": "x"}}),
        &[
            "object.?spec.?hostNetwork.orValue(false)",
            "!object.?spec.?hostPID.orValue(false)",
            "object.labels[?'a.b/c'].orValue('') == 'x'",
            "object.?nothing.?at.?all.hasValue() == false",
            "object.?spec.optMap(spec, spec.hostNetwork).orValue(false)",
            "object.?none.or(object.?spec).hasValue()",
            "[?object.?none, 1].size() == 1",
        ],
    );
}

#[test]
fn two_variable_macros_go_through_lists_and_maps() {
    all_hold(
        &json!({"labels": {"app": "a", "tier": "b"}, "items": ["x", "y"]}),
        &[
            "object.labels.all(key, value, key != value)",
            "object.items.exists(index, item, index == 1 && item == 'y')",
            "object.items.transformList(index, item, index) == [0, 1]",
            "object.labels.transformMap(key, value, value + '!')['app'] == 'a!'",
            "object.labels.transformMapEntry(key, value, {value: key})['b'] == 'tier'",
        ],
    );
}

#[test]
fn an_operand_that_decides_hides_the_error_of_the_other() {
    all_hold(
        &json!({}),
        &[
            "object.missing == 1 || true",
            "!(false && object.missing)",
            "![1, 2].all(x, x == 1 && object.missing)",
            "[0, 1].exists(x, 1 / x == 1)",
        ],
    );
    assert_eq!(shown("object.missing", &json!({})), "error: no such key: `missing`");
    assert_eq!(
        shown("[1, 0].all(x, 1 / x == 1)", &json!({})),
        "error: division by zero"
    );
    assert_eq!(shown("'a' + 1", &json!({})), "error: `+` does not take (string, int)");
}
