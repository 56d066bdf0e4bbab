//! Mocks stay where nobody counts on the answer.

use super::FleetScene;
use crate::model::{Finding, Rule, Tier};

pub(super) const MODEL: Rule = Rule::new(
    "mock-model",
    "a mock answers instead of a model above dev, so what is tested or served there is not the agent",
    "take `overrides.model.mock` out; staging may run a smaller model",
)
.example(
    "tier: staging\noverrides: { model: { mock: true } }",
    "tier: staging\noverrides: { model: { provider: openai, name: gpt-4o } }",
);

pub(super) const TOOLS: Rule = Rule::new(
    "mock-tools",
    "mocks answer instead of tools above staging, so users get made-up answers",
    "take `overrides.tools.mock` out",
);

/// What may be mocked, and the last tier where it may.
const MOCKS: [(&str, Tier); 2] = [("model", Tier::Dev), ("tools", Tier::Staging)];

pub(super) fn check(scene: &FleetScene<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for environment in &scene.workspace.environments {
        let tier = environment.file.tier;
        for agent in scene.workspace.agents_in(environment) {
            let overrides = environment.overrides(&agent.name);
            for (part, last) in MOCKS {
                let mocked = match part {
                    "model" => overrides.model.as_ref().and_then(|model| model.mock),
                    _ => overrides.tools.as_ref().and_then(|tools| tools.mock),
                };
                if mocked != Some(true) || tier <= last {
                    continue;
                }
                let Some(place) = scene.overridden(environment, &agent.name, &[part, "mock"]) else {
                    continue;
                };
                let message = format!("`{}` runs with a mock in place of the {part}", environment.name);
                let finding = match part {
                    "model" => Finding::error("mock-model", message),
                    _ => Finding::error("mock-tools", message),
                };
                let help = format!("take `overrides.{part}.mock` out");
                found.push(finding.at(place.file, place.line, place.column).help(help));
            }
        }
    }
    found
}
