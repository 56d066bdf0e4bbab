//! Defaults in contracts and in the parameters of tools: whoever is given one must be able to send it.

use serde_json::{Map, Value};

use super::super::{Agent, Workspace, layout};
use super::parameters::visit;
use crate::model::{Finding, Tuple};
use crate::yaml::{Positions, Segment, dotted};

/// Looks at what may still be written: what was released never changes.
pub(super) fn check(workspace: &Workspace, agent: &Agent, findings: &mut Vec<Finding>) {
    for (version, component) in &agent.contracts {
        let is_released = |tuple: &Tuple| tuple.contract.as_ref().is_some_and(|own| own.version == *version);
        if !workspace.released(&agent.name).any(is_released) {
            let path = layout::contract(&agent.name, *version);
            let whose = format!("the contract {version}");
            look(&component.file, &[], &whose, (&path, &component.text), findings);
        }
    }
    for (version, component) in &agent.tools {
        let is_released = |tuple: &Tuple| tuple.tools.as_ref().is_some_and(|own| own.version == *version);
        if workspace.released(&agent.name).any(is_released) {
            continue;
        }
        let path = layout::tools(&agent.name, *version);
        for (index, tool) in component.file.tools.iter().enumerate() {
            let key = |name: &str| Segment::Key(name.to_owned());
            let at = [key("tools"), Segment::Index(index), key("parameters")];
            let schema = Value::Object(tool.parameters.clone());
            look(
                &schema,
                &at,
                &format!("`{}`", tool.name),
                (&path, &component.text),
                findings,
            );
        }
    }
}

/// Looks at one schema, which stands at this path of a file.
fn look(root: &Value, at: &[Segment], whose: &str, (path, text): (&str, &str), findings: &mut Vec<Finding>) {
    let mut told = Vec::new();
    visit(root, &mut at.to_vec(), &mut |schema, place| {
        let map = schema.as_object();
        let refused = map.and_then(|map| Some((map.get("default")?, refusal(root, map)?)));
        if let Some((default, reason)) = refused {
            let own = match dotted(&place[at.len()..]) {
                own if own.is_empty() => String::new(),
                own => format!(" of `{own}`"),
            };
            let message = format!("the default {default}{own} in {whose} is refused by its own schema: {reason}");
            let place = [place, &[Segment::Key("default".to_owned())]].concat();
            told.push((message, place));
        }
    });
    if told.is_empty() {
        return;
    }
    let positions = Positions::of(text).ok();
    findings.extend(told.into_iter().map(|(message, place)| {
        let (line, column) = positions.as_ref().map_or((0, 0), |positions| positions.nearest(&place));
        Finding::warning("refused-default", message)
            .at(path, line, column)
            .help("give it a value that the schema admits, widen the schema, or take it out")
    }));
}

/// Why a schema refuses its own default. One that is no schema is told elsewhere.
fn refusal(root: &Value, schema: &Map<String, Value>) -> Option<String> {
    let mut alone = schema.clone();
    // what it may refer to, and in which dialect it is written
    for key in ["$schema", "$defs", "definitions"] {
        if let Some(value) = root.get(key) {
            alone.entry(key).or_insert_with(|| value.clone());
        }
    }
    let validator = jsonschema::options().build(&Value::Object(alone)).ok()?;
    let error = validator.validate(schema.get("default")?).err()?;
    Some(error.to_string())
}
