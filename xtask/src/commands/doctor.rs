//! `doctor`: what is missing or misconfigured on this machine, each with the command that mends it.

mod line_ends;

use std::sync::Arc;

use lockstep::artifact::key_command;
use lockstep::model::{FileTree, Finding};
use lockstep::policy::rules::{self, fleet::FleetScene};
use lockstep::release::AbandonedBranch;
use lockstep::report::{Style, counted};
use lockstep::schema::Catalogue;
use lockstep::workspace::{Workspace, layout};
use schemars::JsonSchema;
use serde::Serialize;

use super::abandoned::{abandoned, former};
use super::branches::delivery_repository;
use super::trust::{Trusted, key_folder};
use crate::context::{Context, Source};
use crate::failure::{EXIT_USAGE, Failure};
use crate::ports::{Repository, Tip};
use crate::report::Report;

/// Look for what is missing or misconfigured on this machine.
///
/// Each line names the command that mends it. Nothing is changed, and nothing is asked of the network. Exits with 2 when
/// something is missing.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// What a look at one thing came to.
#[derive(Debug, Serialize, JsonSchema)]
struct Check {
    /// What was looked at.
    subject: &'static str,
    /// How it is.
    state: State,
    /// What was seen.
    seen: String,
    /// The command that mends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    mend: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum State {
    /// As it should be.
    Good,
    /// Something will not work.
    Missing,
    /// Everything works, some things not as well as they could.
    Notice,
}

impl Check {
    fn good(subject: &'static str, seen: impl Into<String>) -> Check {
        Check {
            subject,
            state: State::Good,
            seen: seen.into(),
            mend: None,
        }
    }

    fn missing(subject: &'static str, seen: impl Into<String>, mend: impl Into<String>) -> Check {
        Check {
            state: State::Missing,
            mend: Some(mend.into()),
            ..Check::good(subject, seen)
        }
    }

    fn notice(subject: &'static str, seen: impl Into<String>, mend: impl Into<String>) -> Check {
        Check {
            state: State::Notice,
            ..Check::missing(subject, seen, mend)
        }
    }

