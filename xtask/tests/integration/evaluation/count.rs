//! How many cases there are to ask, before any is.

use lockstep::prompts::cases::Case;
use lockstep::workspace::case_count;

const BLOCK: &str = "prompt: answer
cases:
  - {id: one, userInput: a, tags: [fast]}
  - id: two
    userInput: b
  - {id: three, userInput: c, tags: [fast, long]}
";

#[track_caller]
fn check(text: &str, all: usize, fast: usize) {
    let is_fast = |case: &Case| case.tags.iter().any(|tag| tag == "fast");
    assert_eq!(case_count(text.as_bytes(), None), all);
    assert_eq!(case_count(text.as_bytes(), Some(&is_fast)), fast);
}

#[test]
fn cases_are_counted_however_a_suite_is_written() {
    check(BLOCK, 3, 2);
    // with an anchor it is read as a whole
    check(
        &BLOCK.replace("[fast]", "&tags [fast]").replace("[fast, long]", "*tags"),
        3,
        2,
    );
    check(
        r#"{"prompt": "answer", "cases": [{"id": "one", "userInput": "a", "tags": ["fast"]}]}"#,
        1,
        1,
    );
    check("prompt: answer\ncases: []\n", 0, 0);
}

#[test]
fn what_is_no_suite_has_no_cases() {
    for text in ["", "cases: 3", "[a, b]", "cases: [", "prompt: answer"] {
        check(text, 0, 0);
    }
    assert_eq!(case_count(&[0xff, 0xfe], None), 0);
}
