//! Who notices what becomes of the policies: taken away, weakened, moved.

use expect_test::expect;

use crate::fleet::Fleet;

const AGAINST_HEAD: &[&str] = &["check", "--base", "HEAD"];
const POLICY: &str = "apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: many-replicas}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: ['*'], resources: [deployments]}]
  validations: [{expression: object.spec.replicas < 100}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: many-replicas}
spec: {policyName: many-replicas, validationActions: [Deny]}
";
const FILE: &str = "policies/admission/many-replicas.yaml";

/// The small fleet with one policy and its examples.
fn guarded() -> Fleet {
    let fleet = Fleet::small();
    fleet.put(FILE, POLICY);
    for (folder, replicas) in [("pass", 3), ("fail", 100)] {
        fleet.put(
            &format!("policies/tests/many-replicas/{folder}/01.yaml"),
            &format!("apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: a}}\nspec: {{replicas: {replicas}}}\n"),
        );
    }
    fleet.commit("Guard the shop");
    fleet
}

#[test]
fn a_policy_that_lets_everything_pass_is_told_by_its_examples() {
    let fleet = guarded();
    for command in [&["check"][..], AGAINST_HEAD, &["policy", "test"]] {
        fleet.done(command);
    }
    fleet.edit(FILE, "replicas < 100", "replicas >= 0");
    for command in [&["check"][..], AGAINST_HEAD, &["policy", "test"]] {
        let answer = fleet.run(command);
        assert_eq!(
            (answer.exit, answer.rules()),
            (1, vec!["failed-policy-test"]),
            "{command:?}"
        );
        assert!(
            answer.text().contains("many-replicas/fail/01.yaml"),
            "{}",
            answer.text()
        );
    }
    // one environment alone says nothing of what guards all
    fleet.done(&["check", "--environment", "dev"]);
    fleet.commit("Let all pass");
    assert_eq!(fleet.done(AGAINST_HEAD).json.get("known"), None);
    fleet.append("templates/agent-service/workload.yaml.tera", "\n");
    assert_eq!(fleet.done(AGAINST_HEAD).json["known"], 1);
    fleet.edit(FILE, "replicas >= 0", "replicas < 100");
    fleet.remove("policies/tests");
    assert_eq!(fleet.run(&["check"]).rules(), ["untested-policy", "untested-policy"]);
}

#[test]
fn where_there_is_no_policy_nothing_passes_in_silence() {
    let fleet = guarded();
    fleet.done(&["policy"]);
    std::fs::rename(fleet.folder().join("policies"), fleet.folder().join("policy")).unwrap();
    for command in [
        &["policy"][..],
        &["policy", "--path", "policy/tests"],
        &["check"],
        AGAINST_HEAD,
    ] {
        let answer = fleet.run(command);
        assert_eq!((answer.exit, answer.rules()), (0, vec!["no-policies"]), "{command:?}");
    }
    fleet.refused(
        &["policy", "test"],
        expect![[r#"
            exit 1
            error[no-policies] -
              there is no policy, so nothing was tested
              help: write policies below `policies/admission/`, or bring back the folder if it was moved or renamed
        "#]],
    );
    // a base without them is not made worse
    fleet.commit("Move the policies");
    fleet.append("templates/agent-service/workload.yaml.tera", "\n");
    assert_eq!(fleet.run(AGAINST_HEAD).rules(), Vec::<&str>::new());
}

#[test]
fn a_link_to_policies_is_not_followed() {
    let fleet = guarded();
    std::fs::rename(fleet.folder().join("policies"), fleet.folder().join("policy")).unwrap();
    std::os::unix::fs::symlink("policy", fleet.folder().join("policies")).unwrap();
    for command in [&["policy"][..], &["policy", "test"], &["check"], AGAINST_HEAD] {
        let answer = fleet.run(command);
        assert_eq!((answer.exit, answer.rules()), (1, vec!["symbolic-link"]), "{command:?}");
    }
}

#[test]
fn a_policy_that_is_followed_less_strictly_is_told() {
    let fleet = guarded();
    fleet.put(
        "policies/admission/few-replicas.yaml",
        &POLICY.replace("many", "few").replace("< 100", "> 0"),
    );
    fleet.commit("Guard it twice");
    let told = || {
        let answer = fleet.run(AGAINST_HEAD);
        let findings = answer.json["findings"].as_array().unwrap().iter();
        let told = findings.filter(|finding| finding["rule"] == "weakened-policy");
        let told = told.map(|finding| format!("{}: {}\n", finding["severity"], finding["message"]));
        told.collect::<String>()
    };
    fleet.edit(FILE, "validationActions: [Deny]", "validationActions: [Deny, Audit]");
    assert_eq!(told(), "");
    fleet.edit(FILE, "validationActions: [Deny, Audit]", "validationActions: [Audit]");
    expect![[r#"
        "warning": "policy `many-replicas` is weaker than in `HEAD`: error became note in dev, staging, canary, production"
    "#]].assert_eq(&told());
    let production = "validationActions: [Deny], matchResources: {namespaceSelector: {matchLabels: {lockstep.dev/tier: production}}}";
    fleet.edit(FILE, "validationActions: [Audit]", production);
    expect![[r#"
        "warning": "policy `many-replicas` is weaker than in `HEAD`: error became nothing in dev, staging, canary"
    "#]]
    .assert_eq(&told());
    fleet.remove(FILE);
    expect![[r#"
        "warning": "policy `many-replicas` of `HEAD` is gone"
    "#]]
    .assert_eq(&told());
    fleet.put(FILE, POLICY);
    assert_eq!(told(), "");
}
