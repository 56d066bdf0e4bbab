//! What a release records, and what it records of one before it that did not get so far.

use expect_test::expect;

use super::{histories, kinds, last, promoted_once};
use crate::fleet::{Fleet, folded};
use crate::git::fixture::snapshot;

#[test]
fn a_release_records_every_unit_that_it_wrote_and_the_commit() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    assert_eq!(kinds(&fleet, "dev/assistant"), ["released"]);
    assert_eq!(kinds(&fleet, "dev/_environment"), ["committed"]);
    let event = String::from_utf8(last(&fleet, "dev/orders").bytes()).unwrap();
    // a run may begin in one second and record in the next
    let moment = |key: &str| event.split(&format!("\"{key}\": \"")).nth(1).unwrap()[..20].to_owned();
    let text = event
        .replace(&moment("time"), "<now>")
        .replace(&moment("started"), "<now>");
    expect![[r#"
        {
          "environment": "dev",
          "unit": "orders",
          "sequence": 1,
          "previous": [],
          "time": "<now>",
          "by": "Lockstep <lockstep@localhost>",
          "fact": {
            "kind": "released",
            "release": {
              "version": "dev-latest",
              "tuple": "sha256:…",
              "commit": "…"
            },
            "inputDigest": "sha256:…",
            "inventory": "sha256:…",
            "dryCommit": "…",
            "image": "registry.example.com/orders@sha256:…",
            "namespace": "shop-dev",
            "started": "<now>"
          }
        }
    "#]]
    .assert_eq(&folded(&text));
}

#[test]
fn a_release_that_changes_nothing_records_nothing() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    let before = fleet.tip("lockstep/ledger");
    fleet.release(&["dev"]);
    assert_eq!(fleet.tip("lockstep/ledger"), before);
}

#[test]
fn only_what_changed_and_what_left_is_recorded() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    fleet
        .remove("agents/assistant")
        .append("agents/orders/agent.yaml", "values: { replicas: 2 }\n")
        .commit("Remove one, scale the other");
    fleet.release(&["dev"]);
    assert_eq!(kinds(&fleet, "dev/assistant"), ["released", "removed"]);
    assert_eq!(kinds(&fleet, "dev/orders"), ["released", "released"]);
}

#[test]
fn what_a_killed_run_did_not_record_the_next_one_does() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    fleet
        .append("agents/orders/agent.yaml", "values: { replicas: 2 }\n")
        .commit("Scale orders");
    let ledger = fleet.tip("lockstep/ledger").unwrap();
    fleet.release(&["dev"]);
    // as if the run had ended between the environment's branch and the ledger
    fleet.repository.set("refs/heads/lockstep/ledger", ledger);
    fleet.release(&["staging"]);
    assert_eq!(kinds(&fleet, "dev/orders"), ["released", "released"]);
    assert_eq!(kinds(&fleet, "dev/_environment"), ["committed", "committed"]);
    // even where there is nothing left of the ledger, and whatever runs next
    let again: [&[&str]; 3] = [
        &["release", "dev"],
        &["mark", "verified", "orders", "-e", "dev", "--reason", "it runs"],
        &["stage", "record", "unit_test", "passed", "--agent", "orders"],
    ];
    for arguments in again {
        let git = &fleet.repository.git;
        git.find_reference("refs/heads/lockstep/ledger")
            .unwrap()
            .delete()
            .unwrap();
        fleet.done(arguments);
        let known = kinds(&fleet, "dev/orders");
        assert_eq!(known[..2], ["released", "released"], "{arguments:?}");
    }
}

#[test]
fn what_looks_like_a_secret_is_not_recorded() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    let before = fleet.tip("lockstep/ledger");
    let detail = format!("token=ghp_{}", "aB3dE5gH7jK9".repeat(3));
    let arguments = [
        "stage",
        "record",
        "unit_test",
        "passed",
        "--agent",
        "orders",
        "--detail",
        &detail,
    ];
    let answer = fleet.run(&arguments);
    assert_eq!(answer.exit, 2, "{}", answer.stderr);
    assert_eq!(fleet.tip("lockstep/ledger"), before);
}

