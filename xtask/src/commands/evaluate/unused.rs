//! Recordings that no case asks for any more: told, and dropped where that is wanted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use lockstep::model::{Digest, PlainVersion};
use lockstep::prompts::cases::Case;
use lockstep::prompts::evaluation::{Kept, SuiteRunner};
use lockstep::prompts::run::{Cassette, Chain, Mock, Subject};
use lockstep::report::counted;
use lockstep::workspace::{Agent, Environment, Judged, layout};

use super::gathered::SuiteFile;
use super::run::Runner;
use crate::failure::Failure;

/// Up to so many recordings a run also looks for those that nothing asks for: of more it would take as long as the run.
const FEW: usize = 2000;

/// The recordings of one suite.
pub(super) struct Unused<'a> {
    runner: &'a Runner<'a>,
    agent: &'a Agent,
    suite: &'a SuiteFile<'a>,
    judged: &'a Judged,
    mock: Option<&'a Mock>,
}

impl<'a> Unused<'a> {
    pub(super) fn new(
        runner: &'a Runner<'_>,
        agent: &'a Agent,
        suite: &'a SuiteFile<'_>,
        judged: &'a Judged,
        mock: Option<&'a Mock>,
    ) -> Unused<'a> {
        Unused {
            runner,
            agent,
            suite,
            judged,
            mock,
        }
    }

    /// Tells of recordings that nothing asks for, and forgets them where that is wanted; whether any was forgotten.
    pub(super) fn looked_at(&self, cassette: &mut Cassette<'_>) -> bool {
        let args = self.runner.args;
        let is_part = args.is_part() || self.runner.endpoint.is_some();
        if is_part || (cassette.len() > FEW && !args.prune) {
            return false;
        }
        if cassette.unasked() > 0 {
            self.ask(cassette);
        }
        let (unasked, all) = (cassette.unasked(), counted(cassette.len(), "recording"));
        let (agent, suite) = (&self.agent.name, self.suite.name);
        if args.prune {
            cassette.forget_unasked();
            self.runner
                .note(format!("{agent}: dropped {unasked} of {all} of `{suite}`"));
        } else if unasked > 0 {
            self.runner.note(format!(
                "{agent}: no case asks for {unasked} of {all} of `{suite}`, neither of the candidate nor of what runs \
                 anywhere; `{}` drops them",
                args.pruning(agent)
            ));
        }
        args.prune && unasked > 0
    }

    /// Asks the cassette for everything that a case may ask for: of the candidate and of what runs anywhere, with the
    /// overrides of each environment, as often as there are answers.
    fn ask(&self, cassette: &Cassette<'_>) {
        let subjects = self.subjects();
        for times in self.runner.args.repeat + 1.. {
            let before = cassette.unasked();
            subjects
                .iter()
                .for_each(|subject| self.ask_for(subject, cassette, times));
            if [0, before].contains(&cassette.unasked()) {
                return;
            }
        }
    }

    fn ask_for(&self, subject: &Subject, cassette: &Cassette<'_>, times: u32) {
        let mock = self.mock.filter(|_| !self.runner.args.sources.no_mock);
        let chain = Chain::new(Some(cassette), None, mock, None);
        let text = self.suite.text;
        let runner = SuiteRunner::new(
            subject,
            &text.head,
            &chain,
            self.mock,
            (times, Kept::Failures),
            &|_, _| None,
        );
        // of what cannot be judged nothing is asked
        let Ok(mut runner) = runner else { return };
        text.cases(&mut |cases| runner.ask(&cases.iter().collect::<Vec<&Case>>(), &|| ()));
    }

    /// Everything of the agent that is judged by these cases, each once.
    fn subjects(&self) -> Vec<Subject> {
        let workspace = self.runner.workspace;
        let places: Vec<Option<&Environment>> = std::iter::once(None)
            .chain(workspace.environments.iter().map(Some))
            .collect();
        let tuples = places
            .iter()
            .flat_map(|tuple| places.iter().map(move |place| (*tuple, *place)));
        let others = tuples.flat_map(|(tuple, place)| {
            // what is promoted and not released yet will run, too
            let promoted = workspace.judged(self.agent, tuple, place);
            let runs = self.runner.running.judged(workspace, self.agent, tuple, place);
            [promoted, runs].into_iter().flatten()
        });
        let (mut known, mut subjects) = (BTreeSet::new(), Vec::new());
        for subject in std::iter::once(self.judged.subject.clone()).chain(others.map(|other| other.subject)) {
            if known.insert(asking(&subject)) {
                subjects.push(subject);
            }
        }
        subjects
    }
}

/// What of a subject is in its questions.
fn asking(subject: &Subject) -> Digest {
    let model = &subject.model;
    let versions: BTreeMap<&str, PlainVersion> = subject
        .prompts
        .iter()
        .map(|(name, (version, _))| (name.as_str(), *version))
        .collect();
    Digest::of_canonical(&(
        &model.model,
        model.temperature,
        model.max_tokens,
        versions,
        &subject.tools,
    ))
}

/// Cassettes of suites that are gone: told, and removed where that is wanted.
pub(super) fn without_suite(
    runner: &Runner<'_>,
    agent: &Agent,
    suites: &BTreeMap<String, String>,
) -> Result<(), Failure> {
    let folder = layout::cassettes(&agent.name);
    let root = runner.root.join(&folder);
    if !runner.context.files.exists(&root) {
        return Ok(());
    }
    let files = Mutex::new(BTreeSet::new());
    runner.context.files.tree(&root, &|file| {
        files
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(file.to_owned());
        false
    })?;
    let files = files.into_inner().unwrap_or_else(PoisonError::into_inner);
    let is_gone = |file: &&String| {
        file.strip_suffix(".jsonl")
            .is_some_and(|name| !suites.contains_key(name))
    };
    for file in files.iter().filter(is_gone) {
        let name = &agent.name;
        if runner.args.prune {
            runner.context.files.remove(&runner.root, &root.join(file))?;
            runner.note(format!("{name}: removed `{folder}/{file}`, whose suite is gone"));
        } else {
            runner.note(format!(
                "{name}: the suite of `{folder}/{file}` is gone; `{}` removes it",
                runner.args.pruning(name)
            ));
        }
    }
    Ok(())
}
