//! `keys`: who may sign, made, replaced and revoked; the trust file says so, and a commit makes it count.

mod init;
mod revoke;
mod rotate;

use std::path::{Component, Path, PathBuf};

use lockstep::artifact::{Revocation, SignerEntry, TrustFile, proof};
use lockstep::model::{EnvironmentName, FileTree};
use lockstep::workspace::scaffold::trust_text;
use lockstep::workspace::{Workspace, layout, read_trust};

use super::answers::{Shape, shape};
use super::remote::sends;
use super::trust::key_folder;
use crate::adapters::signer::passphrase::{self, Novelty};
use crate::adapters::signer::{LocalKey, encrypted};
use crate::context::{Context, Source};
use crate::failure::{Failure, FailureKind};
use crate::report::Report;

/// What a trust file begins with, so that editors check it.
const SCHEMA: &str = "# yaml-language-server: $schema=../schemas/trust.schema.json\n";

/// Make, replace and revoke the keys that sign releases.
///
/// The public half and what it may sign go into `environments/trust.yaml`, which counts as soon as it is on the branch
/// that people edit. The private half stays outside the tree.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    Init(init::Args),
    Rotate(rotate::Args),
    Revoke(revoke::Args),
}

/// What it answers.
pub(super) const ANSWERS: &[Shape] = &[
    shape::<init::Made>(),
    shape::<rotate::Rotated>(),
    shape::<revoke::Revoked>(),
];

/// Does one of them.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    match args.what {
        What::Init(args) => init::run(context, args),
        What::Rotate(args) => rotate::run(context, args),
        What::Revoke(args) => revoke::run(context, args),
    }
}

/// Where a new key is written, and how.
#[derive(Debug, clap::Args)]
struct Place {
    /// Write the private half to this file, instead of the git folder.
    #[arg(long, value_name = "FILE")]
    into: Option<PathBuf>,
    /// Do not encrypt the private half: for a place that keeps secrets itself. Only outside the tree.
    #[arg(long)]
    plain: bool,
    /// Read the passphrase from this file descriptor.
    #[arg(long, value_name = "N")]
    passphrase_fd: Option<u32>,
}

/// The trust file of the work tree, and the fleet that it is of.
struct Edited {
    workspace: Workspace,
    file: TrustFile,
    /// As it was written.
    text: String,
}

impl Edited {
    fn load(context: &Context) -> Result<Result<Edited, Report>, Failure> {
        let loaded = context.load(&Source::WorkTree)?;
        let Some(workspace) = loaded.workspace else {
            return Ok(Err(Report::of_findings(loaded.findings, loaded.tree)));
        };
        let bytes = context.files.read(&context.root()?.join(layout::TRUST))?;
        let Some(bytes) = bytes else {
            return Ok(Ok(Edited {
                workspace,
                file: TrustFile::default(),
                text: SCHEMA.to_owned(),
            }));
        };
        let (file, _, findings) = read_trust(layout::TRUST, &bytes);
        if !findings.is_empty() {
            let mut tree = FileTree::default();
            tree.insert(layout::TRUST, bytes);
            return Ok(Err(Report::of_findings(findings, tree)));
        }
        Ok(Ok(Edited {
            workspace,
            file,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }))
    }

    /// The entry of this name.
    fn entry(&mut self, name: &str) -> Result<&mut SignerEntry, Failure> {
        let known: Vec<String> = self.file.signers.iter().map(|signer| signer.name.clone()).collect();
        let found = self.file.signers.iter_mut().find(|signer| signer.name == name);
        found.ok_or_else(|| super::selection::unknown("signer", name, known.iter().map(String::as_str)))
    }

    /// Revokes the key of the entry of this name, in every entry that it has; returns these.
    fn revoke(&mut self, name: &str, revocation: &Revocation) -> Result<Vec<SignerEntry>, Failure> {
        let key_of = |entry: &SignerEntry| {
            let parts = (entry.key.as_deref(), entry.identity.as_deref(), entry.issuer.as_deref());
            proof(parts, "").ok()
        };
        let key = key_of(self.entry(name)?);
        let mut revoked = Vec::new();
        for entry in &mut self.file.signers {
            let is_named = entry.name == name;
            if entry.revoked.is_none() && (is_named || (key.is_some() && key_of(entry) == key)) {
                entry.revoked = Some(revocation.clone());
                revoked.push(entry.clone());
            }
        }
        match &self.entry(name)?.revoked {
            Some(first) if revoked.is_empty() => {
                let message = format!("`{name}` was revoked at {}: {}", first.at, first.reason);
                Err(Failure::new(FailureKind::Usage, message).hint("it stays so: there is nothing to do"))
            }
            _ => Ok(revoked),
        }
    }

