//! Judges one object: which policies are about it, what they say, and where in the object the fault is.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::bindings::Binding;
use super::compile::{Policy, Validation};
use super::findings::not_evaluable;
use super::scope::Variables;
use super::spec::{Action, FailurePolicy};
use super::{Policies, Request, Subject, Tally};
use crate::cel::{
    BINDING_BUDGET, Budget, EXPRESSION_BUDGET, Error, Evaluation, Expression, MATCH_BUDGET, Scope, Value,
};
use crate::model::{Problem, Severity, escaped, one_line, shortened};

pub(super) fn judge(policies: &Policies, request: &Request<'_>, tally: &Tally) -> Vec<Problem> {
    let subject = Subject::of(request, &policies.resources);
    let mut problems = Vec::new();
    for &index in policies.about(&subject).iter() {
        let policy = &policies.policies[index];
        if !policy.constraints.matches(&subject) {
            continue;
        }
        let mut met = false;
        for binding in &policy.bindings {
            if binding
                .matches
                .as_ref()
                .is_some_and(|matches| !matches.matches(&subject))
            {
                continue;
            }
            let denials = bound(policies, policy, binding, &subject, &mut met);
            problems.extend(
                denials
                    .into_iter()
                    .map(|denial| denial.problem(policy, binding.action())),
            );
        }
        if met {
            tally.note(index);
        }
    }
    strongest(problems)
}

impl Policies {
    /// Policies that may be about a kind.
    fn about(&self, subject: &Subject<'_>) -> Cow<'_, [usize]> {
        match self.by_kind.get(&subject.resource.kind) {
            Some(indexes) => Cow::Borrowed(indexes),
            None => (0..self.policies.len()).collect(),
        }
    }
}

/// Why an object is denied, and where in it; or why nobody can say before a cluster does.
struct Denial {
    message: String,
    pointer: String,
    is_unknowable: bool,
}

impl Denial {
    fn whole(message: impl Into<String>) -> Denial {
        Denial {
            message: message.into(),
            pointer: String::new(),
            is_unknowable: false,
        }
    }

    fn unknowable(error: &Error) -> Denial {
        Denial {
            is_unknowable: true,
            ..Denial::whole(error.to_string())
        }
    }

