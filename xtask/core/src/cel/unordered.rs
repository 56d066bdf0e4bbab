//! Lists of Kubernetes whose order does not count: sets, and lists whose items are told apart by keys.

use std::collections::BTreeMap;

use super::ordering::equal;
use super::{Key, List, Value};

/// A list whose order does not count.
#[derive(Clone, Debug)]
pub struct Unordered<'a> {
    items: Vec<Value<'a>>,
    /// What tells items apart; nothing where the whole item does.
    keys: Vec<String>,
}

/// What an item is told apart by, where that can be looked up.
type Identity<'a> = Vec<Option<Key<'a>>>;

impl<'a> Unordered<'a> {
    pub(super) fn new(items: Vec<Value<'a>>, keys: Vec<String>) -> Unordered<'a> {
        Unordered { items, keys }
    }

    pub(super) fn items(&self) -> &[Value<'a>] {
        &self.items
    }

    /// Whether another list has the same items, wherever they stand.
    pub(super) fn equals(&self, other: &List<'_>) -> bool {
        let others: Vec<Value<'_>> = other.iter().collect();
        let places = self.places(&others);
        self.items.len() == others.len()
            && self.items.iter().all(|item| {
                let twin = self.find(item, &others, &places).map(|place| &others[place]);
                twin.is_some_and(|twin| equal(item, twin))
            })
    }

    /// With the items of another list: an item with the same keys takes the place of ours, others come behind.
    pub(super) fn joined(&self, other: &List<'a>) -> Unordered<'a> {
        let places = self.places(&self.items);
        let mut items = self.items.clone();
        let mut new: Vec<Value<'a>> = Vec::new();
        for item in other.iter() {
            match self.find(&item, &self.items, &places) {
                Some(place) => items[place] = item,
                None => new.push(item),
            }
        }
        items.extend(new);
        Unordered::new(items, self.keys.clone())
    }

    /// Where items stand that can be looked up.
    fn places<'b>(&self, items: &[Value<'b>]) -> BTreeMap<Identity<'b>, usize> {
        let places = items.iter().enumerate();
        places
            .filter_map(|(place, item)| Some((self.identity(item)?, place)))
            .collect()
    }

    fn find<'b>(&self, item: &Value<'b>, items: &[Value<'b>], places: &BTreeMap<Identity<'b>, usize>) -> Option<usize> {
        match self.identity(item) {
            Some(identity) => places.get(&identity).copied(),
            None => items.iter().position(|other| equal(item, other)),
        }
    }

    fn identity<'b>(&self, item: &Value<'b>) -> Option<Identity<'b>> {
        if self.keys.is_empty() {
            return Key::of(item).map(|key| vec![Some(key)]);
        }
        let Value::Map(map) = item else { return None };
        let parts = self.keys.iter().map(|name| match map.field(name) {
            Some(value) => Key::of(&value).map(Some),
            None => Some(None),
        });
        parts.collect()
    }
}
