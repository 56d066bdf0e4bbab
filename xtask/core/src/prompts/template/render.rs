//! Renders a template: text and marks as pieces, so that no value can pass for a mark.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::frame::{Frame, NOTHING, walk};
use super::{Block, Call, Expression, HELPERS, Node, Partial, Template, truth};

/// Partials inside each other.
const DEPTH_LIMIT: usize = 32;
/// Bytes of one rendered prompt; far beyond every model's context.
const SIZE_LIMIT: usize = 16 << 20;

/// The templates that others put into themselves, by name.
pub type Partials = BTreeMap<String, Arc<Template>>;

/// What a template sees.
#[derive(Clone, Copy)]
pub struct Data<'a> {
    /// The input.
    pub input: &'a Value,
    /// What stands behind `@`: `{{@state.count}}`.
    pub context: &'a Map<String, Value>,
    /// The other templates, by name.
    pub partials: &'a Partials,
}

/// A piece of a rendered prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text.
    Text(String),
    /// From here on another role speaks.
    Role(String),
    /// Here the conversation so far goes in.
    History,
    /// A picture, a sound or a film.
    Media {
        /// Where it is.
        url: String,
        /// What it is.
        content_type: Option<String>,
    },
    /// A part with a name.
    Section(String),
}

/// Why a template cannot be rendered with these data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderError {
    /// Byte offset of the tag.
    pub at: usize,
    /// What is wrong.
    pub message: String,
}

/// Renders a template.
pub fn render(template: &Template, data: &Data<'_>) -> Result<Vec<Piece>, RenderError> {
    let mut output = Output::default();
    let frame = Frame::root(data.input, data);
    output.template(template, &frame, 0)?;
    Ok(output.pieces)
}

#[derive(Default)]
struct Output {
    pieces: Vec<Piece>,
    bytes: usize,
}

impl Output {
    fn text(&mut self, text: &str) {
        self.bytes += text.len();
        match self.pieces.last_mut() {
            Some(Piece::Text(last)) => last.push_str(text),
            _ => self.pieces.push(Piece::Text(text.to_owned())),
        }
    }

    fn template(&mut self, template: &Template, frame: &Frame<'_>, depth: usize) -> Result<(), RenderError> {
        for node in &template.nodes {
            match node {
                Node::Text(text) => self.text(text),
                Node::Value(call) => self.value(call, frame)?,
                Node::Block(block) => self.block(block, frame, depth)?,
                Node::Partial(partial) => self.partial(partial, frame, depth)?,
            }
        }
        Ok(())
    }

    fn value(&mut self, call: &Call, frame: &Frame<'_>) -> Result<(), RenderError> {
        if self.bytes > SIZE_LIMIT {
            return Err(error(call, format!("the prompt is longer than {SIZE_LIMIT} bytes")));
        }
        let text_of = |expression: Option<&Expression>| -> Result<Option<String>, RenderError> {
            let Some(expression) = expression else { return Ok(None) };
            let value = evaluate(expression, frame)?;
            let mut text = String::new();
            truth::text(&value, &mut text);
            Ok((!value.is_null()).then_some(text))
        };
        match call.simple_name() {
            Some("role") if !call.is_bare() => {
                let role = text_of(call.arguments.first())?.unwrap_or_default();
                self.pieces.push(Piece::Role(role));
            }
            Some("history") if call.is_bare() => self.pieces.push(Piece::History),
            Some("section") if !call.is_bare() => {
                let name = text_of(call.arguments.first())?.unwrap_or_default();
                self.pieces.push(Piece::Section(name));
            }
            Some("media") if !call.is_bare() => {
                let url = text_of(call.argument("url"))?.unwrap_or_default();
                let content_type = text_of(call.argument("contentType"))?;
                self.pieces.push(Piece::Media { url, content_type });
            }
            Some("log") if !call.is_bare() => {}
            _ => {
                let value = result(call, frame)?;
                let mut text = String::new();
                truth::text(&value, &mut text);
                self.text(&text);
            }
        }
        Ok(())
    }

    fn block(&mut self, block: &Block, frame: &Frame<'_>, depth: usize) -> Result<(), RenderError> {
        let call = &block.call;
        let argument = |index: usize| match call.arguments.get(index) {
            Some(expression) => evaluate(expression, frame),
            None => Err(error(
                call,
                format!("`{}` lacks an argument", call.simple_name().unwrap_or_default()),
            )),
        };
        let choice = match call.simple_name().filter(|_| !call.is_bare()) {
            Some("if") => truth::holds(&*argument(0)?),
            Some("unless") => !truth::holds(&*argument(0)?),
            Some("ifEquals") => truth::same(&*argument(0)?, &*argument(1)?),
            Some("unlessEquals") => !truth::same(&*argument(0)?, &*argument(1)?),
            Some("each") => return self.each(block, &*argument(0)?, frame, depth),
            Some("with") => return self.with(block, &*argument(0)?, frame, depth),
            _ => {
                let value = result(call, frame)?;
                return match &*value {
                    Value::Array(items) if !items.is_empty() => self.each(block, &value, frame, depth),
                    Value::Bool(true) => self.template(&block.body, frame, depth),
                    value => self.with(block, value, frame, depth),
                };
            }
        };
        let chosen = if choice { &block.body } else { &block.otherwise };
        self.template(chosen, frame, depth)
    }

