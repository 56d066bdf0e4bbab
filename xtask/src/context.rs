//! The context of a command: the world behind ports, and how the user wants to be answered.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};
use lockstep::model::{Entry, FileTree, Finding, Timestamp};
use lockstep::report::{Style, Table};
use lockstep::workspace::layout::{self, Place};
use lockstep::workspace::{Elsewhere, Workspace};

use crate::adapters::clock::SystemClock;
use crate::adapters::environment::Environment;
use crate::adapters::files::Disk;
use crate::adapters::git::GitRepository;
use crate::adapters::http::Client;
use crate::adapters::memory::{FixedClock, MemoryFiles};
use crate::adapters::programs::PathPrograms;
use crate::adapters::signer::Opened;
use crate::failure::{Failure, FailureKind};
pub use crate::outputs::Format;
use crate::ports::{Clock, Commit, Files, Http, Programs, Repository, Wanted};

/// Everything that a command may reach.
pub struct Context {
    /// The facts of the surroundings.
    pub environment: Environment,
    /// The clock.
    pub clock: Box<dyn Clock>,
    /// The file system.
    pub files: Box<dyn Files>,
    /// Other programs.
    pub programs: Box<dyn Programs>,
    /// Servers that answer over HTTP.
    pub http: Box<dyn Http>,
    /// The keys that the run has opened.
    pub opened: Opened,
    /// The folder that the tool works in.
    pub folder: PathBuf,
    /// In which form to answer on standard output.
    pub format: Format,
    /// Whether to colour the answer.
    pub style: Style,
    /// Whether to say nothing but the result.
    pub quiet: bool,
    /// Whether to say more than usual.
    pub verbose: bool,
}

/// Where the files of a command come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The work tree, as it is on disk.
    WorkTree,
    /// A git revision.
    Revision(String),
}

/// A value for the rest of the process. A command is one, and to take a large value apart piece by piece at its end takes
/// a tenth of a short run.
pub fn until_the_end<T>(value: T) -> &'static mut T {
    Box::leak(Box::new(value))
}

/// A tree that was read, and the commit that it is of.
pub struct Loaded {
    /// The files.
    pub tree: FileTree,
    /// The workspace that they make, and what is wrong with them.
    pub workspace: Option<Workspace>,
    /// What is wrong with them.
    pub findings: Vec<Finding>,
}

impl Context {
    /// The context of this process.
    pub fn of_process(environment: Environment, folder: Option<PathBuf>) -> Context {
        Context {
            folder: folder.map_or_else(
                || environment.current_folder.clone(),
                |folder| below(&environment.current_folder, &folder),
            ),
            clock: Box::new(SystemClock::new()),
            files: Box::new(Disk),
            programs: Box::new(PathPrograms),
            http: Box::new(Client::default()),
            opened: Opened::default(),
            format: Format::Text,
            style: Style::Plain,
            quiet: false,
            verbose: false,
            environment,
        }
    }

    /// The same, with the files of another tree in place of the disk: what is written to them is lost.
    pub fn elsewhere(&self, tree: &FileTree) -> Result<Context, Failure> {
        let root = self.root()?;
        let files = tree
            .entries()
            .filter_map(|(path, _)| Some((root.join(path), tree.get(path)?)));
        Ok(Context {
            clock: Box::new(FixedClock(self.clock.now())),
            files: Box::new(MemoryFiles::new(files)),
            ..Context::of_process(self.environment.clone(), Some(self.folder.clone()))
        })
    }

    /// What tells this program from another build of it: what one has rendered says nothing of the other.
    pub fn program_id(&self) -> String {
        format!("{} {}", env!("CARGO_PKG_VERSION"), self.environment.program)
    }

    /// The repository that the folder is in.
    pub fn repository(&self) -> Result<Arc<dyn Repository>, Failure> {
        Ok(Arc::new(GitRepository::discover(&self.folder)?))
    }

    /// A repository of its own for the environment branches: a folder, or a mirror of an address in our git folder.
    pub fn delivery_repository(
        &self,
        dry: &dyn Repository,
        place: &str,
        remote: &str,
    ) -> Result<Arc<dyn Repository>, Failure> {
        if !place.contains("://") && !place.contains('@') {
            let base = dry.work_folder().unwrap_or(dry.git_folder());
            return Ok(Arc::new(GitRepository::discover(&base.join(place))?));
        }
        let mirror = dry.git_folder().join("lockstep/delivery.git");
        let repository = if self.files.exists(&mirror) {
            GitRepository::open(&mirror)?
        } else {
            GitRepository::init_bare(&mirror)?
        };
        let repository = repository.with_remote(remote, place)?;
        repository.fetch(remote, &[format!("+refs/heads/*:refs/remotes/{remote}/*")])?;
        Ok(Arc::new(repository))
    }

