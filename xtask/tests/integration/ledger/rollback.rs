//! Rollback: what comes back, what stops it, and what holds afterwards.

use expect_test::expect;
use serde_json::json;

use super::{again, histories, kinds, last, next_candidate, promoted_once};
use crate::fleet::{Fleet, folded};
use crate::git::fixture::snapshot;

const BACK: [&str; 6] = ["rollback", "orders", "--environment", "staging", "--reason", "too slow"];

/// `orders` runs v1.1.0 in staging, after v1.0.0.
fn twice() -> Fleet {
    let fleet = promoted_once();
    next_candidate(&fleet, '6');
    fleet.done(&[
        "promote", "orders", "--from", "dev", "--to", "staging", "--as", "v1.1.0",
    ]);
    fleet.release(&["staging"]);
    fleet
}

#[test]
fn manifest_and_tuple_come_back_byte_for_byte_under_new_metadata() {
    let fleet = promoted_once();
    let old = fleet.files("environment/staging");
    let first = fleet.tip("environment/staging").unwrap();
    next_candidate(&fleet, '6');
    fleet.done(&[
        "promote", "orders", "--from", "dev", "--to", "staging", "--as", "v1.1.0",
    ]);
    fleet.release(&["staging"]);
    let answer = fleet.done(&BACK);
    let new = fleet.files("environment/staging");
    for path in ["apps/orders/manifest.yaml", ".lockstep/orders/tuple.json"] {
        assert_eq!(new[path], old[path], "{path}");
    }
    assert_eq!(answer.result()["to"]["version"], "v1.0.0");
    let metadata = fleet.json("environment/staging", "apps/orders/hydrator.metadata");
    assert_eq!(metadata["rollbackOf"], first.to_string());
    let own = fleet.json("environment/staging", ".lockstep/_environment/inventory.json");
    assert_eq!(own["sequence"], 3);
    let application = &new["argocd/orders.yaml"];
    assert!(
        application.contains("notice.argocd.argoproj.io/content: \"rolled back to v1.0.0 and held: too slow\""),
        "{application}"
    );
    expect![[r#"
        …: Roll back orders to v1.0.0

        too slow

        Dry-sha: …
        Tuple-id: orders=sha256:…
        Input-digest: orders=sha256:…
        Rollback-of: orders=…
        Rollback-reason: orders=too slow
        Lockstep-version: 0.1.0
    "#]]
    .assert_eq(&trailers_of_ours(&folded(&fleet.message("environment/staging"))));
    let file = fleet.file("main", "environments/staging/releases/orders.yaml");
    assert!(
        file.contains("version: v1.0.0\n") && file.contains("previous:\n- version: v1.1.0\n"),
        "{file}"
    );
    assert!(fleet.repository.git.statuses(None).unwrap().is_empty());
}

/// The message with a short commit folded and without Argo CD's own trailers.
fn trailers_of_ours(message: &str) -> String {
    let lines = message.lines().filter(|line| !line.starts_with("Argocd-"));
    let text: String = lines.map(|line| format!("{line}\n")).collect();
    text.replacen(&text[..7], "…", 1)
}

#[test]
fn nothing_but_resume_releases_the_unit_again() {
    let fleet = twice();
    fleet.done(&BACK);
    assert_eq!(
        kinds(&fleet, "staging/orders"),
        ["promoted", "released", "promoted", "released", "rolled-back", "held"]
    );
    let release = ["release", "staging", "--agent", "orders"];
    assert_eq!(fleet.run(&release).exit, 3);
    // the ledger holds though the file is gone
    fleet
        .remove("environments/staging/holds/orders.yaml")
        .commit("Forget the file");
    assert_eq!(fleet.run(&release).exit, 3);
    fleet.done(&["resume", "orders", "-e", "staging", "--reason", "mended"]);
    let answer = fleet.done(&release);
    assert_eq!(answer.changes("staging").last().unwrap(), "orders changed");
    let manifest = fleet.file("environment/staging", "apps/orders/manifest.yaml");
    assert!(manifest.contains(&"2".repeat(64)), "what was rolled back stays so");
    assert!(
        !fleet
            .file("environment/staging", "argocd/orders.yaml")
            .contains("notice.")
    );
}

#[test]
fn a_rollback_that_was_killed_before_the_ledger_holds_all_the_same() {
    let fleet = twice();
    let (ledger, main) = (fleet.tip("lockstep/ledger").unwrap(), fleet.tip("main").unwrap());
    fleet.done(&BACK);
    fleet.repository.set("refs/heads/lockstep/ledger", ledger);
    let git = &fleet.repository.git;
    git.reset(&git.find_object(main, None).unwrap(), git2::ResetType::Hard, None)
        .unwrap();
    assert_eq!(fleet.run(&["release", "staging", "--agent", "orders"]).exit, 3);
    assert_eq!(kinds(&fleet, "staging/orders").last(), Some(&"held"));
    let event = String::from_utf8(last(&fleet, "staging/orders").bytes()).unwrap();
    assert!(event.contains("too slow"), "{event}");
}

#[test]
fn what_was_rolled_back_once_is_nothing_to_go_back_to() {
    let fleet = twice();
    again(&fleet, '7', "v1.2.0");
    let back = |reason: &str| fleet.run(&["rollback", "orders", "-e", "staging", "--reason", reason]);
    for (reason, version) in [("first", "v1.1.0"), ("second", "v1.0.0")] {
        assert_eq!(back(reason).result()["to"]["version"], version);
        fleet.done(&["mark", "blocked", "orders", "-e", "staging", "--reason", reason]);
    }
    assert_eq!(back("third").rules(), ["no-earlier-release"]);
}

#[test]
fn the_same_rollback_again_changes_nothing_until_somebody_resumes() {
    let fleet = twice();
    fleet.done(&BACK);
    let tips = |fleet: &Fleet| ["environment/staging", "lockstep/ledger", "main"].map(|branch| fleet.tip(branch));
    let before = tips(&fleet);
    for more in [&[][..], &["--to", "v1.0.0"]] {
        let answer = fleet.done(&[&BACK[..], more].concat());
        assert_eq!(
            answer.result()["commit"],
            fleet.tip("environment/staging").unwrap().to_string()
        );
        assert_eq!(answer.result()["dryCommit"], json!(null));
        assert_eq!(tips(&fleet), before);
    }
    // another reason asks for another rollback
    let other = [
        "rollback",
        "orders",
        "--environment",
        "staging",
        "--reason",
        "wrong",
        "--dry-run",
    ];
    assert_eq!(fleet.run(&other).rules(), ["repeated-rollback"]);
    fleet.done(&["resume", "orders", "-e", "staging", "--reason", "mended"]);
    assert_eq!(fleet.run(&BACK).rules(), ["no-earlier-release"]);
}

#[test]
fn who_comes_second_goes_back_no_further() {
    let fleet = twice();
    again(&fleet, '7', "v1.2.0");
    let back = |more: &[&str]| fleet.run(&[&["rollback", "orders", "-e", "staging"], more].concat());
    assert_eq!(back(&["--reason", "slow"]).exit, 0);
    let tips = || ["environment/staging", "lockstep/ledger", "main"].map(|branch| fleet.tip(branch));
    let before = tips();
    let events = &histories(&fleet)["staging/orders"].events;
    let time = events.iter().rev().nth(1).unwrap().1.time.to_string();
    let text = back(&["--reason", "still slow"]).text().replace(&time, "…");
    expect![[r#"
        exit 1
        error[repeated-rollback] -
          `orders` was rolled back from v1.2.0 to v1.1.0 in `staging` already, by Lockstep at …, and is held since: slow
          unit: staging/orders
          help: nothing is left to do; if that has to go as well, name what is to run, `cargo xtask rollback orders --environment staging --to <release>`, or say so first: `cargo xtask mark blocked orders --environment staging --reason "…"`
    "#]].assert_eq(&text);
    assert_eq!(
        back(&["--reason", "still slow", "--dry-run"]).rules(),
        ["repeated-rollback"]
    );
    assert_eq!(tips(), before);
    let named = back(&["--reason", "still slow", "--to", "v1.0.0", "--dry-run"]);
    assert_eq!((named.exit, named.rules()), (0, vec![]));
    // what somebody else holds was not held by the rollback
    let unit = ["orders", "-e", "staging", "--reason", "mended"];
    fleet.done(&[&["resume"], &unit[..]].concat());
    fleet.done(&[&["hold"], &unit[..]].concat());
    assert_eq!(
        back(&["--reason", "still slow", "--dry-run"]).result()["to"]["version"],
        "v1.0.0"
    );
}

#[test]
fn what_a_killed_rollback_left_undone_on_the_branch_that_people_edit_is_done_by_the_next() {
    let fleet = twice();
    let main = fleet.tip("main").unwrap();
    fleet.done(&BACK);
    let written = fleet.files("main");
    let git = &fleet.repository.git;
    git.reset(&git.find_object(main, None).unwrap(), git2::ResetType::Hard, None)
        .unwrap();
    let tip = fleet.tip("environment/staging");
    fleet.done(&BACK);
    assert_eq!(fleet.tip("environment/staging"), tip);
    assert!(fleet.files("main") == written);
}

#[test]
fn a_release_file_that_did_not_follow_is_told_while_it_is_held_and_stops_what_was_resumed() {
    let fleet = twice();
    let main = fleet.tip("main").unwrap();
    fleet.done(&BACK);
    let written = fleet.files("main");
    let git = &fleet.repository.git;
    let reset = || {
        let main = git.find_object(main, None).unwrap();
        git.reset(&main, git2::ResetType::Hard, None).unwrap();
    };
    let resume = ["resume", "orders", "-e", "staging", "--reason", "mended"];
    let release = ["release", "staging"];
    // held: told, and nothing else is kept from being released
    reset();
    let answer = fleet.run(&release);
    assert_eq!((answer.exit, answer.rules()), (0, vec!["unfinished-rollback"]));
    fleet.refused(&resume, expect![[r#"
        exit 1
        error[unfinished-rollback] environments/staging/releases/orders.yaml
          `orders` was rolled back from v1.1.0 to v1.0.0 in `staging`, and its release file still names v1.1.0
          unit: staging/orders
          help: take the commit with its release file along, or write it now: `cargo xtask rollback orders --environment staging --reason 'too slow'`
    "#]]);
    // resumed where the file had followed, and released from a commit where it had not
    fleet.done(&BACK);
    assert!(fleet.files("main") == written);
    fleet.done(&resume);
    reset();
    let tip = fleet.tip("environment/staging");
    let answer = fleet.run(&release);
    assert_eq!((answer.exit, answer.rules()), (1, vec!["unfinished-rollback"]));
    assert_eq!(fleet.tip("environment/staging"), tip);
    fleet.done(&BACK);
    assert!(
        !fleet
            .paths("main")
            .contains(&"environments/staging/holds/orders.yaml".to_owned())
    );
    // what is released then is the Application, whose notice goes
    assert_eq!(fleet.done(&release).rules(), [""; 0]);
    let manifest = fleet.file("environment/staging", "apps/orders/manifest.yaml");
    assert!(manifest.contains(&"2".repeat(64)));
    // a promotion is what brings it back
    fleet.done(&[
        "promote", "orders", "--from", "dev", "--to", "staging", "--as", "v1.1.0",
    ]);
    assert_eq!(
        fleet.done(&release).changes("staging").last().unwrap(),
        "orders changed"
    );
}

#[test]
fn the_application_names_the_release_that_came_back() {
    let fleet = promoted_once();
    let told = "\n  labels: { lockstep.dev/version: {{ release.version | quote }} }";
    let rows = "\n  info:\n    - { name: Label, value: {{ release.version | quote }} }\n    - { name: Tuple, value: {{ release.tupleId | quote }} }";
    let template = "templates/argocd/application.yaml.tera";
    fleet
        .edit(template, "\nmetadata:", &format!("\nmetadata:{told}"))
        .edit(template, "\nspec:", &format!("\nspec:{rows}"))
        .commit("Tell what runs");
    fleet.release(&["staging"]);
    let application = || fleet.file("environment/staging", "argocd/orders.yaml");
    let old = application();
    next_candidate(&fleet, '6');
    fleet.done(&[
        "promote", "orders", "--from", "dev", "--to", "staging", "--as", "v1.1.0",
    ]);
    fleet.release(&["staging"]);
    assert!(application().contains("v1.1.0"), "{}", application());
    fleet.done(&BACK);
    let new = application();
    let plain = new
        .lines()
        .filter(|line| !line.contains("notice.argocd") && !line.ends_with("annotations:"));
    assert_eq!(plain.collect::<Vec<_>>(), old.lines().collect::<Vec<_>>());
}

#[test]
fn what_runs_is_told_to_run_when_it_is_asked_for() {
    let answer = twice().run(&[&BACK[..], &["--to", "v1.1.0"]].concat());
    assert_eq!(answer.exit, 1);
    assert!(
        answer.text().contains("`v1.1.0` is what runs of `orders`"),
        "{}",
        answer.text()
    );
    assert_eq!(
        twice()
            .run(&["rollback", "orders", "-e", "staging", "--reason", " "])
            .exit,
        2
    );
}

#[test]
fn a_rollback_of_values_alone_is_resumed_and_they_come_back_with_the_next_release() {
    let fleet = promoted_once();
    let before = fleet.file("environment/staging", "apps/orders/manifest.yaml");
    fleet.append("environments/staging/environment.yaml", "values: { replicas: 5 }\n");
    fleet.commit("Grow");
    fleet.release(&["staging"]);
    fleet.done(&BACK);
    let manifest = || fleet.file("environment/staging", "apps/orders/manifest.yaml");
    assert_eq!(manifest(), before);
    fleet.done(&["resume", "orders", "-e", "staging", "--reason", "mended"]);
    assert_eq!(fleet.done(&["release", "staging"]).rules(), [""; 0]);
    assert!(manifest().contains("replicas: 5"));
}

#[test]
fn the_last_verified_release_comes_before_the_last_one() {
    let fleet = twice();
    fleet.done(&[
        "mark",
        "verified",
        "orders",
        "-e",
        "staging",
        "--release",
        "v1.0.0",
        "--reason",
        "a week",
    ]);
    next_candidate(&fleet, '7');
    fleet.done(&[
        "promote", "orders", "--from", "dev", "--to", "staging", "--as", "v1.2.0",
    ]);
    fleet.release(&["staging"]);
    let to = |more: &[&str]| {
        let answer = fleet.done(&[&BACK[..], more, &["--dry-run"]].concat());
        answer.result()["to"]["version"].clone()
    };
    assert_eq!(to(&[]), "v1.0.0");
    assert_eq!(to(&["--last-verified"]), "v1.0.0");
    assert_eq!(to(&["--to", "v1.1.0"]), "v1.1.0");
    let commit = fleet.tip("environment/staging").unwrap();
    let commit = fleet.repository.git.find_commit(commit).unwrap().parent_id(0).unwrap();
    assert_eq!(to(&["--to", &commit.to_string()[..12]]), "v1.1.0");
    assert_eq!(to(&["--to", "environment/staging~1"]), "v1.1.0");
}

#[test]
fn without_an_earlier_release_there_is_nothing_to_go_back_to() {
    let fleet = promoted_once();
    fleet.refused(
        &BACK,
        expect![[r#"
            exit 1
            error[no-earlier-release] -
              there is no earlier release of `orders` in `staging`
              unit: staging/orders
              help: see what there is: `cargo xtask history orders --environment staging`
        "#]],
    );
    let fleet = twice();
    let answer = fleet.run(&[&BACK[..], &["--last-verified"]].concat());
    assert_eq!((answer.exit, answer.rules()), (1, vec!["no-earlier-release"]));
}

#[test]
fn a_blocked_release_is_none_to_go_back_to_unless_somebody_sets_that_aside() {
    let fleet = twice();
    fleet.done(&[
        "mark",
        "blocked",
        "orders",
        "-e",
        "staging",
        "--release",
        "v1.0.0",
        "--reason",
        "a hole",
    ]);
    assert_eq!(fleet.run(&BACK).rules(), ["no-earlier-release"]);
    let named = [&BACK[..], &["--to", "v1.0.0"]].concat();
    assert_eq!(fleet.run(&named).rules(), ["blocked-release"]);
    fleet.done(&[&named[..], &["--override", "blocked-release"]].concat());
    let message = fleet.message("environment/staging");
    assert!(
        message.contains("Overridden: orders=blocked-release `orders` v1.0.0 was blocked"),
        "{message}"
    );
}

#[test]
fn where_the_candidate_runs_it_restores_and_holds_only() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    next_candidate(&fleet, '8');
    fleet.done(&["rollback", "orders", "--environment", "dev", "--reason", "broken"]);
    let files = fleet.paths("main");
    assert!(files.contains(&"environments/dev/holds/orders.yaml".to_owned()));
    assert!(!files.iter().any(|path| path.contains("dev/releases")));
    assert!(
        fleet
            .file("environment/dev", "apps/orders/manifest.yaml")
            .contains(&"2".repeat(64))
    );
}

#[test]
fn an_index_that_was_migrated_forward_is_no_way_back_unless_it_is_accepted() {
    let settings = |model: &str| {
        format!(
            "description: Answers.\nembedding: {{ model: {model}, dimension: 768 }}\nindex: answers\nsnapshot: s1\n\
             updated: '2026-01-01T00:00:00Z'\nchunking: {{ tokens: 200, overlap: 20 }}\ntopK: 5\nhost: index.example.com\nport: 443\n"
        )
    };
    let fleet = Fleet::small();
    fleet
        .put("agents/orders/retrieval/1.0.0.yaml", &settings("small"))
        .put("agents/orders/retrieval/2.0.0.yaml", &settings("large"))
        .append("agents/orders/agent.yaml", "  retrieval: 1.0.0\n")
        .commit("Retrieve");
    fleet.release(&["dev"]);
    fleet
        .edit("agents/orders/agent.yaml", "retrieval: 1.0.0", "retrieval: 2.0.0")
        .commit("Migrate");
    fleet.release(&["dev"]);
    let back = ["rollback", "orders", "--environment", "dev", "--reason", "worse"];
    assert_eq!(fleet.run(&back).rules(), ["unsafe-rollback"]);
    fleet.done(&[&back[..], &["--accept"]].concat());
    let told = last(&fleet, "dev/orders").time;
    assert!(told.seconds > 0);
}

#[test]
fn a_dry_run_and_a_drill_leave_the_branches_as_they_are() {
    let fleet = twice();
    let before = snapshot(fleet.folder());
    let answer = fleet.done(&[&BACK[..], &["--dry-run"]].concat());
    assert!(snapshot(fleet.folder()) == before);
    assert_eq!(answer.result()["commit"], json!(null));
    let (environment, main) = (fleet.tip("environment/staging"), fleet.tip("main"));
    let drill = fleet.done(&["drill", "orders", "--environment", "staging"]);
    assert_eq!(
        (fleet.tip("environment/staging"), fleet.tip("main")),
        (environment, main)
    );
    assert_eq!(drill.result()["limitSeconds"], 600.0);
    assert_eq!(kinds(&fleet, "staging/orders").last(), Some(&"decided"));
}

#[test]
fn a_drill_of_what_was_rolled_back_and_is_held_tells_what_would_be_left() {
    let fleet = twice();
    again(&fleet, '7', "v1.2.0");
    fleet.done(&BACK);
    let drill = || fleet.run(&["drill", "orders", "--environment", "staging"]);
    let answer = drill();
    assert_eq!(
        (answer.exit, answer.rules(), &answer.result()["to"]["version"]),
        (0, vec!["repeated-rollback"], &json!("v1.0.0")),
        "{}",
        answer.text()
    );
    assert_eq!(answer.findings()[0]["severity"], "warning");
    assert_eq!(answer.result()["passed"], true);
    // and a rollback that nobody gave a release still goes nowhere
    let other = ["rollback", "orders", "-e", "staging", "--reason", "another"];
    assert_eq!(fleet.run(&other).exit, 1);
    fleet.done(&[&other[..], &["--to", "v1.0.0"]].concat());
    let answer = drill();
    assert_eq!(
        (answer.exit, answer.rules()),
        (1, vec!["no-earlier-release", "repeated-rollback"]),
        "{}",
        answer.text()
    );
}

#[test]
fn a_detached_head_is_told_to_name_a_branch() {
    let fleet = twice();
    let head = fleet.tip("main").unwrap();
    fleet.repository.git.set_head_detached(head).unwrap();
    fleet.refused(
        &BACK,
        expect![[r#"
            exit 4
            repository: no branch is checked out, so there is none to commit to
              hint: name one: `--branch <name>`
        "#]],
    );
    fleet.done(&[&BACK[..], &["--branch", "main"]].concat());
    assert!(
        fleet
            .paths("main")
            .contains(&"environments/staging/holds/orders.yaml".to_owned())
    );
}

#[test]
fn a_branch_has_a_name_that_git_takes() {
    let fleet = promoted_once();
    let hold = ["hold", "orders", "-e", "staging", "--reason", "frozen", "--branch"];
    for name in ["HEAD", "refs/heads/main", "a b", "a*", "-a", "a..b", "a.lock"] {
        let answer = fleet.run(&[&hold[..], &[name]].concat());
        assert_eq!(answer.exit, 2, "{name}: {}", answer.text());
    }
    fleet.done(&[&hold[..], &["fix/orders"]].concat());
}

#[test]
fn what_came_back_unchanged_is_none_to_go_back_from() {
    let fleet = promoted_once();
    let path = "environments/staging/releases/orders.yaml";
    let file = fleet.file("main", path);
    fleet.remove(path).commit("Take orders out");
    fleet.release(&["staging"]);
    fleet.put(path, &file).commit("Take orders in again");
    fleet.release(&["staging"]);
    fleet.refused(
        &BACK,
        expect![[r#"
            exit 1
            error[no-earlier-release] -
              no earlier release of `orders` in `staging` differs from what runs
              unit: staging/orders
              help: see what there is: `cargo xtask history orders --environment staging`
        "#]],
    );
}

#[test]
fn a_branch_of_lockstep_is_none_to_commit_files_to() {
    let fleet = twice();
    let hold = ["hold", "orders", "-e", "staging", "--reason", "frozen"];
    let promote = [
        "promote", "orders", "--from", "dev", "--to", "staging", "--as", "v1.2.0",
    ];
    // nobody has released to the last one yet
    for branch in ["environment/staging", "lockstep/ledger", "environment/production"] {
        for command in [&BACK[..], &hold, &promote] {
            let answer = fleet.run(&[command, &["--branch", branch]].concat());
            assert_eq!(answer.exit, 2, "{}", answer.text());
            let said = format!("`{branch}` is a branch of Lockstep's own");
            assert!(answer.text().contains(&said), "{}", answer.text());
        }
    }
}
