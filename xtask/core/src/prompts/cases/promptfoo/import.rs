//! Reads a promptfoo file, or a list of test cases in JSON, into a suite.

use serde_json::{Map, Value, json};

use super::super::{Assertion, Case, Suite};
use super::assertions::number;
use super::own;
use crate::model::Finding;
use crate::prompts::score::has_tag;
use crate::yaml::{self, Positions, Segment};

/// Most cases that one test with lists of values may stand for.
const MOST_COMBINATIONS: usize = 1_000;

/// Keys of a test that mean something here, or nothing anywhere.
const TEST_KEYS: &[&str] = &["assert", "description", "metadata", "options", "threshold", "vars"];

/// The suite that a file stands for, and everything in it that has no place there. What cannot be carried stays in the
/// suite as an assertion that is refused, so that it is never passed.
pub fn import(path: &str, text: &str, prompt: &str) -> (Option<Imported>, Vec<Finding>) {
    let value = match yaml::read_value(text) {
        Ok(value) => value,
        Err(error) => {
            let finding = Finding::error("yaml-syntax", error.message).at(path, error.line, error.column);
            return (None, vec![finding]);
        }
    };
    let mut import = Import {
        path,
        text,
        positions: Positions::of(text).ok(),
        findings: Vec::new(),
        templates: value.get("assertionTemplates").cloned().unwrap_or_default(),
        whole_lists: false,
        exported: None,
        suite: Suite {
            prompt: prompt.to_owned(),
            ..Suite::default()
        },
    };
    match &value {
        Value::Array(items) => import.listed(items, &[]),
        Value::Object(map) if map.contains_key("cases") && !map.contains_key("tests") => {
            import.suite.assertions = import.unknown_keys(map, &["cases"], &[]);
            match &map["cases"] {
                Value::Array(items) => import.listed(items, &[key("cases")]),
                other => import.placeholder("`cases` is no list", &[key("cases")], other.clone()),
            }
        }
        Value::Object(map) => import.file(map),
        _ => {}
    }
    if import.suite.cases.is_empty() {
        let (line, column) = import.place(&[key("tests")]);
        let finding = Finding::error("empty-suite", "the file holds neither tests nor cases")
            .at(path, line, column)
            .help("name promptfoo's YAML, or a JSON list of cases; a CSV is not read");
        import.findings.push(finding);
        return (None, import.findings);
    }
    let imported = match import.exported {
        Some(_) => Imported::Back(import.suite),
        None => Imported::New(import.suite),
    };
    (Some(imported), import.findings)
}

pub(super) fn key(name: &str) -> Segment {
    Segment::Key(name.to_owned())
}

pub(super) struct Import<'a> {
    path: &'a str,
    text: &'a str,
    positions: Option<Positions>,
    findings: Vec<Finding>,
    pub(super) templates: Value,
    /// Whether a list is one value instead of several tests.
    pub(super) whole_lists: bool,
    /// The suite that the file was exported from, without its cases.
    pub(super) exported: Option<Suite>,
    pub(super) suite: Suite,
}

/// A suite that came in.
pub enum Imported {
    /// From a file that somebody wrote: which input takes what the user says, it does not tell.
    New(Suite),
    /// From a file that was exported here.
    Back(Suite),
}

/// What every test of a group has, unless it has its own.
#[derive(Clone, Default)]
pub(super) struct Outer {
    pub(super) vars: Map<String, Value>,
    pub(super) assertions: Vec<Assertion>,
    pub(super) threshold: Option<f64>,
}

/// Whether a test says that its lists are values.
pub(super) fn keeps_lists(test: &Map<String, Value>) -> bool {
    let options = test.get("options");
    options.and_then(|options| options.get("disableVarExpansion")) == Some(&Value::Bool(true))
}

/// Whether promptfoo would look for it in another file.
fn is_elsewhere(value: &Value) -> bool {
    match value {
        Value::String(_) => true,
        Value::Object(map) => map.get("path").is_some_and(Value::is_string) && !map.contains_key("vars"),
        Value::Array(items) => !items.is_empty() && items.iter().all(Value::is_string),
        _ => false,
    }
}

/// What to say of something that is neither what promptfoo takes there nor in another file.
pub(super) fn unread(value: &Value, elsewhere: &str, otherwise: &str) -> String {
    let said = if is_elsewhere(value) { elsewhere } else { otherwise };
    said.to_owned()
}

