//! What the tables of defaults are made of, and how they fill an object.

use serde_json::{Map, Value};

/// An object, as JSON has it.
pub(super) type Object = Map<String, Value>;

/// What is filled into one map, in this order.
pub(super) type Rows = &'static [Row];

/// One thing that the API server fills in.
pub(super) enum Row {
    /// A text, where none stands or an empty one.
    Text(&'static str, &'static str),
    /// A number, where none stands.
    Number(&'static str, i64),
    /// True or false, where nothing stands.
    Truth(&'static str, bool),
    /// A map that is made where there is none, and what is filled into it.
    Made(&'static str, Rows),
    /// What is filled into a map that is there.
    Inside(&'static str, Rows),
    /// What is filled into every map of a list.
    Each(&'static str, Rows),
    /// An amount, which the server writes its own way.
    Amount(&'static str),
    /// A map of amounts.
    Amounts(&'static str),
    /// What depends on other fields.
    Law(fn(&mut Object)),
}

/// Fills a map.
pub(super) fn fill(rows: Rows, object: &mut Object) {
    for row in rows {
        match row {
            Row::Text(name, text) => {
                if is_unset(object, name) || object.get(*name).is_some_and(|value| value == "") {
                    object.insert((*name).to_owned(), (*text).into());
                }
            }
            Row::Number(name, number) => set(object, name, *number),
            Row::Truth(name, truth) => set(object, name, *truth),
            Row::Made(name, rows) => {
                set(object, name, Map::new());
                inside(object, name, rows);
            }
            Row::Inside(name, rows) => inside(object, name, rows),
            Row::Each(name, rows) => {
                let items = object.get_mut(*name).and_then(Value::as_array_mut);
                let items = items.into_iter().flatten().filter_map(Value::as_object_mut);
                items.for_each(|item| fill(rows, item));
            }
            Row::Amount(name) => object.get_mut(*name).into_iter().for_each(super::amounts::write),
            Row::Amounts(name) => {
                let amounts = object.get_mut(*name).and_then(Value::as_object_mut);
                amounts
                    .into_iter()
                    .for_each(|amounts| amounts.values_mut().for_each(super::amounts::write));
            }
            Row::Law(law) => law(object),
        }
    }
}

/// Gives a field a value where it has none.
pub(super) fn set(object: &mut Object, name: &str, value: impl Into<Value>) {
    if is_unset(object, name) {
        object.insert(name.to_owned(), value.into());
    }
}

/// Whether a field is not there; null means nothing to the API server.
pub(super) fn is_unset(object: &Object, name: &str) -> bool {
    object.get(name).is_none_or(Value::is_null)
}

fn inside(object: &mut Object, name: &str, rows: Rows) {
    if let Some(map) = object.get_mut(name).and_then(Value::as_object_mut) {
        fill(rows, map);
    }
}
