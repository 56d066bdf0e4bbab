//! What a rollback would write.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lockstep::artifact::{ComponentChange, component_changes};
use lockstep::model::{Digest, Finding, Severity, Tuple, Version};
use lockstep::release::ledger::{Override, ReleaseName};
use lockstep::release::promotion::release_text;
use lockstep::release::rollback::{Aim, Aims, Past, Rollback, aims, blocked_target, repeated, standing, unsafe_index};
use lockstep::release::{CommitPlan, DryCommit, PreviousUnit};
use lockstep::workspace::files::{ReleaseFile, RetrievalFile};
use lockstep::workspace::layout::{self, ENVIRONMENT_UNIT};
use lockstep::yaml;

use super::Args;
use super::target::{Choice, Target, is_same};
use crate::commands::blueprints::{blueprint, copy};
use crate::commands::branches::units;
use crate::commands::checks;
use crate::commands::dry;
use crate::commands::trust::Trusted;
use crate::commands::unit::UnitOf;
use crate::commands::verified::Verifier;
use crate::context::Context;
use crate::failure::Failure;
use crate::ports::{Commit, GitId, Tip, TreeChange};

/// What a rollback writes.
pub(in super::super) struct Plan {
    pub(in super::super) branch: String,
    pub(super) tip: Tip,
    pub(super) step: Step,
    pub(super) dry_sha: String,
    /// What goes to the branch that people edit, the hold aside.
    pub(super) dry: TreeChange,
    pub(super) from: ReleaseName,
    pub(in super::super) to: ReleaseName,
    pub(super) components: Vec<ComponentChange>,
    /// What runs.
    pub(super) running: Running,
    /// Whether what comes back is what runs, byte for byte.
    is_same: bool,
    pub(super) overrides: Vec<Override>,
    /// Whom to believe, and to sign for.
    pub(super) trusted: Trusted,
}

/// What runs of the unit: its label, and the digests of its manifest and its tuple.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Running {
    version: Version,
    files: [Option<Digest>; 2],
}

impl Plan {
    /// What others released or brought back since the rollback was asked for.
    pub(super) fn overtaken(&self, asked: &Running) -> Option<Finding> {
        let running = &self.running;
        let message = format!(
            "another run was first: {} runs there now, and {} was to be rolled back",
            running.version, asked.version
        );
        (asked != running).then(|| {
            Finding::error("overtaken-rollback", message)
                .help("look at what runs: `cargo xtask status`; if that has to go as well, the same command again")
        })
    }

    /// What is to be said where both releases have the same label and tuple.
    pub(super) fn remark(&self) -> Option<&'static str> {
        let is_alike = self.from.tuple == self.to.tuple && self.from.version.to_string() == self.to.version.to_string();
        is_alike.then_some(match self.is_same {
            true => "nothing differs: what runs is that release already",
            false => "only values differ: those of the branch that people edit come back with the next release",
        })
    }
}

/// What happens to the environment's branch.
pub(in super::super) enum Step {
    /// It gets a commit.
    Write(CommitPlan),
    /// An earlier run has made this one; what should have followed may not have.
    Finish(GitId),
}

