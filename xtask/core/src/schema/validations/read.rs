//! Finds the rules of a schema, each with the way to the values that it is about.

use serde::Deserialize;
use serde_json::Value;

use super::Rule;
use super::subjects::Step;
use crate::schema::overlay::VALIDATIONS;
use crate::schema::validator::LIST_KEYS;

/// What the author of a rule wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Validation {
    /// The expression; it holds or the object is refused.
    pub(super) rule: String,
    /// What to say when it does not.
    #[serde(default)]
    pub(super) message: Option<String>,
    /// An expression that makes the message.
    #[serde(default)]
    pub(super) message_expression: Option<String>,
    /// The field below `self` that is at fault, as a path like `.spec.name`.
    #[serde(default)]
    pub(super) field_path: Option<String>,
    /// The reason that the API server answers with.
    #[serde(default)]
    pub(super) reason: Option<String>,
    /// Whether `oldSelf` is an optional, so that the rule is evaluated for new objects too.
    #[serde(default)]
    pub(super) optional_old_self: bool,
}

/// Every rule of a schema, in the order of its fields.
pub(super) fn of(root: &Value) -> Vec<Rule> {
    let mut walk = Walk {
        root,
        path: Vec::new(),
        references: Vec::new(),
        found: Vec::new(),
    };
    walk.visit(root);
    walk.found
}

struct Walk<'a> {
    root: &'a Value,
    path: Vec<Step>,
    /// The references that led here: a schema that contains itself is followed once.
    references: Vec<&'a str>,
    found: Vec<Rule>,
}

impl<'a> Walk<'a> {
    fn visit(&mut self, schema: &'a Value) {
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let target = self.root.pointer(reference.trim_start_matches('#'));
            if let Some(schema) = target.filter(|_| !self.references.contains(&reference)) {
                self.references.push(reference);
                self.visit(schema);
                self.references.pop();
            }
        }
        let rules = schema.get(VALIDATIONS).and_then(Value::as_array);
        for rule in rules.into_iter().flatten() {
            // the importer has checked them; what somebody broke since gives no boolean, so nothing passes by it
            let validation = Validation::deserialize(rule).unwrap_or_else(|_| Validation {
                rule: rule.to_string(),
                ..Validation::default()
            });
            self.found
                .push(Rule::new(self.root, schema, self.path.clone(), validation));
        }
        for (name, field) in schema
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            self.step(Step::Field(name.clone()), field);
        }
        let keys = schema.get(LIST_KEYS).and_then(Value::as_array).into_iter().flatten();
        let keys = keys.filter_map(Value::as_str).map(str::to_owned).collect();
        for (keyword, step) in [("items", Step::Items(keys)), ("additionalProperties", Step::Values)] {
            if let Some(below) = schema.get(keyword).filter(|below| below.is_object()) {
                self.step(step, below);
            }
        }
    }

    fn step(&mut self, step: Step, schema: &'a Value) {
        self.path.push(step);
        self.visit(schema);
        self.path.pop();
    }
}
