//! The judge: everything that rendered objects must hold to be released, compiled once.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::admission::{Policies, Request, Resources, Tally};
use super::facts::{Facts, facts};
use super::made;
use super::rego::{self, Rego};
use super::rules;
use super::rules::environment::{EnvironmentScene, UnitProblem};
use super::rules::fleet::FleetScene;
use super::rules::unit::UnitScene;
use super::shared;
use super::stray;
use super::waivers::{Run, Waivers};
use super::{Fleet, Namespaces};
use crate::model::{FileTree, Finding, Manifest, Problem};
use crate::render::RenderedUnit;
use crate::schema::{Catalogue, overlay};
use crate::workspace::layout::ENVIRONMENT_UNIT;
use crate::workspace::{Environment, Workspace};

/// By what to judge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Schemas, what the API server enforces beyond them, and what units, environments and files must hold.
    Rules,
    /// The policies of the fleet.
    Policies,
    /// All of it.
    Everything,
}

/// Everything that rendered objects are judged by.
pub struct Judge {
    catalogue: Option<Catalogue>,
    policies: Policies,
    rego: Rego,
    tally: Tally,
    waivers: Waivers,
    now: i64,
}

/// What one thread judges with.
pub struct Session(rego::Session);

/// A unit before the judge.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    /// Where it is to run.
    pub environment: &'a Environment,
    /// The agent, or `_environment`.
    pub unit: &'a str,
    /// Its objects; problems name them by index.
    pub objects: &'a [&'a Manifest],
    /// What the environment has of its own; empty where that is the unit.
    pub own: &'a [&'a Manifest],
    /// Its objects on the environment branch; absent where it was not released yet.
    pub previous: Option<&'a [Manifest]>,
    /// Its merged values.
    pub values: &'a Value,
}

/// What judging units came to.
pub struct Judged {
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// The units that were not judged, as `<environment>/<unit>`.
    pub left: BTreeSet<String>,
}

/// Whether to go on with the next unit.
pub type GoesOn<'a> = &'a (dyn Fn() -> bool + Sync);

/// Who says what is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Layer {
    /// What is rendered is no object.
    Rendering,
    /// The schemas of Kubernetes and of custom resources.
    Schemas,
    /// What the API server enforces beyond them.
    Server,
    /// The policies.
    Policies,
    /// The rules of units.
    Units,
}

/// What the environment branches have of units, by environment and unit.
pub type Released = BTreeMap<String, BTreeMap<String, Vec<Manifest>>>;

impl Judge {
    /// The judge that a tree's schemas, policies and waivers make at a time, seconds since 1970, and what is wrong with
    /// them.
    pub fn read(tree: &FileTree, by: By, now: i64) -> (Judge, Vec<Finding>) {
        let nothing = FileTree::default();
        let of_policies = if by == By::Rules { &nothing } else { tree };
        let ((catalogue, mut findings), more) = rayon::join(
            || {
                let read = (by != By::Policies).then(|| Catalogue::read(tree));
                read.map_or((None, Vec::new()), |(catalogue, findings)| (Some(catalogue), findings))
            },
            || Policies::read(of_policies, Resources::of_tree(of_policies)),
        );
        let (policies, wrong) = more;
        findings.extend(wrong);
        let (rego, wrong) = Rego::read(of_policies);
        findings.extend(wrong);
        let (waivers, wrong) = Waivers::read(tree);
        findings.extend(wrong);
        if by != By::Rules {
            findings.extend(stray::stray(tree));
        }
        let judge = Judge {
            catalogue,
            tally: policies.tally(),
            policies,
            rego,
            waivers,
            now,
        };
        (judge, findings)
    }

    /// The versions of Kubernetes that there are schemas of, the oldest first.
    pub fn versions(&self) -> impl Iterator<Item = &str> {
        self.catalogue.iter().flat_map(Catalogue::versions)
    }

    /// The rules of the policies, whatever they are written in.
    pub fn rules(&self) -> BTreeSet<&str> {
        let admission = self.policies.iter().map(|policy| policy.about.rule.as_str());
        admission.chain(self.rego.rules()).collect()
    }

    /// How many policies there are.
    pub fn policy_count(&self) -> usize {
        self.policies.iter().count() + self.rego.len()
    }

    /// What a thread judges with; it judges many units.
    pub fn session(&self) -> Session {
        Session(self.rego.session())
    }

    /// What a cluster of this version, or a policy, would not admit of one object.
    pub fn object(&self, session: &mut Session, cluster_version: &str, request: &Request<'_>) -> Vec<Problem> {
        let mut problems = Vec::new();
        if let Some(catalogue) = &self.catalogue {
            problems = schemas(catalogue, cluster_version, request);
            let beyond = beyond(request.object);
            // where the schema has complained about a place, its word is enough
            let said: Vec<String> = problems.iter().map(|problem| problem.pointer.clone()).collect();
            problems.extend(beyond.into_iter().filter(|problem| !said.contains(&problem.pointer)));
        }
        problems.extend(self.policies.judge(request, &self.tally));
        problems.extend(session.0.judge(request.object));
        problems
    }

