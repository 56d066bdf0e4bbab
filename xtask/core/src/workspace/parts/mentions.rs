//! The text of the prompts that the candidate runs, and of their partials, against the tools that there are.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::{Agent, Workspace, layout};
use crate::model::{Finding, PlainVersion};
use crate::prompts::{Certainty, Prompt, Words, misnamed};

/// Prompts by name, in the versions that run together.
type Together<'a> = BTreeMap<&'a str, (PlainVersion, &'a Prompt)>;

/// Checks the prompts of the candidate, and the newest ones, which `prompts: latest` runs.
pub(super) fn check(workspace: &Workspace, agent: &Agent, findings: &mut Vec<Finding>) {
    let candidate = &agent.file.candidate;
    let Some((manifest, tools)) = candidate
        .tools
        .and_then(|version| Some((version, agent.tools.get(&version)?)))
    else {
        return;
    };
    // what any prompt that puts a partial into itself offers and knows, the partial may name
    let mut texts: BTreeMap<(&str, PlainVersion), Words> = BTreeMap::new();
    for together in [chosen(agent), newest(agent)] {
        for (name, (_, prompt)) in &together {
            for reached in reached(name, &together) {
                let Some((version, _)) = together.get(reached) else {
                    continue;
                };
                let words = texts.entry((reached, *version)).or_default();
                words.offer(&prompt.header.tools);
                words.schema(&prompt.input);
                prompt.output.iter().for_each(|output| words.schema(output));
            }
        }
    }
    let contract = candidate.contract.and_then(|version| agent.contracts.get(&version));
    let mut known = elsewhere(workspace, agent);
    let earlier = agent.tools.values().flat_map(|manifest| &manifest.file.tools);
    earlier.for_each(|tool| known.former(tool.name.as_str()));
    for ((name, version), own) in texts {
        let mut words = known.clone();
        words.take(own);
        for tool in &tools.file.tools {
            words.tool(tool.name.as_str(), &Value::Object(tool.parameters.clone()));
        }
        contract.iter().for_each(|contract| words.schema(&contract.file));
        let component = agent.prompts.get(name).and_then(|versions| versions.get(&version));
        for one in component.iter().flat_map(|component| misnamed(&component.text, &words)) {
            let message = format!("there is no tool `{}` in the tool manifest {manifest}", one.name);
            let path = layout::prompt(&agent.name, name, version);
            let finding = match one.certainty {
                Certainty::Certain => Finding::error("missing-tool", message),
                Certainty::Likely => Finding::warning("missing-tool", message),
            };
            let finding = finding.at(path, one.line, one.column);
            findings.push(match one.near {
                Some(near) => finding.help(format!(
                    "did you mean `{near}`? Where no tool is meant, write it in words, without back quotes"
                )),
                None => finding.help(
                    "mend the name, or add the tool to the tool manifest that the candidate names; where no tool is meant, \
                     write it in words, without back quotes",
                ),
            });
        }
    }
}

/// What has a name in the fleet and is no tool: agents, indexes and models, and the prompts and metrics of the agent.
fn elsewhere(workspace: &Workspace, agent: &Agent) -> Words {
    let mut words = Words::default();
    workspace.agents.keys().for_each(|name| words.other(name.as_str()));
    for (name, versions) in &agent.prompts {
        words.other(name);
        let prompts = versions.values().filter_map(|component| component.file.as_deref());
        let metrics = prompts.flat_map(|prompt| prompt.header.metrics.keys());
        metrics.for_each(|metric| words.other(metric));
    }
    agent.retrieval.values().for_each(|one| words.other(&one.file.index));
    if let Some(models) = &workspace.models {
        models.models.iter().for_each(|model| words.other(&model.name));
        models.indexes.iter().for_each(|index| words.other(&index.name));
    }
    words
}

fn chosen(agent: &Agent) -> Together<'_> {
    let named = agent.file.candidate.prompts.iter();
    let read = named.filter_map(|(name, version)| {
        let component = agent.prompts.get(name)?.get(version)?;
        Some((name.as_str(), (*version, component.file.as_deref()?)))
    });
    read.collect()
}

fn newest(agent: &Agent) -> Together<'_> {
    let named = agent.file.candidate.prompts.keys();
    let read = named.filter_map(|name| {
        let (version, component) = agent.prompts.get(name)?.last_key_value()?;
        Some((name.as_str(), (*version, component.file.as_deref()?)))
    });
    read.collect()
}

/// A prompt, and the partials that it brings along.
fn reached<'a>(name: &'a str, together: &Together<'a>) -> Vec<&'a str> {
    let mut reached = vec![name];
    let mut next = 0;
    while let Some(name) = reached.get(next).copied() {
        next += 1;
        let partials = together.get(name).into_iter().flat_map(|(_, prompt)| &prompt.partials);
        for (partial, ..) in partials {
            if !reached.contains(&partial.as_str()) {
                reached.push(partial);
            }
        }
    }
    reached
}
