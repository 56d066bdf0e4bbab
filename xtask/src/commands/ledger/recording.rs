//! What a command itself has to say to the ledger, the remote looked at before and told after where the user wants it.

use std::collections::BTreeSet;

use lockstep::model::{EnvironmentName, Finding, Timestamp};
use lockstep::release::ledger::{Draft, Fact, Sealed};
use lockstep::workspace::Workspace;

use super::write::Make;
use super::{Ledger, Recorder, operator};
use crate::commands::reason;
use crate::commands::remote::Remote;
use crate::commands::signing::{EventSigning, SigningArgs};
use crate::commands::tries::{MOST_PUSHES, spread};
use crate::context::Context;
use crate::failure::{Failure, FailureKind};
use crate::ports::Repository;

/// Whether the remote takes part.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub(in super::super) struct PushArgs {
    /// Look at the remote first, and push the ledger.
    #[arg(long)]
    pub(in super::super) push: bool,
}

/// The ledger of a command that records.
pub(in super::super) struct Recording<'a> {
    pub(in super::super) ledger: Ledger<'a>,
    remote: Remote<'a>,
    with: PushArgs,
    by: String,
    /// The moment of all that the command records.
    pub(in super::super) time: Timestamp,
}

impl<'a> Recording<'a> {
    /// Fetches where the remote takes part.
    pub(in super::super) fn begin(
        context: &'a Context,
        repository: &dyn Repository,
        delivery: &'a dyn Repository,
        workspace: &'a Workspace,
        with: PushArgs,
    ) -> Result<Recording<'a>, Failure> {
        let remote = Remote::of(delivery, workspace, context.clock.now());
        if with.push {
            remote.fetch()?;
        }
        let signing = EventSigning::of(context, repository, workspace, &SigningArgs::default())?;
        let ledger = Ledger::new(context, delivery, workspace).signed_by(signing);
        let recorder = Recorder {
            by: operator(repository, workspace)?,
            started: ledger.now(),
            own: BTreeSet::new(),
        };
        ledger.catch_up(workspace, &recorder, &[])?;
        Ok(Recording {
            remote,
            with,
            by: recorder.by,
            time: recorder.started,
            ledger,
        })
    }

    /// An event of a unit, or of an agent wherever it runs.
    pub(in super::super) fn draft(&self, environment: Option<&EnvironmentName>, unit: &str, fact: Fact) -> Draft {
        Draft {
            environment: environment.cloned(),
            unit: unit.to_owned(),
            time: self.time,
            by: self.by.clone(),
            recovered: false,
            fact,
        }
    }

    /// What is to be said where the remote took part: releases that it knows of now and does not have.
    pub(in super::super) fn unpushed(&self) -> Result<Vec<Finding>, Failure> {
        match self.with.push {
            true => Ok(self.remote.unpushed()?.into_iter().collect()),
            false => Ok(Vec::new()),
        }
    }

    /// Appends events and shares them.
    pub(in super::super) fn record(&self, make: Make<'_>) -> Result<Vec<Sealed>, Failure> {
        let events = self.ledger.append(&|view| {
            let drafts = make(view)?;
            match drafts.iter().find_map(Draft::secret) {
                None => Ok(drafts),
                Some(kind) => Err(reason::secret(kind)),
            }
        })?;
        self.share()?;
        Ok(events)
    }

    /// Pushes the ledger where the remote takes part, on top of what others recorded meanwhile; returns whether there was
    /// anything to push.
    pub(in super::super) fn share(&self) -> Result<bool, Failure> {
        match self.with.push {
            true => share(&self.ledger, &self.remote),
            false => Ok(false),
        }
    }
}

/// Pushes the ledger, on top of what others recorded meanwhile; returns whether there was anything to push.
pub(in super::super) fn share(ledger: &Ledger<'_>, remote: &Remote<'_>) -> Result<bool, Failure> {
    let clock = ledger.clock;
    let mut attempt = 1;
    let mut began = clock.monotonic();
    loop {
        match remote.push(&[]) {
            Err(failure) if failure.kind == FailureKind::Race && attempt < MOST_PUSHES => {
                clock.stagger(spread(clock.monotonic() - began, attempt));
                attempt += 1;
                began = clock.monotonic();
                remote.fetch()?;
                ledger.append(&|_| Ok(Vec::new()))?;
            }
            result => return result,
        }
    }
}
