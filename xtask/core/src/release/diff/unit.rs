//! What differs between two states of one unit.

use super::components::ComponentFiles;
use super::folding::Consequence;
use super::objects::object_changes;
use super::pairing::Naming;
use super::secrets;
use crate::artifact::{TupleRecord, component_changes};
use crate::model::{ChangeKind, Digest, DigestChange, EnvironmentName, Manifest, UnitDifference};
use crate::release::PreviousUnit;

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
    files: &ComponentFiles<'_>,
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
    let difference = UnitDifference {
        environment: subject.environment.clone(),
        other_environment: subject.other_environment.cloned(),
        unit: subject.unit.to_owned(),
        change: ChangeKind::of(before, after),
        input_digest: input_differs.then_some(input_digest),
        components,
        overrides,
        prompts: files.prompt_changes(old, new),
        permissions: files.permission_changes(old, new),
        meanings: files.meanings(old, new),
        objects: changes.objects,
        generations: changes.generations,
        folded: changes.folded,
        risks: Vec::new(),
    };
    let mut difference = UnitDifference {
        risks: difference.risks(),
        ..difference
    };
    secrets::hide(&mut difference);
    Some(difference)
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
