//! What can be wrong with policies themselves.

use super::bindings::Binding;
use super::compile::{Policy, Wrong};
use super::spec::ParamKind;
use crate::model::{Finding, Problem, suggestion};

/// A file with a line and a column of it.
pub(super) type Place = (String, usize, usize);

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

/// A binding of a policy that there is not; `known` are those that there are.
pub(super) fn unknown_policy<'n>(
    binding: &Binding,
    name: &str,
    known: impl Iterator<Item = &'n str>,
    (file, line, column): &Place,
) -> Finding {
    let message = format!("binding `{}` names policy `{name}`, which does not exist", binding.name);
    let finding = Finding::error("unknown-policy", message).at(file.as_str(), *line, *column);
    match suggestion(name, known) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding.help("write the policy, or remove the binding"),
    }
}

pub(super) fn missing_params(binding: &Binding, kind: Option<&ParamKind>, (file, line, column): &Place) -> Finding {
    let kind = kind.map_or("", |kind| kind.kind.as_str());
    let message = format!("binding `{}` finds no {kind} for its parameters", binding.name);
    Finding::error("missing-params", message)
        .at(file.as_str(), *line, *column)
        .help("write the object below `policies/admission/`, or correct `paramRef`")
}

/// Two objects of one name, of which a cluster keeps the one that is applied last.
pub(super) fn twin(what: &str, name: &str, (first, line, _): &Place, (file, own_line, column): &Place) -> Finding {
    let message =
        format!("there are two {what} `{name}`, in `{first}` (line {line}) and in `{file}`, and a cluster keeps one");
    let finding = Finding::error("duplicate-policy", message).at(file.as_str(), *own_line, *column);
    finding.help("rename one of them, or remove it")
}
