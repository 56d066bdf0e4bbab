//! Events of the ledger are signed where a key is there, and what lets something go on counts only as its signature does.

use std::fs;
use std::sync::Arc;

use lockstep::artifact::{Generator, events_statement};
use lockstep::model::Digest;
use lockstep::workspace::layout::ledger;
use serde_json::Value;
use xtask::adapters::signer::LocalKey;
use xtask::ports::Signer;

use super::{again, last, promoted_once};
use crate::fleet::{Answer, Fleet};

const LEDGER: &str = "lockstep/ledger";
const TRUST: &str = "environments/trust.yaml";
const STEP: [&str; 7] = ["promote", "orders", "--from", "staging", "--to", "canary", "--dry-run"];
const RECORD: [&str; 6] = ["stage", "record", "unit_test", "passed", "--agent", "orders"];
const RESUME: [&str; 6] = ["resume", "orders", "-e", "staging", "--reason", "mended"];
const HOLD: [&str; 6] = ["hold", "orders", "-e", "staging", "--reason", "too slow"];

/// A fleet with a key, where canary asks for one stage.
fn fleet() -> Fleet {
    let fleet = promoted_once();
    fleet.append(
        "environments/fleet.yaml",
        "promotion:\n  canary: { stages: [unit_test], evidence: [] }\n",
    );
    fleet.commit("Ask for tests");
    fleet
}

/// Takes away the key that this clone keeps; the answer puts it back.
fn without_key(fleet: &Fleet) -> impl Fn() {
    let path = fleet.repository.git.path().join("lockstep/keys/release.key");
    let kept = path.with_extension("kept");
    fs::rename(&path, &kept).unwrap();
    move || fs::rename(&kept, &path).unwrap()
}

fn demand(fleet: &Fleet, demand: &str) {
    fleet.append(TRUST, &format!("ledger: {demand}\n"));
    fleet.commit("Ask for signed events");
}

fn ledger_of(answer: &Answer) -> &Value {
    &answer.result()["ledger"]
}

fn verified(fleet: &Fleet) -> Answer {
    fleet.run(&["verify", "-e", "staging"])
}

/// The paths of signatures on the ledger's branch.
fn signatures(fleet: &Fleet) -> Vec<String> {
    let mut paths = fleet.paths(LEDGER);
    paths.retain(|path| path.starts_with(ledger::SIGNATURES));
    paths
}

/// Where the last event of a unit stands.
fn last_path(fleet: &Fleet, unit: &str) -> String {
    let event = last(fleet, unit);
    event.path(Digest::of(&event.bytes()))
}

#[test]
fn events_are_signed_with_a_key_that_the_trust_file_knows() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    let answer = fleet.done(&["verify", "-e", "dev"]);
    assert_eq!(ledger_of(&answer)["signed"], 0, "the development key signs none");
    assert_eq!(signatures(&fleet), [""; 0]);
    fleet.done(&["keys", "init", "--plain"]);
    fleet.commit("Let a key sign");
    again(&fleet, '5', "v1.0.0");
    let signed = ledger_of(&verified(&fleet))["signed"].as_u64().unwrap();
    fleet.done(&HOLD);
    fleet.done(&RESUME);
    fleet.done(&["mark", "verified", "orders", "-e", "staging", "--reason", "a week"]);
    fleet.done(&RECORD);
    let answer = verified(&fleet);
    assert_eq!((answer.exit, answer.rules()), (0, vec![]), "{}", answer.text());
    assert_eq!(ledger_of(&answer)["signed"], signed + 4);
    assert_eq!(ledger_of(&answer)["unsigned"], 0);
    let event = last(&fleet, "staging/orders");
    let name = event.signature.unwrap().hex();
    assert!(signatures(&fleet).contains(&ledger::signature(&name)));
}

#[test]
fn a_signature_that_was_changed_speaks_for_nothing() {
    let fleet = fleet();
    fleet.done(&RECORD);
    fleet.done(&STEP);
    let name = last(&fleet, "_everywhere/orders").signature.unwrap().hex();
    let path = ledger::signature(&name);
    let other = signatures(&fleet).into_iter().find(|other| *other != path).unwrap();
    let text = fleet.file(LEDGER, &other);
    fleet.meddle(LEDGER, &path, &text);
    let answer = fleet.run(&STEP);
    assert_eq!(answer.exit, 1);
    assert_eq!(answer.rules(), ["missing-stage", "unsigned-event"], "{}", answer.text());
    let answer = verified(&fleet);
    assert_eq!(
        (answer.exit, answer.rules()),
        (1, vec!["unsigned-event"]),
        "{}",
        answer.text()
    );
    assert_eq!(ledger_of(&answer)["refused"], 1);
    fleet.meddle(LEDGER, &path, &text.replacen("\"sig\":\"ME", "\"sig\":\"MF", 1));
    let answer = verified(&fleet);
    assert_eq!(answer.exit, 1);
    assert_ne!(answer.rules(), ["unsigned-event"], "{}", answer.text());
}

