//! A tree of files in memory, from the work tree or from any git revision.

use std::collections::BTreeMap;
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization;

use super::Finding;

/// Largest file that is read, in bytes: no file that a person writes comes near it.
pub const MAX_FILE_BYTES: u64 = 4 * 1024 * 1024;

/// Largest file of manifests from elsewhere that is read, in bytes: all that a cluster has may be one.
pub const MAX_MANIFEST_BYTES: u64 = 64 * 1024 * 1024;

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A regular file and its bytes.
    File(Arc<[u8]>),
    /// A symbolic link, which is never followed.
    Link,
    /// A folder that is another repository's, of which nothing is read.
    Submodule,
    /// A file of the work tree that git ignores: no commit has it.
    Ignored,
    /// A file that is too large to be read.
    Oversized {
        /// Its size, in bytes.
        size: u64,
        /// The largest size that would have been read.
        most: u64,
    },
}

/// Files by path; paths are relative, with `/` between their parts. A clone shares them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileTree {
    entries: Arc<BTreeMap<String, Entry>>,
}

impl FileTree {
    /// A tree of these entries.
    pub fn new(entries: BTreeMap<String, Entry>) -> FileTree {
        FileTree {
            entries: Arc::new(entries),
        }
    }

    /// Puts a file in, replacing what was there.
    pub fn insert(&mut self, path: impl Into<String>, bytes: impl Into<Arc<[u8]>>) {
        self.changed().insert(path.into(), Entry::File(bytes.into()));
    }

    /// Puts several files in.
    pub fn extend(&mut self, files: impl IntoIterator<Item = (String, Arc<[u8]>)>) {
        let files = files.into_iter().map(|(path, bytes)| (path, Entry::File(bytes)));
        self.changed().extend(files);
    }

    /// Says that a folder is another repository's: what was read of it goes.
    pub fn insert_submodule(&mut self, path: &str) {
        let below = format!("{path}/");
        self.changed().retain(|known, _| !known.starts_with(&below));
        self.changed().insert(path.to_owned(), Entry::Submodule);
    }

    /// Says that git ignores a file: what was read of it goes.
    pub fn insert_ignored(&mut self, path: &str) {
        self.changed().insert(path.to_owned(), Entry::Ignored);
    }

    /// Takes a path out.
    pub fn remove(&mut self, path: &str) {
        self.changed().remove(path);
    }

    fn changed(&mut self) -> &mut BTreeMap<String, Entry> {
        Arc::make_mut(&mut self.entries)
    }

    /// The bytes of a regular file.
    pub fn get(&self, path: &str) -> Option<&Arc<[u8]>> {
        match self.entries.get(path)? {
            Entry::File(bytes) => Some(bytes),
            Entry::Link | Entry::Submodule | Entry::Ignored | Entry::Oversized { .. } => None,
        }
    }

    /// Whether git ignores what stands there.
    pub fn is_ignored(&self, path: &str) -> bool {
        self.entries.get(path) == Some(&Entry::Ignored)
    }