    fn problem(self, policy: &Policy, action: Action) -> Problem {
        let about = &policy.about;
        if self.is_unknowable {
            return not_evaluable(policy, &self.message);
        }
        Problem {
            pointer: self.pointer,
            on_key: false,
            rule: Cow::Owned(about.rule.clone()),
            severity: match action {
                Action::Deny => Severity::Error,
                Action::Warn => Severity::Warning,
                Action::Audit => Severity::Note,
            },
            message: self.message,
            help: Some(about.remediation.clone()).filter(|help| !help.is_empty()),
            is_secret: about.category == SECRETS,
            absent: None,
        }
    }
}

/// The category of policies that look for secrets.
const SECRETS: &str = "secrets";

/// Several bindings may say the same: the strongest stays.
fn strongest(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort_by(|left, right| {
        let key = |problem: &Problem| (problem.pointer.clone(), problem.rule.clone(), problem.message.clone());
        key(left).cmp(&key(right)).then(left.severity.cmp(&right.severity))
    });
    problems.dedup_by(|left, right| {
        (&left.pointer, &left.rule, &left.message) == (&right.pointer, &right.rule, &right.message)
    });
    problems
}

/// What a policy says of an object under one binding, once for each of its parameters.
fn bound(
    policies: &Policies,
    policy: &Policy,
    binding: &Binding,
    subject: &Subject<'_>,
    met: &mut bool,
) -> Vec<Denial> {
    if policy.is_broken || policy.has_unknowable_conditions() || binding.is_unfounded {
        // said once, where it was read
        *met = true;
        return Vec::new();
    }
    let (kind, resources) = (policy.param_kind.as_ref(), &policies.resources);
    let parameters = match binding.parameters(kind, subject, &policies.parameters, resources) {
        Ok(parameters) => parameters,
        Err(message) => {
            *met = true;
            return match policy.failure {
                FailurePolicy::Fail => vec![Denial::whole(message)],
                FailurePolicy::Ignore => Vec::new(),
            };
        }
    };
    let mut denials = Vec::new();
    let mut budget = Budget::new(BINDING_BUDGET);
    for parameters in parameters {
        let variables = Variables::new(policy, subject, parameters);
        match conditions(policy, &variables) {
            Conditions::Skip => continue,
            Conditions::Deny(denial) => denials.push(denial),
            Conditions::Hold => validate(&variables, &mut budget, &mut denials),
        }
        *met = true;
    }
    denials
}

enum Conditions {
    Hold,
    Skip,
    Deny(Denial),
}

/// One condition that is false skips the policy, even where others failed.
fn conditions<'a>(policy: &'a Policy, variables: &Variables<'a>) -> Conditions {
    let mut budget = Budget::new(MATCH_BUDGET);
    let (mut failed, mut unknown) = (None, None);
    for condition in &policy.conditions {
        match evaluate(condition, variables, &mut budget) {
            Ok(Value::Bool(false)) => return Conditions::Skip,
            Ok(Value::Bool(true)) => {}
            Ok(other) => failed = Some(format!("a match condition gives a {}", other.type_name())),
            Err(error) if error.is_unknowable() => unknown = Some(Denial::unknowable(&error)),
            Err(error) => failed = Some(format!("a match condition failed: {error}")),
        }
    }
    if let Some(denial) = unknown {
        return Conditions::Deny(denial);
    }
    match (failed, policy.failure) {
        (None, _) => Conditions::Hold,
        (Some(message), FailurePolicy::Fail) => Conditions::Deny(Denial::whole(message)),
        (Some(_), FailurePolicy::Ignore) => Conditions::Skip,
    }
}

fn validate(variables: &Variables<'_>, budget: &mut Budget, denials: &mut Vec<Denial>) {
    let policy = variables.policy;
    let known = policy.validations.iter().enumerate();
    for (index, validation) in known.filter(|(_, validation)| !validation.is_unknowable) {
        let mut steps = Budget::new(EXPRESSION_BUDGET.min(budget.left()));
        let before = steps.left();
        let mut evaluation = Evaluation::new(variables, &mut steps);
        let result = evaluation.run(&validation.expression);
        let decisive = evaluation.decisive().cloned();
        spend(budget, before - steps.left());
        let message = match result {
            Ok(Value::Bool(true)) => continue,
            Ok(_) => message(validation, variables, budget),
            Err(error) if error.is_unknowable() => {
                denials.push(Denial::unknowable(&error));
                continue;
            }
            Err(_) if policy.failure == FailurePolicy::Ignore => continue,
            Err(error) => format!(
                "`{}` failed: {error}",
                shortened(&one_line(validation.expression.text()), 80)
            ),
        };
        denials.push(Denial {
            message,
            pointer: pointer(validation, policy.about.fields_of(index), variables, decisive.as_ref()),
            is_unknowable: false,
        });
    }
    for annotation in &policy.audit {
        let message = match evaluate(annotation, variables, budget) {
            Ok(Value::String(_) | Value::Null) => continue,
            Ok(other) => format!("an audit annotation gives a {}", other.type_name()),
            // it says what a cluster's log will show, and decides nothing
            Err(error) if error.is_unknowable() => continue,
            Err(error) => format!("an audit annotation failed: {error}"),
        };
        if policy.failure == FailurePolicy::Fail {
            denials.push(Denial::whole(message));
        }
    }
}

fn evaluate<'a>(
    expression: &'a Expression,
    variables: &dyn Scope<'a>,
    budget: &mut Budget,
) -> Result<Value<'a>, Error> {
    let mut steps = Budget::new(EXPRESSION_BUDGET.min(budget.left()));
    let before = steps.left();
    let result = expression.evaluate(variables, &mut steps);
    spend(budget, before - steps.left());
    result
}

