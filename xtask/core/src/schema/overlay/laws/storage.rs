//! What holds between the fields of volumes and claims.

use serde_json::Value;

use crate::model::Problem;
use crate::schema::overlay::check::shown;
use crate::schema::overlay::forms::Form;
use crate::schema::overlay::view::items;
use crate::schema::overlay::walk::Problems;

/// What one pod alone may use, no other may use in another way.
pub(in crate::schema::overlay) fn lonely_mode(spec: &Value, problems: &mut Problems<'_>) {
    let modes = items(spec, "accessModes");
    if modes.len() > 1 && modes.iter().any(|mode| mode.as_str() == Some("ReadWriteOncePod")) {
        let message = "`ReadWriteOncePod` excludes all other modes";
        problems.add(Problem::error("conflicting-fields", "/accessModes", message));
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
