//! The table of what must be found: one valid document, one change, and the rule and place that the change breaks.
//! Fifty-five rows, in the classes by which other tools were measured.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::catalogue;
use super::documents::document;
use crate::model::Problem;
use crate::schema::overlay;

/// One change of a document, and what must be said of it.
struct Row {
    class: &'static str,
    kind: &'static str,
    change: Change,
    /// Rule and pointer; none where the document stays valid.
    expected: Option<(&'static str, &'static str)>,
}

enum Change {
    None,
    Set(&'static str, Value),
    Drop(&'static str),
}

use Change::{Drop, None as Same, Set};

fn row(class: &'static str, kind: &'static str, change: Change, rule: &'static str, pointer: &'static str) -> Row {
    Row {
        class,
        kind,
        change,
        expected: Some((rule, pointer)),
    }
}

fn valid(kind: &'static str, change: Change) -> Row {
    Row {
        class: "valid",
        kind,
        change,
        expected: None,
    }
}

/// What schemas see, then what only the overlay sees.
fn rows() -> Vec<Row> {
    let mut rows = accepted();
    rows.extend(unknown_fields());
    rows.extend(types_and_ranges());
    rows.extend(strings_with_a_meaning());
    rows.extend(required());
    rows.extend(words());
    rows.extend(meanings());
    rows
}

fn accepted() -> Vec<Row> {
    vec![
        valid("Deployment", Same),
        valid("HorizontalPodAutoscaler", Same),
        valid("NetworkPolicy", Same),
        valid("Ingress", Same),
        valid("Deployment", Set("/spec/template/spec/initContainers", Value::Null)),
        valid("Deployment", Set("/metadata/creationTimestamp", Value::Null)),
        valid("Deployment", Set("/metadata/annotations", Value::Null)),
        valid("Deployment", Set("/spec/strategy/rollingUpdate/maxSurge", json!(2))),
        valid(
            "Deployment",
            Set("/spec/template/spec/containers/0/resources/limits/cpu", json!(2)),
        ),
        valid(
            "Deployment",
            Set("/status", json!({"observedGeneration": 1, "conditions": null})),
        ),
    ]
}

fn unknown_fields() -> Vec<Row> {
    let class = "unknown field";
    let unknown = |kind, pointer, value| row(class, kind, Set(pointer, value), "unknown-field", pointer);
    vec![
        unknown("Deployment", "/specs", json!({})),
        unknown("Deployment", "/metadata/label", json!({"app": "agent"})),
        unknown("Deployment", "/spec/replica", json!(3)),
        unknown(
            "Deployment",
            "/spec/template/spec/containers/1/imagePullPolcy",
            json!("Always"),
        ),
        unknown(
            "Deployment",
            "/spec/template/spec/containers/0/env/1/valueFrom/secretKeyRef/kye",
            json!("token"),
        ),
        unknown(
            "HorizontalPodAutoscaler",
            "/spec/behavior/scaleDown/policies/0/period",
            json!(60),
        ),
        unknown(
            "Ingress",
            "/spec/rules/0/http/paths/0/backend/serviceName",
            json!("agent"),
        ),
    ]
}

fn types_and_ranges() -> Vec<Row> {
    let wrong = |class, kind, pointer, value| row(class, kind, Set(pointer, value), "wrong-type", pointer);
    let class = "wrong type or int32 range";
    let number = "int-or-string";
    vec![
        wrong(class, "Deployment", "/spec/replicas", json!("3")),
        row(
            class,
            "Deployment",
            Set("/spec/replicas", json!(3_000_000_000_i64)),
            "out-of-range",
            "/spec/replicas",
        ),
        wrong(class, "Deployment", "/spec/template/spec/containers/2/image", json!(12)),
        wrong(
            class,
            "Deployment",
            "/spec/template/spec/containers/0/env/0/value",
            json!(true),
        ),
        wrong(
            class,
            "Deployment",
            "/spec/template/spec/containers/0/args",
            json!("--port"),
        ),
        wrong(class, "Deployment", "/metadata/labels/app", json!(1)),
        wrong(
            class,
            "NetworkPolicy",
            "/spec/ingress/0/from",
            json!({"podSelector": {}}),
        ),
        wrong(class, "HorizontalPodAutoscaler", "/spec/minReplicas", json!(1.5)),
        wrong(
            number,
            "Deployment",
            "/spec/strategy/rollingUpdate/maxSurge",
            json!(true),
        ),
        wrong(
            number,
            "Deployment",
            "/spec/strategy/rollingUpdate/maxUnavailable",
            json!(0.25),
        ),
        wrong(
            number,
            "NetworkPolicy",
            "/spec/egress/0/ports/0/port",
            json!({"number": 443}),
        ),
    ]
}

fn strings_with_a_meaning() -> Vec<Row> {
    let quantity = |kind, pointer, value| {
        row(
            "bad quantity",
            kind,
            Set(pointer, json!(value)),
            "invalid-value",
            pointer,
        )
    };
    vec![
        quantity(
            "Deployment",
            "/spec/template/spec/containers/0/resources/requests/memory",
            "512MB",
        ),
        quantity(
            "Deployment",
            "/spec/template/spec/containers/0/resources/limits/cpu",
            "1,5",
        ),
        quantity("Deployment", "/spec/template/spec/volumes/0/emptyDir/sizeLimit", "1 Gi"),
        quantity(
            "HorizontalPodAutoscaler",
            "/spec/metrics/1/pods/target/averageValue",
            "20%",
        ),
        row(
            "wrong apiVersion",
            "Deployment",
            Set("/apiVersion", json!("extensions/v1beta1")),
            "removed-api",
            "/apiVersion",
        ),
    ]
}

fn required() -> Vec<Row> {
    let missing = |kind, pointer, place| row("missing required", kind, Drop(pointer), "missing-field", place);
    let server = |kind, pointer, place| row("required by the server", kind, Drop(pointer), "missing-field", place);
    vec![
        missing("Deployment", "/spec/selector", "/spec"),
        missing(
            "Deployment",
            "/spec/template/spec/containers/0/name",
            "/spec/template/spec/containers/0",
        ),
        missing(
            "Deployment",
            "/spec/template/spec/containers/0/ports/0/containerPort",
            "/spec/template/spec/containers/0/ports/0",
        ),
        missing("Deployment", "/spec/template/spec/containers", "/spec/template/spec"),
        missing("HorizontalPodAutoscaler", "/spec/maxReplicas", "/spec"),
        missing(
            "NetworkPolicy",
            "/spec/egress/0/to/0/ipBlock/cidr",
            "/spec/egress/0/to/0/ipBlock",
        ),
        missing(
            "Ingress",
            "/spec/rules/0/http/paths/1/pathType",
            "/spec/rules/0/http/paths/1",
        ),
        server("Deployment", "/spec", ""),
        server("Deployment", "/spec/template/spec", "/spec/template"),
        server("Deployment", "/metadata/name", "/metadata"),
        server("Ingress", "/spec", ""),
    ]
}

fn words() -> Vec<Row> {
    let class = "word of a list";
    let word = |kind, pointer, value| row(class, kind, Set(pointer, json!(value)), "unknown-word", pointer);
    vec![
        word(
            "Deployment",
            "/spec/template/spec/containers/0/imagePullPolicy",
            "ifNotPresent",
        ),
        word(
            "Deployment",
            "/spec/template/spec/containers/0/ports/0/protocol",
            "HTTP",
        ),
        row(
            class,
            "Deployment",
            Set("/spec/strategy", json!({"type": "BlueGreen"})),
            "unknown-word",
            "/spec/strategy/type",
        ),
        word("Ingress", "/spec/rules/0/http/paths/0/pathType", "Regex"),
        word("Deployment", "/spec/template/spec/tolerations/0/operator", "Equals"),
    ]
}

fn meanings() -> Vec<Row> {
    let meaning = |kind, pointer, value, rule| row("meaning", kind, Set(pointer, value), rule, pointer);
    vec![
        meaning(
            "NetworkPolicy",
            "/spec/egress/0/to/0/ipBlock/cidr",
            json!("10.0.0.0/33"),
            "malformed-text",
        ),
        meaning(
            "Deployment",
            "/spec/template/spec/containers/1/ports/0/containerPort",
            json!(70_000),
            "out-of-range",
        ),
        meaning("Deployment", "/metadata/name", json!("Agent_1"), "malformed-text"),
        row(
            "meaning",
            "Deployment",
            Set(
                "/spec/template/spec/containers/0/ports/1",
                json!({"name": "other", "containerPort": 8080, "protocol": "TCP"}),
            ),
            "duplicate-item",
            "/spec/template/spec/containers/0/ports/1/containerPort",
        ),
        meaning(
            "Deployment",
            "/spec/selector/matchLabels/app",
            json!("other"),
            "selector-mismatch",
        ),
        row(
            "bad percentage",
            "Deployment",
            Set("/spec/strategy/rollingUpdate/maxSurge", json!("a quarter")),
            "malformed-text",
            "/spec/strategy/rollingUpdate/maxSurge",
        ),
    ]
}

/// A document with one change.
fn changed(kind: &str, change: &Change) -> Value {
    let mut object = document(kind);
    let (Set(pointer, _) | Drop(pointer)) = change else {
        return object;
    };
    let (parent, key) = pointer.rsplit_once('/').expect("pointers start with a slash");
    match (object.pointer_mut(parent).expect("the place exists"), change) {
        (Value::Object(map), Set(_, value)) => drop(map.insert(key.to_owned(), value.clone())),
        (Value::Object(map), _) => drop(map.remove(key).expect("it was there")),
        (list, Set(_, value)) => list[key.parse::<usize>().expect("an index")] = value.clone(),
        (list, _) => panic!("{list} is no map"),
    }
    object
}

/// What the judge says of an object: where the schema has complained, the overlay's word is not needed.
fn judged(object: &Value) -> Vec<Problem> {
    let mut problems = catalogue().check("1.35", object);
    let said: Vec<String> = problems.iter().map(|problem| problem.pointer.clone()).collect();
    let beyond = overlay::check(object).into_iter();
    problems.extend(beyond.filter(|problem| !said.contains(&problem.pointer)));
    problems
}

#[test]
fn every_row_of_the_matrix_is_judged_as_an_api_server_would() {
    let mut wrong = Vec::new();
    let mut classes: BTreeMap<&str, usize> = BTreeMap::new();
    for row in rows() {
        let problems = judged(&changed(row.kind, &row.change));
        let found = problems
            .iter()
            .map(|problem| (&*problem.rule, problem.pointer.as_str()));
        let found: Vec<(&str, &str)> = found.collect();
        *classes.entry(row.class).or_default() += 1;
        if found != Vec::from_iter(row.expected) {
            wrong.push(format!(
                "{} {}: expected {:?}, found {found:?}",
                row.class, row.kind, row.expected
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(
        classes.into_iter().collect::<Vec<_>>(),
        [
            ("bad percentage", 1),
            ("bad quantity", 4),
            ("int-or-string", 3),
            ("meaning", 5),
            ("missing required", 7),
            ("required by the server", 4),
            ("unknown field", 7),
            ("valid", 10),
            ("word of a list", 5),
            ("wrong apiVersion", 1),
            ("wrong type or int32 range", 8),
        ]
    );
    assert_eq!(rows().len(), 55);
}
