//! What is refused in kinds without pods.

use serde_json::json;

use super::documents::{ACCESS, NETWORK, SCALING, STORAGE};
use super::{Changed, read};
use crate::yaml;

/// The objects of a text, each to be changed.
fn each(text: &str) -> Vec<Changed> {
    read(text)
        .iter()
        .map(|object| Changed::of(&yaml::write(object)))
        .collect()
}

#[test]
fn services() {
    let [service, headless, external, outside, ..] = &each(NETWORK)[..] else {
        panic!("four Services")
    };
    service
        .set("/metadata/name", json!("1web"), "malformed-text /metadata/name")
        .set("/spec/type", json!("Internal"), "unknown-word /spec/type")
        .set("/spec/ports/0/port", json!(0), "out-of-range /spec/ports/0/port")
        .set(
            "/spec/ports/0/targetPort",
            json!("http_api"),
            "malformed-text /spec/ports/0/targetPort",
        )
        .set("/spec/ports/1/name", json!("http"), "duplicate-item /spec/ports/1/name")
        .set(
            "/spec/ports/1/protocol",
            json!("TCP"),
            "duplicate-item /spec/ports/1/port",
        )
        .without("/spec/ports/1/name", "missing-field /spec/ports/1")
        .without("/spec/ports", "missing-field /spec")
        .set(
            "/spec/ports/0/nodePort",
            json!(30000),
            "conflicting-fields /spec/ports/0/nodePort",
        )
        .set(
            "/spec/sessionAffinity",
            json!("None"),
            "conflicting-fields /spec/sessionAffinityConfig",
        )
        .set(
            "/spec/sessionAffinity",
            json!("Client"),
            "conflicting-fields /spec/sessionAffinityConfig, unknown-word /spec/sessionAffinity",
        )
        .set(
            "/spec/sessionAffinityConfig/clientIP/timeoutSeconds",
            json!(86401),
            "out-of-range /spec/sessionAffinityConfig/clientIP/timeoutSeconds",
        )
        .set("/spec/clusterIP", json!("none"), "malformed-text /spec/clusterIP")
        .set(
            "/spec/externalTrafficPolicy",
            json!("Local"),
            "conflicting-fields /spec/externalTrafficPolicy",
        )
        .set("/spec/ipFamilies/1", json!("IPv4"), "duplicate-item /spec/ipFamilies/1")
        .set("/spec/selector/app", json!("a/b"), "malformed-text /spec/selector/app");
    headless.set("/spec/type", json!("NodePort"), "conflicting-fields /spec/clusterIP");
    external
        .set(
            "/spec/externalName",
            json!("DB.example.com"),
            "malformed-text /spec/externalName",
        )
        .without("/spec/externalName", "missing-field /spec");
    outside
        .set(
            "/spec/loadBalancerSourceRanges/0",
            json!("10.0.0.0"),
            "malformed-text /spec/loadBalancerSourceRanges/0",
        )
        .set(
            "/spec/externalTrafficPolicy",
            json!("local"),
            "unknown-word /spec/externalTrafficPolicy",
        );
}

#[test]
fn ingresses() {
    let ingress = &each(NETWORK)[4];
    let path = "/spec/rules/0/http/paths/0";
    ingress
        .set(
            &format!("{path}/pathType"),
            json!("prefix"),
            &format!("unknown-word {path}/pathType"),
        )
        .without(&format!("{path}/pathType"), &format!("missing-field {path}"))
        .set(
            &format!("{path}/path"),
            json!("api"),
            &format!("malformed-text {path}/path"),
        )
        .set(
            &format!("{path}/path"),
            json!("/a//b"),
            &format!("malformed-text {path}/path"),
        )
        .without(&format!("{path}/path"), &format!("malformed-text {path}"))
        .set(
            &format!("{path}/backend"),
            json!({}),
            &format!("missing-field {path}/backend"),
        )
        .set(
            &format!("{path}/backend/resource"),
            json!({"kind": "A", "name": "a"}),
            &format!("conflicting-fields {path}/backend"),
        )
        .set(
            &format!("{path}/backend/service/port/number"),
            json!(80),
            &format!("conflicting-fields {path}/backend/service/port"),
        )
        .set(
            &format!("{path}/backend/service/name"),
            json!("Web"),
            &format!("malformed-text {path}/backend/service/name"),
        )
        .set(
            "/spec/rules/0/host",
            json!("Shop.example.com"),
            "malformed-text /spec/rules/0/host",
        )
        .set(
            "/spec/rules/0/host",
            json!("10.1.2.3"),
            "malformed-text /spec/rules/0/host",
        )
        .set(
            "/spec/rules/0/host",
            json!("a.*.example.com"),
            "malformed-text /spec/rules/0/host",
        )
        .set(
            "/metadata/annotations",
            json!({"kubernetes.io/ingress.class": "nginx"}),
            "conflicting-fields /metadata/annotations/kubernetes.io~1ingress.class",
        )
        .set("/spec/rules", json!([]), "missing-field /spec");
}

