//! Bindings: where a policy applies, with what parameters, and what follows.

use serde_json::Value;

use super::Subject;
use super::matching::{labels, metadata};
use super::resources::Resources;
use super::spec::{Action, BindingSpec, LabelSelector, MatchResources, NotFound, ParamKind};
use crate::model::Tier;

/// Where a policy applies.
#[derive(Debug)]
pub(super) struct Binding {
    pub(super) name: String,
    pub(super) matches: Option<MatchResources>,
    pub(super) parameters: Option<Parameters>,
    pub(super) actions: Vec<Action>,
    /// Whether its parameters are nowhere: that is said once, where it was read.
    pub(super) is_unfounded: bool,
}

/// Which objects are a policy's parameters.
#[derive(Debug)]
pub(super) struct Parameters {
    name: Option<String>,
    namespace: Option<String>,
    selector: Option<LabelSelector>,
    not_found: NotFound,
    /// Those of the policy's kind that it names or selects, wherever they are: their namespace, and their place among
    /// all.
    candidates: Vec<(Option<String>, usize)>,
}

impl Binding {
    pub(super) fn of(name: String, spec: BindingSpec) -> Binding {
        let parameters = spec.param_ref.map(|reference| Parameters {
            name: reference.name,
            namespace: reference.namespace,
            selector: reference.selector,
            not_found: reference.parameter_not_found_action.unwrap_or(NotFound::Deny),
            candidates: Vec::new(),
        });
        Binding {
            name,
            matches: spec.match_resources,
            parameters,
            actions: spec.validation_actions,
            is_unfounded: false,
        }
    }

    /// What follows from a denial: the strongest of its actions.
    pub(super) fn action(&self) -> Action {
        self.actions.iter().min().copied().unwrap_or(Action::Deny)
    }

    /// Whether it applies in the namespace of an environment of a tier, as far as its label says.
    pub(super) fn is_for(&self, tier: Tier) -> bool {
        let labels = serde_json::json!({Tier::LABEL: tier.as_str()});
        let selectors = self
            .matches
            .iter()
            .flat_map(|matches| [&matches.namespace_selector, &matches.object_selector]);
        selectors.flatten().all(|selector| selector.matches(Some(&labels)))
    }

    /// The parameters for an object, one run of the policy for each; none where the policy takes none. An error where
    /// they are missing and must not be, or where nothing says in which namespace they are.
    pub(super) fn parameters<'a>(
        &self,
        kind: Option<&ParamKind>,
        subject: &Subject<'_>,
        all: &'a [Value],
        resources: &Resources,
    ) -> Result<Vec<Option<&'a Value>>, String> {
        let (Some(kind), Some(reference)) = (kind, &self.parameters) else {
            // without a kind a reference means nothing, without a reference the parameters are null
            return Ok(vec![None]);
        };
        let namespace = reference.namespace.as_deref().or(subject.namespace_name());
        if reference.namespace.is_none() && !subject.resource.is_namespaced && kind.is_namespaced(resources) {
            return Err(format!(
                "binding `{}` names no namespace for its parameters, and an object of the cluster has none",
                self.name
            ));
        }
        let found: Vec<Option<&Value>> = reference.within(namespace).map(|place| Some(&all[place])).collect();
        if found.is_empty() && reference.not_found == NotFound::Deny {
            let name = reference.name.as_deref().unwrap_or("the selected ones");
            return Err(format!(
                "no {} `{name}` gives the parameters of binding `{}`",
                kind.kind, self.name
            ));
        }
        Ok(found)
    }

    /// Looks up once which objects can be its parameters, and tells whether there are any, wherever an object is.
    pub(super) fn find_parameters(&mut self, kind: Option<&ParamKind>, all: &[Value]) -> bool {
        let (Some(kind), Some(reference)) = (kind, &mut self.parameters) else {
            return true;
        };
        let selected = all
            .iter()
            .enumerate()
            .filter(|(_, object)| reference.selects(kind, object));
        let namespace = |object| metadata(object, "namespace").and_then(Value::as_str).map(str::to_owned);
        reference.candidates = selected.map(|(place, object)| (namespace(object), place)).collect();
        // a namespace that is the object's own may hold them, wherever that is
        reference.not_found == NotFound::Allow
            || reference.namespace.is_none()
            || reference.within(reference.namespace.as_deref()).next().is_some()
    }
}

impl ParamKind {
    /// Whether its objects live in namespaces, as far as anybody knows.
    fn is_namespaced(&self, resources: &Resources) -> bool {
        let group = self.api_version.split_once('/').map_or("", |(group, _)| group);
        resources.of(group, &self.kind, false).is_namespaced
    }
}

impl Parameters {
    fn selects(&self, kind: &ParamKind, object: &Value) -> bool {
        let is = |value: Option<&Value>, wanted: &str| value.and_then(Value::as_str) == Some(wanted);
        let (name, selector) = (self.name.as_deref(), self.selector.as_ref());
        is(object.get("apiVersion"), &kind.api_version)
            && is(object.get("kind"), &kind.kind)
            && name.is_none_or(|name| is(metadata(object, "name"), name))
            && selector.is_none_or(|selector| selector.matches(labels(object)))
    }

    /// The places of those that are in a namespace, or in none.
    fn within(&self, namespace: Option<&str>) -> impl Iterator<Item = usize> {
        let candidates = self.candidates.iter();
        let inside = candidates.filter(move |(own, _)| own.is_none() || own.as_deref() == namespace);
        inside.map(|(_, place)| *place)
    }
}
