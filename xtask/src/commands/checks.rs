//! Checks that a person may set aside with `--override`, which is recorded.

use lockstep::model::{Finding, suggestion};
use lockstep::release::ledger::Override;
use lockstep::workspace::WRONG_BRANCH;
use lockstep::{artifact, release};

use crate::failure::{EXIT_HOLD, Failure, FailureKind};
use crate::report::Report;

/// What `evaluate` and promotion both find, so that it stands in another room's table.
const SHARED: &str = "failed-evaluation";

/// Fails where one of these is no check: of promotion and rollback themselves, or of the signatures that they rely on.
pub(super) fn known(checks: &[String]) -> Result<(), Failure> {
    for check in checks {
        let own = release::RULES.iter().map(|rule| rule.id).chain([SHARED, WRONG_BRANCH]);
        let signatures = artifact::RULES.iter().chain(release::verify::RULES).map(|rule| rule.id);
        let ids = own.clone().chain(signatures);
        if !ids.clone().any(|id| id == check) {
            let failure = Failure::new(FailureKind::Usage, format!("there is no check `{check}` to set aside"));
            return Err(match suggestion(check, ids) {
                Some(near) => failure.hint(format!("did you mean `{near}`?")),
                None => failure
                    .hint(format!("there is {}", own.collect::<Vec<_>>().join(", ")))
                    .hint("and every rule of `verify`: `cargo xtask explain rule`"),
            });
        }
    }
    Ok(())
}

/// Fails where one of these is no check of a command that has only these few.
pub(super) fn among(checks: &[String], own: &[&str]) -> Result<(), Failure> {
    match checks.iter().find(|check| !own.contains(&check.as_str())) {
        None => Ok(()),
        Some(other) => {
            let message = format!("there is no check `{other}` to set aside");
            Err(Failure::new(FailureKind::Usage, message).hint(format!("there is {}", own.join(", "))))
        }
    }
}

/// Makes warnings of what these checks found, and returns what is to be recorded of that.
pub(super) fn set_aside(findings: &mut [Finding], checks: &[String]) -> Vec<Override> {
    let mut overrides = Vec::new();
    for finding in findings.iter_mut().filter(|finding| finding.is_error()) {
        if checks.iter().any(|check| *check == finding.rule) {
            finding.set_aside();
            overrides.push(Override {
                check: finding.rule.to_string(),
                message: finding.message.clone(),
            });
        }
    }
    overrides
}

/// A report of findings; where nothing but holds is in the way, its exit code says to try later.
pub(super) fn refusal(report: Report) -> Report {
    let mut errors = report.findings.iter().filter(|finding| finding.is_error()).peekable();
    let only_held = errors.peek().is_some() && errors.all(|finding| finding.rule == "held-unit");
    Report {
        exit: only_held.then_some(EXIT_HOLD).or(report.exit),
        ..report
    }
}
