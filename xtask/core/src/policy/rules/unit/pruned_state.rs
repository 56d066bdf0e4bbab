//! State that a release would throw away: StatefulSets and claims that go, volumes that shrink.

use serde_json::Value;

use super::previous::{before, is_kept};
use super::{Found, UnitScene};
use crate::model::{Manifest, Problem, Quantity, Rule};
use crate::schema::overlay::{deep, field, items};

pub(super) const PRUNED: Rule = Rule::new(
    "pruned-state",
    "a release removes an object that holds data, and Argo CD would delete it with the data",
    "move the data first, or keep the object with `argocd.argoproj.io/sync-options: Prune=false`",
);

pub(super) const SHRINKING: Rule = Rule::new(
    "shrinking-volume",
    "a volume asks for less than at the last release, which no storage does: the sync would fail",
    "keep the size, or move the data to a new, smaller claim",
);

/// Kinds that hold data.
const STATEFUL: [&str; 3] = ["PersistentVolume", "PersistentVolumeClaim", "StatefulSet"];

pub(super) fn pruned(scene: &UnitScene<'_>) -> Vec<Found> {
    let gone = |old: &&Manifest| {
        STATEFUL.contains(&old.id.kind.as_str())
            && !is_kept(&old.object)
            && !scene.objects.iter().any(|object| object.id == old.id)
    };
    let previous = scene.previous.unwrap_or_default();
    // one that is new and of its kind is the same under another name
    let renamed = |old: &Manifest| {
        let is_new = |object: &Manifest| previous.iter().all(|old| old.id != object.id);
        let mut new = scene
            .own()
            .filter(|(_, object)| object.id.kind == old.id.kind && is_new(object));
        let first = new.next()?;
        new.next().is_none().then_some(first.0)
    };
    let problem = |old: &Manifest| {
        let message = format!(
            "the {} `{}` of the last release is gone, and its data with it",
            old.id.kind, old.id.name
        );
        let problem = |pointer| Problem::error("pruned-state", pointer, &*message);
        match renamed(old) {
            Some(index) => (index, problem("/metadata/name")),
            // it has no place any more: the first object of the unit stands for all
            None => (0, problem("").absent(&old.id.kind, Some(&old.id.name))),
        }
    };
    previous.iter().filter(gone).map(problem).collect()
}

pub(super) fn shrinking(scene: &UnitScene<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (index, manifest) in scene.own() {
        let Some(old) = before(scene, manifest) else { continue };
        for (name, pointer, size) in sizes(manifest) {
            let was = sizes(old).into_iter().find(|(other, _, _)| *other == name);
            let Some((_, _, was)) = was.filter(|(_, _, was)| *was > size) else {
                continue;
            };
            let message = format!("the volume asks for {size} and asked for {was} at the last release");
            found.push((index, Problem::error("shrinking-volume", pointer, message)));
        }
    }
    found
}

/// What an object's volumes ask for, by the claim's name.
fn sizes(manifest: &Manifest) -> Vec<(&str, String, Quantity)> {
    const STORAGE: &str = "spec/resources/requests/storage";
    let size = |claim: &Value| deep(claim, &["spec", "resources", "requests", "storage"]).and_then(Quantity::of);
    match manifest.id.kind.as_str() {
        "PersistentVolumeClaim" => size(&manifest.object)
            .map(|size| ("", format!("/{STORAGE}"), size))
            .into_iter()
            .collect(),
        "StatefulSet" => {
            let claims = field(&manifest.object, "spec").map_or(&[][..], |spec| items(spec, "volumeClaimTemplates"));
            let named = claims.iter().enumerate().filter_map(|(at, claim)| {
                let name = deep(claim, &["metadata", "name"])?.as_str()?;
                Some((name, format!("/spec/volumeClaimTemplates/{at}/{STORAGE}"), size(claim)?))
            });
            named.collect()
        }
        _ => Vec::new(),
    }
}
