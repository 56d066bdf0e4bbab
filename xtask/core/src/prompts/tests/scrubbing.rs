//! What a sample of production leaves behind.

use crate::prompts::cases::Suite;
use crate::prompts::retro::{Trace, case_of, scrubbed, without_secrets};

#[test]
fn nothing_personal_and_no_secret_stays() {
    for (text, expected) in [
        ("write to ada.l@love.org please", "write to person@example.com please"),
        ("call +49 170 1234567 now", "call [phone] now"),
        ("DE89 3704 0044 0532 0130 00", "[iban]"),
        ("card 4111 1111 1111 1111", "card [card]"),
        ("from 10.1.2.3", "from 192.0.2.1"),
        ("Dear Mr Turing", "Dear Mr [name]"),
        ("Ich wohne Lindenstraße 12", "Ich wohne [address]"),
        (
            "Authorization: Bearer abcdefghijklmnop1234",
            "Authorization: Bearer [secret]",
        ),
        ("password=hunter2hunter2", "password=[secret]"),
        ("my password is hunter2secret.", "my password is [secret]"),
        ("the password is wrong", "the password is wrong"),
        ("call 555-123-4567 or (555) 123-4567", "call [phone] or [phone]"),
        ("call (030) 1234567", "call [phone]"),
        ("call 13812345678 or 138-1234-5678", "call [phone] or [phone]"),
        ("SSN 123-45-6789", "SSN [identity]"),
        ("ID 11010519491231002X", "ID [identity]"),
        ("from 2001:db8:1::5, at 12:30:45", "from 2001:db8::, at 12:30:45"),
        ("use std::fs and a::b", "use std::fs and a::b"),
        ("I am Ada Lovelace, and I am Happy", "I am [name], and I am Happy"),
        ("Thanks. Kind regards, Ada Lovelace", "Thanks. Kind regards, [name]"),
        ("Je m'appelle Ada Lovelace", "Je m'appelle [name]"),
        ("Mr. Alan Turing and Dr Ada Lovelace", "Mr. [name] and Dr [name]"),
        (
            "see https://ada:hunter2@shop.example/x",
            "see https://[secret]@shop.example/x",
        ),
        ("see https://shop.example:8443/a@b", "see https://shop.example:8443/a@b"),
        ("pw: hunter2", "pw: [secret]"),
        (
            "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYABCDEFGHIJ",
            "aws_secret_access_key = [secret]",
        ),
        (
            "write to jörg@müller.example or 用户@例子.公司",
            "write to person@example.com or person@example.com",
        ),
        ("born on 12.03.1984 in Ulm", "born on [birthday] in Ulm"),
        (
            "order HL-2291043 of 2026-02-12 costs 129.95 EUR",
            "order HL-2291043 of 2026-02-12 costs 129.95 EUR",
        ),
    ] {
        assert_eq!(scrubbed(text), expected);
    }
    assert_eq!(without_secrets("mail ada@love.org"), "mail ada@love.org");
}

fn trace(text: &str) -> Trace {
    serde_json::from_str(text).unwrap()
}

fn suite(cases: serde_json::Value) -> Suite {
    serde_json::from_value(serde_json::json!({"prompt": "p", "userVariable": "question", "cases": cases})).unwrap()
}

#[test]
fn a_sample_would_not_pass_its_own_case() {
    let kinds = |text: &str| -> Vec<String> {
        let case = case_of(&trace(text), "incident/1", &suite(serde_json::json!([])), &[]).unwrap();
        case.assertions.into_iter().map(|assertion| assertion.kind).collect()
    };
    assert_eq!(
        kinds(r#"{"userInput": "a", "answer": "b"}"#),
        ["not-equals", "unsupported"]
    );
    assert_eq!(
        kinds(r#"{"userInput": "a", "answer": "of ada@love.org"}"#),
        ["unsupported"]
    );
    assert_eq!(kinds(r#"{"userInput": "a"}"#), ["unsupported"]);
    let forbids =
        |word: &str| format!(r#"{{"userInput": "a", "answer": "Tomorrow", "forbiddenKeywords": ["{word}"]}}"#);
    assert_eq!(kinds(&forbids("tomorrow")), ["not-equals"]);
    assert_eq!(kinds(&forbids("today")), ["not-equals", "unsupported"]);
    let tools = |called: &str| format!(r#"{{"userInput": "a", "expectedTools": ["x"], "toolsCalled": [{called}]}}"#);
    assert_eq!(kinds(&tools("")), [""; 0]);
    assert_eq!(kinds(&tools(r#""x""#)), ["unsupported"]);
}

#[test]
fn what_any_suite_of_the_prompt_asks_is_not_written_again() {
    let other = suite(serde_json::json!([{"id": "known", "vars": {"question": "Where IS it?"}}]));
    let sample = trace(r#"{"userInput": "where is it"}"#);
    let twin = case_of(&sample, "incident/1", &suite(serde_json::json!([])), &[other]);
    assert_eq!(twin.unwrap_err(), "known");
}
