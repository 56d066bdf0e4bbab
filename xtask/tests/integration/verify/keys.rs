//! Making, replacing and revoking keys, as the drills of the guide have it.

use expect_test::expect;

use crate::fleet::{Answer, Fleet};

/// A fleet whose staging environment is released with a key of its own.
fn signed() -> Fleet {
    let fleet = Fleet::promoted();
    keys(
        &fleet,
        &["init", "--name", "first", "--environment", "staging", "--plain"],
    );
    fleet.release(&["staging"]);
    fleet
}

/// Runs `keys` and commits what it says.
fn keys(fleet: &Fleet, arguments: &[&str]) {
    fleet.done(&[&["keys"], arguments].concat());
    fleet.commit("Change whom to believe");
}

fn verify(fleet: &Fleet) -> Answer {
    fleet.run(&["verify", "--environment", "staging"])
}

fn signers(answer: &Answer) -> Vec<String> {
    let units = answer.environment("staging")["units"].as_array().unwrap();
    let signer = |unit: &serde_json::Value| unit["signer"].as_str().unwrap_or("-").to_owned();
    units.iter().map(signer).collect()
}

#[test]
fn a_new_key_signs_what_is_released() {
    let fleet = signed();
    let answer = verify(&fleet);
    assert_eq!(
        (answer.exit, signers(&answer)),
        (0, vec!["first".to_owned(); 3]),
        "{}",
        answer.text()
    );
}

#[test]
fn what_was_released_before_there_was_a_key_is_signed_by_the_next_release() {
    let fleet = Fleet::promoted();
    assert_eq!(fleet.release(&["staging"]).rules(), ["unsigned-release"]);
    keys(
        &fleet,
        &["init", "--name", "first", "--environment", "staging", "--plain"],
    );
    assert_eq!(fleet.release(&["staging"]).rules(), Vec::<&str>::new());
    assert_eq!(verify(&fleet).exit, 0, "{}", verify(&fleet).text());
}

#[test]
fn a_replaced_key_keeps_what_it_signed_and_signs_no_more() {
    let fleet = signed();
    keys(&fleet, &["rotate", "first", "--name", "second", "--plain"]);
    assert_eq!(signers(&verify(&fleet)), vec!["first"; 3]);
    fleet.done(&["release", "staging", "--resign"]);
    let answer = verify(&fleet);
    assert_eq!(
        (answer.exit, signers(&answer)),
        (0, vec!["second".to_owned(); 3]),
        "{}",
        answer.text()
    );
    let old = fleet.repository.path(".git/lockstep/keys/first.key");
    let answer = fleet.run(&["release", "staging", "--resign", "--key", old.to_str().unwrap()]);
    assert_eq!(answer.exit, 2, "{}", answer.text());
    assert!(
        answer.text().contains("may sign releases … to 1 of staging, not 3"),
        "{}",
        answer.text()
    );
}

#[test]
fn a_revoked_key_is_believed_no_more_and_another_one_signs_anew() {
    let fleet = signed();
    keys(&fleet, &["rotate", "first", "--name", "second", "--plain"]);
    keys(&fleet, &["revoke", "first", "--reason", "the laptop was stolen"]);
    let answer = verify(&fleet);
    assert_eq!(
        (answer.exit, answer.rules()),
        (1, vec!["revoked-signer"; 3]),
        "{}",
        answer.text()
    );
    fleet.done(&["release", "staging", "--resign"]);
    assert_eq!(verify(&fleet).exit, 0, "{}", verify(&fleet).text());
}

