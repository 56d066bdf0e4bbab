//! `release`: render, check and commit environments.

mod answer;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lockstep::model::{AgentName, ObjectId, Timestamp};
use lockstep::release::{
    Blocked, BranchState, DryCommit, EnvironmentInput, EnvironmentPlan, Options, PreviousUnit, Tool, plan,
};
use lockstep::render::Engines;
use lockstep::workspace::files::Delivery;
use lockstep::workspace::layout::{self, branch};
use lockstep::workspace::{Environment, Workspace};

use self::answer::{answer, command, held, next, plan_text};
use super::selection;
use crate::context::Context;
use crate::failure::{EXIT_FINDINGS, EXIT_HOLD, Failure, FailureKind};
use crate::ports::{Commit, GitId, NewCommit, Repository, Tip};
use crate::report::Report;

/// The notes by which the Argo CD Source Hydrator and GitOps Promoter know what a commit was made from.
const NOTES: &str = "hydrator.metadata";

/// Render, check and commit environments.
///
/// Everything is judged before any branch moves. The commits go to `environment/<name>` in this repository; add
/// `--push` to send them on. Nothing is committed where nothing changed.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Environments to release, for example `dev`.
    #[arg(required = true, value_name = "ENVIRONMENT")]
    environments: Vec<String>,
    /// Release only these agents.
    #[arg(long, short, value_name = "NAME")]
    agent: Vec<String>,
    /// Release what has no findings, and exit with 1.
    #[arg(long)]
    keep_going: bool,
    /// Remove up to this many agents from an environment, instead of the fleet's deletion budget.
    #[arg(long, value_name = "N")]
    allow_removals: Option<usize>,
    /// Show the plan and stop.
    #[arg(long, short = 'n')]
    dry_run: bool,
    /// Push the branches and their notes, all or none.
    #[arg(long)]
    push: bool,
}

/// Releases.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    let repository = context.repository()?;
    let head = repository.head()?;
    refuse_dirty(&*repository)?;
    let progress = context.spinner("reading the fleet");
    let loaded = context.load_commit(&*repository, &head)?;
    let Some(workspace) = &loaded.workspace else {
        return Ok(Report::of_findings(loaded.findings, loaded.tree));
    };
    let delivery = delivery_repository(context, &repository, workspace)?;
    let environments = selection::environments(workspace, &args.environments)?;
    let run = Run {
        repository: &*repository,
        delivery: &*delivery,
        workspace,
        head: &head,
    };
    if args.push {
        run.fetch()?;
    }
    let branches = environments
        .iter()
        .map(|environment| run.branch(environment))
        .collect::<Result<Vec<_>, _>>()?;
    let gone = branches
        .iter()
        .flat_map(|branch| branch.state.units.keys())
        .filter_map(|unit| AgentName::new(unit).ok());
    let agents = selection::agents(workspace, &args.agent, &gone.collect())?;
    let foreign = run.foreign(&environments)?;

    progress.set_message("rendering and checking");
    let (engines, mut findings) = Engines::compile(workspace);
    findings.extend(loaded.findings.iter().cloned());
    let options = Options {
        unchanged: BTreeMap::new(),
        blocked: Blocked::by(&findings),
        agents,
        allow_removals: args.allow_removals,
    };
    let inputs: Vec<EnvironmentInput<'_>> = environments
        .iter()
        .zip(&branches)
        .map(|(environment, branch)| EnvironmentInput {
            environment,
            branch: &branch.state,
            ancestors: &branch.ancestors,
            foreign: &foreign,
        })
        .collect();
    let dry = dry_commit(&head);
    let (plans, more) = plan(
        workspace,
        &engines,
        &inputs,
        &dry,
        &options,
        Tool {
            version: env!("CARGO_PKG_VERSION"),
        },
    );
    findings.extend(more);
    findings.sort();
    findings.dedup();
    progress.finish_and_clear();

    let blocked = Blocked::by(&findings);
    let stopped = blocked.touches(&environments, options.agents.as_ref());
    if stopped && (!args.keep_going || blocked.everything()) {
        return Ok(Report::new(answer(&head, &plans, &[], false, false), "").with_findings(findings, loaded.tree));
    }
    let held = held(&plans, &args.agent);
    if args.dry_run {
        let text = plan_text(context, &plans, &[], true);
        let report = Report::new(answer(&head, &plans, &[], false, false), text).with_findings(findings, loaded.tree);
        return Ok(exit(report.next(command(&args)), held));
    }
    let commits = run.apply(&plans, &branches)?;
    let pushed = args.push && run.push(&plans)?;
    let text = plan_text(context, &plans, &commits, false);
    let mut report =
        Report::new(answer(&head, &plans, &commits, true, pushed), text).with_findings(findings, loaded.tree);
    report.next = next(workspace, &plans, args.push, &args);
    Ok(exit(report, held))
}

