//! Who looks at the ledger sees which events nobody signed who may.

use serde_json::Value;

use super::{again, promoted_once};
use crate::fleet::{Answer, Fleet, command};

const RESUME: [&str; 6] = ["resume", "orders", "-e", "staging", "--reason", "mended"];
const HOLD: [&str; 6] = ["hold", "orders", "-e", "staging", "--reason", "too slow"];
const MARK: [&str; 7] = ["mark", "verified", "orders", "-e", "staging", "--reason", "a week"];
const HISTORY: [&str; 4] = ["history", "orders", "-e", "staging"];

/// What was held in staging was resumed and verified by somebody without a key; only since then signatures are asked for.
fn forged() -> Fleet {
    let fleet = promoted_once();
    fleet.done(&HOLD);
    let path = fleet.repository.git.path().join("lockstep/keys/release.key");
    let kept = path.with_extension("kept");
    std::fs::rename(&path, &kept).unwrap();
    fleet.done(&RESUME);
    fleet.done(&MARK);
    std::fs::rename(&kept, &path).unwrap();
    fleet.append("environments/trust.yaml", "ledger: { staging: {} }\n");
    fleet.commit("Ask for signed events");
    fleet
}

fn text(fleet: &Fleet, arguments: &[&str]) -> String {
    let output = command(fleet.folder(), arguments).output().unwrap();
    assert!(output.status.success());
    [output.stdout, output.stderr]
        .map(|bytes| String::from_utf8(bytes).unwrap())
        .concat()
}

/// Events by kind, each with the rule that it breaks.
fn doubted(events: &Value) -> Vec<(&str, &str)> {
    let events = events.as_array().unwrap().iter();
    let broken = events.filter_map(|event| Some((event["fact"]["kind"].as_str()?, event["doubt"]["rule"].as_str()?)));
    broken.collect()
}

fn notes(answer: &Answer) -> String {
    answer.json["notes"].to_string()
}

#[test]
fn history_marks_events_that_nobody_signed() {
    let fleet = forged();
    let wrong = [("resumed", "unsigned-event"), ("marked", "unsigned-event")];
    let answer = fleet.done(&HISTORY);
    assert_eq!(doubted(&answer.result()["events"]), wrong);
    assert!(notes(&answer).contains(
        "2 of these events are not signed by anybody who may: `cargo xtask verify --environment staging` says more"
    ));
    let shown = text(&fleet, &HISTORY);
    let marked = |kind: &str| {
        let mut lines = shown.lines().filter(|line| line.contains(&format!("  {kind} ")));
        lines.next().unwrap().contains("unsigned-event")
    };
    assert!(marked("resumed") && marked("marked") && !marked("held"), "{shown}");
    let last = text(&fleet, &[&HISTORY[..], &["--limit", "1"]].concat());
    assert!(last.contains("one of these events"), "{last}");

    fleet.done(&RESUME);
    let last = text(&fleet, &[&HISTORY[..], &["--limit", "1"]].concat());
    assert!(!last.contains("unsigned-event") && !last.contains("verify"), "{last}");
}

#[test]
fn status_tells_what_is_unproved_and_keeps_the_hold() {
    let fleet = forged();
    let unit = |answer: &Answer| {
        let units = answer.result().as_array().unwrap().iter();
        units.clone().find(|unit| unit["agent"] == "orders").unwrap().clone()
    };
    let answer = fleet.done(&["status", "-e", "staging"]);
    assert_eq!(unit(&answer)["hold"]["reason"], "too slow");
    assert_eq!(
        doubted(&unit(&answer)["doubted"]),
        [("resumed", "unsigned-event"), ("marked", "unsigned-event")]
    );
    let shown = text(&fleet, &["status", "-e", "staging"]);
    assert!(shown.contains("held unproved"), "{shown}");
    assert!(shown.contains("staging/orders is unproved: `marked` of "), "{shown}");
    assert!(notes(&answer).contains("verify --environment staging"));

    fleet.done(&RESUME);
    fleet.done(&MARK);
    let answer = fleet.done(&["status", "-e", "staging"]);
    // what came before says no more how the unit stands
    assert_eq!(
        (&unit(&answer)["hold"], notes(&answer)),
        (&Value::Null, "null".to_owned())
    );
}

