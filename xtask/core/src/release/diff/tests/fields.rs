//! Field changes: each with its path, list items by their keys.

use expect_test::{Expect, expect};

use crate::release::field_changes;
use crate::yaml;

fn check(before: &str, after: &str, expected: Expect) {
    let changes = field_changes(&yaml::read_value(before).unwrap(), &yaml::read_value(after).unwrap());
    let shown = |value: &Option<serde_json::Value>| value.as_ref().map_or("-".to_owned(), ToString::to_string);
    let lines = changes.iter().map(|change| {
        format!(
            "{}: {} → {}\n",
            change.path,
            shown(&change.before),
            shown(&change.after)
        )
    });
    expected.assert_eq(&lines.collect::<String>());
}

#[test]
fn maps_are_compared_key_by_key() {
    check(
        "a: 1\nb: {c: x, d.e/f: y}\ngone: [1]\n",
        "a: 1\nb: {c: z, d.e/f: w}\nnew: {k: v}\n",
        expect![[r#"
            b.c: "x" → "z"
            b["d.e/f"]: "y" → "w"
            gone: [1] → -
            new: - → {"k":"v"}
        "#]],
    );
}

#[test]
fn items_are_matched_by_key() {
    check(
        "containers: [{name: a, image: x, ports: [{containerPort: 80, protocol: TCP}]}, {name: b, image: y}]\n\
         mounts: [{mountPath: /a, readOnly: true}]\n",
        "containers: [{name: new, image: n}, {name: a, image: z, ports: [{containerPort: 80, protocol: TCP, name: h}]}, {name: b, image: y}]\n\
         mounts: [{mountPath: /b, readOnly: true}, {mountPath: /a, readOnly: false}]\n",
        expect![[r#"
            containers[new]: - → {"image":"n","name":"new"}
            containers[a].image: "x" → "z"
            containers[a].ports[80/TCP].name: - → "h"
            mounts[/b]: - → {"mountPath":"/b","readOnly":true}
            mounts[/a].readOnly: true → false
        "#]],
    );
}

#[test]
fn another_order_is_a_change() {
    check(
        "env: [{name: a, value: 1}, {name: b, value: 2}, {name: gone, value: 3}]\n",
        "env: [{name: b, value: 2}, {name: a, value: 9}]\n",
        expect![[r#"
            env (order): ["a","b"] → ["b","a"]
            env[a].value: 1 → 9
            env[gone]: {"name":"gone","value":3} → -
        "#]],
    );
}

#[test]
fn items_without_a_key_are_matched_by_content_and_place() {
    check(
        "args: [--a, --b, --c]\nsteps: [{setWeight: 5}, {pause: {}}, {setWeight: 10}]\n",
        "args: [--new, --a, --c]\nsteps: [{setWeight: 5}, {pause: {duration: 5m}}, {setWeight: 10}]\n",
        expect![[r#"
            args[0]: - → "--new"
            args[1]: "--b" → -
            steps[1].pause.duration: - → "5m"
        "#]],
    );
}

#[test]
fn null_is_a_value_and_another_type_is_another_value() {
    check(
        "a: null\nb: {c: 1}\n",
        "b: [1]\n",
        expect![[r#"
        a: null → -
        b: {"c":1} → [1]
    "#]],
    );
}
