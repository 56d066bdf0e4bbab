//! Kubernetes' own kinds: what the messages say, versions, kinds that are gone, and schema files that are broken.

use expect_test::{Expect, expect};
use serde_json::json;

use super::documents::document;
use super::{catalogue, shown, tree};
use crate::model::{FileTree, Finding};
use crate::schema::Catalogue;
use crate::yaml;

fn check(version: &str, text: &str, expected: Expect) {
    let object = yaml::read_value(text).unwrap();
    expected.assert_eq(&shown(&catalogue().check(version, &object)));
}

#[test]
fn messages_name_the_innermost_place_and_what_to_do() {
    check(
        "1.35",
        "
apiVersion: apps/v1
kind: Deployment
metadata: {labels: {app: 1}}
spec:
  replicas: '3'
  selector: {matchLabels: {app: agent}}
  revisionHistoryLimit: 3000000000
  template:
    metadata: {labels: {app: agent}}
    spec:
      dnsPolcy: Default
      containers:
      - name: agent
        imagePullpolicy: Always
        ports: [{port: 80, containerPort: '80'}]
        resources: {limits: {memory: 512MB}}
        env: [{name: A, value: true}]
",
        expect![[r#"
            missing-field /metadata: `metadata` has no `name` = add `name:`
            wrong-type /metadata/labels/app: `metadata.labels.app` is a number, where a string belongs = put it in quotes
            wrong-type /spec/replicas: `spec.replicas` is a string, where an integer belongs = take the quotes away
            out-of-range /spec/revisionHistoryLimit: `spec.revisionHistoryLimit` is out of range: 3000000000 is greater than the maximum of 2147483647
            missing-field /spec/template/spec/containers/0: `spec.template.spec.containers[0]` has no `image` = add `image:`
            wrong-type /spec/template/spec/containers/0/env/0/value: `spec.template.spec.containers[0].env[0].value` is a boolean, where a string belongs = put it in quotes
            unknown-field /spec/template/spec/containers/0/imagePullpolicy (key): unknown field `imagePullpolicy` in `spec.template.spec.containers[0]` = did you mean `imagePullPolicy`?
            wrong-type /spec/template/spec/containers/0/ports/0/containerPort: `spec.template.spec.containers[0].ports[0].containerPort` is a string, where an integer belongs = take the quotes away
            unknown-field /spec/template/spec/containers/0/ports/0/port (key): unknown field `port` in `spec.template.spec.containers[0].ports[0]` = known fields are `containerPort`, `hostIP`, `hostPort`, `name`, `protocol`
            invalid-value /spec/template/spec/containers/0/resources/limits/memory: `spec.template.spec.containers[0].resources.limits.memory` is `512MB`, which is no quantity = write a number with one of Kubernetes' suffixes, such as `250m`, `1.5` or `512Mi`
            unknown-field /spec/template/spec/dnsPolcy (key): unknown field `dnsPolcy` in `spec.template.spec` = did you mean `dnsPolicy`?
        "#]],
    );
}

#[test]
fn values_of_a_secret_are_not_shown() {
    check(
        "1.35",
        "
apiVersion: v1
kind: Secret
metadata: {name: agent}
data: {token: hunter2, other: aGVsbG8=}
stringData: {pin: 1234}
",
        expect![[r#"
            invalid-value /data/token: `data.token` is not base64 = encode the value, or write it in plain text under `stringData`
            wrong-type /stringData/pin: `stringData.pin` is a number, where a string belongs = put it in quotes
        "#]],
    );
}

#[test]
fn a_kind_without_a_schema_is_a_finding() {
    check(
        "1.35",
        "{apiVersion: example.com/v1, kind: Widget, metadata: {name: a}}",
        expect![[r#"
            unknown-kind /kind: there is no schema of `Widget` in `example.com/v1`, so the object was not checked = teach it the kind: `cargo xtask schemas import <file of the CustomResourceDefinition>`
        "#]],
    );
    check(
        "1.35",
        "{apiVersion: apps/v1, kind: Deploymnet, metadata: {name: a}}",
        expect![[r#"
            unknown-kind /kind: there is no schema of `Deploymnet` in `apps/v1`, so the object was not checked = did you mean `Deployment`?
        "#]],
    );
    check(
        "1.35",
        "{apiVersion: apps/v1, kind: Ingress, metadata: {name: a}}",
        expect![[r#"
            unknown-kind /kind: there is no schema of `Ingress` in `apps/v1`, so the object was not checked = `Ingress` is known in `networking.k8s.io/v1`
        "#]],
    );
    check(
        "1.35",
        "{metadata: {name: a}}",
        expect![[r#"
        missing-field : the object has no `apiVersion` = add `apiVersion:`
        missing-field : the object has no `kind` = add `kind:`
    "#]],
    );
    check(
        "1.12",
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}",
        expect![[r#"
            unknown-cluster-version /apiVersion: there are no schemas of Kubernetes 1.12, so its objects cannot be checked = the versions with schemas are `1.33`, `1.34`, `1.35`, `1.36`, `1.37`
        "#]],
    );
}

#[test]
fn kinds_that_are_gone_or_going_name_what_replaces_them() {
    check(
        "1.35",
        "{apiVersion: policy/v1beta1, kind: PodDisruptionBudget, metadata: {name: a}}",
        expect![[r#"
            removed-api /apiVersion: `PodDisruptionBudget` of `policy/v1beta1` is gone since Kubernetes 1.25 = write `apiVersion: policy/v1`
        "#]],
    );
    check(
        "1.35",
        "{apiVersion: policy/v1beta1, kind: PodSecurityPolicy, metadata: {name: a}}",
        expect![[r#"
            removed-api /apiVersion: `PodSecurityPolicy` of `policy/v1beta1` is gone since Kubernetes 1.25 = use the labels of Pod Security admission on the namespace
        "#]],
    );
    check(
        "1.35",
        "{apiVersion: v1, kind: Endpoints, metadata: {name: a}}",
        expect![[r#"
            deprecated-api /apiVersion: `Endpoints` of `v1` is deprecated = use `EndpointSlice` of `discovery.k8s.io/v1`
        "#]],
    );
    check(
        "1.33",
        "{apiVersion: networking.k8s.io/v1beta1, kind: IPAddress, metadata: {name: a}}",
        expect![[r#"
            deprecated-api /apiVersion: `IPAddress` of `networking.k8s.io/v1beta1` is deprecated, and Kubernetes 1.37 serves it no more = write `apiVersion: networking.k8s.io/v1`
        "#]],
    );
    check(
        "1.37",
        "{apiVersion: networking.k8s.io/v1beta1, kind: IPAddress, metadata: {name: a}}",
        expect![[r#"
            removed-api /apiVersion: `IPAddress` of `networking.k8s.io/v1beta1` is gone since Kubernetes 1.37 = write `apiVersion: networking.k8s.io/v1`
        "#]],
    );
}

#[test]
fn every_version_is_judged_by_its_own_schemas() {
    let versions: Vec<&str> = catalogue().versions().collect();
    assert_eq!(versions, ["1.33", "1.34", "1.35", "1.36", "1.37"]);
    for version in versions {
        for kind in ["Deployment", "HorizontalPodAutoscaler", "NetworkPolicy", "Ingress"] {
            assert_eq!(catalogue().check(version, &document(kind)), [], "{kind} {version}");
        }
    }
}

#[test]
fn the_catalogue_knows_resources_and_scopes() {
    let kind = |api_version, kind| catalogue().kind("1.35", api_version, kind).unwrap();
    assert_eq!(kind("apps/v1", "Deployment").resource(), Some("deployments"));
    assert_eq!(kind("apps/v1", "Deployment").is_namespaced(), Some(true));
    assert_eq!(kind("v1", "Namespace").is_namespaced(), Some(false));
}

/// The catalogue of the committed files with one of them replaced.
fn with(path: &str, text: &str) -> (Catalogue, String) {
    let mut tree = tree();
    tree.insert(path, text.as_bytes());
    let (catalogue, mut findings) = Catalogue::read(&tree);
    findings.extend(catalogue.audit());
    let line = |finding: &Finding| {
        let place = finding.location.clone().unwrap();
        format!(
            "{} {}:{}:{}: {}\n",
            finding.rule, place.file, place.line, place.column, finding.message
        )
    };
    let lines = findings.iter().map(line).collect();
    (catalogue, lines)
}

#[test]
fn a_broken_schema_is_told_from_a_missing_one() {
    let (catalogue, findings) = with("schemas/kubernetes/apps.v1.json", "{\"definitions\": {\n  oops");
    expect![[r#"
        broken-schema schemas/kubernetes/apps.v1.json:2:3: the schema cannot be used: it is no JSON: key must be a string at line 2 column 3
    "#]].assert_eq(&findings);
    expect![[r#"
        broken-schema /kind: the object was not checked: its schema `schemas/kubernetes/apps.v1.json` cannot be used: it is no JSON: key must be a string at line 2 column 3 = restore the file from git, or import it again with `cargo xtask schemas import`
    "#]].assert_eq(&shown(&catalogue.check("1.35", &document("Deployment"))));
    assert_eq!(
        catalogue.check("1.35", &document("Ingress")),
        [],
        "the others still work"
    );
    let (_, findings) = with("schemas/kubernetes/apps.v1.json", "{}");
    expect![[r#"
        broken-schema schemas/kubernetes/apps.v1.json:1:2: the schema cannot be used: it is no JSON: missing field `definitions` at line 1 column 2
    "#]].assert_eq(&findings);
    let (catalogue, findings) = with("schemas/kubernetes/index.json", "[]");
    expect![[r#"
        broken-schema schemas/kubernetes/index.json:1:2: the schema cannot be used: it is no JSON: invalid length 0, expected struct Index with 1 element at line 1 column 2
    "#]].assert_eq(&findings);
    expect![[r#"
        unknown-cluster-version /apiVersion: there are no schemas of Kubernetes 1.35, so its objects cannot be checked = restore `schemas/kubernetes/` from git
    "#]].assert_eq(&shown(&catalogue.check("1.35", &document("Deployment"))));
}

#[test]
fn without_schemas_nothing_passes() {
    let (catalogue, findings) = Catalogue::read(&FileTree::default());
    assert_eq!(
        findings.iter().map(|finding| &*finding.rule).collect::<Vec<_>>(),
        ["missing-schemas"]
    );
    let problems = catalogue.check("1.35", &json!({"apiVersion": "v1", "kind": "ConfigMap"}));
    assert_eq!(problems.len(), 1);
}

/// What an API server takes as it is, of kinds that hold others or that are seldom written.
const TAKEN: &[&str] = &[
    "
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: store}
spec:
  serviceName: store
  selector: {matchLabels: {app: store}}
  template:
    metadata: {labels: {app: store}}
    spec: {containers: [{name: store, image: store:1.0.0, volumeMounts: [{name: data, mountPath: /data}]}]}
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
  - apiVersion: v1
    kind: PersistentVolumeClaim
    metadata: {name: scratch}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
    status: {}
",
    "
apiVersion: batch/v1
kind: CronJob
metadata: {name: sweep}
spec:
  schedule: '0 3 * * *'
  timeZone: Europe/Zurich
  jobTemplate:
    spec:
      template:
        spec: {restartPolicy: Never, containers: [{name: sweep, image: sweep:1.0.0}]}
",
    "
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: node}
spec:
  selector: {matchLabels: {app: node}}
  template:
    metadata: {labels: {app: node}}
    spec: {containers: [{name: node, image: node:1.0.0}]}
",
    "
apiVersion: v1
kind: PodTemplate
metadata: {name: pod}
template:
  metadata: {labels: {app: pod}}
  spec: {containers: [{name: pod, image: pod:1.0.0}]}
",
    "
apiVersion: v1
kind: PersistentVolume
metadata: {name: disk}
spec:
  capacity: {storage: 1Gi}
  accessModes: [ReadWriteOnce]
  csi: {driver: disk.example.com, volumeHandle: a}
",
    "
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
",
    "
apiVersion: v1
kind: Event
metadata: {name: told, namespace: shop}
involvedObject: {kind: Pod, name: agent, namespace: shop}
reason: Told
",
    "
apiVersion: v1
kind: LimitRange
metadata: {name: limits}
spec: {limits: [{type: Container, default: {cpu: 1}}]}
",
];

#[test]
fn what_a_server_takes_passes_in_every_version() {
    for version in catalogue().versions() {
        for text in TAKEN {
            let object = yaml::read_value(text).unwrap();
            let problems = catalogue().check(version, &object);
            assert_eq!(shown(&problems), "", "{version}: {text}");
            assert_eq!(shown(&crate::schema::overlay::check(&object)), "", "{text}");
        }
    }
}
