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

use tempfile::TempDir;

use crate::shell::sh;

/// The environments, in the fleet's order.
pub const ENVIRONMENTS: [&str; 4] = ["dev", "staging", "canary", "production"];

/// A bare remote with this repository's files on `main`, and a folder for clones.
pub struct Fleet {
    folder: TempDir,
}

impl Fleet {
    /// The files of the commit that is checked out here, with a history of their own: a checkout of CI may be shallow.
    pub fn new() -> Fleet {
        let folder = TempDir::new().unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        sh(
            folder.path(),
            &format!(
                "git -c safe.directory='*' -C '{}' archive -o '{}/tree.tar' HEAD
                 git init -q -b main seed && tar -xf tree.tar -C seed && cd seed
                 git add -A -f && git commit -qm 'Take over the fleet'
                 git commit -q --allow-empty -m 'Go on' && cd .. && git clone -q --bare seed remote.git",
                root.display(),
                folder.path().display()
            ),
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
