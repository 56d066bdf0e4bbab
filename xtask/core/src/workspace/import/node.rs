//! One object of several environments as a template: what they share is text, what differs is read from values.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::lists::list;
use super::objects::names_a_namespace;
use super::parameters::Parameters;
use crate::workspace::fixed_values;
use crate::yaml;

/// An entry of a map: its key, the expression that it is there by if not always, and what it holds.
type Entry = (String, Option<String>, Node);

/// A part of a template.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    /// The same everywhere.
    Literal(Value),
    /// An expression of the template language.
    Read(String),
    /// A map; an entry with a condition is there only where it holds.
    Map(Vec<Entry>),
    /// A map that is there with no entry at all, too: every entry has a condition.
    Sparse(Vec<Entry>),
    /// A list; an item with a condition is there only where it holds.
    List(Vec<Item>),
    /// A list that is there with no item at all, too: every item has a condition.
    SparseList(Vec<Item>),
}

/// An item of a list: the expression that it is there by if not always, and what it is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Item {
    pub(super) when: Option<String>,
    pub(super) node: Node,
}

/// What templates read of the unit instead of a text.
pub(super) struct Names<'a> {
    /// The agent: names that begin with it follow the environment's suffix.
    pub(super) agent: &'a str,
    /// The names of the objects that move in.
    pub(super) objects: &'a BTreeSet<String>,
    /// The namespace that the objects of each environment were in.
    pub(super) namespaces: &'a [Option<String>],
    /// What each environment is called.
    pub(super) environments: &'a [&'a str],
    /// The images that stand for the tuple's.
    pub(super) images: &'a BTreeSet<String>,
}

impl Names<'_> {
    /// The expression for a text that is the same everywhere, if it is one of the unit's own.
    fn expression(&self, text: &str) -> Option<String> {
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
    let lists: Vec<(usize, &[Value])> = sides
        .iter()
        .filter_map(|(side, value)| Some((*side, value.as_array()?.as_slice())))
        .collect();
    if lists.len() == sides.len()
        && let Some(list) = list(&lists, place, names, parameters)
    {
        return list;
    }
    let is_own_image = |value: &Value| value.as_str().is_some_and(|text| names.images.contains(text));
    if place.ends_with(".image") && sides.iter().all(|(_, value)| is_own_image(value)) {
        return Node::Read("agent.image | quote".to_owned());
    }
    let is_own_namespace = |(side, value): &(usize, &Value)| {
        let own = names.namespaces[*side].as_deref();
        own.is_some_and(|own| value.as_str() == Some(own))
    };
    if names_a_namespace(place) && sides.iter().all(is_own_namespace) {
        return Node::Read("environment.namespace | quote".to_owned());
    }
    let is_environment = |(side, value): &(usize, &Value)| value.as_str() == Some(names.environments[*side]);
    // of one environment alone it may be chance
    if sides.len() > 1 && sides.iter().all(is_environment) {
        return Node::Read("environment.name | quote".to_owned());
    }
    let first = sides[0].1;
    if sides.iter().any(|(_, value)| *value != first) {
        return Node::Read(format!("{} | json", parameters.add(&owned(sides), place)));
    }
    // a program may be called like the agent
    let text = first.as_str().filter(|_| !place.ends_with(".command.0"));
    let expression = text.and_then(|text| names.expression(text));
    match expression {
        Some(expression) => Node::Read(expression),
        None if is_a_value(first, place) => {
            Node::Read(format!("{} | json", parameters.add_fixed(&owned(sides), place)))
        }
        None => Node::Literal(first.clone()),
    }
}

/// Whether what is the same everywhere must be read from values all the same: what a template must not fix, what the
/// template language would take for its own, and empty lines at an end, which a tag behind them would take away.
fn is_a_value(value: &Value, place: &str) -> bool {
    let key = place.rsplit('.').next().unwrap_or(place);
    let is_marked = value
        .as_str()
        .is_some_and(|text| text.ends_with("\n\n") || has_marks(text));
    is_marked || !fixed_values(&yaml::write(&json!({ key: value }))).is_empty()
}

/// Whether the template language would take a part of a text for its own.
fn has_marks(text: &str) -> bool {
    ["{{", "{%", "{#", "{<", "<{"].iter().any(|mark| text.contains(mark))
}

