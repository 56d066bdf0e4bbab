//! Findings on a terminal: the mark stands below its column, whatever is before it.

use expect_test::expect;

use super::results::{FLOATING, Found};
use crate::model::Finding;
use crate::report::{Screen, Sources, Style, findings_text, github};

const SCREEN: Screen = Screen {
    style: Style::Plain,
    columns: 80,
    verbose: false,
};

fn text(found: &Found, screen: Screen) -> String {
    findings_text(&found.findings, Sources::of(&found.tree), screen)
}

#[test]
fn each_with_its_line() {
    expect![[r#"
        error[floating-image]: `a:1` <b>is</b> a tag, 100% @ops
          --> agents/客服 助手/agent.yaml:2:8
          2 | image: "a:1" # 标签
            |        ^
          = unit: production/客服
          = object: apps/Deployment a
          = help: name it by digest

        warning[missing-owner]: nobody answers\nfor it

    "#]]
    .assert_eq(&text(&Found::three(), SCREEN));
}

/// A mistake in a template, as seven units have it, and one of another object of the first.
fn in_every_unit() -> Found {
    let mut found = Found::nothing();
    let of = |agent: &str, object: &str| {
        Finding::error("unknown-word", "`TPC` is no protocol")
            .at("templates/agent-service/service.yaml.tera", 19, 5)
            .unit("dev", agent)
            .object(object)
            .help("did you mean `TCP`?")
    };
    found.findings = ["a", "b", "c", "d", "e", "f", "g"]
        .map(|agent| of(agent, &format!("Service {agent}")))
        .into();
    found.findings.push(of("a", "Service other"));
    found
}

#[test]
fn a_mistake_that_many_units_have_is_told_once() {
    expect![[r#"
        error[unknown-word]: `TPC` is no protocol
          --> templates/agent-service/service.yaml.tera:19:5
          = units: dev/a, dev/b, dev/c, dev/d, dev/e and 2 more
          = help: did you mean `TCP`?

    "#]]
    .assert_eq(&text(&in_every_unit(), SCREEN));
    let mut found = in_every_unit();
    found
        .findings
        .retain(|finding| finding.unit.as_deref() == Some("dev/a"));
    expect![[r#"
        error[unknown-word]: `TPC` is no protocol
          --> templates/agent-service/service.yaml.tera:19:5
          = unit: dev/a
          = objects: Service a, Service other
          = help: did you mean `TCP`?

    "#]]
    .assert_eq(&text(&found, SCREEN));
    expect![[r#"
        ::error file=templates/agent-service/service.yaml.tera,title=lockstep%3A unknown-word,line=19,col=5::`TPC` is no protocol%0Aunits: dev/a, dev/b, dev/c, dev/d, dev/e and 2 more%0Ahelp: did you mean `TCP`?
    "#]].assert_eq(&github(&in_every_unit().results()));
    let screen = Screen {
        verbose: true,
        ..SCREEN
    };
    assert!(text(&in_every_unit(), screen).contains("= units: dev/a, dev/b, dev/c, dev/d, dev/e, dev/f, dev/g\n"));
}

#[test]
fn waived_ones_where_more_is_asked_for() {
    let screen = Screen {
        verbose: true,
        ..SCREEN
    };
    assert!(text(&Found::three(), screen).contains("waived[floating-image]"));
}

#[test]
fn the_mark_below_wide_characters_and_in_long_lines() {
    let mut found = Found::nothing();
    let long = format!("{}助手: here\n", "x, ".repeat(60));
    found
        .tree
        .insert("a.yaml", format!("客服: [助手, b]\n{long}").as_bytes());
    let at = long.find('h').unwrap() - 4;
    found.findings = vec![
        Finding::error(FLOATING, "second item").at("a.yaml", 1, 10),
        Finding::error(FLOATING, "at `here`").at("a.yaml", 2, at + 1),
    ];
    let screen = Screen { columns: 40, ..SCREEN };
    expect![[r#"
        error[floating-image]: second item
          --> a.yaml:1:10
          1 | 客服: [助手, b]
            |              ^

        error[floating-image]: at `here`
          --> a.yaml:2:185
          2 | …, x, x, x, 助手: here
            |                   ^

    "#]]
    .assert_eq(&text(&found, screen));
}

#[test]
fn no_secret_is_shown() {
    let mut found = Found::nothing();
    let line = "env: { DB_PASSWORD: hunter2, REDIS_PASSWORD: winter, LLM_TOKEN: tiger9-Kl0pp, REGION: eu }\nvalue: {{ values.password }}\n";
    found.tree.insert("values.yaml", line.as_bytes().to_vec());
    let at = |rule, line, column| Finding::error(rule, "it is wrong").at("values.yaml", line, column);
    found.findings = vec![
        // the place of a secret is hidden, whatever finds it and whatever else is wrong there
        at("plain-secret", 1, 21).secret(),
        at("unknown-region", 1, 87),
        // what a template fills in is none
        at("leaked-secret", 2, 1).secret(),
    ];
    expect![[r#"
        error[plain-secret]: it is wrong
          --> values.yaml:1:21
          1 | env: { DB_PASSWORD: h…, REDIS_PASSWORD: w…, LLM_TOKEN: tig…, REGION: eu }
            |                     ^

        error[unknown-region]: it is wrong
          --> values.yaml:1:87
          1 | env: { DB_PASSWORD: h…, REDIS_PASSWORD: w…, LLM_TOKEN: tig…, REGION: eu }
            |                                                                      ^

        error[leaked-secret]: it is wrong
          --> values.yaml:2:1
          2 | value: {{ values.password }}
            | ^

    "#]]
    .assert_eq(&text(&found, SCREEN));
    found.findings.remove(0);
    expect![[r#"
        error[unknown-region]: it is wrong
          --> values.yaml:1:87
          1 | …RD: winter, LLM_TOKEN: tig…, REGION: eu }
            |                                       ^

        error[leaked-secret]: it is wrong
          --> values.yaml:2:1
          2 | value: {{ values.password }}
            | ^

    "#]]
    .assert_eq(&text(&found, SCREEN));
}
