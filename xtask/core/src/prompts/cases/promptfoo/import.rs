//! Reads a promptfoo file, or a list of test cases in JSON, into a suite.

use serde_json::{Map, Value, json};

use super::super::{Assertion, Case, ExpectedTool, Suite, support};
use crate::model::{Finding, PlainVersion};
use crate::yaml::{self, Positions, Segment};

/// Most cases that one test with lists of values may stand for.
const MOST_COMBINATIONS: usize = 1_000;

/// Keys of a test that mean something here, or nothing anywhere.
const TEST_KEYS: &[&str] = &["assert", "description", "metadata", "options", "threshold", "vars"];

/// Keys of an assertion that mean something here.
const ASSERTION_KEYS: &[&str] = &[
    "$ref",
    "assert",
    "config",
    "metric",
    "threshold",
    "type",
    "value",
    "weight",
];

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

/// The suite that a file stands for, and everything in it that has no place there. What is unsupported stays in the
/// suite where it has a name, so that it is refused and never passed.
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
            import.listed(items, &[key("cases")]);
        }
        Value::Object(map) => import.file(map),
        _ => import.unsupported("the file holds neither tests nor cases", &[]),
    }
    (Some(import.suite), import.findings)
}

fn key(name: &str) -> Segment {
    Segment::Key(name.to_owned())
}

struct Import<'a> {
    path: &'a str,
    positions: Option<Positions>,
    findings: Vec<Finding>,
    templates: Value,
    /// Whether a list is one value instead of several tests.
    whole_lists: bool,
    suite: Suite,
}

/// Whether a test says that its lists are values.
fn keeps_lists(test: &Map<String, Value>) -> bool {
    let options = test.get("options");
    options.and_then(|options| options.get("disableVarExpansion")) == Some(&Value::Bool(true))
}

