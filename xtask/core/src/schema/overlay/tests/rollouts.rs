//! What is refused in workloads other than Deployments.

use serde_json::json;

use super::workloads::{ROLLOUT, WORKLOADS};
use super::{Changed, read, wrong};
use crate::yaml;

#[test]
fn other_workloads_have_laws_of_their_own() {
    let objects: Vec<String> = read(WORKLOADS).iter().map(yaml::write).collect();
    let [stateful, daemon, job, cron, _, _, referring] = &objects[..] else {
        panic!("seven workloads")
    };
    Changed::of(stateful)
        .set(
            "/spec/volumeClaimTemplates/0/metadata/name",
            json!("date"),
            "unknown-volume /spec/template/spec/containers/0/volumeMounts/0/name",
        )
        .set(
            "/spec/volumeClaimTemplates/0/spec/accessModes/-",
            json!("ReadWriteOnce"),
            "conflicting-fields /spec/volumeClaimTemplates/0/spec/accessModes",
        )
        .set(
            "/spec/updateStrategy/rollingUpdate/maxUnavailable",
            json!(0),
            "out-of-range /spec/updateStrategy/rollingUpdate/maxUnavailable",
        )
        .set(
            "/spec/podManagementPolicy",
            json!("Ordered"),
            "unknown-word /spec/podManagementPolicy",
        )
        .without("/spec/serviceName", "");
    Changed::of(daemon)
        .without(
            "/spec/updateStrategy/rollingUpdate/maxUnavailable",
            "conflicting-fields /spec/updateStrategy/rollingUpdate/maxSurge",
        )
        .set(
            "/spec/template/spec/containers/0/ports/0/hostPort",
            json!(9000),
            "conflicting-fields /spec/template/spec/containers/0/ports/0/hostPort",
        )
        .set(
            "/spec/template/spec/containers/1/ports/0/protocol",
            json!("TCP"),
            "duplicate-item /spec/template/spec/containers/1/ports/0/hostPort",
        );
    Changed::of(job)
        .without("/spec/completions", "conflicting-fields /spec/completionMode")
        .without("/spec/template/spec/restartPolicy", "missing-field /spec/template/spec")
        .set(
            "/spec/template/spec/restartPolicy",
            json!("Always"),
            "conflicting-fields /spec/podFailurePolicy, unknown-word /spec/template/spec/restartPolicy",
        )
        .set(
            "/spec/selector",
            json!({"matchLabels": {"a": "b"}}),
            "conflicting-fields /spec/selector",
        );
    Changed::of(cron)
        .set("/spec/schedule", json!("0 0 * * 7"), "malformed-text /spec/schedule")
        .set("/spec/timeZone", json!("Local"), "malformed-text /spec/timeZone")
        .set(
            "/spec/concurrencyPolicy",
            json!("Replaced"),
            "unknown-word /spec/concurrencyPolicy",
        )
        .set("/metadata/name", json!("n".repeat(53)), "out-of-range /metadata/name");
    Changed::of(referring).set(
        "/spec/template",
        json!({"spec": {"containers": [{"name": "a", "image": "a"}]}}),
        "conflicting-fields /spec/workloadRef",
    );
}

