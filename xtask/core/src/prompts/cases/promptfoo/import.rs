//! Reads a promptfoo file, or a list of test cases in JSON, into a suite.

use serde_json::{Map, Value, json};

use super::super::{Assertion, Case, Suite};
use super::assertions::number;
use crate::model::Finding;
use crate::prompts::score::has_tag;
use crate::yaml::{self, Positions, Segment};

/// Most cases that one test with lists of values may stand for.
const MOST_COMBINATIONS: usize = 1_000;

/// Keys of a test that mean something here, or nothing anywhere.
const TEST_KEYS: &[&str] = &["assert", "description", "metadata", "options", "threshold", "vars"];

/// Keys of the whole file.
const FILE_KEYS: &[&str] = &[
    "$schema",
    "assertionTemplates",
    "defaultTest",
    "description",
    "env",
    "evaluateOptions",
    "outputPath",
    "prompts",
    "providers",
    "scenarios",
    "sharing",
    "tags",
    "targets",
    "tests",
];

/// The suite that a file stands for, and everything in it that has no place there. What cannot be carried stays in the
/// suite as an assertion that is refused, so that it is never passed.
pub fn import(path: &str, text: &str, prompt: &str) -> (Option<Suite>, Vec<Finding>) {
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
        suite: Suite {
            prompt: prompt.to_owned(),
            ..Suite::default()
        },
    };
    match &value {
        Value::Array(items) => import.listed(items, &[]),
        Value::Object(map) if map.get("cases").is_some_and(Value::is_array) => {
            let items = map["cases"].as_array().map_or(&[][..], Vec::as_slice);
            import.suite.assertions = import.unknown_keys(map, &["cases"], &[]);
            import.listed(items, &[key("cases")]);
        }
        Value::Object(map) => import.file(map),
        _ => {}
    }
    if import.suite.cases.is_empty() {
        let finding = Finding::error("empty-suite", "the file holds neither tests nor cases")
            .in_file(path)
            .help("name promptfoo's YAML, or a JSON list of cases; a CSV is not read");
        import.findings.push(finding);
        return (None, import.findings);
    }
    (Some(import.suite), import.findings)
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
    whole_lists: bool,
    pub(super) suite: Suite,
}

/// What every test of a group has, unless it has its own.
#[derive(Clone, Default)]
pub(super) struct Outer {
    vars: Map<String, Value>,
    assertions: Vec<Assertion>,
    threshold: Option<f64>,
}

/// Whether a test says that its lists are values.
fn keeps_lists(test: &Map<String, Value>) -> bool {
    let options = test.get("options");
    options.and_then(|options| options.get("disableVarExpansion")) == Some(&Value::Bool(true))
}

