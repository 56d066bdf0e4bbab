//! What the API server fills into a custom resource before it judges it: the defaults that its schema names.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

/// The defaults of a schema, without all that has none.
#[derive(Debug, Default)]
pub(super) struct Defaults {
    fields: BTreeMap<String, Field>,
    /// Of the values of a map with free keys.
    values: Option<Box<Defaults>>,
    /// Of the items of a list.
    items: Option<Box<Defaults>>,
}

#[derive(Debug, Default)]
struct Field {
    default: Option<Value>,
    below: Defaults,
}

impl Defaults {
    /// The defaults of a schema that stands alone.
    pub(super) fn of(root: &Value) -> Defaults {
        let mut defaults = Defaults::default();
        defaults.add(root, root, &mut Vec::new());
        defaults
    }

    /// The object with them; itself where there are none.
    pub(super) fn filled<'v>(&self, object: &'v Value) -> Cow<'v, Value> {
        if self.is_empty() {
            return Cow::Borrowed(object);
        }
        let mut object = object.clone();
        self.fill(&mut object);
        Cow::Owned(object)
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.values.is_none() && self.items.is_none()
    }

    fn add<'s>(&mut self, root: &'s Value, schema: &'s Value, within: &mut Vec<&'s str>) {
        let reference = schema.get("$ref").and_then(Value::as_str);
        // a definition that leads to itself would never end
        if let Some(reference) = reference.filter(|reference| !within.contains(reference))
            && let Some(target) = referred(root, reference)
        {
            within.push(reference);
            self.add(root, target, within);
            within.pop();
        }
        let properties = schema.get("properties").and_then(Value::as_object);
        for (name, schema) in properties.into_iter().flatten() {
            let mut field = self.fields.remove(name).unwrap_or_default();
            let of_target = || referred(root, schema.get("$ref")?.as_str()?)?.get("default");
            let default = schema.get("default").or_else(of_target);
            field.default = default.cloned().or(field.default);
            field.below.add(root, schema, within);
            if field.default.is_some() || !field.below.is_empty() {
                self.fields.insert(name.clone(), field);
            }
        }
        for (key, below) in [("additionalProperties", &mut self.values), ("items", &mut self.items)] {
            let Some(schema) = schema.get(key).filter(|schema| schema.is_object()) else {
                continue;
            };
            let mut defaults = below.take().map(|below| *below).unwrap_or_default();
            defaults.add(root, schema, within);
            *below = (!defaults.is_empty()).then(|| Box::new(defaults));
        }
    }

    fn fill(&self, value: &mut Value) {
        match value {
            Value::Object(map) => {
                for (name, field) in &self.fields {
                    if let Some(default) = &field.default
                        && map.get(name).is_none_or(Value::is_null)
                    {
                        map.insert(name.clone(), default.clone());
                    }
                    if let Some(value) = map.get_mut(name) {
                        field.below.fill(value);
                    }
                }
                if let Some(values) = &self.values {
                    let is_free = |name: &String| !self.fields.contains_key(name);
                    let free = map.iter_mut().filter(|(name, _)| is_free(name));
                    free.for_each(|(_, value)| values.fill(value));
                }
            }
            Value::Array(list) => {
                if let Some(items) = &self.items {
                    list.iter_mut().for_each(|item| items.fill(item));
                }
            }
            _ => {}
        }
    }
}

fn referred<'s>(root: &'s Value, reference: &str) -> Option<&'s Value> {
    root.pointer(reference.trim_start_matches('#'))
}