    /// What each layer has against one object of a unit, and the rules of units against all of it.
    pub(super) fn layers(
        &self,
        session: &mut Session,
        case: &Case<'_>,
        namespaces: &Namespaces,
        index: usize,
    ) -> Vec<(Layer, Problem)> {
        let object = &case.objects[index].object;
        let request = Request {
            object,
            old: None,
            namespace: namespaces.get(case.environment, object),
        };
        let version = case.environment.file.cluster.version.as_str();
        let catalogue = self.catalogue.as_ref();
        let schemas = catalogue.map(|catalogue| schemas(catalogue, version, &request));
        let mut policies = self.policies.judge(&request, &self.tally);
        policies.extend(session.0.judge(object));
        let units = rules::unit::check(&case.scene()).into_iter();
        let layers = [
            (Layer::Schemas, schemas.unwrap_or_default()),
            (Layer::Server, beyond(object)),
            (Layer::Policies, policies),
            (Layer::Units, units.map(|(_, problem)| problem).collect()),
        ];
        let layers = layers.into_iter();
        layers
            .flat_map(|(layer, found)| found.into_iter().map(move |problem| (layer, problem)))
            .collect()
    }

    /// What is wrong with a unit, by the index of the object.
    pub fn unit(&self, session: &mut Session, case: &Case<'_>, namespaces: &Namespaces) -> Vec<(usize, Problem)> {
        let version = case.environment.file.cluster.version.as_str();
        let mut problems: Vec<(usize, Problem)> = Vec::new();
        for (index, manifest) in case.objects.iter().enumerate() {
            let request = Request {
                object: &manifest.object,
                old: case.before(manifest),
                namespace: namespaces.get(case.environment, &manifest.object),
            };
            let found = self.object(session, version, &request).into_iter();
            // said once, of the environment's file
            let found = found.filter(|problem| problem.rule != "unknown-cluster-version");
            problems.extend(found.map(|problem| (index, problem)));
        }
        if self.catalogue.is_some() {
            problems.extend(rules::unit::check(&case.scene()));
        }
        problems
    }

    /// What does not fit together between the units of an environment and of those that share its namespace.
    pub fn environment(&self, scene: &EnvironmentScene<'_>) -> Vec<UnitProblem> {
        let judged = self.catalogue.as_ref().map(|_| rules::environment::check(scene));
        judged.unwrap_or_default()
    }

    /// What is wrong with the files of the fleet, and which clusters there are no schemas for.
    pub fn files(&self, workspace: &Workspace, tree: &FileTree) -> Vec<Finding> {
        let Some(catalogue) = &self.catalogue else {
            return Vec::new();
        };
        let scene = FleetScene { workspace, tree };
        let mut found = rules::fleet::check(&scene);
        found.extend(rules::fleet::clusters(&scene, catalogue));
        found
    }

    /// What is wrong with a whole fleet: objects, what does not fit together, files and schemas. Before each unit it asks
    /// whether to go on; where the answer is no, what is between units is left out too.
    pub fn fleet(&self, fleet: Fleet<'_>, units: &[RenderedUnit], released: &Released, goes_on: GoesOn<'_>) -> Judged {
        let Judged { mut findings, left } = self.part(fleet, units, released, goes_on);
        if !left.is_empty() {
            return Judged { findings, left };
        }
        findings.extend(self.between(fleet, &facts(units)));
        if let Some(catalogue) = &self.catalogue {
            findings.extend(catalogue.audit());
            let found = shared::shared(fleet.workspace, units).into_iter();
            findings.extend(found.flat_map(|(environment, found)| fleet.place_between(environment, found)));
        }
        Judged { findings, left }
    }

    /// What is wrong with some units of a fleet, each for itself, and with its files; what the environments have of their
    /// own must be among the units.
    pub fn part(&self, fleet: Fleet<'_>, units: &[RenderedUnit], released: &Released, goes_on: GoesOn<'_>) -> Judged {
        let by_environment = by_environment(units);
        let namespaces = Namespaces::of(fleet.workspace, units);
        let judged: Vec<Option<Vec<Finding>>> = units
            .par_iter()
            .map_init(
                || self.session(),
                |session, unit| {
                    if !goes_on() {
                        return None;
                    }
                    let Some(environment) = fleet.workspace.environment(unit.environment.as_str()) else {
                        return Some(Vec::new());
                    };
                    let own = by_environment[environment.name.as_str()].get(ENVIRONMENT_UNIT);
                    let own = own.filter(|own| own.unit != unit.unit);
                    let objects: Vec<&Manifest> = unit.all_objects().collect();
                    let previous = released.get(unit.environment.as_str());
                    let case = Case {
                        environment,
                        unit: &unit.unit,
                        objects: &objects,
                        own: &own.map(|own| own.all_objects().collect::<Vec<_>>()).unwrap_or_default(),
                        previous: previous.and_then(|units| units.get(&unit.unit)).map(Vec::as_slice),
                        values: &unit.values,
                    };
                    let problems = self.unit(session, &case, &namespaces);
                    Some(fleet.place(environment, &unit.unit, &objects, problems))
                },
            )
            .collect();
        let name = |unit: &RenderedUnit| format!("{}/{}", unit.environment, unit.unit);
        let left = units.iter().zip(&judged).filter(|(_, judged)| judged.is_none());
        let left = left.map(|(unit, _)| name(unit)).collect();
        let mut findings: Vec<Finding> = judged.into_iter().flatten().flatten().collect();
        findings.extend(self.files(fleet.workspace, fleet.tree));
        Judged { findings, left }
    }

