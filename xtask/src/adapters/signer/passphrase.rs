//! Where a passphrase comes from: a file descriptor, the environment, or the terminal, in that order.

use std::path::PathBuf;

use console::Term;

use crate::adapters::environment::Environment;
use crate::failure::{Failure, FailureKind};
use crate::ports::Files;

/// Asks for the passphrase of a key. A new one must have a character; others may have chosen an empty one.
pub fn ask(
    environment: &Environment,
    files: &dyn Files,
    descriptor: Option<u32>,
    prompt: &str,
    new: Novelty,
) -> Result<String, Failure> {
    let passphrase = given(environment, files, descriptor, prompt, new)?;
    if new == Novelty::New && passphrase.is_empty() {
        return Err(Failure::new(
            FailureKind::Usage,
            format!("the {prompt} is empty, which protects nothing"),
        )
        .hint("choose another one, or `--plain` for a place that keeps secrets itself"));
    }
    Ok(passphrase)
}

/// Reads it where it is given. A new one is asked for twice.
fn given(
    environment: &Environment,
    files: &dyn Files,
    descriptor: Option<u32>,
    prompt: &str,
    new: Novelty,
) -> Result<String, Failure> {
    if let Some(descriptor) = descriptor {
        let path = PathBuf::from(format!("/dev/fd/{descriptor}"));
        let bytes = files.read_own(&path)?.ok_or_else(|| {
            let message = format!("there is no file descriptor {descriptor}");
            Failure::new(FailureKind::Usage, message)
        })?;
        let text = String::from_utf8_lossy(&bytes);
        return Ok(text.lines().next().unwrap_or_default().to_owned());
    }
    if let Some(secret) = &environment.key_passphrase {
        return Ok(secret.0.clone());
    }
    if environment.ci || !environment.error_is_terminal {
        return Err(
            Failure::new(FailureKind::Usage, format!("there is nobody to ask for {prompt}"))
                .hint("set `LOCKSTEP_KEY_PASSPHRASE`, or pass it on a descriptor: `--passphrase-fd 3 3<file`"),
        );
    }
    let terminal = Term::stderr();
    let read = |prompt: &str| -> Result<String, Failure> {
        terminal
            .write_str(&format!("{prompt}: "))
            .and_then(|()| terminal.read_secure_line())
            .map_err(|error| {
                Failure::new(
                    FailureKind::Outside,
                    format!("could not read from the terminal: {error}"),
                )
            })
    };
    let passphrase = read(prompt)?;
    if new == Novelty::New && read("once more")? != passphrase {
        return Err(Failure::new(FailureKind::Usage, "the two passphrases differ"));
    }
    Ok(passphrase)
}

/// Whether a passphrase is chosen now or was chosen before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Novelty {
    /// Chosen now.
    New,
    /// Chosen before.
    Known,
}
