//! Templates that do not compile, do not render, or do not render to what Kubernetes reads.

use expect_test::{Expect, expect};

use crate::fleet::Fleet;

const WORKLOAD: &str = "templates/agent-service/workload.yaml.tera";
const SERVICE: &str = "templates/agent-service/service.yaml.tera";

/// A small fleet with one template edited is not released to dev; `orders` alone keeps the answer short.
fn check(path: &str, from: &str, to: &str, expected: Expect) {
    let fleet = Fleet::small();
    fleet
        .remove("agents/assistant")
        .edit(path, from, to)
        .commit("Break a template");
    fleet.refused(&["release", "dev"], expected);
}

#[test]
fn an_unknown_variable_lists_the_names_that_exist() {
    check(
        WORKLOAD,
        "values.replicas",
        "values.replica",
        expect![[r#"
            exit 1
            error[unknown-path] templates/agent-service/workload.yaml.tera:7:16
              `values.replica` leads nowhere: `values` has no `replica`
              help: did you mean `replicas`? `values` has `argocd`, `autoscaling`, `configuration`, `custom`, `disruption`, `env`, `generations`, `imagePullSecrets`, `labels`, `logLevel`, `monitoring`, `namespace`, `network`, `podAnnotations`, `ports`, `probes`, `replicas`, `resources`, `rollout`, `routing`, `scratch`, `secrets`, `serviceAccount`, `shutdown`, `trafficWeight`, `verification`
        "#]],
    );
}

#[test]
fn an_unknown_variable_far_from_every_name_lists_them_too() {
    check(
        SERVICE,
        "environment.namespace",
        "environment.zone",
        expect![[r#"
            exit 1
            error[unknown-path] templates/agent-service/service.yaml.tera:5:17
              `environment.zone` leads nowhere: `environment` has no `zone`
              help: `environment` has `argocdNamespace`, `cluster`, `fleet`, `graySteps`, `limitRange`, `name`, `namespace`, `namespaceOwner`, `nodeSelector`, `quota`, `repoURL`, `roles`, `suffix`, `syncWindows`, `targetRevision`, `tier`
        "#]],
    );
}

#[test]
fn a_syntax_error_is_shown_once() {
    check(
        WORKLOAD,
        "{%- endif %}",
        "",
        expect![[r#"
            exit 1
            error[template-syntax] templates/agent-service/workload.yaml.tera:32:1
              unexpected end of input
        "#]],
    );
}

#[test]
fn a_template_that_renders_no_yaml_shows_its_line_and_what_it_rendered() {
    check(
        SERVICE,
        "ports: [{ port: {{ values.ports.http }} }]",
        "ports: [{ port: {{ values.ports.http }} }",
        expect![[r#"
            exit 1
            error[template-not-yaml] templates/agent-service/service.yaml.tera:8:3
              what the template renders is no YAML: unclosed bracket '['
              unit: dev/orders
              help: rendered:
                     6 | spec:
                     7 |   selector: { app: "orders" }
                >    8 |   ports: [{ port: 8080 }
        "#]],
    );
}

#[test]
fn a_key_rendered_twice_is_found() {
    check(
        SERVICE,
        "  ports: [",
        "  selector: {}\n  ports: [",
        expect![[r#"
            exit 1
            error[duplicate-key] templates/agent-service/service.yaml.tera:8:3
              what the template renders is no YAML: duplicate key `selector`
              unit: dev/orders
              help: rendered:
                     6 | spec:
                     7 |   selector: { app: "orders" }
                >    8 |   selector: {}
                     9 |   ports: [{ port: 8080 }]
        "#]],
    );
}

#[test]
fn a_scalar_that_readers_disagree_on_must_be_quoted() {
    check(
        SERVICE,
        "  ports: [",
        "  externalTrafficPolicy: no\n  ports: [",
        expect![[r#"
            exit 1
            error[ambiguous-scalar] templates/agent-service/service.yaml.tera:8:3
              `no` means different things to different YAML readers
              unit: dev/orders
              help: quote it: in a template, with the filter `quote`
        "#]],
    );
}

#[test]
fn an_object_without_a_name_is_incomplete() {
    check(
        SERVICE,
        "  name: {{ agent.resourceName | quote }}\n",
        "",
        expect![[r#"
        exit 1
        error[incomplete-object] templates/agent-service/service.yaml.tera:1:1
          the object has no `metadata.name`
          unit: dev/orders
          help: rendered:
            >    1 | apiVersion: v1
                 2 | kind: Service
                 3 | metadata:
                 4 |   namespace: "shop-dev"
                 5 | spec:
    "#]],
    );
}

#[test]
fn a_pod_must_lead_to_its_tuple() {
    check(
        WORKLOAD,
        "        lockstep.dev/tuple: {{ release.tupleId | quote }}\n",
        "        team: shop\n",
        expect![[r#"
            exit 1
            error[untraceable-pod] templates/agent-service/workload.yaml.tera:13:7
              the pods of `shop-dev/Deployment orders (apps)` do not carry their tuple
              unit: dev/orders
              object: shop-dev/Deployment orders (apps)
              help: give the pod template the annotation `lockstep.dev/tuple: {{ release.tupleId | quote }}`
        "#]],
    );
}

#[test]
fn annotations_that_are_no_map_are_a_finding() {
    check(
        WORKLOAD,
        "  namespace: {{ environment.namespace | quote }}\n",
        "  namespace: {{ environment.namespace | quote }}\n  annotations: none\n",
        expect![[r#"
            exit 1
            error[incomplete-object] templates/agent-service/workload.yaml.tera:6:3
              `metadata.annotations` of `shop-dev/Deployment orders (apps)` is no map
              unit: dev/orders
              object: shop-dev/Deployment orders (apps)
        "#]],
    );
}

#[test]
fn a_blueprint_that_extends_itself_is_a_cycle() {
    let fleet = Fleet::small();
    fleet
        .put(
            "templates/agent-service/blueprint.yaml",
            "description: An agent.\nextends: base\n",
        )
        .put(
            "templates/base/blueprint.yaml",
            "description: A base.\nextends: agent-service\n",
        )
        .commit("Go round in circles");
    fleet.refused(
        &["release", "dev", "--agent", "orders"],
        expect![[r#"
        exit 1
        error[blueprint-cycle] templates/agent-service/blueprint.yaml
          blueprints extend each other in a circle: agent-service → base → agent-service
          help: take one `extends:` out
    "#]],
    );
}

#[test]
fn a_blueprint_that_extends_an_unknown_one_is_refused() {
    check(
        "templates/agent-service/blueprint.yaml",
        "An agent.\n",
        "An agent.\nextends: bsae\n",
        expect![[r#"
            exit 1
            error[unknown-blueprint] templates/agent-service/blueprint.yaml:2:10
              `bsae` is no blueprint
              help: there is agent-service, argocd, environment
        "#]],
    );
}

#[test]
fn a_blueprint_that_cannot_be_read_is_not_said_to_be_missing() {
    check(
        "templates/agent-service/blueprint.yaml",
        "An agent.\n",
        "An agent.\nextend: base\n",
        expect![[r#"
            exit 1
            error[unknown-key] templates/agent-service/blueprint.yaml:2:1
              unknown key `extend`
              help: did you mean `extends`?
        "#]],
    );
}

#[test]
fn templates_cannot_read_the_environment_or_files() {
    check(
        SERVICE,
        "{{ agent.resourceName | quote }}\n  namespace",
        "{{ get_env(name=\"HOME\") }}\n  namespace",
        expect![[r#"
        exit 1
        error[template-error] templates/agent-service/service.yaml.tera:4:12
          unknown function `get_env`
    "#]],
    );
    check(
        SERVICE,
        "{{ agent.resourceName | quote }}\n  namespace",
        "{% include \"/etc/passwd\" %}\n  namespace",
        expect![[r#"
        exit 1
        error[template-error] templates/agent-service/service.yaml.tera:4:20
          unknown template `/etc/passwd`
    "#]],
    );
}

#[test]
fn a_missing_built_in_blueprint_is_named() {
    let fleet = Fleet::small();
    fleet.remove("templates/argocd").commit("Lose a blueprint");
    fleet.refused(
        &["release", "dev", "--agent", "orders"],
        expect![[r#"
        exit 1
        error[missing-blueprint] templates/argocd
          there is no blueprint `templates/argocd`
          help: every fleet needs the blueprints `environment` and `argocd`; restore it from git
    "#]],
    );
}

#[test]
fn a_template_stops_at_a_size_that_no_cluster_takes() {
    check(
        SERVICE,
        "spec:",
        "{% for a in range(end=10000) %}{% for b in range(end=10000) %}# {{ a }} {{ b }}\n{% endfor %}{% endfor %}spec:",
        expect![[r#"
            exit 1
            error[template-error] templates/agent-service/service.yaml.tera
              the template renders more than 4 MiB
              unit: dev/orders
              help: look for a loop that runs too often, or make it several templates
        "#]],
    );
}

#[test]
fn a_template_under_a_name_that_nothing_renders_is_told() {
    let fleet = Fleet::small();
    for name in [
        "extra.yml.tera",
        "extra.yaml",
        "sub/extra.yaml.tera",
        "NOTES.md",
        "shared.tera",
    ] {
        fleet.put(&format!("templates/agent-service/{name}"), "kind: ConfigMap\n");
    }
    fleet.commit("Misname");
    let answer = fleet.done(&["release", "dev"]);
    let strays = answer.findings().iter().map(|finding| {
        assert_eq!(
            (&finding["rule"], &finding["severity"]),
            (&"stray-file".into(), &"warning".into())
        );
        finding["message"].as_str().unwrap()
    });
    let read: Vec<&str> = strays.collect();
    expect![[r#"
        nothing reads `templates/agent-service/extra.yaml`
        nothing reads `templates/agent-service/extra.yml.tera`
        nothing reads `templates/agent-service/sub/extra.yaml.tera`"#]]
    .assert_eq(&read.join("\n"));
}

#[test]
fn a_value_that_null_took_away_is_told_at_the_null() {
    let fleet = Fleet::small();
    let values = "values:\n  logLevel: DEBUG\n  ports: { http: null }\n";
    fleet.put("environments/dev/values/orders.yaml", values);
    fleet
        .append(
            "templates/agent-service/budget.yaml.tera",
            "  unhealthyPodEvictionPolicy: {{ values.ports.http }}\n",
        )
        .commit("Take a value away");
    fleet.refused(
        &["release", "dev", "--agent", "orders"],
        expect![[r#"
        exit 1
        error[template-error] environments/dev/values/orders.yaml:3:18
          this `null` takes `ports.http` away, which `templates/agent-service/values.yaml:2` sets and templates read
          unit: dev/orders
          help: take the line out, and `templates/agent-service/values.yaml:2` holds again; or set another value
          see: templates/agent-service/budget.yaml.tera:10:47: read here
          see: templates/agent-service/values.yaml:2:16: set here
          see: templates/agent-service/service.yaml.tera:8:35: read here
    "#]],
    );
    let answer = fleet.run(&["validate", "--agent", "orders"]);
    assert_eq!(answer.rules(), ["template-error"], "{}", answer.text());
    // in the environment, for what it has of its own
    fleet.put("environments/dev/values/orders.yaml", "values: {}\n");
    fleet.append(
        "environments/dev/environment.yaml",
        "values: { imagePullSecrets: null, ports: null }\n",
    );
    fleet.commit("Take more away");
    fleet.refused(&["release", "dev", "--agent", "orders"], expect![[r#"
        exit 1
        error[template-error] environments/dev/environment.yaml:6:29
          this `null` takes `imagePullSecrets` away, which `templates/agent-service/values.yaml:4` sets and templates read
          unit: dev/orders
          help: take the line out, and `templates/agent-service/values.yaml:4` holds again; or set another value
          see: templates/agent-service/workload.yaml.tera:17:23: read here
          see: templates/agent-service/values.yaml:4:1: set here
        error[template-error] environments/dev/environment.yaml:6:42
          this `null` takes `ports` away, which `templates/agent-service/values.yaml:2` sets and templates read
          unit: dev/orders
          help: take the line out, and `templates/agent-service/values.yaml:2` holds again; or set another value
          see: templates/agent-service/budget.yaml.tera:10:41: read here
          see: templates/agent-service/values.yaml:2:1: set here
          see: templates/agent-service/service.yaml.tera:8:29: read here
    "#]]);
}

#[test]
fn a_blueprint_that_lacks_what_the_application_reads_is_told_itself() {
    let fleet = Fleet::small();
    fleet
        .append(
            "templates/argocd/application.yaml.tera",
            "  info: [{ name: Copies, value: {{ values.replicas | quote }} }]\n",
        )
        .put("templates/tiny/blueprint.yaml", "description: Next to nothing.\n")
        .put(
            "templates/tiny/account.yaml.tera",
            "apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: {{ agent.name | quote }}, namespace: shop-dev }\n",
        )
        .edit(
            "agents/orders/agent.yaml",
            "blueprint: agent-service",
            "blueprint: tiny",
        )
        .commit("A blueprint of its own");
    fleet.refused(&["release", "dev", "--agent", "orders"], expect![[r#"
        exit 1
        error[template-error] templates/tiny/blueprint.yaml:1:1
          the blueprint `tiny` has no value `replicas`, which `templates/argocd/application.yaml.tera` reads
          unit: dev/orders
          help: write `extends: agent-service` here, for it and all else that is read; or set it in `templates/tiny/values.yaml`
          see: templates/argocd/application.yaml.tera:14:54: read here
    "#]]);
    fleet
        .put("templates/tiny/values.yaml", "replicas: 1\n")
        .commit("Say how many");
    fleet.done(&["release", "dev", "--agent", "orders"]);
}

#[test]
fn all_values_that_a_blueprint_lacks_are_told_in_one_run() {
    let fleet = Fleet::small();
    fleet
        .append(
            "templates/argocd/application.yaml.tera",
            "  info: [{ name: Copies, value: {{ values.replicas | quote }} }, { name: Port, value: {{ values.ports.http | quote }} }]\n",
        )
        .put("templates/tiny/blueprint.yaml", "description: Next to nothing.\n")
        .put("templates/tiny/values.yaml", "custom: { colour: red }\n")
        .put(
            "templates/tiny/config.yaml.tera",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: {{ agent.name | quote }}, namespace: shop-dev }\n\
             data:\n  level: {{ values.logLevel }}\n  first: {{ values.custom.colours.first | quote }}\n\
             {%- for name, value in values.env %}\n  {{ name }}: {{ value | quote }}\n{%- endfor %}\n\
             {%- for port in values.custom.list %}\n  {{ port.name }}: '1'\n{%- endfor %}\n\
             {%- if values.replicas + 1 > 3 %}\n  many: 'yes'\n{%- endif %}\n  colour: {{ values.custom.color }}\n",
        )
        .put(
            "templates/tiny/other.yaml.tera",
            "apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: {{ values.logLevel | quote }}, namespace: shop-dev }\n",
        )
        .edit("agents/orders/agent.yaml", "blueprint: agent-service", "blueprint: tiny")
        .edit("environments/fleet.yaml", "  env:\n    FLEET: shop\n", "  labels: {}\n")
        .commit("A blueprint of its own");
    fleet.refused(&["release", "dev", "--agent", "orders"], expect![[r#"
        exit 1
        error[template-error] templates/tiny/blueprint.yaml:1:1
          the blueprint `tiny` has no value `ports.http`, which `templates/argocd/application.yaml.tera` reads
          unit: dev/orders
          help: write `extends: agent-service` here, for it and all else that is read; or set it in `templates/tiny/values.yaml`
          see: templates/argocd/application.yaml.tera:14:97: read here
        error[template-error] templates/tiny/blueprint.yaml:1:1
          the blueprint `tiny` has no value `replicas`, which `templates/argocd/application.yaml.tera` reads
          unit: dev/orders
          help: write `extends: agent-service` here, for it and all else that is read; or set it in `templates/tiny/values.yaml`
          see: templates/argocd/application.yaml.tera:14:54: read here
        error[template-error] templates/tiny/config.yaml.tera:5:20
          unknown variable `values.logLevel`
          unit: dev/orders
          help: set it in `templates/tiny/values.yaml`; `values` has `custom`, `labels`
          see: templates/tiny/other.yaml.tera:3:40: read here too
        error[template-error] templates/tiny/config.yaml.tera:6:27
          unknown variable `values.custom.colours.first`
          unit: dev/orders
          help: did you mean `colour`? `values.custom` has `colour`; or set it in `templates/tiny/values.yaml`
        error[template-error] templates/tiny/config.yaml.tera:7:24
          unknown variable `values.env`
          unit: dev/orders
          help: set it in `templates/tiny/values.yaml`; `values` has `custom`, `labels`
        error[template-error] templates/tiny/config.yaml.tera:10:17
          unknown variable `values.custom.list`
          unit: dev/orders
          help: set it in `templates/tiny/values.yaml`; `values.custom` has `colour`
        error[template-error] templates/tiny/config.yaml.tera:13:8
          unknown variable `values.replicas`
          unit: dev/orders
          help: set it in `templates/tiny/values.yaml`; `values` has `custom`, `labels`
        error[template-error] templates/tiny/config.yaml.tera:16:28
          unknown variable `values.custom.color`
          unit: dev/orders
          help: did you mean `colour`? `values.custom` has `colour`; or set it in `templates/tiny/values.yaml`
    "#]]);
}

#[test]
fn a_name_that_a_loop_gives_is_no_unknown_variable() {
    check(
        SERVICE,
        "spec:",
        "{% for name in ['a'] %}# {{ name + 1 }}\n{% endfor %}spec:",
        expect![[r#"
            exit 1
            error[template-error] templates/agent-service/service.yaml.tera:6:29
              `+` requires both operands to be numbers, found `string` and `i64`
              unit: dev/orders
        "#]],
    );
    check(
        SERVICE,
        "spec:",
        "# {{ colour.first }}\n# {{ shade }}\nspec:",
        expect![[r#"
            exit 1
            error[template-error] templates/agent-service/service.yaml.tera:6:6
              unknown variable `colour.first`
              unit: dev/orders
              help: a template sees `agent`, `environment`, `release`, `tuple`, `values`
            error[template-error] templates/agent-service/service.yaml.tera:7:6
              unknown variable `shade`
              unit: dev/orders
              help: a template sees `agent`, `environment`, `release`, `tuple`, `values`
        "#]],
    );
}
