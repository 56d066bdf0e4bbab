//! Drafts of retrospectives from what the ledger knows, and what a finished one must say.

use super::history::summary;
use super::ledger::{Action, Event, EventKind, Fact, Incident, Moment, Recorded, Retrospective, UnitHistory, name_of};
use crate::artifact::{TupleRecord, component_changes};
use crate::model::{AgentName, EnvironmentName, Finding, Timestamp, is_day, named, one_line};
use crate::workspace::read_file;
use crate::yaml::{self, Positions, Segment};

/// What a retrospective is drafted from.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// The agent.
    pub agent: &'a AgentName,
    /// Where it ran.
    pub environment: &'a EnvironmentName,
    /// The release.
    pub release: &'a Recorded,
    /// The incident, where it is about one.
    pub incident: Option<&'a Incident>,
    /// What happened to the agent there.
    pub here: &'a UnitHistory,
    /// What happened to it wherever it runs.
    pub everywhere: &'a UnitHistory,
    /// What the release recorded of its tuple, and what the one before it did.
    pub records: (Option<&'a TupleRecord>, Option<&'a TupleRecord>),
    /// Cases that were made of failed samples, by file and name.
    pub samples: &'a [String],
}

/// A retrospective with everything that is known; what only people know is empty.
pub fn draft(sources: &Sources<'_>) -> Retrospective {
    let release = &sources.release.release;
    let (record, before) = sources.records;
    let changes = match before {
        None => vec!["the first release there".to_owned()],
        Some(_) => component_changes(before, record)
            .iter()
            .map(ToString::to_string)
            .collect(),
    };
    let evaluations = sources.everywhere.facts().filter_map(|(_, fact)| match fact {
        Fact::Evaluated(evaluated) if evaluated.tuple == release.tuple => Some(evaluated),
        _ => None,
    });
    let failed = evaluations
        .last()
        .map(|last| last.failed.as_slice())
        .unwrap_or_default();
    let failed = failed.iter().map(|case| format!("the case `{case}` did not hold"));
    let incident = sources.incident;
    let end = incident.and_then(|incident| incident.end.as_ref());
    Retrospective {
        agent: sources.agent.clone(),
        environment: sources.environment.clone(),
        release: Some(release.clone()),
        incident: incident.map(|incident| incident.id.clone()),
        changes,
        timeline: timeline(sources),
        failed_samples: failed.chain(sources.samples.iter().cloned()).collect(),
        impact: incident.map(|incident| incident.summary.clone()).unwrap_or_default(),
        cause: end.map(|end| end.cause.clone()).unwrap_or_default(),
        conclusions: vec![String::new()],
        actions: vec![Action::default()],
    }
}

/// What spoke for or against the tuple, and everything there from the release on; where it is about an incident, up to
/// its end.
fn timeline(sources: &Sources<'_>) -> Vec<Moment> {
    let release = &sources.release.release;
    let about = |(_, fact): &(&Event, &Fact)| fact.tuple() == Some(release.tuple);
    let ends = |fact: &Fact| matches!((fact, sources.incident), (Fact::Incident(told), Some(own)) if told == own && !own.is_open());
    let is_release = |(_, fact): &(&Event, &Fact)| fact.commit() == Some(release.commit.as_str());
    let mut there: Vec<_> = sources.here.facts().skip_while(|fact| !is_release(fact)).collect();
    if let Some(end) = there.iter().position(|(_, fact)| ends(fact)) {
        there.truncate(end + 1);
    }
    let last = there.last().map(|(event, _)| event.time);
    let spoke = sources.everywhere.facts().filter(about);
    let mut moments: Vec<Moment> = spoke
        .filter(|(event, _)| last.is_none_or(|last| event.time <= last))
        .chain(there)
        .map(|(event, fact)| {
            let by = name_of(&event.by);
            let what = one_line(&summary(fact));
            Moment {
                time: event.time,
                what: format!("{}: {what} ({by})", event.kind().as_str()),
            }
        })
        .collect();
    moments.sort_by_key(|moment| moment.time);
    moments
}

