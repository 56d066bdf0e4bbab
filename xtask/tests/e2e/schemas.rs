//! The committed schemas of Kubernetes are what the generator writes: a version that is written once more changes nothing.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::shell::sh;

/// Minor versions that are generated once more; all of them take minutes each, so `.ci/schemas` names them and the gate
/// has the newest.
fn versions() -> Vec<u32> {
    let named = env::var("KUBERNETES_MINORS").unwrap_or_else(|_| "37".to_owned());
    named.split_whitespace().map(|minor| minor.parse().unwrap()).collect()
}

fn files(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let paths = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"));
    paths
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect()
}

#[test]
fn the_schemas_of_kubernetes_are_what_the_generator_writes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let committed = files(&root.join("schemas/kubernetes"));
    assert!(committed.len() > 40);
    let written = TempDir::new().unwrap();
    for (name, text) in &committed {
        fs::write(written.path().join(name), text).unwrap();
    }
    for version in versions() {
        let line = format!(
            "cargo run --quiet --locked --manifest-path xtask/kubernetes/Cargo.toml --target-dir {}/kubernetes \
             --features v1_{version} -- {}",
            env!("CARGO_TARGET_TMPDIR"),
            written.path().display()
        );
        sh(root, &line);
        let fresh = files(written.path());
        let stale: Vec<&String> = fresh
            .keys()
            .chain(committed.keys())
            .filter(|name| fresh.get(*name) != committed.get(*name))
            .collect();
        assert!(
            stale.is_empty(),
            "1.{version}: write these again, as schemas/kubernetes/README.md says: {stale:?}"
        );
    }
}
