//! A fleet rendered and judged: what `validate`, `policy` and `check` have in common.

mod manifests;
mod part;

use std::collections::BTreeSet;
use std::sync::Arc;

use indicatif::ProgressBar;
use lockstep::model::{AgentName, FileTree, Finding};
use lockstep::policy::{By, Fleet, GoesOn, Judge, Judged, Released, told_once};
use lockstep::reference;
use lockstep::release::RULES as OF_RELEASES;
use lockstep::render::{Engines, RenderedUnit, Selection, render_while};
use lockstep::report::counted;
use lockstep::workspace::{Environment, Workspace, retired};
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

use super::branches::{delivery_repository, manifests_on};
use super::selection;
use crate::context::{Context, Loaded, Source, count, until_the_end};
use crate::failure::Failure;
use crate::ports::Tip;
use crate::report::Report;
pub(super) use manifests::{PathArgs, of_paths};
pub(super) use part::{Found, Part, of_change};

/// Which units to judge.
#[derive(Debug, Default, clap::Args)]
pub(super) struct UnitsArgs {
    /// Environments to judge; all by default.
    #[arg(long, short, value_name = "NAME")]
    pub(super) environment: Vec<String>,
    /// Agents to judge; all, and what the environments have of their own, by default.
    #[arg(long, short, value_name = "NAME")]
    pub(super) agent: Vec<String>,
}

impl UnitsArgs {
    /// Whether no unit is left out.
    pub(super) fn is_everything(&self) -> bool {
        self.environment.is_empty() && self.agent.is_empty()
    }
}

/// A fleet that was rendered and judged.
pub(super) struct Judgement {
    /// What was judged; there is no workspace where the tree has none, or not what was asked for.
    pub(super) loaded: Loaded,
    /// What is wrong, what waivers admit among it.
    pub(super) findings: Vec<Finding>,
    /// What could not be told, each with the reason.
    pub(super) unchecked: Vec<String>,
    /// How much was judged.
    pub(super) amount: Amount,
    /// The units that were rendered, as `<environment>/<unit>`; of a part none are named, since all of them were.
    pub(super) rendered: BTreeSet<String>,
    /// The errors of policies and schemas that cannot be read: nothing was held to these.
    pub(super) unread: Vec<Finding>,
    /// What was judged of a change, where everything else is as it was.
    pub(super) part: Option<Arc<Part>>,
}

/// How much was judged.
#[derive(Clone, Copy, Debug, Default, Serialize, JsonSchema)]
pub(super) struct Amount {
    /// Objects.
    pub(super) objects: usize,
    /// Units, or files, that they stand in.
    pub(super) sources: usize,
    /// Admission policies that judged them.
    #[serde(skip_serializing_if = "is_none")]
    pub(super) policies: usize,
    /// Units that were not judged, since nothing that they are made of or held to differs from the base.
    #[serde(skip_serializing_if = "is_none")]
    pub(super) unchanged: usize,
}

fn is_none(count: &usize) -> bool {
    *count == 0
}

/// Renders and judges the fleet of a source. Everything is, since what one unit has may not fit another's; the findings
/// are about the units that were asked for.
pub(super) fn judge(context: &Context, source: &Source, args: &UnitsArgs, by: By) -> Result<Judgement, Failure> {
    let progress = context.spinner("reading the fleet");
    let watch = Watch {
        progress: progress.clone(),
        is_late: &|| false,
        why: &|| "",
    };
    let judgement = whole(context, context.load_with_judges(source)?, args, by, &watch);
    progress.finish_and_clear();
    judgement
}

/// Who watches a run: a person, a time limit, or nobody.
pub(super) struct Watch<'a> {
    /// Where it is shown how far it is.
    pub(super) progress: ProgressBar,
    /// Whether its time is over.
    pub(super) is_late: GoesOn<'a>,
    /// Why it is.
    pub(super) why: &'a (dyn Fn() -> &'static str + Sync),
}

impl Watch<'_> {
    /// Judges a fleet unit by unit, as far as time allows.
    fn judged(&self, judge: &Judge, fleet: Fleet<'_>, units: &[RenderedUnit], released: &Released) -> Judged {
        count(&self.progress, "judging", units.len());
        let goes_on = || {
            self.progress.inc(1);
            !(self.is_late)()
        };
        judge.fleet(fleet, units, released, &goes_on)
    }
}

