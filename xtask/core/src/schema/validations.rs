//! The rules in CEL that the authors of a custom resource wrote, with the values that each is about.

use serde::Deserialize;
use serde_json::Value;

use crate::yaml::{Segment, pointer};

/// A rule of `x-kubernetes-validations`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidationRule {
    /// Which values of an object are `self`.
    pub path: Vec<Step>,
    /// JSON pointer, in the kind's schema, to the schema of those values.
    pub schema: String,
    /// What the author wrote.
    pub validation: Validation,
}

/// What the author of a rule wrote.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Validation {
    /// The expression; it holds or the object is refused.
    pub rule: String,
    /// What to say when it does not.
    #[serde(default)]
    pub message: Option<String>,
    /// An expression that makes the message.
    #[serde(default)]
    pub message_expression: Option<String>,
    /// The field below `self` that is at fault, as a path like `.spec.name`.
    #[serde(default)]
    pub field_path: Option<String>,
    /// The reason that the API server answers with.
    #[serde(default)]
    pub reason: Option<String>,
    /// Whether `oldSelf` is an optional, so that the rule is evaluated for new objects too.
    #[serde(default)]
    pub optional_old_self: Option<bool>,
}

/// One step from a value to values inside it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// To the value of this key.
    Field(String),
    /// To every item of a list.
    Items,
    /// To every value of a map whose keys are free.
    Values,
}

impl ValidationRule {
    /// The values of an object that the rule is about, each with its JSON pointer.
    pub fn subjects<'a>(&self, object: &'a Value) -> Vec<(String, &'a Value)> {
        let mut places = vec![(Vec::new(), object)];
        for step in &self.path {
            places = places
                .into_iter()
                .flat_map(|(path, value)| inside(&path, value, step))
                .collect();
        }
        places
            .into_iter()
            .map(|(path, value)| (pointer(&path), value))
            .collect()
    }
}

fn inside<'a>(path: &[Segment], value: &'a Value, step: &Step) -> Vec<(Vec<Segment>, &'a Value)> {
    let at = |segment: Segment| [path, &[segment]].concat();
    match step {
        Step::Field(name) => {
            let field = value.get(name.as_str()).filter(|_| value.is_object());
            field
                .map(|value| (at(Segment::Key(name.clone())), value))
                .into_iter()
                .collect()
        }
        Step::Items => {
            let items = value.as_array().into_iter().flatten().enumerate();
            items.map(|(index, item)| (at(Segment::Index(index)), item)).collect()
        }
        Step::Values => {
            let values = value.as_object().into_iter().flatten();
            values
                .map(|(key, value)| (at(Segment::Key(key.clone())), value))
                .collect()
        }
    }
}

/// Every rule of a schema, in the order of its fields.
pub(super) fn of(root: &Value) -> Vec<ValidationRule> {
    let mut walk = Walk {
        root,
        path: Vec::new(),
        references: Vec::new(),
        found: Vec::new(),
    };
    walk.visit(root, "");
    walk.found
}

struct Walk<'a> {
    root: &'a Value,
    path: Vec<Step>,
    /// The references that led here: a schema that contains itself is followed once.
    references: Vec<&'a str>,
    found: Vec<ValidationRule>,
}

impl<'a> Walk<'a> {
    fn visit(&mut self, schema: &'a Value, place: &str) {
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let target = reference.trim_start_matches('#');
            if let Some(schema) = self
                .root
                .pointer(target)
                .filter(|_| !self.references.contains(&reference))
            {
                self.references.push(reference);
                self.visit(schema, target);
                self.references.pop();
            }
        }
        let rules = schema.get("x-kubernetes-validations").and_then(Value::as_array);
        for rule in rules.into_iter().flatten() {
            // the importer has checked them against the schema of definitions
            if let Ok(validation) = Validation::deserialize(rule) {
                self.found.push(ValidationRule {
                    path: self.path.clone(),
                    schema: place.to_owned(),
                    validation,
                });
            }
        }
        for (name, field) in schema
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let place = format!("{place}/properties{}", pointer(&[Segment::Key(name.clone())]));
            self.step(Step::Field(name.clone()), field, &place);
        }
        for (keyword, step) in [("items", Step::Items), ("additionalProperties", Step::Values)] {
            if let Some(below) = schema.get(keyword).filter(|below| below.is_object()) {
                self.step(step, below, &format!("{place}/{keyword}"));
            }
        }
    }

    fn step(&mut self, step: Step, schema: &'a Value, place: &str) {
        self.path.push(step);
        self.visit(schema, place);
        self.path.pop();
    }
}
