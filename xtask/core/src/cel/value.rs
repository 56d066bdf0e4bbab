//! Values: JSON is looked at where it is, what an expression makes is shared.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;

use serde_json::{Map as JsonMap, Value as Json};

use super::Error;
use super::functions::{self, Foreign};
use super::unordered::Unordered;

/// The longest message that an expression may make, bytes (kubernetes/apiserver `pkg/apis/cel/config.go`).
const LONGEST_MESSAGE: usize = 5 * 1024;

/// What an expression works with; `'a` is the life of the object and of the expression.
#[derive(Clone, Debug)]
pub enum Value<'a> {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A whole number without a sign.
    Uint(u64),
    /// A number with a fraction.
    Double(f64),
    /// Text.
    String(Text<'a>),
    /// Bytes.
    Bytes(Arc<[u8]>),
    /// A list.
    List(List<'a>),
    /// A map.
    Map(Map<'a>),
    /// A type as a value.
    Type(&'static str),
    /// A span of time, nanoseconds.
    Duration(i64),
    /// A moment: seconds since 1970 and nanoseconds.
    Timestamp(i64, u32),
    /// A value that may be there.
    Optional(Option<Arc<Value<'a>>>),
    /// A value of a Kubernetes library.
    Foreign(Arc<Foreign>),
    /// What only a cluster knows, by name: whoever reads it gets an error that says so.
    Unknown(&'static str),
}

/// Text, borrowed or shared.
#[derive(Clone, Debug)]
pub enum Text<'a> {
    /// Of the object or of the expression.
    Borrowed(&'a str),
    /// Made by the expression.
    Shared(Arc<str>),
}

/// A list, borrowed or shared.
#[derive(Clone, Debug)]
pub enum List<'a> {
    /// Of the object or of the expression.
    Json(&'a [Json]),
    /// Made by the expression.
    Shared(Arc<Vec<Value<'a>>>),
    /// One whose order does not count.
    Unordered(Arc<Unordered<'a>>),
}

/// A map, borrowed or shared.
#[derive(Clone, Debug)]
pub enum Map<'a> {
    /// Of the object or of the expression.
    Json(&'a JsonMap<String, Json>),
    /// Made by the expression.
    Shared(Arc<BTreeMap<Key<'a>, Value<'a>>>),
}

/// A key of a map; numbers are the same key whatever their type.
#[derive(Clone, Debug)]
pub enum Key<'a> {
    /// True or false.
    Bool(bool),
    /// A whole number, and whether it is an unsigned one.
    Number(i128, bool),
    /// Text.
    String(Text<'a>),
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Text::Borrowed(text) => text,
            Text::Shared(text) => text,
        }
    }
}

impl<'a> Value<'a> {
    /// Text that an expression made.
    pub fn text(text: impl Into<Arc<str>>) -> Value<'a> {
        Value::String(Text::Shared(text.into()))
    }

    /// A list that an expression made.
    pub fn list(items: Vec<Value<'a>>) -> Value<'a> {
        Value::List(List::Shared(Arc::new(items)))
    }

    /// A list whose order does not count, with the keys that tell its items apart; without any, it is a set.
    pub fn unordered(items: Vec<Value<'a>>, keys: Vec<String>) -> Value<'a> {
        Value::List(List::Unordered(Arc::new(Unordered::new(items, keys))))
    }

    /// A value that is there, or none.
    pub fn optional(value: Option<Value<'a>>) -> Value<'a> {
        Value::Optional(value.map(Arc::new))
    }

    /// A moment, written as RFC 3339 has it.
    pub fn timestamp(text: &str) -> Option<Value<'a>> {
        let (seconds, nanoseconds) = functions::parse_timestamp(text)?;
        Some(Value::Timestamp(seconds, nanoseconds))
    }

    /// A span of time, written as `1h30m`.
    pub fn duration(text: &str) -> Option<Value<'a>> {
        functions::parse_duration(text).map(Value::Duration)
    }

    /// What it says as a message: one line of text that is not too long.
    pub fn as_message(&self) -> Option<&str> {
        let Value::String(text) = self else { return None };
        let text = text.trim();
        let is_usable = !text.is_empty() && text.len() <= LONGEST_MESSAGE && !text.contains('\n');
        is_usable.then_some(text)
    }

    /// The name of its type, as `type(x)` shows it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null_type",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Uint(_) => "uint",
            Value::Double(_) => "double",
            Value::String(_) => "string",
            Value::Bytes(_) => "bytes",
            Value::List(_) => "list",
            Value::Map(_) => "map",
            Value::Type(_) => "type",
            Value::Duration(_) => "google.protobuf.Duration",
            Value::Timestamp(..) => "google.protobuf.Timestamp",
            Value::Optional(_) => "optional_type",
            Value::Foreign(foreign) => foreign.type_name(),
            Value::Unknown(_) => "unknown",
        }
    }

    /// Itself, unless only a cluster knows it.
    pub(super) fn known(self) -> Result<Value<'a>, Error> {
        match self {
            Value::Unknown(name) => Err(Error::unknowable(name)),
            known => Ok(known),
        }
    }

    /// How much it weighs beside a plain value when a function walks through it.
    pub(super) fn weight(&self) -> u64 {
        let size = match self {
            Value::String(text) => text.len() / 10,
            Value::Bytes(bytes) => bytes.len() / 10,
            Value::List(list) => list.len(),
            Value::Map(map) => map.len(),
            _ => 0,
        };
        size as u64
    }
}

impl<'a> From<&'a Json> for Value<'a> {
    fn from(json: &'a Json) -> Value<'a> {
        match json {
            Json::Null => Value::Null,
            Json::Bool(bool) => Value::Bool(*bool),
            Json::Number(number) => match number.as_i64() {
                Some(int) => Value::Int(int),
                None => Value::Double(number.as_f64().unwrap_or(f64::NAN)),
            },
            Json::String(text) => Value::String(Text::Borrowed(text)),
            Json::Array(items) => Value::List(List::Json(items)),
            Json::Object(map) => Value::Map(Map::Json(map)),
        }
    }
}

impl<'a> List<'a> {
    /// How many items it has.
    pub fn len(&self) -> usize {
        match self {
            List::Json(items) => items.len(),
            List::Shared(items) => items.len(),
            List::Unordered(list) => list.items().len(),
        }
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The item at a place.
    pub fn get(&self, index: usize) -> Option<Value<'a>> {
        match self {
            List::Json(items) => items.get(index).map(Value::from),
            List::Shared(items) => items.get(index).cloned(),
            List::Unordered(list) => list.items().get(index).cloned(),
        }
    }

    /// The items in their order.
    pub fn iter(&self) -> impl Iterator<Item = Value<'a>> + '_ {
        (0..self.len()).filter_map(|index| self.get(index))
    }
}

impl<'a> Map<'a> {
    /// A map that an expression made.
    pub fn shared(entries: BTreeMap<Key<'a>, Value<'a>>) -> Map<'a> {
        Map::Shared(Arc::new(entries))
    }

    /// How many entries it has.
    pub fn len(&self) -> usize {
        match self {
            Map::Json(map) => map.len(),
            Map::Shared(map) => map.len(),
        }
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of a field.
    pub fn field(&self, name: &str) -> Option<Value<'a>> {
        match self {
            Map::Json(map) => map.get(name).map(Value::from),
            Map::Shared(map) => map.get(&Key::String(Text::Shared(name.into()))).cloned(),
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &Key<'a>) -> Option<Value<'a>> {
        match (self, key) {
            (Map::Json(map), Key::String(name)) => map.get(&**name).map(Value::from),
            (Map::Json(_), _) => None,
            (Map::Shared(map), key) => map.get(key).cloned(),
        }
    }

    /// The entries by key.
    pub fn entries(&self) -> Vec<(Key<'a>, Value<'a>)> {
        match self {
            Map::Json(map) => map
                .iter()
                .map(|(name, value)| (Key::String(Text::Borrowed(name)), Value::from(value)))
                .collect(),
            Map::Shared(map) => map.iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
        }
    }
}

impl<'a> Key<'a> {
    /// The key that a value is, if it may be one.
    pub fn of(value: &Value<'a>) -> Option<Key<'a>> {
        match value {
            Value::Bool(bool) => Some(Key::Bool(*bool)),
            Value::Int(int) => Some(Key::Number(i128::from(*int), false)),
            Value::Uint(uint) => Some(Key::Number(i128::from(*uint), true)),
            Value::Double(double) if double.fract() == 0.0 && double.abs() < 2f64.powi(64) => {
                Some(Key::Number(*double as i128, false))
            }
            Value::String(text) => Some(Key::String(text.clone())),
            _ => None,
        }
    }

    /// The value that it is.
    pub fn value(&self) -> Value<'a> {
        match self {
            Key::Bool(bool) => Value::Bool(*bool),
            Key::Number(number, true) => Value::Uint(u64::try_from(*number).unwrap_or(u64::MAX)),
            Key::Number(number, false) => Value::Int(i64::try_from(*number).unwrap_or(i64::MAX)),
            Key::String(text) => Value::String(text.clone()),
        }
    }
}

impl Ord for Key<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Key::Bool(left), Key::Bool(right)) => left.cmp(right),
            (Key::Number(left, _), Key::Number(right, _)) => left.cmp(right),
            (Key::String(left), Key::String(right)) => str::cmp(left, right),
            (Key::Bool(_), _) | (Key::Number(..), Key::String(_)) => Ordering::Less,
            _ => Ordering::Greater,
        }
    }
}

impl PartialOrd for Key<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Key<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Key<'_> {}
