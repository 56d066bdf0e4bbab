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
