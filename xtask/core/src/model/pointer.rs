//! JSON pointers (RFC 6901): where something stands in an object.

use std::borrow::Cow;

use serde_json::Value;

/// A key as a step of a JSON pointer.
pub fn escaped(key: &str) -> Cow<'_, str> {
    if key.contains(['~', '/']) {
        Cow::Owned(key.replace('~', "~0").replace('/', "~1"))
    } else {
        Cow::Borrowed(key)
    }
}

/// As far as an object has what a pointer leads to.
pub fn existing<'p>(object: &Value, pointer: &'p str) -> &'p str {
    let mut pointer = pointer;
    while object.pointer(pointer).is_none() {
        pointer = pointer.rsplit_once('/').map_or("", |(above, _)| above);
    }
    pointer
}

/// A place on the way down an object, each step on the stack: nothing is written out until something is found there.
#[derive(Clone, Copy)]
pub enum Path<'a> {
    /// The object itself.
    Root,
    /// A key of the map above.
    Key(&'a Path<'a>, &'a str),
    /// An item of the list above.
    Index(&'a Path<'a>, usize),
}

impl Path<'_> {
    /// The JSON pointer.
    pub fn pointer(&self) -> String {
        match self {
            Path::Root => String::new(),
            Path::Key(above, key) => format!("{}/{}", above.pointer(), escaped(key)),
            Path::Index(above, index) => format!("{}/{index}", above.pointer()),
        }
    }

    /// The place as people write it: `spec.containers[0].name`.
    pub fn dotted(&self) -> String {
        match self {
            Path::Root => String::new(),
            Path::Key(Path::Root, key) => (*key).to_owned(),
            Path::Key(above, key) => format!("{}.{key}", above.dotted()),
            Path::Index(above, index) => format!("{}[{index}]", above.dotted()),
        }
    }
}
