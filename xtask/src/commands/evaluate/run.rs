//! Judges one agent: suite by suite, so that memory holds one suite at a time.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lockstep::model::{Digest, FileTree, Finding};
use lockstep::prompts::cases::Suite;
use lockstep::prompts::evaluation::{
    Bar, Evaluation, Grid, Kept, Roll, SuiteRun, Tokens, cost, run_suite, suite_digest, sum_up, verdict,
};
use lockstep::prompts::run::{Answered, Cassette, Chain, Mock, Recording, Request};
use lockstep::workspace::{Agent, Judged, Workspace, layout, read_mock, read_suite};
use rayon::ThreadPool;

use super::beside::{self, Other};
use super::gathered::{Gathered, SuiteFile};
use super::live::{Budget, Live, Outages, Spent};
use super::sources::Endpoint;
use super::{Args, suites};
use crate::context::Context;
use crate::failure::{Failure, FailureKind};

/// Judges agents.
pub(super) struct Runner<'a> {
    context: &'a Context,
    workspace: &'a Workspace,
    args: &'a Args,
    bar: Bar,
    root: PathBuf,
    endpoint: Option<Endpoint>,
    spent: Spent,
    outages: Outages,
    /// Few threads for an endpoint that others use too; all of them otherwise.
    pool: Option<ThreadPool>,
    kept: Kept,
}

