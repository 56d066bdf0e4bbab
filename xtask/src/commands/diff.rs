//! `diff`: what a release would change, or what differs between two revisions, environments or releases.

mod released;

use lockstep::model::{AgentName, EnvironmentName, Finding, Severity, suggestion};
use lockstep::release::{Blocked, BranchState, Compared, TreeSide, against_branches, between_trees};
use lockstep::render::Engines;
use lockstep::report::{Detail, changes_text};
use lockstep::workspace::{Environment, Workspace};

use self::released::{Named, Names, Side};
use super::branches::{branch_state, delivery_repository};
use super::dry::is_outline;
use super::selection;
use crate::context::{Context, Loaded, Source};
use crate::failure::{EXIT_FINDINGS, Failure, FailureKind};
use crate::outputs::OutputArgs;
use crate::ports::{Repository, Tip};
use crate::report::Report;

/// Show what a release would change, or what differs between two revisions, environments or releases.
///
/// Without a name: the work tree against the environment branches, so what the next release would change. With one
/// git revision: that revision against the work tree. With two revisions: one against the other. With two states that
/// were released: what the second differs in from the first. Such a state is an environment, a commit of its branch
/// (`environment/staging~1`), or a release by its label or tuple. The tuple comes first, then objects field by field, each
/// with the risk of its change. What repeats is folded into classes and counted.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Up to two git revisions; or two environments, commits of their branches or releases.
    #[arg(value_name = "REVISION", num_args = 0..=2)]
    names: Vec<String>,
    /// Compare only these environments.
    #[arg(long, short, value_name = "NAME")]
    environment: Vec<String>,
    /// Compare only these agents.
    #[arg(long, short, value_name = "NAME")]
    agent: Vec<String>,
    /// Show every field and whole values instead of classes.
    #[arg(long)]
    all: bool,
    /// Exit with 1 when anything differs.
    #[arg(long)]
    exit_code: bool,
    /// Where to write the answer.
    #[command(flatten)]
    output: OutputArgs,
}

/// Compares.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    let progress = context.spinner("comparing");
    let report = match &args.names[..] {
        [] => with_branches(context, &args),
        [name] => match lone_environment(context, name)? {
            Some(failure) => Err(failure),
            None => with_tree(context, &args, name, &Source::WorkTree),
        },
        [before, after, ..] => match released(context, &args, before, after)? {
            Some(report) => Ok(report),
            None => with_tree(context, &args, before, &Source::Revision(after.clone())),
        },
    };
    progress.finish_and_clear();
    report
}

/// Where the fleet stands: the work tree; a bare clone has none.
fn here(repository: &dyn Repository) -> Source {
    match repository.work_folder() {
        Some(_) => Source::WorkTree,
        None => Source::Revision("HEAD".to_owned()),
    }
}

/// The outline of the fleet, for the names of its environments.
fn fleet_here(context: &Context) -> Result<Option<Loaded>, Failure> {
    let source = here(&*context.repository()?);
    Ok(context.load_part(&source, &is_outline).ok())
}

/// What is wrong with a single name that is an environment's: it is compared with another state that was released.
fn lone_environment(context: &Context, name: &str) -> Result<Option<Failure>, Failure> {
    if context.repository()?.resolve(name).is_ok() {
        return Ok(None);
    }
    let loaded = fleet_here(context)?;
    let workspace = loaded.as_ref().and_then(|loaded| loaded.workspace.as_ref());
    let failure = |_| {
        Failure::new(
            FailureKind::Usage,
            format!("`{name}` is an environment, and compared with what?"),
        )
        .hint(format!("name another one too: `cargo xtask diff <environment> {name}`"))
        .hint(format!(
            "what a release would change: `cargo xtask diff --environment {name}`"
        ))
    };
    Ok(workspace.and_then(|workspace| workspace.environment(name)).map(failure))
}

