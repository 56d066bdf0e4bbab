//! `import`: a chart, an overlay and plain manifests move in and render to the same objects; what cannot is listed.

use std::collections::BTreeSet;

use expect_test::expect;

use super::workbench::Workbench;

/// What `helm template` makes of the usual kind of chart, in an environment with these settings.
fn chart(namespace: &str, replicas: u32, level: &str, host: &str, extra: &str) -> String {
    format!(
        r#"---
# Source: support/templates/serviceaccount.yaml
apiVersion: v1
kind: ServiceAccount
metadata:
  name: support
  namespace: {namespace}
  labels:
    helm.sh/chart: support-1.4.0
    app.kubernetes.io/name: support
    app.kubernetes.io/managed-by: Helm
---
# Source: support/templates/secret.yaml
apiVersion: v1
kind: Secret
metadata: {{name: support-token, namespace: {namespace}}}
stringData: {{token: hunter2}}
---
# Source: support/templates/configmap.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: support-config
  namespace: {namespace}
  labels: {{app.kubernetes.io/name: support}}
data:
  LOG_LEVEL: "{level}"
  greeting.txt: |
    Hello {{{{ name }}}},
    how can we help?
---
# Source: support/templates/service.yaml
apiVersion: v1
kind: Service
metadata: {{name: support, namespace: {namespace}}}
spec:
  type: ClusterIP
  ports: [{{port: 80, targetPort: http, protocol: TCP, name: http}}]
  selector: {{app.kubernetes.io/name: support}}
---
# Source: support/templates/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {{name: support, namespace: {namespace}, labels: {{app.kubernetes.io/name: support}}}}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{app.kubernetes.io/name: support}}}}
  template:
    metadata:
      annotations: {{prometheus.io/scrape: "true"}}
      labels: {{app.kubernetes.io/name: support}}
    spec:
      serviceAccountName: support
      containers:
        - name: support
          image: registry.example.com/support:2.3.1
          envFrom: [{{configMapRef: {{name: support-config}}}}]
          ports: [{{name: http, containerPort: 8080}}]
          livenessProbe: {{httpGet: {{path: /healthz, port: http}}}}
          resources: {{limits: {{cpu: "1", memory: 512Mi}}}}
---
# Source: support/templates/ingress.yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {{name: support, namespace: {namespace}}}
spec:
  rules:
    - host: {host}
      http: {{paths: [{{path: /, pathType: Prefix, backend: {{service: {{name: support, port: {{number: 80}}}}}}}}]}}
{extra}---
# Source: support/templates/tests/test-connection.yaml
apiVersion: v1
kind: Pod
metadata: {{name: support-test, annotations: {{helm.sh/hook: test}}}}
spec: {{containers: [{{name: wget, image: busybox}}], restartPolicy: Never}}
"#
    )
}

const AUTOSCALER: &str = r"---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: support, namespace: support-prod}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: support}
  minReplicas: 3
  maxReplicas: 9
";

fn bench() -> Workbench {
    let bench = Workbench::of_repository();
    bench.put(
        "dev.yaml",
        &chart("support-dev", 1, "debug", "support.dev.example.com", ""),
    );
    bench.put(
        "prod.yaml",
        &chart("support-prod", 3, "info", "support.example.com", AUTOSCALER),
    );
    let values = |replicas, level, host| {
        format!(
            "replicaCount: {replicas}\nlog: {{level: {level}}}\ningress: {{host: {host}}}\nservice: {{port: 80, type: ClusterIP}}\n"
        )
    };
    bench.put("values-dev.yaml", &values(1, "debug", "support.dev.example.com"));
    bench.put("values-prod.yaml", &values(3, "info", "support.example.com"));
    bench
}

const HELM: &str = "import helm-values support --rendered dev=dev.yaml --rendered production=prod.yaml \
                    --values dev=values-dev.yaml --values production=values-prod.yaml";

