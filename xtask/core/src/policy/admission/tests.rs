//! What a policy of a few lines says of an object, and what loading says of the policy.

mod filled;
mod refused;

use expect_test::{Expect, expect};

use super::{Policies, Request, Resources};
use crate::model::{FileTree, Severity};
use crate::yaml;

const DEPLOYMENT: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: agent, namespace: shop}
spec: {replicas: 2}
";

const ROLE: &str = "
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: agent}
";

/// A policy `t` about everything with this much of its `spec`, its binding with this much of its own.
fn policy(spec: &str, binding: &str) -> String {
    let spec = spec.trim_end().replace('\n', "\n  ");
    let binding = binding.trim_end().replace('\n', "\n  ");
    format!(
        "apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {{name: t}}
spec:
  matchConstraints:
    resourceRules: [{{apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*']}}]{spec}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {{name: tb}}
spec:
  policyName: t
  validationActions: [Deny]{binding}
"
    )
}

fn check(text: &str, object: &str, expected: Expect) {
    expected.assert_eq(&judged(text, object));
}

/// What loading finds, then what judging the object finds.
fn judged(text: &str, object: &str) -> String {
    judged_with(text, object, &[])
}

fn judged_with(text: &str, object: &str, files: &[(&str, &str)]) -> String {
    let mut tree = FileTree::default();
    for (path, text) in files {
        tree.insert(*path, text.as_bytes().to_vec());
    }
    tree.insert("policies/admission/t.yaml", text.as_bytes().to_vec());
    let (policies, findings) = Policies::read(&tree, Resources::of_tree(&tree));
    let mut shown = String::new();
    for finding in findings {
        let line = finding.location.as_ref().map_or(0, |location| location.line);
        shown += &format!("{}: {} {}\n", line, finding.rule, finding.message);
    }
    let object = yaml::read_value(object).unwrap();
    let request = Request {
        object: &object,
        old: None,
        namespace: None,
    };
    for problem in policies.judge(&request, &policies.tally()) {
        let word = match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        shown += &format!("{word} {}: {}\n", problem.rule, problem.message);
    }
    shown
}

#[test]
fn what_asks_the_authorizer_is_not_evaluable() {
    for expression in [
        "authorizer.group('apps').resource('deployments').check('create').allowed()",
        "authorizer.requestResource.check('approve').allowed()",
        "authorizer.path('/healthz').check('get').reason() == ''",
        "authorizer.serviceAccount('shop', 'agent').group('').resource('pods').subresource('exec').check('create').errored()",
    ] {
        let text = policy(&format!("\nvalidations:\n- expression: \"{expression}\""), "");
        check(
            &text,
            DEPLOYMENT,
            expect![[r#"
                3: policy-not-evaluable policy `t` asks what only a cluster knows, so it is not judged: validation 1
            "#]],
        );
    }
}

#[test]
fn neither_messages_nor_annotations_may_ask_the_authorizer() {
    let asks = "authorizer.path('/a').check('get').reason()";
    let message = format!("\nvalidations:\n- expression: object.spec.replicas > 1\n  messageExpression: \"{asks}\"");
    check(
        &policy(&message, ""),
        DEPLOYMENT,
        expect![[r#"
        9: broken-policy policy `t`: there is no variable `authorizer`, at 1:1 of the expression
    "#]],
    );
    let annotation = format!("\nauditAnnotations:\n- {{key: a, valueExpression: \"{asks}\"}}");
    check(
        &policy(&annotation, ""),
        DEPLOYMENT,
        expect![[r#"
        8: broken-policy policy `t`: there is no variable `authorizer`, at 1:1 of the expression
    "#]],
    );
}

#[test]
fn a_policy_that_meets_nothing_is_named() {
    let idle = |expression: &str| {
        let text = policy(&format!("\nvalidations:\n- expression: {expression}"), "");
        let mut tree = FileTree::default();
        tree.insert("policies/admission/t.yaml", text.as_bytes().to_vec());
        let (policies, _) = Policies::read(&tree, Resources::of_tree(&tree));
        policies.idle(&policies.tally())
    };
    // that is said already
    assert_eq!(idle("request.userInfo.username == 'a'"), []);
    let idle = idle("object.spec.replicas > 1");
    let said = idle.iter().map(|finding| {
        format!(
            "{}: {}\n{}",
            finding.rule,
            finding.message,
            finding.help.as_deref().unwrap()
        )
    });
    expect![[r#"
        idle-policy: policy `t` met no object
        compare its `matchConstraints` and its bindings with what is rendered; where it waits for a kind that the fleet does not have yet, annotate it `lockstep.dev/idle: allowed`"#]].assert_eq(&said.collect::<String>());
}

#[test]
fn who_asks_and_how_is_never_guessed() {
    for (spec, who) in [
        (
            "\nvalidations:\n- expression: request['userInfo'].username == 'a'",
            "who makes the request",
        ),
        (
            "\nvariables:\n- {name: r, expression: request}\nvalidations:\n- expression: variables.r.userInfo.username == 'a'",
            "who makes the request",
        ),
        (
            "\nvalidations:\n- expression: request[?'options'].hasValue() || object.spec.replicas > 'a'",
            "the options of the request",
        ),
        (
            "\nmatchConditions:\n- {name: c, expression: \"request['userInfo'].username == 'a'\"}\nvalidations:\n- expression: 'false'",
            "who makes the request",
        ),
    ] {
        let wanted =
            format!("warning policy-not-evaluable: policy `t` is not judged here: only a cluster knows {who}\n");
        assert_eq!(judged(&policy(spec, ""), DEPLOYMENT), wanted, "{spec}");
    }
}

#[test]
fn what_decides_without_the_cluster_decides() {
    let spec = "
validations:
- expression: object.spec.replicas == 2 || request['userInfo'].username == 'a'
- expression: object.spec.replicas == 3 && request['userInfo'].username == 'a'
  message: three are wanted
";
    check(
        &policy(spec, ""),
        DEPLOYMENT,
        expect![[r#"
            error t: three are wanted
        "#]],
    );
}

#[test]
fn options_of_the_request_are_seen_when_the_policy_is_read() {
    check(
        &policy(
            "\nvalidations:\n- expression: request.options.fieldManager == 'argocd'",
            "",
        ),
        DEPLOYMENT,
        expect![[r#"
            3: policy-not-evaluable policy `t` asks what only a cluster knows, so it is not judged: validation 1
        "#]],
    );
}

#[test]
fn what_only_tells_does_not_deny() {
    let spec = "
validations:
- expression: object.spec.replicas < 2
  message: too many
  messageExpression: \"'too many for ' + request.userInfo.username\"
auditAnnotations:
- {key: who, valueExpression: request.userInfo.username}
";
    check(
        &policy(spec, ""),
        DEPLOYMENT,
        expect![[r#"
            error t: too many
        "#]],
    );
}

#[test]
fn a_parameter_of_no_namespace_is_an_error_for_an_object_of_the_cluster() {
    let params = "---
apiVersion: v1
kind: ConfigMap
metadata: {name: limits}
data: {most: '3'}
";
    for (more, expected) in [
        (
            "",
            expect![[r#"
                error t: binding `tb` names no namespace for its parameters, and an object of the cluster has none
            "#]],
        ),
        ("\nfailurePolicy: Ignore", expect![[""]]),
    ] {
        let spec = format!(
            "\nparamKind: {{apiVersion: v1, kind: ConfigMap}}\nvalidations:\n- expression: params.data.most == '3'{more}"
        );
        let binding = "\nparamRef: {name: limits, parameterNotFoundAction: Allow}";
        let text = policy(&spec, binding) + params;
        check(&text, ROLE, expected);
        check(&text, DEPLOYMENT, expect![[""]]);
    }
}

#[test]
fn every_resource_of_kubernetes_is_known() {
    let rules = "
    resourceRules:
    - apiGroups: [admissionregistration.k8s.io, storage.k8s.io, networking.k8s.io, '']
      apiVersions: ['*']
      operations: ['*']
      resources: [mutatingadmissionpolicybindings, csinodes, volumeattributesclasses, servicecidrs, bindings, pods/exec]
    - {apiGroups: [coordination.k8s.io], apiVersions: ['*'], operations: ['*'], resources: [leases]}
    - {apiGroups: [discovery.k8s.io], apiVersions: ['*'], operations: ['*'], resources: [endpointslices]}
    - {apiGroups: [apps], apiVersions: ['*'], operations: ['*'], resources: [deployment]}
";
    let text = policy("\nvalidations:\n- expression: 'true'", "");
    let start = text.find("    resourceRules").unwrap();
    let end = text.find("\n  validations").unwrap();
    let text = format!("{}{}{}", &text[..start], rules.trim_matches('\n'), &text[end..]);
    check(
        &text,
        DEPLOYMENT,
        expect![[r#"
            13: unknown-policy-resource there is no resource `deployment` in the group `apps`
        "#]],
    );
}

#[test]
fn what_a_cluster_does_not_store_is_found_when_the_policy_is_read() {
    let spec = "
variables:
- {name: a, expression: '1'}
- {name: a, expression: '2'}
validations:
- expression: object.metadata.name in ['a', 1] || object.metadata.name in ['a', dyn(1)]
- expression: \"'%s %d'.format(['a', 1]) == 'a 1' || {'a': 1, 'b': 'c'} == {}\"
- expression: 'true'
  message: |
    one
    two
- expression: |
    true ||
    false
";
    check(
        &policy(spec, ""),
        DEPLOYMENT,
        expect![[r#"
            9: broken-policy `spec.variables` has `a` twice
            11: broken-policy policy `t`: `string` stands beside `int`, and a cluster takes only one type, at 1:25 of the expression
            12: broken-policy policy `t`: `int` stands beside `string`, and a cluster takes only one type, at 1:38 of the expression
            15: broken-policy a message is one line, and this one has several
        "#]],
    );
}

#[test]
fn what_the_server_refuses_of_a_policy_is_found_when_it_is_read() {
    let spec = "
matchConditions:
- {name: no name, expression: 'true'}
- {name: twice, expression: 'true'}
- {name: twice, expression: size(object.metadata.name)}
variables:
- {name: a-b, expression: '1'}
- {name: package, expression: '1'}
validations:
- {expression: \"'a' + 'b'\", reason: Nope}
- {expression: \"true ? 1 : 'a'\"}
- {expression: \"object.spec.replicas > 1 ? true : object.spec.paused\"}
";
    let binding = "
validationActions: [Deny, Warn]
paramRef: {name: limits}
matchResources:
  namespaceSelector: {matchExpressions: [{key: a, operator: Exists, values: [b]}, {key: a, operator: NotIn}]}
";
    let text = policy(spec, binding).replace("\n  validationActions: [Deny]", "");
    check(
        &text,
        DEPLOYMENT,
        expect![[r#"
        8: broken-policy `spec.matchConditions[0].name` is `no name`, which is no qualified name
        10: broken-policy `spec.matchConditions` has `twice` twice
        10: broken-policy policy `t`: it is of the type `int`, and only `bool` decides, at 1:1 of the expression
        12: broken-policy no expression can name a variable `a-b`
        13: broken-policy no expression can name a variable `package`
        15: broken-policy policy `t`: it is of the type `string`, and only `bool` decides, at 1:1 of the expression
        15: broken-policy `spec.validations[0].reason` is `Nope`, which is none of `Forbidden`, `Invalid`, `RequestEntityTooLarge`
        16: broken-policy policy `t`: `int` stands beside `string`, and a cluster takes only one type, at 1:12 of the expression
        24: broken-policy `Deny` and `Warn` exclude each other
        25: broken-policy `spec.paramRef` has no `parameterNotFoundAction`
        27: broken-policy the operator `Exists` takes no `values`
        27: broken-policy the operator `NotIn` needs `values`
    "#]],
    );
}

#[test]
fn a_time_zone_by_name_is_never_guessed() {
    for failure in ["Fail", "Ignore"] {
        let spec = format!(
            "
failurePolicy: {failure}
validations:
- {{expression: \"timestamp('2026-01-01T00:00:00Z').getHours('Europe/Berlin') < 12\"}}"
        );
        let wanted = "warning policy-not-evaluable: policy `t` is not judged here: only a cluster knows the time zone \
                      `Europe/Berlin`\n";
        assert_eq!(judged(&policy(&spec, ""), DEPLOYMENT), wanted, "{failure}");
    }
}
