//! The ledger's branch: read without a checkout, written by compare-and-swap.

mod belief;
mod doubts;
mod judged;
mod last;
mod lost;
mod missing;
mod promoted;
mod recording;
mod unproved;
mod view;
mod write;

use std::sync::Arc;

use lockstep::model::Timestamp;
use lockstep::workspace::Workspace;
use lockstep::workspace::files::Delivery;
use lockstep::workspace::layout::ledger;

pub(super) use belief::{Believer, on_branch};
pub(super) use doubts::Doubts;
pub(super) use judged::judged;
pub(super) use missing::Recorder;
pub(super) use promoted::{New, unfinished_rollbacks};
pub(super) use recording::{PushArgs, Recording, share};
pub(super) use view::View;

use self::lost::Lost;
use super::signing::EventSigning;
use crate::context::Context;
use crate::failure::Failure;
use crate::ports::{Clock, Files, GitId, Repository};

/// The ledger in the repository of the environment branches.
#[derive(Clone)]
pub(super) struct Ledger<'a> {
    delivery: &'a dyn Repository,
    settings: &'a Delivery,
    clock: &'a dyn Clock,
    files: &'a dyn Files,
    signing: Option<Arc<EventSigning<'a>>>,
}

impl<'a> Ledger<'a> {
    /// The ledger of a workspace.
    pub(super) fn new(context: &'a Context, delivery: &'a dyn Repository, workspace: &'a Workspace) -> Ledger<'a> {
        Ledger {
            delivery,
            settings: &workspace.fleet.delivery,
            clock: &*context.clock,
            files: &*context.files,
            signing: None,
        }
    }

    /// The same, whose new events are signed where somebody here may.
    pub(super) fn signed_by(self, signing: EventSigning<'a>) -> Ledger<'a> {
        Ledger {
            signing: Some(Arc::new(signing)),
            ..self
        }
    }

    /// The moment, as the ledger writes it.
    pub(super) fn now(&self) -> Timestamp {
        Timestamp::utc(self.clock.now())
    }

    /// Everything that this clone knows of the ledger. Where its own branch and the remote-tracking one went apart, both
    /// count: events never contradict each other.
    pub(super) fn view(&self) -> Result<View<'a>, Failure> {
        let remote = &self.settings.remote;
        let local = self.delivery.reference(&format!("refs/heads/{}", ledger::BRANCH))?;
        let tracking = self.delivery.remote_tip(ledger::BRANCH, remote)?;
        let commits = match (&local, &tracking) {
            (None, None) => {
                // fails where this clone cannot know whether there is one
                self.delivery.tip(ledger::BRANCH, remote)?;
                Vec::new()
            }
            (Some(one), None) | (None, Some(one)) => vec![one.clone()],
            (Some(local), Some(tracking)) if self.is_ancestor(tracking, local)? => vec![local.clone()],
            (Some(local), Some(tracking)) if self.is_ancestor(local, tracking)? => vec![tracking.clone()],
            (Some(local), Some(tracking)) => vec![tracking.clone(), local.clone()],
        };
        Ok(View::new(self.delivery, commits, local))
    }

    /// The same for who decides by it: what was taken out of the branch's history is told as well.
    pub(super) fn whole(&self) -> Result<View<'a>, Failure> {
        let mut view = self.view()?;
        view.lost = Lost::of(self.delivery, self.files, &view.commits)?;
        Ok(view)
    }

    fn is_ancestor(&self, commit: &GitId, descendant: &GitId) -> Result<bool, Failure> {
        let found = self.delivery.ancestors(descendant, &[commit.clone()].into())?;
        Ok(!found.is_empty())
    }

    /// Whether this clone has it at all.
    pub(super) fn is_here(&self) -> Result<bool, Failure> {
        let local = self.delivery.reference(&format!("refs/heads/{}", ledger::BRANCH))?;
        Ok(local.is_some()
            || self
                .delivery
                .remote_tip(ledger::BRANCH, &self.settings.remote)?
                .is_some())
    }

    /// What a fetch brings of the ledger.
    pub(super) fn refspec(settings: &Delivery) -> String {
        let remote = &settings.remote;
        // by pattern, since a remote without a ledger is no failure
        format!("+refs/heads/lockstep/*:refs/remotes/{remote}/lockstep/*")
    }
}

/// Who does it: as git's settings say, or the author of the environment commits where they do not.
pub(super) fn operator(repository: &dyn Repository, workspace: &Workspace) -> Result<String, Failure> {
    let own = repository.identity()?;
    Ok(own.unwrap_or_else(|| workspace.fleet.delivery.author.clone()))
}
