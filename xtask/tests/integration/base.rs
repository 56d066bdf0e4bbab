//! What `check --base` tells where things were renamed, taken away or added, and where the base went its own way.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use expect_test::{Expect, expect};
use git2::Oid;
use git2::build::CheckoutBuilder;
use lockstep::model::Timestamp;

use crate::fleet::{Fleet, command, folded};

const WORKLOAD: &str = "templates/agent-service/workload.yaml.tera";
const AGAINST_HEAD: [&str; 3] = ["check", "--base", "HEAD"];
/// A line that the reader of prompts warns of, in a file of the agent.
const PROMPT: &str = "agents/assistant/prompts/greet/1.0.0.prompt";
const WRONG_PROMPT: &str = "Greet {{customer}}.\n";

/// Moves a file or a folder.
fn rename(fleet: &Fleet, from: &str, to: &str) {
    let to = fleet.folder().join(to);
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    fs::rename(fleet.folder().join(from), to).unwrap();
}

/// A template that no cluster would take: one finding in every unit.
fn broken_template(fleet: &Fleet) {
    fleet.edit(WORKLOAD, "- name: agent", "- imagePullPolicy: 7\n          name: agent");
}

/// A change of one agent.
fn warm_up(fleet: &Fleet) -> &Fleet {
    fleet.edit("agents/assistant/agent.yaml", "temperature: 0.2", "temperature: 0.3")
}

/// A change of the other one.
fn describe_orders(fleet: &Fleet) {
    fleet.edit("agents/orders/agent.yaml", "Keeps orders.", "Keeps all orders.");
}

/// What a reader of the pull request sees of the change: rows of what changes, then findings.
fn told(fleet: &Fleet, base: &str, expected: Expect) {
    let output = command(fleet.folder(), &["check", "--base", base, "--format", "markdown"]).output();
    let page = String::from_utf8(output.unwrap().stdout).unwrap();
    let (page, _) = page.split_once("<details>").unwrap_or((&page, ""));
    expected.assert_eq(&folded(page));
}

/// Begins a branch at a commit, and checks it out.
fn begin(fleet: &Fleet, branch: &str, at: Oid) {
    let git = &fleet.repository.git;
    fleet.repository.set(&format!("refs/heads/{branch}"), at);
    go_to(git, branch);
}

fn go_to(git: &git2::Repository, branch: &str) {
    git.set_head(&format!("refs/heads/{branch}")).unwrap();
    let mut options = CheckoutBuilder::new();
    git.checkout_head(Some(options.force().remove_untracked(true))).unwrap();
}

