//! What speaks for a tuple beside what spoke for the one that runs where it goes to.

use expect_test::expect;
use serde_json::Value;

use super::evidence::{CASES, EVERYWHERE, EVIDENCE, MOCK, STEP, proved, record, with_cases};
use super::last;
use crate::fleet::{Answer, Fleet};

const BYE: &str = "  - { id: bye, userInput: Bye!, forbiddenKeywords: [goodbye] }\n";

/// A fleet with two cases, by which v1.0.0 came to canary; staging runs v1.1.0, after `edit`.
fn on_its_way(edit: impl Fn(&Fleet)) -> Fleet {
    let fleet = with_cases();
    fleet.append(CASES, BYE);
    record(&fleet, "Ask more");
    proved(&fleet);
    fleet.release(&["canary"]);
    edit(&fleet);
    build(&fleet);
    record(&fleet, "Record");
    fleet
}

/// Builds the agent anew, and brings that to staging as v1.1.0.
fn build(fleet: &Fleet) {
    fleet.edit("agents/assistant/agent.yaml", &"1".repeat(64), &"9".repeat(64));
    fleet.promote("assistant", "staging", "v1.1.0").commit("Build it");
    fleet.release(&["staging"]);
}

/// What is said beside an answer.
fn notes(answer: &Answer) -> String {
    let notes = answer.json["notes"].as_array().unwrap().iter();
    notes.map(|note| note.as_str().unwrap()).collect::<Vec<_>>().join("\n")
}

/// Evaluates, promotes, and returns what is said of it.
fn promoted(fleet: &Fleet) -> (i32, Vec<String>) {
    fleet.run(&EVIDENCE);
    let answer = fleet.run(&STEP);
    let said = |finding: &Value| {
        format!(
            "{}: {}",
            finding["rule"].as_str().unwrap(),
            finding["message"].as_str().unwrap()
        )
    };
    (answer.exit, answer.findings().iter().map(said).collect())
}

#[test]
fn the_record_names_every_case_and_what_it_is_known_by() {
    let fleet = with_cases();
    fleet.append(CASES, BYE);
    record(&fleet, "Ask more");
    fleet.done(&EVIDENCE);
    let event = serde_json::to_value(last(&fleet, EVERYWHERE).fact).unwrap();
    let held = event["roll"]["held"].as_object().unwrap();
    assert_eq!(held.keys().collect::<Vec<_>>(), ["bye", "hello"]);
    assert!(held.values().all(|mark| mark.as_str().unwrap().len() == 32));
}