#[test]
fn a_detail_that_is_given_twice_is_refused() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    let record = ["stage", "record", "unit_test", "passed", "--agent", "orders"];
    let details = ["--detail", "tests=1", "--detail", "tests=2"];
    fleet.refused(
        &[&record[..], &details].concat(),
        expect![[r#"
        exit 2
        usage: the detail `tests` is given twice
          hint: give each its own name, or one list: `tests=[1, 2]`
    "#]],
    );
    fleet.done(&[&record[..], &details[..2]].concat());
}

#[test]
fn a_dry_run_and_a_refused_run_record_nothing() {
    let fleet = Fleet::small();
    let before = snapshot(fleet.folder());
    fleet.done(&["release", "dev", "--dry-run"]);
    assert!(snapshot(fleet.folder()) == before);
}

#[test]
fn two_clones_that_did_not_know_of_each_other_are_joined_and_nothing_is_lost() {
    let fleet = promoted_once();
    let other = fleet.cloned(|_| {});
    for name in ["environment/dev", "environment/staging"] {
        let id = fleet.tip(name).unwrap();
        other.repository.set(&format!("refs/heads/{name}"), id);
    }
    fleet.done(&["hold", "orders", "-e", "staging", "--reason", "here"]);
    other.done(&[
        "hold",
        "assistant",
        "-e",
        "staging",
        "--reason",
        "there",
        "--branch",
        "holds",
    ]);
    // as after a fetch
    let theirs = other.tip("lockstep/ledger").unwrap();
    let path = other.folder().to_str().unwrap().to_owned();
    let mut remote = fleet.repository.git.remote("origin", &path).unwrap();
    remote
        .fetch(&["+refs/heads/*:refs/remotes/origin/*"], None, None)
        .unwrap();
    fleet.done(&["mark", "verified", "orders", "-e", "staging", "--reason", "a look"]);
    assert_eq!(kinds(&fleet, "staging/assistant"), ["held"]);
    assert_eq!(
        kinds(&fleet, "staging/orders"),
        ["promoted", "released", "held", "marked"]
    );
    // the remote's commit is behind ours, so that a push takes nothing away
    let ours = fleet.tip("lockstep/ledger").unwrap();
    assert!(fleet.repository.git.graph_descendant_of(ours, theirs).unwrap());
}

#[test]
fn an_event_that_cannot_be_read_stops_the_unit_that_it_is_about() {
    let fleet = promoted_once();
    fleet.done(&["hold", "orders", "-e", "staging", "--reason", "slow"]);
    let path = fleet
        .paths("lockstep/ledger")
        .into_iter()
        .find(|path| path.contains("_holds"))
        .unwrap();
    fleet.meddle("lockstep/ledger", &path, "{}");
    fleet
        .remove("environments/staging/holds/orders.yaml")
        .commit("Forget it");
    let answer = fleet.run(&["release", "staging"]);
    assert_eq!((answer.exit, answer.rules()), (1, vec!["unreadable-event"]));
    assert_eq!(histories(&fleet)["staging/orders"].findings.len(), 1);
}

#[test]
fn a_stage_says_of_what_and_how_long_and_why() {
    let fleet = promoted_once();
    let record = |more: &[&str]| {
        let words = ["stage", "record", "unit_test", "skipped", "--agent", "orders"];
        fleet.run(&[&words[..], more].concat())
    };
    for time in ["nan", "inf", "-1", "1e300", "soon"] {
        let duration = format!("--duration={time}");
        assert_eq!(record(&[&duration]).exit, 2, "{time}");
    }
    assert_eq!(record(&["--reason", " "]).exit, 2);
    let unknown = format!("sha256:{}", "7".repeat(64));
    let answer = record(&["--tuple", &unknown]);
    assert_eq!(
        (answer.exit, answer.rules()),
        (0, vec!["unknown-tuple"]),
        "{}",
        answer.text()
    );
    let answer = fleet.run(&[
        "stage",
        "record",
        "unit_test",
        "passed",
        "--agent",
        "order",
        "--tuple",
        &unknown,
    ]);
    assert_eq!(answer.exit, 2);
    assert!(answer.text().contains("did you mean `orders`?"), "{}", answer.text());
    let tuple = fleet.json("environment/staging", ".lockstep/orders/tuple.json")["id"].clone();
    let answer = record(&[
        "--tuple",
        tuple.as_str().unwrap(),
        "--reason",
        "no cluster",
        "--duration",
        "0",
    ]);
    assert_eq!(answer.rules(), [""; 0]);
    let answer = fleet.done(&["history", "orders"]);
    assert!(
        answer.json.to_string().contains("\"reason\":\"no cluster\""),
        "{}",
        answer.json
    );
}

#[test]
fn what_can_be_pasted_next_fits_the_remotes_of_this_clone() {
    let fleet = promoted_once();
    let next = |turn: &str| {
        let answer = fleet.done(&[turn, "orders", "-e", "staging", "--reason", "look"]);
        let next = answer.json["next"].as_array().cloned().unwrap_or_default();
        next.iter()
            .filter_map(|line| line.as_str().map(str::to_owned))
            .collect::<Vec<String>>()
    };
    assert_eq!(next("hold"), Vec::<String>::new());
    fleet.repository.git.remote("origin", "/nonexistent/shop.git").unwrap();
    assert_eq!(
        next("resume"),
        [
            "git push origin HEAD    # take the file on `main` along",
            "git push origin lockstep/ledger    # bind other clones"
        ]
    );
}

#[test]
fn the_place_where_a_reason_is_to_be_written_is_none() {
    let fleet = promoted_once();
    let before = snapshot(fleet.folder());
    let answer = fleet.run(&["hold", "orders", "-e", "staging", "--reason", "…"]);
    assert_eq!(answer.exit, 2);
    assert!(
        answer.text().contains("write your own words in place of `…`"),
        "{}",
        answer.text()
    );
    assert!(snapshot(fleet.folder()) == before, "nothing is written");
}
