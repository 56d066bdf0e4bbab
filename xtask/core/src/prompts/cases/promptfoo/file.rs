//! The whole of a promptfoo file: what it gives every test, its tests and its scenarios.

use serde_json::{Map, Value};

use super::super::Suite;
use super::import::{Import, Outer, keeps_lists, key, unread};
use super::own;
use crate::yaml::Segment;

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

impl Import<'_> {
    /// Reads all of it.
    pub(super) fn file(&mut self, map: &Map<String, Value>) {
        let mut lost = self.unknown_keys(map, FILE_KEYS, &[]);
        self.suite.description = self.text(map, "description", &[]);
        if map
            .get("assertionTemplates")
            .is_some_and(|templates| !templates.is_object())
        {
            self.unsupported("`assertionTemplates` is no map", &[key("assertionTemplates")]);
        }
        // the agent's own are judged; what they are here decides nothing
        for name in ["prompts", "providers", "targets"] {
            let given = map.get(name).filter(|given| given.is_number() || given.is_boolean());
            if given.is_some() {
                self.unsupported(format!("`{name}` is no list"), &[key(name)]);
            }
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
            Some(Value::Object(default)) if self.is_own_head(default) => self.whole_lists = true,
            Some(Value::Object(default)) => {
                self.tags(default, &path);
                self.whole_lists = keeps_lists(default);
                outer = self.group(default, &path, &outer);
            }
            Some(other) => {
                let message = unread(
                    other,
                    "a default test in another file is not read",
                    "`defaultTest` is no map",
                );
                lost.push(self.lost(&message, &path, other.clone()));
            }
        }
        self.suite.assertions.append(&mut lost);
        self.suite.assertions.append(&mut outer.assertions);
        let whole = self.whole_lists;
        let is_list = |value: &Value| !whole && value.as_array().is_some_and(|items| !items.is_empty());
        let (lists, plain): (Vec<_>, Vec<_>) = outer.vars.into_iter().partition(|(_, value)| is_list(value));
        outer.vars = lists.into_iter().collect();
        self.suite.vars.extend(plain);
        self.tests(map.get("tests"), &[key("tests")], &outer);
        let path = [key("scenarios")];
        match map.get("scenarios") {
            None | Some(Value::Null) => {}
            Some(Value::Array(scenarios)) => {
                for (index, scenario) in scenarios.iter().enumerate() {
                    self.scenario(scenario, &[&path[..], &[Segment::Index(index)]].concat(), &outer);
                }
            }
            Some(other) => {
                let message = unread(other, "scenarios in other files are not read", "`scenarios` is no list");
                self.placeholder(&message, &path, other.clone());
            }
        }
    }

    /// Takes back what an export says of its suite: all of it where the default test still says the same, and otherwise
    /// what promptfoo has no words for.
    fn is_own_head(&mut self, default: &Map<String, Value>) -> bool {
        let Some(head) = own::head_of(default) else {
            return false;
        };
        let is_same = own::is_head(default, &head);
        let prompt = std::mem::take(&mut self.suite.prompt);
        self.suite = Suite {
            prompt,
            description: std::mem::take(&mut self.suite.description),
            cases: Vec::new(),
            ..head.clone()
        };
        if !is_same {
            self.suite.vars.clear();
            self.suite.assertions.clear();
        }
        self.exported = Some(head);
        is_same
    }

    /// Each configuration of a scenario with each of its tests.
    fn scenario(&mut self, scenario: &Value, path: &[Segment], outer: &Outer) {
        let Some(map) = scenario.as_object() else {
            let message = unread(scenario, "scenarios in other files are not read", "a scenario is a map");
            self.placeholder(&message, path, scenario.clone());
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
                other => {
                    let message = unread(
                        other,
                        "scenarios in other files are not read",
                        "a configuration is a map",
                    );
                    self.placeholder(&message, &place, other.clone());
                }
            }
        }
    }
}
