//! The Chinese README shows the same commands as the English one.

use super::workbench::tree;

/// The blocks of code of a page, as they stand there.
fn blocks(path: &'static str) -> Vec<String> {
    let tree = tree(|path| path.starts_with("README"));
    let text = String::from_utf8(tree.get(path).unwrap().to_vec()).unwrap();
    text.split("\n```").skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn the_commands_of_both_pages_are_the_same() {
    assert_eq!(blocks("README.zh-CN.md"), blocks("README.md"));
    assert!(blocks("README.md").len() > 5);
}
