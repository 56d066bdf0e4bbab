//! What the tool needs of the outside world, in our own words: few, narrow, replaceable in tests.

mod http;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use lockstep::artifact::{CommitKey, CommitProof, Proof};
use lockstep::model::{FileTree, MAX_FILE_BYTES};
use lockstep::prompts::run::Tape;
use lockstep::release::verify::Irregular;
use schemars::JsonSchema;
use serde::Serialize;

use crate::failure::Failure;
pub use http::{Http, HttpRequest, HttpResponse};

/// A git object's id in lower-case hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct GitId(pub String);

/// A commit, as far as the tool reads one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// The commit's id.
    pub id: GitId,
    /// Its root tree.
    pub tree: GitId,
    /// Parents, first first.
    pub parents: Vec<GitId>,
    /// Author as `Name <email>`.
    pub author: String,
    /// Author date, seconds since 1970 UTC.
    pub seconds: i64,
    /// Author's offset from UTC, minutes.
    pub offset_minutes: i32,
    /// The whole message.
    pub message: String,
}

/// The versions of a file in a branch's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// The versions, the newest first.
    pub versions: Vec<PastVersion>,
    /// Whether this clone has only the last part of the history.
    pub shallow: bool,
}

/// A version of a file, by the commit that brought it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastVersion {
    /// The commit.
    pub commit: GitId,
    /// Its date, seconds since 1970 UTC.
    pub seconds: i64,
}

/// Where a branch that only the tool writes stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tip {
    /// Neither here nor, as of the last fetch, on the remote.
    Unborn,
    /// At this commit; `local` tells what the local branch has, which may lag behind the remote-tracking one.
    At {
        /// The commit to go on from.
        commit: GitId,
        /// What `refs/heads/<branch>` holds now: the compare side of compare-and-swap.
        local: Option<GitId>,
    },
}

impl Tip {
    /// The commit to go on from.
    pub fn commit(&self) -> Option<&GitId> {
        match self {
            Tip::Unborn => None,
            Tip::At { commit, .. } => Some(commit),
        }
    }
}

/// A branch, as far as a clone knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownBranch {
    /// Its name, without `refs/heads/` and without the remote's.
    pub name: String,
    /// What the local branch holds.
    pub local: Option<GitId>,
    /// What the remote's held at the last fetch.
    pub tracking: Option<GitId>,
}

/// A change of one commit's tree: owned paths to write (`Some`) or delete (`None`); everything else stays.
pub type TreeChange = BTreeMap<String, Option<Arc<[u8]>>>;

/// Whether a commit gets a signature of GPG or SSH.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CommitSigning {
    /// Where git's `commit.gpgSign` says so.
    #[default]
    AsSet,
    /// In any case, and by one of these keys.
    Demanded(Vec<CommitKey>),
    /// In no case.
    Never,
}

/// A commit to make on a branch.
#[derive(Clone, Debug)]
pub struct NewCommit {
    /// The branch's full name without `refs/heads/`.
    pub branch: String,
    /// Where the branch stood when the commit was planned.
    pub tip: Tip,
    /// What changes against the tip's tree.
    pub change: TreeChange,
    /// Author and committer as `Name <email>`.
    pub author: String,
    /// Author and committer date, seconds since 1970 UTC.
    pub seconds: i64,
    /// Offset from UTC, minutes.
    pub offset_minutes: i32,
    /// The whole message.
    pub message: String,
    /// Whether it is signed.
    pub signing: CommitSigning,
}

/// Which files are worth reading. A folder is asked for with a final `/`: where the answer is no, nothing below it is
/// looked at.
pub type Wanted<'a> = &'a (dyn Fn(&str) -> bool + Sync);

/// What a work tree has not of its commit, by path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checkout {
    /// Commits of other repositories.
    pub submodules: Vec<String>,
    /// Files that a sparse checkout leaves out.
    pub left_out: Vec<String>,
}

/// A git repository, with or without a work tree.
pub trait Repository: Send + Sync {
    /// The commit that is checked out; fails in an unborn repository and says how to make the first commit.
    fn head(&self) -> Result<Commit, Failure>;

    /// The commit that a revision names.
    fn resolve(&self, revision: &str) -> Result<Commit, Failure>;

    /// Paths below the roots (`""` for all) that differ from the checked-out commit, untracked ones included, ignored ones
    /// not.
    fn dirty(&self, roots: &[&str]) -> Result<Vec<String>, Failure>;

    /// Of these files of the work tree those that git ignores and does not track, in their order; nothing in a bare
    /// repository.
    fn ignored(&self, paths: &[&str]) -> Result<Vec<String>, Failure>;

    /// What the work tree has not of the commit that is checked out; nothing in a bare repository.
    fn checkout(&self) -> Result<Checkout, Failure>;

    /// Of these paths, those that git would write to the work tree with other line ends than they are committed with, in
    /// their order; nothing in a bare repository.
    fn unkept_line_ends(&self, paths: &[String]) -> Result<Vec<String>, Failure>;

    /// Paths of the files that differ between two commits, in order.
    fn differing(&self, before: &GitId, after: &GitId) -> Result<Vec<String>, Failure>;

