//! What earlier runs remember is a short cut and never an answer: with it and without it, the branches are the same.

use crate::fleet::Fleet;

const ENVIRONMENTS: [&str; 4] = ["dev", "staging", "canary", "production"];

/// What is known of the one model that the fleet asks.
const MODELS: &str = "\
models:
  - provider: anthropic
    name: claude
    contextTokens: 10
    maxOutputTokens: 8000
";

/// Warns of every network policy, which environments have of their own and agents have not.
const POLICY: &str = "\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: owned-network }
spec:
  matchConstraints:
    resourceRules:
      - { apiGroups: [networking.k8s.io], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [networkpolicies] }
  validations:
    - { expression: \"has(object.metadata.annotations)\", message: nobody answers for it }
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: owned-network }
spec:
  policyName: owned-network
  validationActions: [Warn]
";

/// Edits one after the other, each as a person might make it.
const EDITS: [(&str, fn(&Fleet)); 22] = [
    ("one value of one agent", |fleet| {
        fleet.put("environments/dev/values/assistant.yaml", "values:\n  replicas: 7\n");
    }),
    ("one value of what another agent depends on", |fleet| {
        fleet.put("environments/staging/values/orders.yaml", "values:\n  replicas: 4\n");
    }),
    ("a prompt of the candidate", |fleet| {
        fleet.put(
            "agents/assistant/prompts/greet/1.1.0.prompt",
            "Greet the customer by name.\n",
        );
        fleet.edit("agents/assistant/agent.yaml", "greet: 1.0.0", "greet: 1.1.0");
    }),
    ("a prompt that is warned of", |fleet| {
        fleet.put(
            "agents/assistant/prompts/greet/1.2.0.prompt",
            "---\ninput:\n  schema:\n    customer: string\n---\nGreet the customer by name.\n",
        );
        fleet.edit("agents/assistant/agent.yaml", "greet: 1.1.0", "greet: 1.2.0");
    }),
    ("a value of an agent that nobody is warned of", |fleet| {
        fleet.put("environments/dev/values/orders.yaml", "values:\n  replicas: 5\n");
    }),
    ("a model that takes less than is asked of it", |fleet| {
        fleet.put("environments/models.yaml", MODELS);
    }),
    ("a model that takes more", |fleet| {
        fleet.edit("environments/models.yaml", "contextTokens: 10", "contextTokens: 200000");
    }),
    ("a policy that warns of what environments have of their own", |fleet| {
        fleet.put("policies/admission/owned-network.yaml", POLICY);
    }),
    ("a value beside that", |fleet| {
        fleet.put("environments/dev/values/orders.yaml", "values:\n  replicas: 6\n");
    }),
    ("a folder that the fleet does not list", |fleet| {
        fleet.put("environments/attic/notes.yaml", "{}\n");
    }),
    ("an agent that is warned of as well", |fleet| {
        fleet.put(
            "agents/assistant/prompts/greet/1.3.0.prompt",
            "---\ninput:\n  schema:\n    name: string\n---\nGreet the customer by name.\n",
        );
        fleet.edit("agents/assistant/agent.yaml", "greet: 1.2.0", "greet: 1.3.0");
    }),
    ("one environment that is warned of no more", |fleet| {
        fleet.edit(
            "templates/environment/network.yaml.tera",
            "metadata:\n",
            "metadata:\n{% if environment.name == \"dev\" %}  annotations: { owner: platform }\n{% endif %}",
        );
    }),
    ("a value of an agent in another one", |fleet| {
        fleet.put("environments/staging/values/orders.yaml", "values:\n  replicas: 5\n");
    }),
    ("a folder that is gone again", |fleet| {
        fleet.remove("environments/attic");
    }),
    ("a version of a cluster", |fleet| {
        fleet.edit("environments/dev/environment.yaml", "'1.33'", "'1.34'");
    }),
    ("a value of every agent", |fleet| {
        fleet.append(
            "environments/production/environment.yaml",
            "values:\n  logLevel: ERROR\n",
        );
    }),
    ("a file that nobody reads", |fleet| {
        fleet.put("notes.txt", "Buy milk.\n");
    }),
    ("a template", |fleet| {
        fleet.append("templates/argocd/application.yaml.tera", "# the same\n");
    }),
    ("an agent that nobody depends on any more", |fleet| {
        fleet.edit(
            "agents/assistant/agent.yaml",
            "agent: orders",
            "health: http://orders.example.com/health",
        );
    }),
    ("a stray file", |fleet| {
        fleet.put("environments/dev/odd.txt", "?\n");
    }),
    ("an agent that leaves an environment", |fleet| {
        fleet.remove("environments/canary/releases/assistant.yaml");
    }),
    ("a release that brings a blueprint", |fleet| {
        fleet.append("templates/agent-service/workload.yaml.tera", "# changed\n");
        fleet.promote("assistant", "staging", "v2.0.0-rc1");
    }),
];

