//! What the pods of a unit ask for, and what they all together may.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Place;
use crate::model::{Manifest, Quantity};
use crate::policy::rules::unit::{Workload, workloads};
use crate::schema::overlay::{deep, field, items, number, text};

/// Amounts of what a quota counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Amounts {
    /// Requested processors.
    pub requests_cpu: Quantity,
    /// Requested memory.
    pub requests_memory: Quantity,
    /// Processors at most.
    pub limits_cpu: Quantity,
    /// Memory at most.
    pub limits_memory: Quantity,
}

impl Amounts {
    /// The larger of each.
    pub(super) fn larger(self, other: Amounts) -> Amounts {
        Amounts {
            requests_cpu: self.requests_cpu.max(other.requests_cpu),
            requests_memory: self.requests_memory.max(other.requests_memory),
            limits_cpu: self.limits_cpu.max(other.limits_cpu),
            limits_memory: self.limits_memory.max(other.limits_memory),
        }
    }

    /// Both together, the second so many times.
    pub(super) fn plus(self, other: Amounts, times: i64) -> Amounts {
        let sum = |own: Quantity, other: Quantity| own.plus(other.times(times));
        Amounts {
            requests_cpu: sum(self.requests_cpu, other.requests_cpu),
            requests_memory: sum(self.requests_memory, other.requests_memory),
            limits_cpu: sum(self.limits_cpu, other.limits_cpu),
            limits_memory: sum(self.limits_memory, other.limits_memory),
        }
    }
}

/// What the pods of one object ask for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Demand {
    /// Its pod template.
    pub place: Place,
    /// Fewest pods while nothing happens.
    pub fewest: i64,
    /// Most pods: the autoscaler's most, and those of both sides during a rollout.
    pub most: i64,
    /// When a hook runs: Argo CD runs those of one turn together, and one turn after the other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<String>,
    /// What one pod asks for.
    pub pod: Amounts,
    /// How many of its containers leave an amount to the namespace's defaults.
    pub silent: Silent,
}

/// How many containers of a pod say nothing of an amount.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Silent {
    /// Of requested processors.
    pub requests_cpu: i64,
    /// Of requested memory.
    pub requests_memory: i64,
    /// Of processors at most.
    pub limits_cpu: i64,
    /// Of memory at most.
    pub limits_memory: i64,
}

/// What all pods of a namespace together may ask for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Quota {
    /// The ResourceQuota.
    pub place: Place,
    /// The name that the quota has for it, and the most.
    pub hard: Vec<(String, Quantity)>,
}

/// What a container gets that asks for nothing.
pub type Defaults = Amounts;

/// The demands of objects.
pub(super) fn of(objects: &[&Manifest]) -> Vec<Demand> {
    let demand = |workload: &Workload<'_>| {
        let (fewest, most) = pods(workload, objects)?;
        let (pod, silent) = pod(workload);
        Some(Demand {
            place: Place {
                object: workload.manifest.id.clone(),
                pointer: workload.template.to_owned(),
            },
            fewest,
            most,
            turn: turn(workload),
            pod,
            silent,
        })
    };
    workloads(objects).iter().filter_map(demand).collect()
}

/// The hook and the wave of an object that Argo CD runs as one.
fn turn(workload: &Workload<'_>) -> Option<String> {
    let annotations = deep(&workload.manifest.object, &["metadata", "annotations"])?;
    let hook = text(annotations, "argocd.argoproj.io/hook")?;
    let wave = text(annotations, "argocd.argoproj.io/sync-wave").unwrap_or("0");
    Some(format!("{hook} {wave}"))
}