fn spend(budget: &mut Budget, steps: u64) {
    *budget = Budget::new(budget.left().saturating_sub(steps));
}

/// The message expression where it gives one usable line, else the message, else the expression that failed.
fn message<'a>(validation: &'a Validation, variables: &Variables<'a>, budget: &mut Budget) -> String {
    if let Some(expression) = &validation.message_expression
        && let Ok(value) = evaluate(expression, variables, budget)
        && let Some(text) = value.as_message()
    {
        return text.to_owned();
    }
    if !validation.message.is_empty() {
        return validation.message.clone();
    }
    format!("failed expression: {}", validation.expression.text().trim())
}

/// Where the fault is: the item that decided, else the longest path of the object that the expression reads, through
/// variables too; below it the field that the policy names, as far as that exists.
fn pointer(validation: &Validation, fields: &str, variables: &Variables<'_>, decisive: Option<&Value<'_>>) -> String {
    let object = variables.subject.object;
    let item = decisive.and_then(|value| variables.written(value));
    let item = item.or_else(|| variables.written(&variables.first_listed(&validation.expression)?));
    let start = match item {
        Some(item) => item,
        None if !fields.trim().is_empty() => String::new(),
        None => guessed(validation, variables),
    };
    // of several fields, which kinds have in different places, the one that is there
    let mut nearest = start.clone();
    for field in fields.split_whitespace() {
        let (above, below) = above(&start, field);
        let (pointer, is_whole) = reached(object, above, below);
        if is_whole {
            return pointer;
        }
        if above == start && pointer.len() > nearest.len() {
            nearest = pointer;
        }
    }
    nearest
}

/// The place where a field begins, and the field without the `../` that led there.
fn above<'a>(start: &'a str, field: &'a str) -> (&'a str, &'a str) {
    match field.strip_prefix("../") {
        Some(field) => above(start.rsplit_once('/').map_or("", |(above, _)| above), field),
        None => (start, field),
    }
}

/// As far as an object has a field below a place, and whether it has all of it; `*` is the first item of a list that has
/// the next part.
fn reached(object: &Json, start: &str, field: &str) -> (String, bool) {
    let parts: Vec<&str> = field.split('/').filter(|part| !part.is_empty()).collect();
    let mut pointer = start.to_owned();
    for (index, part) in parts.iter().enumerate() {
        let here = object.pointer(&pointer);
        let part = match (*part, here.and_then(Json::as_array), parts.get(index + 1)) {
            ("*", Some(items), Some(next)) => match items.iter().position(|item| item.get(*next).is_some()) {
                Some(index) => index.to_string(),
                None => return (pointer, false),
            },
            (part, ..) => part.to_owned(),
        };
        if here.and_then(|here| here.pointer(&format!("/{part}"))).is_none() {
            return (pointer, false);
        }
        pointer = format!("{pointer}/{part}");
    }
    (pointer, true)
}

/// The longest path of fields that the expression reads and the object has.
fn guessed(validation: &Validation, variables: &Variables<'_>) -> String {
    let object = variables.subject.object;
    let paths = validation.expression.paths().iter();
    let existing = paths.filter_map(|path| {
        let (start, fields) = match path[0].as_str() {
            "object" => (String::new(), &path[1..]),
            "variables" => (variables.written(&variables.known(path.get(1)?)?)?, &path[2..]),
            _ => return None,
        };
        let is_there = |pointer: &String| object.pointer(pointer).is_some();
        Some(fields.iter().fold(start, |pointer, field| {
            let longer = format!("{pointer}/{}", escaped(field));
            if is_there(&longer) { longer } else { pointer }
        }))
    });
    let longest = existing.max_by_key(|pointer| (pointer.matches('/').count(), std::cmp::Reverse(pointer.clone())));
    longest.unwrap_or_default()
}
