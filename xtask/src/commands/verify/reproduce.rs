//! `verify --reproduce`: renders the units of a branch again, each from the commit that it names, and compares the bytes.

use std::collections::{BTreeMap, BTreeSet};

use lockstep::artifact::Kind;
use lockstep::model::{AgentName, Finding, Timestamp};
use lockstep::policy::Fleet;
use lockstep::release::verify::{
    Reproduction, Rerendered, Verification, VerifiedUnit, claimed_sequence, irreproducible, missing_source,
    not_comparable, reproduction_findings, restoration_findings,
};
use lockstep::release::{
    BranchState, CommitPlan, DryCommit, EnvironmentInput, HydratorMetadata, Options, PreviousUnit, Tool, plan,
};
use lockstep::render::Engines;
use lockstep::report::counted;
use lockstep::workspace::Workspace;
use lockstep::workspace::layout::{ENVIRONMENT_UNIT, branch};
use rayon::prelude::*;

use super::super::branches::{branch_state, units};
use super::super::dry::{Part, is_outline};
use super::branch::Subject;
use crate::failure::{Failure, FailureKind};
use crate::ports::{Commit, GitId, Repository};

/// The tool that renders now.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What came of each unit, by name.
pub(super) type Outcomes = BTreeMap<String, Reproduction>;

/// How many units came out how.
pub(super) fn tally(outcomes: &Outcomes) -> String {
    let count = |which| outcomes.values().filter(|outcome| **outcome == which).count();
    let mut text = format!(
        "{} of {} {} to the same bytes again",
        count(Reproduction::Reproduced),
        counted(outcomes.len(), "unit"),
        if outcomes.len() == 1 { "renders" } else { "render" }
    );
    for (which, words) in [
        (Reproduction::Different, "do not"),
        (Reproduction::NotComparable, "are of another version of Lockstep"),
        (Reproduction::Unverified, "do not hold as they are"),
    ] {
        let count = count(which);
        if count > 0 {
            text.push_str(&format!(", {count} {words}"));
        }
    }
    text + "\n"
}

/// Renders the units of one environment again.
pub(super) struct Reproducer<'a> {
    repository: &'a dyn Repository,
    delivery: &'a dyn Repository,
    subject: &'a Subject,
}

/// Units that one environment commit wrote.
struct Group {
    commit: GitId,
    /// The commit before it; none before the first.
    parent: Option<GitId>,
    /// The commit that they name.
    dry: Option<String>,
    units: BTreeSet<String>,
    /// Whether a rollback has numbered and listed the environment's own unit anew since.
    listed_anew: bool,
}

