//! What the expressions of a policy see of one request.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::Subject;
use super::compile::{self, Policy};
use crate::cel::ADMISSION_NAMES;
use crate::cel::{Budget, Error, Evaluation, Expression, Key, Map, Scope, Text, Value};
use crate::model::existing;

/// The variables of a policy, for one object and one set of parameters. A variable is evaluated when it is first needed,
/// and never again.
pub(super) struct Variables<'a> {
    pub(super) policy: &'a Policy,
    pub(super) subject: &'a Subject<'a>,
    pub(super) parameters: Option<&'a Json>,
    known: RefCell<Vec<Option<Result<Value<'a>, Error>>>>,
}

impl<'a> Variables<'a> {
    pub(super) fn new(policy: &'a Policy, subject: &'a Subject<'a>, parameters: Option<&'a Json>) -> Variables<'a> {
        Variables {
            policy,
            subject,
            parameters,
            known: RefCell::new(vec![None; policy.variables.len()]),
        }
    }

    fn composed(&self, index: usize, budget: &mut Budget) -> Result<Value<'a>, Error> {
        if let Some(known) = &self.known.borrow()[index] {
            return known.clone();
        }
        let result = Evaluation::new(self, budget).run(&self.policy.variables[index]);
        self.known.borrow_mut()[index] = Some(result.clone());
        result
    }

    /// The first item of the last list among the variables that an expression uses: where policies gather what is at
    /// fault, `size() == 0` names no item itself.
    pub(super) fn first_listed(&self, expression: &Expression) -> Option<Value<'a>> {
        let known = self.known.borrow();
        let lists = known.iter().enumerate().rev().filter_map(|(index, value)| match value {
            Some(Ok(Value::List(list))) if expression.uses(ADMISSION_NAMES.len() + index) => list.get(0),
            _ => None,
        });
        lists.into_iter().next()
    }

    /// The object as the policy sees it: a policy that reads nothing that may be filled in needs no copy.
    fn object(&self) -> &'a Json {
        if self.needs_filling() {
            self.subject.seen()
        } else {
            self.subject.object
        }
    }

    fn old_object(&self) -> Option<&'a Json> {
        if self.needs_filling() {
            self.subject.seen_old()
        } else {
            self.subject.old
        }
    }

    /// Labels are filled into these two kinds only.
    fn needs_filling(&self) -> bool {
        self.policy.reads_fields || matches!(&*self.subject.resource.kind, "Job" | "Namespace")
    }

    /// Where a value of the object stands in what was written: what was filled in, where that would stand.
    pub(super) fn written(&self, value: &Value<'_>) -> Option<String> {
        let pointer = value.pointer_in(self.object())?;
        Some(existing(self.subject.object, &pointer).to_owned())
    }

    /// What a variable came to, where it was needed.
    pub(super) fn known(&self, name: &str) -> Option<Value<'a>> {
        let index = self.policy.variable_names.iter().position(|known| known == name)?;
        self.known.borrow()[index].clone()?.ok()
    }

    /// The request, as an API server would show it; who makes it, and with which options, is not known.
    fn request(&self) -> Value<'a> {
        let subject = self.subject;
        let kind = subject.resource.kind.as_str();
        let (group, plural) = (subject.resource.group.as_str(), subject.resource.plural.as_str());
        let version = subject.version();
        let kind = map([("group", text(group)), ("version", text(version)), ("kind", text(kind))]);
        let resource = map([
            ("group", text(group)),
            ("version", text(version)),
            ("resource", text(plural)),
        ]);
        map([
            ("uid", text("")),
            ("kind", kind.clone()),
            ("requestKind", kind),
            ("resource", resource.clone()),
            ("requestResource", resource),
            ("subResource", text("")),
            ("requestSubResource", text("")),
            ("name", text(subject.name())),
            ("namespace", text(subject.namespace_name().unwrap_or_default())),
            ("operation", text(subject.operation())),
            ("dryRun", Value::Bool(false)),
            ("object", Value::from(subject.seen())),
            ("oldObject", subject.seen_old().map_or(Value::Null, Value::from)),
            ("userInfo", Value::Unknown("who makes the request")),
            ("options", Value::Unknown("the options of the request")),
        ])
    }
}

impl<'a> Scope<'a> for Variables<'a> {
    fn variable(&self, place: usize, budget: &mut Budget) -> Result<Value<'a>, Error> {
        Ok(match place {
            compile::OBJECT => Value::from(self.object()),
            compile::OLD_OBJECT => self.old_object().map_or(Value::Null, Value::from),
            compile::REQUEST => self.request(),
            compile::PARAMS => self.parameters.map_or(Value::Null, Value::from),
            compile::NAMESPACE_OBJECT => self.namespace(),
            compile::AUTHORIZER => return Err(Error::unknowable("what its authorizer allows")),
            other => return self.composed(other - ADMISSION_NAMES.len(), budget),
        })
    }
}

impl<'a> Variables<'a> {
    /// Null for objects of the cluster, namespaces among them.
    fn namespace(&self) -> Value<'a> {
        let namespace = self.subject.namespace.filter(|_| self.subject.resource.is_namespaced);
        namespace.map_or(Value::Null, Value::from)
    }
}

fn text(text: &str) -> Value<'_> {
    Value::String(Text::Borrowed(text))
}

fn map<'a, const N: usize>(entries: [(&'static str, Value<'a>); N]) -> Value<'a> {
    let entries = entries.map(|(name, value)| (Key::String(Text::Borrowed(name)), value));
    Value::Map(Map::shared(BTreeMap::from(entries)))
}
