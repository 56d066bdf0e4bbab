//! Shapes of objects that are rare and legal: each moves in as it is, or is told.

use expect_test::expect;

use super::workbench::Workbench;

const DEPLOYMENT: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: registry.example.com/shop@sha256:7777777777777777777777777777777777777777777777777777777777777777}]
";

fn config(name: &str, namespace: &str, data: &str) -> String {
    format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: {namespace}}}\ndata: {data}\n")
}

/// Moves these in as `shop`, as they are in dev and, where they differ, in production; what was left out, a line each.
fn import(how: &str, dev: &str, production: &str) -> (Workbench, String) {
    let bench = Workbench::of_repository();
    bench.put("dev.yaml", dev);
    bench.put("production.yaml", production);
    let flag = if how == "kustomize" { "--built" } else { "--from" };
    let report = bench
        .run(&format!(
            "import {how} shop {flag} dev=dev.yaml {flag} production=production.yaml"
        ))
        .unwrap();
    // every difference between what came in and what is rendered would be one
    assert_eq!(report.findings, []);
    let told = report.text.lines().filter(|line| line.starts_with("left out"));
    let told = told.map(|line| format!("{line}\n")).collect();
    (bench, told)
}

fn rendered(bench: &Workbench) -> String {
    let report = bench.run("render --agent shop --environment dev").unwrap();
    assert_eq!(report.findings, []);
    report.text
}

