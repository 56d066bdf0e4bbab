//! A repository in a temporary folder, made with libgit2 alone.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use git2::{IndexAddOption, Oid, Signature, Time};
use tempfile::TempDir;
use xtask::adapters::git::GitRepository;
use xtask::failure::Failure;
use xtask::ports::{CommitSigning, GitId, NewCommit, Repository, Tip};

pub const AUTHOR: &str = "Robot <robot@example.com>";
pub const SECONDS: i64 = 1_700_000_000;

pub struct Fixture {
    pub folder: TempDir,
    pub git: git2::Repository,
}

impl Fixture {
    /// A repository on the branch `main` without a commit.
    pub fn unborn() -> Fixture {
        Fixture::unborn_in(TempDir::new().unwrap())
    }

    /// The same in a folder that is there already.
    pub fn unborn_in(folder: TempDir) -> Fixture {
        let mut options = git2::RepositoryInitOptions::new();
        options.initial_head("main");
        let git = git2::Repository::init_opts(folder.path(), &options).unwrap();
        Fixture { folder, git }
    }

    /// A repository with one commit of these files.
    pub fn with(files: &[(&str, &str)]) -> Fixture {
        let fixture = Fixture::unborn();
        for (path, text) in files {
            fixture.put(path, text);
        }
        fixture.commit_all("First");
        fixture
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn put(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn add_all(&self) {
        let mut index = self.git.index().unwrap();
        index.add_all(["*"], IndexAddOption::DEFAULT, None).unwrap();
        index.update_all(["*"], None).unwrap();
        index.write().unwrap();
    }

    /// Commits everything onto HEAD.
    pub fn commit_all(&self, message: &str) -> Oid {
        self.add_all();
        let tree = self.git.index().unwrap().write_tree().unwrap();
        let tree = self.git.find_tree(tree).unwrap();
        let parent = self.git.head().ok().map(|head| head.peel_to_commit().unwrap());
        let parents: Vec<_> = parent.iter().collect();
        self.git
            .commit(Some("HEAD"), &signature(), &signature(), message, &tree, &parents)
            .unwrap()
    }

    /// A commit of one file on no branch.
    pub fn loose_commit(&self, text: &str, parents: &[Oid]) -> Oid {
        commit(&self.git, text, parents)
    }

    pub fn set(&self, reference: &str, id: Oid) {
        self.git.reference(reference, id, true, "test").unwrap();
    }

    pub fn open(&self) -> GitRepository {
        GitRepository::discover(self.folder.path()).unwrap()
    }
}

pub fn commit(git: &git2::Repository, text: &str, parents: &[Oid]) -> Oid {
    let mut builder = git.treebuilder(None).unwrap();
    let blob = git.blob(text.as_bytes()).unwrap();
    builder.insert("file", blob, 0o100_644).unwrap();
    let tree = git.find_tree(builder.write().unwrap()).unwrap();
    let parents: Vec<_> = parents.iter().map(|id| git.find_commit(*id).unwrap()).collect();
    let parents: Vec<_> = parents.iter().collect();
    git.commit(None, &signature(), &signature(), text, &tree, &parents)
        .unwrap()
}

pub fn signature() -> Signature<'static> {
    Signature::new("Robot", "robot@example.com", &Time::new(SECONDS, 60)).unwrap()
}

pub fn id(id: Oid) -> GitId {
    GitId(id.to_string())
}

/// A commit for a branch: `Some` writes, `None` deletes.
pub fn new_commit(branch: &str, tip: &Tip, change: &[(&str, Option<&str>)]) -> NewCommit {
    let change: BTreeMap<String, Option<Arc<[u8]>>> = change
        .iter()
        .map(|(path, text)| ((*path).to_owned(), text.map(|text| text.as_bytes().into())))
        .collect();
    NewCommit {
        branch: branch.to_owned(),
        tip: tip.clone(),
        change,
        author: AUTHOR.to_owned(),
        seconds: SECONDS,
        offset_minutes: -90,
        message: "abc1234: Subject\n\nDry-sha: abc\n".to_owned(),
        signing: CommitSigning::AsSet,
    }
}

/// Makes one commit where the branch stands now.
pub fn commit_to(repository: &GitRepository, branch: &str, change: &[(&str, Option<&str>)]) -> Result<GitId, Failure> {
    let tip = repository.tip(branch, "origin")?;
    let made = repository.commit(&[new_commit(branch, &tip, change)])?;
    Ok(made[0].clone())
}

/// Every file of a commit with its text.
pub fn texts(repository: &GitRepository, commit: &GitId) -> BTreeMap<String, String> {
    let tree = repository.files(commit, &|_| true).unwrap();
    tree.entries()
        .filter_map(|(path, _)| Some((path, tree.get(path)?)))
        .map(|(path, bytes)| (path.to_owned(), String::from_utf8_lossy(bytes).into_owned()))
        .collect()
}

pub fn paths(repository: &GitRepository, commit: &GitId) -> Vec<String> {
    texts(repository, commit).into_keys().collect()
}

/// Everything below a folder with its bytes, to see that nothing changed; but for when folders on disk last did, which any
/// command may note that looks at them a while later, and how far the ledger was looked through.
pub fn snapshot(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let notes = [".git/lockstep/settled-folders", ".git/lockstep/whole-ledger"];
    walkdir::WalkDir::new(folder)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .filter(|entry| !notes.iter().any(|note| entry.path().ends_with(note)))
        .map(|entry| (entry.path().to_owned(), fs::read(entry.path()).unwrap()))
        .collect()
}
