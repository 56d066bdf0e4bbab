//! Lists of several environments beside each other: which item of one is which of another.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::node::{Item, Names, Node, node};
use super::parameters::Parameters;

/// A list and the place of the environment that has it.
type Sided<'a> = (usize, &'a [Value]);

/// What the environments have at one place of a list, and what the place is called.
struct Slot<'a> {
    name: String,
    sides: Vec<(usize, &'a Value)>,
}

/// The template of a list; nothing where environments have other lists of single values, which are told as a whole.
pub(super) fn list(lists: &[Sided<'_>], place: &str, names: &Names<'_>, parameters: &mut Parameters) -> Option<Node> {
    let is_even = lists.iter().all(|(_, list)| list.len() == lists[0].1.len());
    let is_plain = |value: &Value| !value.is_object() && !value.is_array();
    let items = || lists.iter().flat_map(|(_, list)| list.iter());
    let differs = lists.iter().any(|(_, list)| *list != lists[0].1);
    if items().all(is_plain) && differs && (!is_even || items().any(Value::is_null)) {
        return None;
    }
    let slots = match is_even {
        true => by_index(lists),
        false => by_name(lists).unwrap_or_else(|| by_index(lists)),
    };
    let item = |slot: Slot<'_>| {
        let place = format!("{place}.{}", slot.name);
        let is_there = |side: usize| slot.sides.iter().any(|(other, _)| *other == side);
        let when = (slot.sides.len() < lists.len()).then(|| {
            let has: Vec<(usize, Value)> = lists.iter().map(|(side, _)| (*side, json!(is_there(*side)))).collect();
            parameters.add(&has, &format!("with {place}"))
        });
        Item {
            when,
            node: node(&slot.sides, &place, names, parameters),
        }
    };
    Some(Node::List(slots.into_iter().map(item).collect()))
}

/// Item by item as they stand; nothing and something are no two forms of the same item.
fn by_index<'a>(lists: &[Sided<'a>]) -> Vec<Slot<'a>> {
    let longest = lists.iter().map(|(_, list)| list.len()).max().unwrap_or_default();
    let slots = (0..longest).flat_map(|index| {
        let here = lists
            .iter()
            .filter_map(move |(side, list)| Some((*side, list.get(index)?)));
        let (nulls, others): (Vec<_>, Vec<_>) = here.partition(|(_, value)| value.is_null());
        let name = index.to_string();
        [(name.clone(), others), (format!("{name} null"), nulls)]
    });
    let slots = slots.filter(|(_, sides)| !sides.is_empty());
    slots.map(|(name, sides)| Slot { name, sides }).collect()
}

/// Items of the same name beside each other, in an order that all lists have; nothing where they have none.
fn by_name<'a>(lists: &[Sided<'a>]) -> Option<Vec<Slot<'a>>> {
    let mut order: Vec<&str> = Vec::new();
    for (_, list) in lists {
        let names: Vec<&str> = list
            .iter()
            .map(|item| item.get("name")?.as_str())
            .collect::<Option<_>>()?;
        if names.iter().collect::<BTreeSet<_>>().len() < names.len() {
            return None;
        }
        // a new one stands behind the one before it
        let mut next = 0;
        for name in names {
            match order.iter().position(|known| *known == name) {
                Some(at) if at < next => return None,
                Some(at) => next = at + 1,
                None => {
                    order.insert(next, name);
                    next += 1;
                }
            }
        }
    }
    let slot = |name: &str| Slot {
        name: name.to_owned(),
        sides: lists
            .iter()
            .filter_map(|(side, list)| Some((*side, list.iter().find(|item| item["name"] == name)?)))
            .collect(),
    };
    Some(order.into_iter().map(slot).collect())
}
