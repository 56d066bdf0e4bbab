//! Which events of the ledger count: what only stops counts by itself, and what lets something go on by whom signed it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::AddAssign;

use rayon::prelude::*;
use serde::Serialize;

use super::{Event, Fact, MarkedVerdict, UnitHistory, Verdict};
use crate::artifact::{SignedEvents, Trust};
use crate::model::{Digest, EnvironmentName, Finding, Problem, Severity, StageStatus};
use crate::prompts::evaluation::VerdictOutcome;
use crate::workspace::layout::ledger;

/// Of how many events one thread looks at the signatures at least.
const ALONE_AT_ONCE: usize = 256;

/// What an event's signature is worth.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// Somebody who may has signed it.
    Signed,
    /// Nobody signed it.
    Unsigned,
    /// It names a signature that does not speak for it.
    Refused(Problem),
}

/// How many events there are, and what their signatures are worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tally {
    /// The events.
    pub events: usize,
    /// Those that somebody who may has signed.
    pub signed: usize,
    /// Those that nobody signed.
    pub unsigned: usize,
    /// Those whose signature does not speak for them.
    pub refused: usize,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.events += other.events;
        self.signed += other.signed;
        self.unsigned += other.unsigned;
        self.refused += other.refused;
    }
}

/// Why an event may not be what somebody who may has said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Doubt {
    /// The rule that it breaks.
    pub rule: String,
    /// What is wrong with its signature, or with the commit that it tells of.
    pub message: String,
}

impl Doubt {
    fn of(problem: &Problem) -> Doubt {
        Doubt {
            rule: problem.rule.to_string(),
            message: problem.message.clone(),
        }
    }
}

/// An event as it is shown.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct ShownEvent {
    /// The event.
    #[serde(flatten)]
    pub event: Event,
    /// What `verify` finds wrong with its signature or its commit; absent where that is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doubt: Option<Doubt>,
}

/// What is known of the signatures of some events, and whom to believe.
#[derive(Debug)]
pub struct Belief<'a> {
    /// Whom to believe.
    pub trust: &'a Trust,
    /// Seconds since 1970.
    pub now: i64,
    /// The signatures that the events name, as far as they are there.
    pub signatures: BTreeMap<Digest, Result<SignedEvents<'a>, Problem>>,
    /// Events that the ledger had before its signatures were demanded.
    pub settled: BTreeSet<String>,
}

impl Fact {
    /// Whether it lets something go on, so that whoever forged it would gain by it. What only stops (a hold, a failure), and
    /// what the environment's branch tells as well, counts without.
    pub fn needs_signature(&self) -> bool {
        match self {
            Fact::Stage(stage) => stage.status == StageStatus::Passed,
            Fact::Evaluated(evaluated) => evaluated.outcome == VerdictOutcome::Passed,
            Fact::Marked(mark) => mark.verdict == MarkedVerdict::Verified,
            Fact::Gated(gated) => gated.verdict == Verdict::Verified,
            Fact::Incident(incident) => incident.end.is_some(),
            Fact::Promoted(_) | Fact::Resumed(_) | Fact::Decided(_) | Fact::Retrospective(_) => true,
            Fact::Committed(_) | Fact::Released(_) | Fact::Removed(_) | Fact::RolledBack(_) | Fact::Held(_) => false,
        }
    }

    /// Whether it tells that a commit of the environment's branch brought a release.
    pub fn tells_release(&self) -> bool {
        matches!(self, Fact::Released(_) | Fact::RolledBack(_))
    }
}

impl Event {
    /// That it counts for nothing: nobody signed it, and the environment's branch does not tell the same.
    pub fn unproved(&self, digest: Digest) -> Finding {
        let path = self.path(digest);
        let message = format!(
            "`{path}`: nobody signed the event, the trust file asks for it, and the environment's branch does not tell the same"
        );
        Finding::warning("unsigned-event", message)
            .in_file(format!("{}:{path}", ledger::BRANCH))
            .help("it counts for nothing: find out who wrote it, `git log lockstep/ledger`")
    }
}

