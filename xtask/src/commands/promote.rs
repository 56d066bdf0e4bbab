//! `promote`: take what runs in one environment into the release files of the next.

pub(super) mod answer;
mod cases;
mod kind;
mod labels;
mod plan;
mod prove;
mod unmerged;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use lockstep::model::{AgentName, Digest, Finding, Version};
use lockstep::release::ledger::{Override, Promoted, ReleaseKind};
use lockstep::release::promotion::{self, Move, Told, kind_of, objections, skipped};
use lockstep::release::{Blocked, evidence_of, recorded};
use lockstep::workspace::files::PromotedFrom;
use lockstep::workspace::{Environment, Workspace, layout, promoted_on};

use self::answer::{Answer, text};
use self::kind::Kind;
use self::labels::labels;
use self::plan::Plan;
use super::blueprints::{Pins, blueprint, copy};
use super::branches::{delivery_repository, units};
use super::checks;
use super::dry::{Part, Target, is_outline};
use super::ledger::{Ledger, PushArgs, share};
use super::reason;
use super::remote::{Remote, sends};
use super::selection;
use super::verified::Verifier;
use crate::context::Context;
use crate::failure::{Failure, FailureKind};
use crate::ports::{GitId, Repository, Tip, TreeChange};
use crate::report::Report;

/// Promote what runs in one environment to the next.
///
/// What runs in the source is verified first: its signature, its files, its place in the list of units. The tuple at the
/// tip of the source's branch goes into the release file of the target, and with it a copy of the
/// blueprint that renders it; nothing else is taken. The commit is made on the current branch, or on `--branch` for a
/// pull request; `release` then renders it. Everything that fleet.yaml demands of the target is checked first.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The agents.
    #[arg(required = true, value_name = "AGENT")]
    agents: Vec<String>,
    /// The environment that they run in.
    #[arg(long, value_name = "ENVIRONMENT")]
    from: String,
    /// The environment that they go to.
    #[arg(long, value_name = "ENVIRONMENT")]
    to: String,
    /// The label there, for example `v3.3.0`; the tuple stays the same. Of several agents `<agent>=<version>`, as often
    /// as need be.
    #[arg(long = "as", value_name = "VERSION")]
    versions: Vec<String>,
    /// How regular it is; a label `-gray-<phase>` says so by itself.
    #[arg(long, value_enum, value_name = "KIND")]
    kind: Option<Kind>,
    /// Commit to this branch instead of the current one; it begins here where there is none of that name.
    #[arg(long, value_name = "NAME")]
    branch: Option<String>,
    /// Set a check aside; what it found is recorded.
    #[arg(long = "override", value_name = "CHECK", requires = "reason")]
    overrides: Vec<String>,
    /// Why, for the commit and the ledger.
    #[arg(long, value_name = "TEXT", value_parser = super::reason::reason)]
    reason: Option<String>,
    /// Believe this trust file, instead of the one on the branch that people edit.
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
    /// Look at the remote first.
    #[arg(long)]
    fetch: bool,
    /// Whether the remote hears of it.
    #[command(flatten)]
    push: PushArgs,
    /// Show what would be written and stop.
    #[arg(long, short = 'n')]
    dry_run: bool,
}

/// Promotes.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    checks::known(&args.overrides)?;
    args.reason.as_deref().map_or(Ok(()), reason::fit_to_record)?;
    let repository = context.repository()?;
    let target = Target::new(&*repository, args.branch.as_deref())?;
    let loaded = context.load_commit(&*repository, &target.base, &is_outline)?;
    let Some(outline) = &loaded.workspace else {
        return Ok(Report::of_findings(loaded.findings, loaded.tree));
    };
    let delivery = delivery_repository(context, &repository, outline)?;
    let ledger = Ledger::new(context, &*delivery, outline);
    let remote = Remote::of(&*delivery, outline, context.clock.now());
    if args.fetch || args.push.push {
        remote.fetch()?;
    }
    let agents = agents(&*repository, &target, &args.agents)?;
    let labels = labels(&args.versions, &agents)?;
    let part = Part::read(&*repository, &target.base.id, outline, &agents)?;
    let (workspace, findings) = Workspace::load_part(&part.tree, part.elsewhere.clone());
    let Some(workspace) = &workspace else {
        return Ok(Report::of_findings(findings, part.tree));
    };
    if selection::unreadable(workspace, &[args.from.clone(), args.to.clone()]) {
        return Ok(Report::of_findings(findings, part.tree));
    }
    let verifier = Verifier::new(context, &*repository, workspace, args.trust.as_deref())?;
    if !verifier.trusted.findings.is_empty() {
        return Ok(Report::of_findings(verifier.trusted.findings, verifier.trusted.sources));
    }
    let promotion = Promotion {
        context,
        args: &args,
        labels,
        repository: &*repository,
        delivery: &*delivery,
        remote: &remote,
        ledger: ledger.signed_by(verifier.signing(&*repository)?),
        verifier: &verifier,
        workspace,
        part: &part,
        target: &target,
        from: environment(workspace, &args.from)?,
        to: environment(workspace, &args.to)?,
        agents: &agents,
    };
    promotion.run(findings)
}

