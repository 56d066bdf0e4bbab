//! What the server refuses and a plain look does not see, with its nearest good neighbour.

use super::{one, wrong};

/// What is wrong with a good object after one piece of its text is replaced.
pub(super) fn check(text: &str, cases: &[(&str, &str, &str)]) {
    assert_eq!(wrong(&one(text)), Vec::<String>::new(), "{text}");
    for (from, to, expected) in cases {
        assert!(text.contains(from), "{from}");
        assert_eq!(wrong(&one(&text.replace(from, to))).join(", "), *expected, "{to}");
    }
}

#[test]
fn mounts_resources_and_systems() {
    check(
        "
apiVersion: v1
kind: Pod
metadata: { name: a }
spec:
  os: { name: linux }
  securityContext: { runAsUser: 1 }
  containers:
    - name: a
      image: a:1
      securityContext: { privileged: true }
      resources: { limits: { cpu: 1, example.com/gpu: 1, hugepages-2Mi: 4Mi } }
      volumeMounts:
        - { name: v, mountPath: /a, mountPropagation: Bidirectional }
        - { name: v, mountPath: /b, readOnly: true, recursiveReadOnly: Enabled }
      resizePolicy: [{ resourceName: cpu, restartPolicy: NotRequired }]
  volumes:
    - name: v
      projected:
        sources:
          - secret: { name: s, items: [{ key: a, path: a }] }
          - serviceAccountToken: { path: token }
",
        &[
            (
                "privileged: true",
                "privileged: false",
                "conflicting-fields /spec/containers/0/volumeMounts/0/mountPropagation",
            ),
            (
                "readOnly: true, ",
                "",
                "conflicting-fields /spec/containers/0/volumeMounts/1/recursiveReadOnly",
            ),
            (
                "gpu: 1",
                "gpu: 500m",
                "out-of-range /spec/containers/0/resources/limits/example.com~1gpu",
            ),
            (
                "2Mi: 4Mi",
                "2Mi: 1Mi",
                "out-of-range /spec/containers/0/resources/limits/hugepages-2Mi",
            ),
            (
                "NotRequired",
                "Never",
                "unknown-word /spec/containers/0/resizePolicy/0/restartPolicy",
            ),
            (
                "name: linux",
                "name: windows",
                "conflicting-fields /spec/securityContext/runAsUser, conflicting-fields /spec/containers/0/securityContext/privileged",
            ),
            (
                "path: token",
                "path: a",
                "duplicate-item /spec/volumes/0/projected/sources/1/serviceAccountToken/path",
            ),
        ],
    );
}

#[test]
fn targets_and_quotas() {
    check(
        "
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: a }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: a }
  maxReplicas: 3
  metrics: [{ type: Resource, resource: { name: cpu, target: { type: AverageValue, averageValue: 1 } } }]
",
        &[(
            "AverageValue, averageValue",
            "Value, value",
            "conflicting-fields /spec/metrics/0/resource/target/type",
        )],
    );
    check(
        "
apiVersion: v1
kind: ResourceQuota
metadata: { name: a }
spec:
  hard: { pods: 4, cpu: 400m, requests.example.com/gpu: 1, gold.storageclass.storage.k8s.io/requests.storage: 1Gi, requests.hugepages-2Mi: 2Mi }
  scopes: [NotBestEffort]
",
        &[
            ("pods: 4", "podz: 4", "unknown-word /spec/hard/podz"),
            ("pods: 4", "pods: 400m", "out-of-range /spec/hard/pods"),
            ("[NotBestEffort]", "[BestEffort, NotBestEffort]", "conflicting-fields /spec/scopes"),
        ],
    );
}

