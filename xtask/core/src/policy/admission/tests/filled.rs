//! What expressions see beside what was written: the kinds that a tree adds, and what the API server fills in.

use super::{DEPLOYMENT, judged, judged_with, policy};
use crate::model::FileTree;
use crate::policy::admission::{Policies, Request, Resources};
use crate::yaml;

#[test]
fn an_imported_kind_has_the_resource_that_its_definition_says() {
    let rules = |scope: &str| {
        format!(
            "
    resourceRules: [{{apiGroups: [shop.example.com], apiVersions: ['*'], operations: ['*'], resources: [gizmos], scope: {scope}}}]"
        )
    };
    let text = policy(
        "\nvalidations:\n- expression: \"object.spec.size == 'small' && object.spec.parts.all(p, p.count > 1)\"",
        "",
    );
    let schema = r##"{"x-lockstep": {"apiVersion": "shop.example.com/v1", "kind": "Gadget", "resource": "gizmos",
        "namespaced": false, "origin": "a test", "sha256": ""}, "type": "object", "$defs": {"part": {"default": {},
        "properties": {"count": {"default": 2}}}}, "properties": {"spec": {"properties": {"size": {"default": "large"},
        "parts": {"items": {"$ref": "#/$defs/part"}}}}}}"##;
    let gadget =
        |spec: &str| format!("apiVersion: shop.example.com/v1\nkind: Gadget\nmetadata: {{name: g}}\nspec: {spec}");
    let start = text.find("\n    resourceRules").unwrap();
    let end = text.find("\n  validations").unwrap();
    let said = |scope: &str, spec: &str| {
        let text = format!("{}{}{}", &text[..start], rules(scope), &text[end..]);
        judged_with(
            &text,
            &gadget(spec),
            &[("schemas/crds/shop.example.com/Gadget.v1.json", schema)],
        )
    };
    let refused = "error t: failed expression: object.spec.size == 'small' && object.spec.parts.all(p, p.count > 1)\n";
    assert_eq!(said("Cluster", "{parts: []}"), refused, "the default counts");
    assert_eq!(said("Cluster", "{size: small, parts: [{}]}"), "");
    assert_eq!(said("Cluster", "{size: small, parts: [{count: 1}]}"), refused);
    assert_eq!(said("Namespaced", "{parts: []}"), "");
}

#[test]
fn expressions_see_what_the_api_server_fills_in() {
    const WORKLOAD: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: agent, namespace: shop}
spec:
  template:
    spec:
      nodeName: null
      containers:
      - name: a
        image: registry.example.com:5000/agent
        ports: [{containerPort: 80}]
        readinessProbe: {httpGet: {port: 80}}
        resources: {limits: {cpu: 0.5, memory: 1024Mi}}
      - {name: b, image: 'registry.example.com/agent@sha256:0'}
      volumes: [{name: v, secret: {secretName: s}}, {name: w}]
";
    for (expression, holds) in [
        ("!has(object.spec.replicas) || object.spec.replicas >= 2", false),
        ("object.spec.strategy.rollingUpdate.maxSurge == '25%'", true),
        ("object.spec.template.spec.restartPolicy == 'Always'", true),
        (
            "object.spec.template.spec.containers[0].ports[0].protocol == 'TCP'",
            true,
        ),
        (
            "object.spec.template.spec.containers.map(c, c.imagePullPolicy) == ['Always', 'IfNotPresent']",
            true,
        ),
        (
            "object.spec.template.spec.containers[0].readinessProbe.httpGet.scheme == 'HTTP'",
            true,
        ),
        (
            "object.spec.template.spec.containers[0].resources.limits == {'cpu': '500m', 'memory': '1Gi'}",
            true,
        ),
        (
            "object.spec.template.spec.containers.all(c, has(c.resources) && !has(c.livenessProbe))",
            true,
        ),
        ("object.spec.template.spec.volumes[0].secret.defaultMode == 420", true),
        ("has(object.spec.template.spec.volumes[1].emptyDir)", true),
        ("has(object.spec.template.spec.enableServiceLinks)", false),
        ("has(object.spec.template.spec.nodeName)", false),
    ] {
        let spec = format!("\nvalidations:\n- expression: \"{expression}\"\n  message: refused");
        let wanted = if holds { "" } else { "error t: refused\n" };
        assert_eq!(judged(&policy(&spec, ""), WORKLOAD), wanted, "{expression}");
    }
}

#[test]
fn a_fault_in_what_is_filled_in_stands_where_it_would_stand() {
    let spec = "
variables:
- {name: rolling, expression: object.spec.strategy.rollingUpdate}
validations:
- {expression: variables.rolling.maxSurge == 0, message: refused}
- {expression: \"[object.spec.strategy].all(s, s.type == 'Recreate')\", message: refused too}
";
    let mut tree = FileTree::default();
    tree.insert("policies/admission/t.yaml", policy(spec, "").into_bytes());
    let (policies, _) = Policies::read(&tree, Resources::of_tree(&tree));
    let object = yaml::read_value(DEPLOYMENT).unwrap();
    let request = Request {
        object: &object,
        old: None,
        namespace: None,
    };
    let problems = policies.judge(&request, &policies.tally());
    let places: Vec<&str> = problems.iter().map(|problem| problem.pointer.as_str()).collect();
    assert_eq!(places, ["/spec", "/spec"]);
}

#[test]
fn other_kinds_are_filled_in_too() {
    for (object, expression) in [
        (
            "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: 80}]}}",
            "object.spec.type == 'ClusterIP' && object.spec.ports[0].targetPort == 80 && !has(object.spec.externalTrafficPolicy)",
        ),
        (
            "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a}, spec: {egress: [{ports: [{port: 1}]}]}}",
            "object.spec.policyTypes == ['Ingress', 'Egress'] && object.spec.egress[0].ports[0].protocol == 'TCP'",
        ),
        (
            "{apiVersion: batch/v1, kind: Job, metadata: {name: a}, spec: {template: {metadata: {labels: {a: b}}, spec: {}}}}",
            "object.spec.backoffLimit == 6 && object.metadata.labels.a == 'b' && object.spec.template.spec.dnsPolicy == 'ClusterFirst'",
        ),
        (
            "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, resources: {limits: {cpu: 2}}}]}}",
            "object.spec.containers[0].resources.requests.cpu == '2' && object.spec.enableServiceLinks",
        ),
        (
            "{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: a}, spec: {}}",
            "object.spec.minReplicas == 1 && !has(object.spec.metrics)",
        ),
    ] {
        let spec = format!("\nvalidations:\n- expression: \"{expression}\"");
        assert_eq!(judged(&policy(&spec, ""), object), "", "{expression}");
    }
}

#[test]
fn a_namespace_is_selected_by_its_name() {
    let spec = "\nvalidations:\n- {expression: 'false', message: refused}";
    let binding = "\nmatchResources: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}}";
    let namespace = |name: &str| format!("{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}}}}}");
    assert_eq!(judged(&policy(spec, binding), &namespace("shop")), "error t: refused\n");
    assert_eq!(judged(&policy(spec, binding), &namespace("other")), "");
}
