//! Applies field changes, so that what is reported is known to be all that differs.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::model::{FieldChange, Step};

/// The value after, from the value before and what is said to differ.
pub fn apply(before: &Value, changes: &[FieldChange]) -> Value {
    let steps: Vec<(&[Step], &FieldChange)> = changes.iter().map(|change| (&change.path.0[..], change)).collect();
    inside(Some(before), &steps).unwrap()
}

fn inside(before: Option<&Value>, changes: &[(&[Step], &FieldChange)]) -> Option<Value> {
    if let [([], change)] = changes {
        assert_eq!(before, change.before.as_ref());
        return change.after.clone();
    }
    let Some(before) = before else {
        panic!("something changes inside of nothing: {changes:?}");
    };
    match before {
        _ if changes.is_empty() => Some(before.clone()),
        Value::Object(map) => {
            let mut map = map.clone();
            for (step, changes) in grouped(changes) {
                let Step::Key(key) = step else {
                    panic!("{step:?} into a map")
                };
                match inside(map.get(key), &changes) {
                    Some(value) => map.insert(key.clone(), value),
                    None => map.remove(key),
                };
            }
            Some(Value::Object(map))
        }
        Value::Array(items) => Some(Value::Array(list(items, &grouped(changes)))),
        other => panic!("{other} has no inside"),
    }
}

type Grouped<'a> = BTreeMap<&'a Step, Vec<(&'a [Step], &'a FieldChange)>>;

fn grouped<'a>(changes: &[(&'a [Step], &'a FieldChange)]) -> Grouped<'a> {
    let mut groups = Grouped::new();
    for (steps, change) in changes {
        groups.entry(&steps[0]).or_default().push((&steps[1..], *change));
    }
    groups
}

fn list(items: &[Value], changes: &Grouped<'_>) -> Vec<Value> {
    let mut staying: Vec<Option<Value>> = items.iter().cloned().map(Some).collect();
    let mut order: Vec<usize> = (0..items.len()).collect();
    let mut added = BTreeMap::new();
    for (step, changes) in changes {
        match step {
            Step::Item {
                before: Some(before), ..
            } => staying[*before] = inside(Some(&items[*before]), changes),
            Step::Item { after: Some(after), .. } => {
                added.insert(*after, inside(None, changes).unwrap());
            }
            Step::Order(new) => order.clone_from(new),
            other => panic!("{other:?} into a list"),
        }
    }
    let mut result: Vec<Value> = order.into_iter().filter_map(|index| staying[index].take()).collect();
    for (index, value) in added {
        result.insert(index, value);
    }
    result
}