impl Import<'_> {
    /// Says that something has no place in a suite.
    pub(super) fn unsupported(&mut self, message: impl Into<String>, path: &[Segment]) {
        let (line, column) = self
            .positions
            .as_ref()
            .map_or((0, 0), |positions| positions.nearest(path));
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
    fn group(&mut self, test: &Map<String, Value>, path: &[Segment], outer: &Outer) -> Outer {
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
        match number(test, "threshold") {
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
                group
                    .assertions
                    .push(self.lost("variables in other files are not read", &vars, other.clone()));
            }
        }
        let own = self.assertions(test.get("assert"), &[path, &[key("assert")]].concat());
        group.assertions.extend(own);
        group
    }

    /// The tags of a test. What else its metadata say decides nothing, and is only named.
    fn tags(&mut self, test: &Map<String, Value>, path: &[Segment]) -> Vec<String> {
        let Some(metadata) = test.get("metadata").and_then(Value::as_object) else {
            return Vec::new();
        };
        let list = |value: &Value| -> Option<Vec<String>> {
            let items = value.as_array()?.iter();
            items.map(|item| item.as_str().map(str::to_owned)).collect()
        };
        let tags = metadata.get("tags").and_then(list);
        let known = |name: &str| name == "tags" && tags.is_some();
        for name in metadata.keys().filter(|name| !known(name)) {
            let path = [path, &[key("metadata"), key(name)]].concat();
            self.unsupported(format!("`metadata.{name}` is not carried"), &path);
        }
        tags.unwrap_or_default()
    }

    fn file(&mut self, map: &Map<String, Value>) {
        let mut lost = self.unknown_keys(map, FILE_KEYS, &[]);
        if let Some(description) = map.get("description").and_then(Value::as_str) {
            self.suite.description = description.to_owned();
        }
        if map
            .get("evaluateOptions")
            .is_some_and(|options| options.get("repeat").is_some())
        {
            let path = [key("evaluateOptions"), key("repeat")];
            self.unsupported("`repeat` is not carried: pass `--repeat` to `evaluate`", &path);
        }
        let mut outer = Outer::default();
        let path = [key("defaultTest")];
        match map.get("defaultTest") {
            None | Some(Value::Null) => {}
            Some(Value::Object(default)) => {
                self.tags(default, &path);
                self.whole_lists = keeps_lists(default);
                outer = self.group(default, &path, &outer);
            }
            Some(other) => lost.push(self.lost("a default test in another file is not read", &path, other.clone())),
        }
        self.suite.assertions = lost;
        self.suite.assertions.append(&mut outer.assertions);
        let whole = self.whole_lists;
        let is_list = |value: &Value| !whole && value.as_array().is_some_and(|items| !items.is_empty());
        let (lists, plain): (Vec<_>, Vec<_>) = outer.vars.into_iter().partition(|(_, value)| is_list(value));
        outer.vars = lists.into_iter().collect();
        self.suite.vars = plain.into_iter().collect();
        self.tests(map.get("tests"), &[key("tests")], &outer);
        let path = [key("scenarios")];
        match map.get("scenarios") {
            None | Some(Value::Null) => {}
            Some(Value::Array(scenarios)) => {
                for (index, scenario) in scenarios.iter().enumerate() {
                    self.scenario(scenario, &[&path[..], &[Segment::Index(index)]].concat(), &outer);
                }
            }
            Some(other) => self.placeholder("scenarios in other files are not read", &path, other.clone()),
        }
    }

    /// Each configuration of a scenario with each of its tests.
    fn scenario(&mut self, scenario: &Value, path: &[Segment], outer: &Outer) {
        let Some(map) = scenario.as_object() else {
            self.placeholder("scenarios in other files are not read", path, scenario.clone());
            return;
        };
        let mut outer = outer.clone();
        outer
            .assertions
            .extend(self.unknown_keys(map, &["config", "description", "tests"], path));
        let place = [path, &[key("config")]].concat();
        let Some(configs) = map.get("config").and_then(Value::as_array) else {
            self.placeholder(
                "a scenario without a list of configurations is not read",
                &place,
                scenario.clone(),
            );
            return;
        };
        let one = Value::Array(vec![Value::Object(Map::new())]);
        for (index, config) in configs.iter().enumerate() {
            let place = [&place[..], &[Segment::Index(index)]].concat();
            match config {
                Value::Object(config) => {
                    let group = self.group(config, &place, &outer);
                    let tests = map.get("tests").unwrap_or(&one);
                    self.tests(Some(tests), &[path, &[key("tests")]].concat(), &group);
                }
                other => self.placeholder("scenarios in other files are not read", &place, other.clone()),
            }
        }
    }

    fn tests(&mut self, tests: Option<&Value>, path: &[Segment], outer: &Outer) {
        match tests {
            None | Some(Value::Null) => {}
            Some(Value::Array(tests)) => {
                for (index, test) in tests.iter().enumerate() {
                    let path = [path, &[Segment::Index(index)]].concat();
                    match test {
                        Value::Object(test) => self.test(test, &path, outer),
                        other => self.placeholder("tests in other files are not read", &path, other.clone()),
                    }
                }
            }
            Some(other) => self.placeholder("tests in other files are not read", path, other.clone()),
        }
    }

    pub(super) fn test(&mut self, test: &Map<String, Value>, path: &[Segment], outer: &Outer) {
        let mut group = self.group(test, path, outer);
        let tags = self.tags(test, path);
        let name = test.get("description").and_then(Value::as_str).unwrap_or_default();
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
            self.suite.cases.push(Case {
                id: self.fresh_id(name),
                name: name.to_owned(),
                vars,
                assertions: group.assertions.clone(),
                threshold: group.threshold,
                tags: tags.clone(),
                weight: 1.0,
                ..Case::default()
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
