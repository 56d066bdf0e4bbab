//! A small fleet in a repository of its own, and the real program run on it.

mod answer;
pub mod small;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use expect_test::Expect;
use git2::{ObjectType, Oid};
use lockstep::model::{AgentName, FileTree, Version};
use lockstep::workspace::files::ReleaseFile;
use lockstep::workspace::{Workspace, layout};
use serde_json::Value;
use tempfile::TempDir;
use xtask::adapters::files::Disk;
use xtask::ports::Files;

pub use answer::{Answer, folded, folded_yaml};

use crate::git::fixture::{Fixture, signature, snapshot};

/// A repository with a fleet in it.
pub struct Fleet {
    pub repository: Fixture,
}

/// The custom resources that small fleets render: a `check` compiles every definition that a fleet has.
const CUSTOM: &[&str] = &[
    "argoproj.io/AppProject.",
    "argoproj.io/Application.",
    "monitoring.coreos.com/ServiceMonitor.",
];

/// What this repository says of the kinds that small fleets render.
pub fn schemas() -> impl Iterator<Item = (&'static str, &'static str)> {
    static SCHEMAS: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let is_rendered = |path: &str| CUSTOM.iter().any(|kind| path.starts_with(kind));
        let wanted = |path: &str| {
            let custom = path.strip_prefix("schemas/crds/").filter(|_| !path.ends_with('/'));
            layout::is_object_schema(path) && custom.is_none_or(is_rendered)
        };
        let tree = Disk.tree(&root, &wanted).unwrap();
        let texts = tree.entries().map(|(path, _)| {
            let bytes = tree.get(path).unwrap();
            (path.to_owned(), String::from_utf8(bytes.to_vec()).unwrap())
        });
        texts.collect()
    });
    SCHEMAS.iter().map(|(path, text)| (path.as_str(), text.as_str()))
}

impl Fleet {
    /// Two agents: `assistant` (prompts, tools, contract) calls `orders` (a service). `dev` follows the candidate;
    /// `staging`, `canary` and `production` run nothing until `promote`.
    pub fn small() -> Fleet {
        let fleet = Fleet {
            repository: Fixture::unborn_in(folder()),
        };
        for (path, text) in small::FILES.iter().copied().chain(schemas()) {
            fleet.put(path, text);
        }
        fleet.commit("Start the shop");
        fleet
    }

    /// The same with both agents promoted to every environment.
    pub fn promoted() -> Fleet {
        let fleet = Fleet::small();
        for environment in ["staging", "canary", "production"] {
            fleet.promote("assistant", environment, "v1.0.0");
            fleet.promote("orders", environment, "v1.0.0");
        }
        fleet.commit("Promote everything");
        fleet
    }

    pub fn folder(&self) -> &Path {
        self.repository.folder.path()
    }

    /// Writes a file; `commit` makes it count.
    pub fn put(&self, path: &str, text: &str) -> &Fleet {
        self.repository.put(path, text);
        self
    }

    /// Replaces the one place where a file says this.
    pub fn edit(&self, path: &str, from: &str, to: &str) -> &Fleet {
        let text = fs::read_to_string(self.repository.path(path)).unwrap();
        assert_eq!(text.matches(from).count(), 1, "`{from}` in `{path}`:\n{text}");
        self.put(path, &text.replace(from, to))
    }

    /// Writes at the end of a file.
    pub fn append(&self, path: &str, more: &str) -> &Fleet {
        let text = fs::read_to_string(self.repository.path(path)).unwrap();
        self.put(path, &format!("{text}{more}"))
    }

    /// Removes a file or a folder.
    pub fn remove(&self, path: &str) -> &Fleet {
        let path = self.repository.path(path);
        if path.is_dir() {
            fs::remove_dir_all(path).unwrap();
        } else {
            fs::remove_file(path).unwrap();
        }
        self
    }

