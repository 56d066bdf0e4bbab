//! What is released as the tools of a cluster read it: kustomize, PyYAML, promtool, and Grafana's JSON.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use walkdir::WalkDir;

use super::{ENVIRONMENTS, Fleet};
use crate::shell::sh;

/// Reads the files named in `kustomization.yaml` and what kustomize made of them, and holds one against the other.
const COMPARE: &str = "
import sys, yaml
identity = lambda o: (o['apiVersion'], o['kind'], o['metadata'].get('namespace', ''), o['metadata']['name'])
load = lambda path: [o for o in yaml.safe_load_all(open(path, encoding='utf-8')) if o is not None]
ours = [o for path in yaml.safe_load(open('kustomization.yaml'))['resources'] for o in load(path)]
theirs = load('kustomized')
assert len({identity(o) for o in ours}) == len(ours), 'two objects with one identity'
for one, other in zip(sorted(ours, key=identity), sorted(theirs, key=identity)):
    assert one == other, f'{one}\\n{other}'
assert len(ours) == len(theirs)
print(len(ours))
";

/// Every YAML file of a branch, by path.
fn manifests(files: &Path) -> Vec<PathBuf> {
    let entries = WalkDir::new(files).sort_by_file_name().into_iter().map(Result::unwrap);
    let paths = entries.map(|entry| entry.path().strip_prefix(files).unwrap().to_owned());
    paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect()
}

/// Every object of a kind in a branch.
fn objects(files: &Path, kind: &str) -> Vec<Value> {
    let mut objects = Vec::new();
    for path in manifests(files) {
        let text = fs::read_to_string(files.join(path)).unwrap();
        let documents = lockstep::yaml::read_manifests(&text).unwrap().documents;
        let values = documents.into_iter().map(|document| document.value);
        objects.extend(values.filter(|value| value["kind"] == kind));
    }
    objects
}

#[test]
fn kustomize_and_pyyaml_read_the_same_objects_from_every_manifest() {
    let fleet = Fleet::new();
    fleet.released();
    for environment in ENVIRONMENTS {
        let files = fleet.files(environment);
        let paths = manifests(&files);
        assert!(paths.len() > 16);
        let resources: String = paths.iter().map(|path| format!("- {}\n", path.display())).collect();
        fs::write(files.join("kustomization.yaml"), format!("resources:\n{resources}")).unwrap();
        fs::write(files.join("compare.py"), COMPARE).unwrap();
        sh(&files, "kubectl kustomize . > kustomized && python3 compare.py");
    }
}

#[test]
fn promtool_accepts_every_rule() {
    let fleet = Fleet::new();
    fleet.released();
    let mut count = 0;
    for environment in ENVIRONMENTS {
        let files = fleet.files(environment);
        for rule in objects(&files, "PrometheusRule") {
            // Prometheus' own file is the spec alone; JSON is YAML.
            let name = format!("{}.rules", rule["metadata"]["name"].as_str().unwrap());
            fs::write(files.join(name), json!({"groups": rule["spec"]["groups"]}).to_string()).unwrap();
            count += 1;
        }
        if files
            .read_dir()
            .unwrap()
            .any(|entry| entry.unwrap().path().extension().is_some_and(|e| e == "rules"))
        {
            sh(&files, "promtool check rules *.rules");
        }
    }
    assert!(count > 20, "{count}");
}

#[test]
fn every_dashboard_is_json_with_panels() {
    let fleet = Fleet::new();
    fleet.released();
    let mut count = 0;
    for map in objects(&fleet.files("production"), "ConfigMap") {
        if map["metadata"]["labels"]["grafana_dashboard"] != "1" {
            continue;
        }
        for (file, text) in map["data"].as_object().unwrap() {
            let dashboard: Value = serde_json::from_str(text.as_str().unwrap()).unwrap();
            assert!(dashboard["title"].is_string() && dashboard["uid"].is_string(), "{file}");
            assert!(
                dashboard["panels"].as_array().is_some_and(|panels| panels.len() > 4),
                "{file}"
            );
            count += 1;
        }
    }
    assert!(count > 8, "{count}");
}
