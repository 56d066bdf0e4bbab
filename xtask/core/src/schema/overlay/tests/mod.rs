//! The overlay: what it refuses, and that it refuses nothing that the server admits.

mod definitions;
mod documents;
mod forms;
mod objects;
mod pods;
mod refused;
mod rollouts;
mod seldom;
mod workloads;

use serde_json::{Value, json};

use super::{RULES, check};
use crate::schema;
use crate::yaml;

/// The objects of a text.
fn read(text: &str) -> Vec<Value> {
    let manifests = yaml::read_manifests(text).expect("the test's YAML is well formed");
    manifests.documents.into_iter().map(|document| document.value).collect()
}

/// One object of a text.
fn one(text: &str) -> Value {
    let mut objects = read(text);
    assert_eq!(objects.len(), 1, "one object");
    objects.remove(0)
}

/// What is wrong with an object, as `<rule> <pointer>`.
fn wrong(object: &Value) -> Vec<String> {
    let problems = check(object);
    let known = |rule: &str| schema::RULES.iter().chain(RULES).any(|known| known.id == rule);
    assert!(problems.iter().all(|problem| known(&problem.rule)), "{problems:?}");
    problems
        .iter()
        .map(|problem| format!("{} {}", problem.rule, problem.pointer))
        .collect()
}

/// Sets one place of a good object to something else, or takes it away, and says what is wrong then.
struct Changed {
    object: Value,
}

impl Changed {
    fn of(text: &str) -> Changed {
        let object = one(text);
        assert_eq!(
            wrong(&object),
            Vec::<String>::new(),
            "the object is good before it is changed"
        );
        Changed { object }
    }

    /// The expectation is `<rule> <pointer>`, or empty where the change does no harm.
    fn check(&self, pointer: &str, value: Option<Value>, expected: &str) {
        let mut object = self.object.clone();
        let (above, key) = pointer.rsplit_once('/').expect("a pointer");
        let key = key.replace("~1", "/");
        let place = object
            .pointer_mut(above)
            .unwrap_or_else(|| panic!("there is no {above}"));
        match (place, value) {
            (Value::Object(map), Some(value)) => drop(map.insert(key, value)),
            (Value::Object(map), None) => drop(map.remove(&key).unwrap_or_else(|| panic!("there is no {pointer}"))),
            (Value::Array(items), Some(value)) if key == "-" => items.push(value),
            (Value::Array(items), Some(value)) => items[key.parse::<usize>().expect("an index")] = value,
            (place, _) => panic!("{above} is {place}"),
        }
        let mut found = wrong(&object);
        found.sort();
        let mut expected: Vec<&str> = expected.split(", ").filter(|one| !one.is_empty()).collect();
        expected.sort_unstable();
        assert_eq!(found, expected, "{pointer} changed: {object:#}");
    }

    fn set(&self, pointer: &str, value: Value, expected: &str) -> &Changed {
        self.check(pointer, Some(value), expected);
        self
    }

    fn without(&self, pointer: &str, expected: &str) -> &Changed {
        self.check(pointer, None, expected);
        self
    }
}

#[test]
fn the_table_of_kinds_is_sorted_so_that_every_kind_is_found() {
    let kinds: Vec<(&str, &str)> = super::tables::kinds().map(|kind| (kind.kind, kind.group)).collect();
    assert!(kinds.is_sorted(), "{kinds:?}");
}

#[test]
fn messages_name_the_place_and_what_to_do() {
    let object = one(workloads::DEPLOYMENT);
    let container = "/spec/template/spec/containers/0";
    let message = |pointer: String, value: Value| {
        let mut object = object.clone();
        *object.pointer_mut(&pointer).expect("the place exists") = value;
        let problem = check(&object).remove(0);
        format!("{}; {}", problem.message, problem.help.unwrap_or_default())
    };
    expect_test::expect![[r#"
        `spec.template.spec.containers[0].imagePullPolicy` is `ifnotpresent`, which is none of `Always`, `IfNotPresent`, `Never`; did you mean `IfNotPresent`?
        `spec.template.spec.containers[0].ports[0].containerPort` is 70000, which must be from 1 to 65535; 
        `metadata.name` is `Web_1`, which is no DNS name; write lower-case letters, digits and `-` between dots, such as `example.com`, 253 at most
        `memory` is requested `2Gi`, more than its limit `1Gi`; 
        the pod has no volume `scrath`; did you mean `scratch`?"#]]
    .assert_eq(
        &[
            message(format!("{container}/imagePullPolicy"), json!("ifnotpresent")),
            message(format!("{container}/ports/0/containerPort"), json!(70000)),
            message("/metadata/name".to_owned(), json!("Web_1")),
            message(format!("{container}/resources/requests/memory"), json!("2Gi")),
            message(format!("{container}/volumeMounts/0/name"), json!("scrath")),
        ]
        .join("\n"),
    );
}

#[test]
fn what_the_server_admits_is_not_refused() {
    for text in [
        workloads::DEPLOYMENT,
        workloads::ROLLOUT,
        workloads::WORKLOADS,
        documents::NETWORK,
        documents::SCALING,
        documents::STORAGE,
        documents::ACCESS,
    ] {
        for object in read(text) {
            assert_eq!(wrong(&object), Vec::<String>::new(), "{object:#}");
        }
    }
}

#[test]
fn nulls_and_odd_types_are_left_to_the_schema() {
    for text in [
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: 3}",
        "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [a, null, {port: []}], selector: 4}}",
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, labels: null, annotations: []}, data: null}",
        "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: a}, spec: {rules: {}, defaultBackend: x}}",
    ] {
        for object in read(text) {
            check(&object);
        }
    }
}
