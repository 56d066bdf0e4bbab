//! What in a new version of a contract breaks those who rely on the old one.

mod dialect;
mod limits;
mod wider;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::model::escaped;
pub use dialect::unknown_dialect;
use limits::{bounds, plain, types, values};
pub use wider::wider;

/// A change that breaks somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Break {
    /// JSON pointer into the schema as a reader of the answer goes through it, behind references.
    pub pointer: String,
    /// JSON pointer to where it stands in the new document, or to what is nearest to it.
    pub place: String,
    /// What changed, in a few words.
    pub message: String,
}

/// Keywords that only describe.
const NOTES: &[&str] = &[
    "$anchor",
    "$comment",
    "$defs",
    "$id",
    "$schema",
    "default",
    "definitions",
    "deprecated",
    "description",
    "examples",
    "readOnly",
    "title",
    "writeOnly",
];

/// Keywords that are compared by what they mean.
const UNDERSTOOD: &[&str] = &[
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "items",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "oneOf",
    "patternProperties",
    "prefixItems",
    "properties",
    "required",
    "type",
    "uniqueItems",
];

/// What admits anything.
static ANYTHING: Value = Value::Bool(true);

/// Every change of a JSON Schema after which an answer that fitted does not fit, a field that readers had is gone, or a
/// value may be what they did not reckon with. A changed keyword whose meaning is not known counts as such a change.
/// Wider bounds and new optional fields do not.
pub fn breaks(before: &Value, after: &Value) -> Vec<Break> {
    let mut walk = Walk {
        roots: (before, after),
        seen: BTreeSet::new(),
        found: dialect::changed(before, after).into_iter().collect(),
        here: String::new(),
    };
    let whole = |value| At {
        value,
        place: String::new(),
    };
    if before != after {
        walk.compare(&whole(before), &whole(after), "");
    }
    walk.found
}

/// A schema inside a document, and its place there.
#[derive(Clone)]
struct At<'a> {
    value: &'a Value,
    place: String,
}

impl<'a> At<'a> {
    fn anything() -> At<'a> {
        At {
            value: &ANYTHING,
            place: "anything".to_owned(),
        }
    }

    fn inside(&self, name: &str) -> Option<At<'a>> {
        let value = match self.value {
            Value::Array(items) => items.get(name.parse::<usize>().ok()?)?,
            other => other.get(name)?,
        };
        Some(At {
            value,
            place: format!("{}/{}", self.place, escaped(name)),
        })
    }

    /// Where a reference of this document leads.
    fn target(root: &'a Value, reference: &str) -> Option<At<'a>> {
        let place = reference.strip_prefix('#')?;
        Some(At {
            value: root.pointer(place)?,
            place: place.to_owned(),
        })
    }

    /// The schema that is meant: behind references that stand alone.
    fn meant(self, root: &'a Value) -> At<'a> {
        let mut at = self;
        for _ in 0..32 {
            let alone = |map: &&Map<String, Value>| {
                let mut names = map.keys().map(String::as_str);
                names.all(|name| name == "$ref" || NOTES.contains(&name))
            };
            let reference = at.value.as_object().filter(alone).and_then(|map| map.get("$ref"));
            match reference.and_then(|reference| At::target(root, reference.as_str()?)) {
                Some(target) => at = target,
                None => break,
            }
        }
        at
    }
}

struct Walk<'a> {
    roots: (&'a Value, &'a Value),
    /// Places that were compared already: schemas may contain themselves.
    seen: BTreeSet<(String, String)>,
    found: Vec<Break>,
    /// Where the schema that is compared stands in the new document.
    here: String,
}

impl<'a> Walk<'a> {
    fn push(&mut self, pointer: &str, message: String) {
        self.push_at(pointer, self.here.clone(), message);
    }

    fn push_at(&mut self, pointer: &str, place: String, message: String) {
        self.found.push(Break {
            pointer: if pointer.is_empty() { "/" } else { pointer }.to_owned(),
            place,
            message,
        });
    }

    fn compare(&mut self, before: &At<'a>, after: &At<'a>, pointer: &str) {
        let before = before.clone().meant(self.roots.0);
        let after = after.clone().meant(self.roots.1);
        if !self.seen.insert((before.place.clone(), after.place.clone())) {
            return;
        }
        let outer = self.here.clone();
        if !std::ptr::eq(after.value, &ANYTHING) {
            self.here.clone_from(&after.place);
        }
        self.differ(&before, &after, pointer);
        self.here = outer;
    }

