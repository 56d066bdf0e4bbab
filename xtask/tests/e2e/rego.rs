//! Policies in Rego, judged by the tool as it is built with their engine.

use std::fs;

use crate::builds::with_rego_and_sql;
use crate::fleet::Fleet;
use crate::shell::{refused, run, sh};

const MAIN: &str = r#"package main

import rego.v1

deny contains msg if {
	input.kind == "ConfigMap"
	not input.metadata.labels.team
	msg := sprintf("%s has no team", [input.metadata.name])
}

warn_large contains "many entries" if count(input.data) > data.limits.most

violation contains {"msg": "odd", "metadata": {"rule": "odd-name"}} if startswith(input.metadata.name, "x-")
"#;
const NETWORK: &str = r#"package kubernetes.network

deny_cluster_service[msg] {
  input.kind == "Service"
  msg = "no Service is wanted"
}
"#;
const HEAVY: &str = r#"package heavy

deny contains "never" if {
	some a in numbers.range(1, 3000)
	some b in numbers.range(1, 3000)
	some c in numbers.range(1, 3000)
	a + b == c * 1000000
}
"#;
const FAILING: &str = "package failing\n\ndeny contains \"big\" if to_number(input.metadata.name) > 3\n";
const BROKEN: &str = "package broken\n\ndeny contains if {\n";
const OBJECTS: &str =
    "{apiVersion: v1, kind: ConfigMap, metadata: {name: x-a, namespace: shop}, data: {a: '1', b: '2'}}\n";
const WAIVER: &str = "rule: odd-name
reason: It had its name before there were any rules about names.
owner: harborline/platform
ticket: https://git.example.com/1
";

#[test]
fn policies_in_rego_are_judged() {
    let fleet = Fleet::new();
    let clone = fleet.clone("clone", "");
    let tool = with_rego_and_sql();
    let policies = clone.join("policies/rego");
    fs::create_dir_all(policies.join("data")).unwrap();
    let put = |name: &str, text: &str| fs::write(clone.join(name), text).unwrap();
    put("policies/rego/main.rego", MAIN);
    put("policies/rego/network.rego", NETWORK);
    put("policies/rego/data/limits.json", "{\"limits\": {\"most\": 1}}");
    put("objects.yaml", OBJECTS);
    put(
        "good.yaml",
        &OBJECTS
            .replace("name: x-a", "name: a, labels: {team: a}")
            .replace(", b: '2'", ""),
    );

    let path = format!("'{tool}' policy --path objects.yaml");
    for said in [
        "error[main]: x-a has no team\n  --> objects.yaml:1:",
        "error[odd-name]: odd",
        "warning[large]: many entries",
        "2 errors, 1 warning",
    ] {
        refused(&clone, &path, 1, said);
    }
    sh(&clone, &format!("'{tool}' policy --path good.yaml"));
    // of another package, at the line of the template
    let whole = run(&clone, &format!("'{tool}' check"));
    assert_eq!(whole.code, 1, "{}", whole.errors);
    let said = "error[cluster-service]: no Service is wanted\n  --> templates/";
    assert!(whole.errors.contains(said), "{}{}", whole.output, whole.errors);

    put("policies/waivers/odd.yaml", WAIVER);
    let dates = r#"printf 'created: "%s"\nexpires: "%s"\n' $(date -u +%F) $(date -u -d '60 days' +%F)"#;
    sh(&clone, &format!("{dates} >> policies/waivers/odd.yaml"));
    refused(&clone, &path, 1, "1 error, 1 warning, 1 waived");
    for (text, said) in [
        (
            BROKEN,
            "error[broken-policy]: unexpected keyword `if`\n  --> policies/rego/other.rego:3:15",
        ),
        (FAILING, "`data.failing` failed at policies/rego/other.rego:3:"),
        (
            HEAVY,
            "`data.heavy` takes longer than 2 s for an object, so nothing is judged by it",
        ),
    ] {
        put("policies/rego/other.rego", text);
        refused(&clone, &path, 1, said);
    }
}
