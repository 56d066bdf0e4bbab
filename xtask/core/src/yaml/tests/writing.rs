//! What written YAML looks like.

use expect_test::expect;
use serde_json::{Value, json};

use super::super::{write, write_manifests};

#[test]
fn objects_look_like_kubernetes_objects() {
    let value = json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": { "annotations": {}, "labels": { "app.kubernetes.io/name": "web", "enabled": "yes" }, "name": "web" },
        "spec": {
            "replicas": 3,
            "ratio": 0.5,
            "template": { "spec": {
                "containers": [{
                    "args": ["--port=8080", "-v", "serve", "1.2.3", "10m", "80"],
                    "command": [],
                    "env": [{ "name": "A", "value": "true" }, { "name": "B", "value": "a: b" }, { "name": "C", "value": "" }],
                    "image": "registry.example.com/web:1.2.3@sha256:00ff",
                    "resources": { "limits": { "cpu": "500m", "memory": "512Mi" } },
                }],
                "matrix": [[1, 2], [], [{ "a": null }]],
            } },
        },
        "data": { "script": "#!/bin/sh\n\necho hi\n", "cut": "a\nb", "kept": "a\n\n\n", "odd": " a\nb" },
    });
    expect![[r#"
        apiVersion: apps/v1
        data:
          cut: |-
            a
            b
          kept: |+
            a


          odd: " a\nb"
          script: |
            #!/bin/sh

            echo hi
        kind: Deployment
        metadata:
          annotations: {}
          labels:
            app.kubernetes.io/name: web
            enabled: "yes"
          name: web
        spec:
          ratio: 0.5
          replicas: 3
          template:
            spec:
              containers:
              - args:
                - "--port=8080"
                - "-v"
                - serve
                - 1.2.3
                - 10m
                - "80"
                command: []
                env:
                - name: A
                  value: "true"
                - name: B
                  value: "a: b"
                - name: C
                  value: ""
                image: registry.example.com/web:1.2.3@sha256:00ff
                resources:
                  limits:
                    cpu: 500m
                    memory: 512Mi
              matrix:
              - - 1
                - 2
              - []
              - - a: null
    "#]]
    .assert_eq(&write(&value));
}

#[test]
fn scalars_are_documents_too() {
    let cases = [
        (json!(null), "null\n"),
        (json!({}), "{}\n"),
        (json!([]), "[]\n"),
        (json!("a"), "a\n"),
        (json!("a\nb"), "\"a\\nb\"\n"),
        (json!(1e16), "1.0e+16\n"),
        (json!(-1), "-1\n"),
        // An exponent alone is a number to JavaScript's reader of YAML 1.1.
        (json!("e1"), "\"e1\"\n"),
        (json!("E-5"), "\"E-5\"\n"),
        (json!("e2e"), "e2e\n"),
        (
            json!("\u{7f}\u{85}\u{2028}\u{feff}\u{1f600}"),
            "\"\\u007f\\u0085\\u2028\\ufeff\u{1f600}\"\n",
        ),
    ];
    for (value, expected) in cases {
        assert_eq!(write(&value), expected);
    }
}

#[test]
fn streams_are_separated_by_dashes() {
    assert_eq!(write_manifests(&Vec::<Value>::new()), "");
    assert_eq!(write_manifests([&json!({ "a": 1 })]), "a: 1\n");
    assert_eq!(
        write_manifests([&json!({ "a": 1 }), &json!({ "b": "x\n\n" })]),
        "a: 1\n---\nb: |+\n  x\n\n"
    );
}
