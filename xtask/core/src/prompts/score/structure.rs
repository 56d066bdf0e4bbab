//! Assertions about the form of an answer: JSON, XML, HTML.

use serde_json::Value;

use super::shape::{lacks, only, word, words};
use super::{Grade, Ungraded, html, schema, snippet, xml};

/// Grades an assertion about form.
pub(super) fn grade(kind: &str, value: &Value, answer: &str) -> Result<Grade, Ungraded> {
    match kind {
        "is-json" => json(value, whole(answer)?, answer),
        "contains-json" => json(value, snippet::objects(answer)?, answer),
        "is-xml" | "contains-xml" => elements(kind, value, answer),
        _ if !value.is_null() => Err(format!("`{kind}` takes no value")),
        "is-html" => Ok(Grade::of(html::is_html(answer)?, "HTML", answer)),
        _ => Ok(Grade::of(html::contains_html(answer)?, "HTML inside", answer)),
    }
}

/// One of the XML texts has every element that is named, each by its way from the root: `order.line`.
fn elements(kind: &str, value: &Value, answer: &str) -> Result<Grade, Ungraded> {
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
    let fits = |tree: &xml::Tree<'_>| paths.iter().all(|path| tree.has(path));
    let holds = match kind {
        "is-xml" => xml::is_xml(answer)?.as_ref().is_some_and(fits),
        _ => xml::contains(answer, fits)?,
    };
    let expected = match paths.is_empty() {
        true => "XML".to_owned(),
        false => format!("XML with {}", paths.join(", ")),
    };
    Ok(Grade::of(holds, expected, answer))
}

/// The answer as JSON, where it is some.
fn whole(answer: &str) -> Result<Vec<Value>, Ungraded> {
    match serde_json::from_str(answer) {
        Ok(value) => Ok(vec![value]),
        Err(error) => {
            let error = error.to_string();
            // JavaScript reads these
            let other = ["number out of range", "recursion limit", "surrogate"];
            match other.iter().any(|other| error.contains(other)) {
                true => Err(format!("the answer is JSON that is not read here: {error}")),
                false => Ok(Vec::new()),
            }
        }
    }
}

/// One of the JSON texts fits the schema; without a schema it is enough that there is one.
fn json(schema: &Value, found: Vec<Value>, answer: &str) -> Result<Grade, Ungraded> {
    let parsed = match schema {
        Value::String(text) => crate::yaml::read_value(text).map_err(|error| error.message)?,
        Value::Bool(_) => return Err("a schema is a map, or a text".to_owned()),
        other => other.clone(),
    };
    let validator = match (schema, &parsed) {
        (Value::Null, _) => None,
        (_, parsed) => Some(schema::compiled(parsed)?),
    };
    let (Some(validator), Some(first)) = (validator, found.first()) else {
        return Ok(Grade::of(!found.is_empty(), "JSON", answer));
    };
    let fits = found.iter().any(|value| validator.is_valid(value));
    let error = validator.iter_errors(first).next().map(|error| error.to_string());
    Ok(Grade::of(fits, "JSON that fits the schema", error.unwrap_or_default()))
}
