//! What holds of quotas.

use serde_json::Value;

use crate::model::{Problem, Quantity, escaped, suggestion};
use crate::schema::overlay::check::shown;
use crate::schema::overlay::view::{field, items};
use crate::schema::overlay::walk::Problems;

/// Amounts that the server counts, where the name has no domain.
const AMOUNTS: [&str; 10] = [
    "cpu",
    "ephemeral-storage",
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "memory",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
    "requests.storage",
];
/// Objects that it counts.
const OBJECTS: [&str; 9] = [
    "configmaps",
    "persistentvolumeclaims",
    "pods",
    "replicationcontrollers",
    "resourcequotas",
    "secrets",
    "services",
    "services.loadbalancers",
    "services.nodeports",
];
/// Scopes of which no pod has both.
const OPPOSITES: [(&str, &str); 2] = [("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating")];

/// What is limited is something that the server counts, and objects are counted whole.
pub(in crate::schema::overlay) fn counted(hard: &Value, problems: &mut Problems<'_>) {
    for (name, most) in hard.as_object().into_iter().flatten() {
        let is_amount = AMOUNTS.contains(&name.as_str())
            || name.strip_prefix("requests.").unwrap_or(name).starts_with("hugepages-");
        let is_object = OBJECTS.contains(&name.as_str()) || name.starts_with("count/");
        let pointer = format!("/{}", escaped(name));
        if !is_amount && !is_object && !name.contains('/') {
            let message = format!("a quota counts no `{name}`");
            let problem = Problem::error("unknown-word", pointer, message).on_key();
            problems.add(match suggestion(name, AMOUNTS.into_iter().chain(OBJECTS)) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem.help("count objects of a kind with `count/<resource>.<group>`"),
            });
        } else if is_object && Quantity::of(most).is_some_and(|most| most.whole().is_none()) {
            let message = format!("`{name}` is `{}`, and objects are counted whole", shown(most));
            problems.add(Problem::error("out-of-range", pointer, message));
        }
    }
}

/// No two scopes exclude each other.
pub(in crate::schema::overlay) fn scopes(spec: &Value, problems: &mut Problems<'_>) {
    let has = |wanted: &str| items(spec, "scopes").iter().any(|scope| scope.as_str() == Some(wanted));
    for (one, other) in OPPOSITES {
        if field(spec, "scopes").is_some() && has(one) && has(other) {
            let message = format!("`{one}` and `{other}` exclude each other");
            problems.add(Problem::error("conflicting-fields", "/scopes", message).help("keep one of them"));
        }
    }
}
