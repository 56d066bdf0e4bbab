//! A run that is killed at any moment leaves every branch as it was or as it should be, and the next run completes it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use expect_test::expect;
use git2::{ObjectType, Oid};
use xtask::adapters::environment::Environment;
use xtask::adapters::faults;

use super::{again, kinds, promoted_once};
use crate::fleet::{Answer, Fleet, folded_yaml};

/// Where the process that is to be killed finds its moment and its command line.
const MOMENT: &str = "LOCKSTEP_TEST_MOMENT";
const LINE: &str = "LOCKSTEP_TEST_LINE";

/// The process that is killed: this very test, run by the others with a moment to die at. On its own it does nothing.
#[test]
fn victim() {
    let (Ok(moment), Ok(line)) = (std::env::var(MOMENT), std::env::var(LINE)) else {
        return;
    };
    faults::die_at(moment.parse().unwrap());
    let environment = Environment::read().unwrap();
    let arguments = line.split('\u{1f}').map(Into::into).collect();
    let exit = xtask::cli::run(environment, arguments);
    std::process::exit(exit.into());
}

/// Runs a command that dies at a moment; `None` where it was killed, its exit code where it came to its end before.
fn die(fleet: &Fleet, moment: u64, arguments: &[&str]) -> Option<i32> {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "ledger::kills::victim", "--nocapture"]);
    command.current_dir(fleet.folder()).env_clear();
    command.env("HOME", "/nonexistent").env("PATH", "/nonexistent");
    command
        .env(MOMENT, moment.to_string())
        .env(LINE, arguments.join("\u{1f}"));
    command.output().unwrap().status.code()
}

/// Every reference leads to objects that are all there, and no branch has two roots.
fn is_whole(git: &git2::Repository) {
    let references = git.references().unwrap().flatten();
    let mut pending: Vec<Oid> = references.filter_map(|reference| reference.target()).collect();
    let mut seen = BTreeSet::new();
    let odb = git.odb().unwrap();
    while let Some(id) = pending.pop() {
        if !seen.insert(id) {
            continue;
        }
        let object = odb.read(id).unwrap_or_else(|error| panic!("{id}: {error}"));
        assert_eq!(Oid::hash_object(object.kind(), object.data()).unwrap(), id);
        match object.kind() {
            ObjectType::Commit => {
                let commit = git.find_commit(id).unwrap();
                pending.push(commit.tree_id());
                pending.extend(commit.parent_ids());
            }
            ObjectType::Tree => pending.extend(git.find_tree(id).unwrap().iter().map(|entry| entry.id())),
            _ => {}
        }
    }
}

/// Locks that a killed process leaves behind are for a person to remove, as the failure says.
fn remove_locks(fleet: &Fleet) {
    for entry in walkdir::WalkDir::new(fleet.folder().join(".git")).into_iter().flatten() {
        if entry.path().extension().is_some_and(|extension| extension == "lock") {
            fs::remove_file(entry.path()).unwrap();
        }
    }
}

/// What a file says, ids and moments aside: those differ from run to run.
fn timeless(text: &str) -> String {
    let is_moment = |line: &&str| line.starts_with("since: ") || line.starts_with("  \"date\": ");
    let lines = text.lines().filter(|line| !is_moment(line));
    folded_yaml(&lines.collect::<Vec<_>>().join("\n"))
}

/// Kills a command at every moment, each time in a fleet of its own, and lets it run again to its end.
fn at_every_moment(begin: &Fleet, arguments: &[&str], branches: &[&str], check: impl Fn(&Fleet)) {
    let texts = |fleet: &Fleet| -> BTreeMap<String, Option<BTreeMap<String, String>>> {
        let files = |branch: &&str| {
            fleet.tip(branch)?;
            // keys and what they sign are others each time
            let own = |path: &str| path.ends_with(".sigstore.json") || path == "environments/trust.yaml";
            let files = fleet.files(branch).into_iter().filter(|(path, _)| !own(path));
            Some(files.map(|(path, text)| (path, timeless(&text))).collect())
        };
        branches
            .iter()
            .map(|branch| ((*branch).to_owned(), files(branch)))
            .collect()
    };
    let done = begin.copied();
    let before = texts(&done);
    assert_eq!(die(&done, 0, arguments), Some(0));
    let after = texts(&done);
    let mut moment = 1;
    loop {
        let fleet = begin.copied();
        let code = die(&fleet, moment, arguments);
        is_whole(&fleet.repository.git);
        for (branch, found) in texts(&fleet) {
            let is_one_of_both = found == before[&branch] || found == after[&branch];
            assert!(
                is_one_of_both,
                "{branch} at {moment}: neither as it was nor as it should be"
            );
        }
        remove_locks(&fleet);
        if code.is_some() {
            assert_eq!(code, Some(0), "at {moment}");
            break;
        }
        let again = fleet.run(arguments);
        assert_eq!(again.exit, 0, "at {moment}: {}{}", again.text(), again.stderr);
        assert!(texts(&fleet) == after, "not completed at {moment}");
        check(&fleet);
        moment += 1;
    }
    assert!(moment > 10, "the moments are counted");
}

