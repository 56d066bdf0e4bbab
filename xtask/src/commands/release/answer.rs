//! What `release` answers: the plan or what was committed, and what makes sense next.

use std::collections::BTreeSet;

use lockstep::model::{AgentName, one_line};
use lockstep::release::promotion;
use lockstep::release::{Change, EnvironmentPlan, UnitChange};
use lockstep::report::Table;
use lockstep::workspace::files::HoldFile;
use lockstep::workspace::layout::branch;
use schemars::JsonSchema;
use serde::Serialize;

use super::Args;
use crate::context::Context;
use crate::ports::{Commit, GitId};

/// What was released, or would be.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::commands) struct Answer {
    /// The commit that was released.
    dry_sha: GitId,
    /// Whether branches were written.
    applied: bool,
    /// Whether the remote has them.
    pushed: bool,
    /// What each environment gets, in the fleet's order.
    environments: Vec<EnvironmentAnswer>,
}

/// What one environment gets.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct EnvironmentAnswer {
    /// The environment.
    environment: String,
    /// Its branch.
    branch: String,
    /// The commit on it; null where nothing was written.
    commit: Option<GitId>,
    /// Its units.
    units: Vec<UnitAnswer>,
    /// Paths on the branch that are written or removed.
    files: BTreeSet<String>,
}

/// What happens to one unit.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct UnitAnswer {
    /// The agent, or `_environment`.
    unit: String,
    /// What happens to it.
    change: Change,
    /// The label of its release.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    /// How many objects are new.
    objects_added: usize,
    /// How many objects change.
    objects_changed: usize,
    /// How many objects go.
    objects_removed: usize,
    /// What of its tuple changes.
    components: Vec<lockstep::artifact::ComponentChange>,
    /// Who holds it and why, where it is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    hold: Option<HoldFile>,
}

/// Whether a unit that was named is held.
pub(super) fn held(plans: &[EnvironmentPlan], named: &[String]) -> bool {
    plans
        .iter()
        .flat_map(|plan| &plan.changes)
        .any(|change| change.change == Change::Held && named.contains(&change.unit))
}

/// The answer for machines.
pub(super) fn answer(
    head: &Commit,
    plans: &[EnvironmentPlan],
    commits: &[Option<GitId>],
    applied: bool,
    pushed: bool,
) -> Answer {
    let environments = plans
        .iter()
        .enumerate()
        .map(|(index, plan)| EnvironmentAnswer {
            environment: plan.environment.to_string(),
            branch: plan.branch.clone(),
            commit: commits.get(index).cloned().flatten(),
            units: plan
                .changes
                .iter()
                .map(|change| UnitAnswer {
                    unit: change.unit.clone(),
                    change: change.change,
                    version: change.version.clone(),
                    objects_added: change.counts.added,
                    objects_changed: change.counts.changed,
                    objects_removed: change.counts.removed,
                    components: change.components.clone(),
                    hold: change.hold.clone(),
                })
                .collect(),
            files: files(plan),
        })
        .collect();
    Answer {
        dry_sha: head.id.clone(),
        applied,
        pushed,
        environments,
    }
}

/// Every path that a plan writes or removes, the signatures included that are still to be made.
fn files(plan: &EnvironmentPlan) -> BTreeSet<String> {
    let Some(commit) = &plan.commit else {
        return BTreeSet::new();
    };
    let signatures = commit
        .statements
        .keys()
        .filter(|_| plan.signed)
        .map(|unit| branch::bundle(unit));
    commit.files.keys().cloned().chain(signatures).collect()
}

/// The answer for people.
pub(super) fn plan_text(
    context: &Context,
    plans: &[EnvironmentPlan],
    commits: &[Option<GitId>],
    dry_run: bool,
) -> String {
    let style = context.style;
    let mut text = String::new();
    for (index, plan) in plans.iter().enumerate() {
        let count = |change: Change| plan.changes.iter().filter(|unit| unit.change == change).count();
        let what = match (&plan.commit, commits.get(index)) {
            (None, _) => "nothing to change".to_owned(),
            (Some(_), Some(Some(commit))) => {
                format!("committed {}", style.good(commit.0.get(..12).unwrap_or(&commit.0)))
            }
            (Some(_), _) if dry_run => format!("would write {} files", files(plan).len()),
            (Some(_), _) => String::new(),
        };
        text.push_str(&format!(
            "{} ({}): {what}\n",
            style.strong(plan.environment.as_str()),
            plan.branch
        ));
        let mut table = Table::new(&["unit", "change", "version", "objects"]);
        for change in plan.changes.iter().filter(|change| change.change != Change::Unchanged) {
            let counts = change.counts;
            table.row(vec![
                change.unit.clone(),
                change.change.word().to_owned(),
                change.version.clone().unwrap_or_default(),
                format!("+{} ~{} -{}", counts.added, counts.changed, counts.removed),
            ]);
        }
        if !table.is_empty() {
            text.push_str(&context.table(&table));
        }
        text.extend(plan.changes.iter().filter_map(|change| hold_text(plan, change)));
        if count(Change::Unchanged) > 0 {
            text.push_str(&format!("  {} unchanged\n", count(Change::Unchanged)));
        }
    }
    text
}

/// Who holds a unit and why, and the command that lets it go on.
fn hold_text(plan: &EnvironmentPlan, change: &UnitChange) -> Option<String> {
    let agent = AgentName::new(&change.unit).ok()?;
    let told = promotion::held(&plan.environment, &agent, change.hold.as_ref()?);
    let help = told.help.unwrap_or_default();
    Some(format!("  {}\n    {help}\n", one_line(&told.message)))
}

/// The command line that releases the same.
pub(super) fn command(args: &Args) -> String {
    let agents: String = args.agent.iter().map(|agent| format!(" --agent {agent}")).collect();
    let keep_going = if args.keep_going { " --keep-going" } else { "" };
    format!(
        "cargo xtask release {}{agents}{keep_going}",
        args.environments.join(" ")
    )
}

/// The command line that does what a dry run has shown.
pub(super) fn for_good(args: &Args) -> String {
    let mut command = command(args);
    if let Some(budget) = args.allow_removals {
        command.push_str(&format!(" --allow-removals {budget}"));
    }
    if args.resign {
        command.push_str(" --resign");
    }
    for check in &args.overrides {
        command.push_str(&format!(" --override {check}"));
    }
    if args.reason.is_some() {
        command.push_str(" --reason \"…\"");
    }
    command
}

/// What makes sense next; `sendable` is the remote to which it was not sent yet.
pub(super) fn next(plans: &[EnvironmentPlan], sendable: Option<&str>, args: &Args) -> Vec<String> {
    let mut next = Vec::new();
    for plan in plans.iter().filter(|plan| plan.commit.is_some()) {
        next.push(format!("git show --stat {}    # what was written", plan.branch));
    }
    if let Some(remote) = sendable.filter(|_| plans.iter().any(|plan| plan.commit.is_some())) {
        next.push(format!("{} --push    # send it to `{remote}`", command(args)));
    }
    next.truncate(4);
    next
}