#[test]
fn an_empty_map_stays_beside_one_that_is_filled_elsewhere() {
    let side = |volume: &str, rule: &str| {
        format!(
            "{DEPLOYMENT}      volumes: [{{name: scratch, emptyDir: {volume}}}]\n---\napiVersion: networking.k8s.io/v1\n\
             kind: NetworkPolicy\nmetadata: {{name: shop, namespace: shop}}\n\
             spec: {{podSelector: {{}}, policyTypes: [Egress, Ingress], egress: [{rule}], ingress: [{{}}]}}\n"
        )
    };
    let (filled, peers) = ("{sizeLimit: 1Gi}", "{to: [{podSelector: {}}]}");
    let (bench, told) = import("manifests", &side("{}", "{}"), &side(filled, peers));
    assert_eq!(told, "");
    let text = rendered(&bench);
    for part in ["emptyDir: {}", "egress:\n  - {}\n", "ingress:\n  - {}\n"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    import("manifests", &side(filled, peers), &side("{}", "{}"));
}

#[test]
fn a_text_moves_in_letter_by_letter() {
    let side = |own: &str| {
        let data = format!(r#"{{own: "{own}", blank: "a\\n\\n", z-last: "{{% raw %}}"}}"#);
        format!("{DEPLOYMENT}{}", config("texts", "shop", &data))
    };
    let production = side(r"\u2028 \x7f \ufeff");
    let only = production.replace("z-last", "only-here");
    import("manifests", &side("x"), &production);
    import("manifests", &side("x"), &only);
    import("manifests", &only, &side("x"));
}

#[test]
fn objects_of_one_name_are_kept_apart_or_told() {
    let service = "---\napiVersion: v1\nkind: Service\nmetadata: {name: shop, namespace: shop}\nspec: {ports: [{port: 80}]}\n\
                   ---\napiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: shop, namespace: shop}\nspec: {}\n";
    let job = "---\napiVersion: batch/v1\nkind: Job\nmetadata: {generateName: load-, namespace: shop}\n";
    let maps = [
        config("a.b", "shop", "{x: dot}"),
        config("a-b", "shop", "{x: dash}"),
        config("a-b", "other", "{x: elsewhere}"),
    ];
    let all = format!("{DEPLOYMENT}{service}{job}{}", maps.concat());
    let (bench, told) = import("manifests", &all, &all);
    expect![[r#"
        left out: ConfigMap `a-b` in `other`: another one of its name came before it, and a unit is in one namespace: make an agent of its own of it
        left out: Job `load-`: it has no name: whoever creates it gives it a new one each time, and Argo CD applies what has one
    "#]].assert_eq(&told);
    let text = rendered(&bench);
    for part in [
        "serving.knative.dev/v1",
        "apiVersion: v1\nkind: Service",
        "x: dot",
        "x: dash",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn generated_names_of_one_stem_stay_what_they_were() {
    let maps = [
        config("conf-2456789bcd", "shop", "{x: old}"),
        config("conf-bcdfghkmtt", "shop", "{x: new}"),
        config("other-bcdfghkmtt", "shop", "{x: y}"),
    ];
    let all = format!("{DEPLOYMENT}{}", maps.concat());
    let (bench, told) = import("kustomize", &all, &all);
    assert_eq!(told, "");
    let text = rendered(&bench);
    for part in ["name: conf-2456789bcd", "name: conf-bcdfghkmtt", "x: old", "x: new"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains("other-bcdfghkmtt"), "{text}");
}

#[test]
fn a_value_that_the_first_environment_lacks_changes_no_other() {
    let dev = format!("{DEPLOYMENT}{}", config("settings", "shop", r#"{p.x: "1"}"#));
    let side = |value: &str| {
        let data = format!(r#"{{p.x: "{value}", p-x: "{value}"}}"#);
        format!("{DEPLOYMENT}{}", config("settings", "shop", &data))
    };
    let bench = Workbench::of_repository();
    for (name, text) in [("dev", dev), ("staging", side("2")), ("production", side("3"))] {
        bench.put(&format!("{name}.yaml"), &text);
    }
    let line =
        "import manifests shop --from dev=dev.yaml --from staging=staging.yaml --from production=production.yaml";
    assert_eq!(bench.run(line).unwrap().findings, []);
    assert!(rendered(&bench).contains("p.x: \"1\""));
}

/// An object of a custom resource with this as its `spec`.
fn custom(spec: &str) -> String {
    format!(
        "{DEPLOYMENT}---\napiVersion: example.com/v1\nkind: Foo\nmetadata: {{name: foo, namespace: shop}}\nspec: {spec}\n"
    )
}

/// Moves these in from three environments, whichever comes first.
fn import_three(specs: [&str; 3]) {
    for turn in 0..3 {
        let bench = Workbench::of_repository();
        let mut line = "import manifests shop".to_owned();
        for (index, name) in ["dev", "staging", "production"].into_iter().enumerate() {
            bench.put(&format!("{name}.yaml"), &custom(specs[(index + turn) % 3]));
            line += &format!(" --from {name}={name}.yaml");
        }
        assert_eq!(bench.run(&line).unwrap().findings, [], "{specs:?}");
    }
}

#[test]
fn a_map_stands_beside_a_scalar_a_list_and_another_map() {
    import_three([
        "{store: {size: 1Gi, class: {name: fast}}}",
        "{store: default}",
        "{store: {size: 2Gi, mode: {x: a}}}",
    ]);
    import_three(["{store: {size: 1Gi, class: {name: fast}}}", "{store: {}}", "{store: 3}"]);
    import_three(["{store: {size: 1Gi}}", "{store: [1Gi, {size: 2Gi}]}", "{}"]);
    import_three([
        "{store: {size: {a: 1}}}",
        "{store: {size: 3}}",
        "{store: {size: {b: 1}, more: [a]}}",
    ]);
}

#[test]
fn nothing_in_a_list_stays_nothing() {
    import_three(["{list: [a, null, b]}", "{list: [a, c, b]}", "{list: [null]}"]);
    import_three(["{list: [a, null, {b: 1}]}", "{list: [a, {c: 2}, {b: 2}]}", "{list: []}"]);
    import_three(["{list: [[null, a], {b: null}]}", "{list: [[b], {b: 4}]}", "{}"]);
}

#[test]
fn a_key_that_templates_would_read_is_a_key() {
    let side = |value: &str| {
        let map = format!(r##"{{"{{{{ a }}}}": {value}, "x{{%y": {{b: {value}}}, 'a"{{{{\b': 3, "q<{{": 4}}"##);
        format!(r##"{{map: {map}, list: [{{"{{#": "a\nb\n", "{{{{a": {value}}}]}}"##)
    };
    let (bench, told) = import("manifests", &custom(&side("1")), &custom(&side("2")));
    assert_eq!(told, "");
    let text = rendered(&bench);
    for part in [r#""{{ a }}": 1"#, "\"x{%y\":\n", r#""a\"{{\\b": 3"#, r##"- "{#": |"##] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn an_item_that_one_environment_has_more_leaves_the_others_what_they_are() {
    let side = |first: &str, last: &str| {
        let own = "        - {name: web, image: 'registry.example.com/shop:1.2'}\n";
        let head = DEPLOYMENT.rsplit_once("      containers").unwrap().0;
        format!(
            "{head}      containers:\n{first}{own}{last}{}",
            config("shop", "shop", "{a: b}")
        )
    };
    let other =
        |name: &str| format!("        - {{name: {name}, image: side, envFrom: [{{configMapRef: {{name: shop}}}}]}}\n");
    let digest = "7".repeat(64);
    let bench = Workbench::of_repository();
    bench.put("dev.yaml", &side("", ""));
    bench.put("canary.yaml", &side(&other("first"), &other("last")));
    bench.put("production.yaml", &side(&other("last"), ""));
    let line = format!(
        "import manifests shop --from dev=dev.yaml --from canary=canary.yaml --from production=production.yaml \
         --image registry.example.com/shop@sha256:{digest}"
    );
    assert_eq!(bench.run(&line).unwrap().findings, []);
    let template = bench.text("templates/shop/deployment-shop.yaml.tera").unwrap();
    let (_, containers) = template.split_once("      containers:\n").unwrap();
    expect![[r#"
        {%- if values.custom.withDeploymentShopContainersFirst %}
        - envFrom:
            - configMapRef:
                name: {{ agent.resourceName | quote }}
          image: {{ values.custom.deploymentShopContainersFirstImage | json }}
          name: first
        {%- endif %}
        {%- if values.custom.withDeploymentShopContainersWeb %}
        - image: {{ agent.image | quote }}
          name: web
        {%- endif %}
        {%- if values.custom.withDeploymentShopContainersLast %}
        - envFrom:
            - configMapRef:
                name: {{ agent.resourceName | quote }}
          image: {{ values.custom.deploymentShopContainersLastImage | json }}
          name: last
        {%- endif %}
        {%- if values.custom.withDeploymentShopContainersWeb2 %}
        - image: {{ agent.image | quote }}
          name: web
        {%- endif %}
    "#]]
    .assert_eq(&containers.replace("\n        ", "\n").replacen("        ", "", 1));
}

#[test]
fn items_in_another_order_move_in_all_the_same() {
    let item = |name: &str| format!("{{name: {name}, value: x}}");
    let (a, b, c) = (item("a"), item("b"), item("c"));
    import_three([
        &format!("{{env: [{a}, {b}]}}"),
        &format!("{{env: [{b}, {c}, {a}]}}"),
        &format!("{{env: [{a}, {a}, {b}, {c}]}}"),
    ]);
    import_three([
        &format!("{{env: [{a}, {c}]}}"),
        &format!("{{env: [{b}, {c}, {a}]}}"),
        "{env: []}",
    ]);
}

#[test]
fn a_program_that_is_called_like_the_agent_stays_one() {
    let text = format!(
        "{DEPLOYMENT}          command: [shop, --store, shop-store]\n{}",
        config("shop-store", "shop", "{a: b}")
    );
    let text = text
        .replace("[{name: web, image", "\n        - name: web\n          image")
        .replace("}]\n", "\n");
    let bench = Workbench::of_repository();
    bench.put("canary.yaml", &text);
    let report = bench.run("import manifests shop --from canary=canary.yaml").unwrap();
    assert_eq!(report.findings, []);
    let template = bench.text("templates/shop/deployment-shop.yaml.tera").unwrap();
    let words = "command:\n            - shop\n            - --store\n            - {{ (agent.resourceName ~ \"-store\") | quote }}\n";
    assert!(
        template.replace('"', "").contains(&words.replace('"', "")),
        "{template}"
    );
}

#[test]
fn what_was_never_rendered_is_told_as_that() {
    let bench = Workbench::of_repository();
    for (text, line) in [
        ("kind: ConfigMap\ndata:\n  a: {{ .Values.x }}\n", 3),
        ("kind: ConfigMap\ndata:\n  {{- if .x }}\n  a: b\n  {{- end }}\n", 3),
    ] {
        bench.put("dev.yaml", text);
        let failure = bench.run("import manifests shop --from dev=dev.yaml").unwrap_err();
        assert!(
            failure.message.starts_with(&format!("`dev.yaml` line {line}: ")),
            "{}",
            failure.message
        );
        assert_eq!(
            failure.hints,
            ["is it a template? render it first: `helm template <release> <chart> > objects.yaml`"]
        );
    }
}
