//! Signatures of commits, by the programs and settings that git itself uses: `commit.gpgSign`, `gpg.format`,
//! `user.signingKey`, `gpg.program`, `gpg.ssh.program`.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "`gpg` and `ssh-keygen` are run here, and read signatures from files"
)]

use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use git2::{Config, ErrorCode};
use lockstep::artifact::{CommitKey, CommitProof, GPG_ARMOUR, SSH_ARMOUR, gpg_proof, ssh_key};

use super::super::failing;
use super::super::files::Disk;
use super::object::parse_id;
use super::open::GitRepository;
use super::process::{self, Ended};
use super::read::unreadable;
use super::revision;
use crate::failure::{Failure, FailureKind};
use crate::ports::{CommitSigning, Files, GitId};

/// Lines of a program's own words that a failure repeats.
const LAST_LINES: usize = 3;

/// Signs the bytes of a commit, where it is to be signed: an armoured signature, in lines.
pub(super) fn sign(
    repository: &GitRepository,
    bytes: &Arc<[u8]>,
    wanted: &CommitSigning,
) -> Result<Option<String>, Failure> {
    if *wanted == CommitSigning::Never {
        return Ok(None);
    }
    let settings = Settings::of(repository)?;
    if *wanted == CommitSigning::AsSet && !settings.flag("commit.gpgSign") {
        return Ok(None);
    }
    let format = settings.text("gpg.format").unwrap_or_else(|| "openpgp".to_owned());
    let armour = match format.as_str() {
        "openpgp" => settings.sign_with_gpg(repository, bytes)?,
        "ssh" => settings.sign_with_ssh(repository, bytes)?,
        other => return Err(unknown_format(other)),
    };
    if let CommitSigning::Demanded(keys) = wanted {
        // what nobody would believe is not worth a move of the branch
        let proof = settings.proof(repository, &armour, Arc::clone(bytes))?;
        admit(keys, &proof)?;
    }
    Ok(Some(armour))
}

/// Fails where git's settings want every commit signed, and name no key that is here; no key is used, so that nobody is
/// asked for a passphrase.
pub(super) fn refuse_keyless(repository: &GitRepository) -> Result<(), Failure> {
    let settings = Settings::of(repository)?;
    if !settings.flag("commit.gpgSign") {
        return Ok(());
    }
    match settings.text("gpg.format").as_deref() {
        None | Some("openpgp") => settings.find_gpg_key(repository),
        Some("ssh") => settings.find_ssh_key(),
        Some(other) => Err(unknown_format(other)),
    }
}

fn unknown_format(format: &str) -> Failure {
    let message = format!("could not sign the commit: git's `gpg.format` is `{format}`");
    Failure::new(FailureKind::Usage, message)
        .hint("sign with GPG, which Argo CD checks: `git config gpg.format openpgp`")
        .hint("or with SSH: `git config gpg.format ssh`")
}

fn admit(keys: &[CommitKey], proof: &CommitProof) -> Result<(), Failure> {
    let why = match proof {
        CommitProof::Signed(by) if by.iter().any(|key| keys.contains(key)) => return Ok(()),
        CommitProof::Signed(by) => {
            let by = by.last().map_or("the key".to_owned(), CommitKey::words);
            format!("{by} is none of those that may")
        }
        CommitProof::Broken(why) | CommitProof::Unchecked(why) => why.clone(),
        CommitProof::Unsigned => "there is no signature".to_owned(),
    };
    let message = format!("could not sign the commit: {why}");
    Err(Failure::new(FailureKind::Usage, message)
        .hint("the trust file names those keys under `commits:`")
        .hint("choose one of them: `git config user.signingKey`"))
}

/// What a program says of a commit's signature.
pub(super) fn proof(repository: &GitRepository, commit: &GitId) -> Result<CommitProof, Failure> {
    let id = parse_id(commit)?;
    let (armour, signed) = match repository.lease()?.extract_signature(&id, None) {
        Ok(found) => found,
        Err(error) if error.code() == ErrorCode::NotFound => return Ok(CommitProof::Unsigned),
        Err(error) => return Err(unreadable(id, &error)),
    };
    let armour = String::from_utf8_lossy(&armour);
    Settings::of(repository)?.proof(repository, armour.trim(), Arc::from(&signed[..]))
}

/// Git's settings, those of the repository before those of the user.
struct Settings(Config);

