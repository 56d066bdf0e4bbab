//! Whom to believe: the trust file at the tip of the branch that people edit, and this clone's own development key.

use std::path::{Path, PathBuf};

use lockstep::artifact::{Proof, Trust, TrustFile};
use lockstep::model::{EnvironmentName, FileTree, Finding};
use lockstep::workspace::files::Follows;
use lockstep::workspace::{Environment, Workspace, layout, read_trust};

use crate::adapters::signer::keyless::Instance;
use crate::context::Context;
use crate::failure::{Failure, FailureKind};
use crate::ports::{CommitSigning, GitId, Repository};

/// Whom to believe, and where that is written.
pub(super) struct Trusted {
    /// Who may sign, the development key of this clone included.
    pub(super) trust: Trust,
    /// What the trust file says.
    pub(super) file: TrustFile,
    /// What is wrong with it.
    pub(super) findings: Vec<Finding>,
    /// Where it was read, in words.
    pub(super) source: String,
    /// The file that the findings are about.
    pub(super) sources: FileTree,
    /// Whose services certify identities.
    pub(super) instance: Instance,
    /// Why it proves nothing, where it was read from what is checked out though a remote has the branch that people edit.
    pub(super) unvouched: Option<Failure>,
    /// Environments that follow the candidate, which a development key may sign for.
    candidates: Vec<EnvironmentName>,
}

impl Trusted {
    /// Reads the trust file: the one that is given, or that of the branch that people edit.
    pub(super) fn read(
        context: &Context,
        repository: &dyn Repository,
        workspace: &Workspace,
        given: Option<&Path>,
    ) -> Result<Trusted, Failure> {
        let mut unvouched = None;
        let (source, [bytes, signing_config, trusted_root]) = match given {
            Some(path) => (context.folder.join(path).display().to_string(), beside(context, path)?),
            None => {
                let (source, commit) = match dry_tip(repository, workspace)? {
                    Some(tip) => tip,
                    None => {
                        unvouched = unfetched(repository, workspace)?;
                        ("HEAD".to_owned(), repository.head()?.id)
                    }
                };
                let files = repository.read(&commit, &FILES.map(str::to_owned))?;
                let mut files = files.into_iter().map(|file| file.map(|bytes| bytes.to_vec()));
                (source, std::array::from_fn(|_| files.next().flatten()))
            }
        };
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let instance = Instance {
            signing_config: signing_config.map(text),
            trusted_root: trusted_root.map(text),
        };
        let mut sources = FileTree::default();
        let name = given.map_or_else(|| layout::TRUST.to_owned(), |path| path.display().to_string());
        let (file, mut trust, findings) = match bytes {
            Some(bytes) => {
                let read = read_trust(&name, &bytes);
                sources.insert(name, bytes);
                read
            }
            None => Default::default(),
        };
        let follows = |environment: &&Environment| environment.file.follows == Follows::Candidate;
        let candidates: Vec<EnvironmentName> = workspace
            .environments
            .iter()
            .filter(follows)
            .map(|environment| environment.name.clone())
            .collect();
        if given.is_none() {
            trust.extend(development(context, repository, &candidates)?.signers);
        }
        Ok(Trusted {
            trust,
            file,
            findings,
            source,
            sources,
            instance,
            unvouched,
            candidates,
        })
    }

    /// The same for those who verify: what is checked out may be the very thing to judge.
    pub(super) fn vouched(self) -> Result<Trusted, Failure> {
        self.unvouched.clone().map_or(Ok(self), Err)
    }

    /// Whether an environment follows the candidate.
    pub(super) fn is_candidate(&self, environment: &EnvironmentName) -> bool {
        self.candidates.contains(environment)
    }

    /// Whether the trust file itself, without the development key, lets anyone sign for an environment.
    pub(super) fn file_covers(&self, environment: &EnvironmentName) -> bool {
        let mut signers = self.file.signers.iter();
        signers.any(|signer| signer.environments.contains(environment))
    }

    /// Whether someone may sign for an environment with a certificate.
    pub(super) fn admits_identity(&self, environment: &EnvironmentName) -> bool {
        self.trust
            .signers
            .iter()
            .any(|signer| matches!(signer.proof, Proof::Identity { .. }) && signer.environments.contains(environment))
    }