#[test]
fn a_chart_moves_in_and_keeps_the_names_of_its_values() {
    let bench = bench();
    let digest = format!("sha256:{}", "ab".repeat(32));
    let report = bench
        .run(&format!("{HELM} --image registry.example.com/support@{digest}"))
        .unwrap();
    assert_eq!(report.findings, []);
    expect![[r#"
        wrote agents/support/agent.yaml
        wrote environments/production/values/support.yaml
        wrote templates/support/blueprint.yaml
        wrote templates/support/configmap-support-config.yaml.tera
        wrote templates/support/deployment-support.yaml.tera
        wrote templates/support/horizontalpodautoscaler-support.yaml.tera
        wrote templates/support/ingress-support.yaml.tera
        wrote templates/support/service-support.yaml.tera
        wrote templates/support/serviceaccount-support.yaml.tera
        wrote templates/support/values.yaml
        renamed in dev: namespace `support-dev` is `agent-dev`
        renamed in dev: image `registry.example.com/support:2.3.1` is `registry.example.com/support@sha256:abababababababababababababababababababababababababababababababab`
        renamed in production: namespace `support-prod` is `agent-prod`
        renamed in production: image `registry.example.com/support:2.3.1` is `registry.example.com/support@sha256:abababababababababababababababababababababababababababababababab`
        left out: Pod `support-test`: it is a test of the chart; `verification:` runs checks after a sync
        left out: Secret `support-token`: secrets never enter a manifest: let the cluster hold it, and name it under `secrets:`
        left out: the chart's values `service.type`: they are the same in every environment, so what they rendered to stands in the templates
    "#]].assert_eq(&report.text);
    expect![[r#"
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          labels:
            app.kubernetes.io/name: {{ agent.resourceName | quote }}
          name: {{ agent.resourceName | quote }}
          namespace: {{ environment.namespace | quote }}
        spec:
          replicas: {{ values.custom.replicaCount | json }}
          selector:
            matchLabels:
              app.kubernetes.io/name: {{ agent.resourceName | quote }}
          template:
            metadata:
              annotations:
                lockstep.dev/tuple: {{ release.tupleId | quote }}
                prometheus.io/scrape: "true"
              labels:
                app.kubernetes.io/name: {{ agent.resourceName | quote }}
            spec:
              containers:
                - envFrom:
                    - configMapRef:
                        name: {{ (agent.resourceName ~ "-config") | quote }}
                  image: {{ agent.image | quote }}
                  livenessProbe:
                    httpGet:
                      path: /healthz
                      port: http
                  name: {{ agent.resourceName | quote }}
                  ports:
                    - containerPort: {{ values.custom.deploymentSupportContainers0Ports0ContainerPort | json }}
                      name: http
                  resources:
                    limits:
                      cpu: {{ values.custom.deploymentSupportContainers0ResourcesLimitsCpu | json }}
                      memory: {{ values.custom.deploymentSupportContainers0ResourcesLimitsMemory | json }}
              serviceAccountName: {{ agent.resourceName | quote }}
    "#]]
    .assert_eq(&bench.text("templates/support/deployment-support.yaml.tera").unwrap());
    expect![[r#"
        apiVersion: v1
        data:
          LOG_LEVEL: {{ values.custom.logLevel | json }}
          greeting.txt: {{ values.custom.configMapSupportConfigDataGreetingTxt | json }}
        kind: ConfigMap
        metadata:
          labels:
            app.kubernetes.io/name: {{ agent.resourceName | quote }}
          name: {{ (agent.resourceName ~ "-config") | quote }}
          namespace: {{ environment.namespace | quote }}
    "#]]
    .assert_eq(
        &bench
            .text("templates/support/configmap-support-config.yaml.tera")
            .unwrap(),
    );
    expect![[r##"
        # yaml-language-server: $schema=../../schemas/values.schema.json
        argocd:
          annotations: {}
          retryLimit: 5
        custom:
          configMapSupportConfigDataGreetingTxt: |
            Hello {{ name }},
            how can we help?
          deploymentSupportContainers0Ports0ContainerPort: 8080
          deploymentSupportContainers0ResourcesLimitsCpu: "1"
          deploymentSupportContainers0ResourcesLimitsMemory: 512Mi
          horizontalPodAutoscalerSupportMaxReplicas: 9
          horizontalPodAutoscalerSupportMinReplicas: 3
          ingressHost: support.dev.example.com
          logLevel: debug
          replicaCount: 1
          servicePort: 80
          withHorizontalPodAutoscalerSupport: false
        rollout:
          strategy: rolling
        routing:
          provider: none
    "##]]
    .assert_eq(&bench.text("templates/support/values.yaml").unwrap());
    expect![[r#"
        # yaml-language-server: $schema=../../../schemas/environment-values.schema.json
        values:
          custom:
            ingressHost: support.example.com
            logLevel: info
            replicaCount: 3
            withHorizontalPodAutoscalerSupport: true
    "#]]
    .assert_eq(&bench.text("environments/production/values/support.yaml").unwrap());
    let rendered = bench.run("render --agent support --environment dev").unwrap();
    assert_eq!(rendered.findings, []);
    assert!(
        rendered
            .text
            .contains(&format!("image: registry.example.com/support@{digest}")),
        "{}",
        rendered.text
    );
    assert!(!rendered.text.contains("hunter2"));
}

#[test]
fn an_image_by_tag_stays_and_is_told() {
    let report = bench().run("import manifests support --from dev=dev.yaml").unwrap();
    assert_eq!(report.findings, []);
    assert!(
        report
            .text
            .contains("left out: image `registry.example.com/support:2.3.1`"),
        "{}",
        report.text
    );
}

/// What `kustomize build` makes of an overlay: names with a prefix, a generated ConfigMap, patches.
fn overlay(namespace: &str, hash: &str, level: &str, patch: &str) -> String {
    format!(
        "apiVersion: v1\ndata:\n  LOG_LEVEL: {level}\nkind: ConfigMap\nmetadata:\n  name: billing-settings-{hash}\n  namespace: {namespace}\n---\n\
         apiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: billing\n  namespace: {namespace}\nspec:\n  serviceName: billing\n  \
         selector:\n    matchLabels:\n      app: billing\n  template:\n    metadata:\n      labels:\n        app: billing\n    spec:\n{patch}      \
         containers:\n      - image: registry.example.com/billing@sha256:{}\n        name: main\n        envFrom:\n        - configMapRef:\n            \
         name: billing-settings-{hash}\n",
        "cd".repeat(32)
    )
}

#[test]
fn an_overlay_moves_in_with_generated_names_and_patches() {
    let bench = Workbench::of_repository();
    bench.put("dev.yaml", &overlay("billing-dev", "2k89g5t4bc", "debug", ""));
    bench.put(
        "prod.yaml",
        &overlay("billing", "hm7c6fbd95", "info", "      priorityClassName: high\n"),
    );
    let report = bench
        .run("import kustomize billing --built dev=dev.yaml --built production=prod.yaml")
        .unwrap();
    assert_eq!(report.findings, []);
    assert_eq!(report.result["leftOut"], serde_json::json!([]));
    let template = bench.text("templates/billing/statefulset-billing.yaml.tera").unwrap();
    assert!(
        template.contains("lockstep.dev/tuple: {{ release.tupleId | quote }}"),
        "{template}"
    );
    assert!(
        template.contains("PriorityClassName %}\n"),
        "only production has it: {template}"
    );
    let rendered = bench.run("render --agent billing --environment dev").unwrap();
    assert_eq!(rendered.findings, []);
    assert!(rendered.text.contains("name: billing-settings-"), "{}", rendered.text);
}

#[test]
fn overlays_of_several_environments_become_one_template_and_values() {
    let object = |environment: &str, replicas: usize, memory: &str, variable: &str, sidecar: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {environment}-billing, labels: {{env: {environment}}}}}\nspec:\n  \
             replicas: {replicas}\n  selector: {{matchLabels: {{app: billing}}}}\n  template:\n    metadata: {{labels: {{app: billing}}}}\n    \
             spec:\n      containers:\n        - name: main\n          image: registry.example.com/billing@sha256:{}\n          \
             resources: {{limits: {{memory: {memory}}}}}\n          env: [{{name: LOG_FORMAT, value: json}}{variable}]\n{sidecar}",
            "cd".repeat(32)
        )
    };
    let bench = Workbench::of_repository();
    bench.put(
        "dev.yaml",
        &object("dev", 1, "256Mi", ", {name: FAKE, value: 'true'}", ""),
    );
    let sidecar = "        - {name: shipper, image: 'registry.example.com/shipper:1.4'}\n";
    let budget = "---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: production-billing}\n\
                  spec: {minAvailable: 1, selector: {matchLabels: {app: billing}}}\n";
    let production = object("production", 5, "1Gi", "", sidecar);
    bench.put("prod.yaml", &(production + budget));
    let line = "import kustomize billing --built dev=dev.yaml --built production=prod.yaml";
    let report = bench.run(line).unwrap();
    assert_eq!(report.findings, []);
    expect![[r#"
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          labels:
            env: {{ environment.name | quote }}
          name: {{ agent.resourceName | quote }}
          namespace: {{ environment.namespace | quote }}
        spec:
          replicas: {{ values.custom.deploymentBillingReplicas | json }}
          selector:
            matchLabels:
              app: {{ agent.resourceName | quote }}
          template:
            metadata:
              annotations:
                lockstep.dev/tuple: {{ release.tupleId | quote }}
              labels:
                app: {{ agent.resourceName | quote }}
            spec:
              containers:
                - env:
                    - name: LOG_FORMAT
                      value: json
                    {%- if values.custom.withDeploymentBillingContainersMainEnvFAKE %}
                    - name: FAKE
                      value: "true"
                    {%- endif %}
                  image: {{ agent.image | quote }}
                  name: main
                  resources:
                    limits:
                      memory: {{ values.custom.deploymentBillingContainersMainResourcesLimitsMemory | json }}
                {%- if values.custom.withDeploymentBillingContainersShipper %}
                - image: {{ values.custom.deploymentBillingContainersShipperImage | json }}
                  name: shipper
                {%- endif %}
    "#]]
    .assert_eq(&bench.text("templates/billing/deployment-billing.yaml.tera").unwrap());
    expect![[r#"
        # yaml-language-server: $schema=../../../schemas/environment-values.schema.json
        values:
          custom:
            deploymentBillingContainersMainResourcesLimitsMemory: 1Gi
            deploymentBillingReplicas: 5
            withDeploymentBillingContainersMainEnvFAKE: false
            withDeploymentBillingContainersShipper: true
            withPodDisruptionBudgetBilling: true
    "#]]
    .assert_eq(&bench.text("environments/production/values/billing.yaml").unwrap());
    assert_eq!(bench.run("render --agent billing").unwrap().findings, []);
}

/// What an overlay with `namePrefix` makes of a workload, a nightly job and a cache beside them, without a namespace.
fn prefixed(prefix: &str, tag: &str) -> String {
    let pod = |image: &str, kind: &str| {
        let template = format!(
            "template: {{metadata: {{labels: {{app: {kind}}}}}, spec: {{containers: [{{name: main, image: '{image}'}}]}}}}"
        );
        format!("selector: {{matchLabels: {{app: {kind}}}}}, {template}")
    };
    let own = format!("registry.example.com/billing:{tag}");
    let meta = |name: &str| format!("metadata: {{name: {prefix}billing{name}}}");
    [
        format!("apiVersion: apps/v1\nkind: Deployment\n{}\nspec: {{replicas: 2, {}}}\n", meta(""), pod(&own, "main")),
        format!("apiVersion: apps/v1\nkind: Deployment\n{}\nspec: {{{}}}\n", meta("-cache"), pod("redis:7", "cache")),
        format!(
            "apiVersion: batch/v1\nkind: CronJob\n{}\nspec: {{schedule: '0 3 * * *', jobTemplate: {{spec: {{template: {{spec: \
             {{restartPolicy: Never, containers: [{{name: main, image: '{own}'}}]}}}}}}}}}}\n",
            meta("-nightly")
        ),
    ]
    .join("---\n")
}

#[test]
fn prefixes_vanish_and_the_image_stands_wherever_its_repository_does() {
    let bench = Workbench::of_repository();
    bench.put("dev.yaml", &prefixed("d-", "2.1"));
    bench.put("prod.yaml", &prefixed("p-", "2.0"));
    let digest = format!("sha256:{}", "ab".repeat(32));
    let line = "import kustomize billing --built dev=dev.yaml --built production=prod.yaml";
    let report = bench
        .run(&format!("{line} --image registry.example.com/billing@{digest}"))
        .unwrap();
    // no digest is both 2.0 and 2.1
    let told: Vec<String> = report
        .findings
        .iter()
        .map(|finding| format!("{}: {}\n", finding.rule, finding.message.replace(&digest, "…")))
        .collect();
    expect![[r#"
        replaced-image: dev has image `registry.example.com/billing:2.1`, and gets `registry.example.com/billing@…` with the agent
        replaced-image: production has image `registry.example.com/billing:2.0`, and gets `registry.example.com/billing@…` with the agent
    "#]].assert_eq(&told.concat());
    let told = report.text.lines().filter(|line| !line.starts_with("wrote"));
    expect![[r#"
        renamed in dev: namespace `default` is `agent-dev`
        renamed in dev: every name `d-…` is `…`
        renamed in production: namespace `default` is `agent-prod`
        renamed in production: every name `p-…` is `…`
    "#]]
    .assert_eq(&told.map(|line| format!("{line}\n")).collect::<String>());
    let rendered = bench.run("render --agent billing --environment dev").unwrap().text;
    let images = rendered.lines().filter_map(|line| line.split_once("image: "));
    let own = format!("registry.example.com/billing@{digest}");
    let images: BTreeSet<&str> = images.map(|(_, image)| image).collect();
    assert_eq!(images, BTreeSet::from([own.as_str(), "redis:7"]), "{rendered}");
    // what moved in holds the rules about templates and namespaces
    let checked = bench.run("policy --environment dev").unwrap();
    let own = checked.findings.iter().filter(|finding| finding.is_error());
    let rules: Vec<&str> = own.map(|finding| &*finding.rule).collect();
    assert_eq!(rules, [""; 0]);
}

#[test]
fn what_the_cluster_wrote_stays_behind() {
    let bench = Workbench::of_repository();
    bench.put(
        "list.yaml",
        "apiVersion: v1\nkind: List\nitems:\n\
         - apiVersion: v1\n  kind: Service\n  \
         metadata: {name: tool, namespace: tools, uid: abc, resourceVersion: '5', managedFields: [{manager: kubectl}]}\n  \
         spec: {clusterIP: 10.0.0.7, clusterIPs: [10.0.0.7], selector: {app: tool}, ports: [{port: 80}]}\n  \
         status: {loadBalancer: {}}\n\
         - apiVersion: v1\n  kind: Service\n  metadata: {name: tool-peers, namespace: tools}\n  \
         spec: {clusterIP: None, selector: {app: tool}, ports: [{port: 80}]}\n\
         - apiVersion: discovery.k8s.io/v1\n  kind: EndpointSlice\n  metadata: {name: tool-x, namespace: tools}\n\
         - apiVersion: apps/v1\n  kind: ReplicaSet\n  \
         metadata: {name: tool-abc, namespace: tools, ownerReferences: [{kind: Deployment, name: tool}]}\n",
    );
    let report = bench.run("import manifests tool --from dev=list.yaml").unwrap();
    assert_eq!(report.findings, []);
    let told = report.text.lines().filter(|line| line.starts_with("left out"));
    expect![[r#"
        left out: EndpointSlice `tool-x`: the cluster makes it
        left out: ReplicaSet `tool-abc`: its owner makes it
        left out: `clusterIP`, `clusterIPs`, `managedFields`, `resourceVersion`, `status`, `uid`: the cluster writes it
    "#]]
    .assert_eq(&told.map(|line| format!("{line}\n")).collect::<String>());
    let peers = bench.text("templates/tool/service-tool-peers.yaml.tera").unwrap();
    assert!(peers.contains("clusterIP: None"), "{peers}");
}

#[test]
fn sources_are_not_objects() {
    let bench = bench();
    bench.put("overlays/dev/kustomization.yaml", "resources: []\n");
    let refused = |line: &str| {
        let failure = bench.run(line).unwrap_err();
        let hints: String = failure.hints.iter().map(|hint| format!("  {hint}\n")).collect();
        format!("{}\n{hints}", failure.message)
    };
    let lines = [
        "import kustomize billing --built dev=overlays/dev",
        "import manifests billing --from dev=nothing.yaml",
        "import manifests billing --from devv=dev.yaml",
        "import manifests support-rag --from dev=dev.yaml",
        "import manifests support --from dev=dev.yaml --image support:2",
        "import manifests support --from dev=dev.yaml --from dev=prod.yaml",
        "import helm-values support --rendered dev=dev.yaml --values dev=values-dev.yaml --values production=values-prod.yaml",
    ];
    expect![[r#"
        `overlays/dev` is what the objects are made of, not the objects
          make them first: `kustomize build overlays/dev > objects.yaml`
        there is no `nothing.yaml`
        there is no environment `devv`
          did you mean `dev`?
        `agents/support-rag` exists already
          choose another name
        `support:2` is no image by digest
          write `<repository>@sha256:<64 hexadecimal digits>`
        `dev=prod.yaml` is a second file of `dev`
          name each environment once; one file may hold many documents
        `--values production=values-prod.yaml` is read with `--rendered production=…` alone
          add `--rendered production=<what it was rendered to>`, or leave the values out
    "#]]
    .assert_eq(&lines.map(refused).concat());
}

#[test]
fn a_dry_run_writes_nothing() {
    let bench = bench();
    let before = bench.files();
    bench
        .run("import manifests support --from dev=dev.yaml --dry-run")
        .unwrap();
    assert!(bench.files() == before);
}

#[test]
fn what_holds_no_object_is_refused() {
    let bench = bench();
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: token}\n";
    let files = [
        ("empty.yaml", ""),
        ("comment.yaml", "# nothing\n---\n"),
        ("list.yaml", "apiVersion: v1\nkind: List\nitems: []\n"),
        ("failed.yaml", "Error: chart not found\n"),
        ("text.yaml", "connection refused\n"),
        ("error.yaml", "Error: INSTALLATION FAILED: no chart\n"),
        (
            "half.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\nreplicas: 3\n",
        ),
        ("secret.yaml", secret),
    ];
    let mut lines = String::new();
    for (name, text) in files {
        bench.put(name, text);
    }
    let before = bench.files();
    for (name, _) in files {
        let line = format!("import manifests support --from dev=dev.yaml --from production={name}");
        let failure = bench.run(&line).unwrap_err();
        assert_eq!(failure.exit_code(), 2);
        lines += &format!("{}\n  {}\n", failure.message, failure.hints.join("\n  "));
    }
    assert!(bench.files() == before);
    expect![[r#"
        `empty.yaml` holds no object
          name what `helm template`, `kustomize build` or `kubectl get -o yaml` printed when it succeeded
        `comment.yaml` holds no object
          name what `helm template`, `kustomize build` or `kubectl get -o yaml` printed when it succeeded
        `list.yaml` holds no object
          name what `helm template`, `kustomize build` or `kubectl get -o yaml` printed when it succeeded
        `failed.yaml` line 1: this is no object: it has no `kind`
          name what `helm template`, `kustomize build` or `kubectl get -o yaml` printed when it succeeded
        `text.yaml` line 1: this is no object: it has no `kind`
          name what `helm template`, `kustomize build` or `kubectl get -o yaml` printed when it succeeded
        `error.yaml` line 1: mapping values are not allowed in this context
          name what `helm template`, `kustomize build` or `kubectl get -o yaml` printed when it succeeded
        `half.yaml` line 5: this is no object: it has no `kind`
          name what `helm template`, `kustomize build` or `kubectl get -o yaml` printed when it succeeded
        nothing of `secret.yaml` moves in
          Secret `token`: secrets never enter a manifest: let the cluster hold it, and name it under `secrets:`
    "#]]
    .assert_eq(&lines);
}

#[test]
fn an_image_that_gives_way_to_another_is_told() {
    let object = |image: &str| {
        let pod =
            format!("metadata: {{labels: {{app: web}}}}, spec: {{containers: [{{name: web, image: '{image}'}}]}}");
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\n\
             spec: {{selector: {{matchLabels: {{app: web}}}}, template: {{{pod}}}}}\n"
        )
    };
    let (old, new) = ("7".repeat(64), "9".repeat(64));
    let (web, mirror) = ("registry.example.com/web", "mirror.example.com/web");
    let by_digest = |repository: &str, digest: &str| format!("{repository}@sha256:{digest}");
    let by_tag = |repository: &str| format!("{repository}:2.1");
    let said = by_digest(web, &new);
    let cases = [
        [said.clone(), by_digest(web, &old)],
        [said.clone(), by_tag(web)],
        [by_digest(mirror, &new), by_digest(mirror, &new)],
        [by_tag(mirror), by_tag(mirror)],
        [by_tag(web), by_tag(web)],
        [by_digest(&by_tag(web), &new), said.clone()],
        [said.clone(), by_tag(mirror)],
    ];
    let mut lines = String::new();
    for [dev, production] in cases {
        let bench = Workbench::of_repository();
        bench.put("dev.yaml", &object(&dev));
        bench.put("prod.yaml", &object(&production));
        let line = format!("import manifests web --from dev=dev.yaml --from production=prod.yaml --image {said}");
        let report = bench.run(&line).unwrap();
        assert_eq!(report.exit_code(), 0);
        let findings = report.findings.iter();
        let told = findings.map(|finding| format!("  {}: {}\n", finding.rule, finding.message));
        lines += &format!("{dev} {production}\n{}", told.collect::<String>());
        let is_kept = report.next[0].ends_with("as they are now");
        assert_eq!(is_kept, report.findings.is_empty());
    }
    // an image of another repository than the agent's stays what it is
    let lines = lines.replace(&old, "old").replace(&new, "new");
    expect![[r#"
        registry.example.com/web@sha256:new registry.example.com/web@sha256:old
          replaced-image: production has image `registry.example.com/web@sha256:old`, and gets `registry.example.com/web@sha256:new` with the agent
        registry.example.com/web@sha256:new registry.example.com/web:2.1
          replaced-image: production has image `registry.example.com/web:2.1`, and gets `registry.example.com/web@sha256:new` with the agent
        mirror.example.com/web@sha256:new mirror.example.com/web@sha256:new
          replaced-image: dev has image `mirror.example.com/web@sha256:new`, and gets `registry.example.com/web@sha256:new` with the agent
          replaced-image: production has image `mirror.example.com/web@sha256:new`, and gets `registry.example.com/web@sha256:new` with the agent
        mirror.example.com/web:2.1 mirror.example.com/web:2.1
          replaced-image: dev has image `mirror.example.com/web:2.1`, and gets `registry.example.com/web@sha256:new` with the agent
          replaced-image: production has image `mirror.example.com/web:2.1`, and gets `registry.example.com/web@sha256:new` with the agent
        registry.example.com/web:2.1 registry.example.com/web:2.1
        registry.example.com/web:2.1@sha256:new registry.example.com/web@sha256:new
        registry.example.com/web@sha256:new mirror.example.com/web:2.1
    "#]].assert_eq(&lines);
}

#[test]
fn what_still_names_the_old_namespace_and_what_a_tag_became_is_told() {
    let digest = "5".repeat(64);
    let object = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: old-shop}\nspec:\n  selector: {matchLabels: {app: \
                  web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      containers:\n        - name: web\n          image: \
                  registry.example.com/web:1.2.3\n          args: [--upstream=http://api.old-shop.svc:80, --name=old-shop-x.y, --namespace=old-shop, \
                  --watch-namespace, old-shop, --shop, old-shop]\n          \
                  env: [{name: POD_NAMESPACE, value: old-shop}, {name: SHOP, value: old-shop}]\n---\n\
                  apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: old-shop, namespace: old-shop, labels: {app: old-shop}}\n---\n\
                  apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web, namespace: old-shop}\nspec:\n  podSelector: {}\n  \
                  ingress: [{from: [{namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: In, values: \
                  [old-shop]}]}}, {podSelector: {matchLabels: {app: old-shop}}}]}]\n";
    let bench = Workbench::of_repository();
    bench.put("dev.yaml", object);
    bench.put("prod.yaml", object);
    let line = format!(
        "import manifests web --from dev=dev.yaml --from production=prod.yaml --image registry.example.com/web@sha256:{digest}"
    );
    let report = bench.run(&line).unwrap();
    assert_eq!(report.exit_code(), 0);
    let place = |finding: &lockstep::model::Finding| {
        let place = finding.location.as_ref().unwrap();
        format!(
            "{}:{}:{} {}: {}\n",
            place.file, place.line, place.column, finding.rule, finding.message
        )
    };
    let told: String = report.findings.iter().map(place).collect();
    expect![[r#"
        templates/web/deployment-web.yaml.tera:19:38 former-namespace: this names the namespace `old-shop`, which is `agent-dev` in dev, `agent-prod` in production now
        templates/web/deployment-web.yaml.tera:21:28 former-namespace: this names the namespace `old-shop`, which is `agent-dev` in dev, `agent-prod` in production now
        templates/web/deployment-web.yaml.tera:23:15 former-namespace: this names the namespace `old-shop`, which is `agent-dev` in dev, `agent-prod` in production now
        templates/web/deployment-web.yaml.tera:28:22 former-namespace: this names the namespace `old-shop`, which is `agent-dev` in dev, `agent-prod` in production now
    "#]].assert_eq(&told);
    let renamed = report.text.lines().filter(|line| line.starts_with("renamed"));
    let renamed: Vec<&str> = renamed.collect();
    expect![[r#"
        renamed in dev: namespace `old-shop` is `agent-dev`
        renamed in dev: image `registry.example.com/web:1.2.3` is `registry.example.com/web@sha256:…`
        renamed in production: namespace `old-shop` is `agent-prod`
        renamed in production: image `registry.example.com/web:1.2.3` is `registry.example.com/web@sha256:…`"#]]
    .assert_eq(&renamed.join("\n").replace(&digest, "…"));
}

#[test]
fn an_item_of_a_list_without_kind_is_refused() {
    let bench = Workbench::of_repository();
    let list = "apiVersion: v1\nkind: List\nitems:\n  - {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n  - {apiVersion: v1, \
                metadata: {name: b}}\n";
    bench.put("dev.yaml", list);
    let failure = bench.run("import manifests web --from dev=dev.yaml").unwrap_err();
    expect!["`dev.yaml` line 1: item 2 of the `List`, `b`, is no object: it has no `kind`"].assert_eq(&failure.message);
}
