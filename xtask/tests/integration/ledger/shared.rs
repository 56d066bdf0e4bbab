//! Promotions to an environment that shares its namespace with another one.

use super::promoted_once;

/// The suffix of `canary` makes the name there that the other agent has by itself in `production`, and they share a namespace.
#[test]
fn an_object_that_a_neighbour_has_stops_it_before_anything_is_committed() {
    let fleet = promoted_once();
    let text = std::fs::read_to_string(fleet.repository.path("agents/orders/agent.yaml")).unwrap();
    fleet
        .put("agents/orders-canary/agent.yaml", &text)
        .commit("Add an agent with an unlucky name");
    fleet.release(&["dev"]);
    fleet.done(&["promote", "orders", "--from", "staging", "--to", "canary"]);
    fleet.release(&["canary"]);
    fleet.done(&[
        "promote",
        "orders-canary",
        "--from",
        "dev",
        "--to",
        "staging",
        "--as",
        "v1.0.0",
    ]);
    fleet.release(&["staging"]);
    let before = fleet.tip("main");
    let answer = fleet.run(&[
        "promote",
        "orders-canary",
        "--from",
        "staging",
        "--to",
        "production",
        "--kind",
        "hotfix",
    ]);
    let text = answer.text();
    assert_eq!(answer.exit, 1, "{text}");
    assert!(answer.rules().iter().all(|rule| *rule == "shared-object"), "{text}");
    assert!(
        text.contains("is in `canary/orders` and in `production/orders-canary`"),
        "{text}"
    );
    assert_eq!(fleet.tip("main"), before);
}
