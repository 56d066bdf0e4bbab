//! The schemas of tools' parameters: every keyword in them says something, and what they ask for they take.

use serde_json::Value;

use super::super::{Agent, Workspace, layout};
use crate::model::{Finding, Tuple};
use crate::yaml::{Positions, Segment, dotted};

/// Keywords whose value is any JSON, nothing included.
const ANY: [&str; 5] = ["const", "default", "enum", "example", "examples"];
/// Keywords whose map has names of the user's choice and schemas under them.
const NAMED: [&str; 5] = [
    "$defs",
    "definitions",
    "dependentSchemas",
    "patternProperties",
    "properties",
];

/// Looks at the manifests that may still be written: what was released never changes.
pub(super) fn check(workspace: &Workspace, agent: &Agent, findings: &mut Vec<Finding>) {
    for (version, component) in &agent.tools {
        let is_released = |tuple: &Tuple| tuple.tools.as_ref().is_some_and(|tools| tools.version == *version);
        if workspace.released(&agent.name).any(is_released) {
            continue;
        }
        let path = layout::tools(&agent.name, *version);
        let positions = Positions::of(&component.text).ok();
        for (index, tool) in component.file.tools.iter().enumerate() {
            let key = |name: &str| Segment::Key(name.to_owned());
            let mut at = vec![key("tools"), Segment::Index(index), key("parameters")];
            let schema = Value::Object(tool.parameters.clone());
            visit(&schema, &mut at, &mut |schema, at| {
                for (index, name) in refused(schema) {
                    let mut place = at.to_vec();
                    place.extend([key("required"), Segment::Index(index)]);
                    let message = format!(
                        "`{}` requires `{name}`, which is no property and which `additionalProperties: false` refuses",
                        tool.name
                    );
                    let (line, column) = positions.as_ref().map_or((0, 0), |positions| positions.nearest(&place));
                    let finding = Finding::error("invalid-value", message).at(&path, line, column);
                    findings
                        .push(finding.help("add it to `properties`, or take it out: no call of the tool can be right"));
                }
                if !schema.is_null() {
                    return;
                }
                let message = format!(
                    "`{}` of `{}` has no value, so it says nothing",
                    dotted(&at[3..]),
                    tool.name
                );
                let (line, column) = positions
                    .as_ref()
                    .and_then(|positions| positions.key(at))
                    .unwrap_or((0, 0));
                let finding = Finding::error("empty-keyword", message).at(&path, line, column);
                findings.push(finding.help(
                    "give it a value, or take it out; in `{…}` a comma ends a text without quotes: put the text in quotes",
                ));
            });
        }
    }
}

/// The properties that a schema requires and refuses, with their places in `required`.
fn refused(schema: &Value) -> Vec<(usize, &str)> {
    let is_closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
    let required = schema.get("required").and_then(Value::as_array);
    let Some(required) = required.filter(|_| is_closed && schema.get("patternProperties").is_none()) else {
        return Vec::new();
    };
    let names = required.iter().enumerate();
    let names = names.filter_map(|(index, name)| Some((index, name.as_str()?)));
    let is_known = |name: &str| schema.get("properties").is_some_and(|known| known.get(name).is_some());
    names.filter(|(_, name)| !is_known(name)).collect()
}

/// Every map of a schema, and every keyword and every schema under a name that is null.
pub(super) fn visit(schema: &Value, at: &mut Vec<Segment>, found: &mut dyn FnMut(&Value, &[Segment])) {
    match schema {
        Value::Object(map) => {
            found(schema, at);
            for (key, value) in map.iter().filter(|(key, _)| !ANY.contains(&key.as_str())) {
                at.push(Segment::Key(key.clone()));
                match value.as_object().filter(|_| NAMED.contains(&key.as_str())) {
                    Some(named) => {
                        for (name, value) in named {
                            at.push(Segment::Key(name.clone()));
                            visit(value, at, found);
                            at.pop();
                        }
                    }
                    None => visit(value, at, found),
                }
                at.pop();
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                at.push(Segment::Index(index));
                visit(item, at, found);
                at.pop();
            }
        }
        Value::Null => found(schema, at),
        _ => {}
    }
}