#[test]
fn classes_namespaces_and_services() {
    check(
        "{ apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: { name: a }, provisioner: a/b, reclaimPolicy: Retain }",
        &[("Retain", "Recycle", "unknown-word /reclaimPolicy")],
    );
    check(
        "{ apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: { name: systemic }, value: 2 }",
        &[("systemic", "system-x", "conflicting-fields /metadata/name")],
    );
    let label = "pod-security.kubernetes.io/enforce";
    check(
        &format!(
            "{{ apiVersion: v1, kind: Namespace, metadata: {{ name: a, labels: {{ {label}: baseline, {label}-version: v1.35 }} }} }}"
        ),
        &[
            (
                "baseline",
                "strict",
                "unknown-word /metadata/labels/pod-security.kubernetes.io~1enforce",
            ),
            (
                "v1.35",
                "1.35.0",
                "unknown-word /metadata/labels/pod-security.kubernetes.io~1enforce-version",
            ),
        ],
    );
    check(
        "{ apiVersion: v1, kind: Service, metadata: { name: a }, spec: { externalIPs: [10.0.0.1], ports: [{ port: 80 }] } }",
        &[
            ("10.0.0.1", "127.0.0.1", "out-of-range /spec/externalIPs/0"),
            ("10.0.0.1", "fe80::1", "out-of-range /spec/externalIPs/0"),
        ],
    );
}

#[test]
fn what_secrets_hold() {
    check(
        "{ apiVersion: v1, kind: Secret, metadata: { name: a }, type: kubernetes.io/dockerconfigjson, stringData: { .dockerconfigjson: '{}' } }",
        &[("'{}'", "auths", "malformed-text /stringData/.dockerconfigjson")],
    );
    check(
        "{ apiVersion: v1, kind: Secret, metadata: { name: a }, type: kubernetes.io/dockerconfigjson, data: { .dockerconfigjson: e30= } }",
        &[("e30=", "bm9qc29u", "malformed-text /data/.dockerconfigjson")],
    );
    check(
        "{ apiVersion: v1, kind: Secret, metadata: { name: a, annotations: { kubernetes.io/service-account.name: a } }, type: kubernetes.io/service-account-token }",
        &[("service-account.name", "account", "missing-field /metadata")],
    );
}

#[test]
fn webhooks_policies_and_definitions() {
    let rule = "{ operations: [CREATE], apiGroups: ['*'], apiVersions: ['*'], resources: [pods] }";
    check(
        &format!(
            "
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {{ name: a }}
webhooks:
  - name: check.example.com
    clientConfig: {{ url: 'https://a.example.com' }}
    rules: [{rule}]
    sideEffects: None
    admissionReviewVersions: [v1]
"
        ),
        &[
            ("check.example.com", "example.com", "malformed-text /webhooks/0/name"),
            ("https:", "http:", "malformed-text /webhooks/0/clientConfig/url"),
            (
                "{ url:",
                "{ service: { name: a, namespace: b }, url:",
                "conflicting-fields /webhooks/0/clientConfig",
            ),
            (
                "apiGroups: ['*']",
                "apiGroups: ['*', a]",
                "conflicting-fields /webhooks/0/rules/0/apiGroups",
            ),
        ],
    );
    check(
        &format!(
            "
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {{ name: a }}
spec:
  matchConstraints: {{ resourceRules: [{rule}] }}
  variables: [{{ name: a, expression: object.a }}]
  validations:
    - expression: variables.a == 1 && authorizer.group('a').resource('b').check('c').allowed()
      messageExpression: string(variables.a)
"
        ),
        &[
            (
                "variables.a == 1",
                "variables.b == 1",
                "malformed-text /spec/validations/0/expression",
            ),
            (
                "object.a }",
                "'object.a ==' }",
                "malformed-text /spec/variables/0/expression",
            ),
            (
                "string(",
                "strong(",
                "malformed-text /spec/validations/0/messageExpression",
            ),
            (
                "string(variables.a)",
                "string(authorizer.path('/a').check('get').allowed())",
                "malformed-text /spec/validations/0/messageExpression",
            ),
            (
                "validations:",
                "matchConditions:",
                "missing-field /spec, malformed-text /spec/matchConditions/0/expression, missing-field /spec/matchConditions/0",
            ),
        ],
    );
    check(
        "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: shops.example.com }
spec:
  group: example.com
  scope: Namespaced
  names: { plural: shops, kind: Shop }
  versions: [{ name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object } } }]
",
        &[
            (
                ", schema: { openAPIV3Schema: { type: object } }",
                "",
                "missing-field /spec/versions/0",
            ),
            (
                "{ openAPIV3Schema: { type: object } }",
                "{}",
                "missing-field /spec/versions/0/schema",
            ),
        ],
    );
}
