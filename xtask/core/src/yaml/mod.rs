//! Kubernetes YAML and our own, in and out: the one room where YAML is read and written.

mod characters;
mod emit;
mod error;
mod fast;
mod items;
mod path;
mod places;
mod positions;
mod reference;
mod scalar;
mod tree;
mod typed;

#[cfg(test)]
mod tests;

pub(crate) use characters::is_foreign;
pub use error::YamlError;
pub use items::Items;
pub use path::{Segment, dotted, path_of_pointer, pointer};
pub use places::Places;
pub use positions::Positions;
pub(crate) use tree::second_value;
pub use typed::{read_typed, read_value, write_typed};

use serde_json::Value;

/// One document of a manifest stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Its content, as Kubernetes reads it.
    pub value: Value,
    /// The line where the content starts, from 1.
    pub line: usize,
}

/// A plain scalar that YAML 1.1 and YAML 1.2 readers (Go, Python, Rust) read differently; it should be quoted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AmbiguousScalar {
    /// What is written, without quotes.
    pub text: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl AmbiguousScalar {
    /// What to do about it: to quote it, which a place says in its own words, unless it is the key that merges another
    /// map in, which quotes would turn into a name.
    pub fn help<'h>(&self, quote: &'h str) -> &'h str {
        match self.text.as_str() {
            "<<" => "write the keys out: not every reader merges them",
            _ => quote,
        }
    }
}

/// A stream of Kubernetes objects.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifests {
    /// The documents in their order; empty ones are left out.
    pub documents: Vec<Document>,
    /// Every scalar that readers disagree on, by place.
    pub ambiguous: Vec<AmbiguousScalar>,
}

/// Reads a stream of Kubernetes objects: fast parser first, reference for everything it declines.
pub fn read_manifests(text: &str) -> Result<Manifests, YamlError> {
    tree::check_size(text)?;
    match fast::read(text) {
        Some(documents) => Ok(Manifests {
            documents,
            ambiguous: Vec::new(),
        }),
        None => reference::read(text),
    }
}

/// Reads a stream of Kubernetes objects with where everything in them stands, in one pass.
pub fn read_placed(text: &str) -> Result<Vec<(Document, Places)>, YamlError> {
    reference::read_placed(text)
}

/// Bytes of most units' manifests: what fits is not copied while it grows.
const USUAL_STREAM: usize = 16 * 1024;

/// One value as canonical YAML: block style, two spaces, keys sorted, a newline at the end.
pub fn write(value: &Value) -> String {
    let mut text = String::new();
    emit::document(value, &mut text);
    text
}

/// Several objects as one stream, documents separated by `---`; no objects are an empty text.
pub fn write_manifests<'a>(objects: impl IntoIterator<Item = &'a Value>) -> String {
    let mut text = String::with_capacity(USUAL_STREAM);
    for object in objects {
        if !text.is_empty() {
            text.push_str("---\n");
        }
        emit::document(object, &mut text);
    }
    text
}
