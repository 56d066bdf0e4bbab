//! Names and options on the command line that mean nothing.

use expect_test::expect;

use crate::fleet::Fleet;

#[test]
fn an_unknown_environment_suggests_the_known_one() {
    Fleet::small().refused(
        &["release", "prodution"],
        expect![[r#"
        exit 2
        usage: there is no environment `prodution`
          hint: did you mean `production`?
    "#]],
    );
}

#[test]
fn an_unknown_environment_unlike_any_lists_them() {
    Fleet::small().refused(
        &["render", "--environment", "mars"],
        expect![[r#"
        exit 2
        usage: there is no environment `mars`
          hint: there is dev, staging, canary, production
    "#]],
    );
}

#[test]
fn an_unknown_agent_suggests_the_known_one() {
    Fleet::small().refused(
        &["release", "dev", "--agent", "asistant"],
        expect![[r#"
        exit 2
        usage: there is no agent `asistant`
          hint: did you mean `assistant`?
    "#]],
    );
}

#[test]
fn an_assignment_without_value_is_usage() {
    Fleet::small().refused(
        &["render", "--set", "replicas"],
        expect![[r#"
        exit 2
        usage: `replicas` is no assignment
          hint: write `--set path.to.value=5`
    "#]],
    );
}

#[test]
fn release_takes_no_values() {
    let answer = Fleet::small().run(&["release", "dev", "--set", "replicas=5"]);
    assert_eq!(answer.exit, 2);
    assert!(
        answer.stderr.contains("unexpected argument '--set'"),
        "{}",
        answer.stderr
    );
}

#[test]
fn release_needs_an_environment() {
    let answer = Fleet::small().run(&["release"]);
    assert_eq!(answer.exit, 2);
    assert!(answer.stderr.contains("<ENVIRONMENT>"), "{}", answer.stderr);
}

#[test]
fn a_revision_that_does_not_exist_is_said() {
    Fleet::small().refused(
        &["render", "--revision", "v9"],
        expect![[r#"
        exit 4
        repository: `v9` names no commit here
          hint: see `git branch --all` and `git log`, or `git fetch`
    "#]],
    );
}
