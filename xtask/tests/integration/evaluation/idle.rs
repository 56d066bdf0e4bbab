//! Assertions and cases that hold whatever is answered, told by holding them against answers.

use expect_test::expect;
use xtask::report::Report;

use super::unsound::{suite, told};
use crate::ledger::evidence::{CASES, with_cases};

/// The cases that pass whatever is answered, of cases with one field or assertion each.
fn unchecked(said: &[&str]) -> Vec<String> {
    let case = |(number, said): (usize, &&str)| {
        let said = match said.starts_with('{') {
            true => format!("assert: [{said}]"),
            false => (*said).to_owned(),
        };
        format!("  - {{id: case-{number}, userInput: Hello, {said}}}\n")
    };
    let cases: String = said.iter().enumerate().map(case).collect();
    let report = suite(&format!("cases:\n{cases}"));
    assert_eq!(told(&report, "invalid-value"), "");
    let unchecked = told(&report, "unchecked-case");
    let numbers = unchecked
        .lines()
        .filter_map(|line| line.split(['`', '-']).nth(2)?.parse::<usize>().ok());
    numbers.map(|number| said[number].to_owned()).collect()
}

#[test]
fn an_assertion_that_no_answer_makes_fail_says_nothing() {
    let idle = [
        "{type: regex, value: '.*'}",
        "{type: regex, value: 'x*'}",
        "{type: regex, value: '^'}",
        "{type: regex, value: '$'}",
        "{type: regex, value: '(?=)'}",
        "{type: regex, value: '^[\\s\\S]*$'}",
        "{type: regex, value: 'sorry|'}",
        "{type: not-regex, value: '$.'}",
        "{type: not-regex, value: '.^'}",
        "{type: not-regex, value: '[^\\s\\S]'}",
        "{type: not-regex, value: 'a\\bb'}",
        "{type: word-count, value: {max: 1000000}}",
        "{type: not-word-count, value: 1000000}",
        "{type: levenshtein, value: a word, threshold: 1000000000}",
        "{type: trajectory:step-count, value: {max: 1000000}}",
        "{type: cost, threshold: 1000000}",
        "{type: latency, threshold: 1000000000000}",
        "{type: assert-set, threshold: 0.5, assert: [{type: regex, value: '.*', weight: 9}, {type: equals, value: x}]}",
        "maxTokensLimit: 32768",
        "maxLatencyMs: 100000000000",
        "maxCost: 100000",
        // the heavy one that always holds outvotes what is missing
        "expectedResponseKeywords: [no such word], threshold: 0.9, assert: [{type: regex, value: '.*', weight: 999}]",
        "expectedResponseKeywords: [no such word], maxTokensLimit: 32768, threshold: 0.3",
    ];
    assert_eq!(unchecked(&idle), idle);
}