#[test]
fn a_rollout_is_what_its_controller_admits() {
    Changed::of(ROLLOUT)
        .set(
            "/spec/strategy/blueGreen",
            json!({"activeService": "a"}),
            "conflicting-fields /spec/strategy",
        )
        .set("/spec/strategy", json!({}), "missing-field /spec/strategy")
        .set(
            "/spec/strategy/canary/canaryService",
            json!("web"),
            "conflicting-fields /spec/strategy/canary/canaryService",
        )
        .set(
            "/spec/strategy/canary/steps/2/setWeight",
            json!(101),
            "out-of-range /spec/strategy/canary/steps/2/setWeight",
        )
        .set(
            "/spec/strategy/canary/steps/0/pause",
            json!({}),
            "conflicting-fields /spec/strategy/canary/steps/0",
        )
        .set(
            "/spec/strategy/canary/steps/3/pause/duration",
            json!("10 min"),
            "malformed-text /spec/strategy/canary/steps/3/pause/duration",
        )
        .set(
            "/spec/strategy/canary/maxSurge",
            json!(0),
            "conflicting-fields /spec/strategy/canary/maxUnavailable",
        )
        .set(
            "/spec/template/metadata/labels/app",
            json!("x"),
            "selector-mismatch /spec/selector/matchLabels/app",
        )
        .set(
            "/spec/strategy/canary/scaleDownDelaySeconds",
            json!(-1),
            "out-of-range /spec/strategy/canary/scaleDownDelaySeconds",
        )
        .set(
            "/spec/strategy/canary/analysis",
            json!({"args": [{"name": "hash", "valueFrom": {"podTemplateHashValue": "Lates"}}]}),
            "unknown-word /spec/strategy/canary/analysis/args/0/valueFrom/podTemplateHashValue",
        )
        .without(
            "/spec/strategy/canary/stableService",
            "missing-field /spec/strategy/canary",
        );
    let plugin = "/spec/strategy/canary/trafficRouting/plugins";
    let routed = |settings: serde_json::Value| json!({ "argoproj-labs/gatewayAPI": settings });
    Changed::of(ROLLOUT)
        .set(
            plugin,
            routed(json!({"namespace": "shop", "httpRoutes": [{"name": "web"}]})),
            "",
        )
        .set(
            plugin,
            routed(json!({"namespace": ["shop"], "httpRoutex": "web"})),
            "missing-field /spec/strategy/canary/trafficRouting/plugins/argoproj-labs~1gatewayAPI, \
             wrong-type /spec/strategy/canary/trafficRouting/plugins/argoproj-labs~1gatewayAPI/namespace",
        );
    let bare = super::one("{apiVersion: argoproj.io/v1alpha1, kind: Rollout, metadata: {name: a}}");
    assert_eq!(wrong(&bare), ["missing-field "]);
}

#[test]
fn a_project_has_windows_that_argo_cd_can_read() {
    let project = "
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: { name: shop, finalizers: [resources-finalizer.argocd.argoproj.io] }
spec:
  syncWindows:
    - { kind: allow, schedule: 0 6 * * 1-5, duration: 3h, timeZone: Europe/Berlin }
";
    let window = "/spec/syncWindows/0";
    Changed::of(project)
        .set(
            &format!("{window}/kind"),
            json!("forbid"),
            &format!("unknown-word {window}/kind"),
        )
        .set(
            &format!("{window}/schedule"),
            json!("0 25 * * *"),
            &format!("malformed-text {window}/schedule"),
        )
        .set(
            &format!("{window}/timeZone"),
            json!("Berlin time"),
            &format!("malformed-text {window}/timeZone"),
        )
        .set(
            &format!("{window}/timeZone"),
            json!("Europe/Berln"),
            &format!("malformed-text {window}/timeZone"),
        )
        .set(&format!("{window}/timeZone"), json!("America/Argentina/Ushuaia"), "")
        // a city that the list does not know yet
        .set(&format!("{window}/timeZone"), json!("Asia/Quetzaltenango"), "");
    for wrong in ["3d", "3 hours", "3", "1h 30m", "h"] {
        let place = format!("{window}/duration");
        Changed::of(project).set(&place, json!(wrong), &format!("malformed-text {place}"));
    }
    for right in ["1h30m", "90m", "1.5h", "3600s"] {
        Changed::of(project).set(&format!("{window}/duration"), json!(right), "");
    }
}

