//! What earlier runs left behind: units whose inputs and whose files on the branch are still those of a run that found
//! nothing wrong need not be read, rendered or checked again.

mod between;
mod inputs;
mod places;
mod subject;
mod unfit;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use lockstep::model::{AgentName, EnvironmentName, FileTree, Finding};
use lockstep::release::{Cache, CachedTip, CachedUnit, EnvironmentPlan, Signatures, UnitChange, object_number};
use lockstep::workspace::layout::{self, ENVIRONMENT_UNIT};
use lockstep::workspace::{Elsewhere, Environment, Graph, Workspace};
use rayon::prelude::*;

pub(super) use self::between::Between;
use self::between::digest;
use self::inputs::Inputs;
use self::places::{Places, tip};
use self::subject::{is_told_in, owner, subjects};
use super::run::Run;
use crate::context::Context;
use crate::failure::Failure;
use crate::ports::{GitId, Repository};

/// The key of a unit that no run confirms.
const JUDGED_EACH_TIME: &str = "-";

/// Ids of the entries of a folder by name.
type Folder = BTreeMap<String, GitId>;

/// An agent in an environment.
type Unit = (EnvironmentName, AgentName);

/// What a run knows before it reads the fleet.
#[derive(Default)]
pub(super) struct Memory {
    /// Units that are as their inputs want them, and the versions that they run.
    pub(super) unchanged: BTreeMap<Unit, String>,
    /// What the fleet has and this run does not read.
    elsewhere: Elsewhere,
    /// The agents that this run reads; all where nothing is known.
    read: Option<BTreeSet<AgentName>>,
    /// The key of every unit's inputs; empty where they could not be found out.
    keys: BTreeMap<Unit, String>,
    /// The key of what all units share.
    common: String,
    /// What is known of units that do not fit together.
    unfit: unfit::Found,
    cache: Cache,
}

impl Memory {
    /// Recalls what earlier runs know of these environments; `signed` are those whose releases are signed, and how.
    pub(super) fn recall(
        context: &Context,
        run: &Run<'_>,
        environments: &[&Environment],
        signed: &BTreeMap<EnvironmentName, Signatures>,
    ) -> Result<Memory, Failure> {
        if run.workspace.has_unread_environments() {
            return Ok(Memory::default());
        }
        let tool = context.program_id();
        // a file that cannot be read is a file that says nothing
        let file = context
            .files
            .read_own(&place(run.repository))
            .ok()
            .flatten()
            .unwrap_or_default();
        let mut cache = Cache::parse(&String::from_utf8_lossy(&file), &tool);
        let inputs = Inputs::read(run)?;
        // a copy that came is named by no unit that was fine without it; one that went or changed may be
        if cache
            .copies
            .iter()
            .any(|(digest, id)| inputs.copies.get(digest) != Some(id))
        {
            cache.units.clear();
        }
        let Some(agents) = inputs.facts(run, &cache)? else {
            return Ok(Memory::default());
        };
        let dependencies = agents
            .iter()
            .map(|(name, agent)| (name.clone(), agent.dependencies.clone()))
            .collect();
        let (graph, findings) = Graph::of(&dependencies, &BTreeSet::new());
        if !findings.is_empty() {
            return Ok(Memory::default());
        }
        let keys = inputs.keys(run.workspace, &agents, &graph, &tool, signed);
        let mut unchanged = BTreeMap::new();
        for environment in environments {
            unchanged.extend(confirmed(run, &cache, &keys, &environment.name)?);
        }
        let mut read: BTreeSet<AgentName> = BTreeSet::new();
        for environment in environments {
            let runs = agents.keys().filter(|agent| inputs.runs(environment, agent));
            let is_known = |agent: &AgentName| unchanged.contains_key(&(environment.name.clone(), agent.clone()));
            read.extend(runs.filter(|agent| !is_known(agent)).cloned());
        }
        // what is the matter with an agent is told by every run
        let told = cache.units.iter().filter(|(_, known)| known.key == JUDGED_EACH_TIME);
        read.extend(
            told.map(|((_, agent), _)| agent.clone())
                .filter(|agent| agents.contains_key(agent)),
        );
        // the addresses of what an agent depends on stand in the files of the other one
        let needed: Vec<AgentName> = read
            .iter()
            .filter_map(|agent| agents.get(agent))
            .flat_map(|agent| agent.dependencies.clone())
            .collect();
        read.extend(needed);
        let elsewhere = inputs.elsewhere(&agents, &read);
        let common = inputs.common(&tool);
        let cache = Cache {
            tool,
            agents,
            copies: inputs.copies,
            ..cache
        };
        Ok(Memory {
            unchanged,
            elsewhere,
            read: Some(read),
            keys,
            unfit: unfit::recall(context, run, environments, &common),
            common,
            cache,
        })
    }

