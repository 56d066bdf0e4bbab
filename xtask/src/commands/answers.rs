//! The schemas of what commands say with `--format json`, for programs that read it.

use std::collections::BTreeMap;

use lockstep::model::FleetChange;
use lockstep::reference;
use lockstep::workspace::{layout, schemas};
use schemars::JsonSchema;
use serde_json::Value;

use super::{affected, check, evaluate, status, verify};
use crate::documents::Document;

/// The schema of every answer by its path: one for any command, and one for each whose result programs rely on.
pub(super) fn schemas() -> BTreeMap<String, String> {
    let all = [
        ("answer".to_owned(), any()),
        of::<affected::Answer>("affected"),
        of::<check::Answer>("check"),
        of::<FleetChange>("diff"),
        of::<evaluate::Answer>("evaluate"),
        of::<Vec<status::UnitAnswer>>("status"),
        of::<verify::Answer>("verify"),
    ];
    let file = |(kind, schema): (String, Value)| (layout::schema(&kind), reference::schema_text(&kind, schema));
    all.into_iter().map(file).collect()
}

fn of<R: JsonSchema>(command: &str) -> (String, Value) {
    let mut schema = schemas::seen::<Document<'_, R>>();
    schema["title"] = format!("What `{command}` answers").into();
    schema["$defs"]["Report"]["properties"]["command"]["const"] = command.into();
    (format!("answer-{command}"), schema)
}

fn any() -> Value {
    let mut schema = schemas::seen::<Document<'_, Value>>();
    schema["title"] = "What a command answers".into();
    schema
}