#[test]
fn trace_marks_evidence_that_nobody_signed() {
    let fleet = forged();
    let answer = fleet.done(&["trace", "v1.0.0", "--environment", "staging"]);
    assert_eq!(doubted(&answer.result()[0]["evidence"]), [("marked", "unsigned-event")]);
    let shown = text(&fleet, &["trace", "v1.0.0", "--environment", "staging"]);
    assert!(shown.contains(": a week (unsigned-event)"), "{shown}");
    assert!(notes(&answer).contains("one of these events"));
}

#[test]
fn the_latest_events_are_shown_without_the_earlier_ones() {
    let fleet = promoted_once();
    again(&fleet, '6', "v1.1.0");
    let shown = text(&fleet, &[&HISTORY[..], &["--limit", "1"]].concat());
    assert!(shown.contains("v1.1.0") && !shown.contains("v1.0.0"), "{shown}");
    let count = fleet.done(&HISTORY).result()["events"].as_array().unwrap().len();
    let earlier = format!("{} earlier events: `--limit {count}` shows them", count - 1);
    assert!(shown.contains(&earlier), "{shown}");
    let shown = text(&fleet, &[&HISTORY[..], &["--limit", &count.to_string()]].concat());
    assert!(shown.contains("v1.0.0") && !shown.contains("earlier"), "{shown}");
}

/// Takes the key away from whoever signed until now.
fn revoke(fleet: &Fleet) {
    fleet.done(&["keys", "rotate", "release", "--name", "next", "--plain"]);
    fleet.done(&["keys", "revoke", "release", "--reason", "stolen"]);
    fleet.commit("Revoke a key");
}

#[test]
fn a_verdict_of_a_revoked_key_counts_for_nothing() {
    let fleet = promoted_once();
    fleet.done(&MARK);
    again(&fleet, '6', "v1.1.0");
    fleet.done(&["rollback", "orders", "-e", "staging", "--reason", "too slow"]);
    let unit = |answer: &Answer| {
        let units = answer.result().as_array().unwrap().iter();
        units.clone().find(|unit| unit["agent"] == "orders").unwrap().clone()
    };
    let answer = fleet.done(&["status", "-e", "staging"]);
    assert_eq!(
        unit(&answer)["verdict"],
        "verified",
        "it was verified before it came back"
    );
    revoke(&fleet);
    let answer = fleet.done(&["status", "-e", "staging"]);
    assert_eq!(unit(&answer)["verdict"], "watching");
    assert_eq!(doubted(&unit(&answer)["doubted"]), [("marked", "revoked-signer")]);
    fleet.done(&MARK);
    let answer = fleet.done(&["status", "-e", "staging"]);
    assert_eq!(unit(&answer)["verdict"], "verified");

    let answer = fleet.run(&["verify", "-e", "staging"]);
    let of_event = |finding: &&Value| finding["message"].as_str().unwrap().starts_with("`staging/orders/");
    let event = answer.findings().iter().find(of_event).unwrap();
    assert_eq!(
        event["help"],
        "it counts no more: where it is still true, record it again with another key"
    );
}

#[test]
fn a_block_counts_whoever_lifts_it_without_a_right_to() {
    let fleet = promoted_once();
    let block = [
        "mark",
        "blocked",
        "orders",
        "-e",
        "staging",
        "--reason",
        "wrong answers",
    ];
    fleet.done(&block);
    fleet.done(&MARK);
    let verdict = || fleet.done(&["status", "-e", "staging"]).result()[0]["verdict"].clone();
    assert_eq!(verdict(), "verified");
    revoke(&fleet);
    assert_eq!(verdict(), "blocked");
}
