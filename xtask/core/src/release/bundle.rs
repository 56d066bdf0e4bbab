//! The bundle: the files that one release writes for one unit.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::draft::{self, Draft};
use super::readme::{self, Readme};
use super::{DryCommit, HydratorMetadata, PreviousUnit, Tool};
use crate::artifact::{
    ComponentChange, Generator, Inventory, InventoryObject, Kind, Predicate, Promotion, Statement, TupleRecord,
    component_changes,
};
use crate::model::{Digest, EnvironmentName, Manifest, ObjectId};
use crate::policy::rules::environment::UnitFacts;
use crate::render::is_retained;
use crate::workspace::Environment;
use crate::workspace::files::PromotedFrom;
use crate::workspace::layout::{ENVIRONMENT_UNIT, branch};

/// What `tuple.json` says of a unit.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Record {
    /// Of an agent: its tuple.
    Agent(Box<TupleRecord>),
    /// Of what an environment has of its own: the blueprints that it is rendered from.
    #[serde(rename_all = "camelCase")]
    Environment {
        /// The environment.
        environment: EnvironmentName,
        /// SHA-256 of everything that it was rendered from.
        input_digest: Digest,
        /// Digests of the blueprints by name.
        blueprints: BTreeMap<String, Digest>,
    },
}

/// How many objects a release adds, changes and removes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ObjectCounts {
    /// New ones.
    pub added: usize,
    /// Changed ones.
    pub changed: usize,
    /// Those that are gone.
    pub removed: usize,
}

/// The files that one release writes for one unit, and what it says of them.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// The unit's name.
    pub unit: String,
    /// What it runs.
    pub record: Record,
    /// Its objects.
    pub objects: Vec<InventoryObject>,
    /// What the release does to them.
    pub counts: ObjectCounts,
    /// What the release does to the tuple.
    pub components: Vec<ComponentChange>,
    /// What the rules of an environment need to know of it.
    pub facts: UnitFacts,
    /// Files whose bytes decide whether the unit changed: manifest, tuple and Argo CD objects.
    files: BTreeMap<String, Arc<[u8]>>,
    /// Whether one of them differs from what the branch has.
    pub differs: bool,
}

impl Bundle {
    /// The bundle of a rendered unit.
    pub fn new(draft: Draft<'_>, record: Record) -> Bundle {
        let is_same = draft.is_same();
        let facts = UnitFacts::of(draft.judged());
        let Draft {
            unit,
            objects,
            argocd,
            manifest,
            previous,
            before,
        } = draft;
        let mut files = BTreeMap::from([
            (branch::manifest(unit), manifest),
            (branch::tuple(unit), bytes(pretty(&record))),
        ]);
        for (name, objects) in &argocd {
            files.insert(branch::argocd(name), draft::bytes(objects));
        }
        let differs = previous.is_none_or(|previous| {
            files
                .iter()
                .any(|(path, bytes)| previous.file(unit, path) != Some(bytes))
                || previous.argocd.keys().any(|path| !files.contains_key(path))
        });
        let components = match &record {
            Record::Agent(record) if differs => {
                component_changes(previous.and_then(PreviousUnit::record).as_ref(), Some(record))
            }
            Record::Agent(_) | Record::Environment { .. } => Vec::new(),
        };
        Bundle {
            unit: unit.to_owned(),
            record,
            counts: if is_same {
                ObjectCounts::default()
            } else {
                counts(&before, &objects)
            },
            objects: objects
                .iter()
                .map(|manifest| InventoryObject::of(manifest, is_retained(manifest)))
                .collect(),
            components,
            facts,
            files,
            differs,
        }
    }

    /// Argo CD objects that the branch has of the unit and that are no longer rendered.
    pub fn outdated<'a>(&'a self, previous: &'a PreviousUnit) -> impl Iterator<Item = &'a String> {
        previous.argocd.keys().filter(|path| !self.files.contains_key(*path))
    }

    /// Every file of the unit, and the digests of all of them: what it is rendered to, where it came from, what a person wants
    /// to know, and the inventory.
    pub fn all_files(
        &self,
        context: &WriteContext<'_>,
        units: BTreeMap<String, Digest>,
    ) -> (BTreeMap<String, Arc<[u8]>>, BTreeMap<String, Digest>) {
        let mut files = self.files.clone();
        let agent = match &self.record {
            Record::Agent(_) => format!(" --agent {}", self.unit),
            Record::Environment { .. } => String::new(),
        };
        let command = format!(
            "cargo xtask render --revision {} --environment {}{agent}",
            context.dry.id, context.environment.name
        );
        let mut metadata = HydratorMetadata::new(context.dry, context.repo_url, command.clone());
        match &self.record {
            Record::Agent(record) => {
                metadata.tuple_id = Some(record.id);
                metadata.input_digest = Some(record.input_digest);
            }
            Record::Environment { input_digest, .. } => metadata.input_digest = Some(*input_digest),
        }
        files.insert(branch::metadata(&self.unit), bytes(pretty(&metadata)));
        let text = readme::text(&Readme {
            bundle: self,
            context,
            command: &command,
        });
        files.insert(branch::readme(&self.unit), bytes(text));
        if self.unit == ENVIRONMENT_UNIT {
            files.insert(branch::ATTRIBUTES.to_owned(), bytes(ATTRIBUTES.to_owned()));
        }
        let digest = |(path, bytes): (&String, &Arc<[u8]>)| (path.clone(), Digest::of(bytes));
        let mut digests: BTreeMap<String, Digest> = files.iter().map(digest).collect();
        let inventory = bytes(pretty(&Inventory {
            sequence: context.sequence,
            files: digests.clone(),
            objects: self.objects.clone(),
            units,
        }));
        digests.insert(branch::inventory(&self.unit), Digest::of(&inventory));
        files.insert(branch::inventory(&self.unit), inventory);
        (files, digests)
    }

