//! What is known of a name at one place of a template, by the schema of the input.

use serde_json::Value;

/// What a name may lead to here.
pub(super) struct Scope<'a> {
    pub(super) schema: Known<'a>,
    pub(super) parent: Option<&'a Scope<'a>>,
    pub(super) parameters: Vec<(&'a str, Known<'a>)>,
    pub(super) depth: usize,
    pub(super) in_loop: bool,
    /// Whether it sees what its parent sees: a partial without a context of its own.
    is_same: bool,
}

/// What is known of a value.
#[derive(Clone, Copy)]
pub(super) enum Known<'a> {
    /// It has this schema.
    Schema(&'a Value),
    /// It may be anything.
    Anything,
}

impl<'a> Scope<'a> {
    pub(super) fn root(schema: &'a Value) -> Scope<'a> {
        Scope {
            schema: Known::Schema(schema),
            parent: None,
            parameters: Vec::new(),
            depth: 0,
            in_loop: false,
            is_same: false,
        }
    }

    pub(super) fn inside<'b>(&'b self, schema: Known<'b>, parameters: &'b [String], in_loop: bool) -> Scope<'b> {
        let values = [schema, Known::Anything];
        Scope {
            schema,
            parent: Some(self),
            parameters: parameters.iter().map(String::as_str).zip(values).collect(),
            depth: self.depth + 1,
            in_loop: in_loop || self.in_loop,
            is_same: false,
        }
    }

    /// A partial: with a context of its own, or with what is seen here, and what it is given by name beside that.
    pub(super) fn partial<'b>(&'b self, context: Option<Known<'b>>, named: Vec<(&'b str, Known<'b>)>) -> Scope<'b> {
        Scope {
            schema: context.unwrap_or(self.schema),
            parent: Some(self),
            parameters: named,
            depth: self.depth + 1,
            in_loop: self.in_loop,
            is_same: context.is_none(),
        }
    }

    /// The scope whose value is seen here.
    pub(super) fn seen(&self) -> &Scope<'a> {
        let mut scope = self;
        while let (true, Some(parent)) = (scope.is_same, scope.parent) {
            scope = parent;
        }
        scope
    }

    pub(super) fn up(&self, levels: usize) -> Option<&Scope<'a>> {
        let mut scope = self;
        for _ in 0..levels {
            scope = scope.parent?;
        }
        Some(scope.seen())
    }

    pub(super) fn parameter(&self, name: &str) -> Option<Known<'a>> {
        let own = self.parameters.iter().find(|(key, _)| *key == name);
        own.map(|(_, known)| *known)
            .or_else(|| self.parent.and_then(|parent| parent.parameter(name)))
    }
}

/// Where a name leads in a schema.
pub(super) enum Found<'a> {
    Schema(&'a Value),
    Anything,
    /// Nowhere; these are the names there.
    Nothing(Vec<&'a str>),
}

pub(super) fn child<'a>(schema: &'a Value, part: &str) -> Found<'a> {
    if let Some(property) = schema.get("properties").and_then(|properties| properties.get(part)) {
        return Found::Schema(property);
    }
    if is_list(schema) {
        let is_index = part.parse::<usize>().is_ok();
        return match schema.get("items") {
            Some(items) if is_index => Found::Schema(items),
            _ if is_index || part == "length" => Found::Anything,
            _ => Found::Nothing(Vec::new()),
        };
    }
    let typed = schema.get("type").is_some() || schema.get("enum").is_some();
    let is_open = match schema.get("additionalProperties") {
        Some(Value::Bool(open)) => *open,
        Some(Value::Object(_)) => true,
        _ => !typed || schema.get("properties").is_none() && has_type(schema, "object"),
    };
    if is_open {
        return Found::Anything;
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    Found::Nothing(
        properties
            .into_iter()
            .flat_map(|properties| properties.keys().map(String::as_str))
            .collect(),
    )
}

fn has_type(schema: &Value, name: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(only)) => only == name,
        Some(Value::Array(types)) => types.iter().any(|one| one == name),
        _ => false,
    }
}

pub(super) fn is_list(schema: &Value) -> bool {
    has_type(schema, "array")
}

pub(super) fn is_required(schema: &Value, part: &str) -> bool {
    let required = schema.get("required").and_then(Value::as_array);
    let closed = schema.get("properties").and_then(|properties| properties.get(part));
    closed.is_none() || required.is_some_and(|required| required.iter().any(|name| name == part))
}

pub(super) fn items(known: Known<'_>) -> Known<'_> {
    match known {
        Known::Schema(schema) if is_list(schema) => schema.get("items").map_or(Known::Anything, Known::Schema),
        _ => Known::Anything,
    }
}
