//! Rules over all units of an environment.

use std::collections::BTreeMap;

use super::scene::objects;
use crate::policy::rules::environment::{self, EnvironmentScene, UnitFacts};

/// The facts of units, given as name and objects.
fn facts(units: &[(&str, &str)]) -> BTreeMap<String, UnitFacts> {
    let facts = |text: &str| UnitFacts::of(&objects(text));
    units
        .iter()
        .map(|(unit, text)| ((*unit).to_owned(), facts(text)))
        .collect()
}

/// What the rules say of an environment, beside another one: `<rule> <unit> <pointer>`.
pub(super) fn judge(units: &[(&str, &str)], neighbour: &[(&str, &str)]) -> Vec<String> {
    let neighbours = [("production".to_owned(), facts(neighbour))].into();
    let scene = EnvironmentScene {
        units: &facts(units),
        neighbours: &neighbours,
    };
    let found = environment::check(&scene);
    found
        .into_iter()
        .map(|found| format!("{} {} {}", found.problem.rule, found.unit, found.problem.pointer))
        .collect()
}

fn ingress(host: &str, path: &str, annotations: &str) -> String {
    format!(
        "{{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {{name: a, annotations: {{{annotations}}}}}, spec: \
         {{rules: [{{host: {host}, http: {{paths: [{{path: {path}, pathType: Prefix, backend: {{}}}}]}}}}]}}}}"
    )
}

fn route(name: &str, header: &str, value: &str) -> String {
    let headers = if header.is_empty() {
        String::new()
    } else {
        format!("headers: [{{name: {header}, value: {value}}}], ")
    };
    format!(
        "{{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {{name: {name}}}, spec: {{parentRefs: \
         [{{name: public}}], hostnames: [shop.example.com], rules: [{{matches: [{{{headers}path: {{type: PathPrefix, \
         value: /v1}}}}]}}]}}}}"
    )
}

const CANARY: &str = "nginx.ingress.kubernetes.io/canary: 'true', nginx.ingress.kubernetes.io/canary-weight: '5'";
pub(super) const NOTHING: &[String] = &[];

#[test]
fn one_host_and_path_leads_to_one_unit() {
    let (one, other) = (
        ingress("a.example.com", "/v1/", ""),
        ingress("a.example.com", "/v1", ""),
    );
    assert_eq!(
        judge(&[("a", &one), ("b", &other)], &[]),
        ["duplicate-route b /spec/rules/0/http/paths/0/path"]
    );
    assert_eq!(
        judge(&[("a", &one)], &[("b", &other)]),
        ["duplicate-route a /spec/rules/0/http/paths/0/path"]
    );
    for other in [ingress("a.example.com", "/v2", ""), ingress("b.example.com", "/v1", "")] {
        assert_eq!(judge(&[("a", &one), ("b", &other)], &[]), NOTHING);
    }
}

#[test]
fn conditions_exclude_each_other_and_leave_nothing_out() {
    let (all, north, south) = (
        route("all", "", ""),
        route("north", "x-tenant", "north"),
        route("south", "x-tenant", "south"),
    );
    assert_eq!(judge(&[("all", &all), ("n", &north), ("s", &south)], &[]), NOTHING);
    let region = route("region", "x-region", "eu");
    assert_eq!(
        judge(&[("all", &all), ("e", &region), ("n", &north)], &[]),
        ["overlapping-routes n /spec/rules/0/matches/0"]
    );
    assert_eq!(
        judge(&[("n", &north)], &[]),
        ["uncovered-route n /spec/rules/0/matches/0"]
    );
    assert_eq!(
        judge(&[("n", &north)], &[("all", &all)]),
        NOTHING,
        "a neighbour takes the rest"
    );
}

#[test]
fn a_canary_ingress_has_a_main_one() {
    let (canary, main) = (ingress("a.example.com", "/", CANARY), ingress("a.example.com", "/", ""));
    assert_eq!(judge(&[("a", &canary)], &[("a", &main)]), NOTHING);
    let elsewhere = ingress("b.example.com", "/", "");
    assert_eq!(
        judge(&[("a", &canary)], &[("a", &elsewhere)]),
        ["canary-without-main a /spec/rules/0/http/paths/0/path"]
    );
}

fn deployment(replicas: u32, resources: &str) -> String {
    format!(
        "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: a}}, spec: {{replicas: {replicas}, strategy: \
         {{rollingUpdate: {{maxSurge: 1}}}}, template: {{spec: {{containers: [{{name: a, resources: {{{resources}}}}}]}}}}}}}}"
    )
}

#[test]
fn all_pods_together_fit_the_quota() {
    let quota = "{apiVersion: v1, kind: ResourceQuota, metadata: {name: q}, spec: {hard: {requests.cpu: '2', pods: 5}}}\n---\n\
         {apiVersion: v1, kind: LimitRange, metadata: {name: l}, spec: {limits: [{type: Container, defaultRequest: {cpu: 250m}}]}}";
    let unit = |text: &str| {
        judge(
            &[
                ("_environment", quota),
                ("a", text),
                ("b", &deployment(2, "requests: {cpu: 250m}")),
            ],
            &[],
        )
    };
    assert_eq!(
        unit(&deployment(1, "requests: {cpu: 500m}")),
        NOTHING,
        "1.75 at the most"
    );
    assert_eq!(
        unit(&deployment(2, "requests: {cpu: 500m}")),
        [
            "exceeded-quota _environment /spec/hard/pods",
            "exceeded-quota _environment /spec/hard/requests.cpu"
        ]
    );
    assert_eq!(
        unit(&deployment(1, "")),
        NOTHING,
        "what says nothing asks for the default"
    );
    assert_eq!(
        unit(&deployment(1, "limits: {cpu: '2'}")),
        ["exceeded-quota _environment /spec/hard/requests.cpu"]
    );
    let shared = deployment(4, "requests: {cpu: '1'}");
    assert_eq!(
        judge(&[("c", &shared)], &[("_environment", quota)]),
        ["exceeded-quota c /spec/template"; 1],
        "whoever shares the namespace shares the quota"
    );
}

#[test]
fn hooks_of_different_turns_do_not_run_together() {
    let job = |name: &str, wave: &str| {
        format!(
            "{{apiVersion: batch/v1, kind: Job, metadata: {{name: {name}, annotations: {{argocd.argoproj.io/hook: PostSync, \
             argocd.argoproj.io/sync-wave: '{wave}'}}}}, spec: {{parallelism: 2, template: {{spec: {{containers: [{{name: a}}]}}}}}}}}"
        )
    };
    let quota = "{apiVersion: v1, kind: ResourceQuota, metadata: {name: q}, spec: {hard: {pods: 3}}}";
    let jobs = |one: &str, other: &str| format!("{}\n---\n{}", job("a", one), job("b", other));
    assert_eq!(judge(&[("_environment", quota), ("a", &jobs("1", "2"))], &[]), NOTHING);
    assert_eq!(
        judge(&[("_environment", quota), ("a", &jobs("1", "1"))], &[]),
        ["exceeded-quota _environment /spec/hard/pods"]
    );
}