#[test]
fn a_signature_in_another_form_speaks_for_nothing() {
    let fleet = fleet();
    fleet.done(&RECORD);
    let name = last(&fleet, "_everywhere/orders").signature.unwrap().hex();
    let path = ledger::signature(&name);
    let text = fleet.file(LEDGER, &path);
    fleet.meddle(LEDGER, &path, &format!("{text}\n"));
    let answer = verified(&fleet);
    assert_eq!(answer.rules(), ["malformed-bundle"], "{}", answer.text());
    assert_eq!(ledger_of(&answer)["refused"], 1);
}

#[test]
fn what_a_key_signed_that_nobody_knows_any_more_does_not_count() {
    let fleet = fleet();
    fleet.done(&RECORD);
    fleet.done(&["keys", "rotate", "release", "--name", "next", "--plain"]);
    fleet.commit("Rotate");
    fleet.done(&STEP);
    assert_eq!(verified(&fleet).rules(), [""; 0]);
    fleet.done(&["keys", "revoke", "release", "--reason", "stolen"]);
    fleet.commit("Revoke");
    fleet.done(&["release", "dev", "staging", "--resign"]);
    let answer = fleet.run(&STEP);
    assert_eq!(answer.rules(), ["missing-stage", "revoked-signer"], "{}", answer.text());
    fleet.done(&RECORD);
    let answer = fleet.done(&STEP);
    assert_eq!(answer.rules(), ["revoked-signer"], "what is behind it is told");
    let answer = verified(&fleet);
    assert_eq!(answer.exit, 0, "{}", answer.text());
    assert!(answer.rules().iter().all(|rule| *rule == "revoked-signer"));
}

#[test]
fn where_signatures_are_demanded_only_what_stops_counts_without_one() {
    let fleet = fleet();
    let put_back = without_key(&fleet);
    fleet.done(&RECORD);
    fleet.done(&STEP);
    put_back();
    let settled = fleet.tip(LEDGER).unwrap();
    demand(&fleet, "{ staging: {}, canary: {} }");
    let answer = fleet.run(&STEP);
    assert_eq!(answer.rules(), ["missing-stage", "unsigned-event"], "{}", answer.text());
    fleet.edit(TRUST, "canary: {}", &format!("canary: {{ since: {settled} }}"));
    fleet.commit("Settle what was there");
    fleet.done(&STEP);

    let put_back = without_key(&fleet);
    fleet.done(&HOLD);
    let answer = fleet.run(&RESUME);
    assert_eq!(answer.exit, 2, "{}", answer.text());
    assert!(answer.text().contains("nobody here may sign them"), "{}", answer.text());
    fleet.edit(TRUST, "staging: {}, ", "");
    fleet.commit("Ask for less");
    fleet.done(&RESUME);
    put_back();
    fleet.edit(TRUST, "ledger: { ", "ledger: { staging: {}, ");
    fleet.commit("Ask for it again");
    fleet.edit(
        "environments/staging/environment.yaml",
        "namespace: shop-staging",
        "namespace: shop-staging\nvalues: { replicas: 7 }",
    );
    fleet.commit("Run more");
    let answer = fleet.run(&["release", "staging", "--agent", "orders"]);
    assert_eq!(answer.exit, 3, "the hold stands: {}", answer.text());
    assert!(answer.rules().contains(&"unsigned-event"), "{}", answer.text());
    fleet.done(&RESUME);
    fleet.done(&["release", "staging", "--agent", "orders"]);
}

#[test]
fn a_key_that_was_taken_out_of_use_cannot_sign_after_the_fact() {
    let fleet = fleet();
    let path = fleet.repository.git.path().join("lockstep/keys/release.key");
    let old = LocalKey::from_pem(&fs::read_to_string(path).unwrap()).unwrap().unwrap();
    fleet.done(&["keys", "rotate", "release", "--name", "next", "--plain"]);
    fleet.commit("Rotate");
    again(&fleet, '6', "v1.1.0");
    fleet.done(&["mark", "verified", "orders", "-e", "staging", "--reason", "a week"]);
    let event = last(&fleet, "staging/orders");
    let name = event.signature.unwrap().hex();
    let files = [(last_path(&fleet, "staging/orders"), Digest::of(&event.bytes()))].into();
    let sign = |number: u64| {
        let releases = [(event.environment.clone().unwrap(), number)].into();
        let statement: Arc<[u8]> = events_statement(&files, &releases, Generator::lockstep("0.1.0")).into();
        let bundle = old.sign(&[statement]).unwrap().remove(0);
        fleet.meddle(LEDGER, &ledger::signature(&name), std::str::from_utf8(&bundle).unwrap());
        verified(&fleet).rules().join(" ")
    };
    assert_eq!(sign(2), "retired-signer");
    assert_eq!(sign(1), "backdated-event");
}
