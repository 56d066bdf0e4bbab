//! The list of units that the environment's own statement vouches for, against the units that are there.

use std::collections::BTreeSet;

use super::unit::Checked;
use super::{BranchFacts, bytes};
use crate::artifact::{Inventory, Signed};
use crate::model::{Digest, Finding};
use crate::workspace::layout::{ENVIRONMENT_UNIT, branch};

/// Units that are missing, that nobody listed, or whose statement is another than the listed one; only those of the
/// units that are `chosen`.
pub(super) fn check(facts: &BranchFacts<'_>, units: &[Checked<'_>], chosen: Option<&BTreeSet<&str>>) -> Vec<Finding> {
    let own = units.iter().find(|unit| unit.unit == ENVIRONMENT_UNIT);
    let Some(inventory) = own.and_then(|own| inventory(facts, own.signed.as_ref()?)) else {
        // without the list itself there is a finding already
        return Vec::new();
    };
    let mut findings = Vec::new();
    let mut seen = BTreeSet::new();
    let place = branch::inventory(ENVIRONMENT_UNIT);
    for checked in units.iter().filter(|unit| unit.unit != ENVIRONMENT_UNIT) {
        let unit = checked.unit.as_str();
        seen.insert(unit);
        let bundle = branch::bundle(unit);
        match (inventory.units.get(unit), &checked.signed) {
            (None, Some(_)) => findings.push(
                Finding::error("unlisted-unit", format!("the environment does not list `{unit}`"))
                    .in_file(bundle)
                    .unit(facts.environment.as_str(), unit)
                    .help("it was removed, or never released here: restore the branch"),
            ),
            (Some(listed), Some(signed)) if *listed != signed.digest => {
                findings.push(replayed(facts, unit, *listed, signed).in_file(bundle));
            }
            _ => {}
        }
    }
    let is_chosen = |unit: &str| chosen.is_none_or(|chosen| chosen.contains(unit));
    let listed = inventory.units.keys().filter(|unit| is_chosen(unit));
    for unit in listed.filter(|unit| !seen.contains(unit.as_str())) {
        findings.push(
            Finding::error(
                "missing-unit",
                format!("the environment lists `{unit}`, and it has no file here"),
            )
            .in_file(&place)
            .unit(facts.environment.as_str(), unit)
            .help("somebody removed it: restore the branch, or release the environment again with `--resign`"),
        );
    }
    findings
}

fn replayed(facts: &BranchFacts<'_>, unit: &str, listed: Digest, signed: &Signed<'_>) -> Finding {
    let message = format!(
        "expected the statement {listed} that the environment lists, found {} of release {}",
        signed.digest, signed.statement.predicate.sequence
    );
    Finding::error("replayed-release", message)
        .unit(facts.environment.as_str(), unit)
        .help("somebody put an earlier release here: restore the branch, or use `rollback`")
}

/// The environment's inventory, if it is the one that was signed.
fn inventory(facts: &BranchFacts<'_>, signed: &Signed<'_>) -> Option<Inventory> {
    let path = branch::inventory(ENVIRONMENT_UNIT);
    let bytes = bytes(facts, &path)?;
    is_signed(signed, &path, bytes)
        .then(|| serde_json::from_slice(bytes).ok())
        .flatten()
}

/// Whether a statement names these bytes under this path.
pub(super) fn is_signed(signed: &Signed<'_>, path: &str, bytes: &[u8]) -> bool {
    let subjects = &signed.statement.subject;
    let named = subjects.iter().find(|subject| subject.name == path);
    named.and_then(|subject| subject.sha256()) == Some(Digest::of(bytes))
}
