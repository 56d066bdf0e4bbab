//! Custom resources: what the importer makes of a definition, and what the schemas find in objects.

use std::collections::BTreeMap;

use expect_test::{Expect, expect};
use serde_json::Value;

use super::{catalogue, shown, tree};
use crate::schema::import::Source;
use crate::schema::{Catalogue, Kind};
use crate::yaml;

/// A definition with every construct that structural schemas have.
const DEFINITION: &str = r"
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: lamps.example.com}
spec:
  group: example.com
  scope: Cluster
  names: {kind: Lamp, plural: lamps}
  versions:
  - name: v1alpha1
    served: false
    storage: false
    schema: {openAPIV3Schema: {type: object}}
  - name: v1beta1
    served: true
    storage: false
    deprecated: true
    deprecationWarning: use v1
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
  - name: v1
    served: true
    storage: true
    subresources: {status: {}}
    schema:
      openAPIV3Schema:
        type: object
        required: [spec]
        properties:
          apiVersion: {type: string}
          kind: {type: string}
          metadata:
            type: object
            properties: {name: {type: string, maxLength: 10}}
          status:
            type: object
            properties: {lit: {type: boolean}}
          spec:
            type: object
            required: [bulb, mode]
            x-kubernetes-validations:
            - rule: '!has(self.watts) || self.watts < 100'
              message: too bright
              fieldPath: .watts
            properties:
              bulb: {type: string, enum: [led, halogen]}
              mode: {type: string, default: steady}
              watts: {type: integer, format: int32, minimum: 0, exclusiveMinimum: true}
              port: {x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}]}
              note: {type: string, nullable: true}
              anything: {x-kubernetes-preserve-unknown-fields: true}
              partly:
                type: object
                x-kubernetes-preserve-unknown-fields: true
                properties: {known: {type: object, properties: {a: {type: string}}}}
              labels: {type: object, additionalProperties: {type: string}}
              closed: {type: object}
              at: {type: string, format: date-time}
              every: {type: string, format: duration}
              template: {type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}
              colours: {type: array, items: {type: string}, x-kubernetes-list-type: set}
              sockets:
                type: array
                x-kubernetes-list-type: map
                x-kubernetes-list-map-keys: [number, side]
                items:
                  type: object
                  required: [number]
                  properties:
                    number: {type: integer}
                    side: {type: string, default: left}
                    label:
                      type: string
                      x-kubernetes-validations: [{rule: self != ''}]
              either:
                type: object
                properties: {a: {type: string}, b: {type: string}}
                oneOf: [{required: [a]}, {required: [b]}]
";

fn files(definition: &str) -> BTreeMap<String, String> {
    let source = Source {
        path: "lamps.yaml",
        text: definition,
        origin: "a test",
        licence: None,
    };
    let imported = catalogue().import(source);
    assert_eq!(imported.findings, []);
    imported.files
}

/// The committed schemas and those of the definition, one of them changed.
fn with(change: impl Fn(&str, String) -> String) -> Catalogue {
    let mut tree = tree();
    for (path, text) in files(DEFINITION) {
        let text = change(&path, text);
        tree.insert(path, text.as_bytes());
    }
    let (catalogue, findings) = Catalogue::read(&tree);
    assert_eq!(findings, []);
    catalogue
}

fn lamps() -> Catalogue {
    with(|_, text| text)
}

fn lamp(spec: &str) -> Value {
    let text = format!("{{apiVersion: example.com/v1, kind: Lamp, metadata: {{name: a}}, spec: {spec}}}");
    yaml::read_value(&text).unwrap()
}

fn check(spec: &str, expected: Expect) {
    expected.assert_eq(&shown(&lamps().check("1.35", &lamp(spec))));
}

#[test]
fn one_file_is_written_for_each_served_version() {
    let files = files(DEFINITION);
    let paths: Vec<&String> = files.keys().collect();
    assert_eq!(
        paths,
        [
            "schemas/crds/example.com/Lamp.v1.json",
            "schemas/crds/example.com/Lamp.v1beta1.json"
        ]
    );
    assert!(files.values().all(|text| !text.contains("description")));
}

#[test]
fn what_the_api_server_takes_passes() {
    for spec in [
        "{bulb: led}",
        "{bulb: led, mode: null, note: null}",
        "{bulb: led, port: 80, anything: {a: [1]}, partly: {x: 1, known: {a: b}}, labels: {a: b}}",
        "{bulb: led, port: http, anything: 3, closed: {}}",
        "{bulb: led, at: '2026-01-02T03:04:05Z', every: 1h30m, colours: [red, green]}",
        "{bulb: led, template: {apiVersion: v1, kind: Pod, metadata: {name: a, creationTimestamp: null}, spec: {x: 1}}}",
        "{bulb: led, sockets: [{number: 1}, {number: 1, side: right}, {number: 2}], either: {a: x}}",
    ] {
        assert_eq!(shown(&lamps().check("1.35", &lamp(spec))), "", "{spec}");
    }
    let mut whole = lamp("{bulb: led}");
    whole["status"] = serde_json::json!({"unknown": null});
    assert_eq!(lamps().check("1.35", &whole), [], "the status is the cluster's");
}

