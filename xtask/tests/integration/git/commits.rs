//! Commits: what changes, what stays, and who wins a race.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use git2::{ObjectType, Oid};
use xtask::ports::{GitId, Repository, Tip};

use super::fixture::{AUTHOR, Fixture, commit_to, id, new_commit, paths, signature, texts};

const DEV: &str = "environment/dev";

fn fixture() -> Fixture {
    Fixture::with(&[("README", "dry")])
}

fn packs(fixture: &Fixture) -> usize {
    let folder = fixture.path(".git/objects/pack");
    fs::read_dir(folder).map_or(0, |entries| entries.count())
}

#[test]
fn the_first_commit_has_no_parent_and_the_next_one_has() {
    let fixture = fixture();
    let repository = fixture.open();
    let first = commit_to(&repository, DEV, &[("apps/a/m.yaml", Some("1"))]).unwrap();
    let second = commit_to(&repository, DEV, &[("apps/a/m.yaml", Some("2"))]).unwrap();
    let commit = repository.resolve(DEV).unwrap();
    assert_eq!(commit.id, second);
    assert_eq!(commit.parents, [first]);
    assert_eq!(commit.author, AUTHOR);
    assert_eq!((commit.seconds, commit.offset_minutes), (1_700_000_000, -90));
    assert_eq!(commit.message, "abc1234: Subject\n\nDry-sha: abc\n");
    assert_eq!(texts(&repository, &second)["apps/a/m.yaml"], "2");
    assert_eq!(packs(&fixture), 0);
    let log = fixture.git.reflog("refs/heads/environment/dev").unwrap();
    assert_eq!(log.len(), 2);
    assert_eq!(
        log.get(0).unwrap().message().unwrap(),
        Some("lockstep: abc1234: Subject")
    );
}

#[test]
fn the_same_commit_has_the_same_id_as_one_by_libgit2() {
    let fixture = fixture();
    let made = commit_to(&fixture.open(), DEV, &[("file", Some("text"))]).unwrap();
    let by_libgit2 = {
        let git = &fixture.git;
        let mut builder = git.treebuilder(None).unwrap();
        builder.insert("file", git.blob(b"text").unwrap(), 0o100_644).unwrap();
        let tree = git.find_tree(builder.write().unwrap()).unwrap();
        let author = git2::Signature::new("Robot", "robot@example.com", &git2::Time::new(1_700_000_000, -90)).unwrap();
        let message = "abc1234: Subject\n\nDry-sha: abc\n";
        git.commit(None, &author, &author, message, &tree, &[]).unwrap()
    };
    assert_eq!(made, id(by_libgit2));
}

/// A branch with entries that only others would write: link, submodule, executable, odd name, old mode.
fn foreign(fixture: &Fixture) -> (Oid, Vec<u8>) {
    let git = &fixture.git;
    let blob = git.blob(b"x").unwrap();
    let commit = git.head().unwrap().target().unwrap();
    let mut tree = Vec::new();
    for (mode, name, id) in [
        ("100664", b"a-old".as_slice(), blob),
        ("120000", b"link", blob),
        ("100755", b"run.sh", blob),
        ("160000", b"sub", commit),
        ("100644", b"\xff\xfe", blob),
    ] {
        tree.extend(mode.as_bytes());
        tree.push(b' ');
        tree.extend(name);
        tree.push(0);
        tree.extend(id.as_bytes());
    }
    let odb = git.odb().unwrap();
    let id = odb.write(ObjectType::Tree, &tree).unwrap();
    let tree_object = git.find_tree(id).unwrap();
    let commit = git
        .commit(None, &signature(), &signature(), "theirs", &tree_object, &[])
        .unwrap();
    git.reference("refs/heads/environment/dev", commit, true, "").unwrap();
    (commit, tree)
}

#[test]
fn what_others_wrote_stays_byte_for_byte() {
    let fixture = fixture();
    let (_, before) = foreign(&fixture);
    let repository = fixture.open();
    let made = commit_to(&repository, DEV, &[("apps/a/m.yaml", Some("1"))]).unwrap();
    let removed = commit_to(&repository, DEV, &[("apps/a/m.yaml", None)]).unwrap();
    let tree = |commit: &GitId| {
        let tree = repository.resolve(&commit.0).unwrap().tree;
        let odb = fixture.git.odb().unwrap();
        odb.read(Oid::from_str(&tree.0).unwrap()).unwrap().data().to_vec()
    };
    assert_eq!(tree(&removed), before);
    let with = tree(&made);
    let position = |part: &[u8]| with.windows(part.len()).position(|window| window == part);
    assert!(position(b"40000 apps\0") > position(b"100664 a-old\0"));
    assert!(position(b"120000 link\0") > position(b"40000 apps\0"));
    assert!(position(b"160000 sub\0").is_some() && position(b"\xff\xfe\0").is_some());
}