    /// Whether anything is known, so that a run may have left something out.
    pub(super) fn is_partial(&self) -> bool {
        !self.unchanged.is_empty()
    }

    /// What units that a run may not read were found not to agree on.
    pub(super) fn unfit(&self) -> Vec<Finding> {
        let known = self.unfit.values().filter(|_| self.is_partial());
        known.flat_map(unfit::Unfit::findings).cloned().collect()
    }

    /// Whether a unit is known to be unchanged.
    pub(super) fn knows(&self, environment: &EnvironmentName, unit: &str) -> bool {
        AgentName::new(unit).is_ok_and(|agent| self.unchanged.contains_key(&(environment.clone(), agent)))
    }

    /// The files of a commit that this run has to read, and what must be known of the others.
    pub(super) fn files(&self, run: &Run<'_>) -> Result<(FileTree, Elsewhere), Failure> {
        let Some(read) = &self.read else {
            return Ok((run.files(&layout::is_input)?, Elsewhere::default()));
        };
        let is_read = |agent: &str| {
            read.contains(agent) || AgentName::new(agent).is_ok_and(|agent| !self.elsewhere.agents.contains_key(&agent))
        };
        let wanted = |path: &str| layout::is_input(path) && owner(path).is_none_or(is_read);
        Ok((run.files(&wanted)?, self.elsewhere.clone()))
    }

    /// Whether there is anything to judge: where no agent is read, and nothing is told but of agents, all is as earlier runs
    /// have judged it.
    pub(super) fn judges(&self) -> bool {
        self.read.as_ref().is_none_or(|read| !read.is_empty()) || !self.cache.told.is_empty() || !self.unfit.is_empty()
    }

    /// Whether what this run did not look at may matter after all: then it has to look at everything.
    pub(super) fn is_in_doubt(&self, between: &Between<'_>, findings: &[Finding]) -> Result<bool, Failure> {
        let plans = between.plans;
        Ok(self.is_partial()
            && (findings.iter().any(Finding::is_error)
                || self.tells_otherwise(plans, findings)
                || (!self.judges() && plans.iter().any(|plan| plan.commit.is_some()))
                || self.may_share_objects(between.run.workspace, plans)
                || !between.agree(self)?))
    }

    /// Whether what is told of no agent is something else than the last run told, which read more agents or others.
    fn tells_otherwise(&self, plans: &[EnvironmentPlan], findings: &[Finding]) -> bool {
        let (_, told) = subjects(findings);
        let before = self.cache.told.iter();
        let before = before.filter(|(name, _)| is_told_in(name, environments(plans)));
        !before.eq(told.iter())
    }

    /// The same memory for a run that leaves nothing out.
    pub(super) fn of_whole(self) -> Memory {
        Memory {
            keys: self.keys,
            common: self.common,
            cache: self.cache,
            ..Memory::default()
        }
    }

    /// Whether an object that was rendered may be one of a unit that was not.
    fn may_share_objects(&self, workspace: &Workspace, plans: &[EnvironmentPlan]) -> bool {
        let mut objects = BTreeSet::new();
        let mut rendered = BTreeSet::new();
        for plan in plans {
            let server = server(workspace, &plan.environment);
            for (unit, ids) in &plan.objects {
                objects.extend(ids.iter().map(|id| object_number(server, id)));
                rendered.extend(AgentName::new(unit).map(|agent| (plan.environment.clone(), agent)));
            }
        }
        self.cache.has_object(&objects, &rendered)
    }

    /// Keeps for the next run what this one has made sure of.
    pub(super) fn keep(mut self, between: &Between<'_>, findings: &[Finding]) -> Result<(), Failure> {
        let Between {
            context, run, plans, ..
        } = *between;
        if self.keys.is_empty() || findings.iter().any(Finding::is_error) {
            return Ok(());
        }
        // a warning is told each time, and what a waiver admits is judged each time: waivers end
        let is_rendered = |agent: &&str| plans.iter().any(|plan| plan.objects.contains_key(*agent));
        let (warned, told) = subjects(findings);
        if !warned.iter().all(is_rendered) || !self.is_partial() && !unfit::keep(between, &self, findings)? {
            return Ok(());
        }
        for ((_, agent), key) in &mut self.keys {
            if warned.contains(agent.as_str()) {
                *key = JUDGED_EACH_TIME.to_owned();
            }
        }
        let places = plans.par_iter().map(|plan| self.places(run, plan));
        let places: Vec<Option<(GitId, Places)>> = places.collect::<Result<_, Failure>>()?;
        let before = self.cache.told.clone();
        self.cache.told.retain(|name, _| !is_told_in(name, environments(plans)));
        self.cache.told.extend(told);
        let mut news = before != self.cache.told;
        for (plan, places) in plans.iter().zip(places) {
            if let Some((commit, places)) = places {
                news |= self.keep_environment(context, run, plan, commit, &places)?;
            }
        }
        let agents = &self.cache.agents;
        let before = self.cache.units.len();
        self.cache.units.retain(|(_, agent), _| agents.contains_key(agent));
        if news || before != self.cache.units.len() {
            context
                .files
                .write(&place(run.repository), self.cache.text().as_bytes())?;
        }
        Ok(())
    }

