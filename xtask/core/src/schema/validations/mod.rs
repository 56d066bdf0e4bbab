//! The rules in CEL that the authors of a custom resource wrote, evaluated as the API server does.
//!
//! A rule that names `oldSelf` is about a change: it is evaluated where the value that is replaced is known. Another rule
//! forgives what does not change.

mod judge;
mod read;
mod subjects;
mod typed;

use serde_json::Value;

use crate::cel::{CompileError, Expression};
use crate::model::{one_line, shortened};
pub(super) use judge::judge;
use read::Validation;
use subjects::Step;

/// Names that a rule may use; their order is their place in a scope.
const NAMES: &[&str] = &["self", "oldSelf"];
const OLD_SELF: usize = 1;

/// A rule, compiled.
#[derive(Debug)]
pub(super) struct Rule {
    /// Which values of an object are `self`.
    path: Vec<Step>,
    /// What its author wrote.
    validation: Validation,
    expression: Result<Expression, Vec<CompileError>>,
    message: Option<Expression>,
    /// The keys from `self` to the field that is at fault.
    field: Vec<String>,
    /// The schema of `self`, where expressions see other types than JSON has.
    schema: Option<Value>,
}

/// Every rule of a schema.
pub(super) fn of(schema: &Value) -> Vec<Rule> {
    read::of(schema)
}

impl Rule {
    fn new(root: &Value, schema: &Value, path: Vec<Step>, validation: Validation) -> Rule {
        let message = validation.message_expression.as_deref();
        Rule {
            expression: Expression::compile_escaped(&validation.rule, NAMES),
            message: message.and_then(|text| Expression::compile_escaped(text, NAMES).ok()),
            field: fields(validation.field_path.as_deref().unwrap_or_default()),
            schema: (!typed::is_plain(root, schema)).then(|| schema.clone()),
            path,
            validation,
        }
    }

    /// Why it cannot be evaluated.
    pub(super) fn fault(&self) -> Option<String> {
        let error = self.expression.as_ref().err()?.first()?;
        let CompileError {
            line, column, message, ..
        } = error;
        Some(format!("`{}`: {message}, at {line}:{column}", self.shown()))
    }

    /// Its text on one line, cut where it is long.
    fn shown(&self) -> String {
        shortened(&one_line(&self.validation.rule), 80)
    }

    /// Whether it is evaluated, given what the object replaces.
    pub(super) fn is_due(&self, old: Option<&Value>) -> bool {
        old.is_some() || !self.is_about_change()
    }

    /// Whether there has to be a value that is replaced.
    fn is_about_change(&self) -> bool {
        self.names_old() && !self.validation.optional_old_self
    }

    /// Whether it compares with what was before.
    fn names_old(&self) -> bool {
        let expression = self.expression.as_ref();
        expression.is_ok_and(|expression| expression.uses(OLD_SELF))
    }
}

/// The keys of a path such as `.spec.name` or `.labels['app.io/name']`.
fn fields(path: &str) -> Vec<String> {
    let mut fields = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        let (field, after) = if let Some(quoted) = rest.strip_prefix("['") {
            quoted.split_once("']").unwrap_or((quoted, ""))
        } else {
            let name = rest.strip_prefix('.').unwrap_or(rest);
            name.split_at(name.find(['.', '[']).unwrap_or(name.len()))
        };
        if field.is_empty() {
            break;
        }
        fields.push(field.to_owned());
        rest = after;
    }
    fields
}