#[test]
fn what_the_development_key_signed_is_signed_anew_and_holds_elsewhere() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    keys(&fleet, &["init", "--name", "first", "--plain"]);
    let answer = fleet.done(&["release", "dev"]);
    assert!(
        answer.changes("dev").contains(&"orders changed".to_owned()),
        "{}",
        answer.text()
    );
    let tip = fleet.tip("environment/dev");
    fleet.done(&["release", "dev"]);
    assert_eq!(fleet.tip("environment/dev"), tip);
    let elsewhere = fleet.cloned(|_| {});
    let answer = elsewhere.run(&["verify", "--environment", "dev"]);
    assert_eq!(answer.exit, 0, "{}", answer.text());
    let environment = answer.environment("dev");
    assert_eq!(environment["chain"], 1);
    // where releases are followed, nobody began with a key of their own
    let text = std::fs::read_to_string(elsewhere.repository.path("environments/dev/environment.yaml")).unwrap();
    elsewhere.put(
        "environments/dev/environment.yaml",
        &text.replace("follows: candidate", "follows: releases"),
    );
    let answer = elsewhere.run(&["verify", "--environment", "dev"]);
    assert!(answer.rules().contains(&"unknown-signer"), "{}", answer.text());
}

#[test]
fn who_has_no_key_cannot_release_what_must_be_signed() {
    let fleet = signed();
    fleet.append("environments/staging/environment.yaml", "values: { replicas: 5 }\n");
    fleet.commit("Grow");
    let stranger = fleet.cloned(|_| {});
    let answer = stranger.run(&["release", "staging"]);
    assert_eq!(answer.exit, 2, "{}", answer.text());
    assert!(
        answer.text().contains("could not sign for `staging`"),
        "{}",
        answer.text()
    );
    assert_eq!(stranger.run(&["release", "staging", "--dry-run"]).exit, 0);
}

#[test]
fn a_key_that_is_not_encrypted_has_no_place_in_the_tree() {
    let fleet = Fleet::small();
    let answer = fleet.run(&["keys", "init", "--plain", "--into", "release.key"]);
    assert_eq!(answer.exit, 2);
    assert!(answer.text().contains("has no place in the tree"), "{}", answer.text());
}

#[test]
fn trust_counts_as_the_remote_has_it() {
    let fleet = Fleet::promoted();
    let clone = fleet.cloned(|_| {});
    keys(
        &clone,
        &["init", "--name", "mine", "--environment", "staging", "--plain"],
    );
    let answer = clone.release(&["staging"]);
    assert_eq!(answer.rules(), ["unsigned-release"], "nobody has reviewed the entry");
    let given = clone.run(&["release", "staging", "--resign", "--trust", "environments/trust.yaml"]);
    assert_eq!((given.exit, given.rules()), (0, vec![]), "{}", given.text());
}

