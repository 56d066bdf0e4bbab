//! What few people write: refused by the server all the same, with its nearest good neighbour.

use super::refused::check;

#[test]
fn claims_pages_and_searches_of_a_pod() {
    check(
        "
apiVersion: v1
kind: Pod
metadata: { name: a }
spec:
  resourceClaims: [{ name: gpu, resourceClaimTemplateName: gpu }]
  dnsConfig: { searches: [shop.svc.cluster.local, _tcp.a_b.example.com., .] }
  initContainers: [{ name: b, image: 'b:1', resources: { claims: [{ name: gpu }] } }]
  containers:
    - name: a
      image: a:1
      resources: { claims: [{ name: gpu, request: one }], requests: { memory: 1Gi }, limits: { hugepages-2Mi: 4Mi } }
",
        &[
            (
                "claims: [{ name: gpu, request: one }]",
                "claims: [{ name: cpu }]",
                "unknown-claim /spec/containers/0/resources/claims/0/name",
            ),
            (
                "claims: [{ name: gpu }]",
                "claims: [{ name: gpus }]",
                "unknown-claim /spec/initContainers/0/resources/claims/0/name",
            ),
            (
                "requests: { memory: 1Gi }, ",
                "",
                "missing-field /spec/containers/0/resources/limits/hugepages-2Mi",
            ),
            ("requests: { memory: 1Gi }", "requests: { cpu: 1 }", ""),
            (
                "[shop.svc.cluster.local",
                "[''",
                "malformed-text /spec/dnsConfig/searches/0",
            ),
            (
                "[shop.svc.cluster.local",
                "[not a domain",
                "malformed-text /spec/dnsConfig/searches/0",
            ),
            ("_tcp.", "__tcp.", "malformed-text /spec/dnsConfig/searches/1"),
            (
                "example.com.",
                "example.com..",
                "malformed-text /spec/dnsConfig/searches/1",
            ),
        ],
    );
}

#[test]
fn exit_codes_of_a_job() {
    check(
        "
apiVersion: batch/v1
kind: Job
metadata: { name: a }
spec:
  template: { spec: { restartPolicy: Never, containers: [{ name: a, image: 'a:1' }] } }
  podFailurePolicy:
    rules:
      - { action: FailJob, onExitCodes: { operator: In, values: [1, 42] } }
      - { action: Ignore, onExitCodes: { operator: NotIn, values: [0, 3] } }
",
        &[
            (
                "[1, 42]",
                "[0, 42]",
                "out-of-range /spec/podFailurePolicy/rules/0/onExitCodes/values/0",
            ),
            (
                "[1, 42]",
                "[42, 1]",
                "out-of-range /spec/podFailurePolicy/rules/0/onExitCodes/values/1",
            ),
            (
                "[0, 3]",
                "[3, 3]",
                "duplicate-item /spec/podFailurePolicy/rules/1/onExitCodes/values/1",
            ),
        ],
    );
}

#[test]
fn sources_of_claims() {
    check(
        "
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: a }
spec:
  accessModes: [ReadWriteOnce]
  resources: { requests: { storage: 1Gi } }
  dataSource: { kind: PersistentVolumeClaim, name: b }
  dataSourceRef: { kind: VolumeSnapshot, apiGroup: snapshot.storage.k8s.io, name: b, namespace: c }
",
        &[
            (
                "apiGroup: snapshot.storage.k8s.io, ",
                "",
                "missing-field /spec/dataSourceRef/kind",
            ),
            (
                "kind: PersistentVolumeClaim, name: b",
                "kind: ConfigMap, name: b",
                "missing-field /spec/dataSource/kind",
            ),
            (
                "PersistentVolumeClaim, name: b",
                "PersistentVolumeClaim",
                "missing-field /spec/dataSource",
            ),
        ],
    );
}