/// The same of a tree that was read.
pub(super) fn whole(
    context: &Context,
    loaded: Loaded,
    args: &UnitsArgs,
    by: By,
    watch: &Watch<'_>,
) -> Result<Judgement, Failure> {
    let mut findings = loaded.findings.clone();
    let nothing = |loaded, findings| Judgement {
        loaded,
        findings,
        unchecked: Vec::new(),
        amount: Amount::default(),
        rendered: BTreeSet::new(),
        unread: Vec::new(),
        part: None,
    };
    let Some(workspace) = &loaded.workspace else {
        return Ok(nothing(loaded, findings));
    };
    if selection::unreadable(workspace, &args.environment) {
        return Ok(nothing(loaded, findings));
    }
    let chosen = Chosen {
        environments: selection::environments(workspace, &args.environment)?,
        agents: selection::agents(workspace, &args.agent, &BTreeSet::new())?,
    };
    let gone = BTreeSet::new();
    selection::refuse_absent(
        workspace,
        &chosen.environments,
        chosen.agents.as_ref(),
        &gone,
        &findings,
    )?;
    let (engines, more) = Engines::compile(workspace);
    findings.extend(more);
    let (judge, more) = Judge::read(&loaded.tree, by, context.clock.now());
    let judge = until_the_end(judge);
    let unread = errors(&more);
    findings.extend(more);
    watch.progress.set_message("rendering");
    let everything = Selection::everything(workspace);
    let (units, more, left) = render_while(workspace, &engines, &everything, &|| !(watch.is_late)());
    findings.extend(more);
    if left > 0 {
        let what = format!(
            "what {} {} to, and every unit: {}",
            counted(left, "unit"),
            if left == 1 { "renders" } else { "render" },
            (watch.why)()
        );
        let mut nothing = nothing(loaded, findings);
        nothing.unchecked.push(what);
        return Ok(nothing);
    }
    // of what could not be rendered nobody knows which policies would have met it
    let is_rendered = !findings.iter().any(Finding::is_error);
    let (released, mut unchecked) = released(context, workspace, &chosen.environments, &|_| true);
    let fleet = Fleet {
        workspace,
        engines: &engines,
        tree: &loaded.tree,
    };
    let Judged { findings: more, left } = watch.judged(judge, fleet, &units, &released);
    findings.extend(more);
    if !left.is_empty() {
        let all = counted(units.len(), "unit");
        let what = format!(
            "{} of {all}, and what units ask of each other: {}",
            left.len(),
            (watch.why)()
        );
        unchecked.push(what);
    }
    if by == By::Everything {
        findings.extend(retired(workspace, &loaded.tree, &context.today()));
    }
    let is_whole = args.is_everything() && left.is_empty();
    findings.retain(|finding| finding.unit.as_ref().is_none_or(|unit| chosen.has(unit)));
    told_once(&mut findings);
    // without agents no policy has anything to be about
    if is_whole && is_rendered && by != By::Rules && !workspace.agents.is_empty() {
        findings.extend(judge.idle());
    }
    // what guards the fleet must not be changed without notice
    if is_whole && by == By::Everything {
        findings.extend(judge.exercise(&loaded.tree));
    }
    findings.sort();
    findings.dedup();
    conclude(judge, &mut findings, by, is_whole);
    let name = |unit: &RenderedUnit| format!("{}/{}", unit.environment, unit.unit);
    let rendered = units.iter().map(name).collect();
    let units = units
        .iter()
        .filter(|unit| chosen.has(&name(unit)) && !left.contains(&name(unit)));
    let units: Vec<&RenderedUnit> = units.collect();
    let amount = Amount {
        objects: units.iter().flat_map(|unit| unit.all_objects()).count(),
        sources: units.len(),
        policies: judge.policy_count(),
        unchanged: 0,
    };
    Ok(Judgement {
        loaded,
        findings,
        unchecked,
        amount,
        rendered,
        unread,
        part: None,
    })
}

/// The errors among findings.
fn errors(findings: &[Finding]) -> Vec<Finding> {
    findings.iter().filter(|finding| finding.is_error()).cloned().collect()
}

/// Tells what waivers admit and, where the policies are known, what is wrong with the waivers. Where all units were
/// judged, one that met nothing is of no use.
fn conclude(judge: &Judge, findings: &mut Vec<Finding>, by: By, is_whole: bool) {
    if by == By::Rules {
        judge.admit(findings);
        return;
    }
    let native = reference::rules();
    let policies = judge.rules();
    // the answer of a policy in Rego may name a rule that stands nowhere else
    let said: BTreeSet<String> = findings.iter().map(|finding| finding.rule.to_string()).collect();
    let known: BTreeSet<&str> = native
        .iter()
        .map(|rule| rule.id)
        .chain(policies.iter().copied())
        .chain(said.iter().map(String::as_str))
        .collect();
    let of_releases: BTreeSet<&str> = OF_RELEASES.iter().map(|rule| rule.id).collect();
    let judged = match (is_whole, by) {
        (false, _) => BTreeSet::new(),
        (true, By::Policies) => policies,
        (true, By::Rules | By::Everything) => &known - &of_releases,
    };
    judge.conclude(findings, &known, &judged);
}

