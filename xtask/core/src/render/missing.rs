//! Values that a template reads and that are not there: who took them away, or should have set them.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::Unit;
use super::unknown::Trouble;
use crate::model::{Finding, Location};
use crate::values::{Layer, deleted};
use crate::workspace::{Blueprint, Environment, Workspace, explain, is_built_in, layout, place_of_key};

/// What a unit's templates, and that of its Application, lack, told where it is to be mended.
pub(super) fn of_unit(
    workspace: &Workspace,
    unit: &Unit,
    own: Vec<Trouble>,
    application: Vec<Trouble>,
) -> Vec<Finding> {
    let environment = workspace.environment(unit.environment.as_str());
    let agent = workspace.agents.get(&unit.agent);
    let is_some = !own.is_empty() || !application.is_empty();
    let Some(environment) = environment.filter(|_| is_some) else {
        return own
            .into_iter()
            .chain(application)
            .map(|trouble| trouble.finding)
            .collect();
    };
    let read = Read {
        workspace,
        blueprint: &unit.blueprint,
        layers: workspace.layers(environment, agent, &unit.blueprint),
    };
    let of_application = application.into_iter().map(|trouble| match read.taken_away(&trouble) {
        Some(_) => trouble,
        None => of_blueprint(workspace, trouble, &unit.blueprint.name),
    });
    read.lead_back(own.into_iter().chain(of_application))
}

/// What templates of an environment lack, told where it is to be mended.
pub(super) fn of_environment(
    workspace: &Workspace,
    environment: &Environment,
    blueprint: &Blueprint,
    troubles: Vec<Trouble>,
) -> Vec<Finding> {
    if troubles.is_empty() {
        return Vec::new();
    }
    let read = Read {
        workspace,
        blueprint,
        layers: workspace.layers(environment, None, blueprint),
    };
    read.lead_back(troubles)
}

/// What is known of the values that templates read.
struct Read<'a> {
    workspace: &'a Workspace,
    blueprint: &'a Blueprint,
    layers: Vec<Layer<'a>>,
}

impl Read<'_> {
    /// What is told of templates: a value that a `null` took away at its line, and each value once.
    fn lead_back(&self, troubles: impl IntoIterator<Item = Trouble>) -> Vec<Finding> {
        let mut led: Vec<Trouble> = Vec::new();
        for trouble in troubles {
            if let Some(taken) = self.taken_away(&trouble) {
                let known = led.iter_mut().find(|known| known.finding.location == taken.location);
                match known {
                    Some(known) => {
                        let read = taken.related.into_iter().filter(|place| place.message == READ);
                        known.finding.related.extend(read);
                    }
                    None => led.push(Trouble::from(taken)),
                }
                continue;
            }
            let same = |known: &&mut Trouble| known.unknown.is_some() && known.unknown == trouble.unknown;
            match (led.iter_mut().find(same), &trouble.finding.location) {
                (Some(known), Some(place)) => {
                    let finding = known.finding.clone().related(place.clone(), "read here too");
                    known.finding = finding;
                }
                _ => led.push(self.with_place(trouble)),
            }
        }
        led.into_iter().map(|trouble| trouble.finding).collect()
    }

    /// Says where a value can be set; a copy that a release pins is nobody's to edit.
    fn with_place(&self, mut trouble: Trouble) -> Trouble {
        let is_pinned = |file: &String| file.starts_with(layout::PINNED_BLUEPRINTS);
        if trouble.value().is_some() && !self.blueprint.sources.values().any(is_pinned) {
            let names = trouble.finding.help.take().unwrap_or_default();
            let file = format!("{}/{}/values.yaml", layout::TEMPLATES, self.blueprint.name);
            trouble.finding.help = Some(match names.starts_with("did you mean") {
                true => format!("{names}; or set it in `{file}`"),
                false => format!("set it in `{file}`; {names}"),
            });
        }
        trouble
    }

    fn taken_away(&self, trouble: &Trouble) -> Option<Finding> {
        let path = trouble.value()?;
        let finding = &trouble.finding;
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
fn of_blueprint(workspace: &Workspace, trouble: Trouble, name: &str) -> Trouble {
    let Some(path) = trouble.value() else {
        return trouble;
    };
    let finding = &trouble.finding;
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
    let mended = Finding {
        message,
        ..finding.clone()
    };
    let mended = match place_of_key(&workspace.sources, &file, &["description"]) {
        Some(Location { file, line, column }) => mended.at(file, line, column),
        None => mended.in_file(file),
    };
    Trouble::from(match reader {
        Some(reader) => mended.help(help).related(reader, READ),
        None => mended.help(help),
    })
}
