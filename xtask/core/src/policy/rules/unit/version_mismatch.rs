//! The version that an object says it is, and the tag of the image that it runs.

use super::{Found, UnitScene};
use crate::model::{Problem, Rule};
use crate::schema::overlay::{deep, text};

pub(super) const RULE: Rule = Rule::new(
    "version-mismatch",
    "the version in a label and the tag of the image differ, so the scheduler and a person see different versions of one pod",
    "let both come from the release: leave the tag out and name the image by digest",
)
.example(
    "labels: { lockstep.dev/version: v3.3.0 }\nimage: registry.example.com/agents/agent-infer:v3.2.1",
    "labels: { lockstep.dev/version: v3.3.0 }\nimage: registry.example.com/agents/agent-infer@sha256:3f10cfe2…",
);

/// The label that says which release an object is of.
const LABEL: &str = "lockstep.dev/version";
/// The label that says which agent it is of.
const AGENT: &str = "lockstep.dev/agent";

pub(super) fn check(scene: &UnitScene<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for workload in scene.workloads() {
        let labels = deep(&workload.manifest.object, &["metadata", "labels"]);
        let label = |name| labels.and_then(|labels| text(labels, name));
        let (Some(version), Some(agent)) = (label(LABEL), label(AGENT)) else {
            continue;
        };
        for (pointer, container) in workload.containers() {
            // another program's image has versions of its own, which say nothing about the release
            let tag = text(container, "image").and_then(|image| tag_of(agent, image));
            if let Some(tag) = tag.filter(|tag| *tag != version) {
                let message = format!("the image has the tag `{tag}`, the release is `{version}`");
                found.push((
                    workload.index,
                    Problem::error("version-mismatch", format!("{pointer}/image"), message),
                ));
            }
        }
    }
    found
}

/// The tag of an image reference, where it is one of the agent's own.
fn tag_of<'a>(agent: &str, image: &'a str) -> Option<&'a str> {
    let last = image.split('@').next()?.rsplit('/').next()?;
    let (name, tag) = last.split_once(':')?;
    (name == agent).then_some(tag)
}
