//! Makes a tree of the tags of a template, and says everything that does not fit.

use serde_json::Value;

use super::scanner::{Kind, Tag, Token, scan};
use super::{Block, Call, Expression, Fault, Node, Partial, Path, Template};

/// Blocks, or expressions in parentheses, inside each other.
const DEPTH_LIMIT: usize = 64;

/// Reads a template, or says everything that is wrong with it.
pub fn parse(text: &str) -> Result<Template, Vec<Fault>> {
    let (tokens, faults) = scan(text);
    let mut builder = Builder {
        faults,
        open: Vec::new(),
        nodes: Vec::new(),
    };
    for token in tokens {
        match token {
            Token::Text(text) => builder.nodes.push(Node::Text(text)),
            Token::Tag(tag) => {
                if let Err(fault) = builder.take(&tag) {
                    builder.faults.push(fault);
                }
            }
        }
    }
    builder.finish()
}

/// A block whose end has not come yet.
struct Open {
    tag: Tag,
    call: Call,
    parameters: Vec<String>,
    inverse: bool,
    /// Whether `{{else other}}` opened it, so that the end of the outer block ends it too.
    chained: bool,
    body: Option<Vec<Node>>,
    outside: Vec<Node>,
}

struct Builder {
    faults: Vec<Fault>,
    open: Vec<Open>,
    nodes: Vec<Node>,
}

fn fault(at: usize, message: impl Into<String>, help: impl Into<String>) -> Fault {
    Fault {
        at,
        message: message.into(),
        help: help.into(),
    }
}

impl Builder {
    fn take(&mut self, tag: &Tag) -> Result<(), Fault> {
        match tag.kind {
            Kind::Comment => Ok(()),
            Kind::Value => {
                let call = Reader::of(tag).whole_call(tag.at)?;
                self.nodes.push(Node::Value(call));
                Ok(())
            }
            Kind::Partial => {
                let partial = Reader::of(tag).partial(tag)?;
                self.nodes.push(Node::Partial(partial));
                Ok(())
            }
            Kind::Open => self.open(tag, false, false, &mut Reader::of(tag)),
            Kind::OpenInverse => self.open(tag, true, false, &mut Reader::of(tag)),
            Kind::Else => self.otherwise(tag),
            Kind::Close => self.close(tag),
        }
    }

    fn open(&mut self, tag: &Tag, inverse: bool, chained: bool, reader: &mut Reader<'_>) -> Result<(), Fault> {
        let call = reader.call(tag.at, 0)?;
        let parameters = reader.block_parameters()?;
        reader.end()?;
        if self.open.len() >= DEPTH_LIMIT {
            return Err(fault(
                tag.at,
                format!("blocks nest deeper than {DEPTH_LIMIT}"),
                "flatten them",
            ));
        }
        self.open.push(Open {
            tag: tag.clone(),
            call,
            parameters,
            inverse,
            chained,
            body: None,
            outside: std::mem::take(&mut self.nodes),
        });
        Ok(())
    }

    fn otherwise(&mut self, tag: &Tag) -> Result<(), Fault> {
        let Some(open) = self.open.last_mut() else {
            return Err(fault(
                tag.at,
                "`{{else}}` stands in no block",
                "remove it, or open a block before it",
            ));
        };
        if open.body.is_some() {
            return Err(fault(
                tag.at,
                "the block has an `{{else}}` already",
                "remove one of them",
            ));
        }
        open.body = Some(std::mem::take(&mut self.nodes));
        let mut reader = Reader::of(tag);
        reader.skip_word("else");
        if reader.is_at_end() {
            return Ok(());
        }
        self.open(tag, false, true, &mut reader)
    }

    fn close(&mut self, tag: &Tag) -> Result<(), Fault> {
        let name = tag.inside.trim();
        let outer = self.open.iter().rposition(|open| !open.chained);
        let Some(outer) = outer else {
            return Err(fault(
                tag.at,
                format!("`{{{{/{name}}}}}` closes a block that was not opened"),
                format!("open it with `{{{{#{name} …}}}}`, or remove it"),
            ));
        };
        let opened = self.open[outer]
            .tag
            .inside
            .split_whitespace()
            .next()
            .unwrap_or_default();
        let mismatch = (opened != name).then(|| {
            fault(
                tag.at,
                format!("`{{{{/{name}}}}}` closes a block that `{opened}` opened"),
                format!("write `{{{{/{opened}}}}}`"),
            )
        });
        while self.open.len() > outer {
            self.fold();
        }
        mismatch.map_or(Ok(()), Err)
    }

