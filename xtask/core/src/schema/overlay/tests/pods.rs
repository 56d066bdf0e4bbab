//! What is refused in Deployments, other workloads and their pods.

use serde_json::json;

use super::Changed;
use super::workloads::DEPLOYMENT;

const POD: &str = "/spec/template/spec";
const FIRST: &str = "/spec/template/spec/containers/0";

/// Sets a place below the pod, or below its first container, and expects a rule there.
fn pods(base: &str, table: &[(&str, serde_json::Value, &str)]) {
    let changed = Changed::of(DEPLOYMENT);
    for (pointer, value, rule) in table {
        changed.set(
            &format!("{base}{pointer}"),
            value.clone(),
            &format!("{rule} {base}{pointer}"),
        );
    }
}

#[test]
fn words_have_their_case() {
    pods(
        FIRST,
        &[
            ("/imagePullPolicy", json!("ifNotPresent"), "unknown-word"),
            ("/terminationMessagePolicy", json!("Logs"), "unknown-word"),
            ("/ports/0/protocol", json!("tcp"), "unknown-word"),
            ("/livenessProbe/httpGet/scheme", json!("https"), "unknown-word"),
            ("/securityContext/procMount", json!("None"), "unknown-word"),
            ("/volumeMounts/0/mountPropagation", json!("Both"), "unknown-word"),
        ],
    );
    pods(
        POD,
        &[
            ("/dnsPolicy", json!("Cluster"), "unknown-word"),
            ("/tolerations/1/effect", json!("NoRun"), "unknown-word"),
            (
                "/topologySpreadConstraints/1/whenUnsatisfiable",
                json!("Schedule"),
                "unknown-word",
            ),
            ("/securityContext/fsGroupChangePolicy", json!("Never"), "unknown-word"),
            ("/preemptionPolicy", json!("Always"), "unknown-word"),
        ],
    );
    let deployment = Changed::of(DEPLOYMENT);
    deployment
        .set(
            "/spec/strategy/type",
            json!("Rolling"),
            "unknown-word /spec/strategy/type, conflicting-fields /spec/strategy/rollingUpdate",
        )
        .set(
            "/spec/template/spec/restartPolicy",
            json!("Sometimes"),
            "unknown-word /spec/template/spec/restartPolicy, unknown-word /spec/template/spec/restartPolicy",
        )
        .set(
            "/spec/template/spec/restartPolicy",
            json!("Never"),
            "unknown-word /spec/template/spec/restartPolicy",
        )
        .set(
            "/spec/selector/matchExpressions/1/operator",
            json!("Lacks"),
            "unknown-word /spec/selector/matchExpressions/1/operator",
        );
}

#[test]
fn names_and_labels_have_their_forms() {
    pods(
        FIRST,
        &[
            ("/name", json!("Web"), "malformed-text"),
            ("/image", json!("Registry/Web:latest tag"), "malformed-text"),
            ("/ports/0/name", json!("http-port-is-too-long"), "malformed-text"),
            ("/env/0/name", json!("A=B"), "malformed-text"),
            (
                "/env/2/valueFrom/fieldRef/fieldPath",
                json!("spec.hostname"),
                "malformed-text",
            ),
            (
                "/env/4/valueFrom/resourceFieldRef/resource",
                json!("cpu"),
                "malformed-text",
            ),
            ("/env/5/valueFrom/secretKeyRef/key", json!("a/b"), "malformed-text"),
            ("/livenessProbe/httpGet/port", json!("HTTP"), "malformed-text"),
            (
                "/livenessProbe/httpGet/httpHeaders/0/name",
                json!("X A"),
                "malformed-text",
            ),
            ("/volumeMounts/1/subPath", json!("../up"), "malformed-text"),
            ("/resources/limits/cpu", json!("half"), "malformed-text"),
            ("/resources/limits/cpus", json!("1"), "malformed-text"),
            ("/env/0/name", json!("1ST NAME"), "unportable-name"),
            ("/volumeMounts/2/mountPath", json!("etc/web"), "relative-mount"),
        ],
    );
    pods(
        POD,
        &[
            ("/serviceAccountName", json!("web_account"), "malformed-text"),
            ("/hostAliases/0/ip", json!("localhost"), "malformed-text"),
            ("/dnsConfig/nameservers/0", json!("10.0.0.256"), "malformed-text"),
            ("/nodeSelector/kubernetes.io~1os", json!("linux!"), "malformed-text"),
            (
                "/volumes/1/configMap/items/0/path",
                json!("/etc/passwd"),
                "malformed-text",
            ),
            ("/volumes/1/configMap/items/0/path", json!("a/../b"), "malformed-text"),
        ],
    );
    Changed::of(DEPLOYMENT)
        .set("/metadata/name", json!("web_1"), "malformed-text /metadata/name")
        .set(
            "/metadata/namespace",
            json!("shop.eu"),
            "malformed-text /metadata/namespace",
        )
        .set(
            "/metadata/labels/app",
            json!("a b"),
            "malformed-text /metadata/labels/app",
        )
        .set(
            "/metadata/labels/-app",
            json!("a"),
            "malformed-text /metadata/labels/-app",
        )
        .set(
            "/metadata/annotations/a~1b~1c",
            json!("a"),
            "malformed-text /metadata/annotations/a~1b~1c",
        )
        .set(
            "/metadata/annotations/big",
            json!("x".repeat(300_000)),
            "out-of-range /metadata/annotations",
        )
        .set(
            "/metadata/finalizers/0",
            json!("cleanup"),
            "malformed-text /metadata/finalizers/0",
        )
        .without("/metadata/name", "missing-field /metadata");
}