fn exit(mut report: Report, held: bool) -> Report {
    if held && report.exit_code() != EXIT_FINDINGS {
        report.exit = Some(EXIT_HOLD);
    }
    report
}

/// A release is made of a commit: what is not committed would not be in it.
fn refuse_dirty(repository: &dyn Repository) -> Result<(), Failure> {
    if repository.work_folder().is_none() {
        return Ok(());
    }
    let dirty = repository.dirty(&layout::ROOTS)?;
    if dirty.is_empty() {
        return Ok(());
    }
    let shown: Vec<&str> = dirty.iter().take(5).map(String::as_str).collect();
    let more = dirty.len().saturating_sub(shown.len());
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    Err(Failure::new(
        FailureKind::Repository,
        format!("these files are not committed: {}{more}", shown.join(", ")),
    )
    .hint("commit them (`git add -A && git commit`) or put them away (`git stash -u`): a release is made of a commit"))
}

/// The repository that holds the environment branches: this one, or one of their own.
fn delivery_repository(
    context: &Context,
    repository: &Arc<dyn Repository>,
    workspace: &Workspace,
) -> Result<Arc<dyn Repository>, Failure> {
    match &workspace.fleet.delivery.repository {
        None => Ok(Arc::clone(repository)),
        Some(place) => context.delivery_repository(&**repository, place, &workspace.fleet.delivery.remote),
    }
}

fn dry_commit(head: &Commit) -> DryCommit {
    let date = Timestamp {
        seconds: head.seconds,
        offset_minutes: head.offset_minutes,
    };
    DryCommit::new(head.id.0.clone(), head.author.clone(), date, &head.message)
}

/// An environment's branch as the run found it.
struct Branch {
    tip: Tip,
    state: BranchState,
    ancestors: BTreeSet<String>,
}

struct Run<'a> {
    repository: &'a dyn Repository,
    delivery: &'a dyn Repository,
    workspace: &'a Workspace,
    head: &'a Commit,
}