#[test]
fn network_policies() {
    let policy = &each(NETWORK)[5];
    let block = "/spec/egress/0/to/0/ipBlock";
    policy
        .set(
            &format!("{block}/cidr"),
            json!("10.0.0.0/33"),
            &format!("malformed-text {block}/cidr"),
        )
        .set(
            &format!("{block}/except/0"),
            json!("10.0.0.0"),
            &format!("malformed-text {block}/except/0"),
        )
        .set(
            &format!("{block}/cidr"),
            json!("10.0.0.0/8"),
            &format!("out-of-range {block}/except/0, out-of-range {block}/except/1"),
        )
        .set(
            "/spec/egress/0/to/0/podSelector",
            json!({}),
            "conflicting-fields /spec/egress/0/to/0/ipBlock",
        )
        .set("/spec/egress/0/to/0", json!({}), "missing-field /spec/egress/0/to/0")
        .set(
            "/spec/egress/0/ports/0/protocol",
            json!("udp"),
            "unknown-word /spec/egress/0/ports/0/protocol",
        )
        .set(
            "/spec/egress/0/ports/2/endPort",
            json!(31000),
            "out-of-range /spec/egress/0/ports/2/endPort",
        )
        .set(
            "/spec/egress/0/ports/1/endPort",
            json!(31000),
            "conflicting-fields /spec/egress/0/ports/1/endPort",
        )
        .set(
            "/spec/egress/0/ports/0/port",
            json!(65536),
            "out-of-range /spec/egress/0/ports/0/port",
        )
        .set(
            "/spec/policyTypes/0",
            json!("ingress"),
            "unknown-word /spec/policyTypes/0",
        )
        .set(
            "/spec/policyTypes/0",
            json!("Egress"),
            "duplicate-item /spec/policyTypes/1",
        );
}

#[test]
fn autoscalers_and_budgets() {
    let [scaler, budget] = &each(SCALING)[..] else {
        panic!("two objects")
    };
    scaler
        .set("/spec/minReplicas", json!(11), "out-of-range /spec/maxReplicas")
        .set("/spec/minReplicas", json!(0), "out-of-range /spec/minReplicas")
        .set("/spec/maxReplicas", json!(0), "out-of-range /spec/maxReplicas")
        .set(
            "/spec/metrics/0/type",
            json!("Cpu"),
            "unknown-word /spec/metrics/0/type",
        )
        .set(
            "/spec/metrics/0/type",
            json!("Pods"),
            "missing-field /spec/metrics/0, conflicting-fields /spec/metrics/0/resource",
        )
        .set(
            "/spec/metrics/0/resource/target/type",
            json!("Percent"),
            "unknown-word /spec/metrics/0/resource/target/type",
        )
        .set(
            "/spec/metrics/0/resource/target/averageUtilization",
            json!(0),
            "out-of-range /spec/metrics/0/resource/target/averageUtilization",
        )
        .set(
            "/spec/metrics/1/pods/target/averageValue",
            json!("0"),
            "out-of-range /spec/metrics/1/pods/target/averageValue",
        )
        .set(
            "/spec/behavior/scaleDown/stabilizationWindowSeconds",
            json!(3601),
            "out-of-range /spec/behavior/scaleDown/stabilizationWindowSeconds",
        )
        .set(
            "/spec/behavior/scaleDown/policies/0/periodSeconds",
            json!(1801),
            "out-of-range /spec/behavior/scaleDown/policies/0/periodSeconds",
        )
        .set(
            "/spec/behavior/scaleDown/policies/0/type",
            json!("Share"),
            "unknown-word /spec/behavior/scaleDown/policies/0/type",
        )
        .without("/spec/scaleTargetRef/name", "missing-field /spec/scaleTargetRef");
    budget
        .set(
            "/spec/minAvailable",
            json!(1),
            "conflicting-fields /spec/maxUnavailable",
        )
        .set(
            "/spec/maxUnavailable",
            json!("120%"),
            "out-of-range /spec/maxUnavailable",
        )
        .set(
            "/spec/maxUnavailable",
            json!("a quarter"),
            "malformed-text /spec/maxUnavailable",
        );
}

