//! What a run of `release` is asked for, rendered and judged as a whole.

use std::collections::{BTreeMap, BTreeSet};
use std::slice;

use indicatif::ProgressBar;
use lockstep::model::{AgentName, EnvironmentName, FileTree, Finding};
use lockstep::policy::{Fleet, Judge};
use lockstep::release::{
    Blocked, EnvironmentInput, EnvironmentPlan, Options, Progress, Signatures, Tool, plan, without_echoes,
};
use lockstep::render::Engines;
use lockstep::workspace::Environment;

use super::super::{dry::dry_commit, selection};
use super::Args;
use super::memory::Memory;
use super::run::{Branch, Run};
use crate::context::count;
use crate::failure::Failure;

/// What a run would do, and what is wrong.
pub(super) struct Judged {
    pub(super) plans: Vec<EnvironmentPlan>,
    pub(super) findings: Vec<Finding>,
    /// Whether nothing may be written, since the findings are about what was asked for.
    pub(super) stops: bool,
}

/// What a run is asked for, and where the branches stand.
pub(super) struct Asked<'a> {
    pub(super) args: &'a Args,
    pub(super) run: &'a Run<'a>,
    pub(super) tree: &'a FileTree,
    pub(super) environments: &'a [&'a Environment],
    pub(super) branches: &'a [Branch],
    pub(super) progress: &'a ProgressBar,
    pub(super) lost: BTreeSet<String>,
}

impl Asked<'_> {
    /// Everything rendered and judged; nothing is written.
    pub(super) fn judged(
        &self,
        judge: Option<&Judge>,
        memory: &Memory,
        signed: BTreeMap<EnvironmentName, Signatures>,
        mut findings: Vec<Finding>,
    ) -> Result<Judged, Failure> {
        let Asked { args, run, tree, .. } = *self;
        let gone = self.branches.iter().flat_map(|branch| branch.state.units.keys());
        let gone = gone.filter_map(|unit| AgentName::new(unit).ok()).collect();
        let agents = selection::agents(run.workspace, &args.agent, &gone)?;
        selection::refuse_absent(run.workspace, self.environments, agents.as_ref(), &gone, &findings)?;
        let neighbours = run.neighbours(self.environments, memory)?;
        let (engines, more) = Engines::compile(run.workspace);
        findings.extend(more);
        if let Some(judge) = judge {
            findings.extend(judge.files(run.workspace, tree));
            judge.admit(&mut findings);
        }
        let options = Options {
            signed,
            resign: args.resign,
            lost: self.lost.clone(),
            unchanged: memory.unchanged.clone(),
            unfit: memory.unfit(),
            blocked: Blocked::by(&findings),
            agents,
            allow_removals: args.allow_removals,
        };
        let environments = self.environments.iter().zip(self.branches);
        let inputs: Vec<EnvironmentInput<'_>> = environments
            .map(|(environment, branch)| EnvironmentInput {
                environment,
                branch: &branch.state,
                ancestors: &branch.ancestors,
                strays: &branch.strays,
                foreign: &neighbours.objects,
                neighbours: &neighbours.facts,
            })
            .collect();
        let tool = Tool {
            version: env!("CARGO_PKG_VERSION"),
        };
        let fleet = Fleet {
            workspace: run.workspace,
            engines: &engines,
            tree,
        };
        let told = |how_far| match how_far {
            Progress::Units(units) => count(self.progress, "judging", units),
            Progress::Unit => self.progress.inc(1),
        };
        let (plans, more) = plan(fleet, judge, &inputs, &dry_commit(run.head), &options, tool, &told);
        findings.extend(more);
        let touches = |blocked: Blocked| blocked.touches(self.environments, options.agents.as_ref());
        // errors about units outside the run are told where those are released
        findings.retain(|finding| !finding.is_error() || touches(Blocked::by(slice::from_ref(finding))));
        findings.sort();
        findings.dedup();
        let blocked = Blocked::by(&findings);
        // where the run goes on they say why it leaves a unit out
        if !args.keep_going {
            without_echoes(&mut findings);
        }
        Ok(Judged {
            plans,
            stops: (!args.keep_going || blocked.everything()) && touches(blocked),
            findings,
        })
    }
}