#[test]
fn an_assertion_that_some_answer_makes_fail_says_something() {
    let some = [
        "{type: regex, value: '.'}",
        "{type: regex, value: '^(?!.*password)'}",
        "{type: regex, value: '^(?!.*\\bAPI-[A-Z]{3}-\\d{4}\\b)'}",
        "{type: regex, value: '^((?!ACME)[\\s\\S])*$'}",
        "{type: regex, value: '^[^æ]*$'}",
        "{type: regex, value: '^[^<]*$'}",
        "{type: regex, value: '^.{0,2000}$'}",
        "{type: regex, value: '^[^一-龥]*$'}",
        "{type: not-regex, value: 'password'}",
        "{type: not-regex, value: '\\bAPI-[A-Z]{3}-\\d{4}\\b'}",
        "{type: not-regex, value: '^$'}",
        "{type: not-regex, value: '(\\d)\\1{3}'}",
        "{type: not-regex, value: '(?<=Dear )[A-Z]\\w+(?= Ltd)'}",
        "{type: not-regex, value: '😀'}",
        "{type: not-regex, value: '[ऀ-ॿ]{2}'}",
        "{type: not-regex, value: '(?i)as an ai'}",
        "{type: not-regex, value: '^(?=.*[a-z])(?=.*\\d).{8,}$'}",
        "{type: not-equals, value: x}",
        "{type: not-contains, value: no such word}",
        "{type: not-icontains, value: No Such Word}",
        "{type: not-contains-any, value: 'one, two'}",
        "{type: not-contains-all, value: [one, two]}",
        "{type: not-icontains-all, value: [One, Two]}",
        "{type: not-starts-with, value: Dear}",
        "{type: not-is-json}",
        "{type: not-contains-json, value: {type: object, required: [secret]}}",
        "{type: not-is-xml}",
        "{type: not-contains-html}",
        "{type: not-is-refusal}",
        "{type: is-refusal}",
        "{type: not-levenshtein, value: a word}",
        "{type: not-word-count, value: 57}",
        "{type: word-count, value: {max: 200}}",
        "{type: levenshtein, value: a word, threshold: 100}",
        "{type: trajectory:step-count, value: {max: 3}}",
        "{type: not-trajectory:tool-used, value: search}",
        "{type: not-bleu, value: some words, threshold: 0.9}",
        "{type: cost, threshold: 0.01}",
        "{type: latency, threshold: 5000}",
        "{type: assert-set, threshold: 0.5, assert: [{type: regex, value: '.*'}, {type: equals, value: x, weight: 2}]}",
        "maxTokensLimit: 2000",
        "expectedResponseKeywords: [no such word], threshold: 0.6, assert: [{type: regex, value: '.*'}]",
    ];
    assert_eq!(unchecked(&some), [""; 0]);
}

fn warned(report: &Report) -> String {
    told(report, "idle-assertion") + &told(report, "idle-weight")
}

#[test]
fn what_always_holds_beside_something_else_is_told_with_what_it_counts() {
    let report = suite(
        "\
assert: [{type: regex, value: '.*'}, {type: not-contains, value: sorry}, {type: regex, value: '.*', weight: 0}]
cases:
  - {id: all, userInput: Hi, expectedResponseKeywords: [no], assert: [{type: not-regex, value: '$.'}]}
  - {id: by-score, userInput: Hi, expectedResponseKeywords: [no], threshold: 0.9, assert: [{type: regex, value: '^', weight: 2}]}
  - {id: reports, userInput: Hi, expectedResponseKeywords: [no], assert: [{type: regex, value: '^', weight: 0}]}
",
    );
    expect![[r#"
        4:10 `regex` of the suite holds whatever is answered
        6:10 `not-regex` of `all` holds whatever is answered
        7:10 `regex` of `by-score` holds whatever is answered, and is 33.3 % of its score, which decides
    "#]]
    .assert_eq(&warned(&report));
    assert_eq!(told(&report, "unchecked-case"), "");
}

#[test]
fn a_weight_of_nothing_everywhere_is_told() {
    let report = suite("cases:\n  - {id: one, userInput: Hi, weight: 0, forbiddenKeywords: [no such word]}\n");
    expect![[r#"
        4:1 all cases of the suite have the weight 0: its score is 0, and each counts alike in the rate
    "#]]
    .assert_eq(&warned(&report));
    let report = suite(
        "cases:\n  - {id: one, userInput: Hi, weight: 0, forbiddenKeywords: [no such word]}\n  - {id: two, userInput: Hi, \
         forbiddenKeywords: [no such word]}\n",
    );
    assert_eq!(warned(&report), "", "one that only reports beside others");
    let fleet = with_cases();
    let set = "{ type: assert-set, weight: 0, assert: [{ type: contains, value: Welcome }] }";
    let case = format!("  - {{ id: set, userInput: Hi, assert: [{set}] }}\n");
    fleet.append(CASES, &case);
    let answer = fleet.done(&["evaluate", "assistant"]);
    let finding = answer
        .findings()
        .iter()
        .find(|finding| finding["rule"] == "idle-weight")
        .unwrap();
    expect!["all that `set` demands has the weight 0: its score is 0, whatever is answered"]
        .assert_eq(finding["message"].as_str().unwrap());
}
