//! Which run of a CI service made a release: signed beside it, and refused where it tells of another.

use std::sync::Arc;

use expect_test::expect;
use lockstep::model::canonical_json;
use serde_json::Value;
use xtask::adapters::signer::LocalKey;
use xtask::ports::Signer;

use super::released::{BRANCH, Released, refused};
use crate::fleet::{Answer, Fleet, command};

const PATH: &str = ".lockstep/orders/provenance.sigstore.json";

const GITHUB: [(&str, &str); 6] = [
    ("GITHUB_ACTIONS", "true"),
    ("GITHUB_SERVER_URL", "https://github.com"),
    ("GITHUB_REPOSITORY", "example/shop"),
    (
        "GITHUB_WORKFLOW_REF",
        "example/shop/.github/workflows/release.yml@refs/heads/main",
    ),
    ("GITHUB_RUN_ID", "42"),
    ("GITHUB_RUN_ATTEMPT", "1"),
];

const GITLAB: [(&str, &str); 4] = [
    ("GITLAB_CI", "true"),
    ("CI_PROJECT_URL", "https://gitlab.example.com/shop"),
    ("CI_RUNNER_ID", "7"),
    ("CI_JOB_URL", "https://gitlab.example.com/shop/-/jobs/9"),
];

/// Releases dev as a job of a service does.
fn release_in(fleet: &Fleet, variables: &[(&str, &str)]) {
    let mut command = command(fleet.folder(), &["--format", "json", "release", "dev"]);
    let answer = Answer::of(&command.envs(variables.iter().copied()).output().unwrap());
    assert_eq!(answer.exit, 0, "{}", answer.text());
}

fn released() -> Released {
    let fleet = Fleet::small();
    release_in(&fleet, &GITHUB);
    Released { fleet }
}

/// What was signed of the run that made `orders`.
fn statement(released: &Released) -> Value {
    let payload = lockstep::artifact::payload(&released.bytes(PATH)).unwrap();
    serde_json::from_slice(&payload).unwrap()
}

/// Signs another provenance of `orders`, with the key that signed the release.
fn restate(released: &Released, edit: impl FnOnce(&mut Value)) {
    let mut statement = statement(released);
    edit(&mut statement);
    put(released, &released.key(), &canonical_json(&statement));
}

fn put(released: &Released, key: &LocalKey, payload: &[u8]) {
    let bundle = key.sign(&[Arc::from(payload)]).unwrap().remove(0);
    released.put(PATH, Some(&bundle));
}

