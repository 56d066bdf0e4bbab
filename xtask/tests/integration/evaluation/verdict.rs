//! What decides beside the plain rate: the weight of cases, and those that must hold.

use expect_test::expect;
use serde_json::Value;

use super::server::Server;
use crate::fleet::{Fleet, command};

const CASES: &str = "agents/assistant/regression/cases/greet.yaml";

/// A fleet whose `assistant` answers everything alike.
fn saying(answer: &str) -> Fleet {
    let fleet = Fleet::small();
    let mock = format!("rules:\n  - {{ name: greets, answer: '{answer}' }}\n");
    fleet.put("agents/assistant/regression/mock.yaml", &mock);
    fleet
}

/// What is said of nineteen cases that hold and one that does not, which says this besides.
fn judged(fleet: &Fleet, suite: &str, case: &str) -> (String, Vec<String>) {
    let held = (1..20).map(|number| {
        format!("  - {{ id: c{number}, userInput: Hello {number}, expectedResponseKeywords: [welcome] }}\n")
    });
    let held: String = held.collect();
    let failing = format!("  - {{ id: heavy, userInput: Bye, expectedResponseKeywords: [farewell]{case} }}\n");
    fleet.put(CASES, &format!("prompt: greet\n{suite}cases:\n{held}{failing}"));
    let answer = fleet.run(&["evaluate", "assistant"]);
    let verdict = &answer.result()["evaluations"][0]["verdict"];
    let reasons = verdict["reasons"].as_array().unwrap().iter();
    let reasons = reasons.map(|reason| reason.as_str().unwrap().to_owned()).collect();
    (verdict["outcome"].as_str().unwrap().to_owned(), reasons)
}

