//! What the Kubernetes API server enforces and its published schemas leave out: words, forms, ranges, list keys and what
//! takes several fields to see.
//!
//! The knowledge is data: tables by kind and path (`tables/`), compiled once per kind into a tree that one walk follows.
//! A good object allocates nothing.

mod check;
mod forms;
mod laws;
mod row;
mod shape;
mod tables;
mod view;
mod walk;

#[cfg(test)]
mod tests;

pub(crate) use laws::expressions::VALIDATIONS;
pub(crate) use view::{deep, field, items, number, text};

use serde_json::Value;

use crate::model::{Path, Problem, Rule};

/// What is wrong with an object, by place. A field of the wrong type is the schema's affair and passes here; where the
/// schema has complained about a place, its word is enough.
pub fn check(object: &Value) -> Vec<Problem> {
    let mut problems = Vec::new();
    let version = text(object, "apiVersion").unwrap_or_default();
    let group = version.split_once('/').map_or("", |(group, _)| group);
    let kind = tables::of(group, text(object, "kind").unwrap_or_default());
    walk::walk(kind.shape(), object, &Path::Root, &mut problems);
    problems
}

/// The rules about what only the server enforces, by id; `duplicate-item`, `missing-field` and `out-of-range` are the
/// schemas' rules, too.
pub const RULES: &[Rule] = &[
    Rule::new(
        "conflicting-fields",
        "fields of an object contradict or exclude each other, so the server refuses it",
        "keep the one that is meant",
    )
    .example(
        "env: [{ name: NODE, value: a, valueFrom: { fieldRef: { fieldPath: spec.nodeName } } }]",
        "env: [{ name: NODE, valueFrom: { fieldRef: { fieldPath: spec.nodeName } } }]",
    ),
    Rule::new(
        "limit-below-request",
        "a container is promised more than it may use, so the server refuses it",
        "raise the limit or lower the request",
    )
    .example(
        "resources: { requests: { memory: 1Gi }, limits: { memory: 512Mi } }",
        "resources: { requests: { memory: 512Mi }, limits: { memory: 1Gi } }",
    ),
    Rule::new(
        "malformed-text",
        "a name, label, address, quantity, schedule or path has not the form that the server demands",
        "write it as the help says",
    )
    .example("ipBlock: { cidr: 10.0.0.0 }", "ipBlock: { cidr: 10.0.0.0/8 }"),
    Rule::new(
        "relative-mount",
        "a mount path without `/` is taken from the root of the container, which is rarely meant",
        "begin it with `/`",
    ),
    Rule::new(
        "selector-mismatch",
        "a workload's selector does not select the pods that its template makes, so the server refuses it",
        "give the template the labels that the selector names",
    )
    .example(
        "selector: { matchLabels: { app: a } }\ntemplate: { metadata: { labels: { app: b } } }",
        "selector: { matchLabels: { app: a } }\ntemplate: { metadata: { labels: { app: a } } }",
    ),
    Rule::new(
        "unknown-claim",
        "a container takes a resource claim that its pod does not have, so the server refuses the pod",
        "add the claim to `resourceClaims:`, or mend the name",
    ),
    Rule::new(
        "unknown-volume",
        "a container mounts a volume that its pod does not have, so the server refuses the pod",
        "add the volume, or mend the name",
    ),
    Rule::new(
        "unknown-word",
        "a field has a word that the server does not know there; case counts",
        "write one of the words that the finding names",
    )
    .example("imagePullPolicy: ifNotPresent", "imagePullPolicy: IfNotPresent"),
    Rule::new(
        "unportable-name",
        "the server admits nearly any name of a variable, but shells and many programs cannot read it",
        "write letters, digits and `_`",
    ),
];
