//! Assertions of a promptfoo file. What cannot be carried becomes an assertion that no suite passes with.

use serde_json::{Map, Value};

use super::super::{Assertion, MOST_WEIGHT, lacking, support};
use super::import::{Import, key};
use crate::prompts::score::{has_flags, has_tag, pieces, sound};
use crate::yaml::Segment;

/// Keys of an assertion that mean something here.
const KEYS: &[&str] = &[
    "$ref",
    "assert",
    "config",
    "metric",
    "threshold",
    "type",
    "value",
    "weight",
];

impl Import<'_> {
    /// What stands under `assert`.
    pub(super) fn assertions(&mut self, given: Option<&Value>, path: &[Segment]) -> Vec<Assertion> {
        match given {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(items)) => {
                let items = items.iter().enumerate();
                items
                    .map(|(index, item)| self.assertion(item, &[path, &[Segment::Index(index)]].concat()))
                    .collect()
            }
            Some(other) => vec![self.lost("`assert` is no list", path, other.clone())],
        }
    }

    fn assertion(&mut self, item: &Value, path: &[Segment]) -> Assertion {
        let Value::Object(own) = item else {
            return self.lost("an assertion is a map with `type`", path, item.clone());
        };
        let mut map = Map::new();
        if let Some(wrong) = ["$ref", "type"]
            .into_iter()
            .find(|name| own.get(*name).is_some_and(|one| !one.is_string()))
        {
            let path = [path, &[key(wrong)]].concat();
            return self.lost(&format!("`{wrong}` of an assertion is no text"), &path, item.clone());
        }
        if let Some(name) = own.get("$ref").and_then(Value::as_str) {
            let short = name.rsplit('/').next().unwrap_or_default();
            match self.templates.get(short).cloned() {
                Some(Value::Object(template)) => map = template,
                _ => return self.lost(&format!("there is no template `{name}`"), path, item.clone()),
            }
        }
        map.extend(own.clone());
        map.remove("$ref");
        match self.carried(&map, path) {
            Ok(assertion) => assertion,
            Err(reason) => self.lost(&reason, path, Value::Object(map)),
        }
    }

    /// The assertion of a map, or why it would mean something else here.
    fn carried(&mut self, map: &Map<String, Value>, path: &[Segment]) -> Result<Assertion, String> {
        if !map.contains_key("type") {
            return Err("an assertion is a map with `type`".to_owned());
        }
        if let Some(name) = map.keys().find(|name| !KEYS.contains(&name.as_str())) {
            return Err(format!("`{name}` of an assertion is not supported"));
        }
        let kind = map.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        let value = map.get("value").cloned().unwrap_or_default();
        let assertion = Assertion {
            threshold: number(map, "threshold")?,
            weight: number(map, "weight")?,
            metric: map.get("metric").and_then(Value::as_str).map(str::to_owned),
            set: self.assertions(map.get("assert"), &[path, &[key("assert")]].concat()),
            config: map
                .get("config")
                .and_then(Value::as_object)
                .cloned()
                .unwrap_or_default(),
            kind,
            value,
        };
        // with another one the whole suite could not be read
        if assertion
            .weight
            .is_some_and(|weight| !(0.0..=MOST_WEIGHT).contains(&weight))
        {
            return Err(format!("a weight is from 0 to {MOST_WEIGHT}"));
        }
        // another build judges it
        let lacks = lacking(&assertion.kind).is_some();
        if let (false, Err(reason)) = (lacks, support(&assertion.kind)) {
            // it keeps its type, and is refused by it
            self.unsupported(reason, path);
            return Ok(assertion);
        }
        let texts = match &assertion.value {
            Value::Array(items) => &items[..],
            other => std::slice::from_ref(other),
        };
        let place = [path, &[key("value")]].concat();
        let dated =
            |(index, item): (usize, &Value)| self.is_date(item, &[&place[..], &[Segment::Index(index)]].concat());
        if self.is_date(&assertion.value, &place) || texts.iter().enumerate().any(dated) {
            return Err("a date without quotes is no text to promptfoo: put it in quotes".to_owned());
        }
        for text in texts.iter().filter_map(Value::as_str) {
            if text.starts_with("file://") || text.starts_with("package:") {
                return Err("values in other files are not read".to_owned());
            }
            if has_tag(text) && pieces(text).is_err() {
                return Err("filters and statements of Nunjucks are not run".to_owned());
            }
        }
        let is_expression = assertion.plain_kind().0 == "regex";
        if is_expression && assertion.value.as_str().is_some_and(has_flags) {
            return Err("flags in front of a regular expression are unknown to promptfoo".to_owned());
        }
        let names = |map: &Map<String, Value>| ["name", "pattern", "type"].iter().any(|name| map.contains_key(*name));
        match &assertion.value {
            Value::Object(map) if assertion.plain_kind().0 == "trajectory:step-count" && !names(map) => {
                return Err("steps other than tool calls are not counted: say `type: tool`".to_owned());
            }
            Value::Object(map) if Value::Object(map.clone()).to_string().contains("{{") => {
                self.unsupported("a text in braces inside a map stays as it is, as in promptfoo", path);
            }
            _ => {}
        }
        let is_filled = texts
            .iter()
            .any(|text| text.as_str().is_some_and(|text| text.contains("{{")));
        if assertion.set.is_empty()
            && !(is_filled || lacks)
            && let Err(reason) = sound(&assertion, &Value::Null)
        {
            self.unsupported(reason, path);
        }
        Ok(assertion)
    }
}

/// A number, which may be written as a text.
pub(super) fn number(map: &Map<String, Value>, name: &str) -> Result<Option<f64>, String> {
    let found = match map.get(name) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => text.trim().parse().ok(),
        Some(other) => other.as_f64(),
    };
    match found {
        Some(number) if number.is_finite() => Ok(Some(number)),
        _ => Err(format!("`{name}` is no number")),
    }
}