    /// Whether commits of an environment must be signed.
    pub(super) fn commits(&self, environment: &EnvironmentName) -> CommitSigning {
        let keys = self.trust.commits.get(environment);
        keys.map_or(CommitSigning::AsSet, |keys| CommitSigning::Demanded(keys.clone()))
    }

    /// Believes the development key that was made a moment ago.
    pub(super) fn development(&self, context: &Context, repository: &dyn Repository) -> Result<Trust, Failure> {
        development(context, repository, &self.candidates)
    }
}

/// What of Sigstore stands beside a trust file, by its path from there; the file itself is the first.
const FILES: [&str; 3] = [layout::TRUST, layout::SIGNING_CONFIG, layout::TRUSTED_ROOT];

/// A trust file that is given, and what stands beside it.
fn beside(context: &Context, path: &Path) -> Result<[Option<Vec<u8>>; 3], Failure> {
    let trust = context.named_file(path)?;
    let path = context.folder.join(path);
    let read = |name: &str| {
        let name = name.strip_prefix(layout::ENVIRONMENTS).unwrap_or(name);
        let folder = path.parent().unwrap_or(&context.folder);
        context.files.read(&folder.join(name.trim_start_matches('/')))
    };
    let [_, signing_config, trusted_root] = FILES;
    Ok([Some(trust), read(signing_config)?, read(trusted_root)?])
}

/// Where this clone keeps its keys.
pub(super) fn key_folder(repository: &dyn Repository) -> PathBuf {
    repository.git_folder().join("lockstep/keys")
}

/// Where this clone says that it believes its own development key.
pub(super) fn development_file(repository: &dyn Repository) -> PathBuf {
    repository.git_folder().join("lockstep/trust.yaml")
}

/// The tip of the branch that people edit, as the remote has it, and its name; nothing where this clone knows neither.
fn dry_tip(repository: &dyn Repository, workspace: &Workspace) -> Result<Option<(String, GitId)>, Failure> {
    let delivery = &workspace.fleet.delivery;
    let (remote, branch) = (&delivery.remote, &delivery.dry_branch);
    for (name, reference) in [
        (format!("{remote}/{branch}"), format!("refs/remotes/{remote}/{branch}")),
        (branch.clone(), format!("refs/heads/{branch}")),
    ] {
        if let Some(commit) = repository.reference(&reference)? {
            return Ok(Some((name, commit)));
        }
    }
    Ok(None)
}

/// Who may sign is said on a branch of the remote that this clone did not fetch.
fn unfetched(repository: &dyn Repository, workspace: &Workspace) -> Result<Option<Failure>, Failure> {
    let delivery = &workspace.fleet.delivery;
    let (remote, branch) = (&delivery.remote, &delivery.dry_branch);
    if repository.remote_url(remote)?.is_none() {
        return Ok(None);
    }
    let message = format!(
        "could not tell whom to believe: `{}` counts on the branch `{branch}` of `{remote}`, which this clone lacks",
        layout::TRUST
    );
    let fetch = format!("git fetch {remote} '+refs/heads/{branch}:refs/remotes/{remote}/{branch}'");
    Ok(Some(
        Failure::new(FailureKind::Repository, message)
            .hint(format!("fetch it: `{fetch}`"))
            .hint("or name a trust file that you believe, where the command takes one: `--trust`"),
    ))
}

/// What this clone says of its own development key, which counts for environments that follow the candidate alone,
/// whatever the file names.
fn development(
    context: &Context,
    repository: &dyn Repository,
    candidates: &[EnvironmentName],
) -> Result<Trust, Failure> {
    let path = development_file(repository);
    let Some(bytes) = context.files.read_own(&path)? else {
        return Ok(Trust::default());
    };
    let (_, mut trust, findings) = read_trust(&path.display().to_string(), &bytes);
    if let Some(finding) = findings.into_iter().next() {
        return Err(
            Failure::new(FailureKind::Disk, format!("`{}`: {}", path.display(), finding.message))
                .hint("remove it and the folder `keys` beside it: the next release makes them anew"),
        );
    }
    for signer in &mut trust.signers {
        signer.environments = candidates.to_vec();
    }
    Ok(trust)
}