#[test]
fn with_it_and_without_it_the_branches_and_the_answers_are_the_same() {
    let (with, without) = (Fleet::promoted(), Fleet::promoted());
    let release = |fleet: &Fleet, more: &[&str]| {
        let mut arguments = vec!["release"];
        arguments.extend(ENVIRONMENTS);
        arguments.extend(more);
        let answer = fleet.run(&arguments);
        (ENVIRONMENTS.map(|name| answer.changes(name)), answer.text())
    };
    assert_eq!(release(&with, &[]), release(&without, &["--no-cache"]));
    for (what, edit) in EDITS {
        for fleet in [&with, &without] {
            edit(fleet);
            fleet.commit(what);
        }
        assert_eq!(release(&with, &[]), release(&without, &["--no-cache"]), "{what}");
        for name in ENVIRONMENTS {
            let branch = format!("environment/{name}");
            assert_eq!(with.contents(&branch), without.contents(&branch), "{name} after {what}");
        }
    }
    assert!(with.folder().join(".git/lockstep/units").exists());
}

#[test]
fn a_unit_that_somebody_changed_on_the_branch_is_written_again() {
    let fleet = Fleet::promoted();
    fleet.release(&["dev"]);
    let path = "apps/orders/manifest.yaml";
    let ours = fleet.file("environment/dev", path);
    fleet.meddle("environment/dev", path, "kind: Nothing\n");
    fleet.release(&["dev"]);
    assert_eq!(fleet.file("environment/dev", path), ours);
}

#[test]
fn a_blueprint_that_comes_with_one_agent_makes_no_other_forgotten() {
    let fleet = Fleet::promoted();
    fleet.append("templates/agent-service/workload.yaml.tera", "# changed\n");
    fleet.commit("Other templates");
    fleet.release(&["staging"]);
    let of = |agent: &str| {
        let text = remembered(&fleet, "units");
        let line = text
            .lines()
            .find(|line| line.starts_with(&format!("unit staging {agent} ")));
        line.unwrap().to_owned()
    };
    let (assistant, orders) = (of("assistant"), of("orders"));
    fleet.promote("assistant", "staging", "v2.0.0-rc1");
    fleet.commit("One of them by the new templates");
    fleet.release(&["staging"]);
    assert_ne!(of("assistant"), assistant);
    assert_eq!(of("orders"), orders);
}

#[test]
fn a_memory_that_is_broken_is_none() {
    let fleet = Fleet::promoted();
    fleet.release(&["dev"]);
    let file = fleet.folder().join(".git/lockstep/units");
    let text = std::fs::read_to_string(&file).unwrap();
    for broken in [&text[..text.len() / 2], "lockstep cache 99\n", "\u{0}", ""] {
        std::fs::write(&file, broken).unwrap();
        assert_eq!(
            fleet.release(&["dev"]).changes("dev"),
            ["_environment unchanged", "assistant unchanged", "orders unchanged"]
        );
    }
}

#[test]
fn an_object_that_another_agent_has_already_is_noticed_though_that_agent_is_not_read() {
    let fleet = Fleet::promoted();
    fleet.release(&["dev"]);
    fleet.put(
        "templates/agent-service/twin.yaml.tera",
        "{% if agent.name == \"assistant\" %}\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: twin\n  namespace: {{ \
         environment.namespace | quote }}\n{% endif %}\n",
    );
    fleet.commit("One of them");
    fleet.release(&["dev"]);
    fleet.edit(
        "templates/agent-service/twin.yaml.tera",
        "agent.name == \"assistant\"",
        "agent.name",
    );
    fleet.commit("Both of them");
    assert_eq!(fleet.run(&["release", "dev"]).rules(), ["shared-object"]);
}

/// What stands in the git folder below `lockstep/`.
fn remembered(fleet: &Fleet, file: &str) -> String {
    std::fs::read_to_string(fleet.folder().join(".git/lockstep").join(file)).unwrap()
}

