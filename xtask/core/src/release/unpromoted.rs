//! Release files that no promotion wrote: what they name has passed nothing of what a promotion asks for.

use super::ledger::{Fact, UnitHistory, Verdict};
use crate::model::{AgentName, Digest, EnvironmentName, Finding, Severity, Tier};
use crate::workspace::files::ReleaseFile;
use crate::workspace::{Environment, Workspace, layout};

/// The check of a release that refuses them.
pub const UNPROMOTED_RELEASE: &str = "unpromoted-release";

/// How a tuple stands in an environment that it would be new in.
enum Standing {
    /// It was promoted there or ran there, and nothing was said against it since.
    Admitted,
    Unknown,
    RolledBack,
    Blocked,
}

impl Standing {
    fn of(history: &UnitHistory, tuple: Digest) -> Standing {
        let mut standing = Standing::Unknown;
        for (_, fact) in history.facts() {
            standing = match fact {
                Fact::Promoted(promoted) if promoted.tuple == tuple => Standing::Admitted,
                Fact::Released(released) if released.release.tuple == tuple => Standing::Admitted,
                Fact::RolledBack(rollback) if rollback.to.tuple == tuple => Standing::Admitted,
                Fact::RolledBack(rollback) if rollback.from.tuple == tuple => Standing::RolledBack,
                Fact::Marked(mark) if mark.release.tuple == tuple => standing.judged(mark.verdict.into()),
                Fact::Gated(gated) if gated.release.tuple == tuple => standing.judged(gated.verdict),
                _ => standing,
            };
        }
        standing
    }

    fn judged(self, verdict: Verdict) -> Standing {
        match verdict {
            Verdict::Blocked => Standing::Blocked,
            Verdict::Verified => Standing::Admitted,
            Verdict::Watching | Verdict::ManualReview | Verdict::Rollbacked => self,
        }
    }
}

/// Whether a tuple was promoted to an environment or ran there, and nothing was said against it since.
pub(super) fn is_admitted(history: &UnitHistory, tuple: Digest) -> bool {
    matches!(Standing::of(history, tuple), Standing::Admitted)
}

/// What it is worth that no promotion brought a release to an environment: an error where users are, else a warning;
/// nothing in the first one, which none leads to.
pub fn unpromoted_severity(workspace: &Workspace, environment: &Environment) -> Option<Severity> {
    before(workspace, environment)?;
    Some(match environment.file.tier {
        Tier::Canary | Tier::Production => Severity::Error,
        Tier::Dev | Tier::Staging => Severity::Warning,
    })
}

fn before<'a>(workspace: &'a Workspace, environment: &Environment) -> Option<&'a EnvironmentName> {
    let names = workspace.fleet.environments.iter();
    names.take_while(|other| **other != environment.name).last()
}

/// What speaks against a release file whose tuple does not run yet in an environment that was released before, by what
/// happened to the agent there.
pub fn unpromoted(
    workspace: &Workspace,
    environment: &Environment,
    agent: &AgentName,
    file: &ReleaseFile,
    history: &UnitHistory,
) -> Option<Finding> {
    let name = &environment.name;
    let before = before(workspace, environment)?;
    let severity = unpromoted_severity(workspace, environment)?;
    let said = match Standing::of(history, file.id) {
        Standing::Admitted => return None,
        Standing::Unknown => "no promotion brought there",
        Standing::RolledBack => "was rolled back there and not promoted since",
        Standing::Blocked => "was blocked there and not promoted since",
    };
    let message = format!(
        "the release file of `{agent}` in `{name}` names {}, which {said}",
        file.version
    );
    let finding = Finding {
        severity,
        ..Finding::error("unpromoted-release", message)
    };
    Some(
        finding
            .in_file(layout::release(name, agent))
            .unit(name.as_str(), agent.as_str())
            .help(format!(
                "`cargo xtask promote {agent} --from {before} --to {name}` asks for what must hold and records it; if that was \
                 done in another clone, push the ledger from there: `git push origin {}`",
                layout::ledger::BRANCH
            )),
    )
}
