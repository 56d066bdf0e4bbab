//! Commits, their files and their ancestors.

use std::collections::BTreeSet;
use std::fs;

use lockstep::model::{Entry, MAX_FILE_BYTES};
use tempfile::TempDir;
use xtask::adapters::git::GitRepository;
use xtask::failure::FailureKind;
use xtask::ports::{GitId, Repository};

use super::fixture::{Fixture, id, paths, texts};

#[test]
fn a_folder_outside_of_a_repository_says_how_to_make_one() {
    let folder = TempDir::new().unwrap();
    let failure = GitRepository::discover(folder.path()).err().unwrap();
    assert_eq!(failure.kind, FailureKind::Repository);
    assert!(failure.message.ends_with("is not in a git repository"), "{failure}");
    assert!(failure.hints[0].contains("`git init`"));
}

#[test]
fn an_unborn_repository_says_how_to_make_the_first_commit() {
    let failure = Fixture::unborn().open().head().unwrap_err();
    assert_eq!(failure.kind, FailureKind::Repository);
    assert!(failure.hints[0].contains("git add -A && git commit"));
}

#[test]
fn head_is_read_on_a_branch_detached_and_from_a_folder_below() {
    let fixture = Fixture::with(&[("agents/a/agent.yaml", "a")]);
    let first = fixture.git.head().unwrap().target().unwrap();
    let head = GitRepository::discover(&fixture.path("agents/a"))
        .unwrap()
        .head()
        .unwrap();
    assert_eq!(head.id, id(first));
    assert_eq!(head.author, "Robot <robot@example.com>");
    assert_eq!((head.seconds, head.offset_minutes), (1_700_000_000, 60));
    assert_eq!((head.message.as_str(), head.parents.len()), ("First", 0));

    fixture.git.set_head_detached(first).unwrap();
    assert_eq!(fixture.open().head().unwrap().id, id(first));
}

#[test]
fn a_bare_repository_has_no_work_folder_and_nothing_dirty() {
    let folder = TempDir::new().unwrap();
    let repository = GitRepository::init_bare(folder.path()).unwrap();
    assert_eq!(repository.work_folder(), None);
    assert_eq!(repository.dirty(&[""]).unwrap(), [""; 0]);
    assert!(repository.head().is_err());
    let again = GitRepository::open(folder.path()).unwrap();
    assert_eq!(again.git_folder(), repository.git_folder());
}

#[test]
fn a_linked_work_tree_shares_the_git_folder() {
    let fixture = Fixture::with(&[("a", "a")]);
    let elsewhere = TempDir::new().unwrap();
    let place = elsewhere.path().join("linked");
    fixture.git.worktree("linked", &place, None).unwrap();
    let linked = GitRepository::discover(&place).unwrap();
    assert_eq!(linked.git_folder(), fixture.open().git_folder());
    assert_eq!(
        linked.work_folder().unwrap().canonicalize().unwrap(),
        place.canonicalize().unwrap()
    );
    assert_eq!(linked.dirty(&[""]).unwrap(), [""; 0]);
    fs::write(place.join("a"), "b").unwrap();
    assert_eq!(linked.dirty(&[""]).unwrap(), ["a"]);
    assert_eq!(fixture.open().dirty(&[""]).unwrap(), [""; 0]);
}

#[test]
fn a_revision_is_a_name_an_id_or_a_failure() {
    let fixture = Fixture::with(&[("a", "a")]);
    let repository = fixture.open();
    let head = repository.head().unwrap();
    for revision in ["main", "HEAD", &head.id.0, &head.id.0[..8]] {
        assert_eq!(repository.resolve(revision).unwrap(), head);
    }
    let failure = repository.resolve("nowhere").unwrap_err();
    assert_eq!(failure.message, "`nowhere` names no commit here");
}