impl<'a> Reproducer<'a> {
    pub(super) fn new(
        repository: &'a dyn Repository,
        delivery: &'a dyn Repository,
        subject: &'a Subject,
    ) -> Reproducer<'a> {
        Reproducer {
            repository,
            delivery,
            subject,
        }
    }

    /// What came of each unit; what differs joins the findings of the verification.
    pub(super) fn run(&self, verification: &mut Verification) -> Result<Outcomes, Failure> {
        let mut outcomes = Outcomes::new();
        let mut findings = Vec::new();
        let mut fresh: Vec<&VerifiedUnit> = Vec::new();
        let environment = &self.subject.environment;
        for unit in &verification.units {
            let name = &unit.unit;
            let made_by = unit.generator.as_deref().unwrap_or_default();
            let outcome = if !unit.holds {
                Reproduction::Unverified
            } else if let Some(named) = &unit.rollback_of {
                let named = units(self.delivery, &GitId(named.clone()), &[name])?.remove(0);
                let found = restoration_findings(environment, name, &self.subject.files, &named);
                let outcome = outcome(&found);
                findings.extend(found);
                outcome
            } else if made_by != VERSION {
                findings.push(not_comparable(environment, name, made_by, VERSION));
                Reproduction::NotComparable
            } else {
                fresh.push(unit);
                Reproduction::Reproduced
            };
            outcomes.insert(name.clone(), outcome);
        }
        let groups = self.groups(&verification.units, &fresh)?;
        let found: Vec<Vec<Finding>> = groups
            .par_iter()
            .map(|group| self.compare(group))
            .collect::<Result<_, _>>()?;
        for finding in found.into_iter().flatten() {
            let unit = finding.unit.as_deref().and_then(|unit| unit.split_once('/'));
            if let Some((_, unit)) = unit {
                outcomes.insert(unit.to_owned(), Reproduction::Different);
            }
            findings.push(finding);
        }
        verification.findings.append(&mut findings);
        verification.findings.sort();
        Ok(outcomes)
    }

    /// The units by the commits that wrote them.
    fn groups(&self, all: &[VerifiedUnit], fresh: &[&VerifiedUnit]) -> Result<Vec<Group>, Failure> {
        let links = self.subject.history.iter().flat_map(|history| &history.links);
        let commits: BTreeMap<u64, &str> = links
            .filter_map(|link| Some((claimed_sequence(&link.bundle)?, link.commit.as_str())))
            .collect();
        let mut groups: BTreeMap<(GitId, Option<String>), Group> = BTreeMap::new();
        for unit in fresh {
            let Some(commit) = unit.sequence.and_then(|sequence| commits.get(&sequence)) else {
                let message = format!("the release of `{}` has no commit in the branch's history", unit.unit);
                return Err(
                    Failure::new(FailureKind::Repository, message).hint("fetch the rest: `git fetch --unshallow`")
                );
            };
            let mut commit = self.delivery.resolve(commit)?;
            let is_rollback =
                |other: &VerifiedUnit| other.kind == Some(Kind::Rollback) && other.sequence == unit.sequence;
            let listed_anew = unit.unit == ENVIRONMENT_UNIT && all.iter().any(is_rollback);
            if listed_anew {
                commit = self.rendered_in(commit)?;
            }
            let dry = self.dry_sha(&unit.unit);
            let group = groups.entry((commit.id.clone(), dry.clone())).or_insert_with(|| Group {
                parent: commit.parents.first().cloned(),
                dry,
                commit: commit.id,
                units: BTreeSet::new(),
                listed_anew,
            });
            group.units.insert(unit.unit.clone());
        }
        Ok(groups.into_values().collect())
    }

    /// The commit that rendered what the environment has of its own: a rollback only lists the units anew.
    fn rendered_in(&self, mut commit: Commit) -> Result<Commit, Failure> {
        loop {
            let Some(parent) = commit.parents.first() else {
                return Ok(commit);
            };
            if self.own_files(&commit.id)? != self.own_files(parent)? {
                return Ok(commit);
            }
            commit = self.delivery.resolve(&parent.0)?;
        }
    }

    fn own_files(&self, commit: &GitId) -> Result<BTreeMap<String, GitId>, Failure> {
        let folders = [
            format!("{}/{ENVIRONMENT_UNIT}", branch::APPS),
            branch::ARGOCD.to_owned(),
        ];
        let mut found = self.delivery.folders(commit, &folders)?;
        let argocd = found.pop().unwrap_or_default();
        let mut files = found.pop().unwrap_or_default();
        files.extend(argocd.into_iter().filter(|(name, _)| name.starts_with('_')));
        Ok(files)
    }

    /// Renders a group again and compares.
    fn compare(&self, group: &Group) -> Result<Vec<Finding>, Failure> {
        let environment = &self.subject.environment;
        let whole = |message: &str| {
            let about = |unit: &String| irreproducible(environment, unit, message.replace("{unit}", unit));
            Ok(group.units.iter().map(about).collect())
        };
        let Some(dry) = &group.dry else {
            return whole("`{unit}` does not say which commit it was made from");
        };
        let Ok(dry) = self.repository.resolve(dry) else {
            let about = |unit: &String| missing_source(environment, unit, dry);
            return Ok(group.units.iter().map(about).collect());
        };
        let (plan, errors) = self.render(group, &dry)?;
        match (plan, errors.into_iter().next()) {
            (Some(plan), None) => Ok(reproduction_findings(&Rerendered {
                environment,
                units: &group.units,
                files: &self.subject.files,
                plan: &plan,
                listed_anew: group.listed_anew,
            })),
            (_, Some(error)) => whole(&format!(
                "`{{unit}}` cannot be rendered again from {}: {} ({})",
                dry.id.0, error.message, error.rule
            )),
            (None, None) => whole(&format!("{} makes nothing of `{{unit}}`", dry.id.0)),
        }
    }

    fn dry_sha(&self, unit: &str) -> Option<String> {
        let bytes = self.subject.files.get(&branch::metadata(unit))?;
        let metadata: HydratorMetadata = serde_json::from_slice(bytes).ok()?;
        Some(metadata.dry_sha)
    }

    /// The release of a group as this tool makes it now: from the same commit, on top of the same branch.
    fn render(&self, group: &Group, dry: &Commit) -> Result<(Option<CommitPlan>, Vec<Finding>), Failure> {
        let none = |findings| Ok((None, findings));
        let agents = self.written(group)?;
        let (outline, findings) = Workspace::load(&self.repository.files(&dry.id, &is_outline)?);
        let Some(outline) = outline else { return none(findings) };
        let part = Part::linked(self.repository, &dry.id, &outline, &agents)?;
        let (workspace, mut findings) = Workspace::load_part(&part.tree, part.elsewhere);
        let Some(workspace) = workspace else {
            return none(findings);
        };
        let Some(environment) = workspace.environment(self.subject.environment.as_str()) else {
            return none(findings);
        };
        let state = self.state_before(group, &agents)?;
        let (engines, more) = Engines::compile(&workspace);
        findings.extend(more);
        let options = Options {
            agents: Some(agents),
            allow_removals: Some(usize::MAX),
            resign: true,
            ..Options::default()
        };
        let input = EnvironmentInput {
            environment,
            branch: &state,
            ancestors: &state.units.values().filter_map(PreviousUnit::dry_sha).collect(),
            strays: &BTreeMap::new(),
            foreign: &BTreeMap::new(),
            neighbours: &BTreeMap::new(),
        };
        let dry = DryCommit::new(
            dry.id.0.clone(),
            dry.author.clone(),
            Timestamp {
                seconds: dry.seconds,
                offset_minutes: dry.offset_minutes,
            },
            &dry.message,
        );
        let fleet = Fleet {
            workspace: &workspace,
            engines: &engines,
            tree: &part.tree,
        };
        // what it renders to is the question, not whether that is admitted today
        let tool = Tool { version: VERSION };
        let (plans, more) = plan(fleet, None, &[input], &dry, &options, tool, &|_| {});
        // what is wrong with other units was left out then, and is now
        let findings = more.into_iter().filter(Finding::is_error).collect();
        Ok((plans.into_iter().next().and_then(|plan| plan.commit), findings))
    }

    /// The agents to render with a group. The environment's own unit lists everything that its commit wrote or removed.
    fn written(&self, group: &Group) -> Result<BTreeSet<AgentName>, Failure> {
        let names =
            |units: &mut dyn Iterator<Item = &String>| units.filter_map(|unit| AgentName::new(unit).ok()).collect();
        if !group.units.contains(ENVIRONMENT_UNIT) {
            return Ok(names(&mut group.units.iter()));
        }
        let now = self.delivery.folder(&group.commit, branch::RECORDS)?;
        let before = match &group.parent {
            Some(parent) => self.delivery.folder(parent, branch::RECORDS)?,
            None => BTreeMap::new(),
        };
        let units = now.keys().chain(before.keys());
        Ok(names(&mut units.filter(|unit| now.get(*unit) != before.get(*unit))))
    }

    /// What the branch had before a group was written.
    fn state_before(&self, group: &Group, agents: &BTreeSet<AgentName>) -> Result<BranchState, Failure> {
        let Some(parent) = &group.parent else {
            return Ok(BranchState::default());
        };
        let unread = |unit: &str| unit != ENVIRONMENT_UNIT && !agents.iter().any(|agent| agent.as_str() == unit);
        branch_state(self.delivery, parent, &unread)
    }
}

fn outcome(findings: &[Finding]) -> Reproduction {
    if findings.is_empty() {
        Reproduction::Reproduced
    } else {
        Reproduction::Different
    }
}
