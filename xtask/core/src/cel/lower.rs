//! From what the parser reads to a tree in which every name is resolved.

use std::collections::BTreeSet;

use cel::common::ast::{CallExpr, Expr, IdedExpr, SourceInfo, operators};
use serde_json::Value as Json;

use super::arithmetic::Arithmetic;
use super::functions::{self, Style};
use super::literals::literal_node;
use super::node::Node;
use super::ordering::Comparison;
use super::{CompileError, escape, fast, functions::regex, path, reference};
use crate::model::suggestion;

/// Types that an expression may name.
const TYPES: &[&str] = &[
    "bool",
    "bytes",
    "double",
    "google.protobuf.Duration",
    "google.protobuf.Timestamp",
    "int",
    "list",
    "map",
    "net.CIDR",
    "net.IP",
    "null_type",
    "optional_type",
    "string",
    "type",
    "uint",
];

/// The state of a compilation.
pub(super) struct Lowering<'e> {
    text: &'e str,
    declared: &'e [&'e str],
    /// What a name after a dot stands for.
    field: fn(&str) -> Box<str>,
    source: SourceInfo,
    /// Variables of the macros around, outermost first.
    pub(super) locals: Vec<String>,
    errors: Vec<CompileError>,
    /// Places of the declared names that the expression uses.
    pub(super) used: BTreeSet<usize>,
    /// Paths of fields that it reads.
    pub(super) paths: Vec<Vec<String>>,
    /// Lists and maps of literals of several types, which the language has and a policy must not.
    pub(super) mixed: Vec<CompileError>,
    /// How many calls around take a mixed list.
    pub(super) lenient: usize,
}

