//! Seeded mistakes, one file each below `xtask/tests/mistakes/`: each is found with its rule, its weight and its place,
//! and nothing else is said.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use expect_test::expect;
use lockstep::model::{Entry, Finding, Location, Severity};
use lockstep::workspace::layout;
use rayon::prelude::*;
use serde::Deserialize;

use crate::workbench::{Workbench, repository, tree};

/// The part of this repository's fleet that mistakes are made in: with all of it a run would take three times as long.
const AGENTS: [&str; 4] = ["agent-infer", "data-query", "document-summary", "ledger-service"];

/// The least number of mistakes; fewer would mean that files got lost.
const LEAST: usize = 60;

/// Files by path.
type Files = BTreeMap<String, String>;

/// One file of the folder.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mistake {
    /// What is wrong, for readers.
    about: String,
    /// What makes it wrong.
    change: Vec<Change>,
    /// The manifests to check instead of what the fleet renders.
    path: Option<String>,
    /// Everything that must be said of it.
    found: Vec<Expected>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Change {
    /// The one place where a file says this says something else.
    Replace {
        file: String,
        find: String,
        replace: String,
    },
    /// A file that was not there before.
    Add { file: String, text: String },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    rule: String,
    severity: Severity,
    /// Where the finding is.
    at: Place,
    /// Where the value stands that is at fault.
    value: Option<Place>,
}

/// A place, by the text that stands there and nowhere else in the file; none for the file as a whole.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    file: String,
    text: Option<String>,
}

/// What is compared of a finding: rule, weight, place, place of the value.
type Said = (String, Severity, Option<Location>, Option<Location>);

/// What the checks say: the one place that knows which commands they are.
fn check(files: &Files, path: Option<&str>) -> Vec<Finding> {
    let bench = Workbench::of(
        files
            .iter()
            .map(|(path, text)| (path.clone(), text.clone().into_bytes())),
    );
    let path = path.map(|path| format!(" --path {path}")).unwrap_or_default();
    let commands = ["validate", "policy"].into_iter();
    let reports = commands.map(|command| bench.run(&format!("{command}{path}")).unwrap());
    reports.flat_map(|report| report.findings).collect()
}

/// Findings without their units: a template is wrong once, however many units it renders. What is rendered is known by
/// the line of the template, whose first column stands for all of it.
fn said(findings: Vec<Finding>, files: &Files) -> BTreeSet<Said> {
    let begin = |place: &Location| {
        let line = files.get(&place.file)?.lines().nth(place.line.checked_sub(1)?)?;
        Some(line.chars().take_while(|c| c.is_whitespace()).count() + 1)
    };
    let standing = findings.into_iter().filter(|finding| finding.waiver.is_none());
    let said = standing.map(|mut finding| {
        if let Some(place) = &mut finding.location
            && place.file.ends_with(".tera")
            && place.column == 1
        {
            place.column = begin(place).unwrap_or(1);
        }
        let mut related = finding.related.into_iter();
        // where a value decides, the finding is there and the template line beside it
        let template = related.find(|related| related.message.starts_with("written here"));
        let (at, value) = match template {
            Some(template) => (Some(template.location), finding.location),
            None => (finding.location, None),
        };
        (finding.rule.into_owned(), finding.severity, at, value)
    });
    said.collect()
}

fn fleet() -> Files {
    let tree = tree(layout::is_input);
    let texts = tree.entries().filter_map(|(path, entry)| match entry {
        Entry::File(bytes) => Some((path.to_owned(), String::from_utf8(bytes.to_vec()).unwrap())),
        Entry::Link | Entry::Submodule | Entry::Ignored | Entry::Oversized { .. } => None,
    });
    texts.filter(|(path, _)| is_kept(path)).collect()
}

fn is_kept(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    match parts[..] {
        ["agents", agent, ..] => AGENTS.contains(&agent),
        ["environments", _, "values" | "releases", file] => AGENTS.contains(&file.trim_end_matches(".yaml")),
        _ => true,
    }
}

fn changed(files: &Files, changes: &[Change]) -> Files {
    let mut files = files.clone();
    for change in changes {
        match change {
            Change::Replace { file, find, replace } => {
                let text = files.get_mut(file).unwrap_or_else(|| panic!("there is no `{file}`"));
                assert_eq!(text.matches(find.as_str()).count(), 1, "`{find}` in `{file}`");
                *text = text.replace(find, replace);
            }
            Change::Add { file, text } => {
                let before = files.insert(file.clone(), text.clone());
                assert_eq!(before, None, "`{file}` is there already");
            }
        }
    }
    files
}

