//! The type of an expression, where it can be told without running it.

use serde_json::Value as Json;

use super::arithmetic::Arithmetic;
use super::node::{FoldKind, Node};

/// Functions whose answer has one type whatever they are given.
const ANSWERS: [(&str, &str); 7] = [
    ("double", "double"),
    ("format", "string"),
    ("int", "int"),
    ("join", "string"),
    ("size", "int"),
    ("string", "string"),
    ("uint", "uint"),
];

/// The type that every value of a part of an expression has; none where that depends on what it reads.
pub(super) fn evident(node: &Node) -> Option<&'static str> {
    Some(match node {
        Node::And(..)
        | Node::Or(..)
        | Node::Not(_)
        | Node::Equal(..)
        | Node::NotEqual(..)
        | Node::Compare(..)
        | Node::In(..)
        | Node::Has(..)
        | Node::Matches(..) => "bool",
        Node::List(_) => "list",
        Node::Map(_) => "map",
        Node::Fold(fold) => match fold.kind {
            FoldKind::All | FoldKind::Exists | FoldKind::ExistsOne => "bool",
            FoldKind::List | FoldKind::SortBy => "list",
            FoldKind::Map | FoldKind::MapEntry => "map",
        },
        Node::Conditional(_, then, otherwise) => {
            let kind = evident(then)?;
            return (evident(otherwise) == Some(kind)).then_some(kind);
        }
        Node::Negate(operand) => return evident(operand),
        // of other operations a duration may come of what is none
        Node::Arithmetic(Arithmetic::Add, left, right) => {
            let kind = evident(left)?;
            return (evident(right) == Some(kind)).then_some(kind);
        }
        Node::Call(function, _) => {
            let known = ANSWERS.iter().find(|(name, _)| *name == function.name());
            return known.map(|(_, kind)| *kind);
        }
        literal => return of_literal(literal),
    })
}

/// The type of a literal.
pub(super) fn of_literal(node: &Node) -> Option<&'static str> {
    Some(match node {
        Node::Json(Json::Null) => "null",
        Node::Json(Json::Bool(_)) => "bool",
        Node::Json(Json::Number(_)) => "int",
        Node::Json(Json::String(_)) => "string",
        Node::Json(Json::Array(_)) => "list",
        Node::Json(Json::Object(_)) => "map",
        Node::Uint(_) => "uint",
        Node::Double(_) => "double",
        Node::Bytes(_) => "bytes",
        _ => return None,
    })
}