#[test]
fn what_units_must_agree_on_is_judged_by_what_the_last_run_knew_of_the_others() {
    let fleet = Fleet::promoted();
    fleet.put(
        "templates/environment/quota.yaml.tera",
        "apiVersion: v1\nkind: ResourceQuota\nmetadata:\n  name: pods\n  namespace: {{ environment.namespace | quote }}\nspec:\n  \
         hard:\n    pods: {{ environment.quota.pods | quote }}\n",
    );
    fleet.append(
        "environments/dev/environment.yaml",
        "quota: { requestsCpu: \"60\", requestsMemory: 60Gi, limitsCpu: \"60\", limitsMemory: 60Gi, pods: 60 }\n",
    );
    fleet.commit("At most sixty pods");
    fleet.release(&["dev"]);
    let (units, facts) = (remembered(&fleet, "units"), remembered(&fleet, "facts/dev"));
    fleet.put("environments/dev/values/assistant.yaml", "values:\n  replicas: 4\n");
    fleet.commit("A few more pods");
    fleet.release(&["dev"]);
    assert_ne!(
        remembered(&fleet, "units"),
        units,
        "the next run begins where this one ended"
    );
    assert_ne!(remembered(&fleet, "facts/dev"), facts);
    fleet.put("environments/dev/values/assistant.yaml", "values:\n  replicas: 90\n");
    fleet.commit("Too many");
    assert_eq!(fleet.run(&["release", "dev"]).rules(), ["exceeded-quota"]);
    assert_eq!(fleet.run(&["release", "dev", "--no-cache"]).rules(), ["exceeded-quota"]);
}

#[test]
fn facts_that_are_lost_cost_time_and_nothing_else() {
    let fleet = Fleet::promoted();
    fleet.release(&["dev"]);
    let file = fleet.folder().join(".git/lockstep/facts/dev");
    for (replicas, broken) in [(7, None), (8, Some("{")), (9, Some("{}"))] {
        match broken {
            Some(text) => std::fs::write(&file, text).unwrap(),
            None => std::fs::remove_file(&file).unwrap(),
        }
        let values = format!("values:\n  replicas: {replicas}\n");
        fleet.put("environments/dev/values/assistant.yaml", &values);
        fleet.commit("More pods");
        assert_eq!(
            fleet.release(&["dev"]).changes("dev"),
            ["_environment unchanged", "assistant changed", "orders unchanged"]
        );
        assert!(std::fs::read_to_string(&file).unwrap().contains("\"orders\""));
    }
}

#[test]
fn whoever_is_warned_of_one_agent_judges_no_other_again() {
    let fleet = Fleet::small();
    fleet.put(
        "agents/assistant/prompts/greet/1.0.0.prompt",
        "---\ninput:\n  schema:\n    customer: string\n---\nGreet the customer by name.\n",
    );
    fleet.commit("An input that no text asks for");
    let warned = ["unused-variable"];
    assert_eq!(fleet.run(&["release", "dev"]).rules(), warned);
    let keys = || -> Vec<String> {
        let text = remembered(&fleet, "units");
        let units = text.lines().filter(|line| line.starts_with("unit dev"));
        units.map(|line| line.split(' ').nth(3).unwrap().to_owned()).collect()
    };
    let [assistant, orders] = &keys()[..] else {
        panic!("there are two");
    };
    assert_eq!(assistant, "-");
    assert_ne!(orders, "-");
    let answer = fleet.run(&["release", "dev"]);
    assert_eq!(answer.rules(), warned);
    assert_eq!(keys(), [assistant.clone(), orders.clone()]);
    fleet.put(
        "agents/assistant/prompts/greet/1.0.1.prompt",
        "---\ninput:\n  schema:\n    customer: string\n---\nGreet {{customer}} by name.\n",
    );
    fleet.remove("agents/assistant/prompts/greet/1.0.0.prompt");
    fleet.edit("agents/assistant/agent.yaml", "greet: 1.0.0", "greet: 1.0.1");
    fleet.commit("A text that asks for it");
    assert_eq!(fleet.run(&["release", "dev"]).rules(), [""; 0]);
    assert_ne!(keys()[0], "-");
}