#[test]
fn numbers_have_their_ranges() {
    pods(
        FIRST,
        &[
            ("/ports/0/containerPort", json!(0), "out-of-range"),
            ("/ports/0/containerPort", json!(65536), "out-of-range"),
            ("/livenessProbe/httpGet/port", json!(70000), "out-of-range"),
            ("/livenessProbe/periodSeconds", json!(-1), "out-of-range"),
            ("/livenessProbe/successThreshold", json!(2), "out-of-range"),
            ("/readinessProbe/grpc/port", json!(0), "out-of-range"),
            ("/startupProbe/terminationGracePeriodSeconds", json!(0), "out-of-range"),
            ("/resources/requests/memory", json!("-1Gi"), "out-of-range"),
            ("/securityContext/runAsUser", json!(-1), "out-of-range"),
            ("/lifecycle/preStop/sleep/seconds", json!(41), "out-of-range"),
        ],
    );
    pods(
        POD,
        &[
            (
                "/terminationGracePeriodSeconds",
                json!(-1),
                "out-of-range /spec/template/spec/containers/0/lifecycle/preStop/sleep/seconds, out-of-range",
            ),
            ("/topologySpreadConstraints/0/maxSkew", json!(0), "out-of-range"),
            ("/volumes/1/configMap/defaultMode", json!(1000), "out-of-range"),
            (
                "/volumes/2/projected/sources/0/serviceAccountToken/expirationSeconds",
                json!(60),
                "out-of-range",
            ),
            (
                "/affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/0/weight",
                json!(101),
                "out-of-range",
            ),
        ],
    );
    Changed::of(DEPLOYMENT)
        .set("/spec/replicas", json!(-1), "out-of-range /spec/replicas")
        .set(
            "/spec/minReadySeconds",
            json!(300),
            "out-of-range /spec/minReadySeconds",
        )
        .set(
            "/spec/strategy/rollingUpdate/maxUnavailable",
            json!("101%"),
            "out-of-range /spec/strategy/rollingUpdate/maxUnavailable",
        )
        .set(
            "/spec/strategy/rollingUpdate/maxSurge",
            json!("ten"),
            "malformed-text /spec/strategy/rollingUpdate/maxSurge",
        )
        .set(
            "/spec/strategy/rollingUpdate/maxSurge",
            json!("10"),
            "malformed-text /spec/strategy/rollingUpdate/maxSurge",
        );
}

#[test]
fn lists_have_each_key_once() {
    let at = |place: &str, value, rule: &str| {
        Changed::of(DEPLOYMENT).set(
            &format!("{FIRST}{place}/-"),
            value,
            &format!("duplicate-item {FIRST}{rule}"),
        );
    };
    at(
        "/ports",
        json!({"containerPort": 8080, "protocol": "TCP"}),
        "/ports/2/containerPort",
    );
    at("/ports", json!({"containerPort": 1, "name": "http"}), "/ports/2/name");
    at("/env", json!({"name": "MODE", "value": "b"}), "/env/6/name");
    at(
        "/volumeMounts",
        json!({"name": "claim", "mountPath": "/tmp"}),
        "/volumeMounts/3/mountPath",
    );
    Changed::of(DEPLOYMENT)
        .set(
            &format!("{POD}/containers/-"),
            json!({"name": "web", "image": "web"}),
            &format!("duplicate-item {POD}/containers/1/name"),
        )
        .set(
            &format!("{POD}/containers/-"),
            json!({"name": "mesh", "image": "web"}),
            &format!("duplicate-item {POD}/initContainers/1/name"),
        )
        .set(
            &format!("{POD}/volumes/-"),
            json!({"name": "claim", "emptyDir": {}}),
            &format!("duplicate-item {POD}/volumes/5/name"),
        )
        .set(
            &format!("{POD}/topologySpreadConstraints/1/whenUnsatisfiable"),
            json!("DoNotSchedule"),
            &format!("duplicate-item {POD}/topologySpreadConstraints/1/topologyKey"),
        );
}

