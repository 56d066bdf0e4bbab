//! Notes: written in one commit, read in every layout that git makes.

use std::collections::BTreeMap;

use git2::Oid;
use xtask::ports::{GitId, Repository};

use super::fixture::{AUTHOR, Fixture, SECONDS, id, signature};

const NOTES: &str = "refs/notes/hydrator.metadata";

fn number(number: usize) -> GitId {
    // Spread over all first digits, as ids are.
    let hash = Oid::hash_object(git2::ObjectType::Blob, &number.to_be_bytes()).unwrap();
    id(hash)
}

fn notes(ids: &[GitId], text: &str) -> BTreeMap<GitId, String> {
    ids.iter().map(|id| (id.clone(), text.to_owned())).collect()
}

fn parents(fixture: &Fixture) -> usize {
    let tip = fixture.git.refname_to_id(NOTES).unwrap();
    fixture.git.find_commit(tip).unwrap().parent_count()
}

#[test]
fn several_notes_are_one_commit_and_libgit2_reads_them() {
    let fixture = Fixture::with(&[("a", "a")]);
    let repository = fixture.open();
    let (one, two) = (number(1), number(2));
    assert_eq!(repository.note(NOTES, &one).unwrap(), None);
    repository
        .set_notes(NOTES, &notes(&[one.clone(), two.clone()], "{}\n"), AUTHOR, SECONDS)
        .unwrap();
    assert_eq!(parents(&fixture), 0);
    repository
        .set_notes(NOTES, &notes(std::slice::from_ref(&one), "new\n"), AUTHOR, SECONDS)
        .unwrap();
    assert_eq!(parents(&fixture), 1);
    assert_eq!(repository.note(NOTES, &one).unwrap().unwrap(), "new\n");
    assert_eq!(repository.note(NOTES, &two).unwrap().unwrap(), "{}\n");
    let read = fixture
        .git
        .find_note(Some(NOTES), Oid::from_str(&one.0).unwrap())
        .unwrap();
    assert_eq!(read.message().unwrap(), "new\n");
}

#[test]
fn the_same_notes_again_make_no_commit() {
    let fixture = Fixture::with(&[("a", "a")]);
    let repository = fixture.open();
    let new = notes(&[number(1)], "x");
    repository.set_notes(NOTES, &new, AUTHOR, SECONDS).unwrap();
    let before = fixture.git.refname_to_id(NOTES).unwrap();
    repository.set_notes(NOTES, &new, AUTHOR, SECONDS + 1).unwrap();
    assert_eq!(fixture.git.refname_to_id(NOTES).unwrap(), before);
}

/// Builds a notes tree with one note `fan` folders deep and a file that is no note.
fn with_layout(fan: usize, commit: &GitId) -> Fixture {
    let fixture = Fixture::with(&[("a", "a")]);
    let git = &fixture.git;
    let mut name = commit.0[2 * fan..].to_owned();
    let mut inner = git.blob(b"old").unwrap();
    let mut mode = 0o100_644;
    for depth in (0..=fan).rev() {
        let mut builder = git.treebuilder(None).unwrap();
        builder.insert(&name, inner, mode).unwrap();
        if depth == 0 {
            builder.insert("README", git.blob(b"mine").unwrap(), 0o100_644).unwrap();
        } else {
            name = commit.0[2 * (depth - 1)..2 * depth].to_owned();
        }
        inner = builder.write().unwrap();
        mode = 0o040_000;
    }
    let tree = git.find_tree(inner).unwrap();
    git.commit(Some(NOTES), &signature(), &signature(), "notes", &tree, &[])
        .unwrap();
    drop(tree);
    fixture
}

#[test]
fn existing_layouts_are_read_and_kept() {
    let (one, two) = (number(1), number(2));
    for fan in 0..=3 {
        let fixture = with_layout(fan, &one);
        let repository = fixture.open();
        assert_eq!(repository.note(NOTES, &one).unwrap().unwrap(), "old");
        let new = notes(&[one.clone(), two.clone()], "new");
        repository.set_notes(NOTES, &new, AUTHOR, SECONDS).unwrap();
        for commit in [&one, &two] {
            let read = fixture
                .git
                .find_note(Some(NOTES), Oid::from_str(&commit.0).unwrap())
                .unwrap();
            assert_eq!(read.message().unwrap(), "new");
        }
        let tip = fixture.git.refname_to_id(NOTES).unwrap();
        let tree = fixture.git.find_commit(tip).unwrap().tree().unwrap();
        assert!(tree.get_name("README").is_some());
        assert_eq!(tree.get_name(&one.0).is_some(), fan == 0);
    }
}

#[test]
fn a_thousand_notes_are_fanned_out_and_all_found() {
    let fixture = Fixture::with(&[("a", "a")]);
    let repository = fixture.open();
    let all: Vec<GitId> = (0..1000).map(number).collect();
    for part in all.chunks(250) {
        repository.set_notes(NOTES, &notes(part, "n"), AUTHOR, SECONDS).unwrap();
    }
    let tip = fixture.git.refname_to_id(NOTES).unwrap();
    let tree = fixture.git.find_commit(tip).unwrap().tree().unwrap();
    assert!(tree.iter().all(|entry| entry.name_bytes().len() == 2));
    for commit in &all {
        assert_eq!(repository.note(NOTES, commit).unwrap().as_deref(), Some("n"));
    }
    assert_eq!(fixture.git.notes(Some(NOTES)).unwrap().count(), 1000);
}

#[test]
fn writers_at_the_same_moment_lose_no_note() {
    let fixture = Fixture::with(&[("a", "a")]);
    let path = fixture.folder.path();
    std::thread::scope(|scope| {
        for writer in 0..4 {
            scope.spawn(move || {
                let repository = xtask::adapters::git::GitRepository::discover(path).unwrap();
                for round in 0..5 {
                    let new = notes(&[number(writer * 100 + round)], "n");
                    repository.set_notes(NOTES, &new, AUTHOR, SECONDS).unwrap();
                }
            });
        }
    });
    assert_eq!(fixture.git.notes(Some(NOTES)).unwrap().count(), 20);
}
