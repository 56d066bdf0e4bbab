//! `verify`: whether environment branches are what someone who may has signed.

mod branch;
mod certificates;
mod commits;
mod image;
mod ledger;
mod reproduce;

use std::path::PathBuf;

use lockstep::model::{EnvironmentName, Finding};
use lockstep::release::ledger::Committed;
use lockstep::release::verify::{self, Judge, SignedCommits, Verification, VerifiedUnit};
use lockstep::report::{Table, counted};
use lockstep::workspace::Workspace;
use lockstep::workspace::layout::ENVIRONMENT_UNIT;
use schemars::JsonSchema;
use serde::Serialize;

pub(super) use self::certificates::{Certificates, is_unchecked};
use self::reproduce::{Outcomes, Reproducer};
use super::abandoned;
use super::branches::delivery_repository;
use super::dry::is_outline;
use super::ledger::{Believer, Ledger};
use super::selection;
use super::trust::Trusted;
use crate::context::{Context, Loaded, Source};
use crate::failure::{Failure, FailureKind};
use crate::report::Report;

/// Verify that environment branches are what someone who may has signed, byte for byte.
///
/// Every unit: its signature, its files against the signed statement, the list of units, and the chain of statements
/// through the branch's history; where the trust file asks for it, the signatures of the branch's commits; and the
/// ledger's events about the environment. Whom to believe stands in `environments/trust.yaml` at the tip of the branch that
/// people edit, never in what is verified. With `--image`: whether somebody who may has signed a container image.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Verify only these environments; all that have a branch by default.
    #[arg(long, short, value_name = "NAME")]
    environment: Vec<String>,
    /// Verify this commit of the environment's branch instead of its tip.
    #[arg(long, value_name = "REVISION", conflicts_with = "path")]
    commit: Option<String>,
    /// Verify the files of a folder, as somebody sent them, instead of a branch.
    #[arg(long, value_name = "FOLDER")]
    path: Option<PathBuf>,
    /// Render every unit again from the commit that it names, and compare each byte.
    #[arg(long, conflicts_with = "path")]
    reproduce: bool,
    /// How many of the branch's last commits to look at, where they must be signed.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = super::count::count, conflicts_with = "path")]
    depth: usize,
    /// Hold certificates to this `trusted_root.json` of Sigstore, instead of the one beside the trust file or what is
    /// known of the public instance.
    #[arg(long, value_name = "FILE")]
    trusted_root: Option<PathBuf>,
    /// Believe this trust file, instead of the one on the branch that people edit.
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
    /// Verify the signature of a container image instead, `<repository>@sha256:<digest>`; nothing is fetched.
    #[arg(long, value_name = "IMAGE", requires = "bundle", conflicts_with_all = ["environment", "commit", "path", "reproduce"])]
    image: Option<String>,
    /// The Sigstore bundle with the image's signature.
    #[arg(long, value_name = "FILE", requires = "image")]
    bundle: Option<PathBuf>,
}

/// What was verified: branches or a folder, or an image.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Answer {
    Fleet(FleetAnswer),
    Image(image::ImageAnswer),
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct FleetAnswer {
    /// Where it is written whom to believe.
    trust: String,
    /// The environments.
    environments: Vec<EnvironmentAnswer>,
    /// The ledger's events about them; absent where this clone has no ledger, or where something else than the tips of
    /// branches is verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    ledger: Option<ledger::LedgerAnswer>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct EnvironmentAnswer {
    /// The environment.
    environment: String,
    /// The commit of its branch; absent before its first release.
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<String>,
    /// Whether nothing is wrong with it.
    holds: bool,
    /// How many releases the chain of statements leads back through.
    chain: usize,
    /// How many of the last commits had to be signed, each by itself; absent where the trust file asks for no signature.
    #[serde(skip_serializing_if = "Option::is_none")]
    signed_commits: Option<usize>,
    /// The units.
    units: Vec<VerifiedUnit>,
    /// What came of rendering each unit again; only where that is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    reproduction: Option<Outcomes>,
}

