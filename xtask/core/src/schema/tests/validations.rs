//! The rules in CEL of custom resources: what each kind of them says, where, and what is never a pass.

use expect_test::{Expect, expect};
use serde_json::Value;

use super::{catalogue, shown, tree};
use crate::schema::Catalogue;
use crate::schema::import::Source;
use crate::yaml;

/// Rules as Gateway API, Istio and Argo Rollouts write them, and what those do not need.
const DEFINITION: &str = r#"
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: routes.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Route, plural: routes}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            x-kubernetes-validations:
            - rule: self.least <= self.most
              messageExpression: "'least is ' + string(self.least) + ', most is ' + string(self.most)"
              message: never said
              fieldPath: .least
            - rule: "!has(self.hosts) || (self.hosts + ['a', 'b']).size() <= 3"
              message: few hosts beside a and b
            - rule: "!has(self.ports) || (self.ports + [{'name': 'a', 'port': 1}])[0].port == 1"
              message: a comes first
            - rule: "!has(self.backup) || has(self.primary)"
              message: a backup needs a primary
              reason: FieldValueRequired
              fieldPath: .primary
            properties:
              least: {type: integer, default: 1}
              most: {type: integer, default: 10}
              primary: {type: string}
              backup: {type: string}
              selector:
                type: object
                additionalProperties: {type: string}
                x-kubernetes-validations: [{rule: self == oldSelf, message: the selector is immutable}]
              phase:
                type: string
                x-kubernetes-validations:
                - {rule: "oldSelf.orValue('') != 'closed' || self == 'closed'", optionalOldSelf: true, reason: FieldValueForbidden}
              timeout:
                type: string
                x-kubernetes-validations: [{rule: duration(self) >= duration('1ms'), message: a timeout takes at least 1ms}]
              from: {type: string, format: date-time}
              window:
                type: object
                x-kubernetes-validations:
                - {rule: self.from < self.until, message: it ends before it begins}
                - {rule: self.every >= duration('1m') && self.share * 2.0 <= 1.0, message: too often}
                properties:
                  from: {type: string, format: date-time}
                  until: {type: string, format: date-time}
                  every: {type: string, format: duration, default: 1h}
                  share: {type: number, default: 0}
              parents:
                type: array
                items:
                  type: object
                  properties: {name: {type: string}, namespace: {type: string}, section-name: {type: string}}
                x-kubernetes-validations:
                - rule: "self.all(a, self.exists_one(b, a.name == b.name && a.?__namespace__ == b.?__namespace__ && a.?section__dash__name == b.?section__dash__name))"
                  message: parents must be unique
              ports:
                type: array
                x-kubernetes-list-type: map
                x-kubernetes-list-map-keys: [name]
                items:
                  type: object
                  required: [name]
                  x-kubernetes-validations: [{rule: self.port >= oldSelf.port, message: a port only grows}]
                  properties: {name: {type: string}, port: {type: integer}}
              hosts:
                type: array
                x-kubernetes-list-type: set
                items: {type: string}
                x-kubernetes-validations: [{rule: self == oldSelf, message: hosts stay}]
"#;

fn routes(change: impl Fn(&str) -> String) -> Catalogue {
    let imported = catalogue().import(Source {
        path: "routes.yaml",
        text: DEFINITION,
        origin: "a test",
        licence: None,
    });
    assert_eq!(imported.findings, []);
    let mut tree = tree();
    for (path, text) in imported.files {
        tree.insert(path, change(&text).as_bytes());
    }
    Catalogue::read(&tree).0
}

fn route(spec: &str) -> Value {
    let text = format!("{{apiVersion: example.com/v1, kind: Route, metadata: {{name: a}}, spec: {spec}}}");
    yaml::read_value(&text).unwrap()
}

fn check(spec: &str, expected: Expect) {
    expected.assert_eq(&shown(&routes(str::to_owned).check("1.35", &route(spec))));
}

fn check_update(from: &str, to: &str, expected: Expect) {
    let problems = routes(str::to_owned).check_update("1.35", &route(to), Some(&route(from)));
    expected.assert_eq(&shown(&problems));
}