#[test]
fn removal_prunes_empty_folders() {
    let fixture = fixture();
    let repository = fixture.open();
    let all = [
        ("apps/a/m.yaml", Some("1")),
        ("apps/a/deep/er", Some("2")),
        ("apps/b/m.yaml", Some("3")),
    ];
    commit_to(&repository, DEV, &all).unwrap();
    let gone = [("apps/a/m.yaml", None), ("apps/a/deep/er", None), ("never", None)];
    let made = commit_to(&repository, DEV, &gone).unwrap();
    assert_eq!(paths(&repository, &made), ["apps/b/m.yaml"]);
    assert!(!repository.folder(&made, "apps").unwrap().contains_key("a"));
    let empty = commit_to(&repository, DEV, &[("apps/b/m.yaml", None)]).unwrap();
    assert_eq!(paths(&repository, &empty), [""; 0]);
    assert!(repository.folder(&empty, "").unwrap().is_empty());
}

#[test]
fn a_file_gives_way_to_a_folder_only_when_it_is_removed() {
    let fixture = fixture();
    let repository = fixture.open();
    commit_to(&repository, DEV, &[("a", Some("file")), ("d/x", Some("theirs"))]).unwrap();
    for change in [[("a/b", Some("1"))], [("d", Some("1"))]] {
        let failure = commit_to(&repository, DEV, &change).unwrap_err();
        assert!(failure.message.starts_with("something that is not ours"), "{failure}");
    }
    let swap = [("a", None), ("a/b", Some("1")), ("d", Some("2")), ("d/x", None)];
    let made = commit_to(&repository, DEV, &swap).unwrap();
    assert_eq!(paths(&repository, &made), ["a/b", "d"]);
}

#[test]
fn paths_that_lead_elsewhere_are_refused() {
    let fixture = fixture();
    let repository = fixture.open();
    for path in ["", "/a", "a//b", "../a", "a/./b", ".git/config", "a/.GIT", "a/", "n\0l"] {
        let failure = commit_to(&repository, DEV, &[(path, Some("x"))]).unwrap_err();
        assert!(failure.message.starts_with("git cannot hold"), "{path}: {failure}");
    }
    assert_eq!(repository.tip(DEV, "origin").unwrap(), Tip::Unborn);
}

#[test]
fn a_remote_tip_is_gone_on_from_without_a_local_branch() {
    let fixture = fixture();
    let theirs = fixture.loose_commit("theirs", &[]);
    fixture.set("refs/remotes/origin/environment/dev", theirs);
    let repository = fixture.open();
    let made = commit_to(&repository, DEV, &[("a", Some("1"))]).unwrap();
    assert_eq!(repository.resolve(DEV).unwrap().parents, [id(theirs)]);
    assert_eq!(paths(&repository, &made), ["a", "file"]);
}

/// Text that hardly compresses.
fn noise(seed: usize) -> String {
    let mut state = seed as u64 + 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        char::from(b'!' + (state >> 33) as u8 % 90)
    };
    (0..5000).map(|_| next()).collect()
}

#[test]
fn a_large_commit_is_one_pack_and_reads_back() {
    let fixture = fixture();
    let repository = fixture.open();
    let change: BTreeMap<String, Option<Arc<[u8]>>> = (0..1000)
        .map(|number| {
            // From empty to 100 KB, and one that does not compress.
            let text = match number % 100 {
                7 => format!("{number}").repeat(number * 30),
                8 => noise(number),
                _ => format!("kind: Thing\nname: thing-{number}\n"),
            };
            let bytes: Arc<[u8]> = text.into_bytes().into();
            (format!("apps/{}/m{number}.yaml", number % 37), Some(bytes))
        })
        .collect();
    let mut commit = new_commit(DEV, &Tip::Unborn, &[]);
    commit.change = change.clone();
    let made = repository.commit(&[commit]).unwrap();
    assert_eq!(packs(&fixture), 2);
    let tree = repository.files(&made[0], &|_| true).unwrap();
    for (path, bytes) in &change {
        assert_eq!(tree.get(path), bytes.as_ref());
    }
    // libgit2 itself, with its own checks.
    let git = git2::Repository::open(fixture.folder.path()).unwrap();
    git2::opts::strict_hash_verification(true);
    let mut seen = 0;
    git.odb()
        .unwrap()
        .foreach(|id| git.find_object(*id, None).map(|_| seen += 1).is_ok())
        .unwrap();
    git2::opts::strict_hash_verification(false);
    assert!(seen > 1000);
    // A small commit on top is loose again.
    let next = commit_to(&repository, DEV, &[("apps/1/m1.yaml", Some("new"))]).unwrap();
    assert_eq!(packs(&fixture), 2);
    assert_eq!(paths(&repository, &next).len(), 1000);
}

#[test]
fn objects_are_read_only_files() {
    let fixture = fixture();
    let made = commit_to(&fixture.open(), DEV, &[("a", Some("1"))]).unwrap();
    let path = fixture.path(&format!(".git/objects/{}/{}", &made.0[..2], &made.0[2..]));
    let mode = fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode & 0o222, 0);
}
