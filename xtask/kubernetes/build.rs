//! Lists the kinds of the chosen Kubernetes version: those for which the sources of k8s-openapi implement `Resource`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn main() {
    let version = (33..=37)
        .find(|minor| std::env::var_os(format!("CARGO_FEATURE_V1_{minor}")).is_some())
        .expect("choose a Kubernetes version: --features v1_37");
    let mut kinds = Vec::new();
    collect(&sources().join(format!("src/v1_{version}")), "k8s_openapi", &mut kinds);
    kinds.sort();
    let calls: String = kinds
        .iter()
        .map(|kind| format!("    add::<{kind}>(schemas);\n"))
        .collect();
    let text = format!(
        "/// The Kubernetes version.\npub(crate) const VERSION: &str = \"1.{version}\";\n\n\
         /// Adds every kind.\npub(crate) fn add_all(schemas: &mut Schemas) {{\n{calls}}}\n"
    );
    let folder = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(folder.join("kinds.rs"), text).expect("the folder is ours");
}

/// Where cargo keeps the sources of k8s-openapi.
fn sources() -> PathBuf {
    let cargo = std::env::var_os("CARGO").expect("cargo sets it");
    let target = std::env::var("TARGET").expect("cargo sets it");
    let output = Command::new(cargo)
        .args([
            "metadata",
            "--format-version",
            "1",
            "--offline",
            "--filter-platform",
            &target,
        ])
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let manifest = packages
        .filter(|package| package["name"] == "k8s-openapi")
        .find_map(|package| package["manifest_path"].as_str())
        .expect("it is a dependency");
    Path::new(manifest).parent().expect("a file has a folder").to_owned()
}

/// The Rust paths of the kinds below a folder: each type is exported by the module that its folder is.
fn collect(folder: &Path, module: &str, kinds: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("the sources are there") {
        let path = entry.expect("the sources are readable").path();
        let name = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .expect("names are ASCII");
        if path.is_dir() {
            collect(&path, &format!("{module}::{name}"), kinds);
            continue;
        }
        let text = fs::read_to_string(&path).expect("the sources are readable");
        if text.contains("type Scope = crate::SubResourceScope") {
            continue;
        }
        for rest in text.split("impl crate::Resource for ").skip(1) {
            let kind = rest.split_whitespace().next().unwrap_or_default();
            kinds.push(format!("{module}::{kind}"));
        }
    }
}
