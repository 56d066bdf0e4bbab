//! Tables on terminals of any width.

use expect_test::expect;

use crate::report::Table;

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
fn a_narrow_terminal_cuts_the_widest_cells() {
    let text = table().text_within(40);
    expect![[r#"
        table
          unit      change   what
          客服助手  changed  a long text about …
          b         added    short
    "#]]
    .assert_eq(&format!("table\n{text}"));
    assert!(
        table().text_within(1).lines().count() == 3,
        "nothing is lost but ends of cells"
    );
}
