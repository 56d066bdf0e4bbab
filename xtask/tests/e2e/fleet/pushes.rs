//! Releases from several clones through one remote.

use std::fs;
use std::path::{Path, PathBuf};

use super::{ENVIRONMENTS, Fleet, write_prompt};
use crate::shell::{run, sh};

/// What a branch of a repository holds.
fn tip(repository: &Path, branch: &str) -> String {
    sh(repository, &format!("git rev-parse {branch}"))
}

/// The first command in back quotes of a text.
fn quoted(text: &str) -> &str {
    text.split('`').nth(1).unwrap_or_else(|| panic!("no command in {text}"))
}

/// The hints of a failure.
fn hints(errors: &str) -> Vec<&str> {
    errors.lines().filter(|line| line.contains("= hint:")).collect()
}

#[test]
fn a_push_brings_branches_and_notes_and_another_clone_goes_on_from_them() {
    let fleet = Fleet::new();
    let one = fleet.clone("one", "");
    sh(&one, "$XTASK release dev staging canary production --push");
    for environment in ENVIRONMENTS {
        let branch = format!("environment/{environment}");
        assert_eq!(tip(&fleet.remote(), &branch), tip(&one, &branch));
    }
    let note = "git notes --ref=hydrator.metadata show environment/dev";
    assert_eq!(sh(&fleet.remote(), note), sh(&one, note));

    let two = fleet.clone("two", "");
    assert_eq!(sh(&two, "git branch --format='%(refname:short)'"), "main");
    let text = sh(&two, "$XTASK release dev staging canary production --push");
    assert_eq!(text.matches("nothing to change").count(), 4, "{text}");
    write_prompt(&two, "9.0.0");
    sh(&two, "git push -q origin main && $XTASK release dev --push");
    assert_eq!(tip(&two, "environment/dev~1"), tip(&one, "environment/dev"));
    assert_eq!(tip(&fleet.remote(), "environment/dev"), tip(&two, "environment/dev"));
}

#[test]
fn notes_that_somebody_deletes_on_the_remote_come_back_with_the_next_push() {
    let fleet = Fleet::new();
    let one = fleet.clone("one", "");
    sh(&one, "$XTASK release dev --push");
    sh(&one, "git push -q origin :refs/notes/hydrator.metadata");
    write_prompt(&one, "9.0.0");
    sh(&one, "git push -q origin main && $XTASK release dev --push");
    let note = "git notes --ref=hydrator.metadata show environment/dev";
    assert_eq!(sh(&fleet.remote(), note), sh(&one, note));
}

#[test]
fn a_shallow_clone_is_refused_and_the_hint_mends_it() {
    let fleet = Fleet::new();
    let one = fleet.clone("one", "");
    sh(&one, "$XTASK release dev --push");
    let shallow = fleet.clone("shallow", "--depth 1");
    let outcome = run(&shallow, "$XTASK release dev");
    assert_eq!(outcome.code, 4, "{}", outcome.errors);
    assert_eq!(sh(&shallow, "git branch --list 'environment/*'"), "");
    let hints = hints(&outcome.errors);
    assert!(quoted(hints[0]).starts_with("git fetch"), "{}", outcome.errors);
    sh(&shallow, quoted(hints[0]));
    let outcome = run(&shallow, "$XTASK release dev");
    if outcome.code != 0 {
        // The branch is there now, but not the commits that its records name.
        sh(&shallow, quoted(self::hints(&outcome.errors)[0]));
        sh(&shallow, "$XTASK release dev");
    }
    assert_eq!(tip(&shallow, "origin/environment/dev"), tip(&one, "environment/dev"));
}