#[test]
fn what_holds_says_nothing() {
    for spec in [
        "{}",
        "{least: 2, most: 2, primary: a, backup: b, selector: {a: b}, phase: open, timeout: 1s}",
        "{window: {from: '2026-01-02T03:04:05Z', until: '2026-01-02T04:04:04+00:00', share: 0.5}}",
        "{parents: [{name: a}, {name: a, namespace: b}, {name: a, section-name: c}, {name: a, section-name: d}]}",
        "{ports: [{name: a, port: 1}]}",
    ] {
        assert_eq!(shown(&routes(str::to_owned).check("1.35", &route(spec))), "", "{spec}");
    }
}

#[test]
fn a_rule_that_does_not_hold_is_said_at_its_field() {
    check(
        "{least: 11, backup: b}",
        expect![[r#"
        unmet-rule /spec/least: `spec.least` is invalid: least is 11, most is 10 = the kind's own rule has to hold: `self.least <= self.most`
        unmet-rule /spec: `spec.primary` is required: a backup needs a primary = the kind's own rule has to hold: `!has(self.backup) || has(self.primary)`
    "#]],
    );
    check(
        "{timeout: 0s, parents: [{name: a, namespace: b}, {name: a, namespace: b}]}",
        expect![[r#"
        unmet-rule /spec/parents: `spec.parents` is invalid: parents must be unique = the kind's own rule has to hold: `self.all(a, self.exists_one(b, a.name == b.name && a.?__namespace__ == b.?__name…`
        unmet-rule /spec/timeout: `spec.timeout` is invalid: a timeout takes at least 1ms = the kind's own rule has to hold: `duration(self) >= duration('1ms')`
    "#]],
    );
}

/// Strings of these formats are times in an expression, and a number without a fraction is still a double.
#[test]
fn values_have_the_types_of_the_schema() {
    check(
        "{window: {from: '2026-01-02T03:04:05Z', until: '2026-01-02T04:04:05+02:00', every: 30s, share: 1}}",
        expect![[r#"
            unmet-rule /spec/window: `spec.window` is invalid: it ends before it begins = the kind's own rule has to hold: `self.from < self.until`
            unmet-rule /spec/window: `spec.window` is invalid: too often = the kind's own rule has to hold: `self.every >= duration('1m') && self.share * 2.0 <= 1.0`
        "#]],
    );
}

#[test]
fn a_rule_about_a_change_needs_what_was_before() {
    check(
        "{selector: {a: b}, ports: [{name: a, port: 1}], phase: open}",
        expect![""],
    );
    check_update(
        "{selector: {a: b}}",
        "{selector: {a: c}, timeout: 1s}",
        expect![[r#"
        unmet-rule /spec/selector: `spec.selector` is invalid: the selector is immutable = the kind's own rule has to hold: `self == oldSelf`
    "#]],
    );
    // what is new in the object has nothing to be compared with
    check_update("{}", "{selector: {a: c}}", expect![""]);
    check_update(
        "{phase: closed}",
        "{phase: open}",
        expect![[r#"
            unmet-rule /spec/phase: `spec.phase` is forbidden: it breaks a rule = the kind's own rule has to hold: `oldSelf.orValue('') != 'closed' || self == 'closed'`
        "#]],
    );
    check_update(
        "{ports: [{name: a, port: 10}, {name: b, port: 20}]}",
        "{ports: [{name: new, port: 1}, {name: b, port: 19}, {name: a, port: 10}]}",
        expect![[r#"
            unmet-rule /spec/ports/1: `spec.ports[1]` is invalid: a port only grows = the kind's own rule has to hold: `self.port >= oldSelf.port`
        "#]],
    );
}

/// `+` keeps an item once: of a set the same, of a list with keys the later one, where the first stood.
#[test]
fn the_order_of_sets_and_keyed_lists_does_not_count() {
    check_update("{hosts: [a, b, c]}", "{hosts: [c, a, b]}", expect![""]);
    check_update(
        "{hosts: [a, b]}",
        "{hosts: [a, c]}",
        expect![[r#"
            unmet-rule /spec/hosts: `spec.hosts` is invalid: hosts stay = the kind's own rule has to hold: `self == oldSelf`
        "#]],
    );
    check("{hosts: [c, b]}", expect![""]);
    check("{ports: [{name: a, port: 5}, {name: b, port: 6}]}", expect![""]);
    check(
        "{hosts: [c, d], ports: [{name: b, port: 6}]}",
        expect![[r#"
            unmet-rule /spec: `spec` is invalid: few hosts beside a and b = the kind's own rule has to hold: `!has(self.hosts) || (self.hosts + ['a', 'b']).size() <= 3`
            unmet-rule /spec: `spec` is invalid: a comes first = the kind's own rule has to hold: `!has(self.ports) || (self.ports + [{'name': 'a', 'port': 1}])[0].port == 1`
        "#]],
    );
}

/// As the API server has it since Kubernetes 1.30: what was admitted before the rule was there may stay.
#[test]
fn an_update_is_forgiven_what_it_does_not_change() {
    let parents = "parents: [{name: a}, {name: a}], timeout: 0s";
    let before = format!("{{{parents}, phase: open}}");
    check_update(&before, &format!("{{{parents}, phase: closed}}"), expect![""]);
    check_update(
        &before,
        "{parents: [{name: a}, {name: a}, {name: b}], timeout: 0s}",
        expect![[r#"
            unmet-rule /spec/parents: `spec.parents` is invalid: parents must be unique = the kind's own rule has to hold: `self.all(a, self.exists_one(b, a.name == b.name && a.?__namespace__ == b.?__name…`
        "#]],
    );
    // a rule about the whole is not forgiven when a part of it changes
    check_update(
        "{least: 11, phase: open}",
        "{least: 11, phase: closed}",
        expect![[r#"
            unmet-rule /spec/least: `spec.least` is invalid: least is 11, most is 10 = the kind's own rule has to hold: `self.least <= self.most`
        "#]],
    );
}

#[test]
fn what_cannot_be_evaluated_is_no_pass() {
    check(
        "{timeout: soon}",
        expect![[r#"
        unchecked-rule /spec/timeout: `spec.timeout` was not checked by the kind's own rule: `duration(self) >= duration('1ms')` failed: `soon` is no duration = compare the rule with what stands there; a cluster refuses what its rules cannot judge
    "#]],
    );
    // the schema has said what is wrong there
    check(
        "{timeout: 3, window: {from: yesterday, until: '2026-01-02T03:04:05Z'}}",
        expect![[r#"
            wrong-type /spec/timeout: `spec.timeout` is a number, where a string belongs = put it in quotes
            invalid-value /spec/window/from: `spec.window.from` is `yesterday`, which is not a time as RFC 3339 has it
        "#]],
    );
    let misspelt = routes(|text| text.replace("duration(self) >=", "duraton(self) >="));
    expect![[r#"
        unchecked-rule /spec/timeout: `spec.timeout` was not checked by the kind's own rule: `duraton(self) >= duration('1ms')`: there is no function `duraton`, at 1:1 = compare the rule with what stands there; a cluster refuses what its rules cannot judge
    "#]].assert_eq(&shown(&misspelt.check("1.35", &route("{timeout: 1s}"))));
    assert_eq!(misspelt.check("1.35", &route("{}")), []);
    let findings = misspelt.audit();
    expect!["broken-schema a rule of the schema cannot be evaluated, so nothing passes by it: `duraton(self) >= duration('1ms')`: there is no function `duraton`, at 1:1"].assert_eq(&format!("{} {}", findings[0].rule, findings[0].message));
    let mangled = routes(|text| text.replace("\"rule\":\"duration", "\"rul\":\"duration"));
    assert_eq!(mangled.check("1.35", &route("{timeout: 1s}"))[0].rule, "unchecked-rule");
    let endless = routes(|text| {
        let lists = "[1,2,3,4,5,6,7,8,9,10]";
        let nested = "abcdefgh"
            .chars()
            .fold("true".to_owned(), |inner, name| format!("{lists}.all({name}, {inner})"));
        text.replace("duration(self) >= duration('1ms')", &nested)
    });
    expect![[r#"
        unchecked-rule /spec/timeout: `spec.timeout` was not checked by the kind's own rule: `[1,2,3,4,5,6,7,8,9,10].all(h, [1,2,3,4,5,6,7,8,9,10].all(g, [1,2,3,4,5,6,7,8,9,1…` failed: the expression takes more steps than it may = compare the rule with what stands there; a cluster refuses what its rules cannot judge
    "#]].assert_eq(&shown(&endless.check("1.35", &route("{timeout: 1s}"))));
}