#[test]
fn an_agent_that_is_renamed_is_told_as_gone_and_as_new() {
    let fleet = Fleet::small();
    rename(&fleet, "agents/assistant", "agents/helper");
    told(
        &fleet,
        "HEAD",
        expect![[r#"
        <!-- lockstep check -->
        ## ✅ Lockstep check: nothing found

        ### What changes

        | environment | agent | change | what |
        |---|---|---|---|
        | dev | assistant | removed | `dev-latest`; objects -5 |
        | dev | helper | added | `dev-latest`; objects +5 |
        | dev | orders | changed | objects \~1 |

        4 units are the same.

        ### Permissions

        - `assistant` in dev: `find-order` may no longer `call`
        - `helper` in dev: `find-order` **may now** `call`

    "#]],
    );
    fleet.done(&AGAINST_HEAD);
    fleet.commit("Rename the agent");
    fleet.done(&["check", "--base", "HEAD~1"]);
}

#[test]
fn what_was_left_under_the_old_name_is_told_where_it_stands() {
    let fleet = Fleet::promoted();
    fleet.put("environments/dev/values/assistant.yaml", "values: { replicas: 3 }\n");
    fleet.commit("Save pods");
    rename(&fleet, "agents/assistant", "agents/helper");
    let answer = fleet.run(&AGAINST_HEAD);
    expect![[r#"
        exit 0
        warning[unknown-agent] environments/canary/releases/assistant.yaml
          there is no agent `assistant`
          unit: canary/assistant
          help: remove the file, or rename it to the agent's name
        warning[unknown-agent] environments/dev/values/assistant.yaml
          there is no agent `assistant`
          help: remove the file, or rename it to the agent's name
        warning[unknown-agent] environments/production/releases/assistant.yaml
          there is no agent `assistant`
          unit: production/assistant
          help: remove the file, or rename it to the agent's name
        warning[unknown-agent] environments/staging/releases/assistant.yaml
          there is no agent `assistant`
          unit: staging/assistant
          help: remove the file, or rename it to the agent's name
    "#]]
    .assert_eq(&answer.text());
}

#[test]
fn what_was_wrong_before_a_rename_is_counted_after_it() {
    let fleet = Fleet::small();
    fleet.put(PROMPT, WRONG_PROMPT).commit("Greet by name");
    let before = fleet.run(&["check"]);
    assert_eq!(before.exit, 1, "{}", before.text());
    rename(&fleet, "agents/assistant", "agents/helper");
    let answer = fleet.run(&AGAINST_HEAD);
    expect![[r#"
        exit 0
    "#]]
    .assert_eq(&answer.text());
    assert_eq!(answer.json["known"], 1);
    // whatever is edited on the way is looked at anew
    fleet.put(
        "agents/helper/prompts/greet/1.0.0.prompt",
        "Greet {{customer}} kindly.\n",
    );
    let answer = fleet.run(&AGAINST_HEAD);
    assert_eq!(answer.exit, 1, "{}", answer.text());
}

#[test]
fn values_that_are_renamed_count_for_the_other_agent() {
    let fleet = Fleet::small();
    let of = |agent: &str| format!("environments/dev/values/{agent}.yaml");
    fleet
        .put(&of("assistant"), "values: { replicas: 3 }\n")
        .commit("Save pods");
    rename(&fleet, &of("assistant"), &of("orders"));
    told(
        &fleet,
        "HEAD",
        expect![[r#"
            <!-- lockstep check -->
            ## ✅ Lockstep check: nothing found

            ### What changes

            | environment | agent | change | what |
            |---|---|---|---|
            | dev | assistant | changed | objects \~1 |
            | dev | orders | changed | objects \~1 |

            4 units are the same.

        "#]],
    );
    fleet.done(&AGAINST_HEAD);
    rename(&fleet, &of("orders"), &of("oders"));
    let answer = fleet.run(&AGAINST_HEAD);
    expect![[r#"
        exit 0
        warning[unknown-agent] environments/dev/values/oders.yaml
          there is no agent `oders`
          help: remove the file, or rename it to the agent's name
    "#]]
    .assert_eq(&answer.text());
}

#[test]
fn an_environment_that_is_taken_away_is_told_unit_by_unit() {
    let fleet = Fleet::promoted();
    broken_template(&fleet);
    fleet.commit("Pull by number");
    fleet.edit(
        "environments/fleet.yaml",
        "[dev, staging, canary, production]",
        "[dev, canary, production]",
    );
    fleet.remove("environments/staging");
    told(
        &fleet,
        "HEAD",
        expect![[r#"
        <!-- lockstep check -->
        ## ✅ Lockstep check: nothing found

        ### What changes

        | environment | agent | change | what |
        |---|---|---|---|
        | staging | \_environment | removed | objects -3 |
        | staging | assistant | removed | `v1.0.0`; objects -5 |
        | staging | orders | removed | `v1.0.0`; objects -4 |

        9 units are the same.

        ### Permissions

        - `assistant` in staging: `find-order` may no longer `call`

        2 findings are older than the base and not repeated.

    "#]],
    );
    let answer = fleet.done(&AGAINST_HEAD);
    assert_eq!(answer.json["known"], 2, "{}", answer.text());
    let answer = fleet.run(&["check", "--base", "HEAD", "--environment", "staging"]);
    assert_eq!(answer.exit, 2, "{}", answer.text());
}

#[test]
fn an_environment_whose_folder_alone_is_gone_is_a_finding() {
    let fleet = Fleet::promoted();
    fleet.remove("environments/staging");
    let answer = fleet.run(&AGAINST_HEAD);
    expect![[r#"
        exit 1
        error[missing-environment] environments/fleet.yaml:2:21
          the fleet lists `staging`, and there is no `environments/staging/environment.yaml`
          help: write it; or take it out of the list, and `cargo xtask new environment staging --after dev` writes both
    "#]]
    .assert_eq(&answer.text());
}

#[test]
fn an_environment_that_is_added_is_judged_in_full() {
    let fleet = Fleet::small();
    broken_template(&fleet);
    fleet.commit("Pull by number");
    fleet.edit("environments/fleet.yaml", "[dev, staging,", "[dev, trial, staging,");
    fleet.put(
        "environments/trial/environment.yaml",
        "description: A trial.\ntier: dev\nfollows: candidate\ncluster: { name: dev, server: https://dev.example.com, \
         version: '1.33', region: eu }\nnamespace: shop-trial\n",
    );
    told(
        &fleet,
        "HEAD",
        expect![[r#"
            <!-- lockstep check -->
            ## ❌ Lockstep check: 2 errors

            ### What changes

            | environment | agent | change | what |
            |---|---|---|---|
            | trial | \_environment | added | objects +3 |
            | trial | assistant | added | `dev-latest`; objects +5 |
            | trial | orders | added | `dev-latest`; objects +4 |

            6 units are the same.

            ### Permissions

            - `assistant` in trial: `find-order` **may now** `call`

            ### Findings

            - **error** `wrong-type` at `templates/agent-service/workload.yaml.tera:21:9`: `spec.template.spec.containers[0].imagePullPolicy` is a number, where a string belongs<br>in `trial/assistant`, `trial/orders`<br>put it in quotes

            2 findings are older than the base and not repeated.

        "#]],
    );
    let answer = fleet.run(&AGAINST_HEAD);
    assert_eq!(
        (answer.exit, &answer.json["known"]),
        (1, &2.into()),
        "{}",
        answer.text()
    );
}

/// Holds what `check` tells to the warmer assistant alone.
fn told_to_be_warmer(fleet: &Fleet, base: &str) {
    told(
        fleet,
        base,
        expect![[r#"
        <!-- lockstep check -->
        ## ✅ Lockstep check: nothing found

        ### What changes

        | environment | agent | change | what |
        |---|---|---|---|
        | dev | assistant | changed | model.temperature `0.2` → `0.3`; objects \~1 |

        5 units are the same.

    "#]],
    );
}

#[test]
fn what_came_to_the_base_since_is_not_ours() {
    let fleet = Fleet::small();
    let start = fleet.repository.git.head().unwrap().target().unwrap();
    // the base goes on: a new problem, another agent, and an edit of what we do not touch
    broken_template(&fleet);
    describe_orders(&fleet);
    fleet.commit("Pull by number");
    // a fork began before that
    begin(&fleet, "fork", start);
    warm_up(&fleet).commit("Warm up");
    told_to_be_warmer(&fleet, "main");
    let answer = fleet.done(&["check", "--base", "main"]);
    assert_eq!(answer.result()["base"], start.to_string(), "where both parted");
    assert_eq!(answer.json.get("known"), None);
    let answer = fleet.done(&["affected", "--base", "main"]);
    let affected = answer.result()["include"].as_array().unwrap();
    let units: Vec<&str> = affected.iter().map(|unit| unit["agent"].as_str().unwrap()).collect();
    assert_eq!(units, ["assistant"], "orders was described on the base");
}

#[test]
fn what_the_base_has_mended_since_is_still_not_ours() {
    let fleet = Fleet::small();
    broken_template(&fleet);
    fleet.commit("Pull by number");
    let start = fleet.repository.git.head().unwrap().target().unwrap();
    fleet
        .edit(WORKLOAD, "- imagePullPolicy: 7\n          name: agent", "- name: agent")
        .commit("Mend it");
    begin(&fleet, "fork", start);
    warm_up(&fleet).commit("Warm up");
    let answer = fleet.done(&["check", "--base", "main"]);
    assert_eq!(answer.json["known"], 1, "of the two units that have it, one differs");
    assert_eq!(answer.result()["unchanged"], 4, "the other one, and three environments");
}

/// What the answer says of the base when every unit is judged, and when only those are that may differ.
#[test]
fn the_units_that_a_change_concerns_are_enough_to_find_what_is_new() {
    let changes: [fn(&Fleet) -> &Fleet; 5] = [
        warm_up,
        |fleet| fleet.put("environments/dev/values/orders.yaml", "values: { replicas: 90 }\n"),
        |fleet| fleet.edit("agents/orders/agent.yaml", "Keeps orders.", "Keeps all orders."),
        |fleet| fleet.put("environments/dev/values/orders.yaml", "values: { replicas: -1 }\n"),
        |fleet| fleet.edit("agents/orders/agent.yaml", "web-service", "worker-service"),
    ];
    for change in changes {
        let fleet = Fleet::small();
        change(&fleet);
        let part = fleet.run(&AGAINST_HEAD);
        // a policy more, which is about nothing that is wrong: all units are to be judged
        fleet.put("policies/README.md", "What is allowed.\n");
        let whole = fleet.run(&AGAINST_HEAD);
        assert_eq!(part.text(), whole.text());
        assert_eq!(part.json.get("change"), whole.json.get("change"));
        assert_eq!(whole.result().get("unchanged"), None);
    }
}

/// A waiver of a rule from today on; the tool asks the real clock.
pub(crate) fn waive(fleet: &Fleet, rule: &str) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let day = |days: i64| {
        let time = Timestamp {
            seconds: i64::try_from(now).unwrap() + days * 86_400,
            offset_minutes: 0,
        };
        time.to_string()[..10].to_owned()
    };
    let text = format!(
        "rule: {rule}\nreason: It is on its way out, and nobody else reads it.\nowner: shop\nticket: https://git.example.com/1\n\
         created: \"{}\"\nexpires: \"{}\"\n",
        day(0),
        day(60)
    );
    fleet.put("policies/waivers/one.yaml", &text);
}

#[test]
fn a_waiver_that_is_still_of_use_does_not_make_every_unit_be_judged() {
    let fleet = Fleet::small();
    broken_template(&fleet);
    let answer = fleet.run(&["check"]);
    waive(&fleet, answer.rules()[0]);
    fleet.commit("Let it be");
    warm_up(&fleet);
    let answer = fleet.done(&AGAINST_HEAD);
    assert_eq!(answer.result()["unchanged"], 4, "the other one, and three environments");
}

#[test]
fn after_the_base_was_merged_only_our_own_change_is_told() {
    let fleet = Fleet::small();
    let git = &fleet.repository.git;
    let start = git.head().unwrap().target().unwrap();
    describe_orders(&fleet);
    let theirs = fleet.commit("Describe it");
    begin(&fleet, "fork", start);
    warm_up(&fleet).commit("Warm up");
    describe_orders(&fleet);
    let ours = git.head().unwrap().peel_to_commit().unwrap();
    let theirs = git.find_commit(Oid::from_str(&theirs).unwrap()).unwrap();
    fleet.repository.add_all();
    let tree = git.find_tree(git.index().unwrap().write_tree().unwrap()).unwrap();
    let by = crate::git::fixture::signature();
    git.commit(Some("HEAD"), &by, &by, "Merge main", &tree, &[&ours, &theirs])
        .unwrap();
    told_to_be_warmer(&fleet, "main");
}

#[test]
fn a_base_without_a_common_commit_is_compared_as_it_is() {
    let fleet = Fleet::small();
    let tree = fleet.repository.git.head().unwrap().peel_to_tree().unwrap();
    let by = crate::git::fixture::signature();
    let other = fleet
        .repository
        .git
        .commit(Some("refs/heads/elsewhere"), &by, &by, "Begin anew", &tree, &[]);
    warm_up(&fleet).commit("Warm up");
    let answer = fleet.done(&["check", "--base", "elsewhere"]);
    assert_eq!(answer.result()["base"], other.unwrap().to_string());
    expect!["`elsewhere` has no history in common with the change: compared with it as it is"]
        .assert_eq(answer.json["notes"][0].as_str().unwrap());
}

#[test]
fn a_shallow_clone_does_not_guess_where_both_parted() {
    let fleet = Fleet::small();
    let git = &fleet.repository.git;
    let start = git.head().unwrap().target().unwrap();
    describe_orders(&fleet);
    let theirs = fleet.commit("Describe it");
    begin(&fleet, "fork", start);
    let ours = warm_up(&fleet).commit("Warm up");
    fs::write(git.path().join("shallow"), format!("{ours}\n{theirs}\n")).unwrap();
    let answer = fleet.run(&["check", "--base", "main"]);
    assert_eq!(answer.exit, 4, "{}", answer.text());
    assert!(answer.text().contains("cannot tell where"), "{}", answer.text());
    assert!(answer.text().contains("git fetch --unshallow"), "{}", answer.text());
}

#[test]
fn a_model_whose_day_has_come_is_counted_where_the_base_had_it() {
    let fleet = Fleet::small();
    fleet.put(
        "environments/models.yaml",
        "models:\n  - { provider: anthropic, name: claude, contextTokens: 128000, maxOutputTokens: 16384, retired: '2020-01-01' }\n",
    );
    fleet.put(
        "agents/assistant/regression/cases/greet.yaml",
        "prompt: greet\ncases:\n  - { id: hello, userInput: Hello!, expectedResponseKeywords: [welcome] }\n",
    );
    fleet.put(
        "agents/assistant/regression/mock.yaml",
        "rules: [{ name: greets, answer: Welcome. }]\n",
    );
    fleet.commit("Name the models");
    warm_up(&fleet);
    let answer = fleet.run(&AGAINST_HEAD);
    assert_eq!(
        (answer.exit, answer.rules()),
        (0, vec!["stale-cassette"]),
        "{}",
        answer.text()
    );
    assert_eq!(answer.json["known"], 1);
    let answer = fleet.run(&["check"]);
    assert_eq!(answer.rules(), ["retired-model", "stale-cassette"]);
}

#[test]
fn what_cannot_be_read_is_not_told_as_gone() {
    let fleet = Fleet::small();
    fleet.edit("agents/orders/agent.yaml", "owner:", "ownr:");
    told(
        &fleet,
        "HEAD",
        expect![[r#"
            <!-- lockstep check -->
            ## ❌ Lockstep check: 2 errors

            4 units are the same.

            **Not compared**, since what is wrong in files bears on them: `dev/assistant`, `dev/orders`.

            ### Findings

            - **error** `missing-owner` at `agents/orders/agent.yaml:1:1`: `owner` is missing<br>add `owner:`
            - **error** `unknown-key` at `agents/orders/agent.yaml:2:1`: unknown key `ownr`<br>did you mean `owner`?
        "#]],
    );
}

#[test]
fn what_a_waiver_admitted_is_new_once_it_stands() {
    let fleet = Fleet::small();
    broken_template(&fleet);
    let rules = fleet.run(&["check"]).rules().len();
    let first = fleet.run(&["check"]).rules()[0].to_owned();
    waive(&fleet, &first);
    fleet.commit("Let it be");
    let kept = fleet.run(&["check", "--base", "HEAD"]);
    assert_eq!((kept.exit, kept.json.get("known")), (0, None), "{}", kept.text());
    fleet.remove("policies/waivers/one.yaml");
    for base in ["HEAD", "HEAD~0"] {
        let answer = fleet.run(&["check", "--base", base]);
        assert_eq!((answer.exit, answer.rules().len()), (1, rules), "{}", answer.text());
    }
}

#[test]
fn what_a_waiver_admits_today_is_told_as_waived() {
    let fleet = Fleet::small();
    broken_template(&fleet);
    let first = fleet.run(&["check"]).rules()[0].to_owned();
    waive(&fleet, &first);
    fleet.commit("Let it be");
    fleet.append(WORKLOAD, "\n");
    let answer = fleet.done(&AGAINST_HEAD);
    let waived = |finding: &serde_json::Value| finding.get("waiver").is_some();
    let findings = answer.json["findings"].as_array().unwrap();
    assert!(!findings.is_empty() && findings.iter().all(waived), "{}", answer.text());
}

#[test]
fn cases_that_a_change_takes_away_are_told() {
    let fleet = Fleet::small();
    let folder = "agents/assistant/regression/cases";
    let suite = |ids: &[&str]| {
        let case = |id: &&str| format!("  - {{id: {id}, userInput: Hello, expectedResponseKeywords: [hello]}}\n");
        format!("prompt: greet\ncases:\n{}", ids.iter().map(case).collect::<String>())
    };
    fleet.put(&format!("{folder}/greet.yaml"), &suite(&["one", "two", "three"]));
    fleet.commit("Ask something");
    let gone = || {
        let answer = fleet.run(&AGAINST_HEAD);
        let findings = answer.json["findings"].as_array().unwrap().iter();
        let told = findings.filter(|finding| finding["rule"] == "missing-case");
        let told: Vec<String> = told.map(|finding| finding["message"].to_string()).collect();
        told.join("\n")
    };
    assert_eq!(gone(), "");
    fleet.put(&format!("{folder}/greet.yaml"), &suite(&["one"]));
    fleet.put(&format!("{folder}/more.yaml"), &suite(&["three"]));
    assert_eq!(gone(), r#""cases of `assistant` that `HEAD` has are gone: two""#);
    fleet.remove(folder);
    assert_eq!(
        gone(),
        r#""cases of `assistant` that `HEAD` has are gone: one, three, two""#
    );
}

#[test]
fn what_an_old_error_keeps_from_being_judged_is_no_pass() {
    let old = [
        ("environments/fleet.yaml", "bogus: 1\n", "every unit"),
        ("environments/dev/environment.yaml", "bogus: 1\n", "dev/assistant"),
        ("environments/dev/values/assistant.yaml", "bogus: 1\n", "dev/assistant"),
        ("agents/assistant/agent.yaml", "bogus: 1\n", "dev/assistant"),
        ("policies/admission/broken.yaml", "a: [\n", "what hangs on this file"),
        ("environments/models.yaml", "bogus: 1\n", "what hangs on this file"),
    ];
    for (path, text, what) in old {
        let fleet = Fleet::small();
        let before = fs::read_to_string(fleet.repository.path(path)).unwrap_or_default();
        fleet.put(path, &(before + text)).commit("Make a mistake");
        warm_up(&fleet);
        let answer = fleet.run(&AGAINST_HEAD);
        let told = format!("{what}: the base has an error too that keeps it from being judged (");
        let unchecked = answer.json["unchecked"].to_string();
        assert!(unchecked.contains(&told), "{path}: {unchecked}");
        assert_eq!(
            (answer.exit, answer.rules()),
            (4, Vec::new()),
            "{path}: {}",
            answer.text()
        );
    }
}

#[test]
fn an_old_error_elsewhere_stops_no_change() {
    for path in ["environments/dev/values/assistant.yaml", "agents/assistant/agent.yaml"] {
        let fleet = Fleet::small();
        let before = fs::read_to_string(fleet.repository.path(path)).unwrap_or_default();
        fleet.put(path, &(before + "bogus: 1\n")).commit("Make a mistake");
        describe_orders(&fleet);
        assert_eq!(fleet.done(&AGAINST_HEAD).rules(), [""; 0], "{path}");
    }
}

#[test]
fn a_generated_file_that_a_change_takes_away_is_missed() {
    let fleet = Fleet::small();
    fleet.done(&["generate"]);
    fleet.commit("Generate");
    let missed = |base: &str| {
        let answer = fleet.run(&["check", "--base", base]);
        let mut rules = answer.rules();
        rules.dedup();
        assert_eq!(
            (answer.exit, rules),
            (1, vec!["stale-generated-file"]),
            "{}",
            answer.text()
        );
    };
    for folder in ["docs/runbooks", "docs/reference"] {
        fs::remove_dir_all(fleet.repository.path(folder)).unwrap();
        missed("HEAD");
        fleet.done(&["generate"]);
    }
    fleet.done(&AGAINST_HEAD);
    fs::remove_file(fleet.repository.path(".github/CODEOWNERS")).unwrap();
    missed("HEAD");
    fleet.commit("Do without owners");
    missed("HEAD~1");
    fleet.done(&AGAINST_HEAD);
}

/// Nothing but a generation's name changes, which asks nothing of the others: those are not rendered, and one that cannot
/// be is in nobody's way.
#[test]
fn a_changed_prompt_is_judged_without_the_other_agents() {
    let fleet = Fleet::small();
    fleet.put("environments/dev/values/orders.yaml", "values:\n  replicas: null\n");
    fleet.commit("Break the other agent");
    fleet.edit(PROMPT, "Greet", "Do greet");
    let answer = fleet.done(&AGAINST_HEAD);
    let counted = answer.result();
    expect!["2 judged, 4 as they were"].assert_eq(&format!(
        "{} judged, {} as they were",
        counted["sources"], counted["unchanged"]
    ));
}
