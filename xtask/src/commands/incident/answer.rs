//! What `incident` answers.

use lockstep::model::{AgentName, EnvironmentName, Timestamp};
use lockstep::release::ledger::{Event, Fact, Incident, IncidentSeverity};
use schemars::JsonSchema;
use serde::Serialize;

use crate::report::Report;

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::commands) struct Answer<'a> {
    /// The environment.
    environment: &'a EnvironmentName,
    /// The agent.
    agent: &'a AgentName,
    /// The incident.
    incident: &'a Incident,
    /// Until when somebody has to answer.
    answer_by: Timestamp,
    /// Whether that is new.
    changed: bool,
}

/// It was opened; `can_go_back` is whether the ledger knows a release to go back to.
pub(super) fn opened(event: &Event, environment: &EnvironmentName, agent: &AgentName, can_go_back: bool) -> Report {
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
    let report = if incident.severity == IncidentSeverity::P0 && can_go_back {
        report.next(format!(
            "cargo xtask rollback {agent} --environment {environment} --reason {}",
            incident.id
        ))
    } else {
        report
    };
    report.next(format!(
        "cargo xtask incident close {} --cause \"…\" --reason \"…\"    # when it is over",
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
    let id = &incident.id;
    Report::new(answer, text).next(format!(
        "cargo xtask retro draft {agent} --incident {id} --into retro-{id}.yaml"
    ))
}