/// What differs between two states that were released; nothing where the names are those of commits that people edit.
fn released(context: &Context, args: &Args, before: &str, after: &str) -> Result<Option<Report>, Failure> {
    let Some(loaded) = fleet_here(context)? else {
        return Ok(None);
    };
    let Some(workspace) = &loaded.workspace else {
        return Ok(None);
    };
    if selection::unreadable(workspace, &[before.to_owned(), after.to_owned()]) {
        return Ok(Some(Report::of_findings(loaded.findings, loaded.tree)));
    }
    let repository = context.repository()?;
    let delivery = delivery_repository(context, &repository, workspace)?;
    let names = Names {
        context,
        args,
        repository: &repository,
        delivery: &*delivery,
        workspace,
    };
    // what names nothing is told first, whatever is the matter with the other one
    let (old, new) = (names.named(before), names.named(after));
    match (&old, &new) {
        (Ok(None), Ok(None)) => return Err(nothing(&*repository, before)),
        (Ok(None), _) => return Err(unknown(&*repository, workspace, before)),
        (_, Ok(None)) => return Err(unknown(&*repository, workspace, after)),
        _ => {}
    }
    let (old, new) = match (old?, new?) {
        (Some(Named::Edited), Some(Named::Edited)) => return Ok(None),
        (Some(Named::Released(old)), Some(Named::Released(new))) => (old, new),
        _ => {
            let message =
                format!("of `{before}` and `{after}` one was released and the other is a commit that people edit");
            return Err(Failure::new(FailureKind::Usage, message)
                .hint("compare two of a kind: environments, commits of their branches and releases, or commits")
                .hint("a tag that is called as a release is `tags/<name>`"));
        }
    };
    if matches!((&old, &new), (Side::Whole(..), Side::Whole(..))) && !args.environment.is_empty() {
        return Err(
            Failure::new(FailureKind::Usage, "the environments are named already").hint("leave out `--environment`")
        );
    }
    let compared = Compared {
        change: names.change(&old, &new)?,
        ..Compared::default()
    };
    Ok(Some(answer(context, args, compared)))
}

/// A name that nothing has; a clone that is cut off may only not know it.
fn nothing(repository: &dyn Repository, name: &str) -> Failure {
    if let Err(failure) = repository.resolve(name)
        && failure.kind == FailureKind::Repository
    {
        return failure;
    }
    Failure::new(
        FailureKind::Usage,
        format!("`{name}` names no environment, commit or release here"),
    )
    .hint("see `cargo xtask history` and `git branch --all`, or `git fetch`")
}

/// A name that nothing has beside one that something has: an environment where one is called alike.
fn unknown(repository: &dyn Repository, workspace: &Workspace, name: &str) -> Failure {
    let known = || {
        workspace
            .environments
            .iter()
            .map(|environment| environment.name.as_str())
    };
    match suggestion(name, known()) {
        Some(_) => selection::unknown("environment", name, known()),
        None => nothing(repository, name),
    }
}

/// The work tree against the environment branches.
fn with_branches(context: &Context, args: &Args) -> Result<Report, Failure> {
    let loaded = context.load(&Source::WorkTree)?;
    let Some(workspace) = &loaded.workspace else {
        return Ok(Report::of_findings(loaded.findings, loaded.tree));
    };
    let repository = context.repository()?;
    let delivery = delivery_repository(context, &repository, workspace)?;
    if selection::unreadable(workspace, &args.environment) {
        return Ok(Report::of_findings(loaded.findings, loaded.tree));
    }
    let environments = selection::environments(workspace, &args.environment)?;
    let branches = environments
        .iter()
        .map(|environment| Ok(branch(&*delivery, workspace, environment)?.unwrap_or_default()))
        .collect::<Result<Vec<BranchState>, Failure>>()?;
    let gone = branches.iter().flat_map(|branch| branch.units.keys());
    let agents = selection::agents(
        workspace,
        &args.agent,
        &gone.filter_map(|unit| AgentName::new(unit).ok()).collect(),
    )?;
    let (engines, mut findings) = Engines::compile(workspace);
    findings.extend(loaded.findings.iter().cloned());
    let blocked = Blocked::by(&findings);
    let side = TreeSide {
        workspace,
        engines: &engines,
        blocked: &blocked,
    };
    let inputs: Vec<(&Environment, &BranchState)> = environments.iter().copied().zip(&branches).collect();
    let compared = against_branches(side, &inputs, agents.as_ref());
    Ok(report(context, args, compared, findings, loaded))
}

/// What the branch of an environment holds; nothing before its first release.
fn branch(
    delivery: &dyn Repository,
    workspace: &Workspace,
    environment: &Environment,
) -> Result<Option<BranchState>, Failure> {
    let name = workspace.branch(&environment.name);
    match delivery.tip(&name, &workspace.fleet.delivery.remote)? {
        Tip::At { commit, .. } => Ok(Some(branch_state(delivery, &commit, &|_| false)?)),
        Tip::Unborn => Ok(None),
    }
}

