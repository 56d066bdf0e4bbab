//! The committed schemas of Kubernetes are what the generator writes, whichever version runs first.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::shell::sh;

/// The versions, out of order: each run replaces what was known of its version and leaves the rest.
const VERSIONS: [u32; 5] = [35, 33, 37, 34, 36];

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
    let written = TempDir::new().unwrap();
    for version in VERSIONS {
        let line = format!(
            "cargo run --quiet --locked --manifest-path xtask/kubernetes/Cargo.toml --target-dir {}/kubernetes \
             --features v1_{version} -- {}",
            env!("CARGO_TARGET_TMPDIR"),
            written.path().display()
        );
        sh(root, &line);
    }
    let (fresh, committed) = (files(written.path()), files(&root.join("schemas/kubernetes")));
    let stale: Vec<&String> = fresh
        .keys()
        .chain(committed.keys())
        .filter(|name| fresh.get(*name) != committed.get(*name))
        .collect();
    assert!(
        stale.is_empty(),
        "write these again, as schemas/kubernetes/README.md says: {stale:?}"
    );
    assert!(fresh.len() > 40);
}
