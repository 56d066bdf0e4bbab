//! What one change of the files changes on the branches, and nothing else.

use std::collections::BTreeMap;

use crate::fleet::Fleet;

/// Released everywhere.
fn running() -> Fleet {
    let fleet = Fleet::promoted();
    fleet.release(&["dev", "staging", "canary", "production"]);
    fleet
}

/// Paths of an environment that differ from what was there before.
fn changed(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<String> {
    let paths = before
        .keys()
        .chain(after.keys().filter(|path| !before.contains_key(*path)));
    let mut changed: Vec<String> = paths
        .filter(|path| before.get(*path) != after.get(*path))
        .cloned()
        .collect();
    changed.sort();
    changed
}

/// Commits what was edited, releases everything, and says which files changed where.
fn effect(fleet: &Fleet) -> BTreeMap<&'static str, Vec<String>> {
    let names = ["dev", "staging", "canary", "production"];
    let files = || names.map(|name| fleet.contents(&format!("environment/{name}")));
    let before = files();
    fleet.commit("Change something");
    fleet.release(&names);
    let pairs = before.into_iter().zip(files()).zip(names);
    pairs
        .map(|((before, after), name)| (name, changed(&before, &after)))
        .filter(|(_, changed)| !changed.is_empty())
        .collect()
}

/// All files that a release of one agent writes, with those of its environment.
fn files_of(agent: &str) -> Vec<String> {
    let mut files = vec![
        ".lockstep/_environment/inventory.json".to_owned(),
        "apps/_environment/README.md".to_owned(),
        "apps/_environment/hydrator.metadata".to_owned(),
    ];
    files.extend(["inventory.json", "tuple.json"].map(|file| format!(".lockstep/{agent}/{file}")));
    files.extend(["README.md", "hydrator.metadata", "manifest.yaml"].map(|file| format!("apps/{agent}/{file}")));
    files.sort();
    files
}

#[test]
fn nothing_changed_is_no_commit_and_the_note_moves() {
    let fleet = running();
    let tip = fleet.tip("environment/dev");
    let first = fleet.tip("main").unwrap();
    assert_eq!(fleet.note("environment/dev"), format!("{{\"drySha\":\"{first}\"}}"));
    let next = fleet.put("notes.txt", "Buy milk.\n").commit("Write a note");
    let answer = fleet.release(&["dev"]);
    assert_eq!(
        answer.changes("dev"),
        ["_environment unchanged", "assistant unchanged", "orders unchanged"]
    );
    assert!(answer.environment("dev")["commit"].is_null());
    assert_eq!(fleet.tip("environment/dev"), tip);
    assert_eq!(fleet.note("environment/dev"), format!("{{\"drySha\":\"{next}\"}}"));
}

#[test]
fn a_new_prompt_changes_its_agent_where_the_candidate_runs() {
    let fleet = running();
    fleet
        .put("agents/assistant/prompts/greet/1.1.0.prompt", "Greet them by name.\n")
        .edit("agents/assistant/agent.yaml", "greet: 1.0.0", "greet: 1.1.0");
    let effect = effect(&fleet);
    assert_eq!(effect, BTreeMap::from([("dev", files_of("assistant"))]));
}

#[test]
fn a_new_prompt_version_that_nobody_names_changes_nothing() {
    let fleet = running();
    fleet.put("agents/assistant/prompts/greet/1.1.0.prompt", "Greet them by name.\n");
    assert!(effect(&fleet).is_empty());
}

#[test]
fn the_newest_prompt_runs_where_the_environment_asks_for_it() {
    let fleet = Fleet::small();
    fleet
        .append("environments/dev/environment.yaml", "overrides: { prompts: latest }\n")
        .commit("Follow the newest");
    fleet.release(&["dev"]);
    let tuple = |fleet: &Fleet| fleet.json("environment/dev", ".lockstep/assistant/tuple.json");
    let before = tuple(&fleet);
    fleet.put(
        "agents/assistant/prompts/greet/1.10.0.prompt",
        "Ten is more than nine.\n",
    );
    fleet
        .put("agents/assistant/prompts/greet/1.9.0.prompt", "Nine.\n")
        .commit("Write two more");
    fleet.release(&["dev"]);
    let objects = fleet.objects("dev", "assistant");
    let prompts = objects
        .iter()
        .find(|object| object["kind"] == "ConfigMap" && object["data"]["greet"] != "Greet the customer.\n");
    assert_eq!(prompts.unwrap()["data"]["greet"], "Ten is more than nine.\n");
    assert_eq!(tuple(&fleet)["id"], before["id"]);
    assert_ne!(tuple(&fleet)["inputDigest"], before["inputDigest"]);
}

#[test]
fn an_edited_template_changes_only_what_follows_the_candidate() {
    let fleet = running();
    fleet.edit(
        "templates/agent-service/service.yaml.tera",
        "ports.http",
        "ports.metrics",
    );
    let effect = effect(&fleet);
    assert_eq!(effect.keys().copied().collect::<Vec<_>>(), ["dev"]);
    assert!(
        fleet
            .file("environment/dev", "apps/orders/manifest.yaml")
            .contains("port: 9090")
    );
    assert!(
        fleet
            .file("environment/production", "apps/orders/manifest.yaml")
            .contains("port: 8080")
    );
}

