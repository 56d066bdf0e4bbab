//! What a CustomResourceDefinition says of itself, and the structure that its schema must have.

use serde_json::Value;

use super::expressions::compilable;
use crate::model::{Problem, escaped};
use crate::schema::overlay::check::quoted;
use crate::schema::overlay::view::{deep, field, has, items, text};
use crate::schema::overlay::walk::Problems;

/// A definition is named after what it defines, stores one version, and needs leave to be in a group of Kubernetes' own.
pub(in crate::schema::overlay) fn definition(definition: &Value, problems: &mut Problems<'_>) {
    let Some(spec) = field(definition, "spec") else { return };
    let plural = deep(spec, &["names", "plural"]).and_then(Value::as_str);
    if let (Some(plural), Some(group)) = (plural, text(spec, "group")) {
        let wanted = format!("{plural}.{group}");
        let name = deep(definition, &["metadata", "name"]).and_then(Value::as_str);
        if name.is_some_and(|name| name != wanted) {
            let message = format!("the name must be `{wanted}`");
            problems.add(Problem::error("conflicting-fields", "/metadata/name", message));
        }
    }
    if let Some(group) = text(spec, "group") {
        of_group(definition, group, problems);
    }
    let stored = |version: &&Value| is_true(version, "storage");
    let count = items(spec, "versions").iter().filter(stored).count();
    if count != 1 && !items(spec, "versions").is_empty() {
        let message = format!("{count} versions are stored, exactly one must be");
        problems.add(Problem::error("conflicting-fields", "/spec/versions", message));
    }
    if is_true(spec, "preserveUnknownFields") {
        let message = "`spec.preserveUnknownFields` must not be `true`";
        let problem = Problem::error("conflicting-fields", "/spec/preserveUnknownFields", message);
        problems.add(problem.help("set `x-kubernetes-preserve-unknown-fields: true` in the schema"));
    }
}

const APPROVED: &str = "api-approved.kubernetes.io";

fn of_group(definition: &Value, group: &str, problems: &mut Problems<'_>) {
    if !group.contains('.') {
        let message = format!("the group `{group}` is no domain: it has no dot");
        problems.add(Problem::error("malformed-text", "/spec/group", message));
    }
    let own = ["k8s.io", "kubernetes.io"].into_iter().any(|domain| {
        let before = group.strip_suffix(domain);
        before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
    });
    if own && deep(definition, &["metadata", "annotations", APPROVED]).is_none() {
        let message = format!("`{group}` is a group of Kubernetes' own, which needs the annotation `{APPROVED}`");
        problems
            .add(Problem::error("missing-field", "/metadata", message).help("take a group below a domain of yours"));
    }
}

/// Names of a kind are told apart, and are names.
pub(in crate::schema::overlay) fn names(names: &Value, problems: &mut Problems<'_>) {
    let kind = text(names, "kind").unwrap_or_default();
    if !kind.is_empty() && text(names, "listKind") == Some(kind) {
        let message = format!("`kind` and `listKind` are both `{kind}`");
        let problem = Problem::error("conflicting-fields", "/listKind", message);
        problems.add(problem.help(format!("call the list `{kind}List`, or leave `listKind` out")));
    }
    for key in ["kind", "listKind"] {
        let name = text(names, key).unwrap_or("A");
        let inner = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let edges = name.starts_with(|c: char| c.is_ascii_alphabetic()) && !name.ends_with('-');
        if !inner || !edges || name.len() > 63 {
            let message = format!("`{name}` is no name of a kind: letters, digits and `-`, a letter first");
            problems.add(Problem::error("malformed-text", format!("/{key}"), message));
        }
    }
}

/// A webhook converts where the strategy says so, and only there.
pub(in crate::schema::overlay) fn conversion(conversion: &Value, problems: &mut Problems<'_>) {
    let is_webhook = text(conversion, "strategy") == Some("Webhook");
    match (is_webhook, has(conversion, "webhook")) {
        (true, false) => {
            let message = "the strategy `Webhook` needs `webhook`";
            problems.add(Problem::error("missing-field", "", message));
        }
        (false, true) => {
            let message = "`webhook` goes with `strategy: Webhook` only";
            problems.add(Problem::error("conflicting-fields", "/webhook", message).on_key());
        }
        _ => {}
    }
}