/// The plan and what speaks against it; findings alone where there is nothing to plan.
pub(in super::super) fn plan(
    context: &Context,
    unit: &UnitOf,
    base: &Commit,
    wanted: &Aim,
    args: &Args,
) -> Result<Result<(Plan, Vec<Finding>), Vec<Finding>>, Failure> {
    let (workspace, environment, agent) = (unit.workspace(), unit.environment(), &unit.agent);
    let delivery = &*unit.delivery;
    let name = workspace.branch(environment);
    let at = delivery.tip(&name, &workspace.fleet.delivery.remote)?;
    let Some(commit) = at.commit().cloned() else {
        let message = format!("`{}` was never released", environment);
        return Ok(Err(vec![unit.about(Finding::error("unreleased-unit", message))]));
    };
    let names = [agent.as_str(), ENVIRONMENT_UNIT];
    let mut tips = units(delivery, &commit, &names)?;
    let (own, now) = (tips.remove(1), tips.remove(0));
    let Some(current) = now.record() else {
        let message = format!("`{agent}` is not in `{}`", environment);
        return Ok(Err(vec![unit.about(Finding::error("unreleased-unit", message))]));
    };
    let given = args.signing.trust.as_deref();
    let verifier = Verifier::new(context, &*unit.repository, workspace, given)?;
    let places = unit.believed_everywhere(context, &verifier)?;
    let past = Past::new(&places, environment);
    let history = &places[environment];
    // what of the ledger counts for nothing; other trouble with it is told and stops no rollback
    let told = |finding: &Finding| Finding {
        severity: finding.severity.max(Severity::Warning),
        ..unit.about(finding.clone())
    };
    let mut besides: Vec<Finding> = history.findings.iter().map(told).collect();
    let ledger = unit.ledger(context);
    let all: Vec<_> = workspace.fleet.environments.iter().collect();
    let blank = ledger.blank(&ledger.view()?, workspace, &all)?;
    besides.extend(blank.into_iter().map(|finding| Finding {
        severity: Severity::Warning,
        ..finding
    }));
    let file = unit.release_file(base)?;
    let wanted = match wanted {
        Aim::Named(name) => &Aim::Named(unit.release_name(&past.releases, name)?),
        other => other,
    };
    let standing = standing(history, file.as_ref(), wanted, &args.reason);
    let choice = Choice {
        unit,
        verifier: &verifier,
        newest: &commit,
        aside: &args.overrides(),
        // whoever names a release gets it
        other_than: (standing.is_none() && !matches!(wanted, Aim::Named(_))).then_some(&now),
    };
    let aims = match &standing {
        Some(standing) => Ok(Aims::only(standing.to.clone())),
        None => match repeated(history, environment, agent, wanted) {
            Some(finding) if finding.is_error() => Err(Box::new(finding)),
            told => {
                besides.extend(told);
                aims(&past, agent, wanted)
            }
        },
    };
    let aims = match aims {
        Ok(aims) => aims,
        Err(finding) => return Ok(Err([vec![*finding], besides].concat())),
    };
    let Target {
        release: target,
        then,
        record,
        mut findings,
        mut overrides,
    } = match choice.target(aims.fit())? {
        Ok(target) => target,
        Err(findings) => return Ok(Err([findings, besides].concat())),
    };
    findings.extend(aims.passed_over(&target).into_iter().map(|finding| unit.about(finding)));
    findings.extend(besides);
    let (tip, more) = choice.tip(&own, &now)?;
    if standing.is_none() {
        findings.extend(more);
        findings.extend(blocked_target(&past, agent, &target));
        findings.extend(index_objection(unit, base, &current.tuple, &record.tuple)?.map(|finding| unit.about(finding)));
    }
    overrides.extend(checks::set_aside(&mut findings, &args.overrides()));
    let own_files = match tip.own_files {
        Some(files) => files,
        None => own_files(unit, &commit, &own)?,
    };
    let dry = dry_commit(unit, base, &now)?;
    let rollback = Rollback {
        environment,
        agent,
        target: &target,
        then: &then,
        record: &record,
        now: &now,
        application: if tip.application { &now } else { &then },
        own: &own,
        own_files: &own_files,
        dry: &dry,
        repo_url: &workspace.fleet.delivery.repo_url,
        reason: &args.reason,
        overrides: &overrides,
        version: env!("CARGO_PKG_VERSION"),
    };
    let now_runs = ReleaseName {
        version: current.version.clone(),
        tuple: current.id,
        commit: commit.0,
    };
    let plan = Plan {
        dry: dry_change(unit, base, file.as_ref(), &rollback)?,
        running: Running {
            version: current.version.clone(),
            files: [&now.manifest, &now.tuple].map(|file| file.as_deref().map(Digest::of)),
        },
        is_same: standing.is_none() && is_same(&now, &then),
        dry_sha: dry.id.clone(),
        from: standing.as_ref().map_or(now_runs, |standing| standing.from.clone()),
        step: match standing {
            Some(standing) => Step::Finish(GitId(standing.commit)),
            None => Step::Write(rollback.commit()),
        },
        to: target.release.clone(),
        components: component_changes(Some(&current), Some(&record)),
        overrides,
        branch: name,
        tip: at,
        trusted: verifier.trusted,
    };
    Ok(Ok((plan, findings)))
}