    fn refuse_known(&self, name: &str) -> Result<(), Failure> {
        if self.file.signers.iter().all(|signer| signer.name != name) {
            return Ok(());
        }
        let message = format!("`{}` has a signer `{name}` already", layout::TRUST);
        Err(Failure::new(FailureKind::Usage, message).hint("choose another name: `--name`"))
    }

    /// Writes the trust file.
    fn write(&self, context: &Context) -> Result<(), Failure> {
        let text = trust_text(&self.text, &self.file);
        context
            .files
            .write(&context.root()?.join(layout::TRUST), text.as_bytes())
    }

    /// All environments, or those that are named.
    fn environments(&self, names: &[String]) -> Result<Vec<EnvironmentName>, Failure> {
        let chosen = super::selection::listed(&self.workspace, names)?;
        Ok(chosen.into_iter().cloned().collect())
    }
}

/// A new key that is written, with what its file is called.
struct Made {
    public: String,
    path: PathBuf,
}

/// Makes a key and writes its private half.
fn make(context: &Context, name: &str, place: &Place) -> Result<Made, Failure> {
    refuse_odd(name)?;
    let repository = context.repository()?;
    let path = match &place.into {
        Some(path) => context.folder.join(path),
        None => key_folder(&*repository).join(format!("{name}.key")),
    };
    if context.files.exists(&path) {
        let hint = match place.into {
            Some(_) => "name another file: `--into`",
            None => "choose another name: `--name`",
        };
        return Err(Failure::new(FailureKind::Usage, format!("`{}` exists already", path.display())).hint(hint));
    }
    let is_inside = place.into.is_some()
        && repository
            .work_folder()
            .is_some_and(|folder| resolved(&path).starts_with(resolved(folder)));
    if place.plain && is_inside {
        return Err(Failure::new(
            FailureKind::Usage,
            "a key that is not encrypted has no place in the tree",
        )
        .hint("leave `--plain` out, or write it elsewhere"));
    }
    let (text, key) = if place.plain {
        let document = LocalKey::generate()?;
        (LocalKey::to_pem(&document), LocalKey::from_pkcs8(&document)?)
    } else {
        encrypted::available()?;
        let prompt = format!("passphrase for the key `{name}`");
        let secret = passphrase::ask(
            &context.environment,
            &*context.files,
            place.passphrase_fd,
            &prompt,
            Novelty::New,
        )?;
        encrypted::generate(&secret)?
    };
    context.files.write_private(&path, text.as_bytes())?;
    let public = key.public().to_pem();
    // beside the key where this clone looks for keys, so that the file is opened only to sign
    let listed = key_folder(&*repository).join(format!("{name}.pub"));
    if place.into.is_none() {
        context.files.write(&listed, public.as_bytes())?;
    }
    Ok(Made { public, path })
}

/// A name is part of file names and of commands that are printed.
fn refuse_odd(name: &str) -> Result<(), Failure> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(is_plain) {
        return Ok(());
    }
    let message = format!("`{}` is no name of a key", name.escape_debug());
    Err(Failure::new(FailureKind::Usage, message)
        .hint("take letters, digits, `.`, `_` and `-`, and begin with a letter or digit"))
}

/// A path without `.` and `..`, by its text: the file need not be there.
fn resolved(path: &Path) -> PathBuf {
    let mut resolved = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                resolved.pop();
            }
            Component::CurDir => {}
            part => resolved.push(part),
        }
    }
    resolved
}

/// What makes sense after the trust file was written.
fn next(context: &Context, workspace: &Workspace, what: &str) -> Result<Vec<String>, Failure> {
    let delivery = &workspace.fleet.delivery;
    let commit = format!("git add {} && git commit -m \"{what}\"", layout::TRUST);
    let branch = format!("HEAD:{}", delivery.dry_branch);
    let repository = context.repository()?;
    let sends = sends(
        &*repository,
        &delivery.remote,
        &branch,
        "it counts when it is on that branch",
    );
    Ok([commit].into_iter().chain(sends).collect())
}
