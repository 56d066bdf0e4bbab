//! Asks the cases of one suite: of what is judged, and of everything beside it.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lockstep::model::Finding;
use lockstep::prompts::cases::Case;
use lockstep::prompts::evaluation::{Kept, SuiteRun, SuiteRunner};
use lockstep::prompts::run::{Cassette, Chain, Mock, Recording, Request, Tape};
use lockstep::prompts::score::Checks;
use lockstep::workspace::{Agent, Judged, layout};

use super::again::Beside;
use super::beside::Other;
use super::gathered::{Gathered, SuiteFile};
use super::live::{Budget, Live};
use super::run::Runner;
use super::suites::Faulty;
use super::unused::Unused;
use crate::failure::{Failure, FailureKind};

/// Where the answers to a suite are recorded.
struct Recorded<'a> {
    file: PathBuf,
    cassette: Cassette<'a>,
}

impl Runner<'_> {
    /// Asks the cases of a suite, and adds what they came to.
    pub(super) fn suite(
        &self,
        agent: &Agent,
        suite: &SuiteFile<'_>,
        (judged, others, mock): (&Judged, &mut [Other], Option<&Mock>),
        gathered: &mut Gathered,
        findings: &mut Vec<Finding>,
    ) -> Result<(), Failure> {
        let path = layout::cassette(&agent.name, suite.name);
        let file = self.root.join(&path);
        let tape = self.context.files.open_own(&file)?;
        let (cassette, broken) = read(&path, tape.as_deref())?;
        let mut recorded = Recorded { file, cassette };
        let is_whole = broken.is_empty();
        // what a killed run cut off is asked again
        if !self.args.sources.record {
            gathered.unreadable += usize::from(!is_whole);
            let command = match mock.is_some() && !self.args.sources.no_mock {
                true => self.args.recording(&agent.name),
                false => self.args.recording_live(&agent.name, &Beside::Nothing),
            };
            let help = format!("remove the line, and record what is missing with `{command}`");
            findings.extend(broken.into_iter().map(|finding| finding.help(&help)));
        }
        let fresh: Mutex<Vec<Recording>> = Mutex::new(Vec::new());
        let parts = (judged, others, mock);
        if !self.asked(agent, suite, parts, (&recorded, &fresh), gathered, findings) {
            gathered.unreadable += 1;
            return Ok(());
        }
        let of_mock = gathered.runs.last().map_or(0, |run| run.answered.mock);
        let unused = Unused::new(self, agent, suite, judged, mock);
        let fell = is_whole && unused.looked_at(&mut recorded.cassette);
        // what was not asked again keeps its answer
        for recording in fresh.into_inner().unwrap_or_else(PoisonError::into_inner) {
            recorded.cassette.add(recording);
        }
        let changed = fell || self.args.sources.record;
        let text = changed.then(|| recorded.cassette.text()).transpose();
        let text = text.map_err(|message| Failure::new(FailureKind::Disk, message))?;
        let file = recorded.file;
        // an open file cannot be replaced everywhere
        drop(recorded.cassette);
        drop(tape);
        match text {
            Some(text) if text.is_empty() && fell => self.context.files.remove(&self.root, &file)?,
            Some(text) if text.is_empty() => {}
            Some(text) => self.context.files.write(&file, text.as_bytes())?,
            None => {}
        }
        if of_mock > 0 && !self.args.sources.record {
            findings.push(
                Finding::warning(
                    "stale-cassette",
                    match of_mock {
                        1 => "1 request is not recorded; the mock answered it".to_owned(),
                        many => format!("{many} requests are not recorded; the mock answered them"),
                    },
                )
                .in_file(path)
                .help(format!("record them with `{}`", self.args.recording(&agent.name))),
            );
        }
        Ok(())
    }

    /// Asks; whether it could be done.
    fn asked(
        &self,
        agent: &Agent,
        suite: &SuiteFile<'_>,
        (judged, others, mock): (&Judged, &mut [Other], Option<&Mock>),
        (recorded, fresh): (&Recorded<'_>, &Mutex<Vec<Recording>>),
        gathered: &mut Gathered,
        findings: &mut Vec<Finding>,
    ) -> bool {
        let is_again = self.args.sources.refresh;
        let recorder = |mut recording: Recording| {
            recording.again = is_again;
            let mut fresh = fresh.lock().unwrap_or_else(PoisonError::into_inner);
            let ends_line = fresh.is_empty() && recorded.cassette.is_open();
            let line = format!("{}{}", if ends_line { "\n" } else { "" }, recording.line());
            let files = &self.context.files;
            files
                .append(&recorded.file, line.as_bytes())
                .map_err(|failure| failure.message)?;
            fresh.push(recording);
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
        let subjects = std::iter::once(judged).chain(others.iter().map(|other| &other.judged));
        let chain = || {
            Chain::new(
                replays.then_some(&recorded.cassette),
                live.as_ref().map(|live| live as _),
                answering,
                self.args.sources.record.then_some(&recorder as _),
            )
        };
        // evidence is about what is judged, and not about what it is judged beside
        let own = match self.args.evidence.evidence {
            true => chain().noting(mock),
            false => chain(),
        };
        let beside = others.iter().map(|_| chain());
        let chains: Vec<Chain<'_>> = std::iter::once(own).chain(beside).collect();
        let head = &suite.text.head;
        let counts = std::iter::once(self.kept).chain(std::iter::repeat(Kept::Failures));
        let runners = subjects.zip(&chains).zip(counts).map(|((judged, chain), kept)| {
            let counted = (self.args.repeat, kept);
            let runner = SuiteRunner::new(&judged.subject, head, chain, mock, counted, &price);
            runner.map(|runner| runner.demanding(&self.must_hold))
        });
        let mut runners: Vec<SuiteRunner<'_>> = match runners.collect() {
            Ok(runners) => runners,
            Err(message) => {
                findings.push(Finding::error("failed-evaluation", message).in_file(suite.path));
                return false;
            }
        };
        let mut faulty = Faulty::default();
        let candidate = self.workspace.judged(agent, None, None).ok();
        let checks = Checks::new(head, &judged.subject, candidate.as_ref().map(|one| &one.subject));
        // case by case beside each other, so that a case is in memory once
        suite.text.cases(&mut |cases| {
            faulty.look(cases, head, (agent, &checks), &mut gathered.ids);
            let wanted: Vec<&Case> = cases.iter().filter(|case| self.args.is_wanted(case)).collect();
            for runner in &mut runners {
                let told = || self.progress.asked();
                match &self.pool {
                    Some(pool) => pool.install(|| runner.ask(&wanted, &told)),
                    None => runner.ask(&wanted, &told),
                }
            }
        });
        let mut runs: Vec<_> = runners.into_iter().map(SuiteRunner::done).collect();
        let named: BTreeSet<String> = chains.iter().flat_map(Chain::others).collect();
        findings.extend(other_models(agent, suite, &named, &runs));
        let own = runs.remove(0);
        findings.extend(suite.cut_off(&own));
        gathered.unreadable += usize::from(faulty.has_duplicates());
        gathered.unchecked += faulty.unchecked();
        gathered.unwritten += faulty.unwritten();
        findings.extend(faulty.findings(suite.path, suite.text, &checks));
        findings.extend(suite.failures(&own));
        gathered.add(suite, judged, own, (self.args.repeat, &self.bar));
        for (other, run) in others.iter_mut().zip(runs) {
            other.runs.push(run);
        }
        true
    }
}

/// Answers of models that nobody asked for, by the endpoint's own word.
fn other_models(agent: &Agent, suite: &SuiteFile<'_>, named: &BTreeSet<String>, runs: &[SuiteRun]) -> Option<Finding> {
    let count: u64 = runs.iter().map(|run| run.answered.other_model).sum();
    let named: Vec<&str> = named.iter().map(String::as_str).collect();
    let message = format!(
        "`{}`: of {count} of the answers the endpoint says that they are of `{}`, which was not asked",
        suite.name,
        named.join("`, `")
    );
    (count > 0).then(|| {
        Finding::warning("other-model", message)
            .in_file(layout::cassette(&agent.name, suite.name))
            .help(format!("where that is the same model, say so with `served:` in `{}`; otherwise record them again elsewhere with `--refresh`", layout::MODELS))
    })
}

/// Goes through a cassette; an empty one where there is none.
fn read<'a>(path: &str, tape: Option<&'a dyn Tape>) -> Result<(Cassette<'a>, Vec<Finding>), Failure> {
    let Some(tape) = tape else {
        return Ok((Cassette::default(), Vec::new()));
    };
    Cassette::read(path, tape).map_err(|message| Failure::new(FailureKind::Disk, message))
}
