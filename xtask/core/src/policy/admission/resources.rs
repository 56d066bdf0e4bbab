//! Which resource a kind is: rules of policies name resources (`deployments`), objects name kinds (`Deployment`).

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use crate::model::{FileTree, suggestion};
use crate::schema::Filling;

/// A kind of objects.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Resource {
    /// The API group; empty for the core group.
    pub group: String,
    /// The kind.
    pub kind: String,
    /// The resource's name in rules.
    pub plural: String,
    /// Whether its objects belong to a namespace.
    pub is_namespaced: bool,
}

/// What each version of Kubernetes serves, as the tool was built with it.
const INDEX: &str = include_str!("../../../../../schemas/kubernetes/index.json");

/// Kinds of others that fleets have: group, kind, resource and whether it is namespaced.
const CUSTOM: &[(&str, &str, &str, bool)] = &[
    ("argoproj.io", "AnalysisRun", "analysisruns", true),
    ("argoproj.io", "AnalysisTemplate", "analysistemplates", true),
    ("argoproj.io", "AppProject", "appprojects", true),
    ("argoproj.io", "Application", "applications", true),
    ("argoproj.io", "ApplicationSet", "applicationsets", true),
    (
        "argoproj.io",
        "ClusterAnalysisTemplate",
        "clusteranalysistemplates",
        false,
    ),
    ("argoproj.io", "CronWorkflow", "cronworkflows", true),
    ("argoproj.io", "Experiment", "experiments", true),
    ("argoproj.io", "Rollout", "rollouts", true),
    ("argoproj.io", "Workflow", "workflows", true),
    ("argoproj.io", "WorkflowTemplate", "workflowtemplates", true),
    ("gateway.networking.k8s.io", "GRPCRoute", "grpcroutes", true),
    ("gateway.networking.k8s.io", "Gateway", "gateways", true),
    ("gateway.networking.k8s.io", "GatewayClass", "gatewayclasses", false),
    ("gateway.networking.k8s.io", "HTTPRoute", "httproutes", true),
    ("gateway.networking.k8s.io", "ReferenceGrant", "referencegrants", true),
    ("monitoring.coreos.com", "PodMonitor", "podmonitors", true),
    ("monitoring.coreos.com", "Probe", "probes", true),
    ("monitoring.coreos.com", "PrometheusRule", "prometheusrules", true),
    ("monitoring.coreos.com", "ServiceMonitor", "servicemonitors", true),
    ("networking.istio.io", "DestinationRule", "destinationrules", true),
    ("networking.istio.io", "Gateway", "gateways", true),
    ("networking.istio.io", "ServiceEntry", "serviceentries", true),
    ("networking.istio.io", "Sidecar", "sidecars", true),
    ("networking.istio.io", "VirtualService", "virtualservices", true),
];

/// The kinds that are known: those of Kubernetes and of what this tool renders, and those that the user's own custom
/// resource definitions add.
#[derive(Clone, Debug)]
pub struct Resources {
    /// By group and kind.
    known: Vec<Resource>,
    /// Groups of Kubernetes itself: what such a group does not have here does not exist.
    own_groups: BTreeSet<String>,
    /// What the API server fills into objects of each kind.
    pub(super) filling: Arc<Filling>,
}

impl Resources {
    /// The built-in kinds and those of a tree's custom resources, which win.
    pub fn of_tree(tree: &FileTree) -> Resources {
        let filling = Filling::of(tree);
        let others = filling.abouts().into_iter().map(|about| Resource {
            group: about
                .api_version
                .split_once('/')
                .map_or("", |(group, _)| group)
                .to_owned(),
            kind: about.kind,
            plural: about.resource,
            is_namespaced: about.namespaced,
        });
        let own = of_kubernetes();
        let own_groups = own.iter().map(|resource| resource.group.clone()).collect();
        let custom = CUSTOM.iter().map(|&(group, kind, plural, is_namespaced)| Resource {
            group: group.to_owned(),
            kind: kind.to_owned(),
            plural: plural.to_owned(),
            is_namespaced,
        });
        let mut known: Vec<Resource> = others.chain(own).chain(custom).collect();
        known.sort_by(|left, right| left.id().cmp(&right.id()));
        known.dedup_by(|left, right| left.id() == right.id());
        Resources {
            known,
            own_groups,
            filling: Arc::new(filling),
        }
    }

    pub(super) fn all(&self) -> &[Resource] {
        &self.known
    }

    /// The resource of a kind; guessed where nobody told, as Kubernetes guesses.
    pub(super) fn of(&self, group: &str, kind: &str, has_namespace: bool) -> Cow<'_, Resource> {
        match self.known.binary_search_by(|known| known.id().cmp(&(group, kind))) {
            Ok(place) => Cow::Borrowed(&self.known[place]),
            Err(_) => Cow::Owned(Resource {
                group: group.to_owned(),
                kind: kind.to_owned(),
                plural: guess(kind),
                is_namespaced: has_namespace,
            }),
        }
    }

    /// What is wrong with a resource that a rule names for a group: whether that is certain, and what was meant.
    pub(super) fn unknown(&self, group: &str, plural: &str) -> Option<(bool, Option<&str>)> {
        let plural = plural.split('/').next().unwrap_or_default();
        if group == "*" || plural == "*" {
            return None;
        }
        let mut own = self.known.iter().filter(|known| known.group == group);
        if own.any(|known| known.plural == plural) {
            return None;
        }
        let own = self.known.iter().filter(|known| known.group == group);
        let near = suggestion(plural, own.map(|known| known.plural.as_str()));
        let elsewhere = self.known.iter().find(|known| known.plural == plural);
        let meant = near.or_else(|| elsewhere.map(|known| known.group.as_str()));
        Some((self.own_groups.contains(group), meant))
    }
}

impl Resource {
    fn id(&self) -> (&str, &str) {
        (&self.group, &self.kind)
    }
}

/// The kinds of the index.
fn of_kubernetes() -> Vec<Resource> {
    let index: Value = serde_json::from_str(INDEX).expect("the generator writes JSON");
    let kinds = index["kinds"].as_array().into_iter().flatten();
    let text = |kind: &Value, key: &str| kind[key].as_str().unwrap_or_default().to_owned();
    kinds
        .map(|kind| Resource {
            group: kind["apiVersion"]
                .as_str()
                .and_then(|version| version.split_once('/'))
                .map_or_else(String::new, |(group, _)| group.to_owned()),
            kind: text(kind, "kind"),
            plural: text(kind, "resource"),
            is_namespaced: kind["namespaced"] == true,
        })
        .collect()
}

fn guess(kind: &str) -> String {
    let lower = kind.to_lowercase();
    if ["s", "x", "ch", "sh"].iter().any(|end| lower.ends_with(end)) {
        return format!("{lower}es");
    }
    match lower.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => format!("{stem}ies"),
        _ => format!("{lower}s"),
    }
}
