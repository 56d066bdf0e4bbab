//! The tree of a compiled expression: every name is resolved to a place, a function or a type.

use regex::Regex;
use serde_json::Value as Json;

use super::arithmetic::Arithmetic;
use super::functions::Function;
use super::ordering::Comparison;

/// A part of an expression.
#[derive(Debug)]
pub(super) enum Node {
    /// A literal, or a list or map of literals.
    Json(Json),
    Uint(u64),
    Double(f64),
    Bytes(std::sync::Arc<[u8]>),
    Type(&'static str),
    /// A declared variable, by its place among the declared names.
    Variable(usize),
    /// A variable of a macro, by how many enclose it.
    Local(usize),
    Select(Box<Node>, Box<str>),
    /// `has(a.b)`.
    Has(Box<Node>, Box<str>),
    /// `a.?b`.
    OptionalSelect(Box<Node>, Box<str>),
    Index(Box<Node>, Box<Node>),
    /// `a[?b]`.
    OptionalIndex(Box<Node>, Box<Node>),
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    Not(Box<Node>),
    Negate(Box<Node>),
    Conditional(Box<Node>, Box<Node>, Box<Node>),
    Equal(Box<Node>, Box<Node>),
    NotEqual(Box<Node>, Box<Node>),
    Compare(Comparison, Box<Node>, Box<Node>),
    Arithmetic(Arithmetic, Box<Node>, Box<Node>),
    In(Box<Node>, Box<Node>),
    /// Items, and whether each is one of `[?item]`.
    List(Vec<(Node, bool)>),
    /// Keys and values, and whether each is one of `{?key: value}`.
    Map(Vec<(Node, Node, bool)>),
    /// A pattern that was known when the expression was compiled.
    Matches(Box<Node>, Regex),
    Call(&'static Function, Vec<Node>),
    /// `value.optMap(x, body)`, and whether the body is optional itself (`optFlatMap`).
    OptionalMap(Box<Node>, Box<Node>, bool),
    /// `value.or(other)`.
    OptionalOr(Box<Node>, Box<Node>),
    /// `value.orValue(other)`.
    OptionalOrValue(Box<Node>, Box<Node>),
    Fold(Box<Fold>),
}

/// A macro that goes through a list or a map.
#[derive(Debug)]
pub(super) struct Fold {
    pub(super) kind: FoldKind,
    pub(super) range: Node,
    /// Whether it names two variables: key and value, or index and item.
    pub(super) is_pairwise: bool,
    /// The condition that an item must meet.
    pub(super) condition: Option<Node>,
    /// What an item becomes.
    pub(super) body: Option<Node>,
}

/// What a macro makes of the items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FoldKind {
    All,
    Exists,
    ExistsOne,
    /// `map` and `filter`, and `transformList`.
    List,
    /// `transformMap`.
    Map,
    /// `transformMapEntry`.
    MapEntry,
    /// `sortBy`.
    SortBy,
}

impl FoldKind {
    /// What the macro is called.
    pub(super) fn name(self) -> &'static str {
        match self {
            FoldKind::All => "all",
            FoldKind::Exists => "exists",
            FoldKind::ExistsOne => "exists_one",
            FoldKind::List => "map",
            FoldKind::Map => "transformMap",
            FoldKind::MapEntry => "transformMapEntry",
            FoldKind::SortBy => "sortBy",
        }
    }
}
