//! Images exist before anything runs them.

use super::{Found, UnitScene};
use crate::model::{CodeComponent, Problem, Rule, Tier, repository};
use crate::schema::overlay::text;

pub(super) const RULE: Rule = Rule::new(
    "unbuilt-image",
    "a new agent has a digest of zeros until CI has built its image; its pods would wait for an image that nobody has, which \
     is a warning in dev and an error elsewhere",
    "let CI build the image and write its digest into the candidate: `cargo xtask candidate <agent> --image <image>`",
)
.example(
    "image: registry.example.com/agents/agent-infer@sha256:0000000000000000000000000000000000000000000000000000000000000000",
    "image: registry.example.com/agents/agent-infer@sha256:3f10cfe2…",
);

pub(super) fn check(scene: &UnitScene<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for workload in scene.workloads() {
        for (pointer, container) in workload.containers() {
            let Some(image) = text(container, "image").filter(|image| image.ends_with(CodeComponent::UNBUILT)) else {
                continue;
            };
            let message = format!("nobody has built `{}` yet: its digest is all zeros", repository(image));
            let pointer = format!("{pointer}/image");
            let problem = match scene.tier {
                Tier::Dev => Problem::warning("unbuilt-image", pointer, message),
                Tier::Staging | Tier::Canary | Tier::Production => Problem::error("unbuilt-image", pointer, message),
            };
            found.push((workload.index, problem.help(RULE.remedy)));
        }
    }
    found
}
