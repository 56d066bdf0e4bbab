//! Which fields of two values differ.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::lists::{self, Pair};
use crate::model::{FieldChange, FieldPath, Step};

/// The fields that differ between two values; together they turn the one into the other.
pub fn field_changes(before: &Value, after: &Value) -> Vec<FieldChange> {
    let mut walk = Walk::default();
    walk.values(Some(before), Some(after));
    walk.changes
}

#[derive(Default)]
struct Walk {
    path: Vec<Step>,
    changes: Vec<FieldChange>,
}

impl Walk {
    fn values(&mut self, before: Option<&Value>, after: Option<&Value>) {
        match (before, after) {
            (before, after) if before == after => {}
            (Some(Value::Object(before)), Some(Value::Object(after))) => self.maps(before, after),
            (Some(Value::Array(before)), Some(Value::Array(after))) => self.lists(before, after),
            (before, after) => self.report(before.cloned(), after.cloned()),
        }
    }

    fn maps(&mut self, before: &Map<String, Value>, after: &Map<String, Value>) {
        let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for key in keys {
            self.path.push(Step::Key(key.clone()));
            self.values(before.get(key), after.get(key));
            self.path.pop();
        }
    }

    fn lists(&mut self, before: &[Value], after: &[Value]) {
        let pairs = lists::pair(before, after);
        let stay = |pair: &Pair| pair.after.and(pair.before).map(|index| (index, pair.label.clone()));
        let order: Vec<(usize, String)> = pairs.iter().filter_map(stay).collect();
        if !order.is_sorted() {
            let mut old = order.clone();
            old.sort();
            let labels = |order: &[(usize, String)]| order.iter().map(|(_, label)| label.as_str().into()).collect();
            self.path
                .push(Step::Order(order.iter().map(|(index, _)| *index).collect()));
            self.report(Some(Value::Array(labels(&old))), Some(Value::Array(labels(&order))));
            self.path.pop();
        }
        for Pair {
            label,
            before: old,
            after: new,
        } in pairs
        {
            self.path.push(Step::Item {
                label,
                before: old,
                after: new,
            });
            self.values(old.map(|index| &before[index]), new.map(|index| &after[index]));
            self.path.pop();
        }
    }

    fn report(&mut self, before: Option<Value>, after: Option<Value>) {
        self.changes.push(FieldChange {
            path: FieldPath(self.path.clone()),
            before,
            after,
            class: None,
        });
    }
}
