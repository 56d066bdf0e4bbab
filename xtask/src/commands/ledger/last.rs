//! How far an environment is, as the ledger knows.

use lockstep::model::EnvironmentName;
use lockstep::release::ledger::{Committed, Entry, EventKind};
use lockstep::workspace::layout::ENVIRONMENT_UNIT;

use super::View;
use crate::failure::Failure;

impl View<'_> {
    /// The last commit of an environment's branch that the ledger knows; nothing where it knows of none.
    pub(in super::super) fn last_commit(&self, environment: &EnvironmentName) -> Result<Option<Committed>, Failure> {
        let folder = Entry::folder(Some(environment), ENVIRONMENT_UNIT, EventKind::Committed);
        let names = self.folders(std::slice::from_ref(&folder))?.remove(0);
        let entries = names.keys().filter_map(|name| Entry::parse(name));
        let mut entries: Vec<Entry> = entries.filter(|entry| entry.kind == EventKind::Committed).collect();
        let last = entries.iter().map(|entry| entry.sequence).max();
        entries.retain(|entry| Some(entry.sequence) == last);
        let paths = entries.iter().map(|entry| format!("{folder}/{}", entry.name()));
        let history = self.events(paths.collect())?;
        Ok(history.furthest().cloned())
    }
}
