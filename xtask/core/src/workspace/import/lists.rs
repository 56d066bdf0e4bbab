//! Lists of several environments beside each other: which item of one is which of another.

use std::collections::BTreeMap;

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
    let slots = match has_same_names(lists) {
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
    let items: Vec<Item> = slots.into_iter().map(item).collect();
    let is_empty_somewhere = !items.is_empty() && lists.iter().any(|(_, list)| list.is_empty());
    Some(match is_empty_somewhere {
        true => Node::SparseList(items),
        false => Node::List(items),
    })
}

/// Whether the items of all lists have the same names in the same order.
fn has_same_names(lists: &[Sided<'_>]) -> bool {
    let names = |list: &[Value]| -> Vec<Value> { list.iter().map(|item| item["name"].clone()).collect() };
    lists.iter().all(|(_, list)| names(list) == names(lists[0].1))
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

/// Items of the same name beside each other, in an order that holds for every list: where two have another order, an item
/// stands there twice. Nothing where an item has no name.
fn by_name<'a>(lists: &[Sided<'a>]) -> Option<Vec<Slot<'a>>> {
    let mut slots: Vec<Slot<'a>> = Vec::new();
    for (side, list) in lists {
        let mut next = 0;
        for item in *list {
            let name = item.get("name")?.as_str()?;
            let known = slots[next..].iter().position(|slot| slot.name == name);
            let at = known.map_or(next, |behind| next + behind);
            if known.is_none() {
                // a new one stands behind the one before it
                let (name, sides) = (name.to_owned(), Vec::new());
                slots.insert(at, Slot { name, sides });
            }
            slots[at].sides.push((*side, item));
            next = at + 1;
        }
    }
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for slot in &mut slots {
        let count = times.entry(slot.name.clone()).or_default();
        *count += 1;
        if *count > 1 {
            slot.name = format!("{} {count}", slot.name);
        }
    }
    Some(slots)
}
