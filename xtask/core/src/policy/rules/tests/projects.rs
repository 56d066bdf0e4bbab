//! What an AppProject admits, as Argo CD reads it.

use super::environments::{NOTHING, judge};

const HERE: &str = "destinations: [{server: 'https://here', namespace: shop}]";

/// What is wrong with a unit's object under a project that says this.
fn check(spec: &str, object: &str) -> Vec<String> {
    let project = format!(
        "{{apiVersion: argoproj.io/v1alpha1, kind: AppProject, metadata: {{name: shop}}, spec: {{{spec}}}}}\n---\n\
         {{apiVersion: argoproj.io/v1alpha1, kind: AppProject, metadata: {{name: other}}, spec: {{}}}}"
    );
    let application = "{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: a, namespace: argocd}, spec: \
                       {project: shop, source: {path: apps/a}, destination: {server: 'https://here', namespace: shop}}}";
    judge(
        &[
            ("_environment", &project),
            ("a", &format!("{object}\n---\n{application}")),
        ],
        &[],
    )
}

fn object(version: &str, kind: &str, namespace: &str) -> String {
    format!("{{apiVersion: {version}, kind: {kind}, metadata: {{name: x, namespace: '{namespace}'}}}}")
}

const KIND: [&str; 1] = ["unadmitted-object a /kind"];
const PLACE: [&str; 1] = ["unadmitted-object a /metadata/namespace"];

#[test]
fn kinds_of_a_namespace_are_those_of_the_list_or_all_without_one() {
    let job = object("batch/v1", "CronJob", "shop");
    let lists = |lists: &str| check(&format!("{HERE}, {lists}"), &job);
    assert_eq!(check(HERE, &job), NOTHING);
    assert_eq!(lists("namespaceResourceWhitelist: []"), KIND);
    assert_eq!(lists("namespaceResourceWhitelist: [{group: batch, kind: Job}]"), KIND);
    assert_eq!(lists("namespaceResourceWhitelist: [{group: '', kind: CronJob}]"), KIND);
    for admitted in [
        "{group: batch, kind: CronJob}",
        "{group: '*', kind: '*'}",
        "{group: 'b*h', kind: Cron?ob}",
    ] {
        let list = format!("namespaceResourceWhitelist: [{admitted}]");
        assert_eq!(lists(&list), NOTHING, "{admitted}");
        let refused = format!("namespaceResourceBlacklist: [{admitted}]");
        assert_eq!(lists(&refused), KIND, "{admitted}");
        assert_eq!(lists(&format!("{list}, {refused}")), KIND, "{admitted}");
    }
}

#[test]
fn kinds_of_the_cluster_are_those_of_its_list() {
    let role = object("rbac.authorization.k8s.io/v1", "ClusterRole", "");
    let services = "namespaceResourceWhitelist: [{group: '', kind: Service}]";
    let lists = |lists: &str| check(&format!("{HERE}, {services}, {lists}"), &role);
    assert_eq!(
        check(HERE, &role),
        NOTHING,
        "without a namespace it may take the Application's"
    );
    assert_eq!(check(&format!("{HERE}, {services}"), &role), KIND);
    assert_eq!(lists("clusterResourceWhitelist: []"), KIND);
    assert_eq!(
        lists("clusterResourceWhitelist: [{group: '*', kind: ClusterRole}]"),
        NOTHING
    );
    assert_eq!(
        lists("clusterResourceWhitelist: [{group: '*', kind: ClusterRole, name: other}]"),
        KIND
    );
    assert_eq!(
        lists(
            "clusterResourceWhitelist: [{group: '*', kind: '*'}], clusterResourceBlacklist: [{group: '*', kind: Cluster*}]"
        ),
        KIND
    );
}

#[test]
fn objects_go_where_a_destination_says() {
    let there = |destinations: &str, namespace: &str| {
        let spec = format!("destinations: [{destinations}]");
        check(&spec, &object("v1", "ConfigMap", namespace))
    };
    assert_eq!(check(HERE, &object("v1", "ConfigMap", "kube-system")), PLACE);
    assert_eq!(there("", "shop"), PLACE);
    assert_eq!(there("{server: 'https://there', namespace: '*'}", "shop"), PLACE);
    assert_eq!(
        there("{name: here, namespace: '*'}", "shop"),
        PLACE,
        "the Application names the address"
    );
    assert_eq!(there("{server: '*', namespace: 'sh*'}", "shop"), NOTHING);
    assert_eq!(there("{server: '*', namespace: '!kube-*'}", "shop"), NOTHING);
    let but = "{server: '*', namespace: '*'}, {server: '*', namespace: '!kube-*'}";
    assert_eq!(there(but, "shop"), NOTHING);
    assert_eq!(there(but, "kube-system"), PLACE);
}

#[test]
fn what_no_known_project_delivers_is_not_judged() {
    let project = "{apiVersion: argoproj.io/v1alpha1, kind: AppProject, metadata: {name: shop}, spec: {}}";
    let map = object("v1", "ConfigMap", "shop");
    assert_eq!(judge(&[("_environment", project), ("a", &map)], &[]), NOTHING);
    assert_eq!(
        check("", &object("argoproj.io/v1alpha1", "Application", "argocd")),
        NOTHING
    );
}
