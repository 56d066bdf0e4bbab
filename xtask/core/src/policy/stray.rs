//! Policies and waivers that stand where nothing reads them: they would guard nothing, or admit nothing.

use crate::model::{FileTree, Finding};
use crate::workspace::layout::{ADMISSION, POLICIES, POLICY_TESTS, REGO, WAIVERS};

/// What every admission policy and every binding says.
const ADMISSION_GROUP: &str = "admissionregistration.k8s.io/";

/// A finding for each of them.
pub(super) fn stray(tree: &FileTree) -> Vec<Finding> {
    let stray = tree.below(POLICIES).filter_map(|(path, bytes)| {
        let folder = belongs(path, bytes)?;
        let finding = Finding::error("stray-file", format!("nothing reads `{path}`")).in_file(path);
        Some(finding.help(format!("move it to `{folder}/`, with the ending that is read there")))
    });
    stray.collect()
}

/// The folder that a file is meant for, where it does not stand there or has another ending.
fn belongs(path: &str, bytes: &[u8]) -> Option<&'static str> {
    let is_below = |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    let ends = |ends: &[&str]| ends.iter().any(|end| path.ends_with(end));
    let is_written = ends(&[".md"]) || is_below(POLICY_TESTS);
    let is_admission = || std::str::from_utf8(bytes).is_ok_and(|text| text.contains(ADMISSION_GROUP));
    if is_written {
        None
    } else if is_below(WAIVERS) {
        (!ends(&[".yaml"])).then_some(WAIVERS)
    } else if ends(&[".rego"]) {
        (!is_below(REGO)).then_some(REGO)
    } else if is_below(ADMISSION) && ends(&[".yaml", ".yml", ".json"]) {
        None
    } else {
        is_admission().then_some(ADMISSION)
    }
}
