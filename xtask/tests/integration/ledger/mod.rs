//! The ledger and the commands that write it, in real repositories.

mod answered;
mod blocked;
mod doubts;
pub mod evidence;
mod forgotten;
mod held;
mod incidents;
mod judged;
mod kills;
mod lost;
mod lost_branch;
mod promote;
mod races;
mod recording;
mod regression;
mod reviewed;
mod rollback;
mod shared;
mod signed;
mod trusted;
mod unpromoted;
mod unproved;
mod unread;
mod views;
mod withheld;

use std::collections::BTreeMap;

use lockstep::release::ledger::{Event, UnitHistory};

use crate::fleet::Fleet;

/// Every unit's history on the ledger's branch, by its folder; holds are with their unit.
fn histories(fleet: &Fleet) -> BTreeMap<String, UnitHistory> {
    let mut units: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for (path, text) in fleet.files("lockstep/ledger") {
        let (folder, _) = path.rsplit_once('/').unwrap();
        let unit = folder.replace("/_holds/", "/");
        units.entry(unit).or_default().push((path, text.into_bytes().into()));
    }
    units
        .into_iter()
        .map(|(unit, files)| (unit, UnitHistory::new(files)))
        .collect()
}

/// The events of a unit, by kind, in their order; every chain of the ledger holds.
fn kinds(fleet: &Fleet, unit: &str) -> Vec<&'static str> {
    let histories = histories(fleet);
    for (unit, history) in &histories {
        assert_eq!(history.findings, [], "{unit}");
    }
    let events = |history: &UnitHistory| history.events.iter().map(|(_, event)| event.kind().as_str()).collect();
    histories.get(unit).map(events).unwrap_or_default()
}

/// The last event of a unit.
fn last(fleet: &Fleet, unit: &str) -> Event {
    histories(fleet)[unit].events.last().unwrap().1.clone()
}

/// A fleet whose `orders` runs v1.0.0 in staging, released from dev by promotion.
fn promoted_once() -> Fleet {
    let fleet = Fleet::small();
    fleet.done(&["keys", "init", "--plain"]);
    fleet.commit("Let a key sign");
    fleet.release(&["dev"]);
    fleet.done(&[
        "promote", "orders", "--from", "dev", "--to", "staging", "--as", "v1.0.0",
    ]);
    fleet.release(&["staging"]);
    fleet
}

/// Promotes what runs in dev to staging under this label, and releases it there.
fn again(fleet: &Fleet, digit: char, version: &str) {
    next_candidate(fleet, digit);
    fleet.done(&["promote", "orders", "--from", "dev", "--to", "staging", "--as", version]);
    fleet.release(&["staging"]);
}

/// Gives `orders` another image and releases it to dev.
fn next_candidate(fleet: &Fleet, digit: char) {
    let path = "agents/orders/agent.yaml";
    let text = std::fs::read_to_string(fleet.repository.path(path)).unwrap();
    let at = text.find("sha256:").unwrap() + "sha256:".len();
    let digits: String = std::iter::repeat_n(digit, 64).collect();
    fleet.put(path, &format!("{}{digits}\n", &text[..at]));
    fleet.commit("Build orders");
    fleet.release(&["dev"]);
}
