//! What an agent is judged by at a commit: evidence for a promotion must be about it.

use std::collections::BTreeMap;

use lockstep::model::{AgentName, Digest};
use lockstep::prompts::evaluation::suite_digest;
use lockstep::release::Committed;
use lockstep::workspace::layout;

use crate::failure::Failure;
use crate::ports::{GitId, Repository};

/// The cases of an agent at a commit, and what answers them there.
pub(super) fn committed(repository: &dyn Repository, commit: &GitId, agent: &AgentName) -> Result<Committed, Failure> {
    let folder = layout::cases(agent);
    let entries = repository.folder(commit, &folder)?;
    let named = entries.keys().filter_map(|file| Some((layout::suite(file)?, file)));
    let (names, files): (Vec<&str>, Vec<&String>) = named.unzip();
    let paths: Vec<String> = files.iter().map(|file| format!("{folder}/{file}")).collect();
    let files = repository.read(commit, &paths)?;
    let digests = names.iter().copied().zip(&files);
    let digests: BTreeMap<&str, Digest> = digests
        .filter_map(|(name, bytes)| Some((name, Digest::of(bytes.as_ref()?))))
        .collect();
    let cassettes: Vec<String> = names.iter().map(|name| layout::cassette(agent, name)).collect();
    let tapes = names.iter().zip(repository.read(commit, &cassettes)?);
    let cassettes = tapes.filter_map(|(name, tape)| Some(((*name).to_owned(), tape?)));
    Ok(Committed {
        suites: suite_digest(&digests),
        cassettes: cassettes.collect(),
        mock: repository
            .read(commit, &[layout::mock(agent)])?
            .into_iter()
            .flatten()
            .next(),
    })
}
