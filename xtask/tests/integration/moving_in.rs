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
