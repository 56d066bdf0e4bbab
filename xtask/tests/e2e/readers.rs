//! What the YAML readers of Go, Python, JavaScript and Rust make of strings that YAML likes to misread.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::shell::sh;

const HOSTILE: &str = include_str!("../../core/tests/hostile-strings.json");

const PYTHON: &str = "
import json, sys, yaml
json.dump(list(yaml.safe_load_all(open('objects.yaml', encoding='utf-8'))), sys.stdout)
";

/// `VERSION` is the version of YAML to read as: 1.1 as Kubernetes once did, 1.2 as JavaScript does by itself.
const JAVASCRIPT: &str = "
const { parseAllDocuments } = require('yaml');
const text = require('fs').readFileSync('objects.yaml', 'utf8');
const documents = parseAllDocuments(text, { version: 'VERSION' });
for (const document of documents) for (const error of document.errors) throw error;
process.stdout.write(JSON.stringify(documents.map(document => document.toJS())));
";

/// Every hostile string as a value of a ConfigMap, as a key of a map and as an item of a list.
fn objects() -> [Value; 2] {
    let strings: Vec<String> = serde_json::from_str(HOSTILE).unwrap();
    assert!(strings.len() >= 120);
    let numbered = strings.iter().enumerate();
    let values: Map<String, Value> = numbered
        .map(|(index, text)| (format!("k{index}"), json!(text)))
        .collect();
    let keys: Map<String, Value> = strings.iter().map(|text| (text.clone(), json!("value"))).collect();
    assert_eq!(keys.len(), strings.len(), "each string stands in the list once");
    [
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "hostile"}, "data": values}),
        json!({"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "hostile"},
               "spec": {"keys": keys, "items": strings}}),
    ]
}

fn check(read: impl FnOnce(&Path) -> Vec<Value>) {
    let folder = TempDir::new().unwrap();
    let written = objects();
    fs::write(
        folder.path().join("objects.yaml"),
        lockstep::yaml::write_manifests(&written),
    )
    .unwrap();
    let read = read(folder.path());
    assert_eq!(read.len(), written.len());
    for (read, written) in read.iter().zip(&written) {
        // One by one first, so that a failure names the string.
        for (key, value) in written["data"].as_object().into_iter().flatten() {
            assert_eq!(read["data"].get(key), Some(value));
        }
        for (key, value) in written["spec"]["keys"].as_object().into_iter().flatten() {
            assert_eq!(read["spec"]["keys"].get(key), Some(value), "the key {key:?}");
        }
        for part in ["data", "spec"] {
            assert_eq!(read.get(part), written.get(part));
        }
    }
}

fn list(text: &str) -> Vec<Value> {
    serde_json::from_str(text).unwrap()
}

#[test]
fn go_reads_the_strings_that_were_written() {
    check(|folder| {
        let read = sh(
            folder,
            "kubectl label --local -f objects.yaml -o json lockstep.dev/read=true",
        );
        let documents = serde_json::Deserializer::from_str(&read).into_iter();
        documents.collect::<Result<_, _>>().unwrap()
    });
}

#[test]
fn python_reads_the_strings_that_were_written() {
    check(|folder| {
        fs::write(folder.join("read.py"), PYTHON).unwrap();
        list(&sh(folder, "python3 read.py"))
    });
}

#[test]
fn javascript_reads_the_strings_that_were_written() {
    for version in ["1.1", "1.2"] {
        check(|folder| {
            fs::write(folder.join("read.js"), JAVASCRIPT.replace("VERSION", version)).unwrap();
            list(&sh(folder, "node read.js"))
        });
    }
}

#[test]
fn rust_reads_the_strings_that_were_written() {
    check(|folder| {
        let text = fs::read_to_string(folder.join("objects.yaml")).unwrap();
        let documents = lockstep::yaml::read_manifests(&text).unwrap().documents;
        documents.into_iter().map(|document| document.value).collect()
    });
    check(|folder| {
        let text = fs::read_to_string(folder.join("objects.yaml")).unwrap();
        let documents = serde_yaml::Deserializer::from_str(&text);
        documents
            .map(|document| serde::Deserialize::deserialize(document).unwrap())
            .collect()
    });
}
