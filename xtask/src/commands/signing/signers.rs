//! The keys and the certificate that a run signs with.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use lockstep::artifact::{DEVELOPMENT, PublicKey};

use super::super::trust::key_folder;
use crate::adapters::environment::{Identity, Secret};
use crate::adapters::signer::keyless::{self, Instance};
use crate::adapters::signer::passphrase::{self, Novelty};
use crate::adapters::signer::{LocalKey, encrypted};
use crate::context::Context;
use crate::failure::{Failure, FailureKind};
use crate::ports::{Repository, Signer};

/// Opens keys, asking for a passphrase where it must.
pub(super) struct Signers {
    descriptor: Option<u32>,
}

impl Signers {
    /// A passphrase is read from this descriptor, or else from the environment or the terminal.
    pub(super) fn new(descriptor: Option<u32>) -> Signers {
        Signers { descriptor }
    }

    /// The key of a file.
    pub(super) fn key(&self, context: &Context, path: &Path) -> Result<Arc<LocalKey>, Failure> {
        context.opened.key_or(path, || read_key(context, path, self.descriptor))
    }

    /// The key of a file, where nobody has to be asked for anything.
    pub(super) fn key_at_hand(&self, context: &Context, path: &Path) -> Result<Option<Arc<LocalKey>>, Failure> {
        if let Some(key) = context.opened.key(path) {
            return Ok(Some(key));
        }
        let Some(bytes) = context.files.read_named(path)? else {
            return Ok(None);
        };
        let asks = encrypted::is_encrypted(&String::from_utf8_lossy(&bytes));
        if asks && (encrypted::available().is_err() || context.environment.key_passphrase.is_none()) {
            return Ok(None);
        }
        self.key(context, path).map(Some)
    }

    /// A certificate for an identity; a run has one identity.
    pub(super) fn certified(
        &self,
        context: &Context,
        identity: &Identity,
        instance: &Instance,
    ) -> Result<Arc<dyn Signer>, Failure> {
        context.opened.certified_or(|| keyless::open(identity, instance))
    }
}

/// The identity token in a file.
pub(super) fn read_token(context: &Context, path: &Path) -> Result<Identity, Failure> {
    let path = context.folder.join(path);
    let failed = |what: &str| Failure::new(FailureKind::Usage, format!("`{}` {what}", path.display()));
    // a pipe is as good a place as a file: `--identity-token <(…)`
    let bytes = context.files.read_own(&path)?.ok_or_else(|| failed("does not exist"))?;
    let text = String::from_utf8(bytes).map_err(|_| failed("is no identity token"))?;
    if text.trim().split('.').count() != 3 {
        return Err(failed("is no identity token").hint("write the token (JWT) alone into it"));
    }
    Ok(Identity::Token(Secret(text)))
}

/// Reads a key file.
fn read_key(context: &Context, path: &Path, descriptor: Option<u32>) -> Result<LocalKey, Failure> {
    let failed = |what: &str| Failure::new(FailureKind::Usage, format!("`{}` {what}", path.display()));
    let bytes = context
        .files
        .read_named(path)?
        .ok_or_else(|| failed("does not exist"))?;
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
        return encrypted::open(&text, &secret).map_err(|failure| match secret.is_empty() {
            true => failure.hint("the passphrase that was given is empty: is it where it was looked for?"),
            false => failure,
        });
    }
    LocalKey::from_pem(&text).unwrap_or_else(|| Err(failed("is no private key in PEM")))
}

/// The keys that this clone keeps beside its own development key: where each is, and its public half.
pub(super) fn kept(context: &Context, repository: &dyn Repository) -> Result<Vec<(PathBuf, PublicKey)>, Failure> {
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
