//! What a schema says more than once becomes a definition that it refers to: pod specs in pod specs shrink tenfold.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// Shortest text of a schema that is worth a definition.
const WORTH: usize = 160;

/// The same schema with `$defs`.
pub(super) fn factored(root: Value) -> Value {
    let mut uses = BTreeMap::new();
    count(&root, &mut uses);
    let mut factoring = Factoring {
        uses,
        names: BTreeMap::new(),
        definitions: Map::new(),
    };
    let mut root = factoring.below(root);
    if !factoring.definitions.is_empty() {
        root["$defs"] = factoring.definitions.into();
    }
    root
}

struct Factoring {
    /// How often a schema stands in different schemas, by text.
    uses: BTreeMap<String, usize>,
    /// Names of the definitions made so far, by text.
    names: BTreeMap<String, String>,
    definitions: Map<String, Value>,
}

/// Counts each text once a place; what is below a text that came before was counted there.
fn count(schema: &Value, uses: &mut BTreeMap<String, usize>) {
    for (_, below) in children(schema) {
        let text = below.to_string();
        if text.len() < WORTH {
            continue;
        }
        let so_far = uses.entry(text).or_default();
        *so_far += 1;
        if *so_far == 1 {
            count(below, uses);
        }
    }
}

/// The schemas right below one, each with what it is called.
fn children(schema: &Value) -> Vec<(&str, &Value)> {
    let properties = schema.get("properties").and_then(Value::as_object);
    let mut children: Vec<(&str, &Value)> = properties
        .into_iter()
        .flatten()
        .map(|(name, schema)| (name.as_str(), schema))
        .collect();
    for (keyword, name) in [("items", "item"), ("additionalProperties", "value")] {
        children.extend(
            schema
                .get(keyword)
                .filter(|below| below.is_object())
                .map(|below| (name, below)),
        );
    }
    children
}

impl Factoring {
    /// A schema with its repeated parts replaced, itself excepted.
    fn below(&mut self, mut schema: Value) -> Value {
        if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
            for (name, below) in properties {
                *below = self.replaced(name, below.take());
            }
        }
        for (keyword, name) in [("items", "item"), ("additionalProperties", "value")] {
            if let Some(below) = schema.get_mut(keyword).filter(|below| below.is_object()) {
                *below = self.replaced(name, below.take());
            }
        }
        schema
    }

    fn replaced(&mut self, name: &str, schema: Value) -> Value {
        let text = schema.to_string();
        if self.uses.get(&text).is_none_or(|uses| *uses < 2) {
            return self.below(schema);
        }
        let known = self.names.get(&text).cloned();
        let name = known.unwrap_or_else(|| {
            let name = self.free(name);
            self.names.insert(text, name.clone());
            self.definitions.insert(name.clone(), Value::Null);
            self.definitions[&name] = self.below(schema);
            name
        });
        json!({ "$ref": format!("#/$defs/{name}") })
    }

    /// A name that no definition has: no slash, tilde or dot either, which mean something in references and packages.
    fn free(&self, name: &str) -> String {
        let name: String = name
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
            .collect();
        let name = if name.is_empty() { "part".to_owned() } else { name };
        if !self.definitions.contains_key(&name) {
            return name;
        }
        (2..)
            .map(|number| format!("{name}-{number}"))
            .find(|name| !self.definitions.contains_key(name))
            .expect("numbers do not end")
    }
}
