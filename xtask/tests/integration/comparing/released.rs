//! `diff` of two states that were released, and what the change of a component means.

use expect_test::{Expect, expect};
use serde_json::Value;

use crate::fleet::{Answer, Fleet, command};

/// `orders` ran v1.0.0 and v1.1.0 in staging, with another image and another number of replicas.
fn twice() -> Fleet {
    let fleet = Fleet::small();
    fleet.done(&["keys", "init", "--plain"]);
    fleet.commit("Let a key sign");
    let step = |version: &str| {
        fleet.release(&["dev"]);
        let to = ["--from", "dev", "--to", "staging", "--as", version];
        fleet.done(&[&["promote", "orders"][..], &to].concat());
        fleet.release(&["staging"]);
    };
    step("v1.0.0");
    fleet.edit("agents/orders/agent.yaml", &"2".repeat(64), &"3".repeat(64));
    fleet.append("agents/orders/agent.yaml", "values: { replicas: 7 }\n");
    fleet.commit("Build orders");
    step("v1.1.0");
    fleet
}

fn units(answer: &Answer) -> Vec<String> {
    let units = answer.result()["units"].as_array().unwrap().iter();
    let name = |unit: &Value| {
        let other = unit["otherEnvironment"]
            .as_str()
            .map_or(String::new(), |name| format!("{name} → "));
        format!(
            "{other}{}/{}",
            unit["environment"].as_str().unwrap(),
            unit["unit"].as_str().unwrap()
        )
    };
    units.map(name).collect()
}

#[test]
fn two_releases_of_an_agent_are_compared_by_their_labels() {
    let fleet = twice();
    let by_label = fleet.done(&["diff", "v1.0.0", "v1.1.0"]);
    assert_eq!(units(&by_label), ["staging/orders"]);
    let components = by_label.result()["units"][0]["components"].to_string();
    assert!(
        components.contains("v1.0.0") && components.contains("code"),
        "{components}"
    );
    assert!(
        by_label.result().to_string().contains("spec.replicas"),
        "{}",
        by_label.result()
    );
    let id = |revision: &str| {
        let commit = fleet.repository.git.revparse_single(revision).unwrap();
        let tree = commit.peel_to_tree().unwrap();
        let entry = tree
            .get_path(std::path::Path::new(".lockstep/orders/tuple.json"))
            .unwrap();
        let blob = fleet.repository.git.find_blob(entry.id()).unwrap();
        let record: Value = serde_json::from_slice(blob.content()).unwrap();
        record["id"].as_str().unwrap().to_owned()
    };
    let (old, new) = (id("environment/staging~1"), id("environment/staging"));
    assert_eq!(fleet.done(&["diff", &old, &new]).result(), by_label.result());
    // the last one runs in staging; what dev runs has no label
    assert_eq!(units(&fleet.done(&["diff", "v1.0.0", "dev"])), ["staging → dev/orders"]);
    let answer = fleet.run(&["diff", "v1.0.0", "v9.9.9"]);
    assert_eq!(answer.exit, 2);
    assert!(
        answer.text().contains("`v9.9.9` names no environment"),
        "{}",
        answer.text()
    );
    let answer = fleet.run(&["diff", "v1.0.0", "v1.1.0", "--agent", "assistant"]);
    assert_eq!(answer.exit, 2, "{}", answer.text());
}

#[test]
fn two_commits_of_an_environment_branch_are_compared_wherever_they_are_known() {
    let fleet = twice();
    let names = ["diff", "environment/staging~1", "environment/staging"];
    let here = fleet.done(&names);
    assert_eq!(units(&here), ["staging/orders"]);
    // a clone has only what the remote calls them
    let clone = fleet.cloned(|_| {});
    assert_eq!(clone.done(&names).result(), here.result());
    assert_eq!(
        clone.done(&["diff", "v1.0.0", "v1.1.0"]).result()["units"],
        here.result()["units"]
    );
    let all = fleet.done(&["diff", "environment/staging~1", "dev"]);
    assert!(units(&all).contains(&"staging → dev/orders".to_owned()));
    assert_eq!(
        fleet.done(&["diff", "staging", "environment/staging"]).result()["units"],
        Value::Array(vec![])
    );
    let answer = fleet.run(&["diff", "HEAD", "staging"]);
    assert_eq!(answer.exit, 2);
    assert!(answer.text().contains("one was released"), "{}", answer.text());
    assert_eq!(fleet.done(&["diff", "HEAD~1", "HEAD"]).exit, 0);
}