impl Belief<'_> {
    /// What the signatures of a unit's events are worth, event by event.
    fn standings(&self, events: &[&(Digest, Event)]) -> Vec<Standing> {
        let alone = events.par_iter().with_min_len(ALONE_AT_ONCE);
        let alone: Vec<_> = alone.map(|(digest, event)| self.signature(*digest, event)).collect();
        // how far the environment was, at least, when each was written
        let mut least: BTreeMap<Digest, u64> = BTreeMap::new();
        let mut standings = Vec::new();
        for ((digest, event), signature) in events.iter().zip(alone) {
            let before = event.previous.iter().filter_map(|previous| least.get(previous));
            let before = before.copied().max().unwrap_or_default();
            let (standing, number) = match signature {
                Ok(None) => (Standing::Unsigned, before),
                Err(problem) => (Standing::Refused(problem), before),
                Ok(Some(signed)) => {
                    let number = event.environment.as_ref().map_or(0, |name| signed.release(name));
                    match number < before {
                        true => (Standing::Refused(backdated(number, before)), before),
                        false => (Standing::Signed, number),
                    }
                }
            };
            least.insert(*digest, number);
            standings.push(standing);
        }
        standings
    }

    /// The signature of an event; nothing where it names none.
    fn signature(&self, digest: Digest, event: &Event) -> Result<Option<&SignedEvents<'_>>, Problem> {
        let Some(name) = &event.signature else { return Ok(None) };
        let uncovered = |what: &str| Problem::error("unsigned-event", "", what);
        let signed = match self.signatures.get(name) {
            None => return Err(uncovered("the signature that the event names is not in the ledger")),
            Some(Err(problem)) => return Err(problem.clone()),
            Some(Ok(signed)) => signed,
        };
        if !signed.covers(&event.path(digest), digest) {
            return Err(uncovered("the signature that the event names is about other events"));
        }
        match signed.refusal(self.trust.place(event.environment.as_ref()), &event.unit, self.now) {
            None => Ok(Some(signed)),
            Some(problem) => Err(problem),
        }
    }

    /// Whether the trust file asks for a signature of an event; one about an agent wherever it runs is asked for by the
    /// environment that goes by it.
    fn demands(&self, digest: Digest, event: &Event, reader: Option<&EnvironmentName>) -> bool {
        let environment = event.environment.as_ref().or(reader);
        environment.is_some_and(|name| self.trust.ledger.contains_key(name))
            && event.fact.needs_signature()
            && !self.settled.contains(&event.path(digest))
    }

    /// What is wrong with a unit's events, and how many there are of which kind.
    pub fn verify(&self, history: &UnitHistory) -> (Tally, Vec<Finding>) {
        let events: Vec<_> = history.events.iter().collect();
        let standings = self.standings(&events);
        let mut tally = Tally::default();
        for standing in &standings {
            tally.events += 1;
            match standing {
                Standing::Signed => tally.signed += 1,
                Standing::Unsigned => tally.unsigned += 1,
                Standing::Refused(_) => tally.refused += 1,
            }
        }
        let severity = |problem: &Problem| match is_past(problem) {
            true => Severity::Warning,
            false => Severity::Error,
        };
        (tally, findings(&self.wrong(&events, standings), severity))
    }

    /// Those of a unit's events, in their order, that `verify` finds wrong for their signatures.
    pub fn doubts(&self, events: &[&(Digest, Event)]) -> Vec<(Digest, Doubt)> {
        let wrong = self.wrong(events, self.standings(events)).into_iter();
        wrong
            .map(|(digest, _, problem)| (digest, Doubt::of(&problem)))
            .collect()
    }

    fn wrong<'h>(&self, events: &[&'h (Digest, Event)], standings: Vec<Standing>) -> Vec<(Digest, &'h Event, Problem)> {
        let mut wrong = Vec::new();
        for ((digest, event), standing) in events.iter().zip(standings) {
            match standing {
                Standing::Unsigned if self.demands(*digest, event, None) => wrong.push((*digest, event, unsigned())),
                Standing::Refused(problem) if event.fact.needs_signature() || !is_past(&problem) => {
                    wrong.push((*digest, event, problem));
                }
                Standing::Signed | Standing::Unsigned | Standing::Refused(_) => {}
            }
        }
        wrong
    }

    /// The events that tell of releases without a signature that speaks for them, where the trust file asks for one: they
    /// count as far as the environment's branch tells the same, and no further.
    pub fn unproved(&self, history: &UnitHistory) -> BTreeSet<Digest> {
        let events: Vec<&(Digest, Event)> = history.events.iter().collect();
        if !events.iter().any(|(digest, event)| self.asks_for(*digest, event)) {
            return BTreeSet::new();
        }
        let standings = self.standings(&events);
        let unproved = events.into_iter().zip(standings).filter(|((digest, event), standing)| {
            let speaks = match standing {
                Standing::Signed => true,
                Standing::Unsigned => false,
                Standing::Refused(problem) => is_past(problem),
            };
            !speaks && self.asks_for(*digest, event)
        });
        unproved.map(|((digest, _), _)| *digest).collect()
    }

    fn asks_for(&self, digest: Digest, event: &Event) -> bool {
        let environment = event.environment.as_ref();
        event.fact.tells_release()
            && environment.is_some_and(|name| self.trust.ledger.contains_key(name))
            && !self.settled.contains(&event.path(digest))
    }

    /// The history without what does not count for an environment, and as warnings why not.
    pub fn believed(&self, mut history: UnitHistory, reader: &EnvironmentName) -> UnitHistory {
        let standings = self.standings(&history.events.iter().collect::<Vec<_>>());
        let mut wrong = Vec::new();
        let mut dropped = BTreeSet::new();
        for ((digest, event), standing) in history.events.iter().zip(standings) {
            let problem = match standing {
                Standing::Refused(problem) if event.fact.needs_signature() => problem,
                Standing::Unsigned if self.demands(*digest, event, Some(reader)) => unsigned(),
                _ => continue,
            };
            dropped.insert(*digest);
            // a promotion that counts for nothing is told where one is asked for
            if !matches!(event.fact, Fact::Promoted(_)) {
                wrong.push((*digest, event, problem));
            }
        }
        let told = findings(&wrong, |_| Severity::Warning);
        history.findings.extend(told);
        history.events.retain(|(digest, _)| !dropped.contains(digest));
        history
    }
}