#[test]
fn files_come_with_links_giants_and_submodules_as_such() {
    let fixture = Fixture::unborn();
    fixture.put("agents/a/agent.yaml", "a");
    fixture.put("agents/a/ignored.txt", "t");
    fixture.put("run.yaml", "#!");
    fixture.put("big.yaml", &"x".repeat(MAX_FILE_BYTES as usize + 1));
    std::os::unix::fs::symlink("/etc/passwd", fixture.path("link.yaml")).unwrap();
    let first = fixture.commit_all("First");
    let mut index = fixture.git.index().unwrap();
    let mut submodule = index.get(0).unwrap();
    submodule.path = b"sub.yaml".to_vec();
    submodule.mode = 0o160_000;
    submodule.id = first;
    index.add(&submodule).unwrap();
    submodule.path = b"agents/\xff.yaml".to_vec();
    submodule.mode = 0o100_644;
    submodule.id = fixture.git.blob(b"odd").unwrap();
    index.add(&submodule).unwrap();
    let tree = fixture.git.find_tree(index.write_tree().unwrap()).unwrap();
    let signature = super::fixture::signature();
    let commit = fixture
        .git
        .commit(None, &signature, &signature, "odd", &tree, &[])
        .unwrap();

    let tree = fixture
        .open()
        .files(&id(commit), &|path| path.ends_with('/') || path.ends_with(".yaml"))
        .unwrap();
    let found: Vec<(&str, &Entry)> = tree.entries().collect();
    assert_eq!(
        found,
        [
            ("agents/a/agent.yaml", &Entry::File(b"a".as_slice().into())),
            ("agents/\u{fffd}.yaml", &Entry::File(b"odd".as_slice().into())),
            (
                "big.yaml",
                &Entry::Oversized {
                    size: MAX_FILE_BYTES + 1,
                    most: MAX_FILE_BYTES
                }
            ),
            ("link.yaml", &Entry::Link),
            ("run.yaml", &Entry::File(b"#!".as_slice().into())),
            ("sub.yaml", &Entry::Submodule),
        ]
    );
}

#[test]
fn a_folder_lists_its_entries_and_read_finds_files_only() {
    let fixture = Fixture::with(&[("apps/a/x.yaml", "x"), ("apps/b/y.yaml", "y"), ("top", "t")]);
    std::os::unix::fs::symlink("top", fixture.path("link")).unwrap();
    fixture.commit_all("Link");
    let repository = fixture.open();
    let head = repository.head().unwrap().id;
    let names = |folder: &str| -> Vec<String> { repository.folder(&head, folder).unwrap().into_keys().collect() };
    assert_eq!(names(""), ["apps", "link", "top"]);
    assert_eq!(names("apps"), ["a", "b"]);
    assert_eq!(names("apps/none"), [""; 0]);
    assert_eq!(names("top"), [""; 0]);

    let wanted = ["apps/b/y.yaml", "apps", "link", "none/z", "top", "apps/a/x.yaml"];
    let read = repository.read(&head, &wanted.map(str::to_owned)).unwrap();
    let read: Vec<Option<&[u8]>> = read.iter().map(Option::as_deref).collect();
    assert_eq!(read, [Some(b"y".as_slice()), None, None, None, Some(b"t"), Some(b"x")]);
}

#[test]
fn a_tree_that_stands_for_billions_of_files_is_refused() {
    let fixture = Fixture::unborn();
    let mut mode = 0o100_644;
    let mut inner = fixture.git.blob(b"boom").unwrap();
    for _ in 0..8 {
        let mut builder = fixture.git.treebuilder(None).unwrap();
        for number in 0..20 {
            builder.insert(format!("n{number}"), inner, mode).unwrap();
        }
        inner = builder.write().unwrap();
        mode = 0o040_000;
    }
    let tree = fixture.git.find_tree(inner).unwrap();
    let signature = super::fixture::signature();
    let commit = fixture
        .git
        .commit(None, &signature, &signature, "bomb", &tree, &[])
        .unwrap();
    let failure = fixture.open().files(&id(commit), &|_| true).unwrap_err();
    assert!(failure.message.contains("more than 1000000 entries"), "{failure}");
}

#[test]
fn ancestors_are_found_and_strangers_are_none() {
    let fixture = Fixture::unborn();
    let one = fixture.loose_commit("one", &[]);
    let two = fixture.loose_commit("two", &[one]);
    let side = fixture.loose_commit("side", &[one]);
    let stranger = GitId("1".repeat(40));
    let asked: BTreeSet<GitId> = [id(one), id(two), id(side), stranger].into();
    let found = fixture.open().ancestors(&id(two), &asked).unwrap();
    assert_eq!(found, [id(one), id(two)].into());
}

