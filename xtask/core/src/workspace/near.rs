//! How much of a fleet must be read to judge a change of some agents: who is near them, found without parsing the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::files::AgentFile;
use super::layout::{self, Place};
use super::{Dependencies, check};
use crate::model::AgentName;

/// The files `agent.yaml` of a fleet, by agent.
pub type AgentTexts = BTreeMap<AgentName, Arc<[u8]>>;

/// What must be read of a fleet to judge a change of some agents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Near {
    /// The agents to read: those, whom they call and who calls them, and whom all of these call.
    pub read: BTreeSet<AgentName>,
    /// The others, with what each depends on as far as it bears on what is read.
    pub elsewhere: Dependencies,
}

/// The agents that some files are about. `None` where one of them is about more than that.
pub fn agents_of<'a>(paths: impl IntoIterator<Item = &'a str>) -> Option<BTreeSet<AgentName>> {
    let mut agents = BTreeSet::new();
    for path in paths {
        match layout::place(path) {
            Place::Prose => {}
            Place::Foreign if !layout::judges(path) => {}
            place => drop(agents.insert(AgentName::new(place.agent()?).ok()?)),
        }
    }
    Some(agents)
}

/// Who is near the agents that changed. `None` where a file cannot be read, or the change is one of who depends on whom.
pub fn near(before: &AgentTexts, after: &AgentTexts, changed: &BTreeSet<AgentName>) -> Option<Near> {
    let [mut earlier, mut fleet] = [before, after].map(|texts| Calls {
        texts,
        known: Dependencies::new(),
    });
    earlier.learn(changed)?;
    fleet.learn(changed)?;
    if earlier.known != fleet.known {
        return None;
    }
    fleet.learn(&fleet.naming(changed))?;
    let mut concerned: BTreeSet<AgentName> = changed | &fleet.callers(changed);
    concerned.extend(fleet.called(changed));
    // their templates see who calls them, and how far from the ground they stand
    fleet.learn(&(&fleet.naming(&concerned) | &concerned))?;
    let read = &concerned | &fleet.called(&concerned);
    let mut below = BTreeSet::new();
    let mut next = read.clone();
    while !next.is_empty() {
        fleet.learn(&next)?;
        below.extend(next.iter().cloned());
        next = &fleet.called(&next) - &below;
    }
    let others = after.keys().filter(|agent| !read.contains(*agent));
    let elsewhere = others.map(|agent| (agent.clone(), fleet.known.get(agent).cloned().unwrap_or_default()));
    Some(Near {
        elsewhere: elsewhere.collect(),
        read,
    })
}

/// Who calls whom, as far as it was looked at.
struct Calls<'a> {
    texts: &'a AgentTexts,
    known: Dependencies,
}

impl Calls<'_> {
    /// Reads whom these agents call; nothing of those that there are not.
    fn learn(&mut self, agents: &BTreeSet<AgentName>) -> Option<()> {
        let new = agents.iter().filter(|agent| !self.known.contains_key(*agent));
        let new: Vec<_> = new.filter_map(|agent| self.texts.get_key_value(agent)).collect();
        let read = new.into_par_iter().map(|(agent, bytes)| {
            let file: AgentFile = check::read(&layout::agent(agent.as_str()), bytes, &mut Vec::new())?;
            Some((agent.clone(), file.agent_dependencies()))
        });
        self.known.extend(read.collect::<Option<Vec<_>>>()?);
        Some(())
    }

    /// The agents in whose files one of these names may stand.
    fn naming(&self, names: &BTreeSet<AgentName>) -> BTreeSet<AgentName> {
        let may_name = |bytes: &[u8]| match std::str::from_utf8(bytes) {
            // a backslash may write a name in other letters
            Ok(text) => text.contains('\\') || names.iter().any(|name| text.contains(name.as_str())),
            Err(_) => true,
        };
        let naming = self.texts.iter().filter(|(_, bytes)| may_name(bytes));
        naming.map(|(agent, _)| agent.clone()).collect()
    }

    /// Of those that were looked at, the agents that call one of these.
    fn callers(&self, agents: &BTreeSet<AgentName>) -> BTreeSet<AgentName> {
        let calls = self
            .known
            .iter()
            .filter(|(_, called)| called.iter().any(|one| agents.contains(one)));
        calls.map(|(agent, _)| agent.clone()).collect()
    }

    /// The agents that one of these calls.
    fn called(&self, agents: &BTreeSet<AgentName>) -> BTreeSet<AgentName> {
        let known = agents.iter().filter_map(|agent| self.known.get(agent));
        known.flatten().cloned().collect()
    }
}