impl<'a> Runner<'a> {
    pub(super) fn new(
        context: &'a Context,
        workspace: &'a Workspace,
        args: &'a Args,
        bar: Bar,
    ) -> Result<Runner<'a>, Failure> {
        let endpoint = args.sources.endpoint(context)?;
        let pool = endpoint.as_ref().map(|_| {
            rayon::ThreadPoolBuilder::new()
                .num_threads(args.sources.parallel.max(1))
                .build()
        });
        let pool = pool
            .transpose()
            .map_err(|error| Failure::new(FailureKind::Outside, format!("could not start threads: {error}")))?;
        Ok(Runner {
            context,
            workspace,
            args,
            bar,
            root: context.root()?,
            endpoint,
            spent: Spent::default(),
            outages: Outages::default(),
            pool,
            kept: args.kept(context),
        })
    }

    /// What a live endpoint left unanswered so far.
    pub(super) fn outages(&self) -> Option<String> {
        self.outages.told()
    }

    /// Judges an agent; the grid has it beside its variants. Findings say why where it could not be done.
    pub(super) fn agent(
        &self,
        agent: &Agent,
        findings: &mut Vec<Finding>,
        sources: &mut FileTree,
    ) -> Result<Option<(Evaluation, Option<Grid>)>, Failure> {
        let named = |name: &Option<String>| self.workspace.environment(name.as_deref()?);
        let (environment, place) = (named(&self.args.environment), named(&self.args.place));
        let judged = match self.workspace.judged(agent, environment, place) {
            Ok(judged) => judged,
            Err(more) => {
                findings.extend(more);
                return Ok(None);
            }
        };
        let mut others = match beside::others(self.context, self.workspace, self.args, agent, &judged)? {
            Ok(others) => others,
            Err(more) => {
                findings.extend(more);
                return Ok(None);
            }
        };
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
            sources.insert(path.clone(), &bytes[..]);
            let known = (self.workspace, &*self.context.today());
            let Some(suite) = read_suite(path, &bytes, &judged.subject, known, findings) else {
                gathered.unreadable += 1;
                continue;
            };
            let twice = suites::duplicates(path, &bytes, &suite, &mut gathered.ids);
            gathered.unreadable += usize::from(!twice.is_empty());
            findings.extend(twice);
            let unchecked = suites::unchecked(path, &bytes, &suite, agent, &judged.subject);
            gathered.unchecked += unchecked.len();
            findings.extend(unchecked);
            let file = SuiteFile {
                name,
                path,
                bytes: &bytes,
                ids: suite.cases.iter().map(|case| case.id.clone()).collect(),
            };
            let suite = self.filtered(suite);
            let before = findings.len();
            let run = self.suite(
                agent,
                (name, path),
                &suite,
                &judged,
                &mut others,
                mock.as_ref(),
                findings,
            )?;
            let Some(run) = run else {
                gathered.unreadable += 1;
                continue;
            };
            findings.extend(file.failures(&run));
            gathered.unreadable += usize::from(findings[before..].iter().any(|one| one.rule == "broken-cassette"));
            gathered.add(&file, &suite, &judged, run, (self.args.repeat, &self.bar));
        }
        Ok(Some(self.evaluation(agent, judged, others, gathered)))
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

    fn filtered(&self, mut suite: Suite) -> Suite {
        let (tags, ids) = (&self.args.tag, &self.args.case);
        suite.cases.retain(|case| {
            (tags.is_empty() || case.tags.iter().any(|tag| tags.contains(tag)))
                && (ids.is_empty() || ids.contains(&case.id))
        });
        suite
    }

    /// Runs one suite, for what is judged and for everything beside it.
    #[expect(clippy::too_many_arguments, reason = "all of them belong to one suite of one agent")]
    fn suite(
        &self,
        agent: &Agent,
        (name, suite_path): (&str, &str),
        suite: &Suite,
        judged: &Judged,
        others: &mut [Other],
        mock: Option<&Mock>,
        findings: &mut Vec<Finding>,
    ) -> Result<Option<SuiteRun>, Failure> {
        let path = layout::cassette(&agent.name, name);
        let file = self.root.join(&path);
        let text = self.context.files.read_own(&file)?.unwrap_or_default();
        let (mut cassette, broken) = Cassette::read(&path, &String::from_utf8_lossy(&text));
        // what a killed run cut off is asked again
        if !self.args.sources.record {
            findings.extend(broken);
        }
        let is_again = self.args.sources.refresh;
        let recorded: Mutex<Vec<Recording>> = Mutex::new(Vec::new());
        let recorder = |mut recording: Recording| {
            recording.again = is_again;
            let mut recorded = recorded.lock().unwrap_or_else(PoisonError::into_inner);
            let line = format!("{}{}", if recorded.is_empty() { "\n" } else { "" }, recording.line());
            self.context
                .files
                .append(&file, line.as_bytes())
                .map_err(|failure| failure.message)?;
            recorded.push(recording);
            Ok(())
        };
        let price = |provider: &str, name: &str| self.workspace.price(provider, name);
        let known = self.workspace.models.clone().unwrap_or_default();
        let served = |request: &Request| known.served(&request.model);
        let live = self.endpoint.as_ref().map(|endpoint| Live {
            http: &*self.context.http,
            clock: &*self.context.clock,
            endpoint,
            timeout: Duration::from_secs(u64::from(judged.subject.model.timeout_seconds)),
            budget: Budget {
                cost: self.args.sources.max_cost,
                tokens: self.args.sources.max_tokens,
            },
            price: &price,
            served: &served,
            spent: &self.spent,
            outages: &self.outages,
        });
        let replays = !is_again && (live.is_none() || self.args.sources.record);
        let answering = mock.filter(|_| !self.args.sources.no_mock && live.is_none());
        let mut runs = Vec::new();
        for subject in std::iter::once(judged).chain(others.iter().map(|other| &other.judged)) {
            let chain = Chain::new(
                replays.then_some(&cassette),
                live.as_ref().map(|live| live as _),
                answering,
                self.args.sources.record.then_some(&recorder as _),
            );
            let counted = (
                self.args.repeat,
                if runs.is_empty() { self.kept } else { Kept::Failures },
            );
            let run = || run_suite(&subject.subject, suite, &chain, mock, counted, &price);
            match self.pool.as_ref().map_or_else(run, |pool| pool.install(run)) {
                Ok(run) => runs.push(run),
                Err(message) => {
                    findings.push(Finding::error("failed-evaluation", message).in_file(suite_path));
                    return Ok(None);
                }
            }
        }
        let recorded = recorded.into_inner().unwrap_or_else(PoisonError::into_inner);
        if self.args.sources.record {
            // what was not asked again keeps its answer
            for recording in recorded {
                cassette.add(recording);
            }
            if !cassette.is_empty() {
                self.context.files.write(&file, cassette.text().as_bytes())?;
            }
        } else if runs[0].answered.mock > 0 && !text.is_empty() {
            let count = runs[0].answered.mock;
            findings.push(
                Finding::warning(
                    "stale-cassette",
                    format!("{count} requests are not recorded; the mock answered them"),
                )
                .in_file(path)
                .help(format!(
                    "record them with `cargo xtask evaluate {} --record`",
                    agent.name
                )),
            );
        }
        let mut runs = runs.into_iter();
        let own = runs.next();
        for (other, run) in others.iter_mut().zip(runs) {
            other.runs.push(run);
        }
        Ok(own)
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
        let verdict = gathered.verdict(verdict(&summary, against.as_ref(), &self.bar));
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
            suite_digest: suite_digest(&digests),
            summary,
            answered: gathered
                .runs
                .iter()
                .fold(Answered::default(), |sum, run| sum.plus(run.answered)),
            tokens: Tokens::of(&gathered.runs),
            cost: cost(&gathered.runs),
            against,
            verdict,
            failures,
            details: gathered.details(),
            roll: Roll::of(&gathered.runs),
            evaluated_at: self.context.clock.now(),
            suites: gathered.suites,
        };
        (evaluation, grid)
    }
}
