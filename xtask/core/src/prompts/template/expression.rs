//! Reads what stands inside a tag: paths, literals, calls.

use serde_json::Value;

use super::scanner::Tag;
use super::{Call, Expression, Fault, Partial, Path, fault};

/// Expressions in parentheses inside each other.
const DEPTH_LIMIT: usize = 64;

/// Reads what stands inside a tag.
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// Byte offset of the text in the template.
    base: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn of(tag: &'a Tag) -> Reader<'a> {
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

    pub(super) fn skip_word(&mut self, word: &str) {
        self.skip_space();
        if self.rest().starts_with(word) {
            self.at += word.len();
        }
    }

    pub(super) fn is_at_end(&mut self) -> bool {
        self.skip_space();
        self.rest().is_empty()
    }

    fn fails<T>(&self, message: impl Into<String>, help: impl Into<String>) -> Result<T, Fault> {
        Err(fault(self.base + self.at, message, help))
    }

    pub(super) fn end(&mut self) -> Result<(), Fault> {
        if self.is_at_end() {
            return Ok(());
        }
        self.fails(
            format!("`{}` does not belong here", self.rest().trim_end()),
            "an expression is a name and its arguments, separated by spaces",
        )
    }

    pub(super) fn whole_call(&mut self, at: usize) -> Result<Call, Fault> {
        let call = self.call(at, 0)?;
        self.end()?;
        Ok(call)
    }

    /// A name and its arguments, up to the end, a closing parenthesis or `as |…|`.
    pub(super) fn call(&mut self, at: usize, depth: usize) -> Result<Call, Fault> {
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

    pub(super) fn block_parameters(&mut self) -> Result<Vec<String>, Fault> {
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

    pub(super) fn partial(&mut self, tag: &Tag) -> Result<Partial, Fault> {
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
            takes_line: tag.takes_line,
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
