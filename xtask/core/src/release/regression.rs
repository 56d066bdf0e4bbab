//! What speaks for a tuple beside what spoke for the one that it replaces: the same cases, and no step back.

use super::ledger::{Evaluated, Event, Fact, UnitHistory};
use super::promotion::Move;
use crate::model::{AgentName, Digest, Finding, Severity, Timestamp, named};
use crate::prompts::evaluation::{Bar, Roll, RollChange, VerdictOutcome};
use crate::prompts::statistics::percent;
use crate::report::counted;
use crate::workspace::files::Demands;
use crate::workspace::{Environment, layout};

/// Most names in one message.
const MOST: usize = 10;

/// The evaluation that spoke for a tuple in a place: the one that the promotion there names, whatever was recorded since.
/// Promotions of earlier versions name none, and some environments follow the candidate: there it is the last one that
/// passed before, or the first one after.
pub(super) fn spoke_for<'a>(tuple: Digest, here: &UnitHistory, everywhere: &'a UnitHistory) -> Option<&'a Evaluated> {
    let passed: Vec<_> = everywhere
        .events
        .iter()
        .filter_map(|recorded| passed(tuple, recorded))
        .collect();
    let (mut release, mut promotion, mut latest) = (None, None, None);
    // the ledger's own order says which promotion a release is of: both may be of the same second
    for (event, fact) in here.facts().filter(|(_, fact)| fact.tuple() == Some(tuple)) {
        match fact {
            Fact::Promoted(promoted) => latest = Some((event.time, promoted.evidence)),
            Fact::Released(_) | Fact::RolledBack(_) => (release, promotion) = (Some(event.time), latest),
            _ => {}
        }
    }
    let named = promotion.and_then(|(_, evidence)| evidence);
    let named = passed.iter().find(|(digest, ..)| Some(*digest) == named);
    let since = promotion.map(|(time, _)| time).or(release);
    let before = || {
        passed
            .iter()
            .rfind(|(_, time, _)| since.is_some_and(|since| *time <= since))
    };
    let found = named
        .or_else(before)
        .or(if since.is_some() { passed.first() } else { passed.last() });
    found.map(|(.., evaluated)| *evaluated)
}

/// An evaluation of a tuple that passed, by the digest of its event, and when it was recorded.
fn passed(tuple: Digest, (digest, event): &(Digest, Event)) -> Option<(Digest, Timestamp, &Evaluated)> {
    match &event.fact {
        Fact::Evaluated(one) if one.tuple == tuple && one.outcome == VerdictOutcome::Passed => {
            Some((*digest, event.time, one))
        }
        _ => None,
    }
}

/// The cases that spoke for a tuple in a place, by the ledger; nothing where it does not name them.
pub fn roll_of<'a>(tuple: Digest, here: &UnitHistory, everywhere: &'a UnitHistory) -> Option<&'a Roll> {
    let roll = &spoke_for(tuple, here, everywhere)?.roll;
    (!roll.is_empty()).then_some(roll)
}

/// Cases of an earlier roll that are gone or changed; `loosened` is what it weighs that some demand less.
pub fn other_cases(agent: &AgentName, spoke_for: &str, change: &RollChange, loosened: Severity) -> Vec<Finding> {
    let message = |ids: &[String], how: &str| {
        format!(
            "cases of `{agent}` that spoke for {spoke_for} {how}: {}",
            named(ids, MOST)
        )
    };
    let mut findings = Vec::new();
    if !change.gone.is_empty() {
        let finding = Finding::error("missing-case", message(&change.gone, "are gone"));
        findings.push(
            finding.help("write them again; those that have had their day: `--override missing-case --reason \"…\"`"),
        );
    }
    if !change.loosened.is_empty() {
        let how = "ask something else, demand less, or weigh less beside the others under the same id now";
        let mut finding = Finding::error("loosened-case", message(&change.loosened, how));
        finding.severity = loosened;
        findings.push(finding.help(
            "put back what they asked and demanded; where the change is right, the promotion takes `--override \
             loosened-case --reason \"…\"`",
        ));
    }
    if !change.changed.is_empty() {
        let finding = Finding::warning("changed-case", message(&change.changed, "were changed"));
        findings.push(finding.help("have somebody read the change: what it came to before cannot be compared"));
    }
    if !change.withheld.is_empty() {
        let how = "do not count any more, for want of a tool that the environment does not enable";
        let finding = Finding::warning("missing-case", message(&change.withheld, how));
        findings.push(finding.help("have somebody read the change that takes the tool away from the environment"));
    }
    let place = layout::cases(agent);
    findings.into_iter().map(|finding| finding.in_file(&place)).collect()
}

/// Cases that a change takes away from what `base` has.
pub fn taken_away(agent: &AgentName, base: &str, gone: &[String]) -> Finding {
    let message = format!("cases of `{agent}` that `{base}` has are gone: {}", named(gone, MOST));
    Finding::warning("missing-case", message)
        .in_file(layout::cases(agent))
        .help("say in the change why they have had their day; what they spoke for is not promoted without them")
}

/// What an evaluation that passed has against it beside the one that spoke for what runs there.
pub(super) fn steps_back(
    demands: Option<&Demands>,
    to: &Environment,
    step: &Move<'_>,
    today: &Evaluated,
) -> Vec<Finding> {
    let Some(current) = step.here.current() else {
        return Vec::new();
    };
    let agent = step.agent;
    let what_runs = format!("what runs in `{}`", to.name);
    if let Some(roll) = roll_of(current.release.tuple, step.here, step.everywhere) {
        let change = today.roll.since(roll);
        let mut findings = other_cases(agent, &what_runs, &change, Severity::Error);
        findings.extend(regressed(demands, agent, &what_runs, &change));
        return findings;
    }
    // of a service without a model there is nothing to compare
    let is_judged = to.releases.get(agent).is_some_and(|file| file.tuple.model.is_some());
    let is_demanded = demands.is_some_and(|demands| demands.compared);
    let is_compared = [Some(step.source.id), today.against].contains(&Some(current.release.tuple));
    if !is_judged || is_compared {
        return Vec::new();
    }
    let message = format!("nothing was compared: no record names the cases that spoke for {what_runs}");
    vec![match is_demanded {
        true => Finding::error("uncompared-evaluation", message),
        false => Finding::warning("uncompared-evaluation", message),
    }]
}

/// Cases that held and do not now.
fn regressed(demands: Option<&Demands>, agent: &AgentName, what_runs: &str, change: &RollChange) -> Option<Finding> {
    if change.lost.is_empty() {
        return None;
    }
    let margin = demands
        .and_then(|demands| demands.margin)
        .unwrap_or(Bar::default().margin);
    let drop = change.paired.drop_bound();
    let is_within = drop <= margin;
    let message = format!(
        "cases of `{agent}` that held for {what_runs} do not now: {}",
        named(&change.lost, MOST)
    );
    let finding = match is_within {
        true => Finding::warning("regressed-evaluation", message),
        false => {
            let message = format!(
                "{message}; of {} the share that holds is lower by {} at least, and {} is allowed",
                counted(change.paired.cases, "case"),
                percent(drop),
                percent(margin)
            );
            Finding::error("regressed-evaluation", message)
        }
    };
    Some(
        finding
            .in_file(layout::cases(agent))
            .help("see what became of them, and mend the prompt"),
    )
}
