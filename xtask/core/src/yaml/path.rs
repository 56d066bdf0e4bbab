//! How a place in a tree is named: by keys and indexes from the root.

use std::fmt::{self, Write};

use serde_json::Value;

use crate::model::escaped;

/// One step from a value to a value inside it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Segment {
    /// Into a map.
    Key(String),
    /// Into a list, from 0.
    Index(usize),
}

impl fmt::Display for Segment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Segment::Index(index) => write!(formatter, "[{index}]"),
            Segment::Key(key) if is_word(key) => formatter.write_str(key),
            Segment::Key(key) => write!(formatter, "[{key:?}]"),
        }
    }
}

/// A path as a person reads it, as in `spec.containers[0].image` or `metadata.labels["app.io/name"]`.
pub fn dotted(path: &[Segment]) -> String {
    let mut text = String::new();
    for segment in path {
        if !text.is_empty() && matches!(segment, Segment::Key(key) if is_word(key)) {
            text.push('.');
        }
        write!(text, "{segment}").expect("writing to a string does not fail");
    }
    text
}

/// A path as a JSON pointer (RFC 6901), as in `/spec/containers/0/image`; empty for the root.
pub fn pointer(path: &[Segment]) -> String {
    let mut text = String::new();
    for segment in path {
        text.push('/');
        match segment {
            Segment::Key(key) => text.push_str(&escaped(key)),
            Segment::Index(index) => text.push_str(&index.to_string()),
        }
    }
    text
}

/// The path that a JSON pointer names in a value; `None` where a step but the last does not exist there.
///
/// The last step may be missing from the value, so that a pointer to a missing field still has a path.
pub fn path_of_pointer(value: &Value, pointer: &str) -> Option<Vec<Segment>> {
    let Some(steps) = pointer.strip_prefix('/') else {
        return pointer.is_empty().then(Vec::new);
    };
    let mut path = Vec::new();
    let mut here = Some(value);
    for step in steps.split('/') {
        let key = step.replace("~1", "/").replace("~0", "~");
        match here? {
            Value::Array(items) => {
                let index = key.parse().ok()?;
                here = items.get(index);
                path.push(Segment::Index(index));
            }
            inside => {
                here = inside.get(&key);
                path.push(Segment::Key(key));
            }
        }
    }
    Some(path)
}

fn is_word(key: &str) -> bool {
    !key.is_empty()
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}
