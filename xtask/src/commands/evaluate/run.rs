//! Judges one agent: suite by suite, so that memory holds one suite at a time.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use lockstep::model::{Digest, FileTree, Finding};
use lockstep::prompts::evaluation::{
    Bar, Evaluation, Grid, Kept, Tokens, VerdictOutcome, cost, suite_digest, sum_up, verdict,
};
use lockstep::prompts::run::{Answered, Mock};
use lockstep::workspace::{Agent, Judged, SuiteText, Workspace, layout, read_mock};
use rayon::ThreadPool;

use super::beside::{self, Other};
use super::gathered::{Gathered, SuiteFile, tolerate};
use super::live::{Outages, Short, Spent};
use super::progress::Progress;
use super::running::Running;
use super::sources::Endpoint;
use super::{Args, suites, unused, withheld};
use crate::context::Context;
use crate::failure::{Failure, FailureKind};

/// Most requests at the same time: more are no faster anywhere, and each is a thread.
const MOST_PARALLEL: u16 = 64;

/// What came of an agent.
pub(super) struct Done {
    pub(super) evaluation: Evaluation,
    /// It beside its variants.
    pub(super) grid: Option<Grid>,
    /// Whether the agent has a mock, which was not let answer since this is evidence.
    pub(super) has_idle_mock: bool,
}

/// Judges agents.
pub(super) struct Runner<'a> {
    pub(super) context: &'a Context,
    pub(super) workspace: &'a Workspace,
    pub(super) args: &'a Args,
    pub(super) running: Running,
    pub(super) bar: Bar,
    /// Tags whose cases must hold for the environment that is asked about.
    pub(super) must_hold: Vec<String>,
    pub(super) root: PathBuf,
    pub(super) endpoint: Option<Endpoint>,
    pub(super) spent: Spent,
    pub(super) outages: Outages,
    /// Few threads for an endpoint that others use too; all of them otherwise.
    pub(super) pool: Option<ThreadPool>,
    pub(super) kept: Kept,
    pub(super) progress: Progress<'a>,
    notes: Mutex<Vec<String>>,
}

impl<'a> Runner<'a> {
    pub(super) fn new(
        context: &'a Context,
        workspace: &'a Workspace,
        (args, running): (&'a Args, Running),
        bar: Bar,
        progress: Progress<'a>,
    ) -> Result<Runner<'a>, Failure> {
        let endpoint = args.sources.endpoint(context)?;
        let wanted = args.sources.parallel;
        let capped = (endpoint.is_some() && wanted > MOST_PARALLEL).then(|| {
            format!("of `--parallel {wanted}` {MOST_PARALLEL} questions are asked at the same time: more are no faster")
        });
        let pool = endpoint.as_ref().map(|_| {
            rayon::ThreadPoolBuilder::new()
                .num_threads(usize::from(wanted.min(MOST_PARALLEL)))
                .build()
        });
        let pool = pool
            .transpose()
            .map_err(|error| Failure::new(FailureKind::Outside, format!("could not start threads: {error}")))?;
        let place = args.place.as_deref().and_then(|place| workspace.environment(place));
        let demands = place.and_then(|place| workspace.fleet.promotion.get(&place.name));
        Ok(Runner {
            must_hold: demands.map_or_else(Vec::new, |demands| demands.must_hold.clone()),
            context,
            workspace,
            args,
            running,
            bar,
            root: context.root()?,
            endpoint,
            spent: Spent::default(),
            outages: Outages::default(),
            pool,
            kept: args.kept(context),
            progress,
            notes: Mutex::new(capped.into_iter().collect()),
        })
    }

    /// What a live endpoint left unanswered so far.
    pub(super) fn outages(&self) -> Option<String> {
        self.outages.told()
    }

    /// What the budget was too small for so far.
    pub(super) fn short(&self) -> Option<Short> {
        self.spent.short()
    }

