//! `import` of what a cluster holds, and of what other names, namespaces and images stand for: what is the cluster's own stays
//! behind, and the rest follows the agent.

use expect_test::{Expect, expect};
use xtask::report::Report;

use super::workbench::Workbench;

fn image(name: &str, digit: char) -> String {
    format!("{name}@sha256:{}", digit.to_string().repeat(64))
}

fn workload(name: &str, image: &str) -> String {
    let pod =
        format!("metadata: {{labels: {{app: {name}}}}}, spec: {{containers: [{{name: main, image: '{image}'}}]}}");
    format!(
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\n\
         spec: {{selector: {{matchLabels: {{app: {name}}}}}, template: {{{pod}}}}}\n"
    )
}

/// The lines of an answer that are no paths.
fn told(report: &Report) -> String {
    let lines = report.text.lines().filter(|line| !line.starts_with("wrote"));
    lines.map(|line| format!("{line}\n")).collect()
}

fn check(dev: &str, production: &str, how: &str, expected: Expect) -> Workbench {
    let bench = Workbench::of_repository();
    bench.put("dev.yaml", dev);
    bench.put("prod.yaml", production);
    let flag = if how == "kustomize" { "--built" } else { "--from" };
    let line = format!("import {how} pay {flag} dev=dev.yaml {flag} production=prod.yaml");
    let report = bench.run(&line).unwrap();
    assert_eq!(report.findings, []);
    expected.assert_eq(&told(&report));
    bench
}