/// A draft as a file for people, so many folders below the root of the workspace; nothing where it is elsewhere, from where
/// its schema has no address that holds.
pub fn text(retrospective: &Retrospective, depth: Option<usize>) -> String {
    let whole = yaml::write_typed(retrospective);
    let (known, asked) = whole.split_once("impact:").unwrap_or((&whole, ""));
    let modeline = depth.map_or_else(String::new, |depth| {
        let up = "../".repeat(depth);
        format!("# yaml-language-server: $schema={up}schemas/retrospective.schema.json\n")
    });
    format!(
        "{modeline}{known}\
         # To fill in. Nothing may stay empty; then: cargo xtask retro finish <file>\nimpact:{asked}"
    )
}

/// Reads a retrospective. What is empty in it, or no answer, is a finding each.
pub fn read(path: &str, bytes: &[u8]) -> (Option<Retrospective>, Vec<Finding>) {
    let mut findings = Vec::new();
    let Some(read) = read_file::<Retrospective>(path, bytes, &mut findings) else {
        return (None, findings);
    };
    let help = "fill it in, or remove the line where there are others";
    findings.extend(placed(unfinished, help, (path, bytes), empty(&read)));
    (Some(read), findings)
}

/// What a file says of an incident that is another unit's.
pub fn misplaced(read: &Retrospective, of: (&EnvironmentName, &AgentName), file: (&str, &[u8])) -> Vec<Finding> {
    let id = read.incident.as_deref().unwrap_or_default();
    let message = format!(
        "`{id}` is an incident of `{}` in `{}`, and the file is about `{}` in `{}`",
        of.1, of.0, read.agent, read.environment
    );
    let help = format!(
        "draft the one of `{id}`: `cargo xtask retro draft {} --incident {id}`",
        of.1
    );
    let place = vec![Segment::Key("incident".to_owned())];
    placed(told_otherwise, &help, file, vec![(place, message)])
}

/// What a file says otherwise than the draft that the ledger gives of the same, and days before the end of what it is
/// about: whatever was learnt is done after it.
pub fn altered(read: &Retrospective, drafted: &Retrospective, over: Timestamp, file: (&str, &[u8])) -> Vec<Finding> {
    let key = |name: &str| Segment::Key(name.to_owned());
    let mut told = Vec::new();
    if read.release != drafted.release {
        let known = drafted.release.as_ref();
        let known = known.map_or_else(String::new, |known| format!(": {} at {}", known.version, known.commit));
        told.push((
            vec![key("release")],
            format!("the ledger tells of another release{known}"),
        ));
    }
    if read.changes != drafted.changes {
        let message = match drafted.changes.is_empty() {
            true => "the releases differ in nothing".to_owned(),
            false => format!("the releases differ in {}", named(&drafted.changes, 3)),
        };
        told.push((vec![key("changes")], message));
    }
    let is_told = |moment: &&Moment| drafted.timeline.contains(moment);
    let like_told = |moment: &Moment| {
        let kind = moment
            .what
            .split_once(':')
            .map(|(kind, _)| kind.trim().to_ascii_lowercase());
        kind.is_some_and(|kind| EventKind::ALL.iter().any(|known| known.as_str() == kind))
    };
    for (index, moment) in read.timeline.iter().enumerate() {
        // what people saw may stand there in their own words
        if !is_told(&moment) && like_told(moment) {
            let message = format!("the ledger does not tell `{}` at {}", moment.what, moment.time);
            told.push((vec![key("timeline"), Segment::Index(index)], message));
        }
    }
    // without an incident, more may have happened since the draft
    let last = match read.incident {
        Some(_) => drafted.timeline.last(),
        None => read.timeline.iter().rfind(is_told),
    };
    let last = last.and_then(|last| drafted.timeline.iter().rposition(|moment| moment == last));
    let due = &drafted.timeline[..last.map_or(0, |last| last + 1)];
    let missing: Vec<String> = due
        .iter()
        .filter(|moment| !read.timeline.contains(moment))
        .map(|moment| format!("`{}` at {}", moment.what, moment.time))
        .collect();
    if !missing.is_empty() {
        told.push((vec![key("timeline")], format!("it leaves out {}", named(&missing, 3))));
    }
    let end = over.to_string();
    let end = end.split_once('T').map_or("", |(day, _)| day);
    let early = read
        .actions
        .iter()
        .enumerate()
        .filter(|(_, action)| is_day(action.due.trim()) && action.due.trim() < end);
    let early = early.map(|(index, action)| {
        let message = format!("`{}` is before the end of what it is about, {end}", action.due.trim());
        (vec![key("actions"), Segment::Index(index), key("due")], message)
    });
    let help = "say until when it is done from then on";
    let early = placed(unfinished, help, file, early.collect());
    let agent = &drafted.agent;
    let help = match (&drafted.incident, &drafted.release) {
        (Some(id), _) => format!("cargo xtask retro draft {agent} --incident {id}"),
        (None, Some(release)) => format!(
            "cargo xtask retro draft {agent} --environment {} --release {}",
            drafted.environment, release.commit
        ),
        (None, None) => format!("cargo xtask retro draft {agent} --environment {}", drafted.environment),
    };
    let help = format!("say it as the draft does: `{help}`");
    let mut findings = placed(told_otherwise, &help, file, told);
    findings.extend(early);
    findings
}

