//! What holds between the fields of roles, limits, admission and definitions.

use serde_json::Value;

use crate::model::{Problem, Quantity, escaped};
use crate::schema::overlay::check::{missing, quoted, shown};
use crate::schema::overlay::view::{deep, field, has, items, number, text};
use crate::schema::overlay::walk::Problems;

/// Largest priority that users may give.
const MOST_PRIORITY: i64 = 1_000_000_000;

/// A rule of a Role names groups and resources.
pub(in crate::schema::overlay) fn resource_rule(rule: &Value, problems: &mut Problems<'_>) {
    if !items(rule, "nonResourceURLs").is_empty() {
        let message = "`nonResourceURLs` belong to no namespace, so only a ClusterRole has them";
        problems.add(Problem::error("conflicting-fields", "/nonResourceURLs", message).on_key());
        return;
    }
    for name in ["apiGroups", "resources"] {
        if items(rule, name).is_empty() {
            problems.add(missing("a rule", name));
        }
    }
}

/// A rule of a ClusterRole names resources or addresses.
pub(in crate::schema::overlay) fn cluster_rule(rule: &Value, problems: &mut Problems<'_>) {
    let addresses = !items(rule, "nonResourceURLs").is_empty();
    if !addresses {
        return resource_rule(rule, problems);
    }
    if !items(rule, "apiGroups").is_empty() || !items(rule, "resources").is_empty() {
        let message = "`nonResourceURLs` exclude `resources`";
        problems.add(
            Problem::error("conflicting-fields", "/nonResourceURLs", message)
                .on_key()
                .help("write two rules"),
        );
    }
}

/// Service accounts have no API group, users and groups that of RBAC.
pub(in crate::schema::overlay) fn subject_group(subject: &Value, problems: &mut Problems<'_>) {
    let wanted = match text(subject, "kind") {
        Some("ServiceAccount") => "",
        Some("User" | "Group") => "rbac.authorization.k8s.io",
        _ => return,
    };
    if text(subject, "apiGroup").is_some_and(|group| group != wanted) {
        let message = format!("the API group of this kind is `{wanted}`");
        problems.add(Problem::error("unknown-word", "/apiGroup", message));
    }
}

/// A service account stands in a namespace, and a ClusterRoleBinding has none to lend.
pub(in crate::schema::overlay) fn cluster_subject(subject: &Value, problems: &mut Problems<'_>) {
    if text(subject, "kind") == Some("ServiceAccount") && !has(subject, "namespace") {
        problems.add(missing("a service account", "namespace"));
    }
}

/// Least, default request, default limit and most are in this order.
pub(in crate::schema::overlay) fn limits_in_order(limit: &Value, problems: &mut Problems<'_>) {
    const ORDER: [&str; 4] = ["min", "defaultRequest", "default", "max"];
    if text(limit, "type") == Some("Pod") {
        for name in ["default", "defaultRequest"] {
            if field(limit, name).is_some() {
                let message = format!("limits of the type `Pod` have no `{name}`");
                problems.add(Problem::error("conflicting-fields", format!("/{name}"), message).on_key());
            }
        }
    }
    for (index, upper) in ORDER.iter().enumerate().skip(1) {
        for (resource, most) in field(limit, upper).and_then(Value::as_object).into_iter().flatten() {
            for lower in &ORDER[..index] {
                let least = deep(limit, &[lower, resource]);
                let (Some(low), Some(high)) = (least.and_then(Quantity::of), Quantity::of(most)) else {
                    continue;
                };
                if low > high {
                    let message = format!(
                        "`{lower}` of `{resource}` is `{}`, more than `{upper}`, which is `{}`",
                        least.map(shown).unwrap_or_default(),
                        shown(most)
                    );
                    problems.add(Problem::error("out-of-range", format!("/{lower}/{resource}"), message));
                }
            }
        }
    }
}

