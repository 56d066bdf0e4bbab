//! What stands in place of what a sample leaves behind, and that long samples are looked through as a whole.

use crate::prompts::cases::Suite;
use crate::prompts::retro::{Trace, case_of, scrubbed};

fn suite(cases: serde_json::Value) -> Suite {
    serde_json::from_value(serde_json::json!({"prompt": "p", "cases": cases})).unwrap()
}

/// Of several of a kind one can tell which is which, wherever they stand; of one alone there is nothing to tell.
#[test]
fn the_same_has_the_same_placeholder_and_another_one_another() {
    let trace: Trace = serde_json::from_str(
        r#"{
            "userInput": "ping 10.1.2.3 from 10.1.2.4, and 10.1.2.3 again; mail ada@love.org or alan@love.org, Tel. 5550 1999",
            "answer": "10.1.2.4 cannot reach 10.1.2.3; wrote to Alan@love.org of card 4111 1111 1111 1111",
            "expectedBehavior": "says that alan@love.org is away from 10.1.2.5",
            "turns": [{"role": "user", "text": "My name is Ada Lovelace. Call me on 55501999, token=hunter2hunter2, pw: hunter3hunter3"},
                      {"role": "assistant", "text": "Dear Ms Lovelace, I told Mr Turing"}],
            "vars": {"card": "4111-1111-1111-1111", "source": {"host": "10.1.2.4", "password": "hunter3hunter3"}, "phone": "5550 1998"}
        }"#,
    )
    .unwrap();
    let case = case_of(&trace, "incident/1", &suite(serde_json::json!([])), &[])
        .0
        .unwrap();
    let text = serde_json::to_string_pretty(&case).unwrap();
    expect_test::expect![[r#"
        {
          "id": "sample-347c4dba50",
          "userInput": "ping [ip-1] from [ip-2], and [ip-1] again; mail person-1@example.com or person-2@example.com, Tel. [phone-1]",
          "expectedBehavior": "says that person-2@example.com is away from [ip-3]",
          "vars": {
            "card": "[card]",
            "phone": "[phone-2]",
            "source": {
              "host": "[ip-2]",
              "password": "[secret-2]"
            }
          },
          "turns": [
            {
              "role": "user",
              "text": "My name is [name-1]. Call me on [phone-1], token=[secret-1], pw: [secret-2]"
            },
            {
              "role": "assistant",
              "text": "Dear Ms [name-1], I told Mr [name-2]"
            }
          ],
          "tags": [
            "incident"
          ],
          "origin": "incident/1"
        }"#]].assert_eq(&text);
    assert!(!text.chars().any(|c| ('\u{E000}'..='\u{F8FF}').contains(&c)));
    // what is written is a twin of what comes again, and of what an earlier version wrote
    for numbered in [true, false] {
        let mut written = case.clone();
        if !numbered {
            let plain = text.replace("-1]", "]").replace("-2]", "]").replace("-3]", "]");
            written =
                serde_json::from_str(&plain.replace("person-1@", "person@").replace("person-2@", "person@")).unwrap();
        }
        let known = suite(serde_json::json!([written]));
        assert_eq!(case_of(&trace, "incident/2", &known, &[]).0.unwrap_err(), case.id);
    }
}

#[test]
fn who_is_named_once_is_named_nowhere() {
    let trace: Trace = serde_json::from_str(
        r#"{"userInput": "My name is Anna Müller. Call Anna tomorrow.", "answer": "Dear Anna Müller, Annapolis it is"}"#,
    )
    .unwrap();
    let case = case_of(&trace, "incident/1", &suite(serde_json::json!([])), &[])
        .0
        .unwrap();
    assert_eq!(case.user_input, "My name is [name]. Call [name] tomorrow.");
    let text = serde_json::to_string(&case.assertions).unwrap();
    assert!(text.contains("Dear [name], Annapolis it is"), "{text}");
    assert!(!text.contains("Anna "), "{text}");
}

/// Nothing is lost of a long text, and nothing in it is passed over where it is cut into parts.
#[test]
fn a_long_text_is_looked_through_to_its_end() {
    for filler in ["word ", "1 ", "a@", "a.", "[[((", "+1", "A<", "key-"] {
        let text = filler.repeat(200_000 / filler.len());
        assert_eq!(
            scrubbed(&format!("{text}\nmy passport is C01X00T47")),
            format!("{}\nmy passport is [identity]", scrubbed(&text)),
            "{filler}"
        );
    }
    assert_eq!(scrubbed(&"word ".repeat(40_000)), "word ".repeat(40_000));
    // the first word may stand before a number, so that a part begins there
    for length in 1990..2070 {
        let text = format!("passport abcdef {} passport C01X00T47, ", "é".repeat(length / 2));
        let clean = format!("{text}pw: {}", "x".repeat(9000));
        let expected = text.replace("C01X00T47", "[identity]") + "pw: [secret]";
        assert_eq!(scrubbed(&clean), expected, "{length}");
    }
}