/// Verifies.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    let repository = context.repository()?;
    let loaded = fleet(context, &*repository)?;
    let Some(workspace) = &loaded.workspace else {
        return Ok(Report::of_findings(loaded.findings, loaded.tree));
    };
    let trusted = Trusted::read(context, &*repository, workspace, args.trust.as_deref())?.vouched()?;
    if !trusted.findings.is_empty() {
        return Ok(Report::of_findings(trusted.findings, trusted.sources));
    }
    let certificates = Certificates::new(context, args.trusted_root.as_deref(), &trusted)?;
    if let (Some(image), Some(bundle)) = (&args.image, &args.bundle) {
        return image::run(context, &trusted, &certificates, image, bundle);
    }
    let check = |bundle: &[u8]| certificates.check(bundle);
    let judge = Judge {
        trust: &trusted.trust,
        now: context.clock.now(),
        certificate: &check,
    };
    let delivery = delivery_repository(context, &repository, workspace)?;
    let asked = selection::listed(workspace, &args.environment)?;
    let subjects = subjects(context, &args, (workspace, &asked), &*delivery)?;
    let ledger = Ledger::new(context, &*delivery, workspace);
    let is_of_tips = args.commit.is_none() && args.path.is_none();
    let events = || {
        if !is_of_tips {
            return Ok(None);
        }
        let believer = Believer::new(context, (&*delivery, workspace), &trusted, &certificates);
        ledger::run(&ledger, &believer, &asked)
    };
    let judged = || {
        subjects
            .iter()
            .map(|subject| subject.verify(&judge))
            .collect::<Vec<_>>()
    };
    let (verifications, events) = rayon::join(judged, events);
    let mut findings = Vec::new();
    let mut environments = Vec::new();
    let mut unchecked = Vec::new();
    let mut text = String::new();
    for (subject, mut verification) in subjects.iter().zip(verifications) {
        if let Ok(Some(told)) = &events {
            let known = told.furthest.get(&subject.environment);
            let rewound = known.and_then(|known| rewound(known, &verification, &subject.environment));
            verification.findings.extend(rewound);
            // what a branch lost that was set back goes without saying
            let is_whole = |finding: &Finding| !matches!(&*finding.rule, "downgraded-branch" | "broken-chain");
            if verification.findings.iter().all(is_whole) {
                findings.extend(told.lost.get(&subject.environment).into_iter().flatten().cloned());
            }
        }
        let (environment, commit) = (&subject.environment, subject.commit.as_ref());
        let commits = commits::signed(&*delivery, environment, commit, &trusted, args.depth)?;
        let signed = commits.as_ref();
        verification
            .findings
            .extend(signed.into_iter().flat_map(|signed| signed.findings.clone()));
        let reproduction = match args.reproduce {
            true => Some(Reproducer::new(&*repository, &*delivery, subject).run(&mut verification)?),
            false => None,
        };
        text.push_str(&shown(context, subject, &verification, signed, reproduction.as_ref()));
        environments.push(EnvironmentAnswer {
            environment: subject.environment.to_string(),
            commit: subject.commit.as_ref().map(|commit| commit.0.clone()),
            holds: signed.is_none_or(|signed| signed.untold.is_empty())
                && !verification.findings.iter().any(Finding::is_error),
            chain: verification.chain,
            signed_commits: signed.map(|signed| signed.demanded),
            units: verification.units,
            reproduction,
        });
        findings.extend(verification.findings);
        unchecked.extend(commits.into_iter().flat_map(|signed| signed.untold));
    }
    certificates.missed()?;
    let events = events?.map(|told| {
        let is_here = |name: &EnvironmentName| subjects.iter().any(|subject| subject.environment == *name);
        let gone = told.furthest.iter().filter(|(name, _)| !is_here(name));
        findings.extend(gone.map(|(name, known)| verify::gone(name, &workspace.branch(name), known)));
        text.push_str(&ledger::shown(context, &told.answer));
        findings.extend(told.findings);
        told.answer
    });
    if is_of_tips {
        findings.extend(ledger.blank(&ledger.view()?, workspace, &asked)?);
    }
    if is_of_tips && args.environment.is_empty() {
        findings.extend(abandoned::findings(&*repository, &*delivery, workspace, &loaded.tree)?);
    }
    let answer = FleetAnswer {
        trust: trusted.source.clone(),
        environments,
        ledger: events,
    };
    let mut report = Report::new(Answer::Fleet(answer), text).with_findings(findings, loaded.tree);
    report.unchecked = unchecked;
    Ok(report)
}

