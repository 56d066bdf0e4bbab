//! Laws: nothing differs from itself, and what is reported is all that differs.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::apply::apply;
use crate::model::{FieldChange, common};
use crate::release::field_changes;

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..4).prop_map(Value::from),
        "[ab]{0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map("[abc]", inner.clone(), 0..4).prop_map(|map| json!(map)),
            // lists as Kubernetes has them, whose items have names
            prop::collection::vec(("[abcd]", inner), 0..5).prop_map(|items| {
                let item = |(name, value)| json!({"name": name, "value": value});
                Value::Array(items.into_iter().map(item).collect())
            }),
        ]
    })
}

proptest! {
    #[test]
    fn nothing_differs_from_itself(value in value()) {
        prop_assert_eq!(field_changes(&value, &value), Vec::<FieldChange>::new());
    }

    #[test]
    fn the_changes_lead_from_one_to_the_other(before in value(), after in value()) {
        prop_assert_eq!(apply(&before, &field_changes(&before, &after)), after);
    }

    #[test]
    fn lists_whose_items_have_names_may_be_reordered(
        before in prop::collection::btree_map("[a-f]", 0..3, 0..6),
        after in prop::collection::btree_map("[a-f]", 0..3, 0..6),
        turn in 0usize..6,
    ) {
        let items = |map: &std::collections::BTreeMap<String, i32>| -> Vec<Value> {
            map.iter().map(|(name, value)| json!({"name": name, "value": value})).collect()
        };
        let (before, mut after) = (items(&before), items(&after));
        let turn = turn % after.len().max(1);
        after.rotate_left(turn);
        let (before, after) = (Value::Array(before), Value::Array(after));
        prop_assert_eq!(apply(&before, &field_changes(&before, &after)), after);
    }

    #[test]
    fn what_two_sequences_have_in_common_is_equal_and_ascending(
        before in prop::collection::vec(0..4, 0..12),
        after in prop::collection::vec(0..4, 0..12),
    ) {
        let pairs = common(&before, &after);
        prop_assert!(pairs.iter().all(|(a, b)| before[*a] == after[*b]));
        prop_assert!(pairs.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 < pair[1].1));
    }
}
