//! A schema that is compiled as far as values reach says what one says that is compiled whole.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::workspace::lazy::Definitions;

/// A tree whose leaves are texts or numbers, with properties that are called like keywords.
fn schema() -> Value {
    json!({
        "$ref": "#/$defs/Tree",
        "$defs": {
            "Tree": {
                "type": "object",
                "properties": {
                    "$ref": {"type": "string"},
                    "default": {"$ref": "#/$defs/Leaf"},
                    "children": {"type": "array", "items": {"$ref": "#/$defs/Tree"}},
                    "either": {"oneOf": [{"$ref": "#/$defs/Tree"}, {"$ref": "#/$defs/Leaf", "maximum": 3}]},
                },
                "additionalProperties": false,
            },
            "Leaf": {"type": ["string", "integer"], "pattern": "^[a-c]*$"},
        },
    })
}

fn found(schema: &Value, name: &str) -> Option<Value> {
    let root = || json!({"$ref": schema["$ref"]});
    let definition = || schema["$defs"].get(name).cloned();
    if name.is_empty() { Some(root()) } else { definition() }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        (0..6).prop_map(Value::from),
        "[a-d]{0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let key = prop::sample::select(vec!["$ref", "default", "children", "either", "other"]);
        let key = key.prop_map(str::to_owned);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map(key, inner, 0..4).prop_map(|map| map.into_iter().collect::<Value>()),
        ]
    })
}

proptest! {
    #[test]
    fn it_agrees_with_one_that_is_compiled_whole(value in value()) {
        let schema = schema();
        let whole = jsonschema::options().build(&schema).unwrap();
        let lazy = Definitions::new(move |name| found(&schema, name), jsonschema::options);
        prop_assert_eq!(lazy.named("").is_valid(&value), whole.is_valid(&value), "{}", value);
    }
}

/// Nothing fits what cannot be compiled, and what is never reached is never compiled.
#[test]
fn a_definition_that_is_no_schema_fits_nothing() {
    let find = |name: &str| match name {
        "" => Some(json!({"properties": {"gone": {"$ref": "#/$defs/gone"}, "broken": {"$ref": "#/$defs/broken"}}})),
        "broken" => Some(json!({"type": "no type"})),
        "elsewhere" => Some(json!({"$ref": "https://example.com/schema.json"})),
        _ => None,
    };
    let lazy = Definitions::new(find, jsonschema::options);
    assert!(lazy.named("").is_valid(&json!({"other": 1})));
    for key in ["gone", "broken"] {
        assert!(!lazy.named("").is_valid(&json!({key: 1})), "{key}");
    }
    assert!(!lazy.named("elsewhere").is_valid(&json!(1)));
}