/// A schema says of each place what it is, once.
pub(in crate::schema::overlay) fn structure(root: &Value, problems: &mut Problems<'_>) {
    if text(root, "type").is_some_and(|word| word != "object") {
        let message = "an object is a map: the schema must have `type: object`";
        problems.add(Problem::error("conflicting-fields", "/type", message));
    }
    level(root, "", problems);
}

/// What the server takes nowhere in a schema.
const NOWHERE: [&str; 6] = [
    "$ref",
    "additionalItems",
    "definitions",
    "dependencies",
    "id",
    "patternProperties",
];
const INT_OR_STRING: &str = "x-kubernetes-int-or-string";
const PRESERVED: &str = "x-kubernetes-preserve-unknown-fields";
const EMBEDDED: &str = "x-kubernetes-embedded-resource";
const LIST_TYPE: &str = "x-kubernetes-list-type";
const MAP_KEYS: &str = "x-kubernetes-list-map-keys";
const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];

fn level(schema: &Value, at: &str, problems: &mut Problems<'_>) {
    if !schema.is_object() {
        return;
    }
    nowhere(schema, at, problems);
    compilable(schema, at, problems);
    never(schema, at, problems);
    kind(schema, at, problems);
    list(schema, at, problems);
    if has(schema, "properties") && has(schema, "additionalProperties") {
        let message = "`properties` and `additionalProperties` exclude each other";
        let pointer = format!("{at}/additionalProperties");
        problems.add(Problem::error("conflicting-fields", pointer, message).on_key());
    }
    let either = is_true(schema, INT_OR_STRING);
    for (place, way) in ways(schema, at) {
        condition(way, schema, either, &place, problems);
    }
    for (key, below) in properties(schema) {
        level(below, &format!("{at}/properties/{}", escaped(key)), problems);
    }
    for key in ["additionalProperties", "items"] {
        if let Some(below) = field(schema, key) {
            level(below, &format!("{at}/{key}"), problems);
        }
    }
}

fn nowhere(schema: &Value, at: &str, problems: &mut Problems<'_>) {
    for key in NOWHERE.into_iter().filter(|key| has(schema, key)) {
        let message = format!("the server takes no `{key}` in the schema of a custom resource");
        let problem = Problem::error("conflicting-fields", format!("{at}/{}", escaped(key)), message).on_key();
        problems.add(problem.help("write out what it stands for"));
    }
}

/// What the server takes elsewhere, of a value that it never takes.
fn never(schema: &Value, at: &str, problems: &mut Problems<'_>) {
    let values = [
        ("uniqueItems", true, "write `x-kubernetes-list-type: set`"),
        (
            "additionalProperties",
            false,
            "leave it out: unknown fields are dropped anyway",
        ),
    ];
    for (key, wrong, help) in values {
        if field(schema, key) == Some(&Value::Bool(wrong)) {
            let message = format!("`{key}` must not be `{wrong}`");
            let problem = Problem::error("conflicting-fields", format!("{at}/{key}"), message);
            problems.add(problem.help(help));
        }
    }
}

/// Every place has a type, apart from those that may hold anything or a number or text.
fn kind(schema: &Value, at: &str, problems: &mut Problems<'_>) {
    let free = is_true(schema, PRESERVED);
    let either = is_true(schema, INT_OR_STRING);
    let pointer = format!("{at}/type");
    match text(schema, "type") {
        Some(_) if either => {
            let message = format!("`type` must not stand beside `{INT_OR_STRING}`");
            problems.add(Problem::error("conflicting-fields", pointer, message).on_key());
        }
        Some(word) if !TYPES.contains(&word) => {
            let message = format!("`type` is `{word}`, which is none of {}", quoted(&TYPES));
            problems.add(Problem::error("unknown-word", pointer, message));
        }
        Some("array") if !has(schema, "items") => {
            let message = "a list needs `items`";
            problems.add(Problem::error("missing-field", at, message).help("say what its items are"));
        }
        None if !free && !either => {
            let problem = Problem::error("missing-field", at, "a place of the schema has no `type`");
            problems.add(problem.help(format!(
                "give it one, or `{PRESERVED}: true` where it may hold anything"
            )));
        }
        _ => {}
    }
    if is_true(schema, EMBEDDED) && !free && !has(schema, "properties") {
        let message = format!("`{EMBEDDED}` needs `properties` or `{PRESERVED}: true`");
        problems.add(Problem::error("missing-field", at, message));
    }
}

