//! What an object was before, and whether Argo CD replaces it instead of changing it.

use serde_json::Value;

use super::UnitScene;
use crate::model::Manifest;
use crate::schema::overlay::{deep, text};

/// What an object was at the last release.
pub(super) fn before<'a>(scene: &UnitScene<'a>, object: &Manifest) -> Option<&'a Manifest> {
    scene.previous?.iter().find(|other| other.id == object.id)
}

/// Whether each sync makes the object anew, so that nothing of it has to stay.
pub(super) fn is_replaced(object: &Value) -> bool {
    let annotation = |name: &str| {
        let annotations = deep(object, &["metadata", "annotations"]);
        annotations
            .and_then(|annotations| text(annotations, name))
            .unwrap_or_default()
    };
    let options = annotation("argocd.argoproj.io/sync-options");
    let hook = annotation("argocd.argoproj.io/hook");
    let deleted = annotation("argocd.argoproj.io/hook-delete-policy");
    options.contains("Replace=true")
        || options.contains("Force=true")
        || (!hook.is_empty() && hook != "Skip" && !deleted.contains("Never"))
}

/// Whether Argo CD leaves the object alone when it is no longer in git.
pub(super) fn is_kept(object: &Value) -> bool {
    let annotations = deep(object, &["metadata", "annotations"]);
    let options = annotations.and_then(|annotations| text(annotations, "argocd.argoproj.io/sync-options"));
    options.is_some_and(|options| options.contains("Prune=false") || options.contains("Delete=false"))
}
