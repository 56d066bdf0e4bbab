//! What `promote` answers.

use lockstep::artifact::ComponentChange;
use lockstep::model::{Digest, Version};
use lockstep::release::ledger::ReleaseKind;
use lockstep::workspace::Environment;
use schemars::JsonSchema;
use serde::Serialize;

use super::plan::Plan;
use crate::context::Context;
use crate::ports::GitId;

/// What was promoted, or would be.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::commands) struct Answer {
    /// The environment that it comes from.
    from: String,
    /// The environment that it goes to.
    to: String,
    /// How regular it is; `regular` where several agents differ.
    kind: ReleaseKind,
    /// The branch that the commit is on.
    branch: String,
    /// The commit; null where nothing was written.
    commit: Option<GitId>,
    /// Whether the remote has what was recorded.
    pushed: bool,
    /// The agents.
    agents: Vec<AgentAnswer>,
    /// Paths that are written.
    files: Vec<String>,
    /// Agents whose release files name it already, and of whose promotion only the ledger did not know yet.
    recorded: Vec<String>,
}

/// What was promoted of one agent.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct AgentAnswer {
    /// The agent.
    agent: String,
    /// The label of what the environment had.
    before: Option<Version>,
    /// The label of what it gets.
    version: Version,
    /// The id of its tuple.
    tuple: Digest,
    /// What of the tuple changes.
    components: Vec<ComponentChange>,
}

impl Answer {
    pub(super) fn new(
        from: &Environment,
        to: &Environment,
        branch: &str,
        (commit, pushed): (Option<&GitId>, bool),
        plan: &Plan,
    ) -> Answer {
        Answer {
            from: from.name.to_string(),
            to: to.name.to_string(),
            kind: plan.kind(),
            branch: branch.to_owned(),
            commit: commit.cloned(),
            pushed,
            agents: plan
                .told
                .iter()
                .map(|told| AgentAnswer {
                    agent: told.agent.to_string(),
                    before: told.before.clone(),
                    version: told.file.version.clone(),
                    tuple: told.file.id,
                    components: told.changes.clone(),
                })
                .collect(),
            files: plan.change.keys().cloned().collect(),
            recorded: {
                let late = plan.promoted.iter().filter(|(_, event)| !event.dry_commit.is_empty());
                late.map(|(agent, _)| agent.to_string()).collect()
            },
        }
    }
}

/// The answer for people.
pub(super) fn text(context: &Context, answer: &Answer) -> String {
    let style = context.style;
    let mut text = match (&answer.recorded[..], answer.agents.is_empty()) {
        ([], true) => format!(
            "nothing to do: the release files of `{}` name that already\n",
            answer.to
        ),
        ([], false) => String::new(),
        (late, _) => format!(
            "the release files of `{}` name that already, and the ledger did not know it yet: {}\n",
            answer.to,
            late.join(", ")
        ),
    };
    if answer.agents.is_empty() {
        return text;
    }
    for agent in &answer.agents {
        let before = agent.before.as_ref().map_or("nothing".to_owned(), ToString::to_string);
        text.push_str(&format!(
            "{} {} → {}: {before} → {}\n",
            style.strong(&agent.agent),
            answer.from,
            answer.to,
            agent.version
        ));
        for change in agent.components.iter().filter(|_| agent.before.is_some()) {
            text.push_str(&format!("  {change}\n"));
        }
    }
    match &answer.commit {
        Some(commit) => text.push_str(&format!(
            "committed {} on {}\n",
            style.good(commit.0.get(..12).unwrap_or(&commit.0)),
            answer.branch
        )),
        None => answer
            .files
            .iter()
            .for_each(|file| text.push_str(&format!("would write {file}\n"))),
    }
    text
}
