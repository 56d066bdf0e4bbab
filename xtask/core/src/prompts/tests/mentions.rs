//! Which names in the text of a prompt are tools: a set of sentences, each with the names that must be told.

use expect_test::expect;
use serde_json::json;

use super::super::{Certainty, Words, misnamed};

/// The agents of the rows.
#[derive(Clone, Copy, PartialEq)]
enum Agent {
    Snake,
    Kebab,
    Silent,
}

impl Agent {
    fn of(row: &str) -> Agent {
        match row {
            "snake" => Agent::Snake,
            "kebab" => Agent::Kebab,
            "silent" => Agent::Silent,
            _ => panic!("no agent: {row}"),
        }
    }

    fn words(self) -> Words {
        let mut words = Words::default();
        let tools: &[&str] = match self {
            Agent::Kebab => &["order-status", "create-ticket", "search"],
            _ => &["order_status", "create_ticket", "search"],
        };
        for tool in tools {
            let state = json!({"enum": ["in_transit", "left_hub"]});
            let note = json!({"type": "string"});
            words.tool(
                tool,
                &json!({"properties": {"orderNumber": {}, "parcel_state": state, "carrier_note": note}}),
            );
            if self != Agent::Silent {
                words.offer(&[(*tool).to_owned()]);
            }
        }
        words
    }
}

/// The set: a row is `agent | names | text`.
const ROWS: &str = include_str!("mentions.txt");

/// What is told of a text, as the rows write it.
fn told(agent: Agent, text: &str) -> Vec<String> {
    let found = misnamed(text, &agent.words());
    let mark = |certainty| if certainty == Certainty::Certain { '!' } else { '?' };
    found
        .into_iter()
        .map(|one| format!("{}{}", one.name, mark(one.certainty)))
        .collect()
}

#[test]
fn names_of_tools_are_told_from_other_names() {
    let (mut right, mut wrong, mut missed) = (0, 0, 0);
    let mut shown = String::new();
    let rows: Vec<&str> = ROWS.lines().filter(|line| !line.starts_with('#')).collect();
    for row in &rows {
        let [agent, expected, text] = row.splitn(3, " | ").collect::<Vec<_>>()[..] else {
            panic!("no row: {row}")
        };
        let mut expected: Vec<&str> = expected.split_whitespace().collect();
        let mut told = told(Agent::of(agent), &text.replace(" ⏎ ", "\n"));
        told.retain(|name| match expected.iter().position(|one| one == name) {
            Some(at) => {
                right += 1;
                expected.remove(at);
                false
            }
            None => true,
        });
        (wrong, missed) = (wrong + told.len(), missed + expected.len());
        for (what, names) in [("says", told.join(" ")), ("misses", expected.join(" "))] {
            if !names.is_empty() {
                shown += &format!("{what} {names}: {text}\n");
            }
        }
    }
    let (rows, told, all) = (rows.len(), right + wrong, right + missed);
    shown += &format!("{rows} texts: {right} of {told} that are told are right, {right} of {all} are told\n");
    expect![[r#"
        misses fetch_rates?: You may call up to three tools; `fetch_rates` is the cheapest.
        misses web_search?: If that fails, fall back to `web_search`.
        misses cancel_order?: - To cancel: `cancel_order` ⏎ - To look up: `order_status`
        misses transfer_to_agent?: Only `transfer_to_agent(reason)` ends the conversation.
        misses get_cart?: After `get_cart` returns, summarise it.
        201 texts: 109 of 109 that are told are right, 109 of 114 are told
    "#]]
    .assert_eq(&shown);
}

#[test]
fn a_tool_that_only_an_earlier_manifest_has_is_told() {
    let mut words = Agent::Snake.words();
    words.former("parcel_lookup");
    words.former("weigh");
    let said = |text: &str| {
        let found = misnamed(text, &words).into_iter();
        let found = found.map(|one| (one.name, one.certainty, one.line, one.column));
        found.collect::<Vec<_>>()
    };
    assert_eq!(
        said("The box is heavy: `weigh`.\n客户 says `parcel_lookup`."),
        [("parcel_lookup".to_owned(), Certainty::Certain, 2, 9)]
    );
}

/// Of two readings of every piece with all that follows it, this would take minutes.
#[test]
fn a_long_text_is_read_once() {
    for (piece, names) in [
        ("call `book_slot` and `a_bc`, ", 2),
        ("{{!-- x --}}", 0),
        ("` `` ``` ", 0),
        ("\n| `book_slot` | b |", 0),
        ("\n# book_slot\n", 0),
        ("“a_bc” **a_bc** ", 0),
        ("调用 `book_slot`。", 1),
    ] {
        let count = (1 << 18) / piece.len();
        let found = misnamed(&piece.repeat(count), &Agent::Snake.words());
        assert_eq!(found.len(), names * count, "{piece:?}");
    }
}
