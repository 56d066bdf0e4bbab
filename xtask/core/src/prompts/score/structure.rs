//! Assertions about the form of an answer: JSON, XML, HTML.

use serde_json::Value;

use super::{Grade, Ungraded, markup};

/// Grades an assertion about form.
pub(super) fn grade(kind: &str, value: &Value, answer: &str) -> Result<Grade, Ungraded> {
    match kind {
        "is-json" => json(value, serde_json::from_str(answer).into_iter().collect(), answer),
        "contains-json" => json(value, inside(answer), answer),
        "is-xml" => Ok(Grade::of(markup::is_xml(answer), "XML", answer)),
        "contains-xml" => Ok(Grade::of(markup::contains_xml(answer), "XML inside", answer)),
        "is-html" => Ok(Grade::of(markup::is_html(answer), "HTML", answer)),
        _ => Ok(Grade::of(markup::contains_html(answer), "HTML inside", answer)),
    }
}

/// One of the JSON texts fits the schema; without a schema it is enough that there is one.
fn json(schema: &Value, found: Vec<Value>, answer: &str) -> Result<Grade, Ungraded> {
    if found.is_empty() {
        return Ok(Grade::of(false, "JSON", answer));
    }
    if schema.is_null() {
        return Ok(Grade::of(true, "JSON", answer));
    }
    let parsed = match schema {
        Value::String(text) => crate::yaml::read_value(text).map_err(|error| error.message)?,
        other => other.clone(),
    };
    let validator = jsonschema::options()
        .build(&parsed)
        .map_err(|error| format!("the value of the assertion is no JSON Schema: {error}"))?;
    let fits = found.iter().any(|value| validator.is_valid(value));
    let error = validator.iter_errors(&found[0]).next().map(|error| error.to_string());
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
