//! What other programs make of our workflows and reports.

use std::path::Path;

use crate::shell::{run, sh};

const JUNIT: &str = "
import sys, xml.etree.ElementTree as tree
suite = tree.parse('junit.xml').getroot()[0]
print(suite.get('tests'), suite.get('failures'), len(suite))
";

/// The root of this repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

#[test]
fn zizmor_finds_nothing_in_the_workflows() {
    let outcome = run(
        root(),
        "zizmor --offline --no-progress --persona=regular .github/workflows",
    );
    assert_eq!(outcome.code, 0, "{}{}", outcome.output, outcome.errors);
}

#[test]
fn python_reads_the_junit_report() {
    let folder = tempfile::TempDir::new().unwrap();
    sh(
        folder.path(),
        "git init -q . && mkdir environments && echo 'nmae: <x&y>' > environments/fleet.yaml",
    );
    sh(folder.path(), "git add . && git commit -qm Start");
    let outcome = run(folder.path(), "$XTASK diff --format junit --output junit.xml");
    assert_eq!(outcome.code, 1, "{}", outcome.errors);
    let read = sh(folder.path(), &format!("python3 -c \"{JUNIT}\""));
    let counts: Vec<&str> = read.split(' ').collect();
    assert!(
        counts[0] == counts[1] && counts[0] == counts[2] && counts[0] != "0",
        "{read}"
    );
}
