//! Agents that name what does not exist, or each other in a circle.

use expect_test::{Expect, expect};

use crate::fleet::Fleet;

const ASSISTANT: &str = "agents/assistant/agent.yaml";
const ORDERS: &str = "agents/orders/agent.yaml";

fn check(path: &str, from: &str, to: &str, expected: Expect) {
    let fleet = Fleet::small();
    fleet.edit(path, from, to).commit("Break an agent");
    fleet.refused(&["release", "dev"], expected);
}

#[test]
fn agents_that_depend_on_each_other_are_a_circle() {
    check(
        ORDERS,
        "candidate:\n",
        "dependencies:\n  - { name: assistant, agent: assistant }\ncandidate:\n",
        expect![[r#"
            exit 1
            error[dependency-cycle] agents/assistant/agent.yaml:6:28
              agents depend on each other in a circle: assistant → orders → assistant
              help: break the circle: one of them has to start first
        "#]],
    );
}

#[test]
fn an_agent_that_depends_on_itself_is_a_circle() {
    check(
        ORDERS,
        "candidate:\n",
        "dependencies: [{ name: self, agent: orders }]\ncandidate:\n",
        expect![[r#"
            exit 1
            error[dependency-cycle] agents/orders/agent.yaml:5:37
              agents depend on each other in a circle: orders → orders
              help: break the circle: one of them has to start first
        "#]],
    );
}

#[test]
fn an_unknown_dependency_suggests_the_known_one() {
    check(
        ASSISTANT,
        "agent: orders }",
        "agent: order }",
        expect![[r#"
            exit 1
            error[unknown-dependency] agents/assistant/agent.yaml:6:28
              `assistant` depends on `order`, which is no agent of this fleet
              help: did you mean `orders`?
        "#]],
    );
}

#[test]
fn an_unknown_dependency_keeps_its_place_beside_another_fault() {
    let fleet = Fleet::small();
    fleet.edit(ASSISTANT, "agent: orders }", "agent: order }");
    fleet.edit(ASSISTANT, "criticality: ", "criticality: super-");
    let answer = fleet.run(&["check", "--agent", "assistant"]);
    let found = answer
        .findings()
        .iter()
        .find(|finding| finding["rule"] == "unknown-dependency");
    let place = &found.unwrap()["location"];
    assert_eq!(
        (&place["line"], &place["column"]),
        (&6.into(), &28.into()),
        "{}",
        answer.text()
    );
}

#[test]
fn a_dependency_without_a_way_to_reach_it_is_unclear() {
    check(
        ASSISTANT,
        ", agent: orders }",
        ", port: 5432 }",
        expect![[r#"
            exit 1
            error[unclear-dependency] agents/assistant/agent.yaml:6:13
              it is not clear how `orders` is reached
              help: give exactly one of `agent:`, `health:` (a URL), or `host:` with `port:`
        "#]],
    );
}

#[test]
fn a_dependency_with_a_broken_url_is_refused() {
    check(
        ASSISTANT,
        ", agent: orders }",
        ", health: 'orders/health' }",
        expect![[r#"
            exit 1
            error[invalid-url] agents/assistant/agent.yaml:6:29
              `orders/health` is no URL with a host
              unit: dev/assistant
              help: write it like `http://user-service.users.svc:8080/health`
        "#]],
    );
}

#[test]
fn a_port_that_no_machine_has_is_refused() {
    let told = expect![[r#"
        exit 1
        error[invalid-url] agents/assistant/agent.yaml:6:56
          no address has the port 99999
          help: ports go from 1 to 65535
    "#]];
    check(
        ASSISTANT,
        ", agent: orders }",
        ", health: 'http://orders.example.com:99999/health' }",
        told,
    );
}

#[test]
fn a_prompt_version_that_nobody_wrote_is_missing() {
    check(
        ASSISTANT,
        "greet: 1.0.0",
        "greet: 1.1.0",
        expect![[r#"
            exit 1
            error[missing-component] agents/assistant/agent.yaml:21:12
              `agents/assistant/prompts/greet/1.1.0.prompt` is named here and does not exist
              help: there is 1.0.0
        "#]],
    );
}

#[test]
fn a_blueprint_that_nobody_wrote_is_missing() {
    check(
        ORDERS,
        "blueprint: agent-service",
        "blueprint: agent-servce",
        expect![[r#"
            exit 1
            error[missing-component] agents/orders/agent.yaml:6:14
              `templates/agent-servce/blueprint.yaml` is named here and does not exist
              help: there is agent-service, argocd, environment
        "#]],
    );
}

#[test]
fn a_prompt_file_with_an_environments_prefix_has_no_version() {
    let fleet = Fleet::small();
    fleet
        .put("agents/assistant/prompts/greet/dev-1.0.1.prompt", "Hi.\n")
        .commit("Prefix a version");
    fleet.refused(
        &["release", "dev"],
        expect![[r#"
        exit 1
        error[invalid-version] agents/assistant/prompts/greet/dev-1.0.1.prompt
          `dev-1.0.1` is no version
          help: name the file X.Y.Z, without an environment's prefix
    "#]],
    );
}

#[test]
fn a_folder_without_agent_file_is_said() {
    let fleet = Fleet::small();
    fleet
        .remove(ORDERS)
        .put("agents/orders/contract/1.0.0.schema.json", "{}")
        .commit("Lose the agent file");
    fleet.refused(
        &["release", "dev", "--agent", "orders"],
        expect![[r#"
        exit 1
        error[missing-agent-file] agents/orders
          `agents/orders` has no `agent.yaml`
          help: write one, or move the folder away and start with `cargo xtask new agent orders`
    "#]],
    );
}

#[test]
fn traffic_shares_rise_to_all_of_the_traffic() {
    let fleet = Fleet::small();
    fleet
        .append("environments/fleet.yaml", "graySteps: [5, 10, 50]\n")
        .append(
            "agents/orders/agent.yaml",
            "values: { rollout: { weights: [0, 100] } }\n",
        )
        .append(
            "environments/dev/environment.yaml",
            "values: { rollout: { weights: [10, 5, 100] } }\n",
        )
        .append(
            "environments/canary/environment.yaml",
            "values: { rollout: { weights: [10, 101] } }\n",
        )
        .append(
            "environments/production/environment.yaml",
            "values: { rollout: { weights: [] } }\n",
        );
    fleet.commit("Shift traffic");
    fleet.refused(
        &["check"],
        expect![[r#"
        exit 1
        error[invalid-value] agents/orders/agent.yaml:10:22
          `values.rollout.weights` is wrong: a share of the traffic is between 1 and 100 percent, not 0 percent
        error[invalid-value] environments/canary/environment.yaml:7:22
          `values.rollout.weights` is wrong: a share of the traffic is between 1 and 100 percent, not 101 percent
        error[invalid-value] environments/dev/environment.yaml:6:22
          `values.rollout.weights` is wrong: 5 percent do not follow 10 percent: each share is above the one before it
        error[invalid-value] environments/fleet.yaml:8:1
          `graySteps` is wrong: the last share is 50 percent, and a release ends with 100 percent
    "#]],
    );
}

#[test]
fn a_comma_in_a_text_without_quotes_leaves_a_key_without_a_value() {
    let fleet = Fleet::small();
    let schema = "parameters:\n      type: object\n      properties:\n        \
                  query: { default: null, description: A few key words, not a sentence. }\n        limit:\n";
    let path = "agents/assistant/tools/1.0.0.yaml";
    fleet
        .edit(path, "parameters: { type: object }\n", schema)
        .commit("Describe");
    fleet.refused(
        &["release", "dev"],
        expect![[r#"
        exit 1
        error[empty-keyword] agents/assistant/tools/1.0.0.yaml:8:63
          `properties.query["not a sentence."]` of `find-order` has no value, so it says nothing
          help: give it a value, or take it out; in `{…}` a comma ends a text without quotes: put the text in quotes
        error[empty-keyword] agents/assistant/tools/1.0.0.yaml:9:9
          `properties.limit` of `find-order` has no value, so it says nothing
          help: give it a value, or take it out; in `{…}` a comma ends a text without quotes: put the text in quotes
    "#]],
    );
    // what was released never changes, so nobody could mend it
    fleet.promote("assistant", "staging", "v1.0.0-rc1").commit("Promote");
    fleet.done(&["release", "dev"]);
}

#[test]
fn a_number_in_place_of_a_word_is_told_once_with_the_words() {
    check(
        ORDERS,
        "criticality: critical",
        "criticality: 5",
        expect![[r#"
            exit 1
            error[invalid-value] agents/orders/agent.yaml:3:14
              `criticality` is `5`, which is none of `low`, `medium`, `high`, `critical`
        "#]],
    );
}

/// There is nothing to promote: it is no agent any more.
#[test]
fn a_call_of_an_agent_that_left_is_told_once() {
    let fleet = Fleet::promoted();
    fleet.remove("agents/orders");
    for environment in ["staging", "canary", "production"] {
        fleet.remove(&format!("environments/{environment}/releases/orders.yaml"));
    }
    let answer = fleet.run(&["render"]);
    assert_eq!(
        (answer.exit, answer.rules()),
        (1, vec!["unknown-dependency"]),
        "{}",
        answer.text()
    );
}
