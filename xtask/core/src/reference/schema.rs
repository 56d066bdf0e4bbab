//! A JSON Schema as a list of fields, for tables that people read.

use serde_json::Value;

/// A field of a schema.
pub(super) struct Field {
    /// Its path, dotted; `<key>` stands for the keys of a map, `[]` for the items of a list.
    pub(super) path: String,
    /// What it holds.
    pub(super) kind: String,
    /// What it means.
    pub(super) description: String,
    /// Whether fields stand below it.
    pub(super) is_parent: bool,
}

/// Every field of a schema in the order of their paths; `opaque` names definitions that are not looked into.
pub(super) fn fields(root: &Value, opaque: &[&str]) -> Vec<Field> {
    let mut walk = Walk {
        reader: Reader { root },
        opaque,
        open: Vec::new(),
        fields: Vec::new(),
    };
    walk.object(root, "");
    walk.fields
}

struct Walk<'a> {
    reader: Reader<'a>,
    opaque: &'a [&'a str],
    /// Definitions that the walk is inside of: a type may hold itself.
    open: Vec<&'a str>,
    fields: Vec<Field>,
}

impl<'a> Walk<'a> {
    fn object(&mut self, schema: &'a Value, path: &str) {
        for (name, property) in schema
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let path = if path.is_empty() {
                name.clone()
            } else {
                format!("{path}.{name}")
            };
            self.field(property, path);
        }
    }

    fn field(&mut self, property: &'a Value, path: String) {
        let (definition, schema) = self.reader.resolve(property);
        let index = self.fields.len();
        self.fields.push(Field {
            path: path.clone(),
            kind: self.reader.kind(property),
            description: self.reader.description(property),
            is_parent: false,
        });
        let hidden = definition.is_some_and(|name| self.opaque.contains(&name) || self.open.contains(&name));
        if hidden {
            return;
        }
        self.open.extend(definition);
        self.object(schema, &path);
        if let Some(items) = schema.get("items") {
            self.element(items, &format!("{path}[]"));
        }
        if let Some(items) = schema.get("additionalProperties").filter(|items| items.is_object()) {
            self.element(items, &format!("{path}.<key>"));
        }
        if definition.is_some() {
            self.open.pop();
        }
        self.fields[index].is_parent = self.fields.len() > index + 1;
    }

    /// The fields of a list's items or a map's values, which need no line of their own.
    fn element(&mut self, items: &'a Value, path: &str) {
        let (definition, schema) = self.reader.resolve(items);
        if definition.is_some_and(|name| self.opaque.contains(&name) || self.open.contains(&name)) {
            return;
        }
        self.open.extend(definition);
        self.object(schema, path);
        if definition.is_some() {
            self.open.pop();
        }
    }
}

/// Reads the parts of one schema.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    /// The schema as a whole, which holds the definitions.
    pub(super) root: &'a Value,
}

impl<'a> Reader<'a> {
    /// What a part means: its own words, or those of its definition.
    pub(super) fn description(self, schema: &'a Value) -> String {
        let text = |schema: &Value| schema.get("description").and_then(Value::as_str).map(str::to_owned);
        let own = text(schema);
        own.or_else(|| text(self.resolve(schema).1)).unwrap_or_default()
    }

