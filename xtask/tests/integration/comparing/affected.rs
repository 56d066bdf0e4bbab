//! `affected`: which units a change of the files affects, and why.

use expect_test::{Expect, expect};

use super::fixture::Fleet;

fn check(edit: impl FnOnce(&Fleet), expected: Expect) {
    let fleet = Fleet::new();
    edit(&fleet);
    expected.assert_eq(&fleet.text(&["affected", "--base", "HEAD"]));
}

#[test]
fn nothing_is_affected_by_nothing() {
    check(|_| {}, expect![[r#""#]]);
}

#[test]
fn a_prompt_that_nothing_names_affects_nothing() {
    check(
        |fleet| fleet.put("agents/a/prompts/answer/1.1.0.prompt", "new\n"),
        expect![[r#""#]],
    );
}

#[test]
fn a_component_affects_the_environments_that_follow_it() {
    check(
        |fleet| fleet.edit("agents/a/agent.yaml", "maxTokens: 10", "maxTokens: 20"),
        expect![[r#"
            dev/a  changed: model
        "#]],
    );
}

#[test]
fn a_promotion_affects_one_unit() {
    check(
        |fleet| {
            fleet.edit("agents/a/agent.yaml", "maxTokens: 10", "maxTokens: 20");
            fleet.promote("a", "v1.0.0-rc2");
        },
        expect![[r#"
            dev/a  changed: model
            staging/a  changed: model, version
        "#]],
    );
}

#[test]
fn an_edited_template_affects_what_renders_from_it() {
    check(
        |fleet| {
            fleet.edit(
                "templates/argocd/application.yaml.tera",
                "namespace: argocd",
                "namespace: argo",
            )
        },
        expect![[r#"
            dev/_environment  changed: blueprint
            dev/a  changed: blueprint
            dev/b  changed: blueprint
            staging/_environment  changed: blueprint
            staging/a  changed: blueprint
            staging/b  changed: blueprint
        "#]],
    );
}

#[test]
fn overrides_values_and_dependencies_are_told_apart() {
    check(
        |fleet| {
            fleet.edit(
                "environments/staging/environment.yaml",
                "temperature: 0.05",
                "temperature: 0.6",
            );
            fleet.edit("environments/dev/environment.yaml", "DEBUG", "ERROR");
            fleet.edit(
                "agents/b/agent.yaml",
                "dependencies: [{name: a, agent: a}]",
                "dependencies: []",
            );
        },
        expect![[r#"
            dev/_environment  changed: values
            dev/a  changed: values, dependents
            dev/b  changed: values, dependencies, wave
            staging/a  changed: overrides, dependents
            staging/b  changed: overrides, dependencies, wave
        "#]],
    );
}

#[test]
fn agents_and_environments_come_and_go() {
    check(
        |fleet| {
            fleet.remove("agents/b");
            std::fs::remove_file(fleet.folder.path().join("environments/staging/releases/b.yaml")).unwrap();
        },
        expect![[r#"
            dev/a  changed: dependents
            dev/b  removed
            staging/a  changed: dependents
            staging/b  removed
        "#]],
    );
    check(
        |fleet| {
            fleet.edit("environments/fleet.yaml", "[dev, staging]", "[staging]");
            fleet.remove("environments/dev");
        },
        expect![[r#"
            dev/_environment  removed
            dev/a  removed
            dev/b  removed
        "#]],
    );
}

#[test]
fn the_matrix_is_one_line_of_json() {
    let fleet = Fleet::new();
    fleet.edit("environments/staging/values/a.yaml", "replicas: 3", "replicas: 4");
    fleet.commit("More");
    expect![[r#"
        {"include":[{"agent":"a","change":"changed","environment":"staging"}]}
    "#]]
    .assert_eq(&fleet.text(&["affected", "--base", "HEAD~1", "--head", "HEAD", "--matrix"]));
    let report = fleet.run(&["affected", "--base", "HEAD~1"]).unwrap();
    expect![[r#"{"cases":[],"include":[{"agent":"a","change":"changed","environment":"staging","reasons":[{"cause":"values","fields":["values.replicas"]}]}]}"#]].assert_eq(&report.result.to_string());
}

#[test]
fn cases_and_answers_are_no_input_and_their_agents_are_named() {
    let fleet = Fleet::new();
    fleet.put("agents/a/regression/cases/main.yaml", "cases: []\n");
    fleet.put("agents/gone/regression/mock.yaml", "{}\n");
    fleet.commit("Have cases");
    fleet.edit("agents/b/agent.yaml", "owner: {team: t", "owner: {team: u");
    expect![[r#"
        dev/b  changed: agent
        staging/b  changed: agent
        a  other cases
    "#]]
    .assert_eq(&fleet.text(&["affected", "--base", "HEAD~1"]));
    for (revisions, expected) in [
        (
            &["--base", "HEAD~1"][..],
            expect![[r#"
            ["a","b"]
        "#]],
        ),
        (
            &["--base", "HEAD~1", "--head", "HEAD"],
            expect![[r#"
            ["a"]
        "#]],
        ),
    ] {
        expected.assert_eq(&fleet.text(&[&["affected", "--suites"], revisions].concat()));
    }
    expect![[r#"
        {"include":[]}
    "#]]
    .assert_eq(&fleet.text(&["affected", "--base", "HEAD~1", "--head", "HEAD", "--matrix"]));
}

/// Every environment and unit has objects of the blueprints of environments and Argo CD: of the partials, those count
/// that their templates reach.
#[test]
fn a_partial_affects_what_its_templates_reach() {
    let fleet = crate::fleet::Fleet::small();
    let component = |number: u8| format!("{{% component other.one() %}}{number}{{% endcomponent other.one %}}");
    let affected = || {
        let answer = fleet.done(&["affected", "--base", "HEAD"]);
        let units = answer.result()["include"].as_array().unwrap().iter();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let units: Vec<String> = units
            .map(|unit| text(&unit["environment"]) + "/" + &text(&unit["agent"]))
            .collect();
        units.join(" ")
    };
    let extra = "templates/environment/extra.yaml.tera";
    fleet
        .put("templates/partials/far.tera", "{# 1 #}")
        .put("templates/partials/near.tera", "{% include \"partials/far.tera\" %}")
        .put("templates/partials/other.tera", &component(1))
        .put(extra, "{% include 'partials/near.tera' %}")
        .commit("Share partials");
    fleet.put("templates/partials/other.tera", &component(2));
    assert_eq!(
        affected(),
        "dev/assistant dev/orders",
        "only what agents are rendered from"
    );
    fleet.commit("Change one that environments do not reach");
    fleet.put("templates/partials/far.tera", "{# 2 #}");
    assert_eq!(
        affected(),
        "dev/_environment dev/assistant dev/orders staging/_environment canary/_environment production/_environment"
    );
    fleet.put(extra, "{{ < other . one /> }}").commit("Call a component");
    fleet.put("templates/partials/other.tera", &component(3));
    assert!(affected().contains("production/_environment"));
}
