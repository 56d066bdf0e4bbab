//! Evaluations as evidence: what `evaluate --evidence` records, and the promotions that ask for it.

use expect_test::expect;

use super::{kinds, last};
use crate::fleet::{Fleet, folded};

pub const STEP: [&str; 6] = ["promote", "assistant", "--from", "staging", "--to", "canary"];
pub const EVIDENCE: [&str; 7] = [
    "evaluate",
    "assistant",
    "--environment",
    "staging",
    "--for",
    "canary",
    "--evidence",
];
pub const CASES: &str = "agents/assistant/regression/cases/greet.yaml";
pub const MOCK: &str = "agents/assistant/regression/mock.yaml";
pub const CASSETTE: &str = "agents/assistant/regression/cassettes/greet.jsonl";
pub const EVERYWHERE: &str = "_everywhere/assistant";

/// A fleet whose `assistant` has one case with a recorded answer; it runs v1.0.0 in staging, and what it depends on does
/// so in canary too.
pub fn with_cases() -> Fleet {
    let fleet = Fleet::small();
    fleet.put(
        CASES,
        "prompt: greet\ncases:\n  - { id: hello, userInput: Hello!, expectedResponseKeywords: [welcome] }\n",
    );
    fleet.put(
        "agents/assistant/regression/mock.yaml",
        "rules:\n  - { name: greets, answer: 'Welcome to the shop.' }\n",
    );
    fleet.done(&["evaluate", "assistant", "--record"]);
    fleet.done(&["keys", "init", "--plain"]);
    fleet.promote("orders", "staging", "v1.0.0");
    fleet.promote("orders", "canary", "v1.0.0");
    fleet.promote("assistant", "staging", "v1.0.0");
    fleet.commit("Write cases, and promote to staging");
    fleet.release(&["dev", "staging", "canary"]);
    fleet
}

/// Runs it and expects these rules.
pub fn stopped(fleet: &Fleet, arguments: &[&str], rules: &[&str]) {
    let answer = fleet.run(arguments);
    assert_eq!((answer.exit, answer.rules()), (1, rules.to_vec()), "{}", answer.text());
}

/// Records what is missing, and commits all.
pub fn record(fleet: &Fleet, message: &str) {
    fleet.done(&["evaluate", "assistant", "--record"]);
    fleet.commit(message);
}

/// Evaluates for the promotion, and promotes.
pub fn proved(fleet: &Fleet) {
    fleet.done(&EVIDENCE);
    fleet.done(&STEP);
}

/// Promotes, and expects this objection alone, which an evaluation lifts.
pub fn objected(fleet: &Fleet, rule: &str, message: &str) {
    let expected = format!(
        "exit 1\nerror[{rule}] agents/assistant/regression/cases\n  {message}\n  unit: canary/assistant\n  \
         help: `cargo xtask {}`\n",
        EVIDENCE.join(" ")
    );
    assert_eq!(fleet.refusal(&STEP), expected);
}

