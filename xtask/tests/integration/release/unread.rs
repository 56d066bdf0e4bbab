//! Files that cannot be read: what they are about stays as it is, and nobody is released as if it were gone.

use expect_test::expect;

use crate::fleet::Fleet;

const RELEASE: &str = "environments/production/releases/assistant.yaml";

/// Both agents run everywhere, and each Service names who calls it.
fn released() -> Fleet {
    let fleet = Fleet::small();
    fleet.edit(
        "templates/agent-service/service.yaml.tera",
        "  namespace: {{ environment.namespace | quote }}\n",
        "  namespace: {{ environment.namespace | quote }}\n  annotations: { callers: {{ agent.dependents | join(sep=\" \") | quote }} }\n",
    );
    for environment in ["staging", "canary", "production"] {
        fleet.promote("assistant", environment, "v1.0.0");
        fleet.promote("orders", environment, "v1.0.0");
    }
    fleet.commit("Promote everything");
    fleet.release(&["dev", "staging", "canary", "production"]);
    fleet
}

/// That a run which keeps going leaves a broken release file's agent as it is, and with it whom it calls.
fn leaves_out(fleet: &Fleet, rules: &[&str]) {
    let before = fleet.files("environment/production");
    let answer = fleet.run(&["release", "production", "--keep-going"]);
    assert_eq!((answer.exit, answer.rules()), (1, rules.to_vec()));
    assert_eq!(
        answer.changes("production"),
        ["_environment unchanged", "assistant left-out", "orders unchanged"]
    );
    assert!(fleet.files("environment/production") == before);
}

#[test]
fn a_release_file_that_cannot_be_read_leaves_its_agent_as_it_is() {
    let fleet = released();
    fleet.edit(RELEASE, "\nversion:", "\nvresion:").commit("Misspell");
    leaves_out(&fleet, &["missing-key", "unknown-key"]);
}

#[test]
fn a_release_file_with_marks_of_a_conflict_leaves_its_agent_as_it_is() {
    let fleet = released();
    fleet.append(RELEASE, "<<<<<<< HEAD\n").commit("Half merged");
    leaves_out(&fleet, &["yaml-syntax"]);
}

#[test]
fn a_release_file_whose_name_ends_wrongly_is_an_error() {
    let fleet = released();
    let text = std::fs::read_to_string(fleet.repository.path(RELEASE)).unwrap();
    let renamed = RELEASE.replace(".yaml", ".yml");
    fleet.put(&renamed, &text).remove(RELEASE).commit("Rename");
    fleet.refused(
        &["release", "production"],
        expect![[r#"
            exit 1
            error[stray-file] environments/production/releases/assistant.yml
              nothing reads `environments/production/releases/assistant.yml`, which is no `.yaml`
              help: rename it to `environments/production/releases/assistant.yaml`
        "#]],
    );
    leaves_out(&fleet, &["stray-file"]);
    // the others are released as ever
    fleet.release(&["staging"]);
}

#[test]
fn a_hold_whose_name_ends_wrongly_keeps_its_agent_from_being_released() {
    let fleet = released();
    fleet
        .put("environments/production/holds/assistant.yml", "reason: Too slow.\n")
        .commit("Hold it");
    leaves_out(&fleet, &["stray-file"]);
}

/// What who calls `orders` in an environment stands like in its Service.
fn callers(fleet: &Fleet, environment: &str) -> String {
    let service = &fleet.objects(environment, "orders")[0];
    service["metadata"]["annotations"]["callers"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// That a release of `orders` alone to an environment which shares the namespace changes nothing there.
fn refuses(fleet: &Fleet, environment: &str, expected: expect_test::Expect) {
    fleet.refused(&["release", environment, "--agent", "orders"], expected);
    let before = fleet.files(&format!("environment/{environment}"));
    let answer = fleet.run(&["release", environment, "--keep-going"]);
    assert!(answer.rules().contains(&"unread-neighbour"), "{}", answer.text());
    assert_eq!(answer.exit, 1);
    assert_eq!(
        fleet.file(&format!("environment/{environment}"), "apps/orders/manifest.yaml"),
        before["apps/orders/manifest.yaml"]
    );
}

#[test]
fn callers_in_an_environment_that_cannot_be_read_are_not_taken_for_gone() {
    let fleet = released();
    fleet
        .remove("environments/canary/releases/assistant.yaml")
        .commit("Take the assistant out of canary");
    fleet.release(&["canary"]);
    assert_eq!(callers(&fleet, "canary"), "assistant");
    fleet
        .edit(
            "environments/production/environment.yaml",
            "tier: production",
            "tier: prodction",
        )
        .commit("Break production");
    refuses(
        &fleet,
        "canary",
        expect![[r#"
        exit 1
        error[unread-neighbour] environments/production/environment.yaml
          `orders` would change in `canary`, and what surrounds it cannot be known from this file
          unit: canary/orders
          help: mend that file first: `cargo xtask validate` says what is wrong with it
    "#]],
    );
    // staging shares nothing with it
    fleet.put("environments/staging/values/orders.yaml", "values: { replicas: 3 }\n");
    fleet.commit("Scale staging");
    assert_eq!(
        fleet.release(&["staging"]).changes("staging"),
        ["_environment unchanged", "assistant unchanged", "orders changed"]
    );
}

#[test]
fn an_agent_that_cannot_be_read_calls_whom_its_file_says() {
    let fleet = released();
    fleet
        .edit("agents/assistant/agent.yaml", "profile: agent", "profile: agnet")
        .put(
            "environments/production/values/orders.yaml",
            "values: { replicas: 3 }\n",
        )
        .commit("Break one, scale the other");
    let answer = fleet.done(&["release", "production", "--agent", "orders"]);
    assert_eq!(
        answer.changes("production"),
        ["_environment unchanged", "orders changed"]
    );
    assert_eq!(callers(&fleet, "production"), "assistant");
}

#[test]
fn whom_an_agent_may_call_that_cannot_be_parsed_does_not_change() {
    let fleet = released();
    fleet
        .append("agents/assistant/agent.yaml", "<<<<<<< HEAD\n")
        .put(
            "environments/production/values/orders.yaml",
            "values: { replicas: 3 }\n",
        )
        .commit("Half merged");
    refuses(
        &fleet,
        "production",
        expect![[r#"
        exit 1
        error[unread-neighbour] agents/assistant/agent.yaml
          `orders` would change in `production`, and what surrounds it cannot be known from this file
          unit: production/orders
          help: mend that file first: `cargo xtask validate` says what is wrong with it
    "#]],
    );
}

#[test]
fn an_agent_whose_callee_cannot_be_read_does_not_change() {
    let fleet = released();
    fleet
        .edit(
            "environments/production/releases/orders.yaml",
            "\nversion:",
            "\nvresion:",
        )
        .put(
            "environments/production/values/assistant.yaml",
            "values: { replicas: 3 }\n",
        )
        .commit("Break one, scale the other");
    fleet.refused(
        &["release", "production", "--agent", "assistant"],
        expect![[r#"
        exit 1
        error[unread-neighbour] environments/production/releases/orders.yaml
          `assistant` would change in `production`, and what surrounds it cannot be known from this file
          unit: production/assistant
          help: mend that file first: `cargo xtask validate` says what is wrong with it
    "#]],
    );
}
