//! Rules over the objects of one unit.

use serde_json::json;

use super::scene::{GOOD, changed, judge, judge_in, objects, with};
use crate::model::{CodeComponent, Tier};

#[test]
fn a_good_unit_passes() {
    assert_eq!(judge(&objects(GOOD), None), Vec::<String>::new());
}

#[test]
fn what_selects_nothing_dangles() {
    assert_eq!(
        changed(
            "spec: { selector: { app: web }, ports",
            "spec: { selector: { app: wbe }, ports"
        ),
        ["dangling-service Service /spec/selector"]
    );
    assert_eq!(
        changed(
            "maxUnavailable: 1, selector: { matchLabels: { app: web } }",
            "maxUnavailable: 1, selector: { matchLabels: { app: x } }"
        ),
        [
            "missing-budget Deployment /spec",
            "dangling-budget PodDisruptionBudget /spec/selector"
        ]
    );
    assert_eq!(
        changed(
            "podSelector: { matchLabels: { app: web } }",
            "podSelector: { matchLabels: { app: x } }"
        ),
        [
            "open-pod Deployment /spec/template/metadata",
            "dangling-network-policy NetworkPolicy /spec/podSelector"
        ]
    );
    assert_eq!(
        changed(
            "spec: { selector: { matchLabels: { app: web } }, endpoints",
            "spec: { selector: { matchLabels: { app: x } }, endpoints"
        ),
        ["dangling-monitor ServiceMonitor /spec/selector"]
    );
}

#[test]
fn an_autoscaler_aims_at_a_workload_by_kind_group_and_name() {
    let target = "scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }";
    let single = "single-replica Deployment /spec/replicas";
    for (other, pointer) in [
        (
            "scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: wbe }",
            "name",
        ),
        (
            "scaleTargetRef: { apiVersion: argoproj.io/v1alpha1, kind: Rollout, name: web }",
            "name",
        ),
    ] {
        assert_eq!(
            changed(target, other),
            [
                single.to_owned(),
                format!("dangling-autoscaler HorizontalPodAutoscaler /spec/scaleTargetRef/{pointer}")
            ]
        );
    }
    assert_eq!(
        changed(
            target,
            "scaleTargetRef: { apiVersion: extensions/v1, kind: Deployment, name: web }"
        ),
        ["dangling-autoscaler HorizontalPodAutoscaler /spec/scaleTargetRef/apiVersion"]
    );
}

#[test]
fn the_number_of_pods_is_the_autoscalers_where_there_is_one() {
    assert_eq!(
        changed("spec:\n  selector:", "spec:\n  replicas: 3\n  selector:"),
        ["fixed-replicas Deployment /spec/replicas"]
    );
    assert_eq!(
        changed("minReplicas: 2", "minReplicas: 1"),
        ["single-replica HorizontalPodAutoscaler /spec/minReplicas"]
    );
    let one = objects(&GOOD.replacen("minReplicas: 2", "minReplicas: 1", 1));
    assert_eq!(
        judge_in(Tier::Canary, &one, &[], None, &secrets()),
        Vec::<String>::new()
    );
}

fn secrets() -> serde_json::Value {
    json!(["registry", "database"])
}

#[test]
fn budgets_let_one_pod_go() {
    let given = "maxUnavailable: 1";
    for (budget, pointer) in [
        ("maxUnavailable: 0", "maxUnavailable"),
        ("maxUnavailable: 0%", "maxUnavailable"),
        ("minAvailable: 100%", "minAvailable"),
        ("minAvailable: 2", "minAvailable"),
        ("minAvailable: 51%", "minAvailable"),
    ] {
        assert_eq!(
            changed(given, budget),
            [format!("blocking-budget PodDisruptionBudget /spec/{pointer}")],
            "{budget}"
        );
    }
    for budget in ["minAvailable: 1", "minAvailable: 50%", "maxUnavailable: 1%"] {
        assert_eq!(changed(given, budget), Vec::<String>::new(), "{budget}");
    }
}

/// That a number is none is the schema's affair; how many pods there are is unknown then, not one.
#[test]
fn pods_are_not_counted_where_their_number_is_none() {
    for count in ["'2'", "two", "[2]", "2.5", "{a: 1}"] {
        let text = GOOD
            .replacen("minReplicas: 2", &format!("minReplicas: {count}"), 1)
            .replacen("maxUnavailable: 1", "minAvailable: 1", 1);
        let found = judge_in(Tier::Production, &objects(&text), &[], None, &secrets());
        assert_eq!(found, Vec::<String>::new(), "{count}");
    }
    for budget in [
        "minAvailable: 9223372036854775807%",
        "maxUnavailable: 9223372036854775807%",
    ] {
        assert_eq!(changed("maxUnavailable: 1", budget), Vec::<String>::new(), "{budget}");
    }
}

#[test]
fn ports_are_there() {
    assert_eq!(
        changed("targetPort: http", "targetPort: web"),
        ["missing-port Service /spec/ports/0/targetPort"]
    );
    assert_eq!(
        changed("targetPort: http", "targetPort: 8081"),
        ["missing-port Service /spec/ports/0/targetPort"]
    );
    assert_eq!(changed("targetPort: http", "targetPort: 8080"), Vec::<String>::new());
    assert_eq!(
        changed("path: /, port: http", "path: /, port: health"),
        ["missing-port Deployment /spec/template/spec/containers/0/readinessProbe/httpGet/port"]
    );
    assert_eq!(
        changed("endpoints: [{ port: http }]", "endpoints: [{ port: metrics }]"),
        ["missing-port ServiceMonitor /spec/endpoints/0/port"]
    );
}

