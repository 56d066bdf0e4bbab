//! Which object of one state is which of the other: generations of a ConfigMap are one object, environments differ in names.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{GenerationCounts, Manifest, ObjectId};
use crate::render::{is_retained, stem};

/// What an environment writes into the names of a unit's objects, so that two environments can be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// The environment's namespace.
    pub namespace: String,
    /// The environment's own name.
    pub environment: String,
    /// The unit's name there: the agent's with the environment's suffix, or the environment's.
    pub name: String,
}

/// Which names the two sides of a comparison use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Naming {
    /// The same: an object is what its id says.
    Same,
    /// Those of two environments.
    Of(Names, Names),
}

/// An object before, after, or both.
pub(super) type ObjectPair<'a> = (Option<&'a Manifest>, Option<&'a Manifest>);

/// The objects of two states side by side, and what happens to earlier generations.
pub(super) fn pair<'a>(
    before: &'a [Manifest],
    after: &'a [Manifest],
    naming: &Naming,
) -> (Vec<ObjectPair<'a>>, GenerationCounts) {
    let (old_names, new_names) = match naming {
        Naming::Same => (None, None),
        Naming::Of(old, new) => (Some(old), Some(new)),
    };
    let mut old = keyed(before, old_names);
    let mut pairs = Vec::new();
    let mut alone = Vec::new();
    for (key, new) in keyed(after, new_names) {
        match old.remove(&key) {
            Some(object) => pairs.push((Some(object), Some(new))),
            None => alone.push(new),
        }
    }
    let mut old: Vec<&Manifest> = old.into_values().collect();
    let mut counts = GenerationCounts::default();
    match naming {
        Naming::Same => {
            let (kept, found) = retained(before, after);
            pairs.extend(kept);
            counts = found;
        }
        // what an environment ran before is its own history, no difference from another one
        Naming::Of(..) => pair_single(&mut old, &mut alone, &mut pairs),
    }
    pairs.extend(alone.into_iter().map(|object| (None, Some(object))));
    pairs.extend(old.into_iter().map(|object| (Some(object), None)));
    pairs.sort_by(|left, right| shown(left).cmp(&shown(right)));
    (pairs, counts)
}

fn shown<'a>(pair: &ObjectPair<'a>) -> Option<&'a ObjectId> {
    pair.1.or(pair.0).map(|manifest| &manifest.id)
}

/// Objects that are read, by what they are called without hash and environment.
fn keyed<'a>(objects: &'a [Manifest], names: Option<&Names>) -> BTreeMap<ObjectId, &'a Manifest> {
    let mut found = BTreeMap::new();
    for manifest in objects.iter().filter(|manifest| !is_retained(manifest)) {
        let mut key = manifest.id.clone();
        if let Some(stem) = stem(manifest) {
            key.name = stem.to_owned();
        }
        if let Some(names) = names {
            key = names.neutral(key);
        }
        // two current generations of one stem, which nothing renders, are told apart by their own names
        if found.contains_key(&key) {
            key = manifest.id.clone();
        }
        found.insert(key, manifest);
    }
    found
}

/// Pairs what is the only one of its kind on both sides, whatever it is called.
fn pair_single<'a>(old: &mut Vec<&'a Manifest>, new: &mut Vec<&'a Manifest>, pairs: &mut Vec<ObjectPair<'a>>) {
    let kind = |manifest: &Manifest| (manifest.id.group.clone(), manifest.id.kind.clone());
    let single = |objects: &[&'a Manifest]| {
        let mut kinds: BTreeMap<_, Vec<&'a Manifest>> = BTreeMap::new();
        for manifest in objects {
            kinds.entry(kind(manifest)).or_default().push(manifest);
        }
        kinds.retain(|_, objects| objects.len() == 1);
        kinds
    };
    let (olds, news) = (single(old), single(new));
    let both: BTreeSet<_> = olds.keys().filter(|kind| news.contains_key(*kind)).cloned().collect();
    pairs.extend(both.iter().map(|kind| (Some(olds[kind][0]), Some(news[kind][0]))));
    old.retain(|manifest| !both.contains(&kind(manifest)));
    new.retain(|manifest| !both.contains(&kind(manifest)));
}

/// Earlier generations are counted; only one that is kept and yet differs is shown.
fn retained<'a>(before: &'a [Manifest], after: &'a [Manifest]) -> (Vec<ObjectPair<'a>>, GenerationCounts) {
    let generations = |objects: &'a [Manifest]| -> BTreeMap<&'a ObjectId, &'a Manifest> {
        let kept = objects.iter().filter(|manifest| is_retained(manifest));
        kept.map(|manifest| (&manifest.id, manifest)).collect()
    };
    let (old, new) = (generations(before), generations(after));
    let mut counts = GenerationCounts::default();
    let mut pairs = Vec::new();
    for (id, manifest) in &new {
        match old.get(id) {
            Some(previous) => {
                counts.kept += 1;
                pairs.push((Some(*previous), Some(*manifest)));
            }
            None => counts.retained += 1,
        }
    }
    let stays: BTreeSet<&ObjectId> = after.iter().map(|manifest| &manifest.id).collect();
    counts.dropped = old.keys().filter(|id| !stays.contains(*id)).count();
    (pairs, counts)
}

impl Names {
    /// A text with marks in the place of what the environment writes, the longest first: one may contain another.
    pub(super) fn neutral_text(&self, text: &str) -> String {
        let mut names = [
            (&self.namespace, "\u{1}"),
            (&self.environment, "\u{2}"),
            (&self.name, "\u{3}"),
        ];
        names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        let replace = |text: String, (name, mark): (&String, &str)| text.replace(name.as_str(), mark);
        names.into_iter().fold(text.to_owned(), replace)
    }

    /// The id with a mark in the place of what the environment writes.
    fn neutral(&self, mut id: ObjectId) -> ObjectId {
        if id.namespace == self.namespace {
            id.namespace = "~".to_owned();
        }
        let words = format!("-{}-", id.name);
        if let Some(at) = words.find(&format!("-{}-", self.name)) {
            let rest = &words[at + self.name.len() + 1..];
            id.name = format!("{}-~{rest}", &words[..at]);
        }
        id
    }
}