    fn with(&mut self, block: &Block, value: &Value, frame: &Frame<'_>, depth: usize) -> Result<(), RenderError> {
        if !truth::holds(value) {
            return self.template(&block.otherwise, frame, depth);
        }
        let mut inside = frame.inside(value);
        if let Some(name) = block.parameters.first() {
            inside.parameters.push((name, Cow::Borrowed(value)));
        }
        self.template(&block.body, &inside, depth)
    }

    fn each(&mut self, block: &Block, value: &Value, frame: &Frame<'_>, depth: usize) -> Result<(), RenderError> {
        let entries: Vec<(Value, &Value)> = match value {
            Value::Array(items) => items
                .iter()
                .enumerate()
                .map(|(index, item)| (index.into(), item))
                .collect(),
            Value::Object(map) => map.iter().map(|(key, item)| (key.clone().into(), item)).collect(),
            _ => Vec::new(),
        };
        if entries.is_empty() {
            return self.template(&block.otherwise, frame, depth);
        }
        let last = entries.len() - 1;
        for (index, (key, item)) in entries.into_iter().enumerate() {
            let mut inside = frame.inside(item);
            if let Some(name) = block.parameters.first() {
                inside.parameters.push((name, Cow::Borrowed(item)));
            }
            if let Some(name) = block.parameters.get(1) {
                inside.parameters.push((name, Cow::Owned(key.clone())));
            }
            inside.locals = vec![
                ("index", index.into()),
                ("key", key),
                ("first", (index == 0).into()),
                ("last", (index == last).into()),
            ];
            self.template(&block.body, &inside, depth)?;
        }
        Ok(())
    }

    fn partial(&mut self, partial: &Partial, frame: &Frame<'_>, depth: usize) -> Result<(), RenderError> {
        let fails = |message: String| {
            Err(RenderError {
                at: partial.at,
                message,
            })
        };
        if depth == DEPTH_LIMIT {
            return fails(format!("partials nest deeper than {DEPTH_LIMIT}"));
        }
        let Some(template) = frame.data.partials.get(&partial.name) else {
            return fails(format!("there is no partial `{}`", partial.name));
        };
        let mut value = match &partial.context {
            Some(expression) => evaluate(expression, frame)?,
            None => Cow::Borrowed(frame.value),
        };
        if !partial.named.is_empty() {
            let mut map = value.as_object().cloned().unwrap_or_default();
            for (name, expression) in &partial.named {
                map.insert(name.clone(), evaluate(expression, frame)?.into_owned());
            }
            value = Cow::Owned(Value::Object(map));
        }
        let inside = frame.inside(&value);
        if partial.indent.is_empty() {
            self.template(template, &inside, depth + 1)?;
        } else {
            let mut output = Output::default();
            output.template(template, &inside, depth + 1)?;
            for piece in output.pieces {
                match piece {
                    Piece::Text(text) => self.text(&indented(&text, &partial.indent)),
                    other => self.pieces.push(other),
                }
            }
        }
        // the next line would go on in the last one of the partial otherwise
        if partial.takes_line && template.ends_line {
            self.text("\n");
        }
        Ok(())
    }
}

fn indented(text: &str, indent: &str) -> String {
    text.split_inclusive('\n')
        .map(|line| format!("{indent}{line}"))
        .collect()
}

fn error(call: &Call, message: String) -> RenderError {
    RenderError { at: call.at, message }
}

fn evaluate<'a>(expression: &'a Expression, frame: &'a Frame<'_>) -> Result<Cow<'a, Value>, RenderError> {
    match expression {
        Expression::Literal(value) => Ok(Cow::Borrowed(value)),
        Expression::Path(path) => Ok(frame.path(path)),
        Expression::Call(call) => result(call, frame),
    }
}

/// What a call returns: a variable's value, or a helper's.
fn result<'a>(call: &'a Call, frame: &'a Frame<'_>) -> Result<Cow<'a, Value>, RenderError> {
    let name = call.simple_name().filter(|name| HELPERS.contains(name));
    match name {
        Some("json") if !call.is_bare() => {
            let value = call.arguments.first().map(|value| evaluate(value, frame)).transpose()?;
            let indent = call
                .argument("indent")
                .map(|value| evaluate(value, frame))
                .transpose()?
                .and_then(|value| value.as_u64());
            let text = json(value.as_deref().unwrap_or(NOTHING), indent);
            Ok(Cow::Owned(Value::String(text)))
        }
        Some("lookup") if call.arguments.len() == 2 => {
            let value = evaluate(&call.arguments[0], frame)?;
            let mut key = String::new();
            truth::text(&*evaluate(&call.arguments[1], frame)?, &mut key);
            Ok(Cow::Owned(walk(&value, &[key]).clone()))
        }
        _ if call.is_bare() => evaluate(&call.name, frame),
        _ => {
            let name = call.simple_name().unwrap_or("this expression");
            Err(error(call, format!("there is no helper `{name}`")))
        }
    }
}

fn json(value: &Value, indent: Option<u64>) -> String {
    let Some(width) = indent.filter(|width| (1..=16).contains(width)) else {
        return value.to_string();
    };
    let spaces = " ".repeat(usize::try_from(width).unwrap_or_default());
    let formatter = serde_json::ser::PrettyFormatter::with_indent(spaces.as_bytes());
    let mut bytes = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
    serde::Serialize::serialize(value, &mut serializer).expect("a value is JSON");
    String::from_utf8(bytes).expect("JSON is UTF-8")
}
