//! Releases that a rollback cannot go back to, since nobody who may has signed what their commits hold.

use std::collections::BTreeSet;

use lockstep::model::{AgentName, EnvironmentName, Finding, Severity};
use lockstep::release::ledger::Recorded;

/// What is wrong with a release, the errors alone.
pub(super) enum Refusal {
    /// Its files or signatures do not hold, which a person may set aside.
    Unproved(Vec<Finding>),
    /// Its commit holds something else: there is nothing to bring back.
    Other(Box<Finding>),
}

impl Refusal {
    /// What is told of it: the agent's own trouble before that of the environment.
    fn reason(&self, agent: &AgentName) -> Option<&Finding> {
        match self {
            Refusal::Unproved(findings) => {
                let of_agent = format!("/{agent}");
                let is_own = |finding: &&Finding| finding.unit.as_ref().is_some_and(|unit| unit.ends_with(&of_agent));
                findings.iter().find(is_own).or(findings.first())
            }
            Refusal::Other(finding) => Some(finding),
        }
    }
}

/// The releases that were refused, the best first.
#[derive(Default)]
pub(super) struct Refused(Vec<(Recorded, Refusal)>);

impl Refused {
    /// Adds one.
    pub(super) fn push(&mut self, release: Recorded, refusal: Refusal) {
        self.0.push((release, refusal));
    }

    /// Whether none was.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One line for each reason: these were better, and were passed over.
    pub(super) fn passed_over(&self, agent: &AgentName) -> Vec<Finding> {
        let mut told: Vec<(&Finding, Vec<String>)> = Vec::new();
        for (release, refusal) in &self.0 {
            let Some(reason) = refusal.reason(agent) else { continue };
            let version = release.release.version.to_string();
            match told.iter_mut().find(|(other, _)| is_alike(other, reason)) {
                Some((_, versions)) => versions.push(version),
                None => told.push((reason, vec![version])),
            }
        }
        let warning = |(reason, versions): (&Finding, Vec<String>)| Finding {
            severity: Severity::Warning,
            message: format!("passed over {}: {}", versions.join(", "), reason.message),
            help: None,
            ..reason.clone()
        };
        told.into_iter().map(warning).collect()
    }

    /// What is said where none is left: why the best was refused, and what a person may do.
    pub(super) fn finding(&self, environment: &EnvironmentName, agent: &AgentName) -> Option<Finding> {
        let ((release, refusal), others) = self.0.split_first()?;
        let reason = refusal.reason(agent)?.clone();
        let others: Vec<String> = others
            .iter()
            .map(|(other, _)| other.release.version.to_string())
            .collect();
        let more = match others.len() {
            0 => String::new(),
            1..=3 => format!("; nor can {}", others.join(", ")),
            many => format!("; nor can the {many} before it"),
        };
        let message = format!("{} cannot come back: {}{more}", release.release.version, reason.message);
        let Refusal::Unproved(findings) = refusal else {
            return Some(Finding { message, ..reason });
        };
        let rules: BTreeSet<&str> = findings.iter().map(|finding| &*finding.rule).collect();
        let overrides: String = rules.iter().map(|rule| format!(" --override {rule}")).collect();
        let commit = &release.release.commit;
        let commit = commit.get(..12).unwrap_or(commit);
        let help = format!(
            "look at it: `cargo xtask verify --environment {environment} --commit {commit}`, `cargo xtask diff {commit} \
             {environment} --agent {agent}`; if it is what you made, bring it back all the same: `cargo xtask rollback {agent} \
             --environment {environment} --to {commit}{overrides} --reason \"…\"`"
        );
        let finding = Finding { message, ..reason };
        Some(finding.unit(environment.as_str(), agent.as_str()).help(help))
    }
}

/// Whether two findings say the same but for the place.
fn is_alike(one: &Finding, other: &Finding) -> bool {
    one.rule == other.rule && one.message == other.message
}