#[test]
fn fields_types_and_formats_are_checked() {
    check(
        "{bulb: led, bulbs: 2, closed: {a: 1}, partly: {known: {b: 1}}, labels: {a: 1}}",
        expect![[r#"
            unknown-field /spec/bulbs (key): unknown field `bulbs` in `spec` = did you mean `bulb`?
            unknown-field /spec/closed/a (key): unknown field `a` in `spec.closed` = take it out: nothing may stand here
            wrong-type /spec/labels/a: `spec.labels.a` is a number, where a string belongs = put it in quotes
            unknown-field /spec/partly/known/b (key): unknown field `b` in `spec.partly.known` = did you mean `a`?
        "#]],
    );
    check(
        "{bulb: neon, watts: 0, port: 1.5, note: 3, at: today, every: soon, template: {kind: Pod, metadata: {nam: a}}}",
        expect![[r#"
            invalid-value /spec/at: `spec.at` is `today`, which is not a time as RFC 3339 has it
            invalid-value /spec/bulb: `spec.bulb` is `neon`, which is none of `led`, `halogen`
            invalid-value /spec/every: `spec.every` is `soon`, which is not a duration
            wrong-type /spec/note: `spec.note` is a number, where a string belongs = put it in quotes
            wrong-type /spec/port: `spec.port` is a number with a fraction, where an integer or a string belongs = put it in quotes
            missing-field /spec/template: `spec.template` has no `apiVersion` = add `apiVersion:`
            unknown-field /spec/template/metadata/nam (key): unknown field `nam` in `spec.template.metadata` = did you mean `name`?
            out-of-range /spec/watts: `spec.watts` is out of range: 0 is less than or equal to the minimum of 0
        "#]],
    );
    check(
        "{bulb: led, either: {a: x, b: y}}",
        expect![[r#"
        invalid-value /spec/either: `spec.either` may have only one of `a`, `b`
    "#]],
    );
    check(
        "{mode: null, watts: null, either: {}}",
        expect![[r#"
            missing-field /spec: `spec` has no `bulb` = add `bulb:`
            invalid-value /spec/either: `spec.either` has none of `a`, `b`
            wrong-type /spec/watts: `spec.watts` is null, where an integer belongs
        "#]],
    );
    let named = yaml::read_value(
        "{apiVersion: example.com/v1, kind: Lamp, metadata: {name: much-too-long}, spec: {bulb: led}}",
    );
    expect![[r#"
        out-of-range /metadata/name: `metadata.name` is out of range: "much-too-long" is longer than 10 characters
    "#]]
    .assert_eq(&shown(&lamps().check("1.35", &named.unwrap())));
}

#[test]
fn duplicates_in_sets_and_maps_are_found_at_the_second_one() {
    check(
        "{bulb: led, colours: [red, green, red], sockets: [{number: 1}, {number: 2}, {number: 1, side: left}]}",
        expect![[r#"
            duplicate-item /spec/colours/2: `spec.colours[2]` repeats `spec.colours[0]` = take one of them out
            duplicate-item /spec/sockets/2: `spec.sockets[2]` has the same `number`, `side` as `spec.sockets[0]` = take one of them out
        "#]],
    );
    let many: Vec<String> = (0..20).map(|number| format!("{{number: {}}}", number % 19)).collect();
    check(
        &format!("{{bulb: led, sockets: [{}]}}", many.join(", ")),
        expect![[r#"
        duplicate-item /spec/sockets/19: `spec.sockets[19]` has the same `number`, `side` as `spec.sockets[0]` = take one of them out
    "#]],
    );
}

#[test]
fn a_version_that_its_authors_deprecated_is_a_warning() {
    let old = yaml::read_value("{apiVersion: example.com/v1beta1, kind: Lamp, metadata: {name: a}, spec: 3}").unwrap();
    expect![[r#"
        deprecated-api /apiVersion: use v1 = write an `apiVersion` that its authors still want to be used
    "#]]
    .assert_eq(&shown(&lamps().check("1.35", &old)));
}

#[test]
fn what_requests_need_to_know_is_kept() {
    let catalogue = lamps();
    let kind: &Kind = catalogue.kind("1.35", "example.com/v1", "Lamp").unwrap();
    assert_eq!((kind.resource(), kind.is_namespaced()), (Some("lamps"), Some(false)));
}

#[test]
fn a_broken_custom_schema_is_told_from_a_missing_one() {
    let mut lines = String::new();
    for (from, to) in [
        ("#/$defs/meta.v1.ObjectMeta", "https://example.com/meta.json"),
        ("\"x-lockstep\"", "\"x-other\""),
        ("\"namespaced\":false", "\"namespaced\":\"no\""),
        ("\"type\":\"integer\"", "\"type\":\"whole\""),
        (
            "\"meta.v1.Time\":{",
            "\"loop\":{\"$ref\":\"#/$defs/loop\"},\"meta.v1.Time\":{",
        ),
        ("\n}\n", "\n"),
    ] {
        let catalogue = with(|path, text| {
            if path.ends_with(".v1.json") {
                text.replace(from, to)
            } else {
                text
            }
        });
        lines += &shown(&catalogue.check("1.35", &lamp("{bulb: led}")));
        let audit = catalogue.audit();
        assert_eq!(audit.len(), 1, "{to}");
        assert_eq!(
            audit[0].location.as_ref().unwrap().file,
            "schemas/crds/example.com/Lamp.v1.json"
        );
    }
    expect![[r#"
        broken-schema /kind: the object was not checked: its schema `schemas/crds/example.com/Lamp.v1.json` cannot be used: it refers to `https://example.com/meta.json`, which is no definition of the same file, and nothing is ever fetched = restore the file from git, or import it again with `cargo xtask schemas import`
        broken-schema /kind: the object was not checked: its schema `schemas/crds/example.com/Lamp.v1.json` cannot be used: it has no `x-lockstep`, so the importer did not write it = restore the file from git, or import it again with `cargo xtask schemas import`
        broken-schema /kind: the object was not checked: its schema `schemas/crds/example.com/Lamp.v1.json` cannot be used: its `x-lockstep` is wrong: invalid type: string "no", expected a boolean = restore the file from git, or import it again with `cargo xtask schemas import`
        broken-schema /kind: the object was not checked: its schema `schemas/crds/example.com/Lamp.v1.json` cannot be used: it is no JSON Schema: "whole" is not valid under any of the schemas listed in the 'anyOf' keyword = restore the file from git, or import it again with `cargo xtask schemas import`
        broken-schema /kind: the object was not checked: its schema `schemas/crds/example.com/Lamp.v1.json` cannot be used: the definition `#/$defs/loop` is made of itself = restore the file from git, or import it again with `cargo xtask schemas import`
        broken-schema /kind: the object was not checked: its schema `schemas/crds/example.com/Lamp.v1.json` cannot be used: it is no JSON: EOF while parsing an object at line 16 column 0 = restore the file from git, or import it again with `cargo xtask schemas import`
    "#]].assert_eq(&lines);
    let mut tree = tree();
    tree.insert("schemas/crds/example.com/lamp.json", "{}".as_bytes());
    let (_, findings) = Catalogue::read(&tree);
    assert_eq!(
        findings.iter().map(|finding| &*finding.rule).collect::<Vec<_>>(),
        ["stray-file"]
    );
}

/// Pod specs in pod specs would make schemas of megabytes: what stands in several places is kept once.
#[test]
fn what_a_schema_repeats_is_a_definition() {
    let part = "{type: object, properties: {name: {type: string}, image: {type: string}, command: {type: array, items: {type: string}}, limits: {type: object, additionalProperties: {type: string}}}}";
    let definition = DEFINITION.replace(
        "              bulb: {type: string, enum: [led, halogen]}\n",
        &format!(
            "              bulb: {{type: string, enum: [led, halogen]}}\n              first: {part}\n              second: {{type: array, items: {part}}}\n"
        ),
    );
    let files = files(&definition);
    let text = &files["schemas/crds/example.com/Lamp.v1.json"];
    assert_eq!(text.matches("\"command\"").count(), 1);
    assert_eq!(text.matches("\"#/$defs/first\"").count(), 2);
}

#[test]
fn a_definition_that_refers_to_another_schema_is_refused() {
    let imported = catalogue().import(Source {
        path: "lamps.yaml",
        text: &DEFINITION.replace(
            "note: {type: string",
            "note: {$ref: 'https://example.com/note.json', type: string",
        ),
        origin: "a test",
        licence: None,
    });
    assert_eq!(imported.files.len(), 0);
    let finding = &imported.findings[0];
    expect!["invalid-definition a schema of a definition has no `$ref`: nothing is fetched, here or by a cluster"]
        .assert_eq(&format!("{} {}", finding.rule, finding.message));
}

#[test]
fn a_definition_with_a_rule_that_no_cluster_compiles_is_refused() {
    let imported = catalogue().import(Source {
        path: "lamps.yaml",
        text: &DEFINITION.replace("!has(self.watts)", "!hat(self.watts)"),
        origin: "a test",
        licence: None,
    });
    assert_eq!(imported.files.len(), 0);
    let finding = &imported.findings[0];
    let line = finding.location.as_ref().unwrap().line;
    expect!["41: malformed-text there is no function `hat`, at 1:2 of the rule"]
        .assert_eq(&format!("{line}: {} {}", finding.rule, finding.message));
}

#[test]
fn numbers_that_may_stand_are_listed() {
    let definition = DEFINITION.replace(
        "watts: {type: integer, format: int32, minimum: 0, exclusiveMinimum: true}",
        "watts: {type: integer, nullable: true, enum: [40, 60, null]}",
    );
    let mut tree = tree();
    for (path, text) in files(&definition) {
        tree.insert(path, text.as_bytes());
    }
    let (catalogue, _) = Catalogue::read(&tree);
    let problems = catalogue.check("1.35", &lamp("{bulb: led, mode: steady, watts: 50}"));
    expect![[r#"
        invalid-value /spec/watts: `spec.watts` is `50`, which is none of `40`, `60`
    "#]]
    .assert_eq(&shown(&problems));
}
