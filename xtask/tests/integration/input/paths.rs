//! Paths that lead elsewhere or look like others, and links.

use std::os::unix::fs::symlink;

use expect_test::{Expect, expect};

use crate::fleet::{Fleet, command};

/// A fleet whose commit has one more file at a path that was put there by hand.
fn check_tree(path: &[&[u8]], expected: Expect) {
    let origin = Fleet::small();
    let fleet = origin.cloned(|builder| {
        builder.bare(true);
    });
    let orders = std::fs::read_to_string(origin.repository.path("agents/orders/agent.yaml")).unwrap();
    fleet.graft(path, orders.as_bytes());
    fleet.refused(&["render", "--revision", "HEAD", "--environment", "dev"], expected);
}

/// A fleet with more prompts, committed as any other file.
fn check_prompts(names: [&str; 2], expected: Expect) {
    let fleet = Fleet::small();
    for name in names {
        fleet.put(&format!("agents/assistant/prompts/{name}/1.0.0.prompt"), "Hi.\n");
    }
    fleet.commit("Add prompts");
    fleet.refused(&["release", "dev"], expected);
}

#[test]
fn a_link_out_of_the_tree_is_not_followed_on_disk() {
    let fleet = Fleet::small();
    symlink(
        "/etc/passwd",
        fleet.repository.path("agents/assistant/prompts/greet/1.1.0.prompt"),
    )
    .unwrap();
    fleet.refused(
        &["render", "--environment", "dev"],
        expect![[r#"
        exit 1
        error[symbolic-link] agents/assistant/prompts/greet/1.1.0.prompt
          `agents/assistant/prompts/greet/1.1.0.prompt` is a symbolic link, which is not followed
          help: put the file itself in its place
    "#]],
    );
}

#[test]
fn a_link_out_of_the_tree_is_not_followed_in_git() {
    let fleet = Fleet::small();
    symlink(
        "/etc/passwd",
        fleet.repository.path("agents/assistant/prompts/greet/1.1.0.prompt"),
    )
    .unwrap();
    fleet.commit("Link to elsewhere");
    fleet.refused(
        &["release", "dev"],
        expect![[r#"
        exit 1
        error[symbolic-link] agents/assistant/prompts/greet/1.1.0.prompt
          `agents/assistant/prompts/greet/1.1.0.prompt` is a symbolic link, which is not followed
          help: put the file itself in its place
    "#]],
    );
}

#[test]
fn a_linked_folder_is_not_followed() {
    let fleet = Fleet::small();
    symlink("assistant", fleet.repository.path("agents/twin")).unwrap();
    fleet.commit("Link a folder");
    fleet.refused(
        &["release", "dev"],
        expect![[r#"
        exit 1
        error[symbolic-link] agents/twin
          `agents/twin` is a symbolic link, which is not followed
          help: put the file itself in its place
    "#]],
    );
}

#[test]
fn a_name_that_leads_upwards_is_refused() {
    check_tree(
        &[b"agents", b"assistant", b"..", b"agent.yaml"],
        expect![[r#"
        exit 1
        warning[stray-file] agents/assistant/../agent.yaml
          nothing reads `agents/assistant/../agent.yaml`
          help: see the tree in ARCHITECTURE.md for the names that are read
        error[unsafe-path] agents/assistant/../agent.yaml
          the path `agents/assistant/../agent.yaml` leads out of its folder
          help: rename the file
    "#]],
    );
}

#[test]
fn a_name_with_a_slash_in_it_is_refused() {
    check_tree(
        &[b"agents", b"assistant/../orders", b"agent.yaml"],
        expect![[r#"
            exit 1
            error[invalid-name] agents/assistant�..�orders/agent.yaml
              `assistant�..�orders` is no agent name: lower-case letters, digits and `-`, a letter first, no `-` last, at most 40 characters
            error[unsafe-path] agents/assistant�..�orders/agent.yaml
              the path `agents/assistant�..�orders/agent.yaml` has characters that cannot be shown
              help: rename the file
        "#]],
    );
}

#[test]
fn a_backslash_is_refused() {
    check_tree(
        &[b"agents", b"assistant\\..\\orders", b"agent.yaml"],
        expect![[r#"
        exit 1
        error[invalid-name] agents/assistant\..\orders/agent.yaml
          `assistant\..\orders` is no agent name: lower-case letters, digits and `-`, a letter first, no `-` last, at most 40 characters
        error[unsafe-path] agents/assistant\..\orders/agent.yaml
          the path `agents/assistant\\..\\orders/agent.yaml` has a backslash, which is a separator on Windows
          help: rename the file
    "#]],
    );
}

#[test]
fn a_name_that_is_no_text_is_refused() {
    check_tree(
        &[b"agents", b"assistant", b"tools", b"1.0.\xff.yaml"],
        expect![[r#"
        exit 1
        error[invalid-version] agents/assistant/tools/1.0.�.yaml
          `1.0.�` is no version
          help: name the file X.Y.Z, without an environment's prefix
        error[unsafe-path] agents/assistant/tools/1.0.�.yaml
          the path `agents/assistant/tools/1.0.�.yaml` has characters that cannot be shown
          help: rename the file
    "#]],
    );
}

#[test]
fn a_line_feed_in_a_name_is_refused() {
    check_tree(
        &[b"agents", b"assistant", b"tools", b"1.0.1\n.yaml"],
        expect![[r#"
        exit 1
        error[invalid-version] agents/assistant/tools/1.0.1
        .yaml
          `1.0.1
        ` is no version
          help: name the file X.Y.Z, without an environment's prefix
        error[unsafe-path] agents/assistant/tools/1.0.1
        .yaml
          the path `agents/assistant/tools/1.0.1\n.yaml` has characters that cannot be shown
          help: rename the file
    "#]],
    );
}

#[test]
fn names_that_differ_in_case_alone_are_twins() {
    check_prompts(
        ["welcome", "Welcome"],
        expect![[r#"
        exit 1
        error[twin-path] agents/assistant/prompts/welcome/1.0.0.prompt
          `agents/assistant/prompts/welcome/1.0.0.prompt` differs from `agents/assistant/prompts/Welcome/1.0.0.prompt` only in case or Unicode form
          help: rename one of them: on many systems they are the same file
    "#]],
    );
}

#[test]
fn names_that_differ_in_unicode_form_alone_are_twins() {
    check_prompts(
        ["caf\u{e9}", "cafe\u{301}"],
        expect![[r#"
        exit 1
        error[twin-path] agents/assistant/prompts/café/1.0.0.prompt
          `agents/assistant/prompts/caf\u{e9}/1.0.0.prompt` differs from `agents/assistant/prompts/cafe\u{301}/1.0.0.prompt` only in case or Unicode form
          help: rename one of them: on many systems they are the same file
    "#]],
    );
}

#[test]
fn a_folder_whose_name_is_no_agent_name_is_refused() {
    let fleet = Fleet::small();
    let orders = std::fs::read_to_string(fleet.repository.path("agents/orders/agent.yaml")).unwrap();
    fleet
        .put("agents/Orders_2/agent.yaml", &orders)
        .commit("Name it freely");
    fleet.refused(&["release", "dev"], expect![[r#"
        exit 1
        error[invalid-name] agents/Orders_2/agent.yaml
          `Orders_2` is no agent name: lower-case letters, digits and `-`, a letter first, no `-` last, at most 40 characters
    "#]]);
}

#[test]
fn a_name_cannot_steer_the_terminal() {
    let fleet = Fleet::small();
    fleet
        .put("agents/orders/tools/\u{1b}[31m.yaml", "tools: []\n")
        .commit("Paint it red");
    let output = command(fleet.folder(), &["release", "dev"]).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text.contains(r"agents/orders/tools/\u{1b}[31m.yaml") && !text.contains('\u{1b}'),
        "{text}"
    );
}

#[test]
fn names_in_files_lead_nowhere_else() {
    let check = |from: &str, to: &str, expected: Expect| {
        let fleet = Fleet::small();
        fleet.edit("agents/assistant/agent.yaml", from, to);
        fleet.commit("Lead astray");
        fleet.refused(&["release", "dev"], expected);
    };
    check(
        "    greet: 1.0.0\n",
        "    ../../greet: 1.0.0\n",
        expect![[r#"
        exit 1
        error[invalid-value] agents/assistant/agent.yaml:21:5
          a key of `candidate.prompts` is wrong: `../../greet` is no name of a file: neither `/` nor `\`, and no `.` or space first
    "#]],
    );
    check(
        "blueprint: agent-service",
        "blueprint: ../agent-service",
        expect![[r#"
        exit 1
        error[invalid-value] agents/assistant/agent.yaml:8:14
          `candidate.blueprint` is wrong: `../agent-service` is no name of a file: neither `/` nor `\`, and no `.` or space first
    "#]],
    );
    check(
        "name: orders",
        "name: ../orders",
        expect![[r#"
        exit 1
        error[invalid-value] agents/assistant/agent.yaml:6:13
          `dependencies[0].name` is wrong: `../orders` is no name of a file: neither `/` nor `\`, and no `.` or space first
    "#]],
    );
    check(
        "agent: orders",
        "agent: a/orders",
        expect![[r#"
        exit 1
        error[invalid-value] agents/assistant/agent.yaml:6:28
          `dependencies[0].agent` is wrong: `a/orders` is no name: lower-case letters, digits and `-`, a letter first, no `-` last, at most 40 characters
    "#]],
    );
}

#[test]
fn a_version_without_quotes_is_told_as_it_is_read() {
    let check = |from: &str, to: &str, expected: Expect| {
        let fleet = Fleet::small();
        fleet.edit("agents/assistant/agent.yaml", from, to);
        fleet.commit("Forget the quotes");
        fleet.refused(&["release", "dev"], expected);
    };
    check(
        "    greet: 1.0.0\n",
        "    greet: 1.10\n",
        expect![[r#"
        exit 1
        error[invalid-value] agents/assistant/agent.yaml:21:12
          `candidate.prompts.greet` is wrong: 1.1 is not of type "string"
          help: quote it: `"1.10"`; even then, `1.10` is no version: expected X.Y.Z
    "#]],
    );
    check(
        "team: care",
        "team: 12.50",
        expect![[r#"
        exit 1
        error[invalid-value] agents/assistant/agent.yaml:2:16
          `owner.team` is wrong: 12.5 is not of type "string"
          help: quote it: `"12.50"`
    "#]],
    );
    check(
        "contract: 1.0.0",
        "contract: [1.0]",
        expect![[r#"
        exit 1
        error[invalid-value] agents/assistant/agent.yaml:12:3
          `candidate.contract` is wrong: [1.0] is not of type "string"
    "#]],
    );
}
