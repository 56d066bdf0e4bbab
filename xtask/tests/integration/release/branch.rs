//! The tree of an environment branch: the contract with Argo CD.

use std::collections::BTreeSet;

use expect_test::expect;
use lockstep::model::Digest;
use serde_json::Value;

use crate::fleet::Fleet;

#[test]
fn a_branch_holds_the_contract_and_nothing_else() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    expect![[r#"
        .gitattributes
        .lockstep/_environment/inventory.json
        .lockstep/_environment/release.sigstore.json
        .lockstep/_environment/tuple.json
        .lockstep/assistant/inventory.json
        .lockstep/assistant/release.sigstore.json
        .lockstep/assistant/tuple.json
        .lockstep/orders/inventory.json
        .lockstep/orders/release.sigstore.json
        .lockstep/orders/tuple.json
        apps/_environment/README.md
        apps/_environment/hydrator.metadata
        apps/_environment/manifest.yaml
        apps/assistant/README.md
        apps/assistant/hydrator.metadata
        apps/assistant/manifest.yaml
        apps/orders/README.md
        apps/orders/hydrator.metadata
        apps/orders/manifest.yaml
        argocd/_project.yaml
        argocd/assistant.yaml
        argocd/orders.yaml"#]]
    .assert_eq(&fleet.paths("environment/dev").join("\n"));
}

#[test]
fn a_first_release_is_a_first_commit() {
    let fleet = Fleet::small();
    let answer = fleet.release(&["dev"]);
    assert_eq!(
        answer.changes("dev"),
        ["_environment added", "assistant added", "orders added"]
    );
    let tip = fleet
        .repository
        .git
        .find_commit(fleet.tip("environment/dev").unwrap())
        .unwrap();
    assert_eq!(tip.parent_count(), 0);
    assert_eq!(answer.environment("dev")["commit"], tip.id().to_string());
}

#[test]
fn a_run_commits_once_for_each_environment_it_names() {
    let fleet = Fleet::promoted();
    fleet.release(&["dev", "staging", "canary", "production"]);
    for environment in ["dev", "staging", "canary", "production"] {
        let tip = fleet.tip(&format!("environment/{environment}")).unwrap();
        assert_eq!(
            fleet.repository.git.find_commit(tip).unwrap().parent_count(),
            0,
            "{environment}"
        );
    }
}

#[test]
fn an_environment_without_release_files_has_only_its_own_unit() {
    let fleet = Fleet::small();
    let answer = fleet.release(&["staging"]);
    assert_eq!(answer.changes("staging"), ["_environment added"]);
}

#[test]
fn objects_stand_in_the_order_of_namespace_name_group_and_kind() {
    let fleet = Fleet::small();
    fleet.put(
        "templates/agent-service/a.yaml.tera",
        r#"{% for namespace in ["z", "", "a"] %}{% for kind in ["Role", "Secret"] %}{% for name in ["two", "one"] %}---
apiVersion: {% if kind == "Role" %}rbac.authorization.k8s.io/v1{% else %}v1{% endif %}
kind: {{ kind }}
metadata:
  name: {{ (agent.name ~ "-" ~ name) | quote }}
{%- if namespace %}
  namespace: {{ namespace | quote }}
{%- endif %}
{% endfor %}{% endfor %}{% endfor %}"#,
    );
    fleet.commit("Render out of order");
    fleet.release(&["dev"]);
    let text = |object: &Value, pointer: &str| {
        object
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let keys: Vec<[String; 4]> = fleet
        .objects("dev", "orders")
        .iter()
        .map(|object| {
            let version = text(object, "/apiVersion");
            let group = version.split_once('/').map_or("", |(group, _)| group).to_owned();
            [
                text(object, "/metadata/namespace"),
                text(object, "/metadata/name"),
                group,
                text(object, "/kind"),
            ]
        })
        .collect();
    let mut sorted = keys.clone();
    sorted.sort();
    assert_eq!(keys.len(), 15);
    assert_eq!(keys, sorted);
}

#[test]
fn every_inventory_digest_is_that_of_the_file() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    let files = fleet.contents("environment/dev");
    let mut listed = BTreeSet::new();
    for unit in ["_environment", "assistant", "orders"] {
        let path = format!(".lockstep/{unit}/inventory.json");
        let inventory = fleet.json("environment/dev", &path);
        assert_eq!(inventory["sequence"], 1);
        for (file, digest) in inventory["files"].as_object().unwrap() {
            assert_eq!(digest, &Digest::of(files[file].as_bytes()).to_string(), "{file}");
            listed.insert(file.clone());
        }
        listed.insert(path);
    }
    assert_eq!(listed, files.into_keys().collect());
}

#[test]
fn an_inventory_lists_the_objects_of_the_manifest() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    let inventory = fleet.json("environment/dev", ".lockstep/orders/inventory.json");
    expect![[r#"
        [
          {
            "group": "",
            "kind": "Service",
            "name": "orders",
            "namespace": "shop-dev"
          },
          {
            "group": "apps",
            "kind": "Deployment",
            "name": "orders",
            "namespace": "shop-dev"
          },
          {
            "group": "policy",
            "kind": "PodDisruptionBudget",
            "name": "orders",
            "namespace": "shop-dev"
          }
        ]"#]]
    .assert_eq(&serde_json::to_string_pretty(&inventory["objects"]).unwrap());
}

#[test]
fn the_environments_inventory_lists_every_other_unit() {
    let fleet = Fleet::small();
    let check = || {
        let units = fleet.json("environment/dev", ".lockstep/_environment/inventory.json")["units"].clone();
        for (unit, digest) in units.as_object().unwrap() {
            let bundle = fleet.file("environment/dev", &format!(".lockstep/{unit}/release.sigstore.json"));
            let statement = lockstep::artifact::payload(bundle.as_bytes()).unwrap();
            assert_eq!(digest, &Digest::of(&statement).to_string());
        }
        units.as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    fleet.release(&["dev"]);
    assert_eq!(check(), ["assistant", "orders"]);
    fleet
        .edit("agents/orders/agent.yaml", "Keeps orders.", "Keeps all orders.")
        .commit("Reword");
    fleet.edit(
        "agents/orders/agent.yaml",
        "repository: registry.example.com/orders",
        "repository: registry.example.com/o",
    );
    fleet.commit("Move the image");
    fleet.done(&["release", "dev", "--agent", "orders"]);
    assert_eq!(check(), ["assistant", "orders"]);
}

#[test]
fn a_file_of_somebody_else_stays() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    for path in ["OWNERS", "apps/orders/kustomization.yaml", "apps/theirs/manifest.yaml"] {
        fleet.meddle("environment/dev", path, "theirs\n");
    }
    fleet
        .append("templates/agent-service/service.yaml.tera", "  type: ClusterIP\n")
        .commit("Say the type");
    fleet.release(&["dev"]);
    for path in ["OWNERS", "apps/orders/kustomization.yaml", "apps/theirs/manifest.yaml"] {
        assert_eq!(fleet.file("environment/dev", path), "theirs\n");
    }
}

#[test]
fn a_manifest_that_somebody_else_changed_is_put_right() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    let before = fleet.files("environment/dev");
    fleet.meddle("environment/dev", "apps/orders/manifest.yaml", "theirs\n");
    let answer = fleet.release(&["dev"]);
    assert_eq!(
        answer.changes("dev"),
        ["_environment unchanged", "assistant unchanged", "orders changed"]
    );
    assert_eq!(
        fleet.file("environment/dev", "apps/orders/manifest.yaml"),
        before["apps/orders/manifest.yaml"]
    );
}

#[test]
fn the_files_of_a_plan_are_those_that_the_commit_changes() {
    let fleet = Fleet::promoted();
    fleet.release(&["dev"]);
    let check = |why: &str| {
        let planned = fleet.done(&["release", "dev", "--dry-run"]);
        let before = fleet.files("environment/dev");
        fleet.release(&["dev"]);
        let after = fleet.files("environment/dev");
        let all = before.keys().chain(after.keys());
        let changed: std::collections::BTreeSet<&String> =
            all.filter(|path| before.get(*path) != after.get(*path)).collect();
        let planned: Vec<&str> = planned.environment("dev")["files"]
            .as_array()
            .unwrap()
            .iter()
            .map(|path| path.as_str().unwrap())
            .collect();
        assert_eq!(
            planned,
            changed.into_iter().map(String::as_str).collect::<Vec<_>>(),
            "{why}"
        );
    };
    fleet
        .append("agents/orders/agent.yaml", "values: { replicas: 2 }\n")
        .commit("Scale orders");
    check("one agent changed");
    fleet.meddle("environment/dev", "apps/orders/manifest.yaml", "kind: Other\n");
    check("somebody changed a manifest");
    fleet.take_out("environment/dev", "apps/orders/README.md");
    fleet.meddle("environment/dev", "argocd/orders.yaml", "kind: Other\n");
    check("somebody changed an Application and took a page out");
    fleet.edit(
        "agents/assistant/agent.yaml",
        "dependencies:\n  - { name: orders, agent: orders }\n",
        "",
    );
    fleet.remove("agents/orders");
    for environment in ["staging", "canary", "production"] {
        fleet.remove(&format!("environments/{environment}/releases/orders.yaml"));
    }
    fleet.commit("Drop orders");
    check("an agent left");
}

#[test]
fn an_agent_that_left_is_pruned_with_all_its_files() {
    let fleet = Fleet::promoted();
    fleet.release(&["dev", "staging"]);
    let before = fleet.paths("environment/staging");
    fleet
        .remove("environments/staging/releases/assistant.yaml")
        .commit("Take it out of staging");
    let answer = fleet.release(&["dev", "staging"]);
    assert_eq!(
        answer.changes("staging"),
        ["_environment unchanged", "assistant removed", "orders changed"],
        "orders lost its caller"
    );
    let expected: Vec<String> = before.into_iter().filter(|path| !path.contains("assistant")).collect();
    assert_eq!(fleet.paths("environment/staging"), expected);
    assert!(
        fleet
            .paths("environment/dev")
            .contains(&"argocd/assistant.yaml".to_owned())
    );
}

#[test]
fn an_agent_that_left_the_fleet_is_pruned_by_name() {
    let fleet = Fleet::small();
    fleet
        .edit(
            "agents/assistant/agent.yaml",
            "dependencies:\n  - { name: orders, agent: orders }\n",
            "",
        )
        .commit("Stand alone");
    fleet.release(&["dev"]);
    fleet.remove("agents/orders").commit("Drop orders");
    let answer = fleet.done(&["release", "dev", "--agent", "orders"]);
    assert_eq!(answer.changes("dev"), ["_environment unchanged", "orders removed"]);
    assert!(
        !fleet
            .paths("environment/dev")
            .iter()
            .any(|path| path.contains("orders"))
    );
}

#[test]
fn argo_cd_gets_an_application_for_each_agent_and_a_project() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    expect![[r#"
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata:
          finalizers:
          - resources-finalizer.argocd.argoproj.io
          name: orders-dev
          namespace: argocd
        spec:
          destination:
            namespace: shop-dev
            server: https://dev.example.com
          project: shop-dev
          source:
            path: apps/orders
            repoURL: https://git.example.com/shop.git
            targetRevision: environment/dev
    "#]]
    .assert_eq(&fleet.file("environment/dev", "argocd/orders.yaml"));
    expect![[r#"
        apiVersion: argoproj.io/v1alpha1
        kind: AppProject
        metadata:
          name: shop-dev
          namespace: argocd
        spec:
          clusterResourceWhitelist:
          - group: ""
            kind: Namespace
          destinations:
          - namespace: "*"
            server: "*"
    "#]]
    .assert_eq(&fleet.file("environment/dev", "argocd/_project.yaml"));
}

#[test]
fn the_owner_alone_renders_a_shared_namespace() {
    let fleet = Fleet::promoted();
    fleet.release(&["canary", "production"]);
    let kinds = |environment: &str| -> Vec<String> {
        let objects = fleet.objects(environment, "_environment");
        objects
            .iter()
            .map(|object| format!("{} {}", object["kind"], object["metadata"]["name"]).replace('"', ""))
            .collect()
    };
    assert_eq!(kinds("canary"), ["NetworkPolicy default-deny-canary"]);
    assert_eq!(kinds("production"), ["Namespace shop", "NetworkPolicy default-deny"]);
}

#[test]
fn state_that_goes_is_told_where_it_was_switched_off() {
    const STORE: &str = "templates/agent-service/store.yaml.tera";
    const DEV: &str = "environments/dev/environment.yaml";
    let fleet = Fleet::small();
    fleet.put(
        STORE,
        "{% if values.custom.store %}\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: {{ agent.resourceName | quote }}\n  \
         namespace: {{ environment.namespace | quote }}\nspec:\n  accessModes: [ReadWriteOnce]\n  resources: { requests: { storage: {{ values.custom.size | quote }} } }\n\
         {% endif %}\n",
    );
    fleet.append(DEV, "values:\n  custom:\n    store: true\n    size: 1Gi\n");
    fleet.commit("Keep orders");
    fleet.release(&["dev"]);
    fleet.edit(DEV, "store: true", "store: false").commit("Keep nothing");
    fleet.refused(
        &["release", "dev", "--agent", "orders"],
        expect![[r#"
        exit 1
        error[pruned-state] environments/dev/environment.yaml:8:12
          the PersistentVolumeClaim `orders` of the last release is gone, and its data with it
          unit: dev/orders
          object: PersistentVolumeClaim orders
    "#]],
    );
    fleet
        .edit(DEV, "store: false", "store: true")
        .remove(STORE)
        .commit("Know nothing");
    fleet.refused(
        &["release", "dev", "--agent", "orders"],
        expect![[r#"
        exit 1
        error[pruned-state] agents/orders/agent.yaml
          the PersistentVolumeClaim `orders` of the last release is gone, and its data with it
          unit: dev/orders
          object: PersistentVolumeClaim orders
    "#]],
    );
}