    /// The files of a commit that are wanted.
    fn files(&self, commit: &GitId, wanted: Wanted<'_>) -> Result<FileTree, Failure>;

    /// Entries of one folder of a commit (`""` is the root) by name: the ids of blobs and trees. Empty where there is no
    /// such folder.
    fn folder(&self, commit: &GitId, folder: &str) -> Result<BTreeMap<String, GitId>, Failure>;

    /// The same of several folders, each on the way to them read once.
    fn folders(&self, commit: &GitId, folders: &[String]) -> Result<Vec<BTreeMap<String, GitId>>, Failure>;

    /// The bytes of several files of a commit; `None` where there is no such file. Read in parallel.
    fn read(&self, commit: &GitId, paths: &[String]) -> Result<Vec<Option<Arc<[u8]>>>, Failure>;

    /// Every version of a file among a commit and its ancestors, the newest first, each with the commit that brought it.
    fn history(&self, commit: &GitId, path: &str) -> Result<Past, Failure>;

    /// Every file that a commit or its ancestors added, changed or took away, each against its parents, by path with the
    /// newest commit that did; `known` commits and what they descend from are not looked at.
    fn changes(&self, commit: &GitId, known: &[GitId]) -> Result<BTreeMap<String, GitId>, Failure>;

    /// A commit and, as far as this clone has them, the first parents before it: the newest first, at most so many.
    fn line(&self, commit: &GitId, limit: usize) -> Result<Vec<GitId>, Failure>;

    /// What is no plain file among the wanted paths of a commit.
    fn irregular(&self, commit: &GitId, wanted: Wanted<'_>) -> Result<BTreeMap<String, Irregular>, Failure>;

    /// Where a tool-written branch stands. Fails, with the fetch command, where the clone cannot know (shallow or
    /// single-branch without it) or where local and remote tips diverged.
    fn tip(&self, branch: &str, remote: &str) -> Result<Tip, Failure>;

    /// The branches whose names begin so, here or on the remote as of the last fetch, in order.
    fn branches(&self, prefix: &str, remote: &str) -> Result<Vec<KnownBranch>, Failure>;

    /// Which of the commits are ancestors of, or the same as, `descendant`. A commit that is not in this repository is
    /// not an ancestor, unless the clone is shallow: that is a failure with the command that mends it.
    fn ancestors(&self, descendant: &GitId, commits: &BTreeSet<GitId>) -> Result<BTreeSet<GitId>, Failure>;

    /// Whether a reference of this pattern, for example `refs/remotes/*`, has a commit in its history.
    fn is_referenced(&self, commit: &GitId, pattern: &str) -> Result<bool, Failure>;

    /// Where the histories of two commits parted; nothing where they have none in common. Fails where a shallow clone
    /// cannot know.
    fn merge_base(&self, one: &GitId, other: &GitId) -> Result<Option<GitId>, Failure>;

    /// Makes the commits and moves their branches, each by compare-and-swap; a lost race is a failure of kind `Race`.
    /// Whatever fails, a commit that cannot be signed for one, has moved no branch of this call. Returns the new commits
    /// in order.
    fn commit(&self, commits: &[NewCommit]) -> Result<Vec<GitId>, Failure>;

    /// What the programs `gpg` and `ssh-keygen` say of a commit's signature.
    fn proof(&self, commit: &GitId) -> Result<CommitProof, Failure>;

    /// Makes a commit on the branch that is checked out, and brings its files along in index and work tree; other
    /// changes there stay. Fails, and changes nothing, where one of the files is changed and not committed.
    fn commit_here(&self, commit: &NewCommit) -> Result<GitId, Failure>;

    /// The branch that is checked out; `None` where HEAD is detached or there is no work tree.
    fn current_branch(&self) -> Result<Option<String>, Failure>;

    /// Sets notes on commits under a notes reference (`refs/notes/…`), replacing earlier ones, in one notes commit.
    fn set_notes(
        &self,
        reference: &str,
        notes: &BTreeMap<GitId, String>,
        author: &str,
        seconds: i64,
    ) -> Result<(), Failure>;

    /// The note on a commit.
    fn note(&self, reference: &str, commit: &GitId) -> Result<Option<String>, Failure>;

    /// Fetches references from a remote through the `git` program.
    fn fetch(&self, remote: &str, refspecs: &[String]) -> Result<(), Failure>;

    /// Pushes local references to a remote through the `git` program, all or none, each with a lease on what the
    /// remote had at the last fetch (`None`: must not exist). A lost lease is a failure of kind `Race`.
    fn push(&self, remote: &str, references: &[(String, Option<GitId>)]) -> Result<(), Failure>;

    /// What a reference (`refs/…`) holds.
    fn reference(&self, name: &str) -> Result<Option<GitId>, Failure>;

    /// Brings a reference up to what another one holds, unless it is already ahead of it; where the two diverged, the
    /// other one wins.
    fn adopt(&self, reference: &str, other: &str, author: &str, seconds: i64) -> Result<(), Failure>;

    /// What a remote-tracking reference of a branch holds.
    fn remote_tip(&self, branch: &str, remote: &str) -> Result<Option<GitId>, Failure>;

    /// The folder of the repository itself (`.git`), for caches.
    fn git_folder(&self) -> &Path;

    /// The folder of the work tree; `None` in a bare clone.
    fn work_folder(&self) -> Option<&Path>;

    /// Fails where a branch could not be made or moved, or where no commit on it could be signed that git's settings want
    /// signed; nothing is asked of anybody.
    fn refuse_unwritable(&self, branch: &str) -> Result<(), Failure>;

    /// Who commits here, `Name <email>`, as the settings of git say.
    fn identity(&self) -> Result<Option<String>, Failure>;

    /// The address of a remote, without whoever logs in there.
    fn remote_url(&self, remote: &str) -> Result<Option<String>, Failure>;
}

/// The file system below one folder.
pub trait Files: Send + Sync {
    /// The files below a folder that are wanted, as they are on disk; those of more than `most` bytes are not read.
    fn tree_up_to(&self, root: &Path, wanted: Wanted<'_>, most: u64) -> Result<FileTree, Failure>;

    /// The same for files that people write.
    fn tree(&self, root: &Path, wanted: Wanted<'_>) -> Result<FileTree, Failure> {
        self.tree_up_to(root, wanted, MAX_FILE_BYTES)
    }

    /// What stands below a folder where a file is wanted and is none, by its path from there, each with what it is: a pipe, a
    /// socket or a device, which could be waited for without end.
    fn strange(&self, root: &Path, wanted: Wanted<'_>) -> Result<BTreeMap<String, &'static str>, Failure>;

    /// The files below a folder that may be executed, by their paths from there; none where every file may, as on disks
    /// that know no modes.
    fn executables(&self, root: &Path) -> Result<BTreeSet<String>, Failure>;

    /// Whether anything stands at a path.
    fn exists(&self, path: &Path) -> bool;

    /// Whether a folder stands at a path.
    fn is_folder(&self, path: &Path) -> bool;

    /// One file's bytes; `None` where there is none. What stands in its place and could be waited for is none.
    fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, Failure>;

    /// The same of what a user names, which may be a pipe: `<(…)`.
    fn read_named(&self, path: &Path) -> Result<Option<Vec<u8>>, Failure> {
        self.read(path)
    }

    /// The bytes of a file that the tool itself wrote, of any size; `None` where there is none.
    fn read_own(&self, path: &Path) -> Result<Option<Vec<u8>>, Failure>;

    /// A file that the tool itself wrote, of any size, to be read in parts; `None` where there is none, as with `read`.
    fn open_own(&self, path: &Path) -> Result<Option<Box<dyn Tape>>, Failure>;

    /// Writes a file as a whole or not at all, making its folders.
    fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), Failure>;

    /// The same for what nobody else may read.
    fn write_private(&self, path: &Path, bytes: &[u8]) -> Result<(), Failure>;

    /// Adds bytes at the end of a file, making it and its folders: what a killed run has added stays.
    fn append(&self, path: &Path, bytes: &[u8]) -> Result<(), Failure>;

    /// Waits for others of this tool that change files below a folder by what they read of them, until what is returned is
    /// dropped or the process ends. Where the system knows no such locks, nobody waits.
    fn turn(&self, folder: &Path) -> Box<dyn Send>;

    /// The same without waiting: nothing where somebody else has the turn.
    fn turn_now(&self, folder: &Path) -> Option<Box<dyn Send>>;

    /// Removes a file, and the folders that are empty then up to `root`.
    fn remove(&self, root: &Path, path: &Path) -> Result<(), Failure>;
}

/// Who signs releases.
pub trait Signer: Send + Sync {
    /// What it signs with: a key, or a certificate that names an identity.
    fn proof(&self) -> Proof;

    /// Signs statements: a bundle for each, in their order.
    fn sign(&self, statements: &[Arc<[u8]>]) -> Result<Vec<Arc<[u8]>>, Failure>;
}

/// The clock.
pub trait Clock: Send + Sync {
    /// Seconds since 1970 UTC.
    fn now(&self) -> i64;

    /// Seconds since some fixed moment, for measuring.
    fn monotonic(&self) -> f64;

    /// Waits before a further attempt at what others are doing too: longer each time, and never as long as they do.
    fn pause(&self, attempt: u32);

    /// Waits some part of this time, another one in every process.
    fn stagger(&self, most: Duration);

    /// Waits so long.
    fn wait(&self, time: Duration);
}

/// Where a program's standard output goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// To ours.
    Output,
    /// To our standard error: ours is for the answer alone.
    Aside,
}

/// Other programs.
pub trait Programs: Send + Sync {
    /// Whether a program is there and ends well with these arguments; says nothing.
    fn succeeds(&self, program: &str, arguments: &[&str]) -> bool;

    /// Runs a program in a folder, its output passing through as it comes, and returns its exit code; `None` where a
    /// signal ended it.
    fn run(&self, program: &str, arguments: &[&str], folder: &Path, stream: Stream) -> Result<Option<i32>, Failure>;
}
