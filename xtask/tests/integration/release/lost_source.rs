//! Units whose dry commit is lost: a release goes on where a person says so, and that is recorded.

use std::fs;

use expect_test::expect;
use git2::Oid;

use crate::fleet::Fleet;

const ASIDE: [&str; 4] = ["--override", "stale-source", "--reason", "main was rewritten"];

/// Takes the branch that people edit, files and all, to a commit.
fn reset(fleet: &Fleet, to: Oid) {
    let git = &fleet.repository.git;
    let to = git.find_object(to, None).unwrap();
    git.reset(&to, git2::ResetType::Hard, None).unwrap();
}

/// A fleet whose dev was released from a commit that nobody has any more, and that commit.
fn rewritten() -> (Fleet, Oid) {
    let fleet = Fleet::small();
    let older = fleet.tip("main").unwrap();
    let warmer = "temperature: 0.3";
    fleet
        .edit("agents/assistant/agent.yaml", "temperature: 0.2", warmer)
        .commit("Warm up");
    let lost = fleet.tip("main").unwrap();
    fleet.release(&["dev"]);
    reset(&fleet, older);
    fleet
        .edit("agents/assistant/agent.yaml", "temperature: 0.2", "temperature: 0.4")
        .commit("Warm up more");
    let id = lost.to_string();
    let (folder, name) = id.split_at(2);
    let object = format!(".git/objects/{folder}/{name}");
    fs::remove_file(fleet.repository.path(&object)).unwrap();
    (fleet, lost)
}

#[test]
fn what_was_released_from_a_lost_commit_is_released_anew_where_a_person_says_so() {
    let (fleet, lost) = rewritten();
    fleet.refused(&["release", "dev"], expect![[r#"
        exit 1
        error[stale-source] -
          `assistant` was released from …, which this clone does not have; … does not descend from it
          unit: dev/assistant
          help: fetch it, `git fetch --all`, and rebase onto it; where no remote has it, whoever released it (`cargo xtask history`) has to push it; where nobody has it any more, set this aside: `--override stale-source --reason "…"`
    "#]]);
    let release = [&["release", "dev"], &ASIDE[..]].concat();
    assert_eq!(fleet.run(&release[..4]).exit, 2, "a reason is asked for");
    let planned = fleet.done(&[&release[..], &["--dry-run"]].concat());
    assert_eq!(planned.rules(), ["stale-source"]);
    fleet.done(&release);
    let message = fleet.message("environment/dev");
    let told = format!("Overridden: _environment=stale-source `assistant` was released from {lost}, which this clone");
    assert!(message.contains(&told), "{message}");
    assert!(
        message.contains("Override-reason: _environment=main was rewritten"),
        "{message}"
    );
    let ledger = fleet.files("lockstep/ledger");
    let mut commits = ledger.values().filter(|event| event.contains("\"committed\""));
    assert!(commits.any(|event| event.contains("\"stale-source\"") && event.contains("main was rewritten")));

    fleet
        .edit("agents/assistant/agent.yaml", "temperature: 0.4", "temperature: 0.5")
        .commit("Still more");
    assert_eq!(fleet.release(&["dev"]).rules(), Vec::<String>::new());
}

#[test]
fn all_units_of_an_environment_are_settled_at_once() {
    let (fleet, lost) = rewritten();
    fleet.done(&[&["release", "dev", "--resign"], &ASIDE[..]].concat());
    let records = fleet.files("environment/dev");
    let names_it =
        |(path, text): (&String, &String)| path.ends_with("hydrator.metadata") && text.contains(&lost.to_string());
    assert_eq!(records.iter().filter(|file| names_it(*file)).count(), 0);
}

#[test]
fn what_is_newer_is_not_set_aside() {
    let fleet = Fleet::small();
    let older = fleet.tip("main").unwrap();
    fleet
        .edit("agents/assistant/agent.yaml", "temperature: 0.2", "temperature: 0.3")
        .commit("Warm up");
    let newer = fleet.tip("main").unwrap();
    fleet.release(&["dev"]);
    reset(&fleet, older);
    fleet.refused(
        &[&["release", "dev"], &ASIDE[..]].concat(),
        expect![[r#"
            exit 1
            error[stale-source] -
              `assistant` was released from …, which is newer, and which no branch has any more: it was reset after the release; … does not descend from it
              unit: dev/assistant
              help: take it back, `git merge --ff-only …`, and release again; to undo what it did, `git revert` it after that
        "#]],
    );
    reset(&fleet, newer);
    fleet.release(&["dev"]);
}
