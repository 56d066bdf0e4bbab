//! Ten thousand findings: every form stays within its limit and says what is missing.

use expect_test::expect;

use super::results::Found;
use crate::report::{MOST_ANNOTATIONS, Room, github, markdown};

const MANY: usize = 10_000;

#[test]
fn annotations_end_where_github_stops_showing_them() {
    let text = github(&Found::many(MANY).results());
    let annotations: Vec<&str> = text.lines().filter(|line| line.starts_with("::")).collect();
    assert_eq!(annotations.len(), MOST_ANNOTATIONS);
    expect!["::error title=lockstep::9991 more findings are in the log of this step, of the same weight"]
        .assert_eq(annotations[MOST_ANNOTATIONS - 1]);
    assert_eq!(text.lines().count(), MANY + 1);
}

#[test]
fn summaries_fit_into_their_rooms() {
    let found = Found::many(MANY);
    for room in [Room::Comment, Room::JobSummary] {
        let page = markdown(&found.results(), room);
        assert!(page.len() <= room.bytes(), "{}", page.len());
        assert!(
            page.len() > room.bytes() / 2 || !page.contains("more findings"),
            "room is left"
        );
    }
    let page = markdown(&found.results(), Room::Comment);
    expect!["**9236 more findings are left out here**: `cargo xtask check` shows them."]
        .assert_eq(page.lines().last().unwrap());
}
