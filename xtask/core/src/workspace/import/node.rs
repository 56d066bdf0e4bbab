//! One object of several environments as a template: what they share is text, what differs is read from values.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::parameters::Parameters;
use crate::yaml;

/// A part of a template.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    /// The same everywhere.
    Literal(Value),
    /// An expression of the template language.
    Read(String),
    /// A map; an entry with a condition is there only where it holds.
    Map(Vec<(String, Option<String>, Node)>),
    /// A list.
    List(Vec<Node>),
}

/// What templates read of the unit instead of a text.
pub(super) struct Names<'a> {
    /// The agent: names that begin with it follow the environment's suffix.
    pub(super) agent: &'a str,
    /// The names of the objects that move in.
    pub(super) objects: &'a BTreeSet<String>,
    /// The namespaces that the objects were in.
    pub(super) namespaces: &'a BTreeSet<String>,
    /// The image that is the tuple's.
    pub(super) image: Option<&'a str>,
}

impl Names<'_> {
    /// The expression for a text that is the same everywhere, if it is one of the unit's own.
    fn expression(&self, text: &str, place: &str) -> Option<String> {
        if self.image == Some(text) && place.ends_with(".image") {
            return Some("agent.image | quote".to_owned());
        }
        if place.ends_with(".namespace") && self.namespaces.contains(text) {
            return Some("environment.namespace | quote".to_owned());
        }
        let rest = text.strip_prefix(self.agent)?;
        match rest {
            _ if !self.objects.contains(text) => None,
            "" => Some("agent.resourceName | quote".to_owned()),
            rest if rest.starts_with('-') => Some(format!("(agent.resourceName ~ \"{rest}\") | quote")),
            _ => None,
        }
    }
}

/// The template of a part, from what the environments have there; `sides` are their places and values.
pub(super) fn node(sides: &[(usize, &Value)], place: &str, names: &Names<'_>, parameters: &mut Parameters) -> Node {
    if sides.iter().all(|(_, value)| value.is_object()) {
        return map(sides, place, names, parameters);
    }
    let lists: Vec<&Vec<Value>> = sides.iter().filter_map(|(_, value)| value.as_array()).collect();
    if lists.len() == sides.len() && lists.iter().all(|list| list.len() == lists[0].len()) {
        let item = |index: usize| {
            let sides: Vec<(usize, &Value)> = sides
                .iter()
                .map(|(environment, value)| (*environment, &value[index]))
                .collect();
            node(&sides, &format!("{place}.{index}"), names, parameters)
        };
        return Node::List((0..lists[0].len()).map(item).collect());
    }
    let texts: Vec<&str> = sides.iter().filter_map(|(_, value)| value.as_str()).collect();
    if texts.len() == sides.len()
        && place.ends_with(".namespace")
        && texts.iter().all(|text| names.namespaces.contains(*text))
    {
        return Node::Read("environment.namespace | quote".to_owned());
    }
    let first = sides[0].1;
    if sides.iter().all(|(_, value)| *value == first) {
        return match first.as_str() {
            Some(text) => match names.expression(text, place) {
                Some(expression) => Node::Read(expression),
                // what the template language would take for its own
                None if ["{{", "{%", "{#", "{<", "<{", "{{<"]
                    .iter()
                    .any(|mark| text.contains(mark)) =>
                {
                    Node::Read(format!("{} | json", parameters.add(&owned(sides), place)))
                }
                None => Node::Literal(first.clone()),
            },
            None => Node::Literal(first.clone()),
        };
    }
    Node::Read(format!("{} | json", parameters.add(&owned(sides), place)))
}

fn owned(sides: &[(usize, &Value)]) -> Vec<(usize, Value)> {
    sides
        .iter()
        .map(|(environment, value)| (*environment, (*value).clone()))
        .collect()
}