#[test]
fn routes_lead_to_services_and_their_ports() {
    let place = "/spec/rules/0/http/paths/0/backend/service";
    assert_eq!(
        changed("service: { name: web,", "service: { name: wbe,"),
        [format!("dangling-route Ingress {place}/name")]
    );
    assert_eq!(
        changed("port: { name: http }", "port: { number: 81 }"),
        [format!("dangling-route Ingress {place}/port/number")]
    );
    assert_eq!(
        changed("port: { name: http }", "port: { number: 80 }"),
        Vec::<String>::new()
    );
    let route = |backend: &str| {
        with(&format!(
            "{{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {{name: web, namespace: shop}}, \
             spec: {{rules: [{{backendRefs: [{backend}]}}]}}}}"
        ))
    };
    assert_eq!(route("{name: web, port: 80}"), Vec::<String>::new());
    assert_eq!(
        route("{name: other, namespace: elsewhere, port: 80}"),
        Vec::<String>::new()
    );
    assert_eq!(
        route("{name: other, port: 80}"),
        ["dangling-route HTTPRoute /spec/rules/0/backendRefs/0/name"]
    );
    assert_eq!(
        route("{name: web, port: 8080}"),
        ["dangling-route HTTPRoute /spec/rules/0/backendRefs/0/port"]
    );
    let mesh = |host: &str| {
        with(&format!(
            "{{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {{name: web, namespace: shop}}, \
             spec: {{hosts: [a], http: [{{route: [{{destination: {{host: {host}, port: {{number: 80}}}}}}]}}]}}}}"
        ))
    };
    for host in [
        "web",
        "web.shop.svc.cluster.local",
        "web.other.svc.cluster.local",
        "api.example.com",
    ] {
        assert_eq!(mesh(host), Vec::<String>::new(), "{host}");
    }
    assert_eq!(
        mesh("web-preview"),
        ["dangling-route VirtualService /spec/http/0/route/0/destination/host"]
    );
}

#[test]
fn what_a_pod_names_is_there() {
    let pod = "/spec/template/spec";
    assert_eq!(
        changed("configMap: { name: web }", "configMap: { name: wbe }"),
        [format!("missing-reference Deployment {pod}/volumes/0/configMap/name")]
    );
    assert_eq!(
        changed("serviceAccountName: web", "serviceAccountName: api"),
        [format!("missing-reference Deployment {pod}/serviceAccountName")]
    );
    assert_eq!(
        changed("{ name: maybe, optional: true }", "{ name: maybe }"),
        [format!(
            "missing-reference Deployment {pod}/containers/0/envFrom/0/configMapRef/name"
        )]
    );
    assert_eq!(
        changed("{ name: database, key", "{ name: hidden, key"),
        [format!(
            "undeclared-secret Deployment {pod}/containers/0/env/0/valueFrom/secretKeyRef/name"
        )]
    );
    let environment = objects("{apiVersion: v1, kind: ConfigMap, metadata: {name: shared, namespace: shop}}");
    let shared = objects(&GOOD.replacen("configMap: { name: web }", "configMap: { name: shared }", 1));
    assert_eq!(
        judge_in(Tier::Production, &shared, &environment, None, &secrets()),
        Vec::<String>::new()
    );
}

#[test]
fn selectors_are_not_shared() {
    let found = with(
        "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: other, namespace: shop}, spec: {replicas: 2, \
         selector: {matchLabels: {part: db}}, template: {metadata: {labels: {app: web, part: db}}, spec: {containers: []}}}}",
    );
    assert_eq!(found, ["shared-selector Deployment /spec/selector"]);
}

#[test]
fn images_near_users_are_pinned_and_are_those_of_the_release() {
    let image = "registry.example.com/web@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    let place = "/spec/template/spec/containers/0/image";
    assert_eq!(
        changed(image, "registry.example.com/web:v1.0.0"),
        [format!("unpinned-image Deployment {place}")]
    );
    assert_eq!(
        changed(image, "registry.example.com/web:v0.9.0"),
        [
            format!("unpinned-image Deployment {place}"),
            format!("version-mismatch Deployment {place}")
        ]
    );
    let staging = objects(&GOOD.replacen(image, "registry.example.com:5000/proxy:v2.0.0", 1));
    assert_eq!(
        judge_in(Tier::Staging, &staging, &[], None, &secrets()),
        Vec::<String>::new()
    );
}

#[test]
fn images_exist_before_they_run() {
    let image = "registry.example.com/web@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    let unbuilt = format!("registry.example.com/web@{}", CodeComponent::UNBUILT);
    let place = "/spec/template/spec/containers/0/image";
    assert_eq!(changed(image, &unbuilt), [format!("unbuilt-image Deployment {place}")]);
    let dev = objects(&GOOD.replacen(image, &unbuilt, 1));
    assert_eq!(
        judge_in(Tier::Dev, &dev, &[], None, &secrets()),
        [format!("unbuilt-image Deployment {place}")]
    );
}

#[test]
fn secrets_are_not_rendered() {
    assert_eq!(
        changed("mode: fast", "mode: fast, database_password: tiger9-Kl0pp"),
        ["leaked-secret ConfigMap /data/database_password"]
    );
    assert_eq!(
        with("{apiVersion: v1, kind: Secret, metadata: {name: a, namespace: shop}, data: {key: YQ==}}"),
        ["leaked-secret Secret /data/key"]
    );
    assert_eq!(
        changed(
            "env: [{ name: DATABASE_PASSWORD, valueFrom:",
            "env: [{ name: API_TOKEN, value: q8Zr1mX0vB7n }, { name: DATABASE_PASSWORD, valueFrom:"
        ),
        ["leaked-secret Deployment /spec/template/spec/containers/0/env/0/value"]
    );
}