impl Import<'_> {
    /// Line and column of what stands at a path, or nearest to it.
    fn place(&self, path: &[Segment]) -> (usize, usize) {
        let positions = self.positions.as_ref();
        positions.map_or((0, 0), |positions| positions.nearest(path))
    }

    /// Says that something has no place in a suite.
    pub(super) fn unsupported(&mut self, message: impl Into<String>, path: &[Segment]) {
        let (line, column) = self.place(path);
        self.findings.push(
            Finding::warning("unsupported-assertion", message)
                .at(self.path, line, column)
                .help("say it in another way in the suite that is written"),
        );
    }

    /// Whether a text stands in the file without quotes, and looks like a date: then it is none to promptfoo.
    pub(super) fn is_date(&self, value: &Value, path: &[Segment]) -> bool {
        let looks = |text: &str| {
            let digits: Vec<&str> = text.splitn(3, '-').collect();
            let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            matches!(&digits[..], [year, month, day] if year.len() == 4 && is_number(year) && is_number(month)
                && day.starts_with(|c: char| c.is_ascii_digit()))
        };
        let place = self.positions.as_ref().and_then(|positions| positions.value(path));
        let first = place.and_then(|(line, column)| {
            let line = self.text.lines().nth(line.checked_sub(1)?)?;
            line.chars().nth(column.checked_sub(1)?)
        });
        value.as_str().is_some_and(looks) && first.is_some_and(|c| c.is_ascii_digit())
    }

    /// Says it, and gives the assertion that keeps the suite from being passed without it.
    pub(super) fn lost(&mut self, message: &str, path: &[Segment], was: Value) -> Assertion {
        self.unsupported(message, path);
        Assertion::undecided(message, was)
    }

    /// A case for tests that cannot be read.
    pub(super) fn placeholder(&mut self, message: &str, path: &[Segment], was: Value) {
        let lost = self.lost(message, path, was);
        self.suite.cases.push(Case {
            id: self.fresh_id("not imported"),
            assertions: vec![lost],
            weight: 1.0,
            ..Case::default()
        });
    }

    pub(super) fn unknown_keys(
        &mut self,
        map: &Map<String, Value>,
        known: &[&str],
        path: &[Segment],
    ) -> Vec<Assertion> {
        let unknown = map.iter().filter(|(name, _)| !known.contains(&name.as_str()));
        unknown
            .map(|(name, value)| {
                let path = [path, &[key(name)]].concat();
                self.lost(&format!("`{name}` is not supported"), &path, json!({name: value}))
            })
            .collect()
    }

    /// What a test, the default test or a scenario says beside its vars, over what is around it.
    pub(super) fn group(&mut self, test: &Map<String, Value>, path: &[Segment], outer: &Outer) -> Outer {
        let mut group = outer.clone();
        group.assertions.extend(self.unknown_keys(test, TEST_KEYS, path));
        if let Some(options) = test.get("options") {
            let path = [path, &[key("options")]].concat();
            match options {
                Value::Object(options) => {
                    let lost = self.unknown_keys(options, &["disableVarExpansion"], &path);
                    group.assertions.extend(lost);
                }
                other => group
                    .assertions
                    .push(self.lost("`options` is no map", &path, other.clone())),
            }
        }
        match number(test, "threshold").and_then(share) {
            Ok(threshold) => group.threshold = threshold.or(group.threshold),
            Err(reason) => {
                let was = test["threshold"].clone();
                group
                    .assertions
                    .push(self.lost(&reason, &[path, &[key("threshold")]].concat(), was));
            }
        }
        let vars = [path, &[key("vars")]].concat();
        match test.get("vars") {
            None | Some(Value::Null) => {}
            Some(Value::Object(own)) => {
                let elsewhere = |value: &Value| value.as_str().is_some_and(|text| text.starts_with("file://"));
                if own.values().any(elsewhere) {
                    let was = test["vars"].clone();
                    group
                        .assertions
                        .push(self.lost("values in other files are not read", &vars, was));
                }
                if own.values().any(|value| value.as_str().is_some_and(has_tag)) {
                    let was = test["vars"].clone();
                    group
                        .assertions
                        .push(self.lost("variables inside variables are not filled", &vars, was));
                }
                group.vars.extend(own.clone());
            }
            Some(other) => {
                let message = unread(other, "variables in other files are not read", "`vars` is no map");
                group.assertions.push(self.lost(&message, &vars, other.clone()));
            }
        }
        let own = self.assertions(test.get("assert"), &[path, &[key("assert")]].concat());
        group.assertions.extend(own);
        group
    }

    /// The tags of a test. What else its metadata say decides nothing, and is only named.
    pub(super) fn tags(&mut self, test: &Map<String, Value>, path: &[Segment]) -> Vec<String> {
        let metadata = match test.get("metadata") {
            None | Some(Value::Null) => return Vec::new(),
            Some(Value::Object(metadata)) => metadata,
            Some(_) => {
                self.unsupported("`metadata` is no map", &[path, &[key("metadata")]].concat());
                return Vec::new();
            }
        };
        let list = |value: &Value| -> Option<Vec<String>> {
            let items = value.as_array()?.iter();
            items.map(|item| item.as_str().map(str::to_owned)).collect()
        };
        let tags = metadata.get("tags").and_then(list);
        let known = |name: &str| (name == "tags" && tags.is_some()) || name == own::KEY;
        for name in metadata.keys().filter(|name| !known(name)) {
            let path = [path, &[key("metadata"), key(name)]].concat();
            self.unsupported(format!("`metadata.{name}` is not carried"), &path);
        }
        tags.unwrap_or_default()
    }

    /// A text of a map; what stands there and is none is only named.
    pub(super) fn text<'a>(&mut self, map: &'a Map<String, Value>, name: &str, path: &[Segment]) -> String {
        let given: Option<&'a Value> = map.get(name).filter(|given| !given.is_null());
        if given.is_some_and(|given| !given.is_string()) {
            self.unsupported(format!("`{name}` is no text"), &[path, &[key(name)]].concat());
        }
        given.and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    pub(super) fn tests(&mut self, tests: Option<&Value>, path: &[Segment], outer: &Outer) {
        match tests {
            None | Some(Value::Null) => {}
            Some(Value::Array(tests)) => {
                for (index, test) in tests.iter().enumerate() {
                    let path = [path, &[Segment::Index(index)]].concat();
                    match test {
                        Value::Object(own) if !is_elsewhere(test) => self.test(own, &path, outer),
                        other => {
                            let message = unread(other, "tests in other files are not read", "a test is a map");
                            self.placeholder(&message, &path, other.clone());
                        }
                    }
                }
            }
            Some(other) => {
                let message = unread(other, "tests in other files are not read", "`tests` is no list");
                self.placeholder(&message, path, other.clone());
            }
        }
    }

    pub(super) fn test(&mut self, test: &Map<String, Value>, path: &[Segment], outer: &Outer) {
        let was = self.exported.as_ref().zip(own::case_of(test));
        let is_free = |case: &Case| self.suite.cases.iter().all(|other| other.id != case.id);
        let was = was.filter(|(_, case)| is_free(case));
        if let Some((head, case)) = &was
            && self.whole_lists
            && own::is_case(test, head, case, outer)
        {
            let case = case.clone();
            self.suite.cases.push(case);
            return;
        }
        let mut was = was.map(|(_, case)| case);
        let mut group = self.group(test, path, outer);
        let tags = self.tags(test, path);
        let name = &self.text(test, "description", path);
        let all = if self.whole_lists || keeps_lists(test) {
            vec![group.vars]
        } else {
            combinations(&group.vars)
        };
        if all.len() > MOST_COMBINATIONS {
            let message = format!("only the first {MOST_COMBINATIONS} combinations are taken");
            let was = test.get("vars").cloned().unwrap_or_default();
            group.assertions.push(self.lost(&message, path, was));
        }
        for vars in all.into_iter().take(MOST_COMBINATIONS) {
            let case = Case {
                id: self.fresh_id(name),
                name: name.clone(),
                vars,
                assertions: group.assertions.clone(),
                threshold: group.threshold,
                tags: tags.clone(),
                weight: 1.0,
                ..Case::default()
            };
            self.suite.cases.push(match was.take() {
                Some(was) => own::beside(case, was),
                None => case,
            });
        }
    }

    pub(super) fn fresh_id(&self, name: &str) -> String {
        let slug: String = name
            .to_lowercase()
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|part| !part.is_empty())
            .take(6)
            .collect::<Vec<_>>()
            .join("-");
        let base = if slug.is_empty() { "case".to_owned() } else { slug };
        let taken = |id: &str| self.suite.cases.iter().any(|case| case.id == id);
        if !taken(&base) {
            return base;
        }
        let numbered = (2..).map(|number| format!("{base}-{number}"));
        numbered.into_iter().find(|id| !taken(id)).unwrap_or(base)
    }
}

/// A list stands for each of its values in turn.
fn combinations(vars: &Map<String, Value>) -> Vec<Map<String, Value>> {
    let mut all = vec![Map::new()];
    for (name, value) in vars {
        let values = match value {
            Value::Array(values) if !values.is_empty() => values.clone(),
            other => vec![other.clone()],
        };
        all = all
            .into_iter()
            .flat_map(|before| {
                values.iter().map(move |value| {
                    let mut map = before.clone();
                    map.insert(name.clone(), json!(value));
                    map
                })
            })
            .take(MOST_COMBINATIONS + 1)
            .collect();
    }
    all
}

/// The score of a test, with which another one no suite could be read.
fn share(threshold: Option<f64>) -> Result<Option<f64>, String> {
    match threshold {
        Some(score) if !(0.0..=1.0).contains(&score) => Err("the `threshold` of a test is from 0 to 1".to_owned()),
        threshold => Ok(threshold),
    }
}
