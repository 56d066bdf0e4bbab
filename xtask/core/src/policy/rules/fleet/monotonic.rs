//! From environment to environment an agent comes nearer to what users get, never away from it.

use std::collections::BTreeSet;

use super::FleetScene;
use crate::model::{Finding, Overrides, Rule, Tuple};
use crate::workspace::files::Follows;
use crate::workspace::{Agent, Environment};

pub(super) const RULE: Rule = Rule::new(
    "unsteady-environment",
    "from one environment to the next the temperature rises, or tokens, time, tools or the log level fall back: what was \
     tested is further from what users get than what came before",
    "order the overrides so that each environment is nearer to production than the one before",
)
.example(
    "staging: overrides: { model: { temperature: 0.4 } }     # dev has 0.3",
    "staging: overrides: { model: { temperature: 0.1 } }",
);

/// Log levels from many words to few.
const LEVELS: [&str; 4] = ["DEBUG", "INFO", "WARNING", "ERROR"];

pub(super) fn check(scene: &FleetScene<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let environments = &scene.workspace.environments;
    for (before, after) in environments.iter().zip(environments.iter().skip(1)) {
        found.extend(levels(scene, before, after));
        for agent in scene
            .workspace
            .agents_in(after)
            .filter(|agent| before.runs(&agent.name))
        {
            found.extend(numbers(scene, agent, before, after));
            found.extend(tools(scene, agent, before, after));
        }
    }
    found
}

/// What an environment runs of an agent: the tuple, and what it replaces in it.
fn running(scene: &FleetScene<'_>, agent: &Agent, environment: &Environment) -> Option<(Tuple, Overrides)> {
    let tuple = match environment.file.follows {
        Follows::Candidate => agent.candidate(scene.workspace).0?,
        Follows::Releases => environment.releases.get(&agent.name)?.tuple.clone(),
    };
    Some((tuple, environment.overrides(&agent.name)))
}

fn numbers(scene: &FleetScene<'_>, agent: &Agent, before: &Environment, after: &Environment) -> Vec<Finding> {
    // what each number is called, whether it may only fall, and where it stands
    let read = |environment: &Environment| -> Option<[(&'static str, bool, f64); 3]> {
        let (tuple, overrides) = running(scene, agent, environment)?;
        let (model, other) = (tuple.model?, overrides.model.unwrap_or_default());
        Some([
            ("temperature", true, other.temperature.unwrap_or(model.temperature)),
            (
                "maxTokens",
                false,
                f64::from(other.max_tokens.unwrap_or(model.max_tokens)),
            ),
            (
                "timeoutSeconds",
                false,
                f64::from(other.timeout_seconds.unwrap_or(model.timeout_seconds)),
            ),
        ])
    };
    let (Some(old), Some(new)) = (read(before), read(after)) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for ((name, falls, old), (_, _, new)) in old.into_iter().zip(new) {
        let wrong = if falls { new > old } else { new < old };
        if !wrong {
            continue;
        }
        // a difference between two tuples is a release, not an environment's doing
        let place = scene
            .overridden(after, &agent.name, &["model", name])
            .or_else(|| scene.overridden(before, &agent.name, &["model", name]));
        let Some(place) = place else { continue };
        let verb = if falls { "rises" } else { "falls" };
        let message = format!(
            "`{name}` of `{}` {verb} from {old} in `{}` to {new} in `{}`",
            agent.name, before.name, after.name
        );
        found.push(Finding::warning("unsteady-environment", message).at(place.file, place.line, place.column));
    }
    found
}

fn tools(scene: &FleetScene<'_>, agent: &Agent, before: &Environment, after: &Environment) -> Vec<Finding> {
    let enabled = |environment: &Environment| -> Option<BTreeSet<String>> {
        let (tuple, overrides) = running(scene, agent, environment)?;
        let manifest = agent.tools.get(&tuple.tools?.version)?;
        let named = overrides.tools.and_then(|tools| tools.enabled);
        // an environment names tools of all its agents: an agent has those that are its own
        let own = manifest.file.tools.iter().map(|tool| &tool.name);
        let own = own.filter(|name| named.as_ref().is_none_or(|named| named.contains(name)));
        Some(own.map(ToString::to_string).collect())
    };
    let (Some(old), Some(new)) = (enabled(before), enabled(after)) else {
        return Vec::new();
    };
    let lost: Vec<&str> = old.difference(&new).map(String::as_str).collect();
    if lost.is_empty() {
        return Vec::new();
    }
    let Some(place) = scene.overridden(after, &agent.name, &["tools", "enabled"]) else {
        return Vec::new();
    };
    let message = format!(
        "`{}` lacks `{}`, which `{}` has",
        after.name,
        lost.join("`, `"),
        before.name
    );
    vec![Finding::warning("unsteady-environment", message).at(place.file, place.line, place.column)]
}

fn levels(scene: &FleetScene<'_>, before: &Environment, after: &Environment) -> Option<Finding> {
    let level = |environment: &Environment| {
        let level = environment.file.values.get("logLevel")?.as_str()?;
        LEVELS.iter().position(|known| *known == level)
    };
    let (old, new) = (level(before)?, level(after)?);
    if new >= old {
        return None;
    }
    let file = crate::workspace::layout::environment(after.name.as_str());
    let path = ["values", "logLevel"].map(|key| crate::yaml::Segment::Key(key.to_owned()));
    let (line, column) = super::positions(scene.tree, &file)?.nearest(&path);
    let message = format!(
        "`{}` logs more (`{}`) than `{}` (`{}`)",
        after.name, LEVELS[new], before.name, LEVELS[old]
    );
    Some(Finding::warning("unsteady-environment", message).at(file, line, column))
}
