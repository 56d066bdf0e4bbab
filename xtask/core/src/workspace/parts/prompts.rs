//! Prompts against the other prompts, the tools and the versions of their agent.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value;

use super::super::{Agent, Workspace, check, layout};
use super::metrics;
use crate::model::{FileTree, Finding, ModelComponent, PlainVersion, suggestion};
use crate::prompts::{self, Prompt, PromptHeader, header_text};
use crate::yaml::{Positions, Segment};

/// Reads a prompt file; the inner value is absent where it cannot be read, and findings say why.
pub(in super::super) fn prompt(path: &str, bytes: &[u8], findings: &mut Vec<Finding>) -> Option<Option<Prompt>> {
    let text = check::text(path, bytes, findings)?;
    let header = match header_text(text) {
        Some(header) => check::read::<PromptHeader>(path, header.as_bytes(), findings),
        None => Some(PromptHeader::default()),
    };
    Some(header.and_then(|header| prompts::read(path, text, header, findings)))
}

/// Checks the prompts of an agent.
pub(super) fn check(workspace: &Workspace, agent: &Agent, tree: &FileTree, findings: &mut Vec<Finding>) {
    for (name, versions) in &agent.prompts {
        let mut measured = metrics::Measured::new();
        for (version, component) in versions {
            let path = layout::prompt(&agent.name, name, *version);
            let Some(prompt) = component.file.as_deref() else {
                continue;
            };
            partials(agent, name, &path, prompt, findings);
            metrics::check(&mut measured, (*version, prompt), &path, tree, findings);
        }
    }
    for (name, version) in &agent.file.candidate.prompts {
        let versions = agent.prompts.get(name);
        // what `prompts: latest` runs has to fit as well
        let newest = versions.and_then(BTreeMap::last_key_value).map(|(version, _)| *version);
        let mut chosen = vec![*version];
        chosen.extend(newest.filter(|newest| newest != version));
        for version in chosen {
            let component = versions.and_then(|versions| versions.get(&version));
            if let Some(prompt) = component.and_then(|component| component.file.as_deref()) {
                let path = layout::prompt(&agent.name, name, version);
                of_candidate(agent, &path, prompt, tree, findings);
                inputs_of_partials(agent, &path, prompt, findings);
                // of a model that nothing is known of, that is all there is to say
                let is_known = |model: &&ModelComponent| {
                    let known = workspace.models.as_ref();
                    known.is_none_or(|known| known.model(&model.provider, &model.name).is_some())
                };
                if let Some(model) = agent.file.candidate.model.as_ref().filter(is_known) {
                    written_for(model, &path, prompt, tree, findings);
                }
                loops(agent, name, &path, prompt, findings);
            }
        }
    }
}

/// What partials read must be there in the prompt that names them: with the versions of the candidate, and with the newest,
/// which `prompts: latest` runs.
fn inputs_of_partials(agent: &Agent, path: &str, prompt: &Prompt, findings: &mut Vec<Finding>) {
    if prompt.partials.is_empty() {
        return;
    }
    let (mut chosen, mut newest) = (prompts::Others::new(), prompts::Others::new());
    for (name, version) in &agent.file.candidate.prompts {
        let Some(versions) = agent.prompts.get(name) else {
            continue;
        };
        let read = |version: &PlainVersion| versions.get(version)?.file.as_deref();
        chosen.extend(read(version).map(|prompt| (name.as_str(), prompt)));
        let last = versions.last_key_value().and_then(|(version, _)| read(version));
        newest.extend(last.map(|prompt| (name.as_str(), prompt)));
    }
    let mut told = Vec::new();
    for others in [chosen, newest] {
        for (finding, line, column) in prompts::partial_faults(prompt, &others) {
            let finding = finding.at(path, line, column);
            if !told.contains(&finding) {
                told.push(finding);
            }
        }
    }
    findings.append(&mut told);
}

/// A prompt that the candidate runs must not come back to itself by way of others.
fn loops(agent: &Agent, name: &str, path: &str, prompt: &Prompt, findings: &mut Vec<Finding>) {
    for (partial, line, column) in prompt.partials.iter().filter(|(partial, ..)| partial != name) {
        if let Some(way) = way(agent, partial, name) {
            let message = format!("`{name}` puts itself into itself by way of `{}`", way.join("`, `"));
            let finding = Finding::error("missing-partial", message).at(path, *line, *column);
            let last = way.last().unwrap_or(&partial.as_str()).to_owned();
            let help = format!(
                "take `{{{{> {partial}}}}}` out here, or `{{{{> {name}}}}}` out of `{last}`: it would never end"
            );
            findings.push(finding.help(help));
        }
    }
}

/// The prompts from a partial of the candidate to the last one that brings another along, by the shortest way.
fn way<'a>(agent: &'a Agent, partial: &'a str, to: &str) -> Option<Vec<&'a str>> {
    let mut known = BTreeSet::from([partial]);
    let mut next = VecDeque::from([vec![partial]]);
    while let Some(way) = next.pop_front() {
        let name = *way.last()?;
        let version = agent.file.candidate.prompts.get(name);
        let versions = agent.prompts.get(name);
        let component = version.and_then(|version| versions?.get(version));
        let prompt = component.and_then(|component| component.file.as_deref());
        for (inner, ..) in prompt.iter().flat_map(|prompt| &prompt.partials) {
            if inner == to {
                return Some(way);
            }
            if known.insert(inner) {
                next.push_back([&way[..], &[inner.as_str()]].concat());
            }
        }
    }
    None
}

