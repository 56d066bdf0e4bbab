//! The Chinese README says as much as the English one: the same commands, sections, rows of tables and links.

use std::collections::BTreeSet;

use super::workbench::tree;

const PAGES: [&str; 2] = ["README.md", "README.zh-CN.md"];

fn text(path: &str) -> String {
    let tree = tree(|path| path.starts_with("README"));
    String::from_utf8(tree.get(path).unwrap().to_vec()).unwrap()
}

/// The blocks of code of a page, as they stand there.
fn blocks(text: &str) -> Vec<String> {
    text.split("\n```").skip(1).step_by(2).map(str::to_owned).collect()
}

/// How deep each heading is, blocks of code aside.
fn headings(text: &str) -> Vec<usize> {
    let prose: Vec<&str> = text.split("\n```").step_by(2).collect();
    let lines = prose.iter().flat_map(|part| part.lines());
    lines
        .filter_map(|line| line.split_once("# ").map(|(before, _)| before))
        .filter(|before| before.bytes().all(|byte| byte == b'#'))
        .map(|before| before.len() + 1)
        .collect()
}

/// What stands in backticks in the first cell of each row of the tables, or how many cells the row has.
fn rows(text: &str) -> Vec<(Vec<String>, usize)> {
    let rows = text.lines().filter(|line| line.starts_with("| "));
    rows.map(|row| {
        let first = row.split(" | ").next().unwrap();
        let words = first.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        (words, row.matches(" | ").count())
    })
    .collect()
}

/// Where the links of a page lead, but for the other language.
fn links(text: &str) -> BTreeSet<String> {
    let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    links.filter(|link| !PAGES.contains(link)).map(str::to_owned).collect()
}

#[test]
fn the_commands_of_both_pages_are_the_same() {
    let [english, chinese] = PAGES.map(text);
    assert_eq!(blocks(&chinese), blocks(&english));
    assert!(blocks(&english).len() > 5);
}

#[test]
fn the_sections_tables_and_links_of_both_pages_are_the_same() {
    let [english, chinese] = PAGES.map(text);
    assert_eq!(headings(&chinese), headings(&english));
    let (english_rows, chinese_rows) = (rows(&english), rows(&chinese));
    for (chinese, english) in chinese_rows.iter().zip(&english_rows) {
        // words of prose beside a name may be in backticks in one language alone
        if english
            .0
            .iter()
            .any(|word| word.starts_with(|first: char| first.is_ascii_lowercase()))
        {
            assert_eq!(chinese, english);
        }
    }
    assert_eq!(chinese_rows.len(), english_rows.len());
    assert!(english_rows.len() > 30);
    assert_eq!(links(&chinese), links(&english));
}
