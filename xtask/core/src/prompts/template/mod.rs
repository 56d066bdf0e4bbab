//! The template language of prompts: Handlebars as the dotprompt format uses it, with the place of every expression.

mod expression;
mod frame;
mod parser;
mod render;
mod scanner;
mod truth;

use serde_json::Value;

pub use parser::parse;
pub use render::{Data, Partials, Piece, RenderError, render};

/// A parsed template.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Template {
    /// What it consists of, in order.
    pub nodes: Vec<Node>,
    /// Whether a line break stood behind it that is no part of it, as at the end of a file. A tag that puts it in alone on a
    /// line gives it back.
    pub ends_line: bool,
}

impl Template {
    /// These parts, with nothing behind them.
    pub(super) fn of(nodes: Vec<Node>) -> Template {
        Template {
            nodes,
            ends_line: false,
        }
    }
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// Text as it stands, white space control applied.
    Text(String),
    /// `{{name}}` or `{{helper argument}}`.
    Value(Call),
    /// `{{#helper …}} … {{else}} … {{/helper}}`.
    Block(Box<Block>),
    /// `{{> name context key=value}}`.
    Partial(Partial),
}

/// A block with what it encloses.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// What opened it.
    pub call: Call,
    /// The names between the bars of `as |item index|`.
    pub parameters: Vec<String>,
    /// Rendered where the block holds.
    pub body: Template,
    /// Rendered where it does not.
    pub otherwise: Template,
}

/// Another template put in here.
#[derive(Clone, Debug, PartialEq)]
pub struct Partial {
    /// Its name.
    pub name: String,
    /// What it sees instead of what is seen here.
    pub context: Option<Expression>,
    /// What it sees beside it.
    pub named: Vec<(String, Expression)>,
    /// White space before it, where it stands alone on its line: every line of it gets the same.
    pub indent: String,
    /// Whether it stands alone on its line and took the line break behind it.
    pub takes_line: bool,
    /// Byte offset of the tag.
    pub at: usize,
}

/// A path, or a helper with its arguments.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The helper, or the path whose value is wanted.
    pub name: Expression,
    /// Arguments in order.
    pub arguments: Vec<Expression>,
    /// Arguments by name.
    pub named: Vec<(String, Expression)>,
    /// Byte offset of the tag.
    pub at: usize,
}

/// Something that has a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// A value in the data.
    Path(Path),
    /// A value in the template.
    Literal(Value),
    /// `(helper argument)`.
    Call(Box<Call>),
}

/// The way to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// Levels up: the number of `../`.
    pub up: usize,
    /// Whether it starts with `@`: data of the loop or of the surroundings instead of the input.
    pub is_data: bool,
    /// Names from there; empty for `this`.
    pub parts: Vec<String>,
    /// Byte offset.
    pub at: usize,
}

/// Something that is no template, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Byte offset.
    pub at: usize,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// A fault at a place.
fn fault(at: usize, message: impl Into<String>, help: impl Into<String>) -> Fault {
    Fault {
        at,
        message: message.into(),
        help: help.into(),
    }
}

impl Call {
    /// The name where the call is a helper's or a plain variable's: a path of one part from here.
    pub fn simple_name(&self) -> Option<&str> {
        match &self.name {
            Expression::Path(path) if path.up == 0 && !path.is_data && path.parts.len() == 1 => Some(&path.parts[0]),
            _ => None,
        }
    }

    /// Whether it has no arguments, so that it may be a plain variable.
    pub fn is_bare(&self) -> bool {
        self.arguments.is_empty() && self.named.is_empty()
    }

    /// The argument of this name.
    pub fn argument(&self, name: &str) -> Option<&Expression> {
        self.named.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }
}

/// Names that are helpers wherever they are called.
pub const HELPERS: &[&str] = &[
    "each",
    "history",
    "if",
    "ifEquals",
    "json",
    "log",
    "lookup",
    "media",
    "role",
    "section",
    "unless",
    "unlessEquals",
    "with",
];
