//! What people and gates said of agents, wherever they run: a block in one environment is one in all of them.

use std::collections::{BTreeMap, BTreeSet};

use lockstep::model::EnvironmentName;
use lockstep::release::ledger::{EventKind, UnitHistory};
use lockstep::workspace::Workspace;

use super::{Believer, View};
use crate::commands::trust::Trusted;
use crate::commands::verify::Certificates;
use crate::context::Context;
use crate::failure::Failure;
use crate::ports::Repository;

/// Histories of agents by environment.
type Judged = BTreeMap<String, BTreeMap<EnvironmentName, UnitHistory>>;

/// The histories in which something was judged, as far as they count for who only shows them. Names alone tell of the others.
pub(in super::super) fn judged(
    context: &Context,
    (repository, delivery): (&dyn Repository, &dyn Repository),
    workspace: &Workspace,
    view: &View<'_>,
    agents: &BTreeSet<&str>,
) -> Result<Judged, Failure> {
    let places = view.places(workspace)?;
    let mut asked = Vec::new();
    for environment in &places {
        let mut units: BTreeSet<String> = BTreeSet::new();
        for kind in [EventKind::Marked, EventKind::Gated] {
            units.extend(view.units_with(environment, kind)?);
        }
        let units = units.into_iter().filter(|unit| agents.contains(unit.as_str()));
        asked.extend(units.map(|unit| (environment, unit)));
    }
    let mut judged = Judged::new();
    if asked.is_empty() {
        return Ok(judged);
    }
    let units: Vec<_> = asked
        .iter()
        .map(|(environment, unit)| (Some(*environment), unit.as_str()))
        .collect();
    let trusted = Trusted::read(context, repository, workspace, None)?;
    let certificates = Certificates::new(context, None, &trusted)?;
    let believer = Believer::new(context, (delivery, workspace), &trusted, &certificates);
    let histories = believer.glanced(view, view.units(&units)?)?;
    for ((environment, unit), history) in asked.into_iter().zip(histories) {
        judged.entry(unit).or_default().insert(environment.clone(), history);
    }
    Ok(judged)
}