#[test]
fn a_release_that_is_killed_leaves_its_branch_whole_and_is_completed_by_the_next() {
    let begin = Fleet::small();
    begin.release(&["dev"]);
    begin
        .append("agents/orders/agent.yaml", "values: { replicas: 2 }\n")
        .commit("Scale orders");
    at_every_moment(&begin, &["release", "dev"], &["environment/dev"], |fleet| {
        assert_eq!(kinds(fleet, "dev/orders"), ["released", "released"]);
        assert_eq!(kinds(fleet, "dev/_environment"), ["committed", "committed"]);
    });
}

#[test]
fn a_hold_that_is_killed_holds_or_does_not_and_is_completed_by_the_next() {
    let arguments = ["hold", "orders", "--environment", "staging", "--reason", "slow"];
    at_every_moment(&promoted_once(), &arguments, &["main"], |fleet| {
        assert_eq!(kinds(fleet, "staging/orders").last(), Some(&"held"));
        assert_eq!(fleet.run(&["release", "staging", "--agent", "orders"]).exit, 3);
    });
}

#[test]
fn a_hold_whose_file_cannot_be_written_binds_and_is_completed_by_the_next() {
    let fleet = Fleet::promoted();
    fleet.release(&["dev", "staging"]);
    let folder = fleet.repository.path("environments/staging/holds");
    std::fs::write(&folder, "").unwrap();
    let arguments = ["hold", "orders", "--environment", "staging", "--reason", "slow"];
    let answer = fleet.run(&arguments);
    assert_eq!(answer.exit, 4);
    let text = answer.text().replace(&fleet.folder().display().to_string(), "<folder>");
    expect![[r#"
        exit 4
        disk: could not make `<folder>/environments/staging/holds`: file exists
          hint: the ledger has the hold of `orders`, which binds in this clone; run it again when that is mended: it writes the file, and nothing twice
    "#]].assert_eq(&text);
    std::fs::remove_file(&folder).unwrap();
    assert_eq!(fleet.run(&["release", "staging", "--agent", "orders"]).exit, 3);
    fleet.done(&arguments);
    assert!(
        fleet
            .repository
            .path("environments/staging/holds/orders.yaml")
            .is_file()
    );
    assert_eq!(fleet.run(&["release", "staging", "--agent", "orders"]).exit, 3);
}

#[test]
fn a_rollback_that_is_killed_is_completed_by_the_same_command() {
    let begin = promoted_once();
    again(&begin, '6', "v1.1.0");
    again(&begin, '7', "v1.2.0");
    let arguments = ["rollback", "orders", "--environment", "staging", "--reason", "too slow"];
    at_every_moment(&begin, &arguments, &["environment/staging", "main"], |fleet| {
        assert_eq!(
            kinds(fleet, "staging/orders").last_chunk(),
            Some(&["released", "rolled-back", "held"])
        );
        assert_eq!(fleet.run(&["verify", "--environment", "staging"]).exit, 0);
    });
}

/// Whether the ledger knows that `orders` was rolled back.
fn is_rolled_back(fleet: &Fleet) -> bool {
    kinds(fleet, "staging/orders").contains(&"rolled-back")
}

#[test]
fn what_a_killed_rollback_took_away_never_comes_back_by_resume_and_release() {
    let manifest = |fleet: &Fleet| fleet.file("environment/staging", "apps/orders/manifest.yaml");
    let release = ["release", "staging"];
    let resume = ["resume", "orders", "-e", "staging", "--reason", "mended"];
    let rollback = ["rollback", "orders", "-e", "staging", "--reason", "it's slow"];
    let begin = promoted_once();
    let good = manifest(&begin);
    again(&begin, '6', "v1.1.0");
    let mut unfinished = 0;
    for moment in 1.. {
        let fleet = begin.copied();
        if die(&fleet, moment, &rollback).is_some() {
            break;
        }
        remove_locks(&fleet);
        let found = manifest(&fleet);
        // exits 4 where the files of the next commit are in the work tree already
        fleet.run(&release);
        let answer = fleet.run(&resume);
        fleet.run(&release);
        assert_eq!(manifest(&fleet), found, "at {moment}");
        if answer.exit == 1 {
            unfinished += 1;
            assert_eq!(answer.rules(), ["unfinished-rollback"], "at {moment}");
            finish(&fleet, &answer);
            fleet.done(&resume);
            fleet.done(&release);
        }
        if is_rolled_back(&fleet) {
            assert_eq!(manifest(&fleet), good, "at {moment}");
        }
    }
    assert!(
        unfinished > 3,
        "some moments are between the ledger and the release file"
    );
}

/// Runs the command that a finding names.
fn finish(fleet: &Fleet, answer: &Answer) {
    let text = answer.text();
    let command = text
        .split('`')
        .find(|part| part.starts_with("cargo xtask rollback"))
        .unwrap();
    assert!(command.ends_with(r"--reason 'it'\''s slow'"), "{command}");
    let (words, _) = command.split_once(" --reason ").unwrap();
    let mut words: Vec<&str> = words.split(' ').skip(2).collect();
    words.extend(["--reason", "it's slow"]);
    fleet.done(&words);
}
