//! The schemas of tools' parameters: every keyword in them says something.

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
            empty(&schema, &mut at, &mut |at| {
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

/// Every keyword of a schema, and every schema under a name, that is null.
fn empty(schema: &Value, at: &mut Vec<Segment>, found: &mut dyn FnMut(&[Segment])) {
    match schema {
        Value::Object(map) => {
            for (key, value) in map.iter().filter(|(key, _)| !ANY.contains(&key.as_str())) {
                at.push(Segment::Key(key.clone()));
                match value.as_object().filter(|_| NAMED.contains(&key.as_str())) {
                    Some(named) => {
                        for (name, value) in named {
                            at.push(Segment::Key(name.clone()));
                            empty(value, at, found);
                            at.pop();
                        }
                    }
                    None => empty(value, at, found),
                }
                at.pop();
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                at.push(Segment::Index(index));
                empty(item, at, found);
                at.pop();
            }
        }
        Value::Null => found(at),
        _ => {}
    }
}
