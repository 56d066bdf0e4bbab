//! Where branch and ledger do not tell the same, or where nothing differs.

use std::collections::BTreeSet;

use lockstep::model::Digest;
use lockstep::release::ledger::Fact;

use super::{again, histories, kinds, last, promoted_once};
use crate::fleet::{Fleet, command};

const BACK: [&str; 6] = ["rollback", "orders", "-e", "staging", "--reason", "too slow"];
const STAGING: &str = "refs/heads/environment/staging";

fn version(fleet: &Fleet) -> String {
    let tuple = fleet.json("environment/staging", ".lockstep/orders/tuple.json");
    tuple["version"].as_str().unwrap().to_owned()
}

#[test]
fn a_rollback_that_the_branch_lost_is_made_again() {
    let fleet = promoted_once();
    again(&fleet, '6', "v1.1.0");
    let before = fleet.tip("environment/staging").unwrap();
    fleet.done(&BACK);
    assert_eq!(version(&fleet), "v1.0.0");
    // as when the branches of two clones went apart, and this one took the other's
    fleet.repository.set(STAGING, before);
    let answer = fleet.done(&BACK);
    assert_eq!(version(&fleet), "v1.0.0", "{}", answer.text());
    assert_eq!(answer.rules(), ["lost-release"], "{}", answer.text());
}

#[test]
fn a_release_that_the_branch_lost_is_none_to_go_back_to() {
    let fleet = promoted_once();
    let first = fleet.tip("environment/staging").unwrap();
    again(&fleet, '6', "v1.1.0");
    fleet.repository.set(STAGING, first);
    again(&fleet, '7', "v1.2.0");
    let answer = fleet.done(&BACK);
    assert_eq!(version(&fleet), "v1.0.0", "{}", answer.text());
    assert!(answer.text().contains("v1.1.0 ("), "{}", answer.text());
}

#[test]
fn going_back_to_what_runs_holds_it() {
    let fleet = promoted_once();
    let path = "environments/staging/releases/orders.yaml";
    let text = std::fs::read_to_string(fleet.repository.path(path)).unwrap();
    fleet.remove(path).commit("Take orders out");
    fleet.release(&["staging"]);
    fleet.put(path, &text).commit("Bring orders back");
    fleet.release(&["staging"]);
    fleet.done(&[&BACK[..], &["--to", "v1.0.0"]].concat());
    assert_eq!(
        kinds(&fleet, "staging/orders")[1..],
        ["released", "removed", "released", "rolled-back", "held"]
    );
}

#[test]
fn a_reason_with_a_secret_goes_nowhere() {
    let fleet = promoted_once();
    again(&fleet, '6', "v1.1.0");
    let secret = format!("leaked ghp_{}", "abcdefghijklmnopqrstuvwxyz0123456789");
    let tips = || ["environment/staging", "lockstep/ledger", "main"].map(|branch| fleet.tip(branch));
    let before = tips();
    for command in [
        &["rollback", "orders", "-e", "staging"][..],
        &["hold", "orders", "-e", "staging"],
        &["promote", "orders", "--from", "dev", "--to", "staging"],
        &["keys", "revoke", "release"],
    ] {
        let answer = fleet.run(&[command, &["--reason", &secret]].concat());
        assert_eq!(answer.exit, 2, "{command:?}: {}", answer.text());
        assert!(!answer.text().contains("ghp_"), "{}", answer.text());
    }
    assert_eq!(tips(), before);
}

#[test]
fn an_event_that_tells_of_another_release_than_its_commit_holds_directs_no_rollback() {
    let fleet = promoted_once();
    let first = fleet.tip("environment/staging").unwrap().to_string();
    again(&fleet, '6', "v1.1.0");
    fleet.done(&["mark", "blocked", "orders", "-e", "staging", "--reason", "wrong"]);
    let mut forged = histories(&fleet)["staging/orders"]
        .events
        .iter()
        .rfind(|(_, event)| event.kind().as_str() == "released")
        .unwrap()
        .1
        .clone();
    let before = last(&fleet, "staging/orders");
    forged.sequence = before.sequence + 1;
    forged.previous = vec![Digest::of(&before.bytes())];
    forged.signature = None;
    let Fact::Released(released) = &mut forged.fact else {
        unreachable!("it is an event of a release");
    };
    released.release.commit = first;
    released.release.tuple = Digest::of(b"made up");
    let bytes = forged.bytes();
    let path = forged.path(Digest::of(&bytes));
    fleet.meddle("lockstep/ledger", &path, std::str::from_utf8(&bytes).unwrap());
    again(&fleet, '7', "v1.2.0");
    let answer = fleet.done(&BACK);
    assert_eq!(answer.result()["to"]["version"], "v1.0.0", "{}", answer.text());
    assert_eq!(answer.rules(), ["broken-ledger"], "{}", answer.text());
}

#[test]
fn a_release_that_came_back_twice_leads_to_what_it_was_made_from() {
    let fleet = promoted_once();
    let id = last(&fleet, "staging/orders").fact.tuple().unwrap().to_string();
    let resume = ["resume", "orders", "-e", "staging", "--reason", "mended"];
    again(&fleet, '6', "v1.1.0");
    fleet.done(&BACK);
    fleet.done(&resume);
    again(&fleet, '7', "v1.2.0");
    fleet.done(&BACK);
    let answer = fleet.done(&["trace", &id, "-e", "staging"]);
    let found = answer.result().as_array().unwrap();
    assert_eq!(found.len(), 3, "{}", answer.text());
    let made: BTreeSet<&str> = found.iter().map(|one| one["dryCommit"].as_str().unwrap()).collect();
    assert_eq!(made.len(), 1);
}

