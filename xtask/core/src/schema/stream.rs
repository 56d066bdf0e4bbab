//! The objects of a stream of documents, as an API server gets them one by one: lists are opened.

use serde_json::Value;

use crate::model::Problem;

/// One object of a stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Streamed<'a> {
    /// The object.
    pub object: &'a Value,
    /// The document that it stands in, from 0; empty documents do not count.
    pub document: usize,
    /// JSON pointer from the document to the object; empty unless it stands in a list.
    pub pointer: String,
}

/// Opens the lists of a stream. A list inside a list is a problem of its document: kubectl opens it and Argo CD does not.
pub fn objects(documents: &[Value]) -> (Vec<Streamed<'_>>, Vec<(usize, Problem)>) {
    let mut objects = Vec::new();
    let mut problems = Vec::new();
    for (document, value) in documents.iter().enumerate() {
        let Some(items) = items(value) else {
            objects.push(Streamed {
                object: value,
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
                    object,
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