fn map(sides: &[(usize, &Value)], place: &str, names: &Names<'_>, parameters: &mut Parameters) -> Node {
    let keys: BTreeSet<&String> = sides
        .iter()
        .filter_map(|(_, value)| value.as_object())
        .flat_map(|map| map.keys())
        .collect();
    let mut entries = Vec::new();
    for key in keys {
        let here: Vec<(usize, &Value)> = sides
            .iter()
            .filter_map(|(side, value)| Some((*side, value.get(key)?)))
            .collect();
        let place = format!("{place}.{key}");
        let when = (here.len() < sides.len()).then(|| {
            let has: Vec<(usize, Value)> = sides
                .iter()
                .map(|(side, value)| (*side, json!(value.get(key).is_some())))
                .collect();
            parameters.add(&has, &format!("with {place}"))
        });
        entries.push((key.clone(), when, node(&here, &place, names, parameters)));
    }
    // a list's item must not begin with a condition
    entries.sort_by_key(|(_, when, _)| when.is_some());
    Node::Map(entries)
}

impl Node {
    /// The node below a path of keys, made where it is missing.
    pub(super) fn entry(&mut self, path: &[&str]) -> &mut Node {
        let Some((key, rest)) = path.split_first() else {
            return self;
        };
        if !matches!(self, Node::Map(_)) {
            *self = Node::Map(Vec::new());
        }
        let Node::Map(entries) = self else {
            unreachable!("it was made a map")
        };
        let at = entries.iter().position(|(name, when, _)| name == key && when.is_none());
        let at = at.unwrap_or_else(|| {
            entries.insert(0, ((*key).to_owned(), None, Node::Map(Vec::new())));
            0
        });
        entries[at].2.entry(rest)
    }

    /// The template's text.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        self.write(0, &mut text);
        text
    }

    fn write(&self, indent: usize, text: &mut String) {
        match self {
            Node::Map(entries) => {
                for (key, when, node) in entries {
                    if let Some(when) = when {
                        text.push_str(&format!("{}{{%- if {when} %}}\n", " ".repeat(indent)));
                    }
                    node.write_entry(key, indent, text);
                    if when.is_some() {
                        text.push_str(&format!("{}{{%- endif %}}\n", " ".repeat(indent)));
                    }
                }
            }
            Node::List(items) => {
                for item in items {
                    let mut inner = String::new();
                    item.write(indent + 2, &mut inner);
                    let trimmed = inner.trim_start_matches(' ');
                    text.push_str(&format!("{}- {trimmed}", " ".repeat(indent)));
                }
            }
            Node::Literal(value) => text.push_str(&indented(&yaml::write(value), indent)),
            Node::Read(expression) => text.push_str(&format!("{}{{{{ {expression} }}}}\n", " ".repeat(indent))),
        }
    }

    fn write_entry(&self, key: &str, indent: usize, text: &mut String) {
        let pad = " ".repeat(indent);
        let name = yaml::write(&json!({ key: 0 }));
        let name = name.trim_end().trim_end_matches('0').trim_end();
        match self {
            Node::Map(entries) if entries.is_empty() => text.push_str(&format!("{pad}{name} {{}}\n")),
            Node::List(items) if items.is_empty() => text.push_str(&format!("{pad}{name} []\n")),
            Node::Map(_) | Node::List(_) => {
                text.push_str(&format!("{pad}{name}\n"));
                self.write(indent + 2, text);
            }
            Node::Literal(value) => text.push_str(&indented(&yaml::write(&json!({ key: value })), indent)),
            Node::Read(expression) => text.push_str(&format!("{pad}{name} {{{{ {expression} }}}}\n")),
        }
    }
}

fn indented(text: &str, indent: usize) -> String {
    let pad = " ".repeat(indent);
    let line = |line: &str| {
        if line.is_empty() {
            "\n".to_owned()
        } else {
            format!("{pad}{line}\n")
        }
    };
    text.lines().map(line).collect()
}
