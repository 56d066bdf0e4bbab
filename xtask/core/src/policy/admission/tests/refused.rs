//! What a cluster does not take, or keeps one of: policies and bindings that were written for nothing.

use expect_test::expect;

use super::{DEPLOYMENT, ROLE, check, judged, policy};
use crate::model::FileTree;
use crate::policy::admission::{Policies, Resources};

#[test]
fn a_name_that_a_cluster_does_not_know_breaks_a_policy() {
    let spec = "\nvalidations:\n- expression: object.spec.replicas > int(params.data.least)";
    check(
        &policy(spec, ""),
        ROLE,
        expect![[r#"
        8: broken-policy policy `t`: there is no variable `params`, at 1:28 of the expression
    "#]],
    );
    let kind = "\nparamKind: {apiVersion: v1, kind: ConfigMap}";
    let text = policy(&format!("{kind}{spec}"), "");
    assert!(
        !judged(&text, ROLE).contains("broken-policy"),
        "{}",
        judged(&text, ROLE)
    );
}

#[test]
fn what_is_said_is_a_text() {
    let spec = "
validations:
- {expression: 'true', messageExpression: \"1\"}
- {expression: 'true', messageExpression: object.metadata.name}
- {expression: 'true', messageExpression: \"'a' + string(1)\"}
auditAnnotations:
- {key: a, valueExpression: 'null'}
- {key: b, valueExpression: object.spec.replicas > 1}
";
    check(
        &policy(spec, ""),
        DEPLOYMENT,
        expect![[r#"
        8: broken-policy policy `t`: it is of the type `int`, and what it says has to be a `string`, at 1:1 of the expression
        13: broken-policy policy `t`: it is of the type `bool`, and what it says has to be a `string`, at 1:1 of the expression
    "#]],
    );
}

#[test]
fn of_two_policies_or_bindings_of_one_name_both_files_are_named() {
    let text = policy("\nvalidations:\n- expression: object.spec.replicas > 1", "");
    let mut tree = FileTree::default();
    tree.insert("policies/admission/a.yaml", text.as_bytes().to_vec());
    tree.insert(
        "policies/admission/b.yaml",
        text.replace("{name: t}", "{name: u}").into_bytes(),
    );
    tree.insert(
        "policies/admission/c.yaml",
        text.replace("{name: tb}", "{name: ub}").into_bytes(),
    );
    let (policies, findings) = Policies::read(&tree, Resources::of_tree(&tree));
    let shown = findings.iter().map(|finding| {
        let place = finding.location.as_ref().unwrap();
        format!("{}:{}: {} {}\n", place.file, place.line, finding.rule, finding.message)
    });
    expect![[r#"
        policies/admission/b.yaml:3: unbound-policy policy `u` has no binding
        policies/admission/b.yaml:12: duplicate-policy there are two bindings `tb`, in `policies/admission/a.yaml` (line 12) and in `policies/admission/b.yaml`, and a cluster keeps one
        policies/admission/c.yaml:3: duplicate-policy there are two policies `t`, in `policies/admission/a.yaml` (line 3) and in `policies/admission/c.yaml`, and a cluster keeps one
    "#]].assert_eq(&shown.collect::<String>());
    assert_eq!(policies.iter().count(), 2);
}
