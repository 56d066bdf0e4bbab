//! From problems of rendered objects to findings: at the line that sets the value, else at the template line, with the
//! others beside it.

use super::rules::environment::UnitProblem;
use crate::model::{AgentName, FileTree, Finding, Location, Manifest, Problem};
use crate::render::{Engines, Sources, Unit, agent_unit, environment_unit};
use crate::secrets::scan;
use crate::workspace::layout::{self, ENVIRONMENT_UNIT, branch};
use crate::workspace::{Environment, Workspace};
use crate::yaml::{self, Positions, path_of_pointer};

/// Where findings about a fleet's objects are placed.
#[derive(Clone, Copy)]
pub struct Fleet<'a> {
    /// The fleet.
    pub workspace: &'a Workspace,
    /// Its compiled templates.
    pub engines: &'a Engines,
    /// Its files.
    pub tree: &'a FileTree,
}

impl Fleet<'_> {
    /// The findings of a unit's problems, each with the index of its object; the unit is rendered a second time, with
    /// marks, where there are any.
    pub fn place(
        self,
        environment: &Environment,
        unit: &str,
        objects: &[&Manifest],
        problems: Vec<(usize, Problem)>,
    ) -> Vec<Finding> {
        let Fleet {
            workspace,
            engines,
            tree,
        } = self;
        if problems.is_empty() {
            return Vec::new();
        }
        if unit == ENVIRONMENT_UNIT {
            let sources = Sources::of_environment(engines, workspace, tree, environment);
            return findings(&sources, environment, unit, objects, problems);
        }
        let agent = workspace.agents.values().find(|agent| agent.name.as_str() == unit);
        let made = agent.and_then(|agent| Unit::new(workspace, environment, agent, &serde_json::Map::new()).ok());
        let made = made.expect("a unit that was rendered can be made again");
        let sources = Sources::of_unit(engines, workspace, tree, environment, &made);
        findings(&sources, environment, unit, objects, problems)
    }

    /// The finding of a problem between units, in one of the objects of the unit that it names.
    pub fn place_between(self, environment: &Environment, found: UnitProblem) -> Vec<Finding> {
        let Fleet { workspace, engines, .. } = self;
        let rendered = match AgentName::new(&found.unit) {
            Ok(agent) => agent_unit(workspace, engines, environment, &agent, &serde_json::Map::new()),
            Err(_) => environment_unit(workspace, engines, environment),
        };
        let unit = rendered.expect("a unit that was rendered can be rendered again");
        let objects: Vec<&Manifest> = unit.all_objects().collect();
        let index = objects.iter().position(|manifest| manifest.id == found.object);
        let problem = (index.unwrap_or_default(), found.problem);
        self.place(environment, &found.unit, &objects, vec![problem])
    }
}

/// What looks like a secret in a longer text: the value that holds it is at fault, no other one beside it.
fn secret<'a>(manifest: &'a Manifest, pointer: &str) -> Option<&'a str> {
    let text = manifest.object.pointer(pointer)?.as_str()?;
    let hit = *scan(text).first()?;
    text.get(hit.start..hit.start + hit.length)
}

fn findings(
    sources: &Sources<'_>,
    environment: &Environment,
    unit: &str,
    objects: &[&Manifest],
    problems: Vec<(usize, Problem)>,
) -> Vec<Finding> {
    let text = yaml::write_manifests(objects.iter().map(|manifest| &manifest.object));
    let rendered = Positions::of_stream(&text).unwrap_or_default();
    let file = format!("{}/{}", environment.name, branch::manifest(unit));
    let mut findings = Vec::new();
    for (index, problem) in problems {
        let manifest = objects[index];
        let secret = problem.is_secret.then(|| secret(manifest, &problem.pointer)).flatten();
        let origin = sources.origin(manifest, &problem.pointer, secret, problem.on_key);
        let path = path_of_pointer(&manifest.object, &problem.pointer).unwrap_or_default();
        let absent = problem.absent.clone();
        // what a release takes away has no place in what it renders
        let is_gone = absent.as_ref().is_some_and(|absent| absent.name.is_some());
        let line = rendered
            .get(index)
            .filter(|_| !is_gone)
            .map(|positions| positions.nearest(&path));
        let mut finding =
            problem
                .finding()
                .unit(environment.name.as_str(), unit)
                .object(match absent.as_ref().filter(|_| is_gone) {
                    Some(gone) => format!("{} {}", gone.kind, gone.name.as_deref().unwrap_or_default()),
                    None => manifest.id.to_string(),
                });
        let here = line.map(|(line, column)| Location {
            file: file.clone(),
            line,
            column,
        });
        // what people change is the value: a template line is theirs only where no value decides
        let value = origin.value.or_else(|| sources.switch(absent.as_ref()?));
        match (value, origin.template.filter(|_| !is_gone)) {
            (Some((path, place)), template) => {
                finding.location = Some(place);
                if let Some(template) = template {
                    let message = match &absent {
                        Some(absent) => format!("written here, without a {}, as `{path}` says", absent.kind),
                        None => format!("written here, as `{path}` says"),
                    };
                    finding = finding.related(template, message);
                }
            }
            (None, _) if is_gone && unit != ENVIRONMENT_UNIT => {
                // no template writes it any more: what the agent is made of has changed
                let location = Location {
                    file: layout::agent(unit),
                    line: 0,
                    column: 0,
                };
                finding.location = Some(location);
            }
            (None, template) => finding.location = template.or_else(|| here.clone()),
        }
        if let Some(here) = here.filter(|here| finding.location.as_ref() != Some(here)) {
            finding = finding.related(here, "rendered here");
        }
        findings.push(finding);
    }
    findings.sort();
    findings.dedup();
    findings
}
