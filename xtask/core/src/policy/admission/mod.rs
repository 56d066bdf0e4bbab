//! Kubernetes' own admission policies, judged before anything reaches a cluster: the same files guard both.

mod bindings;
mod compile;
mod findings;
mod judge;
mod matching;
mod metadata;
mod read;
mod resources;
mod scope;
mod spec;
mod tally;
mod weakened;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeMap;

use serde_json::Value;

pub use compile::Policy;
pub use metadata::{About, Severity};
pub use resources::{Resource, Resources};
pub use tally::Tally;

use self::matching::metadata;
use super::made;
use crate::model::{FileTree, Finding, Problem};
use crate::schema::Filling;

/// One object that is to be judged.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The object.
    pub object: &'a Value,
    /// What it was before, where that is known: then the request is an update.
    pub old: Option<&'a Value>,
    /// The Namespace object that it is in, with its labels.
    pub namespace: Option<&'a Value>,
}

/// Every policy with its bindings and parameters, compiled.
#[derive(Debug)]
pub struct Policies {
    policies: Vec<Policy>,
    resources: Resources,
    /// Which policies are about a kind, by kind: most objects meet few policies.
    by_kind: BTreeMap<String, Vec<usize>>,
    parameters: Vec<Value>,
}

/// An object and what is known of it.
#[derive(Debug)]
struct Subject<'a> {
    /// The object as it was written: findings point into it.
    object: &'a Value,
    old: Option<&'a Value>,
    namespace: Option<&'a Value>,
    resource: Cow<'a, Resource>,
    filling: &'a Filling,
    /// The two objects with what the API server fills in, where it does and somebody has asked.
    filled: OnceCell<Option<Value>>,
    filled_old: OnceCell<Option<Value>>,
}

impl Policies {
    /// Reads the policies below `policies/admission/`; what is wrong with them are findings.
    pub fn read(tree: &FileTree, resources: Resources) -> (Policies, Vec<Finding>) {
        read::read(tree, resources)
    }

    /// What an object breaks, and what those break that a controller will make of it; and which policies were about them.
    pub fn judge(&self, request: &Request<'_>, tally: &Tally) -> Vec<Problem> {
        let mut problems = judge::judge(self, request, tally);
        for made in made::of(request.object, request.namespace_name()) {
            let made_request = Request {
                object: &made.object,
                old: None,
                namespace: request.namespace,
            };
            let found = judge::judge(self, &made_request, tally).into_iter();
            problems.extend(found.map(|problem| made.lead_back(problem, request.object)));
        }
        problems
    }

    /// The policies by name.
    pub fn iter(&self) -> impl Iterator<Item = &Policy> {
        self.policies.iter()
    }

    /// A tally that has counted nothing yet.
    pub fn tally(&self) -> Tally {
        Tally::new(self.policies.len())
    }

    /// Policies that met no object in a whole run: what they are about may be misspelt. Of those that ask a cluster, that
    /// was said where they were read.
    pub fn idle(&self, tally: &Tally) -> Vec<Finding> {
        let idle = self.policies.iter().enumerate().filter(|(index, policy)| {
            let is_told = policy.about.may_be_idle || policy.bindings.is_empty() || !policy.unknowable.is_empty();
            tally.count(*index) == 0 && !is_told
        });
        idle.map(|(_, policy)| findings::idle(policy)).collect()
    }
}

impl Request<'_> {
    /// The name of the namespace that it is in.
    pub(super) fn namespace_name(&self) -> Option<&str> {
        metadata(self.namespace?, "name")?.as_str()
    }
}

impl<'a> Subject<'a> {
    fn of(request: &Request<'a>, resources: &'a Resources) -> Subject<'a> {
        let text = |key: &str| request.object.get(key).and_then(Value::as_str).unwrap_or_default();
        let group = text("apiVersion").split_once('/').map_or("", |(group, _)| group);
        let has_namespace = metadata(request.object, "namespace").is_some();
        Subject {
            object: request.object,
            old: request.old,
            namespace: request.namespace,
            resource: resources.of(group, text("kind"), has_namespace),
            filling: &resources.filling,
            filled: OnceCell::new(),
            filled_old: OnceCell::new(),
        }
    }

    /// The object as an API server shows it to a policy.
    fn seen(&self) -> &Value {
        let filled = self.filled.get_or_init(|| self.filling.filled(self.object));
        filled.as_ref().unwrap_or(self.object)
    }

    /// What it was before, in the same way.
    fn seen_old(&self) -> Option<&Value> {
        let old = self.old?;
        let filled = self.filled_old.get_or_init(|| self.filling.filled(old));
        Some(filled.as_ref().unwrap_or(old))
    }

    fn version(&self) -> &'a str {
        let text = self
            .object
            .get("apiVersion")
            .and_then(Value::as_str)
            .unwrap_or_default();
        text.rsplit('/').next().unwrap_or_default()
    }

    fn name(&self) -> &'a str {
        let name = metadata(self.object, "name").and_then(Value::as_str);
        name.unwrap_or_default()
    }

    fn namespace_name(&self) -> Option<&'a str> {
        let name = metadata(self.object, "namespace").and_then(Value::as_str);
        name.filter(|_| self.resource.is_namespaced)
    }

    fn operation(&self) -> &'static str {
        if self.old.is_some() { "UPDATE" } else { "CREATE" }
    }
}
