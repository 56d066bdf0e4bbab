//! Objects that two templates, units or environments both claim, and removals beyond the budget.

use expect_test::expect;

use crate::fleet::Fleet;

const TWIN: &str = "apiVersion: v1\nkind: Service\nmetadata: { name: shared, namespace: shop }\nspec: { ports: [{ port: {{ values.ports.http }} }] }\n";

#[test]
fn two_templates_of_a_unit_with_one_object_are_refused() {
    let fleet = Fleet::small();
    fleet
        .put("templates/agent-service/one.yaml.tera", TWIN)
        .put("templates/agent-service/two.yaml.tera", TWIN)
        .commit("Render a twin");
    fleet.refused(
        &["release", "dev", "--agent", "orders"],
        expect![[r#"
            exit 1
            error[duplicate-object] templates/agent-service/one.yaml.tera:3:1
              `shop/Service shared` is rendered twice
              unit: dev/orders
              object: shop/Service shared
              help: give one of them another name, or render it in one template only
              see: templates/agent-service/two.yaml.tera:3:1: rendered here too
        "#]],
    );
}

#[test]
fn two_units_of_an_environment_with_one_object_are_refused() {
    let fleet = Fleet::small();
    fleet
        .put("templates/agent-service/one.yaml.tera", TWIN)
        .commit("Share an object");
    fleet.refused(
        &["release", "dev"],
        expect![[r#"
            exit 1
            error[shared-object] templates/agent-service/one.yaml.tera:3:1
              `shop/Service shared` is in `dev/assistant` and in `dev/orders`
              unit: dev/orders
              object: shop/Service shared
              help: give the environments different namespaces or suffixes, or one of the objects another name
              see: dev/apps/orders/manifest.yaml:4:9: rendered here
        "#]],
    );
}

/// Promoted everywhere, with an object whose name lacks the suffix that tells canary from production.
fn without_suffix() -> Fleet {
    let fleet = Fleet::small();
    fleet.put(
        "templates/agent-service/one.yaml.tera",
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ agent.name | quote }}\n  namespace: {{ environment.namespace | quote }}\nspec: { ports: [{ port: {{ values.ports.http }} }] }\n",
    );
    fleet.remove("templates/agent-service/service.yaml.tera");
    for environment in ["canary", "production"] {
        fleet.promote("orders", environment, "v1.0.0");
    }
    fleet.commit("Forget the suffix");
    fleet
}

#[test]
fn two_environments_of_a_namespace_with_one_object_are_refused() {
    without_suffix().refused(
        &["release", "canary", "production"],
        expect![[r#"
            exit 1
            error[shared-object] templates/agent-service/one.yaml.tera:4:3
              `shop/Service orders` is in `canary/orders` and in `production/orders`
              unit: production/orders
              object: shop/Service orders
              help: give the environments different namespaces or suffixes, or one of the objects another name
              see: production/apps/orders/manifest.yaml:4:9: rendered here
        "#]],
    );
}

#[test]
fn an_object_that_another_environments_branch_has_is_refused() {
    let fleet = without_suffix();
    fleet.release(&["production"]);
    fleet.refused(
        &["release", "canary"],
        expect![[r#"
            exit 1
            error[shared-object] templates/agent-service/one.yaml.tera:4:3
              `shop/Service orders` is in `production/orders` and in `canary/orders`
              unit: canary/orders
              object: shop/Service orders
              help: release `production/orders` too if it gives the object up; or give one of the two another name, or the environments different namespaces or suffixes
              see: canary/apps/orders/manifest.yaml:4:9: rendered here
        "#]],
    );
}

#[test]
fn an_environment_that_cannot_be_read_may_be_the_owner() {
    let fleet = Fleet::small();
    let path = "environments/production/environment.yaml";
    fleet.edit(path, "tier: production", "tier: prod").commit("Misspell");
    fleet.refused(
        &["validate"],
        expect![[r#"
        exit 1
        error[invalid-value] environments/production/environment.yaml:2:7
          `tier` is `prod`, which is none of `dev`, `staging`, `canary`, `production`
    "#]],
    );
}

#[test]
fn environments_of_a_namespace_need_one_owner_and_different_suffixes() {
    let fleet = Fleet::small();
    fleet
        .edit(
            "environments/canary/environment.yaml",
            "namespaceOwner: false\nsuffix: -canary\n",
            "",
        )
        .commit("Forget both");
    fleet.refused(
        &["release", "production"],
        expect![[r#"
            exit 1
            error[namespace-owner] environments/production/environment.yaml:1:1
              production and canary all render the namespace `shop`
              help: set `namespaceOwner: true` in exactly one of the environments that share it, `false` in the others
            error[shared-suffix] environments/production/environment.yaml:1:1
              environments in the namespace `shop` have the same suffix
              help: give each a `suffix:` of its own, for example `-canary`
        "#]],
    );
}

/// Dev with `count` services beside the two agents, released.
fn crowd(count: usize) -> Fleet {
    let fleet = Fleet::small();
    let orders = std::fs::read_to_string(fleet.repository.path("agents/orders/agent.yaml")).unwrap();
    for number in 0..count {
        fleet.put(&format!("agents/service-{number}/agent.yaml"), &orders);
    }
    fleet.commit("Grow");
    fleet.release(&["dev"]);
    fleet
}

#[test]
fn more_removals_than_the_budget_are_refused_and_can_be_allowed() {
    let fleet = crowd(3);
    fleet
        .remove("agents/service-0")
        .remove("agents/service-1")
        .commit("Drop two");
    fleet.refused(
        &["release", "dev"],
        expect![[r#"
        exit 1
        error[deletion-budget] environments/dev/environment.yaml
          `dev` would lose 2 of its 5 agents, and one run may remove 1: service-0, service-1
          help: if they shall go, run it again with `--allow-removals 2`
    "#]],
    );
    fleet.refused(
        &["release", "dev", "--allow-removals", "1"],
        expect![[r#"
        exit 1
        error[deletion-budget] environments/dev/environment.yaml
          `dev` would lose 2 of its 5 agents, and one run may remove 1: service-0, service-1
          help: if they shall go, run it again with `--allow-removals 2`
    "#]],
    );
    let answer = fleet.done(&["release", "dev", "--allow-removals", "2"]);
    assert_eq!(
        answer.changes("dev"),
        [
            "_environment unchanged",
            "assistant unchanged",
            "orders unchanged",
            "service-0 removed",
            "service-1 removed",
            "service-2 unchanged"
        ]
    );
}

#[test]
fn one_removal_is_within_the_budget() {
    let fleet = crowd(1);
    fleet.remove("agents/service-0").commit("Drop one");
    fleet.release(&["dev"]);
    assert!(
        !fleet
            .paths("environment/dev")
            .iter()
            .any(|path| path.contains("service-0"))
    );
}

#[test]
fn the_budget_is_a_setting() {
    let fleet = crowd(3);
    fleet.append("environments/fleet.yaml", "deletionBudget: { least: 0, percent: 40 }\n");
    fleet
        .remove("agents/service-0")
        .remove("agents/service-1")
        .commit("Drop two of five");
    fleet.release(&["dev"]);
    fleet.remove("agents/service-2").commit("Drop one of three");
    fleet.done(&["release", "dev"]);
    let fleet = crowd(1);
    fleet
        .append("environments/fleet.yaml", "deletionBudget: { least: 0, percent: 0 }\n")
        .remove("agents/service-0");
    fleet.commit("Drop one");
    let answer = fleet.run(&["release", "dev"]);
    assert_eq!(answer.rules(), ["deletion-budget"]);
    let limit = answer.text();
    assert!(limit.contains("environments/fleet.yaml:"), "{limit}");
}

#[test]
fn an_agent_whose_file_cannot_be_read_is_not_removed() {
    let fleet = crowd(1);
    fleet
        .put("agents/service-0/agent.yaml", "description: [\n")
        .commit("Break one");
    let before = fleet.files("environment/dev");
    let answer = fleet.run(&["release", "dev", "--keep-going"]);
    assert_eq!((answer.exit, answer.rules()), (1, vec!["yaml-syntax"]));
    assert!(fleet.files("environment/dev") == before);
}
