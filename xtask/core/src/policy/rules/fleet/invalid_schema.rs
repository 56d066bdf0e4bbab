//! Contracts and parameters of tools that no validator takes.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use serde_json::Value;

use super::FleetScene;
use crate::model::{Digest, Finding, Rule, Tuple};
use crate::prompts::score::schema_fault;
use crate::prompts::unknown_dialect;
use crate::workspace::files::Tool;
use crate::workspace::{Agent, Workspace, layout};
use crate::yaml::{Positions, Segment, path_of_pointer};

pub(super) const RULE: Rule = Rule::new(
    "invalid-schema",
    "the output contract or the parameters of a tool are no JSON Schema: nothing can be held to them, neither here nor where \
     the agent runs",
    "mend the keyword at the place that is shown; a `$ref` leads to a place in the same file",
)
.example(
    "{\"type\": \"strng\"}                                       # contract/1.3.0.schema.json",
    "{\"type\": \"string\"}",
);

/// What one file is read for: its bytes, and the schemas in it with the paths that lead there.
struct Schemas<'a> {
    path: String,
    text: &'a str,
    found: Vec<(Vec<Segment>, Arc<Value>)>,
}

/// Looks at what candidates name and nobody released: that can still be mended.
pub(super) fn check(scene: &FleetScene<'_>) -> Vec<Finding> {
    let mut files: BTreeMap<Digest, Schemas<'_>> = BTreeMap::new();
    for agent in scene.workspace.agents.values() {
        let found = contract(scene.workspace, agent)
            .into_iter()
            .chain(tools(scene.workspace, agent));
        for (digest, schemas) in found {
            files.entry(digest).or_insert(schemas);
        }
    }
    let files: Vec<Schemas<'_>> = files.into_values().collect();
    files.par_iter().flat_map_iter(Schemas::faults).collect()
}

/// The contract of the candidate.
fn contract<'a>(workspace: &Workspace, agent: &'a Agent) -> Option<(Digest, Schemas<'a>)> {
    let version = agent.file.candidate.contract?;
    let component = agent.contracts.get(&version)?;
    let is_released = |tuple: &Tuple| tuple.contract.as_ref().is_some_and(|own| own.version == version);
    let schemas = || Schemas {
        path: layout::contract(&agent.name, version),
        text: &component.text,
        found: vec![(Vec::new(), Arc::clone(&component.file))],
    };
    let is_new = !workspace.released(&agent.name).any(is_released);
    is_new.then(|| (component.digest, schemas()))
}

/// What the tools of the candidate take.
fn tools<'a>(workspace: &Workspace, agent: &'a Agent) -> Option<(Digest, Schemas<'a>)> {
    let version = agent.file.candidate.tools?;
    let component = agent.tools.get(&version)?;
    let is_released = |tuple: &Tuple| tuple.tools.as_ref().is_some_and(|own| own.version == version);
    let parameters =
        |(index, tool): (usize, &Tool)| (parameters(index), Arc::new(Value::Object(tool.parameters.clone())));
    let schemas = || Schemas {
        path: layout::tools(&agent.name, version),
        text: &component.text,
        found: component.file.tools.iter().enumerate().map(parameters).collect(),
    };
    let is_new = !workspace.released(&agent.name).any(is_released);
    is_new.then(|| (component.digest, schemas()))
}

fn parameters(index: usize) -> Vec<Segment> {
    vec![
        Segment::Key("tools".to_owned()),
        Segment::Index(index),
        Segment::Key("parameters".to_owned()),
    ]
}

impl Schemas<'_> {
    fn faults(&self) -> Vec<Finding> {
        let faults = self.found.iter().filter_map(|(path, schema)| {
            let (pointer, message) = match unknown_dialect(schema) {
                Some(dialect) => (
                    "/$schema".to_owned(),
                    format!("this is no JSON Schema: nobody knows the dialect `{dialect}`"),
                ),
                None => schema_fault(schema)?,
            };
            // a keyword without a value is an `empty-keyword`
            if schema.pointer(&pointer).is_none_or(Value::is_null) {
                return None;
            }
            let below = path_of_pointer(schema, &pointer).unwrap_or_default();
            Some(([path.as_slice(), &below].concat(), message))
        });
        let mut positions = None;
        faults
            .map(|(place, message)| {
                let positions = positions.get_or_insert_with(|| Positions::of(self.text).ok());
                let (line, column) = positions.as_ref().map_or((1, 1), |positions| positions.nearest(&place));
                Finding::error("invalid-schema", message).at(&self.path, line, column)
            })
            .collect()
    }
}
