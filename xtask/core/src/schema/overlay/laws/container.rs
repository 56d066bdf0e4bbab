//! What holds between the fields of a container.

use serde_json::Value;

use crate::model::{Problem, Quantity, escaped};
use crate::schema::overlay::check::shown;
use crate::schema::overlay::forms::Form;
use crate::schema::overlay::view::{deep, field, has, items, text};
use crate::schema::overlay::walk::Problems;

/// A variable has a value or a source of one.
pub(in crate::schema::overlay) fn variable(variable: &Value, problems: &mut Problems<'_>) {
    if has(variable, "value") && field(variable, "valueFrom").is_some() {
        let message = format!(
            "the variable `{}` has both `value` and `valueFrom`",
            text(variable, "name").unwrap_or_default()
        );
        problems.add(
            Problem::error("conflicting-fields", "/valueFrom", message)
                .on_key()
                .help("keep one of them"),
        );
    }
}

/// Shells and many programs read only names of letters, digits and `_`; the server admits more.
pub(in crate::schema::overlay) fn portable_name(name: &Value, problems: &mut Problems<'_>) {
    let Some(name) = name.as_str() else { return };
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    if !Form::VariableName.fits(name) || (name.bytes().all(inner) && !name.starts_with(|c: char| c.is_ascii_digit())) {
        return;
    }
    let message = format!("the variable `{name}` has a name that shells cannot read");
    let help = "write letters, digits and `_`, no digit first";
    problems.add(Problem::warning("unportable-name", "", message).help(help));
}

/// A relative mount path begins at the root of the container, wherever it works.
pub(in crate::schema::overlay) fn mount_path(path: &Value, problems: &mut Problems<'_>) {
    let Some(path) = path.as_str() else { return };
    let windows = path.as_bytes().get(1) == Some(&b':');
    if path.is_empty() || path.starts_with('/') || windows || path.starts_with('\\') {
        return;
    }
    let message = format!("the mount path `{path}` is relative, and is taken from the root");
    problems.add(Problem::warning("relative-mount", "", message).help(format!("write `/{path}`")));
}

/// Devices at mounted paths, and mounts that reach further than their container may.
pub(in crate::schema::overlay) fn mounts(container: &Value, problems: &mut Problems<'_>) {
    for (index, device) in items(container, "volumeDevices").iter().enumerate() {
        let Some(path) = text(device, "devicePath") else {
            continue;
        };
        let mounted = items(container, "volumeMounts")
            .iter()
            .any(|mount| text(mount, "mountPath") == Some(path));
        if mounted {
            let message = format!("`{path}` is both a device and a mount");
            let pointer = format!("/volumeDevices/{index}/devicePath");
            problems.add(Problem::error("conflicting-fields", pointer, message));
        }
    }
    let privileged = deep(container, &["securityContext", "privileged"]) == Some(&Value::Bool(true));
    for (index, mount) in items(container, "volumeMounts").iter().enumerate() {
        let refused = |name: &str, message: &str, help: &str| {
            let pointer = format!("/volumeMounts/{index}/{name}");
            Problem::error("conflicting-fields", pointer, message).help(help)
        };
        if text(mount, "mountPropagation") == Some("Bidirectional") && !privileged {
            let message = "only a privileged container mounts anything on its node";
            problems.add(refused(
                "mountPropagation",
                message,
                "write `HostToContainer`, or take it out",
            ));
        }
        let deeply = matches!(text(mount, "recursiveReadOnly"), Some("Enabled" | "IfPossible"));
        if deeply && field(mount, "readOnly") != Some(&Value::Bool(true)) {
            let message = "`recursiveReadOnly` goes with `readOnly: true` only";
            problems.add(refused("recursiveReadOnly", message, "add `readOnly: true`"));
        }
    }
}

/// Devices are counted whole, and large pages come in their size.
fn portions(resources: &Value, problems: &mut Problems<'_>) {
    for list in ["limits", "requests"] {
        for (name, amount) in field(resources, list).and_then(Value::as_object).into_iter().flatten() {
            let Some(quantity) = Quantity::of(amount) else { continue };
            let size = name.strip_prefix("hugepages-").and_then(Quantity::parse);
            let wrong = match size {
                Some(size) if size > Quantity::ZERO && quantity.nanos() % size.nanos() != 0 => {
                    "no multiple of its size"
                }
                None if name.contains('/') && !name.contains("kubernetes.io/") && quantity.whole().is_none() => {
                    "no whole number, and it cannot be shared out"
                }
                _ => continue,
            };
            let message = format!("`{name}` is `{}`, {wrong}", shown(amount));
            problems.add(Problem::error(
                "out-of-range",
                format!("/{list}/{}", escaped(name)),
                message,
            ));
        }
    }
}

