//! `history --changes`: the change log of agents.

use lockstep::artifact::TupleRecord;
use lockstep::model::{AgentName, EnvironmentName};
use lockstep::release::change_log::{Compared, LoggedRelease, change_log};
use lockstep::release::ledger::{Recorded, Removal, name_of};
use lockstep::release::recorded;
use lockstep::report::Table;

use super::Known;
use crate::commands::branches::units;
use crate::failure::Failure;
use crate::ports::Repository;
use crate::report::Report;

/// The releases of these units, at most `limit` of the latest in each environment.
pub(super) fn report(delivery: &dyn Repository, histories: &[Known<'_>], limit: usize) -> Result<Report, Failure> {
    let mut logs = Vec::new();
    let mut findings = Vec::new();
    for known in histories {
        findings.extend(known.history.findings.clone());
        let (Some(environment), Ok(agent)) = (known.environment, AgentName::new(&known.unit)) else {
            continue;
        };
        let mut releases = known.history.releases();
        // one more than is shown: the first of them is compared with it
        let skipped = releases.len().saturating_sub(limit.saturating_add(1));
        releases.drain(..skipped);
        let releases = with_records(delivery, environment, &agent, releases)?;
        let removals = known.history.removals().into_iter();
        let removals = removals.filter_map(|removal| {
            let after = removal.after.checked_sub(skipped)?;
            Some(Removal { after, ..removal })
        });
        let mut log = change_log(&agent, environment, &releases, &removals.collect::<Vec<_>>());
        log.truncate(limit);
        logs.push(log);
    }
    logs.retain(|log| !log.is_empty());
    let unknown = logs
        .iter()
        .flatten()
        .filter(|release| release.compared == Compared::Unknown);
    let unchecked = unknown.map(|release| {
        let LoggedRelease {
            agent,
            environment,
            version,
            ..
        } = release;
        format!("what {version} of {agent} changed in {environment}: a record of the branch cannot be read here")
    });
    let unchecked: Vec<String> = unchecked.collect();
    let all: Vec<&LoggedRelease> = logs.iter().flatten().collect();
    let mut report = Report::new(&all, text(&logs)).with_findings(findings, Default::default());
    report.unchecked = unchecked;
    report.tables = logs.iter().map(|log| table(log)).collect();
    Ok(report)
}

/// Each release with what its commit records of it.
fn with_records(
    delivery: &dyn Repository,
    environment: &EnvironmentName,
    agent: &AgentName,
    releases: Vec<Recorded>,
) -> Result<Vec<(Recorded, Option<TupleRecord>)>, Failure> {
    let with_record = |release: Recorded| {
        // a clone without the commit says so in the report
        let record = match delivery.resolve(&release.release.commit) {
            Ok(commit) => recorded(
                environment,
                agent,
                &units(delivery, &commit.id, &[agent.as_str()])?.remove(0),
            )
            .ok(),
            Err(_) => None,
        };
        Ok((release, record))
    };
    releases.into_iter().map(with_record).collect()
}

fn text(logs: &[Vec<LoggedRelease>]) -> String {
    let mut text = String::new();
    for log in logs {
        text.push_str(&format!("{}\n", title(log)));
        for release in log {
            let name = name_of(&release.by);
            let origin = release.origin();
            let comma = if origin.is_empty() { "" } else { ", " };
            text.push_str(&format!(
                "  {} ({}, {name}{comma}{origin})\n",
                release.version, release.time
            ));
            for line in release.lines() {
                text.push_str(&format!("    {line}\n"));
            }
        }
    }
    if text.is_empty() {
        text.push_str("nothing is recorded\n");
    }
    text
}

fn table(log: &[LoggedRelease]) -> (String, Table) {
    let mut table = Table::new(&["version", "time", "by", "came", "changed"]);
    for release in log {
        let name = name_of(&release.by);
        table.row(vec![
            release.version.to_string(),
            release.time.to_string(),
            name.to_owned(),
            release.origin(),
            release.lines().join("; "),
        ]);
    }
    (title(log), table)
}

fn title(log: &[LoggedRelease]) -> String {
    log.first()
        .map(|release| format!("{} in {}", release.agent, release.environment))
        .unwrap_or_default()
}