#[test]
fn jobs_of_an_analysis_are_jobs() {
    let analysis = "
apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: { name: check }
spec:
  metrics:
    - name: probes
      provider:
        job:
          spec:
            backoffLimit: 0
            template:
              spec:
                restartPolicy: Never
                containers: [{ name: check, image: check:1.0.0, imagePullPolicy: Always, resources: { limits: { cpu: 100m } } }]
";
    let job = "/spec/metrics/0/provider/job/spec";
    let pod = format!("{job}/template/spec");
    let container = format!("{pod}/containers/0");
    Changed::of(analysis)
        .set(
            &format!("{job}/backoffLimit"),
            json!(-1),
            &format!("out-of-range {job}/backoffLimit"),
        )
        .set(
            &format!("{pod}/restartPolicy"),
            json!("Always"),
            &format!("unknown-word {pod}/restartPolicy"),
        )
        .set(
            &format!("{container}/imagePullPolicy"),
            json!("Alway"),
            &format!("unknown-word {container}/imagePullPolicy"),
        )
        .set(
            &format!("{container}/resources/limits/cpu"),
            json!("12MB"),
            &format!("malformed-text {container}/resources/limits/cpu"),
        )
        .without(&format!("{job}/template"), &format!("missing-field {job}"));
}

#[test]
fn a_metric_is_what_its_controller_admits() {
    let analysis = "
apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: { name: errors }
spec:
  metrics:
    - { name: errors, count: 3, interval: 10s, failureLimit: 1, provider: { prometheus: { query: up } } }
";
    let metric = "/spec/metrics/0";
    Changed::of(analysis)
        .set(&format!("{metric}/count"), json!("{{args.count}}"), "")
        .set(
            &format!("{metric}/failureLimit"),
            json!(-1),
            &format!("out-of-range {metric}/failureLimit"),
        )
        .set(
            &format!("{metric}/failureLimit"),
            json!(4),
            &format!("conflicting-fields {metric}/failureLimit"),
        )
        .set(
            &format!("{metric}/provider/web"),
            json!({"url": "http://a"}),
            &format!("conflicting-fields {metric}/provider"),
        )
        .without(&format!("{metric}/interval"), &format!("missing-field {metric}"))
        .without("/spec/metrics", "missing-field /spec");
}

/// The schema of a Rollout says nothing of a volume's inside, nor of amounts.
#[test]
fn what_a_schema_leaves_open_has_types() {
    let volume = "/spec/template/spec/volumes";
    let resources = "/spec/template/spec/containers/0/resources";
    Changed::of(ROLLOUT)
        .set(volume, json!([{"name": "a", "configMap": {"name": "b"}}]), "")
        .set(
            volume,
            json!([{"name": "a", "configMap": {}}, {"name": "b", "secret": {"secretName": ["a"]}}, {"name": "c", "emptyDir": "a"}]),
            &format!("missing-field {volume}/0/configMap, wrong-type {volume}/1/secret/secretName, wrong-type {volume}/2/emptyDir"),
        )
        .set(
            resources,
            json!({"limits": {"cpu": ["1"]}}),
            &format!("wrong-type {resources}/limits/cpu"),
        );
}

#[test]
fn objects_of_argo_cd_and_istio_are_what_their_controllers_admit() {
    let place = "/spec/trafficPolicy/outlierDetection/maxEjectionPercent";
    Changed::of("{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: a}, spec: {host: a, trafficPolicy: {outlierDetection: {}}}}")
        .set(place, json!(-1), &format!("out-of-range {place}"))
        .without("/spec", "missing-field ");
    Changed::of("{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: a}, spec: {http: [{route: [{}]}]}}")
        .set("/spec/http/0/route/0/weight", json!(-1), "out-of-range /spec/http/0/route/0/weight");
    Changed::of("{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: a}, spec: {}}").set(
        "/spec/revisionHistoryLimit",
        json!(-1),
        "out-of-range /spec/revisionHistoryLimit",
    );
    Changed::of("{apiVersion: v1, kind: LimitRange, metadata: {name: a}, spec: {limits: [{type: Container}]}}")
        .set("/spec/limits/0/type", json!("example.com/disk"), "")
        .set(
            "/spec/limits/0/type",
            json!("Containers"),
            "unknown-word /spec/limits/0/type",
        );
}