#[test]
fn a_value_of_an_environment_stays_in_it() {
    let fleet = running();
    fleet.append("environments/staging/environment.yaml", "values: { replicas: 3 }\n");
    let effect = effect(&fleet);
    assert_eq!(effect.keys().copied().collect::<Vec<_>>(), ["staging"]);
}

#[test]
fn a_value_of_one_agent_in_one_environment_stays_with_it() {
    let fleet = running();
    fleet.put("environments/canary/values/orders.yaml", "values: { replicas: 3 }\n");
    assert_eq!(effect(&fleet), BTreeMap::from([("canary", files_of("orders"))]));
}

#[test]
fn a_value_of_an_agent_reaches_every_environment() {
    let fleet = running();
    fleet.append("agents/orders/agent.yaml", "values: { replicas: 3 }\n");
    let effect = effect(&fleet);
    assert_eq!(effect.len(), 4);
    assert!(effect.values().all(|files| *files == files_of("orders")), "{effect:?}");
}

#[test]
fn an_override_changes_the_unit_and_not_its_tuple() {
    let fleet = running();
    let tuple = || fleet.json("environment/staging", ".lockstep/assistant/tuple.json");
    let before = tuple();
    fleet.put(
        "environments/staging/values/assistant.yaml",
        "overrides: { model: { name: claude-small } }\n",
    );
    assert_eq!(effect(&fleet).keys().copied().collect::<Vec<_>>(), ["staging"]);
    assert_eq!(tuple()["id"], before["id"]);
    assert_eq!(tuple()["tuple"], before["tuple"]);
    assert_eq!(tuple()["overrides"]["model"]["name"], "claude-small");
}

#[test]
fn a_promotion_changes_the_environment_that_it_is_to() {
    let fleet = running();
    fleet
        .put("agents/assistant/prompts/greet/1.1.0.prompt", "Greet them by name.\n")
        .edit("agents/assistant/agent.yaml", "greet: 1.0.0", "greet: 1.1.0")
        .commit("Greet by name");
    fleet.release(&["dev"]);
    fleet.promote("assistant", "staging", "v1.1.0-rc1");
    assert_eq!(effect(&fleet).keys().copied().collect::<Vec<_>>(), ["staging"]);
    let id = |environment: &str| {
        fleet.json(&format!("environment/{environment}"), ".lockstep/assistant/tuple.json")["id"].clone()
    };
    assert_eq!(id("staging"), id("dev"));
    assert_ne!(id("staging"), id("production"));
}

#[test]
fn an_environment_runs_from_its_pinned_blueprint_even_when_the_current_one_is_gone() {
    let fleet = running();
    fleet.remove("templates/agent-service");
    for agent in ["assistant", "orders"] {
        fleet.edit(
            &format!("agents/{agent}/agent.yaml"),
            "blueprint: agent-service",
            "blueprint: next",
        );
    }
    fleet.put("templates/next/blueprint.yaml", "description: The next one.\n");
    let effect = effect(&fleet);
    assert_eq!(effect.keys().copied().collect::<Vec<_>>(), ["dev"]);
}

#[test]
fn a_fifth_environment_and_a_new_name_need_no_code() {
    let fleet = running();
    let before = fleet.files("environment/dev");
    let dev = std::fs::read_to_string(fleet.repository.path("environments/dev/environment.yaml")).unwrap();
    fleet
        .put(
            "environments/laboratory/environment.yaml",
            &dev.replace("namespace: shop-dev", "namespace: shop-lab"),
        )
        .put("environments/development/environment.yaml", &dev)
        .remove("environments/dev")
        .edit(
            "environments/fleet.yaml",
            "[dev, staging, canary",
            "[laboratory, development, staging, canary",
        )
        .commit("Rename one, add another");
    fleet.release(&["laboratory", "development", "staging", "canary", "production"]);
    assert_eq!(
        fleet.paths("environment/laboratory"),
        before.keys().cloned().collect::<Vec<_>>()
    );
    assert_eq!(
        fleet.paths("environment/development"),
        before.keys().cloned().collect::<Vec<_>>()
    );
    assert!(
        fleet
            .file("environment/laboratory", "apps/orders/manifest.yaml")
            .contains("namespace: shop-lab")
    );
    assert_eq!(fleet.run(&["release", "dev"]).exit, 2);
}

#[test]
fn an_argo_cd_object_that_no_template_renders_any_more_leaves_the_branch() {
    let fleet = Fleet::promoted();
    let project = std::fs::read_to_string(fleet.repository.path("templates/argocd/_project.yaml.tera")).unwrap();
    fleet
        .put(
            "templates/argocd/_second.yaml.tera",
            &project.replacen("\"shop-\"", "\"second-\"", 1),
        )
        .commit("Add a second project");
    fleet.release(&["dev"]);
    assert!(
        fleet
            .paths("environment/dev")
            .contains(&"argocd/_second.yaml".to_owned())
    );
    fleet
        .remove("templates/argocd/_second.yaml.tera")
        .commit("One project is enough");
    fleet.release(&["dev"]);
    assert!(
        !fleet
            .paths("environment/dev")
            .contains(&"argocd/_second.yaml".to_owned())
    );
}
