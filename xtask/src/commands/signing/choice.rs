//! Who signs for an environment: what the command line names, or whoever of those here may.

use std::sync::Arc;

use lockstep::artifact::{DEVELOPMENT, Proof, PublicKey, SignerEntry, TrustFile};
use lockstep::model::{EnvironmentName, Problem};
use lockstep::release::CommitPlan;
use lockstep::workspace::layout;
use lockstep::yaml;

use super::super::trust::{development_file, key_folder};
use super::signers::{Signers, kept, read_token};
use super::{Outcome, Signing};
use crate::adapters::signer::LocalKey;
use crate::failure::{Failure, FailureKind};
use crate::ports::Signer;

impl Signing<'_> {
    /// Who signs for an environment; nobody where nobody has to.
    pub(super) fn signer(
        &self,
        environment: &EnvironmentName,
        commit: &CommitPlan,
        signers: &Signers,
        outcome: &mut Outcome,
    ) -> Result<Option<Arc<dyn Signer>>, Failure> {
        if let Some(signer) = self.named(signers)? {
            return match self.refusal(&signer.proof(), environment, commit) {
                None => Ok(Some(signer)),
                Some(problem) => Err(self.refused(environment, &problem)),
            };
        }
        let mut nearest = None;
        for (path, public) in kept(self.context, self.repository)? {
            match self.refusal(&Proof::Key(public), environment, commit) {
                None => return Ok(Some(signers.key(self.context, &path)?)),
                Some(problem) if problem.rule != "unknown-signer" => nearest = Some(problem),
                Some(_) => {}
            }
        }
        let certified = self.trusted.admits_identity(environment);
        if certified && let Some(identity) = &self.context.environment.identity {
            let signer = signers.certified(self.context, identity, &self.trusted.instance)?;
            match self.refusal(&signer.proof(), environment, commit) {
                None => return Ok(Some(signer)),
                problem => nearest = problem,
            }
        }
        let covered = self.trusted.file_covers(environment);
        if self.trusted.is_candidate(environment) && !(covered && self.push) {
            return self.development_key(signers, outcome).map(Some);
        }
        if !covered {
            return Ok(None);
        }
        Err(match nearest {
            Some(problem) => self.refused(environment, &problem),
            None if certified => self.without_identity(environment),
            None => self.refused(environment, &unknown("none of the keys that this clone keeps is")),
        })
    }

    /// Whether there is anything but the development key to sign for an environment with.
    pub(super) fn has_key(&self, environment: &EnvironmentName) -> Result<bool, Failure> {
        if self.args.key.is_some() || self.args.identity_token.is_some() {
            return Ok(true);
        }
        if self.trusted.admits_identity(environment) && self.context.environment.identity.is_some() {
            return Ok(true);
        }
        let admitted = |public: PublicKey| {
            let mut entries = self.trusted.trust.with_key(public.id()).into_iter();
            entries.any(|signer| signer.revoked.is_none() && signer.environments.contains(environment))
        };
        let keys = kept(self.context, self.repository)?;
        Ok(keys.into_iter().any(|(_, public)| admitted(public)))
    }

    /// What the command line names.
    fn named(&self, signers: &Signers) -> Result<Option<Arc<dyn Signer>>, Failure> {
        if let Some(path) = &self.args.key {
            return Ok(Some(signers.key(self.context, &self.context.folder.join(path))?));
        }
        let Some(path) = &self.args.identity_token else {
            return Ok(None);
        };
        let identity = read_token(self.context, path)?;
        signers
            .certified(self.context, &identity, &self.trusted.instance)
            .map(Some)
    }

    /// What keeps a signer from signing a commit's statements; nothing where one of its entries lets it.
    fn refusal(&self, proof: &Proof, environment: &EnvironmentName, commit: &CommitPlan) -> Option<Problem> {
        let now = self.context.clock.now();
        // of a certificate the time in the log will count, and that is about now
        let signed = matches!(proof, Proof::Identity { .. }).then_some(now);
        let mut first = None;
        for signer in self.trusted.trust.with_proof(proof) {
            let mut refusals = commit
                .statements
                .keys()
                .filter_map(|unit| signer.refusal(environment, unit, commit.sequence, now, signed));
            match refusals.next() {
                None => return None,
                Some(problem) => first = first.or(Some(problem)),
            }
        }
        first.or_else(|| Some(unknown(&format!("{proof} is not"))))
    }

    fn refused(&self, environment: &EnvironmentName, problem: &Problem) -> Failure {
        let message = format!("could not sign for `{environment}`: {}", problem.message);
        Failure::new(FailureKind::Usage, message)
            .hint(format!(
                "trust is read from `{}` at {}",
                layout::TRUST,
                self.trusted.source
            ))
            .hint("name another key with `--key`, or make one with `cargo xtask keys init`")
    }

    /// Somebody may sign with a certificate, and nothing here says who this is.
    fn without_identity(&self, environment: &EnvironmentName) -> Failure {
        let message = format!(
            "could not sign for `{environment}`: `{}` at {} lets identities sign, and this run has no token that says who it is",
            layout::TRUST,
            self.trusted.source
        );
        Failure::new(FailureKind::Usage, message)
            .hint("in GitHub Actions, give the job `permissions: {id-token: write}`")
            .hint("in GitLab CI/CD, give it `id_tokens: {SIGSTORE_ID_TOKEN: {aud: sigstore}}`")
            .hint("elsewhere, name a file with a token, `--identity-token`, or a key, `--key`")
    }

    /// The key that this clone made for itself, made now if there is none.
    fn development_key(&self, signers: &Signers, outcome: &mut Outcome) -> Result<Arc<dyn Signer>, Failure> {
        let folder = key_folder(self.repository);
        let path = folder.join(format!("{DEVELOPMENT}.key"));
        if !self.context.files.exists(&path) {
            let document = LocalKey::generate()?;
            let key = LocalKey::from_pkcs8(&document)?;
            let pem = LocalKey::to_pem(&document);
            self.context.files.write_private(&path, pem.as_bytes())?;
            let public = key.public().to_pem();
            self.context
                .files
                .write(&folder.join(format!("{DEVELOPMENT}.pub")), public.as_bytes())?;
            outcome.notes.push_str(&format!(
                "made a development key in `{}`: what it signs counts in this clone alone, for environments that follow the candidate\n",
                folder.display()
            ));
        }
        let key = signers.key(self.context, &path)?;
        self.believe(key.public())?;
        Ok(key)
    }

    /// Writes the development key's entry beside it, unless it is there.
    fn believe(&self, key: &PublicKey) -> Result<(), Failure> {
        let known = self.trusted.development(self.context, self.repository)?;
        if !known.with_key(key.id()).is_empty() {
            return Ok(());
        }
        let environments = self.workspace.environments.iter().map(|environment| &environment.name);
        let file = TrustFile {
            signers: vec![SignerEntry {
                name: DEVELOPMENT.to_owned(),
                key: Some(key.to_pem()),
                environments: environments
                    .filter(|name| self.trusted.is_candidate(name))
                    .cloned()
                    .collect(),
                ..SignerEntry::default()
            }],
            ..TrustFile::default()
        };
        let text = yaml::write_typed(&file);
        self.context
            .files
            .write(&development_file(self.repository), text.as_bytes())
    }
}

fn unknown(who: &str) -> Problem {
    Problem::error("unknown-signer", "", format!("{who} in the trust file"))
}
