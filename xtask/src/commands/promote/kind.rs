//! How regular a release is, as the command line says it.

use lockstep::release::ledger::ReleaseKind;

/// How regular a release is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Kind {
    /// On the weekly train.
    Regular,
    /// To a share of the traffic.
    Gray,
    /// At any time, past environments if need be.
    Hotfix,
}

impl From<Kind> for ReleaseKind {
    fn from(kind: Kind) -> ReleaseKind {
        match kind {
            Kind::Regular => ReleaseKind::Regular,
            Kind::Gray => ReleaseKind::Gray,
            Kind::Hotfix => ReleaseKind::Hotfix,
        }
    }
}
