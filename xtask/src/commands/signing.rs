//! Signs what a run is about to commit: every statement of its plans.

mod choice;
mod events;
mod signers;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use lockstep::artifact::{BuildRun, DrySource, Trust, TrustFile, key_command, provenance, read_statement};
use lockstep::model::{EnvironmentName, Finding};
use lockstep::release::{CommitPlan, EnvironmentPlan, HydratorMetadata, Signatures};
use lockstep::workspace::{Environment, Workspace, layout};

pub(super) use self::events::{EventSigning, Together};
use self::signers::Signers;
use super::trust::Trusted;
use crate::context::Context;
use crate::failure::Failure;
use crate::ports::{GitId, Repository, Signer};

/// How to sign.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct SigningArgs {
    /// Sign with this key file, instead of a key that this clone keeps.
    #[arg(long, value_name = "FILE")]
    pub(super) key: Option<PathBuf>,
    /// Sign with a certificate for whom the token in this file names, instead of a key.
    #[arg(long, value_name = "FILE", conflicts_with = "key")]
    pub(super) identity_token: Option<PathBuf>,
    /// Read the passphrase of the key from this file descriptor.
    #[arg(long, value_name = "N")]
    pub(super) passphrase_fd: Option<u32>,
    /// Believe this trust file, instead of the one on the branch that people edit.
    #[arg(long, value_name = "FILE")]
    pub(super) trust: Option<PathBuf>,
}

/// Signs for a run.
pub(super) struct Signing<'a> {
    pub(super) context: &'a Context,
    pub(super) repository: &'a dyn Repository,
    pub(super) workspace: &'a Workspace,
    pub(super) trusted: &'a Trusted,
    pub(super) args: &'a SigningArgs,
    /// Whether others will see what is signed.
    pub(super) push: bool,
}

/// What came of signing.
#[derive(Default)]
pub(super) struct Outcome {
    /// What is worth knowing, line by line.
    pub(super) notes: String,
    /// What stays unsigned.
    pub(super) warnings: Vec<Finding>,
}

impl Signing<'_> {
    /// Of these environments, those whose releases are signed, and which signatures there stay. Where this run signs with
    /// more than the development key, what is signed by a key that the trust file does not know is signed anew: nobody
    /// else believes it.
    pub(super) fn signed(
        &self,
        environments: &[&Environment],
    ) -> Result<BTreeMap<EnvironmentName, Signatures>, Failure> {
        let mut signed = BTreeMap::new();
        for name in environments.iter().map(|environment| &environment.name) {
            let covered = self.trusted.file_covers(name);
            if covered && (!self.trusted.is_candidate(name) || self.push || self.has_key(name)?) {
                let (known, _) = Trust::of(&self.trusted.file);
                signed.insert(name.clone(), Signatures::OfKeys(known.key_ids().collect()));
            } else if self.trusted.trust.covers(name) || self.trusted.is_candidate(name) {
                signed.insert(name.clone(), Signatures::All);
            }
        }
        Ok(signed)
    }

    /// Of these environments, those that are pushed with signatures that nobody else believes.
    pub(super) fn believed_here_alone(&self, environments: &[&Environment]) -> Vec<Finding> {
        let names = environments.iter().map(|environment| &environment.name);
        names
            .filter(|name| self.push && self.trusted.is_candidate(name) && !self.trusted.file_covers(name))
            .map(|name| {
                let message = format!("`{name}` is signed by this clone's own key, which nobody else believes");
                unproved(&self.trusted.file, name, message)
            })
            .collect()
    }

    /// Signs every statement of plans that are rendered from a dry commit, and puts the bundles into them.
    pub(super) fn sign(&self, plans: &mut [EnvironmentPlan], dry: &GitId) -> Result<Outcome, Failure> {
        let mut outcome = Outcome::default();
        let signers = self.signers();
        for plan in plans {
            if let Some(commit) = &mut plan.commit {
                self.sign_with(&plan.environment, commit, Some(dry), &signers, &mut outcome)?;
            }
        }
        Ok(outcome)
    }

    /// Signs every statement of one commit and puts the bundles into it.
    pub(super) fn sign_commit(
        &self,
        environment: &EnvironmentName,
        commit: &mut CommitPlan,
    ) -> Result<Outcome, Failure> {
        let mut outcome = Outcome::default();
        self.sign_with(environment, commit, None, &self.signers(), &mut outcome)?;
        Ok(outcome)
    }

    fn signers(&self) -> Signers {
        Signers::new(self.args.passphrase_fd)
    }

    fn sign_with(
        &self,
        environment: &EnvironmentName,
        commit: &mut CommitPlan,
        dry: Option<&GitId>,
        signers: &Signers,
        outcome: &mut Outcome,
    ) -> Result<(), Failure> {
        let Some(signer) = self.signer(environment, commit, signers, outcome)? else {
            outcome.warnings.push(unsigned(&self.trusted.file, environment));
            return Ok(());
        };
        let statements: Vec<Arc<[u8]>> = commit.statements.values().cloned().collect();
        let bundles = signer.sign(&statements)?;
        for (unit, bundle) in commit.statements.keys().zip(bundles) {
            commit.files.insert(layout::branch::bundle(unit), Some(bundle));
        }
        match self.context.environment.build_run() {
            Some(run) => self.attest(commit, dry, &*signer, &run),
            None => Ok(()),
        }
    }

    /// Signs which run of a CI service made the units of a commit, beside their releases: a run that renders a dry commit
    /// makes them whether or not they come out as they were.
    fn attest(
        &self,
        commit: &mut CommitPlan,
        dry: Option<&GitId>,
        signer: &dyn Signer,
        run: &BuildRun,
    ) -> Result<(), Failure> {
        let mut units = Vec::new();
        let mut statements: Vec<Arc<[u8]>> = Vec::new();
        for (unit, statement) in &commit.statements {
            let metadata = commit.files.get(&layout::branch::metadata(unit));
            let metadata = metadata.and_then(Option::as_deref);
            let metadata = metadata.and_then(|bytes| serde_json::from_slice::<HydratorMetadata>(bytes).ok());
            let source = match (&metadata, dry) {
                (Some(metadata), _) => DrySource {
                    repository: &metadata.repo_url,
                    commit: &metadata.dry_sha,
                },
                // it says already that it is of this dry commit
                (None, Some(dry)) => DrySource {
                    repository: &self.workspace.fleet.delivery.repo_url,
                    commit: &dry.0,
                },
                (None, None) => continue,
            };
            if let Ok(release) = read_statement(statement) {
                units.push(unit.clone());
                statements.push(provenance(&release, source, run).into());
            }
        }
        for (unit, bundle) in units.iter().zip(signer.sign(&statements)?) {
            commit.files.insert(layout::branch::provenance(unit), Some(bundle));
        }
        Ok(())
    }
}

fn unsigned(file: &TrustFile, environment: &EnvironmentName) -> Finding {
    let message = format!("`{environment}` is released without a signature: nobody may sign for it");
    unproved(file, environment, message)
}

fn unproved(file: &TrustFile, environment: &EnvironmentName, message: String) -> Finding {
    let signers: Vec<&str> = file.signers.iter().map(|signer| signer.name.as_str()).collect();
    let command = key_command(&signers, &[environment]);
    Finding::warning("unsigned-release", message)
        .in_file(layout::TRUST)
        .help(format!(
            "make a key and let it sign: `{command}`; it counts when the remote has it"
        ))
}
