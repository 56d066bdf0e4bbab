//! Assertions about the form of an answer: JSON, XML, HTML.

use serde_json::Value;

use super::shape::{lacks, only, word, words};
use super::{Grade, Ungraded, markup};

/// Grades an assertion about form.
pub(super) fn grade(kind: &str, value: &Value, answer: &str) -> Result<Grade, Ungraded> {
    match kind {
        "is-json" => json(value, serde_json::from_str(answer).into_iter().collect(), answer),
        "contains-json" => json(value, inside(answer), answer),
        "is-xml" => xml(kind, value, answer, markup::is_xml(answer)?),
        "contains-xml" => xml(kind, value, answer, markup::elements(answer)),
        _ if !value.is_null() => Err(format!("`{kind}` takes no value")),
        "is-html" => Ok(Grade::of(markup::is_html(answer), "HTML", answer)),
        _ => Ok(Grade::of(markup::contains_html(answer), "HTML inside", answer)),
    }
}

/// One of the XML texts has every element that is named, each by its way from the root: `order.line`.
fn xml(kind: &str, value: &Value, answer: &str, found: Vec<markup::Tree<'_>>) -> Result<Grade, Ungraded> {
    let paths = match value {
        Value::Null => Vec::new(),
        Value::Object(map) => {
            only(kind, map, &["requiredElements"])?;
            let Some(Value::Array(items)) = map.get("requiredElements") else {
                return Err(lacks(kind, "a list of `requiredElements`"));
            };
            items.iter().map(|item| word(kind, item)).collect::<Result<_, _>>()?
        }
        // commas separate, and quotes mean nothing here
        Value::String(text) => text.split(',').map(|path| path.trim().to_owned()).collect(),
        other => words(kind, other)?,
    };
    if let Some(path) = paths
        .iter()
        .find(|path| path.contains(['@', '#']) || path.split('.').any(str::is_empty))
    {
        return Err(format!(
            "`{path}` of `{kind}` is no way to an element, for example `order.line`"
        ));
    }
    let missing = |tree: &markup::Tree<'_>| paths.iter().find(|path| !tree.has(path)).cloned();
    let missed = found.first().and_then(missing);
    let holds = found.iter().any(|tree| missing(tree).is_none());
    Ok(match missed {
        Some(path) if !holds => Grade::of(false, format!("XML with `{path}`"), answer),
        _ => Grade::of(holds, "XML", answer),
    })
}

/// One of the JSON texts fits the schema; without a schema it is enough that there is one.
fn json(schema: &Value, found: Vec<Value>, answer: &str) -> Result<Grade, Ungraded> {
    let parsed = match schema {
        Value::String(text) => crate::yaml::read_value(text).map_err(|error| error.message)?,
        other => other.clone(),
    };
    let validator = match &parsed {
        Value::Null => None,
        parsed => Some(
            jsonschema::options()
                .build(parsed)
                .map_err(|error| format!("the value of the assertion is no JSON Schema: {error}"))?,
        ),
    };
    let (Some(validator), Some(first)) = (validator, found.first()) else {
        return Ok(Grade::of(!found.is_empty(), "JSON", answer));
    };
    let fits = found.iter().any(|value| validator.is_valid(value));
    let error = validator.iter_errors(first).next().map(|error| error.to_string());
    Ok(Grade::of(fits, "JSON that fits the schema", error.unwrap_or_default()))
}

/// Objects and lists that stand in a text.
fn inside(answer: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut rest = answer;
    // every brace may open one: a bound keeps a text of nothing but braces cheap
    for _ in 0..1_000 {
        let Some(at) = rest.find(['{', '[']) else { break };
        rest = &rest[at..];
        let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        match stream.next() {
            Some(Ok(value)) => {
                found.push(value);
                rest = &rest[stream.byte_offset()..];
            }
            _ => rest = &rest[1..],
        }
    }
    found
}