    /// The root of the tree: the folder or the nearest one above it that has a fleet file.
    pub fn root(&self) -> Result<PathBuf, Failure> {
        let has_fleet = |folder: &&Path| matches!(self.files.read(&folder.join(layout::FLEET)), Ok(Some(_)));
        self.folder
            .ancestors()
            .find(has_fleet)
            .map(Path::to_owned)
            .ok_or_else(|| self.rootless())
    }

    /// Fails in a bare repository: nobody edits a fleet there.
    pub fn refuse_bare(&self, repository: &dyn Repository) -> Result<(), Failure> {
        if repository.work_folder().is_some() {
            return Ok(());
        }
        let folder = repository.git_folder().components().as_path().display();
        let message = format!("`{folder}` is bare: it has no work tree to read");
        let failure = Failure::new(FailureKind::Usage, message);
        Err(failure.hint("clone it without `--bare`, or add a work tree: `git worktree add ../tree`"))
    }

    /// Why there is no root.
    fn rootless(&self) -> Failure {
        let repository = self.repository().ok();
        if let Some(Err(failure)) = repository.map(|repository| self.refuse_bare(&*repository)) {
            return failure;
        }
        let (file, folder) = (layout::FLEET, self.folder.display());
        let message = format!("there is no `{file}` in `{folder}` or a folder above it");
        Failure::new(FailureKind::Usage, message)
            .hint("change into a Lockstep repository, or name one with `-C <folder>`")
    }

    /// Reads a file that the user names.
    pub fn named_file(&self, path: &Path) -> Result<Vec<u8>, Failure> {
        let absent = || Failure::new(FailureKind::Usage, format!("there is no `{}`", path.display()));
        self.files.read_named(&self.folder.join(path))?.ok_or_else(absent)
    }

    /// The day, in UTC, as `YYYY-MM-DD`.
    pub fn today(&self) -> String {
        let now = Timestamp {
            seconds: self.clock.now(),
            offset_minutes: 0,
        };
        now.to_string().chars().take("YYYY-MM-DD".len()).collect()
    }

    /// Reads the tree of a source.
    pub fn tree(&self, source: &Source) -> Result<FileTree, Failure> {
        self.files_of(source, &layout::wanted)
    }

    /// Reads the wanted files of a source.
    pub fn files_of(&self, source: &Source, wanted: Wanted<'_>) -> Result<FileTree, Failure> {
        match source {
            Source::WorkTree => self.work_tree(wanted),
            Source::Revision(revision) => {
                let repository = self.repository()?;
                let commit = repository.resolve(revision)?;
                repository.files(&commit.id, wanted)
            }
        }
    }

    /// Reads the wanted files of the work tree, all of which must have been checked out.
    pub fn work_tree(&self, wanted: Wanted<'_>) -> Result<FileTree, Failure> {
        let root = self.root()?;
        let mut tree = self.files.tree(&root, wanted)?;
        let Ok(repository) = self.repository() else {
            return Ok(tree);
        };
        let checkout = repository.checkout()?;
        let mut left_out = checkout.left_out.iter().filter(|path| wanted(path));
        if let Some(first) = left_out.next() {
            let message = match left_out.count() {
                0 => format!("the checkout is sparse and leaves out `{first}`"),
                more => format!("the checkout is sparse and leaves out `{first}` and {more} more"),
            };
            return Err(
                Failure::new(FailureKind::Repository, message).hint("check out all: `git sparse-checkout disable`")
            );
        }
        for path in checkout.submodules.iter().filter(|path| wanted(&format!("{path}/"))) {
            tree.insert_submodule(path);
        }
        if repository.work_folder().is_some_and(|work| is_same(work, &root)) {
            leave_out_ignored(&*repository, &mut tree)?;
        }
        Ok(tree)
    }

