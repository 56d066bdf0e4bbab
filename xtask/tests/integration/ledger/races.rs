//! Several processes at once: nothing is lost, no commit joins two histories, and who comes too late says so.

use std::process::{Child, Stdio};

use super::kinds;
use crate::fleet::{Answer, Fleet, command};

/// A fleet of this many services beside its two agents, all released to dev.
fn services(count: usize) -> (Fleet, Vec<String>) {
    let fleet = Fleet::small();
    let orders = fleet.repository.path("agents/orders/agent.yaml");
    let orders = std::fs::read_to_string(orders).unwrap();
    let names: Vec<String> = (0..count).map(|number| format!("service-{number}")).collect();
    for name in &names {
        fleet.put(&format!("agents/{name}/agent.yaml"), &orders);
    }
    fleet.commit("Add services");
    fleet.release(&["dev"]);
    (fleet, names)
}

fn scale(fleet: &Fleet, names: &[String]) {
    for name in names {
        fleet.append(&format!("agents/{name}/agent.yaml"), "values: { replicas: 3 }\n");
    }
    fleet.commit("Scale them");
}

fn start(fleet: &Fleet, arguments: &[&str]) -> Child {
    let arguments = [&["--format", "json"], arguments].concat();
    let mut command = command(fleet.folder(), &arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn end(child: Child) -> Answer {
    Answer::of(&child.wait_with_output().unwrap())
}

fn is_linear(fleet: &Fleet, branch: &str) -> bool {
    let mut walk = fleet.repository.git.revwalk().unwrap();
    walk.push(fleet.tip(branch).unwrap()).unwrap();
    walk.all(|id| fleet.repository.git.find_commit(id.unwrap()).unwrap().parent_count() < 2)
}

fn different_agents_at_once(count: usize) {
    let (fleet, names) = services(count);
    scale(&fleet, &names);
    let children: Vec<Child> = names
        .iter()
        .map(|name| start(&fleet, &["release", "dev", "--agent", name]))
        .collect();
    for child in children {
        let answer = end(child);
        assert_eq!(answer.exit, 0, "{}{}", answer.text(), answer.stderr);
    }
    for name in &names {
        let manifest = fleet.file("environment/dev", &format!("apps/{name}/manifest.yaml"));
        assert!(manifest.contains("replicas: 3"), "{name}");
        assert_eq!(kinds(&fleet, &format!("dev/{name}")), ["released", "released"]);
    }
    assert!(is_linear(&fleet, "environment/dev") && is_linear(&fleet, "lockstep/ledger"));
    let own = fleet.json("environment/dev", ".lockstep/_environment/inventory.json");
    assert_eq!(own["sequence"], count as u64 + 1);
    assert_eq!(kinds(&fleet, "dev/_environment").len(), count + 1);
}

#[test]
fn two_processes_release_different_agents_to_one_environment() {
    different_agents_at_once(2);
}

#[test]
fn eight_processes_release_different_agents_to_one_environment() {
    different_agents_at_once(8);
}

#[test]
fn of_two_processes_that_release_the_same_unit_one_wins_and_the_other_says_so() {
    let (fleet, names) = services(1);
    scale(&fleet, &names);
    let children = [0, 1].map(|_| start(&fleet, &["release", "dev", "--agent", "service-0"]));
    let mut changes: Vec<String> = children
        .map(end)
        .iter()
        .map(|answer| answer.changes("dev").last().unwrap().clone())
        .collect();
    changes.sort();
    assert_eq!(changes, ["service-0 changed", "service-0 unchanged"]);
    assert_eq!(kinds(&fleet, "dev/service-0"), ["released", "released"]);
}

#[test]
fn eight_processes_that_hold_and_mark_at_once_lose_nothing() {
    let (fleet, names) = services(4);
    let marks = names
        .iter()
        .map(|name| start(&fleet, &["mark", "verified", name, "-e", "dev", "--reason", "a look"]));
    let stages = names
        .iter()
        .map(|name| start(&fleet, &["stage", "record", "unit_test", "passed", "--agent", name]));
    let children: Vec<Child> = marks.chain(stages).collect();
    for child in children {
        let answer = end(child);
        assert_eq!(answer.exit, 0, "{}{}", answer.text(), answer.stderr);
    }
    for name in &names {
        assert_eq!(kinds(&fleet, &format!("dev/{name}")), ["released", "marked"]);
        assert_eq!(kinds(&fleet, &format!("_everywhere/{name}")), ["stage"]);
    }
}

/// Who is too late to commit leaves files and index as the winner made them.
#[test]
fn processes_that_commit_to_the_current_branch_at_once_leave_its_files_as_it_has_them() {
    let (fleet, names) = services(3);
    let hold = |name: &String| start(&fleet, &["hold", name, "-e", "dev", "--reason", "a look"]);
    let children: Vec<Child> = names.iter().chain(&names).map(hold).collect();
    let ended: Vec<_> = children.into_iter().map(end).collect();
    for answer in &ended {
        assert_eq!(answer.exit, 0, "{}{}", answer.text(), answer.stderr);
    }
    let git = git2::Repository::open(fleet.folder()).unwrap();
    let mut options = git2::StatusOptions::new();
    let statuses = git.statuses(Some(options.include_untracked(true))).unwrap();
    let changed: Vec<_> = statuses.iter().map(|entry| entry.path().unwrap().to_owned()).collect();
    assert_eq!(changed, Vec::<String>::new());
}