#[test]
fn a_release_that_a_shallow_clone_lacks_is_compared_after_the_hint() {
    let fleet = Fleet::new();
    let one = fleet.clone("one", "");
    sh(&one, "$XTASK release staging --push");
    let label = sh(
        &one,
        "grep -m1 ^version: environments/staging/releases/support-rag.yaml",
    );
    let label = label.trim().trim_start_matches("version: ");
    sh(
        &one,
        "sed -i 's/logLevel: INFO/logLevel: DEBUG/' environments/staging/environment.yaml
         git commit -qam 'Log more' && git push -q origin main && $XTASK release staging --agent order-triage --push",
    );
    for (name, earlier) in [("by-commit", "environment/staging~1"), ("by-label", label)] {
        let shallow = fleet.clone(name, "--depth 1");
        sh(
            &shallow,
            "for ref in environment/staging lockstep/ledger; do
                 git fetch -q --depth 1 origin +refs/heads/$ref:refs/remotes/origin/$ref
             done",
        );
        let command = format!("$XTASK diff {earlier} staging --agent support-rag");
        let outcome = run(&shallow, &command);
        assert_eq!(outcome.code, 4, "{}", outcome.errors);
        let hint = quoted(hints(&outcome.errors)[0]);
        assert!(hint.starts_with("git fetch --unshallow"), "{}", outcome.errors);
        sh(&shallow, hint);
        sh(&shallow, &command);
    }
}

#[test]
fn a_slow_pipeline_does_not_undo_a_newer_release() {
    let fleet = Fleet::new();
    let slow = fleet.clone("slow", "");
    let fast = fleet.clone("fast", "");
    write_prompt(&fast, "9.0.0");
    sh(&fast, "git push -q origin main && $XTASK release dev --push");
    let before = tip(&fleet.remote(), "environment/dev");
    let outcome = run(&slow, "$XTASK release dev --push");
    assert_eq!(outcome.code, 1, "{}", outcome.errors);
    assert!(outcome.errors.contains("stale-source"), "{}", outcome.errors);
    assert_eq!(tip(&fleet.remote(), "environment/dev"), before);
    assert_eq!(sh(&slow, "git branch --list 'environment/*'"), "");
}

/// What was released is amended, and the help of the finding mends that.
#[test]
fn who_amends_what_was_released_is_told_how_to_go_on() {
    let fleet = Fleet::new();
    let clone = fleet.clone("clone", "");
    write_prompt(&clone, "9.0.0");
    sh(&clone, "$XTASK release dev");
    let amend = "sed -i 's/^criticality: .*/criticality: low/' agents/*/agent.yaml && git commit -qa --amend --no-edit";
    sh(&clone, amend);
    let outcome = run(&clone, "$XTASK release dev");
    assert_eq!(outcome.code, 1, "{}", outcome.errors);
    assert!(
        outcome.errors.contains("amended or rebased after its release"),
        "{}",
        outcome.errors
    );
    let help = outcome.errors.lines().find(|line| line.contains("help: ")).unwrap();
    sh(&clone, &format!("{} -m 'Keep what was released'", quoted(help)));
    sh(&clone, "git push -q origin main && $XTASK release dev --push");

    let other = fleet.clone("other", "");
    sh(&other, "git reset -q --hard HEAD^1~1");
    write_prompt(&other, "9.0.0");
    let outcome = run(&other, "$XTASK release dev");
    assert!(
        outcome.errors.contains("which another branch has"),
        "{}",
        outcome.errors
    );
}

#[test]
fn a_source_that_no_remote_has_is_told_and_whoever_lacks_it_as_well() {
    let fleet = Fleet::new();
    let one = fleet.clone("one", "");
    let pushed = run(&one, "$XTASK release dev --push");
    assert!(!pushed.errors.contains("unpushed-source"), "{}", pushed.errors);
    write_prompt(&one, "9.0.0");
    let pushed = run(&one, "$XTASK release dev --push");
    assert_eq!(pushed.code, 0, "{}", pushed.errors);
    assert!(pushed.errors.contains("warning[unpushed-source]"), "{}", pushed.errors);
    let two = fleet.clone("two", "");
    let outcome = run(&two, "$XTASK release dev --push");
    assert_eq!(outcome.code, 1, "{}", outcome.errors);
    assert!(
        outcome.errors.contains("which this clone does not have"),
        "{}",
        outcome.errors
    );

    sh(&one, "git push -q origin main");
    let pushed = run(&one, "$XTASK release dev --push");
    assert!(!pushed.errors.contains("unpushed-source"), "{}", pushed.errors);
    sh(&two, "git pull -q && $XTASK release dev --push");
    // what a runner checks out, it has fetched
    sh(
        &two,
        "git checkout -q --detach && git update-ref -d refs/remotes/origin/main",
    );
    let pushed = run(&two, "$XTASK release dev --push");
    assert!(!pushed.errors.contains("unpushed-source"), "{}", pushed.errors);
}