    /// Commits everything and returns the commit's id.
    pub fn commit(&self, message: &str) -> String {
        self.repository.commit_all(message).to_string()
    }

    /// Writes the release file that promotion would write: an agent's candidate as it is on disk, its blueprint pinned.
    pub fn promote(&self, agent: &str, environment: &str, version: &str) -> &Fleet {
        let workspace = Workspace::load(&self.tree()).0.unwrap();
        let agent = &workspace.agents[agent];
        let tuple = agent.candidate(&workspace).0.unwrap();
        let blueprint = &workspace.blueprints[&tuple.blueprint.name];
        let pinned = layout::pinned_blueprint(blueprint.digest);
        for (file, bytes) in &blueprint.files {
            self.put(&format!("{pinned}/{file}"), std::str::from_utf8(bytes).unwrap());
        }
        let release = ReleaseFile {
            version: Version::parse(version).unwrap(),
            id: tuple.id(),
            promoted_from: None,
            tuple,
            previous: Vec::new(),
        };
        let path = release_path(environment, &agent.name);
        self.put(&path, &lockstep::yaml::write(&serde_json::to_value(release).unwrap()))
    }

    /// The files as they are on disk.
    pub fn tree(&self) -> FileTree {
        Disk.tree(self.folder(), &layout::wanted).unwrap()
    }

    /// Runs the program here with `--format json`: no home, no settings, no other program within reach.
    pub fn run(&self, arguments: &[&str]) -> Answer {
        run_in(self.folder(), arguments)
    }

    /// Runs it and expects exit code 0.
    pub fn done(&self, arguments: &[&str]) -> Answer {
        let answer = self.run(arguments);
        assert_eq!(answer.exit, 0, "{}{}", answer.text(), answer.stderr);
        answer
    }

    /// Releases environments and expects exit code 0.
    pub fn release(&self, environments: &[&str]) -> Answer {
        self.done(&[&["release"], environments].concat())
    }

    /// Runs it and expects this answer, an exit code other than 0, and that not one byte was written anywhere.
    pub fn refused(&self, arguments: &[&str], expected: Expect) {
        expected.assert_eq(&self.refusal(arguments));
    }

    /// Runs it, expects that it is refused and that nothing was written, and returns the answer.
    pub fn refusal(&self, arguments: &[&str]) -> String {
        let before = snapshot(self.folder());
        let answer = self.run(arguments);
        assert_ne!(answer.exit, 0, "{answer:?}");
        let after = snapshot(self.folder());
        let mut paths = before.keys().chain(after.keys());
        assert_eq!(
            paths.find(|path| before.get(*path) != after.get(*path)),
            None,
            "was written"
        );
        answer.text().replace(&self.folder().display().to_string(), "<folder>")
    }

    /// What a branch points at.
    pub fn tip(&self, branch: &str) -> Option<Oid> {
        self.repository.git.refname_to_id(&format!("refs/heads/{branch}")).ok()
    }

    /// Every file of a branch with its text.
    pub fn files(&self, branch: &str) -> BTreeMap<String, String> {
        files_of(&self.repository.git, branch)
    }

    /// The same without the signatures, which differ each time, as does the key that a fresh clone makes for itself.
    pub fn contents(&self, branch: &str) -> BTreeMap<String, String> {
        let mut files = self.files(branch);
        files.retain(|path, _| !path.ends_with(".sigstore.json"));
        files
    }

    /// Every path of a branch.
    pub fn paths(&self, branch: &str) -> Vec<String> {
        self.files(branch).into_keys().collect()
    }

    /// The text of one file of a branch.
    pub fn file(&self, branch: &str, path: &str) -> String {
        let mut files = self.files(branch);
        files
            .remove(path)
            .unwrap_or_else(|| panic!("no `{path}` on `{branch}`: {:?}", files.keys()))
    }

    /// The JSON of one file of a branch.
    pub fn json(&self, branch: &str, path: &str) -> Value {
        serde_json::from_str(&self.file(branch, path)).unwrap()
    }

