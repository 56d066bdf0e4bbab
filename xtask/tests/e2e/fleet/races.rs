//! Many pipelines and one remote, and what happens when it refuses.

use std::fs;
use std::path::PathBuf;

use super::Fleet;
use crate::shell::{run, sh};

const AGENTS: [&str; 8] = [
    "agent-infer",
    "agent-router",
    "data-query",
    "order-triage",
    "document-summary",
    "fraud-screening",
    "notification-service",
    "support-rag",
];

/// Starts one line in each folder at once and returns how they ended.
fn at_once(lines: &[(PathBuf, String)]) -> Vec<(i32, String)> {
    std::thread::scope(|scope| {
        let runs: Vec<_> = lines
            .iter()
            .map(|(folder, line)| scope.spawn(move || run(folder, line)))
            .collect();
        runs.into_iter()
            .map(|run| run.join().unwrap())
            .map(|outcome| (outcome.code, outcome.output + &outcome.errors))
            .collect()
    })
}

/// Pipelines, each with a clone of its own, release a different agent each and push at once.
fn pipelines(count: usize) {
    let fleet = Fleet::new();
    let first = fleet.clone("first", "");
    sh(&first, "$XTASK release dev --push");
    let change = "for agent in agents/*/agent.yaml; do sed -i 's/^criticality: .*/criticality: low/' $agent; done
        git commit -qam 'Change all' && git push -q origin main";
    sh(&first, change);
    let lines: Vec<(PathBuf, String)> = AGENTS[..count]
        .iter()
        .map(|agent| {
            (
                fleet.clone(agent, ""),
                format!("$XTASK release dev --agent {agent} --push"),
            )
        })
        .collect();
    for (code, text) in at_once(&lines) {
        assert_eq!(code, 0, "{text}");
    }
    let remote = fleet.remote();
    for agent in &AGENTS[..count] {
        let events = format!("git ls-tree --name-only lockstep/ledger dev/{agent}/ | wc -l");
        assert_eq!(sh(&remote, &events), "2", "{agent}");
        let log = format!("git log --format=%H environment/dev -- .lockstep/{agent} | wc -l");
        assert_eq!(sh(&remote, &log), "2", "{agent}");
    }
    for branch in ["environment/dev", "lockstep/ledger"] {
        assert_eq!(sh(&remote, &format!("git rev-list --merges --count {branch}")), "0");
    }
    assert_eq!(
        sh(&remote, "git rev-list --count environment/dev"),
        (count + 1).to_string()
    );
    sh(&remote, "git fsck --strict");
}

#[test]
fn two_pipelines_push_different_agents_at_once_and_lose_nothing() {
    pipelines(2);
}

#[test]
fn eight_pipelines_push_different_agents_at_once_and_lose_nothing() {
    pipelines(8);
}

/// A server that refuses so many pushes in these words; its file `tries` counts them.
fn refusing(fleet: &Fleet, words: &str, times: u32) {
    let remote = fleet.remote();
    let script = format!(
        "#!/bin/sh\necho x >> '{0}/tries'\n[ $(wc -l < '{0}/tries') -gt {times} ] && exit 0\necho '{words}' >&2\nexit 1\n",
        remote.display()
    );
    fs::create_dir_all(remote.join("hooks")).unwrap();
    fs::write(remote.join("hooks/pre-receive"), script).unwrap();
    sh(&remote, "chmod +x hooks/pre-receive");
}

/// Each wording with which a server says that somebody else was first.
#[test]
fn a_push_that_the_server_refuses_is_tried_again() {
    for words in [
        "cannot lock ref",
        "incorrect old value",
        "failed to update ref",
        "fetch first",
    ] {
        let fleet = Fleet::new();
        let clone = fleet.clone("clone", "");
        refusing(&fleet, words, 1);
        sh(&clone, "$XTASK release dev --push");
        assert_eq!(sh(&fleet.remote(), "wc -l < tries"), "2", "{words}");
    }
}

#[test]
fn a_push_is_tried_five_times_and_no_more() {
    let fleet = Fleet::new();
    let clone = fleet.clone("clone", "");
    refusing(&fleet, "cannot lock ref", 5);
    let outcome = run(&clone, "$XTASK release dev --push --format json");
    assert_eq!(outcome.code, 4, "{}", outcome.output);
    assert_eq!(sh(&fleet.remote(), "wc -l < tries"), "5");
    // when the server is well again, the same run ends well
    sh(&clone, "$XTASK release dev --push");
    assert_eq!(
        sh(&fleet.remote(), "git rev-parse environment/dev lockstep/ledger"),
        sh(&clone, "git rev-parse environment/dev lockstep/ledger")
    );
}

/// A disk that is full: no file may grow.
#[test]
fn a_full_disk_is_a_failure_that_changes_nothing() {
    let fleet = Fleet::new();
    let clone = fleet.clone("clone", "");
    sh(&clone, "$XTASK release dev");
    sh(
        &clone,
        "sed -i 's/^criticality: .*/criticality: low/' agents/*/agent.yaml && git commit -qam Change",
    );
    let references = "git for-each-ref";
    let before = sh(&clone, references);
    let outcome = run(&clone, "trap '' XFSZ; ulimit -f 0; $XTASK release dev 2>&1 | cat");
    assert!(outcome.output.contains("failed: could not write"), "{}", outcome.output);
    assert_eq!(sh(&clone, references), before);
    sh(&clone, "git fsck --strict && $XTASK release dev");
}