/// What speaks against asking the index as it is now with the settings of then.
fn index_objection(unit: &UnitOf, base: &Commit, now: &Tuple, then: &Tuple) -> Result<Option<Finding>, Failure> {
    let (Some(now), Some(then)) = (&now.retrieval, &then.retrieval) else {
        return Ok(None);
    };
    if now == then {
        return Ok(None);
    }
    let paths = [now, then].map(|part| layout::retrieval(&unit.agent, part.version));
    let files = unit.repository.read(&base.id, &paths)?;
    let read = |bytes: &Option<Arc<[u8]>>| {
        let text = std::str::from_utf8(bytes.as_deref()?).ok()?;
        yaml::read_typed::<RetrievalFile>(text).ok()
    };
    Ok(unsafe_index(
        &unit.agent,
        read(&files[0]).as_ref(),
        read(&files[1]).as_ref(),
    ))
}

/// The files that the environment has of its own, as they stand there: nobody has signed them.
fn own_files(unit: &UnitOf, commit: &GitId, own: &PreviousUnit) -> Result<BTreeMap<String, Digest>, Failure> {
    let inventory = own.inventory();
    let paths: Vec<String> = inventory
        .into_iter()
        .flat_map(|inventory| inventory.files.into_keys())
        .collect();
    let files = unit.delivery.read(commit, &paths)?;
    let files = paths.into_iter().zip(files);
    Ok(files
        .filter_map(|(path, bytes)| Some((path, Digest::of(&bytes?))))
        .collect())
}

/// The newest dry commit that is known of: ours, or the one that the unit was released from where ours is behind it.
/// An older pipeline is then refused, and a newer one is not.
fn dry_commit(unit: &UnitOf, base: &Commit, now: &PreviousUnit) -> Result<DryCommit, Failure> {
    let recorded = now.dry_sha().map(GitId);
    let known: BTreeSet<GitId> = recorded.iter().cloned().collect();
    let behind = unit.repository.ancestors(&base.id, &known)?.len() < known.len();
    let newer = recorded
        .filter(|_| behind)
        .and_then(|recorded| unit.repository.resolve(&recorded.0).ok());
    Ok(dry::dry_commit(newer.as_ref().unwrap_or(base)))
}

/// The release file, and the blueprint that it pins.
fn dry_change(
    unit: &UnitOf,
    base: &Commit,
    old: Option<&ReleaseFile>,
    rollback: &Rollback<'_>,
) -> Result<TreeChange, Failure> {
    let environment = unit.environment();
    if !unit.takes_releases(base)? {
        return Ok(TreeChange::new());
    }
    let path = layout::release(environment, &unit.agent);
    let file = rollback.release_file(old, unit.workspace().fleet.kept_releases);
    let says_so = |old: &ReleaseFile| old.id == file.id && old.version.to_string() == file.version.to_string();
    let mut change = TreeChange::new();
    if !old.is_some_and(says_so) {
        change.insert(path, Some(release_text(&file).into_bytes().into()));
    }
    let digest = rollback.record.tuple.blueprint.sha256;
    let folder = layout::pinned_blueprint(digest);
    if unit.repository.folder(&base.id, &folder)?.is_empty() {
        let then = rollback.then.dry_sha();
        let found = blueprint(&*unit.repository, unit.workspace(), digest, then.as_deref())?;
        change.extend(found.iter().flat_map(|blueprint| copy(blueprint)));
    }
    Ok(change)
}