fn agents(repository: &dyn Repository, target: &Target, names: &[String]) -> Result<BTreeSet<AgentName>, Failure> {
    let known = repository.folder(&target.base.id, layout::AGENTS)?;
    let agent = |name: &String| {
        let agent = AgentName::new(name).ok().filter(|_| known.contains_key(name));
        agent.ok_or_else(|| selection::unknown("agent", name, known.keys().map(String::as_str)))
    };
    names.iter().map(agent).collect()
}

fn environment<'a>(workspace: &'a Workspace, name: &str) -> Result<&'a Environment, Failure> {
    Ok(selection::environments(workspace, &[name.to_owned()])?[0])
}

struct Promotion<'a> {
    context: &'a Context,
    args: &'a Args,
    labels: BTreeMap<AgentName, Version>,
    repository: &'a dyn Repository,
    delivery: &'a dyn Repository,
    remote: &'a Remote<'a>,
    ledger: Ledger<'a>,
    verifier: &'a Verifier<'a>,
    workspace: &'a Workspace,
    part: &'a Part,
    target: &'a Target,
    from: &'a Environment,
    to: &'a Environment,
    agents: &'a BTreeSet<AgentName>,
}

impl Promotion<'_> {
    fn run(&self, mut findings: Vec<Finding>) -> Result<Report, Failure> {
        if !promotion::takes_releases(self.to) {
            let message = format!("`{}` follows the candidate: nothing is promoted to it", self.to.name);
            return Err(Failure::new(FailureKind::Usage, message).hint(format!("cargo xtask release {}", self.to.name)));
        }
        let mut plan = self.plan(&mut findings)?;
        let mut wrong: Vec<Finding> = promoted_on(self.workspace, &self.part.tree, self.target.branch(), self.to)
            .into_iter()
            .collect();
        let environments: Vec<_> = self.workspace.fleet.environments.iter().collect();
        let view = self.ledger.view()?;
        wrong.extend(self.ledger.blank(&view, self.workspace, &environments)?);
        let overrides = checks::set_aside(&mut wrong, &self.args.overrides);
        for (_, promoted) in &mut plan.promoted {
            promoted.overrides.extend(overrides.iter().cloned());
        }
        findings.retain(|finding| Blocked::by(std::slice::from_ref(finding)).touches(&[self.to], Some(self.agents)));
        findings.extend(plan.untrusted.iter().cloned());
        findings.append(&mut wrong);
        findings.sort();
        findings.dedup();
        let stopped = findings.iter().any(Finding::is_error);
        let mut commit = None;
        let mut pushed = false;
        if !stopped && !self.args.dry_run {
            commit = self.write(&plan)?;
            pushed = self.args.push.push && share(&self.ledger, self.remote)?;
        }
        let answer = Answer::new(
            self.from,
            self.to,
            self.target.branch(),
            (commit.as_ref(), pushed),
            &plan,
        );
        let text = if stopped {
            String::new()
        } else {
            text(self.context, &answer)
        };
        let mut report = Report::new(answer, text).with_findings(findings, plan.sources);
        if commit.is_some() {
            let delivery = &self.workspace.fleet.delivery;
            report = report.next(format!("git show {}    # what was written", self.target.branch()));
            report.next.extend(match self.target.is_here() {
                true => Some(format!("cargo xtask release {}", self.to.name)),
                false => self.target.sends(self.repository, delivery, "then open a pull request"),
            });
            // whoever releases it from another clone is asked for the promotion
            if !self.args.push.push && !self.target.is_here() {
                let ledger = layout::ledger::BRANCH;
                let sends = sends(self.delivery, &delivery.remote, ledger, "with what was recorded");
                report.next.extend(sends);
            }
        }
        Ok(checks::refusal(report))
    }

    /// What is to be written, and everything that speaks against it.
    fn plan(&self, findings: &mut Vec<Finding>) -> Result<Plan, Failure> {
        let branch = self.workspace.active_branch(&self.from.name);
        let tip = self.delivery.tip(&branch, &self.workspace.fleet.delivery.remote)?;
        let Tip::At { commit, .. } = tip else {
            return Err(self.unreleased()?);
        };
        let mut plan = Plan {
            change: TreeChange::new(),
            told: Vec::new(),
            promoted: Vec::new(),
            kinds: BTreeSet::new(),
            untrusted: self.untrusted(&commit)?,
            leaky: Vec::new(),
            sources: self.part.tree.clone(),
        };
        let doubts = checks::set_aside(&mut plan.untrusted, &self.args.overrides);
        let mut dry_commits = BTreeMap::new();
        let names: Vec<&str> = self.agents.iter().map(AgentName::as_str).collect();
        let found = units(self.delivery, &commit, &names)?;
        for (agent, unit) in self.agents.iter().zip(&found) {
            match recorded(&self.from.name, agent, unit) {
                // told by the verifier already
                Err(_) if plan.untrusted.iter().any(Finding::is_error) => {}
                Err(finding) => findings.push(self.unmerged(*finding, agent)?),
                Ok(record) => {
                    dry_commits.insert(record.tuple.blueprint.sha256, unit.dry_sha().unwrap_or_default());
                    self.step(&mut plan, findings, agent, &record, &commit)?;
                    if let Some((_, promoted)) = plan.promoted.last_mut().filter(|(last, _)| last == agent) {
                        promoted.overrides.extend(doubts.iter().cloned());
                    }
                }
            }
        }
        self.pin(&mut plan, &dry_commits)?;
        findings.extend(self.prove(&mut plan)?);
        Ok(plan)
    }

    /// What speaks against believing the source's branch about these agents.
    fn untrusted(&self, commit: &GitId) -> Result<Vec<Finding>, Failure> {
        let units: Vec<&str> = self.agents.iter().map(AgentName::as_str).collect();
        self.verifier.findings(self.delivery, &self.from.name, commit, &units)
    }

    /// One agent's release file, and what speaks against it.
    fn step(
        &self,
        plan: &mut Plan,
        findings: &mut Vec<Finding>,
        agent: &AgentName,
        record: &lockstep::artifact::TupleRecord,
        commit: &GitId,
    ) -> Result<(), Failure> {
        let (from, to) = (&self.from.name, &self.to.name);
        let (everywhere, places) =
            self.verifier
                .believed_of((&self.ledger, self.delivery), self.workspace, agent, to)?;
        let version = self.labels.get(agent).unwrap_or(&record.version).clone();
        let hold = places[to].hold();
        let (committed, leaky) = cases::committed(self.repository, &self.target.base.id, agent)?;
        plan.leaky.extend(leaky);
        let step = Move {
            agent,
            source: record,
            commit: &commit.0,
            kind: self.args.kind.map_or_else(|| kind_of(&version), ReleaseKind::from),
            version,
            there: &places[from],
            here: &places[to],
            everywhere: &everywhere,
            places: &places,
            committed: &committed,
            hold: self.to.holds.get(agent).or(hold.as_ref()),
        };
        let mut against = objections(self.workspace, self.from, self.to, &step);
        let overrides = checks::set_aside(&mut against, &self.args.overrides);
        let (uncounted, against): (Vec<_>, Vec<_>) = against.into_iter().partition(|finding| !finding.is_error());
        plan.untrusted.extend(uncounted);
        findings.extend(against);
        plan.kinds.insert(step.kind);
        let old = self.to.releases.get(agent);
        let kept = self.workspace.fleet.kept_releases;
        let Some(file) = promotion::release_file(old, from, &step, kept) else {
            if let Some(old) = old.and_then(|old| promotion::unrecorded(old, from, &step)) {
                let path = layout::release(to, agent);
                let wrote = self.repository.history(&self.target.base.id, &path)?.versions;
                let wrote = wrote.into_iter().next().map(|version| version.commit.0);
                let promoted = Promoted {
                    from: old,
                    dry_commit: wrote.unwrap_or_default(),
                    ..self.promoted(&step, overrides)
                };
                plan.promoted.push((agent.clone(), promoted));
            }
            return Ok(());
        };
        let text = promotion::release_text(&file);
        plan.change
            .insert(layout::release(to, agent), Some(Arc::from(text.as_bytes())));
        plan.promoted
            .push((agent.clone(), self.promoted(&step, overrides.clone())));
        plan.told.push(Told {
            overrides,
            agent: agent.clone(),
            before: old.map(|old| old.version.clone()),
            changes: promotion::changes(old, to, &file),
            file,
        });
        Ok(())
    }

    fn promoted(&self, step: &Move<'_>, overrides: Vec<Override>) -> Promoted {
        Promoted {
            from: PromotedFrom {
                environment: self.from.name.clone(),
                commit: step.commit.to_owned(),
            },
            from_version: step.source.version.clone(),
            version: step.version.clone(),
            tuple: step.source.id,
            release_kind: step.kind,
            skipped: skipped(self.workspace, &self.from.name, &self.to.name).unwrap_or_default(),
            dry_commit: String::new(),
            evidence: evidence_of(self.to, step),
            overrides,
            reason: self.args.reason.clone(),
        }
    }

    /// Puts a copy of each promoted blueprint beside the release files, and takes those away that nothing pins.
    fn pin(&self, plan: &mut Plan, dry_commits: &BTreeMap<Digest, String>) -> Result<(), Failure> {
        if plan.change.is_empty() {
            return Ok(());
        }
        let pins = Pins::read(self.repository, &self.target.base.id, self.workspace)?;
        for told in &plan.told {
            let digest = told.file.tuple.blueprint.sha256;
            if pins.has(digest) {
                continue;
            }
            let dry_commit = dry_commits.get(&digest).map(String::as_str);
            if let Some(blueprint) = blueprint(self.repository, self.workspace, digest, dry_commit)? {
                plan.change.extend(copy(&blueprint));
            }
        }
        let dropped = pins.dropped(&plan.change);
        plan.change.extend(dropped);
        Ok(())
    }
}
