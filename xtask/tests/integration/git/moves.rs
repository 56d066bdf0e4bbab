//! Branches: who wins a race, and what is refused before anything moves.

use std::fs;

use git2::Oid;
use xtask::adapters::git::GitRepository;
use xtask::failure::FailureKind;
use xtask::ports::{Repository, Tip};

use super::fixture::{Fixture, commit_to, new_commit, paths, snapshot, texts};

const DEV: &str = "environment/dev";

fn fixture() -> Fixture {
    Fixture::with(&[("README", "dry")])
}

#[test]
fn a_lost_race_moves_nothing_and_says_who_won() {
    let fixture = fixture();
    let repository = fixture.open();
    let first = commit_to(&repository, DEV, &[("a", Some("1"))]).unwrap();
    let tip = repository.tip(DEV, "origin").unwrap();
    let theirs = commit_to(&repository, DEV, &[("a", Some("2"))]).unwrap();
    let failure = repository
        .commit(&[
            new_commit("environment/a", &Tip::Unborn, &[("a", Some("1"))]),
            new_commit(DEV, &tip, &[("a", Some("3"))]),
            new_commit("environment/z", &Tip::Unborn, &[("a", Some("1"))]),
        ])
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::Race);
    assert_eq!(
        failure.message,
        format!(
            "`environment/dev` moved meanwhile: expected `{}`, found `{}`",
            first.0, theirs.0
        )
    );
    assert_eq!(repository.resolve(DEV).unwrap().id, theirs);
    assert_eq!(repository.tip("environment/a", "origin").unwrap(), Tip::Unborn);
    assert_eq!(repository.tip("environment/z", "origin").unwrap(), Tip::Unborn);

    let failure = repository
        .commit(&[new_commit(DEV, &Tip::Unborn, &[("a", Some("1"))])])
        .unwrap_err();
    assert!(failure.message.contains("expected nothing, found `"), "{failure}");
}

#[test]
fn several_branches_move_together() {
    let fixture = fixture();
    let repository = fixture.open();
    let commits: Vec<_> = ["environment/dev", "environment/staging", "lockstep/ledger"]
        .map(|branch| new_commit(branch, &Tip::Unborn, &[("who", Some(branch))]))
        .into();
    let made = repository.commit(&commits).unwrap();
    for (commit, id) in commits.iter().zip(&made) {
        assert_eq!(&repository.resolve(&commit.branch).unwrap().id, id);
        assert_eq!(texts(&repository, id)["who"], commit.branch);
    }
    let twice = [commits[0].clone(), commits[0].clone()];
    assert!(repository.commit(&twice).is_err());
}

#[test]
fn of_many_writers_one_wins_each_round_and_nothing_is_lost() {
    let fixture = fixture();
    let path = fixture.folder.path();
    std::thread::scope(|scope| {
        for writer in 0..4 {
            scope.spawn(move || {
                let repository = GitRepository::discover(path).unwrap();
                for round in 0..5 {
                    let name = format!("apps/{writer}-{round}");
                    loop {
                        match commit_to(&repository, DEV, &[(&name, Some("x"))]) {
                            Ok(_) => break,
                            Err(failure) => {
                                assert_eq!(failure.kind, FailureKind::Race, "{failure}")
                            }
                        }
                    }
                }
            });
        }
    });
    let repository = fixture.open();
    let tip = repository.resolve(DEV).unwrap();
    assert_eq!(paths(&repository, &tip.id).len(), 20);
    let mut walk = fixture.git.revwalk().unwrap();
    walk.push(Oid::from_str(&tip.id.0).unwrap()).unwrap();
    assert_eq!(walk.count(), 20);
}

#[test]
fn a_checked_out_branch_is_not_written() {
    let fixture = fixture();
    commit_to(&fixture.open(), DEV, &[("a", Some("1"))]).unwrap();
    let elsewhere = tempfile::TempDir::new().unwrap();
    let place = elsewhere.path().join("linked");
    let reference = fixture.git.find_reference("refs/heads/environment/dev").unwrap();
    let mut options = git2::WorktreeAddOptions::new();
    options.reference(Some(&reference));
    fixture.git.worktree("linked", &place, Some(&options)).unwrap();
    for repository in [fixture.open(), GitRepository::discover(&place).unwrap()] {
        for branch in [DEV, "main"] {
            let failure = commit_to(&repository, branch, &[("a", Some("2"))]).unwrap_err();
            assert!(failure.message.contains("is checked out in `/"), "{failure}");
            assert!(failure.hints[0].contains("git -C '/"), "{failure}");
        }
    }
}

