//! The suites of an agent: which files they are, and cases in them that nothing can come of.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use lockstep::model::Finding;
use lockstep::prompts::cases::{Case, Suite};
use lockstep::prompts::run::Subject;
use lockstep::workspace::{Agent, layout};
use lockstep::yaml::{Positions, Segment};

use crate::context::Context;
use crate::failure::Failure;

/// The suites by name, each with its file; nothing is read yet. What else stands in their folder is a finding.
pub(super) fn listed(
    context: &Context,
    root: &Path,
    agent: &Agent,
    findings: &mut Vec<Finding>,
) -> Result<BTreeMap<String, String>, Failure> {
    let cases = layout::cases(&agent.name);
    let folder = root.join(&cases);
    let mut suites = BTreeMap::new();
    if !context.files.exists(&folder) {
        return Ok(suites);
    }
    let files = Mutex::new(Vec::new());
    context.files.tree(&folder, &|path| {
        let mut files = files.lock().unwrap_or_else(PoisonError::into_inner);
        files.push(path.to_owned());
        false
    })?;
    let mut files = files.into_inner().unwrap_or_else(PoisonError::into_inner);
    files.sort();
    let is_foreign = |file: &&String| file.starts_with('.') || file.ends_with(".md");
    for file in files.iter().filter(|file| !is_foreign(file)) {
        let path = format!("{cases}/{}", file.trim_end_matches('/'));
        let Some(name) = layout::suite(file) else {
            findings.push(
                Finding::error("stray-file", format!("nothing reads `{path}`"))
                    .in_file(path)
                    .help("suites are `<suite>.yaml`, `<suite>.yml` or `<suite>.json`, in this folder itself"),
            );
            continue;
        };
        if let Some(other) = suites.get(name) {
            findings.push(
                Finding::error("stray-file", format!("nothing reads `{path}`: `{other}` has its name"))
                    .in_file(path)
                    .help("give each suite a name of its own"),
            );
            continue;
        }
        suites.insert(name.to_owned(), path);
    }
    Ok(suites)
}

/// Cases whose id another suite of the agent has: by it evidence names them. The ids become known.
pub(super) fn duplicates(path: &str, bytes: &[u8], suite: &Suite, known: &mut BTreeSet<String>) -> Vec<Finding> {
    let twice: Vec<usize> = (0..suite.cases.len())
        .filter(|index| !known.insert(suite.cases[*index].id.clone()))
        .collect();
    if twice.is_empty() {
        return Vec::new();
    }
    let positions = Positions::of(&String::from_utf8_lossy(bytes)).ok();
    let finding = |index: usize| {
        let (line, column) = place(positions.as_ref(), index);
        let message = format!("another suite has a case `{}`", suite.cases[index].id);
        Finding::error("duplicate-case", message)
            .at(path, line, column)
            .help("give each case of the agent an id of its own")
    };
    twice.into_iter().map(finding).collect()
}

/// Where the id of a case stands.
fn place(positions: Option<&Positions>, index: usize) -> (usize, usize) {
    let path = [
        Segment::Key("cases".to_owned()),
        Segment::Index(index),
        Segment::Key("id".to_owned()),
    ];
    positions.map(|positions| positions.nearest(&path)).unwrap_or_default()
}

/// Cases that pass whatever is answered, or that are for a version that nobody wrote.
pub(super) fn unchecked(path: &str, bytes: &[u8], suite: &Suite, agent: &Agent, subject: &Subject) -> Vec<Finding> {
    let written = agent.prompts.get(&suite.prompt).and_then(|all| all.last_key_value());
    let newest = written.map(|(version, _)| *version);
    // the form of an answer, which the prompt asks for, says nothing of what is in it
    let is_checked_anyway = suite.is_checked() || (suite.contract && subject.contract.is_some());
    let message = |case: &Case| {
        if let Some(version) = case.system_prompt_version.filter(|version| Some(*version) > newest) {
            return Some(format!(
                "`{}` is for `{}` {version}, which nobody wrote",
                case.id, suite.prompt
            ));
        }
        let is_checked = case.is_checked() || (is_checked_anyway && !case.passes_anything());
        (!is_checked).then(|| format!("`{}` passes whatever is answered", case.id))
    };
    let found = suite.cases.iter().enumerate();
    let found: Vec<(usize, String)> = found
        .filter_map(|(index, case)| Some((index, message(case)?)))
        .collect();
    if found.is_empty() {
        return Vec::new();
    }
    let positions = Positions::of(&String::from_utf8_lossy(bytes)).ok();
    let finding = |(index, message): (usize, String)| {
        let (line, column) = place(positions.as_ref(), index);
        Finding::error("unchecked-case", message)
            .at(path, line, column)
            .help("say what its answer must be: tools, keywords, `expectedBehavior`, `assert`; or remove it")
    };
    found.into_iter().map(finding).collect()
}
