//! The parts of an agent against each other: its prompts, and what they name.

use super::check;
use super::layout;
use super::{Agent, Workspace};
use crate::model::{Finding, suggestion};
use crate::prompts::{self, Prompt, PromptHeader, header_text};

/// Reads a prompt file; the inner value is absent where it cannot be read, and findings say why.
pub(super) fn prompt(path: &str, bytes: &[u8], findings: &mut Vec<Finding>) -> Option<Option<Prompt>> {
    let text = check::text(path, bytes, findings)?;
    let header = match header_text(text) {
        Some(header) => check::read::<PromptHeader>(path, header.as_bytes(), findings),
        None => Some(PromptHeader::default()),
    };
    Some(header.and_then(|header| prompts::read(path, text, header, findings)))
}

/// Checks every agent's parts against each other.
pub(super) fn check(workspace: &Workspace, findings: &mut Vec<Finding>) {
    for agent in workspace.agents.values() {
        partials(agent, findings);
    }
}

/// A partial is a prompt of the same agent, so that the tuple pins it like every other.
fn partials(agent: &Agent, findings: &mut Vec<Finding>) {
    for (name, versions) in &agent.prompts {
        for (version, component) in versions {
            let path = layout::prompt(&agent.name, name, *version);
            for (partial, line, column) in component.file.iter().flat_map(|prompt| &prompt.partials) {
                if partial == name || !agent.prompts.contains_key(partial) {
                    let message = if partial == name {
                        format!("`{name}` puts itself into itself")
                    } else {
                        format!("the agent has no prompt `{partial}`")
                    };
                    let known = agent.prompts.keys().map(String::as_str).filter(|other| other != name);
                    let finding = Finding::error("missing-partial", message).at(&path, *line, *column);
                    findings.push(match suggestion(partial, known) {
                        Some(near) => finding.help(format!("did you mean `{near}`?")),
                        None => finding.help(format!(
                            "write `{}/{}/prompts/{partial}/1.0.0.prompt`, or take it out",
                            layout::AGENTS,
                            agent.name
                        )),
                    });
                }
            }
        }
    }
}