    /// What a failure says, with its first hint as the command.
    fn failed(subject: &'static str, failure: Failure) -> Check {
        Check {
            state: State::Missing,
            mend: failure.hints.into_iter().next(),
            ..Check::good(subject, failure.message)
        }
    }
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Answer {
    /// What was looked at.
    checks: Vec<Check>,
}

/// Looks at everything, whatever else is missing.
pub fn run(context: &Context, _: Args) -> Result<Report, Failure> {
    let mut checks = vec![program(context)];
    match context.repository() {
        Err(failure) => checks.push(Check::failed("repository", failure)),
        Ok(repository) => {
            let folder = repository.work_folder().unwrap_or(repository.git_folder());
            checks.push(Check::good("repository", folder.display().to_string()));
            checks.push(history(context, &*repository));
            checks.push(identity(&*repository));
            fleet(context, &repository, &mut checks);
        }
    }
    checks.extend(continuous_integration(context));
    let missing = checks.iter().any(|check| check.state == State::Missing);
    let text = checks
        .iter()
        .map(|check| text(check, context.style))
        .collect::<String>();
    let mut report = Report::new(Answer { checks }, text);
    if missing {
        report.exit = Some(EXIT_USAGE);
    }
    Ok(report)
}

fn text(check: &Check, style: Style) -> String {
    let word = match check.state {
        State::Good => style.good("good   "),
        State::Missing => style.error("missing"),
        State::Notice => style.warning("notice "),
    };
    let mend = check.mend.iter().flat_map(|mend| mend.lines());
    let mend: String = mend.map(|line| format!("         {line}\n")).collect();
    format!("{word}  {}: {}\n{mend}", style.strong(check.subject), check.seen)
}

fn program(context: &Context) -> Check {
    if context.programs.succeeds("git", &["--version"]) {
        return Check::good("git program", "found");
    }
    let seen = "not found; fetching and pushing need it, everything else does not";
    Check::missing("git program", seen, "apt-get install git    # or your system's way")
}

fn history(context: &Context, repository: &dyn Repository) -> Check {
    if context.files.exists(&repository.git_folder().join("shallow")) {
        let seen = "shallow, so it is unknown what is an ancestor of what";
        return Check::missing("history", seen, "git fetch --unshallow");
    }
    Check::good("history", "complete")
}

/// Environment branches carry the fleet's author; commits to the branch that people edit carry the person's.
fn identity(repository: &dyn Repository) -> Check {
    match repository.identity() {
        Err(failure) => return Check::failed("git identity", failure),
        Ok(Some(_)) => return Check::good("git identity", "set"),
        Ok(None) => {}
    }
    Check::notice(
        "git identity",
        "not set; `promote`, `rollback` and `hold` commit in your name",
        "git config --global user.name \"Your Name\"\ngit config --global user.email you@example.com",
    )
}

fn fleet(context: &Context, repository: &Arc<dyn Repository>, checks: &mut Vec<Check>) {
    let source = match repository.work_folder() {
        Some(_) => Source::WorkTree,
        None => Source::Revision("HEAD".to_owned()),
    };
    let loaded = match context.load_with_judges(&source) {
        Ok(loaded) => loaded,
        Err(failure) => return checks.push(Check::failed("fleet", failure)),
    };
    let errors = loaded.findings.iter().filter(|finding| finding.is_error()).count();
    let Some(workspace) = &loaded.workspace else {
        return checks.push(Check::missing("fleet", "it cannot be read", "cargo xtask render"));
    };
    checks.push(match errors {
        0 => Check::good(
            "fleet",
            format!(
                "{} in {}",
                counted(workspace.agents.len(), "agent"),
                counted(workspace.environments.len(), "environment")
            ),
        ),
        count => Check::missing(
            "fleet",
            format!("{count} errors in its files"),
            "cargo xtask render    # shows them",
        ),
    });
    if repository.work_folder().is_some() {
        checks.push(line_ends::check(&**repository, &loaded.tree));
    }
    checks.push(schemas(workspace, &loaded.tree));
    checks.push(remote(&**repository, workspace));
    match delivery_repository(context, repository, workspace) {
        Ok(delivery) => {
            checks.extend(branches(&*delivery, workspace));
            checks.extend(left_over(&**repository, &*delivery, workspace, &loaded.tree));
        }
        Err(failure) => checks.push(Check::failed("delivery repository", failure)),
    }
    checks.extend(trust(context, &**repository, workspace));
}

/// What objects are judged by: schemas that can be used, some of them for every cluster.
fn schemas(workspace: &Workspace, tree: &FileTree) -> Check {
    let (catalogue, mut findings) = Catalogue::read(tree);
    findings.extend(rules::fleet::clusters(&FleetScene { workspace, tree }, &catalogue));
    findings.extend(catalogue.audit());
    findings.sort();
    findings.dedup();
    let mut wrong = findings.into_iter().filter(Finding::is_error);
    let Some(first) = wrong.next() else {
        let versions: Vec<&str> = catalogue.versions().collect();
        return Check::good("schemas", format!("of Kubernetes {}", versions.join(", ")));
    };
    let place = first.location.map(|place| format!("{}: ", place.file));
    let more = match wrong.count() {
        0 => String::new(),
        count => format!(", and {count} more"),
    };
    let seen = format!("{}{}{more}", place.unwrap_or_default(), first.message);
    Check::missing("schemas", seen, "cargo xtask validate    # shows them")
}

fn remote(repository: &dyn Repository, workspace: &Workspace) -> Check {
    let (name, wanted) = (&workspace.fleet.delivery.remote, &workspace.fleet.delivery.repo_url);
    match repository.remote_url(name) {
        Err(failure) => Check::failed("remote", failure),
        Ok(None) => Check::notice(
            "remote",
            format!("there is no remote `{name}`: releases stay in this clone"),
            format!("git remote add {name} {wanted}"),
        ),
        Ok(Some(url)) if workspace.fleet.delivery.repository.is_none() && !is_same(&url, wanted) => Check::notice(
            "remote",
            format!("`{name}` is {url}, and Argo CD reads {wanted}"),
            format!(
                "edit `delivery.repoURL` in {}, unless both lead to one repository",
                layout::FLEET
            ),
        ),
        Ok(Some(url)) => Check::good("remote", format!("`{name}` is {url}")),
    }
}

/// Whether two addresses name one repository, as far as their spelling tells.
fn is_same(left: &str, right: &str) -> bool {
    fn path(url: &str) -> &str {
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let rest = rest.split_once('@').map_or(rest, |(_, rest)| rest);
        rest.trim_end_matches('/').trim_end_matches(".git")
    }
    path(left).replace(':', "/") == path(right).replace(':', "/")
}

fn branches(delivery: &dyn Repository, workspace: &Workspace) -> Vec<Check> {
    let mut checks = Vec::new();
    let (mut known, mut unborn) = (Vec::new(), Vec::new());
    let mut failures: Vec<Failure> = Vec::new();
    for environment in &workspace.environments {
        let branch = workspace.branch(&environment.name);
        let tip = delivery.tip(&branch, &workspace.fleet.delivery.remote);
        let writable = tip.and_then(|tip| Ok((tip, delivery.refuse_unwritable(&branch)?)));
        match writable {
            Ok((Tip::At { .. }, ())) => known.push(branch),
            Ok((Tip::Unborn, ())) => unborn.push(environment.name.to_string()),
            Err(failure) => failures.push(failure),
        }
    }
    // what is in the way of all of them is told once
    failures.dedup_by(|next, before| next == before || !next.hints.is_empty() && next.hints == before.hints);
    let failed = |failure| Check::failed("environment branches", failure);
    checks.extend(failures.into_iter().map(failed));
    if !known.is_empty() {
        checks.push(Check::good("environment branches", known.join(", ")));
    }
    if !unborn.is_empty() {
        let names = unborn.join(" ");
        let seen = format!("not released yet, as of the last fetch: {}", unborn.join(", "));
        checks.push(Check::notice(
            "environment branches",
            seen,
            format!("cargo xtask release {names}"),
        ));
    }
    checks
}

/// Branches of environments that the fleet does not list.
fn left_over(
    repository: &dyn Repository,
    delivery: &dyn Repository,
    workspace: &Workspace,
    tree: &FileTree,
) -> Vec<Check> {
    let found = match abandoned(repository, delivery, workspace) {
        Ok(found) => found,
        Err(failure) => return vec![Check::failed("environment branches", failure)],
    };
    let check =
        |branch: &AbandonedBranch| Check::notice("environment branches", branch.message(), branch.commands(tree));
    let mut checks: Vec<Check> = found.iter().map(check).collect();
    let former = former(repository, delivery, workspace, tree).ok().flatten();
    checks.extend(
        former.map(|former| Check::notice("environment branches", former.message, former.help.unwrap_or_default())),
    );
    checks
}

fn trust(context: &Context, repository: &dyn Repository, workspace: &Workspace) -> Vec<Check> {
    let trusted = match Trusted::read(context, repository, workspace, None) {
        Ok(trusted) => trusted,
        Err(failure) => return vec![Check::failed("trust", failure)],
    };
    let mut checks = Vec::new();
    if trusted.findings.iter().any(Finding::is_error) {
        let seen = format!("`{}` at {} has errors", layout::TRUST, trusted.source);
        checks.push(Check::missing(
            "trust",
            seen,
            format!("git show {}:{}", trusted.source, layout::TRUST),
        ));
    }
    let (signed, unsigned): (Vec<_>, Vec<_>) = workspace
        .environments
        .iter()
        .map(|environment| &environment.name)
        .partition(|name| trusted.file_covers(name) || trusted.is_candidate(name));
    let names = |names: &[&lockstep::model::EnvironmentName]| {
        let names: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
        names.join(", ")
    };
    if !signed.is_empty() {
        checks.push(Check::good(
            "trust",
            format!("releases are signed in {}", names(&signed)),
        ));
    }
    if !unsigned.is_empty() {
        let signers: Vec<&str> = trusted.file.signers.iter().map(|signer| signer.name.as_str()).collect();
        let seen = format!(
            "nobody is trusted to sign for {}, so releases there are not signed",
            names(&unsigned)
        );
        checks.push(Check::notice("trust", seen, key_command(&signers, &unsigned)));
    }
    checks.push(key(context, repository));
    checks
}

fn key(context: &Context, repository: &dyn Repository) -> Check {
    let folder = key_folder(repository);
    let kept = context
        .files
        .exists(&folder)
        .then(|| context.files.tree(&folder, &|path| path.ends_with(".key")));
    match kept.transpose() {
        Err(failure) => Check::failed("signing key", failure),
        Ok(Some(keys)) if keys.entries().next().is_some() => {
            let names: Vec<&str> = keys.entries().map(|(path, _)| path.trim_end_matches(".key")).collect();
            Check::good("signing key", names.join(", "))
        }
        Ok(_) => Check::notice(
            "signing key",
            "none in this clone; the first release to an environment that follows the candidate makes one of its own",
            "cargo xtask keys init",
        ),
    }
}

/// What a job must be allowed to do.
fn continuous_integration(context: &Context) -> Option<Check> {
    let environment = &context.environment;
    if !environment.ci {
        return None;
    }
    Some(if environment.identity.is_some() {
        Check::good("identity of the job", "it can sign without a key")
    } else {
        Check::notice(
            "identity of the job",
            "this job has none, so it signs with a key or not at all",
            "add `permissions: {id-token: write}` to the job in GitHub Actions\nadd `id_tokens: {SIGSTORE_ID_TOKEN: {aud: sigstore}}` to it in GitLab CI/CD",
        )
    })
}
