//! Views of the ledger for those who read records: the release log, version metadata and what gates measured, with the
//! fields and names that the platform's own documents give them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ledger::{Event, Fact, UnitHistory, Verdict};
use super::rollback::Past;
use crate::model::{Stage, Timestamp, Version};
use crate::report::counted;

/// One release, as a log has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Release log record")]
pub struct ReleaseLog {
    /// The agent.
    pub agent_id: String,
    /// The namespace that its objects are in.
    pub namespace: String,
    /// The label.
    pub image_tag: String,
    /// How it went: `success`, or `rollbacked` once it was undone.
    pub status: String,
    /// Who did it.
    pub operator: String,
    /// When the run began.
    pub start_ts: Timestamp,
    /// When it was recorded, not before it began.
    pub end_ts: Timestamp,
}

/// One version of an agent in an environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Version metadata")]
pub struct VersionMetadata {
    /// The agent.
    pub agent_name: String,
    /// The version without its stage, for example `v3.3.0`.
    pub version: String,
    /// The whole label.
    pub tag: Version,
    /// Who released it.
    pub publisher: String,
    /// What is thought of it.
    pub status: Verdict,
    /// The label before it.
    pub prev_version: Option<Version>,
    /// Whether it is one for a share of the traffic.
    pub gray: bool,
    /// Whether a rollback may go back to it: it does not run already, it was not rolled back, and nobody blocked it or its tuple.
    pub rollbackable: bool,
    /// When it was released.
    pub created_at: Timestamp,
}

/// What a gate measured of a release.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "SLA result")]
pub struct SlaResult {
    /// The label.
    pub version: Version,
    /// When the look began.
    pub start_ts: Timestamp,
    /// Which pods it looked at.
    pub agent_group: String,
    /// Share of requests that succeeded, from 0 to 1.
    pub success_rate: f64,
    /// 95th percentile of the answer time, milliseconds.
    pub p95_latency_ms: f64,
    /// Share of traces with an error, from 0 to 1.
    pub error_trace_ratio: f64,
    /// Share of callbacks that failed, from 0 to 1.
    pub callback_fail_rate: f64,
    /// The verdict.
    pub status: Verdict,
    /// What follows.
    pub action: String,
}

/// The releases of an agent in an environment as a log.
pub fn release_log(agent: &str, history: &UnitHistory) -> Vec<ReleaseLog> {
    let record = |release: super::ledger::Recorded| ReleaseLog {
        agent_id: agent.to_owned(),
        namespace: release.namespace,
        image_tag: release.release.version.to_string(),
        status: match release.verdict {
            Verdict::Rollbacked => "rollbacked".to_owned(),
            _ => "success".to_owned(),
        },
        operator: release.by,
        start_ts: release.started.min(release.time),
        end_ts: release.time,
    };
    history.releases().into_iter().map(record).collect()
}

/// The versions of an agent in an environment; `past` is what of them counts. One that does not is none to go back to.
pub fn versions(agent: &str, history: &UnitHistory, past: &Past<'_>) -> Vec<VersionMetadata> {
    let mut before: Option<Version> = None;
    let metadata = history.releases().into_iter().map(|release| {
        let counted = past.find(&release.release.commit);
        let tag = release.release.version;
        let plain = match &tag {
            Version::Tagged(plain, _) => format!("v{plain}"),
            Version::DevLatest => tag.to_string(),
        };
        VersionMetadata {
            agent_name: agent.to_owned(),
            version: plain,
            publisher: release.by,
            status: counted.map_or(release.verdict, |counted| past.verdict(counted)),
            prev_version: before.replace(tag.clone()),
            gray: matches!(tag, Version::Tagged(_, Stage::Gray(_))),
            rollbackable: counted.is_some_and(|counted| past.unfit(counted).is_none()),
            created_at: release.time,
            tag,
        }
    });
    metadata.collect()
}

/// What gates measured of an agent in an environment.
pub fn sla_results(history: &UnitHistory) -> Vec<SlaResult> {
    let result = |(_, fact): (&Event, &Fact)| match fact {
        Fact::Gated(gated) => Some(SlaResult {
            version: gated.release.version.clone(),
            start_ts: gated.started,
            agent_group: gated.agent_group.clone(),
            success_rate: gated.success_rate,
            p95_latency_ms: gated.p95_latency_ms,
            error_trace_ratio: gated.error_trace_ratio,
            callback_fail_rate: gated.callback_fail_rate,
            status: gated.verdict,
            action: gated.action.clone(),
        }),
        _ => None,
    };
    history.facts().filter_map(result).collect()
}

/// What an event says, in a few words.
pub fn summary(fact: &Fact) -> String {
    match fact {
        Fact::Stage(stage) => {
            let why = stage
                .reason
                .as_ref()
                .map_or(String::new(), |reason| format!(": {reason}"));
            format!("{} {}{why}", stage.stage, stage.status.word())
        }
        Fact::Committed(committed) => format!("commit {}{}", committed.number, aside(committed.overrides.len())),
        Fact::Released(released) => match &released.promoted_from {
            Some(from) => format!("{} from {}", released.release.version, from.environment),
            None => released.release.version.to_string(),
        },
        Fact::Removed(removed) => removed.release.version.to_string(),
        Fact::Promoted(promoted) => {
            let kind = match promoted.release_kind {
                super::ledger::ReleaseKind::Regular => String::new(),
                kind => format!(", {}", kind.word()),
            };
            format!(
                "{} from {}{kind}{}",
                promoted.version,
                promoted.from.environment,
                aside(promoted.overrides.len())
            )
        }
        Fact::RolledBack(rollback) => format!(
            "{} to {}: {}{}",
            rollback.from.version,
            rollback.to.version,
            rollback.reason,
            aside(rollback.overrides.len())
        ),
        Fact::Held(reason) | Fact::Resumed(reason) => reason.reason.clone(),
        Fact::Marked(mark) => {
            let verdict = Verdict::from(mark.verdict).as_str();
            format!("{} {verdict}: {}", mark.release.version, mark.reason)
        }
        Fact::Decided(decided) => decided.outcome.clone(),
        Fact::Evaluated(evaluated) => {
            let failed = match evaluated.failed.len() {
                0 => String::new(),
                _ => format!(": {}", evaluated.failed.join(", ")),
            };
            let of_mock = match evaluated.answered.mock + evaluated.answered.cassette_of_mock {
                0 => "",
                _ => ", with answers of the mock",
            };
            let cut_off = match evaluated.answered.cut_off {
                0 => String::new(),
                count => format!(", {count} of the answers cut off"),
            };
            format!(
                "{}, {}{of_mock}{cut_off}{failed}",
                evaluated.outcome.word(),
                counted(evaluated.cases, "case")
            )
        }
        Fact::Gated(gated) => format!("{} {}: {}", gated.release.version, gated.verdict.as_str(), gated.action),
        Fact::Incident(incident) => incident.line(),
        Fact::Retrospective(retrospective) => {
            let about = retrospective.incident.clone();
            let about = about.or_else(|| Some(retrospective.release.as_ref()?.version.to_string()));
            let about = about.map_or(String::new(), |about| format!("{about}: "));
            format!("{about}{}", retrospective.conclusions.join("; "))
        }
    }
}

fn aside(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => " (one check set aside)".to_owned(),
        count => format!(" ({count} checks set aside)"),
    }
}
