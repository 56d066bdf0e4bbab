//! What the schemas find, on the committed files of Kubernetes and on custom resources of a few lines.

mod custom;
mod documents;
mod kubernetes;
mod lazy;
mod matrix;
mod validations;

use std::sync::LazyLock;

use serde_json::Value;

use super::Catalogue;
use crate::model::{FileTree, Problem};
use crate::workspace::layout;

macro_rules! committed {
    ($($name:literal)*) => {
        &[$((
            concat!("schemas/kubernetes/", $name, ".json"),
            include_str!(concat!("../../../../../schemas/kubernetes/", $name, ".json")),
        )),*]
    };
}

/// The committed files that the tests need.
const FILES: &[(&str, &str)] = committed!(
    "apiextensions.v1" "apps.v1" "autoscaling.v2" "batch.v1" "core.v1" "index" "meta" "meta.v1" "networking.v1"
    "networking.v1beta1" "policy.v1" "scheduling.v1alpha3"
);

/// The tree of those files, with an index of the kinds that they define.
fn tree() -> FileTree {
    let mut tree = FileTree::default();
    for (path, text) in FILES {
        let is_defined = |listed: &Value| {
            let package = listed["definition"].as_str().unwrap().rsplit_once('.').unwrap().0;
            FILES
                .iter()
                .any(|(path, _)| *path == layout::kubernetes_package(package))
        };
        let mut file: Value = serde_json::from_str(text).unwrap();
        if let Some(kinds) = file.get_mut("kinds").and_then(Value::as_array_mut) {
            kinds.retain(is_defined);
        }
        tree.insert(*path, file.to_string().into_bytes());
    }
    tree
}

/// The catalogue of those files.
fn catalogue() -> &'static Catalogue {
    static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::read(&tree()).0);
    &CATALOGUE
}

/// Problems one a line: rule, pointer, message, help.
fn shown(problems: &[Problem]) -> String {
    let line = |problem: &Problem| {
        let key = if problem.on_key { " (key)" } else { "" };
        let help = problem
            .help
            .as_ref()
            .map(|help| format!(" = {help}"))
            .unwrap_or_default();
        format!("{} {}{key}: {}{help}\n", problem.rule, problem.pointer, problem.message)
    };
    problems.iter().map(line).collect()
}