    /// The paths of the wanted files of the work tree, in order; nothing is read of them. What git ignores is none.
    pub fn listed(&self, wanted: Wanted<'_>) -> Result<Vec<String>, Failure> {
        let root = self.root()?;
        let mut tree = self.files.tree_up_to(&root, wanted, 0)?;
        if let Ok(repository) = self.repository()
            && repository.work_folder().is_some_and(|work| is_same(work, &root))
        {
            leave_out_ignored(&*repository, &mut tree)?;
        }
        let is_file = |entry: &Entry| matches!(entry, Entry::File(_) | Entry::Oversized { .. });
        let files = tree.entries().filter(|(_, entry)| is_file(entry));
        Ok(files.map(|(path, _)| path.to_owned()).collect())
    }

    /// Reads a source into a workspace.
    pub fn load(&self, source: &Source) -> Result<Loaded, Failure> {
        Ok(Loaded::of(self.tree(source)?))
    }

    /// Reads the wanted files of a source into a workspace.
    pub fn load_part(&self, source: &Source, wanted: Wanted<'_>) -> Result<Loaded, Failure> {
        Ok(Loaded::of(self.files_of(source, wanted)?))
    }

    /// Reads a source into a workspace, with the schemas and policies that its objects are judged by.
    pub fn load_with_judges(&self, source: &Source) -> Result<Loaded, Failure> {
        Ok(Loaded::of(self.files_of(source, &layout::is_input)?))
    }

    /// Reads the wanted files of a commit into a workspace.
    pub fn load_commit(
        &self,
        repository: &dyn Repository,
        commit: &Commit,
        wanted: Wanted<'_>,
    ) -> Result<Loaded, Failure> {
        Ok(Loaded::of(repository.files(&commit.id, wanted)?))
    }

    /// A table that fits the terminal; as wide as it is where it goes to a file or another program.
    pub fn table(&self, table: &Table) -> String {
        if self.environment.output_is_terminal {
            table.text_within(self.environment.columns)
        } else {
            table.text()
        }
    }

    /// A line that says what takes its time; on a terminal only.
    pub fn spinner(&self, message: &'static str) -> ProgressBar {
        if !self.environment.wants_progress() || self.quiet || self.format != Format::Text {
            return ProgressBar::hidden();
        }
        let bar = ProgressBar::new_spinner();
        bar.set_style(ProgressStyle::with_template("{spinner} {msg} {elapsed}").expect("the template is fixed"));
        bar.set_message(message);
        bar.enable_steady_tick(std::time::Duration::from_millis(100));
        bar
    }
}

/// Whether two paths lead to one folder, however they end.
fn is_same(one: &Path, other: &Path) -> bool {
    one.components().eq(other.components())
}

/// Takes the files out that git ignores, as a release has none of them; where one would count it says so.
fn leave_out_ignored(repository: &dyn Repository, tree: &mut FileTree) -> Result<(), Failure> {
    let files = tree.entries().filter(|(_, entry)| **entry != Entry::Submodule);
    let paths: Vec<&str> = files.map(|(path, _)| path).collect();
    for path in repository.ignored(&paths)? {
        match layout::place(&path) {
            Place::Stray => tree.remove(&path),
            _ => tree.insert_ignored(&path),
        }
    }
    Ok(())
}

/// A folder that is named from another one, without `.` and `..`, so that those above it can be told.
pub(crate) fn below(folder: &Path, named: &Path) -> PathBuf {
    let mut path = folder.to_owned();
    for part in named.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                path.pop();
            }
            part => path.push(part),
        }
    }
    path
}

/// From now on a line of progress shows a bar: how many of so many steps are done, and how long the rest will take.
pub fn count(progress: &ProgressBar, message: &'static str, steps: usize) {
    progress.set_message(message);
    let style = ProgressStyle::with_template("{spinner} {msg} {bar:24} {pos}/{len} {elapsed}, {eta} left");
    progress.set_style(style.expect("the template is fixed"));
    progress.set_position(0);
    progress.set_length(steps as u64);
    progress.reset_eta();
}

impl Loaded {
    /// The workspace, where all of it could be read.
    pub fn whole(&self) -> Option<&Workspace> {
        let is_read = !self.findings.iter().any(Finding::is_error);
        self.workspace.as_ref().filter(|_| is_read)
    }

    /// Reads a tree into a workspace.
    pub fn of(tree: FileTree) -> Loaded {
        Loaded::of_part(tree, Elsewhere::default())
    }

    /// Reads a part of a tree into a workspace.
    pub fn of_part(tree: FileTree, elsewhere: Elsewhere) -> Loaded {
        let (workspace, findings) = Workspace::load_part(&tree, elsewhere);
        Loaded {
            tree,
            workspace,
            findings,
        }
    }
}