    /// The objects of a unit on an environment's branch, in their order.
    pub fn objects(&self, environment: &str, unit: &str) -> Vec<Value> {
        let text = self.file(
            &format!("environment/{environment}"),
            &format!("apps/{unit}/manifest.yaml"),
        );
        objects(&text)
    }

    /// The message of a branch's last commit.
    pub fn message(&self, branch: &str) -> String {
        let commit = self.repository.git.find_commit(self.tip(branch).unwrap()).unwrap();
        commit.message().unwrap().to_owned()
    }

    /// The note on a branch's last commit.
    pub fn note(&self, branch: &str) -> String {
        let git = &self.repository.git;
        let note = git
            .find_note(Some("refs/notes/hydrator.metadata"), self.tip(branch).unwrap())
            .unwrap();
        note.message().unwrap().to_owned()
    }

    /// Adds a file to an environment branch as somebody else would, and returns the commit.
    pub fn meddle(&self, branch: &str, path: &str, text: &str) -> Oid {
        let blob = self.repository.git.blob(text.as_bytes()).unwrap();
        self.update(branch, |update| update.upsert(path, blob, git2::FileMode::Blob))
    }

    /// Takes a file away from such a branch, and returns the commit.
    pub fn take_out(&self, branch: &str, path: &str) -> Oid {
        self.update(branch, |update| update.remove(path))
    }

    /// Takes the ledger away, as whoever writes a branch anew would: it tells of the commits that were there.
    pub fn forget_ledger(&self) {
        let mut ledger = self
            .repository
            .git
            .find_reference("refs/heads/lockstep/ledger")
            .unwrap();
        ledger.delete().unwrap();
    }

    /// Forgets the ledger, and records what the branches have now.
    pub fn record_again(&self) {
        self.forget_ledger();
        self.done(&["stage", "record", "unit_test", "passed", "--agent", "orders"]);
    }

    fn update(
        &self,
        branch: &str,
        change: impl FnOnce(&mut git2::build::TreeUpdateBuilder) -> &mut git2::build::TreeUpdateBuilder,
    ) -> Oid {
        let git = &self.repository.git;
        let tip = git.find_commit(self.tip(branch).unwrap()).unwrap();
        let mut update = git2::build::TreeUpdateBuilder::new();
        change(&mut update);
        let tree = git
            .find_tree(update.create_updated(git, &tip.tree().unwrap()).unwrap())
            .unwrap();
        let reference = format!("refs/heads/{branch}");
        git.commit(Some(&reference), &signature(), &signature(), "Meddle", &tree, &[&tip])
            .unwrap()
    }

    /// A clone with a remote `origin`; `prepare` may make it bare or let it fetch less.
    pub fn cloned(&self, prepare: impl FnOnce(&mut git2::build::RepoBuilder<'_>)) -> Fleet {
        let folder = folder();
        let mut builder = git2::build::RepoBuilder::new();
        prepare(&mut builder);
        let git = builder.clone(self.folder().to_str().unwrap(), folder.path()).unwrap();
        Fleet {
            repository: Fixture { folder, git },
        }
    }

    /// The same once more, keys and caches in its git folder included: quicker than making it again.
    pub fn copied(&self) -> Fleet {
        let folder = folder();
        for entry in walkdir::WalkDir::new(self.folder()).min_depth(1) {
            let entry = entry.unwrap();
            let to = folder.path().join(entry.path().strip_prefix(self.folder()).unwrap());
            if entry.file_type().is_dir() {
                fs::create_dir_all(&to).unwrap();
            } else {
                fs::copy(entry.path(), &to).unwrap();
            }
        }
        let git = git2::Repository::open(folder.path()).unwrap();
        Fleet {
            repository: Fixture { folder, git },
        }
    }

    /// Commits to HEAD, which must have no work tree, a file at a path of raw names that git itself would refuse to add.
    pub fn graft(&self, path: &[&[u8]], bytes: &[u8]) {
        let git = &self.repository.git;
        assert!(git.is_bare(), "a work tree would differ");
        let head = git.head().unwrap().peel_to_commit().unwrap();
        let blob = git.blob(bytes).unwrap();
        let tree = graft(git, Some(head.tree_id()), path, blob);
        let tree = git.find_tree(tree).unwrap();
        git.commit(Some("HEAD"), &signature(), &signature(), "Graft", &tree, &[&head])
            .unwrap();
    }
}

/// A temporary folder, in memory where the system has such a place: a release waits for the disk after every object.
pub fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        TempDir::new_in(memory).unwrap()
    } else {
        TempDir::new().unwrap()
    }
}