impl Settings {
    fn of(repository: &GitRepository) -> Result<Settings, Failure> {
        let config = repository.lease()?.config();
        let mut config = config.map_err(|error| failing::git("could not read git's settings", &error))?;
        config
            .snapshot()
            .map(Settings)
            .map_err(|error| failing::git("could not read git's settings", &error))
    }

    fn flag(&self, name: &str) -> bool {
        self.0.get_bool(name).unwrap_or_default()
    }

    fn text(&self, name: &str) -> Option<String> {
        self.0.get_string(name).ok().filter(|text| !text.is_empty())
    }

    /// A program by its name or path; the first setting that there is counts.
    fn program(&self, names: &[&str], usual: &str) -> PathBuf {
        let set = names.iter().find_map(|name| self.0.get_path(name).ok());
        set.unwrap_or_else(|| usual.into())
    }

    fn gpg(&self) -> Command {
        Command::new(self.program(&["gpg.openpgp.program", "gpg.program"], "gpg"))
    }

    fn ssh_keygen(&self) -> Command {
        Command::new(self.program(&["gpg.ssh.program"], "ssh-keygen"))
    }

    /// What GPG finds the key by.
    fn gpg_key(&self, repository: &GitRepository) -> Result<String, Failure> {
        let key = match self.text("user.signingKey") {
            Some(key) => Some(key),
            None => revision::identity(repository)?,
        };
        key.ok_or_else(no_key)
    }

    fn find_gpg_key(&self, repository: &GitRepository) -> Result<(), Failure> {
        let key = self.gpg_key(repository)?;
        let mut command = self.gpg();
        command.args(["--batch", "--list-secret-keys", &key]);
        let said = run(command, &Arc::from([]), repository)?;
        match said.ends_well {
            true => Ok(()),
            false => Err(said.refused(&without_gpg_key(&key))),
        }
    }

    /// Of a key that is with the agent nothing is asked.
    fn find_ssh_key(&self) -> Result<(), Failure> {
        let key = self.text("user.signingKey").ok_or_else(no_key)?;
        let path = self
            .0
            .get_path("user.signingKey")
            .unwrap_or_else(|_| key.clone().into());
        match key.starts_with("key::") || key.starts_with("ssh-") || path.exists() {
            true => Ok(()),
            false => {
                let message = format!("could not sign the commit: there is no `{}`", path.display());
                Err(Failure::new(FailureKind::Usage, message).hint(WITHOUT_SSH_KEY))
            }
        }
    }

    fn sign_with_gpg(&self, repository: &GitRepository, bytes: &Arc<[u8]>) -> Result<String, Failure> {
        let key = self.gpg_key(repository)?;
        let mut command = self.gpg();
        command.args(["--status-fd=2", "-bsau", &key]);
        let said = run(command, bytes, repository)?;
        // an exit code alone is not what gpg promises: https://github.com/gpg/gnupg/blob/master/doc/DETAILS
        if said.ends_well && said.errors.contains("[GNUPG:] SIG_CREATED ") {
            return Ok(said.output);
        }
        Err(said.refused(&without_gpg_key(&key)))
    }

    fn sign_with_ssh(&self, repository: &GitRepository, bytes: &Arc<[u8]>) -> Result<String, Failure> {
        let key = self.text("user.signingKey").ok_or_else(no_key)?;
        let literal = key.strip_prefix("key::").or(key.starts_with("ssh-").then_some(&key));
        let mut command = self.ssh_keygen();
        command.args(["-Y", "sign", "-n", "git"]);
        match literal {
            // its private half is with the agent
            Some(literal) => {
                let path = repository.common_folder.join("lockstep/signing-key.pub");
                Disk.write(&path, format!("{literal}\n").as_bytes())?;
                command.arg("-U").arg("-f").arg(path);
            }
            None => {
                let path = self
                    .0
                    .get_path("user.signingKey")
                    .unwrap_or_else(|_| key.clone().into());
                command.arg("-f").arg(path);
            }
        }
        let said = run(command, bytes, repository)?;
        if said.ends_well && said.output.starts_with(SSH_ARMOUR) {
            return Ok(said.output);
        }
        Err(said.refused(WITHOUT_SSH_KEY))
    }

    fn proof(&self, repository: &GitRepository, armour: &str, signed: Arc<[u8]>) -> Result<CommitProof, Failure> {
        if armour.starts_with(SSH_ARMOUR) {
            return self.proof_of_ssh(repository, armour, signed);
        }
        if armour.starts_with(GPG_ARMOUR) {
            return self.proof_of_gpg(repository, armour, signed);
        }
        Ok(CommitProof::Broken("it is neither GPG's nor SSH's".to_owned()))
    }

