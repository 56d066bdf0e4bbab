//! The objects of a stream of documents, as an API server gets them one by one: lists are opened.

use std::borrow::Cow;

use serde_json::Value;

use crate::model::Problem;

/// One object of a stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Streamed<'a> {
    /// The object; an item of a typed list has the list's `apiVersion` and kind where it names none.
    pub object: Cow<'a, Value>,
    /// The document that it stands in, from 0; empty documents do not count.
    pub document: usize,
    /// JSON pointer from the document to the object; empty unless it stands in a list.
    pub pointer: String,
}

/// Opens the lists of a stream. A list inside a list is a problem of its document (kubectl opens it and Argo CD does not),
/// and so is one without a list of items.
pub fn objects(documents: &[Value]) -> (Vec<Streamed<'_>>, Vec<(usize, Problem)>) {
    let mut objects = Vec::new();
    let mut problems = Vec::new();
    for (document, value) in documents.iter().enumerate() {
        let Some(items) = items(value) else {
            if let Some(problem) = no_items(value) {
                problems.push((document, problem));
                continue;
            }
            objects.push(Streamed {
                object: Cow::Borrowed(value),
                document,
                pointer: String::new(),
            });
            continue;
        };
        for (index, object) in items.iter().enumerate() {
            let pointer = format!("/items/{index}");
            if self::items(object).is_some() {
                let message = "a list stands inside a list, and Argo CD applies nothing of it";
                let problem = Problem::error("nested-list", pointer, message)
                    .help("write its objects as documents of their own, separated by `---`");
                problems.push((document, problem));
            } else {
                objects.push(Streamed {
                    object: typed(value, object),
                    document,
                    pointer,
                });
            }
        }
    }
    (objects, problems)
}

/// The items of a list of objects, as apimachinery tells one: a kind that ends in `List`, with items.
fn items(value: &Value) -> Option<&[Value]> {
    let kind = value.get("kind")?.as_str()?;
    let items = value.get("items")?.as_array()?;
    kind.ends_with("List").then_some(items)
}

/// What is wrong with a `List` that cannot be opened.
fn no_items(value: &Value) -> Option<Problem> {
    let is = |key: &str, wanted: &str| value.get(key).and_then(Value::as_str) == Some(wanted);
    if !is("kind", "List") || !is("apiVersion", "v1") {
        return None;
    }
    let problem = match value.get("items") {
        None | Some(Value::Null) => Problem::error("missing-field", "", "the list has no `items`"),
        Some(_) => Problem::error("wrong-type", "/items", "`items` is no list"),
    };
    Some(problem.help("write the objects below `items:`, each with a `-`, or take the document out"))
}

/// An item as apimachinery reads it: of a `ConfigMapList`, what names no kind is a ConfigMap.
fn typed<'a>(list: &'a Value, item: &'a Value) -> Cow<'a, Value> {
    let text = |value: &'a Value, key: &str| value.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let kind = text(list, "kind").and_then(|kind| kind.strip_suffix("List"));
    let (Some(version), Some(kind), Value::Object(map)) = (text(list, "apiVersion"), kind, item) else {
        return Cow::Borrowed(item);
    };
    if kind.is_empty() || text(item, "kind").is_some() {
        return Cow::Borrowed(item);
    }
    let mut map = map.clone();
    map.insert("apiVersion".to_owned(), version.into());
    map.insert("kind".to_owned(), kind.into());
    Cow::Owned(Value::Object(map))
}