/// A limit is at least the request.
pub(in crate::schema::overlay) fn ratio(ratio: &Value, problems: &mut Problems<'_>) {
    if Quantity::of(ratio).is_some_and(|given| given < Quantity::parse("1").unwrap_or_default()) {
        let message = format!("`{}` is `{}`, which must be at least 1", problems.place(), shown(ratio));
        problems.add(Problem::error("out-of-range", "", message));
    }
}

/// Classes of the system itself.
const SYSTEM_CLASSES: [&str; 2] = ["system-cluster-critical", "system-node-critical"];

/// Priorities above a billion are the system's own, and so are names that begin with its own word.
pub(in crate::schema::overlay) fn priority(class: &Value, problems: &mut Problems<'_>) {
    let own = deep(class, &["metadata", "name"])
        .and_then(Value::as_str)
        .is_some_and(|name| name.starts_with("system-"));
    if let Some(value) = number(class, "value").filter(|value| *value > MOST_PRIORITY && !own) {
        let message = format!("the priority {value} is above {MOST_PRIORITY}, where the system's own begin");
        problems.add(Problem::error("out-of-range", "/value", message));
    }
    let name = deep(class, &["metadata", "name"]).and_then(Value::as_str);
    if let Some(name) = name.filter(|name| own && !SYSTEM_CLASSES.contains(name)) {
        let message = format!("the class `{name}` begins with `system-`, which is kept for the system's own");
        problems.add(Problem::error("conflicting-fields", "/metadata/name", message).help("rename it"));
    }
}

/// Labels that say how strictly the pods of a namespace are looked at.
const POD_SECURITY: &str = "pod-security.kubernetes.io/";
/// How strictly.
const LEVELS: [&str; 3] = ["privileged", "baseline", "restricted"];

/// The server refuses a level of pod security, or a version, that it does not know.
pub(in crate::schema::overlay) fn pod_security(labels: &Value, problems: &mut Problems<'_>) {
    for (key, value) in labels.as_object().into_iter().flatten() {
        let (Some(mode), Some(value)) = (key.strip_prefix(POD_SECURITY), value.as_str()) else {
            continue;
        };
        let is_version = |text: &str| {
            let minor = text.strip_prefix("v1.").filter(|minor| !minor.is_empty());
            text == "latest" || minor.is_some_and(|minor| minor.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let help = match mode {
            "enforce" | "audit" | "warn" if !LEVELS.contains(&value) => format!("write one of {}", quoted(&LEVELS)),
            "enforce-version" | "audit-version" | "warn-version" if !is_version(value) => {
                "write `latest` or a version such as `v1.35`".to_owned()
            }
            _ => continue,
        };
        let message = format!("the label `{key}` is `{value}`, which pod security does not know");
        problems.add(Problem::error("unknown-word", format!("/{}", escaped(key)), message).help(help));
    }
}

/// Refusing and warning at once would say everything twice.
pub(in crate::schema::overlay) fn actions(actions: &Value, problems: &mut Problems<'_>) {
    let has = |wanted: &str| {
        let actions = actions.as_array();
        actions.is_some_and(|actions| actions.iter().any(|action| action.as_str() == Some(wanted)))
    };
    if has("Deny") && has("Warn") {
        let message = "`Deny` and `Warn` exclude each other";
        problems.add(Problem::error("conflicting-fields", "", message).help("keep one of them"));
    }
}

/// What limits may be about, when the word has no domain.
const LIMITED: [&str; 3] = ["Container", "PersistentVolumeClaim", "Pod"];

/// A limit is about one of the server's own kinds, or about somebody's with a domain.
pub(in crate::schema::overlay) fn limit_type(kind: &Value, problems: &mut Problems<'_>) {
    let Some(kind) = kind.as_str() else { return };
    if !kind.contains('/') && !LIMITED.contains(&kind) {
        let message = format!(
            "`{}` is `{kind}`, which is none of {}",
            problems.place(),
            quoted(&LIMITED)
        );
        problems.add(Problem::error("unknown-word", "", message));
    }
}