/// Large pages are no more than a part of what a container needs: it says how much processor or memory goes with them.
fn lonely_pages(resources: &Value, problems: &mut Problems<'_>) {
    let lists = ["limits", "requests"];
    let named = || {
        let lists = lists
            .into_iter()
            .filter_map(|list| Some((list, field(resources, list)?.as_object()?)));
        lists.flat_map(|(list, amounts)| amounts.keys().map(move |name| (list, name)))
    };
    if named().any(|(_, name)| name == "cpu" || name == "memory") {
        return;
    }
    if let Some((list, name)) = named().find(|(_, name)| name.starts_with("hugepages-")) {
        let message = format!("`{name}` stands without `cpu` or `memory`");
        let problem = Problem::error("missing-field", format!("/{list}/{}", escaped(name)), message).on_key();
        problems.add(problem.help("say how much `memory` or `cpu` goes with it"));
    }
}

/// Limits are not below requests; what cannot be shared out has equal ones.
pub(in crate::schema::overlay) fn resources(resources: &Value, problems: &mut Problems<'_>) {
    portions(resources, problems);
    lonely_pages(resources, problems);
    let requests = field(resources, "requests").and_then(Value::as_object);
    for (name, requested) in requests.into_iter().flatten() {
        let limit = deep(resources, &["limits", name]);
        let (Some(wanted), most) = (Quantity::of(requested), limit.and_then(Quantity::of)) else {
            continue;
        };
        let whole = name.contains('/') || name.starts_with("hugepages-");
        let pointer = || format!("/requests/{}", escaped(name));
        match most {
            Some(most) if wanted > most => {
                let message = format!(
                    "`{name}` is requested `{}`, more than its limit `{}`",
                    shown(requested),
                    limit.map(shown).unwrap_or_default()
                );
                problems.add(Problem::error("limit-below-request", pointer(), message));
            }
            Some(most) if whole && wanted != most => {
                let message = format!("`{name}` cannot be shared out, so request and limit must be the same");
                problems.add(Problem::error("limit-below-request", pointer(), message));
            }
            None if whole && wanted > Quantity::ZERO => {
                let message = format!("`{name}` cannot be shared out, so it needs a limit");
                problems.add(Problem::error("limit-below-request", pointer(), message));
            }
            _ => {}
        }
    }
}

/// What may become more than it was may not be forbidden to.
pub(in crate::schema::overlay) fn escalation(rights: &Value, problems: &mut Problems<'_>) {
    if field(rights, "allowPrivilegeEscalation") != Some(&Value::Bool(false)) {
        return;
    }
    let admin = deep(rights, &["capabilities", "add"])
        .and_then(Value::as_array)
        .is_some_and(|add| {
            add.iter()
                .any(|one| matches!(one.as_str(), Some("SYS_ADMIN" | "CAP_SYS_ADMIN")))
        });
    let by = if field(rights, "privileged") == Some(&Value::Bool(true)) {
        "privileged: true"
    } else if admin {
        "SYS_ADMIN"
    } else {
        return;
    };
    let message = format!("`allowPrivilegeEscalation: false` contradicts `{by}`");
    problems.add(Problem::error(
        "conflicting-fields",
        "/allowPrivilegeEscalation",
        message,
    ));
}

/// A profile has a file exactly where it is one of the node's.
pub(in crate::schema::overlay) fn local_profile(profile: &Value, problems: &mut Problems<'_>) {
    let local = text(profile, "type") == Some("Localhost");
    match (local, has(profile, "localhostProfile")) {
        (true, false) => {
            let message = "the type `Localhost` needs `localhostProfile`";
            problems.add(Problem::error("conflicting-fields", "/type", message));
        }
        (false, true) => {
            let message = "`localhostProfile` goes with the type `Localhost` only";
            problems.add(Problem::error("conflicting-fields", "/localhostProfile", message).on_key());
        }
        _ => {}
    }
}
