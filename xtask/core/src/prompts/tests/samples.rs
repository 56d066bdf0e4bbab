//! What a sample demands, and who it is about: kept as far as nobody is told by it.

use super::super::retro::{Trace, case_of, scrubbed};
use crate::prompts::cases::{Case, Suite};

fn suite(cases: serde_json::Value) -> Suite {
    serde_json::from_value(serde_json::json!({"prompt": "p", "userVariable": "question", "cases": cases})).unwrap()
}

fn trace(text: &str) -> Trace {
    serde_json::from_str(text).unwrap()
}

/// Scrubs each text, and tells of all at once that came out otherwise.
fn all_scrubbed(rows: &[(&str, &str)]) {
    let each = rows.iter().map(|(text, expected)| (*text, scrubbed(text), *expected));
    let wrong: Vec<_> = each.filter(|(_, clean, expected)| clean != expected).collect();
    assert!(wrong.is_empty(), "text, result, expected: {wrong:#?}");
}

fn case(sample: serde_json::Value) -> (Case, Vec<String>) {
    let trace: Trace = serde_json::from_value(sample).unwrap();
    let (case, dropped) = case_of(&trace, "incident/1", &suite(serde_json::json!([])), &[]);
    let dropped = dropped.iter().map(|one| format!("{}: {}", one.place, one.text));
    (case.unwrap(), dropped.collect())
}

/// An answer can repeat a placeholder that the question has; one that it has not cannot be demanded, and is told.
#[test]
fn no_demand_is_lost_without_a_word() {
    let (kept, dropped) = case(serde_json::json!({
        "userInput": "Write to ada@love.org or alan@love.org.",
        "answer": "Dear ada@love.org, call +49 170 1234567",
        "forbiddenKeywords": ["ada@love.org", "+49 170 1234567", "maybe"]
    }));
    assert_eq!(kept.forbidden_keywords, ["person-1@example.com", "maybe"]);
    assert_eq!(dropped, ["forbiddenKeywords[1]: [phone]"]);
    // the sample has the kept word, so that nobody has to say what was wrong
    assert!(kept.assertions.is_empty(), "{:?}", kept.assertions);
    let (kept, dropped) = case(serde_json::json!({
        "userInput": "Who is it?", "answer": "ada@love.org", "forbiddenKeywords": ["ada@love.org"]
    }));
    assert!(kept.forbidden_keywords.is_empty() && kept.assertions[0].kind == "unsupported");
    assert_eq!(dropped, ["forbiddenKeywords[0]: person@example.com"]);
}

