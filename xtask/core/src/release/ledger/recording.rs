//! What the ledger has to say of the commits of an environment's branch: derived from the commits alone, so that a run
//! that was killed before it wrote its events loses none.

use std::collections::BTreeMap;

use super::{Committed, Draft, Fact, Override, Reason, ReleaseName, Released, Removed, RolledBack};
use crate::model::{Digest, EnvironmentName, Timestamp};
use crate::release::PreviousUnit;
use crate::workspace::files::PromotedFrom;
use crate::workspace::layout::ENVIRONMENT_UNIT;

/// A commit of an environment's branch.
#[derive(Clone, Debug)]
pub struct CommitFacts {
    /// Its id.
    pub id: String,
    /// The commit before it.
    pub parent: Option<String>,
    /// Its message.
    pub message: String,
    /// When the run began that made it; absent where it was another run.
    pub started: Option<Timestamp>,
    /// Whether the ledger has nothing of its branch, although it is not this run that made it.
    pub recovered: bool,
    /// The units whose records it changed.
    pub units: Vec<UnitFacts>,
}

/// A unit that a commit changed: tuple, metadata and inventory before and after.
#[derive(Clone, Debug)]
pub struct UnitFacts {
    /// The unit.
    pub unit: String,
    /// What the commit before had.
    pub before: PreviousUnit,
    /// What it has.
    pub after: PreviousUnit,
}

/// The events of commits, in their order.
pub fn drafts(environment: &EnvironmentName, commits: &[CommitFacts], by: &str, now: Timestamp) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for commit in commits {
        let trailers = Trailers::of(&commit.message);
        let facts = commit.units.iter().flat_map(|unit| {
            let facts = unit_facts(commit, unit, &trailers);
            facts.into_iter().map(|fact| (unit.unit.clone(), fact))
        });
        let own = Fact::Committed(Committed {
            commit: commit.id.clone(),
            number: number(commit),
            units: commit
                .units
                .iter()
                .map(|unit| unit.unit.clone())
                .filter(|unit| unit != ENVIRONMENT_UNIT)
                .collect(),
            overrides: trailers.overrides.get(ENVIRONMENT_UNIT).cloned().unwrap_or_default(),
            reason: trailers.reasons.get(ENVIRONMENT_UNIT).cloned(),
        });
        let facts = facts.chain([(ENVIRONMENT_UNIT.to_owned(), own)]);
        drafts.extend(facts.map(|(unit, fact)| Draft {
            environment: Some(environment.clone()),
            unit,
            time: now,
            by: by.to_owned(),
            recovered: commit.recovered,
            fact,
        }));
    }
    drafts
}

fn number(commit: &CommitFacts) -> u64 {
    let own = commit.units.iter().find(|unit| unit.unit == ENVIRONMENT_UNIT);
    own.and_then(|own| own.after.inventory())
        .map_or(0, |inventory| inventory.sequence)
}

fn unit_facts(commit: &CommitFacts, unit: &UnitFacts, trailers: &Trailers) -> Vec<Fact> {
    let started = commit.started;
    let name = |side: &PreviousUnit, commit: &str| {
        let record = side.record()?;
        Some(ReleaseName {
            version: record.version,
            tuple: record.id,
            commit: commit.to_owned(),
        })
    };
    let parent = commit.parent.as_deref().unwrap_or_default();
    let before = name(&unit.before, parent);
    let Some(after) = unit.after.record() else {
        let gone = unit.after.tuple.is_none();
        return before
            .filter(|_| gone)
            .map(|release| {
                let release = ReleaseName {
                    commit: commit.id.clone(),
                    ..release
                };
                Fact::Removed(Removed { release })
            })
            .into_iter()
            .collect();
    };
    let inventory = unit.after.inventory.as_deref().map_or(Digest::of(b""), Digest::of);
    let namespace = namespace(&unit.after);
    let release = ReleaseName {
        version: after.version.clone(),
        tuple: after.id,
        commit: commit.id.clone(),
    };
    if let (Some(back), Some(from)) = (trailers.rollback_of.get(&unit.unit), before) {
        let reason = trailers.reasons.get(&unit.unit).cloned().unwrap_or_default();
        let rollback = RolledBack {
            from,
            to: ReleaseName {
                commit: back.clone(),
                ..release
            },
            commit: commit.id.clone(),
            inventory,
            namespace,
            reason: reason.clone(),
            overrides: trailers.overrides.get(&unit.unit).cloned().unwrap_or_default(),
            started,
        };
        // who rolls back holds: nothing may undo it before a person has looked
        return vec![Fact::RolledBack(rollback), Fact::Held(Reason { reason })];
    }
    vec![Fact::Released(Box::new(Released {
        release,
        input_digest: after.input_digest,
        inventory,
        dry_commit: unit.after.dry_sha().unwrap_or_default(),
        image: format!("{}@{}", after.tuple.code.repository, after.tuple.code.digest),
        namespace,
        promoted_from: trailers.promoted_from.get(&unit.unit).cloned(),
        started,
    }))]
}

/// The namespace of a unit's objects.
fn namespace(unit: &PreviousUnit) -> String {
    let objects = unit.inventory().map(|inventory| inventory.objects).unwrap_or_default();
    let mut namespaces = objects.into_iter().map(|object| object.id.namespace);
    namespaces.find(|namespace| !namespace.is_empty()).unwrap_or_default()
}

/// What the trailers of an environment commit say of its units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Trailers {
    promoted_from: BTreeMap<String, PromotedFrom>,
    rollback_of: BTreeMap<String, String>,
    reasons: BTreeMap<String, String>,
    overrides: BTreeMap<String, Vec<Override>>,
}

impl Trailers {
    fn of(message: &str) -> Trailers {
        let mut trailers = Trailers::default();
        let last = message.trim_end().rsplit("\n\n").next().unwrap_or_default();
        for line in last.lines() {
            let Some((key, (unit, value))) = line
                .split_once(": ")
                .and_then(|(key, rest)| Some((key, rest.split_once('=')?)))
            else {
                continue;
            };
            let unit = unit.to_owned();
            match key {
                "Promoted-from" => {
                    let from = value.split_once('@').and_then(|(environment, commit)| {
                        Some(PromotedFrom {
                            environment: EnvironmentName::new(environment).ok()?,
                            commit: commit.to_owned(),
                        })
                    });
                    trailers.promoted_from.extend(from.map(|from| (unit, from)));
                }
                "Rollback-of" => {
                    trailers.rollback_of.insert(unit, value.to_owned());
                }
                "Rollback-reason" | "Override-reason" => {
                    trailers.reasons.insert(unit, value.to_owned());
                }
                "Overridden" => {
                    let (check, message) = value.split_once(' ').unwrap_or((value, ""));
                    trailers.overrides.entry(unit).or_default().push(Override {
                        check: check.to_owned(),
                        message: message.to_owned(),
                    });
                }
                _ => {}
            }
        }
        trailers
    }
}