#[test]
fn required_fields_are_there() {
    let changed = Changed::of(DEPLOYMENT);
    for (place, missing) in [
        ("/spec", ""),
        ("/spec/selector", "/spec"),
        ("/spec/template", "/spec"),
        ("/spec/template/spec", "/spec/template"),
        ("/spec/template/spec/containers", "/spec/template/spec"),
        ("/spec/template/spec/containers/0/name", FIRST),
        ("/spec/template/spec/containers/0/image", FIRST),
        (
            "/spec/template/spec/containers/0/ports/1/containerPort",
            "/spec/template/spec/containers/0/ports/1",
        ),
        (
            "/spec/template/spec/volumes/3/persistentVolumeClaim/claimName",
            "/spec/template/spec/volumes/3/persistentVolumeClaim",
        ),
        (
            "/spec/template/spec/volumes/3/persistentVolumeClaim",
            "/spec/template/spec/volumes/3",
        ),
    ] {
        changed.without(place, &format!("missing-field {missing}"));
    }
    changed
        .set("/spec/selector", json!({}), "missing-field /spec/selector")
        .set(
            "/spec/template/spec/containers",
            json!([]),
            "missing-field /spec/template/spec/containers",
        );
}

#[test]
fn one_of_several_stands_and_no_two() {
    Changed::of(DEPLOYMENT)
        .set(
            &format!("{FIRST}/livenessProbe"),
            json!({}),
            &format!("missing-field {FIRST}/livenessProbe"),
        )
        .set(
            &format!("{FIRST}/livenessProbe"),
            json!({"exec": {"command": ["a"]}, "tcpSocket": {"port": 1}}),
            &format!("conflicting-fields {FIRST}/livenessProbe"),
        )
        .set(
            &format!("{FIRST}/env/2/value"),
            json!("x"),
            &format!("conflicting-fields {FIRST}/env/2/valueFrom"),
        )
        .set(
            &format!("{FIRST}/env/2/valueFrom"),
            json!({}),
            &format!("missing-field {FIRST}/env/2/valueFrom"),
        )
        .set(
            &format!("{FIRST}/envFrom/0"),
            json!({}),
            &format!("missing-field {FIRST}/envFrom/0"),
        )
        .set(
            &format!("{POD}/volumes/0/secret"),
            json!({"secretName": "a"}),
            &format!("conflicting-fields {POD}/volumes/0"),
        )
        .set(
            &format!("{FIRST}/lifecycle/preStop/exec"),
            json!({"command": ["a"]}),
            &format!("conflicting-fields {FIRST}/lifecycle/preStop"),
        );
}

#[test]
fn fields_agree_with_each_other() {
    let changed = Changed::of(DEPLOYMENT);
    changed
        .set("/spec/template/metadata/labels/app", json!("shop"), "selector-mismatch /spec/selector/matchLabels/app")
        .without("/spec/template/metadata/labels", "selector-mismatch /spec/selector/matchLabels/app, selector-mismatch /spec/selector/matchExpressions/0")
        .set("/spec/template/metadata/labels/legacy", json!("yes"), "selector-mismatch /spec/selector/matchExpressions/1")
        .set("/spec/strategy/rollingUpdate/maxSurge", json!("0%"), "conflicting-fields /spec/strategy/rollingUpdate/maxUnavailable")
        .set("/spec/strategy/type", json!("Recreate"), "conflicting-fields /spec/strategy/rollingUpdate")
        .set(&format!("{FIRST}/resources/requests/memory"), json!("1025Mi"), &format!("limit-below-request {FIRST}/resources/requests/memory"))
        .set(&format!("{FIRST}/resources/limits/example.com~1gpu"), json!("2"), &format!("limit-below-request {FIRST}/resources/requests/example.com~1gpu"))
        .set(&format!("{FIRST}/volumeMounts/0/name"), json!("tmp"), &format!("unknown-volume {FIRST}/volumeMounts/0/name"))
        .set(&format!("{FIRST}/securityContext/privileged"), json!(true), &format!("conflicting-fields {FIRST}/securityContext/allowPrivilegeEscalation"))
        .set(&format!("{FIRST}/readinessProbe/terminationGracePeriodSeconds"), json!(1), &format!("conflicting-fields {FIRST}/readinessProbe/terminationGracePeriodSeconds"))
        .set(&format!("{POD}/initContainers/0/readinessProbe"), json!({"exec": {"command": ["a"]}}), &format!("conflicting-fields {POD}/initContainers/0/readinessProbe"))
        .set(&format!("{POD}/tolerations/0/operator"), json!("Equal"), &format!("conflicting-fields {POD}/tolerations/0"))
        .set(&format!("{POD}/tolerations/2/effect"), json!("NoSchedule"), &format!("conflicting-fields {POD}/tolerations/2/tolerationSeconds"))
        .set(&format!("{POD}/securityContext/seccompProfile/type"), json!("RuntimeDefault"), &format!("conflicting-fields {POD}/securityContext/seccompProfile/localhostProfile"))
        .set(&format!("{POD}/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms/0/matchExpressions/0/values"), json!(["four"]), &format!("conflicting-fields {POD}/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms/0/matchExpressions/0/operator"))
        .set(&format!("{POD}/activeDeadlineSeconds"), json!(5), &format!("conflicting-fields {POD}/activeDeadlineSeconds"))
        .without(&format!("{POD}/dnsConfig"), &format!("conflicting-fields {POD}/dnsPolicy"));
}
