//! Signs what a run is about to commit: with which key, or why not.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lockstep::artifact::{BuildRun, DrySource, PublicKey, SignerEntry, Trust, TrustFile, provenance, read_statement};
use lockstep::model::{EnvironmentName, Finding, Problem};
use lockstep::release::{CommitPlan, EnvironmentPlan, HydratorMetadata};
use lockstep::workspace::{Workspace, layout};
use lockstep::yaml;

use super::trust::{Trusted, development_file, key_folder};
use crate::adapters::signer::passphrase::{self, Novelty};
use crate::adapters::signer::{LocalKey, encrypted};
use crate::context::Context;
use crate::failure::{Failure, FailureKind};
use crate::ports::{Repository, Signer};

/// What this clone calls the key that it makes for itself.
const DEVELOPMENT: &str = "development";

/// How to sign.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct SigningArgs {
    /// Sign with this key file, instead of a key that this clone keeps.
    #[arg(long, value_name = "FILE")]
    pub(super) key: Option<PathBuf>,
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
    /// Signs every statement of the plans and puts the bundles into them.
    pub(super) fn sign(&self, plans: &mut [EnvironmentPlan]) -> Result<Outcome, Failure> {
        let mut outcome = Outcome::default();
        let mut keys = self.keys();
        for plan in plans {
            if let Some(commit) = &mut plan.commit {
                self.sign_with(&plan.environment, commit, &mut keys, &mut outcome)?;
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
        self.sign_with(environment, commit, &mut self.keys(), &mut outcome)?;
        Ok(outcome)
    }

    fn keys(&self) -> Keys {
        Keys {
            descriptor: self.args.passphrase_fd,
            ..Keys::default()
        }
    }

    fn sign_with(
        &self,
        environment: &EnvironmentName,
        commit: &mut CommitPlan,
        keys: &mut Keys,
        outcome: &mut Outcome,
    ) -> Result<(), Failure> {
        let Some(signer) = self.signer(environment, commit, keys, outcome)? else {
            outcome.warnings.push(unsigned(environment));
            return Ok(());
        };
        let statements: Vec<Arc<[u8]>> = commit.statements.values().cloned().collect();
        let bundles = signer.sign(&statements)?;
        for (unit, bundle) in commit.statements.keys().zip(bundles) {
            commit.files.insert(layout::branch::bundle(unit), Some(bundle));
        }
        match self.context.environment.build_run() {
            Some(run) => attest(commit, &*signer, &run),
            None => Ok(()),
        }
    }

    /// Who signs for an environment; nobody where nobody has to.
    fn signer(
        &self,
        environment: &EnvironmentName,
        commit: &CommitPlan,
        keys: &mut Keys,
        outcome: &mut Outcome,
    ) -> Result<Option<Arc<dyn Signer>>, Failure> {
        let now = self.context.clock.now();
        let refusal = |trust: &Trust, key: &PublicKey| refusal(trust, key, environment, commit, now);
        if let Some(path) = &self.args.key {
            let key = keys.open(self.context, &self.context.folder.join(path))?;
            return match refusal(&self.trusted.trust, key.public()) {
                None => Ok(Some(key)),
                Some(problem) => Err(self.refused(environment, &problem)),
            };
        }
        let mut nearest = None;
        for (path, public) in kept(self.context, self.repository)? {
            match refusal(&self.trusted.trust, &public) {
                None => return Ok(Some(keys.open(self.context, &path)?)),
                Some(problem) if problem.rule != "unknown-signer" => nearest = Some(problem),
                Some(_) => {}
            }
        }
        let covered = self.trusted.file_covers(environment);
        if self.trusted.is_candidate(environment) && !(covered && self.push) {
            return self.development_key(keys, outcome).map(Some);
        }
        if !covered {
            return Ok(None);
        }
        let problem = nearest.unwrap_or_else(|| {
            Problem::error(
                "unknown-signer",
                "",
                "none of the keys that this clone keeps is in the trust file",
            )
        });
        Err(self.refused(environment, &problem))
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

    /// The key that this clone made for itself, made now if there is none.
    fn development_key(&self, keys: &mut Keys, outcome: &mut Outcome) -> Result<Arc<dyn Signer>, Failure> {
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
        let key = keys.open(self.context, &path)?;
        self.believe(key.public())?;
        Ok(key)
    }

    /// Writes the development key's entry beside it, unless it is there.
    fn believe(&self, key: &PublicKey) -> Result<(), Failure> {
        let known = self.trusted.development(self.context, self.repository)?;
        if !known.with_key(&key.id()).is_empty() {
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

/// Signs which run of a CI service made the units of a commit, beside their releases.
fn attest(commit: &mut CommitPlan, signer: &dyn Signer, run: &BuildRun) -> Result<(), Failure> {
    let mut units = Vec::new();
    let mut statements: Vec<Arc<[u8]>> = Vec::new();
    for (unit, statement) in &commit.statements {
        let metadata = commit
            .files
            .get(&layout::branch::metadata(unit))
            .and_then(Option::as_deref);
        let metadata = metadata.and_then(|bytes| serde_json::from_slice::<HydratorMetadata>(bytes).ok());
        // where a unit keeps its files, another run made them
        if let (Some(metadata), Ok(release)) = (metadata, read_statement(statement)) {
            let source = DrySource {
                repository: &metadata.repo_url,
                commit: &metadata.dry_sha,
            };
            units.push(unit.clone());
            statements.push(provenance(&release, source, run).into());
        }
    }
    for (unit, bundle) in units.iter().zip(signer.sign(&statements)?) {
        commit.files.insert(layout::branch::provenance(unit), Some(bundle));
    }
    Ok(())
}

/// Keys that a run has opened, so that a passphrase is asked for once.
#[derive(Default)]
struct Keys {
    open: BTreeMap<PathBuf, Arc<LocalKey>>,
    /// Where the passphrase is read from, if not from the environment or the terminal.
    descriptor: Option<u32>,
}

impl Keys {
    fn open(&mut self, context: &Context, path: &Path) -> Result<Arc<LocalKey>, Failure> {
        if let Some(key) = self.open.get(path) {
            return Ok(Arc::clone(key));
        }
        let key = Arc::new(read_key(context, path, self.descriptor)?);
        self.open.insert(path.to_owned(), Arc::clone(&key));
        Ok(key)
    }
}

/// Reads a key file.
fn read_key(context: &Context, path: &Path, descriptor: Option<u32>) -> Result<LocalKey, Failure> {
    let failed = |what: &str| Failure::new(FailureKind::Usage, format!("`{}` {what}", path.display()));
    let bytes = context.files.read(path)?.ok_or_else(|| failed("does not exist"))?;
    let text = String::from_utf8(bytes).map_err(|_| failed("is no key in PEM"))?;
    if encrypted::is_encrypted(&text) {
        encrypted::available()?;
        let prompt = format!("passphrase of `{}`", path.display());
        let secret = passphrase::ask(
            &context.environment,
            &*context.files,
            descriptor,
            &prompt,
            Novelty::Known,
        )?;
        return encrypted::open(&text, &secret);
    }
    LocalKey::from_pem(&text).unwrap_or_else(|| Err(failed("is no private key in PEM")))
}

/// The keys that this clone keeps beside its own development key: where each is, and its public half.
fn kept(context: &Context, repository: &dyn Repository) -> Result<Vec<(PathBuf, PublicKey)>, Failure> {
    let folder = key_folder(repository);
    if !context.files.exists(&folder) {
        return Ok(Vec::new());
    }
    let tree = context.files.tree(&folder, &|path| path.ends_with(".pub"))?;
    let mut keys = Vec::new();
    let own = format!("{DEVELOPMENT}.pub");
    for (name, _) in tree.entries().filter(|(name, _)| *name != own) {
        let text = tree.get(name).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        if let Some(public) = text.as_deref().and_then(PublicKey::from_pem) {
            keys.push((folder.join(name).with_extension("key"), public));
        }
    }
    Ok(keys)
}

/// What keeps a key from signing a commit's statements; nothing where one of its entries lets it.
fn refusal(
    trust: &Trust,
    key: &PublicKey,
    environment: &EnvironmentName,
    commit: &CommitPlan,
    now: i64,
) -> Option<Problem> {
    let mut first = None;
    for signer in trust.with_key(&key.id()) {
        let mut refusals = commit
            .statements
            .keys()
            .filter_map(|unit| signer.refusal(environment, unit, commit.sequence, now, None));
        match refusals.next() {
            None => return None,
            Some(problem) => first = first.or(Some(problem)),
        }
    }
    first.or_else(|| {
        let message = format!("the key `{}` is not in the trust file", key.id());
        Some(Problem::error("unknown-signer", "", message))
    })
}

fn unsigned(environment: &EnvironmentName) -> Finding {
    Finding::warning(
        "unsigned-release",
        format!("`{environment}` is released without a signature: nobody may sign for it"),
    )
    .in_file(layout::TRUST)
    .help("make a key and let it sign: `cargo xtask keys init`")
}
