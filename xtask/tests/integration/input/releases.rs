//! Release files that do not hold what they say, and versions where they may not run.

use expect_test::{Expect, expect};

use crate::fleet::Fleet;

const GREET: &str = "agents/assistant/prompts/greet/1.0.0.prompt";
const RELEASE: &str = "environments/staging/releases/orders.yaml";

/// Both agents are promoted to staging, something is broken, and staging is not released.
fn check(break_it: impl FnOnce(&Fleet) -> &Fleet, expected: Expect) {
    let fleet = Fleet::small();
    fleet
        .promote("assistant", "staging", "v1.0.0")
        .promote("orders", "staging", "v1.0.0")
        .commit("Promote");
    break_it(&fleet);
    fleet.commit("Break a release");
    fleet.refused(&["release", "staging"], expected);
}

#[test]
fn a_released_prompt_that_is_gone_is_missing() {
    check(
        |fleet| {
            let agent = "agents/assistant/agent.yaml";
            fleet
                .put("agents/assistant/prompts/greet/1.1.0.prompt", "Hello.\n")
                .edit(agent, "greet: 1.0.0", "greet: 1.1.0");
            fleet.remove(GREET)
        },
        expect![[r#"
            exit 1
            error[missing-component] environments/staging/releases/assistant.yaml:22:5
              `agents/assistant/prompts/greet/1.0.0.prompt` was released and does not exist
              unit: staging/assistant
              help: restore it from git: what was released is never removed
        "#]],
    );
}

#[test]
fn a_released_prompt_whose_bytes_changed_is_refused_where_it_runs() {
    check(
        |fleet| fleet.append(GREET, "And sell something.\n"),
        expect![[r#"
            exit 1
            error[changed-component] agents/assistant/prompts/greet/1.0.0.prompt
              `agents/assistant/prompts/greet/1.0.0.prompt` has changed since it was released: `sha256:…` then, `sha256:…` now
              help: restore it with `git checkout`, and give the change a new version
              see: environments/staging/releases/assistant.yaml:22:5: released here
        "#]],
    );
}

#[test]
fn a_released_prompt_whose_line_ends_alone_changed_leads_to_doctor() {
    check(
        |fleet| fleet.edit(GREET, "customer.\n", "customer.\r\n"),
        expect![[r#"
        exit 1
        error[changed-component] agents/assistant/prompts/greet/1.0.0.prompt
          `agents/assistant/prompts/greet/1.0.0.prompt` has changed since it was released: `sha256:…` then, `sha256:…` now
          help: only its line ends differ: restore them; where git changes them by itself, `cargo xtask doctor` says what mends that
          see: environments/staging/releases/assistant.yaml:22:5: released here
    "#]],
    );
}

#[test]
fn a_released_contract_whose_bytes_changed_is_refused() {
    check(
        |fleet| fleet.put("agents/assistant/contract/1.0.0.schema.json", "{}"),
        expect![[r#"
            exit 1
            error[changed-component] agents/assistant/contract/1.0.0.schema.json
              `agents/assistant/contract/1.0.0.schema.json` has changed since it was released: `sha256:…` then, `sha256:…` now
              help: restore it with `git checkout`, and give the change a new version
              see: environments/staging/releases/assistant.yaml:10:3: released here
        "#]],
    );
}

#[test]
fn a_released_prompt_that_changed_stops_its_agent_wherever_it_runs() {
    let fleet = Fleet::small();
    fleet
        .promote("assistant", "staging", "v1.0.0")
        .promote("orders", "staging", "v1.0.0");
    fleet
        .append(GREET, "And sell something.\n")
        .commit("Change a released prompt");
    let answer = fleet.run(&["release", "dev"]);
    assert_eq!((answer.exit, answer.rules()), (1, vec!["changed-component"]));
    fleet.done(&["release", "dev", "--agent", "orders"]);
}

#[test]
fn an_id_that_is_not_the_tuples_is_refused() {
    check(
        |fleet| fleet.edit(RELEASE, "registry.example.com/orders", "registry.example.com/other"),
        expect![[r#"
            exit 1
            error[changed-tuple] environments/staging/releases/orders.yaml:1:5
              `id` is `sha256:…`, and the tuple's is `sha256:…`
              unit: staging/orders
              help: a release file is written by `promote` and `rollback`; restore it with `git checkout`
        "#]],
    );
}

#[test]
fn a_tuple_of_another_agent_is_refused() {
    check(
        |fleet| {
            let other = std::fs::read_to_string(fleet.repository.path(RELEASE)).unwrap();
            fleet.put("environments/staging/releases/assistant.yaml", &other)
        },
        expect![[r#"
            exit 1
            error[foreign-tuple] environments/staging/releases/assistant.yaml:3:10
              the tuple is of `orders`
              unit: staging/assistant
              help: a release file is written by `promote` and `rollback`, never copied; restore it with `git checkout`
        "#]],
    );
}

#[test]
fn a_rolling_label_does_not_leave_dev() {
    check(
        |fleet| fleet.edit(RELEASE, "version: v1.0.0\n", "version: dev-latest\n"),
        expect![[r#"
            exit 1
            error[version-not-admitted] environments/staging/releases/orders.yaml:10:10
              `dev-latest` may not run in an environment of tier `staging`
              unit: staging/orders
              help: `dev-latest` runs only in dev, `-rcN` up to staging, `-gray-<phase>` up to canary
        "#]],
    );
}

#[test]
fn what_follows_the_candidate_does_not_leave_dev() {
    let path = |name: &str| format!("environments/{name}/environment.yaml");
    let production = path("production");
    let follow = |fleet: &Fleet, file: &str, tier: &str| {
        fleet.edit(
            file,
            &format!("tier: {tier}\n"),
            &format!("tier: {tier}\nfollows: candidate\n"),
        );
    };
    let fleet = Fleet::promoted();
    follow(&fleet, &production, "production");
    fleet.commit("Take the short way");
    fleet.refused(
        &["release", "production"],
        expect![[r#"
            exit 1
            error[version-not-admitted] environments/production/environment.yaml:3:10
              `dev-latest` may not run in an environment of tier `production`
              help: what follows the candidate runs `dev-latest`, which nobody promoted: set `follows: releases`, and `promote` to it
        "#]],
    );
    for tier in ["staging", "canary"] {
        let fleet = Fleet::promoted();
        follow(&fleet, &path(tier), tier);
        let answer = fleet.run(&["check", "--environment", tier]);
        assert_eq!(
            (answer.exit, answer.rules()),
            (1, vec!["version-not-admitted"]),
            "{tier}"
        );
    }
    // the tier decides, not the name
    let fleet = Fleet::promoted();
    follow(&fleet, &path("staging"), "staging");
    fleet
        .edit(&path("staging"), "tier: staging", "tier: dev")
        .commit("A second environment for every commit");
    let answer = fleet.run(&["render", "--environment", "staging"]);
    assert_eq!((answer.exit, answer.rules()), (0, vec![]), "{}", answer.text());
}

#[test]
fn a_text_that_is_no_version_lists_the_forms() {
    check(
        |fleet| fleet.edit(RELEASE, "version: v1.0.0\n", "version: v1.0\n"),
        expect![[r#"
            exit 1
            error[invalid-value] environments/staging/releases/orders.yaml:10:10
              `version` is wrong: `v1.0` is no version; expected `vX.Y.Z`, `vX.Y.Z-rcN`, `vX.Y.Z-gray-<phase>`, `vX.Y.Z-rN` or `dev-latest`
        "#]],
    );
}

#[test]
fn a_time_is_no_version_since_it_leads_back_to_no_commit() {
    for time in ["v20260101120000", "v2026-01-01", "'20260101'"] {
        let fleet = Fleet::promoted();
        fleet
            .edit(RELEASE, "version: v1.0.0\n", &format!("version: {time}\n"))
            .commit("Date it");
        let answer = fleet.run(&["render", "--environment", "staging"]);
        let said = format!(
            "`version` is wrong: `{}` is a time, which leads back to no commit",
            time.trim_matches('\'')
        );
        assert!(answer.text().contains(&said), "{}", answer.text());
    }
}

#[test]
fn a_candidate_does_not_reach_production() {
    let fleet = Fleet::promoted();
    fleet
        .edit(
            "environments/production/releases/orders.yaml",
            "version: v1.0.0\n",
            "version: v1.0.0-rc1\n",
        )
        .commit("Skip staging");
    fleet.refused(
        &["release", "production"],
        expect![[r#"
            exit 1
            error[version-not-admitted] environments/production/releases/orders.yaml:10:10
              `v1.0.0-rc1` may not run in an environment of tier `production`
              unit: production/orders
              help: `dev-latest` runs only in dev, `-rcN` up to staging, `-gray-<phase>` up to canary
        "#]],
    );
}

#[test]
fn labels_run_up_to_their_tier() {
    let rows = [
        ("staging", "v1.0.0-rc1", 0),
        ("canary", "v1.0.0-rc1", 1),
        ("staging", "v1.0.0-gray-A", 0),
        ("canary", "v1.0.0-gray-A", 0),
        ("production", "v1.0.0-gray-A", 1),
        ("production", "v1.0.0-r1", 0),
    ];
    let fleet = Fleet::small();
    for environment in ["staging", "canary", "production"] {
        fleet.promote("orders", environment, "v1.0.0");
    }
    for (environment, version, exit) in rows {
        fleet.promote("orders", environment, version).commit("Relabel");
        assert_eq!(
            fleet.run(&["release", environment]).exit,
            exit,
            "{version} in {environment}"
        );
        fleet.promote("orders", environment, "v1.0.0");
    }
}

#[test]
fn a_pinned_blueprint_that_changed_is_refused() {
    check(
        |fleet| {
            let pinned = std::fs::read_dir(fleet.repository.path("environments/blueprints"))
                .unwrap()
                .next()
                .unwrap();
            let name = pinned.unwrap().file_name().into_string().unwrap();
            fleet.append("templates/agent-service/service.yaml.tera", "# newer\n");
            fleet.append(
                &format!("environments/blueprints/{name}/service.yaml.tera"),
                "# changed\n",
            )
        },
        expect![[r#"
            exit 1
            error[changed-blueprint] environments/blueprints/…
              `environments/blueprints/…` is not what its name says: its digest is `sha256:…`
              help: restore it with `git checkout`: a pinned blueprint never changes; edit the one under `templates/` instead
            error[missing-blueprint] environments/staging/releases/assistant.yaml:6:13
              the blueprint `agent-service` at `sha256:…` is neither current nor pinned
              unit: staging/assistant
              help: restore `environments/blueprints/…` from git
            error[missing-blueprint] environments/staging/releases/orders.yaml:6:13
              the blueprint `agent-service` at `sha256:…` is neither current nor pinned
              unit: staging/orders
              help: restore `environments/blueprints/…` from git
        "#]],
    );
}

#[test]
fn a_blueprint_that_is_neither_current_nor_pinned_is_missing() {
    check(
        |fleet| {
            fleet
                .append("templates/agent-service/service.yaml.tera", "# newer\n")
                .remove("environments/blueprints")
        },
        expect![[r#"
            exit 1
            error[missing-blueprint] environments/staging/releases/assistant.yaml:6:13
              the blueprint `agent-service` at `sha256:…` is neither current nor pinned
              unit: staging/assistant
              help: restore `environments/blueprints/…` from git
            error[missing-blueprint] environments/staging/releases/orders.yaml:6:13
              the blueprint `agent-service` at `sha256:…` is neither current nor pinned
              unit: staging/orders
              help: restore `environments/blueprints/…` from git
        "#]],
    );
}

#[test]
fn the_newest_prompts_run_only_where_the_candidate_does() {
    check(
        |fleet| {
            fleet.append(
                "environments/staging/environment.yaml",
                "overrides: { prompts: latest }\n",
            )
        },
        expect![[r#"
            exit 1
            error[floating-prompt] environments/staging/environment.yaml:5:23
              `prompts: latest` names whatever is newest, which cannot be repeated
              help: only an environment that follows the candidate may have it
        "#]],
    );
}

#[test]
fn a_dependency_that_is_not_promoted_is_absent() {
    check(
        |fleet| fleet.remove(RELEASE),
        expect![[r#"
            exit 1
            error[absent-dependency] agents/assistant/agent.yaml:6:28
              `orders`, which it depends on, is not in `staging`
              unit: staging/assistant
              help: promote `orders` first
        "#]],
    );
}