    /// The keys of a map with their schemas; those of its items where it is a list of maps.
    pub(super) fn keys(self, schema: &'a Value) -> Vec<(&'a str, &'a Value)> {
        let (_, schema) = self.resolve(schema);
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            return properties
                .iter()
                .map(|(name, schema)| (name.as_str(), schema))
                .collect();
        }
        match self.element(schema) {
            Some(items) => self.keys(items),
            None => Vec::new(),
        }
    }

    /// The schema of a key; any key will do where a map takes any.
    pub(super) fn below(self, schema: &'a Value, name: &str) -> Option<&'a Value> {
        let (_, schema) = self.resolve(schema);
        if let Some(property) = schema.get("properties").and_then(|properties| properties.get(name)) {
            return Some(property);
        }
        let element = self.element(schema)?;
        let (_, inner) = self.resolve(element);
        match inner.get("properties").and_then(|properties| properties.get(name)) {
            Some(property) => Some(property),
            None => schema.get("additionalProperties").filter(|any| any.is_object()),
        }
    }

    /// What the items of a list, or the values of a map, are.
    fn element(self, schema: &'a Value) -> Option<&'a Value> {
        let items = schema.get("items").or_else(|| schema.get("additionalProperties"));
        items.filter(|items| items.is_object())
    }

    /// The schema behind references and behind "or null", and the name of its definition.
    fn resolve(self, schema: &'a Value) -> (Option<&'a str>, &'a Value) {
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let target = self.root.pointer(reference.trim_start_matches('#')).unwrap_or(schema);
            return (reference.rsplit('/').next(), target);
        }
        match some(schema) {
            Some(inner) => self.resolve(inner),
            None => (None, schema),
        }
    }

    /// What a schema admits, in a few words.
    pub(super) fn kind(self, schema: &Value) -> String {
        if let Some(inner) = some(schema) {
            return format!("{} or nothing", self.kind(inner));
        }
        let schema = match schema.get("$ref").and_then(Value::as_str) {
            Some(reference) => self.root.pointer(reference.trim_start_matches('#')).unwrap_or(schema),
            None => schema,
        };
        if let Some(words) = words(schema) {
            return words;
        }
        let kind = match schema.get("type") {
            Some(Value::String(kind)) => self.named(kind, schema),
            Some(Value::Array(kinds)) => {
                let kinds: Vec<&str> = kinds
                    .iter()
                    .filter_map(Value::as_str)
                    .filter(|kind| *kind != "null")
                    .collect();
                let named: Vec<String> = kinds.iter().map(|kind| self.named(kind, schema)).collect();
                format!("{} or nothing", named.join(" or "))
            }
            _ => self.ways(schema),
        };
        match (number(schema, "minimum"), number(schema, "maximum")) {
            (Some(least), Some(most)) => format!("{kind}, {least} to {most}"),
            // every unsigned number starts at 0
            (Some(least), None) if least != "0" => format!("{kind}, from {least}"),
            _ => kind,
        }
    }

    /// What each way admits in which a schema without a type may hold.
    fn ways(self, schema: &Value) -> String {
        let ways = schema
            .get("anyOf")
            .or_else(|| schema.get("oneOf"))
            .and_then(Value::as_array);
        let kinds: Vec<String> = ways.into_iter().flatten().map(|way| self.kind(way)).collect();
        if kinds.is_empty() {
            "anything".to_owned()
        } else {
            kinds.join(" or ")
        }
    }

    fn named(self, kind: &str, schema: &Value) -> String {
        match kind {
            "array" => format!(
                "list of {}",
                schema
                    .get("items")
                    .map_or("anything".to_owned(), |items| self.kind(items))
            ),
            "object" if schema.get("properties").is_some() => "section".to_owned(),
            "object" => match schema.get("additionalProperties").filter(|items| items.is_object()) {
                Some(items) => format!("map of {}", self.kind(items)),
                None => "map".to_owned(),
            },
            "boolean" => "true or false".to_owned(),
            "string" => "text".to_owned(),
            other => other.to_owned(),
        }
    }
}

/// What a schema admits beside null.
fn some(schema: &Value) -> Option<&Value> {
    let parts = schema.get("anyOf")?.as_array()?;
    let is_null = |part: &&Value| part.get("type").and_then(Value::as_str) == Some("null");
    let mut rest = parts.iter().filter(|part| !is_null(part));
    let first = rest.next()?;
    (parts.iter().any(|part| is_null(&part)) && rest.next().is_none()).then_some(first)
}

/// The words of an enumeration.
fn words(schema: &Value) -> Option<String> {
    let listed = schema
        .get("enum")
        .and_then(Value::as_array)
        .map(|words| words.iter().collect::<Vec<_>>());
    let described = || {
        let parts = schema.get("oneOf")?.as_array()?;
        parts.iter().map(|part| part.get("const")).collect::<Option<Vec<_>>>()
    };
    let words: Vec<String> = listed
        .or_else(described)?
        .into_iter()
        .map(|word| format!("`{}`", word.as_str().unwrap_or_default()))
        .collect();
    Some(words.join(", "))
}

fn number(schema: &Value, key: &str) -> Option<String> {
    let number = schema.get(key)?.as_f64()?;
    // sizes of Rust's integers say nothing to a reader
    (![255.0, 65_535.0, 4_294_967_295.0].contains(&number)).then(|| number.to_string())
}
