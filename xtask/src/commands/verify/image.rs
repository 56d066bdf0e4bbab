//! Whether somebody who may has signed a container image, by a bundle that is at hand.

use std::path::Path;

use lockstep::artifact::check_image;
use lockstep::model::{FileTree, Finding};
use schemars::JsonSchema;
use serde::Serialize;

use super::super::selection;
use super::super::trust::Trusted;
use super::{Answer, Certificates};
use crate::context::Context;
use crate::failure::Failure;
use crate::report::Report;

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct ImageAnswer {
    /// Where it is written whom to believe.
    trust: String,
    /// The image.
    image: String,
    /// Whether somebody who may has signed it.
    holds: bool,
    /// Who signed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    signer: Option<String>,
    /// The beginning of the repository that they may sign images of.
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<String>,
}

pub(super) fn run(
    context: &Context,
    trusted: &Trusted,
    certificates: &Certificates,
    image: &str,
    bundle: &Path,
) -> Result<Report, Failure> {
    let reference = selection::image(image)?;
    let bytes = context.named_file(bundle)?;
    let check = |bundle: &[u8], digest, key: Option<&_>| certificates.check_digest(bundle, digest, key);
    let checked = check_image(&bytes, &reference, &trusted.trust, &check);
    certificates.missed()?;
    let (signer, findings) = match checked {
        Ok(signer) => (Some(signer), Vec::new()),
        Err(problem) => {
            let pointer = problem.pointer.clone();
            let mut finding: Finding = problem.finding().in_file(bundle.display().to_string());
            if !pointer.is_empty() {
                finding.message = format!("{} (at `{pointer}`)", finding.message);
            }
            (None, vec![finding])
        }
    };
    let text = match signer {
        Some(signer) => format!("{image}: {}, signed by {}\n", context.style.good("holds"), signer.proof),
        None => format!("{image}: {}\n", context.style.error("does not hold")),
    };
    let answer = ImageAnswer {
        trust: trusted.source.clone(),
        image: image.to_owned(),
        holds: signer.is_some(),
        signer: signer.map(|signer| signer.proof.to_string()),
        entry: signer.map(|signer| signer.repository.clone()),
    };
    Ok(Report::new(Answer::Image(answer), text).with_findings(findings, FileTree::default()))
}
