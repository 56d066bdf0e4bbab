//! What makes pods: the same questions for every kind that does.

use serde_json::Value;

use super::labels::{Labels, has_all, selects};
use crate::model::Manifest;
use crate::schema::overlay::{deep, field, items, number, text};

/// Kinds that make pods, and where their pod template stands.
const KINDS: [(&str, &[&str], &str); 9] = [
    (
        "CronJob",
        &["spec", "jobTemplate", "spec", "template"],
        "/spec/jobTemplate/spec/template",
    ),
    ("DaemonSet", &["spec", "template"], "/spec/template"),
    ("Deployment", &["spec", "template"], "/spec/template"),
    ("Job", &["spec", "template"], "/spec/template"),
    ("Pod", &[], ""),
    ("ReplicaSet", &["spec", "template"], "/spec/template"),
    ("ReplicationController", &["spec", "template"], "/spec/template"),
    ("Rollout", &["spec", "template"], "/spec/template"),
    ("StatefulSet", &["spec", "template"], "/spec/template"),
];
/// Lists of containers of a pod.
const CONTAINERS: [&str; 2] = ["containers", "initContainers"];

/// An object that makes pods.
#[derive(Clone)]
pub(in crate::policy::rules) struct Workload<'a> {
    /// Where it stands among the objects.
    pub(in crate::policy::rules) index: usize,
    /// The object.
    pub(in crate::policy::rules) manifest: &'a Manifest,
    /// Pointer to its pod template.
    pub(in crate::policy::rules) template: &'static str,
    /// What its pods are made of.
    pub(in crate::policy::rules) pod: &'a Value,
    labels: Option<&'a Value>,
    /// Labels that a Rollout adds to the pods of one side.
    sides: Vec<&'a Value>,
}

/// The objects that make pods.
pub(in crate::policy::rules) fn workloads<'a>(objects: &[&'a Manifest]) -> Vec<Workload<'a>> {
    let read = |(index, manifest): (usize, &&'a Manifest)| {
        let manifest: &'a Manifest = manifest;
        let (_, path, pointer) = KINDS.iter().find(|(kind, _, _)| *kind == manifest.id.kind)?;
        let template = deep(&manifest.object, path)?;
        let strategy = |name: &[&str]| deep(&manifest.object, &["spec", "strategy"]).and_then(|all| deep(all, name));
        let sides = ["active", "canary", "preview", "stable"].iter().filter_map(|side| {
            let way = if matches!(*side, "active" | "preview") {
                "blueGreen"
            } else {
                "canary"
            };
            strategy(&[way, &format!("{side}Metadata"), "labels"])
        });
        Some(Workload {
            index,
            manifest,
            template: pointer,
            pod: field(template, "spec")?,
            labels: deep(template, &["metadata", "labels"]),
            sides: sides.collect(),
        })
    };
    objects.iter().enumerate().filter_map(read).collect()
}

impl<'a> Workload<'a> {
    /// Whether its pods stay until they are told to stop, and how many there are is a number.
    pub(in crate::policy::rules) fn is_scalable(&self) -> bool {
        matches!(
            self.manifest.id.kind.as_str(),
            "Deployment" | "ReplicaSet" | "Rollout" | "StatefulSet"
        )
    }

    /// Whether a selector selects its pods, on one side of a Rollout at least.
    pub(in crate::policy::rules) fn selected_by(&self, selector: &Value) -> bool {
        self.any_side(&|label| selects(selector, label))
    }

    /// Whether its pods have all of these labels, on one side of a Rollout at least.
    pub(in crate::policy::rules) fn has_labels(&self, wanted: &Value) -> bool {
        self.any_side(&|label| has_all(wanted, label))
    }

    fn any_side(&self, holds: &dyn Fn(&Labels<'_, 'a>) -> bool) -> bool {
        let own = |key: &str| self.labels.and_then(|labels| field(labels, key));
        holds(&own)
            || self
                .sides
                .iter()
                .any(|side| holds(&|key: &str| field(side, key).or_else(|| own(key))))
    }

    /// Its containers with their pointers, those that run before the others last.
    pub(in crate::policy::rules) fn containers(&self) -> impl Iterator<Item = (String, &'a Value)> + use<'a> {
        let (pod, template) = (self.pod, self.template);
        CONTAINERS.into_iter().flat_map(move |list| {
            let containers = items(pod, list).iter().enumerate();
            containers.map(move |(at, container)| (format!("{template}/spec/{list}/{at}"), container))
        })
    }

    /// Whether one of its containers has a port of this name.
    pub(in crate::policy::rules) fn has_port_name(&self, name: &str) -> bool {
        self.ports().any(|port| text(port, "name") == Some(name))
    }

    /// Whether one of its containers declares this port, or none declares any.
    pub(in crate::policy::rules) fn has_port_number(&self, wanted: i64) -> bool {
        self.ports().next().is_none() || self.ports().any(|port| number(port, "containerPort") == Some(wanted))
    }

    /// The ports that its containers declare.
    pub(in crate::policy::rules) fn ports(&self) -> impl Iterator<Item = &'a Value> + use<'a> {
        let pod = self.pod;
        let containers = CONTAINERS.into_iter().flat_map(move |list| items(pod, list));
        containers.flat_map(|container| items(container, "ports"))
    }

    /// The autoscaler among objects that decides how many pods it has.
    pub(in crate::policy::rules) fn autoscaler(&self, objects: &[&'a Manifest]) -> Option<(usize, &'a Manifest)> {
        let aims = |scaler: &Manifest| {
            let target = deep(&scaler.object, &["spec", "scaleTargetRef"]);
            scaler.id.namespace == self.manifest.id.namespace
                && target.is_some_and(|target| {
                    text(target, "kind") == Some(&self.manifest.id.kind)
                        && text(target, "name") == Some(&self.manifest.id.name)
                })
        };
        let mut scalers = objects.iter().copied().enumerate();
        scalers.find(|(_, object)| object.id.kind == "HorizontalPodAutoscaler" && aims(object))
    }

    /// Fewest pods that it has: the autoscaler's where there is one. None where what stands there is no number.
    pub(in crate::policy::rules) fn fewest(&self, objects: &[&'a Manifest]) -> Option<i64> {
        match self.autoscaler(objects) {
            Some((_, scaler)) => count(&scaler.object, "minReplicas"),
            None => count(&self.manifest.object, "replicas"),
        }
    }

    /// Most pods that it has: the autoscaler's where there is one. None where what stands there is no number.
    pub(in crate::policy::rules) fn most(&self, objects: &[&'a Manifest]) -> Option<i64> {
        match self.autoscaler(objects) {
            Some((_, scaler)) => count(&scaler.object, "maxReplicas"),
            None => self.fewest(objects),
        }
    }
}

/// A number of pods that an object's spec gives; one where it gives none.
fn count(object: &Value, name: &str) -> Option<i64> {
    match field(object, "spec").and_then(|spec| field(spec, name)) {
        Some(value) => value.as_i64(),
        None => Some(1),
    }
}
