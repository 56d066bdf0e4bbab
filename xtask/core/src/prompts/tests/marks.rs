//! What a case is known by: what it asks, what it demands, and what mock tools tell it.

use serde_json::{Value, json};

use crate::prompts::cases::{Case, Marker, Suite, is_same_case};
use crate::prompts::run::{Mock, MockFile};

fn mock(tools: Value) -> Mock {
    let file: MockFile = serde_json::from_value(json!({"rules": [], "tools": tools})).unwrap();
    Mock::new(file).unwrap()
}

fn case(value: Value) -> Case {
    serde_json::from_value(value).unwrap()
}

#[test]
fn what_a_mock_tool_returns_is_part_of_a_case() {
    let suite = Suite::default();
    let asks = case(json!({"id": "a", "userInput": "Where is my order?", "expectedTools": ["find-order"]}));
    let order = |state: &str| json!({"tool": "find-order", "result": {"state": state}});
    let weather = |sky: &str| json!({"tool": "weather", "result": sky});
    let mark = |case: &Case, tools: Value| Marker::of(&suite, Some(&mock(tools))).mark(case);
    let bare = Marker::of(&suite, None).mark(&asks);
    assert_eq!(bare.len(), 32);
    assert_eq!(mark(&asks, json!([])), bare);

    let sent = mark(&asks, json!([order("sent"), weather("blue")]));
    assert_eq!(
        sent,
        mark(&asks, json!([order("sent"), weather("grey")])),
        "it does not name that tool"
    );
    let lost = mark(&asks, json!([order("lost"), weather("blue")]));
    assert!(!is_same_case(&lost, &sent) && is_same_case(&sent, &sent));
    assert!(!is_same_case(&bare, &sent), "the result is gone");

    // records of earlier versions know nothing of mock tools
    assert!(is_same_case(&sent, &bare) && is_same_case(&lost, &bare));
    assert!(!is_same_case(&sent, &bare.replace(|c: char| c.is_ascii_digit(), "x")));

    // any tool may be called where a case names none
    let free = case(json!({"id": "b", "userInput": "Is it raining?"}));
    assert_ne!(
        mark(&free, json!([weather("blue")])),
        mark(&free, json!([weather("grey")]))
    );
}
