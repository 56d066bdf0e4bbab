//! A suite as it stands in its file: its cases are read some at a time, so that not all of them are in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use rayon::prelude::*;
use serde_json::Value;

use super::files::ModelsFile;
use super::suites::Checker;
use super::{Workspace, check, schemas};
use crate::model::{Digest, Finding};
use crate::prompts::cases::{Case, Suite};
use crate::prompts::run::Subject;
use crate::yaml::{Items, Positions, Segment, YamlError, read_value};

/// Cases in memory at once: many more than there are threads to ask them.
const AT_ONCE: usize = 1024;

/// The key of the cases.
const CASES: &str = "cases";

/// A suite that holds against what is judged.
#[derive(Debug)]
pub struct SuiteText<'a> {
    text: &'a str,
    /// All but its cases.
    pub head: Suite,
    cases: Cases,
}

/// The cases of a suite.
#[derive(Debug)]
enum Cases {
    /// Where they stand.
    Items(Items),
    /// All of them, where they cannot be read one after another.
    Whole(Vec<Case>),
}

impl<'a> SuiteText<'a> {
    /// Reads a suite and holds it against what is judged, and against the models that are known `today`.
    pub fn read(
        path: &str,
        bytes: &'a [u8],
        subject: &Subject,
        (workspace, today): (&Workspace, &str),
        findings: &mut Vec<Finding>,
    ) -> Option<SuiteText<'a>> {
        let text = check::text(path, bytes, findings)?;
        let models = workspace.models.as_ref();
        let file = (path, text);
        let items =
            Items::of(text, CASES).and_then(|items| Some((sound(&items, file, subject, (models, today))?, items)));
        if let Some((head, items)) = items {
            let cases = Cases::Items(items);
            return Some(SuiteText { text, head, cases });
        }
        let mut head: Suite = check::read(path, bytes, findings)?;
        let before = findings.len();
        Checker::new(path, text, subject, (models, today), findings).suite(&head);
        if findings[before..].iter().any(Finding::is_error) {
            return None;
        }
        let cases = Cases::Whole(std::mem::take(&mut head.cases));
        Some(SuiteText { text, head, cases })
    }

    /// Hands out all cases in their order, some at a time.
    pub fn cases(&self, each: &mut dyn FnMut(&[Case])) {
        let items = match &self.cases {
            Cases::Items(items) => items,
            Cases::Whole(cases) => return cases.chunks(AT_ONCE).for_each(each),
        };
        for range in ranges(items.len()) {
            let case = |index| serde_json::from_value(items.item(self.text, index).ok()?).ok();
            let cases: Option<Vec<Case>> = range.into_par_iter().map(case).collect();
            each(&cases.expect("the suite was read before, and held against its schema"));
        }
    }

    /// Line and column of what a path leads to before the cases.
    pub fn place(&self, path: &[Segment]) -> (usize, usize) {
        Positions::of(self.text).map_or((1, 1), |positions| positions.nearest(path))
    }

    /// Line and column of the ids of these cases.
    pub fn places(&self, ids: &BTreeSet<&str>) -> BTreeMap<String, (usize, usize)> {
        let id = Segment::Key("id".to_owned());
        let mut places = BTreeMap::new();
        if ids.is_empty() {
            return places;
        }
        match &self.cases {
            Cases::Items(items) => {
                let mut index = 0;
                self.cases(&mut |cases| {
                    for case in cases {
                        if ids.contains(case.id.as_str()) {
                            places.insert(
                                case.id.clone(),
                                items.place(self.text, index, std::slice::from_ref(&id)),
                            );
                        }
                        index += 1;
                    }
                });
            }
            Cases::Whole(cases) => {
                let positions = Positions::of(self.text).ok();
                for (index, case) in cases
                    .iter()
                    .enumerate()
                    .filter(|(_, case)| ids.contains(case.id.as_str()))
                {
                    let path = [Segment::Key(CASES.to_owned()), Segment::Index(index), id.clone()];
                    let place = positions.as_ref().map(|positions| positions.nearest(&path));
                    places.extend(place.map(|place| (case.id.clone(), place)));
                }
            }
        }
        places
    }
}

/// How many cases a suite has, or how many of them are wanted; what is wrong with it is not looked at.
pub fn case_count(bytes: &[u8], wanted: Option<&(dyn Fn(&Case) -> bool + Sync)>) -> usize {
    let text = str::from_utf8(bytes).unwrap_or_default();
    let is_wanted = |value: Value| match (wanted, serde_json::from_value(value)) {
        (None, _) => true,
        (Some(wanted), Ok(case)) => wanted(&case),
        (Some(_), Err(_)) => false,
    };
    match (Items::of(text, CASES), wanted) {
        (Some(items), None) => items.len(),
        (Some(items), Some(_)) => {
            let item = |index| items.item(text, index).is_ok_and(is_wanted);
            (0..items.len()).into_par_iter().filter(|index| item(*index)).count()
        }
        (None, _) => match read_value(text)
            .ok()
            .and_then(|mut suite| Some(suite.get_mut(CASES)?.take()))
        {
            Some(Value::Array(cases)) => cases.into_iter().map(is_wanted).filter(|is_one| *is_one).count(),
            _ => 0,
        },
    }
}

/// So many at a time.
fn ranges(count: usize) -> impl Iterator<Item = Range<usize>> {
    (0..count)
        .step_by(AT_ONCE)
        .map(move |first| first..count.min(first + AT_ONCE))
}

/// All but the cases of a suite without a fault; nothing where it has one, which needs the whole suite to be told well.
fn sound(
    items: &Items,
    (path, text): (&str, &str),
    subject: &Subject,
    (models, today): (Option<&ModelsFile>, &str),
) -> Option<Suite> {
    let schema = schemas::compiled::<Suite>();
    let (mut known, mut head) = (BTreeSet::new(), None);
    for range in ranges(items.len()) {
        let cases: Result<Vec<Value>, YamlError> = range.into_par_iter().map(|index| items.item(text, index)).collect();
        let mut suite = items.head().clone();
        *suite.get_mut(CASES)? = Value::Array(cases.ok()?);
        if !schema.is_valid(&suite) {
            return None;
        }
        let mut suite: Suite = serde_json::from_value(suite).ok()?;
        let mut findings = Vec::new();
        Checker::new(path, text, subject, (models, today), &mut findings).suite(&suite);
        let is_new = |case: &Case| known.insert(Digest::of(case.id.as_bytes()));
        if !suite.cases.iter().all(is_new) || !findings.is_empty() {
            return None;
        }
        suite.cases.clear();
        head = Some(suite);
    }
    head
}
