//! Objects of a test, and what the rules of a unit say about them.

use serde_json::Value;

use crate::model::{Manifest, Tier};
use crate::policy::rules::unit::{self, UnitScene};
use crate::yaml;

/// The objects of a text.
pub(super) fn objects(text: &str) -> Vec<Manifest> {
    let manifests = yaml::read_manifests(text).expect("the test's YAML is well formed");
    let object = |document: yaml::Document| Manifest::new(document.value).expect("the test's object is complete");
    manifests.documents.into_iter().map(object).collect()
}

/// A unit of production that every rule is content with.
pub(super) const GOOD: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop, labels: { lockstep.dev/agent: web, lockstep.dev/version: v1.0.0 } }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      serviceAccountName: web
      imagePullSecrets: [{ name: registry }]
      containers:
        - name: web
          image: registry.example.com/web@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
          ports: [{ name: http, containerPort: 8080 }]
          readinessProbe: { httpGet: { path: /, port: http } }
          env: [{ name: DATABASE_PASSWORD, valueFrom: { secretKeyRef: { name: database, key: password } } }]
          envFrom: [{ configMapRef: { name: maybe, optional: true } }]
      volumes: [{ name: config, configMap: { name: web } }]
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: web, namespace: shop }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: web, namespace: shop }
data: { mode: fast, tokens: '4096' }
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop, labels: { app: web } }
spec: { selector: { app: web }, ports: [{ name: http, port: 80, targetPort: http }] }
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web, namespace: shop }
spec: { scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }, minReplicas: 2, maxReplicas: 4 }
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web, namespace: shop }
spec: { maxUnavailable: 1, selector: { matchLabels: { app: web } } }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: web, namespace: shop }
spec: { podSelector: { matchLabels: { app: web } }, policyTypes: [Ingress] }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web, namespace: shop }
spec:
  rules:
    - host: shop.example.com
      http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { name: http } } } }] }
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: { name: web, namespace: shop }
spec: { selector: { matchLabels: { app: web } }, endpoints: [{ port: http }] }
";

/// What the rules say of objects in production: `<rule> <kind> <pointer>`.
pub(super) fn judge(objects: &[Manifest], previous: Option<&[Manifest]>) -> Vec<String> {
    let values: Value = serde_json::json!({
        "imagePullSecrets": ["registry"],
        "secrets": [{ "env": "DATABASE_PASSWORD", "secret": "database", "key": "password" }],
    });
    judge_in(Tier::Production, objects, &[], previous, &values)
}

pub(super) fn judge_in(
    tier: Tier,
    objects: &[Manifest],
    environment: &[Manifest],
    previous: Option<&[Manifest]>,
    values: &Value,
) -> Vec<String> {
    let own: Vec<&Manifest> = objects.iter().collect();
    let scene = UnitScene {
        unit: "web",
        tier,
        objects: &own,
        environment_objects: &environment.iter().collect::<Vec<_>>(),
        previous,
        values: Some(values),
    };
    unit::check(&scene)
        .into_iter()
        .map(|(index, problem)| format!("{} {} {}", problem.rule, own[index].id.kind, problem.pointer))
        .collect()
}

/// The good unit with one text in place of another, judged; the text must be there.
pub(super) fn changed(from: &str, to: &str) -> Vec<String> {
    assert!(GOOD.contains(from), "`{from}` is in the good unit");
    judge(&objects(&GOOD.replacen(from, to, 1)), None)
}

/// The good unit with more objects, judged.
pub(super) fn with(more: &str) -> Vec<String> {
    judge(&objects(&format!("{GOOD}---\n{more}")), None)
}