impl<'e> Lowering<'e> {
    pub(super) fn new(text: &'e str, declared: &'e [&'e str]) -> Lowering<'e> {
        Lowering {
            text,
            declared,
            field: |name| name.into(),
            source: SourceInfo::default(),
            locals: Vec::new(),
            errors: Vec::new(),
            used: BTreeSet::new(),
            paths: Vec::new(),
            mixed: Vec::new(),
            lenient: 0,
        }
    }

    /// Reads fields by their escaped names, as rules of custom resources have them.
    pub(super) fn with_escaped_fields(mut self) -> Lowering<'e> {
        self.field = |name| escape::unescaped(name).into();
        self
    }

    pub(super) fn compile(&mut self) -> Result<Node, Vec<CompileError>> {
        let parsed = match fast::read(self.text) {
            Some(parsed) => parsed,
            None => reference::read(self.text).map_err(|errors| {
                let mut errors: Vec<CompileError> = errors.errors.iter().map(syntax).collect();
                errors.dedup();
                errors
            })?,
        };
        self.source = parsed.1;
        let root = self.node(&parsed.0);
        self.errors.sort();
        self.errors.dedup();
        self.paths
            .sort_by(|left, right| right.len().cmp(&left.len()).then_with(|| left.cmp(right)));
        self.paths.dedup();
        match self.errors.is_empty() {
            true => Ok(root),
            false => Err(std::mem::take(&mut self.errors)),
        }
    }

    /// Notes an error at a node; compilation goes on.
    pub(super) fn error(&mut self, at: u64, message: impl Into<String>, help: Option<String>) -> Node {
        self.error_before(at, 0, message, help)
    }

    /// Notes an error so many characters before a node: a call is recorded where its parenthesis stands.
    fn error_before(&mut self, at: u64, by: usize, message: impl Into<String>, help: Option<String>) -> Node {
        let error = self.error_at(at, by, message.into(), help);
        self.errors.push(error);
        Node::Json(Json::Null)
    }

    pub(super) fn error_at(&self, at: u64, by: usize, message: String, help: Option<String>) -> CompileError {
        let offset = self.source.offset_for(at).map_or(0, |(start, _)| start as usize);
        let (line, column) = place(self.text, offset.saturating_sub(by));
        CompileError {
            line,
            column,
            message,
            help,
        }
    }

    pub(super) fn node(&mut self, expr: &IdedExpr) -> Node {
        match &expr.expr {
            Expr::Literal(literal) => literal_node(literal),
            Expr::Ident(name) => self.name(expr, &[name]),
            Expr::Select(select) if select.test => {
                Node::Has(Box::new(self.node(&select.operand)), (self.field)(&select.field))
            }
            Expr::Select(select) => {
                if let Some(segments) = path::segments(expr) {
                    return self.name(expr, &segments);
                }
                Node::Select(Box::new(self.node(&select.operand)), (self.field)(&select.field))
            }
            Expr::Call(call) => self.call(expr, call),
            Expr::List(list) => self.list(expr.id, list),
            Expr::Map(map) => self.map(expr.id, map),
            Expr::Struct(message) => self.error(
                expr.id,
                format!("there is no message `{}` here", message.type_name),
                Some("write a map: `{'key': value}`".to_owned()),
            ),
            Expr::Comprehension(_) | Expr::Unspecified => self.error(expr.id, "the expression cannot be read", None),
        }
    }

    /// Whether a name with dots is a declared variable, and no macro's.
    pub(super) fn is_declared(&self, name: &str) -> bool {
        let root = name.split('.').next().unwrap_or_default();
        self.declared.contains(&name) && !self.locals.iter().any(|local| local == root)
    }

    pub(super) fn boxed(&mut self, expr: &IdedExpr) -> Box<Node> {
        Box::new(self.node(expr))
    }

    /// A name with dots: the longest part that is declared, then fields.
    fn name(&mut self, expr: &IdedExpr, segments: &[&str]) -> Node {
        if let Some(index) = self.locals.iter().rposition(|name| name == segments[0]) {
            return self.fields(Node::Local(index), &segments[1..]);
        }
        let absolute: Vec<&str> = segments.iter().map(|segment| segment.trim_start_matches('.')).collect();
        for length in (1..=absolute.len()).rev() {
            let name = absolute[..length].join(".");
            if let Some(place) = self.declared.iter().position(|declared| *declared == name) {
                self.used.insert(place);
                self.paths
                    .push(absolute.iter().map(|&segment| segment.to_owned()).collect());
                return self.fields(Node::Variable(place), &absolute[length..]);
            }
            if length == absolute.len()
                && let Ok(index) = TYPES.binary_search(&name.as_str())
            {
                return Node::Type(TYPES[index]);
            }
        }
        let known = self
            .declared
            .iter()
            .copied()
            .chain(self.locals.iter().map(String::as_str));
        let shown = if absolute[0] == "variables" && absolute.len() > 1 {
            absolute[..2].join(".")
        } else {
            absolute[0].to_owned()
        };
        let help = suggestion(&shown, known).map(|name| format!("did you mean `{name}`?"));
        self.error(path::root(expr).id, format!("there is no variable `{shown}`"), help)
    }

    fn fields(&self, node: Node, fields: &[&str]) -> Node {
        let fields = fields.iter();
        fields.fold(node, |node, field| Node::Select(Box::new(node), (self.field)(field)))
    }

    fn call(&mut self, expr: &IdedExpr, call: &CallExpr) -> Node {
        if let Some(node) = self.operator(call) {
            let starts =
                |segments: &[&str]| (1..=segments.len()).any(|end| self.is_declared(&segments[..end].join(".")));
            if let Some(segments) = path::reading(expr).filter(|segments| starts(segments)) {
                self.paths.push(segments.into_iter().map(str::to_owned).collect());
            }
            return node;
        }
        if let Some(node) = self.macro_call(expr, call) {
            return node;
        }
        let name = call.func_name.as_str();
        let Some(target) = &call.target else {
            return self.function(expr, name, Style::Global, &call.args, None);
        };
        // `sets.contains(a, b)`: the target is a part of the name, unless a variable is called like it
        if let Some(segments) = path::segments(target) {
            let qualified = format!("{}.{name}", segments.join("."));
            let root = segments[0].to_owned();
            let is_variable = self.locals.contains(&root) || self.declared.contains(&root.as_str());
            if !is_variable && functions::find(&qualified, Style::Global).is_some() {
                return self.function(expr, &qualified, Style::Global, &call.args, None);
            }
        }
        self.function(expr, name, Style::Member, &call.args, Some(target))
    }

    fn function(
        &mut self,
        expr: &IdedExpr,
        name: &str,
        style: Style,
        arguments: &[IdedExpr],
        target: Option<&IdedExpr>,
    ) -> Node {
        let function = functions::find(name, style);
        let width = name.rsplit('.').next().map_or(0, |last| last.chars().count());
        let is_lenient = usize::from(name == "format");
        self.lenient += is_lenient;
        let nodes: Vec<Node> = target
            .into_iter()
            .chain(arguments)
            .map(|argument| self.node(argument))
            .collect();
        self.lenient -= is_lenient;
        let Some(function) = function else {
            let help = suggestion(name, functions::names(style)).map(|name| format!("did you mean `{name}`?"));
            return self.error_before(expr.id, width, format!("there is no function `{name}`"), help);
        };
        if !function.takes(nodes.len()) {
            let count = arguments.len();
            return self.error_before(
                expr.id,
                width,
                format!("`{name}` does not take {count} arguments"),
                None,
            );
        }
        if regex::TAKING_PATTERNS.contains(&name)
            && let Some(Node::Json(Json::String(pattern))) = nodes.get(1)
        {
            match regex::compile(pattern) {
                Err(message) => return self.error(arguments[arguments.len() - 1].id, message, None),
                Ok(pattern) if name == "matches" => {
                    let text = nodes.into_iter().next().expect("it takes two arguments");
                    return Node::Matches(Box::new(text), pattern);
                }
                Ok(_) => {}
            }
        }
        Node::Call(function, nodes)
    }

    fn operator(&mut self, call: &CallExpr) -> Option<Node> {
        if call.target.is_some() {
            return None;
        }
        Some(match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::CONDITIONAL, [condition, then, otherwise]) => {
                let nodes = [condition, then, otherwise].map(|part| self.boxed(part));
                self.of_one_choice(otherwise.id, &nodes[1], &nodes[2]);
                let [condition, then, otherwise] = nodes;
                Node::Conditional(condition, then, otherwise)
            }
            (operators::LOGICAL_AND, [left, right]) => Node::And(self.boxed(left), self.boxed(right)),
            (operators::LOGICAL_OR, [left, right]) => Node::Or(self.boxed(left), self.boxed(right)),
            (operators::LOGICAL_NOT, [operand]) => Node::Not(self.boxed(operand)),
            (operators::NEGATE, [operand]) => Node::Negate(self.boxed(operand)),
            (operators::EQUALS, [left, right]) => Node::Equal(self.boxed(left), self.boxed(right)),
            (operators::NOT_EQUALS, [left, right]) => Node::NotEqual(self.boxed(left), self.boxed(right)),
            (operators::INDEX, [operand, index]) => Node::Index(self.boxed(operand), self.boxed(index)),
            (operators::OPT_INDEX, [operand, index]) => Node::OptionalIndex(self.boxed(operand), self.boxed(index)),
            (operators::OPT_SELECT, [operand, field]) => {
                let operand = self.boxed(operand);
                match self.node(field) {
                    Node::Json(Json::String(name)) => Node::OptionalSelect(operand, (self.field)(&name)),
                    _ => self.error(field.id, "a field is needed here", None),
                }
            }
            (operators::IN, [item, container]) => Node::In(self.boxed(item), self.boxed(container)),
            (name, [left, right]) => {
                if let Some(comparison) = comparison(name) {
                    Node::Compare(comparison, self.boxed(left), self.boxed(right))
                } else {
                    Node::Arithmetic(arithmetic(name)?, self.boxed(left), self.boxed(right))
                }
            }
            _ => return None,
        })
    }
}