    fn proof_of_gpg(
        &self,
        repository: &GitRepository,
        armour: &str,
        signed: Arc<[u8]>,
    ) -> Result<CommitProof, Failure> {
        let file = Scratch::write(armour)?;
        let mut command = self.gpg();
        command
            .args(["--batch", "--status-fd=1", "--verify"])
            .arg(&file.0)
            .arg("-");
        Ok(match run(command, &signed, repository) {
            Ok(said) => gpg_proof(&said.output),
            Err(failure) => CommitProof::Unchecked(failure.message),
        })
    }

    /// The program tells whether the signature is the key's; which key may sign is for the trust file to say, so that no
    /// file of allowed signers is asked.
    fn proof_of_ssh(
        &self,
        repository: &GitRepository,
        armour: &str,
        signed: Arc<[u8]>,
    ) -> Result<CommitProof, Failure> {
        let Some(key) = ssh_key(armour) else {
            return Ok(CommitProof::Broken("it cannot be read".to_owned()));
        };
        let file = Scratch::write(armour)?;
        let mut command = self.ssh_keygen();
        command.args(["-Y", "check-novalidate", "-n", "git", "-s"]).arg(&file.0);
        Ok(match run(command, &signed, repository) {
            Ok(said) if said.ends_well => CommitProof::Signed(vec![key]),
            Ok(said) => CommitProof::Broken(said.last_words()),
            Err(failure) => CommitProof::Unchecked(failure.message),
        })
    }
}

/// How a program ended that was asked about a signature.
struct Said {
    program: String,
    ends_well: bool,
    output: String,
    errors: String,
}

impl Said {
    fn last_words(&self) -> String {
        let lines = self.errors.lines().map(str::trim);
        let mut lines: Vec<&str> = lines
            .filter(|line| !line.is_empty() && !line.starts_with("[GNUPG:]"))
            .collect();
        lines.drain(..lines.len().saturating_sub(LAST_LINES));
        match lines.as_slice() {
            [] => format!("`{}` gave no reason", self.program),
            lines => lines.join("; "),
        }
    }

    fn refused(&self, hint: &str) -> Failure {
        let message = format!("could not sign the commit: {}", self.last_words());
        Failure::new(FailureKind::Outside, message).hint(hint)
    }
}

const WITHOUT_SSH_KEY: &str =
    "is git's `user.signingKey` the path of a key, or is the key with the agent? `ssh-add -l`";

fn without_gpg_key(key: &str) -> String {
    format!("is there a secret key for `{key}`? `gpg --list-secret-keys`")
}

fn no_key() -> Failure {
    Failure::new(
        FailureKind::Usage,
        "could not sign the commit: git's settings name no key",
    )
    .hint("for GPG: `git config user.signingKey <fingerprint>`")
    .hint("for SSH: `git config gpg.format ssh && git config user.signingKey ~/.ssh/id_ed25519.pub`")
}

fn run(mut command: Command, input: &Arc<[u8]>, repository: &GitRepository) -> Result<Said, Failure> {
    let program = command.get_program().to_string_lossy().into_owned();
    command.env("LC_ALL", "C");
    let failed = |what: String| Failure::new(FailureKind::Outside, what);
    match process::feed(&mut command, Arc::clone(input), repository.timeout) {
        Ok(Ended::Exited { status, output, errors }) => Ok(Said {
            program,
            ends_well: status.success(),
            output,
            errors,
        }),
        Ok(Ended::TimedOut) => {
            let seconds = repository.timeout.as_secs();
            Err(failed(format!("`{program}` did not end within {seconds} s"))
                .hint("does it ask for a passphrase? Let its agent keep it"))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(failed(format!(
            "there is no program `{program}`"
        ))
        .hint("install it (Debian packages `gnupg` and `openssh-client`), or name it: `git config gpg.program`")),
        Err(error) => Err(failed(format!("`{program}` did not start: {error}"))),
    }
}

/// A file that is gone when it is dropped: both programs read signatures from files alone.
struct Scratch(PathBuf);

impl Scratch {
    fn write(text: &str) -> Result<Scratch, Failure> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("lockstep-signature-{}-{number}", std::process::id());
        let path = env::temp_dir().join(name);
        let write = |path: &Path| {
            let mut file = fs::File::create_new(path)?;
            file.write_all(format!("{text}\n").as_bytes())
        };
        let failed = |error: io::Error| failing::disk(format!("could not write `{}`", path.display()), &error);
        write(&path).map_err(failed)?;
        Ok(Scratch(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
