//! What all pods of a namespace ask for together, and what its quota allows.

use std::collections::BTreeMap;

use super::demand::{Amounts, Demand};
use super::{EnvironmentScene, Place, UnitProblem};
use crate::model::{Problem, Quantity, Rule};

pub(super) const RULE: Rule = Rule::new(
    "exceeded-quota",
    "the pods of an environment together ask for more than its quota allows, so some of them never start",
    "raise the quota in environment.yaml, or ask for less",
);

/// What pods ask for together.
#[derive(Clone, Copy, Default)]
struct Sum {
    amounts: Amounts,
    pods: i64,
}

impl Sum {
    fn add(self, demand: &Demand, defaults: Amounts, pods: i64) -> Sum {
        let silent = demand.silent;
        let left = Amounts {
            requests_cpu: defaults.requests_cpu.times(silent.requests_cpu),
            requests_memory: defaults.requests_memory.times(silent.requests_memory),
            limits_cpu: defaults.limits_cpu.times(silent.limits_cpu),
            limits_memory: defaults.limits_memory.times(silent.limits_memory),
        };
        Sum {
            amounts: self.amounts.plus(demand.pod, pods).plus(left, pods),
            pods: self.pods.saturating_add(pods),
        }
    }

    /// The larger of each: of hooks one turn runs after the other.
    fn larger(self, other: Sum) -> Sum {
        Sum {
            amounts: self.amounts.larger(other.amounts),
            pods: self.pods.max(other.pods),
        }
    }

    fn plus(self, other: Sum) -> Sum {
        Sum {
            amounts: self.amounts.plus(other.amounts, 1),
            pods: self.pods.saturating_add(other.pods),
        }
    }

    /// What a quota calls this.
    fn named(&self, name: &str) -> Option<Quantity> {
        Some(match name {
            "cpu" | "requests.cpu" => self.amounts.requests_cpu,
            "limits.cpu" => self.amounts.limits_cpu,
            "limits.memory" => self.amounts.limits_memory,
            "memory" | "requests.memory" => self.amounts.requests_memory,
            "count/pods" | "pods" => Quantity::from_whole(self.pods),
            _ => return None,
        })
    }
}

pub(super) fn check(scene: &EnvironmentScene<'_>) -> Vec<UnitProblem> {
    let mut found = Vec::new();
    for (environment, unit, facts) in scene.everywhere() {
        for quota in &facts.quotas {
            let (fewest, most) = sums(scene, &quota.place.object.namespace);
            for (name, hard) in &quota.hard {
                let Some((unit, place)) = place(scene, environment, unit, &quota.place) else {
                    continue;
                };
                let (least, largest) = (fewest.named(name), most.named(name));
                let pointer = if environment.is_none() {
                    format!("{}/{name}", place.pointer)
                } else {
                    place.pointer.clone()
                };
                let problem = if least > Some(*hard) {
                    let asked = least.unwrap_or_default();
                    let message = format!("all pods together ask for `{name}: {asked}`, the quota allows {hard}");
                    Problem::error("exceeded-quota", pointer, message)
                } else if largest > Some(*hard) {
                    let asked = largest.unwrap_or_default();
                    let message = format!(
                        "at their most, with both sides of every rollout, all pods ask for `{name}: {asked}`, the quota allows {hard}"
                    );
                    Problem::warning("exceeded-quota", pointer, message)
                } else {
                    continue;
                };
                found.push(UnitProblem {
                    unit: unit.to_owned(),
                    object: place.object.clone(),
                    problem,
                });
            }
        }
    }
    found
}

/// What the pods of a namespace ask for at the least and at the most.
fn sums(scene: &EnvironmentScene<'_>, namespace: &str) -> (Sum, Sum) {
    let defaults = scene
        .everywhere()
        .find_map(|(_, _, facts)| facts.defaults)
        .unwrap_or_default();
    let mut all = (Sum::default(), Sum::default());
    for (_, _, facts) in scene.everywhere() {
        let mut turns: BTreeMap<&str, Sum> = BTreeMap::new();
        let demands = facts.demands.iter();
        for demand in demands.filter(|demand| demand.place.object.namespace == namespace) {
            all.0 = all.0.add(demand, defaults, demand.fewest);
            let most = match &demand.turn {
                Some(turn) => turns.entry(turn).or_default(),
                None => &mut all.1,
            };
            *most = most.add(demand, defaults, demand.most);
        }
        let hooks = turns.into_values().fold(Sum::default(), Sum::larger);
        all.1 = all.1.plus(hooks);
    }
    all
}

/// The quota, where it is the environment's own; otherwise what of its own asks for most processors.
fn place<'a>(
    scene: &EnvironmentScene<'a>,
    environment: Option<&str>,
    unit: &'a str,
    quota: &'a Place,
) -> Option<(&'a str, &'a Place)> {
    if environment.is_none() {
        return Some((unit, quota));
    }
    let own = scene.units.iter();
    let demands = own.flat_map(|(unit, facts)| facts.demands.iter().map(move |demand| (unit, demand)));
    demands
        .max_by_key(|(_, demand)| demand.pod.requests_cpu.times(demand.most))
        .map(|(unit, demand)| (unit.as_str(), &demand.place))
}
