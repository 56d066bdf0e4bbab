//! Cases that a change takes away: whoever reads it is told, since what is left may pass all the more easily.

use std::collections::BTreeSet;

use lockstep::model::{AgentName, Finding};
use lockstep::prompts::cases::Suite;
use lockstep::release::taken_away;
use lockstep::workspace::Workspace;
use lockstep::yaml;

use super::base::Base;
use crate::context::Context;
use crate::failure::Failure;

/// The cases of agents that the base has and the work tree has no more.
pub(super) fn gone(context: &Context, base: &Base, workspace: &Workspace) -> Result<Vec<Finding>, Failure> {
    let mut findings = Vec::new();
    for agent in workspace.agents.keys() {
        let ids: Vec<String> = gone_of(context, base, agent)?.into_iter().collect();
        if !ids.is_empty() {
            findings.push(taken_away(agent, &base.name, &ids));
        }
    }
    Ok(findings)
}

fn gone_of(context: &Context, base: &Base, agent: &AgentName) -> Result<BTreeSet<String>, Failure> {
    let paths = base.suites(agent);
    if paths.is_empty() {
        return Ok(BTreeSet::new());
    }
    let root = context.root()?;
    let mut gone = BTreeSet::new();
    let mut here = BTreeSet::new();
    for (path, before) in paths.iter().zip(context.repository()?.read(&base.commit, &paths)?) {
        gone.extend(before.and_then(|bytes| ids(&bytes)).unwrap_or_default());
        let Some(after) = context.files.read(&root.join(path))? else {
            continue;
        };
        match ids(&after) {
            Some(ids) => here.extend(ids),
            // told as a suite that cannot be read
            None => return Ok(BTreeSet::new()),
        }
    }
    Ok(&gone - &here)
}

/// The cases of a suite that count; nothing where it cannot be read.
fn ids(bytes: &[u8]) -> Option<BTreeSet<String>> {
    let suite: Suite = yaml::read_typed(&String::from_utf8_lossy(bytes)).ok()?;
    let cases = suite.cases.into_iter().filter(|case| !case.is_draft());
    Some(cases.map(|case| case.id).collect())
}