/// A key with its colon, as a template may have it.
fn written_key(key: &str) -> String {
    let text = yaml::write(&json!({ key: 0 }));
    let name = text.trim_end().trim_end_matches('0').trim_end();
    match has_marks(key) {
        // a brace is always in quotes: there this is the same to a reader of YAML, and nothing to the template language
        true => name.replace('{', "\\x7b"),
        false => name.to_owned(),
    }
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
    let is_empty = |value: &Value| value.as_object().is_some_and(serde_json::Map::is_empty);
    if !entries.is_empty() && sides.iter().any(|(_, value)| is_empty(value)) {
        Node::Sparse(entries)
    } else {
        Node::Map(entries)
    }
}

impl Node {
    /// The node below a path of keys, made where it is missing.
    pub(super) fn entry(&mut self, path: &[&str]) -> &mut Node {
        let Some((key, rest)) = path.split_first() else {
            return self;
        };
        // with an entry of ours it is never empty
        let entries = match std::mem::replace(self, Node::Map(Vec::new())) {
            Node::Map(entries) | Node::Sparse(entries) => entries,
            Node::Literal(_) | Node::Read(_) | Node::List(_) | Node::SparseList(_) => Vec::new(),
        };
        *self = Node::Map(entries);
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
        let pad = " ".repeat(indent);
        match self {
            Node::Map(entries) if entries.is_empty() => text.push_str(&format!("{pad}{{}}\n")),
            Node::List(items) if items.is_empty() => text.push_str(&format!("{pad}[]\n")),
            Node::Map(entries) => write_entries(entries, indent, text),
            Node::Sparse(entries) => {
                write_entries(entries, indent, text);
                write_none(entries.iter().map(|(_, when, _)| when.as_deref()), (indent, "{}"), text);
            }
            Node::List(items) => items.iter().for_each(|item| item.write(indent, text)),
            Node::SparseList(items) => {
                items.iter().for_each(|item| item.write(indent, text));
                write_none(items.iter().map(|item| item.when.as_deref()), (indent, "[]"), text);
            }
            Node::Literal(value) => text.push_str(&indented(&yaml::write(value), indent)),
            Node::Read(expression) => text.push_str(&format!("{pad}{{{{ {expression} }}}}\n")),
        }
    }

    fn write_entry(&self, key: &str, indent: usize, text: &mut String) {
        let pad = " ".repeat(indent);
        let name = written_key(key);
        match self {
            Node::Map(entries) if entries.is_empty() => text.push_str(&format!("{pad}{name} {{}}\n")),
            Node::List(items) if items.is_empty() => text.push_str(&format!("{pad}{name} []\n")),
            Node::Map(_) | Node::Sparse(_) | Node::List(_) | Node::SparseList(_) => {
                text.push_str(&format!("{pad}{name}\n"));
                self.write(indent + 2, text);
            }
            Node::Literal(value) => {
                let written = yaml::write(&json!({ "key": value }));
                let value = written.strip_prefix("key:").unwrap_or(&written);
                text.push_str(&indented(&format!("{name}{value}"), indent));
            }
            Node::Read(expression) => text.push_str(&format!("{pad}{name} {{{{ {expression} }}}}\n")),
        }
    }
}

impl Item {
    fn write(&self, indent: usize, text: &mut String) {
        let pad = " ".repeat(indent);
        if let Some(when) = &self.when {
            text.push_str(&format!("{pad}{{%- if {when} %}}\n"));
        }
        let mut inner = String::new();
        self.node.write(indent + 2, &mut inner);
        let trimmed = inner.trim_start_matches(' ');
        // what a tag takes away before it would be the mark of the item
        let first = if trimmed.starts_with("{%") { "\n" } else { " " };
        let rest = if trimmed.starts_with("{%") { &inner } else { trimmed };
        text.push_str(&format!("{pad}-{first}{rest}"));
        if self.when.is_some() {
            text.push_str(&format!("{pad}{{%- endif %}}\n"));
        }
    }
}

/// What is there where none of the parts is, which each have a condition.
fn write_none<'a>(
    conditions: impl Iterator<Item = Option<&'a str>>,
    (indent, nothing): (usize, &str),
    text: &mut String,
) {
    let pad = " ".repeat(indent);
    let none: Vec<String> = conditions.flatten().map(|when| format!("not {when}")).collect();
    let none = none.join(" and ");
    text.push_str(&format!(
        "{pad}{{%- if {none} %}}\n{pad}{nothing}\n{pad}{{%- endif %}}\n"
    ));
}

fn write_entries(entries: &[Entry], indent: usize, text: &mut String) {
    let pad = " ".repeat(indent);
    for (key, when, node) in entries {
        if let Some(when) = when {
            text.push_str(&format!("{pad}{{%- if {when} %}}\n"));
        }
        node.write_entry(key, indent, text);
        if when.is_some() {
            text.push_str(&format!("{pad}{{%- endif %}}\n"));
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