#[test]
fn storage_and_data() {
    let [claim, volume, class, map, tls, _] = &each(STORAGE)[..] else {
        panic!("six objects")
    };
    claim
        .set(
            "/spec/accessModes/0",
            json!("ReadWrite"),
            "unknown-word /spec/accessModes/0",
        )
        .set("/spec/accessModes", json!([]), "missing-field /spec/accessModes")
        .set(
            "/spec/resources/requests/storage",
            json!(0),
            "out-of-range /spec/resources/requests/storage",
        )
        .without(
            "/spec/resources/requests/storage",
            "missing-field /spec/resources/requests",
        );
    volume
        .without("/spec/nfs", "missing-field /spec")
        .set("/spec/hostPath", json!({"path": "/x"}), "conflicting-fields /spec")
        .set(
            "/spec/persistentVolumeReclaimPolicy",
            json!("Keep"),
            "unknown-word /spec/persistentVolumeReclaimPolicy",
        );
    class.set("/volumeBindingMode", json!("Late"), "unknown-word /volumeBindingMode");
    map.set("/data/a~1b", json!(""), "malformed-text /data/a~1b")
        .set("/data/logo", json!(""), "duplicate-item /binaryData/logo")
        .set(
            "/binaryData/logo",
            json!("not base64"),
            "malformed-text /binaryData/logo",
        )
        .set("/data/big", json!("x".repeat(1024 * 1024 + 1)), "out-of-range ");
    tls.without("/data/tls.key", "missing-field ")
        .set("/data/tls.key", json!("a"), "malformed-text /data/tls.key");
}

#[test]
fn access_and_definitions() {
    let [
        namespace,
        _,
        quota,
        limits,
        role,
        cluster,
        binding,
        priority,
        policy,
        applied,
        definition,
        custom,
    ] = &each(ACCESS)[..]
    else {
        panic!("twelve objects")
    };
    namespace.set("/metadata/name", json!("shop.eu"), "malformed-text /metadata/name");
    quota
        .set("/spec/hard/pods", json!("-1"), "out-of-range /spec/hard/pods")
        .set("/spec/scopes/0", json!("Best"), "unknown-word /spec/scopes/0");
    limits
        .set(
            "/spec/limits/0/default/cpu",
            json!("3"),
            "out-of-range /spec/limits/0/default/cpu",
        )
        .set(
            "/spec/limits/1/type",
            json!("Container"),
            "duplicate-item /spec/limits/1/type",
        );
    role.set("/metadata/name", json!("a/b"), "malformed-text /metadata/name")
        .set("/rules/0/verbs", json!([]), "missing-field /rules/0/verbs")
        .set("/rules/0/resources", json!([]), "missing-field /rules/0")
        .set(
            "/rules/0/nonResourceURLs",
            json!(["/x"]),
            "conflicting-fields /rules/0/nonResourceURLs",
        );
    cluster.set(
        "/rules/0/resources",
        json!(["pods"]),
        "conflicting-fields /rules/0/nonResourceURLs",
    );
    binding
        .set("/roleRef/kind", json!("role"), "unknown-word /roleRef/kind")
        .set("/subjects/0/kind", json!("Account"), "unknown-word /subjects/0/kind")
        .set("/subjects/0/apiGroup", json!("v1"), "unknown-word /subjects/0/apiGroup");
    priority.set("/value", json!(1_000_000_001), "out-of-range /value");
    policy.set("/spec/failurePolicy", json!("fail"), "unknown-word /spec/failurePolicy");
    applied.set(
        "/spec/validationActions/-",
        json!("Warn"),
        "conflicting-fields /spec/validationActions",
    );
    definition
        .set(
            "/metadata/name",
            json!("shop.example.com"),
            "conflicting-fields /metadata/name",
        )
        .set(
            "/spec/versions/1/storage",
            json!(true),
            "conflicting-fields /spec/versions",
        );
    custom.set("/metadata/name", json!("Harbour"), "malformed-text /metadata/name");
}