#[test]
fn a_case_that_is_gone_is_missed_though_another_one_takes_its_place() {
    let fleet = on_its_way(|fleet| {
        fleet.edit(CASES, BYE, &BYE.replace("id: bye", "id: easy"));
    });
    fleet.done(&EVIDENCE);
    fleet.refused(
        &STEP,
        expect![[r#"
            exit 1
            error[missing-case] agents/assistant/regression/cases
              cases of `assistant` that spoke for what runs in `canary` are gone: bye
              unit: canary/assistant
              help: write them again; those that have had their day: `--override missing-case --reason "…"`
        "#]],
    );
    let set_aside = ["--override", "missing-case", "--reason", "nobody says bye"];
    fleet.done(&[&STEP[..], &set_aside].concat());
}

#[test]
fn a_case_that_demands_more_is_told_and_stops_nothing() {
    let fleet = on_its_way(|fleet| {
        fleet.edit(CASES, "[goodbye]", "[farewell, goodbye]");
    });
    let said = "changed-case: cases of `assistant` that spoke for what runs in `canary` were changed: bye";
    assert_eq!(promoted(&fleet), (0, vec![said.to_owned()]));
}

#[test]
fn a_case_that_demands_less_under_its_id_is_refused() {
    let fleet = on_its_way(|fleet| {
        fleet.edit(CASES, "[goodbye]", "[farewell]");
    });
    fleet.done(&EVIDENCE);
    fleet.refused(
        &STEP,
        expect![[r#"
            exit 1
            error[loosened-case] agents/assistant/regression/cases
              cases of `assistant` that spoke for what runs in `canary` ask something else, demand less, or weigh less beside the others under the same id now: bye
              unit: canary/assistant
              help: put back what they asked and demanded; where the change is right, the promotion takes `--override loosened-case --reason "…"`
        "#]],
    );
    // a change of cases can be looked at before: it is told, and refused where promotion would refuse it
    let against = ["evaluate", "assistant", "--against", "canary"];
    assert_eq!(fleet.done(&against).rules(), ["loosened-case"]);
    let strict = fleet.run(&[&against[..], &["--strict"]].concat());
    assert_eq!((strict.exit, strict.rules()), (1, vec!["loosened-case"]));
    let set_aside = ["--override", "loosened-case", "--reason", "nobody says goodbye"];
    fleet.done(&[&STEP[..], &set_aside].concat());
}

#[test]
fn what_is_recorded_between_a_promotion_and_its_release_does_not_lower_what_it_is_held_against() {
    let fleet = with_cases();
    fleet.append(CASES, BYE);
    record(&fleet, "Ask more");
    proved(&fleet);
    let (eased, then) = (BYE.replace("[goodbye]", "[farewell]"), EVERYWHERE);
    let evaluation = last(&fleet, then);
    fleet.edit(CASES, BYE, &eased).commit("Demand less");
    fleet.done(&EVIDENCE);
    assert_ne!(last(&fleet, then), evaluation);
    fleet.release(&["canary"]);
    build(&fleet);
    record(&fleet, "Record");
    fleet.done(&EVIDENCE);
    assert_eq!(fleet.run(&STEP).rules(), ["loosened-case"]);
    let against = ["evaluate", "assistant", "--against", "canary"];
    assert_eq!(fleet.done(&against).rules(), ["loosened-case"]);
}

#[test]
fn another_question_under_the_same_id_is_refused() {
    let fleet = on_its_way(|fleet| {
        fleet.edit(CASES, "Bye!", "Hi!");
    });
    fleet.done(&EVIDENCE);
    assert_eq!(fleet.run(&STEP).rules(), ["loosened-case"]);
}

#[test]
fn a_name_a_tag_or_a_comment_is_no_change() {
    let fleet = on_its_way(|fleet| {
        fleet.edit(
            CASES,
            BYE,
            &format!("# polite\n{}", BYE.replace(" }", ", name: Bye, tags: [end] }")),
        );
    });
    assert_eq!(promoted(&fleet), (0, Vec::new()));
}

#[test]
fn what_the_suite_demands_of_all_counts_for_each() {
    let fleet = on_its_way(|fleet| {
        fleet.edit(
            CASES,
            "cases:\n",
            "assert: [{ type: not-contains, value: sorry }]\ncases:\n",
        );
    });
    let (exit, said) = promoted(&fleet);
    assert!(exit == 0 && said[0].ends_with("were changed: bye, hello"), "{said:?}");
}

/// A fleet with a hundred cases that all held for what canary runs; staging runs v1.1.0, in which those do not whose
/// question fits this.
fn lost(pattern: &str) -> Fleet {
    let fleet = with_cases();
    let cases: String = (0..100)
        .map(|number| {
            format!("  - {{ id: parcel-{number}, userInput: Parcel {number}, expectedResponseKeywords: [shop] }}\n")
        })
        .collect();
    fleet.put(CASES, &format!("prompt: greet\ncases:\n{cases}"));
    record(&fleet, "Ask more");
    proved(&fleet);
    fleet.release(&["canary"]);
    fleet.edit("agents/assistant/agent.yaml", "temperature: 0.2", "temperature: 0.9");
    fleet.edit(
        MOCK,
        "rules:\n",
        &format!("rules:\n  - {{ name: forgets, when: {{ user: '{pattern}' }}, answer: Sorry. }}\n"),
    );
    fleet.promote("assistant", "staging", "v1.1.0");
    fleet.commit("Be warmer");
    fleet.release(&["staging"]);
    fleet.run(&["evaluate", "assistant", "--record"]);
    fleet.commit("Record");
    fleet
}

#[test]
fn one_case_that_held_for_what_runs_there_is_told() {
    let said = "regressed-evaluation: cases of `assistant` that held for what runs in `canary` do not now: parcel-77";
    assert_eq!(promoted(&lost("77")), (0, vec![said.to_owned()]));
}

#[test]
fn a_step_back_that_the_cases_prove_stops_it_unless_the_fleet_allows_it() {
    let fleet = lost("7[0-7]");
    fleet.run(&EVIDENCE);
    fleet.refused(&STEP, expect![[r#"
        exit 1
        error[regressed-evaluation] agents/assistant/regression/cases
          cases of `assistant` that held for what runs in `canary` do not now: parcel-70, parcel-71, parcel-72, parcel-73, parcel-74, parcel-75, parcel-76, parcel-77; of 100 cases the share that holds is lower by 3.0 % at least, and 0.0 % is allowed
          unit: canary/assistant
          help: see what became of them, and mend the prompt
    "#]]);
    fleet.append("environments/fleet.yaml", "promotion: { canary: { margin: 0.05 } }\n");
    fleet.commit("Allow it");
    fleet.done(&STEP);
}

#[test]
fn what_was_compared_with_nothing_is_told_and_refused_where_the_fleet_asks_for_it() {
    let fleet = with_cases();
    fleet.promote("assistant", "canary", "v0.9.0").commit("Move in");
    fleet.done(&[
        "release",
        "canary",
        "--override",
        "unpromoted-release",
        "--reason",
        "moved in",
    ]);
    build(&fleet);
    fleet.done(&EVIDENCE);
    let answer = fleet.done(&[&STEP[..], &["--dry-run"]].concat());
    assert_eq!(answer.rules(), ["uncompared-evaluation"]);
    fleet.append("environments/fleet.yaml", "promotion: { canary: { compared: true } }\n");
    fleet.commit("Ask for it");
    fleet.refused(
        &STEP,
        expect![[r#"
        exit 1
        error[uncompared-evaluation] agents/assistant/regression/cases
          nothing was compared: no record names the cases that spoke for what runs in `canary`
          unit: canary/assistant
          help: `cargo xtask evaluate assistant --environment staging --for canary --against canary --evidence`
    "#]],
    );
    fleet.done(&[&EVIDENCE[..], &["--against", "canary"]].concat());
    fleet.done(&STEP);
}

#[test]
fn what_was_promoted_and_not_released_is_nothing_to_be_held_against() {
    let fleet = with_cases();
    fleet.append("environments/fleet.yaml", "promotion: { canary: { compared: true } }\n");
    fleet.promote("assistant", "canary", "v0.9.0").commit("Move in");
    let moved_in = ["--override", "unpromoted-release", "--reason", "moved in"];
    fleet.done(&[&["release", "canary"][..], &moved_in].concat());
    // other answers than those of what runs there
    fleet.edit("agents/assistant/agent.yaml", "temperature: 0.2", "temperature: 0.9");
    fleet.promote("assistant", "staging", "v1.1.0").commit("Be warmer");
    fleet.release(&["staging"]);
    fleet
        .promote("assistant", "canary", "v1.1.0")
        .commit("Bring it to canary");
    fleet.done(&["evaluate", "assistant", "--record"]);
    record(&fleet, "Record");
    // the command that a refusal tells is the one that lifts it
    fleet.refused(
        &STEP,
        expect![[r#"
        exit 1
        error[missing-evaluation] agents/assistant/regression/cases
          the tuple of `assistant` was never evaluated: `sha256:…`
          unit: canary/assistant
          help: `cargo xtask evaluate assistant --environment staging --for canary --against canary --evidence`
    "#]],
    );
    let answer = fleet.done(&[&EVIDENCE[..], &["--against", "canary"]].concat());
    let against = &answer.result()["evaluations"][0]["against"];
    assert_ne!(against["tupleId"], answer.result()["evaluations"][0]["tupleId"]);
    expect![[r#"
        the ledger of this clone does not name the cases that spoke for canary/assistant, so that none is missed
        `canary` runs v0.9.0 of `assistant` by its branch, and that counts here; its release file names v1.1.0, which `cargo xtask release canary` brings there"#]].assert_eq(&notes(&answer));
    fleet.done(&STEP);
    // what an environment runs is what is judged of it
    fleet.edit("agents/assistant/agent.yaml", "temperature: 0.9", "temperature: 0.5");
    fleet
        .promote("assistant", "staging", "v1.2.0")
        .commit("Bring it to staging");
    let answer = fleet.done(&["evaluate", "assistant", "--environment", "staging"]);
    expect!["`staging` runs v1.1.0 of `assistant` by its branch, and that counts here; its release file names v1.2.0, which `cargo xtask release staging` brings there"].assert_eq(&notes(&answer));
}

#[test]
fn judged_beside_an_environment_a_case_that_spoke_for_it_must_be_there() {
    let fleet = on_its_way(|fleet| {
        fleet.edit(CASES, BYE, &BYE.replace("id: bye", "id: easy"));
    });
    let answer = fleet.run(&["evaluate", "assistant", "--against", "canary"]);
    assert_eq!(
        (answer.exit, answer.rules()),
        (1, vec!["failed-evaluation", "missing-case"])
    );
    // which environment it is need not be said, and a part of the cases is no loss
    fleet.edit(CASES, "id: easy", "id: bye");
    fleet.done(&["evaluate", "assistant", "--case", "hello", "--against"]);
    let answer = fleet.done(&["evaluate", "assistant", "--against"]);
    let against = &answer.result()["evaluations"][0]["against"];
    assert_eq!(
        (&against["with"], &against["recorded"]),
        (&"canary".into(), &true.into())
    );
}

#[test]
fn an_agent_that_runs_nowhere_is_judged_alone() {
    let fleet = Fleet::small();
    fleet.put(
        CASES,
        "prompt: greet\ncases:\n  - { id: hello, userInput: Hi, expectedResponseKeywords: [welcome] }\n",
    );
    fleet.put(MOCK, "rules:\n  - { name: greets, answer: Welcome. }\n");
    let answer = fleet.done(&["evaluate", "assistant", "--against"]);
    assert!(answer.result()["evaluations"][0]["against"].is_null());
}

#[test]
fn a_case_that_must_hold_no_more_is_loosened_also_by_its_tag() {
    let fleet = on_its_way(|_| {});
    let tagged = "userInput: Bye!, tags: [safety]";
    fleet.edit(CASES, "userInput: Bye!", tagged);
    fleet.commit("Hold on to it");
    assert_eq!(promoted(&fleet), (0, vec![]));
    fleet.release(&["canary"]);
    fleet.edit("agents/assistant/agent.yaml", &"9".repeat(64), &"8".repeat(64));
    fleet.edit(CASES, tagged, "userInput: Bye!");
    fleet.promote("assistant", "staging", "v1.2.0");
    fleet.commit("Let it go");
    fleet.release(&["staging"]);
    let (exit, said) = promoted(&fleet);
    assert_eq!(exit, 1);
    expect!["loosened-case: cases of `assistant` that spoke for what runs in `canary` ask something else, demand less, or weigh less beside the others under the same id now: bye"].assert_eq(&said.join("\n"));
}

#[test]
fn an_environment_says_what_must_hold_where_it_is_promoted_to() {
    let fleet = with_cases();
    fleet.done(&EVIDENCE);
    fleet
        .append(
            "environments/fleet.yaml",
            "promotion:\n  canary: { mustHold: [payment] }\n",
        )
        .commit("Ask for more");
    let answer = fleet.run(&STEP);
    assert_eq!(
        (answer.exit, answer.rules()),
        (1, vec!["weak-evaluation"]),
        "{}",
        answer.text()
    );
    fleet.done(&EVIDENCE);
    fleet.done(&STEP);
}