    /// What is signed of the unit: the digests of its files, and what they are a release of. `previous` is the digest of the
    /// statement before this one.
    pub fn statement(
        &self,
        context: &WriteContext<'_>,
        files: &BTreeMap<String, Digest>,
        previous: Option<Digest>,
    ) -> Vec<u8> {
        let generator = Generator::lockstep(context.tool.version);
        let mut predicate = match &self.record {
            Record::Agent(record) => Predicate::of_agent(record, context.sequence, generator),
            Record::Environment { input_digest, .. } => Predicate::of_environment(
                &context.environment.name,
                &self.unit,
                *input_digest,
                context.sequence,
                generator,
            ),
        };
        predicate.previous = previous;
        if let Some(from) = self.promoted_from(context.environment) {
            predicate.kind = Kind::Promotion;
            predicate.promotion = Some(Promotion {
                environment: from.environment.clone(),
                commit: from.commit.clone(),
            });
        }
        Statement::of_digests(files, predicate).bytes()
    }

    /// Where the unit's new tuple was promoted from, if it was.
    pub(super) fn promoted_from<'a>(&self, environment: &'a Environment) -> Option<&'a PromotedFrom> {
        let release = environment.releases.get(self.unit.as_str())?;
        release.promoted_from.as_ref().filter(|_| !self.components.is_empty())
    }
}

/// What every bundle of one environment commit has in common.
#[derive(Clone, Copy, Debug)]
pub struct WriteContext<'a> {
    /// The environment.
    pub environment: &'a Environment,
    /// The tool that writes it.
    pub tool: Tool,
    /// The dry commit.
    pub dry: &'a DryCommit,
    /// The repository that people edit.
    pub repo_url: &'a str,
    /// The number of the environment commit.
    pub sequence: u64,
}

/// The two lines of the Argo CD Source Hydrator for our folders, and one for our records.
const ATTRIBUTES: &str = "\
apps/**/README.md linguist-generated=true
**/hydrator.metadata linguist-generated=true
.lockstep/** linguist-generated=true
";

/// Every path that a unit may have on the branch: what is removed with it.
pub fn owned_paths(unit: &str) -> Vec<String> {
    vec![
        branch::manifest(unit),
        branch::metadata(unit),
        branch::readme(unit),
        branch::argocd(unit),
        branch::tuple(unit),
        branch::inventory(unit),
        branch::bundle(unit),
        branch::provenance(unit),
    ]
}

impl PreviousUnit {
    /// A file of the unit as the branch has it, where it was read.
    pub(super) fn file(&self, unit: &str, path: &str) -> Option<&Arc<[u8]>> {
        if path == branch::manifest(unit) {
            self.manifest.as_ref()
        } else if path == branch::tuple(unit) {
            self.tuple.as_ref()
        } else if path == branch::metadata(unit) {
            self.metadata.as_ref()
        } else if path == branch::inventory(unit) {
            self.inventory.as_ref()
        } else {
            self.argocd.get(path)
        }
    }
}

fn counts(before: &[Manifest], after: &[Manifest]) -> ObjectCounts {
    let index = |objects: &'_ [Manifest]| -> BTreeMap<ObjectId, usize> {
        objects
            .iter()
            .enumerate()
            .map(|(index, manifest)| (manifest.id.clone(), index))
            .collect()
    };
    let (old, new) = (index(before), index(after));
    let mut counts = ObjectCounts::default();
    for (id, at) in &new {
        match old.get(id) {
            None => counts.added += 1,
            Some(was) if before[*was].object != after[*at].object => counts.changed += 1,
            Some(_) => {}
        }
    }
    counts.removed = old.keys().filter(|id| !new.contains_key(*id)).count();
    counts
}

/// JSON as the Source Hydrator writes it: indented by two, HTML not escaped, a newline at the end.
fn pretty<T: Serialize>(value: &T) -> String {
    let mut text = serde_json::to_string_pretty(value).expect("our records have string keys");
    text.push('\n');
    text
}

fn bytes(text: String) -> Arc<[u8]> {
    text.into_bytes().into()
}
