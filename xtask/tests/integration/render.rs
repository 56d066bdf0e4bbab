//! Manifests without a commit.

use std::collections::BTreeMap;
use std::fs;

use expect_test::expect;
use serde_json::{Value, json};

use crate::fleet::Fleet;
use crate::git::fixture::snapshot;

/// The workload of a unit as `render` shows it.
fn workload(fleet: &Fleet, environment: &str, agent: &str, more: &[&str]) -> Value {
    let arguments = [&["render", "--environment", environment, "--agent", agent], more].concat();
    let answer = fleet.done(&arguments);
    let objects = answer.result()["units"][0]["objects"].as_array().unwrap();
    objects
        .iter()
        .find(|object| object["kind"] == "Deployment")
        .unwrap()
        .clone()
}

/// The container's environment and the pull secrets: a map and a list that values set.
fn pod(workload: &Value) -> (Value, Value) {
    let pod = &workload["spec"]["template"]["spec"];
    (pod["containers"][0]["env"].clone(), pod["imagePullSecrets"].clone())
}

/// What `pod` returns for these variables and secrets.
fn pod_of(variables: &[(&str, &str)], secrets: &[&str]) -> (Value, Value) {
    let variables = variables
        .iter()
        .map(|(name, value)| json!({ "name": name, "value": value }));
    let secrets = secrets.iter().map(|name| json!({ "name": name }));
    (variables.collect(), secrets.collect())
}

/// Files below a folder by path.
fn files(fleet: &Fleet, folder: &str) -> BTreeMap<String, Vec<u8>> {
    let root = fleet.repository.path(folder);
    let found = snapshot(&root).into_iter();
    found
        .map(|(path, bytes)| (path.strip_prefix(&root).unwrap().display().to_string(), bytes))
        .collect()
}

#[test]
fn the_work_tree_is_rendered_as_it_is_on_disk() {
    let fleet = Fleet::small();
    fleet.edit(
        "templates/agent-service/service.yaml.tera",
        "ports.http",
        "ports.metrics",
    );
    let answer = fleet.done(&["render", "--environment", "dev"]);
    let units = answer.result()["units"].as_array().unwrap();
    let names: Vec<&Value> = units.iter().map(|unit| &unit["unit"]).collect();
    assert_eq!(names, ["_environment", "assistant", "orders"]);
    assert!(answer.json.to_string().contains("9090"));
    assert_eq!(fleet.tip("environment/dev"), None);
}

#[test]
fn a_revision_is_rendered_without_a_checkout() {
    let fleet = Fleet::small();
    let service = "templates/agent-service/service.yaml.tera";
    fleet
        .edit(service, "ports.http", "ports.metrics")
        .commit("Move the port");
    let before = snapshot(fleet.folder());
    let old = fleet.done(&["render", "--revision", "HEAD~1", "--environment", "dev"]);
    assert!(!old.json.to_string().contains("9090"));
    assert!(snapshot(fleet.folder()) == before);
}

#[test]
fn text_is_one_stream_of_manifests() {
    let fleet = Fleet::small();
    let output = crate::fleet::command(fleet.folder(), &["render", "-e", "dev", "-a", "orders"])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let kinds: Vec<Value> = crate::fleet::objects(&text)
        .into_iter()
        .map(|object| object["kind"].clone())
        .collect();
    assert_eq!(kinds, ["Service", "Deployment", "PodDisruptionBudget", "Application"]);
}

#[test]
fn the_nearer_layer_of_values_wins() {
    let fleet = Fleet::small();
    let replicas = |more: &[&str]| workload(&fleet, "dev", "orders", more)["spec"]["replicas"].clone();
    assert_eq!(replicas(&[]), 6);
    fleet.edit("environments/fleet.yaml", "values:\n", "values:\n  replicas: 2\n");
    assert_eq!(replicas(&[]), 2);
    fleet.append("agents/orders/agent.yaml", "values: { replicas: 3 }\n");
    assert_eq!(replicas(&[]), 3);
    fleet.append("environments/dev/environment.yaml", "values: { replicas: 4 }\n");
    assert_eq!(replicas(&[]), 4);
    fleet.put("environments/dev/values/orders.yaml", "values: { replicas: 5 }\n");
    assert_eq!(replicas(&[]), 5);
    assert_eq!(replicas(&["--set", "replicas=7"]), 7);
}

