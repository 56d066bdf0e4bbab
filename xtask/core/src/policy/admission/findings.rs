//! What can be wrong with policies themselves.

use super::compile::{Policy, Wrong};
use crate::model::{Finding, Problem};

const CLUSTER_JUDGES: &str = "the cluster judges it; nothing here says that it holds";

pub(super) fn idle(policy: &Policy) -> Finding {
    let (file, line, column) = &policy.place;
    Finding::warning("idle-policy", format!("policy `{}` met no object", policy.name))
        .at(file, *line, *column)
        .help(
            "compare its `matchConstraints` and its bindings with what is rendered; where it waits for a kind that the fleet \
             does not have yet, annotate it `lockstep.dev/idle: allowed`",
        )
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
        None => finding.help("mend the expression; on a cluster it would refuse everything that the policy is about"),
    }
}

/// What a policy says of one object, where that takes a cluster.
pub(super) fn not_evaluable(policy: &Policy, reason: &str) -> Problem {
    let message = format!("policy `{}` is not judged here: {reason}", policy.name);
    Problem::warning("policy-not-evaluable", "", message).help(CLUSTER_JUDGES)
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
    Some(finding.help(CLUSTER_JUDGES))
}
