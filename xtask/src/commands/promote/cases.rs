//! Which cases an agent has at a commit: evidence for a promotion must be about them.

use std::collections::BTreeMap;

use lockstep::model::{AgentName, Digest};
use lockstep::prompts::evaluation::suite_digest;
use lockstep::workspace::layout;

use crate::failure::Failure;
use crate::ports::{GitId, Repository};

/// The digest of an agent's suites at a commit.
pub(super) fn digest(repository: &dyn Repository, commit: &GitId, agent: &AgentName) -> Result<Digest, Failure> {
    let folder = layout::cases(agent);
    let entries = repository.folder(commit, &folder)?;
    let named = entries.keys().filter_map(|file| Some((layout::suite(file)?, file)));
    let (names, files): (Vec<&str>, Vec<&String>) = named.unzip();
    let paths: Vec<String> = files.iter().map(|file| format!("{folder}/{file}")).collect();
    let files = repository.read(commit, &paths)?;
    let digests = names.into_iter().zip(&files);
    let digests: BTreeMap<&str, Digest> = digests
        .filter_map(|(name, bytes)| Some((name, Digest::of(bytes.as_ref()?))))
        .collect();
    Ok(suite_digest(&digests))
}