fn unfinished(message: String) -> Finding {
    Finding::error("unfinished-retrospective", message)
}

fn told_otherwise(message: String) -> Finding {
    Finding::error("altered-retrospective", message)
}

/// Findings at what a file says there.
fn placed(
    made: fn(String) -> Finding,
    help: &str,
    (path, bytes): (&str, &[u8]),
    told: Vec<(Vec<Segment>, String)>,
) -> Vec<Finding> {
    let positions = Positions::of(&String::from_utf8_lossy(bytes)).ok();
    let place = |(place, message): (Vec<Segment>, String)| {
        let (line, column) = positions.as_ref().map_or((0, 0), |positions| positions.nearest(&place));
        made(message).at(path, line, column).help(help)
    };
    told.into_iter().map(place).collect()
}

/// What people write where they mean to write something later.
const FILLERS: [&str; 9] = ["fixme", "n/a", "tba", "tbc", "tbd", "todo", "xxx", "待定", "待补充"];

/// What is empty or no answer, and where.
fn empty(read: &Retrospective) -> Vec<(Vec<Segment>, String)> {
    let key = |name: &str| Segment::Key(name.to_owned());
    let mut found = Vec::new();
    let mut ask = |place: Vec<Segment>, text: &str, question: &str| {
        let word = text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        if word.is_empty() || FILLERS.contains(&word.as_str()) {
            found.push((place, question.to_owned()));
        }
    };
    ask(vec![key("impact")], &read.impact, "it does not say what users noticed");
    ask(vec![key("cause")], &read.cause, "it does not say what it came from");
    let conclusions = read.conclusions.iter().enumerate();
    for (index, text) in conclusions {
        ask(
            vec![key("conclusions"), Segment::Index(index)],
            text,
            "a conclusion is empty",
        );
    }
    for (index, action) in read.actions.iter().enumerate() {
        let place = |name| vec![key("actions"), Segment::Index(index), key(name)];
        ask(place("what"), &action.what, "an action does not say what is done");
        ask(place("owner"), &action.owner, "an action does not say who does it");
        ask(place("due"), &action.due, "an action does not say until when");
    }
    let dues = read.actions.iter().enumerate();
    for (index, action) in dues.filter(|(_, action)| !action.due.trim().is_empty() && !is_day(action.due.trim())) {
        let place = vec![key("actions"), Segment::Index(index), key("due")];
        let message = format!("`{}` is no day: expected one such as `2026-01-31`", action.due);
        found.push((place, message));
    }
    let lists = [("conclusions", read.conclusions.len()), ("actions", read.actions.len())];
    for (name, count) in lists {
        if count == 0 {
            found.push((vec![key(name)], format!("there are no {name}")));
        }
    }
    found
}
