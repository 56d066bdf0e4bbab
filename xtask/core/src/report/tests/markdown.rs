//! The summary of a pull request.

use expect_test::expect;
use serde_json::json;

use super::results::Found;
use crate::model::{
    ChangeKind, ComponentChange, EnvironmentName, FieldChange, FieldPath, FleetChange, GenerationCounts, ObjectChange,
    ObjectId, PermissionChange, Step, UnitDifference,
};
use crate::report::{Room, Table, markdown};

/// The page, with what cannot be seen made visible.
fn shown(found: &Found) -> String {
    markdown(&found.results(), Room::Comment).replace('\u{200b}', "<zero width>")
}

fn component(component: &str, field: &str, before: &str, after: &str) -> ComponentChange {
    ComponentChange {
        component: component.to_owned(),
        field: field.to_owned(),
        before: Some(before.to_owned()),
        after: Some(after.to_owned()),
    }
}

fn unit(environment: &str, agent: &str) -> UnitDifference {
    UnitDifference {
        environment: EnvironmentName::new(environment).unwrap(),
        other_environment: None,
        unit: agent.to_owned(),
        change: ChangeKind::Changed,
        input_digest: None,
        components: vec![
            component("prompts", "answer.version", "1.0.0", "1.1.0"),
            component("prompts", "answer.sha256", "sha256:0", "sha256:1"),
            component("model", "temperature", "0.1", "0.2|`x`"),
            component("tools", "version", "1.0.0", "1.1.0"),
            component("tools", "sha256", "sha256:0", "sha256:1"),
        ],
        overrides: Vec::new(),
        prompts: Vec::new(),
        risks: Vec::new(),
        meanings: Vec::new(),
        permissions: vec![PermissionChange {
            tool: "search".to_owned(),
            permission: "documents:write".to_owned(),
            change: ChangeKind::Added,
        }],
        objects: vec![ObjectChange {
            change: ChangeKind::Changed,
            id: ObjectId {
                group: "apps".to_owned(),
                kind: "Deployment".to_owned(),
                namespace: "n".to_owned(),
                name: agent.to_owned(),
            },
            previous: None,
            fields: vec![FieldChange {
                path: FieldPath(vec![Step::Key("spec".to_owned())]),
                before: Some(json!("a")),
                after: Some(json!("```\n</details> @everyone")),
                class: None,
            }],
            object: None,
        }],
        generations: GenerationCounts::default(),
        folded: Vec::new(),
    }
}