impl Place {
    fn location(&self, files: &Files) -> Location {
        let file = self.file.clone();
        let Some(wanted) = &self.text else {
            return Location {
                file,
                line: 0,
                column: 0,
            };
        };
        let text = files.get(&file).unwrap_or_else(|| panic!("there is no `{file}`"));
        assert_eq!(text.matches(wanted.as_str()).count(), 1, "`{wanted}` in `{file}`");
        let before = &text[..text.find(wanted.as_str()).unwrap()];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
        Location { file, line, column }
    }
}

fn shown(said: &Said) -> String {
    let place = |location: &Option<Location>| match location {
        Some(place) => format!("{}:{}:{}", place.file, place.line, place.column),
        None => "nowhere".to_owned(),
    };
    let (rule, severity, at, value) = said;
    format!("{severity:?} {rule} {} {}", place(at), place(value))
}

#[test]
fn every_mistake_is_found_where_it_is() {
    let fleet = fleet();
    let before = said(check(&fleet, None), &fleet);
    let errors: Vec<String> = before
        .iter()
        .filter(|said| said.1 == Severity::Error)
        .map(shown)
        .collect();
    assert_eq!(errors, Vec::<String>::new(), "the fleet is not clean before");
    let folder = repository().join("xtask/tests/mistakes");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    assert!(paths.len() >= LEAST, "{} mistakes", paths.len());
    let wrong: Vec<String> = paths
        .par_iter()
        .filter_map(|path| judge(path, &fleet, &before))
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {}\n{}",
        wrong.len(),
        paths.len(),
        wrong.join("\n")
    );
}

/// What is not as a file says, in words.
fn judge(path: &Path, fleet: &Files, before: &BTreeSet<Said>) -> Option<String> {
    let name = path.file_stem().unwrap().to_string_lossy();
    let mistake: Mistake =
        serde_yaml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"));
    let files = changed(fleet, &mistake.change);
    let found = said(check(&files, mistake.path.as_deref()), &files);
    let found: BTreeSet<Said> = found.difference(before).cloned().collect();
    let expected = mistake.found.iter().map(|expected| {
        let value = expected.value.as_ref().map(|place| place.location(&files));
        let at = expected.at.location(&files);
        (expected.rule.clone(), expected.severity, Some(at), value)
    });
    let expected: BTreeSet<Said> = expected.collect();
    let missing = expected
        .difference(&found)
        .map(|said| format!("\n  missing {}", shown(said)));
    let more = found
        .difference(&expected)
        .map(|said| format!("\n  too much {}", shown(said)));
    let lines: String = missing.chain(more).collect();
    (!lines.is_empty()).then(|| format!("{name} ({}):{lines}", mistake.about))
}

/// The errors of a check of the example fleet in which one line is another, each with its place.
fn errors_with(path: &str, from: &str, to: &str) -> String {
    let bench = Workbench::of_repository();
    let text = bench.text(path).unwrap();
    assert!(text.contains(from), "`{from}` in `{path}`");
    bench.put(path, &text.replacen(from, to, 1));
    let report = bench.run("validate").unwrap();
    let errors = report.findings.iter().filter(|finding| finding.is_error());
    let shown = errors.map(|finding| {
        let place = finding.location.as_ref().unwrap();
        format!("{} {}:{}:{}\n", finding.rule, place.file, place.line, place.column)
    });
    let mut shown: Vec<String> = shown.collect();
    shown.dedup();
    shown.concat()
}

#[test]
fn a_port_that_no_machine_has_is_told_at_the_value_that_names_it() {
    let path = "environments/production/environment.yaml";
    let told = errors_with(
        path,
        "harborline.example.com/agents",
        "harborline.example.com:99999/agents",
    );
    expect![[r#"
        invalid-url environments/production/environment.yaml:84:56
    "#]]
    .assert_eq(&told);
}

#[test]
fn a_secret_is_told_at_the_value_that_holds_it() {
    let path = "environments/production/environment.yaml";
    let told = errors_with(
        path,
        "callbackURL: https://events.harborline.example.com/agents",
        &format!("callbackURL: {}{}", "AKIA", "IOSFODNN7EXAMPLF"),
    );
    expect![[r#"
        leaked-secret environments/production/environment.yaml:84:18
    "#]]
    .assert_eq(&told);
}

#[test]
fn what_follows_from_a_file_that_cannot_be_read_is_not_told() {
    let path = "environments/production/environment.yaml";
    let told = errors_with(path, "tier: production", "tier: prod");
    expect![[r#"
        invalid-value environments/production/environment.yaml:3:7
    "#]]
    .assert_eq(&told);
}

#[test]
fn windows_that_argo_cd_cannot_read_are_told_where_they_are_written() {
    let path = "environments/production/environment.yaml";
    let told = errors_with(
        path,
        "duration: 3h\n    timeZone: Europe/Berlin",
        "duration: 3d\n    timeZone: Europe/Berln",
    );
    expect![[r#"
        malformed-text environments/production/environment.yaml:35:15
        malformed-text environments/production/environment.yaml:36:15
    "#]]
    .assert_eq(&told);
}