/// Where a release file stands.
pub fn release_path(environment: &str, agent: &AgentName) -> String {
    format!("environments/{environment}/releases/{agent}.yaml")
}

/// The documents of a manifest.
pub fn objects(text: &str) -> Vec<Value> {
    let manifests = lockstep::yaml::read_manifests(text).unwrap();
    manifests.documents.into_iter().map(|document| document.value).collect()
}

/// Every file of a branch with its text.
pub fn files_of(git: &git2::Repository, branch: &str) -> BTreeMap<String, String> {
    let commit = git
        .refname_to_id(&format!("refs/heads/{branch}"))
        .unwrap_or_else(|_| panic!("no branch `{branch}`"));
    let tree = git.find_commit(commit).unwrap().tree().unwrap();
    let mut files = BTreeMap::new();
    tree.walk(git2::TreeWalkMode::PreOrder, |folder, entry| {
        if entry.kind() == Some(ObjectType::Blob) {
            let blob = git.find_blob(entry.id()).unwrap();
            let path = format!("{folder}{}", entry.name().unwrap());
            files.insert(path, String::from_utf8_lossy(blob.content()).into_owned());
        }
        git2::TreeWalkResult::Ok
    })
    .unwrap();
    files
}

/// Runs the program in any folder with `--format json`.
pub fn run_in(folder: &Path, arguments: &[&str]) -> Answer {
    let arguments = [&["--format", "json"], arguments].concat();
    Answer::of(&command(folder, &arguments).output().unwrap())
}

/// The program, with no home, no settings and no other program within reach.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(arguments).current_dir(folder).env_clear();
    command.env("HOME", "/nonexistent").env("PATH", "/nonexistent");
    command
}

fn graft(git: &git2::Repository, tree: Option<Oid>, path: &[&[u8]], blob: Oid) -> Oid {
    let (name, rest) = path.split_first().unwrap();
    let mut entries: Vec<(Vec<u8>, i32, Oid)> = tree
        .map(|tree| git.find_tree(tree).unwrap())
        .iter()
        .flat_map(|tree| {
            tree.iter()
                .map(|entry| (entry.name_bytes().to_vec(), entry.filemode_raw(), entry.id()))
                .collect::<Vec<_>>()
        })
        .collect();
    let old = entries
        .iter()
        .position(|entry| entry.0 == *name)
        .map(|at| entries.remove(at));
    let new = match rest {
        [] => (name.to_vec(), 0o100_644, blob),
        _ => (
            name.to_vec(),
            0o040_000,
            graft(git, old.map(|(_, _, id)| id), rest, blob),
        ),
    };
    entries.push(new);
    let key = |(name, mode, _): &(Vec<u8>, i32, Oid)| {
        let end: &[u8] = if *mode == 0o040_000 { b"/" } else { b"" };
        [name, end].concat()
    };
    entries.sort_by_key(key);
    let mut raw = Vec::new();
    for (name, mode, id) in &entries {
        raw.extend(format!("{mode:o} ").into_bytes());
        raw.extend(name);
        raw.push(0);
        raw.extend(id.as_bytes());
    }
    git.odb().unwrap().write(ObjectType::Tree, &raw).unwrap()
}
