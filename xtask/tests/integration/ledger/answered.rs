//! Evidence is about the answers that are committed where a promotion goes on from, and about no others.

use lockstep::model::Digest;
use lockstep::release::ledger::Fact;

use super::evidence::{CASSETTE, EVERYWHERE, EVIDENCE, MOCK, STEP, objected, proved, stopped, with_cases};
use super::last;
use crate::evaluation::server::{self, Server, completion};
use crate::fleet::{Fleet, command};

/// Evidence by a live endpoint, with these options besides.
fn live(fleet: &Fleet, server: &Server, more: &[&str]) {
    fleet.done(&[&EVIDENCE[..], &["--live", "--endpoint", &server.url], more].concat());
}

#[test]
fn recordings_that_say_something_else_since_make_it_stale() {
    let fleet = with_cases();
    fleet.done(&EVIDENCE);
    fleet.edit(CASSETTE, "Welcome to the shop.", "Leave my shop.");
    fleet.commit("Record other answers");
    objected(
        &fleet,
        "stale-evaluation",
        "the committed recordings and mock tools of `assistant` answer otherwise than those that it was evaluated with",
    );
    stopped(&fleet, &EVIDENCE, &["failed-evaluation", "failed-case"]);
    // what answered once more is what was evaluated
    fleet.edit(CASSETTE, "Leave my shop.", "Welcome to the shop.");
    fleet.commit("Put the answers back");
    proved(&fleet);
}

#[test]
fn recordings_that_nobody_committed_are_no_evidence() {
    let fleet = with_cases();
    let server = Server::saying("Welcome, live.");
    fleet.put(CASSETTE, "").commit("Forget the answers");
    live(&fleet, &server, &["--record"]);
    objected(
        &fleet,
        "stale-evaluation",
        "1 of 1 recordings that `assistant` was evaluated with are not among the committed ones",
    );
    fleet.commit("Keep what answered");
    fleet.done(&STEP);
}

#[test]
fn what_was_asked_live_and_recorded_nowhere_says_so_and_counts() {
    let fleet = with_cases();
    live(&fleet, &Server::saying("Welcome, live."), &[]);
    let event = serde_json::to_value(last(&fleet, EVERYWHERE).fact).unwrap();
    assert_eq!(
        (&event["recordings"], &event["answered"]["openai"]),
        (&serde_json::json!({}), &1.into())
    );
    fleet.edit(CASSETTE, "Welcome to the shop.", "Leave my shop.");
    fleet.commit("Record other answers");
    fleet.done(&STEP);
}

#[test]
fn other_recordings_beside_those_that_answered_are_no_change() {
    let fleet = with_cases();
    fleet.done(&EVIDENCE);
    let own = std::fs::read_to_string(fleet.folder().join(CASSETTE)).unwrap();
    fleet.append(
        "environments/staging/environment.yaml",
        "overrides: { model: { name: claude-small } }\n",
    );
    fleet.done(&["evaluate", "assistant", "--for", "staging", "--record"]);
    fleet.done(&["evaluate", "assistant", "--repeat", "3", "--record"]);
    let all = std::fs::read_to_string(fleet.folder().join(CASSETTE)).unwrap();
    assert_eq!((own.lines().count(), all.lines().count()), (1, 4));
    // the order of the file and what rules would answer decide nothing either
    let turned: Vec<&str> = all.lines().rev().collect();
    // recordings may be larger than what people write
    let long = format!(
        "{{\"key\":\"sha256:{}\",\"source\":\"mock\",\"reply\":{{\"text\":\"{}\"}}}}",
        "0".repeat(64),
        "a".repeat(5 << 20)
    );
    fleet.put(CASSETTE, &format!("{}\n\n{long}\n", turned.join("\n")));
    fleet.edit(MOCK, "Welcome to the shop.", "Happy shopping.");
    fleet.commit("Record more");
    fleet.done(&STEP);
}

#[test]
fn what_mock_tools_returned_is_a_part_of_the_answers() {
    let fleet = with_cases();
    fleet.put(
        MOCK,
        "rules:\n\
         \x20 - { name: looks, when: { notCalled: [find-order] }, call: { tool: find-order } }\n\
         \x20 - { name: greets, answer: 'Welcome {{result.name}}.' }\n\
         tools:\n\
         \x20 - { tool: find-order, result: { name: Ada } }\n",
    );
    fleet.done(&["evaluate", "assistant", "--record", "--refresh"]);
    fleet.commit("Look first");
    fleet.done(&EVIDENCE);
    fleet.edit(MOCK, "Ada", "Bob").commit("Return something else");
    objected(
        &fleet,
        "stale-evaluation",
        "the committed recordings and mock tools of `assistant` answer otherwise than those that it was evaluated with",
    );
    fleet.edit(MOCK, "Bob", "Ada").commit("Return the same again");
    fleet.done(&STEP);
}

#[test]
fn a_record_of_an_earlier_version_does_not_say_what_answered() {
    let fleet = with_cases();
    let other = fleet.copied();
    other.done(&EVIDENCE);
    let mut event = last(&other, EVERYWHERE);
    let Fact::Evaluated(evaluated) = &mut event.fact else {
        panic!("{event:?}");
    };
    (evaluated.recordings, event.signature) = (None, None);
    let bytes = event.bytes();
    let path = event.path(Digest::of(&bytes));
    fleet.meddle("lockstep/ledger", &path, std::str::from_utf8(&bytes).unwrap());
    objected(
        &fleet,
        "stale-evaluation",
        "no record says by which answers `assistant` was evaluated: an earlier version wrote it",
    );
    proved(&fleet);
}

#[test]
fn of_several_records_the_last_that_is_about_what_is_committed_counts() {
    let fleet = with_cases();
    fleet.done(&EVIDENCE);
    fleet.edit(CASSETTE, "Welcome to the shop.", "Welcome, and goodbye.");
    fleet.commit("Say more on another branch");
    fleet.done(&EVIDENCE);
    fleet.edit(CASSETTE, "Welcome, and goodbye.", "Welcome to the shop.");
    fleet.commit("Stay as it was here");
    fleet.done(&STEP);
}

#[test]
fn answers_that_were_cut_off_are_counted_and_shown() {
    let fleet = with_cases();
    let server = Server::start(Box::new(|_, _| {
        server::Answer::Whole(200, completion("Welcome, live.").replace("\"stop\"", "\"length\""))
    }));
    live(&fleet, &server, &[]);
    let Fact::Evaluated(evaluated) = last(&fleet, EVERYWHERE).fact else {
        unreachable!("it was evaluated last");
    };
    assert_eq!(evaluated.answered.cut_off, 1);
    let output = command(fleet.folder(), &["history", "assistant"]).output().unwrap();
    let history = String::from_utf8(output.stdout).unwrap();
    assert!(history.contains("1 of the answers cut off"), "{history}");
}