/// A partial is a prompt of the same agent, so that the tuple pins it like every other.
fn partials(agent: &Agent, name: &str, path: &str, prompt: &Prompt, findings: &mut Vec<Finding>) {
    for (partial, line, column) in &prompt.partials {
        if partial == name {
            let finding = Finding::error("missing-partial", format!("`{name}` puts itself into itself"));
            let help = format!("take the `{{{{> {name}}}}}` out: it would never end");
            findings.push(finding.at(path, *line, *column).help(help));
            continue;
        }
        if agent.prompts.contains_key(partial) {
            continue;
        }
        let message = format!("the agent has no prompt `{partial}`");
        let known = agent.prompts.keys().map(String::as_str).filter(|other| *other != name);
        let finding = Finding::error("missing-partial", message).at(path, *line, *column);
        findings.push(match suggestion(partial, known) {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding.help(format!(
                "write a prompt `{partial}` in `{}/{}/prompts`, or take it out",
                layout::AGENTS,
                agent.name
            )),
        });
    }
}

/// What a prompt that the candidate runs names must be in the candidate too.
fn of_candidate(agent: &Agent, path: &str, prompt: &Prompt, tree: &FileTree, findings: &mut Vec<Finding>) {
    let candidate = &agent.file.candidate;
    for (partial, line, column) in &prompt.partials {
        if agent.prompts.contains_key(partial) && !candidate.prompts.contains_key(partial) {
            findings.push(
                Finding::error(
                    "missing-partial",
                    format!("the candidate does not name the prompt `{partial}`"),
                )
                .at(path, *line, *column)
                .help(format!(
                    "add it to `candidate.prompts` in `{}`",
                    layout::agent(agent.name.as_str())
                )),
            );
        }
    }
    let is_unreadable = |version| agent.unreadable.contains(&layout::tools(&agent.name, version));
    if candidate.tools.is_some_and(is_unreadable) {
        return;
    }
    let manifest = candidate.tools.and_then(|version| agent.tools.get(&version));
    let known: Vec<&str> = manifest
        .iter()
        .flat_map(|manifest| manifest.file.tools.iter().map(|tool| tool.name.as_str()))
        .collect();
    for (index, tool) in prompt.header.tools.iter().enumerate() {
        if known.contains(&tool.as_str()) {
            continue;
        }
        let message = match candidate.tools {
            Some(version) => format!("there is no tool `{tool}` in the tool manifest {version}"),
            None => format!("the prompt names the tool `{tool}`, and the candidate has no tools"),
        };
        let (line, column) = header_item(tree, path, "tools", index);
        let finding = Finding::error("missing-tool", message).at(path, line, column);
        findings.push(match suggestion(tool, known.iter().copied()) {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding.help("take it out of the prompt, or add it to the tool manifest that the candidate names"),
        });
    }
}

/// The tuple decides which model runs, and how long an answer may be.
fn written_for(model: &ModelComponent, path: &str, prompt: &Prompt, tree: &FileTree, findings: &mut Vec<Finding>) {
    let runs = format!("{}/{}", model.provider, model.name);
    let is_other = |own: &&String| {
        // whose it is may be left out, or told by the name of a gateway
        let name = own.rsplit_once('/').map_or(own.as_str(), |(_, name)| name);
        let version = name.strip_prefix(&format!("{}-", model.name));
        name != model.name && (version.is_none() || version != model.version.as_deref())
    };
    if let Some(own) = prompt.header.model.as_ref().filter(is_other) {
        let (line, column) = header_place(tree, path, &["model"]);
        let message = format!("the prompt was written for `{own}`, and `{runs}` runs it");
        let finding = Finding::warning("foreign-model", message).at(path, line, column);
        findings.push(finding.help("judge it with that model, and say so in `model`, or take the line out"));
    }
    let longest = prompt.header.config.get("maxOutputTokens").and_then(Value::as_u64);
    if let Some(longest) = longest.filter(|longest| *longest > u64::from(model.max_tokens)) {
        let (line, column) = header_place(tree, path, &["config", "maxOutputTokens"]);
        let most = model.max_tokens;
        let message = format!("`maxOutputTokens` is {longest}, and an answer ends at the agent's `maxTokens`, {most}");
        let finding = Finding::warning("model-limit", message).at(path, line, column);
        findings.push(finding.help("lower it, or raise `model.maxTokens` of the candidate"));
    }
}

/// Where a key of a prompt's front matter stands, or what is nearest to it.
pub(super) fn header_place(tree: &FileTree, path: &str, keys: &[&str]) -> (usize, usize) {
    let path_in_file: Vec<Segment> = keys.iter().map(|key| Segment::Key((*key).to_owned())).collect();
    nearest(tree, path, &path_in_file)
}

fn header_item(tree: &FileTree, path: &str, key: &str, index: usize) -> (usize, usize) {
    nearest(tree, path, &[Segment::Key(key.to_owned()), Segment::Index(index)])
}

fn nearest(tree: &FileTree, path: &str, segments: &[Segment]) -> (usize, usize) {
    let text = tree.get(path).map(|bytes| String::from_utf8_lossy(bytes));
    let header = text.and_then(|text| header_text(&text));
    let positions = header.and_then(|header| Positions::of(&header).ok());
    positions.map_or((0, 0), |positions| positions.nearest(segments))
}