#[test]
fn a_job_signs_which_run_made_a_release() {
    let released = released();
    let statement = statement(&released);
    let commit = released.fleet.tip("main").unwrap().to_string();
    let release: Value = serde_json::from_slice(&released.payload("orders")).unwrap();
    assert_eq!(statement["subject"], release["subject"]);
    let text = serde_json::to_string_pretty(&statement["predicate"]).unwrap();
    expect![[r#"
        {
          "buildDefinition": {
            "buildType": "https://lockstep.dev/build/v1",
            "externalParameters": {
              "agent": "orders",
              "environment": "dev"
            },
            "resolvedDependencies": [
              {
                "digest": {
                  "gitCommit": "…"
                },
                "uri": "git+https://git.example.com/shop.git"
              },
              {
                "digest": {
                  "sha256": "2222222222222222222222222222222222222222222222222222222222222222"
                },
                "uri": "registry.example.com/orders"
              }
            ]
          },
          "runDetails": {
            "builder": {
              "id": "https://github.com/example/shop/.github/workflows/release.yml@refs/heads/main"
            },
            "metadata": {
              "invocationId": "https://github.com/example/shop/actions/runs/42/attempts/1"
            }
          }
        }"#]]
    .assert_eq(&text.replace(&commit, "…"));
    let answer = released.fleet.done(&["verify", "--environment", "dev", "--reproduce"]);
    for unit in answer.result()["environments"][0]["units"].as_array().unwrap() {
        assert_eq!(
            unit["run"],
            "https://github.com/example/shop/actions/runs/42/attempts/1"
        );
    }
}

#[test]
fn a_job_of_gitlab_names_runner_and_job() {
    let fleet = Fleet::small();
    release_in(&fleet, &GITLAB);
    let released = Released { fleet };
    let run = statement(&released)["predicate"]["runDetails"].clone();
    assert_eq!(run["builder"]["id"], "https://gitlab.example.com/shop/-/runners/7");
    assert_eq!(
        run["metadata"]["invocationId"],
        "https://gitlab.example.com/shop/-/jobs/9"
    );
    assert_eq!(released.verify().exit, 0);
}

#[test]
fn a_release_by_hand_takes_an_earlier_provenance_away() {
    let released = released();
    let earlier = released.bytes(PATH);
    released.again("two");
    assert!(!released.fleet.paths(BRANCH).contains(&PATH.to_owned()));
    assert_eq!(released.verify().exit, 0);
    released.put(PATH, Some(&earlier));
    refused(&released.verify(), "foreign-provenance", PATH, "found others");
}

#[test]
fn a_job_that_signs_anew_made_what_comes_out_as_it_was() {
    let released = released();
    let again = [&GITHUB[..4], &[("GITHUB_RUN_ID", "43"), ("GITHUB_RUN_ATTEMPT", "1")]].concat();
    for _ in 0..2 {
        let mut command = command(
            released.fleet.folder(),
            &["--format", "json", "release", "dev", "--resign"],
        );
        let answer = Answer::of(&command.envs(again.iter().copied()).output().unwrap());
        assert_eq!(answer.exit, 0, "{}", answer.text());
        let paths = released.fleet.paths(BRANCH);
        let runs = paths.iter().filter(|path| path.ends_with("provenance.sigstore.json"));
        assert_eq!(runs.count(), 3, "{paths:?}");
        let run = statement(&released)["predicate"]["runDetails"]["metadata"]["invocationId"].clone();
        assert_eq!(run, "https://github.com/example/shop/actions/runs/43/attempts/1");
        assert_eq!(released.verify().exit, 0);
    }
}

#[test]
fn what_a_service_tells_in_part_is_no_provenance() {
    let fleet = Fleet::small();
    release_in(&fleet, &GITHUB[..4]);
    assert!(!fleet.paths(BRANCH).contains(&PATH.to_owned()));
}

#[test]
fn a_provenance_of_something_else_is_refused() {
    let check = |edit: fn(&mut Value), rule: &str, said: &str| {
        let released = released();
        restate(&released, edit);
        refused(&released.verify(), rule, PATH, said);
    };
    check(
        |statement| statement["predicate"]["buildDefinition"]["externalParameters"]["agent"] = "assistant".into(),
        "foreign-provenance",
        "expected the provenance of `dev/orders`, found that of `dev/assistant`",
    );
    check(
        |statement| statement["subject"][0]["name"] = "apps/orders/other".into(),
        "foreign-provenance",
        "found others",
    );
    check(
        |statement| {
            let dependencies = &mut statement["predicate"]["buildDefinition"]["resolvedDependencies"];
            dependencies[0]["digest"]["gitCommit"] = "0".repeat(40).into();
        },
        "foreign-provenance",
        "found `0000000000000000000000000000000000000000`",
    );
    check(
        |statement| statement["predicate"]["buildDefinition"]["buildType"] = "https://example.com/make".into(),
        "foreign-provenance",
        "found `https://example.com/make`",
    );
    check(
        |statement| statement["predicateType"] = "https://lockstep.dev/release/v1".into(),
        "wrong-predicate-type",
        "expected `https://slsa.dev/provenance/v1`",
    );
    check(
        |statement| statement["predicate"]["runDetails"]["trust"] = "me".into(),
        "unchecked-field",
        "trust",
    );
}

#[test]
fn a_provenance_that_nobody_who_may_has_signed_is_refused() {
    let released = released();
    let payload = lockstep::artifact::payload(&released.bytes(PATH)).unwrap();
    let other = LocalKey::from_pkcs8(&LocalKey::generate().unwrap()).unwrap();
    put(&released, &other, &payload);
    refused(
        &released.verify(),
        "unknown-signer",
        PATH,
        "expected a key of the trust file",
    );
    released.put(PATH, Some(b"{}"));
    refused(&released.verify(), "malformed-bundle", PATH, "missing field");
}