#[test]
fn a_warning_of_no_agent_costs_no_agent_its_judging() {
    let fleet = Fleet::small();
    fleet.edit(
        "agents/assistant/agent.yaml",
        "agent: orders",
        "health: http://orders.example.com/health",
    );
    fleet.put("policies/admission/owned-network.yaml", POLICY);
    fleet.put("environments/attic/notes.yaml", "{}\n");
    let prompt = "agents/assistant/prompts/greet/1.0.0.prompt";
    fleet.commit("A policy, and a folder that the fleet does not list");
    let release = |environments: &[&str]| {
        let answer = fleet.release(environments);
        let rules = answer.rules().into_iter().map(str::to_owned).collect::<Vec<_>>();
        (rules.join(" "), answer.changes("dev").join(", "))
    };
    let first = release(&["dev"]);
    assert_eq!(first.0, "unlisted-environment stray-file owned-network");
    fleet.put("environments/dev/values/orders.yaml", "values:\n  replicas: 5\n");
    fleet.commit("One more");
    // whoever reads the other agent fails
    let git = &fleet.repository.git;
    let tree = git.head().unwrap().peel_to_tree().unwrap();
    let blob = tree.get_path(std::path::Path::new(prompt)).unwrap().id().to_string();
    let object = fleet.folder().join(".git/objects").join(&blob[..2]).join(&blob[2..]);
    std::fs::remove_file(object).unwrap();
    let changed = "_environment unchanged, assistant unchanged, orders changed";
    assert_eq!(release(&["dev"]), (first.0.clone(), changed.to_owned()));
    let unchanged = "_environment unchanged, assistant unchanged, orders unchanged";
    assert_eq!(release(&["dev"]), (first.0, unchanged.to_owned()));
    assert_ne!(fleet.run(&["release", "dev", "--no-cache"]).exit, 0);
}

#[test]
fn a_warning_between_units_is_told_again_and_costs_no_agent_its_judging() {
    let fleet = Fleet::small();
    fleet.edit(
        "agents/assistant/agent.yaml",
        "agent: orders",
        "health: http://orders.example.com/health",
    );
    fleet.put(
        "templates/environment/quota.yaml.tera",
        "apiVersion: v1\nkind: ResourceQuota\nmetadata:\n  name: pods\n  namespace: {{ environment.namespace | quote }}\nspec:\n  \
         hard:\n    pods: {{ environment.quota.pods | quote }}\n",
    );
    fleet.append(
        "environments/dev/environment.yaml",
        "quota: { requestsCpu: \"60\", requestsMemory: 60Gi, limitsCpu: \"60\", limitsMemory: 60Gi, pods: 14 }\n",
    );
    let prompt = "agents/assistant/prompts/greet/1.0.0.prompt";
    fleet.commit("Fewer pods than a rollout takes");
    let release = || {
        let answer = fleet.release(&["dev"]);
        let told: Vec<String> = answer.findings().iter().map(ToString::to_string).collect();
        assert_eq!(answer.rules(), ["exceeded-quota"], "{}", answer.text());
        (told, answer.changes("dev").join(", "))
    };
    let first = release();
    // whoever reads the other agent fails
    let git = &fleet.repository.git;
    let tree = git.head().unwrap().peel_to_tree().unwrap();
    let blob = tree.get_path(std::path::Path::new(prompt)).unwrap().id().to_string();
    let object = fleet.folder().join(".git/objects").join(&blob[..2]).join(&blob[2..]);
    let kept = std::fs::read(&object).unwrap();
    std::fs::remove_file(&object).unwrap();
    fleet.edit("agents/orders/agent.yaml", "Keeps orders.", "Keeps all orders.");
    fleet.commit("Say more");
    let second = release();
    assert_eq!(second.0, first.0);
    assert_eq!(release().0, first.0);
    assert_ne!(fleet.run(&["release", "dev", "--no-cache"]).exit, 0);
    // a run of one agent tells what the environment has of its own, and makes nothing forgotten
    assert_eq!(fleet.release(&["dev", "--agent", "orders"]).rules(), ["exceeded-quota"]);
    assert_eq!(release().0, first.0);
    // other facts are judged anew, by a run that reads everything
    std::fs::write(&object, kept).unwrap();
    fleet.put("environments/dev/values/orders.yaml", "values: { replicas: 2 }\n");
    fleet.commit("Fewer of them");
    assert_eq!(fleet.release(&["dev"]).rules(), [""; 0]);
    assert_eq!(fleet.release(&["dev"]).rules(), [""; 0]);
}