    /// Where an environment's branch stands now, and its units; nothing where that is known, or there is no branch.
    fn places(&self, run: &Run<'_>, plan: &EnvironmentPlan) -> Result<Option<(GitId, Places)>, Failure> {
        let tip = tip(run, &plan.environment)?;
        let is_agent = |unit: &String| AgentName::new(unit).is_ok();
        let before = self.cache.tips.get(&plan.environment);
        if tip.as_ref().map(|id| &id.0) == before.map(|tip| &tip.commit) && !plan.objects.keys().any(is_agent) {
            return Ok(None);
        }
        Ok(tip.clone().zip(Places::at(run, tip)?))
    }

    /// Takes up what a run did in one environment; whether that is news.
    fn keep_environment(
        &mut self,
        context: &Context,
        run: &Run<'_>,
        plan: &EnvironmentPlan,
        commit: GitId,
        places: &Places,
    ) -> Result<bool, Failure> {
        let name = &plan.environment;
        self.keep_facts(context, run, plan)?;
        let server = server(run.workspace, name);
        let rendered: Vec<(Unit, CachedUnit)> = plan
            .changes
            .par_iter()
            .filter_map(|change| self.rendered(plan, change, places, server))
            .collect();
        let mut news = false;
        for (unit, known) in rendered {
            news |= self.cache.units.get(&unit) != Some(&known);
            self.cache.units.insert(unit, known);
        }
        let units = self.cache.units.iter();
        let mut units = units.filter(|((environment, _), _)| environment == name);
        let confirmed = units.all(|((_, agent), unit)| places.of_unit(agent.as_str()).as_ref() == Some(&unit.place));
        let facts = plan.facts.get(ENVIRONMENT_UNIT).map(digest);
        let tip = facts.map(|facts| CachedTip {
            commit: commit.0,
            facts,
        });
        let before = match tip.filter(|_| confirmed) {
            Some(tip) => self.cache.tips.insert(name.clone(), tip),
            None => self.cache.tips.remove(name),
        };
        Ok(news || before.as_ref() != self.cache.tips.get(name))
    }

    /// What there is to remember of a unit; nothing where the run did not render it.
    fn rendered(
        &self,
        plan: &EnvironmentPlan,
        change: &UnitChange,
        places: &Places,
        server: &str,
    ) -> Option<(Unit, CachedUnit)> {
        let unit = (plan.environment.clone(), AgentName::new(&change.unit).ok()?);
        let objects = plan.objects.get(&change.unit)?.iter();
        let known = CachedUnit {
            key: self.keys.get(&unit)?.clone(),
            facts: digest(plan.facts.get(&change.unit)?),
            version: change.version.clone()?,
            place: places.of_unit(&change.unit)?,
            objects: objects.map(|id| object_number(server, id)).collect(),
        };
        Some((unit, known))
    }
}

/// The remembered units of an environment that are rendered from the same and stand on the branch as they did.
fn confirmed(
    run: &Run<'_>,
    cache: &Cache,
    keys: &BTreeMap<Unit, String>,
    environment: &EnvironmentName,
) -> Result<Vec<(Unit, String)>, Failure> {
    let tip = tip(run, environment)?;
    let as_left = tip.is_some() && tip.as_ref().map(|id| &id.0) == cache.tips.get(environment).map(|tip| &tip.commit);
    let places = if as_left { None } else { Places::at(run, tip)? };
    let in_place = |agent: &AgentName, known: &CachedUnit| {
        let place = || places.as_ref()?.of_unit(agent.as_str());
        as_left || place().as_ref() == Some(&known.place)
    };
    let units = cache.units.iter().filter(|((name, _), _)| name == environment);
    let same = units.filter(|(unit, known)| keys.get(*unit) == Some(&known.key) && in_place(&unit.1, known));
    Ok(same
        .map(|(unit, known)| (unit.clone(), known.version.clone()))
        .collect())
}

/// The environments of a run.
fn environments(plans: &[EnvironmentPlan]) -> impl Iterator<Item = &str> {
    plans.iter().map(|plan| plan.environment.as_str())
}

fn place(repository: &dyn Repository) -> PathBuf {
    repository.git_folder().join("lockstep/units")
}

fn server<'a>(workspace: &'a Workspace, environment: &EnvironmentName) -> &'a str {
    workspace
        .environment(environment.as_str())
        .map_or("", |environment| &environment.file.cluster.server)
}
