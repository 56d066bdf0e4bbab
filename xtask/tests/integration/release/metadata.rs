//! What a commit says of itself: message, trailers, metadata, records.

use expect_test::expect;

use crate::fleet::{Fleet, folded};

const BRANCH: &str = "environment/dev";

#[test]
fn a_message_is_subject_table_and_trailers() {
    let fleet = Fleet::small();
    let head = fleet.tip("main").unwrap().to_string();
    fleet.release(&["dev"]);
    expect![[r#"
        <dry>: Start the shop

          _environment  added  -           +2 ~0 -0
          assistant     added  dev-latest  +4 ~0 -0
          orders        added  dev-latest  +3 ~0 -0

        Dry-sha: …
        Tuple-id: assistant=sha256:…
        Tuple-id: orders=sha256:…
        Input-digest: assistant=sha256:…
        Input-digest: orders=sha256:…
        Lockstep-version: 0.1.0
        Argocd-reference-commit-author: Robot <robot@example.com>
        Argocd-reference-commit-date: 2023-11-14T23:13:20+01:00
        Argocd-reference-commit-subject: Start the shop
        Argocd-reference-commit-sha: …
        Argocd-reference-commit-repourl: https://git.example.com/shop.git
    "#]]
    .assert_eq(&folded(&fleet.message(BRANCH)).replace(&head[..7], "<dry>"));
}

#[test]
fn the_trailers_are_one_last_paragraph() {
    let fleet = Fleet::small();
    fleet.append("agents/orders/agent.yaml", "values: { replicas: 2 }\n");
    fleet.commit("Scale orders\n\nMore people buy.\n\nSigned-off-by: Ann <ann@example.com>\n");
    fleet.release(&["dev"]);
    let message = fleet.message(BRANCH);
    let trailers = git2::message_trailers_strs(&message).unwrap();
    let keys: Vec<&str> = trailers.iter().map(|(key, _)| key).collect();
    assert_eq!(
        keys,
        [
            "Dry-sha",
            "Tuple-id",
            "Tuple-id",
            "Input-digest",
            "Input-digest",
            "Lockstep-version",
            "Argocd-reference-commit-author",
            "Argocd-reference-commit-date",
            "Argocd-reference-commit-subject",
            "Argocd-reference-commit-body",
            "Argocd-reference-commit-sha",
            "Argocd-reference-commit-repourl"
        ]
    );
    assert!(message.contains("\n\nMore people buy.\n\n"), "{message}");
}

#[test]
fn the_trailers_are_those_of_the_units_that_changed() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    fleet
        .append("agents/orders/agent.yaml", "values: { replicas: 2 }\n")
        .commit("Scale orders");
    fleet.release(&["dev"]);
    let message = fleet.message(BRANCH);
    let tuple = fleet.json(BRANCH, ".lockstep/orders/tuple.json");
    let tuple_line = format!("\nTuple-id: orders={}\n", tuple["id"].as_str().unwrap());
    let input_line = format!("\nInput-digest: orders={}\n", tuple["inputDigest"].as_str().unwrap());
    assert!(
        message.contains(&tuple_line) && message.contains(&input_line),
        "{message}"
    );
    assert!(!message.contains("assistant"), "{message}");
}

#[test]
fn a_commits_own_reference_goes_before_ours() {
    let fleet = Fleet::small();
    fleet.append("agents/orders/agent.yaml", "values: { replicas: 2 }\n");
    let source = "c".repeat(40);
    fleet.commit(&format!(
        "Build orders\n\nArgocd-reference-commit-sha: {source}\nArgocd-reference-commit-author: Ann <ann@example.com>\n"
    ));
    fleet.release(&["dev"]);
    let message = fleet.message(BRANCH);
    assert!(
        message.contains(&format!("\nArgocd-reference-commit-sha: {source}\n")),
        "{message}"
    );
    let metadata = fleet.json(BRANCH, "apps/orders/hydrator.metadata");
    assert_eq!(metadata["references"][0]["commit"]["sha"], source);
    assert_eq!(metadata["references"][0]["commit"]["author"], "Ann <ann@example.com>");
}

#[test]
fn author_and_date_are_the_dry_commits_date_and_the_fleets_author() {
    let fleet = Fleet::small();
    fleet.append("environments/fleet.yaml", "").edit(
        "environments/fleet.yaml",
        "  repoURL: https://git.example.com/shop.git\n",
        "  repoURL: https://git.example.com/shop.git\n  author: Shop Robot <robot@shop.example.com>\n",
    );
    fleet.commit("Name the author");
    fleet.release(&["dev"]);
    let git = &fleet.repository.git;
    let commit = git.find_commit(fleet.tip(BRANCH).unwrap()).unwrap();
    let dry = git.find_commit(fleet.tip("main").unwrap()).unwrap();
    for who in [commit.author(), commit.committer()] {
        assert_eq!(who.to_string(), "Shop Robot <robot@shop.example.com>");
        assert_eq!(who.when(), dry.author().when());
    }
}

#[test]
fn the_metadata_has_the_hydrators_keys_and_ours() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    expect![[r#"
        {
          "commands": [
            "cargo xtask render --revision … --environment dev --agent orders"
          ],
          "repoURL": "https://git.example.com/shop.git",
          "drySha": "…",
          "author": "Robot <robot@example.com>",
          "date": "2023-11-14T23:13:20+01:00",
          "subject": "Start the shop",
          "tupleId": "sha256:…",
          "inputDigest": "sha256:…"
        }
    "#]]
    .assert_eq(&folded(&fleet.file(BRANCH, "apps/orders/hydrator.metadata")));
    let metadata = fleet.json(BRANCH, "apps/orders/hydrator.metadata");
    let tuple = fleet.json(BRANCH, ".lockstep/orders/tuple.json");
    assert_eq!(metadata["drySha"], fleet.tip("main").unwrap().to_string());
    assert_eq!(
        (&metadata["tupleId"], &metadata["inputDigest"]),
        (&tuple["id"], &tuple["inputDigest"])
    );
}

#[test]
fn the_tuple_is_recorded_with_what_the_environment_replaces() {
    let fleet = Fleet::small();
    fleet.append(
        "environments/dev/environment.yaml",
        "overrides: { model: { mock: true }, tools: { mock: true } }\n",
    );
    fleet.commit("Mock it");
    fleet.release(&["dev"]);
    expect![[r#"
        {
          "environment": "dev",
          "agent": "assistant",
          "version": "dev-latest",
          "id": "sha256:…",
          "inputDigest": "sha256:…",
          "tuple": {
            "agent": "assistant",
            "blueprint": {
              "name": "agent-service",
              "sha256": "sha256:…"
            },
            "code": {
              "repository": "registry.example.com/assistant",
              "digest": "sha256:…"
            },
            "contract": {
              "version": "1.0.0",
              "sha256": "sha256:…"
            },
            "model": {
              "provider": "anthropic",
              "name": "claude",
              "temperature": 0.2,
              "maxTokens": 1000,
              "timeoutSeconds": 30,
              "postTraining": {
                "strategy": "none"
              }
            },
            "prompts": {
              "greet": {
                "version": "1.0.0",
                "sha256": "sha256:…"
              },
              "refuse": {
                "version": "1.0.0",
                "sha256": "sha256:…"
              }
            },
            "tools": {
              "version": "1.0.0",
              "sha256": "sha256:…"
            }
          },
          "overrides": {
            "model": {
              "mock": true
            },
            "tools": {
              "mock": true
            }
          }
        }
    "#]]
    .assert_eq(&folded(&fleet.file(BRANCH, ".lockstep/assistant/tuple.json")));
}

#[test]
fn a_page_says_what_runs_and_what_changed() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    fleet
        .edit("agents/assistant/agent.yaml", "temperature: 0.2", "temperature: 0.7")
        .commit("Warm up");
    fleet.release(&["dev"]);
    expect![[r#"
        # assistant in dev

        Version `dev-latest`, tuple `sha256:…`.

        | component | what runs |
        |---|---|
        | code | `registry.example.com/assistant@sha256:…` |
        | prompt greet | `1.0.0 sha256:…` |
        | prompt refuse | `1.0.0 sha256:…` |
        | model | `anthropic claude, temperature 0.7, at most 1000 tokens` |
        | tools | `1.0.0 sha256:…` |
        | contract | `1.0.0 sha256:…` |
        | blueprint | `agent-service sha256:…` |

        ## What changed since the release before

        - model.temperature: 0.2 → 0.7

        Objects: 0 added, 1 changed, 0 removed.

        ## How to reproduce it

        ```
        cargo xtask render --revision … --environment dev --agent assistant
        ```

        Earlier ConfigMap generations, marked `lockstep.dev/retained`, come from the commit before this one.
        Every file and its SHA-256 stands in `.lockstep/assistant/inventory.json`.
    "#]]
    .assert_eq(&folded(&fleet.file(BRANCH, "apps/assistant/README.md")));
}

#[test]
fn a_page_says_what_runs_in_place_of_the_tuple() {
    let fleet = Fleet::small();
    let overrides =
        "overrides:\n  prompts: latest\n  model: { name: small-model, mock: true }\n  tools: { mock: true }\n";
    fleet
        .append("environments/dev/environment.yaml", overrides)
        .put("agents/assistant/prompts/greet/1.1.0.prompt", "Greet them by name.\n")
        .commit("Follow the newest");
    fleet.release(&["dev"]);
    fleet
        .put("agents/assistant/prompts/greet/1.2.0.prompt", "Greet them twice.\n")
        .commit("Write another");
    fleet.release(&["dev"]);
    let page = folded(&fleet.file(BRANCH, "apps/assistant/README.md"));
    let lines = page
        .lines()
        .filter(|line| ["in place of", "mock", "→"].iter().any(|word| line.contains(word)));
    expect![[r#"
        | prompt greet | `1.2.0 sha256:…` in place of `1.0.0` |
        | model | `anthropic small-model, temperature 0.2, at most 1000 tokens` in place of `anthropic claude`, a mock answers |
        | tools | `1.0.0 sha256:…`, mocks answer |
        - overrides.prompts.greet.sha256: sha256:… → sha256:…
        - overrides.prompts.greet.version: 1.1.0 → 1.2.0
    "#]]
    .assert_eq(&lines.map(|line| format!("{line}\n")).collect::<String>());
    let log = fleet.done(&["history", "assistant", "--environment", "dev", "--changes"]);
    let logged = log.json.to_string();
    assert!(
        logged.contains(r#""before":"1.1.0""#) && logged.contains(r#""after":"1.2.0""#),
        "{logged}"
    );
}

#[test]
fn a_pod_leads_to_its_tuple_and_the_workload_to_its_input() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    let tuple = fleet.json(BRANCH, ".lockstep/assistant/tuple.json");
    let objects = fleet.objects("dev", "assistant");
    let workload = objects.iter().find(|object| object["kind"] == "Deployment").unwrap();
    assert_eq!(
        workload["metadata"]["annotations"]["lockstep.dev/input"],
        tuple["inputDigest"]
    );
    assert_eq!(
        workload["spec"]["template"]["metadata"]["annotations"]["lockstep.dev/tuple"],
        tuple["id"]
    );
}

#[test]
fn a_promotion_is_named_in_the_message() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    let from = fleet.tip(BRANCH).unwrap();
    fleet.promote("orders", "staging", "v1.0.0");
    fleet.edit(
        "environments/staging/releases/orders.yaml",
        "tuple:\n",
        &format!("promotedFrom: {{ environment: dev, commit: {from} }}\ntuple:\n"),
    );
    fleet.commit("Promote orders");
    fleet.release(&["staging"]);
    let message = fleet.message("environment/staging");
    assert!(
        message.contains(&format!("\nPromoted-from: orders=dev@{from}\n")),
        "{message}"
    );
}