/// Fewest and most pods of a workload; of one on every node nobody knows, nor of one whose number is none.
fn pods(workload: &Workload<'_>, objects: &[&Manifest]) -> Option<(i64, i64)> {
    let spec = field(&workload.manifest.object, "spec")?;
    let (fewest, most) = (workload.fewest(objects)?, workload.most(objects)?);
    let share = |percent: i64| percent.saturating_mul(most).saturating_add(99) / 100;
    let more = |surge: Option<&Value>| match surge {
        Some(Value::String(text)) => {
            let percent: i64 = text
                .strip_suffix('%')
                .and_then(|digits| digits.parse().ok())
                .unwrap_or(25);
            share(percent)
        }
        Some(value) => value.as_i64().unwrap_or(0),
        None => share(25),
    };
    let strategy = field(spec, "strategy");
    let surge = match workload.manifest.id.kind.as_str() {
        "DaemonSet" => return None,
        "Job" | "CronJob" => {
            let job = deep(spec, &["jobTemplate", "spec"]).unwrap_or(spec);
            return Some((0, number(job, "parallelism").unwrap_or(1)));
        }
        "Pod" | "StatefulSet" | "ReplicaSet" => 0,
        "Deployment" if strategy.and_then(|strategy| text(strategy, "type")) == Some("Recreate") => 0,
        "Deployment" => more(strategy.and_then(|strategy| deep(strategy, &["rollingUpdate", "maxSurge"]))),
        _ => match strategy.and_then(|strategy| field(strategy, "canary")) {
            // whoever routes keeps the old side whole until the new one is
            Some(canary) if field(canary, "trafficRouting").is_some() => most,
            Some(canary) => more(field(canary, "maxSurge")),
            None => {
                let preview = strategy.and_then(|strategy| deep(strategy, &["blueGreen", "previewReplicaCount"]));
                preview.and_then(Value::as_i64).unwrap_or(most).max(most)
            }
        },
    };
    Some((fewest, most.saturating_add(surge)))
}

fn pod(workload: &Workload<'_>) -> (Amounts, Silent) {
    let mut sum = Amounts::default();
    let mut silent = Silent::default();
    for container in items(workload.pod, "containers") {
        let take = |path: [&str; 2], amount: &mut Quantity, missing: &mut i64| {
            let given = deep(container, &["resources", path[0], path[1]]).and_then(Quantity::of);
            // a container that names only its limit requests as much
            let given = given.or_else(|| {
                let limit = deep(container, &["resources", "limits", path[1]]);
                limit.and_then(Quantity::of)
            });
            match given {
                Some(given) => *amount = amount.plus(given),
                None => *missing += 1,
            }
        };
        take(["requests", "cpu"], &mut sum.requests_cpu, &mut silent.requests_cpu);
        take(
            ["requests", "memory"],
            &mut sum.requests_memory,
            &mut silent.requests_memory,
        );
        take(["limits", "cpu"], &mut sum.limits_cpu, &mut silent.limits_cpu);
        take(["limits", "memory"], &mut sum.limits_memory, &mut silent.limits_memory);
    }
    (sum, silent)
}

/// The quotas of objects; those for some kinds of pods only say nothing of all.
pub(super) fn quotas(objects: &[&Manifest]) -> Vec<Quota> {
    let quotas = objects
        .iter()
        .filter(|object| object.id.kind == "ResourceQuota" && object.id.group.is_empty());
    let read = |object: &&Manifest| {
        let spec = field(&object.object, "spec")?;
        let scoped = !items(spec, "scopes").is_empty() || field(spec, "scopeSelector").is_some();
        let hard = field(spec, "hard").and_then(Value::as_object).filter(|_| !scoped)?;
        let hard = hard
            .iter()
            .filter_map(|(name, most)| Some((name.clone(), Quantity::of(most)?)));
        Some(Quota {
            place: Place {
                object: object.id.clone(),
                pointer: "/spec/hard".to_owned(),
            },
            hard: hard.collect(),
        })
    };
    quotas.filter_map(read).collect()
}

/// What the LimitRange among objects gives to containers that ask for nothing.
pub(super) fn defaults(objects: &[&Manifest]) -> Option<Defaults> {
    let range = objects.iter().find(|object| object.id.kind == "LimitRange")?;
    let limits = items(field(&range.object, "spec")?, "limits");
    let limit = limits.iter().find(|limit| text(limit, "type") == Some("Container"))?;
    let amount = |map: &str, name: &str| deep(limit, &[map, name]).and_then(Quantity::of).unwrap_or_default();
    Some(Amounts {
        requests_cpu: amount("defaultRequest", "cpu"),
        requests_memory: amount("defaultRequest", "memory"),
        limits_cpu: amount("default", "cpu"),
        limits_memory: amount("default", "memory"),
    })
}
