//! What a failing case is: to the verdict, to what makes sense next, and to the check of a change.

use expect_test::expect;
use lockstep::model::Severity;
use xtask::report::Report;

use crate::fleet::{Fleet, command};
use crate::workbench::Workbench;

const SUITE: &str = "agents/support-rag/regression/cases/answer.yaml";
const CASES: &str = "agents/assistant/regression/cases/greet.yaml";
const MOCK: &str = "agents/assistant/regression/mock.yaml";
const AGAINST_HEAD: [&str; 3] = ["check", "--base", "HEAD"];

/// The example fleet, whose `return-period` asks for what nobody answers.
fn one_fails() -> Workbench {
    let bench = Workbench::of_repository();
    let text = bench.text(SUITE).unwrap();
    bench.put(SUITE, &text.replacen("[30 days, kb-1001]", "[99 days, kb-1001]", 1));
    bench
}

fn severities(report: &Report) -> Vec<(&str, Severity)> {
    let findings = report.findings.iter();
    findings.map(|finding| (&*finding.rule, finding.severity)).collect()
}

#[test]
fn a_case_that_fails_is_an_error_only_where_the_verdict_is() {
    let bench = one_fails();
    let report = bench.run("evaluate support-rag").unwrap();
    assert_eq!(severities(&report), [("failed-case", Severity::Warning)]);
    assert_eq!((report.exit_code(), &report.next[..]), (0, &[][..]));
    let report = bench.run("evaluate support-rag --pass-rate 0.95").unwrap();
    assert_eq!(
        severities(&report),
        [("failed-evaluation", Severity::Error), ("failed-case", Severity::Error)]
    );
    assert_eq!(report.exit_code(), 1);
}

#[test]
fn what_makes_sense_next_is_the_first_case_that_fails_as_it_was_asked() {
    let bench = one_fails();
    let report = bench.run("evaluate support-rag --for canary --pass-rate 0.95").unwrap();
    assert_eq!(
        report.next,
        ["cargo xtask evaluate support-rag --for canary --case return-period"]
    );
    // a case is no help where its answers cannot be read
    let bench = Workbench::of_repository();
    let cassette = "agents/support-rag/regression/cassettes/answer.jsonl";
    let text = bench.text(cassette).unwrap();
    bench.put(cassette, &text[..text.len() - 20]);
    let report = bench.run("evaluate support-rag").unwrap();
    assert_eq!((report.exit_code(), &report.next[..]), (1, &[][..]));
}

/// A fleet with so many cases that hold, and one that does not.
fn with_cases(count: usize) -> Fleet {
    let fleet = Fleet::small();
    let case = |id: &str, keyword: &str| {
        format!("  - {{ id: {id}, userInput: Hello {id}, expectedResponseKeywords: [{keyword}] }}\n")
    };
    let cases: String = (0..count)
        .map(|number| case(&format!("hello-{number}"), "welcome"))
        .collect();
    let suite = format!(
        "description: Greetings.\nprompt: greet\ncases:\n{cases}{}",
        case("bye", "farewell")
    );
    fleet.put(CASES, &suite);
    fleet.put(MOCK, "rules:\n  - { name: greets, answer: 'Welcome to the shop.' }\n");
    fleet.run(&["evaluate", "assistant", "--record"]);
    fleet.commit("Write cases");
    fleet
}

#[test]
fn a_check_says_how_many_cases_hold() {
    let fleet = with_cases(10);
    let output = command(fleet.folder(), &["check"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let line = text.lines().find(|line| line.starts_with("evaluated"));
    expect!["evaluated 1 agents by 11 cases: 10 of them hold, and every agent is above its bar"]
        .assert_eq(line.unwrap_or(&text));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_case_that_fails_on_the_base_as_it_does_here_is_counted() {
    let fleet = with_cases(1);
    fleet.edit(CASES, "Greetings.", "Words of welcome.");
    let answer = fleet.done(&AGAINST_HEAD);
    assert_eq!((answer.rules(), &answer.json["known"]), (vec![], &2.into()));
    // the same words of another question are another failure
    fleet.edit(CASES, "Hello bye", "Goodbye");
    let answer = fleet.run(&AGAINST_HEAD);
    assert_eq!(
        (answer.exit, answer.rules()),
        (1, vec!["failed-evaluation", "failed-case", "stale-cassette"])
    );
    fleet.edit(CASES, "Goodbye", "Hello bye");
    // one more, and the verdict says another rate: the old one is still counted
    fleet.append(
        CASES,
        "  - { id: more, userInput: Hello more, expectedResponseKeywords: [farewell] }\n",
    );
    let answer = fleet.run(&AGAINST_HEAD);
    assert_eq!((answer.exit, &answer.json["known"]), (1, &1.into()));
    let told = answer
        .findings()
        .iter()
        .filter(|finding| finding["rule"] == "failed-case");
    let told: Vec<&str> = told.filter_map(|finding| finding["message"].as_str()).collect();
    assert!(
        told.len() == 1 && told[0].starts_with("`more` does not hold"),
        "{told:?}"
    );
}

#[test]
fn another_case_that_fails_at_the_same_rate_is_told() {
    let fleet = with_cases(1);
    fleet.edit(CASES, "[welcome]", "[goodbye]");
    fleet.edit(CASES, "[farewell]", "[welcome]");
    let answer = fleet.run(&AGAINST_HEAD);
    assert_eq!(
        (answer.exit, answer.rules()),
        (1, vec!["failed-evaluation", "failed-case"])
    );
    assert_eq!(answer.json.get("known"), None);
}