    /// Says something of the run that is no finding.
    pub(super) fn note(&self, note: String) {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).push(note);
    }

    /// What was said of it.
    pub(super) fn notes(&self) -> Vec<String> {
        std::mem::take(&mut *self.notes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Judges an agent. Findings say why where it could not be done.
    pub(super) fn agent(
        &self,
        agent: &Agent,
        findings: &mut Vec<Finding>,
        sources: &mut FileTree,
    ) -> Result<Option<Done>, Failure> {
        let first = findings.len();
        let named = |name: &Option<String>| self.workspace.environment(name.as_deref()?);
        let (environment, place) = (named(&self.args.environment), named(&self.args.place));
        let judged = match self.running.judged(self.workspace, agent, environment, place) {
            Ok(judged) => judged,
            Err(more) => {
                findings.extend(more);
                return Ok(None);
            }
        };
        let against = self.args.against.as_deref();
        let baseline = against.and_then(|name| self.running.baseline(self.workspace, agent, name));
        let places = [environment, baseline].into_iter().flatten();
        places
            .filter_map(|place| self.running.told(place, agent))
            .for_each(|told| self.note(told));
        let mut others = match beside::others(self.context, self.workspace, (self.args, &self.running), agent, &judged)?
        {
            Ok(others) => others,
            Err(more) => {
                findings.extend(more);
                return Ok(None);
            }
        };
        findings.extend(beside::unknown_models(self.workspace, &others));
        let suites = suites::listed(self.context, &self.root, agent, findings)?;
        if suites.is_empty() {
            findings.push(
                Finding::error("nothing-to-judge", format!("`{}` has no cases", agent.name))
                    .in_file(layout::agent(agent.name.as_str()))
                    .help(format!("write `{}/<suite>.yaml`", layout::cases(&agent.name))),
            );
            return Ok(None);
        }
        let mock = self.mock(agent, findings, sources)?;
        let mut gathered = Gathered::default();
        for (name, path) in &suites {
            let bytes = self.context.files.read(&self.root.join(path))?.unwrap_or_default();
            let known = (self.workspace, &*self.context.today());
            let before = findings.len();
            match SuiteText::read(path, &bytes, &judged.subject, known, findings) {
                Some(text) => {
                    let (bytes, text) = (&bytes[..], &text);
                    let file = SuiteFile {
                        name,
                        path,
                        bytes,
                        text,
                    };
                    let parts = (&judged, &mut others[..], mock.as_ref());
                    self.suite(agent, &file, parts, &mut gathered, findings)?;
                }
                None => gathered.unreadable += 1,
            }
            // a suite of which nothing is said is not shown either
            let mut places = findings[before..].iter().filter_map(|one| one.location.as_ref());
            if places.any(|place| place.file == *path) {
                sources.insert(path.clone(), bytes);
            }
        }
        if gathered.unreadable == 0 {
            unused::without_suite(self, agent, &suites)?;
        }
        let withheld = withheld::counted(&gathered.runs);
        if let Some(place) = place.or(environment) {
            findings.extend(withheld::findings(place, agent, &withheld, sources));
        }
        let (evaluation, grid) = self.evaluation(agent, judged, others, gathered);
        if evaluation.verdict.outcome != VerdictOutcome::Failed {
            tolerate(&mut findings[first..]);
        }
        Ok(Some(Done {
            evaluation,
            grid,
            has_idle_mock: mock.is_some() && self.args.evidence.evidence && self.endpoint.is_none(),
        }))
    }

    fn mock(
        &self,
        agent: &Agent,
        findings: &mut Vec<Finding>,
        sources: &mut FileTree,
    ) -> Result<Option<Mock>, Failure> {
        let path = layout::mock(&agent.name);
        let Some(bytes) = self.context.files.read(&self.root.join(&path))? else {
            return Ok(None);
        };
        let mock = read_mock(&path, &bytes, findings);
        sources.insert(path, bytes);
        Ok(mock)
    }

    fn evaluation(
        &self,
        agent: &Agent,
        judged: Judged,
        others: Vec<Other>,
        mut gathered: Gathered,
    ) -> (Evaluation, Option<Grid>) {
        let grid = beside::grid(self.args, &self.bar, (agent, &judged), &others, &gathered);
        let summary = sum_up(&gathered.runs, self.args.repeat, &self.bar);
        let baseline = others.iter().position(|other| other.is_baseline);
        let column = baseline.and_then(|at| grid.as_ref()?.columns.get(at + 1));
        let against = column.and_then(|column| column.comparison.clone());
        let mut verdict = verdict(&summary, against.as_ref(), &self.bar);
        grid.iter()
            .flat_map(beside::variants)
            .for_each(|variant| verdict.beside(variant));
        let verdict = gathered.verdict(verdict);
        let digests: BTreeMap<&str, Digest> = gathered
            .suites
            .iter()
            .map(|suite| (suite.name.as_str(), suite.sha256))
            .collect();
        let mut failures: Vec<_> = gathered
            .runs
            .iter()
            .flat_map(|run| run.failures.iter().cloned())
            .collect();
        failures.truncate(10);
        let evaluation = Evaluation {
            agent: agent.name.clone(),
            tuple_id: judged.tuple_id,
            overrides: judged.overrides,
            must_hold: self.must_hold.clone(),
            suite_digest: suite_digest(&digests),
            summary,
            answered: gathered
                .runs
                .iter()
                .fold(Answered::default(), |sum, run| sum.plus(run.answered)),
            recordings: gathered.recordings(),
            tokens: Tokens::of(&gathered.runs),
            cost: cost(&gathered.runs),
            against,
            verdict,
            failures,
            details: gathered.details(),
            roll: gathered.roll(),
            evaluated_at: self.context.clock.now(),
            suites: gathered.suites,
        };
        (evaluation, grid)
    }
}
