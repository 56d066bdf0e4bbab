//! What the components of two tuples say that differ: the texts of prompts, and what tools permit.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::meanings::{self, contract, retrieval, untold};
use super::unit::UnitState;
use crate::model::{ChangeKind, Digest, FileComponent, Meaning, PermissionChange, PromptChange, ToolName};
use crate::workspace::Workspace;
use crate::workspace::files::{RetrievalFile, Tool, ToolsFile};

/// The files of components by their digest, wherever one of them is at hand.
#[derive(Clone, Debug, Default)]
pub(super) struct ComponentFiles<'a> {
    prompts: BTreeMap<Digest, Arc<str>>,
    tools: BTreeMap<Digest, &'a ToolsFile>,
    contracts: BTreeMap<Digest, &'a Value>,
    retrieval: BTreeMap<Digest, &'a RetrievalFile>,
}

impl<'a> ComponentFiles<'a> {
    /// Those that the trees have: old versions stay beside new ones.
    pub(super) fn of(workspaces: &[&'a Workspace]) -> ComponentFiles<'a> {
        let mut files = ComponentFiles::default();
        for agent in workspaces.iter().flat_map(|workspace| workspace.agents.values()) {
            let prompts = agent.prompts.values().flat_map(BTreeMap::values);
            files
                .prompts
                .extend(prompts.map(|prompt| (prompt.digest, Arc::clone(&prompt.text))));
            let tools = agent.tools.values();
            files
                .tools
                .extend(tools.map(|manifest| (manifest.digest, &manifest.file)));
            let contracts = agent.contracts.values();
            files
                .contracts
                .extend(contracts.map(|contract| (contract.digest, &*contract.file)));
            let retrieval = agent.retrieval.values();
            files
                .retrieval
                .extend(retrieval.map(|retrieval| (retrieval.digest, &retrieval.file)));
        }
        files
    }

    /// The text of a prompt; one that left the tree may still stand in a ConfigMap.
    fn prompt(&self, digest: Digest, state: &UnitState) -> Option<String> {
        if let Some(text) = self.prompts.get(&digest) {
            return Some(text.to_string());
        }
        let maps = state.objects.iter().filter(|manifest| manifest.id.kind == "ConfigMap");
        maps.filter_map(|manifest| manifest.object.get("data")?.as_object())
            .flat_map(|data| data.values().filter_map(Value::as_str))
            .find(|text| Digest::of(text.as_bytes()) == digest)
            .map(str::to_owned)
    }

    /// The prompts whose texts differ.
    pub(super) fn prompt_changes(&self, before: &UnitState, after: &UnitState) -> Vec<PromptChange> {
        let digests = |state: &UnitState| -> BTreeMap<String, Digest> {
            let prompts = state.record.iter().flat_map(|record| record.prompts());
            prompts.map(|(name, part)| (name.clone(), part.sha256)).collect()
        };
        // of a new or removed unit the objects say it all
        if before.record.is_none() || after.record.is_none() {
            return Vec::new();
        }
        let (old, new) = (digests(before), digests(after));
        let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        names
            .into_iter()
            .filter(|name| old.get(*name) != new.get(*name))
            .map(|name| PromptChange {
                name: name.clone(),
                before: old.get(name).and_then(|digest| self.prompt(*digest, before)),
                after: new.get(name).and_then(|digest| self.prompt(*digest, after)),
            })
            .collect()
    }

    /// What the tools that are enabled on either side permit more and less; nothing where a manifest is not at hand, since
    /// half an answer would mislead.
    pub(super) fn permission_changes(&self, before: &UnitState, after: &UnitState) -> Vec<PermissionChange> {
        let (old, new) = (manifest(before), manifest(after));
        if old == new && enabled(before) == enabled(after) {
            return Vec::new();
        }
        let granted = |digest: Option<Digest>, state: &UnitState| match digest {
            None => Some(BTreeSet::new()),
            Some(digest) => self
                .tools
                .get(&digest)
                .map(|manifest| permissions(manifest, enabled(state))),
        };
        let (Some(old), Some(new)) = (granted(old, before), granted(new, after)) else {
            return Vec::new();
        };
        let change = |(tool, permission): &(String, String), change| PermissionChange {
            tool: tool.clone(),
            permission: permission.clone(),
            change,
        };
        let added = new.difference(&old).map(|grant| change(grant, ChangeKind::Added));
        let removed = old.difference(&new).map(|grant| change(grant, ChangeKind::Removed));
        added.chain(removed).collect()
    }
}

impl ComponentFiles<'_> {
    /// What other contracts, tools and indexes mean; of one that is new or gone the tuple says it all.
    pub(super) fn meanings(&self, before: &UnitState, after: &UnitState) -> Vec<Meaning> {
        let (Some(old), Some(new)) = (&before.record, &after.record) else {
            return Vec::new();
        };
        let (old, new) = (&old.tuple, &new.tuple);
        let contracts = differing(old.contract.as_ref(), new.contract.as_ref());
        let contracts = contracts.map(|sides| told("contract", sides, &self.contracts, contract));
        let tools = differing(old.tools.as_ref(), new.tools.as_ref());
        let tools = tools.map(|sides| told("tools", sides, &self.tools, meanings::tools));
        let indexes = differing(old.retrieval.as_ref(), new.retrieval.as_ref());
        let indexes = indexes.map(|sides| told("retrieval", sides, &self.retrieval, retrieval));
        contracts.into_iter().chain(tools).chain(indexes).flatten().collect()
    }
}

/// The digests of a component's file, where both sides have one and they differ.
fn differing(before: Option<&FileComponent>, after: Option<&FileComponent>) -> Option<(Digest, Digest)> {
    let (before, after) = (before?.sha256, after?.sha256);
    (before != after).then_some((before, after))
}

/// What a change means, where both files are at hand.
fn told<T: Copy>(
    component: &str,
    (before, after): (Digest, Digest),
    files: &BTreeMap<Digest, T>,
    meanings: impl Fn(T, T) -> Vec<Meaning>,
) -> Vec<Meaning> {
    match (files.get(&before), files.get(&after)) {
        (Some(before), Some(after)) => meanings(*before, *after),
        _ => vec![untold(component)],
    }
}

/// The digest of the tool manifest that a unit runs.
fn manifest(state: &UnitState) -> Option<Digest> {
    Some(state.record.as_ref()?.tuple.tools.as_ref()?.sha256)
}

/// The tools that an environment enables; nothing where it enables all that the tuple has.
fn enabled(state: &UnitState) -> Option<&[ToolName]> {
    state.record.as_ref()?.overrides.tools.as_ref()?.enabled.as_deref()
}

/// Everything that the tools of a manifest permit which are enabled, by tool: that the model calls it, what it may do, where
/// it connects to.
fn permissions(manifest: &ToolsFile, enabled: Option<&[ToolName]>) -> BTreeSet<(String, String)> {
    let mut granted = BTreeSet::new();
    let is_on = |tool: &&Tool| enabled.is_none_or(|enabled| enabled.contains(&tool.name));
    for tool in manifest.tools.iter().filter(is_on) {
        let egress = tool
            .egress
            .iter()
            .map(|egress| format!("connect to {}:{}", egress.host, egress.port));
        let words = std::iter::once("call".to_owned())
            .chain(tool.permissions.iter().cloned())
            .chain(egress);
        granted.extend(words.map(|word| (tool.name.to_string(), word)));
    }
    granted
}
