//! The fleet of this repository, released in clones of it.

mod abandoned;
mod commits;
mod contract;
mod keyless;
mod kubernetes;
mod pushes;
mod races;
mod remotes;
mod signatures;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use tempfile::TempDir;

use crate::shell::sh;

/// The environments, in the fleet's order.
pub const ENVIRONMENTS: [&str; 4] = ["dev", "staging", "canary", "production"];

/// A bare remote with this repository's files on `main`, and a folder for clones.
pub struct Fleet {
    folder: TempDir,
}

impl Fleet {
    /// The fleet's files of the commit that is checked out here, without the tool's own, with a history of their own: a checkout
    /// of CI may be shallow.
    pub fn new() -> Fleet {
        static MADE: LazyLock<PathBuf> = LazyLock::new(made);
        let folder = TempDir::new().unwrap();
        sh(
            folder.path(),
            &format!("git clone -q --bare '{}' remote.git", MADE.display()),
        );
        Fleet { folder }
    }

    /// The remote.
    pub fn remote(&self) -> PathBuf {
        self.folder.path().join("remote.git")
    }

    /// A clone of the remote, made with these options.
    pub fn clone(&self, name: &str, options: &str) -> PathBuf {
        let remote = self.remote();
        sh(
            self.folder.path(),
            &format!("git clone -q {options} 'file://{}' {name}", remote.display()),
        );
        self.folder.path().join(name)
    }

    /// A clone in which every environment was released, and the files of each branch in the folder `released`.
    pub fn released(&self) -> PathBuf {
        let clone = self.clone("clone", "");
        sh(&clone, "$XTASK release dev staging canary production");
        for environment in ENVIRONMENTS {
            let line = format!(
                "mkdir -p ../released/{environment} && git archive -o ../tree.tar environment/{environment}
                 tar -xf ../tree.tar -C ../released/{environment}"
            );
            sh(&clone, &line);
        }
        clone
    }

    /// Where `released` puts the files of a branch.
    pub fn files(&self, environment: &str) -> PathBuf {
        self.folder.path().join("released").join(environment)
    }
}

/// The remote that all others are copies of, made once for a commit and kept beside what cargo builds.
fn made() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let git = format!("git -c safe.directory='*' -C '{}'", root.display());
    let commit = sh(root, &format!("{git} rev-parse HEAD"));
    let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fleet-{commit}.git"));
    if !made.exists() {
        let folder = TempDir::new().unwrap();
        sh(
            folder.path(),
            &format!(
                "{git} archive -o \"$PWD/tree.tar\" HEAD . ':!xtask'
                 git init -q -b main seed && tar -xf tree.tar -C seed && cd seed
                 git add -A -f && git commit -qm 'Take over the fleet'
                 git commit -q --allow-empty -m 'Go on' && git gc -q && cd ..
                 git clone -q --bare --no-local seed made.git && mv -T made.git '{}'",
                made.display()
            ),
        );
    }
    made
}

/// Adds a newer version of a prompt, which dev runs at once, and commits it.
pub fn write_prompt(clone: &Path, version: &str) {
    sh(
        clone,
        &format!(
            "cd agents/support-rag/prompts/answer && last=$(ls | sort -V | tail -1)
             cp $last {version}.prompt && echo 'Answer in two sentences.' >> {version}.prompt
             git add . && git commit -qm 'Answer {version}'"
        ),
    );
}
