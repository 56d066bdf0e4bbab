//! What the `git` program says of what we write, and fetch and push through it.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use xtask::adapters::git::GitRepository;
use xtask::failure::FailureKind;
use xtask::ports::{CommitSigning, GitId, NewCommit, Repository, Tip};

use crate::shell::sh;

const AUTHOR: &str = "Robot <robot@example.com>";
const DEV: &str = "environment/dev";
const DEV_REFERENCE: &str = "refs/heads/environment/dev";
const NOTES: &str = "refs/notes/hydrator.metadata";

/// A remote with one commit on `main`, and a folder for clones.
struct Fixture {
    folder: TempDir,
}

impl Fixture {
    fn new() -> Fixture {
        let folder = TempDir::new().unwrap();
        sh(
            folder.path(),
            "git init -q --bare -b main remote.git && git clone -q remote.git seed 2>/dev/null
             cd seed && git switch -q -c main && echo a > a && git add -A && git commit -qm one
             echo b > b && git add -A && git commit -qm two && git push -q origin main",
        );
        Fixture { folder }
    }

    fn clone(&self, name: &str, options: &str) -> PathBuf {
        let remote = self.folder.path().join("remote.git");
        sh(
            self.folder.path(),
            &format!("git clone -q {options} 'file://{}' {name}", remote.display()),
        );
        self.folder.path().join(name)
    }

    fn remote(&self) -> PathBuf {
        self.folder.path().join("remote.git")
    }
}

fn write(repository: &GitRepository, path: &str, text: &str) -> GitId {
    let change = [(path.to_owned(), Some(Arc::from(text.as_bytes())))];
    write_all(repository, change.into())
}

fn write_all(repository: &GitRepository, change: BTreeMap<String, Option<Arc<[u8]>>>) -> GitId {
    let commit = NewCommit {
        branch: DEV.to_owned(),
        tip: repository.tip(DEV, "origin").unwrap(),
        change,
        author: AUTHOR.to_owned(),
        seconds: 1_700_000_000,
        offset_minutes: 60,
        message: "abc1234: Subject\n\nDry-sha: abc\n".to_owned(),
        signing: CommitSigning::AsSet,
    };
    repository.commit(&[commit]).unwrap().remove(0)
}

fn push(repository: &GitRepository) -> Result<(), xtask::failure::Failure> {
    let lease = repository.remote_tip(DEV, "origin").unwrap();
    repository.push("origin", &[(DEV_REFERENCE.to_owned(), lease)])
}

#[test]
fn git_finds_no_fault_with_packs_loose_objects_and_notes() {
    let fixture = Fixture::new();
    let clone = fixture.clone("clone", "");
    let repository = GitRepository::discover(&clone).unwrap();
    let many = (0..2000)
        .map(|number| {
            let text = format!("kind: Thing\nname: thing-{number}\n").repeat(number % 50 + 1);
            let path = format!("apps/a{}/f{number}.yaml", number % 61);
            (path, Some(Arc::from(text.into_bytes())))
        })
        .collect();
    write_all(&repository, many);
    let tip = write(&repository, "apps/a1/f1.yaml", "changed");
    let note = [(tip.clone(), "{\"drySha\": \"abc\"}\n".to_owned())].into();
    repository.set_notes(NOTES, &note, AUTHOR, 1_700_000_000).unwrap();

    assert_eq!(sh(&clone, "git fsck --strict --full 2>&1"), "");
    assert_eq!(sh(&clone, "git ls-tree -r environment/dev | wc -l"), "2000");
    assert_eq!(sh(&clone, "git cat-file -p environment/dev:apps/a1/f1.yaml"), "changed");
    let packs = "for pack in .git/objects/pack/*.idx; do git verify-pack $pack || exit 1; done";
    assert_eq!(sh(&clone, packs), "");
    let show = "git notes --ref=hydrator.metadata show environment/dev";
    assert_eq!(sh(&clone, show), "{\"drySha\": \"abc\"}");
    let author = "git log -1 --format='%an <%ae> %ad' --date=raw environment/dev";
    assert_eq!(sh(&clone, author), format!("{AUTHOR} 1700000000 +0100"));
    let trailers = "git log -1 --format='%(trailers:key=Dry-sha,valueonly)' environment/dev";
    assert_eq!(sh(&clone, trailers), "abc");
    assert_eq!(sh(&clone, "git reflog environment/dev | wc -l"), "2");
    sh(&clone, "git gc -q --prune=now && git fsck --strict");
    assert_eq!(sh(&clone, "git ls-tree -r environment/dev | wc -l"), "2000");
}

