//! Reasons and other words that people give: they are recorded, so there must be some.

use lockstep::secrets;

use crate::failure::{Failure, FailureKind};

/// Reads the value of `--reason`, `--summary`, `--cause` and the like.
pub(super) fn reason(text: &str) -> Result<String, &'static str> {
    match text.trim() {
        "" => Err("it is empty, and needs words"),
        // as it stands in the commands that answers offer
        "…" => Err("write your own words in place of `…`"),
        text if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) => {
            Err("it has characters that steer a terminal")
        }
        text => Ok(text.to_owned()),
    }
}

/// Fails where something in a reason looks like a secret: what is recorded is for everyone who may read the repository.
pub(super) fn fit_to_record(text: &str) -> Result<(), Failure> {
    match secrets::of_value("", text) {
        None => Ok(()),
        Some(kind) => Err(secret(kind)),
    }
}

/// What looks like this kind of secret is not recorded.
pub(super) fn secret(kind: &str) -> Failure {
    let message = format!("what is to be recorded has something that looks like {kind}");
    Failure::new(FailureKind::Usage, message)
        .hint("everyone who may read the repository reads the ledger: leave it out, and revoke it if it is real")
}
