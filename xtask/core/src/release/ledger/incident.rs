//! Incidents: what went wrong in the field, how bad it is, and what was learnt from it.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Fact, ReleaseName, UnitHistory};
use crate::model::{AgentName, EnvironmentName, Timestamp};

/// How bad an incident is: who answers, and how soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum IncidentSeverity {
    /// Everyone, within 15 minutes: roll back, or mend it at once.
    P0,
    /// The core team, within an hour.
    P1,
    /// Within four hours of working time.
    P2,
    /// On the next working day.
    P3,
}

impl IncidentSeverity {
    /// Minutes until somebody has answered.
    pub fn minutes(self) -> i64 {
        match self {
            IncidentSeverity::P0 => 15,
            IncidentSeverity::P1 => 60,
            IncidentSeverity::P2 => 4 * 60,
            IncidentSeverity::P3 => 24 * 60,
        }
    }

    /// Who answers, and how soon.
    pub fn demand(self) -> &'static str {
        match self {
            IncidentSeverity::P0 => "everyone answers within 15 minutes: roll back, or mend it at once",
            IncidentSeverity::P1 => "the core team answers within an hour",
            IncidentSeverity::P2 => "its owner answers within four hours of working time",
            IncidentSeverity::P3 => "its owner answers within 24 hours, on the next working day",
        }
    }
}

impl fmt::Display for IncidentSeverity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, formatter)
    }
}

/// Something that went wrong in the field. Every event of it says all that is known by then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Incident {
    /// Its name: agent, day and minute, or a ticket.
    #[schemars(regex(pattern = r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$"))]
    pub id: String,
    /// How bad it is.
    pub severity: IncidentSeverity,
    /// What users noticed.
    pub summary: String,
    /// What ran, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<ReleaseName>,
    /// When it was noticed.
    pub since: Timestamp,
    /// How it ended; absent while it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<IncidentEnd>,
}

/// How an incident ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IncidentEnd {
    /// When it was over.
    pub until: Timestamp,
    /// What it came from.
    pub cause: String,
    /// Why it is over.
    pub reason: String,
}

impl Incident {
    /// The name of an incident of an agent, after the minute in UTC; `taken` are those that there are.
    pub fn name(agent: &AgentName, since: Timestamp, taken: &[String]) -> String {
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let moment = Timestamp::utc(since.seconds).to_string();
        let (day, time) = moment.split_once('T').unwrap_or((&moment, ""));
        let minute: String = digits(time).chars().take(4).collect();
        let stem = format!("{agent}-{}-{minute}", digits(day));
        let others = (2..).map(|number| format!("{stem}-{number}"));
        let mut names = std::iter::once(stem.clone()).chain(others);
        names.find(|name| !taken.contains(name)).unwrap_or(stem)
    }

    /// Whether this may name an incident.
    pub fn is_name(text: &str) -> bool {
        let is_end = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let bytes = text.as_bytes();
        let inner = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        is_end(bytes.first()) && is_end(bytes.last()) && bytes.iter().all(inner)
    }

    /// Until when somebody has to answer. Working time is Monday to Friday from 9 to 17 o'clock where it was opened.
    pub fn answer_by(&self) -> Timestamp {
        let span = 60 * self.severity.minutes();
        let offset = 60 * i64::from(self.since.offset_minutes);
        let local = self.since.seconds + offset;
        let by = match self.severity {
            IncidentSeverity::P0 | IncidentSeverity::P1 => local + span,
            IncidentSeverity::P2 => after_working(local, span),
            IncidentSeverity::P3 => on_working_day(local + span),
        };
        Timestamp::utc(by - offset)
    }

    /// Whether it goes on.
    pub fn is_open(&self) -> bool {
        self.end.is_none()
    }

    /// The incident in a few words.
    pub fn line(&self) -> String {
        let Incident { id, severity, .. } = self;
        match &self.end {
            None => format!("{id} ({severity}) opened: {}", self.summary),
            Some(end) => format!("{id} ({severity}) closed: {}", end.cause),
        }
    }
}

const DAY: i64 = 86_400;
const WORK: std::ops::Range<i64> = 9 * 3600..17 * 3600;

/// The same time of day, on the next working day where that day is none.
fn on_working_day(local: i64) -> i64 {
    // the first of January 1970 was a Thursday
    match (local.div_euclid(DAY) + 3).rem_euclid(7) {
        5 => local + 2 * DAY,
        6 => local + DAY,
        _ => local,
    }
}

/// The moment when so many seconds of working time are over.
fn after_working(from: i64, span: i64) -> i64 {
    let (mut at, mut left) = (from, span);
    loop {
        let day = at.div_euclid(DAY) * DAY;
        let is_free = on_working_day(at) != at;
        let start = at.max(day + WORK.start);
        let free = day + WORK.end - start;
        if !is_free && left <= free {
            return start + left;
        }
        if !is_free {
            left -= free.max(0);
        }
        at = day + DAY;
    }
}

impl UnitHistory {
    /// Every incident as it was last told, in the order in which they were opened.
    pub fn incidents(&self) -> Vec<Incident> {
        let mut incidents: Vec<Incident> = Vec::new();
        for (_, fact) in self.facts() {
            let Fact::Incident(told) = fact else { continue };
            match incidents.iter_mut().find(|known| known.id == told.id) {
                // where two clones did not know of each other, an end counts more than none
                Some(known) if known.is_open() || !told.is_open() => *known = told.clone(),
                Some(_) => {}
                None => incidents.push(told.clone()),
            }
        }
        incidents
    }

    /// Incidents of which no retrospective is finished.
    fn unlearnt(&self) -> Vec<Incident> {
        let is_learnt = |incident: &Incident| {
            self.facts().any(|(_, fact)| match fact {
                Fact::Retrospective(retrospective) => retrospective.incident.as_ref() == Some(&incident.id),
                _ => false,
            })
        };
        let mut incidents = self.incidents();
        incidents.retain(|incident| !is_learnt(incident));
        incidents
    }
}

/// Incidents of an agent of which no retrospective is finished, by where they were.
pub fn unlearnt(places: &BTreeMap<EnvironmentName, UnitHistory>) -> Vec<(EnvironmentName, Incident)> {
    let own = |(environment, history): (&EnvironmentName, &UnitHistory)| {
        let environment = environment.clone();
        let incidents = history.unlearnt().into_iter();
        incidents.map(move |incident| (environment.clone(), incident))
    };
    places.iter().flat_map(own).collect()
}
