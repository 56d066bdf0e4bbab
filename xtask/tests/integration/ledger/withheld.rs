//! Promotions to an environment that does not enable a tool: the cases that need it do not count there.

use serde_json::json;

use super::evidence::{CASES, EVIDENCE, MOCK, STEP, with_cases};
use super::last;
use crate::fleet::Fleet;

const CANARY: &str = "environments/canary/environment.yaml";
const WITHOUT: &str = "overrides: { tools: { enabled: [] } }\n";

/// A fleet with a case that needs `find-order`, one that forbids it, and one that says nothing of it.
fn with_a_tool() -> Fleet {
    let fleet = with_cases();
    fleet.append(
        CASES,
        "  - { id: find, userInput: Where is it?, expectedTools: [find-order] }\n\
         \x20 - { id: never, userInput: Hi!, assert: [{ type: 'not-trajectory:tool-used', value: find-order }] }\n",
    );
    fleet.put(
        MOCK,
        "rules:\n\
         \x20 - { name: looks, when: { user: Where, notCalled: [find-order] }, call: { tool: find-order } }\n\
         \x20 - { name: greets, answer: Welcome to the shop. }\n\
         tools:\n\
         \x20 - { tool: find-order, result: here }\n",
    );
    fleet.done(&["evaluate", "assistant", "--record"]);
    fleet.commit("Ask for orders");
    fleet
}

#[test]
fn the_others_speak_for_it_and_the_promotion_goes_on() {
    let fleet = with_a_tool();
    fleet.append(CANARY, WITHOUT).commit("Look nothing up in canary");
    let answer = fleet.done(&EVIDENCE);
    assert_eq!(answer.rules(), ["not-evaluated"]);
    let help = answer.findings()[0]["help"].as_str().unwrap().to_owned();
    assert!(help.contains("also for a promotion"), "{help}");
    let event = serde_json::to_value(last(&fleet, "_everywhere/assistant").fact).unwrap();
    assert_eq!((&event["outcome"], &event["cases"]), (&json!("passed"), &json!(2)));
    let names = |part: &str| {
        let cases = event["roll"][part].as_object().unwrap();
        cases.keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(
        (names("held"), names("withheld")),
        (vec!["hello".to_owned(), "never".to_owned()], vec!["find".to_owned()])
    );
    fleet.done(&STEP);
    // the tool back again is another question
    fleet.edit(CANARY, WITHOUT, "").commit("Look orders up");
    fleet.release(&["canary"]);
    fleet.edit("agents/assistant/agent.yaml", &"1".repeat(64), &"9".repeat(64));
    fleet.promote("assistant", "staging", "v1.1.0").commit("Build it");
    fleet.release(&["staging"]);
    assert_eq!(fleet.run(&STEP).rules(), ["missing-evaluation"]);
    fleet.done(&EVIDENCE);
    assert_eq!(fleet.done(&STEP).rules(), [""; 0]);
}

#[test]
fn a_tool_that_is_taken_away_is_told_with_the_cases_that_no_longer_count() {
    let fleet = with_a_tool();
    fleet.done(&EVIDENCE);
    fleet.done(&STEP);
    fleet.append(CANARY, WITHOUT).commit("Look nothing up in canary");
    fleet.release(&["canary"]);
    fleet.edit("agents/assistant/agent.yaml", &"1".repeat(64), &"9".repeat(64));
    fleet.promote("assistant", "staging", "v1.1.0").commit("Build it");
    fleet.release(&["staging"]);
    fleet.done(&EVIDENCE);
    let answer = fleet.done(&STEP);
    let finding = &answer.findings()[0];
    assert_eq!(
        (&finding["rule"], &finding["severity"]),
        (&json!("missing-case"), &json!("warning"))
    );
    assert!(
        finding["message"].as_str().unwrap().contains("for want of a tool"),
        "{finding}"
    );
}

#[test]
fn so_many_cases_as_an_environment_asks_for_must_be_left() {
    let fleet = with_a_tool();
    fleet.append(CANARY, WITHOUT);
    fleet.append("environments/fleet.yaml", "promotion: { canary: { leastCases: 3 } }\n");
    fleet.commit("Ask for three");
    fleet.done(&EVIDENCE);
    let answer = fleet.run(&STEP);
    let said = answer.findings()[0]["message"].as_str().unwrap().to_owned();
    assert!(answer.exit == 1 && said.contains("1 more need tools"), "{said}");
}
