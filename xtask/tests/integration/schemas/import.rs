//! `schemas import`: files and folders in, one schema a kind and version out, or findings at their places.

use expect_test::expect;

use crate::workbench::Workbench;

const WIDGET: &str = "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Widget, plural: widgets}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        description: Something round.
        properties:
          spec: {type: object, properties: {size: {type: integer, format: int32}}}
";
const PATH: &str = "schemas/crds/example.com/Widget.v1.json";

#[test]
fn a_definition_becomes_a_schema_that_records_where_it_came_from() {
    let bench = Workbench::of_repository();
    bench.put("crds/widget.yaml", WIDGET);
    let report = bench.run("schemas import crds/widget.yaml --dry-run").unwrap();
    assert_eq!(report.text, format!("would write {PATH}\n1 to write, 0 unchanged\n"));
    assert!(bench.text(PATH).is_none());
    let report = bench.run("schemas import crds/widget.yaml --licence MIT").unwrap();
    assert_eq!(
        (report.text, report.findings),
        (format!("wrote {PATH}\n1 written, 0 unchanged\n"), Vec::new())
    );
    let text = bench.text(PATH).unwrap();
    let own: String = text
        .lines()
        .filter(|line| !line.starts_with("\"meta.v1."))
        .map(|line| format!("{line}\n"))
        .collect();
    expect![[r##"
        {
        "$defs":{
        },
        "$schema":"https://json-schema.org/draft/2020-12/schema",
        "additionalProperties":false,
        "properties":{"apiVersion":{"const":"example.com/v1"},"kind":{"const":"Widget"},"metadata":{"$ref":"#/$defs/meta.v1.ObjectMeta"},"spec":{"additionalProperties":false,"properties":{"size":{"maximum":2147483647,"minimum":-2147483648,"type":"integer"}},"type":"object"}},
        "required":["apiVersion","kind","metadata"],
        "title":"Widget of example.com/v1",
        "type":"object",
        "x-lockstep":{"apiVersion":"example.com/v1","kind":"Widget","licence":"MIT","namespaced":true,"origin":"crds/widget.yaml","resource":"widgets","sha256":"6542a0ee149cb9af5353f128cb90bb901649a98a5f5cfd78b72da97500080d8b"}
        }
    "##]].assert_eq(&own);
    let report = bench.run("schemas import crds/widget.yaml --licence MIT").unwrap();
    assert_eq!(report.text, "0 written, 1 unchanged\n");
}

#[test]
fn folders_lists_and_streams_are_read_and_other_objects_are_passed_over() {
    let bench = Workbench::of_repository();
    let stream = format!(
        "apiVersion: v1\nkind: Namespace\nmetadata: {{name: widgets}}\n---{WIDGET}---{}",
        WIDGET.replace("idget", "adget")
    );
    bench.put("crds/all.yaml", &stream);
    bench.put("crds/more/list.json", &format!("{}", list()));
    bench.put("crds/notes.txt", "nothing");
    let report = bench.run("schemas import crds").unwrap();
    expect![[r#"
        wrote schemas/crds/example.com/Wadget.v1.json
        wrote schemas/crds/example.com/Widget.v1.json
        wrote schemas/crds/example.com/Wocket.v1.json
        3 written, 0 unchanged
    "#]]
    .assert_eq(&report.text);
    assert_eq!(report.findings, []);
}

fn list() -> serde_json::Value {
    let text = WIDGET.replace("idget", "ocket");
    let object = lockstep::yaml::read_value(&text).unwrap();
    serde_json::json!({"apiVersion": "v1", "kind": "List", "items": [object]})
}

#[test]
fn what_the_api_server_would_refuse_is_not_imported() {
    let bench = Workbench::of_repository();
    let refused = [
        WIDGET.replace("scope: Namespaced", "scopee: Namespaced"),
        WIDGET.replace("apiextensions.k8s.io/v1", "apiextensions.k8s.io/v1beta1"),
        WIDGET.replace("type: integer, format", "type: integer, pattern: '(', format"),
        WIDGET.replace("group: example.com", "group: ../../agents"),
        WIDGET.replace("kind: Widget", "kind: ../Widget"),
        WIDGET.replace("- name: v1", "- name: v1/../../x"),
        "kind: Namespace\n".to_owned(),
        "kind: [\n".to_owned(),
    ];
    let mut lines = String::new();
    for (number, text) in refused.iter().enumerate() {
        let path = format!("crds/{number}.yaml");
        bench.put(&path, text);
        let report = bench.run(&format!("schemas import {path}")).unwrap();
        assert_eq!(report.exit_code(), 1);
        for finding in report.findings {
            let place = finding.location.unwrap();
            lines += &format!(
                "{}:{}:{} {}: {}\n",
                place.file, place.line, place.column, finding.rule, finding.message
            );
        }
    }
    expect![[r#"
        crds/0.yaml:5:1 missing-field: `spec` has no `scope`
        crds/0.yaml:7:3 unknown-field: unknown field `scopee` in `spec`
        crds/1.yaml:2:13 invalid-definition: only definitions of `apiextensions.k8s.io/v1` can be imported
        crds/2.yaml:10:5 invalid-definition: version `v1` cannot be imported: it is no JSON Schema: "(" is not a "regex"
        crds/3.yaml:6:10 invalid-definition: `../../agents` is no name that Kubernetes takes
        crds/4.yaml:8:17 invalid-definition: `../Widget` is no name that Kubernetes takes
        crds/5.yaml:10:11 invalid-definition: the version's name is none that Kubernetes takes, such as `v1beta1`
        crds/6.yaml:0:0 invalid-definition: `crds/6.yaml` holds no CustomResourceDefinition
        crds/7.yaml:1:7 yaml-syntax: unclosed bracket '['
    "#]]
    .assert_eq(&lines);
    assert!(bench.text(PATH).is_none());
    assert!(bench.run("schemas import crds/absent.yaml").is_err());
}

#[test]
fn versions_that_a_definition_does_not_serve_any_more_are_removed() {
    let bench = Workbench::of_repository();
    let later = WIDGET.replace("- name: v1", "- name: v2");
    let version = later.split_once("  versions:\n").unwrap().1;
    let both = format!("{WIDGET}{version}");
    let unserved = both.replacen("served: true", "served: false", 1);
    let other = WIDGET.replace("idget", "adget");
    let mut said = String::new();
    for (text, flag) in [
        (&other, ""),
        (&both, ""),
        (&unserved, " --dry-run"),
        (&unserved, ""),
        (&both, ""),
        (&later, ""),
        (&WIDGET.to_owned(), ""),
    ] {
        bench.put("crds/widget.yaml", text);
        let report = bench.run(&format!("schemas import crds/widget.yaml{flag}")).unwrap();
        assert_eq!(report.findings, []);
        said += &report.text;
    }
    expect![[r#"
        wrote schemas/crds/example.com/Wadget.v1.json
        1 written, 0 unchanged
        wrote schemas/crds/example.com/Widget.v1.json
        wrote schemas/crds/example.com/Widget.v2.json
        2 written, 0 unchanged
        would write schemas/crds/example.com/Widget.v2.json
        would remove schemas/crds/example.com/Widget.v1.json
        1 to write, 0 unchanged, 1 to remove
        wrote schemas/crds/example.com/Widget.v2.json
        removed schemas/crds/example.com/Widget.v1.json
        1 written, 0 unchanged, 1 removed
        wrote schemas/crds/example.com/Widget.v1.json
        wrote schemas/crds/example.com/Widget.v2.json
        2 written, 0 unchanged
        wrote schemas/crds/example.com/Widget.v2.json
        removed schemas/crds/example.com/Widget.v1.json
        1 written, 0 unchanged, 1 removed
        wrote schemas/crds/example.com/Widget.v1.json
        removed schemas/crds/example.com/Widget.v2.json
        1 written, 0 unchanged, 1 removed
    "#]]
    .assert_eq(&said);
    assert!(bench.text("schemas/crds/example.com/Widget.v2.json").is_none());
    assert!(bench.text("schemas/crds/example.com/Wadget.v1.json").is_some());
}

#[test]
fn a_kind_is_defined_in_one_way() {
    let bench = Workbench::of_repository();
    bench.put("crds/a.yaml", WIDGET);
    bench.put("crds/b.yaml", &WIDGET.replace("Something round.", "Something else."));
    assert_eq!(bench.run("schemas import crds").unwrap().findings, []);
    bench.put(
        "crds/c.yaml",
        &WIDGET.replace("type: integer, format: int32", "type: string"),
    );
    bench.put(
        "crds/d.yaml",
        &format!("{WIDGET}---{}", WIDGET.replace("- name: v1", "- name: v2")),
    );
    let before = bench.files();
    let report = bench.run("schemas import crds").unwrap();
    assert_eq!(report.exit_code(), 1);
    let line = |finding: lockstep::model::Finding| {
        let place = finding.location.unwrap();
        let other = &finding.related[0].location;
        let message = &finding.message;
        format!(
            "{}:{} {message} ({}:{})\n",
            place.file, place.line, other.file, other.line
        )
    };
    let lines: String = report.findings.into_iter().map(line).collect();
    expect![[r#"
        crds/c.yaml:2 `Widget` of `example.com` is defined a second time, and in another way (crds/a.yaml:2)
        crds/d.yaml:20 `Widget` of `example.com` is defined a second time, and in another way (crds/d.yaml:2)
    "#]]
    .assert_eq(&lines);
    assert!(bench.files() == before);
}
