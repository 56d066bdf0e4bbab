//! What goes with the operating system of a pod.

use serde_json::Value;

use crate::model::Problem;
use crate::schema::overlay::view::{deep, field, items, text};
use crate::schema::overlay::walk::Problems;

/// What Windows knows nothing of, in a pod's `spec`.
const OF_LINUX: [&str; 4] = ["hostIPC", "hostPID", "hostUsers", "shareProcessNamespace"];
/// The same, in the `securityContext` of a pod or a container.
const RIGHTS_OF_LINUX: [&str; 16] = [
    "allowPrivilegeEscalation",
    "appArmorProfile",
    "capabilities",
    "fsGroup",
    "fsGroupChangePolicy",
    "privileged",
    "procMount",
    "readOnlyRootFilesystem",
    "runAsGroup",
    "runAsUser",
    "seLinuxChangePolicy",
    "seLinuxOptions",
    "seccompProfile",
    "supplementalGroups",
    "supplementalGroupsPolicy",
    "sysctls",
];
/// What Linux knows nothing of there.
const RIGHTS_OF_WINDOWS: [&str; 1] = ["windowsOptions"];

/// A pod that names its system asks for nothing of the other one.
pub(in crate::schema::overlay) fn system(pod: &Value, problems: &mut Problems<'_>) {
    let Some(system) = deep(pod, &["os", "name"]).and_then(Value::as_str) else {
        return;
    };
    let (fields, rights): (&[&str], &[&str]) = match system {
        "windows" => (&OF_LINUX, &RIGHTS_OF_LINUX),
        "linux" => (&[], &RIGHTS_OF_WINDOWS),
        _ => return,
    };
    let mut refuse = |value: &Value, at: &str, names: &[&str]| {
        for name in names.iter().filter(|name| field(value, name).is_some()) {
            let message = format!("`{name}` means nothing in a pod for {system}");
            let problem = Problem::error("conflicting-fields", format!("{at}/{name}"), message);
            problems.add(problem.on_key().help("take it out, or correct `os.name`"));
        }
    };
    refuse(pod, "", fields);
    let context = |value| field(value, "securityContext");
    if let Some(context) = context(pod) {
        refuse(context, "/securityContext", rights);
    }
    for list in ["containers", "initContainers"] {
        for (index, container) in items(pod, list).iter().enumerate() {
            if let Some(context) = context(container) {
                refuse(context, &format!("/{list}/{index}/securityContext"), rights);
            }
        }
    }
}

/// Files of one projected volume do not overwrite each other.
pub(in crate::schema::overlay) fn projected_paths(projected: &Value, problems: &mut Problems<'_>) {
    let mut seen: Vec<&str> = Vec::new();
    for (index, source) in items(projected, "sources").iter().enumerate() {
        for (kind, below) in source.as_object().into_iter().flatten() {
            let own = text(below, "path").map(|path| (format!("/sources/{index}/{kind}/path"), path));
            let listed = items(below, "items").iter().enumerate().filter_map(|(item, value)| {
                let pointer = format!("/sources/{index}/{kind}/items/{item}/path");
                Some((pointer, text(value, "path")?))
            });
            // a path twice in one list is that list's own problem
            let before = seen.len();
            for (pointer, path) in own.into_iter().chain(listed) {
                if seen[..before].contains(&path) {
                    let message = format!("the path `{path}` is taken by another source of the volume");
                    problems.add(Problem::error("duplicate-item", pointer, message).help("choose another path"));
                }
                seen.push(path);
            }
        }
    }
}