/// Whether the branch stands before what the ledger knows; without a statement of its own there is another finding.
fn rewound(known: &Committed, verification: &Verification, environment: &EnvironmentName) -> Option<Finding> {
    let is_told = verification
        .findings
        .iter()
        .any(|finding| finding.rule == "downgraded-branch");
    let own = verification.units.iter().find(|unit| unit.unit == ENVIRONMENT_UNIT)?;
    verify::rewound(environment, own.sequence?, known).filter(|_| !is_told)
}

/// The fleet that names the environments: of the work tree, or of a bare clone's HEAD.
fn fleet(context: &Context, repository: &dyn crate::ports::Repository) -> Result<Loaded, Failure> {
    match repository.work_folder() {
        Some(_) => context.load_part(&Source::WorkTree, &is_outline),
        None => context.load_part(&Source::Revision("HEAD".to_owned()), &is_outline),
    }
}

/// What is to be verified.
fn subjects(
    context: &Context,
    args: &Args,
    (workspace, environments): (&Workspace, &[&EnvironmentName]),
    delivery: &dyn crate::ports::Repository,
) -> Result<Vec<branch::Subject>, Failure> {
    let one = match environments {
        [one] => Ok(*one),
        _ => Err(
            Failure::new(FailureKind::Usage, "it is not clear which environment this is of")
                .hint("name it: `--environment production`"),
        ),
    };
    if let Some(folder) = &args.path {
        return Ok(vec![branch::Subject::of_folder(context, one?, folder)?]);
    }
    let remote = &workspace.fleet.delivery.remote;
    if let Some(revision) = &args.commit {
        let commit = delivery.resolve(revision)?.id;
        return Ok(vec![branch::Subject::of_commit(delivery, workspace, one?, commit)?]);
    }
    let mut subjects = Vec::new();
    for environment in environments {
        let name = workspace.branch(environment);
        match delivery.tip(&name, remote)? {
            crate::ports::Tip::At { commit, .. } => {
                subjects.push(branch::Subject::of_commit(delivery, workspace, environment, commit)?);
            }
            crate::ports::Tip::Unborn if args.environment.is_empty() => {}
            crate::ports::Tip::Unborn => {
                return Err(
                    Failure::new(FailureKind::Repository, format!("there is no branch `{name}`"))
                        .hint(format!("release it first: `cargo xtask release {environment}`")),
                );
            }
        }
    }
    if subjects.is_empty() {
        let failure = Failure::new(
            FailureKind::Repository,
            "no environment has a branch: there is nothing to verify",
        );
        return Err(failure
            .hint("fetch, if the remote has them: `git fetch`")
            .hint("cargo xtask release <environment>"));
    }
    Ok(subjects)
}

/// A few lines for people: what holds, and by whose word.
fn shown(
    context: &Context,
    subject: &branch::Subject,
    verification: &Verification,
    signed: Option<&SignedCommits>,
    reproduction: Option<&Outcomes>,
) -> String {
    let style = context.style;
    let units = &verification.units;
    let holding = units.iter().filter(|unit| unit.holds).count();
    let what = if verification.findings.iter().any(Finding::is_error) {
        style.error("does not hold")
    } else if signed.is_some_and(|signed| !signed.untold.is_empty()) {
        style.error("cannot be told")
    } else {
        style.good("holds")
    };
    let place = match &subject.commit {
        Some(commit) => format!(" at {}", commit.0.get(..12).unwrap_or(&commit.0)),
        None => String::new(),
    };
    let commits = signed.map_or(String::new(), |signed| {
        format!(", {} of commits", counted(signed.demanded, "signature"))
    });
    let mut text = format!(
        "{}{place}: {what}, {holding} of {}, {} in the chain{commits}\n",
        style.strong(subject.environment.as_str()),
        counted(units.len(), "unit"),
        counted(verification.chain, "release")
    );
    if let Some(outcomes) = reproduction {
        text.push_str(&reproduce::tally(outcomes));
    }
    let mut table = Table::new(&["unit", "release", "kind", "version", "signed by"]);
    for unit in units {
        table.row(vec![
            unit.unit.clone(),
            unit.sequence.map(|sequence| sequence.to_string()).unwrap_or_default(),
            unit.kind.map(|kind| kind.word().to_owned()).unwrap_or_default(),
            unit.version.clone().unwrap_or_default(),
            unit.signer.clone().unwrap_or_default(),
        ]);
    }
    text.push_str(&context.table(&table));
    text
}