/// A revision against another tree.
fn with_tree(context: &Context, args: &Args, revision: &str, source: &Source) -> Result<Report, Failure> {
    let old = context
        .load(&Source::Revision(revision.to_owned()))
        .map_err(|failure| failure.hint("`diff` compares git revisions, environments or releases"))?;
    let new = context.load(source)?;
    if let Some(workspace) = &new.workspace
        && selection::unreadable(workspace, &args.environment)
    {
        return Ok(Report::of_findings(new.findings, new.tree));
    }
    let Some(Trees {
        mut compared,
        mut before,
        after: mut findings,
    }) = trees(&old, &new, &args.environment, &args.agent)?
    else {
        let (unreadable, of) = match (&new.workspace, source) {
            (None, Source::WorkTree) => (new, None),
            (None, Source::Revision(revision)) => (new, Some(revision.as_str())),
            (Some(_), _) => (old, Some(revision)),
        };
        let said = |finding| match of {
            Some(revision) => of_revision(finding, revision),
            None => finding,
        };
        let findings = unreadable.findings.into_iter().map(said).collect();
        return Ok(Report::of_findings(findings, unreadable.tree));
    };
    before.append(&mut compared.before);
    let errors = before.into_iter().filter(Finding::is_error);
    findings.extend(errors.map(|finding| of_earlier(finding, revision)));
    Ok(report(context, args, compared, findings, new))
}

/// Two trees, compared, and what is wrong with either.
pub(super) struct Trees {
    pub(super) compared: Compared,
    before: Vec<Finding>,
    after: Vec<Finding>,
}

/// Compares two trees, in these environments and agents alone where some are named; nothing where one has no fleet.
pub(super) fn trees(
    old: &Loaded,
    new: &Loaded,
    environment: &[String],
    agent: &[String],
) -> Result<Option<Trees>, Failure> {
    let (Some(before), Some(after)) = (&old.workspace, &new.workspace) else {
        return Ok(None);
    };
    let environments = environments(before, after, environment)?;
    let agents = selection::agents(after, agent, &before.agents.keys().cloned().collect())?;
    let (old_engines, mut old_findings) = Engines::compile(before);
    let (new_engines, mut findings) = Engines::compile(after);
    old_findings.extend(old.findings.iter().cloned());
    findings.extend(new.findings.iter().cloned());
    let (old_blocked, blocked) = (Blocked::compared(&old_findings), Blocked::compared(&findings));
    let compared = between_trees(
        TreeSide {
            workspace: before,
            engines: &old_engines,
            blocked: &old_blocked,
        },
        TreeSide {
            workspace: after,
            engines: &new_engines,
            blocked: &blocked,
        },
        &environments,
        agents.as_ref(),
    );
    Ok(Some(Trees {
        compared,
        before: old_findings,
        after: findings,
    }))
}

/// What is wrong with the tree of a revision.
fn of_revision(mut finding: Finding, revision: &str) -> Finding {
    finding.message = format!("in `{revision}`, {}", finding.message);
    finding
}

/// What is wrong with an earlier tree cannot be mended any more: it says only why a unit is not compared.
fn of_earlier(mut finding: Finding, revision: &str) -> Finding {
    let place = finding
        .location
        .take()
        .map_or(String::new(), |location| format!(", {}", location.file));
    finding.severity = Severity::Warning;
    finding.message = format!("not compared: in `{revision}`{place}, {}", finding.message);
    finding.help = None;
    finding
}

/// The environments of either tree that are asked for, those of the later one first.
fn environments(before: &Workspace, after: &Workspace, names: &[String]) -> Result<Vec<EnvironmentName>, Failure> {
    // one that cannot be read is not gone
    let is_listed = |name: &str| after.fleet.environments.iter().any(|listed| listed.as_str() == name);
    let in_before = |name: &String| before.environment(name).is_some();
    let (gone, here): (Vec<String>, Vec<String>) = names
        .iter()
        .cloned()
        .partition(|name| !is_listed(name) && in_before(name));
    let all = names.is_empty();
    let mut found: Vec<EnvironmentName> = Vec::new();
    if all || !here.is_empty() {
        let chosen = selection::environments(after, &here)?;
        found.extend(chosen.into_iter().map(|environment| environment.name.clone()));
    }
    let gone = before.environments.iter().filter(|environment| {
        let name = environment.name.as_str();
        !is_listed(name) && (all || gone.iter().any(|gone| gone == name))
    });
    found.extend(gone.map(|environment| environment.name.clone()));
    Ok(found)
}

fn report(context: &Context, args: &Args, compared: Compared, mut findings: Vec<Finding>, loaded: Loaded) -> Report {
    findings.extend(compared.after.iter().cloned());
    findings.sort();
    findings.dedup();
    answer(context, args, compared).with_findings(findings, loaded.tree)
}

fn answer(context: &Context, args: &Args, compared: Compared) -> Report {
    let detail = if args.all { Detail::All } else { Detail::Folded };
    let text = changes_text(&compared.change, detail, context.style);
    let mut report = Report::new(&compared.change, text);
    if args.exit_code && !compared.change.units.is_empty() {
        report.exit = Some(EXIT_FINDINGS);
    }
    report.change = Some(compared.change);
    report
}
