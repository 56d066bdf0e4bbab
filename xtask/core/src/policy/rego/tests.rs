//! What policies in Rego say of an object, by conftest's conventions, and what is never a pass.

use expect_test::{Expect, expect};

use super::Rego;
use crate::model::{FileTree, Severity};
use crate::yaml;

const OBJECT: &str = "
kind: Deployment
metadata: { name: x-web }
spec: { replicas: 1, template: { spec: { hostNetwork: true } } }
";

fn rego(files: &[(&str, &str)]) -> (Rego, String) {
    let mut tree = FileTree::default();
    for (name, text) in files {
        tree.insert(format!("policies/rego/{name}"), text.as_bytes());
    }
    let (rego, findings) = Rego::read(&tree);
    let line = |finding: &crate::model::Finding| {
        let place = finding.location.as_ref().expect("it is in a file");
        format!(
            "{} {}:{}:{} {}\n",
            finding.rule, place.file, place.line, place.column, finding.message
        )
    };
    let findings = findings.iter().map(line).collect();
    (rego, findings)
}

fn check(files: &[(&str, &str)], expected: Expect) {
    let (rego, mut said) = rego(files);
    for problem in rego.session().judge(&yaml::read_value(OBJECT).unwrap()) {
        let word = if problem.severity == Severity::Error {
            "error"
        } else {
            "warning"
        };
        said += &format!("{word} {} {}\n", problem.rule, problem.message);
    }
    expected.assert_eq(&said);
}

#[test]
fn deny_violation_and_warn_of_every_package_are_judged() {
    let main = r#"
package main
import rego.v1

deny contains msg if {
	not input.metadata.labels.team
	msg := sprintf("%s has no team", [input.metadata.name])
}

warn_few_replicas contains "few replicas" if input.spec.replicas < data.least

violation contains {"msg": "odd", "metadata": {"rule": "odd-name"}} if startswith(input.metadata.name, "x-")

deny_what_holds contains "never" if input.kind == "Pod"

helper contains "no rule"
"#;
    let before_version_1 = "
package kubernetes.network

deny_host[msg] {
  input.spec.template.spec.hostNetwork
  msg = \"host network\"
}
";
    check(
        &[
            ("main.rego", main),
            ("deep/network.rego", before_version_1),
            ("main_test.rego", "package main\n\ndeny contains \"a test\""),
            ("data/limits.json", r#"{"least": 3}"#),
        ],
        expect![[r#"
            warning few-replicas few replicas
            error host host network
            error main x-web has no team
            error odd-name odd
        "#]],
    );
    let (rego, _) = rego(&[("main.rego", main)]);
    let rules: Vec<&str> = rego.rules().collect();
    assert_eq!((rego.len(), rules), (1, vec!["few-replicas", "main", "what-holds"]));
}

#[test]
fn a_policy_that_cannot_be_read_is_said_where_it_breaks() {
    check(
        &[
            ("bad.rego", "package bad\n\ndeny contains if {\n"),
            ("data/bad.yaml", "a: [1"),
            ("good.rego", "package good\n\ndeny contains \"no\""),
        ],
        expect![[r#"
            broken-policy policies/rego/bad.rego:3:15 unexpected keyword `if`
            yaml-syntax policies/rego/data/bad.yaml:1:4 unclosed bracket '['
            error good no
        "#]],
    );
}

#[test]
fn what_fails_or_has_no_message_is_no_pass() {
    let text = r#"
package run

default deny := false
deny if input.metadata.name == "x-web"

warn contains {"text": "a"}

default deny_nothing := false
"#;
    check(
        &[("run.rego", text)],
        expect![[r#"
        error broken-policy `deny` of `data.run` answers `true`, which has no message
        error broken-policy `warn` of `data.run` answers `{"text":"a"}`, which has no message
    "#]],
    );
    check(
        &[(
            "run.rego",
            "package run\n\ndeny contains \"big\" if to_number(input.metadata.name) > 3\n",
        )],
        expect![[r#"
            error broken-policy `data.run` failed at policies/rego/run.rego:3:48: could not parse string as number
        "#]],
    );
}

/// One object is enough: the next is not tried, and did not pass either.
#[test]
fn a_policy_that_takes_too_long_is_stopped() {
    let text = "
package run

deny contains \"never\" if {
	some a in numbers.range(1, 3000)
	some b in numbers.range(1, 3000)
	some c in numbers.range(1, 3000)
	a + b == c * 1000000
}
";
    let (rego, _) = rego(&[("run.rego", text)]);
    let object = yaml::read_value(OBJECT).unwrap();
    let first = rego.session().judge(&object);
    expect!["`data.run` takes longer than 2 s for an object, so nothing is judged by it"].assert_eq(&first[0].message);
    assert_eq!(rego.session().judge(&object), first);
}