#[test]
fn what_is_checked_out_vouches_for_nobody_where_the_remote_has_the_branch_that_counts() {
    let fleet = Fleet::small();
    keys(&fleet, &["init", "--name", "ours", "--environment", "dev", "--plain"]);
    fleet.commit("Believe ours");
    fleet.release(&["dev"]);
    let clone = fleet.cloned(|_| {});
    let git = &clone.repository.git;
    // as a job has it that fetches the one commit that it is about
    let head = git.head().unwrap().target().unwrap();
    git.set_head_detached(head).unwrap();
    git.find_reference("refs/heads/main").unwrap().delete().unwrap();
    git.find_reference("refs/remotes/origin/HEAD")
        .unwrap()
        .delete()
        .unwrap();
    let mut dry = git.find_reference("refs/remotes/origin/main").unwrap();
    dry.delete().unwrap();
    clone.refused(&["verify", "--environment", "dev"], expect![[r#"
        exit 4
        repository: could not tell whom to believe: `environments/trust.yaml` counts on the branch `main` of `origin`, which this clone lacks
          hint: fetch it: `git fetch origin '+refs/heads/main:refs/remotes/origin/main'`
          hint: or name a trust file that you believe, where the command takes one: `--trust`
    "#]]);
    let hold = ["hold", "orders", "--environment", "dev", "--reason", "slow"];
    assert_eq!(clone.run(&hold).exit, 4);
    clone.done(&["verify", "--environment", "dev", "--trust", "environments/trust.yaml"]);
    git.reference("refs/remotes/origin/main", head, true, "fetch").unwrap();
    clone.done(&["verify", "--environment", "dev"]);
}

#[test]
fn the_trust_file_keeps_the_words_of_people() {
    let fleet = signed();
    let trust = || std::fs::read_to_string(fleet.repository.path("environments/trust.yaml")).unwrap();
    let own = trust().replace(
        "- name: first\n",
        "# in the safe of the lab\n- name: first   # since May\n",
    );
    fleet.put("environments/trust.yaml", &format!("{own}# asks: ops\n"));
    fleet.done(&["keys", "init", "--name", "second", "-e", "canary", "--plain"]);
    let rest = trust();
    let rest = rest.strip_prefix(&own).unwrap();
    assert!(
        rest.starts_with("- name: second\n") && rest.ends_with("\n# asks: ops\n"),
        "{rest}"
    );
    fleet.done(&["keys", "rotate", "first", "--name", "third", "--plain"]);
    fleet.done(&["keys", "revoke", "second", "--reason", "lost it"]);
    let again = fleet.run(&["keys", "revoke", "second", "--reason", "another"]);
    assert_eq!(again.exit, 2, "{}", again.text());
    let text = trust();
    assert!(text.starts_with(&own) && text.contains("reason: lost it"), "{text}");
    assert!(!text.contains("another") && text.ends_with("\n# asks: ops\n"), "{text}");
}

#[test]
fn a_key_that_released_nothing_is_replaced_as_well() {
    let fleet = signed();
    for (old, new) in [("first", "second"), ("second", "third"), ("third", "fourth")] {
        keys(&fleet, &["rotate", old, "--name", new, "--plain"]);
    }
    assert_eq!(signers(&verify(&fleet)), vec!["first"; 3]);
    fleet.done(&["release", "staging", "--resign"]);
    assert_eq!(signers(&verify(&fleet)), vec!["fourth"; 3]);
    let old = fleet.repository.path(".git/lockstep/keys/second.key");
    let answer = fleet.run(&["release", "staging", "--resign", "--key", old.to_str().unwrap()]);
    assert_eq!(answer.exit, 2, "{}", answer.text());
}

#[test]
fn the_command_that_is_advised_makes_a_key() {
    let fleet = signed();
    let text = fleet.release(&["canary"]).text();
    let advised = "keys init --name canary --environment canary";
    assert!(text.contains(&format!("`cargo xtask {advised}`")), "{text}");
    fleet.done(&[&advised.split(' ').collect::<Vec<_>>()[..], &["--plain"]].concat());
}

#[test]
fn an_environment_without_agents_is_signed_once_there_is_a_key() {
    let fleet = Fleet::small();
    assert_eq!(fleet.release(&["canary"]).rules(), ["unsigned-release"]);
    keys(&fleet, &["init", "--name", "first", "--plain"]);
    let verify = || fleet.run(&["verify", "--environment", "canary"]);
    assert_eq!(verify().rules(), ["unsigned-unit"]);
    fleet.done(&["release", "canary"]);
    assert_eq!(verify().exit, 0, "{}", verify().text());
    let tip = fleet.tip("environment/canary");
    fleet.done(&["release", "canary"]);
    assert_eq!(fleet.tip("environment/canary"), tip, "it is signed already");
    keys(&fleet, &["rotate", "first", "--name", "second", "--plain"]);
    fleet.done(&["release", "canary", "--resign"]);
    let answer = verify();
    assert_eq!(
        answer.environment("canary")["units"][0]["signer"],
        "second",
        "{}",
        answer.text()
    );
}

#[test]
fn what_has_no_branch_is_not_advised_to_be_signed_anew() {
    let fleet = signed();
    keys(
        &fleet,
        &["init", "--name", "spare", "--environment", "canary", "--plain"],
    );
    let advised = |name: &str| {
        let answer = fleet.done(&["keys", "revoke", name, "--reason", "lost"]);
        let next = answer.json["next"].as_array().unwrap().iter();
        let command = next
            .filter_map(|line| line.as_str())
            .find(|line| line.contains("--resign"));
        command.map(|line| line.split("    #").next().unwrap().to_owned())
    };
    assert_eq!(advised("spare"), None);
    assert_eq!(
        advised("first").as_deref(),
        Some("cargo xtask release staging --resign")
    );
}