#[test]
fn the_branch_that_a_bare_repository_points_to_can_be_written() {
    let folder = tempfile::TempDir::new().unwrap();
    let repository = GitRepository::init_bare(folder.path()).unwrap();
    let head = fs::read_to_string(folder.path().join("HEAD")).unwrap();
    let branch = head.trim().strip_prefix("ref: refs/heads/").unwrap();
    let made = commit_to(&repository, branch, &[("a", Some("1"))]).unwrap();
    assert_eq!(repository.head().unwrap().id, made);
}

#[test]
fn names_that_overlap_are_refused_before_anything_moves() {
    let fixture = fixture();
    let repository = fixture.open();
    commit_to(&repository, DEV, &[("a", Some("1"))]).unwrap();
    for branch in ["environment", "environment/dev/eu", "bad..name"] {
        let failure = commit_to(&repository, branch, &[("a", Some("1"))]).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Repository, "{failure}");
    }
    fixture
        .git
        .find_reference("refs/heads/environment/dev")
        .unwrap()
        .delete()
        .unwrap();
    commit_to(&repository, "environment", &[("a", Some("1"))]).unwrap();
}

#[test]
fn a_lock_that_nobody_takes_away_is_told_and_stays() {
    let fixture = fixture();
    let repository = fixture.open();
    let first = commit_to(&repository, DEV, &[("a", Some("1"))]).unwrap();
    let lock = fixture.path(".git/refs/heads/environment/dev.lock");
    fs::write(&lock, "").unwrap();
    let failure = commit_to(&repository, DEV, &[("a", Some("2"))]).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Repository);
    assert!(failure.hints[0].contains("dev.lock"));
    assert!(lock.exists());
    assert_eq!(repository.resolve(DEV).unwrap().id, first);
}

#[test]
fn an_index_that_stays_locked_leaves_branch_and_files_alone() {
    let fixture = fixture();
    let repository = fixture.open();
    let first = repository.resolve("main").unwrap().id;
    fs::write(fixture.path(".git/index.lock"), "").unwrap();
    let tip = repository.tip("main", "origin").unwrap();
    let failure = repository
        .commit_here(&new_commit("main", &tip, &[("README", Some("wet"))]))
        .unwrap_err();
    assert!(failure.hints[0].contains("index.lock"), "{failure}");
    assert_eq!(repository.resolve("main").unwrap().id, first);
    assert_eq!(fs::read_to_string(fixture.path("README")).unwrap(), "dry");
}

#[test]
fn a_lock_of_another_process_is_waited_for() {
    let fixture = fixture();
    let repository = fixture.open();
    commit_to(&repository, DEV, &[("a", Some("1"))]).unwrap();
    let lock = fixture.path(".git/refs/heads/environment/dev.lock");
    fs::write(&lock, "").unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(std::time::Duration::from_millis(200));
            fs::remove_file(&lock).unwrap();
        });
        commit_to(&repository, DEV, &[("a", Some("2"))]).unwrap();
    });
}

#[test]
fn a_repository_that_cannot_be_written_is_left_as_it_was() {
    let fixture = fixture();
    let repository = fixture.open();
    let first = commit_to(&repository, DEV, &[("a", Some("1"))]).unwrap();
    // A file in the place of a folder stops even a superuser, whom modes would not stop.
    let objects = fixture.path(".git/objects");
    let aside = fixture.path(".git/objects-aside");
    let many: Vec<(String, Option<&str>)> = (0..300).map(|number| (format!("n{number}"), Some("x"))).collect();
    let many: Vec<(&str, Option<&str>)> = many.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    let tip = Tip::At {
        commit: first.clone(),
        local: Some(first.clone()),
    };
    fs::create_dir_all(objects.join("pack")).unwrap();
    fs::rename(objects.join("pack"), &aside).unwrap();
    fs::write(objects.join("pack"), "").unwrap();
    let before = snapshot(&fixture.path(".git/refs"));
    let mut commit = new_commit(DEV, &tip, &many);
    for (number, (_, bytes)) in commit.change.iter_mut().enumerate() {
        *bytes = Some(format!("{number}").into_bytes().into());
    }
    let failure = repository.commit(&[commit]).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Disk, "{failure}");
    assert_eq!(snapshot(&fixture.path(".git/refs")), before);
    assert_eq!(repository.resolve(DEV).unwrap().id, first);
}