impl Run<'_> {
    fn branch(&self, environment: &Environment) -> Result<Branch, Failure> {
        let name = self.workspace.branch(&environment.name);
        let tip = self.delivery.tip(&name, &self.workspace.fleet.delivery.remote)?;
        let Tip::At { commit, .. } = &tip else {
            return Ok(Branch {
                tip,
                state: BranchState::default(),
                ancestors: BTreeSet::new(),
            });
        };
        let state = self.state(commit)?;
        let recorded: BTreeSet<GitId> = state
            .units
            .values()
            .filter_map(PreviousUnit::dry_sha)
            .map(GitId)
            .collect();
        let ancestors = self.repository.ancestors(&self.head.id, &recorded)?;
        let ancestors = ancestors.into_iter().map(|id| id.0).collect();
        Ok(Branch { tip, state, ancestors })
    }

    fn state(&self, commit: &GitId) -> Result<BranchState, Failure> {
        let units: Vec<String> = self.delivery.folder(commit, branch::RECORDS)?.into_keys().collect();
        let argocd: Vec<String> = self.delivery.folder(commit, branch::ARGOCD)?.into_keys().collect();
        let own: Vec<String> = argocd
            .iter()
            .filter(|file| file.starts_with('_'))
            .map(|file| format!("{}/{file}", branch::ARGOCD))
            .collect();
        let mut paths = Vec::new();
        for unit in &units {
            paths.extend([
                branch::manifest(unit),
                branch::metadata(unit),
                branch::tuple(unit),
                branch::inventory(unit),
            ]);
            paths.push(branch::argocd(unit));
        }
        paths.extend(own.iter().cloned());
        let mut files = self.delivery.read(commit, &paths)?.into_iter();
        let mut found = BTreeMap::new();
        let mut take = || files.next().flatten();
        for unit in units {
            let (manifest, metadata, tuple, inventory, application) = (take(), take(), take(), take(), take());
            let argocd = application
                .map(|bytes| (branch::argocd(&unit), bytes))
                .into_iter()
                .collect();
            found.insert(
                unit,
                PreviousUnit {
                    manifest,
                    metadata,
                    tuple,
                    inventory,
                    argocd,
                },
            );
        }
        if let Some(unit) = found.get_mut(layout::ENVIRONMENT_UNIT) {
            unit.argocd
                .extend(own.into_iter().filter_map(|path| Some((path, take()?))));
        }
        Ok(BranchState::new(found))
    }

    /// Objects of environments outside the run that share a namespace with one inside.
    fn foreign(&self, environments: &[&Environment]) -> Result<BTreeMap<ObjectId, String>, Failure> {
        let inside: BTreeSet<_> = environments.iter().map(|environment| &environment.name).collect();
        let neighbours: BTreeSet<_> = environments
            .iter()
            .flat_map(|environment| self.workspace.neighbours(environment))
            .map(|neighbour| &neighbour.name)
            .filter(|name| !inside.contains(name))
            .collect();
        let mut found = BTreeMap::new();
        for name in neighbours {
            let branch_name = self.workspace.branch(name);
            let Tip::At { commit, .. } = self.delivery.tip(&branch_name, &self.workspace.fleet.delivery.remote)? else {
                continue;
            };
            let units: Vec<String> = self.delivery.folder(&commit, branch::RECORDS)?.into_keys().collect();
            let paths: Vec<String> = units.iter().map(|unit| branch::inventory(unit)).collect();
            for (unit, inventory) in units.iter().zip(self.delivery.read(&commit, &paths)?) {
                let previous = PreviousUnit {
                    inventory,
                    ..PreviousUnit::default()
                };
                let objects = previous
                    .inventory()
                    .map(|inventory| inventory.objects)
                    .unwrap_or_default();
                found.extend(objects.into_iter().map(|object| (object.id, format!("{name}/{unit}"))));
            }
        }
        Ok(found)
    }

    /// Commits the plans and moves the notes; returns the tip of each branch.
    fn apply(&self, plans: &[EnvironmentPlan], branches: &[Branch]) -> Result<Vec<Option<GitId>>, Failure> {
        let author = &self.workspace.fleet.delivery.author;
        let mut commits = Vec::new();
        for (plan, branch) in plans.iter().zip(branches) {
            if let Some(commit) = &plan.commit {
                commits.push(NewCommit {
                    branch: plan.branch.clone(),
                    tip: branch.tip.clone(),
                    change: commit.files.clone(),
                    author: author.clone(),
                    seconds: self.head.seconds,
                    offset_minutes: self.head.offset_minutes,
                    message: commit.message.clone(),
                });
            }
        }
        let mut made = self.delivery.commit(&commits)?.into_iter();
        let mut new = Vec::new();
        let mut notes = BTreeMap::new();
        for (plan, branch) in plans.iter().zip(branches) {
            let commit = plan.commit.as_ref().and_then(|_| made.next());
            let tip = commit.clone().or_else(|| match &branch.tip {
                Tip::At { commit, .. } => Some(commit.clone()),
                Tip::Unborn => None,
            });
            if let Some(tip) = tip {
                notes.insert(tip, format!("{{\"drySha\":\"{}\"}}", self.head.id.0));
            }
            new.push(commit);
        }
        self.delivery
            .set_notes(&format!("refs/notes/{NOTES}"), &notes, author, self.head.seconds)?;
        Ok(new)
    }

    /// Learns where the remote's environment branches and notes stand.
    fn fetch(&self) -> Result<(), Failure> {
        let Delivery {
            remote,
            branch_prefix,
            author,
            ..
        } = &self.workspace.fleet.delivery;
        let branches = format!("+refs/heads/{branch_prefix}*:refs/remotes/{remote}/{branch_prefix}*");
        let notes = format!("+refs/notes/*:{}*", remote_notes(remote, ""));
        self.delivery.fetch(remote, &[branches, notes])?;
        self.delivery.adopt(
            &format!("refs/notes/{NOTES}"),
            &remote_notes(remote, NOTES),
            author,
            self.head.seconds,
        )
    }

    /// Pushes what this clone has more than the remote: the branches of the run and the notes.
    fn push(&self, plans: &[EnvironmentPlan]) -> Result<bool, Failure> {
        let remote = &self.workspace.fleet.delivery.remote;
        let mut references = Vec::new();
        let mut add = |local: String, there: Option<GitId>| -> Result<(), Failure> {
            let here = self.delivery.reference(&local)?;
            if here.is_some() && here != there {
                references.push((local, there));
            }
            Ok(())
        };
        for plan in plans {
            add(
                format!("refs/heads/{}", plan.branch),
                self.delivery.remote_tip(&plan.branch, remote)?,
            )?;
        }
        add(
            format!("refs/notes/{NOTES}"),
            self.delivery.reference(&remote_notes(remote, NOTES))?,
        )?;
        self.delivery.push(remote, &references)?;
        Ok(!references.is_empty())
    }
}

/// Where a fetch puts the notes of a remote.
fn remote_notes(remote: &str, name: &str) -> String {
    format!("refs/lockstep/{remote}/notes/{name}")
}