    /// Every entry, by path.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries.iter().map(|(path, entry)| (path.as_str(), entry))
    }

    /// The paths that only one of two trees has, or that differ between them.
    pub fn differing<'a>(&'a self, other: &'a FileTree) -> impl Iterator<Item = &'a str> {
        let here = self.entries.iter();
        let here = here.filter(|(path, entry)| other.entries.get(*path) != Some(*entry));
        let there = other.entries.keys().filter(|path| !self.entries.contains_key(*path));
        here.map(|(path, _)| path).chain(there).map(String::as_str)
    }

    /// Regular files below a folder (given without a final `/`), by path.
    pub fn below<'a>(&'a self, folder: &str) -> impl Iterator<Item = (&'a str, &'a Arc<[u8]>)> + use<'a> {
        let prefix = format!("{folder}/");
        self.entries
            .range(prefix.clone()..)
            .take_while(move |(path, _)| path.starts_with(&prefix))
            .filter_map(|(path, entry)| match entry {
                Entry::File(bytes) => Some((path.as_str(), bytes)),
                Entry::Link | Entry::Submodule | Entry::Ignored | Entry::Oversized { .. } => None,
            })
    }

    /// Names of the folders directly below a folder, in order.
    pub fn folders(&self, folder: &str) -> Vec<&str> {
        let prefix = format!("{folder}/");
        let mut names: Vec<&str> = self
            .entries
            .range(prefix.clone()..)
            .take_while(|(path, _)| path.starts_with(&prefix))
            .filter_map(|(path, _)| path[prefix.len()..].split_once('/').map(|(name, _)| name))
            .collect();
        names.dedup();
        names
    }

    /// What is hostile about the tree: links, other repositories, ignored files, giants, and names that lead elsewhere or
    /// look alike.
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = self.unread();
        let mut forms: BTreeMap<String, &str> = BTreeMap::new();
        for path in self.entries.keys() {
            findings.extend(name_finding(path));
            let form: String = path.nfkc().flat_map(char::to_lowercase).collect();
            if let Some(twin) = forms.insert(form, path) {
                findings.push(
                    Finding::error(
                        "twin-path",
                        format!(
                            "`{}` differs from `{}` only in case or Unicode form",
                            spelt(path),
                            spelt(twin)
                        ),
                    )
                    .in_file(path)
                    .help("rename one of them: on many systems they are the same file"),
                );
            }
        }
        findings
    }

    /// The links, other repositories, ignored files and giants in it: nothing of them was read.
    pub fn unread(&self) -> Vec<Finding> {
        let entries = self.entries.iter();
        entries.filter_map(|(path, entry)| entry_finding(path, entry)).collect()
    }
}

/// A path so that two that look alike can be told apart.
fn spelt(path: &str) -> String {
    let show = |c: char| {
        if c.is_ascii() {
            c.to_string()
        } else {
            c.escape_unicode().to_string()
        }
    };
    path.chars().map(show).collect()
}

fn entry_finding(path: &str, entry: &Entry) -> Option<Finding> {
    match entry {
        Entry::File(_) => None,
        Entry::Link => Some(
            Finding::error(
                "symbolic-link",
                format!("`{path}` is a symbolic link, which is not followed"),
            )
            .in_file(path)
            .help("put the file itself in its place"),
        ),
        Entry::Submodule => Some(
            Finding::error(
                "submodule",
                format!("`{path}` is a commit of another repository, of which nothing is read"),
            )
            .in_file(path)
            .help("put the files themselves in its place"),
        ),
        Entry::Ignored => Some(
            Finding::error(
                "ignored-file",
                format!("git ignores `{path}`, so that no commit and no release has it"),
            )
            .in_file(path)
            .help(format!(
                "`git check-ignore --verbose {path}` says which line ignores it; or add it: `git add --force {path}`"
            )),
        ),
        Entry::Oversized { size, most } => Some(
            Finding::error(
                "oversized-file",
                format!("`{path}` has {size} bytes, more than the {most} that are read"),
            )
            .in_file(path)
            .help("keep data out of the tree and name it by digest"),
        ),
    }
}

fn name_finding(path: &str) -> Option<Finding> {
    let reason = if path.split('/').any(|part| part == ".." || part == ".") {
        "leads out of its folder"
    } else if path.split('/').any(str::is_empty) {
        "has an empty part"
    } else if path.contains('\\') {
        "has a backslash, which is a separator on Windows"
    } else if path.chars().any(|c| c.is_control() || c == char::REPLACEMENT_CHARACTER) {
        "has characters that cannot be shown"
    } else {
        return None;
    };
    Some(
        Finding::error("unsafe-path", format!("the path `{}` {reason}", path.escape_debug()))
            .in_file(path)
            .help("rename the file"),
    )
}
