//! A command run on files in memory: those of this repository, or a few lines of a test.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Parser;
use lockstep::model::FileTree;
use lockstep::report::Style;
use xtask::adapters::environment::Environment;
use xtask::adapters::files::Disk;
use xtask::adapters::http::Client;
use xtask::adapters::memory::{FixedClock, MemoryFiles, MemoryPrograms};
use xtask::adapters::signer::Opened;
use xtask::cli::{Cli, Command};
use xtask::commands;
use xtask::context::{Context, Format};
use xtask::failure::Failure;
use xtask::ports::Files;
use xtask::report::Report;

/// Where the files of a workbench seem to stand.
const ROOT: &str = "/fleet";

/// The root of this repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Files of this repository, as they are on disk.
pub fn tree(wanted: fn(&str) -> bool) -> FileTree {
    let ours = |path: &str| !path.starts_with("target/") && (path.ends_with('/') || wanted(path));
    Disk.tree(repository(), &ours).unwrap()
}

/// What the workbench takes of this repository.
fn is_kept(path: &str) -> bool {
    let folders = [
        "agents/",
        "environments/",
        "templates/",
        "schemas/",
        "policies/",
        "docs/reference/",
        "docs/runbooks/",
        ".github/",
    ];
    folders.iter().any(|folder| path.starts_with(folder))
}

pub struct Workbench {
    context: Context,
}

impl Workbench {
    /// The fleet of this repository with what is generated beside it.
    pub fn of_repository() -> Workbench {
        let tree = tree(is_kept);
        let files = tree
            .entries()
            .filter_map(|(path, _)| Some((path.to_owned(), tree.get(path)?.to_vec())));
        Workbench::of(files)
    }

    /// Files of a test.
    pub fn of(files: impl Iterator<Item = (String, Vec<u8>)>) -> Workbench {
        let files = files.map(|(path, bytes)| (Path::new(ROOT).join(path), bytes));
        let context = Context {
            environment: Environment {
                program: String::new(),
                arguments: Vec::new(),
                current_folder: PathBuf::from(ROOT),
                output_is_terminal: false,
                error_is_terminal: false,
                columns: 100,
                no_color: true,
                key_passphrase: None,
                ci: false,
                source_branch: None,
                identity: None,
            },
            // 2026-12-01, when the waiver of the example fleet holds
            clock: Box::new(FixedClock(1_796_083_200)),
            files: Box::new(MemoryFiles::new(files)),
            programs: Box::new(MemoryPrograms::default()),
            http: Box::new(Client::default()),
            opened: Opened::default(),
            folder: PathBuf::from(ROOT),
            format: Format::Text,
            style: Style::Plain,
            quiet: false,
            verbose: false,
        };
        Workbench { context }
    }

    /// Runs a command line, given without `cargo xtask`.
    pub fn run(&self, line: &str) -> Result<Report, Failure> {
        let words = line.split_whitespace().map(OsString::from);
        let cli = Cli::try_parse_from(std::iter::once("cargo xtask".into()).chain(words)).unwrap();
        match cli.command {
            Command::Completions(args) => commands::completions::run(&self.context, args),
            Command::Branch(args) => commands::branch::run(&self.context, args),
            Command::Candidate(args) => commands::candidate::run(&self.context, args),
            Command::Explain(args) => commands::explain::run(&self.context, args),
            Command::Import(args) => commands::import::run(&self.context, args),
            Command::Man(args) => commands::man::run(&self.context, args),
            Command::Evaluate(args) => commands::evaluate::run(&self.context, *args),
            Command::Generate(args) => commands::generate::run(&self.context, args),
            Command::New(args) => commands::new::run(&self.context, args),
            Command::Policy(args) => commands::policy::run(&self.context, args),
            Command::Prompts(args) => commands::prompts::run(&self.context, args),
            Command::Render(args) => commands::render::run(&self.context, args),
            Command::Schemas(args) => commands::schemas::run(&self.context, args),
            Command::Retro(args) => commands::retro::run(&self.context, args),
            Command::Validate(args) => commands::validate::run(&self.context, args),
            other => panic!("the workbench has no repository for {other:?}"),
        }
    }

    pub fn put(&self, path: &str, text: &str) {
        self.context
            .files
            .write(&Path::new(ROOT).join(path), text.as_bytes())
            .unwrap();
    }

    pub fn remove(&self, path: &str) {
        let root = Path::new(ROOT);
        self.context.files.remove(root, &root.join(path)).unwrap();
    }

    pub fn text(&self, path: &str) -> Option<String> {
        let bytes = self.context.files.read(&Path::new(ROOT).join(path)).unwrap()?;
        Some(String::from_utf8(bytes).unwrap())
    }

    /// Every file and its text, to see what a command changed.
    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        let tree = self.context.files.tree(Path::new(ROOT), &|_| true).unwrap();
        tree.entries()
            .map(|(path, _)| (path.to_owned(), tree.get(path).unwrap().to_vec()))
            .collect()
    }
}
