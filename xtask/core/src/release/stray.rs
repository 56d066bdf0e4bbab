//! Units that another commit has released than those that the run's dry commit descends from.

use crate::model::Finding;

/// The check that a unit was released from a commit that the run's descends from.
pub const STALE_SOURCE: &str = "stale-source";

/// How a commit that released a unit stands to a dry commit that does not descend from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stray {
    /// It descends from the dry commit, and a branch here has it.
    Newer,
    /// It descends from the dry commit, and no branch has it any more: somebody set the branch back.
    Undone,
    /// A branch here has it, and neither descends from the other.
    Elsewhere,
    /// It is here, and no branch has it any more: somebody amended or rebased it.
    Dropped,
    /// It is not here.
    Absent,
}

impl Stray {
    /// Why a unit that was released from `recorded` is not released from `dry`.
    pub(super) fn finding(self, unit: &str, recorded: &str, dry: &str) -> Finding {
        let short = recorded.get(..12).unwrap_or(recorded);
        let (what, help) = match self {
            Stray::Newer => (
                "which is newer",
                format!("go on from it, `git merge --ff-only {recorded}`, and release again"),
            ),
            Stray::Undone => (
                "which is newer, and which no branch has any more: it was reset after the release",
                format!(
                    "take it back, `git merge --ff-only {recorded}`, and release again; to undo what it did, `git revert` it after that"
                ),
            ),
            Stray::Elsewhere => (
                "which another branch has",
                format!("merge it, `git merge {short}`, or rebase onto it, and release again"),
            ),
            Stray::Dropped => (
                "which no branch has any more: it was amended or rebased after its release",
                format!(
                    "keep it in the history: `git merge --strategy ours {short}` leaves all files as they are; then release again, and amend \
                     only what was not released"
                ),
            ),
            Stray::Absent => (
                "which this clone does not have",
                format!(
                    "fetch it, `git fetch --all`, and rebase onto it; where no remote has it, whoever released it (`cargo xtask history`) has \
                     to push it; where nobody has it any more, set this aside: `--override {STALE_SOURCE} --reason \"…\"`"
                ),
            ),
        };
        let message = format!("`{unit}` was released from {recorded}, {what}; {dry} does not descend from it");
        Finding::error("stale-source", message).help(help)
    }

    /// Whether a person may release all the same. What is newer is a merge away, and earlier releases come back by a
    /// rollback.
    pub fn may_be_lost(self) -> bool {
        !matches!(self, Stray::Newer | Stray::Undone)
    }
}
