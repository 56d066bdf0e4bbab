//! What a change touches and nobody could judge, since something that the base has too is in the way.

use std::collections::BTreeMap;

use lockstep::model::{AgentName, EnvironmentName, Finding, named};
use lockstep::release::{Blocked, Scope};
use lockstep::workspace::layout::{self, ENVIRONMENT_UNIT};

use super::super::judging::{Judgement, UnitsArgs};
use super::base::Base;

/// The units that differ and were not rendered, and what was not asked of any: each with the old finding that is the
/// reason. `known` is what was found and the base has too.
pub(super) fn unjudged(base: &Base, judged: &Judgement, known: &[Finding], asked: &UnitsArgs) -> Vec<String> {
    let touched = base.scopes();
    let mut errors: Vec<&Finding> = known.iter().filter(|finding| finding.is_error()).collect();
    errors.sort_by_key(|finding| Scope::of(finding));
    if touched.is_empty() || errors.is_empty() {
        return Vec::new();
    }
    let Some(workspace) = &judged.loaded.workspace else {
        return errors
            .last()
            .map(|finding| told("every unit", finding))
            .into_iter()
            .collect();
    };
    let of_models = |finding: &Finding| {
        let location = finding.location.as_ref().filter(|_| workspace.models.is_none());
        location.is_some_and(|location| location.file == layout::MODELS)
    };
    let unread = errors
        .iter()
        .filter(|finding| judged.unread.contains(finding) || of_models(finding));
    let unread = unread.map(|finding| told("what hangs on this file", finding));
    if judged.part.is_some() {
        return unread.collect();
    }
    let touched = Blocked::of(touched);
    let is_asked = |names: &[String], name: &str| names.is_empty() || names.iter().any(|asked| asked == name);
    // without values that are there but cannot be read, a unit is rendered as if there were none
    let is_judged = |name: &EnvironmentName, unit: &str| {
        let environment = workspace.environments.iter().find(|one| one.name == *name);
        let values = environment.zip(AgentName::new(unit).ok()).map(|(environment, agent)| {
            let path = layout::values(name, &agent);
            environment.values.contains_key(&agent) || judged.loaded.tree.get(&path).is_none()
        });
        values.unwrap_or(true) && judged.rendered.contains(&format!("{name}/{unit}"))
    };
    let mut by_finding: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let mut missed = |environment: &EnvironmentName, unit: &str| {
        let is_asked = is_asked(&asked.environment, environment.as_str()) && is_asked(&asked.agent, unit);
        if !is_asked || is_judged(environment, unit) || !touched.named(environment, unit) {
            return;
        }
        let is_why = |finding: &&Finding| Blocked::by(std::slice::from_ref(*finding)).named(environment, unit);
        // what has no old reason has a new one, which is told
        if let Some(why) = errors.iter().position(is_why) {
            by_finding.entry(why).or_default().push(format!("{environment}/{unit}"));
        }
    };
    let agents = || workspace.agents.keys().chain(&workspace.unreadable);
    for name in &workspace.fleet.environments {
        let environment = workspace.environments.iter().find(|one| one.name == *name);
        let runs = |agent: &&AgentName| environment.is_none_or(|environment| environment.runs(agent));
        missed(name, ENVIRONMENT_UNIT);
        agents().filter(runs).for_each(|agent| missed(name, agent.as_str()));
    }
    let units = by_finding.into_iter();
    let units = units.map(|(why, units)| told(&named(&units, 3), errors[why]));
    units.chain(unread).collect()
}

fn told(what: &str, why: &Finding) -> String {
    let place = match &why.location {
        Some(location) if location.line > 0 => format!(", {}:{}:{}", location.file, location.line, location.column),
        Some(location) => format!(", {}", location.file),
        None => String::new(),
    };
    format!(
        "{what}: the base has an error too that keeps it from being judged ({}{place}): {}",
        why.rule, why.message
    )
}
