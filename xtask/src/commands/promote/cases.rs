//! What an agent is judged by at a commit: evidence for a promotion must be about it.

use std::collections::BTreeMap;
use std::sync::Arc;

use lockstep::model::{AgentName, Digest};
use lockstep::policy::rules::fleet::may_leak;
use lockstep::prompts::evaluation::suite_digest;
use lockstep::release::Committed;
use lockstep::workspace::layout;

use crate::failure::{Failure, FailureKind};
use crate::ports::{GitId, Repository};

/// A file by its path.
type File = (String, Arc<[u8]>);

/// The cases of an agent at a commit, and what answers them there; and those of these files that may have secrets.
pub(super) fn committed(
    repository: &dyn Repository,
    commit: &GitId,
    agent: &AgentName,
) -> Result<(Committed, Vec<File>), Failure> {
    let folder = layout::cases(agent);
    let entries = repository.folder(commit, &folder)?;
    let named = entries.keys().filter_map(|file| Some((layout::suite(file)?, file)));
    let (names, files): (Vec<&str>, Vec<&String>) = named.unzip();
    let mut paths: Vec<String> = files.iter().map(|file| format!("{folder}/{file}")).collect();
    paths.extend(names.iter().map(|name| layout::cassette(agent, name)));
    paths.push(layout::mock(agent));
    let files = repository.read(commit, &paths)?;
    let leaky = leaky(&paths, &files)?;
    let mut files = files.into_iter();
    let suites = names.iter().zip(files.by_ref());
    let digests: BTreeMap<&str, Digest> = suites
        .filter_map(|(name, bytes)| Some((*name, Digest::of(&bytes?))))
        .collect();
    let cassettes = names.iter().zip(files.by_ref());
    let cassettes = cassettes.filter_map(|(name, tape)| Some(((*name).to_owned(), tape?)));
    let committed = Committed {
        suites: suite_digest(&digests),
        cassettes: cassettes.collect(),
        mock: files.flatten().next(),
    };
    Ok((committed, leaky))
}

/// The files that may have secrets.
fn leaky(paths: &[String], files: &[Option<Arc<[u8]>>]) -> Result<Vec<File>, Failure> {
    let files = paths.iter().zip(files);
    let files = files.filter_map(|(path, bytes)| Some((path.clone(), bytes.clone()?)));
    let leaks = |bytes: &Arc<[u8]>| may_leak(bytes).map_err(|message| Failure::new(FailureKind::Disk, message));
    let found = files.filter_map(|file| leaks(&file.1).map(|leaks| leaks.then_some(file)).transpose());
    found.collect()
}