#[test]
fn addresses_and_ports_of_services() {
    check(
        "
apiVersion: v1
kind: Service
metadata: { name: a }
spec:
  type: LoadBalancer
  externalTrafficPolicy: Local
  healthCheckNodePort: 30100
  clusterIPs: [10.0.0.1, 'fd00::1']
  ports: [{ port: 80 }]
",
        &[
            ("Local", "Cluster", "conflicting-fields /spec/healthCheckNodePort"),
            (
                "type: LoadBalancer\n  externalTrafficPolicy: Local",
                "type: ClusterIP",
                "conflicting-fields /spec/healthCheckNodePort",
            ),
            (
                "type: LoadBalancer",
                "type: NodePort",
                "conflicting-fields /spec/healthCheckNodePort",
            ),
            ("fd00::1", "10.0.0.2", "conflicting-fields /spec/clusterIPs/1"),
            ("'fd00::1'", "10.0.0.1", "duplicate-item /spec/clusterIPs/1"),
        ],
    );
    check(
        "
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: a }
addressType: IPv6
endpoints: [{ addresses: ['fd00::1'] }]
",
        &[
            ("fd00::1", "::1", "out-of-range /endpoints/0/addresses/0"),
            ("fd00::1", "fe80::1", "out-of-range /endpoints/0/addresses/0"),
            ("fd00::1", "ff02::1", "out-of-range /endpoints/0/addresses/0"),
            ("fd00::1", "10.0.0.1", "malformed-text /endpoints/0/addresses/0"),
            (
                "addressType: IPv6",
                "addressType: IPv4",
                "malformed-text /endpoints/0/addresses/0",
            ),
            ("addressType: IPv6", "addressType: FQDN", ""),
        ],
    );
}

#[test]
fn rules_of_webhooks() {
    check(
        "
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: a }
webhooks:
  - name: check.example.com
    clientConfig: { url: 'https://a.example.com' }
    rules: [{ operations: [CREATE], apiGroups: [''], apiVersions: [v1], resources: ['pods', '*/scale', 'pods/log'] }]
    sideEffects: None
    admissionReviewVersions: [v1]
",
        &[
            (
                "apiVersions: [v1]",
                "apiVersions: []",
                "missing-field /webhooks/0/rules/0/apiVersions",
            ),
            (
                "operations: [CREATE]",
                "operations: []",
                "missing-field /webhooks/0/rules/0/operations",
            ),
            (
                "apiGroups: ['']",
                "apiGroups: []",
                "missing-field /webhooks/0/rules/0/apiGroups",
            ),
            (
                "'*/scale'",
                "'*/*'",
                "conflicting-fields /webhooks/0/rules/0/resources/0",
            ),
            (
                "'*/scale'",
                "'*', 'services'",
                "conflicting-fields /webhooks/0/rules/0/resources/2",
            ),
            ("'*/scale'", "'*'", ""),
            ("'pods', ", "'*', ", ""),
            (
                "'*/scale'",
                "'pods/*'",
                "conflicting-fields /webhooks/0/rules/0/resources/2",
            ),
            (
                "'pods/log'",
                "'deployments/scale'",
                "conflicting-fields /webhooks/0/rules/0/resources/2",
            ),
        ],
    );
}

#[test]
fn classes_limits_and_leases() {
    check(
        "
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: { name: a }
spec:
  controller: example.com/a
  parameters: { apiGroup: example.com, kind: Settings, name: a, scope: Namespace, namespace: b }
",
        &[
            (", namespace: b", "", "missing-field /spec/parameters"),
            (
                "scope: Namespace",
                "scope: Cluster",
                "conflicting-fields /spec/parameters/namespace",
            ),
            (
                "scope: Namespace, ",
                "",
                "conflicting-fields /spec/parameters/namespace",
            ),
            ("scope: Namespace, namespace: b", "scope: Cluster", ""),
        ],
    );
    check(
        "
apiVersion: v1
kind: LimitRange
metadata: { name: a }
spec: { limits: [{ type: Container, maxLimitRequestRatio: { cpu: 1 } }] }
",
        &[(
            "cpu: 1",
            "cpu: 900m",
            "out-of-range /spec/limits/0/maxLimitRequestRatio/cpu",
        )],
    );
    check(
        "{ apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: { name: a }, spec: { leaseDurationSeconds: 15 } }",
        &[("Seconds: 15", "Seconds: 0", "out-of-range /spec/leaseDurationSeconds")],
    );
}
