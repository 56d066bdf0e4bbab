//! Whether a policy or a binding is about an object.

use serde_json::Value;

use super::Subject;
use super::spec::{LabelSelector, MatchPolicy, MatchResources, Operator, ResourceRule};

impl MatchResources {
    /// Whether everything that a policy or binding asks of an object holds.
    pub(super) fn matches(&self, subject: &Subject<'_>) -> bool {
        self.matches_kind(subject) && self.matches_labels(subject)
    }

    /// The part that depends on nothing but kind, name and operation. No rules at all match everything.
    pub(super) fn matches_kind(&self, subject: &Subject<'_>) -> bool {
        let matches = |rule: &ResourceRule| rule.matches(subject, self.match_policy);
        let excluded = self.exclude_resource_rules.iter().any(matches);
        !excluded && (self.resource_rules.is_empty() || self.resource_rules.iter().any(matches))
    }

    fn matches_labels(&self, subject: &Subject<'_>) -> bool {
        let namespace = self.namespace_selector.as_ref();
        let object = self.object_selector.as_ref();
        namespace.is_none_or(|selector| subject.namespace_matches(selector))
            && object.is_none_or(|selector| {
                // either of the two objects of an update may match
                selector.is_empty()
                    || selector.matches(labels(subject.seen()))
                    || subject.seen_old().is_some_and(|old| selector.matches(labels(old)))
            })
    }
}

impl ResourceRule {
    fn matches(&self, subject: &Subject<'_>, policy: MatchPolicy) -> bool {
        let resource = &subject.resource;
        let holds = |list: &[String], wanted: &str| list.iter().any(|item| item == "*" || item == wanted);
        let is_resource = |name: &String| {
            let (plural, sub) = name.split_once('/').unwrap_or((name, ""));
            // `*/*` and `pods/*` mean the resource itself as well, `pods/exec` does not
            (plural == "*" || plural == resource.plural) && matches!(sub, "" | "*")
        };
        let is_scope = match self.scope.as_deref() {
            None | Some("*") => true,
            Some("Namespaced") => resource.is_namespaced,
            Some("Cluster") => !resource.is_namespaced,
            Some(_) => false,
        };
        holds(&self.api_groups, &resource.group)
            && (policy == MatchPolicy::Equivalent || holds(&self.api_versions, subject.version()))
            && holds(&self.operations, subject.operation())
            && self.resources.iter().any(is_resource)
            && (self.resource_names.is_empty() || self.resource_names.iter().any(|name| name == subject.name()))
            && is_scope
    }
}

impl LabelSelector {
    fn is_empty(&self) -> bool {
        self.match_labels.is_empty() && self.match_expressions.is_empty()
    }

    /// Whether labels are selected; an empty selector selects everything.
    pub(super) fn matches(&self, labels: Option<&Value>) -> bool {
        let label = |key: &str| labels.and_then(|labels| labels.get(key)).and_then(Value::as_str);
        let listed = self.match_labels.iter().all(|(key, value)| label(key) == Some(value));
        listed
            && self.match_expressions.iter().all(|requirement| {
                let value = label(&requirement.key);
                let is_in = value.is_some_and(|value| requirement.values.iter().any(|other| other == value));
                match requirement.operator {
                    Operator::In => is_in,
                    Operator::NotIn => !is_in,
                    Operator::Exists => value.is_some(),
                    Operator::DoesNotExist => value.is_none(),
                }
            })
    }
}

pub(super) fn labels(object: &Value) -> Option<&Value> {
    metadata(object, "labels")
}

/// A field of an object's metadata; asked of every object, so without a pointer that has to be taken apart.
pub(super) fn metadata<'v>(object: &'v Value, field: &str) -> Option<&'v Value> {
    object.get("metadata")?.get(field)
}

impl Subject<'_> {
    /// Objects of the cluster are in no namespace, so any selector matches them; a namespace is judged by its own labels.
    fn namespace_matches(&self, selector: &LabelSelector) -> bool {
        if self.resource.kind == "Namespace" && self.resource.group.is_empty() {
            return selector.is_empty() || selector.matches(labels(self.seen()));
        }
        if !self.resource.is_namespaced {
            return true;
        }
        selector.matches(self.namespace.and_then(labels))
    }
}
