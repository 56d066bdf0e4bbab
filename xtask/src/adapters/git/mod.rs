//! Git without the git program, through libgit2; fetch and push alone run `git`.

mod adopt;
mod changes;
mod checkout;
mod differing;
mod dirty;
mod here;
mod history;
mod ignored;
mod index_file;
mod line_ends;
mod lock;
mod loose;
mod notes;
mod object;
mod open;
mod pack;
mod process;
mod read;
mod refs;
mod remote;
mod revision;
mod settled;
mod signature;
mod staged;
mod store;
mod tip;
mod tracked;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use lockstep::artifact::CommitProof;
use lockstep::model::FileTree;
use lockstep::release::verify::Irregular;

pub use open::{GitRepository, TIMEOUT};

use crate::failure::Failure;
use crate::ports::{Checkout, Commit, GitId, KnownBranch, NewCommit, Past, Repository, Tip, Wanted};

impl Repository for GitRepository {
    fn head(&self) -> Result<Commit, Failure> {
        revision::head(self)
    }

    fn resolve(&self, revision: &str) -> Result<Commit, Failure> {
        revision::resolve(self, revision)
    }

    fn dirty(&self, roots: &[&str]) -> Result<Vec<String>, Failure> {
        dirty::dirty(self, roots)
    }

    fn ignored(&self, paths: &[&str]) -> Result<Vec<String>, Failure> {
        ignored::ignored(self, paths)
    }

    fn checkout(&self) -> Result<Checkout, Failure> {
        checkout::checkout(self)
    }

    fn unkept_line_ends(&self, paths: &[String]) -> Result<Vec<String>, Failure> {
        line_ends::unkept(self, paths)
    }

    fn differing(&self, before: &GitId, after: &GitId) -> Result<Vec<String>, Failure> {
        differing::differing(self, before, after)
    }

    fn files(&self, commit: &GitId, wanted: Wanted<'_>) -> Result<FileTree, Failure> {
        read::files(self, commit, wanted)
    }

    fn folder(&self, commit: &GitId, folder: &str) -> Result<BTreeMap<String, GitId>, Failure> {
        let mut found = read::folders(self, commit, &[folder.to_owned()])?;
        Ok(found.pop().unwrap_or_default())
    }

    fn folders(&self, commit: &GitId, folders: &[String]) -> Result<Vec<BTreeMap<String, GitId>>, Failure> {
        read::folders(self, commit, folders)
    }

    fn read(&self, commit: &GitId, paths: &[String]) -> Result<Vec<Option<Arc<[u8]>>>, Failure> {
        read::read(self, commit, paths)
    }

    fn history(&self, commit: &GitId, path: &str) -> Result<Past, Failure> {
        history::history(self, commit, path)
    }

    fn changes(&self, commit: &GitId, known: &[GitId]) -> Result<BTreeMap<String, GitId>, Failure> {
        changes::changes(self, commit, known)
    }

    fn line(&self, commit: &GitId, limit: usize) -> Result<Vec<GitId>, Failure> {
        history::line(self, commit, limit)
    }

    fn irregular(&self, commit: &GitId, wanted: Wanted<'_>) -> Result<BTreeMap<String, Irregular>, Failure> {
        history::irregular(self, commit, wanted)
    }

    fn tip(&self, branch: &str, remote: &str) -> Result<Tip, Failure> {
        tip::tip(self, branch, remote)
    }

    fn branches(&self, prefix: &str, remote: &str) -> Result<Vec<KnownBranch>, Failure> {
        tip::branches(self, prefix, remote)
    }

    fn ancestors(&self, descendant: &GitId, commits: &BTreeSet<GitId>) -> Result<BTreeSet<GitId>, Failure> {
        revision::ancestors(self, descendant, commits)
    }

    fn is_referenced(&self, commit: &GitId, pattern: &str) -> Result<bool, Failure> {
        revision::is_referenced(self, commit, pattern)
    }

    fn merge_base(&self, one: &GitId, other: &GitId) -> Result<Option<GitId>, Failure> {
        revision::merge_base(self, one, other)
    }

    fn commit(&self, commits: &[NewCommit]) -> Result<Vec<GitId>, Failure> {
        write::commit(self, commits)
    }

    fn proof(&self, commit: &GitId) -> Result<CommitProof, Failure> {
        signature::proof(self, commit)
    }

    fn commit_here(&self, commit: &NewCommit) -> Result<GitId, Failure> {
        here::commit(self, commit)
    }

    fn current_branch(&self) -> Result<Option<String>, Failure> {
        here::current_branch(self)
    }

    fn set_notes(
        &self,
        reference: &str,
        notes: &BTreeMap<GitId, String>,
        author: &str,
        seconds: i64,
    ) -> Result<(), Failure> {
        notes::set(self, reference, notes, author, seconds)
    }

    fn note(&self, reference: &str, commit: &GitId) -> Result<Option<String>, Failure> {
        notes::get(self, reference, commit)
    }

    fn fetch(&self, remote: &str, refspecs: &[String]) -> Result<(), Failure> {
        remote::fetch(self, remote, refspecs)
    }

    fn push(&self, remote: &str, references: &[(String, Option<GitId>)]) -> Result<(), Failure> {
        remote::push(self, remote, references)
    }

    fn reference(&self, name: &str) -> Result<Option<GitId>, Failure> {
        Ok(tip::target(&*self.lease()?, name)?.map(|id| GitId(id.to_string())))
    }

    fn adopt(&self, reference: &str, other: &str, author: &str, seconds: i64) -> Result<(), Failure> {
        adopt::adopt(self, reference, other, author, seconds)
    }

    fn remote_tip(&self, branch: &str, remote: &str) -> Result<Option<GitId>, Failure> {
        tip::remote_tip(self, branch, remote)
    }

    fn git_folder(&self) -> &Path {
        &self.common_folder
    }

    fn work_folder(&self) -> Option<&Path> {
        self.work_folder.as_deref()
    }

    fn identity(&self) -> Result<Option<String>, Failure> {
        revision::identity(self)
    }

    fn refuse_unwritable(&self, branch: &str) -> Result<(), Failure> {
        refs::refuse_unwritable(self, branch)?;
        signature::refuse_keyless(self)
    }

    fn remote_url(&self, remote: &str) -> Result<Option<String>, Failure> {
        tip::remote_url(self, remote)
    }
}
