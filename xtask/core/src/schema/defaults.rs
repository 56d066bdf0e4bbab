//! What the API server fills into a custom resource before it judges it.

use serde_json::Value;

/// The object with the defaults of its schema.
pub(super) fn filled(root: &Value, object: &Value) -> Value {
    let mut object = object.clone();
    fill(root, root, &mut object);
    object
}

fn fill(root: &Value, schema: &Value, value: &mut Value) {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str)
        && let Some(target) = root.pointer(reference.trim_start_matches('#'))
    {
        fill(root, target, value);
    }
    match value {
        Value::Object(map) => {
            let properties = schema.get("properties").and_then(Value::as_object);
            for (name, field) in properties.into_iter().flatten() {
                if let Some(default) = default(root, field)
                    && map.get(name).is_none_or(Value::is_null)
                {
                    map.insert(name.clone(), default.clone());
                }
                if let Some(value) = map.get_mut(name) {
                    fill(root, field, value);
                }
            }
            let Some(values) = schema.get("additionalProperties").filter(|values| values.is_object()) else {
                return;
            };
            let is_free = |name: &str| properties.is_none_or(|properties| !properties.contains_key(name));
            for (_, value) in map.iter_mut().filter(|(name, _)| is_free(name)) {
                fill(root, values, value);
            }
        }
        Value::Array(items) => {
            if let Some(schema) = schema.get("items") {
                items.iter_mut().for_each(|item| fill(root, schema, item));
            }
        }
        _ => {}
    }
}

fn default<'a>(root: &'a Value, field: &'a Value) -> Option<&'a Value> {
    let target = || {
        root.pointer(field.get("$ref")?.as_str()?.trim_start_matches('#'))?
            .get("default")
    };
    field.get("default").or_else(target)
}
