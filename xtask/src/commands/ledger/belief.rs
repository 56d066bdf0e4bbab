//! Which events of the ledger a command may go by: their signatures, read and held against the trust file.

use std::collections::{BTreeMap, BTreeSet};

use lockstep::artifact::{SignedEvents, check_events};
use lockstep::model::{Digest, EnvironmentName, Problem};
use lockstep::release::ledger::{Belief, Event, UnitHistory};
use lockstep::workspace::Workspace;
use lockstep::workspace::layout::ledger;
use rayon::prelude::*;

use super::View;
use crate::commands::trust::Trusted;
use crate::commands::verify::Certificates;
use crate::context::Context;
use crate::failure::Failure;
use crate::ports::{GitId, Repository, Tip};

/// Looks at signatures of events.
pub(in super::super) struct Believer<'a> {
    pub(in super::super) delivery: &'a dyn Repository,
    pub(in super::super) workspace: &'a Workspace,
    pub(in super::super) trusted: &'a Trusted,
    pub(in super::super) certificates: &'a Certificates,
    pub(in super::super) now: i64,
}

impl<'a> Believer<'a> {
    /// By the clock of a command.
    pub(in super::super) fn new(
        context: &Context,
        (delivery, workspace): (&'a dyn Repository, &'a Workspace),
        trusted: &'a Trusted,
        certificates: &'a Certificates,
    ) -> Believer<'a> {
        Believer {
            delivery,
            workspace,
            trusted,
            certificates,
            now: context.clock.now(),
        }
    }

    /// Whether the trust file asks for signatures of an environment's events.
    pub(in super::super) fn demands(&self, environment: &EnvironmentName) -> bool {
        self.trusted.trust.ledger.contains_key(environment)
    }

    /// What is known of the signatures of all these events.
    pub(in super::super) fn belief(&self, view: &View<'_>, histories: &[UnitHistory]) -> Result<Belief<'_>, Failure> {
        self.belief_in(view, histories, &|_| true)
    }

    /// The same for who only shows them: what this build cannot check is among what is refused.
    pub(super) fn glance(&self, view: &View<'_>, events: &[&(Digest, Event)]) -> Result<Belief<'_>, Failure> {
        self.looked_at(view, events, &|_| true)
    }

    /// Histories without what does not count for an environment that goes by them.
    pub(in super::super) fn believed(
        &self,
        view: &View<'_>,
        histories: Vec<UnitHistory>,
        reader: &EnvironmentName,
    ) -> Result<Vec<UnitHistory>, Failure> {
        let demanded = |event: &Event| event.environment.as_ref().is_some_and(|name| self.demands(name));
        let is_asked = |event: &Event| event.fact.needs_signature() || event.fact.tells_release() && demanded(event);
        let belief = self.belief_in(view, &histories, &is_asked)?;
        let believed = |history: UnitHistory| {
            let unproved = belief.unproved(&history);
            let mut believed = belief.believed(history, reader);
            self.hold_to_branch(&mut believed, &unproved)?;
            Ok(believed)
        };
        histories.into_iter().map(believed).collect()
    }

    /// The same of events of environments for who only shows them: what this build cannot check lets nothing go on.
    pub(super) fn glanced(&self, view: &View<'_>, histories: Vec<UnitHistory>) -> Result<Vec<UnitHistory>, Failure> {
        let events: Vec<_> = histories.iter().flat_map(|history| &history.events).collect();
        let belief = self.looked_at(view, &events, &|event| event.fact.needs_signature())?;
        let believed = |history: UnitHistory| {
            let environment = history.events.first().and_then(|(_, event)| event.environment.clone());
            match environment {
                Some(environment) => belief.believed(history, &environment),
                None => history,
            }
        };
        Ok(histories.into_iter().map(believed).collect())
    }

    /// The same without what the environments' branches know nothing of: a release that was never pushed, that the branch
    /// lost, or that somebody made up.
    pub(in super::super) fn counted(
        &self,
        view: &View<'_>,
        histories: Vec<UnitHistory>,
        reader: &EnvironmentName,
    ) -> Result<Vec<UnitHistory>, Failure> {
        let mut histories = self.believed(view, histories, reader)?;
        for history in &mut histories {
            let environment = history.events.first().and_then(|(_, event)| event.environment.clone());
            if let Some(there) = self.commits(environment.as_ref(), std::slice::from_ref(history))? {
                let finding = history.only_of(&there);
                history.findings.extend(finding);
            }
        }
        Ok(histories)
    }

    /// Of the commits that histories of an environment's units tell of, those that its branch has; nothing where there is no
    /// branch to go by.
    pub(in super::super) fn commits(
        &self,
        environment: Option<&EnvironmentName>,
        histories: &[UnitHistory],
    ) -> Result<Option<BTreeSet<String>>, Failure> {
        let Some(environment) = environment else {
            return Ok(None);
        };
        let told = histories.iter().flat_map(UnitHistory::commits);
        on_branch((self.delivery, self.workspace), environment, told)
    }

    fn belief_in(
        &self,
        view: &View<'_>,
        histories: &[UnitHistory],
        asked: &dyn Fn(&Event) -> bool,
    ) -> Result<Belief<'_>, Failure> {
        let events: Vec<_> = histories.iter().flat_map(|history| &history.events).collect();
        let belief = self.looked_at(view, &events, asked)?;
        self.certificates.missed()?;
        Ok(belief)
    }

    fn looked_at(
        &self,
        view: &View<'_>,
        events: &[&(Digest, Event)],
        asked: &dyn Fn(&Event) -> bool,
    ) -> Result<Belief<'_>, Failure> {
        let names = events
            .iter()
            .filter(|(_, event)| asked(event))
            .filter_map(|(_, event)| event.signature);
        let names: BTreeSet<Digest> = names.collect();
        let path = |name: &Digest| ledger::signature(&name.hex());
        let paths: Vec<String> = names.iter().map(path).collect();
        let files: BTreeMap<String, _> = view.read(&paths)?.into_iter().collect();
        let certificate = |bundle: &[u8]| self.certificates.check(bundle);
        let opened = |name: Digest| -> Option<(Digest, Result<SignedEvents<'_>, Problem>)> {
            let bytes = files.get(&path(&name))?;
            Some((name, check_events(bytes, &self.trusted.trust, &certificate)))
        };
        let names: Vec<Digest> = names.into_iter().collect();
        let signatures = names.into_par_iter().filter_map(opened).collect();
        Ok(Belief {
            trust: &self.trusted.trust,
            now: self.now,
            signatures,
            settled: self.settled(view, events)?,
        })
    }

    /// The events that the ledger had, as they are, at the commits that the trust file settles.
    fn settled(&self, view: &View<'_>, events: &[&(Digest, Event)]) -> Result<BTreeSet<String>, Failure> {
        let mut settled = BTreeSet::new();
        for (environment, since) in &self.trusted.trust.ledger {
            let Some(since) = since else { continue };
            let own = format!("{environment}/");
            let folders: BTreeSet<String> = events.iter().copied().filter_map(folder_of).collect();
            let is_about = |folder: &String| folder.starts_with(&own) || folder.starts_with(ledger::EVERYWHERE);
            let folders: Vec<String> = folders.into_iter().filter(is_about).collect();
            let then = self.delivery.folders(&GitId(since.clone()), &folders)?;
            for ((folder, now), then) in folders.iter().zip(view.folders(&folders)?).zip(then) {
                let same = then.into_iter().filter(|(name, id)| now.get(name) == Some(id));
                settled.extend(same.map(|(name, _)| format!("{folder}/{name}")));
            }
        }
        Ok(settled)
    }
}

/// Of these commits, those that an environment's branch has; nothing where there is no branch to go by.
pub(in super::super) fn on_branch<'c>(
    (delivery, workspace): (&dyn Repository, &Workspace),
    environment: &EnvironmentName,
    commits: impl Iterator<Item = &'c str>,
) -> Result<Option<BTreeSet<String>>, Failure> {
    let tip = delivery.tip(&workspace.branch(environment), &workspace.fleet.delivery.remote);
    let Ok(Tip::At { commit, .. }) = tip else {
        return Ok(None);
    };
    let there = delivery.ancestors(&commit, &commits.map(|commit| GitId(commit.to_owned())).collect())?;
    Ok(Some(there.into_iter().map(|id| id.0).collect()))
}

fn folder_of((digest, event): &(Digest, Event)) -> Option<String> {
    let path = event.path(*digest);
    path.rsplit_once('/').map(|(folder, _)| folder.to_owned())
}
