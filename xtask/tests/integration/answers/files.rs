//! Answers of the commands that make, read and explain files.

use serde_json::json;

use super::{done, fits};
use crate::fleet::Fleet;
use crate::workbench::repository;

const CONFIG_MAP: &str = "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {level: high}}\n";
const DEFINITION: &str = "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Widget, plural: widgets}
  versions:
  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}
";

/// The objects of an agent that moves in.
fn mail() -> String {
    let labels = json!({"app": "mail"});
    let image = format!("registry.example.com/mail@sha256:{}", "5".repeat(64));
    let pod = json!({"metadata": {"labels": labels}, "spec": {"containers": [{"name": "mail", "image": image}]}});
    let spec = json!({"selector": {"matchLabels": labels}, "template": pod});
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "mail"}, "spec": spec}).to_string()
}

#[test]
fn what_is_started_and_moved_in() {
    let fleet = Fleet::small();
    done(&fleet, "new agent hello --owner platform --contact #hello --dry-run");
    done(&fleet, "new agent hello --owner platform --contact #hello");
    done(&fleet, "new environment preview --after dev");
    done(&fleet, "new pipeline --ci gitlab");
    fleet.put("widget.yaml", DEFINITION);
    done(&fleet, "schemas import widget.yaml");
    fleet.put("mail.yaml", &mail());
    done(
        &fleet,
        "import manifests mail --owner platform --contact #mail --from dev=mail.yaml",
    );
    done(&fleet, "branch feature/orders");
    let image = format!("registry.example.com/orders@sha256:{}", "7".repeat(64));
    done(&fleet, &format!("candidate orders --image {image}"));
}

#[test]
fn what_is_rendered_judged_and_written() {
    let fleet = Fleet::small();
    done(&fleet, "render --agent orders");
    done(&fleet, "render --into out");
    done(&fleet, "validate");
    done(&fleet, "validate --mutate");
    fleet.put("settings.yaml", CONFIG_MAP);
    done(&fleet, "validate --path settings.yaml");
    done(&fleet, "policy");
    done(&fleet, "policy list");
    done(&fleet, "policy list --coverage");
    done(&fleet, "policy explain fixed-replicas");
    // without a policy there is nothing to test
    fits(&fleet, 1, &["policy", "test", "--mutate"]);
    done(&fleet, "generate");
    done(&fleet, "generate --check");
    done(&fleet, "man pages");
    assert!(fleet.repository.path("pages/cargo-xtask.1").is_file());
    done(&fleet, "completions fish");
    let looked = fleet.run(&["doctor"]);
    fits(&fleet, looked.exit, &["doctor"]);
    // a build without Sigstore says so
    fits(&fleet, 2, &["conformance", "nowhere"]);
}

#[test]
fn what_is_explained() {
    let fleet = Fleet::small();
    done(&fleet, "explain rule missing-owner");
    done(&fleet, "explain field agent.candidate.model");
    done(&fleet, "explain command new agent");
    done(&fleet, "explain values orders -e dev");
}

#[test]
fn cases_that_come_in_and_go_out() {
    let fleet = super::fleet();
    done(&fleet, "evaluate assistant --draft --prompt greet");
    let exported = done(&fleet, "evaluate assistant --export greet");
    fleet.put("promptfoo.json", &exported.result()["configuration"].to_string());
    done(&fleet, "evaluate assistant --import promptfoo.json --prompt greet");
    fleet.put("sample.json", &json!({"userInput": "Where is it?"}).to_string());
    done(&fleet, "retro add sample.json --agent assistant --prompt greet");
    done(&fleet, "retro add sample.json --agent assistant --prompt greet");
    fleet.put(
        "suites/one.yaml",
        "- name: plain\n  template: Hello\n  tests:\n  - { desc: as it is, expect: { messages: [{ role: user, content: [{ text: Hello }] }] } }\n",
    );
    done(&fleet, "prompts conformance suites");
}

#[test]
fn what_is_measured() {
    let scratch = tempfile::tempdir().unwrap();
    let scratch = scratch.path().to_str().unwrap();
    for more in [&[][..], &["--signatures"]] {
        let measure = ["bench", "--agents", "1", "--runs", "1", "--scratch", scratch];
        super::fits_in(repository(), 0, &[&measure[..], more].concat());
    }
}