    /// Forgets what the policies were about so far.
    pub fn forget(&mut self) {
        self.tally = self.policies.tally();
    }

    /// Policies that were about nothing in a whole run: what they are about may be misspelt.
    pub fn idle(&self) -> Vec<Finding> {
        self.policies.idle(&self.tally)
    }

    /// Examples of the policies that are judged otherwise than their folder says, and policies without any.
    pub fn exercise(&self, tree: &FileTree) -> Vec<Finding> {
        super::exercise::exercise(tree, &self.policies).findings
    }

    /// Marks the findings that a waiver admits.
    pub fn admit(&self, findings: &mut [Finding]) {
        self.waivers.admit(findings, self.now);
    }

    /// Marks the findings that a waiver admits, and adds what is wrong with the waivers: `known` are the rules that there
    /// are, `judged` those by which everything was judged.
    pub fn conclude(&self, findings: &mut Vec<Finding>, known: &BTreeSet<&str>, judged: &BTreeSet<&str>) {
        let now = self.now;
        self.waivers.apply(findings, Run { known, judged, now });
    }

    /// What does not fit together between the units of environments, by the facts of all of them.
    pub fn between(&self, fleet: Fleet<'_>, facts: &Facts) -> Vec<Finding> {
        let mut findings = Vec::new();
        for environment in &fleet.workspace.environments {
            let Some(units) = facts.get(&environment.name) else {
                continue;
            };
            let neighbours = fleet.workspace.neighbours(environment).map(|other| &other.name);
            let neighbours = neighbours
                .filter(|other| **other != environment.name)
                .filter_map(|other| Some((other.to_string(), facts.get(other)?.clone())))
                .collect();
            let scene = EnvironmentScene {
                units,
                neighbours: &neighbours,
            };
            let found = self.environment(&scene).into_iter();
            let found = found.filter(|found| found.is_known(fleet.workspace));
            findings.extend(found.flat_map(|found| fleet.place_between(environment, found)));
        }
        findings
    }
}

/// What the schemas have against an object, and against what a controller will make of it.
fn schemas(catalogue: &Catalogue, cluster_version: &str, request: &Request<'_>) -> Vec<Problem> {
    let object = request.object;
    let mut problems = catalogue.check_update(cluster_version, object, request.old);
    let own = problems.len();
    for made in made::of(object, request.namespace_name()) {
        let found = catalogue.check(cluster_version, &made.object).into_iter();
        let found = found.map(|problem| made.lead_back(problem, object));
        for problem in found.filter(|problem| !made::is_open(problem, object)) {
            // where the object's own schema has complained, its word is enough
            if !problems[..own].iter().any(|said| said.pointer == problem.pointer) {
                problems.push(problem);
            }
        }
    }
    problems
}

/// What the server has against an object beyond the schemas.
fn beyond(object: &Value) -> Vec<Problem> {
    let mut problems = overlay::check(object);
    problems.retain(|problem| !made::is_open(problem, object));
    problems
}

/// The units of each environment by name.
type Environments<'a> = BTreeMap<&'a str, BTreeMap<&'a str, &'a RenderedUnit>>;

fn by_environment(units: &[RenderedUnit]) -> Environments<'_> {
    let mut found = Environments::new();
    for unit in units {
        let environment = found.entry(unit.environment.as_str()).or_default();
        environment.insert(unit.unit.as_str(), unit);
    }
    found
}

impl<'a> Case<'a> {
    fn scene(&self) -> UnitScene<'a> {
        UnitScene {
            unit: self.unit,
            tier: self.environment.file.tier,
            objects: self.objects,
            environment_objects: self.own,
            previous: self.previous,
            values: Some(self.values),
        }
    }

    /// What an object was before; the request is an update then.
    fn before(&self, manifest: &Manifest) -> Option<&'a Value> {
        let before = self.previous?.iter().find(|other| other.id == manifest.id);
        before.map(|before| &before.object)
    }
}
