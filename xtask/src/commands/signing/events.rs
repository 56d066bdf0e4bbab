//! Who signs events of the ledger: whoever of those here may, where the trust file knows them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use lockstep::artifact::{Proof, PublicKey, Trust, TrustedSigner};
use lockstep::model::EnvironmentName;
use lockstep::workspace::{Workspace, layout};

use super::SigningArgs;
use super::signers::{Signers, kept, read_token};
use crate::adapters::signer::keyless::Instance;
use crate::commands::trust::Trusted;
use crate::context::Context;
use crate::failure::{Failure, FailureKind};
use crate::ports::{Repository, Signer};

/// What a run signs events with. A development key signs none: they are for everyone, and nobody else believes it.
pub(in super::super) struct EventSigning<'a> {
    context: &'a Context,
    trust: Trust,
    instance: Instance,
    keys: Vec<(PathBuf, PublicKey)>,
    args: SigningArgs,
}

/// Events that one signature is to be about.
pub(in super::super) struct Together<'a> {
    /// Their environment; none of those about agents wherever they run.
    pub(in super::super) environment: Option<&'a EnvironmentName>,
    /// Their units.
    pub(in super::super) units: BTreeSet<&'a str>,
    /// How far the environments are.
    pub(in super::super) releases: &'a BTreeMap<EnvironmentName, u64>,
    /// Whether one of them may count only when it is signed.
    pub(in super::super) matters: bool,
}

impl<'a> EventSigning<'a> {
    /// Signs with what these arguments say, or with what is at hand.
    pub(in super::super) fn new(
        context: &'a Context,
        repository: &dyn Repository,
        trusted: &Trusted,
        args: &SigningArgs,
    ) -> Result<EventSigning<'a>, Failure> {
        let mut keys = kept(context, repository)?;
        keys.retain(|(path, _)| context.files.exists(path));
        Ok(EventSigning {
            context,
            trust: Trust::of(&trusted.file).0,
            instance: trusted.instance.clone(),
            keys,
            args: args.clone(),
        })
    }

    /// The same by the trust file of a workspace.
    pub(in super::super) fn of(
        context: &'a Context,
        repository: &dyn Repository,
        workspace: &Workspace,
        args: &SigningArgs,
    ) -> Result<EventSigning<'a>, Failure> {
        let trusted = Trusted::read(context, repository, workspace, args.trust.as_deref())?;
        EventSigning::new(context, repository, &trusted, args)
    }

    /// Who signs these events; nobody where nobody here may. Nobody is asked for a passphrase, unless the events would
    /// not count without.
    pub(in super::super) fn signer(&self, events: &Together<'_>) -> Result<Option<Arc<dyn Signer>>, Failure> {
        let signers = Signers::new(self.args.passphrase_fd);
        if let Some(path) = &self.args.key {
            let key = signers.key(self.context, &self.context.folder.join(path))?;
            return Ok(self.admitted(&key.proof(), events).then_some(key as Arc<dyn Signer>));
        }
        let demanded = events.matters
            && events
                .environment
                .is_some_and(|name| self.trust.ledger.contains_key(name));
        if self.args.identity_token.is_none() {
            let admitted = |(_, public): &&(PathBuf, PublicKey)| self.admitted(&Proof::Key(public.clone()), events);
            let keys: Vec<_> = self.keys.iter().filter(admitted).collect();
            for (path, _) in &keys {
                if let Some(key) = signers.key_at_hand(self.context, path)? {
                    return Ok(Some(key));
                }
            }
            let given = self.context.environment.key_passphrase.is_some() || self.args.passphrase_fd.is_some();
            if let Some((path, _)) = keys.first().filter(|_| demanded || events.matters && given) {
                return Ok(Some(signers.key(self.context, path)?));
            }
        }
        let certified = self.certified(&signers, events)?;
        match certified {
            None if demanded => Err(self.nobody(events)),
            signer => Ok(signer),
        }
    }

    /// The certificate of the run, or one that is asked for where it matters.
    fn certified(&self, signers: &Signers, events: &Together<'_>) -> Result<Option<Arc<dyn Signer>>, Failure> {
        let may = self
            .trust
            .signers
            .iter()
            .any(|signer| matches!(signer.proof, Proof::Identity { .. }) && self.refusal(signer, events).is_none());
        let token = self.args.identity_token.as_deref();
        let token = token.map(|path| read_token(self.context, path)).transpose()?;
        let identity = token.as_ref().or(self.context.environment.identity.as_ref());
        let signer = match (self.context.opened.certified(), identity) {
            (Some(signer), _) => signer,
            (None, Some(identity)) if may && events.matters => {
                signers.certified(self.context, identity, &self.instance)?
            }
            _ => return Ok(None),
        };
        Ok(self.admitted(&signer.proof(), events).then_some(signer))
    }

    fn admitted(&self, proof: &Proof, events: &Together<'_>) -> bool {
        let signers = self.trust.with_proof(proof);
        signers.iter().any(|signer| self.refusal(signer, events).is_none())
    }

    fn refusal(&self, signer: &TrustedSigner, events: &Together<'_>) -> Option<lockstep::model::Problem> {
        let now = self.context.clock.now();
        let signed = matches!(signer.proof, Proof::Identity { .. }).then_some(now);
        let mut units = events.units.iter();
        units.find_map(|unit| {
            signer.event_refusal(
                self.trust.place(events.environment),
                unit,
                events.releases,
                (now, signed),
            )
        })
    }

    fn nobody(&self, events: &Together<'_>) -> Failure {
        let environment = events.environment.map_or("", EnvironmentName::as_str);
        let message = format!(
            "could not record it: `{}` asks for signed events of `{environment}`, and nobody here may sign them",
            layout::TRUST
        );
        Failure::new(FailureKind::Usage, message)
            .hint("do it where a key is that the trust file knows for this environment and agent")
    }
}
