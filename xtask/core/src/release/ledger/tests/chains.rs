//! No event can be changed or taken out unseen, and two writers who did not know of each other lose nothing.

use expect_test::expect;
use proptest::prelude::*;

use super::super::{Draft, Entry, EventKind, Head, UnitHistory, seal};
use super::{chain, held, history, released};
use crate::model::Digest;

#[test]
fn events_are_numbered_and_name_the_one_before() {
    let events = chain(vec![released("v1.0.0"), held("slow"), released("v1.1.0")]);
    let paths: Vec<&str> = events.iter().map(|event| event.path.as_str()).collect();
    expect![[r#"
        [
            "production/assistant/000001-released-a82393ab.json",
            "production/_holds/assistant/000002-held-b3a0fe03.json",
            "production/assistant/000003-released-1f92ece0.json",
        ]
    "#]]
    .assert_debug_eq(&paths);
    assert_eq!(events[0].event.previous, []);
    assert_eq!(events[2].event.previous, [Digest::of(&events[1].bytes)]);
    assert_eq!(history(&events).findings, []);
}

#[test]
fn an_event_that_was_taken_out_or_changed_is_noticed() {
    let events = chain(vec![released("v1.0.0"), held("slow"), released("v1.1.0")]);
    let without = [events[0].clone(), events[2].clone()];
    let rules = |events: &[super::Sealed]| {
        let findings = history(events).findings;
        findings
            .iter()
            .map(|finding| finding.rule.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(rules(&without), ["broken-ledger"]);
    assert_eq!(rules(&events[1..]), ["broken-ledger"]);
    let mut changed = events.clone();
    changed[0].bytes = String::from_utf8(changed[0].bytes.clone())
        .unwrap()
        .replace("Ann", "Eve")
        .into_bytes();
    // the bytes are not those of the name, and what follows misses the event
    assert_eq!(rules(&changed), ["broken-ledger", "broken-ledger"]);
    let mut unknown = events;
    unknown[1].bytes = b"{\"kind\": \"forgotten\"}".to_vec();
    assert_eq!(rules(&unknown), ["unreadable-event", "broken-ledger"]);
}

#[test]
fn names_tell_of_events_that_are_not_read_whether_one_is_missing() {
    let versions = ["v1.0.0", "v1.1.0", "v1.2.0", "v1.3.0", "v1.4.0"];
    let events = chain(versions.into_iter().map(released).collect());
    let broken = |unread: &[usize]| {
        let entry = |index: &usize| Entry::parse(events[*index].path.rsplit('/').next()?);
        let unread: Vec<Entry> = unread.iter().filter_map(entry).collect();
        let files = events[3..]
            .iter()
            .map(|event| (event.path.clone(), event.bytes.clone().into()));
        let findings = UnitHistory::ending(files.collect(), &unread).findings;
        findings.into_iter().map(|finding| finding.message).collect::<Vec<_>>()
    };
    assert_eq!(broken(&[0, 1, 2]), [""; 0]);
    let follows = |number: u64| {
        format!(
            "event {number} of `production/assistant` follows one that is not in the ledger: it was taken out or changed"
        )
    };
    assert_eq!(broken(&[0, 1]), [follows(4)]);
    assert_eq!(broken(&[0, 2]), [follows(3)]);
    assert_eq!(broken(&[1, 2]), [follows(2)]);
}

#[test]
fn two_events_with_one_number_both_stay_and_the_next_follows_both() {
    let events = chain(vec![released("v1.0.0")]);
    let mut heads = [Head::default(), Head::default()];
    for head in &mut heads {
        head.sequence = 1;
        head.digests = vec![Digest::of(&events[0].bytes)];
    }
    let draft = |fact| Draft {
        environment: events[0].event.environment.clone(),
        unit: "assistant".to_owned(),
        time: events[0].event.time,
        by: "Bob <bob@example.com>".to_owned(),
        recovered: false,
        fact,
    };
    let one = seal(draft(released("v1.1.0")), &mut heads[0]);
    let other = seal(draft(released("v1.2.0")), &mut heads[1]);
    assert_ne!(one.path, other.path);
    let mut joined = Head {
        sequence: 2,
        digests: vec![Digest::of(&one.bytes), Digest::of(&other.bytes)],
    };
    let next = seal(draft(held("which one?")), &mut joined);
    let all = [events[0].clone(), one, other, next];
    assert_eq!((history(&all).events.len(), history(&all).findings), (4, Vec::new()));
    let without = [all[0].clone(), all[1].clone(), all[3].clone()];
    assert_eq!(history(&without).findings.len(), 1);
}

#[test]
fn a_signature_beside_an_event_is_no_event() {
    let event = chain(vec![released("v1.0.0")]).remove(0);
    let name = event.path.replace(".json", ".sigstore.json");
    assert_eq!(Entry::parse(name.rsplit('/').next().unwrap()), None);
}

proptest! {
    #[test]
    fn a_name_says_what_it_was_made_of(sequence in 1_u64..10_000_000, kind in 0..EventKind::ALL.len(), bytes: Vec<u8>) {
        let entry = Entry::new(sequence, EventKind::ALL[kind], &bytes);
        prop_assert_eq!(Entry::parse(&entry.name()), Some(entry));
    }

    #[test]
    fn no_other_name_is_an_event(name in "[0-9a-z.-]{0,40}") {
        prop_assert!(Entry::parse(&name).is_none_or(|entry| entry.name() == name));
    }
}
