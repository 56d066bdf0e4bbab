//! Images near users are named by digest.

use super::{Found, UnitScene};
use crate::model::{Problem, Rule, Tier};
use crate::schema::overlay::text;

pub(super) const RULE: Rule = Rule::new(
    "unpinned-image",
    "a tag can be moved, so what runs in canary and production would not be what was tested",
    "name the image by digest: `registry/name@sha256:…`",
)
.example(
    "image: registry.example.com/agents/agent-infer:v3.3.0",
    "image: registry.example.com/agents/agent-infer@sha256:3f10cfe2…",
);

pub(super) fn check(scene: &UnitScene<'_>) -> Vec<Found> {
    if scene.tier < Tier::Canary {
        return Vec::new();
    }
    let mut found = Vec::new();
    for workload in scene.workloads() {
        for (pointer, container) in workload.containers() {
            let Some(image) = text(container, "image").filter(|image| !image.contains("@sha256:")) else {
                continue;
            };
            let message = format!("the image `{image}` is not named by digest");
            found.push((
                workload.index,
                Problem::error("unpinned-image", format!("{pointer}/image"), message),
            ));
        }
    }
    found
}