    /// Ends the innermost block.
    fn fold(&mut self) {
        let Some(open) = self.open.pop() else { return };
        let last = std::mem::replace(&mut self.nodes, open.outside);
        let (body, otherwise) = match open.body {
            Some(body) => (body, last),
            None => (last, Vec::new()),
        };
        let (body, otherwise) = if open.inverse {
            (otherwise, body)
        } else {
            (body, otherwise)
        };
        self.nodes.push(Node::Block(Box::new(Block {
            call: open.call,
            parameters: open.parameters,
            body: Template { nodes: body },
            otherwise: Template { nodes: otherwise },
        })));
    }

    fn finish(mut self) -> Result<Template, Vec<Fault>> {
        for open in self.open.iter().filter(|open| !open.chained) {
            let name = open.tag.inside.split_whitespace().next().unwrap_or_default();
            self.faults.push(fault(
                open.tag.at,
                format!("the block `{name}` is never closed"),
                format!("close it with `{{{{/{name}}}}}`"),
            ));
        }
        if self.faults.is_empty() {
            return Ok(Template { nodes: self.nodes });
        }
        self.faults.sort_by_key(|fault| fault.at);
        Err(self.faults)
    }
}

/// Reads what stands inside a tag.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// Byte offset of the text in the template.
    base: usize,
}

