//! Paths on the ledger's branch: one folder for each unit, with one file for each event.

/// The branch.
pub const BRANCH: &str = "lockstep/ledger";
/// Folder of events about an agent wherever it runs: what a pipeline proved about a tuple.
pub const EVERYWHERE: &str = "_everywhere";
/// Folder, in that of an environment, of the events that hold and resume: so that one listing names all units that
/// were ever held.
pub const HOLDS: &str = "_holds";
/// Folder of the signatures, each over events that were written together.
pub const SIGNATURES: &str = "_signatures";

/// Folder of the events of a unit in an environment.
pub fn unit(environment: Option<&str>, unit: &str) -> String {
    format!("{}/{unit}", environment.unwrap_or(EVERYWHERE))
}

/// The signature of a name in hexadecimal: in one of 256 folders, so that none grows long.
pub fn signature(name: &str) -> String {
    format!("{SIGNATURES}/{}/{name}.sigstore.json", name.get(..2).unwrap_or(name))
}

/// Folder of the units of an environment that were ever held.
pub fn holds(environment: &str) -> String {
    format!("{environment}/{HOLDS}")
}
