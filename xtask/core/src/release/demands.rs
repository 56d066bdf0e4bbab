//! What must be recorded of a tuple before it is promoted: stages of the pipeline, and evidence.

use super::ledger::{Evaluated, Fact, Incident, ReleaseKind, Verdict, WEIGHTED_RATE, unlearnt};
use super::promotion::Move;
use super::regression;
use crate::model::{Digest, EnvironmentName, Finding, PipelineStage, StageStatus, Tier};
use crate::prompts::evaluation::{Bar, VerdictOutcome};
use crate::prompts::statistics::percent;
use crate::report::counted;
use crate::workspace::files::{Demands, EvidenceKind};
use crate::workspace::{Environment, Workspace, layout};

/// What an environment asks for where fleet.yaml does not say: nothing reaches users that was not evaluated.
const NEAR_USERS: &[EvidenceKind] = &[EvidenceKind::Evaluated];

/// The evidence that an environment asks for.
fn evidence<'a>(demands: Option<&'a Demands>, to: &Environment) -> &'a [EvidenceKind] {
    match (demands.and_then(|demands| demands.evidence.as_deref()), to.file.tier) {
        (Some(said), _) => said,
        (None, Tier::Canary | Tier::Production) => NEAR_USERS,
        (None, Tier::Dev | Tier::Staging) => &[],
    }
}

/// Whether something is asked of an evaluation, so that there must be one.
fn is_measured(demands: &Demands) -> bool {
    let is_counted = demands.least_cases.is_some() || demands.pass_rate.is_some() || demands.proved;
    is_counted || demands.compared || !demands.must_hold.is_empty()
}

/// What an environment asks for and the ledger does not have.
pub(super) fn unmet(workspace: &Workspace, from: &Environment, to: &Environment, step: &Move<'_>) -> Vec<Finding> {
    let demands = workspace.fleet.promotion.get(&to.name);
    let skipped_by_hotfix = |stage: &PipelineStage| {
        step.kind == ReleaseKind::Hotfix && matches!(stage, PipelineStage::DeployStaging | PipelineStage::CanaryDeploy)
    };
    let stages = demands.iter().flat_map(|demands| &demands.stages);
    let stages = stages.filter(|stage| !skipped_by_hotfix(stage));
    let mut findings: Vec<Finding> = stages.filter_map(|stage| missing_stage(*stage, step)).collect();
    let mut kinds = evidence(demands, to).to_vec();
    if demands.is_some_and(is_measured) && !kinds.contains(&EvidenceKind::Evaluated) {
        kinds.push(EvidenceKind::Evaluated);
    }
    for kind in kinds {
        findings.extend(match kind {
            EvidenceKind::Evaluated => evaluation(demands, from, to, step),
            EvidenceKind::Verified => missing_verdict(from, step).into_iter().collect(),
            EvidenceKind::Retrospective => missing_retrospective(to, step).into_iter().collect(),
        });
    }
    findings
}

fn missing_stage(stage: PipelineStage, step: &Move<'_>) -> Option<Finding> {
    let last = super::stages::last(step.everywhere, step.source.id, stage);
    let how = match last.map(|result| result.status) {
        Some(StageStatus::Passed) => return None,
        Some(StageStatus::Failed) => "failed",
        Some(StageStatus::Skipped) => "was skipped",
        None => "never ran",
    };
    Some(
        Finding::error(
            "missing-stage",
            format!("the stage `{stage}` {how} on the tuple of `{}`", step.agent),
        )
        .in_file(layout::FLEET)
        .help(format!(
            "run it, and record it: `cargo xtask stage record {stage} passed --agent {} --tuple {}`",
            step.agent, step.source.id
        )),
    )
}

/// What is recorded of evaluations of a tuple, for where it goes.
struct Records<'a> {
    /// Those with the overrides of where it goes.
    exact: Vec<&'a Evaluated>,
    /// Whether there are some with others.
    other: bool,
    /// The last of them with cases and answers as they are now, and the digest of its event.
    today: Option<(Digest, &'a Evaluated)>,
    /// What is different with the last one whose answers are not those of now.
    stale: Option<String>,
}