/// A list that is merged by keys has them in its items.
fn list(schema: &Value, at: &str, problems: &mut Problems<'_>) {
    let list = text(schema, LIST_TYPE);
    let keys = items(schema, MAP_KEYS);
    if let Some(word) = list.filter(|word| !["atomic", "map", "set"].contains(word)) {
        let message = format!("`{LIST_TYPE}` is `{word}`, which is none of `atomic`, `map`, `set`");
        problems.add(Problem::error("unknown-word", format!("{at}/{LIST_TYPE}"), message));
    }
    if list.is_some() && text(schema, "type").is_some_and(|word| word != "array") {
        let message = format!("`{LIST_TYPE}` goes with `type: array` only");
        problems.add(Problem::error("conflicting-fields", format!("{at}/{LIST_TYPE}"), message).on_key());
    }
    match list {
        Some("map") if keys.is_empty() => {
            let message = format!("`{LIST_TYPE}: map` needs `{MAP_KEYS}`");
            problems.add(Problem::error("missing-field", at, message));
        }
        Some("map") => {
            let known = deep(schema, &["items", "properties"]);
            for (index, key) in keys.iter().enumerate() {
                let key = key.as_str().unwrap_or_default();
                if known.and_then(|known| field(known, key)).is_none() {
                    let message = format!("the list's items have no `{key}`");
                    problems.add(Problem::error(
                        "conflicting-fields",
                        format!("{at}/{MAP_KEYS}/{index}"),
                        message,
                    ));
                }
            }
        }
        _ if !keys.is_empty() => {
            let message = format!("`{MAP_KEYS}` goes with `{LIST_TYPE}: map` only");
            problems.add(Problem::error("conflicting-fields", format!("{at}/{MAP_KEYS}"), message).on_key());
        }
        _ => {}
    }
}

/// What says what a place is, which belongs outside of conditions.
const OUTSIDE: [&str; 8] = [
    "additionalProperties",
    "default",
    "description",
    "nullable",
    "title",
    EMBEDDED,
    INT_OR_STRING,
    PRESERVED,
];

/// A way in which a place may hold: it narrows what the schema says outside, and adds nothing.
fn condition(way: &Value, outside: &Value, either: bool, at: &str, problems: &mut Problems<'_>) {
    if !way.is_object() {
        return;
    }
    nowhere(way, at, problems);
    let typed = has(way, "type") && !either;
    let said = OUTSIDE.into_iter().filter(|key| has(way, key));
    for key in said.chain(typed.then_some("type")) {
        let message = format!("`{key}` must not stand in a condition (`allOf`, `anyOf`, `oneOf`, `not`)");
        let problem = Problem::error("conflicting-fields", format!("{at}/{}", escaped(key)), message).on_key();
        problems.add(problem.help("say it of the place itself, outside of the condition"));
    }
    for (key, below) in properties(way) {
        let place = format!("{at}/properties/{}", escaped(key));
        match deep(outside, &["properties"]).and_then(|known| field(known, key)) {
            Some(known) => condition(below, known, is_true(known, INT_OR_STRING), &place, problems),
            None => {
                let message = format!("`{key}` is named in a condition and nowhere else");
                let problem = Problem::error("conflicting-fields", place, message).on_key();
                problems.add(problem.help("add it to the `properties` outside of the condition, with its type"));
            }
        }
    }
    if let (Some(below), Some(known)) = (field(way, "items"), field(outside, "items")) {
        condition(
            below,
            known,
            is_true(known, INT_OR_STRING),
            &format!("{at}/items"),
            problems,
        );
    }
    for (place, way) in ways(way, at) {
        condition(way, outside, either, &place, problems);
    }
}

/// The ways in which a place may hold by the conditions of its schema, each with where it stands.
fn ways<'s>(schema: &'s Value, at: &str) -> Vec<(String, &'s Value)> {
    let mut found = Vec::new();
    for key in ["allOf", "anyOf", "oneOf"] {
        let ways = items(schema, key).iter().enumerate();
        found.extend(ways.map(|(index, way)| (format!("{at}/{key}/{index}"), way)));
    }
    found.extend(field(schema, "not").map(|way| (format!("{at}/not"), way)));
    found
}

fn properties(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    let map = field(schema, "properties").and_then(Value::as_object);
    map.into_iter().flatten()
}

fn is_true(value: &Value, name: &str) -> bool {
    field(value, name) == Some(&Value::Bool(true))
}
