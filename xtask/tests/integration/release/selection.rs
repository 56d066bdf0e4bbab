//! Which units a run is about, and which it leaves out.

use expect_test::expect;

use crate::fleet::Fleet;
use crate::git::fixture::snapshot;

const HOLD: &str = "{ reason: Too slow., by: ann, since: '2026-01-01T00:00:00Z' }\n";

#[test]
fn one_agent_leaves_the_files_of_the_others() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    let before = fleet.files("environment/dev");
    fleet
        .edit(
            "templates/agent-service/service.yaml.tera",
            "ports.http",
            "ports.metrics",
        )
        .commit("Change both");
    let answer = fleet.done(&["release", "dev", "--agent", "orders"]);
    assert_eq!(answer.changes("dev"), ["_environment unchanged", "orders changed"]);
    let after = fleet.files("environment/dev");
    for (path, text) in before.iter().filter(|(path, _)| path.contains("assistant")) {
        assert_eq!(after.get(path), Some(text), "{path}");
    }
    assert!(after["apps/orders/manifest.yaml"].contains("port: 9090"));
}

#[test]
fn a_unit_that_did_not_change_keeps_all_its_bytes() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    let before = fleet.files("environment/dev");
    fleet
        .append("agents/orders/agent.yaml", "values: { replicas: 2 }\n")
        .commit("Scale orders");
    let answer = fleet.release(&["dev"]);
    assert_eq!(
        answer.changes("dev"),
        ["_environment unchanged", "assistant unchanged", "orders changed"]
    );
    let after = fleet.files("environment/dev");
    for (path, text) in before.iter().filter(|(path, _)| path.contains("assistant")) {
        assert_eq!(after.get(path), Some(text), "{path}");
    }
}

