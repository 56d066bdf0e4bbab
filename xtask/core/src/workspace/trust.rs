//! Reads `environments/trust.yaml`, of which rendering needs the keys that sign commits.

use serde_json::Value;

use super::check;
use crate::artifact::{Trust, TrustFile};
use crate::model::Finding;
use crate::yaml::{self, Positions};

/// Reads a trust file; whatever cannot be believed in it is a finding.
pub fn read_trust(path: &str, bytes: &[u8]) -> (TrustFile, Trust, Vec<Finding>) {
    let mut findings = Vec::new();
    let Some(file) = check::read::<TrustFile>(path, bytes, &mut findings) else {
        return (TrustFile::default(), Trust::default(), findings);
    };
    let (trust, problems) = Trust::of(&file);
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    let positions = Positions::of(text).ok();
    let value = yaml::read_value(text).unwrap_or(Value::Null);
    for problem in problems {
        let path_in_file = yaml::path_of_pointer(&value, &problem.pointer).unwrap_or_default();
        let (line, column) = positions
            .as_ref()
            .map_or((1, 1), |positions| positions.nearest(&path_in_file));
        findings.push(problem.finding().at(path, line, column));
    }
    (file, trust, findings)
}
