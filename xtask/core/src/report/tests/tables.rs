//! Tables on terminals of any width.

use expect_test::expect;

use crate::report::{Table, within};

fn table() -> Table {
    let mut table = Table::new(&["unit", "change", "what"]);
    table.row(vec![
        "客服助手".into(),
        "changed".into(),
        "a long text about what is different here".into(),
    ]);
    table.row(vec!["b".into(), "added".into(), "short".into()]);
    table
}

#[test]
fn wide_characters_take_two_columns() {
    expect![[r#"
        table
          unit      change   what
          客服助手  changed  a long text about what is different here
          b         added    short
    "#]]
    .assert_eq(&format!("table\n{}", table().text()));
}

#[test]
fn a_narrow_terminal_folds_the_widest_cells() {
    let text = table().text_within(40);
    expect![[r#"
        table
          unit      change   what
          客服助手  changed  a long text about
                             what is different
                             here
          b         added    short
    "#]]
    .assert_eq(&format!("table\n{text}"));
}

#[test]
fn names_go_on_below_before_a_row_becomes_a_list_and_times_never() {
    let mut table = Table::new(&["time", "environment", "agent", "event", "what", "by"]);
    for (agent, what) in [("notification-service", "v3.0.0-gray-A"), ("orders", "dev-latest")] {
        let row = [
            "2026-11-22T05:00:00Z",
            "production",
            agent,
            "released",
            what,
            "Ada Lovelace",
        ];
        table.row(row.map(str::to_owned).to_vec());
    }
    let text = table.text_within(80);
    assert!(text.lines().all(|line| line.len() <= 80), "{text}");
    expect![[r#"
        table
          time                  environme…  agent          event     what       by
          2026-11-22T05:00:00Z  production  notification-  released  v3.0.0-    Ada
                                            service                  gray-A     Lovelace
          2026-11-22T05:00:00Z  production  orders         released  dev-       Ada
                                                                     latest     Lovelace
    "#]]
    .assert_eq(&format!("table\n{text}"));
}

#[test]
fn a_terminal_with_no_room_for_columns_gets_lists() {
    let mut table = Table::new(&["time", "environment", "agent", "event"]);
    table.row(
        ["2026-11-22T05:00:00Z", "production", "order-triage", "released"]
            .map(str::to_owned)
            .to_vec(),
    );
    table.row(
        [
            "2026-11-22T06:00:00Z",
            "canary",
            "",
            "a text with so many words that they take two lines",
        ]
        .map(str::to_owned)
        .to_vec(),
    );
    expect![[r#"
        table
          2026-11-22T05:00:00Z
            environment  production
            agent        order-triage
            event        released
          2026-11-22T06:00:00Z
            environment  canary
            event        a text with so many
                         words that they
                         take two lines
    "#]]
    .assert_eq(&format!("table\n{}", table.text_within(36)));
}

#[test]
fn sentences_go_on_below_and_commands_stay_whole() {
    let text = "\u{1b}[1mjudged\u{1b}[0m 882 objects of 49 units by 40 policies\n  = help: name it by its digest and nothing else\n  cargo xtask explain rule unpinned-image --verbose\n";
    let fitted = "\u{1b}[1mjudged\u{1b}[0m 882 objects of 49 units\n  by 40 policies\n  = help: name it by its digest\n    and nothing else\n  cargo xtask explain rule unpinned-image --verbose\n";
    assert_eq!(within(text, 32), fitted);
    assert_eq!(within(text, 200), text);
    assert_eq!(within("no end", 32), "no end");
}