/// What the branches of environments have of the wanted units, and why that could not be told. Without a repository
/// nothing was released.
pub(super) fn released(
    context: &Context,
    workspace: &Workspace,
    environments: &[&Environment],
    wanted: &(dyn Fn(&str) -> bool + Sync),
) -> (Released, Vec<String>) {
    let mut released = Released::new();
    let mut unchecked = Vec::new();
    let Ok(repository) = context.repository() else {
        return (released, unchecked);
    };
    if environments.is_empty() {
        return (released, unchecked);
    }
    let delivery = delivery_repository(context, &repository, workspace);
    let read = |environment: &&Environment| -> Result<Option<_>, Failure> {
        let delivery = delivery.as_ref().map_err(Failure::clone)?;
        let branch = workspace.branch(&environment.name);
        match delivery.tip(&branch, &workspace.fleet.delivery.remote)? {
            Tip::At { commit, .. } => manifests_on(&**delivery, &commit, wanted).map(Some),
            _ => Ok(None),
        }
    };
    let read: Vec<Result<Option<_>, Failure>> = environments.par_iter().map(read).collect();
    for (environment, read) in environments.iter().zip(read) {
        match read {
            Ok(units) => released.extend(units.map(|units| (environment.name.to_string(), units))),
            Err(failure) => {
                let what = format!("what changes since the last release of `{}`", environment.name);
                let hints: String = failure.hints.iter().map(|hint| format!("; {hint}")).collect();
                unchecked.push(format!("{what}: {}{hints}", failure.message));
            }
        }
    }
    (released, unchecked)
}

/// What the user wants to hear about.
struct Chosen<'a> {
    environments: Vec<&'a Environment>,
    agents: Option<BTreeSet<AgentName>>,
}

impl Chosen<'_> {
    /// Whether it has a unit, written as `<environment>/<unit>`.
    fn has(&self, unit: &str) -> bool {
        let (environment, name) = unit.split_once('/').unwrap_or((unit, ""));
        let agents = self.agents.as_ref();
        self.environments
            .iter()
            .any(|chosen| chosen.name.as_str() == environment)
            && agents.is_none_or(|agents| agents.iter().any(|agent| agent.as_str() == name))
    }
}

/// What to do where there is no policy.
pub(super) const NO_POLICIES: &str =
    "write policies below `policies/admission/`, or bring back the folder if it was moved or renamed";

/// That objects were held to no policy, since there is none.
fn unguarded() -> Finding {
    let message = "there is no policy, so nothing was held to one";
    Finding::warning("no-policies", message).help(NO_POLICIES)
}

impl Judgement {
    /// What is to be said where there is no policy; nothing where something is wrong with them, or was not judged.
    pub(super) fn unguarded(&self) -> Option<Finding> {
        let is_judged = self.amount.sources > 0 && !self.findings.iter().any(Finding::is_error);
        (is_judged && self.amount.policies == 0).then(unguarded)
    }

    /// What was judged, in the words of a command.
    pub(super) fn report(self) -> Report {
        report(self.amount, "units", self.findings, self.loaded.tree, self.unchecked)
    }
}

/// What judging came to; what stands against it are findings.
#[derive(Serialize, JsonSchema)]
pub(super) struct Answer {
    /// How much was judged.
    #[serde(flatten)]
    amount: Amount,
    /// How many findings are waived.
    waived: usize,
}

fn report(amount: Amount, of: &str, findings: Vec<Finding>, tree: FileTree, unchecked: Vec<String>) -> Report {
    let Amount {
        objects,
        sources,
        policies,
        unchanged,
    } = amount;
    let by = if policies > 0 {
        format!(" by {policies} policies")
    } else {
        String::new()
    };
    let others = match unchanged {
        0 => String::new(),
        _ => format!("; {unchanged} are as they were"),
    };
    let verdict = match (findings.iter().any(Finding::is_error), unchecked.is_empty()) {
        (true, _) => "not all of them would be admitted",
        (false, true) => "nothing stands against them",
        (false, false) => "not all could be checked",
    };
    let text = format!("judged {objects} objects of {sources} {of}{by}{others}: {verdict}\n");
    let waived = findings.iter().filter(|finding| finding.waiver.is_some()).count();
    let mut report = Report::new(Answer { amount, waived }, text).with_findings(findings, tree);
    report.unchecked = unchecked;
    report
}
