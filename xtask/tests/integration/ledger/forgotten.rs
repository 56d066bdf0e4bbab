//! A ledger that is gone as a whole: nobody knows what was said of what runs, and that is told.

use expect_test::expect;

use super::{histories, promoted_once};
use crate::fleet::{Fleet, command};

/// `orders` was blocked in staging, and nobody has the ledger any more.
fn forgotten() -> Fleet {
    let fleet = promoted_once();
    fleet.done(&["mark", "blocked", "orders", "-e", "staging", "--reason", "leaks"]);
    fleet.forget_ledger();
    fleet
}

const STEP: [&str; 8] = [
    "promote", "orders", "--from", "staging", "--to", "canary", "--as", "v1.0.0",
];

fn text(fleet: &Fleet, arguments: &[&str]) -> String {
    let output = command(fleet.folder(), arguments).output().unwrap();
    String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
}

#[test]
fn verify_status_and_promote_tell_that_it_is_gone() {
    let fleet = forgotten();
    let verified = fleet.run(&["verify", "-e", "staging"]);
    expect![[r#"
        exit 1
        error[broken-ledger] lockstep/ledger
          the ledger has nothing of `staging`, whose branch has releases: what was said of them and what is held cannot be known
          unit: staging/_environment
          help: fetch it, `git fetch origin '+refs/heads/lockstep/*:refs/remotes/origin/lockstep/*'`; where nobody has it any more, `cargo xtask release staging` records the releases again, marked as recovered
    "#]].assert_eq(&verified.text());
    let status = text(&fleet, &["status", "orders"]);
    assert!(status.contains("the ledger has nothing of `staging`"), "{status}");
    let promoted = fleet.run(&STEP);
    assert_eq!(
        (promoted.exit, promoted.rules()),
        (1, vec!["broken-ledger", "broken-ledger"]),
        "{}",
        promoted.text()
    );
    let aside = ["--override", "broken-ledger", "--reason", "asked everybody"];
    let promoted = fleet.done(&[&STEP[..], &aside].concat());
    assert!(
        promoted
            .text()
            .contains("what was said of them and what is held cannot be known"),
        "{}",
        promoted.text()
    );
    let back = fleet.run(&["rollback", "orders", "-e", "staging", "--reason", "slow", "--dry-run"]);
    assert!(back.rules().contains(&"broken-ledger"), "{}", back.text());
}

#[test]
fn what_a_release_records_again_is_marked_and_counted() {
    let fleet = forgotten();
    let said = text(&fleet, &["release", "staging"]);
    assert!(
        said.contains("3 releases were recorded again, with the time and the name of this run"),
        "{said}"
    );
    for (unit, history) in histories(&fleet) {
        assert!(history.events.iter().all(|(_, event)| event.recovered), "{unit}");
    }
    let history = text(&fleet, &["history", "orders", "-e", "staging"]);
    assert!(history.contains("v1.0.0 from dev (recovered)"), "{history}");
    assert_eq!(fleet.done(&["verify", "-e", "staging"]).rules(), [""; 0]);
    // what was said of it before is not known, until somebody says it again
    let promoted = fleet.done(&[&STEP[..], &["--dry-run"]].concat());
    assert_eq!(promoted.rules(), ["broken-ledger"], "{}", promoted.text());
    assert!(
        promoted.text().contains("nobody knows whether it was blocked"),
        "{}",
        promoted.text()
    );
    fleet.done(&[
        "mark",
        "verified",
        "orders",
        "-e",
        "staging",
        "--reason",
        "looked at it",
    ]);
    assert_eq!(fleet.done(&[&STEP[..], &["--dry-run"]].concat()).rules(), [""; 0]);
    // once is enough, and what is recorded from now on is known
    let said = text(&fleet, &["release", "staging"]);
    assert!(!said.contains("recorded again"), "{said}");
    super::again(&fleet, '7', "v1.1.0");
    assert!(!super::last(&fleet, "staging/orders").recovered);
}

#[test]
fn a_gate_that_tells_what_cannot_be_says_nothing() {
    let fleet = promoted_once();
    let line = ["mark", "blocked", "orders", "-e", "staging", "--reason", "leaks"];
    fleet.done(&line);
    let before = super::last(&fleet, "staging/orders");
    let lockstep::release::ledger::Fact::Marked(mark) = before.fact.clone() else {
        unreachable!("it is a verdict");
    };
    let gated = serde_json::json!({
        "environment": "staging", "unit": "orders", "sequence": before.sequence + 1,
        "previous": [lockstep::model::Digest::of(&before.bytes())],
        "time": before.time, "by": before.by,
        "fact": {
            "kind": "gated", "release": mark.release, "started": before.time, "agentGroup": "canary",
            "successRate": 7.5, "p95LatencyMs": -3, "errorTraceRatio": 9, "callbackFailRate": -1,
            "verdict": "verified", "action": "ready_to_promote"
        }
    });
    let bytes = serde_json::to_string_pretty(&gated).unwrap() + "\n";
    let digest = lockstep::model::Digest::of(bytes.as_bytes()).hex();
    let path = format!("staging/orders/{:06}-gated-{}.json", before.sequence + 1, &digest[..8]);
    fleet.meddle("lockstep/ledger", &path, &bytes);
    let verified = fleet.run(&["verify", "-e", "staging"]);
    assert_eq!(
        (verified.exit, verified.rules()),
        (1, vec!["unreadable-event"]),
        "{}",
        verified.text()
    );
    let promoted = fleet.run(&STEP);
    assert_eq!(
        promoted.rules(),
        ["blocked-release", "unreadable-event"],
        "{}",
        promoted.text()
    );
    let history = fleet.run(&["history", "orders", "-e", "staging"]);
    assert_eq!(history.result()["slaResults"], serde_json::json!([]));
}
