//! A rollback that is asked for again: what a killed run left undone is done then, and nothing goes back twice.

use super::{Aim, is_named};
use crate::model::{AgentName, EnvironmentName, Finding, Severity, one_line};
use crate::release::ledger::{Event, Fact, Recorded, ReleaseName, RolledBack, UnitHistory, Verdict, name_of};
use crate::release::unfinished;
use crate::workspace::files::ReleaseFile;

/// A rollback that was written to the environment's branch.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The commit that brought the release back.
    pub commit: String,
    /// What ran before.
    pub from: ReleaseName,
    /// What it went back to.
    pub to: Recorded,
}

/// The rollback that asking once more for the same would repeat: what a killed run left undone is done then, and nothing
/// is rolled back twice. It stands while the unit is held, and until the release file says the same.
pub fn standing(history: &UnitHistory, file: Option<&ReleaseFile>, aim: &Aim, reason: &str) -> Option<Standing> {
    if history.hold().is_none() {
        unfinished(history, file)?;
    }
    let current = history.current()?.release.commit;
    let is_it = |fact: &Fact| match fact {
        Fact::RolledBack(rollback) if rollback.commit == current => Some(rollback.clone()),
        _ => None,
    };
    let rollback = history.facts().filter_map(|(_, fact)| is_it(fact)).last()?;
    let releases = history.releases();
    let to = releases
        .iter()
        .rfind(|release| release.release.commit == rollback.to.commit)?;
    let same = match aim {
        Aim::Earlier | Aim::Further => true,
        Aim::LastVerified => to.verdict == Verdict::Verified,
        Aim::Named(name) => is_named(to, name),
    };
    (same && one_line(&rollback.reason) == one_line(reason)).then(|| Standing {
        commit: current,
        from: rollback.from,
        to: to.clone(),
    })
}

/// What speaks against going back further: what runs was brought back by a rollback, the unit is held since, and nobody has
/// blocked what came back. Whoever names a release gets it; whoever only wants to know what is left is told.
pub fn repeated(history: &UnitHistory, environment: &EnvironmentName, agent: &AgentName, aim: &Aim) -> Option<Finding> {
    history.hold()?;
    let current = history.current()?;
    let is_bad = matches!(current.verdict, Verdict::Blocked | Verdict::Rollbacked);
    if is_bad || matches!(aim, Aim::Named(_)) {
        return None;
    }
    let mut last: Option<(&Event, &RolledBack)> = None;
    for (event, fact) in history.facts() {
        match fact {
            Fact::RolledBack(rollback) if rollback.commit == current.release.commit => last = Some((event, rollback)),
            // what holds it now is another hold
            Fact::Resumed(_) => last = None,
            _ => {}
        }
    }
    let (event, rollback) = last?;
    let unit = format!("{agent} --environment {environment}");
    let message = format!(
        "`{agent}` was rolled back from {} to {} in `{environment}` already, by {} at {}, and is held since: {}",
        rollback.from.version,
        rollback.to.version,
        name_of(&event.by),
        event.time,
        one_line(&rollback.reason)
    );
    let finding = Finding::error("repeated-rollback", message)
        .unit(environment.as_str(), agent.as_str())
        .help(format!(
            "nothing is left to do; if that has to go as well, name what is to run, `cargo xtask rollback {unit} --to \
             <release>`, or say so first: `cargo xtask mark blocked {unit} --reason \"…\"`"
        ));
    Some(match aim {
        Aim::Further => Finding {
            severity: Severity::Warning,
            ..finding
        },
        _ => finding,
    })
}
