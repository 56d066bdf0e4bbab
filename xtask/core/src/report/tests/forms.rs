//! JUnit, GitLab and GitHub: the same three findings.

use expect_test::expect;

use super::results::{FLOATING, Found};
use crate::model::{Finding, Location};
use crate::report::{MOST_ANNOTATIONS, Results, Room, github, gitlab, junit, markdown};

#[test]
fn junit_fails_errors_and_skips_waived_ones() {
    expect![[r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="lockstep">
          <testsuite name="lockstep check" tests="3" failures="1" errors="0" skipped="1">
            <testcase classname="production/客服" name="floating-image production/客服 agents/客服 助手/agent.yaml:2:8" file="agents/客服 助手/agent.yaml">
              <failure type="floating-image" message="`a:1` &lt;b&gt;is&lt;/b&gt; a tag, 100% @ops">`a:1` &lt;b&gt;is&lt;/b&gt; a tag, 100% @ops
        agents/客服 助手/agent.yaml:2:8
        unit: production/客服
        object: apps/Deployment a
        help: name it by digest</failure>
            </testcase>
            <testcase classname="environments/fleet.yaml" name="missing-owner environments/fleet.yaml" file="environments/fleet.yaml">
              <system-out>nobody answers
        for it
        environments/fleet.yaml</system-out>
            </testcase>
            <testcase classname="agents/b/agent.yaml" name="floating-image agents/b/agent.yaml:3:1" file="agents/b/agent.yaml">
              <skipped message="`b:2` is a tag">`b:2` is a tag
        agents/b/agent.yaml:3:1
        waived by platform until 2026-12-31: vendor has no digest</skipped>
            </testcase>
          </testsuite>
        </testsuites>
    "#]].assert_eq(&junit(&Found::three().results()));
}

#[test]
fn junit_has_a_case_when_there_is_nothing_to_say() {
    expect![[r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="lockstep">
          <testsuite name="lockstep check" tests="1" failures="0" errors="0" skipped="0">
            <testcase classname="lockstep" name="no findings"/>
          </testsuite>
        </testsuites>
    "#]]
    .assert_eq(&junit(&Found::nothing().results()));
}

#[test]
fn gitlab_gets_a_list() {
    expect![[r#"
        [
          {
            "check_name": "floating-image",
            "description": "`a:1` <b>is</b> a tag, 100% @ops; unit: production/客服; object: apps/Deployment a; help: name it by digest",
            "fingerprint": "454ea7d170b49e19bf1cba73328d5675:1",
            "location": {
              "lines": {
                "begin": 2
              },
              "path": "agents/客服 助手/agent.yaml"
            },
            "severity": "critical"
          },
          {
            "check_name": "missing-owner",
            "description": "nobody answers\nfor it",
            "fingerprint": "35cd9686a5c9778d38f0e406bd689b36:1",
            "location": {
              "lines": {
                "begin": 1
              },
              "path": "environments/fleet.yaml"
            },
            "severity": "minor"
          }
        ]
    "#]].assert_eq(&gitlab(&Found::three().results()));
    assert_eq!(gitlab(&Found::nothing().results()), "[]\n");
}

#[test]
fn github_gets_commands_that_text_cannot_leave() {
    expect![[r#"
        ::error file=agents/客服 助手/agent.yaml,title=lockstep%3A floating-image,line=2,col=8::`a:1` <b>is</b> a tag, 100%25 @ops%0Aunit: production/客服%0Aobject: apps/Deployment a%0Ahelp: name it by digest
        ::warning file=environments/fleet.yaml,title=lockstep%3A missing-owner::nobody answers%0Afor it
        - not shown, since waived: 1
    "#]].assert_eq(&github(&Found::three().results()));
}

#[test]
fn github_gets_no_sign_that_steers_the_log() {
    let mut found = Found::nothing();
    let finding = |number: usize| Finding::error(FLOATING, format!("a\u{1b}[31m{number}")).in_file("agents/\u{7}\r/a");
    found.findings = (0..=MOST_ANNOTATIONS).map(finding).collect();
    let shown = github(&found.results());
    assert!(shown.contains("file=agents/\\u{7}\\r/a,"), "{shown}");
    assert!(shown.contains("::a\\u{1b}[31m0"), "{shown}");
    assert!(shown.chars().all(|c| c == '\n' || !c.is_control()), "{shown:?}");
}

#[test]
fn a_failure_is_told_in_every_form() {
    let found = Found::nothing();
    let results = Results {
        failure: Some("the base is not here"),
        ..found.results()
    };
    expect![[r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="lockstep">
          <testsuite name="lockstep check" tests="1" failures="0" errors="1" skipped="0">
            <testcase classname="lockstep" name="check">
              <error message="stopped before the end: the base is not here"/>
            </testcase>
          </testsuite>
        </testsuites>
        [
          {
            "check_name": "lockstep",
            "description": "stopped before the end: the base is not here",
            "fingerprint": "259fe7f3c891c68039993709aff7eb1eebb20595f2262dccc610f44a91ed755f",
            "location": {
              "lines": {
                "begin": 1
              },
              "path": "environments/fleet.yaml"
            },
            "severity": "blocker"
          }
        ]
        ::error title=lockstep::stopped before the end: the base is not here
    "#]]
    .assert_eq(&[junit(&results), gitlab(&results), github(&results)].concat());
}

#[test]
fn the_places_beside_a_finding_are_told_in_every_form() {
    let mut found = Found::nothing();
    let place = |file: &str| Location {
        file: file.to_owned(),
        line: 4,
        column: 3,
    };
    found.tree.insert("templates/a.tera", "".as_bytes());
    let finding = Finding::error(FLOATING, "`a:1` is a tag").at("agents/a/agent.yaml", 2, 8);
    let finding = finding.related(place("templates/a.tera"), "written here");
    found.findings = vec![finding.related(place("dev/apps/a/manifest.yaml"), "rendered here")];
    let results = found.results();
    for text in [
        junit(&results),
        gitlab(&results),
        github(&results),
        markdown(&results, Room::Comment),
    ] {
        assert!(text.contains("templates/a.tera:4:3: written here"), "{text}");
        assert!(text.contains("dev/apps/a/manifest.yaml:4:3: rendered here"), "{text}");
    }
}

#[test]
fn what_was_not_checked_leaves_room_for_nine_errors() {
    let mut found = Found::many(20);
    found.unchecked = vec!["a".to_owned(), "b".to_owned()];
    let text = github(&found.results());
    let shown = text.lines().filter(|line| line.starts_with("::error"));
    assert_eq!(shown.count(), MOST_ANNOTATIONS, "{text}");
}
