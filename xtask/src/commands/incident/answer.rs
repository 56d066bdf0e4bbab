//! What `incident` answers.

use lockstep::model::{AgentName, EnvironmentName, Timestamp};
use lockstep::release::ledger::{Event, Fact, Incident, IncidentSeverity};
use serde::Serialize;

use crate::report::Report;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    environment: &'a EnvironmentName,
    agent: &'a AgentName,
    incident: &'a Incident,
    answer_by: Timestamp,
    changed: bool,
}

/// It was opened.
pub(super) fn opened(event: &Event, environment: &EnvironmentName, agent: &AgentName) -> Report {
    let Fact::Incident(incident) = &event.fact else {
        return Report::default();
    };
    let text = format!(
        "{} is open for `{agent}` in `{environment}`: {}, until {}\n",
        incident.id,
        incident.severity.demand(),
        incident.answer_by()
    );
    let answer = Answer {
        environment,
        agent,
        incident,
        answer_by: incident.answer_by(),
        changed: true,
    };
    let report = Report::new(answer, text);
    let report = if incident.severity == IncidentSeverity::P0 {
        report.next(format!(
            "cargo xtask rollback {agent} --environment {environment} --reason {}",
            incident.id
        ))
    } else {
        report
    };
    report.next(format!(
        "cargo xtask incident close {} --cause \"…\" --reason \"…\"",
        incident.id
    ))
}

/// It is closed.
pub(super) fn closed(environment: &EnvironmentName, agent: &AgentName, incident: &Incident, changed: bool) -> Report {
    let already = if changed { "is" } else { "was already" };
    let text = format!("{} of `{agent}` in `{environment}` {already} closed\n", incident.id);
    let answer = Answer {
        environment,
        agent,
        incident,
        answer_by: incident.answer_by(),
        changed,
    };
    Report::new(answer, text).next(format!(
        "cargo xtask retro draft {agent} --incident {} --output retro.yaml",
        incident.id
    ))
}