impl<'a> Records<'a> {
    fn of(to: &Environment, step: &Move<'a>) -> Records<'a> {
        let overrides = Evaluated::overrides_digest(&to.overrides(step.agent));
        let evaluations = step
            .everywhere
            .events
            .iter()
            .filter_map(|(digest, event)| match &event.fact {
                Fact::Evaluated(evaluated) if evaluated.tuple == step.source.id => Some((*digest, evaluated)),
                _ => None,
            });
        let (exact, other): (Vec<_>, Vec<_>) = evaluations.partition(|(_, one)| one.overrides == overrides);
        let same_cases = exact
            .iter()
            .filter(|(_, one)| one.suite_digest == step.committed.suites);
        let (mut today, mut stale) = (None, None);
        for (digest, evaluated) in same_cases.rev() {
            match step.committed.contradicts(step.agent, evaluated) {
                None => {
                    today = Some((*digest, *evaluated));
                    break;
                }
                Some(message) => stale = stale.or(Some(message)),
            }
        }
        Records {
            exact: exact.into_iter().map(|(_, evaluated)| evaluated).collect(),
            other: !other.is_empty(),
            today,
            stale,
        }
    }
}

/// The event of the evaluation that speaks for a tuple where it goes, which its promotion names: the next one is held
/// against it, whatever is recorded until then.
pub fn evidence_of(to: &Environment, step: &Move<'_>) -> Option<Digest> {
    let (digest, evaluated) = Records::of(to, step).today?;
    (evaluated.outcome == VerdictOutcome::Passed).then_some(digest)
}

/// Evidence counts for this tuple with the overrides of where it goes, and with cases and answers as they are now; its last
/// word counts, whatever it was about. A tuple without a model has nothing that cases could judge.
fn evaluation(demands: Option<&Demands>, from: &Environment, to: &Environment, step: &Move<'_>) -> Vec<Finding> {
    if step.source.tuple.model.is_none() {
        return Vec::new();
    }
    let tuple = step.source.id;
    let agent = step.agent;
    let Records {
        exact,
        other,
        today,
        stale,
    } = Records::of(to, step);
    let today = today.map(|(_, evaluated)| evaluated);
    let said = |how: &str, evaluated: &Evaluated| {
        let why = evaluated.reasons.join("; ");
        format!("the last evaluation of `{agent}` {how}: {why}")
    };
    let judged = |evaluated: &Evaluated| match evaluated.outcome {
        VerdictOutcome::Passed => None,
        VerdictOutcome::Failed => Some(Finding::error("failed-evaluation", said("failed", evaluated))),
        VerdictOutcome::Incomplete => {
            let message = said("is incomplete", evaluated);
            Some(Finding::error("incomplete-evaluation", message))
        }
    };
    let mut findings = match (exact.last(), today) {
        (Some(last), today) => match (judged(last).or_else(|| judged(today?)), today) {
            (Some(finding), _) => vec![finding],
            (None, Some(today)) => {
                let mut findings = regression::steps_back(demands, to, step, today);
                findings.extend(weak_evaluation(demands, today, &to.name, step));
                findings
            }
            (None, None) => {
                let other_cases =
                    || format!("the committed cases of `{agent}` are not those that it was evaluated with");
                vec![Finding::error("stale-evaluation", stale.unwrap_or_else(other_cases))]
            }
        },
        (None, _) if !other => {
            let message = format!("the tuple of `{agent}` was never evaluated: `{tuple}`");
            vec![Finding::error("missing-evaluation", message)]
        }
        (None, _) => {
            let message = format!(
                "`{agent}` was never evaluated with the overrides of `{}`, only with others",
                to.name
            );
            vec![Finding::error("missing-evaluation", message)]
        }
    };
    let mut bar = demands.map_or_else(String::new, options);
    let is_uncompared = |finding: &Finding| finding.rule == "uncompared-evaluation";
    // where nothing runs there is nothing to be held against
    let is_compared = demands.is_some_and(|demands| demands.compared) && step.here.current().is_some();
    if is_compared || findings.iter().any(is_uncompared) {
        bar += &format!(" --against {}", to.name);
    }
    let help = format!(
        "`cargo xtask evaluate {agent} --environment {} --for {}{bar} --evidence`",
        from.name, to.name
    );
    // the same command would leave open again what nothing answered
    let live = if step.committed.mock.is_some() { "" } else { " --live" };
    let recorded = format!(
        "record the answers, `cargo xtask evaluate {agent} --environment {} --for {}{live} --record`, commit them, then {help}",
        from.name, to.name
    );
    for finding in findings.iter_mut().filter(|finding| finding.help.is_none()) {
        let help = match finding.rule.as_ref() {
            "incomplete-evaluation" => &recorded,
            _ => &help,
        };
        *finding = finding.clone().in_file(layout::cases(agent)).help(help);
    }
    findings
}

/// What is asked for, as options of an evaluation.
fn options(demands: &Demands) -> String {
    // less than the usual bar is no evidence at all
    let is_usual = demands.pass_rate.is_none_or(|rate| rate >= Bar::default().pass_rate);
    let rate = demands.pass_rate.filter(|_| is_usual);
    let rate = rate.map(|rate| format!(" --pass-rate {rate}"));
    let proved = (demands.proved && is_usual).then(|| " --proved".to_owned());
    let cases = demands.least_cases.map(|cases| format!(" --least-cases {cases}"));
    [rate, proved, cases].into_iter().flatten().collect()
}

/// Why an evaluation that passed is not enough: the numbers that were recorded count, whatever bar it was held to.
fn weak_evaluation(
    demands: Option<&Demands>,
    evaluated: &Evaluated,
    to: &EnvironmentName,
    step: &Move<'_>,
) -> Option<Finding> {
    let agent = step.agent;
    let weak = |message: String| Some(Finding::error("weak-evaluation", message));
    let cases = evaluated.cases;
    let speak = || {
        format!(
            "{} {}",
            counted(cases, "case"),
            if cases == 1 { "speaks" } else { "speak" }
        )
    };
    match demands.and_then(|demands| demands.least_cases) {
        Some(least) if cases < least => {
            let beside = match evaluated.roll.withheld.len() {
                0 => String::new(),
                count => format!("; {count} more need tools that `{to}` does not enable"),
            };
            return weak(format!(
                "{} for `{agent}`, and `{to}` asks for {least}{beside}",
                speak()
            ));
        }
        Some(_) => {}
        None => {
            // a record that names its cases says which of them are gone
            let current = step.here.current();
            let before =
                current.and_then(|current| regression::spoke_for(current.release.tuple, step.here, step.everywhere));
            let before = before.filter(|before| before.roll.is_empty());
            if let Some(before) = before.map(|before| before.cases).filter(|before| cases < *before) {
                return weak(format!(
                    "{} for `{agent}`, and {before} did for what runs in `{to}`",
                    speak()
                ));
            }
        }
    }
    let demands = demands.filter(|demands| is_measured(demands))?;
    let is_unheld = |tag: &&String| !evaluated.must_hold.contains(*tag);
    let unheld: Vec<&str> = demands.must_hold.iter().filter(is_unheld).map(String::as_str).collect();
    if !unheld.is_empty() {
        let tags = unheld.join("`, `");
        return weak(format!(
            "`{to}` asks that all cases of `{agent}` with the tag `{tags}` hold, and it was evaluated without that"
        ));
    }
    let bar = demands.pass_rate.unwrap_or(Bar::default().pass_rate);
    let name = if demands.proved { "passRateBound" } else { "passRate" };
    let rate = evaluated.scores.get(name).copied();
    let weighted = evaluated.scores.get(WEIGHTED_RATE).copied();
    let rate = rate.map(|rate| weighted.map_or(rate, |weighted| rate.min(weighted)));
    if rate.is_some_and(|rate| rate > bar) {
        return None;
    }
    let how = if demands.proved { "prove that" } else { "say that" };
    weak(format!(
        "the cases of `{agent}` {how} {} hold, and `{to}` asks for more than {}",
        rate.map_or_else(|| "an unknown share".to_owned(), percent),
        percent(bar)
    ))
}

fn missing_verdict(from: &Environment, step: &Move<'_>) -> Option<Finding> {
    let releases = step.there.releases();
    let last = releases.iter().rfind(|release| release.release.tuple == step.source.id);
    if last.is_some_and(|release| release.verdict == Verdict::Verified) {
        return None;
    }
    let (agent, from) = (step.agent, &from.name);
    Some(
        Finding::error("missing-evidence", format!("nobody has verified `{agent}` in `{from}`"))
            .in_file(layout::FLEET)
            .help(format!(
                "look at it, then `cargo xtask mark verified {agent} --environment {from} --reason \"…\"`"
            )),
    )
}

/// Of the release that runs where it goes to.
fn missing_retrospective(to: &Environment, step: &Move<'_>) -> Option<Finding> {
    let current = step.here.current()?.release;
    let learnt = step.here.facts().any(|(_, fact)| match fact {
        Fact::Retrospective(retrospective) => {
            let release = retrospective.release.as_ref();
            release.is_some_and(|release| release.tuple == current.tuple)
        }
        _ => false,
    });
    let (agent, to) = (step.agent, &to.name);
    let message = format!(
        "nothing was learnt yet from {} of `{agent}`, which runs in `{to}`",
        current.version
    );
    (!learnt).then(|| {
        Finding::error("missing-retrospective", message)
            .in_file(layout::FLEET)
            .help(format!(
                "`cargo xtask retro draft {agent} --environment {to} --into retro-{agent}.yaml`, fill it in, then \
                 `cargo xtask retro finish retro-{agent}.yaml`"
            ))
    })
}

/// After an incident the next promotion waits until something was learnt from it.
pub(super) fn open_lessons(step: &Move<'_>) -> Vec<Finding> {
    let agent = step.agent;
    let finding = |(environment, incident): &(EnvironmentName, Incident)| {
        let id = &incident.id;
        let (state, close) = match incident.is_open() {
            true => (
                format!("`{id}` is open"),
                format!("when it is over: `cargo xtask incident close {id} --cause \"…\" --reason \"…\"`; then "),
            ),
            false => (format!("nothing was learnt yet from `{id}`"), String::new()),
        };
        Finding::error(
            "missing-retrospective",
            format!(
                "{state}: a {} incident of `{agent}` in `{environment}`",
                incident.severity
            ),
        )
        .help(format!(
            "{close}`cargo xtask retro draft {agent} --incident {id} --into retro-{id}.yaml`, fill it in, then \
             `cargo xtask retro finish retro-{id}.yaml`"
        ))
    };
    unlearnt(step.places).iter().map(finding).collect()
}