#[test]
fn a_broken_agent_stops_the_run_and_nothing_else_is_written() {
    let fleet = Fleet::small();
    fleet
        .edit("agents/assistant/agent.yaml", "profile: agent", "profile: agnet")
        .commit("Break one");
    fleet.refused(
        &["release", "dev"],
        expect![[r#"
        exit 1
        error[invalid-value] agents/assistant/agent.yaml:4:10
          `profile` is `agnet`, which is none of `agent`, `web-service`, `database`
          help: did you mean `agent`?
    "#]],
    );
}

#[test]
fn keep_going_leaves_a_broken_agent_out_and_exits_with_1() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    let before = fleet.files("environment/dev");
    fleet
        .edit("agents/assistant/agent.yaml", "profile: agent", "profile: agnet")
        .append("agents/orders/agent.yaml", "values: { replicas: 2 }\n")
        .commit("Break one, change one");
    let answer = fleet.run(&["release", "dev", "--keep-going"]);
    assert_eq!((answer.exit, answer.rules()), (1, vec!["invalid-value"]));
    let after = fleet.files("environment/dev");
    assert!(after["apps/orders/manifest.yaml"].contains("replicas: 2"));
    for (path, text) in before.iter().filter(|(path, _)| path.contains("assistant")) {
        assert_eq!(after.get(path), Some(text), "{path}");
    }
}

#[test]
fn keep_going_leaves_out_a_unit_that_does_not_render() {
    let fleet = Fleet::small();
    fleet
        .edit(
            "templates/agent-service/prompts.yaml.tera",
            "agent.prompts[name].text",
            "agent.prompts[name].txt",
        )
        .commit("Break prompts");
    let answer = fleet.run(&["release", "dev", "--keep-going"]);
    assert_eq!((answer.exit, answer.rules()), (1, vec!["template-error"]));
    assert_eq!(
        answer.changes("dev"),
        ["_environment added", "assistant left-out", "orders added"]
    );
    assert!(
        !fleet
            .paths("environment/dev")
            .iter()
            .any(|path| path.contains("assistant"))
    );
}

#[test]
fn keep_going_does_not_go_on_where_the_whole_fleet_is_broken() {
    let fleet = Fleet::small();
    fleet
        .edit("environments/fleet.yaml", "name: shop", "nmae: shop")
        .commit("Break the fleet");
    fleet.refused(
        &["release", "dev", "--keep-going"],
        expect![[r#"
        exit 1
        error[missing-key] environments/fleet.yaml:1:1
          `name` is missing
          help: add `name:`
        error[unknown-key] environments/fleet.yaml:1:1
          unknown key `nmae`
          help: did you mean `name`?
    "#]],
    );
}

#[test]
fn a_broken_environment_does_not_stop_another() {
    let fleet = Fleet::promoted();
    fleet
        .edit("environments/staging/environment.yaml", "tier: staging", "tier: stagng")
        .commit("Break staging");
    fleet.release(&["production"]);
    assert!(fleet.tip("environment/production").is_some());
}

#[test]
fn errors_of_another_environment_do_not_fail_the_run() {
    let fleet = Fleet::promoted();
    fleet
        .put("environments/staging/values/orders.yaml", "valeus: {}\n")
        .commit("Break staging");
    fleet.release(&["production"]);
    assert_eq!(fleet.run(&["release", "staging"]).exit, 1);
}

#[test]
fn a_held_agent_is_skipped_and_said() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    let before = fleet.files("environment/dev");
    fleet.put("environments/dev/holds/assistant.yaml", HOLD);
    fleet
        .edit(
            "templates/agent-service/service.yaml.tera",
            "ports.http",
            "ports.metrics",
        )
        .commit("Hold one, change both");
    let answer = fleet.release(&["dev"]);
    assert_eq!(
        answer.changes("dev"),
        ["_environment unchanged", "assistant held", "orders changed"]
    );
    let after = fleet.files("environment/dev");
    for (path, text) in before.iter().filter(|(path, _)| path.contains("assistant")) {
        assert_eq!(after.get(path), Some(text), "{path}");
    }
}

#[test]
fn a_held_agent_that_is_named_exits_with_3() {
    let fleet = Fleet::small();
    fleet
        .put("environments/dev/holds/assistant.yaml", HOLD)
        .commit("Hold one");
    let answer = fleet.run(&["release", "dev", "--agent", "assistant"]);
    assert_eq!((answer.exit, answer.rules()), (3, vec![]));
    assert_eq!(fleet.run(&["release", "dev", "--agent", "orders"]).exit, 0);
}

#[test]
fn a_held_agent_is_not_removed() {
    let fleet = Fleet::promoted();
    fleet.release(&["staging"]);
    fleet.put("environments/staging/holds/assistant.yaml", HOLD);
    fleet
        .remove("environments/staging/releases/assistant.yaml")
        .commit("Hold it and take it out");
    fleet.release(&["staging"]);
    assert!(
        fleet
            .paths("environment/staging")
            .contains(&"apps/assistant/manifest.yaml".to_owned())
    );
}

#[test]
fn a_dry_run_says_the_plan_and_writes_nothing() {
    let fleet = Fleet::small();
    let before = snapshot(fleet.folder());
    let answer = fleet.done(&["release", "dev", "--dry-run"]);
    assert!(snapshot(fleet.folder()) == before);
    assert_eq!(
        answer.changes("dev"),
        ["_environment added", "assistant added", "orders added"]
    );
    assert_eq!(answer.result()["applied"], false);
    let planned = answer.environment("dev")["files"].clone();
    fleet.release(&["dev"]);
    assert_eq!(planned, serde_json::json!(fleet.paths("environment/dev")));
}

/// A main Ingress, and a canary one where names have a suffix.
const INGRESS: &str = r#"apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {{ agent.resourceName | quote }}
  namespace: {{ environment.namespace | quote }}
  {%- if environment.suffix %}
  annotations: { nginx.ingress.kubernetes.io/canary: "true", nginx.ingress.kubernetes.io/canary-weight: "5" }
  {%- endif %}
spec:
  rules:
    - host: {{ (agent.name ~ ".example.com") | quote }}
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: { service: { name: {{ agent.resourceName | quote }}, port: { number: 8080 } } }
"#;

#[test]
fn a_canary_that_waits_for_its_main_ingress_names_the_command_that_brings_both() {
    let fleet = Fleet::small();
    fleet.put("templates/agent-service/ingress.yaml.tera", INGRESS);
    for environment in ["canary", "production"] {
        fleet.promote("orders", environment, "v1.0.0");
    }
    fleet.commit("Let requests in");
    fleet.refused(
        &["release", "dev", "canary"],
        expect![[r#"
            exit 1
            error[canary-without-main] templates/agent-service/ingress.yaml.tera:14:11
              no main Ingress leads to `orders.example.com/`, so the canary gets no requests
              unit: canary/orders
              object: shop/Ingress orders-canary (networking.k8s.io)
              help: `production` has the main one: release them together, `cargo xtask release dev canary production`
              see: canary/apps/orders/manifest.yaml:57:15: rendered here
        "#]],
    );
    fleet.release(&["dev", "canary", "production"]);
}

/// Whether an agent is unknown, elsewhere or unchanged does not depend on what earlier runs remember.
#[test]
fn an_agent_that_is_named_is_answered_the_same_with_and_without_what_is_remembered() {
    let fleet = Fleet::promoted();
    fleet
        .remove("environments/production/releases/assistant.yaml")
        .commit("Not yet");
    fleet.release(&["dev", "staging", "canary", "production"]);
    let said = |line: &[&str]| {
        let told = fleet.run(line);
        let anew = fleet.run(&[line, &["--no-cache"]].concat());
        assert_eq!((told.exit, told.text()), (anew.exit, anew.text()), "{line:?}");
        told.text()
    };
    expect![[r#"
        exit 2
        usage: there is no agent `asistant`
          hint: did you mean `assistant`?
    "#]]
    .assert_eq(&said(&["release", "dev", "--agent", "asistant"]));
    expect![[r#"
        exit 2
        usage: `assistant` is not in `production`
          hint: promote it there first, step by step: `cargo xtask promote assistant --from canary --to production`
    "#]]
    .assert_eq(&said(&["release", "production", "--agent", "assistant"]));
    expect![[r#"
        exit 0
    "#]]
    .assert_eq(&said(&["release", "staging", "--agent", "assistant"]));
    let rendered = fleet.run(&["render", "--environment", "production", "--agent", "assistant"]);
    expect![[r#"
        exit 2
        usage: `assistant` is not in `production`
          hint: promote it there first, step by step: `cargo xtask promote assistant --from canary --to production`
    "#]]
    .assert_eq(&rendered.text());
    let judged = fleet.run(&["validate", "--environment", "production", "--agent", "assistant"]);
    assert_eq!(judged.text(), rendered.text());
}

#[test]
fn a_dry_run_names_the_command_that_does_the_same() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    fleet
        .edit("agents/assistant/agent.yaml", "profile: agent", "profile: agnet")
        .append("agents/orders/agent.yaml", "values: { replicas: 2 }\n")
        .commit("Break one, change one");
    let planned = fleet.run(&["release", "dev", "--keep-going", "--allow-removals", "3", "-n"]);
    let next = "cargo xtask release dev --keep-going --allow-removals 3";
    assert_eq!(planned.json["next"], serde_json::json!([next]));
    let done = fleet.run(&["release", "dev", "--keep-going"]);
    let next = done.json["next"].to_string();
    assert!(!next.contains("--push"), "there is nowhere to send it: {next}");
    let git = &fleet.repository.git;
    git.remote("origin", "/nonexistent/shop.git").unwrap();
    fleet
        .edit("agents/orders/agent.yaml", "replicas: 2", "replicas: 3")
        .commit("Change it again");
    let done = fleet.run(&["release", "dev", "--keep-going"]);
    let next = done.json["next"].to_string();
    assert!(next.contains("cargo xtask release dev --keep-going --push"), "{next}");
}

#[test]
fn what_the_project_of_the_environment_does_not_admit_stops_the_one_agent_that_has_it() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    let map = |namespace: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: more-{{{{ agent.name }}}}, namespace: {namespace} }}\n"
        )
    };
    fleet
        .edit(
            "templates/argocd/_project.yaml.tera",
            "namespace: '*' }",
            "namespace: 'shop-*' }",
        )
        .commit("Keep to our namespaces");
    fleet.release(&["dev"]);
    fleet.put("templates/agent-service/more.yaml.tera", &map("shop-dev"));
    fleet.commit("More");
    fleet.done(&["release", "dev", "--agent", "orders"]);
    fleet.put("templates/agent-service/more.yaml.tera", &map("kube-system"));
    fleet.commit("Elsewhere");
    fleet.refused(&["release", "dev", "--agent", "orders"], expect![[r#"
        exit 1
        error[unadmitted-object] templates/agent-service/more.yaml.tera:3:1
          the AppProject `shop-dev` admits nothing in the namespace `kube-system` (`destinations`)
          unit: dev/orders
          object: kube-system/ConfigMap more-orders
          help: render it into the environment's own namespace, or admit this one in `templates/argocd/_project.yaml.tera`
          see: dev/apps/orders/manifest.yaml:5:14: rendered here
    "#]]);
    let answer = fleet.run(&["check", "--environment", "dev"]);
    assert_eq!(answer.exit, 1);
    assert!(answer.rules().contains(&"unadmitted-object"), "{}", answer.text());
}

#[test]
fn what_left_the_fleet_while_it_was_held_stays_held_until_somebody_resumes_it() {
    let fleet = Fleet::promoted();
    fleet.release(&["dev", "staging"]);
    for environment in ["dev", "staging"] {
        fleet.done(&["hold", "assistant", "-e", environment, "--reason", "too slow"]);
    }
    let release = |environment| {
        let answer = fleet.run(&["release", environment, "--agent", "assistant"]);
        (answer.exit, answer.changes(environment).pop().unwrap_or_default())
    };
    let resume = |agent, environment| {
        fleet
            .run(&["resume", agent, "-e", environment, "--reason", "over"])
            .exit
    };
    let (held, removed) = ((3, "assistant held".to_owned()), (0, "assistant removed".to_owned()));
    fleet.remove("environments/staging/releases/assistant.yaml");
    fleet.commit("Take it out of staging");
    assert_eq!(release("staging"), held);
    for file in fleet.paths("main") {
        if file.starts_with("agents/assistant/") || file.ends_with("/releases/assistant.yaml") {
            fleet.remove(&file);
        }
    }
    fleet.commit("Take it out of the fleet");
    for environment in ["dev", "staging"] {
        assert_eq!(release(environment), held);
        assert_eq!(resume("asistant", environment), 2);
        assert_eq!(resume("assistant", environment), 0);
        assert_eq!(release(environment), removed);
    }
    assert_eq!(
        resume("assistant", "dev"),
        2,
        "nobody holds it any more, and there is no such agent"
    );
}

#[test]
fn an_agent_that_others_still_call_is_not_taken_away_by_itself() {
    let fleet = Fleet::promoted();
    fleet.release(&["dev", "staging"]);
    fleet
        .remove("environments/staging/releases/orders.yaml")
        .commit("Take it out");
    fleet.refused(
        &["release", "staging", "--agent", "orders"],
        expect![[r#"
        exit 1
        error[removed-dependency] agents/assistant/agent.yaml:6:28
          `orders` would leave `staging`, and `assistant` still calls it
          unit: staging/orders
          help: let it call another agent first, or remove it too; or bring `orders` back
    "#]],
    );
    fleet.refused(
        &["release", "staging"],
        expect![[r#"
        exit 1
        error[absent-dependency] agents/assistant/agent.yaml:6:28
          `orders`, which it depends on, is not in `staging`
          unit: staging/assistant
          help: promote `orders` first
    "#]],
    );
    let answer = fleet.run(&["release", "staging", "--keep-going"]);
    assert_eq!(answer.exit, 1);
    assert!(answer.rules().contains(&"removed-dependency"), "{}", answer.text());
    assert!(
        fleet
            .paths("environment/staging")
            .contains(&"apps/orders/manifest.yaml".to_owned())
    );
    // gone from the fleet altogether
    fleet.remove("agents/orders");
    for environment in ["canary", "production"] {
        fleet.remove(&format!("environments/{environment}/releases/orders.yaml"));
    }
    fleet.commit("Drop it");
    assert_eq!(
        fleet.run(&["release", "dev", "--agent", "orders"]).rules(),
        ["removed-dependency"]
    );
    fleet.edit(
        "agents/assistant/agent.yaml",
        "dependencies:\n  - { name: orders, agent: orders }\n",
        "",
    );
    fleet.commit("Call nobody");
    fleet.done(&["release", "dev", "--agent", "orders"]);
}

#[test]
fn an_object_that_an_agent_outside_the_run_has_is_refused() {
    let fleet = Fleet::small();
    let twin = |agents: &str| {
        let head = format!("{{% if agent.name in [{agents}] -%}}\n");
        let object = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: twin\n  namespace: {{ environment.namespace | quote }}\n";
        fleet.put(
            "templates/agent-service/twin.yaml.tera",
            &format!("{head}{object}{{% endif %}}\n"),
        );
        fleet.commit("Who has the twin");
    };
    fleet.release(&["dev"]);
    twin("\"assistant\", \"orders\"");
    fleet.done(&["release", "dev", "--agent", "orders"]);
    fleet.refused(&["release", "dev", "--agent", "assistant"], expect![[r#"
        exit 1
        error[shared-object] templates/agent-service/twin.yaml.tera:5:3
          `shop-dev/ConfigMap twin` is in `dev/orders` and in `dev/assistant`
          unit: dev/assistant
          object: shop-dev/ConfigMap twin
          help: release `dev/orders` too if it gives the object up; or give one of the two another name, or the environments different namespaces or suffixes
          see: dev/apps/assistant/manifest.yaml:70:9: rendered here
    "#]]);
    for agent in ["assistant", "orders"] {
        let answer = fleet.run(&["check", "--environment", "dev", "--agent", agent]);
        assert_eq!(answer.rules(), ["shared-object"], "{agent}");
    }
    assert_eq!(fleet.run(&["check", "--environment", "dev"]).rules(), ["shared-object"]);
    // from one to the other: together, or the one that gives it up first
    twin("\"assistant\"");
    let answer = fleet.run(&["release", "dev", "--agent", "assistant"]);
    assert_eq!(answer.rules(), ["shared-object"]);
    fleet.done(&["release", "dev", "--agent", "assistant", "--agent", "orders"]);
}

#[test]
fn a_namespace_does_not_move_with_one_agent_alone() {
    let fleet = Fleet::small();
    fleet
        .edit(
            "templates/argocd/_project.yaml.tera",
            "destinations: [{ server: '*', namespace: '*' }]",
            "destinations: [{ server: '*', namespace: {{ environment.namespace | quote }} }]",
        )
        .commit("Admit the environment's own namespace");
    fleet.release(&["dev"]);
    fleet
        .edit(
            "environments/dev/environment.yaml",
            "namespace: shop-dev",
            "namespace: shop-new",
        )
        .commit("Move");
    fleet.refused(&["release", "dev", "--agent", "orders"], expect![[r#"
        exit 1
        error[unadmitted-object] environments/dev/environment.yaml
          the AppProject `shop-dev` admits nothing in the namespace `shop-dev` (`destinations`)
          object: shop-dev/Service assistant
          help: this run leaves `assistant` as it was: release all of it together, or render it into the environment's own namespace, or admit this one in `templates/argocd/_project.yaml.tera`
    "#]]);
    fleet.release(&["dev"]);
}