fn comparison(name: &str) -> Option<Comparison> {
    Some(match name {
        operators::LESS => Comparison::Less,
        operators::LESS_EQUALS => Comparison::LessEqual,
        operators::GREATER => Comparison::Greater,
        operators::GREATER_EQUALS => Comparison::GreaterEqual,
        _ => return None,
    })
}

fn arithmetic(name: &str) -> Option<Arithmetic> {
    Some(match name {
        operators::ADD => Arithmetic::Add,
        operators::SUBSTRACT => Arithmetic::Subtract,
        operators::MULTIPLY => Arithmetic::Multiply,
        operators::DIVIDE => Arithmetic::Divide,
        operators::MODULO => Arithmetic::Modulo,
        _ => return None,
    })
}

fn syntax(error: &cel::ParseError) -> CompileError {
    let first = error.msg.lines().next().unwrap_or_default();
    CompileError {
        line: usize::try_from(error.pos.0).unwrap_or(1).max(1),
        column: usize::try_from(error.pos.1).unwrap_or(1).max(1),
        message: format!(
            "the expression cannot be read: {}",
            first.trim_start_matches("Syntax error: ")
        ),
        help: None,
    }
}

/// Line and column of an offset in characters, from 1.
fn place(text: &str, offset: usize) -> (usize, usize) {
    let before: Vec<char> = text.chars().take(offset).collect();
    let line = before.iter().filter(|character| **character == '\n').count() + 1;
    let column = before.iter().rev().take_while(|character| **character != '\n').count() + 1;
    (line, column)
}