#[test]
fn the_change_of_a_contract_of_tools_or_of_an_index_says_what_it_means() {
    let fleet = Fleet::small();
    let retrieval = |model: &str, more: &str| {
        format!(
            "description: Finds orders.\nembedding: {{ model: {model}, dimension: 768 }}\nindex: orders\nsnapshot: s1\n\
             updated: '2026-01-01T00:00:00Z'\nchunking: {{ tokens: 300, overlap: 30 }}\ntopK: 5\nhost: index.example.com\nport: 6333\n{more}"
        )
    };
    fleet.put("agents/assistant/retrieval/1.0.0.yaml", &retrieval("small", ""));
    fleet.edit(
        "agents/assistant/agent.yaml",
        "  contract: 1.0.0\n",
        "  contract: 1.0.0\n  retrieval: 1.0.0\n",
    );
    fleet.put(
        "agents/assistant/tools/1.0.0.yaml",
        "tools:\n  - name: find-order\n    version: 1.0.0\n    description: Finds an order by its number.\n    \
         parameters: { type: object, properties: { number: { type: string }, shop: { type: string } }, required: [shop] }\n",
    );
    fleet.commit("Find orders");
    fleet.put(
        "agents/assistant/retrieval/1.1.0.yaml",
        &retrieval("large", "").replace("topK: 5", "topK: 9"),
    );
    fleet.put(
        "agents/assistant/contract/2.0.0.schema.json",
        "{\"type\": \"object\", \"required\": [\"answer\"], \"properties\": {\"answer\": {\"type\": \"string\"}}, \"additionalProperties\": false}\n",
    );
    fleet.put(
        "agents/assistant/tools/1.1.0.yaml",
        "tools:\n  - name: find-order\n    version: 1.1.0\n    description: Finds an order by its number.\n    \
         parameters: { type: object, properties: { number: { type: integer }, limit: { type: integer } }, required: [number, limit] }\n",
    );
    for (part, from, to) in [
        ("contract", "1.0.0", "2.0.0"),
        ("retrieval", "1.0.0", "1.1.0"),
        ("tools", "1.0.0", "1.1.0"),
    ] {
        fleet.edit(
            "agents/assistant/agent.yaml",
            &format!("  {part}: {from}\n"),
            &format!("  {part}: {to}\n"),
        );
    }
    fleet.commit("Find more");
    let answer = fleet.done(&["diff", "HEAD~1", "HEAD", "-e", "dev", "-a", "assistant"]);
    let meanings = answer.result()["units"][0]["meanings"].as_array().unwrap().clone();
    let line = |meaning: &Value| {
        let word = |field: &str| meaning[field].as_str().unwrap().to_owned();
        format!("{} {}: {}\n", word("risk"), word("component"), word("text"))
    };
    expect![[r#"
        high contract: breaking: `answer` is required now
        high contract: breaking: `the answer` may no longer have other fields
        high tools: `find-order` takes a parameter more, and requires it: `limit`
        high tools: `find-order` requires a parameter now: `number`
        high tools: `find-order` takes a parameter less: `shop`
        high retrieval: another embedding, small (768 dimensions) → large (768 dimensions): vectors of the one mean nothing to the other
        medium retrieval: chunks of an answer: 5 → 9
    "#]].assert_eq(&meanings.iter().map(line).collect::<String>());
}

#[test]
fn a_wider_contract_is_told_to_who_validates_by_the_old_one() {
    let fleet = Fleet::small();
    let contract = |version: &str, maximum: u32, more: &str| {
        let score = format!("\"score\": {{\"type\": \"number\", \"maximum\": {maximum}}}{more}");
        let text = format!("{{\"type\": \"object\", \"properties\": {{{score}}}, \"additionalProperties\": false}}\n");
        fleet.put(&format!("agents/assistant/contract/{version}.schema.json"), &text);
    };
    let name = |from: &str, to: &str| {
        let (from, to) = (format!("  contract: {from}\n"), format!("  contract: {to}\n"));
        fleet.edit("agents/assistant/agent.yaml", &from, &to).commit("Score");
    };
    contract("2.0.0", 1, "");
    name("1.0.0", "2.0.0");
    contract("2.1.0", 100, ", \"why\": {\"type\": \"string\"}");
    name("2.0.0", "2.1.0");
    let answer = fleet.done(&["diff", "HEAD~1", "HEAD", "-e", "dev", "-a", "assistant"]);
    let meanings = answer.result()["units"][0]["meanings"].as_array().unwrap().clone();
    let line = |meaning: &Value| {
        format!(
            "{}: {}\n",
            meaning["risk"].as_str().unwrap(),
            meaning["text"].as_str().unwrap()
        )
    };
    expect![[r#"
        medium: wider: `why` is a new field; a reader that validates by the old one may refuse what the new one admits
        medium: wider: `maximum` of `score` is higher; a reader that validates by the old one may refuse what the new one admits
    "#]].assert_eq(&meanings.iter().map(line).collect::<String>());
    // what was added in an open object was admitted before
    let open = "{\"type\": \"object\", \"properties\": {\"why\": {\"type\": \"string\"}}}\n";
    fleet.put(
        "agents/assistant/contract/3.0.0.schema.json",
        "{\"type\": \"object\"}\n",
    );
    name("2.1.0", "3.0.0");
    fleet.put("agents/assistant/contract/3.1.0.schema.json", open);
    name("3.0.0", "3.1.0");
    let answer = fleet.done(&["diff", "HEAD~1", "HEAD", "-e", "dev", "-a", "assistant"]);
    let meanings = answer.result()["units"][0]["meanings"].as_array().unwrap().clone();
    expect![[r#"
        low: compatible: who reads the old one can read the new one
    "#]]
    .assert_eq(&meanings.iter().map(line).collect::<String>());
}

#[test]
fn permissions_are_compared_over_the_tools_that_are_enabled_on_either_side() {
    let fleet = Fleet::small();
    fleet.put(
        "agents/assistant/tools/1.0.0.yaml",
        "tools:\n  - name: find-order\n    version: 1.0.0\n    description: Finds an order.\n    permissions: [orders:read]\n    egress: [{ host: orders.example.com, port: 443 }]\n    \
         parameters: { type: object }\n  - name: refund\n    version: 1.0.0\n    description: Pays back.\n    \
         permissions: [orders:refund]\n    egress: [{ host: pay.example.com, port: 443 }]\n    parameters: { type: object }\n",
    );
    fleet.append(
        "environments/dev/environment.yaml",
        "overrides: { tools: { enabled: [find-order] } }\n",
    );
    fleet.commit("Refund");
    fleet.done(&["keys", "init", "--plain"]);
    fleet.commit("Let a key sign");
    fleet.release(&["dev"]);
    for agent in ["orders", "assistant"] {
        let to = ["promote", agent, "--from", "dev", "--to", "staging", "--as", "v1.0.0"];
        fleet.done(&to);
    }
    fleet.release(&["staging"]);
    let permissions = |sides: [&str; 2]| {
        let answer = fleet.done(&["diff", sides[0], sides[1], "--agent", "assistant"]);
        let unit = answer.result()["units"][0].clone();
        let permissions = unit["permissions"].as_array().cloned().unwrap_or_default();
        let risks = unit["risks"].as_array().unwrap().clone();
        let line = |change: &Value| {
            let word = |field: &str| change[field].as_str().unwrap().to_owned();
            let what = format!("{}: {}", word("tool"), word("permission"));
            let risk = risks.iter().find(|risk| risk["what"] == what).unwrap();
            format!("{} {what} ({})\n", word("change"), risk["risk"].as_str().unwrap())
        };
        permissions.iter().map(line).collect::<String>()
    };
    expect![[r#"
        added refund: call (high)
        added refund: connect to pay.example.com:443 (high)
        added refund: orders:refund (high)
    "#]]
    .assert_eq(&permissions(["dev", "staging"]));
    expect![[r#"
        removed refund: call (medium)
        removed refund: connect to pay.example.com:443 (medium)
        removed refund: orders:refund (medium)
    "#]]
    .assert_eq(&permissions(["staging", "dev"]));
}

#[test]
fn a_tag_that_is_called_as_a_release_does_not_hide_it() {
    let fleet = twice();
    let before = fleet.done(&["diff", "v1.0.0", "v1.1.0"]);
    let git = &fleet.repository.git;
    for (tag, revision) in [("v1.0.0", "main~1"), ("v1.1.0", "main")] {
        git.tag_lightweight(tag, &git.revparse_single(revision).unwrap(), false)
            .unwrap();
    }
    assert_eq!(fleet.done(&["diff", "v1.0.0", "v1.1.0"]).result(), before.result());
    let answer = fleet.run(&["diff", "v1.0.0", "main"]);
    assert_eq!(answer.exit, 2);
    assert!(answer.text().contains("`tags/<name>`"), "{}", answer.text());
    fleet.done(&["diff", "tags/v1.0.0", "main"]);
}

#[test]
fn an_agent_that_left_or_runs_elsewhere_is_told_apart_from_one_that_nobody_knows() {
    let fleet = twice();
    let refused = |names: &[&str], expected: Expect| {
        let answer = fleet.run(&[&["diff"], names].concat());
        assert_eq!(answer.exit, 2);
        expected.assert_eq(&answer.text());
    };
    let command = command(fleet.folder(), &["diff", "staging", "dev", "-a", "assistant"]).output();
    let text = String::from_utf8(command.unwrap().stdout).unwrap();
    let lines: Vec<&str> = text.lines().take(4).collect();
    expect![[r#"
        staging → dev/assistant added
          tuple
            blueprint.name: agent-service
            blueprint.sha256: sha256:1edbff68f504…"#]]
    .assert_eq(&lines.join("\n"));
    refused(
        &["staging", "environment/staging~1", "-a", "assistant"],
        expect![[r#"
        exit 2
        usage: neither side has `assistant`
          hint: see where it ran: `cargo xtask history assistant`
    "#]],
    );
    refused(
        &["staging", "dev", "-a", "nobody"],
        expect![[r#"
        exit 2
        usage: there is no agent `nobody`
          hint: there is assistant, orders
    "#]],
    );
    fleet.remove("environments/staging/releases/orders.yaml");
    fleet.edit(
        "agents/assistant/agent.yaml",
        "  - { name: orders, agent: orders }\n",
        "",
    );
    fleet.edit("agents/assistant/agent.yaml", "dependencies:\n", "");
    fleet.remove("agents/orders").commit("Retire orders");
    fleet.release(&["dev", "staging"]);
    refused(
        &["staging", "dev", "-a", "orders"],
        expect![[r#"
        exit 2
        usage: neither side has `orders`
          hint: see where it ran: `cargo xtask history orders`
    "#]],
    );
}