#[test]
fn notes_of_git_are_read_and_ours_are_read_by_git_in_every_layout() {
    let fixture = Fixture::new();
    let clone = fixture.clone("clone", "");
    let repository = GitRepository::discover(&clone).unwrap();
    // Git itself goes over to folders by two digits beyond some 256 notes.
    for round in 0..2 {
        sh(
            &clone,
            &format!(
                "for n in $(seq {0} {1}); do
                   object=$(echo $n | git hash-object -w --stdin)
                   echo \"note $n\" | git notes --ref=hydrator.metadata add -f -F - $object
                 done",
                round * 300,
                round * 300 + 299
            ),
        );
        let theirs = GitId(sh(&clone, "echo 7 | git hash-object --stdin"));
        let ours = GitId(sh(&clone, &format!("echo ours-{round} | git hash-object -w --stdin")));
        let note = repository.note(NOTES, &theirs).unwrap();
        assert_eq!(note.as_deref(), Some("note 7\n"));
        let new = [(ours.clone(), "ours\n".to_owned())].into();
        repository.set_notes(NOTES, &new, AUTHOR, 1).unwrap();
        let show = |id: &GitId| sh(&clone, &format!("git notes --ref=hydrator.metadata show {}", id.0));
        assert_eq!(show(&ours), "ours");
        assert_eq!(show(&theirs), "note 7");
    }
    assert_eq!(sh(&clone, "git notes --ref=hydrator.metadata list | wc -l"), "602");
    assert_eq!(sh(&clone, "git fsck --strict 2>&1 | grep -v dangling || true"), "");
}

#[test]
fn the_first_push_carries_an_empty_lease_and_the_second_writer_loses_the_race() {
    let fixture = Fixture::new();
    let one = GitRepository::discover(&fixture.clone("one", "")).unwrap();
    let two = GitRepository::discover(&fixture.clone("two", "")).unwrap();
    let first = write(&one, "apps/one", "1");
    write(&two, "apps/two", "2");
    push(&one).unwrap();
    assert_eq!(sh(&fixture.remote(), "git rev-parse environment/dev"), first.0);
    assert_eq!(one.remote_tip(DEV, "origin").unwrap(), Some(first.clone()));

    let failure = push(&two).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Race, "{failure}");
    assert!(failure.message.starts_with("could not push to `origin`"), "{failure}");
    assert_eq!(sh(&fixture.remote(), "git rev-parse environment/dev"), first.0);

    // The loser fetches, sees that both went on from nothing, and takes the winner's commit as its base.
    two.fetch("origin", &["+refs/heads/*:refs/remotes/origin/*".to_owned()])
        .unwrap();
    let failure = two.tip(DEV, "origin").unwrap_err();
    let reset = failure.hints.iter().find(|hint| hint.contains("branch -f")).unwrap();
    sh(two.work_folder().unwrap(), reset.split('`').nth(1).unwrap());
    let merged = write(&two, "apps/two", "2");
    push(&two).unwrap();
    assert_eq!(two.resolve(&merged.0).unwrap().parents, [first]);
    let files = sh(&fixture.remote(), "git ls-tree -r --name-only environment/dev");
    assert_eq!(files, "apps/one\napps/two");
}

#[test]
fn a_push_of_several_references_moves_all_or_none() {
    let fixture = Fixture::new();
    let path = fixture.clone("one", "");
    let repository = GitRepository::discover(&path).unwrap();
    write(&repository, "a", "1");
    sh(&path, "git branch lockstep/ledger main");
    let wrong = GitId("1".repeat(40));
    let references = |lease| {
        [
            (DEV_REFERENCE.to_owned(), None),
            ("refs/heads/lockstep/ledger".to_owned(), lease),
        ]
    };
    let failure = repository.push("origin", &references(Some(wrong))).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Race, "{failure}");
    assert_eq!(sh(&fixture.remote(), "git branch --format='%(refname:short)'"), "main");
    repository.push("origin", &references(None)).unwrap();
    let branches = sh(&fixture.remote(), "git branch --format='%(refname:short)'");
    assert_eq!(branches, "environment/dev\nlockstep/ledger\nmain");
    repository.push("origin", &[]).unwrap();
}

#[test]
fn a_server_that_refuses_and_a_remote_that_is_gone_are_told_apart_from_a_race() {
    let fixture = Fixture::new();
    let repository = GitRepository::discover(&fixture.clone("one", "")).unwrap();
    write(&repository, "a", "1");
    let hook = fixture.remote().join("hooks/pre-receive");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, "#!/bin/sh\necho protected branch >&2\nexit 1\n").unwrap();
    sh(&fixture.remote(), "chmod +x hooks/pre-receive");
    let failure = push(&repository).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Outside);
    assert!(failure.message.contains("protected branch"), "{failure}");

    fs::remove_dir_all(fixture.remote()).unwrap();
    let failure = repository.fetch("origin", &["main".to_owned()]).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Outside);
    assert!(failure.message.contains("does not"), "{failure}");
}