#[test]
fn a_line_follows_first_parents_as_far_as_it_may_and_can() {
    let fixture = Fixture::with(&[("a", "1")]);
    let first = fixture.git.head().unwrap().target().unwrap();
    let side = fixture.loose_commit("side", &[first]);
    let second = fixture.loose_commit("second", &[first]);
    let merge = fixture.loose_commit("merge", &[second, side]);
    let line = |limit| fixture.open().line(&id(merge), limit).unwrap();
    assert_eq!(line(9), [id(merge), id(second), id(first)]);
    assert_eq!(line(2), [id(merge), id(second)]);
}

#[test]
fn a_shallow_clone_knows_some_ancestors_and_refuses_to_guess_the_others() {
    let fixture = Fixture::unborn();
    let one = fixture.loose_commit("one", &[]);
    let two = fixture.loose_commit("two", &[one]);
    let three = fixture.loose_commit("three", &[two]);
    fs::write(fixture.path(".git/shallow"), format!("{two}\n")).unwrap();
    let repository = fixture.open();
    let ask = |descendant, commits: &[GitId]| repository.ancestors(&descendant, &commits.iter().cloned().collect());
    assert_eq!(ask(id(three), &[id(two)]).unwrap(), [id(two)].into());
    // A descendant is certainly no ancestor.
    assert_eq!(ask(id(two), &[id(three)]).unwrap(), BTreeSet::new());
    let failure = ask(id(three), &[GitId("1".repeat(40))]).unwrap_err();
    assert!(failure.hints[0].contains("git fetch --unshallow"));
}

#[test]
fn ids_that_are_none_are_refused() {
    let fixture = Fixture::with(&[("a", "a")]);
    let repository = fixture.open();
    for bad in ["", "main", "123456", &"z".repeat(40)] {
        let failure = repository.files(&GitId(bad.to_owned()), &|_| true).unwrap_err();
        assert!(failure.message.contains("is not the full id"), "{failure}");
    }
    let failure = repository.files(&GitId("1".repeat(40)), &|_| true).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Repository);
}

#[test]
fn threads_share_one_repository() {
    let fixture = Fixture::with(&[("a/b", "1"), ("c", "2")]);
    let repository = fixture.open();
    let head = repository.head().unwrap().id;
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                assert_eq!(paths(&repository, &head), ["a/b", "c"]);
                assert_eq!(texts(&repository, &head)["c"], "2");
            });
        }
    });
}

#[test]
fn the_files_that_differ_between_two_commits_are_those_that_git_names() {
    let fixture = Fixture::with(&[
        ("a/b/c", "1"),
        ("a/b/d", "1"),
        ("a/e", "1"),
        ("f", "1"),
        ("g", "1"),
        ("h/i", "1"),
    ]);
    let before = fixture.git.head().unwrap().target().unwrap();
    fixture.put("a/b/c", "2");
    fs::remove_file(fixture.path("f")).unwrap();
    fixture.put("f/was/a/file", "1");
    fs::remove_dir_all(fixture.path("h")).unwrap();
    fixture.put("h", "was a folder");
    std::os::unix::fs::symlink("e", fixture.path("a/link")).unwrap();
    let after = fixture.commit_all("Second");

    let repository = fixture.open();
    let expected = ["a/b/c", "a/link", "f", "f/was/a/file", "h", "h/i"];
    assert_eq!(repository.differing(&id(before), &id(after)).unwrap(), expected);
    assert_eq!(repository.differing(&id(after), &id(before)).unwrap(), expected);
    assert_eq!(repository.differing(&id(after), &id(after)).unwrap(), [""; 0]);
    let tree = |commit| fixture.git.find_commit(commit).unwrap().tree().unwrap();
    let diff = fixture
        .git
        .diff_tree_to_tree(Some(&tree(before)), Some(&tree(after)), None)
        .unwrap();
    let named = diff
        .deltas()
        .flat_map(|delta| [delta.old_file(), delta.new_file()].map(|file| file.path().unwrap().to_owned()));
    let named: BTreeSet<_> = named.map(|path| path.to_str().unwrap().to_owned()).collect();
    assert_eq!(named.into_iter().collect::<Vec<_>>(), expected);
}
