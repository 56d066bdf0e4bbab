//! Which objects of two states of a unit differ, and in which fields.

use super::fields::field_changes;
use super::folding::{Consequence, fold};
use super::pairing::{self, Naming, ObjectPair};
use crate::model::{ChangeKind, Fold, GenerationCounts, Manifest, ObjectChange};

/// What differs between the objects of two states of a unit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ObjectChanges {
    /// The objects that differ, by id.
    pub objects: Vec<ObjectChange>,
    /// What happens to earlier generations.
    pub generations: GenerationCounts,
    /// What repeats over many objects.
    pub folded: Vec<Fold>,
}

/// Compares the objects of two states of a unit.
pub fn object_changes(
    before: &[Manifest],
    after: &[Manifest],
    naming: &Naming,
    consequences: &[Consequence],
) -> ObjectChanges {
    let (pairs, generations) = pairing::pair(before, after, naming);
    let mut objects: Vec<ObjectChange> = pairs.into_iter().filter_map(object_change).collect();
    ObjectChanges {
        folded: fold(&mut objects, naming, consequences),
        objects,
        generations,
    }
}

fn object_change((before, after): ObjectPair<'_>) -> Option<ObjectChange> {
    let id = after.or(before)?.id.clone();
    let (fields, object) = match (before, after) {
        (Some(before), Some(after)) if before.object == after.object => return None,
        (Some(before), Some(after)) => (field_changes(&before.object, &after.object), None),
        (one, other) => (Vec::new(), one.or(other).map(|manifest| manifest.object.clone())),
    };
    Some(ObjectChange {
        change: ChangeKind::of(before, after),
        previous: before
            .map(|before| before.id.clone())
            .filter(|previous| *previous != id),
        id,
        fields,
        object,
    })
}