#[test]
fn a_commit_that_released_nothing_leads_to_what_ran_then() {
    let fleet = promoted_once();
    again(&fleet, '6', "v1.1.0");
    fleet.done(&["release", "staging", "--resign"]);
    let commit = fleet.tip("environment/staging").unwrap().to_string();
    again(&fleet, '7', "v1.2.0");
    let answer = fleet.done(&["trace", &commit]);
    let found = answer.result().as_array().unwrap();
    let told: Vec<_> = found.iter().map(|one| one["version"].as_str().unwrap()).collect();
    assert_eq!(told, ["v1.1.0"], "{}", answer.text());
    for (unknown, exit) in [(["-e", "prodction"], 2), (["--agent", "oders"], 2)] {
        let answer = fleet.run(&[&["trace", "v1.1.0"][..], &unknown].concat());
        assert_eq!(answer.exit, exit);
        assert!(answer.text().contains("there is no"), "{}", answer.text());
    }
}

#[test]
fn a_release_that_somebody_made_up_is_told_by_every_command() {
    let fleet = promoted_once();
    again(&fleet, '6', "v1.1.0");
    fleet.append("environments/trust.yaml", "ledger: { staging: {}, canary: {} }\n");
    fleet.commit("Ask for signed events");
    assert_eq!(fleet.done(&["verify", "-e", "staging"]).rules(), [""; 0]);
    let before = last(&fleet, "staging/orders");
    let mut forged = before.clone();
    forged.sequence += 1;
    forged.previous = vec![Digest::of(&before.bytes())];
    forged.signature = None;
    let Fact::Released(released) = &mut forged.fact else {
        unreachable!("it is an event of a release");
    };
    released.release.commit = "7".repeat(40);
    let bytes = forged.bytes();
    let path = forged.path(Digest::of(&bytes));
    fleet.meddle("lockstep/ledger", &path, std::str::from_utf8(&bytes).unwrap());
    let promote = ["promote", "orders", "--from", "staging", "--to", "canary", "--dry-run"];
    for command in [
        &["verify", "-e", "staging"][..],
        &promote,
        &[&BACK[..], &["--dry-run"]].concat(),
    ] {
        let answer = fleet.done(command);
        assert_eq!(answer.rules(), ["lost-release"], "{command:?}: {}", answer.text());
        assert!(answer.text().contains("v1.1.0 (7777777)"), "{}", answer.text());
    }
}

#[test]
fn a_release_that_the_branch_lost_is_marked_where_it_is_shown() {
    let fleet = promoted_once();
    let first = fleet.tip("environment/staging").unwrap();
    fleet.done(&["mark", "verified", "orders", "-e", "staging", "--reason", "a week"]);
    again(&fleet, '6', "v1.1.0");
    let show = |arguments: &[&str]| {
        let output = command(fleet.folder(), arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(!show(&["status"]).contains("lost"));
    fleet.repository.set(STAGING, first);
    let text = show(&["status", "-e", "staging"]);
    let shown = text.lines().nth(1).unwrap();
    assert!(shown.contains("v1.0.0") && shown.ends_with(" verified lost"), "{text}");
    assert!(text.contains("staging/orders lost v1.1.0 ("), "{text}");
    let status = fleet.done(&["status", "-e", "staging"]);
    assert_eq!(status.result()[0]["lost"]["version"], "v1.1.0");
    assert_eq!(status.result()[0]["verdict"], "verified");
    let history = fleet.done(&["history", "orders", "-e", "staging"]);
    let events = history.result()["events"].as_array().unwrap();
    let doubted: Vec<_> = events.iter().filter(|event| event["doubt"].is_object()).collect();
    assert_eq!(doubted.len(), 1, "{events:?}");
    assert_eq!(doubted[0]["doubt"]["rule"], "lost-release");
    assert!(show(&["history", "orders", "-e", "staging"]).contains("lost-release"));
}

#[test]
fn an_environment_that_left_the_fleet_has_its_history() {
    let fleet = promoted_once();
    let history = |name: &str| fleet.run(&["history", "orders", "--environment", name]);
    let before = history("staging").result()["events"].clone();
    assert_eq!(before.as_array().unwrap().len(), 2);
    let git = &fleet.repository.git;
    fleet.edit("environments/fleet.yaml", "staging", "preprod");
    std::fs::rename(
        fleet.repository.path("environments/staging"),
        fleet.repository.path("environments/preprod"),
    )
    .unwrap();
    fleet.commit("Call it preprod");
    assert_eq!(history("staging").result()["events"], before);
    let both = fleet.done(&["history", "-e", "staging", "-e", "dev"]);
    assert!(both.result()["events"].as_array().unwrap().len() > 2);
    assert_eq!(
        fleet
            .done(&["history", "orders", "-e", "staging", "--changes"])
            .result()
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(history("stagin").exit, 2, "{}", history("stagin").text());
    assert!(git.find_reference(STAGING).is_ok());
}
