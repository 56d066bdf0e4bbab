//! Which files differ from the checked-out commit: one row a way to differ.

use std::fs::{self, FileTimes, OpenOptions, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::time::{Duration, SystemTime};

use git2::{IndexEntry, IndexTime};
use xtask::adapters::git::GitRepository;
use xtask::ports::Repository;

use super::fixture::Fixture;

fn fixture() -> Fixture {
    let fixture = Fixture::with(&[
        ("agents/a/agent.yaml", "name: a"),
        ("agents/a/prompts/p.prompt", "p"),
        ("agents/b/agent.yaml", "name: b"),
        ("environments/fleet.yaml", "fleet"),
        (".gitignore", "*.log\n/target/\n"),
    ]);
    // Written long ago, so that the times in the index are to be trusted.
    let long_ago = SystemTime::now() - Duration::from_secs(3600);
    for path in ["agents/a/agent.yaml", "agents/b/agent.yaml", "environments/fleet.yaml"] {
        let file = OpenOptions::new().write(true).open(fixture.path(path)).unwrap();
        file.set_times(FileTimes::new().set_modified(long_ago)).unwrap();
    }
    fixture.add_all();
    fixture
}

fn check(change: impl Fn(&Fixture), expected: &[&str]) {
    let fixture = fixture();
    let repository = fixture.open();
    assert_eq!(repository.dirty(&[""]).unwrap(), [""; 0]);
    change(&fixture);
    assert_eq!(repository.dirty(&[""]).unwrap(), expected);
    // libgit2 and a fresh handle are of the same mind.
    let again = GitRepository::discover(fixture.folder.path()).unwrap();
    assert_eq!(again.dirty(&[""]).unwrap(), expected);
    let mut options = git2::StatusOptions::new();
    options.include_untracked(true).recurse_untracked_dirs(true);
    let statuses = fixture.git.statuses(Some(&mut options)).unwrap();
    let mut known: Vec<String> = statuses
        .iter()
        .map(|status| String::from_utf8_lossy(status.path_bytes()).into_owned())
        .collect();
    known.sort();
    assert_eq!(known, expected);
}

#[test]
fn untouched() {
    check(|_| {}, &[]);
}

#[test]
fn modified() {
    check(
        |f| f.put("agents/a/agent.yaml", "name: other"),
        &["agents/a/agent.yaml"],
    );
}

#[test]
fn edited_to_the_same_size() {
    check(|f| f.put("agents/a/agent.yaml", "name: z"), &["agents/a/agent.yaml"]);
}

#[test]
fn edited_to_the_same_size_with_the_old_time() {
    check(
        |f| {
            let path = f.path("agents/a/agent.yaml");
            let before = fs::metadata(&path).unwrap().modified().unwrap();
            fs::write(&path, "name: z").unwrap();
            let file = OpenOptions::new().write(true).open(&path).unwrap();
            file.set_times(FileTimes::new().set_modified(before)).unwrap();
        },
        &["agents/a/agent.yaml"],
    );
}

#[test]
fn touched_with_the_same_content_is_clean() {
    check(|f| f.put("agents/a/agent.yaml", "name: a"), &[]);
}

#[test]
fn staged() {
    check(
        |f| {
            f.put("agents/a/agent.yaml", "name: staged");
            f.put("agents/new.yaml", "n");
            f.add_all();
        },
        &["agents/a/agent.yaml", "agents/new.yaml"],
    );
}

#[test]
fn staged_removal_of_a_whole_folder() {
    check(
        |f| {
            fs::remove_dir_all(f.path("agents/a")).unwrap();
            let mut index = f.git.index().unwrap();
            index.remove_dir(std::path::Path::new("agents/a"), 0).unwrap();
            index.write().unwrap();
        },
        &["agents/a/agent.yaml", "agents/a/prompts/p.prompt"],
    );
}

#[test]
fn untracked_but_not_ignored() {
    check(
        |f| {
            f.put("agents/a/noise.log", "ignored");
            f.put("target/debug/x", "ignored");
            f.put("agents/c/agent.yaml", "c");
            f.put("agents/c/deep/er.yaml", "c");
            f.put("top.yaml", "t");
        },
        &["agents/c/agent.yaml", "agents/c/deep/er.yaml", "top.yaml"],
    );
}

#[test]
fn deleted() {
    check(
        |f| {
            fs::remove_file(f.path("environments/fleet.yaml")).unwrap();
            fs::remove_dir_all(f.path("agents/b")).unwrap();
        },
        &["agents/b/agent.yaml", "environments/fleet.yaml"],
    );
}

#[test]
fn mode_changed() {
    check(
        |f| {
            let path = f.path("agents/a/agent.yaml");
            fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
        },
        &["agents/a/agent.yaml"],
    );
}

#[test]
fn a_folder_replaced_by_a_link_is_not_looked_into() {
    let fixture = fixture();
    let elsewhere = tempfile::TempDir::new().unwrap();
    fs::rename(fixture.path("agents/b"), elsewhere.path().join("b")).unwrap();
    std::os::unix::fs::symlink(elsewhere.path().join("b"), fixture.path("agents/b")).unwrap();
    for roots in [["agents"], ["agents/b"]] {
        assert_eq!(
            fixture.open().dirty(&roots).unwrap(),
            ["agents/b", "agents/b/agent.yaml"]
        );
    }
}

#[test]
fn a_file_replaced_by_a_folder_or_link() {
    let fixture = fixture();
    fs::remove_file(fixture.path("environments/fleet.yaml")).unwrap();
    fixture.put("environments/fleet.yaml/inner", "x");
    fs::remove_file(fixture.path("agents/b/agent.yaml")).unwrap();
    std::os::unix::fs::symlink("/etc/hosts", fixture.path("agents/b/agent.yaml")).unwrap();
    assert_eq!(
        fixture.open().dirty(&["environments/fleet.yaml", "agents"]).unwrap(),
        [
            "agents/b/agent.yaml",
            "environments/fleet.yaml",
            "environments/fleet.yaml/inner"
        ]
    );
}

#[test]
fn roots_limit_the_answer() {
    let fixture = fixture();
    fixture.put("agents/a/agent.yaml", "other");
    fixture.put("agents/b/new.yaml", "new");
    fixture.put("environments/fleet.yaml", "other");
    fixture.put("staged.yaml", "s");
    fixture.add_all();
    fixture.put("agentsnot/x", "x");
    let repository = fixture.open();
    let dirty = |roots: &[&str]| repository.dirty(roots).unwrap();
    assert_eq!(dirty(&["agents"]), ["agents/a/agent.yaml", "agents/b/new.yaml"]);
    assert_eq!(dirty(&["agents/a", "agents/a/prompts"]), ["agents/a/agent.yaml"]);
    assert_eq!(dirty(&["environments/fleet.yaml"]), ["environments/fleet.yaml"]);
    assert_eq!(dirty(&["staged.yaml", "nowhere"]), ["staged.yaml"]);
    assert_eq!(dirty(&["agents/a/prompts"]), [""; 0]);
    assert_eq!(dirty(&[]), [""; 0]);
}

#[test]
fn everything_is_dirty_before_the_first_commit() {
    let fixture = Fixture::unborn();
    fixture.put("staged", "s");
    fixture.add_all();
    fixture.put("untracked", "u");
    assert_eq!(fixture.open().dirty(&[""]).unwrap(), ["staged", "untracked"]);
}

#[test]
fn a_file_that_is_not_looked_at_by_request_is_clean() {
    let fixture = fixture();
    let mut index = fixture.git.index().unwrap();
    let mut entry = index.get_path("agents/b/agent.yaml".as_ref(), 0).unwrap();
    entry.flags_extended |= 1 << 14;
    entry.flags |= 0x4000;
    index.add(&entry).unwrap();
    index.write().unwrap();
    fs::remove_dir_all(fixture.path("agents/b")).unwrap();
    assert_eq!(fixture.open().dirty(&[""]).unwrap(), [""; 0]);
}

#[test]
fn line_endings_that_git_converts_are_clean() {
    let fixture = fixture();
    fixture.put(".gitattributes", "*.txt text eol=crlf\n");
    fixture.put("a.txt", "one\r\ntwo\r\n");
    fixture.commit_all("Windows");
    fixture.put("a.txt", "one\r\ntwo\r\n");
    assert_eq!(fixture.open().dirty(&[""]).unwrap(), [""; 0]);
    fixture.put("a.txt", "one\r\nTWO\r\n");
    assert_eq!(fixture.open().dirty(&[""]).unwrap(), ["a.txt"]);
}

#[test]
fn a_repository_inside_counts_as_one_path() {
    let fixture = fixture();
    git2::Repository::init(fixture.path("agents/inner")).unwrap();
    fixture.put("agents/inner/x", "x");
    assert_eq!(fixture.open().dirty(&["agents"]).unwrap(), ["agents/inner/"]);
}

#[test]
fn a_file_written_in_the_same_tick_as_the_index_is_looked_at_again() {
    let fixture = fixture();
    let path = fixture.path("agents/a/agent.yaml");
    fs::write(&path, "name: z").unwrap();
    let now = fs::metadata(&path).unwrap();
    let mut index = fixture.git.index().unwrap();
    let entry = index.get_path("agents/a/agent.yaml".as_ref(), 0).unwrap();
    // As if the first content had been added in the very moment of the second writing.
    index
        .add(&IndexEntry {
            mtime: IndexTime::new(now.mtime() as i32, now.mtime_nsec() as u32),
            ctime: IndexTime::new(now.ctime() as i32, now.ctime_nsec() as u32),
            file_size: 7,
            ..entry
        })
        .unwrap();
    index.write().unwrap();
    let file = OpenOptions::new().write(true).open(fixture.path(".git/index")).unwrap();
    file.set_times(FileTimes::new().set_modified(now.modified().unwrap()))
        .unwrap();
    assert_eq!(fixture.open().dirty(&[""]).unwrap(), ["agents/a/agent.yaml"]);
}

#[test]
fn a_damaged_index_is_a_failure() {
    let fixture = fixture();
    let index = fs::read(fixture.path(".git/index")).unwrap();
    for bytes in [&b"no"[..], &index[..index.len() / 2], &[b'x'; 100]] {
        fs::write(fixture.path(".git/index"), bytes).unwrap();
        let failure = fixture.open().dirty(&[""]).unwrap_err();
        assert!(failure.message.ends_with("is damaged"), "{failure}");
    }
}

/// Makes a change to a folder's names, again until the folder's time tells of it: kernels count in milliseconds.
fn tell(fixture: &Fixture, folder: &str, change: impl Fn()) {
    let time = || {
        let metadata = fs::metadata(fixture.path(folder)).unwrap();
        (metadata.ctime(), metadata.ctime_nsec())
    };
    let before = time();
    while time() == before {
        let spare = fixture.path(folder).join("spare.log");
        fs::write(&spare, "").unwrap();
        fs::remove_file(&spare).unwrap();
    }
    change();
}

#[test]
fn folders_left_alone_are_not_listed_again_and_every_change_is_still_seen() {
    let fixture = fixture();
    let repository = fixture.open().with_settling(Duration::ZERO);
    let dirty = || repository.dirty(&["agents", "environments"]).unwrap();
    let memory = fixture.path(".git/lockstep/settled-folders");
    let without = fixture.open().without_cache();
    assert_eq!(without.dirty(&[""]).unwrap(), [""; 0]);
    assert!(!memory.exists());
    assert_eq!(dirty(), [""; 0]);
    // agents, agents/a, agents/a/prompts, agents/b, environments
    assert_eq!(fs::read(&memory).unwrap().len(), 5 * 16);
    assert_eq!(dirty(), [""; 0]);

    fixture.put("agents/a/prompts/p.prompt", "q");
    assert_eq!(dirty(), ["agents/a/prompts/p.prompt"]);
    fixture.put("agents/a/prompts/p.prompt", "p");
    tell(&fixture, "agents/b", || fixture.put("agents/b/new.yaml", "new"));
    assert_eq!(dirty(), ["agents/b/new.yaml"]);
    tell(&fixture, "agents/b", || {
        fs::remove_file(fixture.path("agents/b/new.yaml")).unwrap();
        fs::remove_file(fixture.path("agents/b/agent.yaml")).unwrap();
    });
    tell(&fixture, "agents", || fixture.put("agents/c/agent.yaml", "new"));
    assert_eq!(dirty(), ["agents/b/agent.yaml", "agents/c/agent.yaml"]);
    // Staged, so that another set of files is tracked in the same folders.
    let mut index = fixture.git.index().unwrap();
    index.remove_path("environments/fleet.yaml".as_ref()).unwrap();
    index.write().unwrap();
    let expected = ["agents/b/agent.yaml", "agents/c/agent.yaml", "environments/fleet.yaml"];
    assert_eq!(dirty(), expected);
    for damage in [&b"short"[..], &[7; 160], b""] {
        fs::write(&memory, damage).unwrap();
        assert_eq!(dirty(), expected);
        assert_eq!(dirty(), expected);
    }
    assert_eq!(without.dirty(&["agents", "environments"]).unwrap(), expected);
}