impl<'a> Reader<'a> {
    fn of(tag: &'a Tag) -> Reader<'a> {
        Reader {
            text: &tag.inside,
            at: 0,
            base: tag.inside_at,
        }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip_space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn skip_word(&mut self, word: &str) {
        self.skip_space();
        if self.rest().starts_with(word) {
            self.at += word.len();
        }
    }

    fn is_at_end(&mut self) -> bool {
        self.skip_space();
        self.rest().is_empty()
    }

    fn fails<T>(&self, message: impl Into<String>, help: impl Into<String>) -> Result<T, Fault> {
        Err(fault(self.base + self.at, message, help))
    }

    fn end(&mut self) -> Result<(), Fault> {
        if self.is_at_end() {
            return Ok(());
        }
        self.fails(
            format!("`{}` does not belong here", self.rest().trim_end()),
            "an expression is a name and its arguments, separated by spaces",
        )
    }

    fn whole_call(&mut self, at: usize) -> Result<Call, Fault> {
        let call = self.call(at, 0)?;
        self.end()?;
        Ok(call)
    }

    /// A name and its arguments, up to the end, a closing parenthesis or `as |…|`.
    fn call(&mut self, at: usize, depth: usize) -> Result<Call, Fault> {
        if self.is_at_end() {
            return self.fails("the expression is empty", "write the name of a variable");
        }
        let name = self.expression(depth)?;
        let (arguments, named) = self.arguments(depth)?;
        Ok(Call {
            name,
            arguments,
            named,
            at,
        })
    }

    fn arguments(&mut self, depth: usize) -> Result<(Vec<Expression>, Vec<(String, Expression)>), Fault> {
        let (mut arguments, mut named) = (Vec::new(), Vec::new());
        loop {
            self.skip_space();
            let rest = self.rest();
            if rest.is_empty() || rest.starts_with(')') || is_block_parameters(rest) {
                return Ok((arguments, named));
            }
            let word = word(rest);
            if !word.is_empty() && rest[word.len()..].starts_with('=') {
                self.at += word.len() + 1;
                let value = self.expression(depth)?;
                named.push((word.to_owned(), value));
            } else if named.is_empty() {
                arguments.push(self.expression(depth)?);
            } else {
                return self.fails("an argument without a name follows one with a name", "put it first");
            }
        }
    }

    fn expression(&mut self, depth: usize) -> Result<Expression, Fault> {
        self.skip_space();
        let at = self.base + self.at;
        let rest = self.rest();
        match rest.chars().next() {
            Some('(') => {
                if depth >= DEPTH_LIMIT {
                    return self.fails(format!("parentheses nest deeper than {DEPTH_LIMIT}"), "flatten them");
                }
                self.at += 1;
                let call = self.call(at, depth + 1)?;
                self.skip_space();
                if !self.rest().starts_with(')') {
                    return self.fails("a parenthesis is never closed", "close it with `)`");
                }
                self.at += 1;
                Ok(Expression::Call(Box::new(call)))
            }
            Some(quote @ ('"' | '\'')) => {
                let Some(length) = rest[1..].find(quote) else {
                    return self.fails("a quoted text is never closed", format!("close it with `{quote}`"));
                };
                self.at += length + 2;
                Ok(Expression::Literal(Value::String(rest[1..=length].to_owned())))
            }
            _ => self.word_expression(at),
        }
    }

    fn word_expression(&mut self, at: usize) -> Result<Expression, Fault> {
        let rest = self.rest();
        let end = rest
            .find(|c: char| c.is_whitespace() || matches!(c, ')' | '(' | '=' | '|' | '"' | '\''))
            .unwrap_or(rest.len());
        let text = &rest[..end];
        let literal = match text {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            "null" | "undefined" => Some(Value::Null),
            _ => text.parse().ok().map(Value::Number),
        };
        let expression = match literal {
            Some(value) => Expression::Literal(value),
            None => Expression::Path(self.path(text, at)?),
        };
        self.at += end;
        Ok(expression)
    }

    fn path(&self, text: &str, at: usize) -> Result<Path, Fault> {
        let wrong = || {
            let shown = if text.is_empty() { self.rest() } else { text };
            self.fails(
                format!("`{}` is no name of a variable", shown.trim_end()),
                "write names joined by dots, for example `customer.name`",
            )
        };
        let is_data = text.starts_with('@');
        let mut rest = text.strip_prefix('@').unwrap_or(text);
        let mut up = 0;
        while let Some(more) = rest.strip_prefix("../") {
            up += 1;
            rest = more;
        }
        if rest == ".." {
            up += 1;
            rest = "";
        }
        rest = rest.strip_prefix("./").unwrap_or(rest);
        let mut parts: Vec<String> = Vec::new();
        for part in rest.split(['.', '/']) {
            let part = part
                .strip_prefix('[')
                .and_then(|part| part.strip_suffix(']'))
                .unwrap_or(part);
            parts.push(part.to_owned());
        }
        let is_here = rest == "." || (rest.is_empty() && up > 0);
        if is_here {
            parts.clear();
        } else if parts.first().is_some_and(|part| part == "this") {
            parts.remove(0);
        }
        if !is_here && (rest.is_empty() || parts.iter().any(|part| word(part) != part || part.is_empty())) {
            return wrong();
        }
        Ok(Path { up, is_data, parts, at })
    }

    fn block_parameters(&mut self) -> Result<Vec<String>, Fault> {
        self.skip_space();
        if !is_block_parameters(self.rest()) {
            return Ok(Vec::new());
        }
        let rest = self.rest();
        let names = rest.split_once('|').and_then(|(_, after)| after.split_once('|'));
        let Some((names, after)) = names else {
            return self.fails("the names after `as` are never closed", "close them with `|`");
        };
        self.at = self.text.len() - after.len();
        Ok(names.split_whitespace().map(str::to_owned).collect())
    }

    fn partial(&mut self, tag: &Tag) -> Result<Partial, Fault> {
        self.skip_space();
        let rest = self.rest();
        let end = rest
            .find(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '='))
            .unwrap_or(rest.len());
        let name = rest[..end].trim_matches(['"', '\'']);
        if name.is_empty() {
            return self.fails(
                "the name of a partial is missing",
                "write the name of a prompt of this agent",
            );
        }
        self.at += end;
        let (arguments, named) = self.arguments(0)?;
        self.end()?;
        if arguments.len() > 1 {
            return self.fails("a partial takes one context", "give the rest by name");
        }
        Ok(Partial {
            name: name.to_owned(),
            context: arguments.into_iter().next(),
            named,
            indent: tag.indent.clone(),
            at: tag.at,
        })
    }
}

fn is_block_parameters(rest: &str) -> bool {
    rest.strip_prefix("as")
        .is_some_and(|after| after.trim_start().starts_with('|') && after.starts_with(char::is_whitespace))
}

/// The longest name that a text starts with.
fn word(text: &str) -> &str {
    let end = text
        .find(|c: char| c.is_whitespace() || "!\"#%&'()*+,./;<=>@[\\]^`{|}~".contains(c))
        .unwrap_or(text.len());
    &text[..end]
}
