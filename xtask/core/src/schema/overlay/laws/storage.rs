//! What holds between the fields of volumes and claims.

use serde_json::Value;

use crate::model::Problem;
use crate::schema::overlay::check::shown;
use crate::schema::overlay::forms::Form;
use crate::schema::overlay::view::{has, items, text};
use crate::schema::overlay::walk::Problems;

/// What one pod alone may use, no other may use in another way.
pub(in crate::schema::overlay) fn lonely_mode(spec: &Value, problems: &mut Problems<'_>) {
    let modes = items(spec, "accessModes");
    if modes.len() > 1 && modes.iter().any(|mode| mode.as_str() == Some("ReadWriteOncePod")) {
        let message = "`ReadWriteOncePod` excludes all other modes";
        problems.add(Problem::error("conflicting-fields", "/accessModes", message));
    }
}

/// The core group has one kind that a claim can be filled from: another claim.
pub(in crate::schema::overlay) fn source(source: &Value, problems: &mut Problems<'_>) {
    let Some(kind) = text(source, "kind").filter(|kind| *kind != "PersistentVolumeClaim") else {
        return;
    };
    if !has(source, "apiGroup") {
        let message = format!("`{kind}` needs `apiGroup`: without it only `PersistentVolumeClaim` is known");
        let problem = Problem::error("missing-field", "/kind", message);
        problems.add(problem.help(match kind {
            "VolumeSnapshot" => "add `apiGroup: snapshot.storage.k8s.io`",
            _ => "add `apiGroup:`, the group of the kind",
        }));
    }
}

/// The empty class means none.
pub(in crate::schema::overlay) fn class_name(name: &Value, problems: &mut Problems<'_>) {
    if name
        .as_str()
        .is_some_and(|name| !name.is_empty() && !Form::Subdomain.fits(name))
    {
        let message = format!("`{}` is no {}", shown(name), Form::Subdomain.name());
        problems.add(Problem::error("malformed-text", "", message).help(format!("write {}", Form::Subdomain.rule())));
    }
}
