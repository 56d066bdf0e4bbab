//! The values of an object that a rule is about, each beside the value that it replaces.

use serde_json::Value;

use crate::yaml::Segment;

/// One step from a value to values inside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// To the value of this key.
    Field(String),
    /// To every item of a list, with the keys that tell items apart; without any, nobody knows which item was which.
    Items(Vec<String>),
    /// To every value of a map whose keys are free.
    Values,
}

/// A value that is `self`.
#[derive(Clone, Debug)]
pub(super) struct Subject<'a> {
    /// Where it stands.
    pub(super) path: Vec<Segment>,
    /// The value.
    pub(super) value: &'a Value,
    /// What it replaces, where that is known.
    pub(super) old: Option<&'a Value>,
    /// It, or the nearest value around it of which is known what it replaces, and that.
    nearest: Option<(&'a Value, &'a Value)>,
}

/// Everything at the end of these steps; null counts as nothing.
pub(super) fn subjects<'a>(steps: &[Step], object: &'a Value, old: Option<&'a Value>) -> Vec<Subject<'a>> {
    let whole = Subject {
        path: Vec::new(),
        value: object,
        old,
        nearest: old.map(|old| (object, old)),
    };
    let ends = steps.iter().fold(vec![whole], |places, step| {
        places.iter().flat_map(|place| place.inside(step)).collect()
    });
    ends.into_iter().filter(|subject| !subject.value.is_null()).collect()
}

impl<'a> Subject<'a> {
    /// Whether it, or what is around it, is known to be what it was.
    pub(super) fn is_unchanged(&self) -> bool {
        self.nearest.is_some_and(|(value, old)| value == old)
    }

    fn inside(&self, step: &Step) -> Vec<Subject<'a>> {
        match step {
            Step::Field(name) => {
                let value = self.value.as_object().and_then(|map| map.get(name));
                value.map(|value| self.at_key(name, value)).into_iter().collect()
            }
            Step::Values => {
                let values = self.value.as_object().into_iter().flatten();
                values.map(|(key, value)| self.at_key(key, value)).collect()
            }
            Step::Items(keys) => {
                let items = self.value.as_array().into_iter().flatten().enumerate();
                items
                    .map(|(index, item)| self.step(Segment::Index(index), item, self.old_item(keys, item)))
                    .collect()
            }
        }
    }

    fn at_key(&self, key: &str, value: &'a Value) -> Subject<'a> {
        let old = self.old.and_then(|old| old.get(key));
        self.step(Segment::Key(key.to_owned()), value, old)
    }

    /// The item with the same keys.
    fn old_item(&self, keys: &[String], item: &Value) -> Option<&'a Value> {
        let mut items = self.old.filter(|_| !keys.is_empty())?.as_array()?.iter();
        items.find(|old| keys.iter().all(|key| old.get(key) == item.get(key)))
    }

    fn step(&self, segment: Segment, value: &'a Value, old: Option<&'a Value>) -> Subject<'a> {
        let old = old.filter(|old| !old.is_null());
        Subject {
            path: [self.path.as_slice(), &[segment]].concat(),
            value,
            old,
            nearest: old.map(|old| (value, old)).or(self.nearest),
        }
    }
}
