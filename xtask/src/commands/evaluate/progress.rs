//! How far an evaluation is, on a terminal: cases asked of those to ask.

use std::collections::BTreeMap;

use indicatif::ProgressBar;
use lockstep::model::AgentName;
use lockstep::workspace::{Agent, Workspace, case_count};

use super::running::Running;
use super::{Args, suites, versus};
use crate::context::{Context, count};
use crate::failure::Failure;

/// How far an evaluation is.
pub(super) struct Progress<'a> {
    bar: &'a ProgressBar,
    /// After how many cases an agent is done, each counted as often as it is asked and of as much as it is asked of.
    ends: BTreeMap<AgentName, u64>,
}

impl<'a> Progress<'a> {
    /// Counts what is to be asked; nothing is, where nobody would see it.
    pub(super) fn new(
        bar: &'a ProgressBar,
        context: &Context,
        workspace: &Workspace,
        (args, running): (&Args, &Running),
        agents: &[&Agent],
    ) -> Result<Progress<'a>, Failure> {
        let mut ends = BTreeMap::new();
        if bar.is_hidden() {
            return Ok(Progress { bar, ends });
        }
        let mut steps = 0;
        for agent in agents {
            steps += cases(context, args, agent)?
                * subjects(workspace, (args, running), agent)
                * args.repeat.max(1) as usize;
            ends.insert(agent.name.clone(), steps as u64);
        }
        if steps > 0 {
            count(bar, "asking", steps);
        }
        Ok(Progress { bar, ends })
    }

    /// The cases of an agent are asked from now on.
    pub(super) fn begin(&self, agent: &Agent) {
        if !self.bar.is_hidden() {
            self.bar.set_message(format!("asking {}", agent.name));
        }
    }

    /// A case was asked once of one of those that it is asked of.
    pub(super) fn asked(&self) {
        self.bar.inc(1);
    }

    /// An agent is done, whether or not all its cases could be asked.
    pub(super) fn end(&self, agent: &Agent) {
        if let Some(end) = self.ends.get(&agent.name) {
            self.bar.set_position(*end);
        }
    }
}

/// How many cases of an agent are asked for.
fn cases(context: &Context, args: &Args, agent: &Agent) -> Result<usize, Failure> {
    let is_wanted = |case: &_| args.is_wanted(case);
    let wanted = args.is_part().then_some(&is_wanted as _);
    let root = context.root()?;
    // what is wrong with them is told by the run itself
    let suites = suites::listed(context, &root, agent, &mut Vec::new())?;
    suites.values().try_fold(0, |sum, path| {
        let bytes = context.files.read(&root.join(path))?.unwrap_or_default();
        Ok(sum + case_count(&bytes, wanted))
    })
}

/// Of how much each case is asked: what is judged, and everything beside it.
fn subjects(workspace: &Workspace, (args, running): (&Args, &Running), agent: &Agent) -> usize {
    let against = args.against.as_deref();
    let baseline = against.and_then(|name| running.baseline(workspace, agent, name));
    1 + usize::from(baseline.is_some()) + versus::asked(&args.versus, args.cross).len()
}