#[test]
fn what_a_cluster_made_and_wrote_stays_behind() {
    let bench = Workbench::of_repository();
    let meta = |name: &str, more: &str| {
        format!(
            "metadata: {{name: {name}, namespace: shop, uid: abc, creationTimestamp: '2026-01-01T00:00:00Z'{more}}}"
        )
    };
    let documents = [
        format!(
            "apiVersion: v1\nkind: ConfigMap\n{}\ndata: {{ca.crt: x}}\n",
            meta("kube-root-ca.crt", "")
        ),
        format!("apiVersion: v1\nkind: ServiceAccount\n{}\n", meta("default", "")),
        format!(
            "apiVersion: v1\nkind: ServiceAccount\n{}\nimagePullSecrets: [{{name: registry}}]\n",
            meta("pay", "")
        ),
        format!(
            "apiVersion: v1\nkind: Service\n{}\nspec: {{ports: [{{port: 443}}]}}\n",
            meta("kubernetes", "")
        ),
        format!(
            "apiVersion: coordination.k8s.io/v1\nkind: Lease\n{}\n",
            meta("leader", "")
        ),
        format!(
            "apiVersion: apps/v1\nkind: ControllerRevision\n{}\nrevision: 1\n",
            meta("pay-1", "")
        ),
        format!(
            "apiVersion: apps/v1\nkind: StatefulSet\n{}\nspec:\n  serviceName: pay\n  selector: {{matchLabels: {{app: pay}}}}\n  \
             template:\n    metadata: {{labels: {{app: pay}}, annotations: {{kubectl.kubernetes.io/restartedAt: now}}}}\n    \
             spec: {{containers: [{{name: pay, image: '{}'}}]}}\n  volumeClaimTemplates: [{{metadata: {{name: data}}}}]\n",
            meta("pay", ""),
            image("registry.example.com/pay", '7')
        ),
        format!(
            "apiVersion: v1\nkind: PersistentVolumeClaim\n{}\nspec: {{volumeName: pvc-1}}\n",
            meta("data-pay-0", "")
        ),
        format!(
            "apiVersion: v1\nkind: PersistentVolumeClaim\n{}\nspec: {{volumeName: pvc-2, accessModes: [ReadWriteOnce]}}\n\
             status: {{phase: Bound}}\n",
            meta(
                "uploads",
                ", finalizers: [kubernetes.io/pvc-protection, example.com/backup], annotations: \
                 {pv.kubernetes.io/bind-completed: 'yes', volume.kubernetes.io/storage-provisioner: disk, team: pay}"
            )
        ),
        format!(
            "apiVersion: v1\nkind: Service\n{}\nspec: {{type: NodePort, clusterIP: 10.0.0.1, selector: {{app: pay}}, \
             ports: [{{port: 80, nodePort: 30080}}]}}\n",
            meta("pay", "")
        ),
        format!(
            "apiVersion: batch/v1\nkind: Job\n{}\nspec:\n  selector: {{matchLabels: {{controller-uid: abc}}}}\n  template:\n    \
             metadata: {{labels: {{controller-uid: abc, job-name: fill, app: pay}}}}\n    \
             spec: {{restartPolicy: Never, containers: [{{name: fill, image: busybox}}]}}\n",
            meta("fill", ", labels: {controller-uid: abc}")
        ),
    ];
    bench.put("dev.yaml", &documents.join("---\n"));
    let report = bench.run("import manifests pay --from dev=dev.yaml").unwrap();
    assert_eq!(report.findings, []);
    expect![[r#"
        renamed in dev: namespace `shop` is `agent-dev`
        left out: ConfigMap `kube-root-ca.crt`: the cluster makes it
        left out: ControllerRevision `pay-1`: the cluster makes it
        left out: Lease `leader`: the cluster makes it
        left out: PersistentVolumeClaim `data-pay-0`: its StatefulSet makes it, and one of its own where that is new: copy what it holds
        left out: Service `kubernetes`: the cluster makes it
        left out: ServiceAccount `default`: the cluster makes it
        left out: `clusterIP`, `controller-uid`, `creationTimestamp`, `finalizers`, `job-name`, `kubectl.kubernetes.io/restartedAt`, `pv.kubernetes.io/bind-completed`, `selector`, `status`, `uid`, `volume.kubernetes.io/storage-provisioner`: the cluster writes it
        left out: node ports of Service `pay`: a cluster assigns them; write those down that somebody outside knows
        left out: the volume of PersistentVolumeClaim `uploads`: the claim gets a new volume in its new namespace: copy what the old one holds
    "#]].assert_eq(&told(&report));
    let template = |name: &str| bench.text(&format!("templates/pay/{name}.yaml.tera")).unwrap();
    expect![[r#"
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata:
          annotations:
            team: {{ agent.resourceName | quote }}
          finalizers:
            - example.com/backup
          name: uploads
          namespace: {{ environment.namespace | quote }}
        spec:
          accessModes:
            - ReadWriteOnce
    "#]]
    .assert_eq(&template("persistentvolumeclaim-uploads"));
    let job = template("job-fill");
    assert!(
        job.contains("app: ") && !job.contains("uid") && !job.contains("selector"),
        "{job}"
    );
    assert!(template("serviceaccount-pay").contains("imagePullSecrets"));
}

#[test]
fn what_somebody_wrote_of_that_kind_moves_in() {
    let bench = Workbench::of_repository();
    let text = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default, namespace: shop}\nautomountServiceAccountToken: false\n---\n\
                apiVersion: v1\nkind: Service\nmetadata: {name: pay}\nspec: {type: NodePort, ports: [{port: 80, nodePort: 30080}]}\n---\n\
                apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: uploads}\nspec: {volumeName: chosen}\n";
    bench.put("dev.yaml", text);
    let report = bench.run("import manifests pay --from dev=dev.yaml").unwrap();
    assert_eq!(report.findings, []);
    expect![[r#"
        renamed in dev: namespace `shop` is `agent-dev`
    "#]]
    .assert_eq(&told(&report));
    let rendered = bench.run("render --agent pay --environment dev").unwrap().text;
    for kept in [
        "nodePort: 30080",
        "volumeName: chosen",
        "automountServiceAccountToken: false",
    ] {
        assert!(rendered.contains(kept), "{rendered}");
    }
}

#[test]
fn fields_that_name_the_namespace_follow_it() {
    let objects = |namespace: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: callers, namespace: {namespace}}}\nspec:\n  \
             podSelector: {{}}\n  ingress:\n    - from:\n        - namespaceSelector: {{matchLabels: \
             {{kubernetes.io/metadata.name: {namespace}}}}}\n        - namespaceSelector: {{matchLabels: \
             {{kubernetes.io/metadata.name: monitoring}}}}\n        - namespaceSelector: {{matchExpressions: [{{key: \
             kubernetes.io/metadata.name, operator: In, values: [{namespace}]}}]}}\n---\n\
             apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {{name: metrics, namespace: {namespace}}}\n\
             spec: {{endpoints: [{{port: http}}], namespaceSelector: {{matchNames: [{namespace}]}}, selector: {{}}}}\n"
        )
    };
    let bench = check(
        &objects("shop-dev"),
        &objects("shop"),
        "manifests",
        expect![[r#"
        renamed in dev: namespace `shop-dev` is `agent-dev`
        renamed in production: namespace `shop` is `agent-prod`
    "#]],
    );
    let rendered = bench.run("render --agent pay --environment dev").unwrap().text;
    assert!(!rendered.contains("shop"), "{rendered}");
    let named = rendered.matches("agent-dev").count();
    assert_eq!(
        named, 6,
        "two metadata, two selectors of a policy, one of a monitor, and the Application: {rendered}"
    );
    assert!(
        rendered.contains("kubernetes.io/metadata.name: monitoring"),
        "{rendered}"
    );
}

#[test]
fn the_image_that_is_most_like_the_agent_is_its_own() {
    let own = image("registry.example.com/pay", 'a');
    let cases = [
        [("pay-cache", "docker.io/library/redis:7"), ("pay-web", own.as_str())],
        [("cache", "docker.io/library/redis:7"), ("web", own.as_str())],
        [
            ("cache", "docker.io/library/redis:7"),
            ("pay", "registry.example.com/checkout:1"),
        ],
        [
            ("cache", "docker.io/library/redis:7"),
            ("web", "registry.example.com/checkout:1"),
        ],
        [
            ("pay-a", "registry.example.com/one:1"),
            ("pay-b", &image("registry.example.com/two", 'b')),
        ],
    ];
    let mut lines = String::new();
    for [(first, its), (second, other)] in cases {
        let bench = Workbench::of_repository();
        bench.put("dev.yaml", &[workload(first, its), workload(second, other)].concat());
        let report = bench.run("import manifests pay --from dev=dev.yaml").unwrap();
        let file = bench.text("agents/pay/agent.yaml").unwrap();
        let code = file.lines().filter_map(|line| line.trim().strip_prefix("repository: "));
        let said = report.text.lines().find(|line| line.starts_with("took")).unwrap_or("-");
        lines += &format!(
            "{} {}\n  {said}\n",
            code.collect::<String>(),
            report.result["otherRepositories"]
        );
    }
    expect![[r#"
        registry.example.com/pay ["docker.io/library/redis"]
          took `registry.example.com/pay` for the agent's own image; `--image <repository>@sha256:<digest>` takes another one: `docker.io/library/redis`
        registry.example.com/pay ["docker.io/library/redis"]
          took `registry.example.com/pay` for the agent's own image; `--image <repository>@sha256:<digest>` takes another one: `docker.io/library/redis`
        registry.example.com/checkout ["docker.io/library/redis"]
          took `registry.example.com/checkout` for the agent's own image; `--image <repository>@sha256:<digest>` takes another one: `docker.io/library/redis`
        registry.example.com/none []
          -
        registry.example.com/two ["registry.example.com/one"]
          took `registry.example.com/two` for the agent's own image; `--image <repository>@sha256:<digest>` takes another one: `registry.example.com/one`
    "#]].assert_eq(&lines);
}

#[test]
fn prefixes_and_suffixes_vanish_where_the_names_are_the_same_without_them() {
    let own = image("registry.example.com/pay", 'a');
    let overlay = |before: &str, behind: &str, more: &str| {
        let settings = format!("{before}pay-settings{behind}-2k89g5t4bc");
        let pod = workload(&format!("{before}pay{behind}"), &own);
        let pod = pod.replace(
            "containers: [",
            &format!("volumes: [{{name: s, configMap: {{name: {settings}}}}}], containers: ["),
        );
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {settings}}}\ndata: {{a: b}}\n{pod}{more}")
    };
    let autoscaler = "---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: p-pay-budget-x}\nspec: {minAvailable: 1}\n";
    let bench = check(
        &overlay("d-", "", ""),
        &overlay("p-", "-x", autoscaler),
        "kustomize",
        expect![[r#"
            renamed in dev: namespace `default` is `agent-dev`
            renamed in dev: every name `d-…` is `…`
            renamed in dev: ConfigMap `pay-settings-2k89g5t4bc` is `pay-settings-460f5587d7`
            renamed in production: namespace `default` is `agent-prod`
            renamed in production: every name `p-…-x` is `…`
            renamed in production: ConfigMap `pay-settings-2k89g5t4bc` is `pay-settings-460f5587d7`
        "#]],
    );
    let files = bench.files();
    let templates = files
        .iter()
        .filter(|(path, _)| path.starts_with("templates/pay/") && path.ends_with(".tera"));
    assert_eq!(templates.count(), 3, "one template an object");
    let list = |prefix: &str| {
        let objects = [
            workload(&format!("{prefix}pay"), &own),
            workload(&format!("{prefix}pay-worker"), &own),
        ];
        let items: Vec<String> = objects
            .iter()
            .map(|text| text.trim_start_matches("---\n").replace('\n', "\n  "))
            .collect();
        format!(
            "apiVersion: v1\nkind: List\nitems:\n- {}\n- {}\n",
            items[0].trim_end(),
            items[1].trim_end()
        )
    };
    check(
        &list("d-"),
        &list("p-"),
        "manifests",
        expect![[r#"
        renamed in dev: every name `d-…` is `…`
        renamed in production: every name `p-…` is `…`
    "#]],
    );
}
