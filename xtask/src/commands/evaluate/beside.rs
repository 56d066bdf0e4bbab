//! What an agent is judged beside: what an environment runs, and variants of its own parts.

use std::collections::BTreeSet;

use lockstep::model::{Digest, Finding, suggestion};
use lockstep::prompts::evaluation::{Bar, Comparison, Grid, Roll, RollChange, SuiteRun, Variant, compare};
use lockstep::workspace::{Agent, Judged, Workspace, layout};

use super::gathered::Gathered;
use super::running::Running;
use super::{Args, baseline, versus};
use crate::context::Context;
use crate::failure::Failure;

/// Something beside which an agent is judged.
pub(super) struct Other {
    label: String,
    pub(super) judged: Judged,
    pub(super) is_baseline: bool,
    /// The cases that spoke for it, where that is known.
    roll: Option<Roll>,
    pub(super) runs: Vec<SuiteRun>,
}

impl Other {
    fn new(label: &str, judged: Judged) -> Other {
        Other {
            label: label.to_owned(),
            judged,
            is_baseline: false,
            roll: None,
            runs: Vec::new(),
        }
    }
}

/// Everything beside which an agent is to be judged; findings where the baseline cannot be.
pub(super) fn others(
    context: &Context,
    workspace: &Workspace,
    (args, running): (&Args, &Running),
    agent: &Agent,
    judged: &Judged,
) -> Result<Result<Vec<Other>, Vec<Finding>>, Failure> {
    let mut others = Vec::new();
    let named = args.against.as_deref();
    if let Some(environment) = named.and_then(|name| running.baseline(workspace, agent, name)) {
        let judged = match running.judged(workspace, agent, Some(environment), None) {
            Ok(judged) => judged,
            Err(findings) => return Ok(Err(findings)),
        };
        let roll = baseline::roll(context, workspace, agent, environment, judged.tuple_id)?;
        others.push(Other {
            roll,
            is_baseline: true,
            ..Other::new(environment.name.as_str(), judged)
        });
    }
    for text in versus::asked(&args.versus, args.cross) {
        match versus::variant(workspace, agent, judged, &text)? {
            Ok(variant) => others.push(Other::new(&text, variant)),
            Err(findings) => return Ok(Err(findings)),
        }
    }
    Ok(Ok(others))
}

/// The variants that were asked for on the command line, each beside what is judged.
pub(super) fn variants(grid: &Grid) -> impl Iterator<Item = &Comparison> {
    let comparisons = grid.columns.iter().filter_map(|column| column.comparison.as_ref());
    comparisons.filter(|comparison| comparison.tuple_id.is_none())
}

/// Models of variants that the fleet's list does not have: what they cost is not known, and whether there is such a one.
pub(super) fn unknown_models(workspace: &Workspace, others: &[Other]) -> Vec<Finding> {
    let Some(known) = &workspace.models else {
        return Vec::new();
    };
    let listed = known.models.iter();
    let names: Vec<String> = listed
        .map(|model| format!("{}/{}", model.provider, model.name))
        .collect();
    let variants = others.iter().filter(|other| !other.is_baseline);
    let models = variants.map(|other| &other.judged.subject.model.model);
    let named: BTreeSet<String> = models
        .map(|model| format!("{}/{}", model.provider, model.name))
        .collect();
    let unknown = named.into_iter().filter(|named| !names.contains(named));
    let finding = |named: String| {
        let help = match suggestion(&named, names.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`? Models are listed in `{}`", layout::MODELS),
            None => format!("add it to `{}`", layout::MODELS),
        };
        Finding::warning("unknown-model", format!("nothing is known of the model `{named}`"))
            .in_file(layout::MODELS)
            .help(help)
    };
    unknown.map(finding).collect()
}

/// What is judged, and everything beside it, case by case; nothing where it is judged alone.
pub(super) fn grid(
    args: &Args,
    bar: &Bar,
    (agent, judged): (&Agent, &Judged),
    others: &[Other],
    gathered: &Gathered,
) -> Option<Grid> {
    if others.is_empty() {
        return None;
    }
    let own = Variant {
        label: args.environment.clone().unwrap_or_else(|| "candidate".to_owned()),
        subject: &judged.subject,
        runs: &gathered.runs,
        comparison: None,
    };
    let beside = others.iter().map(|other| {
        let tuple_id = other.is_baseline.then_some(other.judged.tuple_id);
        let mut comparison = compare(&gathered.runs, &other.runs, other.label.clone(), tuple_id);
        if let Some(before) = &other.roll {
            let today: Vec<&Roll> = gathered.runs.iter().map(|run| &run.roll).collect();
            let mut change = RollChange::of(&today, before);
            // a case that was not asked for is not gone
            let is_part = args.is_part();
            change
                .gone
                .retain(|id| !is_part || !gathered.ids.contains(&Digest::of(id.as_bytes())));
            comparison.recorded = true;
            (comparison.gone, comparison.loosened) = (change.gone, change.loosened);
            comparison.changed = change.changed;
        }
        Variant {
            label: other.label.clone(),
            subject: &other.judged.subject,
            runs: &other.runs,
            comparison: Some(comparison),
        }
    });
    let suites: Vec<&str> = gathered.suites.iter().map(|suite| suite.name.as_str()).collect();
    let variants = std::iter::once(own).chain(beside).collect();
    Some(Grid::new(agent.name.clone(), &suites, variants, args.repeat, bar))
}
