//! Puts the inputs of an attempt into the value of an assertion.

use serde_json::{Map, Value};

use super::Ungraded;
use crate::prompts::template::{Data, Expression, Node, Partials, Path, Piece, Template, parse, render};

/// The value with every `{{name}}` filled: in a text, and in the texts of a list. A map stays as it is, as in promptfoo.
pub(super) fn filled(value: &Value, inputs: &Value) -> Result<Value, Ungraded> {
    match value {
        Value::String(text) if text.contains("{{") => filled_text(text, inputs).map(Value::String),
        Value::Array(items) => {
            let items = items.iter().map(|item| match item {
                Value::String(_) => filled(item, inputs),
                other => Ok(other.clone()),
            });
            Ok(Value::Array(items.collect::<Result<_, _>>()?))
        }
        other => Ok(other.clone()),
    }
}

fn filled_text(text: &str, inputs: &Value) -> Result<String, Ungraded> {
    let template = template(text)?;
    if let Some(path) = paths(&template).find(|path| !is_there(inputs, &path.parts)) {
        return Err(format!("`{text}`: there is no input `{}`", path.parts.join(".")));
    }
    let data = Data {
        input: inputs,
        context: &Map::new(),
        partials: &Partials::new(),
    };
    let pieces = render(&template, &data).map_err(|error| format!("`{text}`: {}", error.message))?;
    let texts = pieces.into_iter().map(|piece| match piece {
        Piece::Text(text) => text,
        _ => String::new(),
    });
    Ok(texts.collect())
}

/// A text with names in it; what is more than a name in braces is refused: it would mean something else elsewhere.
pub(in crate::prompts) fn template(text: &str) -> Result<Template, Ungraded> {
    let refused = || format!("`{text}`: only `{{{{name}}}}` is filled in the value of an assertion");
    let template = parse(text).map_err(|_| refused())?;
    let is_plain = |node: &Node| match node {
        Node::Text(_) => true,
        Node::Value(call) => call.is_bare() && plain_path(&call.name).is_some(),
        Node::Block(_) | Node::Partial(_) => false,
    };
    if template.nodes.iter().all(is_plain) {
        Ok(template)
    } else {
        Err(refused())
    }
}

fn plain_path(expression: &Expression) -> Option<&Path> {
    match expression {
        Expression::Path(path) if path.up == 0 && !path.is_data && !path.parts.is_empty() => Some(path),
        _ => None,
    }
}

fn paths(template: &Template) -> impl Iterator<Item = &Path> {
    template.nodes.iter().filter_map(|node| match node {
        Node::Value(call) => plain_path(&call.name),
        _ => None,
    })
}

fn is_there(inputs: &Value, parts: &[String]) -> bool {
    let mut value = inputs;
    for part in parts {
        let inside = match value {
            Value::Array(items) => part.parse::<usize>().ok().and_then(|at| items.get(at)),
            other => other.get(part),
        };
        match inside {
            Some(inside) => value = inside,
            None => return false,
        }
    }
    true
}
