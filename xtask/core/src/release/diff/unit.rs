//! What differs between two states of one unit.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::folding::Consequence;
use super::objects::object_changes;
use super::pairing::Naming;
use crate::artifact::{TupleRecord, component_changes};
use crate::model::{ChangeKind, Digest, DigestChange, EnvironmentName, Manifest, PromptChange, UnitDifference};
use crate::release::PreviousUnit;
use crate::workspace::Workspace;

/// A unit as it is rendered, or as a branch has it.
#[derive(Clone, Debug, Default)]
pub struct UnitState {
    /// The tuple that it runs; the unit of an environment has none.
    pub record: Option<TupleRecord>,
    /// SHA-256 of everything that it was rendered from.
    pub input_digest: Option<Digest>,
    /// Its objects, the Argo CD objects last.
    pub objects: Vec<Manifest>,
}

impl UnitState {
    /// A unit as a branch has it.
    pub fn of_branch(previous: &PreviousUnit) -> UnitState {
        let mut objects = previous.objects();
        for path in previous.argocd.keys() {
            objects.extend(previous.argocd_objects(path));
        }
        UnitState {
            record: previous.record(),
            input_digest: previous.input_digest(),
            objects,
        }
    }
}

/// The texts of prompts by their digest, wherever one of them is at hand.
#[derive(Clone, Debug, Default)]
pub(super) struct PromptTexts {
    texts: BTreeMap<Digest, Arc<str>>,
}

impl PromptTexts {
    /// Those that the trees have: old versions stay beside new ones.
    pub(super) fn of(workspaces: &[&Workspace]) -> PromptTexts {
        let agents = workspaces.iter().flat_map(|workspace| workspace.agents.values());
        let versions = agents.flat_map(|agent| agent.prompts.values().flat_map(BTreeMap::values));
        PromptTexts {
            texts: versions
                .map(|prompt| (prompt.digest, Arc::clone(&prompt.text)))
                .collect(),
        }
    }

    /// The text of a prompt; one that left the tree may still stand in a ConfigMap.
    fn find(&self, digest: Digest, state: &UnitState) -> Option<String> {
        if let Some(text) = self.texts.get(&digest) {
            return Some(text.to_string());
        }
        let maps = state.objects.iter().filter(|manifest| manifest.id.kind == "ConfigMap");
        maps.filter_map(|manifest| manifest.object.get("data")?.as_object())
            .flat_map(|data| data.values().filter_map(Value::as_str))
            .find(|text| Digest::of(text.as_bytes()) == digest)
            .map(str::to_owned)
    }
}

/// The names by which two states of one unit go.
#[derive(Clone, Debug)]
pub(super) struct Subject<'a> {
    /// The environment.
    pub(super) environment: &'a EnvironmentName,
    /// The environment of the state before, where that is another one.
    pub(super) other_environment: Option<&'a EnvironmentName>,
    /// The unit's name.
    pub(super) unit: &'a str,
    /// How its objects are called on either side.
    pub(super) naming: Naming,
}

/// What differs between two states of a unit; nothing where they are the same.
pub(super) fn unit_difference(
    subject: &Subject<'_>,
    before: Option<&UnitState>,
    after: Option<&UnitState>,
    texts: &PromptTexts,
) -> Option<UnitDifference> {
    if before.is_none() && after.is_none() {
        return None;
    }
    let none = UnitState::default();
    let (old, new) = (before.unwrap_or(&none), after.unwrap_or(&none));
    let changes = object_changes(&old.objects, &new.objects, &subject.naming, &consequences(old, new));
    let components = component_changes(old.record.as_ref(), new.record.as_ref());
    let (overrides, components): (Vec<_>, Vec<_>) = components
        .into_iter()
        .partition(|change| change.component == "overrides");
    let input_digest = DigestChange {
        before: old.input_digest,
        after: new.input_digest,
    };
    let input_differs = input_digest.before != input_digest.after;
    let moved = changes.generations.retained + changes.generations.dropped > 0;
    let same = components.is_empty() && overrides.is_empty() && changes.objects.is_empty() && !input_differs && !moved;
    if same && before.is_some() == after.is_some() {
        return None;
    }
    Some(UnitDifference {
        environment: subject.environment.clone(),
        other_environment: subject.other_environment.cloned(),
        unit: subject.unit.to_owned(),
        change: ChangeKind::of(before, after),
        input_digest: input_differs.then_some(input_digest),
        components,
        overrides,
        prompts: prompt_changes(old, new, texts),
        objects: changes.objects,
        generations: changes.generations,
        folded: changes.folded,
    })
}

/// Texts in the objects that follow from the tuple and its label.
fn consequences(before: &UnitState, after: &UnitState) -> Vec<Consequence> {
    let (Some(old), Some(new)) = (&before.record, &after.record) else {
        return Vec::new();
    };
    let known = [
        ("id of the tuple", old.id.to_string(), new.id.to_string()),
        ("version", old.version.to_string(), new.version.to_string()),
    ];
    known
        .into_iter()
        .filter(|(_, before, after)| before != after)
        .map(|(class, before, after)| Consequence { class, before, after })
        .collect()
}

fn prompt_changes(before: &UnitState, after: &UnitState, texts: &PromptTexts) -> Vec<PromptChange> {
    let digests = |state: &UnitState| -> BTreeMap<String, Digest> {
        let prompts = state.record.iter().flat_map(|record| &record.tuple.prompts);
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
            before: old.get(name).and_then(|digest| texts.find(*digest, before)),
            after: new.get(name).and_then(|digest| texts.find(*digest, after)),
        })
        .collect()
}
