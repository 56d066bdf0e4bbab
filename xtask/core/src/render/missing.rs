//! Values that a template reads and that are not there: who took them away, or should have set them.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::Unit;
use super::engine::unknown_value;
use crate::model::{Finding, Location};
use crate::values::{Layer, deleted};
use crate::workspace::{Blueprint, Environment, Workspace, explain, is_built_in, layout, place_of_key};

/// What a unit's templates, and that of its Application, lack, told where it is to be mended.
pub(super) fn of_unit(
    workspace: &Workspace,
    unit: &Unit,
    own: Vec<Finding>,
    application: Vec<Finding>,
) -> Vec<Finding> {
    let environment = workspace.environment(unit.environment.as_str());
    let agent = workspace.agents.get(&unit.agent);
    let is_some = !own.is_empty() || !application.is_empty();
    let Some(environment) = environment.filter(|_| is_some) else {
        return [own, application].concat();
    };
    let read = Read {
        workspace,
        layers: workspace.layers(environment, agent, &unit.blueprint),
    };
    let of_application = application.into_iter().map(|finding| match read.taken_away(&finding) {
        Some(_) => finding,
        None => of_blueprint(workspace, finding, &unit.blueprint.name),
    });
    let all = own.into_iter().chain(of_application).collect();
    read.lead_back(all)
}

/// What templates of an environment lack, told where it is to be mended.
pub(super) fn of_environment(
    workspace: &Workspace,
    environment: &Environment,
    blueprint: &Blueprint,
    findings: Vec<Finding>,
) -> Vec<Finding> {
    if findings.is_empty() {
        return findings;
    }
    let layers = workspace.layers(environment, None, blueprint);
    Read { workspace, layers }.lead_back(findings)
}

/// What is known of the values that templates read.
struct Read<'a> {
    workspace: &'a Workspace,
    layers: Vec<Layer<'a>>,
}

impl Read<'_> {
    /// The findings of templates, those about a value that a `null` took away at its line, once.
    fn lead_back(&self, findings: Vec<Finding>) -> Vec<Finding> {
        let mut led: Vec<Finding> = Vec::new();
        for finding in findings {
            let Some(taken) = self.taken_away(&finding) else {
                led.push(finding);
                continue;
            };
            let known = led.iter_mut().find(|known| known.location == taken.location);
            match known {
                Some(known) => known
                    .related
                    .extend(taken.related.into_iter().filter(|place| place.message == READ)),
                None => led.push(taken),
            }
        }
        led
    }

    fn taken_away(&self, finding: &Finding) -> Option<Finding> {
        let path = unknown_value(finding)?;
        let gone = deleted(&self.layers).into_iter();
        let gone = gone
            .map(|leaf| leaf.path)
            .find(|gone| path.starts_with(&gone.iter().map(String::as_str).collect::<Vec<_>>()))?;
        let name = gone.join(".");
        let explained = explain(&self.layers, &self.workspace.sources, Some(&name)).ok()?;
        let mut origins = explained.into_iter().next()?.origins.into_iter();
        let Location { file, line, column } = origins.next()?.location;
        let set = origins
            .find(|origin| origin.value.is_some())
            .map(|origin| origin.location);
        let sets = |set: &Location| format!("{}:{}", set.file, set.line);
        let (message, help) = match &set {
            Some(set) => (
                format!(
                    "this `null` takes `{name}` away, which `{}` sets and templates read",
                    sets(set)
                ),
                format!(
                    "take the line out, and `{}` holds again; or set another value",
                    sets(set)
                ),
            ),
            None => (
                format!("this `null` takes `{name}` away, which templates read"),
                "set a value".to_owned(),
            ),
        };
        let mut led = Finding {
            message,
            ..finding.clone()
        }
        .at(file, line, column)
        .help(help);
        if let Some(read) = finding.location.clone() {
            led = led.related(read, READ);
        }
        Some(match set {
            Some(set) => led.related(set, "set here"),
            None => led,
        })
    }
}

const READ: &str = "read here";

/// The finding of the Application's template, where the agent's blueprint lacks a value that it reads: the blueprint is to
/// be mended, not the template.
fn of_blueprint(workspace: &Workspace, finding: Finding, name: &str) -> Finding {
    let Some(path) = unknown_value(&finding) else {
        return finding;
    };
    let reader = finding.location.clone();
    let message = format!(
        "the blueprint `{name}` has no value `{}`, which `{}` reads",
        path.join("."),
        reader.as_ref().map_or("the Application", |reader| &reader.file)
    );
    let has_it = |other: &&Arc<Blueprint>| {
        let found = |values: &Map<String, Value>| {
            let (first, rest) = path.split_first()?;
            rest.iter()
                .try_fold(values.get(*first)?, |value, key| value.get(*key))
                .map(drop)
        };
        !is_built_in(&other.name) && other.values.iter().any(|(_, values)| found(values).is_some())
    };
    let folder = format!("{}/{name}", layout::TEMPLATES);
    let set = format!("set it in `{folder}/values.yaml`");
    let help = match workspace.blueprints.values().find(has_it) {
        Some(base) => format!(
            "write `extends: {}` here, for it and all else that is read; or {set}",
            base.name
        ),
        None => set,
    };
    let file = format!("{folder}/blueprint.yaml");
    let mended = Finding { message, ..finding };
    let mended = match place_of_key(&workspace.sources, &file, &["description"]) {
        Some(Location { file, line, column }) => mended.at(file, line, column),
        None => mended.in_file(file),
    };
    match reader {
        Some(reader) => mended.help(help).related(reader, READ),
        None => mended.help(help),
    }
}
