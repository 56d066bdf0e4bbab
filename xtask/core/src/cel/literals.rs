//! Literals, and the lists and maps that stand in an expression.

use cel::common::ast::{EntryExpr, ListExpr, LiteralValue, MapExpr};
use serde_json::{Map as JsonMap, Value as Json};

use super::lower::Lowering;
use super::node::Node;
use super::types::{evident, of_literal};

impl Lowering<'_> {
    /// A list; one of literals alone is a literal.
    pub(super) fn list(&mut self, at: u64, list: &ListExpr) -> Node {
        let items: Vec<(Node, bool)> = list
            .elements
            .iter()
            .enumerate()
            .map(|(index, item)| (self.node(item), list.optional_indices.contains(&index)))
            .collect();
        self.of_one_type(at, items.iter().map(|(item, _)| item));
        let is_constant = |item: &(Node, bool)| matches!(item, (Node::Json(_), false));
        if !items.iter().all(is_constant) {
            return Node::List(items);
        }
        let json = |(node, _)| match node {
            Node::Json(json) => json,
            _ => Json::Null,
        };
        Node::Json(Json::Array(items.into_iter().map(json).collect()))
    }

    /// A map; one of literals alone is a literal.
    pub(super) fn map(&mut self, at: u64, map: &MapExpr) -> Node {
        let mut entries = Vec::new();
        for entry in &map.entries {
            let EntryExpr::MapEntry(entry) = &entry.expr else {
                continue;
            };
            entries.push((self.node(&entry.key), self.node(&entry.value), entry.optional));
        }
        self.of_one_type(at, entries.iter().map(|(key, ..)| key));
        self.of_one_type(at, entries.iter().map(|(_, value, _)| value));
        let mut constant = JsonMap::new();
        for entry in &entries {
            match entry {
                (Node::Json(Json::String(key)), Node::Json(value), false) if !constant.contains_key(key) => {
                    constant.insert(key.clone(), value.clone());
                }
                _ => return Node::Map(entries),
            }
        }
        Node::Json(Json::Object(constant))
    }

    /// Notes literals side by side that are not all of one type.
    fn of_one_type<'n>(&mut self, at: u64, literals: impl Iterator<Item = &'n Node>) {
        let mut types: Vec<&str> = literals.filter_map(of_literal).collect();
        types.dedup();
        if let [first, second, ..] = types[..]
            && self.lenient == 0
        {
            self.mix(at, first, second);
        }
    }

    /// Notes a choice between two values that evidently differ in their type.
    pub(super) fn of_one_choice(&mut self, at: u64, then: &Node, otherwise: &Node) {
        if let (Some(first), Some(second)) = (evident(then), evident(otherwise))
            && first != second
            && ![first, second].contains(&"null")
        {
            self.mix(at, first, second);
        }
    }

    fn mix(&mut self, at: u64, first: &str, second: &str) {
        let message = format!("`{first}` stands beside `{second}`, and a cluster takes only one type");
        let help = "write them as one type, or wrap each in `dyn(…)`".to_owned();
        let error = self.error_at(at, 0, message, Some(help));
        self.mixed.push(error);
    }
}

/// A literal as a node.
pub(super) fn literal_node(literal: &LiteralValue) -> Node {
    match literal {
        LiteralValue::Boolean(bool) => Node::Json(Json::Bool(**bool)),
        LiteralValue::Bytes(bytes) => Node::Bytes(bytes.inner().into()),
        LiteralValue::Double(double) => Node::Double(**double),
        LiteralValue::Int(int) => Node::Json(Json::from(**int)),
        LiteralValue::Null => Node::Json(Json::Null),
        LiteralValue::String(text) => Node::Json(Json::from(text.inner())),
        LiteralValue::UInt(uint) => Node::Uint(**uint),
    }
}