#[test]
fn a_rollback_from_a_source_that_no_remote_has_says_so_too() {
    let fleet = Fleet::new();
    let clone = fleet.clone("clone", "");
    sh(
        &clone,
        "$XTASK keys init --plain && git add environments/trust.yaml && git commit -qm 'Let a key sign' && git push -q origin main
         $XTASK release dev staging
         $XTASK promote support-rag --from dev --to staging --as v2.9.0-rc1 && git push -q origin main
         $XTASK release staging --push && git commit -q --allow-empty -m 'Go on alone'",
    );
    let rollback = "$XTASK rollback support-rag -e staging --reason slow --push";
    let planned = run(&clone, &format!("{rollback} --dry-run"));
    assert!(
        planned.errors.contains("warning[unpushed-source]"),
        "{}",
        planned.errors
    );
    sh(&clone, "git push -q origin main");
    let pushed = run(&clone, rollback);
    assert_eq!(pushed.code, 0, "{}", pushed.errors);
    assert!(!pushed.errors.contains("unpushed-source"), "{}", pushed.errors);
}

#[test]
fn releases_that_only_the_ledger_takes_to_the_remote_are_told_with_the_push_that_takes_them_along() {
    let fleet = Fleet::new();
    let one = fleet.clone("one", "");
    sh(
        &one,
        "$XTASK keys init --plain && git add environments/trust.yaml && git commit -qm 'Let a key sign' && git push -q origin main
         $XTASK release dev --push && $XTASK release staging",
    );
    let told = run(&one, "$XTASK stage record unit_test passed --agent agent-infer --push");
    assert_eq!(told.code, 0, "{}", told.errors);
    assert!(
        told.errors.contains("does not have: environment/staging\n"),
        "{}",
        told.errors
    );
    // whether or not this push has anything to take along
    let told_again = run(&one, "$XTASK release dev --push");
    assert!(
        told_again.errors.contains("[unpushed-release]"),
        "{}",
        told_again.errors
    );
    let two = fleet.clone("two", "");
    let verified = run(&two, "$XTASK verify");
    assert!(verified.errors.contains("found no branch"), "{}", verified.errors);
    let help = told.errors.lines().find(|line| line.contains("help: ")).unwrap();
    sh(&one, quoted(help));
    sh(&two, "git fetch -q && $XTASK verify");
    let pushed = run(&one, "$XTASK hold agent-infer -e dev --reason wait --push");
    assert!(!pushed.errors.contains("unpushed-release"), "{}", pushed.errors);
}

/// The winner runs a command between the loser's fetch and its push: git runs `pre-push` just then.
fn race(loser: &Path, winner: &Path, command: &str) {
    let hook = loser.join(".git/hooks/pre-push");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    let script = format!(
        "#!/bin/sh\nrm \"$0\"\nunset $(git rev-parse --local-env-vars)\ncd '{}' && {command} >&2\n",
        winner.display()
    );
    fs::write(&hook, script).unwrap();
    sh(loser, "chmod +x .git/hooks/pre-push");
}

/// Two clones with one key; `support-rag` runs v3.0.0-rc1 in staging, after another release.
fn two_with_a_key(fleet: &Fleet) -> (PathBuf, PathBuf) {
    let one = fleet.clone("one", "");
    sh(
        &one,
        "$XTASK keys init --plain && git add environments/trust.yaml && git commit -qm 'Let a key sign' && git push -q origin main
         $XTASK release dev staging --push
         $XTASK promote support-rag --from dev --to staging --as v3.0.0-rc1 && git push -q origin main
         $XTASK release staging --push",
    );
    let two = fleet.clone("two", "");
    sh(
        &two,
        &format!(
            "mkdir -p .git/lockstep && cp -r '{}/.git/lockstep/keys' .git/lockstep/",
            one.display()
        ),
    );
    (one, two)
}

