//! The reference reader of manifests: the whole grammar, with plain scalars read as Kubernetes reads them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::scalar::{Meaning, Scalar, classify};
use super::tree::{self, Kind, Node};
use super::{AmbiguousScalar, Document, Manifests, Places, YamlError};

/// Reads a stream of documents; empty ones are left out, as `kubectl` leaves them out.
pub(super) fn read(text: &str) -> Result<Manifests, YamlError> {
    let mut reader = Reader {
        ambiguous: BTreeMap::new(),
    };
    let mut documents = Vec::new();
    for root in tree::documents(text)? {
        documents.extend(reader.document(&root)?);
    }
    let ambiguous = reader.ambiguous.into_iter();
    let ambiguous = ambiguous.map(|((line, column), text)| AmbiguousScalar { text, line, column });
    Ok(Manifests {
        documents,
        ambiguous: ambiguous.collect(),
    })
}

/// The same with where everything in a document stands; scalars that readers disagree on are read as Kubernetes does.
pub(super) fn read_placed(text: &str) -> Result<Vec<(Document, Places)>, YamlError> {
    let mut reader = Reader {
        ambiguous: BTreeMap::new(),
    };
    let mut documents = Vec::new();
    for root in tree::documents(text)? {
        documents.extend(reader.document(&root)?.map(|document| (document, Places::of(root))));
    }
    Ok(documents)
}

struct Reader {
    /// By place, for a node that aliases repeat is still written once.
    ambiguous: BTreeMap<(usize, usize), String>,
}

impl Reader {
    /// A document, unless it is empty.
    fn document(&mut self, root: &Node) -> Result<Option<Document>, YamlError> {
        let value = self.value(root)?;
        Ok((!value.is_null()).then_some(Document {
            value,
            line: root.place.0,
        }))
    }

    fn value(&mut self, node: &Node) -> Result<Value, YamlError> {
        let tag = Type::of(node)?;
        match (&node.kind, tag) {
            (Kind::Plain(text) | Kind::Text(text), Some(Type::Text)) => Ok(Value::String(text.clone())),
            (Kind::Text(text), None) => Ok(Value::String(text.clone())),
            (Kind::Plain(text), None) => Ok(self.plain(text, node).value(text)),
            (Kind::Plain(text) | Kind::Text(text), Some(tag)) => tagged(text, tag, node),
            (Kind::Sequence(items), None | Some(Type::Sequence)) => items
                .iter()
                .map(|item| self.value(item))
                .collect::<Result<_, _>>()
                .map(Value::Array),
            (Kind::Mapping(entries), None | Some(Type::Mapping)) => {
                let entries = entries.iter().map(|(key, value)| (&**key, &**value));
                self.mapping(&entries.collect::<Vec<_>>()).map(Value::Object)
            }
            (Kind::Sequence(_) | Kind::Mapping(_), Some(_)) => Err(mismatch(node)),
        }
    }

    fn plain(&mut self, text: &str, node: &Node) -> Meaning {
        let scalar = classify(text);
        if let Scalar::Ambiguous(_) = scalar {
            self.ambiguous.insert(node.place, text.to_owned());
        }
        scalar.meaning()
    }

    fn mapping(&mut self, entries: &[(&Node, &Node)]) -> Result<Map<String, Value>, YamlError> {
        let mut map = Map::new();
        let mut places = BTreeMap::new();
        let mut merged = Vec::new();
        for &(key, value) in entries {
            if key.is_merge() {
                self.ambiguous.insert(key.place, "<<".to_owned());
                merged.push(value);
                continue;
            }
            let name = self.key(key)?;
            if let Some(first) = places.insert(name.clone(), key.place) {
                return Err(YamlError::duplicate_key(&name, key.place, first));
            }
            map.insert(name, self.value(value)?);
        }
        for value in merged {
            self.merge(value, &mut map)?;
        }
        Ok(map)
    }

    /// Adds the entries of the value of a `<<` key that are not there yet: earlier maps win, written keys win over all.
    fn merge(&mut self, node: &Node, into: &mut Map<String, Value>) -> Result<(), YamlError> {
        let maps = match self.value(node)? {
            Value::Array(items) => items,
            value => vec![value],
        };
        for map in maps {
            let Value::Object(map) = map else {
                let message = "the value of `<<` is neither a map nor a list of maps";
                return Err(YamlError::new(node.place, message).help("quote the key if it is not meant to merge"));
            };
            for (key, value) in map {
                into.entry(key).or_insert(value);
            }
        }
        Ok(())
    }

    /// A key as JSON has it: always text.
    fn key(&mut self, node: &Node) -> Result<String, YamlError> {
        let text = match self.value(node)? {
            Value::String(text) => return Ok(text),
            Value::Bool(bool) => bool.to_string(),
            Value::Number(number) => number.to_string(),
            Value::Null => return Err(key_error(node, "an empty key")),
            Value::Array(_) => return Err(key_error(node, "a list as a key")),
            Value::Object(_) => {
                let help = "write the key in quotes; if `{{` was meant for a template, that was not rendered";
                return Err(key_error(node, "a map as a key").help(help));
            }
        };
        // `1.10` would become `1.1`, and not in every reader.
        if let Kind::Plain(written) = &node.kind
            && *written != text
        {
            self.ambiguous.insert(node.place, written.clone());
        }
        Ok(text)
    }
}

fn key_error(node: &Node, what: &str) -> YamlError {
    YamlError::new(node.place, format!("{what} has no meaning in Kubernetes")).help("write the key in quotes")
}

/// The types that a tag can ask for.
#[derive(Clone, Copy, PartialEq)]
enum Type {
    Text,
    Null,
    Bool,
    Integer,
    Float,
    Sequence,
    Mapping,
}

impl Type {
    fn of(node: &Node) -> Result<Option<Type>, YamlError> {
        let Some(tag) = &node.tag else {
            return Ok(None);
        };
        match tag.core_suffix() {
            Some("str") => Ok(Some(Type::Text)),
            Some("null") => Ok(Some(Type::Null)),
            Some("bool") => Ok(Some(Type::Bool)),
            Some("int") => Ok(Some(Type::Integer)),
            Some("float") => Ok(Some(Type::Float)),
            Some("seq") => Ok(Some(Type::Sequence)),
            Some("map") => Ok(Some(Type::Mapping)),
            _ => {
                let message = format!(
                    "the tag `{}{}` has no meaning in Kubernetes",
                    tag.original_handle(),
                    tag.suffix()
                );
                Err(YamlError::new(node.place, message)
                    .help("remove the tag, or quote the value if it starts with `!`"))
            }
        }
    }
}

fn tagged(text: &str, tag: Type, node: &Node) -> Result<Value, YamlError> {
    match (tag, classify(text).meaning()) {
        (Type::Null, meaning @ Meaning::Null)
        | (Type::Bool, meaning @ Meaning::Bool(_))
        | (Type::Integer, meaning @ (Meaning::Integer(_) | Meaning::Natural(_)))
        | (Type::Float, meaning @ Meaning::Float(_)) => Ok(meaning.value(text)),
        (Type::Float, Meaning::Integer(number)) => Ok(Value::from(number as f64)),
        _ => Err(mismatch(node)),
    }
}

fn mismatch(node: &Node) -> YamlError {
    let tag = node.tag.as_ref().map_or("", |tag| tag.suffix());
    YamlError::new(
        node.place,
        format!("the value is not of the type `!!{tag}` that its tag says"),
    )
    .help("remove the tag")
}
