//! The Application of a unit that was rolled back: as it is at the tip, and of the release that came back.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::artifact::TupleRecord;
use crate::release::PreviousUnit;
use crate::workspace::layout::branch;
use crate::yaml;

/// The label of an object that tells its release, as a JSON pointer.
const VERSION: &str = "/metadata/labels/lockstep.dev~1version";

/// The Application with the names of the release that came back, and a notice that Argo CD shows.
pub(super) fn restored(tip: &PreviousUnit, record: &TupleRecord, reason: &str) -> Option<(String, Arc<[u8]>)> {
    let path = branch::argocd(record.agent.as_str());
    let mut objects = tip.argocd_objects(&path);
    let notice = format!("rolled back to {} and held: {reason}", record.version);
    let bad = tip.record();
    for object in &mut objects {
        if let Some(bad) = &bad {
            rename(&mut object.object, bad, record);
        }
        let metadata = object.object.get_mut("metadata").and_then(Value::as_object_mut)?;
        let annotations = metadata
            .entry("annotations")
            .or_insert_with(|| Value::Object(Map::new()));
        let annotations = annotations.as_object_mut()?;
        annotations.insert("notice.argocd.argoproj.io/content".to_owned(), notice.clone().into());
        annotations.insert("notice.argocd.argoproj.io/severity".to_owned(), "warning".into());
    }
    let text = yaml::write_manifests(objects.iter().map(|object| &object.object));
    (!objects.is_empty()).then(|| (path, text.into_bytes().into()))
}

/// Where it tells version and tuple of what was rolled back, it tells those of what came back: the label, and rows of
/// `info` that say nothing else, whatever a template calls them.
fn rename(application: &mut Value, bad: &TupleRecord, good: &TupleRecord) {
    let names = [
        (bad.version.to_string(), good.version.to_string()),
        (bad.id.to_string(), good.id.to_string()),
    ];
    let rows = application.pointer_mut("/spec/info").and_then(Value::as_array_mut);
    for value in rows.into_iter().flatten().filter_map(|row| row.get_mut("value")) {
        if let Some((_, new)) = names.iter().find(|(old, _)| value.as_str() == Some(old)) {
            *value = new.clone().into();
        }
    }
    if let Some(label) = application.pointer_mut(VERSION) {
        *label = good.version.to_string().into();
    }
}