#[test]
fn what_changes_for_whom_comes_first_then_findings_then_the_folded_diff() {
    let mut found = Found::three();
    found.known = 2;
    found.unchecked = vec!["the base has no fleet".to_owned()];
    found.change = Some(FleetChange {
        units: vec![unit("dev", "a"), unit("production", "a")],
        unchanged: 5,
        held: vec!["staging/a".to_owned()],
        not_compared: Vec::new(),
    });
    expect![[r#"
        <!-- lockstep check -->
        ## ❌ Lockstep check: incomplete, 1 error, 1 warning, 1 waived

        > [!CAUTION]
        > not checked: the base has no fleet

        ### What changes

        | environment | agent | change | what |
        |---|---|---|---|
        | production | a | changed | prompts.answer `1.0.0` → `1.1.0`; model.temperature `0.1` → `` 0.2\|`x` ``; tools `1.0.0` → `1.1.0`; objects \~1 |
        | dev | a | changed | prompts.answer `1.0.0` → `1.1.0`; model.temperature `0.1` → `` 0.2\|`x` ``; tools `1.0.0` → `1.1.0`; objects \~1 |

        5 units are the same; held and so not released: staging/a.

        ### Permissions

        - `a` in production, dev: `search` **may now** `documents:write`

        ### Findings

        - **error** `floating-image` at `agents/客服 助手/agent.yaml:2:8`: `a:1` &lt;b&gt;is&lt;/b&gt; a tag, 100% @<zero width>ops<br>in `production/客服`<br>name it by digest
        - **warning** `missing-owner` at `environments/fleet.yaml`: nobody answers for it

        2 findings are older than the base and not repeated.

        <details><summary>1 waived</summary>

        - **error** `floating-image` at `agents/b/agent.yaml:3:1`: `b:2` is a tag<br>waived by platform until 2026-12-31: vendor has no digest

        </details>

        <details><summary>Manifest diff</summary>

        ````text
        dev/a changed
          tuple
            prompts.answer.version: 1.0.0 → 1.1.0 (medium risk)
            prompts.answer.sha256: sha256:0 → sha256:1 (medium risk)
            model.temperature: 0.1 → 0.2|`x` (medium risk)
            tools.version: 1.0.0 → 1.1.0 (high risk)
            tools.sha256: sha256:0 → sha256:1
          permissions
            + search: documents:write (high risk)
          objects
            ~ Deployment a (medium risk)
              spec:
                - a
                + ```
                + </details> @everyone
                  \ no line end

        production/a changed
          tuple
            prompts.answer.version: 1.0.0 → 1.1.0 (medium risk)
            prompts.answer.sha256: sha256:0 → sha256:1 (medium risk)
            model.temperature: 0.1 → 0.2|`x` (medium risk)
            tools.version: 1.0.0 → 1.1.0 (high risk)
            tools.sha256: sha256:0 → sha256:1
          permissions
            + search: documents:write (high risk)
          objects
            ~ Deployment a (medium risk)
              spec:
                - a
                + ```
                + </details> @everyone
                  \ no line end

        held, so not released: staging/a

        units: 0 added, 2 changed, 0 removed, 5 unchanged; objects: +0 ~2 -0; components: 10
        ````

        </details>
    "#]].assert_eq(&shown(&found));
}

#[test]
fn nothing_to_say_is_said() {
    let mut found = Found::nothing();
    found.change = Some(FleetChange {
        unchanged: 3,
        ..FleetChange::default()
    });
    expect![[r#"
        <!-- lockstep check -->
        ## ✅ Lockstep check: nothing found

        Nothing changes in any environment; 3 units are the same.
    "#]]
    .assert_eq(&shown(&found));
}

#[test]
fn a_fleet_that_changes_as_a_whole_leaves_room_for_findings() {
    let mut found = Found::many(1_000);
    let agents: Vec<UnitDifference> = (0..2_000)
        .map(|number| unit("production", &format!("agent-{number}")))
        .collect();
    found.change = Some(FleetChange {
        units: agents,
        ..FleetChange::default()
    });
    let page = markdown(&found.results(), Room::Comment);
    assert!(page.len() <= Room::Comment.bytes(), "{}", page.len());
    let said: Vec<&str> = page.lines().filter(|line| line.contains(" more ")).collect();
    expect![[r#"
        1910 more units change; 0 units are the same.
        - 1896 more permissions change
        **490 more findings are left out here**: `cargo xtask check` shows them.
        33860 more lines do not fit here: `cargo xtask diff` shows them."#]]
    .assert_eq(&said.join("\n"));
}

#[test]
fn tables_say_no_more_than_their_cells() {
    let mut table = Table::new(&["", "case"]);
    table.row(vec!["1".to_owned(), "a|b <b>@all</b>".to_owned()]);
    let mut found = Found::nothing();
    found.tables = vec![("cases of [a]".to_owned(), table)];
    expect![[r#"
        <!-- lockstep check -->
        ## ✅ Lockstep check: nothing found

        ### cases of \[a\]

        |  | case |
        |---|---|
        | 1 | a\|b &lt;b&gt;@<zero width>all&lt;/b&gt; |
    "#]]
    .assert_eq(&shown(&found));
}

#[test]
fn rows_and_tables_that_do_not_fit_are_counted() {
    let mut found = Found::three();
    for name in ["first", "second"] {
        let mut table = Table::new(&["case", "said"]);
        for number in 0..1_000 {
            table.row(vec![format!("case-{number}"), "x".repeat(100)]);
        }
        found.tables.push((name.to_owned(), table));
    }
    let page = markdown(&found.results(), Room::Comment);
    assert!(page.len() <= Room::Comment.bytes());
    assert!(
        page.contains("more rows do not fit here: `--format json` has them."),
        "{page}"
    );
    // findings keep their half
    assert!(page.contains("### Findings"), "{page}");
}