#[test]
fn maps_merge_lists_replace_and_null_deletes() {
    let fleet = Fleet::small();
    fleet
        .append(
            "agents/orders/agent.yaml",
            "values: { env: { LEVEL: info, KEEP: a }, imagePullSecrets: [one, two] }\n",
        )
        .append(
            "environments/dev/environment.yaml",
            "values: { env: { LEVEL: debug }, imagePullSecrets: [three] }\n",
        );
    assert_eq!(
        pod(&workload(&fleet, "dev", "orders", &[])),
        pod_of(&[("FLEET", "shop"), ("KEEP", "a"), ("LEVEL", "debug")], &["three"])
    );
    fleet.put(
        "environments/dev/values/orders.yaml",
        "values: { env: { KEEP: null, FLEET: null }, imagePullSecrets: [] }\n",
    );
    assert_eq!(
        pod(&workload(&fleet, "dev", "orders", &[])),
        (pod_of(&[("LEVEL", "debug")], &[]).0, Value::Null)
    );
}

#[test]
fn a_deleted_value_that_a_template_needs_is_unknown() {
    let fleet = Fleet::small();
    fleet.put("environments/dev/values/orders.yaml", "values: { replicas: null }\n");
    fleet.refused(
        &["render", "--environment", "dev", "--agent", "orders"],
        expect![[r#"
            exit 1
            error[template-error] environments/dev/values/orders.yaml:1:21
              this `null` takes `replicas` away, which `templates/agent-service/values.yaml:1` sets and templates read
              unit: dev/orders
              help: take the line out, and `templates/agent-service/values.yaml:1` holds again; or set another value
              see: templates/agent-service/workload.yaml.tera:7:23: read here
              see: templates/agent-service/values.yaml:1:11: set here
        "#]],
    );
}

#[test]
fn set_reaches_into_maps_and_reads_yaml() {
    let fleet = Fleet::small();
    let shown = workload(
        &fleet,
        "dev",
        "orders",
        &[
            "--set",
            "env.LEVEL='1'",
            "--set",
            "imagePullSecrets=[a, b]",
            "--set",
            "env.FLEET=null",
        ],
    );
    assert_eq!(pod(&shown), pod_of(&[("LEVEL", "1")], &["a", "b"]));
}

#[test]
fn a_folder_gets_what_the_branches_would() {
    let fleet = Fleet::promoted();
    fleet.done(&["render", "--into", "out"]);
    let paths: Vec<String> = files(&fleet, "out")
        .into_keys()
        .filter(|path| path.starts_with("canary"))
        .collect();
    assert_eq!(
        paths,
        [
            "canary/apps/_environment/manifest.yaml",
            "canary/apps/assistant/manifest.yaml",
            "canary/apps/orders/manifest.yaml",
            "canary/argocd/_project.yaml",
            "canary/argocd/assistant.yaml",
            "canary/argocd/orders.yaml"
        ]
    );
}

#[test]
fn what_is_no_longer_rendered_leaves_the_folder_and_the_rest_stays() {
    let fleet = Fleet::small();
    fleet.done(&["render", "--environment", "dev", "--into", "out"]);
    for path in [
        "out/dev/notes.txt",
        "out/dev/apps/orders/theirs.txt",
        "out/staging/apps/old/manifest.yaml",
    ] {
        fleet.put(path, "theirs\n");
    }
    fleet.remove("agents/assistant");
    let answer = fleet.done(&["render", "--environment", "dev", "--into", "out"]);
    let folder = &answer.result()["folder"];
    assert_eq!(
        folder["removed"],
        json!(["dev/apps/assistant/manifest.yaml", "dev/argocd/assistant.yaml"])
    );
    assert_eq!(
        folder["written"],
        json!(["dev/apps/orders/manifest.yaml"]),
        "orders lost its caller"
    );
    let paths: Vec<String> = files(&fleet, "out").into_keys().collect();
    assert_eq!(
        paths,
        [
            "dev/apps/_environment/manifest.yaml",
            "dev/apps/orders/manifest.yaml",
            "dev/apps/orders/theirs.txt",
            "dev/argocd/_project.yaml",
            "dev/argocd/orders.yaml",
            "dev/notes.txt",
            "staging/apps/old/manifest.yaml"
        ]
    );
}

#[test]
fn one_agent_leaves_the_folder_of_the_others() {
    let fleet = Fleet::small();
    fleet.done(&["render", "--environment", "dev", "--into", "out"]);
    let before = files(&fleet, "out");
    fleet.append("agents/orders/agent.yaml", "values: { replicas: 3 }\n");
    let answer = fleet.done(&["render", "--environment", "dev", "--agent", "orders", "--into", "out"]);
    assert_eq!(
        answer.result()["folder"]["written"],
        json!(["dev/apps/orders/manifest.yaml"])
    );
    let after = files(&fleet, "out");
    assert_eq!(after.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
}

#[test]
fn a_file_that_stays_as_it_is_is_not_written() {
    let fleet = Fleet::small();
    fleet.done(&["render", "--into", "out"]);
    let path = fleet.repository.path("out/dev/apps/orders/manifest.yaml");
    let time = fs::metadata(&path).unwrap().modified().unwrap();
    let answer = fleet.done(&["render", "--into", "out"]);
    assert_eq!(
        (
            &answer.result()["folder"]["written"],
            &answer.result()["folder"]["removed"]
        ),
        (&json!([]), &json!([]))
    );
    assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), time);
}

#[test]
fn check_passes_on_what_was_just_rendered() {
    let fleet = Fleet::small();
    fleet.done(&["render", "--into", "out"]);
    fleet.done(&["render", "--into", "out", "--check"]);
}

#[test]
fn check_names_what_differs_and_writes_nothing() {
    let fleet = Fleet::small();
    fleet.done(&["render", "--environment", "dev", "--into", "out"]);
    fleet
        .remove("out/dev/argocd/orders.yaml")
        .append("out/dev/apps/orders/manifest.yaml", "# theirs\n")
        .put("out/dev/apps/old/manifest.yaml", "{}\n");
    fleet.refused(
        &["render", "--environment", "dev", "--into", "out", "--check"],
        expect![[r#"
            exit 1
            error[stale-render] -
              `<folder>/out/dev/apps/orders/manifest.yaml` differs from what the files render to
              help: render it again: `cargo xtask render --into <folder>/out --environment dev`
            error[stale-render] -
              `<folder>/out/dev/argocd/orders.yaml` differs from what the files render to
              help: render it again: `cargo xtask render --into <folder>/out --environment dev`
            error[stale-render] -
              `<folder>/out/dev/apps/old/manifest.yaml` is nothing that the files render to
              help: render it again: `cargo xtask render --into <folder>/out --environment dev`
        "#]],
    );
}

#[test]
fn check_without_a_folder_is_usage() {
    let answer = Fleet::small().run(&["render", "--check"]);
    assert_eq!(answer.exit, 2);
    assert!(answer.stderr.contains("--into"), "{}", answer.stderr);
}

#[test]
fn a_blueprint_takes_over_what_it_extends() {
    let fleet = Fleet::small();
    fleet
        .put(
            "templates/slim/blueprint.yaml",
            "description: Without prompts.\nextends: agent-service\n",
        )
        .put("templates/slim/values.yaml", "replicas: 7\n")
        .put("templates/slim/service.yaml.tera", "")
        .edit(
            "agents/orders/agent.yaml",
            "blueprint: agent-service",
            "blueprint: slim",
        );
    let answer = fleet.done(&["render", "--environment", "dev", "--agent", "orders"]);
    let kinds: Vec<&Value> = answer.result()["units"][0]["objects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|object| &object["kind"])
        .collect();
    assert_eq!(kinds, ["Deployment", "PodDisruptionBudget", "Application"]);
    assert_eq!(workload(&fleet, "dev", "orders", &[])["spec"]["replicas"], 7);
}

/// A Rollout that divides requests itself leaves none to another environment, which the route must not keep to itself.
#[test]
fn a_rollout_that_divides_requests_refuses_another_environment_beside_it() {
    let routed = "render --environment dev --agent agent-infer --set routing.host=a.example.com --set routing.gateway=edge \
                  --set routing.beside.suffix=-next --set routing.beside.weight=10";
    for provider in ["gateway-api", "istio"] {
        for (strategy, is_refused) in [("canary", true), ("blue-green-canary", true), ("rolling", false)] {
            let bench = crate::workbench::Workbench::of_repository();
            let line = format!("{routed} --set routing.provider={provider} --set rollout.strategy={strategy}");
            let report = bench.run(&line).unwrap();
            let told = report
                .findings
                .iter()
                .any(|finding| finding.message.contains("`values.routing.beside`"));
            assert_eq!(told, is_refused, "{provider} {strategy}: {:?}", report.findings);
        }
    }
}

/// Somebody may have put the link there to have files of theirs overwritten.
#[test]
fn nothing_is_written_through_a_link() {
    for link in ["out/dev", "out/dev/apps", "out/dev/apps/orders", "out/dev/argocd"] {
        let fleet = Fleet::small();
        let (path, victim) = (fleet.repository.path(link), fleet.repository.path("victim"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::create_dir(&victim).unwrap();
        std::os::unix::fs::symlink(&victim, &path).unwrap();
        for more in [&[][..], &["--check"], &["-a", "orders"]] {
            let answer = fleet.run(&[&["render", "-e", "dev", "--into", "out"], more].concat());
            assert_eq!(answer.exit, 4, "{}", answer.text());
            let told = format!("{link}` is a link, through which manifests would be written elsewhere");
            assert!(answer.text().contains(&told), "{}", answer.text());
        }
        assert_eq!(fs::read_dir(&victim).unwrap().count(), 0);
    }
}

#[test]
fn what_else_would_be_applied_of_a_rendered_unit_is_no_part_of_the_folder() {
    let fleet = Fleet::small();
    let into = [
        "render",
        "--environment",
        "dev",
        "--agent",
        "orders",
        "--set",
        "env.LEVEL=it's",
        "--into",
        "my out",
    ];
    fleet.done(&into);
    for path in [
        "orders/extra.yaml",
        "orders/more/extra.json",
        "orders/notes.txt",
        "theirs/manifest.yaml",
    ] {
        fleet.put(&format!("my out/dev/apps/{path}"), "{}\n");
    }
    fleet.refused(&[&into[..], &["--check"]].concat(), expect![[r#"
        exit 1
        error[stale-render] -
          `<folder>/my out/dev/apps/orders/extra.yaml` is nothing that the files render to
          help: render it again: `cargo xtask render --into '<folder>/my out' --environment dev --agent orders --set 'env.LEVEL=it'\''s'`
        error[stale-render] -
          `<folder>/my out/dev/apps/orders/more/extra.json` is nothing that the files render to
          help: render it again: `cargo xtask render --into '<folder>/my out' --environment dev --agent orders --set 'env.LEVEL=it'\''s'`
    "#]]);
    let answer = fleet.done(&into);
    assert_eq!(
        answer.result()["folder"]["removed"],
        json!(["dev/apps/orders/extra.yaml", "dev/apps/orders/more/extra.json"])
    );
    fleet.done(&[&into[..], &["--check"]].concat());
    for path in ["orders/notes.txt", "theirs/manifest.yaml"] {
        assert!(
            fleet.repository.path(&format!("my out/dev/apps/{path}")).exists(),
            "{path}"
        );
    }
}
