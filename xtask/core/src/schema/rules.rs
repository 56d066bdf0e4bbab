//! The rules about what an object looks like.

use crate::model::Rule;

/// The rules of the schemas, by id.
pub const RULES: &[Rule] = &[
    Rule::new(
        "broken-schema",
        "a schema is there and cannot be used, so objects of its kind were not checked",
        "restore the file from git, or import it again with `cargo xtask schemas import`",
    ),
    Rule::new(
        "deprecated-api",
        "a later version of Kubernetes no longer serves the kind under this `apiVersion`, and an upgrade would break the agent",
        "write the `apiVersion` that the finding names",
    ),
    Rule::new(
        "duplicate-item",
        "two items of a list have the same key, so one would overwrite the other",
        "take one of them out, or give it another key",
    )
    .example(
        "ports:\n  - {name: http, port: 80}\n  - {name: http, port: 81}",
        "ports:\n  - {name: http, port: 80}\n  - {name: admin, port: 81}",
    ),
    Rule::new(
        "invalid-definition",
        "a file holds no CustomResourceDefinition that can be imported, so its kinds stay unknown",
        "export the definition from the cluster with `kubectl get crd <name> -o yaml`",
    ),
    Rule::new(
        "missing-field",
        "the API server refuses an object that lacks the field",
        "add it in the template",
    ),
    Rule::new(
        "missing-schemas",
        "without the schemas of Kubernetes nothing that is rendered can be checked",
        "restore `schemas/kubernetes/` from git",
    ),
    Rule::new(
        "nested-list",
        "Argo CD applies nothing of a list that stands inside a list",
        "write its objects as documents of their own",
    ),
    Rule::new(
        "out-of-range",
        "a number, or the length of something, is smaller or larger than the API server takes",
        "choose a value inside the range that the finding names",
    ),
    Rule::new(
        "removed-api",
        "the cluster's version of Kubernetes does not serve the kind under this `apiVersion` any more",
        "write the `apiVersion` that the finding names",
    )
    .example(
        "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget",
        "apiVersion: policy/v1\nkind: PodDisruptionBudget",
    ),
    Rule::new(
        "unchecked-rule",
        "a rule that the authors of a custom resource wrote could not be evaluated, and what was not checked does not pass",
        "mend what the finding names; where the rule itself is at fault, import the definition that your cluster has",
    ),
    Rule::new(
        "unknown-cluster-version",
        "there are no schemas of the cluster's version, and what was not checked does not pass",
        "name a version that has schemas as `cluster.version`, or update Lockstep",
    ),
    Rule::new(
        "unknown-field",
        "nothing reads a field that the schema does not have: it is usually misspelt or stands in the wrong place",
        "rename it as suggested, move it, or take it out",
    )
    .example(
        "containers:\n  - name: agent\n    imagee: agent:1.0.0",
        "containers:\n  - name: agent\n    image: agent:1.0.0",
    ),
    Rule::new(
        "unknown-kind",
        "no schema says what objects of the kind look like, and what was not checked does not pass",
        "`cargo xtask schemas import` the CustomResourceDefinition that your cluster has",
    ),
    Rule::new(
        "unmet-rule",
        "the API server refuses a custom resource that breaks a rule in CEL which its authors wrote",
        "change what the finding names until the rule holds",
    )
    .example(
        "kind: VirtualService\nspec:\n  http:\n    - timeout: 0s",
        "kind: VirtualService\nspec:\n  http:\n    - timeout: 2s",
    ),
    Rule::new(
        "wrong-type",
        "a value is of another type than the API server reads, for example a number in quotes",
        "write it as the finding says",
    )
    .example("replicas: \"3\"", "replicas: 3"),
];