impl Import<'_> {
    fn unsupported(&mut self, message: impl Into<String>, path: &[Segment]) {
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

    fn unknown_keys(&mut self, map: &Map<String, Value>, known: &[&str], path: &[Segment]) {
        for name in map.keys().filter(|name| !known.contains(&name.as_str())) {
            let mut path = path.to_vec();
            path.push(key(name));
            self.unsupported(format!("`{name}` is not supported"), &path);
        }
    }

    fn options(&mut self, test: &Map<String, Value>, path: &[Segment]) {
        if let Some(options) = test.get("options").and_then(Value::as_object) {
            self.unknown_keys(options, &["disableVarExpansion"], &[path, &[key("options")]].concat());
        }
    }

    fn file(&mut self, map: &Map<String, Value>) {
        self.unknown_keys(map, FILE_KEYS, &[]);
        if let Some(description) = map.get("description").and_then(Value::as_str) {
            self.suite.description = description.to_owned();
        }
        let none = Map::new();
        let default = map.get("defaultTest").and_then(Value::as_object).unwrap_or(&none);
        self.unknown_keys(default, TEST_KEYS, &[key("defaultTest")]);
        self.suite.assertions = self.assertions(default.get("assert"), &[key("defaultTest"), key("assert")]);
        self.options(default, &[key("defaultTest")]);
        self.whole_lists = keeps_lists(default);
        let whole = self.whole_lists;
        let is_list = |value: &Value| !whole && value.as_array().is_some_and(|items| !items.is_empty());
        let given = default
            .get("vars")
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default();
        let (lists, plain): (Vec<_>, Vec<_>) = given.into_iter().partition(|(_, value)| is_list(value));
        let lists: Map<String, Value> = lists.into_iter().collect();
        self.suite.vars = plain.into_iter().collect();
        let threshold = default.get("threshold").and_then(Value::as_f64);
        self.tests(map.get("tests"), &[key("tests")], &lists, threshold);
        for (index, scenario) in map
            .get("scenarios")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .enumerate()
        {
            let path = [key("scenarios"), Segment::Index(index)];
            let configs = scenario.get("config").and_then(Value::as_array);
            for config in configs.into_iter().flatten() {
                let mut vars = lists.clone();
                vars.extend(
                    config
                        .get("vars")
                        .and_then(Value::as_object)
                        .cloned()
                        .unwrap_or_default(),
                );
                let place = [&path[..], &[key("tests")]].concat();
                self.tests(scenario.get("tests"), &place, &vars, threshold);
            }
        }
    }

    fn tests(&mut self, tests: Option<&Value>, path: &[Segment], vars: &Map<String, Value>, threshold: Option<f64>) {
        match tests {
            Some(Value::Array(tests)) => {
                for (index, test) in tests.iter().enumerate() {
                    let path = [path, &[Segment::Index(index)]].concat();
                    match test {
                        Value::Object(test) => self.test(test, &path, vars, threshold),
                        _ => self.unsupported("tests in other files are not read", &path),
                    }
                }
            }
            Some(_) => self.unsupported("tests in other files are not read", path),
            None => {}
        }
    }

    fn test(
        &mut self,
        test: &Map<String, Value>,
        path: &[Segment],
        outer: &Map<String, Value>,
        threshold: Option<f64>,
    ) {
        self.unknown_keys(test, TEST_KEYS, path);
        let mut vars = outer.clone();
        match test.get("vars") {
            Some(Value::Object(own)) => vars.extend(own.clone()),
            Some(_) => self.unsupported(
                "variables in other files are not read",
                &[path, &[key("vars")]].concat(),
            ),
            None => {}
        }
        if vars
            .values()
            .any(|value| value.as_str().is_some_and(|text| text.starts_with("file://")))
        {
            self.unsupported("values in other files are not read", &[path, &[key("vars")]].concat());
        }
        let assertions = self.assertions(test.get("assert"), &[path, &[key("assert")]].concat());
        let name = test.get("description").and_then(Value::as_str).unwrap_or_default();
        self.options(test, path);
        let all = if self.whole_lists || keeps_lists(test) {
            vec![vars]
        } else {
            combinations(&vars)
        };
        if all.len() == MOST_COMBINATIONS {
            self.unsupported(
                format!("only the first {MOST_COMBINATIONS} combinations are taken"),
                path,
            );
        }
        for vars in all {
            self.suite.cases.push(Case {
                id: self.fresh_id(name),
                name: name.to_owned(),
                vars,
                assertions: assertions.clone(),
                threshold: test.get("threshold").and_then(Value::as_f64).or(threshold),
                weight: 1.0,
                ..Case::default()
            });
        }
    }

    fn assertions(&mut self, list: Option<&Value>, path: &[Segment]) -> Vec<Assertion> {
        let items = list.and_then(Value::as_array);
        let read = |(index, item): (usize, &Value)| {
            let path = [path, &[Segment::Index(index)]].concat();
            self.assertion(item, &path)
        };
        items.into_iter().flatten().enumerate().filter_map(read).collect()
    }

    fn assertion(&mut self, item: &Value, path: &[Segment]) -> Option<Assertion> {
        let Value::Object(own) = item else {
            self.unsupported("an assertion is a map with `type`", path);
            return None;
        };
        let mut map = Map::new();
        if let Some(name) = own.get("$ref").and_then(Value::as_str) {
            let template = name
                .rsplit('/')
                .next()
                .and_then(|name| self.templates.get(name))
                .cloned();
            match template {
                Some(Value::Object(template)) => map = template,
                _ => self.unsupported(format!("there is no template `{name}`"), path),
            }
        }
        map.extend(own.clone());
        self.unknown_keys(&map, ASSERTION_KEYS, path);
        let kind = map.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        if let Err(message) = support(&kind) {
            self.unsupported(message, path);
        }
        let value = map.get("value").cloned().unwrap_or_default();
        if let Some(text) = value.as_str() {
            if text.starts_with("file://") {
                self.unsupported("values in other files are not read", path);
            } else if text.contains("{%")
                || text
                    .split("{{")
                    .skip(1)
                    .any(|inside| inside.split("}}").next().is_some_and(|inside| inside.contains('|')))
            {
                self.unsupported("filters and statements of Nunjucks are not run", path);
            }
        }
        let number = |name: &str| map.get(name).and_then(Value::as_f64);
        Some(Assertion {
            threshold: number("threshold"),
            weight: number("weight"),
            metric: map.get("metric").and_then(Value::as_str).map(str::to_owned),
            set: self.assertions(map.get("assert"), &[path, &[key("assert")]].concat()),
            config: map
                .get("config")
                .and_then(Value::as_object)
                .cloned()
                .unwrap_or_default(),
            kind,
            value,
        })
    }

    /// Test cases one by one, with names of the other convention: `user_input`, `expected_tools` …
    fn listed(&mut self, items: &[Value], path: &[Segment]) {
        for (index, item) in items.iter().enumerate() {
            let path = [path, &[Segment::Index(index)]].concat();
            let Value::Object(map) = item else {
                self.unsupported("a case is a map", &path);
                continue;
            };
            let text = |name: &str| map.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            let list = |name: &str| -> Vec<String> {
                let items = map.get(name).and_then(Value::as_array);
                items
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                    .map(str::to_owned)
                    .collect()
            };
            let known = [
                "id",
                "name",
                "system_prompt_version",
                "user_input",
                "expected_behavior",
                "expected_tools",
                "expected_response_keywords",
                "forbidden_keywords",
                "max_tokens_limit",
            ];
            self.unknown_keys(map, &known, &path);
            let version = text("system_prompt_version");
            let tools = map.get("expected_tools").map(|_| list("expected_tools"));
            let id = text("id");
            self.suite.cases.push(Case {
                id: if id.is_empty() {
                    self.fresh_id(&text("name"))
                } else {
                    id
                },
                name: text("name"),
                // an environment in front says where it ran, which the release file knows
                system_prompt_version: PlainVersion::parse(version.rsplit('-').next().unwrap_or_default()),
                user_input: text("user_input"),
                expected_behavior: text("expected_behavior"),
                expected_tools: tools.map(|tools| tools.into_iter().map(ExpectedTool::Name).collect()),
                expected_response_keywords: list("expected_response_keywords"),
                forbidden_keywords: list("forbidden_keywords"),
                max_tokens_limit: map.get("max_tokens_limit").and_then(Value::as_u64),
                weight: 1.0,
                ..Case::default()
            });
        }
    }

    fn fresh_id(&self, name: &str) -> String {
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
            .take(MOST_COMBINATIONS)
            .collect();
    }
    all
}