#[test]
fn an_evaluation_is_recorded_with_everything_that_it_is_bound_to() {
    let fleet = with_cases();
    fleet.done(&["evaluate", "assistant"]);
    assert_eq!(kinds(&fleet, EVERYWHERE), [""; 0], "only where it is asked for");
    fleet.done(&["evaluate", "assistant", "--repeat", "1", "--evidence"]);
    let event = last(&fleet, EVERYWHERE);
    let fact = serde_json::to_string_pretty(&event.fact).unwrap();
    expect![[r#"
        {
          "kind": "evaluated",
          "tuple": "sha256:…",
          "suiteDigest": "sha256:…",
          "outcome": "passed",
          "cases": 1,
          "roll": {
            "held": {
              "hello": "81c6889f991301d5bbedf8a878ac660f"
            },
            "standards": {
              "hello": {
                "asks": "90a01e7fe43d3582",
                "holds": [
                  "keyword:458e6f0df4012e6c"
                ]
              }
            }
          },
          "scores": {
            "passEveryTime": 1.0,
            "passRate": 1.0,
            "passRateBound": 0.05000000000000004,
            "score": 1.0
          },
          "repeats": 1,
          "answered": {
            "cassette": 1,
            "cassetteOfMock": 1,
            "openai": 0,
            "mock": 0,
            "missing": 0
          },
          "recordings": {
            "greet": {
              "sha256": "sha256:…",
              "keys": "d9b314759f6e"
            }
          },
          "tokens": {
            "input": 7,
            "output": 5
          }
        }"#]]
    .assert_eq(&folded(&fact));
}

#[test]
fn what_nobody_evaluated_does_not_reach_users() {
    let fleet = with_cases();
    objected(
        &fleet,
        "missing-evaluation",
        "the tuple of `assistant` was never evaluated: `sha256:…`",
    );
    proved(&fleet);
}

#[test]
fn a_hotfix_needs_it_too() {
    let fleet = with_cases();
    fleet
        .promote("orders", "production", "v1.0.0")
        .commit("What it calls is there");
    let hotfix = [&STEP[..5], &["production", "--kind", "hotfix"]].concat();
    stopped(&fleet, &hotfix, &["missing-evaluation"]);
}

#[test]
fn what_failed_last_is_refused_until_it_passes_again() {
    let fleet = with_cases();
    fleet.done(&EVIDENCE);
    fleet.edit(CASES, "[welcome]", "[goodbye]").commit("Ask for too much");
    stopped(&fleet, &EVIDENCE, &["failed-evaluation", "failed-case"]);
    fleet.edit(CASES, "[goodbye]", "[welcome]").commit("Ask for less");
    objected(
        &fleet,
        "failed-evaluation",
        "the last evaluation of `assistant` failed: 0.0 % of the cases hold, and more than 90.0 % must",
    );
    proved(&fleet);
}

#[test]
fn what_was_not_answered_is_recorded_and_is_no_pass() {
    let fleet = with_cases();
    // the mock would answer, and says nothing of the model
    fleet.put(CASSETTE, "").commit("Lose the answers");
    expect![[r#"
        exit 1
        error[not-evaluated] agents/assistant/agent.yaml
          assistant: 1 case was not evaluated
          help: record what the mock answers, `cargo xtask evaluate assistant --environment staging --for canary --record`, commit it, and run this again; or ask a model: `cargo xtask evaluate assistant --environment staging --for canary --live --record`
    "#]].assert_eq(&fleet.run(&EVIDENCE).text());
    fleet.done(&["evaluate", "assistant", "--record"]);
    // the same command again would leave it as it is
    fleet.refused(&STEP, expect![[r#"
        exit 1
        error[incomplete-evaluation] agents/assistant/regression/cases
          the last evaluation of `assistant` is incomplete: 1 case was not evaluated
          unit: canary/assistant
          help: record the answers, `cargo xtask evaluate assistant --environment staging --for canary --record`, commit them, then `cargo xtask evaluate assistant --environment staging --for canary --evidence`
    "#]]);
}

#[test]
fn evidence_is_about_one_tuple_and_the_overrides_of_the_target() {
    let fleet = with_cases();
    fleet
        .append(
            "environments/staging/environment.yaml",
            "overrides: { model: { name: claude-small } }\n",
        )
        .commit("Save money in staging");
    fleet.release(&["staging"]);
    // the small model's answers were never recorded
    stopped(
        &fleet,
        &["evaluate", "assistant", "-e", "staging", "--evidence"],
        &["not-evaluated"],
    );
    objected(
        &fleet,
        "missing-evaluation",
        "`assistant` was never evaluated with the overrides of `canary`, only with others",
    );
    // the candidate is another tuple by now
    let path = "agents/assistant/agent.yaml";
    fleet.edit(path, &"1".repeat(64), &"9".repeat(64)).commit("Build it");
    fleet.done(&["evaluate", "assistant", "--evidence"]);
    stopped(&fleet, &STEP, &["missing-evaluation"]);
    proved(&fleet);
}

#[test]
fn cases_that_changed_since_are_asked_again() {
    let fleet = with_cases();
    fleet.done(&EVIDENCE);
    fleet
        .append(
            CASES,
            "  - { id: bye, userInput: Bye!, forbiddenKeywords: [goodbye] }\n",
        )
        .commit("Ask more");
    objected(
        &fleet,
        "stale-evaluation",
        "the committed cases of `assistant` are not those that it was evaluated with",
    );
    record(&fleet, "Record");
    proved(&fleet);
}

#[test]
fn a_suite_that_was_taken_away_or_renamed_is_a_change_too() {
    let fleet = with_cases();
    fleet.done(&EVIDENCE);
    let text = std::fs::read_to_string(fleet.folder().join(CASES)).unwrap();
    fleet.remove(CASES).commit("Take the cases away");
    stopped(&fleet, &STEP, &["stale-evaluation"]);
    fleet.put("agents/assistant/regression/cases/welcome.yaml", &text);
    fleet.commit("Write them elsewhere");
    stopped(&fleet, &STEP, &["stale-evaluation"]);
}

#[test]
fn evidence_is_about_what_is_committed() {
    let fleet = with_cases();
    // a mock that says what the case wants to hear, recorded and thrown away afterwards
    fleet.edit(CASES, "[welcome]", "[shopping]").commit("Ask for more");
    stopped(&fleet, &EVIDENCE, &["failed-evaluation", "failed-case"]);
    fleet.edit(MOCK, "Welcome to the shop.", "Happy shopping.");
    fleet.done(&["evaluate", "assistant", "--record", "--refresh"]);
    fleet.refused(&EVIDENCE, expect![[r#"
        exit 4
        repository: these files are not committed: agents/assistant/regression/cassettes/greet.jsonl, agents/assistant/regression/mock.yaml
          hint: commit them (`git add -A && git commit`) or put them away (`git stash -u`): evidence is about a commit
    "#]]);
    fleet.commit("Record other answers");
    fleet.done(&EVIDENCE);
    // what another agent is judged by is not its business
    fleet.put("agents/orders/regression/cases/.keep", "");
    fleet.done(&EVIDENCE);
    fleet.put(
        "agents/assistant/regression/cases/more.yaml",
        "prompt: greet\ncases: []\n",
    );
    assert_ne!(fleet.run(&EVIDENCE).exit, 0);
    assert_eq!(kinds(&fleet, EVERYWHERE), ["evaluated"; 3]);
}

#[test]
fn a_person_may_set_it_aside_and_that_is_recorded() {
    let fleet = with_cases();
    let override_it = ["--override", "missing-evaluation", "--reason", "users wait"];
    fleet.done(&[&STEP[..], &override_it].concat());
    let event = String::from_utf8(last(&fleet, "canary/assistant").bytes()).unwrap();
    assert!(
        event.contains("\"check\": \"missing-evaluation\"") && event.contains("users wait"),
        "{event}"
    );
    // and whoever reviews the commit sees it
    let message = fleet.message("main");
    let told = "Overridden: assistant=missing-evaluation the tuple of `assistant` was never evaluated";
    assert!(
        message.contains("\nusers wait\n") && message.contains(told),
        "{message}"
    );
}

#[test]
fn the_fleet_says_where_it_is_asked_for() {
    let fleet = with_cases();
    fleet
        .append(
            "environments/fleet.yaml",
            "promotion:\n  staging: { evidence: [evaluated] }\n  canary: { evidence: [] }\n",
        )
        .commit("Ask for it early");
    fleet.done(&STEP);
    let step = [
        "promote",
        "assistant",
        "--from",
        "dev",
        "--to",
        "staging",
        "--as",
        "v1.1.0",
    ];
    stopped(&fleet, &step, &["missing-evaluation"]);
    fleet.done(&["evaluate", "assistant", "--evidence"]);
    fleet.done(&step);
}

#[test]
fn a_service_without_a_model_has_nothing_to_evaluate() {
    let fleet = with_cases();
    fleet.promote("orders", "production", "v0.9.0").commit("Run it");
    fleet.done(&["promote", "orders", "--from", "canary", "--to", "production"]);
}

#[test]
fn a_part_of_the_cases_or_a_lower_bar_is_no_evidence() {
    let fleet = with_cases();
    for arguments in [
        ["--case", "hello"],
        ["--tag", "smoke"],
        ["--pass-rate", "0.5"],
        ["--margin", "0.5"],
    ] {
        let answer = fleet.run(&[&["evaluate", "assistant", "--evidence"][..], &arguments].concat());
        assert_eq!(answer.exit, 2, "{arguments:?}");
    }
    assert_eq!(kinds(&fleet, EVERYWHERE), [""; 0]);
}

#[test]
fn an_environment_asks_for_so_many_cases_and_such_a_rate() {
    let fleet = with_cases();
    let ask = |demands: &str| {
        fleet.put(
            "environments/fleet.yaml",
            &format!("{}promotion:\n  canary: {demands}\n", fleet_file(&fleet)),
        );
        fleet.commit(&format!("Ask for {demands}"));
    };
    fleet.done(&EVIDENCE);
    ask("{ leastCases: 2 }");
    fleet.refused(
        &STEP,
        expect![[r#"
        exit 1
        error[weak-evaluation] agents/assistant/regression/cases
          1 case speaks for `assistant`, and `canary` asks for 2
          unit: canary/assistant
          help: `cargo xtask evaluate assistant --environment staging --for canary --least-cases 2 --evidence`
    "#]],
    );
    // one case cannot prove it
    ask("{ passRate: 0.6, proved: true }");
    objected(
        &fleet,
        "weak-evaluation",
        "the cases of `assistant` prove that 5.0 % hold, and `canary` asks for more than 60.0 %",
    );
    ask("{ passRate: .nan }");
    assert_ne!(fleet.run(&STEP).exit, 0);
    // what is measured must be there, whatever else is asked for
    ask("{ evidence: [], leastCases: 2 }");
    stopped(&fleet, &STEP, &["weak-evaluation"]);
    ask("{ leastCases: 1, passRate: 0.95 }");
    fleet.done(&STEP);
}

/// What `fleet.yaml` says before any demand.
fn fleet_file(fleet: &Fleet) -> String {
    let text = std::fs::read_to_string(fleet.folder().join("environments/fleet.yaml")).unwrap();
    text.split("promotion:").next().unwrap().to_owned()
}