#[test]
fn a_remote_that_never_answers_is_given_up_with_all_that_was_started() {
    let fixture = Fixture::new();
    let path = fixture.clone("one", "");
    let mark = fixture.folder.path().join("pid");
    let helper = format!("echo $$ > {}; exec sleep 600", mark.display());
    let script = fixture.folder.path().join("ssh.sh");
    fs::write(&script, format!("#!/bin/sh\n{helper}\n")).unwrap();
    sh(
        &path,
        &format!(
            "chmod +x {0} && git config core.sshCommand {0} && git remote set-url origin ssh://nowhere/x",
            script.display()
        ),
    );
    let repository = GitRepository::discover(&path)
        .unwrap()
        .with_timeout(Duration::from_millis(500));
    let start = Instant::now();
    let failure = repository.fetch("origin", &["main".to_owned()]).unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(30));
    assert_eq!(failure.kind, FailureKind::Outside);
    assert!(failure.message.contains("no answer within"), "{failure}");
    let helper = fs::read_to_string(mark).unwrap();
    // Gone, or dead and not yet collected by init.
    let state = format!("ps -o stat= -p {} | grep -v Z || true", helper.trim());
    assert_eq!(sh(&path, &state), "");
}

/// Clones that lack the branch, and whether the hints mend that when they are typed in.
#[test]
fn the_hints_for_clones_that_lack_the_branch_work_as_they_stand() {
    for options in ["--depth 1", "--single-branch", "--depth 1 --no-single-branch"] {
        for exists in [true, false] {
            let fixture = Fixture::new();
            if exists {
                let other = GitRepository::discover(&fixture.clone("other", "")).unwrap();
                write(&other, "a", "1");
            }
            let path = fixture.clone("clone", options);
            if exists {
                // Pushed after the clone was made: nothing here tells of it.
                let other = GitRepository::discover(&fixture.folder.path().join("other")).unwrap();
                push(&other).unwrap();
            }
            let repository = GitRepository::discover(&path).unwrap();
            let failure = repository.tip(DEV, "origin").unwrap_err();
            assert_eq!(failure.kind, FailureKind::Repository);
            let hint = &failure.hints[usize::from(!exists)];
            sh(&path, hint.split('`').nth(1).unwrap());
            let repository = GitRepository::discover(&path).unwrap();
            let tip = repository.tip(DEV, "origin").unwrap();
            assert_eq!(tip == Tip::Unborn, !exists, "{options} {exists}");
        }
    }
}

#[test]
fn a_repository_of_another_user_says_how_to_trust_it() {
    let fixture = Fixture::new();
    let path = fixture.clone("clone", "");
    // Only a superuser can give files away; elsewhere there is nothing to see.
    if sh(&path, "id -u") != "0" {
        return;
    }
    sh(&path, "chown -R 12345 .");
    let failure = GitRepository::discover(&path).err().unwrap();
    assert_eq!(failure.kind, FailureKind::Repository);
    assert!(failure.hints[0].contains("safe.directory"), "{failure:?}");
}

#[test]
fn indexes_that_git_writes_are_read_in_every_version() {
    let fixture = Fixture::new();
    let path = fixture.clone("clone", "");
    sh(
        &path,
        "mkdir -p d/e && echo c > d/e/c && echo d > d/d && git add -A && git commit -qm three",
    );
    for version in [2, 3, 4] {
        sh(
            &path,
            &format!("git update-index --index-version {version} --force-write-index"),
        );
        sh(&path, "git update-index --skip-worktree a");
        let dirty = || GitRepository::discover(&path).unwrap().dirty(&[""]).unwrap();
        assert_eq!(dirty(), [""; 0]);
        sh(&path, "rm a && echo changed > d/e/c && touch d/new");
        assert_eq!(dirty(), ["d/e/c", "d/new"]);
        sh(
            &path,
            "git update-index --no-skip-worktree a && git checkout -q . && rm d/new",
        );
    }
    sh(&path, "git update-index --split-index && echo e > e && git add e");
    let failure = GitRepository::discover(&path).unwrap().dirty(&[""]).unwrap_err();
    assert!(failure.hints[0].contains("--no-split-index"), "{failure}");
    sh(&path, "git update-index --no-split-index");
    assert_eq!(GitRepository::discover(&path).unwrap().dirty(&[""]).unwrap(), ["e"]);
}
