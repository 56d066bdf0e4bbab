//! The disk and its twin in memory behave alike.

use std::fs;
use std::path::{Path, PathBuf};

use lockstep::model::{Entry, MAX_FILE_BYTES};
use tempfile::TempDir;
use xtask::adapters::clock::SystemClock;
use xtask::adapters::environment::Environment;
use xtask::adapters::files::Disk;
use xtask::adapters::memory::{FixedClock, MemoryFiles};
use xtask::ports::{Clock, Files};

fn put(root: &Path, path: &str, bytes: &[u8]) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn names(files: &dyn Files, root: &Path) -> Vec<String> {
    let tree = files
        .tree(root, &|path| path.ends_with('/') || path.ends_with(".yaml"))
        .unwrap();
    tree.entries().map(|(path, _)| path.to_owned()).collect()
}

#[test]
fn a_tree_has_the_wanted_files_and_follows_no_link() {
    let folder = TempDir::new().unwrap();
    let root = folder.path();
    put(root, "agents/a/agent.yaml", b"a");
    put(root, "agents/a/notes.txt", b"n");
    put(root, ".git/config.yaml", b"no");
    put(root, "agents/b/.git/config.yaml", b"no");
    put(root, "agents/b/agent.yaml", b"another repository's");
    put(root, "big.yaml", &vec![b'x'; MAX_FILE_BYTES as usize + 1]);
    std::os::unix::fs::symlink("/etc", root.join("agents/link.yaml")).unwrap();
    std::os::unix::net::UnixListener::bind(root.join("socket.yaml")).unwrap();

    let tree = Disk
        .tree(root, &|path| path.ends_with('/') || path.ends_with(".yaml"))
        .unwrap();
    let found: Vec<(&str, &Entry)> = tree.entries().collect();
    assert_eq!(
        found,
        [
            ("agents/a/agent.yaml", &Entry::File(b"a".as_slice().into())),
            ("agents/b", &Entry::Submodule),
            ("agents/link.yaml", &Entry::Link),
            (
                "big.yaml",
                &Entry::Oversized {
                    size: MAX_FILE_BYTES + 1,
                    most: MAX_FILE_BYTES
                }
            ),
        ]
    );
}

#[test]
fn names_that_are_not_unicode_reach_the_core() {
    use std::os::unix::ffi::OsStrExt;
    let folder = TempDir::new().unwrap();
    let name = std::ffi::OsStr::from_bytes(b"\xff.yaml");
    fs::write(folder.path().join(name), "x").unwrap();
    assert_eq!(names(&Disk, folder.path()), ["\u{fffd}.yaml"]);
}

#[test]
fn a_file_is_written_whole_and_only_where_it_differs() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("deep/er/a.yaml");
    Disk.write(&path, b"one").unwrap();
    let before = fs::metadata(&path).unwrap();
    Disk.write(&path, b"one").unwrap();
    let same = fs::metadata(&path).unwrap();
    Disk.write(&path, b"two").unwrap();
    let after = fs::metadata(&path).unwrap();

    use std::os::unix::fs::MetadataExt;
    assert_eq!((before.ino(), before.mtime_nsec()), (same.ino(), same.mtime_nsec()));
    assert_ne!(before.ino(), after.ino());
    assert_eq!(Disk.read(&path).unwrap().unwrap(), b"two");
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
}

#[test]
fn writing_keeps_the_mode_and_replaces_a_link_instead_of_its_target() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().unwrap();
    let script = folder.path().join("run.sh");
    fs::write(&script, "a").unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let link = folder.path().join("link.sh");
    std::os::unix::fs::symlink(&script, &link).unwrap();

    Disk.write(&link, b"new").unwrap();
    Disk.write(&script, b"b").unwrap();

    assert_eq!(fs::read(&script).unwrap(), b"b");
    assert_eq!(fs::metadata(&script).unwrap().permissions().mode() & 0o777, 0o755);
    assert!(!fs::symlink_metadata(&link).unwrap().is_symlink());
}

#[test]
fn removing_takes_the_empty_folders_along_up_to_the_root() {
    let folder = TempDir::new().unwrap();
    let root = folder.path();
    put(root, "a/b/c.yaml", b"c");
    put(root, "a/other.yaml", b"o");
    Disk.remove(root, &root.join("a/b/c.yaml")).unwrap();
    Disk.remove(root, &root.join("never/there.yaml")).unwrap();
    assert!(!root.join("a/b").exists());
    assert_eq!(names(&Disk, root), ["a/other.yaml"]);
    Disk.remove(root, &root.join("a/other.yaml")).unwrap();
    assert!(!root.join("a").exists());
    assert!(root.exists());
}

#[test]
fn a_missing_file_is_none_and_a_missing_root_a_failure() {
    let folder = TempDir::new().unwrap();
    assert_eq!(Disk.read(&folder.path().join("no")).unwrap(), None);
    let failure = Disk.tree(&folder.path().join("no"), &|_| true).unwrap_err();
    assert!(failure.message.starts_with("could not read `"), "{failure}");
    assert_eq!(failure.exit_code(), 4);
}

#[test]
fn the_twin_in_memory_does_the_same() {
    let files = MemoryFiles::new([("/w/a/b.yaml", "b"), ("/w/a/c.txt", "c"), ("/x/d.yaml", "d")]);
    let root = Path::new("/w");
    assert_eq!(names(&files, root), ["a/b.yaml"]);
    files.write(Path::new("/w/e.yaml"), b"e").unwrap();
    files.remove(root, Path::new("/w/a/b.yaml")).unwrap();
    assert_eq!(names(&files, root), ["e.yaml"]);
    assert_eq!(files.read(Path::new("/w/e.yaml")).unwrap().unwrap(), b"e");
    assert_eq!(files.paths().len(), 3);
    assert_eq!(files.paths().first(), Some(&PathBuf::from("/w/a/c.txt")));
}

#[test]
fn clocks_and_surroundings() {
    assert_eq!(FixedClock(5).now(), 5);
    let clock = SystemClock::new();
    assert!(clock.now() > 1_700_000_000);
    assert!(clock.monotonic() >= 0.0);
    let environment = Environment::read().unwrap();
    assert!(environment.current_folder.is_absolute());
    assert!(environment.columns > 0);
}
