//! Rules over what a unit had before.

use super::scene::{GOOD, judge, objects};

const STATE: &str = "
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: store, namespace: shop }
spec:
  replicas: 2
  serviceName: web
  selector: { matchLabels: { app: store } }
  template: { metadata: { labels: { app: store } }, spec: { containers: [] } }
  volumeClaimTemplates:
    - metadata: { name: data }
      spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 10Gi } } }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: files, namespace: shop }
spec: { accessModes: [ReadWriteOnce], storageClassName: fast, resources: { requests: { storage: 5Gi } } }
---
apiVersion: batch/v1
kind: Job
metadata: { name: migrate, namespace: shop, annotations: { note: a } }
spec: { template: { spec: { restartPolicy: Never, containers: [{ name: a, image: a@sha256:1 }] } } }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: sealed, namespace: shop }
immutable: true
data: { a: b }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: all, namespace: shop }
spec: { podSelector: {} }
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: store, namespace: shop }
spec: { maxUnavailable: 1, selector: { matchLabels: { app: store } } }
";

/// What the rules say when one text of the unit is replaced by another since the last release.
fn since(from: &str, to: &str) -> Vec<String> {
    let before = format!("{GOOD}---{STATE}");
    assert!(before.contains(from), "`{from}` was there");
    judge(&objects(&before.replacen(from, to, 1)), Some(&objects(&before)))
}

#[test]
fn nothing_changed_is_nothing_wrong() {
    assert_eq!(since("fast", "fast"), Vec::<String>::new());
    assert_eq!(since("mode: fast", "mode: slow"), Vec::<String>::new());
}

#[test]
fn what_the_server_never_changes_stays() {
    assert_eq!(
        since(
            "matchLabels: { app: web } }\n  template:\n    metadata: { labels: { app: web }",
            "matchLabels: { app: web, v: a } }\n  template:\n    metadata: { labels: { app: web, v: a }"
        ),
        ["immutable-field Deployment /spec/selector"]
    );
    assert_eq!(
        since(
            "accessModes: [ReadWriteOnce], resources",
            "accessModes: [ReadWriteMany], resources"
        ),
        ["immutable-field StatefulSet /spec/volumeClaimTemplates"]
    );
    assert_eq!(since("  serviceName: web\n", ""), ["immutable-field StatefulSet /spec"]);
    assert_eq!(
        since("storageClassName: fast", "storageClassName: slow"),
        ["immutable-field PersistentVolumeClaim /spec/storageClassName"]
    );
    assert_eq!(
        since("a@sha256:1", "a@sha256:2"),
        ["immutable-field Job /spec/template"]
    );
    assert_eq!(
        since("data: { a: b }", "data: { a: c }"),
        ["immutable-field ConfigMap /data"]
    );
}

#[test]
fn what_each_sync_makes_anew_may_change() {
    for annotation in [
        "argocd.argoproj.io/sync-options: 'Force=true,Replace=true'",
        "argocd.argoproj.io/hook: PreSync",
    ] {
        let before = format!("{GOOD}---{STATE}");
        let after = before
            .replacen("note: a", annotation, 1)
            .replacen("a@sha256:1", "a@sha256:2", 1);
        assert_eq!(judge(&objects(&after), Some(&objects(&before))), Vec::<String>::new());
    }
}

#[test]
fn volumes_do_not_shrink() {
    assert_eq!(since("storage: 10Gi", "storage: 11Gi"), Vec::<String>::new());
    assert_eq!(
        since("storage: 10Gi", "storage: 9Gi"),
        ["shrinking-volume StatefulSet /spec/volumeClaimTemplates/0/spec/resources/requests/storage"]
    );
    assert_eq!(
        since("storage: 5Gi", "storage: 4096Mi"),
        ["shrinking-volume PersistentVolumeClaim /spec/resources/requests/storage"]
    );
}

#[test]
fn state_is_not_thrown_away() {
    assert_eq!(
        since("name: files", "name: folders"),
        ["pruned-state PersistentVolumeClaim /metadata/name"]
    );
    let kept =
        "metadata: { name: files, namespace: shop, annotations: { argocd.argoproj.io/sync-options: Prune=false } }";
    let before = format!("{GOOD}---{STATE}").replacen("metadata: { name: files, namespace: shop }", kept, 1);
    let after = before.replacen("name: files", "name: folders", 1);
    assert_eq!(judge(&objects(&after), Some(&objects(&before))), Vec::<String>::new());
}
