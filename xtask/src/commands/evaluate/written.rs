//! Suites as files: found, read and written in the form that they have, YAML or JSON.

use lockstep::model::AgentName;
use lockstep::prompts::cases::Suite;
use lockstep::workspace::layout;
use lockstep::yaml;

use crate::context::Context;
use crate::failure::{Failure, FailureKind};

/// The line by which an editor finds the schema of a suite.
pub(in crate::commands) const MODELINE: &str =
    "# yaml-language-server: $schema=../../../../schemas/suite.schema.json\n";

/// The suites of an agent that can be read, each with its file; what cannot be, `evaluate` says.
pub(in crate::commands) fn suites(context: &Context, agent: &AgentName) -> Result<Vec<(String, Suite)>, Failure> {
    let folder = layout::cases(agent);
    let place = context.root()?.join(&folder);
    if !context.files.exists(&place) {
        return Ok(Vec::new());
    }
    let tree = context
        .files
        .tree(&place, &|path: &str| layout::suite(path).is_some())?;
    let mut found = Vec::new();
    for (path, bytes) in tree.entries().filter_map(|(path, _)| Some((path, tree.get(path)?))) {
        let suite = yaml::read_typed(&String::from_utf8_lossy(bytes)).unwrap_or_default();
        found.push((format!("{folder}/{path}"), suite));
    }
    Ok(found)
}

/// A suite of an agent with its file, as that says it.
pub(in crate::commands) fn suite(
    context: &Context,
    agent: &AgentName,
    name: &str,
) -> Result<Option<(String, Suite)>, Failure> {
    let Some(path) = file(context, agent, name)? else {
        return Ok(None);
    };
    let bytes = context.files.read(&context.root()?.join(&path))?.unwrap_or_default();
    let suite = yaml::read_typed(&String::from_utf8_lossy(&bytes)).map_err(|error| {
        Failure::new(
            FailureKind::Usage,
            format!("`{path}` cannot be read: {}", error.message),
        )
        .hint(format!(
            "see line {}; `cargo xtask evaluate {agent}` says more",
            error.line
        ))
    })?;
    Ok(Some((path, suite)))
}

/// The file of a suite, whichever form it has.
pub(in crate::commands) fn file(context: &Context, agent: &AgentName, name: &str) -> Result<Option<String>, Failure> {
    let root = context.root()?;
    let paths = layout::suite_files(agent, name).into_iter();
    Ok(paths.into_iter().find(|path| context.files.exists(&root.join(path))))
}

/// Where a new suite goes: JSON beside suites that are all JSON, YAML otherwise.
pub(in crate::commands) fn new_file(context: &Context, agent: &AgentName, name: &str) -> Result<String, Failure> {
    let others = suites(context, agent)?;
    let is_json = !others.is_empty() && others.iter().all(|(path, _)| path.ends_with(".json"));
    let [yaml, _, json] = layout::suite_files(agent, name);
    Ok(if is_json { json } else { yaml })
}

/// A suite as the text of a file of this name.
pub(in crate::commands) fn text(path: &str, suite: &Suite) -> String {
    match path.ends_with(".json") {
        true => format!("{:#}\n", serde_json::json!(suite)),
        false => format!("{MODELINE}{}", yaml::write_typed(suite)),
    }
}
