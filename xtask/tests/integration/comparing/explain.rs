//! `explain values`: each value with the line that set it and what it overrode.

use expect_test::{Expect, expect};

use super::fixture::Fleet;

fn check(arguments: &[&str], expected: Expect) {
    let fleet = Fleet::new();
    let arguments = [&["explain", "values"], arguments].concat();
    let text = match fleet.run(&arguments) {
        Ok(report) => {
            assert_eq!(report.findings, []);
            report.text
        }
        Err(failure) => format!("{}\n{}\n", failure.message, failure.hints.join("\n")),
    };
    expected.assert_eq(&text);
}

#[test]
fn every_value_has_its_place() {
    check(
        &["a", "-e", "staging"],
        expect![[r#"
        env.A: agent
          agents/a/agent.yaml:5:19 (agent)
            overrode fleet  environments/fleet.yaml:4:66 (fleet)
        generations: 2
          environments/fleet.yaml:4:23 (fleet)
        logLevel: INFO
          environments/fleet.yaml:4:36 (fleet)
            overrode INFO  templates/agent-service/values.yaml:2:11 (blueprint)
        replicas: 3
          environments/staging/values/a.yaml:1:20 (environment/agent)
            overrode 1  templates/agent-service/values.yaml:1:11 (blueprint)
        scratch: 64Mi
          environments/fleet.yaml:4:51 (fleet)
    "#]],
    );
}

#[test]
fn a_deleted_key_says_who_deleted_it() {
    check(
        &["a", "--environment", "dev", "scratch"],
        expect![[r#"
        scratch: deleted
          environments/dev/environment.yaml:6:36 (environment)
            overrode 64Mi  environments/fleet.yaml:4:51 (fleet)
    "#]],
    );
}

#[test]
fn an_environment_has_values_of_its_own() {
    check(
        &["_environment", "-e", "dev", "logLevel"],
        expect![[r#"
        logLevel: DEBUG
          environments/dev/environment.yaml:6:20 (environment)
            overrode INFO  environments/fleet.yaml:4:36 (fleet)
    "#]],
    );
}

#[test]
fn an_unknown_name_says_what_is_near() {
    check(
        &["a", "-e", "dev", "logLevle"],
        expect![[r#"
        `a` has no value `logLevle` in `dev`
        did you mean `logLevel`?
    "#]],
    );
    check(
        &["a", "-e", "dev", "env.Quite"],
        expect![[r#"
        `a` has no value `env.Quite` in `dev`
        there is env.A
    "#]],
    );
    check(
        &["a", "-e", "dev", "replicas.x"],
        expect![[r#"
        `a` has no value `replicas.x` in `dev`
        did you mean `replicas`?
    "#]],
    );
    check(
        &["c", "-e", "dev"],
        expect![[r#"
        there is no agent `c`
        did you mean `a`?
    "#]],
    );
    check(
        &["a", "-e", "prod"],
        expect![[r#"
        there is no environment `prod`
        there is dev, staging
    "#]],
    );
}
