//! What repeats over many objects is folded into classes and counted; nothing is left out.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::pairing::Naming;
use crate::model::{FieldChange, Fold, ObjectChange, Tier};

/// Labels and annotations that follow from other changes, in however few objects.
const CONSEQUENCES: [&str; 7] = [
    "lockstep.dev/tuple",
    "lockstep.dev/input",
    "lockstep.dev/version",
    "lockstep.dev/environment",
    Tier::LABEL,
    "app.kubernetes.io/version",
    "helm.sh/chart",
];
/// What the keys of such annotations begin with, where the rest is free.
const CHECKSUM: &str = "checksum/";
/// From how many objects on the same change of the same field is a class.
const MANY: usize = 3;
/// Longest text of a class that is shown with its values, in bytes.
const SHORT: usize = 200;

/// A text that follows from what the unit runs: where it changes, the change says nothing of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consequence {
    /// What the text is.
    pub class: &'static str,
    /// What it was.
    pub before: String,
    /// What it is.
    pub after: String,
}

/// Marks the field changes that belong to a class, and counts each class.
pub(super) fn fold(objects: &mut [ObjectChange], naming: &Naming, consequences: &[Consequence]) -> Vec<Fold> {
    let renames = renames(objects);
    let repeated = repeated(objects);
    let mut classes: BTreeMap<(String, Option<Repetition>), Class> = BTreeMap::new();
    for (index, object) in objects.iter_mut().enumerate() {
        for change in &mut object.fields {
            let by_itself = label(change)
                .or_else(|| consequence(change, consequences))
                .or_else(|| rename(change, &renames));
            let repetition = key(change).filter(|key| by_itself.is_none() && repeated.contains(key));
            let class = by_itself
                .or_else(|| Some(repetition.as_ref()?.0.clone()))
                .or_else(|| other_name(change, naming));
            if let Some(name) = class {
                classes
                    .entry((name.clone(), repetition))
                    .or_default()
                    .add(index, change);
                change.class = Some(name);
            }
        }
    }
    classes.into_iter().map(|((name, _), class)| class.fold(name)).collect()
}

#[derive(Default)]
struct Class {
    objects: BTreeSet<usize>,
    values: Vec<(Option<Value>, Option<Value>)>,
}

impl Class {
    fn add(&mut self, object: usize, change: &FieldChange) {
        self.objects.insert(object);
        self.values.push((change.before.clone(), change.after.clone()));
    }

    fn fold(self, class: String) -> Fold {
        let same = self.values.windows(2).all(|pair| pair[0] == pair[1]);
        let fields = self.values.len();
        let (before, after) = self.values.into_iter().next().filter(|_| same).unwrap_or_default();
        Fold {
            class,
            objects: self.objects.len(),
            fields,
            before,
            after,
        }
    }
}

fn is_label(change: &FieldChange) -> bool {
    matches!(change.path.parent_key(), Some("labels" | "annotations" | "matchLabels"))
}

fn label(change: &FieldChange) -> Option<String> {
    let key = change.path.last_key().filter(|_| is_label(change))?;
    (CONSEQUENCES.contains(&key) || key.starts_with(CHECKSUM)).then(|| key.to_owned())
}

/// The texts of a change from one to another.
fn texts(change: &FieldChange) -> Option<(&str, &str)> {
    Some((change.before.as_ref()?.as_str()?, change.after.as_ref()?.as_str()?))
}

fn consequence(change: &FieldChange, consequences: &[Consequence]) -> Option<String> {
    let texts = texts(change)?;
    let known = consequences
        .iter()
        .find(|known| (known.before.as_str(), known.after.as_str()) == texts)?;
    Some(known.class.to_owned())
}

/// A text that differs in nothing but what the two environments call themselves, their namespaces and the unit.
fn other_name(change: &FieldChange, naming: &Naming) -> Option<String> {
    let Naming::Of(old, new) = naming else {
        return None;
    };
    let (before, after) = texts(change)?;
    (old.neutral_text(before) == new.neutral_text(after)).then(|| "names of the environments".to_owned())
}

/// What objects were called, and are called now that their content hashes to another name; by the old name.
fn renames(objects: &[ObjectChange]) -> BTreeMap<String, String> {
    objects
        .iter()
        .filter(|object| object.id.kind == "ConfigMap")
        .filter_map(|object| Some((object.previous.as_ref()?.name.clone(), object.id.name.clone())))
        .collect()
}

fn rename(change: &FieldChange, renames: &BTreeMap<String, String>) -> Option<String> {
    let (before, after) = texts(change)?;
    let same = before.bytes().zip(after.bytes()).take_while(|(a, b)| a == b).count();
    let stem = before.get(..same)?.rsplit_once('-').map_or("", |(stem, _)| stem);
    (renames.get(before)? == after).then(|| format!("name of {stem}-…"))
}

/// A field and its change, where short enough to be the same by intent and not by chance.
type Repetition = (String, String, String);

fn key(change: &FieldChange) -> Option<Repetition> {
    let field = change.path.last_key()?;
    let text = |value: &Option<Value>| match value {
        Some(Value::String(text)) if text.len() <= SHORT && !text.contains('\n') => Some(text.clone()),
        // an absent label repeats as well as any other
        None if is_label(change) => Some(String::new()),
        _ => None,
    };
    Some((field.to_owned(), text(&change.before)?, text(&change.after)?))
}

fn repeated(objects: &[ObjectChange]) -> BTreeSet<Repetition> {
    let mut seen: BTreeMap<Repetition, BTreeSet<usize>> = BTreeMap::new();
    for (index, object) in objects.iter().enumerate() {
        for key in object.fields.iter().filter_map(key) {
            seen.entry(key).or_default().insert(index);
        }
    }
    seen.retain(|_, objects| objects.len() >= MANY);
    seen.into_keys().collect()
}