/// Whether a signer could sign once: what it signed cannot be signed anew, and only counts no more.
fn is_past(problem: &Problem) -> bool {
    matches!(&*problem.rule, "revoked-signer" | "expired-signer")
}

fn unsigned() -> Problem {
    Problem::error("unsigned-event", "", "nobody signed the event, and the trust file asks for it")
        .help("record it again where a key is that the trust file knows; what was there before, `since:` in the trust file settles")
}

fn backdated(number: u64, before: u64) -> Problem {
    let message =
        format!("the event claims to be of the time of release {number}, and follows one of release {before}");
    Problem::error("backdated-event", "", message)
}

/// One finding for each rule: where it is so for the last time, and how often.
fn findings(wrong: &[(Digest, &Event, Problem)], severity: impl Fn(&Problem) -> Severity) -> Vec<Finding> {
    let mut by_rule: BTreeMap<&str, Vec<&(Digest, &Event, Problem)>> = BTreeMap::new();
    for found in wrong {
        by_rule.entry(&found.2.rule).or_default().push(found);
    }
    let finding = |found: Vec<&(Digest, &Event, Problem)>| {
        let (digest, event, problem) = found.last()?;
        let path = event.path(*digest);
        let more = match found.len() - 1 {
            0 => String::new(),
            more => format!(", and {more} before it"),
        };
        let mut finding = problem.clone().finding();
        finding.message = format!("`{path}`{more}: {}", problem.message);
        finding.severity = severity(problem);
        // whoever may not sign a unit has another help: units are signed anew, and events are not
        let help = match (is_past(problem), &finding.help) {
            (true, _) => "it counts no more: where it is still true, record it again with another key",
            (false, Some(own)) if *problem.rule == *"unsigned-event" => own,
            _ => {
                "it counts for nothing: find out who wrote it, `git log lockstep/ledger`, and record it again if it is true"
            }
        };
        finding.help = Some(help.to_owned());
        Some(finding.in_file(format!("{}:{path}", ledger::BRANCH)))
    };
    by_rule.into_values().filter_map(finding).collect()
}