    /// Compares two schemas that are meant, and what is inside them.
    fn differ(&mut self, before: &At<'a>, after: &At<'a>, pointer: &str) {
        let nothing = Map::new();
        let map = |value: &'a Value| match value {
            Value::Object(map) => Some(map),
            Value::Bool(true) => None,
            _ => None,
        };
        let odd = |value: &Value| !matches!(value, Value::Object(_) | Value::Bool(true));
        if odd(before.value) || odd(after.value) {
            if before.value != after.value {
                self.push(pointer, format!("`{}` admits something else", shown(pointer)));
            }
            return;
        }
        let (old, new) = (
            map(before.value).unwrap_or(&nothing),
            map(after.value).unwrap_or(&nothing),
        );
        let (was, is) = (plain(old), plain(new));
        let bounds = bounds(old, new).into_iter().map(|bound| bound.now);
        for message in [types(&was, &is), values(&was, &is)].concat().into_iter().chain(bounds) {
            self.push(pointer, message.replace("{}", &shown(pointer)));
        }
        self.properties(before, after, pointer);
        self.items(before, after, pointer);
        for keyword in ["allOf", "anyOf", "oneOf"] {
            self.alternatives(keyword, before, after, pointer);
        }
        self.references(old, new, pointer);
        self.others(old, new, pointer);
    }

    /// A reference beside other keywords.
    fn references(&mut self, old: &Map<String, Value>, new: &Map<String, Value>, pointer: &str) {
        let (was, is) = (old.get("$ref"), new.get("$ref"));
        let targets = was.and_then(Value::as_str).zip(is.and_then(Value::as_str));
        let targets =
            targets.and_then(|(was, is)| Some((At::target(self.roots.0, was)?, At::target(self.roots.1, is)?)));
        match targets {
            Some((was, is)) => self.compare(&was, &is, pointer),
            None if was.is_none() && is.is_none() => {}
            None => self.push(pointer, format!("`$ref` of `{}` cannot be followed", shown(pointer))),
        }
    }

    /// Keywords of which it is only known that they have changed.
    fn others(&mut self, old: &Map<String, Value>, new: &Map<String, Value>, pointer: &str) {
        let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        let other = |name: &&&String| !NOTES.contains(&name.as_str()) && !UNDERSTOOD.contains(&name.as_str());
        for name in names.iter().filter(other) {
            let (was, is) = (old.get(*name), new.get(*name));
            let same = was == is && was.is_none_or(|value| self.refers_to_the_same(value));
            if !same {
                self.push(pointer, format!("`{name}` of `{}` has changed", shown(pointer)));
            }
        }
    }

    /// Whether all references in a text lead to the same in both documents.
    fn refers_to_the_same(&self, value: &Value) -> bool {
        let mut open = vec![value];
        let mut known = BTreeSet::new();
        while let Some(value) = open.pop() {
            match value {
                Value::Array(items) => open.extend(items),
                Value::Object(map) => open.extend(map.values()),
                _ => {}
            }
            let Some(reference) = value.get("$ref").and_then(Value::as_str) else {
                continue;
            };
            if known.insert(reference) {
                let was = At::target(self.roots.0, reference).map(|at| at.value);
                let is = At::target(self.roots.1, reference).map(|at| at.value);
                if was != is || was.is_none() {
                    return false;
                }
                open.extend(was);
            }
        }
        true
    }

    fn properties(&mut self, before: &At<'a>, after: &At<'a>, pointer: &str) {
        let required = |at: &At<'a>| -> BTreeSet<&'a str> {
            let names = at.value.get("required").and_then(Value::as_array);
            names.into_iter().flatten().filter_map(Value::as_str).collect()
        };
        let inside = |name: &str| shown(&format!("{pointer}/{name}"));
        let (was, is) = (required(before), required(after));
        let list = after.value.get("required").and_then(Value::as_array);
        let (asked, asked_at) = (format!("{pointer}/required"), format!("{}/required", self.here));
        for name in is.difference(&was) {
            let index = list.and_then(|list| list.iter().position(|one| one == name));
            let place = index.map_or_else(|| asked_at.clone(), |index| format!("{asked_at}/{index}"));
            self.push_at(&asked, place, format!("`{}` is required now", inside(name)));
        }
        for name in was.difference(&is) {
            // without the list, the field is what is left to show
            let place = match list {
                Some(_) => asked_at.clone(),
                None => format!("{}/properties/{}", self.here, escaped(name)),
            };
            self.push_at(&asked, place, format!("`{}` may be missing now", inside(name)));
        }
        let rest = |at: &At<'a>| at.inside("additionalProperties").unwrap_or_else(At::anything);
        let (others, others_now) = (rest(before), rest(after));
        for (keyword, gone) in [
            ("properties", "is gone"),
            ("patternProperties", "is no pattern any more"),
        ] {
            let (old, new) = (before.inside(keyword), after.inside(keyword));
            for name in names(old.as_ref()) {
                let pointer_inside = format!("{pointer}/{keyword}/{name}");
                let was = old.as_ref().and_then(|old| old.inside(name));
                match (was, new.as_ref().and_then(|new| new.inside(name))) {
                    (Some(was), Some(is)) => self.compare(&was, &is, &pointer_inside),
                    _ => self.push(pointer, format!("`{}` {gone}", inside(name))),
                }
            }
            for name in names(new.as_ref()).filter(|name| old.as_ref().is_none_or(|old| old.inside(name).is_none())) {
                let is = new
                    .as_ref()
                    .and_then(|new| new.inside(name))
                    .unwrap_or_else(At::anything);
                if keyword == "patternProperties" {
                    self.push(
                        pointer,
                        format!("fields like `{name}` of `{}` are restricted", shown(pointer)),
                    );
                } else if others.value.is_object() {
                    // it was a field like the others before
                    self.compare(&others, &is, &format!("{pointer}/{keyword}/{name}"));
                }
            }
        }
        let closed = |at: &At<'a>| *at.value == Value::Bool(false);
        if closed(&others_now) && !closed(&others) {
            self.push(pointer, format!("`{}` may no longer have other fields", shown(pointer)));
        } else if !closed(&others) {
            self.compare(&others, &others_now, &format!("{pointer}/additionalProperties"));
        }
    }

    fn items(&mut self, before: &At<'a>, after: &At<'a>, pointer: &str) {
        // the tuples of older drafts stand under `items`
        let first = |at: &At<'a>| {
            let tuple = at.inside("items").filter(|items| items.value.is_array());
            at.inside("prefixItems").or(tuple)
        };
        let rest = |at: &At<'a>| {
            let own = at.inside("items").filter(|items| !items.value.is_array());
            own.unwrap_or_else(At::anything)
        };
        let length = |at: Option<&At<'a>>| at.and_then(|at| at.value.as_array()).map_or(0, Vec::len);
        let (old, new) = (first(before), first(after));
        for index in 0..length(old.as_ref()).max(length(new.as_ref())) {
            let at = |list: &Option<At<'a>>, other: At<'a>| {
                let own = list.as_ref().and_then(|list| list.inside(&index.to_string()));
                own.unwrap_or(other)
            };
            let (was, is) = (at(&old, rest(before)), at(&new, rest(after)));
            self.compare(&was, &is, &format!("{pointer}/prefixItems/{index}"));
        }
        self.compare(&rest(before), &rest(after), &format!("{pointer}/items"));
    }

    /// `anyOf` and its like: alternative by alternative, those that are the same left out.
    fn alternatives(&mut self, keyword: &str, before: &At<'a>, after: &At<'a>, pointer: &str) {
        let list = |at: &At<'a>| -> Vec<At<'a>> {
            let Some(list) = at.inside(keyword) else {
                return Vec::new();
            };
            let count = list.value.as_array().map_or(0, Vec::len);
            (0..count).filter_map(|index| list.inside(&index.to_string())).collect()
        };
        let (mut old, mut new) = (list(before), list(after));
        old.retain(|was| {
            let twin = new.iter().position(|is| is.value == was.value);
            let twin = twin.filter(|_| self.refers_to_the_same(was.value));
            twin.map(|at| new.remove(at)).is_none()
        });
        if old.len() != new.len() || before.value.get(keyword).is_some() != after.value.get(keyword).is_some() {
            self.push(pointer, format!("`{keyword}` of `{}` has changed", shown(pointer)));
            return;
        }
        for (index, (was, is)) in old.iter().zip(&new).enumerate() {
            self.compare(was, is, &format!("{pointer}/{keyword}/{index}"));
        }
    }
}

fn names<'a>(at: Option<&At<'a>>) -> impl Iterator<Item = &'a str> + use<'a> {
    let map = at.and_then(|at| at.value.as_object());
    map.into_iter().flatten().map(|(name, _)| name.as_str())
}

fn shown(pointer: &str) -> String {
    let parts: Vec<&str> = pointer
        .split('/')
        .filter(|part| !part.is_empty() && *part != "properties")
        .map(|part| match part {
            "items" => "[]",
            "additionalProperties" => "*",
            part => part,
        })
        .collect();
    if parts.is_empty() {
        "the answer".to_owned()
    } else {
        parts.join(".").replace(".[]", "[]")
    }
}
