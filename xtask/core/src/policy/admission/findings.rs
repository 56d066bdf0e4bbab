//! What can be wrong with policies themselves.

use super::compile::{Policy, Wrong};
use crate::model::{Finding, Rule};

/// The rules about policy files, by id.
pub const RULES: &[Rule] = &[
    Rule::new(
        "broken-policy",
        "a policy that cannot be read or compiled guards nothing, and on a cluster refuses everything or lets everything in",
        "mend the file at the place that is shown",
    ),
    Rule::new(
        "duplicate-policy",
        "two policies have the same name, and a cluster keeps the last one",
        "rename one of them",
    ),
    Rule::new(
        "idle-policy",
        "a policy met no object in a whole run: what it is about may be misspelt, and then it guards nothing",
        "compare `resourceRules` and selectors with what is rendered; annotate `lockstep.dev/idle: allowed` where it waits for a kind that the fleet does not have yet",
    ),
    Rule::new(
        "missing-params",
        "a binding takes its parameters from an object that is not there, so everything would be denied",
        "write the object below `policies/`, or set `parameterNotFoundAction: Allow`",
    ),
    Rule::new(
        "policy-not-evaluable",
        "what only a cluster knows (its authorizer, who makes the request) cannot be judged here, so a pass would be a guess",
        "let the cluster judge it, and keep it apart from what can be judged here",
    ),
    Rule::new(
        "unbound-policy",
        "a policy without a binding does nothing, here and on a cluster",
        "write a ValidatingAdmissionPolicyBinding with its `policyName`",
    ),
    Rule::new(
        "unknown-policy",
        "a binding names a policy that does not exist",
        "name one that does",
    ),
    Rule::new(
        "unknown-policy-kind",
        "nothing here evaluates a policy of this kind, so a pass would say nothing",
        "write it as a ValidatingAdmissionPolicy, or keep it out of `policies/admission/`",
    ),
    Rule::new(
        "unknown-policy-resource",
        "a policy is about a resource that does not exist, so it guards nothing",
        "correct group or resource; resources are plural and lower case, such as `deployments`",
    ),
];

pub(super) fn idle(policy: &Policy) -> Finding {
    let (file, line, column) = &policy.place;
    Finding::warning("idle-policy", format!("policy `{}` met no object", policy.name))
        .at(file, *line, *column)
        .help("compare its `matchConstraints` and its bindings with what is rendered")
}

/// A finding for an expression that cannot be compiled.
pub(super) fn uncompilable(policy: &str, wrong: &Wrong, (file, line, column): (&str, usize, usize)) -> Finding {
    let error = &wrong.error;
    let message = format!(
        "policy `{policy}`: {}, at {}:{} of the expression",
        error.message, error.line, error.column
    );
    let finding = Finding::error("broken-policy", message).at(file, line, column);
    match &error.help {
        Some(help) => finding.help(help.clone()),
        None => finding,
    }
}

pub(super) fn unbound(policy: &Policy) -> Finding {
    let (file, line, column) = &policy.place;
    Finding::error("unbound-policy", format!("policy `{}` has no binding", policy.name))
        .at(file, *line, *column)
        .help("write a ValidatingAdmissionPolicyBinding that names it")
}

pub(super) fn unknowable(policy: &Policy) -> Option<Finding> {
    if policy.unknowable.is_empty() {
        return None;
    }
    let (file, line, column) = &policy.place;
    let message = format!(
        "policy `{}` asks what only a cluster knows, so it is not judged: {}",
        policy.name,
        policy.unknowable.join(", ")
    );
    let finding = Finding::warning("policy-not-evaluable", message).at(file, *line, *column);
    Some(finding.help("the cluster judges it; nothing here says that it holds"))
}
