//! What an environment's branch records of a unit, taken as true only where its parts agree.

use super::PreviousUnit;
use crate::artifact::TupleRecord;
use crate::model::{AgentName, Digest, EnvironmentName, Finding};
use crate::workspace::layout::branch;

/// The tuple that a unit's records on a branch vouch for. Promotion and rollback take what runs from here and from
/// nowhere else.
pub fn recorded(
    environment: &EnvironmentName,
    agent: &AgentName,
    found: &PreviousUnit,
) -> Result<TupleRecord, Box<Finding>> {
    let unit = agent.as_str();
    let place = |finding: Finding, path: &str| {
        Box::new(
            finding
                .in_file(format!("environment branch of {environment}:{path}"))
                .unit(environment.as_str(), unit),
        )
    };
    let Some(bytes) = &found.tuple else {
        let finding = Finding::error("unreleased-unit", format!("`{agent}` is not in `{environment}`"))
            .help(format!("release it there first: `cargo xtask release {environment}`"));
        return Err(Box::new(finding.unit(environment.as_str(), unit)));
    };
    let changed = |path: &str, why: &str| {
        let finding = Finding::error("changed-record", format!("`{path}` is not what was released: {why}"))
            .help("somebody else wrote to the branch: look at `git log` there, and release again");
        place(finding, path)
    };
    let tuple_path = branch::tuple(unit);
    let inventory = found
        .inventory()
        .ok_or_else(|| changed(&branch::inventory(unit), "it cannot be read"))?;
    if inventory.files.get(&tuple_path) != Some(&Digest::of(bytes)) {
        return Err(changed(&tuple_path, "the inventory lists other bytes"));
    }
    if let Some(manifest) = &found.manifest
        && inventory.files.get(&branch::manifest(unit)) != Some(&Digest::of(manifest))
    {
        return Err(changed(&branch::manifest(unit), "the inventory lists other bytes"));
    }
    let record = found
        .record()
        .ok_or_else(|| changed(&tuple_path, "it cannot be read"))?;
    if record.id != record.tuple.id() {
        return Err(changed(&tuple_path, "its id is not that of its tuple"));
    }
    if record.agent != *agent || record.environment != *environment {
        return Err(changed(&tuple_path, "it is another unit's"));
    }
    Ok(record)
}
