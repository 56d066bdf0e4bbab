//! Evaluates the rules of a kind on one object.

use serde_json::Value as Json;

use super::subjects::{Subject, subjects};
use super::typed::typed;
use super::{NAMES, OLD_SELF, Rule};
use crate::cel::{BINDING_BUDGET, Budget, EXPRESSION_BUDGET, Error, Expression, Scope, Value};
use crate::model::Problem;
use crate::yaml::{Segment, dotted, pointer};

/// What the rules have against an object. Both objects have the defaults of the schema; `said` is what the schema has
/// against it: where it has complained, its word is enough.
pub(in crate::schema) fn judge(
    rules: &[Rule],
    schema: &Json,
    object: &Json,
    old: Option<&Json>,
    said: &[Problem],
) -> Vec<Problem> {
    let mut budget = Budget::new(BINDING_BUDGET);
    let mut problems = Vec::new();
    for rule in rules.iter().filter(|rule| rule.is_due(old)) {
        let subjects = subjects(&rule.path, object, old);
        let due = |subject: &&Subject<'_>| {
            // an update may keep what was admitted before there was the rule
            rule.is_due(subject.old) && (rule.names_old() || !subject.is_unchanged())
        };
        for subject in subjects.iter().filter(due) {
            let case = Case {
                rule,
                root: schema,
                subject,
            };
            let here = pointer(&subject.path);
            let complaints = || said.iter().map(|problem| problem.pointer.as_str());
            match case.verdict(&mut budget) {
                Verdict::Unmet(message) if !complaints().any(|place| place == here) => {
                    problems.push(case.unmet(&message))
                }
                Verdict::Unknown(reason) if !complaints().any(|place| is_around(place, &here)) => {
                    problems.push(case.unchecked(&reason));
                }
                _ => {}
            }
        }
    }
    problems.dedup();
    problems
}

/// Whether one of two places is inside the other.
fn is_around(left: &str, right: &str) -> bool {
    let below = |inner: &str, outer: &str| {
        inner
            .strip_prefix(outer)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    below(left, right) || below(right, left)
}

enum Verdict {
    Holds,
    Unmet(String),
    Unknown(String),
}

/// One rule on one value.
struct Case<'a> {
    rule: &'a Rule,
    root: &'a Json,
    subject: &'a Subject<'a>,
}

impl<'a> Case<'a> {
    fn verdict(&self, budget: &mut Budget) -> Verdict {
        let Ok(expression) = &self.rule.expression else {
            return Verdict::Unknown(self.rule.fault().unwrap_or_default());
        };
        match self.evaluate(expression, budget) {
            Ok(Value::Bool(true)) => Verdict::Holds,
            Ok(Value::Bool(false)) => Verdict::Unmet(self.message(budget)),
            Ok(other) => Verdict::Unknown(format!("`{}` gives a {}", self.rule.shown(), other.type_name())),
            Err(error) => Verdict::Unknown(format!("`{}` failed: {error}", self.rule.shown())),
        }
    }

    fn evaluate(&self, expression: &'a Expression, budget: &mut Budget) -> Result<Value<'a>, Error> {
        let mut steps = Budget::new(EXPRESSION_BUDGET.min(budget.left()));
        let before = steps.left();
        let result = expression.evaluate(self, &mut steps);
        *budget = Budget::new(budget.left() - (before - steps.left()));
        result
    }

    /// The message expression where it gives one usable line, else the message, else the rule that does not hold.
    fn message(&self, budget: &mut Budget) -> String {
        let made = self
            .rule
            .message
            .as_ref()
            .and_then(|expression| self.evaluate(expression, budget).ok());
        let made = made.as_ref().and_then(Value::as_message);
        let written = self.rule.validation.message.as_deref().map(str::trim);
        match made.or(written.filter(|message| !message.is_empty())) {
            Some(message) => message.to_owned(),
            None => "it breaks a rule".to_owned(),
        }
    }

    fn value(&self, json: &'a Json) -> Value<'a> {
        match &self.rule.schema {
            Some(schema) => typed(self.root, schema, json),
            None => Value::from(json),
        }
    }

    fn unmet(&self, message: &str) -> Problem {
        let rule = self.rule;
        let keys = rule.field.iter().cloned().map(Segment::Key);
        let path: Vec<Segment> = self.subject.path.iter().cloned().chain(keys).collect();
        let verdict = match rule.validation.reason.as_deref() {
            Some("FieldValueDuplicate") => "is a duplicate",
            Some("FieldValueForbidden") => "is forbidden",
            Some("FieldValueRequired") => "is required",
            _ => "is invalid",
        };
        let place = place(&path);
        Problem::error("unmet-rule", pointer(&path), format!("{place} {verdict}: {message}"))
            .help(format!("the kind's own rule has to hold: `{}`", rule.shown()))
    }

    fn unchecked(&self, reason: &str) -> Problem {
        let path = &self.subject.path;
        let message = format!("{} was not checked by the kind's own rule: {reason}", place(path));
        Problem::error("unchecked-rule", pointer(path), message)
            .help("compare the rule with what stands there; a cluster refuses what its rules cannot judge")
    }
}

impl<'a> Scope<'a> for Case<'a> {
    fn variable(&self, place: usize, _: &mut Budget) -> Result<Value<'a>, Error> {
        debug_assert!(place < NAMES.len(), "no other name was declared");
        if place != OLD_SELF {
            return Ok(self.value(self.subject.value));
        }
        let old = self.subject.old.map(|old| self.value(old));
        Ok(match old {
            old if self.rule.validation.optional_old_self => Value::optional(old),
            old => old.unwrap_or(Value::Null),
        })
    }
}

fn place(path: &[Segment]) -> String {
    if path.is_empty() {
        "the object".to_owned()
    } else {
        format!("`{}`", dotted(path))
    }
}
