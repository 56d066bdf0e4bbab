//! `diff`: the work tree against branches, revisions against each other, environments against each other.

use expect_test::{Expect, expect};
use xtask::failure::{EXIT_DONE, EXIT_FINDINGS};

use super::fixture::Fleet;

fn check(fleet: &Fleet, arguments: &[&str], expected: Expect) {
    expected.assert_eq(&fleet.text(arguments));
}

fn new_prompt(fleet: &Fleet) {
    fleet.put(
        "agents/a/prompts/answer/1.1.0.prompt",
        "---\nmodel: m\n---\nBe kind.\nBe brief.\n",
    );
    fleet.edit("agents/a/agent.yaml", "answer: 1.0.0", "answer: 1.1.0");
}

#[test]
fn after_a_release_nothing_differs() {
    let fleet = Fleet::released();
    check(
        &fleet,
        &["diff"],
        expect![[r#"
        units: 0 added, 0 changed, 0 removed, 6 unchanged; objects: +0 ~0 -0; components: 0
    "#]],
    );
    assert_eq!(fleet.run(&["diff", "--exit-code"]).unwrap().exit_code(), EXIT_DONE);
}

#[test]
fn before_the_first_release_everything_is_new() {
    check(
        &Fleet::new(),
        &["diff", "-e", "staging"],
        expect![[r#"
            staging/_environment added
              objects
                + Namespace agents-staging
                + NetworkPolicy default-deny

            staging/a added
              tuple
                blueprint.name: agent-service
                blueprint.sha256: sha256:9ee5a2faba11…
                code.digest: sha256:000000000000…
                code.repository: registry.example.com/a
                model.maxTokens: 10
                model.name: m
                model.postTraining.strategy: none
                model.provider: p
                model.temperature: 0.1
                model.timeoutSeconds: 5
                prompts.answer.sha256: sha256:0ed3432bfcb9…
                prompts.answer.version: 1.0.0
                version: v1.0.0-rc1
              overrides
                overrides.model.temperature: 0.05
              objects
                + Deployment a
                + ConfigMap a-prompts-590a8ef75d
                + Application a-staging

            staging/b added
              tuple
                blueprint.name: agent-service
                blueprint.sha256: sha256:9ee5a2faba11…
                code.digest: sha256:000000000000…
                code.repository: registry.example.com/b
                version: v1.0.0-rc1
              overrides
                overrides.model.temperature: 0.05
              objects
                + Deployment b
                + Application b-staging

            units: 3 added, 0 changed, 0 removed, 0 unchanged; objects: +7 ~0 -0; components: 0
        "#]],
    );
}

#[test]
fn a_new_prompt_differs_in_the_tuple_and_in_one_config_map() {
    let fleet = Fleet::released();
    new_prompt(&fleet);
    check(
        &fleet,
        &["diff"],
        expect![[r#"
            dev/a changed
              tuple
                prompts.answer.sha256: sha256:0ed3432bfcb9… → sha256:2f136179aa7f… (medium risk)
                prompts.answer.version: 1.0.0 → 1.1.0 (medium risk)
                text of prompts.answer
                    … 2 unchanged
                    ---
                    Be kind.
                  - Be short.
                  + Be brief.
              objects
                ~ ConfigMap a-prompts-601e547ae0 (was a-prompts-590a8ef75d) (medium risk)
                  data["answer.prompt"]: as the text of prompts.answer above
              folded (nothing else in 1 object)
                lockstep.dev/input in 1 object: sha256:7808f80562d6… → sha256:b1da71fd736a…
                lockstep.dev/tuple in 1 object: sha256:603d9bec216f… → sha256:c12a627dca53…
                name of a-prompts-… in 2 objects: a-prompts-590a8ef75d → a-prompts-601e547ae0
                earlier generations of ConfigMaps: 1 kept from now on

            units: 0 added, 1 changed, 0 removed, 5 unchanged; objects: +0 ~2 -0; components: 2
        "#]],
    );
    assert_eq!(fleet.run(&["diff"]).unwrap().exit_code(), EXIT_DONE);
    assert_eq!(fleet.run(&["diff", "--exit-code"]).unwrap().exit_code(), EXIT_FINDINGS);
    assert_eq!(
        fleet
            .run(&["diff", "--exit-code", "-e", "staging"])
            .unwrap()
            .exit_code(),
        EXIT_DONE
    );
    assert_eq!(
        fleet.run(&["diff", "--exit-code", "-a", "b"]).unwrap().exit_code(),
        EXIT_DONE
    );
}

#[test]
fn what_diff_shows_the_next_release_writes() {
    let fleet = Fleet::released();
    new_prompt(&fleet);
    fleet.commit("A new prompt");
    let shown = fleet.run(&["diff", "-e", "dev"]).unwrap().result;
    let planned = fleet.run(&["release", "dev", "--dry-run"]).unwrap().result;
    let planned: Vec<&str> = planned["environments"][0]["units"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|unit| unit["change"] != "unchanged")
        .map(|unit| unit["unit"].as_str().unwrap())
        .collect();
    let shown: Vec<&str> = shown["units"]
        .as_array()
        .unwrap()
        .iter()
        .map(|unit| unit["unit"].as_str().unwrap())
        .collect();
    assert_eq!(shown, planned);
    fleet.run(&["release", "dev"]).unwrap();
    assert_eq!(fleet.run(&["diff", "--exit-code"]).unwrap().exit_code(), EXIT_DONE);
}

#[test]
fn an_agent_that_leaves_and_one_that_is_held() {
    let fleet = Fleet::released();
    fleet.remove("agents/b");
    std::fs::remove_file(fleet.folder.path().join("environments/staging/releases/b.yaml")).unwrap();
    fleet.edit("environments/staging/values/a.yaml", "replicas: 3", "replicas: 4");
    fleet.put(
        "environments/staging/holds/a.yaml",
        "by: me\nreason: wait\nsince: 2025-01-01T00:00:00Z\n",
    );
    check(
        &fleet,
        &["diff"],
        expect![[r#"
            dev/b removed
              tuple
                blueprint.name: agent-service
                blueprint.sha256: sha256:9ee5a2faba11…
                code.digest: sha256:000000000000…
                code.repository: registry.example.com/b
                version: dev-latest
              objects
                - Deployment b
                - Application b-dev

            staging/b removed
              tuple
                blueprint.name: agent-service
                blueprint.sha256: sha256:9ee5a2faba11…
                code.digest: sha256:000000000000…
                code.repository: registry.example.com/b
                version: v1.0.0-rc1
              overrides
                overrides.model.temperature: 0.05
              objects
                - Deployment b
                - Application b-staging

            dev/a nothing but what is folded
              lockstep.dev/input in 1 object: sha256:7808f80562d6… → sha256:eaa9d66f0b1b…

            held, so not released: staging/a

            units: 0 added, 1 changed, 2 removed, 2 unchanged; objects: +0 ~1 -4; components: 0
        "#]],
    );
}

#[test]
fn revisions_are_rendered_and_compared() {
    let fleet = Fleet::new();
    fleet.edit("environments/staging/values/a.yaml", "replicas: 3", "replicas: 4");
    fleet.commit("More");
    check(
        &fleet,
        &["diff", "HEAD~1", "HEAD"],
        expect![[r#"
            staging/a changed
              objects
                ~ Deployment a (medium risk)
                  spec.replicas: 3 → 4
              folded
                lockstep.dev/input in 1 object: sha256:18737b646d58… → sha256:5a3dc255e037…

            units: 0 added, 1 changed, 0 removed, 5 unchanged; objects: +0 ~1 -0; components: 0
        "#]],
    );
    check(
        &fleet,
        &["diff", "HEAD"],
        expect![[r#"
        units: 0 added, 0 changed, 0 removed, 6 unchanged; objects: +0 ~0 -0; components: 0
    "#]],
    );
    fleet.edit(
        "templates/argocd/application.yaml.tera",
        "namespace: argocd",
        "namespace: argo",
    );
    check(
        &fleet,
        &["diff", "HEAD", "-a", "b", "-e", "dev"],
        expect![[r#"
            dev/b changed
              objects
                + Application b-dev (medium risk)
                - Application b-dev (medium risk)

            units: 0 added, 1 changed, 0 removed, 0 unchanged; objects: +1 ~0 -1; components: 0
        "#]],
    );
}

#[test]
fn an_earlier_tree_that_is_wrong_does_not_stop_the_comparison() {
    let fleet = Fleet::new();
    fleet.put("agents/b/agent.yaml", "description: nothing else\n");
    fleet.commit("Broken");
    fleet.put("agents/b/agent.yaml", "description: still nothing\n");
    fleet.edit(
        "agents/a/agent.yaml",
        "description: Answers.",
        "description: Answers well.",
    );
    let report = fleet.run(&["diff", "HEAD"]).unwrap();
    assert_eq!(report.exit_code(), EXIT_FINDINGS);
    assert!(
        report
            .findings
            .iter()
            .any(|finding| finding.message.starts_with("not compared: in `HEAD`"))
    );
    let units: Vec<String> = report.result["units"]
        .as_array()
        .unwrap()
        .iter()
        .map(|unit| {
            format!(
                "{}/{}",
                unit["environment"].as_str().unwrap(),
                unit["unit"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(units, ["dev/a", "staging/a"]);
}

#[test]
fn environments_are_compared_as_their_branches_are() {
    let fleet = Fleet::released();
    new_prompt(&fleet);
    fleet.commit("A new prompt");
    fleet.run(&["release", "dev"]).unwrap();
    check(
        &fleet,
        &["diff", "dev", "staging"],
        expect![[r#"
            dev → staging/a changed
              tuple
                prompts.answer.sha256: sha256:2f136179aa7f… → sha256:0ed3432bfcb9… (medium risk)
                prompts.answer.version: 1.1.0 → 1.0.0 (medium risk)
                version: dev-latest → v1.0.0-rc1
                text of prompts.answer
                    … 2 unchanged
                    ---
                    Be kind.
                  - Be brief.
                  + Be short.
              overrides
                overrides.model.temperature: none → 0.05 (medium risk)
              objects
                ~ Deployment a (medium risk)
                  spec.replicas: 1 → 3
                  spec.template.spec.containers[agent].env[LOG_LEVEL].value: DEBUG → INFO
                ~ ConfigMap a-prompts-590a8ef75d (was a-prompts-601e547ae0) (medium risk)
                  data["answer.prompt"]: as the text of prompts.answer above
              folded (nothing else in 1 object)
                lockstep.dev/input in 1 object: sha256:b1da71fd736a… → sha256:18737b646d58…
                lockstep.dev/tuple in 1 object: sha256:c12a627dca53… → sha256:603d9bec216f…
                lockstep.dev/version in 1 object: dev-latest → v1.0.0-rc1
                name of a-prompts-… in 2 objects: a-prompts-601e547ae0 → a-prompts-590a8ef75d
                names of the environments in 1 object: a-dev → a-staging
                namespace in 3 objects: agents-dev → agents-staging

            dev → staging/b changed
              tuple
                version: dev-latest → v1.0.0-rc1
              overrides
                overrides.model.temperature: none → 0.05 (medium risk)
              objects
                ~ Deployment b (medium risk)
                  spec.template.spec.containers[agent].env[LOG_LEVEL].value: DEBUG → INFO
              folded (nothing else in 1 object)
                lockstep.dev/input in 1 object: sha256:d3bce274e3fe… → sha256:23b921e2b8a1…
                lockstep.dev/version in 1 object: dev-latest → v1.0.0-rc1
                names of the environments in 2 objects (3 fields)

            dev → staging/_environment nothing but what is folded
              names of the environments in 2 objects: agents-dev → agents-staging

            units: 0 added, 3 changed, 0 removed, 0 unchanged; objects: +0 ~7 -0; components: 6
        "#]],
    );
}

#[test]
fn wrong_names_say_what_is_right() {
    let fleet = Fleet::new();
    let check = |arguments: &[&str], expected: Expect| {
        let failure = fleet.run(arguments).unwrap_err();
        expected.assert_eq(&format!("{}\n{}\n", failure.message, failure.hints.join("\n")));
    };
    check(
        &["diff", "dev", "stagin"],
        expect![[r#"
        there is no environment `stagin`
        did you mean `staging`?
    "#]],
    );
    check(
        &["diff", "dev", "staging"],
        expect![[r#"
        `dev` was never released
        cargo xtask release dev
    "#]],
    );
    check(
        &["diff", "staging"],
        expect![[r#"
        `staging` is an environment, and compared with what?
        name another one too: `cargo xtask diff <environment> staging`
        what a release would change: `cargo xtask diff --environment staging`
    "#]],
    );
    check(
        &["diff", "v1.0.0", "v1.1.0"],
        expect![[r#"
        `v1.0.0` names no environment, commit or release here
        see `cargo xtask history` and `git branch --all`, or `git fetch`
    "#]],
    );
    check(
        &["diff", "-e", "stagin"],
        expect![[r#"
        there is no environment `stagin`
        did you mean `staging`?
    "#]],
    );
    check(
        &["diff", "-a", "c"],
        expect![[r#"
        there is no agent `c`
        did you mean `a`?
    "#]],
    );
}
