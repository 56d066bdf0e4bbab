//! SARIF as its official schema and GitHub want it.

use expect_test::expect;
use serde_json::Value;

use super::results::{FLOATING, Found, OWNERLESS};
use crate::model::Finding;
use crate::report::{MOST_RESULTS, Results, sarif};

/// The OASIS schema, with errata of 2.1.0, as the crate serde-sarif 0.8.0 carries it.
const SCHEMA: &str = include_str!("../../../tests/sarif-2.1.0.schema.json");

fn checked(results: &Results<'_>) -> Value {
    let document: Value = serde_json::from_str(&sarif(results)).unwrap();
    let mut schema: Value = serde_json::from_str(SCHEMA).unwrap();
    for kind in ["run", "toolComponent"] {
        // a pattern with a stray `]`, which strict readers of regular expressions refuse; we write no language
        let language = &mut schema["definitions"][kind]["properties"]["language"];
        assert!(language.as_object_mut().unwrap().remove("pattern").is_some());
    }
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    document
}

fn fingerprints(found: &Found) -> Vec<String> {
    let document = checked(&found.results());
    let results = document["runs"][0]["results"].as_array().unwrap();
    let print = |result: &Value| {
        result["partialFingerprints"]["primaryLocationLineHash"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    results.iter().map(print).collect()
}

#[test]
fn a_run_as_its_schema_wants_it() {
    let document = checked(&Found::three().results());
    let run = &document["runs"][0];
    expect![[r#"
        {
          "level": "error",
          "locations": [
            {
              "physicalLocation": {
                "artifactLocation": {
                  "uri": "agents/%E5%AE%A2%E6%9C%8D%20%E5%8A%A9%E6%89%8B/agent.yaml",
                  "uriBaseId": "%SRCROOT%"
                },
                "region": {
                  "startColumn": 8,
                  "startLine": 2
                }
              }
            }
          ],
          "message": {
            "text": "`a:1` <b>is</b> a tag, 100% @ops\nunit: production/客服\nobject: apps/Deployment a\nhelp: name it by digest"
          },
          "partialFingerprints": {
            "lockstep/v1": "454ea7d170b49e19bf1cba73328d5675:1",
            "primaryLocationLineHash": "454ea7d170b49e19bf1cba73328d5675:1"
          },
          "properties": {
            "object": "apps/Deployment a",
            "unit": "production/客服"
          },
          "ruleId": "floating-image",
          "ruleIndex": 0
        }"#]].assert_eq(&format!("{:#}", run["results"][0]));
    expect![[r#"
        [
          {
            "justification": "vendor has no digest",
            "kind": "external",
            "properties": {
              "expires": "2026-12-31",
              "owner": "platform"
            },
            "status": "accepted"
          }
        ]"#]]
    .assert_eq(&format!("{:#}", run["results"][2]["suppressions"]));
    expect![[r#"
        {
          "driver": {
            "name": "Lockstep",
            "rules": [
              {
                "fullDescription": {
                  "text": "a tag moves"
                },
                "help": {
                  "markdown": "name the image by digest\n\nWrong:\n\n```yaml\nimage: a:1\n```\n\nRight:\n\n```yaml\nimage: a@sha256:…\n```",
                  "text": "name the image by digest"
                },
                "id": "floating-image",
                "name": "floating-image",
                "properties": {
                  "precision": "very-high",
                  "tags": [
                    "lockstep"
                  ]
                },
                "shortDescription": {
                  "text": "a tag moves"
                }
              },
              {
                "fullDescription": {
                  "text": "nobody answers"
                },
                "help": {
                  "markdown": "add `owner:`",
                  "text": "add `owner:`"
                },
                "id": "missing-owner",
                "name": "missing-owner",
                "properties": {
                  "precision": "very-high",
                  "tags": [
                    "lockstep"
                  ]
                },
                "shortDescription": {
                  "text": "nobody answers"
                }
              }
            ],
            "semanticVersion": "0.1.0"
          }
        }"#]].assert_eq(&format!("{:#}", run["tool"]));
}

#[test]
fn a_run_without_findings_is_a_success() {
    let document = checked(&Found::nothing().results());
    assert_eq!(document["runs"][0]["invocations"][0]["executionSuccessful"], true);
}

#[test]
fn what_is_missing_is_said() {
    let mut found = Found::many(MOST_RESULTS + 7);
    found.known = 3;
    found.unchecked = vec!["policies of `production`: time ran out".to_owned()];
    let document = checked(&found.results());
    let run = &document["runs"][0];
    assert_eq!(run["results"].as_array().unwrap().len(), MOST_RESULTS);
    expect![[r#"
        {
          "executionSuccessful": false,
          "toolExecutionNotifications": [
            {
              "level": "error",
              "message": {
                "text": "not checked: policies of `production`: time ran out"
              }
            },
            {
              "level": "warning",
              "message": {
                "text": "7 more findings are not in this file: a code host shows no more"
              }
            },
            {
              "level": "warning",
              "message": {
                "text": "3 findings are older than the base and not in this file"
              }
            }
          ]
        }"#]]
    .assert_eq(&format!("{:#}", run["invocations"][0]));
}

#[test]
fn errors_come_before_what_is_left_out() {
    let mut found = Found::many(MOST_RESULTS);
    found.findings.insert(0, Finding::warning(OWNERLESS, "nobody"));
    let document = checked(&found.results());
    let results = document["runs"][0]["results"].as_array().unwrap();
    assert!(results.iter().all(|result| result["level"] == "error"));
}

#[test]
fn a_failure_is_a_run_that_did_not_succeed() {
    let found = Found::nothing();
    let results = Results {
        failure: Some("the base `origin/main` is not here"),
        ..found.results()
    };
    expect![[r#"
        {
          "executionSuccessful": false,
          "toolExecutionNotifications": [
            {
              "level": "error",
              "message": {
                "text": "stopped before the end: the base `origin/main` is not here"
              }
            }
          ]
        }"#]]
    .assert_eq(&format!("{:#}", checked(&results)["runs"][0]["invocations"][0]));
}

#[test]
fn a_fingerprint_stays_when_its_line_moves_and_differs_for_a_twin() {
    let mut found = Found::nothing();
    found.tree.insert("a.yaml", "x: 1\nimage: a:1\n".as_bytes());
    found.findings = vec![Finding::error(FLOATING, "line 2 has a tag").at("a.yaml", 2, 1)];
    let before = fingerprints(&found);
    found
        .tree
        .insert("a.yaml", "x: 1\ny: 2\nz: 3\n  image:  a:1\n".as_bytes());
    found.findings = vec![Finding::error(FLOATING, "line 4 has a tag").at("a.yaml", 4, 3)];
    assert_eq!(fingerprints(&found), before);
    let twins = fingerprints(&Found::many(2));
    assert_ne!(twins[0], twins[1]);
}

#[test]
fn a_rule_of_a_policy_says_as_much_as_one_of_the_tool() {
    let mut found = Found::three();
    found.rules[0].page = Some("https://kubernetes.io/docs");
    let document = checked(&found.results());
    let rule = &document["runs"][0]["tool"]["driver"]["rules"][0];
    assert_eq!(rule["helpUri"], "https://kubernetes.io/docs");
}
