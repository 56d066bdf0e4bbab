//! What is wrong with events that a command shows, their signatures and the commits that they tell of; `verify` looks at
//! all there are.

use std::collections::{BTreeMap, BTreeSet};

use lockstep::model::{Digest, EnvironmentName};
use lockstep::release::ledger::{Doubt, Event, ShownEvent};
use lockstep::workspace::Workspace;

use super::{Believer, View, on_branch};
use crate::commands::trust::Trusted;
use crate::commands::verify::{Certificates, is_unchecked};
use crate::context::Context;
use crate::failure::Failure;
use crate::ports::Repository;

/// What is wrong with some events.
#[derive(Debug, Default)]
pub(in super::super) struct Doubts {
    found: BTreeMap<Digest, (Option<EnvironmentName>, Doubt)>,
    /// How many signatures nobody here can check.
    unchecked: usize,
}

impl Doubts {
    /// Looks at these events alone.
    pub(in super::super) fn of<'e>(
        context: &Context,
        (repository, delivery): (&dyn Repository, &dyn Repository),
        workspace: &Workspace,
        view: &View<'_>,
        events: impl Iterator<Item = &'e (Digest, Event)>,
    ) -> Result<Doubts, Failure> {
        let events: Vec<&(Digest, Event)> = events.collect();
        let mut doubts = Doubts {
            found: lost((delivery, workspace), &events),
            unchecked: 0,
        };
        let trusted = Trusted::read(context, repository, workspace, None)?;
        let is_signed = |told: &&(Digest, Event)| told.1.signature.is_some();
        if !events.iter().any(is_signed) && trusted.trust.ledger.is_empty() {
            return Ok(doubts);
        }
        let certificates = Certificates::new(context, None, &trusted)?;
        let believer = Believer::new(context, (delivery, workspace), &trusted, &certificates);
        let belief = believer.glance(view, &events)?;
        let mut units: BTreeMap<(Option<&EnvironmentName>, &str), Vec<&(Digest, Event)>> = BTreeMap::new();
        for told in events {
            let unit = (told.1.environment.as_ref(), told.1.unit.as_str());
            units.entry(unit).or_default().push(told);
        }
        for ((environment, _), events) in units {
            for (digest, doubt) in belief.doubts(&events) {
                match is_unchecked(&doubt.rule) {
                    true => doubts.unchecked += 1,
                    false => {
                        let found = doubts.found.entry(digest);
                        found.or_insert_with(|| (environment.cloned(), doubt));
                    }
                }
            }
        }
        Ok(doubts)
    }

    /// What is wrong with the event whose file has this digest.
    pub(in super::super) fn get(&self, digest: Digest) -> Option<&Doubt> {
        self.found.get(&digest).map(|(_, doubt)| doubt)
    }

    /// An event as it is shown.
    pub(in super::super) fn shown(&self, (digest, event): &(Digest, Event)) -> ShownEvent {
        ShownEvent {
            event: event.clone(),
            doubt: self.get(*digest).cloned(),
        }
    }

    /// What is to be known of them, and which command says more.
    pub(in super::super) fn notes(&self) -> Vec<String> {
        let places: BTreeSet<&EnvironmentName> = self.found.values().filter_map(|(place, _)| place.as_ref()).collect();
        let places: String = places.iter().map(|place| format!(" --environment {place}")).collect();
        let lost = self.found.values().filter(|(_, doubt)| doubt.rule == LOST).count();
        let gone = match lost {
            0 => None,
            1 => Some("one of these events tells of a commit that its environment's branch does not have".to_owned()),
            many => Some(format!(
                "{many} of these events tell of commits that their environments' branches do not have"
            )),
        };
        let wrong = match self.found.len() - lost {
            0 => None,
            1 => Some("one of these events is not signed by anybody who may".to_owned()),
            many => Some(format!("{many} of these events are not signed by anybody who may")),
        };
        let unchecked = match self.unchecked {
            0 => None,
            1 => Some("one of these events is signed with a certificate, which this build does not check".to_owned()),
            many => Some(format!(
                "{many} of these events are signed with certificates, which this build does not check"
            )),
        };
        let note = |what: String| format!("{what}: `cargo xtask verify{places}` says more");
        gone.into_iter().chain(wrong).chain(unchecked).map(note).collect()
    }
}

/// The rule by which `verify` tells of releases that a branch lost.
const LOST: &str = "lost-release";

/// The events that tell of commits which their environments' branches do not have. A clone that is cut off, or has no
/// branch, cannot tell.
fn lost(
    place: (&dyn Repository, &Workspace),
    events: &[&(Digest, Event)],
) -> BTreeMap<Digest, (Option<EnvironmentName>, Doubt)> {
    let mut told: BTreeMap<&EnvironmentName, Vec<(&str, Digest)>> = BTreeMap::new();
    for (digest, event) in events {
        if let (Some(environment), Some(commit)) = (&event.environment, event.fact.commit()) {
            told.entry(environment).or_default().push((commit, *digest));
        }
    }
    let mut found = BTreeMap::new();
    for (environment, told) in told {
        let Ok(Some(there)) = on_branch(place, environment, told.iter().map(|(commit, _)| *commit)) else {
            continue;
        };
        let lost = told.into_iter().filter(|(commit, _)| !there.contains(*commit));
        found.extend(lost.map(|(commit, digest)| {
            let doubt = Doubt {
                rule: LOST.to_owned(),
                message: format!("the branch of `{environment}` does not have the commit `{commit}`"),
            };
            (digest, (Some(environment.clone()), doubt))
        }));
    }
    found
}
