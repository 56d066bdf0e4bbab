//! Lists of test cases with names of the other convention: `user_input`, `expected_tools` …

use serde_json::{Map, Value};

use super::super::{Case, ExpectedTool};
use super::import::{Import, Outer, key};
use crate::model::PlainVersion;
use crate::yaml::Segment;

/// The fields of such a case.
const KEYS: &[&str] = &[
    "expected_behavior",
    "expected_response_keywords",
    "expected_tools",
    "forbidden_keywords",
    "id",
    "max_tokens_limit",
    "name",
    "system_prompt_version",
    "user_input",
];

impl Import<'_> {
    /// Test cases one by one. A test in promptfoo's words may stand among them.
    pub(super) fn listed(&mut self, items: &[Value], path: &[Segment]) {
        for (index, item) in items.iter().enumerate() {
            let path = [path, &[Segment::Index(index)]].concat();
            match item {
                Value::Object(map) if map.contains_key("vars") || map.contains_key("assert") => {
                    self.test(map, &path, &Outer::default());
                }
                Value::Object(map) => self.listed_case(map, &path),
                other => self.placeholder("a case is a map", &path, other.clone()),
            }
        }
    }

    fn listed_case(&mut self, map: &Map<String, Value>, path: &[Segment]) {
        let mut lost = self.unknown_keys(map, KEYS, path);
        let mut fields = Fields { map, wrong: Vec::new() };
        let (id, name) = (fields.text("id"), fields.text("name"));
        let mut case = Case {
            id: if id.is_empty() { self.fresh_id(&name) } else { id },
            name,
            system_prompt_version: fields.version("system_prompt_version"),
            user_input: fields.text("user_input"),
            expected_behavior: fields.text("expected_behavior"),
            expected_tools: fields
                .list("expected_tools")
                .map(|tools| tools.into_iter().map(ExpectedTool::Name).collect()),
            expected_response_keywords: fields.list("expected_response_keywords").unwrap_or_default(),
            forbidden_keywords: fields.list("forbidden_keywords").unwrap_or_default(),
            max_tokens_limit: fields.count("max_tokens_limit"),
            weight: 1.0,
            ..Case::default()
        };
        let wrong = fields.wrong;
        lost.extend(wrong.into_iter().map(|(name, what)| {
            let was = Value::Object(Map::from_iter([(name.to_owned(), map[name].clone())]));
            self.lost(&format!("`{name}` is no {what}"), &[path, &[key(name)]].concat(), was)
        }));
        case.assertions = lost;
        self.suite.cases.push(case);
    }
}

/// The fields of one case, and those that are not what they should be.
struct Fields<'a> {
    map: &'a Map<String, Value>,
    wrong: Vec<(&'static str, &'static str)>,
}

impl Fields<'_> {
    /// What a field says; nothing where it says nothing, which is noted where it is of another kind.
    fn read<T>(&mut self, name: &'static str, what: &'static str, of: impl Fn(&Value) -> Option<T>) -> Option<T> {
        let value = self.map.get(name).filter(|value| !value.is_null())?;
        let found = of(value);
        if found.is_none() {
            self.wrong.push((name, what));
        }
        found
    }

    fn text(&mut self, name: &'static str) -> String {
        let text = self.read(name, "text", |value| value.as_str().map(str::to_owned));
        text.unwrap_or_default()
    }

    fn list(&mut self, name: &'static str) -> Option<Vec<String>> {
        self.read(name, "list of texts", |value| {
            let items = value.as_array()?.iter();
            items.map(|item| item.as_str().map(str::to_owned)).collect()
        })
    }

    fn count(&mut self, name: &'static str) -> Option<u64> {
        self.read(name, "count", Value::as_u64)
    }

    /// A version. An environment in front says where it ran, which the release file knows.
    fn version(&mut self, name: &'static str) -> Option<PlainVersion> {
        self.read(name, "version X.Y.Z", |value| {
            let text = value.as_str()?;
            PlainVersion::parse(text.rsplit_once('-').map_or(text, |(_, version)| version))
        })
    }
}
