//! Contracts and parameters of tools that no validator takes.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use serde_json::Value;

use super::FleetScene;
use crate::model::{Digest, Finding, Rule};
use crate::prompts::score::schema_fault;
use crate::workspace::{Agent, Component, layout};
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

pub(super) fn check(scene: &FleetScene<'_>) -> Vec<Finding> {
    let mut files: BTreeMap<Digest, Schemas<'_>> = BTreeMap::new();
    for agent in scene.workspace.agents.values() {
        if let Some((component, path)) = contract(agent) {
            files.entry(component.digest).or_insert_with(|| Schemas {
                path,
                text: &component.text,
                found: vec![(Vec::new(), Arc::clone(&component.file))],
            });
        }
        let version = agent.file.candidate.tools;
        if let Some((version, component)) = version.and_then(|version| Some((version, agent.tools.get(&version)?))) {
            let tools = component.file.tools.iter().enumerate();
            files.entry(component.digest).or_insert_with(|| Schemas {
                path: layout::tools(&agent.name, version),
                text: &component.text,
                found: tools
                    .map(|(index, tool)| (parameters(index), Arc::new(Value::Object(tool.parameters.clone()))))
                    .collect(),
            });
        }
    }
    let files: Vec<Schemas<'_>> = files.into_values().collect();
    files.par_iter().flat_map_iter(Schemas::faults).collect()
}

/// The contract of the candidate.
fn contract(agent: &Agent) -> Option<(&Component<Arc<Value>>, String)> {
    let version = agent.file.candidate.contract?;
    let component = agent.contracts.get(&version)?;
    Some((component, layout::contract(&agent.name, version)))
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
            let (pointer, message) = schema_fault(schema)?;
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