#[test]
fn tools_of_a_sample_have_arguments_as_those_of_a_case() {
    let sample = |called: serde_json::Value| {
        serde_json::json!({
            "userInput": "Where is HL-1? Mail ada@love.org.", "answer": "No.", "toolsCalled": called,
            "expectedTools": ["search", {"name": "order_status", "arguments":
                {"order": "HL-1", "email": "ada@love.org", "phone": "+49 170 1234567"}}]
        })
    };
    let (kept, dropped) = case(sample(serde_json::json!(["search", "order_status"])));
    assert_eq!(
        serde_json::to_value(&kept.expected_tools).unwrap(),
        serde_json::json!(["search", {"name": "order_status", "arguments": {"order": "HL-1", "email": "person@example.com"}}])
    );
    assert_eq!(dropped, [r#"expectedTools[1].arguments.phone: "[phone]""#]);
    let is_open = |called| {
        let (case, _) = case(sample(called));
        case.assertions.iter().any(|one| one.kind == "unsupported")
    };
    let called = |order: &str| serde_json::json!(["search", {"name": "order_status", "arguments": {"order": order, "email": "ada@love.org"}}]);
    assert!(is_open(called("HL-1")), "the sample does all that is demanded");
    assert!(!is_open(called("HL-2")), "another argument");
    assert!(
        is_open(serde_json::json!(["search", "order_status"])),
        "nobody knows with which"
    );
    // a case with the names alone demands less
    let trace: Trace = serde_json::from_value(sample(serde_json::json!([]))).unwrap();
    let twin = |tools: serde_json::Value| {
        let mut twin = serde_json::to_value(&kept).unwrap();
        twin["expectedTools"] = tools;
        case_of(&trace, "incident/1", &suite(serde_json::json!([twin])), &[])
            .0
            .is_err()
    };
    assert!(!twin(serde_json::json!(["search", "order_status"])));
    assert!(twin(serde_json::to_value(&kept.expected_tools).unwrap()));
}

/// Telephone numbers, cards and what only looks like them, beside whatever stands there.
#[test]
fn numbers_end_where_they_end() {
    all_scrubbed(&[
        ("call +49 151 2345 6789 01 now", "call [phone] now"),
        ("+49 (0)151 23456789, +49.151.2345.6789", "[phone], [phone]"),
        ("0049 151 23456789 01 or (+49 151 23456789).", "[phone] or ([phone])."),
        ("+49\u{a0}151\u{a0}2345678 2 times", "[phone] 2 times"),
        ("+49 30 123456 2026-02-12", "[phone] 2026-02-12"),
        ("+49 30 123456 12.02.2026 10:30", "[phone] 12.02.2026 10:30"),
        ("电话+49 151 23456789吧", "电话[phone]吧"),
        ("off by +3.14159265358", "off by +3.14159265358"),
        ("4111 1111 1111 1111 or 4111-1111-1111-1111.", "[card] or [card]."),
        ("(4111111111111111) 2 times", "([card]) 2 times"),
        ("4111\u{a0}1111\u{a0}1111\u{a0}1111です", "[card]です"),
        ("3782 822463 10005 of Amex", "[card] of Amex"),
        ("41 11 11 11 11 11 11 11 please", "[card] please"),
        ("from 2026-02-12 2026-02-13 on", "from 2026-02-12 2026-02-13 on"),
        ("1 2 3 4 5 6 7 8 9 10 11 12 13", "1 2 3 4 5 6 7 8 9 10 11 12 13"),
        ("of 2026-02-12 4111 1111 1111 1111", "of 2026-02-12 [card]"),
        (
            "4111 1111 1111 1111 12/27, 3782 822463 10005 2 times",
            "[card] 12/27, [card] 2 times",
        ),
        ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1, read out", "[card], read out"),
        (
            "+1 (555) 123-4567 or +86 139 1234 5678，谢谢",
            "[phone] or [phone]，谢谢",
        ),
        (
            "1 + 2 is 3, +5 °C, +20 %, +1234567",
            "1 + 2 is 3, +5 °C, +20 %, [phone]",
        ),
        ("DE89 3704 0044 0532 0130 00 or HL-2291043", "[iban] or HL-2291043"),
        ("version 1.2.3.4 on 10.1.2.3", "version 1.2.3.4 on [ip]"),
    ]);
}

#[test]
fn names_are_told_by_addresses_greetings_and_the_end_of_a_letter() {
    all_scrubbed(&[
        ("Best regards,\nJane Doe", "Best regards,\n[name]"),
        ("Liebe Grüße\nJane Doe", "Liebe Grüße\n[name]"),
        ("It broke.\nThanks,\nJane Doe\n", "It broke.\nThanks,\n[name]\n"),
        ("Thanks\nThe tent is here", "Thanks\nThe tent is here"),
        ("Dear Jane Doe, it is here", "Dear [name], it is here"),
        (
            "Hello World! Dear Valued Customer, hi",
            "Hello World! Dear Valued Customer, hi",
        ),
    ]);
    let (kept, _) = case(serde_json::json!({
        "userInput": "I am jane.doe@shop.example; order.status@shop.example is silent.",
        "answer": "We found Jane Doe. Jane, your order status is open.", "expectedBehavior": "Asks Jane Doe."
    }));
    let text = serde_json::to_string(&kept).unwrap();
    assert_eq!(kept.expected_behavior, "Asks [name].");
    assert!(!text.contains("Jane"), "{text}");
}

#[test]
fn a_sample_would_not_pass_its_own_case() {
    let kinds = |text: &str| -> Vec<String> {
        let case = case_of(&trace(text), "incident/1", &suite(serde_json::json!([])), &[])
            .0
            .unwrap();
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
    assert_eq!(twin.0.unwrap_err(), "known");
}

#[test]
fn a_case_that_was_changed_keeps_its_id_to_itself() {
    let trace = trace(r#"{"userInput": "What is the VAT?", "answer": "none"}"#);
    let first = case_of(&trace, "incident/1", &suite(serde_json::json!([])), &[])
        .0
        .unwrap();
    let changed = serde_json::json!([{"id": first.id, "userInput": "What is the VAT in Austria?", "forbiddenKeywords": ["none"]}]);
    let second = case_of(&trace, "incident/1", &suite(changed), &[]).0.unwrap();
    assert_eq!(second.id, format!("{}-2", first.id));
}