#[test]
fn a_rollback_that_another_agents_release_overtakes_leaves_the_ledger_whole() {
    let fleet = Fleet::new();
    let (one, two) = two_with_a_key(&fleet);
    sh(
        &two,
        "$XTASK promote agent-router --from dev --to staging --as v4.9.0-rc1 && git push -q origin main",
    );
    race(&one, &two, "\"$XTASK\" release staging --push");
    sh(&one, "$XTASK rollback support-rag -e staging --reason bad --push");
    let verified = run(&one, "$XTASK verify -e staging");
    assert_eq!(verified.code, 0, "{}", verified.errors);
    let held = "git ls-tree -r --name-only lockstep/ledger staging/_holds/support-rag | wc -l";
    assert_eq!(sh(&fleet.remote(), held), "1");
}

#[test]
fn a_rollback_that_a_release_of_the_same_agent_overtakes_brings_back_nothing() {
    let fleet = Fleet::new();
    let (one, two) = two_with_a_key(&fleet);
    sh(
        &two,
        "sed -i 's/^values:/values:\\n  logLevel: WARNING/' environments/staging/values/support-rag.yaml
         git add -A && git commit -qm 'Run more' && git push -q origin main",
    );
    race(&one, &two, "\"$XTASK\" release staging --push");
    let back = run(&one, "$XTASK rollback support-rag -e staging --reason bad --push");
    assert_eq!(back.code, 1, "{}", back.errors);
    assert!(back.errors.contains("error[overtaken-rollback]"), "{}", back.errors);
    let theirs = tip(&fleet.remote(), "environment/staging");
    assert_eq!(tip(&one, "environment/staging"), theirs, "nothing of it stays");
    assert_eq!(tip(&two, "environment/staging"), theirs);
    let held = "git ls-tree -r --name-only lockstep/ledger staging/_holds | wc -l";
    assert_eq!(sh(&one, held), "0");
}

#[test]
fn who_loses_a_race_goes_on_from_what_the_winner_wrote() {
    let fleet = Fleet::new();
    let winner = fleet.clone("winner", "");
    let loser = fleet.clone("loser", "");
    write_prompt(&loser, "9.0.0");
    race(&loser, &winner, "\"$XTASK\" release dev --push");
    sh(&loser, "$XTASK release dev --push");
    let won = tip(&winner, "environment/dev");
    assert_eq!(tip(&fleet.remote(), "environment/dev~1"), won);
    assert_eq!(tip(&fleet.remote(), "environment/dev"), tip(&loser, "environment/dev"));
    assert_eq!(tip(&fleet.remote(), "lockstep/ledger"), tip(&loser, "lockstep/ledger"));
    let notes = "git notes --ref=hydrator.metadata list | wc -l";
    assert_eq!(sh(&fleet.remote(), notes), "2");
    let events = "git ls-tree -r --name-only lockstep/ledger dev/support-rag dev/_environment | wc -l";
    assert_eq!(sh(&fleet.remote(), events), "4", "what was dropped is not recorded");
    let removals = "git log --diff-filter=D --format=%H lockstep/ledger | wc -l";
    assert_eq!(sh(&fleet.remote(), removals), "0", "nor does the branch tell of it");
    sh(&fleet.remote(), "git fsck --strict");
}

#[test]
fn another_clone_asks_for_the_promotion_that_its_ledger_does_not_have() {
    let fleet = Fleet::new();
    let one = fleet.clone("one", "");
    sh(&one, "$XTASK release dev staging --push");
    let promoted = |version: &str, branch: &str, options: &str| {
        write_prompt(&one, &format!("9.{}.0", version.len()));
        sh(
            &one,
            &format!(
                "git push -q origin main && $XTASK release dev --push
                 $XTASK promote support-rag --from dev --to staging --as {version} --branch {branch} {options}
                 git push -q origin {branch}:main && git merge -q --ff-only {branch}"
            ),
        );
    };
    let told = |clone: &Path| {
        run(clone, "$XTASK release staging --dry-run")
            .errors
            .contains("unpromoted-release")
    };
    promoted("v9.1.0", "promote/one", "");
    let two = fleet.clone("two", "");
    assert!(told(&two));
    sh(&one, "git push -q origin lockstep/ledger");
    sh(&two, "git pull -q");
    assert!(!told(&two));
    promoted("v9.10.0", "promote/two", "--push");
    sh(&two, "git pull -q");
    assert!(!told(&two));
    sh(&two, "$XTASK release staging --push");
}
