//! What a finding is known by from one run to the next, wherever its line has moved to.

use std::collections::{BTreeMap, BTreeSet};

use super::results::Results;
use super::sources::Sources;
use crate::model::{Digest, FileTree, Finding};

/// A stable name for each finding, in their order: made of rule, file, unit, object, message and the text of the line,
/// without the line's number; what is the same in all of these is counted.
pub(super) fn fingerprints(results: &Results<'_>, findings: &[&Finding]) -> Vec<String> {
    names(findings, results.sources, results.home, &BTreeMap::new())
}

/// Takes from the findings in one tree those that another tree has, wherever their lines have moved to, and whole files as
/// they are; returns those. What a waiver admits today stays, and what one admitted only before is new.
pub fn forget_known(
    findings: &mut Vec<Finding>,
    tree: &FileTree,
    before: &[Finding],
    tree_before: &FileTree,
) -> Vec<Finding> {
    let listed: Vec<&Finding> = before.iter().collect();
    let known = names(&listed, Sources::of(tree_before), "", &BTreeMap::new());
    let stood = before.iter().zip(known).filter(|(finding, _)| finding.waiver.is_none());
    let known: BTreeSet<String> = stood.map(|(_, name)| name).collect();
    let listed: Vec<&Finding> = findings.iter().collect();
    let moved = moved(&listed, tree, tree_before);
    let mut names = names(&listed, Sources::of(tree), "", &moved).into_iter();
    let is_known = |finding: &mut Finding| {
        let is_there = names.next().is_some_and(|name| known.contains(&name));
        finding.waiver.is_none() && is_there
    };
    findings.extract_if(.., is_known).collect()
}

/// The files of findings that another tree has elsewhere, byte by byte, and no longer there: their paths, and those in
/// the other tree.
fn moved<'a>(findings: &[&Finding], tree: &FileTree, before: &'a FileTree) -> BTreeMap<String, &'a str> {
    let files = findings.iter().filter_map(|finding| finding.location.as_ref());
    let files: BTreeSet<&str> = files.map(|location| location.file.as_str()).collect();
    let came: Vec<&str> = files.into_iter().filter(|file| before.get(file).is_none()).collect();
    if came.is_empty() {
        return BTreeMap::new();
    }
    let gone = before.entries().map(|(path, _)| path);
    let gone: Vec<&str> = gone.filter(|path| tree.get(path).is_none()).collect();
    let origin = |file: &str| {
        let bytes = tree.get(file)?;
        let path = gone.iter().find(|path| before.get(path) == Some(bytes))?;
        Some((file.to_owned(), *path))
    };
    came.into_iter().filter_map(origin).collect()
}

/// The name of each finding; `home` stands for the file of those that have none, and for files that have moved those
/// where they were.
fn names(findings: &[&Finding], sources: Sources<'_>, home: &str, moved: &BTreeMap<String, &str>) -> Vec<String> {
    let mut seen: BTreeMap<Digest, usize> = BTreeMap::new();
    let mut lines = sources.lines();
    let name = |finding: &&Finding| {
        let line = finding.location.as_ref().and_then(|location| lines.line(location));
        let line: Vec<&str> = line.iter().flat_map(|line| line.split_whitespace()).collect();
        let file = finding.location.as_ref().map_or(home, |location| &location.file);
        let file = moved.get(file).copied().unwrap_or(file);
        let parts = (
            &finding.rule,
            file,
            &finding.unit,
            &finding.object,
            without_numbers(&finding.message),
            line.join(" "),
        );
        let digest = Digest::of_json(&parts);
        let count = seen.entry(digest).or_default();
        *count += 1;
        format!("{}:{count}", &digest.hex()[..32])
    };
    findings.iter().map(name).collect()
}

/// A message without its digits: a size or a count moves while the finding stays.
fn without_numbers(message: &str) -> String {
    let mut text = String::new();
    for part in message
        .split(|c: char| c.is_ascii_digit())
        .filter(|part| !part.is_empty())
    {
        text.push_str(part);
        text.push('#');
    }
    text
}
