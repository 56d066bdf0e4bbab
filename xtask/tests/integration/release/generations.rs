//! Generations of ConfigMaps: pods of the release before still find what they read.

use serde_json::Value;

use crate::fleet::Fleet;

const AGENT: &str = "agents/assistant/agent.yaml";

/// Gives the agent a new prompt version and releases it to dev.
fn release_prompt(fleet: &Fleet, minor: u32) {
    let path = format!("agents/assistant/prompts/greet/1.{minor}.0.prompt");
    let (from, to) = (format!("greet: 1.{}.0", minor - 1), format!("greet: 1.{minor}.0"));
    fleet
        .put(&path, &format!("Greeting {minor}.\n"))
        .edit(AGENT, &from, &to)
        .commit("Change the greeting");
    fleet.release(&["dev"]);
}

/// ConfigMaps of the assistant in dev: greeting, and whether it is marked as retained.
fn greetings(fleet: &Fleet) -> Vec<(String, bool)> {
    let mut found: Vec<(String, bool)> = maps(fleet)
        .iter()
        .map(|object| {
            let retained = object["metadata"]["labels"]["lockstep.dev/retained"] == "true";
            (object["data"]["greet"].as_str().unwrap().trim().to_owned(), retained)
        })
        .collect();
    found.sort();
    found
}

fn maps(fleet: &Fleet) -> Vec<Value> {
    let objects = fleet.objects("dev", "assistant");
    objects
        .into_iter()
        .filter(|object| object["kind"] == "ConfigMap")
        .collect()
}

fn pair(greeting: &str, retained: bool) -> (String, bool) {
    (greeting.to_owned(), retained)
}

#[test]
fn the_generation_before_is_kept_and_marked_and_the_workload_reads_the_new_one() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    let old = maps(&fleet)[0]["metadata"]["name"].clone();
    release_prompt(&fleet, 1);
    assert_eq!(
        greetings(&fleet),
        [pair("Greet the customer.", true), pair("Greeting 1.", false)]
    );
    let kept = maps(&fleet)
        .into_iter()
        .find(|object| object["metadata"]["name"] == old)
        .unwrap();
    assert_eq!(kept["metadata"]["annotations"]["lockstep.dev/retained-since"], "2");
    let objects = fleet.objects("dev", "assistant");
    let workload = objects.iter().find(|object| object["kind"] == "Deployment").unwrap();
    let read = &workload["spec"]["template"]["spec"]["volumes"][0]["configMap"]["name"];
    let current = maps(&fleet)
        .into_iter()
        .find(|object| object["data"]["greet"] == "Greeting 1.\n")
        .unwrap();
    assert_eq!(*read, current["metadata"]["name"]);
    assert_ne!(*read, old);
}

#[test]
fn as_many_generations_are_kept_as_the_values_say() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    for minor in 1..=3 {
        release_prompt(&fleet, minor);
    }
    assert_eq!(
        greetings(&fleet),
        [
            pair("Greeting 1.", true),
            pair("Greeting 2.", true),
            pair("Greeting 3.", false)
        ]
    );
    fleet
        .put("environments/dev/values/assistant.yaml", "values: { generations: 0 }\n")
        .commit("Keep none");
    fleet.release(&["dev"]);
    assert_eq!(greetings(&fleet), [pair("Greeting 3.", false)]);
}

#[test]
fn a_generation_that_comes_back_is_current_again() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    release_prompt(&fleet, 1);
    fleet.edit(AGENT, "greet: 1.1.0", "greet: 1.0.0").commit("Go back");
    fleet.release(&["dev"]);
    assert_eq!(
        greetings(&fleet),
        [pair("Greet the customer.", false), pair("Greeting 1.", true)]
    );
}

#[test]
fn an_inventory_says_which_objects_are_retained() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    release_prompt(&fleet, 1);
    let inventory = fleet.json("environment/dev", ".lockstep/assistant/inventory.json");
    let retained = inventory["objects"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|object| object["retained"] == true);
    assert_eq!(retained.count(), 1);
}

#[test]
fn another_change_leaves_the_retained_generation_as_it_is() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    release_prompt(&fleet, 1);
    let before = maps(&fleet);
    fleet
        .append("environments/dev/environment.yaml", "values: { replicas: 2 }\n")
        .commit("Scale");
    fleet.release(&["dev"]);
    assert_eq!(maps(&fleet), before);
}

#[test]
fn rendering_alone_knows_no_earlier_generation() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    release_prompt(&fleet, 1);
    let answer = fleet.done(&["render", "--environment", "dev", "--agent", "assistant"]);
    let objects = answer.result()["units"][0]["objects"].as_array().unwrap();
    assert_eq!(objects.iter().filter(|object| object["kind"] == "ConfigMap").count(), 1);
}

#[test]
fn a_branch_that_somebody_broke_is_gone_on_from() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    let broken = fleet.file("environment/dev", "apps/assistant/manifest.yaml").replacen(
        "\n  name: assistant-prompts",
        "\n  labels: none\n  name: assistant-prompts",
        1,
    );
    assert!(broken.contains("labels: none"));
    fleet.meddle("environment/dev", "apps/assistant/manifest.yaml", &broken);
    release_prompt(&fleet, 1);
    assert_eq!(
        greetings(&fleet),
        [pair("Greet the customer.", true), pair("Greeting 1.", false)]
    );
}