#[test]
fn a_heavy_case_that_fails_fails_the_verdict() {
    let fleet = saying("Welcome.");
    let of = |case: &str| judged(&fleet, "", case);
    assert_eq!(of(""), ("passed".to_owned(), vec![]));
    assert_eq!(of(", weight: 2"), ("passed".to_owned(), vec![]));
    let (outcome, reasons) = of(", weight: 9");
    assert_eq!(outcome, "failed");
    expect!["by weight 67.9 % of the cases hold, and more than 90.0 % must"].assert_eq(&reasons.join("\n"));
    let output = command(fleet.folder(), &["evaluate", "assistant"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("19 of 20 cases hold (95.0 %, 67.9 % by weight)"),
        "{text}"
    );
    // nothing makes up for too many that fail
    let (outcome, _) = judged(&fleet, "", ", weight: 0");
    assert_eq!(outcome, "passed");
    let args = ["evaluate", "assistant", "--pass-rate", "0.96"];
    let answer = fleet.run(&args);
    assert_eq!(answer.result()["evaluations"][0]["verdict"]["outcome"], "failed");
}

#[test]
fn a_case_that_must_hold_fails_the_verdict_alone() {
    let fleet = saying("Welcome.");
    for (suite, case, tag) in [
        ("", ", tags: [tone, safety]", Some("safety")),
        ("mustHold: [payment]\n", ", tags: [payment]", Some("payment")),
        ("mustHold: [payment]\n", ", tags: [safety]", None),
        ("mustHold: []\n", ", tags: [safety]", None),
        ("", ", tags: [payment]", None),
    ] {
        let (outcome, reasons) = judged(&fleet, suite, case);
        let said = tag.map(|tag| format!("what has the tag `{tag}` must hold, and does not: heavy"));
        let expected = if tag.is_some() { "failed" } else { "passed" };
        assert_eq!(
            (outcome.as_str(), reasons),
            (expected, Vec::from_iter(said)),
            "{suite}{case}"
        );
    }
    // an environment may ask for more
    fleet.append(
        "environments/fleet.yaml",
        "promotion:\n  staging: { mustHold: [payment] }\n",
    );
    let answer = fleet.run(&["evaluate", "assistant", "--for", "staging"]);
    let evaluation = &answer.result()["evaluations"][0];
    assert_eq!(evaluation["verdict"]["outcome"], "failed");
    assert_eq!(evaluation["mustHold"][0], "payment");
    assert_eq!(evaluation["summary"]["vetoes"]["payment"][0], "heavy");
}

#[test]
fn a_tag_that_no_case_has_is_told() {
    let fleet = saying("Welcome.");
    judged(&fleet, "mustHold: [safety, paymnet]\n", ", tags: [safety, payment]");
    let answer = fleet.run(&["evaluate", "assistant"]);
    let findings = answer.json["findings"].as_array().unwrap();
    let idle: Vec<&Value> = findings
        .iter()
        .filter(|finding| finding["rule"] == "idle-tag")
        .collect();
    assert_eq!(idle.len(), 1, "{}", answer.text());
    assert_eq!(
        idle[0]["message"],
        "no case has the tag `paymnet`, so none must hold by it"
    );
    assert_eq!(idle[0]["location"]["column"], 20, "{}", idle[0]);
}

#[test]
fn braces_in_quotes_stand_for_themselves() {
    let (fleet, server) = (Fleet::small(), Server::saying("Dear {{name}}, welcome."));
    for (field, outcome) in [("expectedResponseKeywords", "passed"), ("forbiddenKeywords", "failed")] {
        let keyword = r#"'dear {{"{{"}}name}}'"#;
        let cases = format!("prompt: greet\ncases:\n  - {{ id: braces, userInput: Hello, {field}: [{keyword}] }}\n");
        fleet.put(CASES, &cases);
        let answer = fleet.run(&["evaluate", "assistant", "--live", "--endpoint", &server.url]);
        let verdict = &answer.result()["evaluations"][0]["verdict"];
        assert_eq!(verdict["outcome"], outcome, "{}", answer.text());
    }
}

#[test]
fn a_weight_that_cannot_be_added_up_is_a_finding_at_its_place() {
    let fleet = saying("Welcome.");
    for weight in ["1e308", "1000001", "-1", ".inf", ".nan"] {
        let case = format!(
            "  - id: heavy\n    userInput: Hello\n    expectedResponseKeywords: [welcome]\n    weight: {weight}\n"
        );
        fleet.put(CASES, &format!("prompt: greet\ncases:\n{case}"));
        let answer = fleet.run(&["evaluate", "assistant"]);
        assert_eq!(answer.exit, 1, "{weight}: {}", answer.text());
        let findings = answer.json["findings"].as_array().unwrap();
        let places: Vec<&Value> = findings.iter().map(|one| &one["location"]).collect();
        let found = places.iter().find(|place| place["file"] == CASES).unwrap();
        assert_eq!(
            (found["line"].as_u64(), found["column"].as_u64()),
            (Some(6), Some(13)),
            "{weight}: {found}"
        );
    }
}

#[test]
fn nothing_that_counts_for_nothing_passes() {
    let fleet = saying("Welcome.");
    let case = |id: &str, word: &str, more: &str| {
        format!("  - {{ id: {id}, userInput: Hello, expectedResponseKeywords: [{word}]{more} }}\n")
    };
    for (cases, outcome) in [
        (
            case("a", "farewell", ", weight: 0") + &case("b", "farewell", ", weight: 0"),
            "failed",
        ),
        (case("a", "welcome", ", weight: 0"), "passed"),
        (
            case("a", "welcome", ", tags: [draft]") + &case("b", "welcome", ", tags: [draft]"),
            "failed",
        ),
        (
            case("a", "farewell", ", weight: 0") + &case("b", "welcome", ""),
            "failed",
        ),
    ] {
        fleet.put(CASES, &format!("prompt: greet\ncases:\n{cases}"));
        let answer = fleet.run(&["evaluate", "assistant"]);
        let verdict = &answer.result()["evaluations"][0]["verdict"]["outcome"];
        assert_eq!(verdict, outcome, "{cases}");
    }
}
