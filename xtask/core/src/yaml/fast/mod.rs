//! The fast reader of manifests: the block subset of YAML that templates write, four to eight times as fast as the whole.
//!
//! `None` always means "not my subset", never "wrong": the reference reader then finds the value or the error. The subset
//! is block maps and lists, plain and quoted scalars of one line, literal blocks without an indentation indicator, short
//! flow maps and lists of one line, comments and `---`. Whatever has two meanings anywhere is outside.

mod flow;
mod text;

use serde_json::{Map, Value};

use super::Document;
use super::characters;
use super::scalar::{Meaning, Scalar, classify};
use super::tree::DEPTH_LIMIT;

/// Reads a stream of documents; empty ones are left out.
pub(super) fn read(text: &str) -> Option<Vec<Document>> {
    if !characters::is_ordinary(text) {
        return None;
    }
    let mut reader = Reader::new(text);
    let mut documents = Vec::new();
    let (mut line, mut counted) = (1, 0);
    loop {
        reader.seek();
        if reader.column == 1 {
            line += text::newlines(&reader.bytes[counted..reader.at]);
            counted = reader.at;
            let value = reader.block(1)?;
            documents.push(Document { value, line });
        }
        if reader.column != 0 {
            return None;
        }
        if reader.at == reader.bytes.len() {
            return Some(documents);
        }
        if !reader.rest().starts_with(b"---") {
            return None;
        }
        reader.at += 3;
        reader.at = reader.blank_rest()?;
    }
}

/// A place in the text; between two calls it is at the content that comes next.
struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    line_start: usize,
    /// The column of the next content, from 1; 0 at the end of a document, where every block ends.
    column: usize,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Reader<'a> {
        Reader {
            text,
            bytes: text.as_bytes(),
            at: 0,
            line_start: 0,
            column: 0,
        }
    }

    fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at..]
    }

    fn byte(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_spaces(&mut self) {
        while self.byte() == Some(b' ') {
            self.at += 1;
        }
    }

    /// From the start of a line to the next content, over blank lines and comments.
    fn seek(&mut self) {
        loop {
            self.line_start = self.at;
            self.skip_spaces();
            match self.byte() {
                None => {
                    self.column = 0;
                    return;
                }
                Some(b'\n') => self.at += 1,
                Some(b'#') => self.at = self.next_line(self.at),
                Some(_) => break,
            }
        }
        self.column = self.at - self.line_start + 1;
        if self.column == 1 && self.is_marker() {
            self.column = 0;
        }
    }

    /// Whether `---` or `...` stands here on its own.
    fn is_marker(&self) -> bool {
        let rest = self.rest();
        (rest.starts_with(b"---") || rest.starts_with(b"...")) && matches!(rest.get(3), None | Some(b' ' | b'\n'))
    }

    /// Where the line after the one with `from` starts.
    fn next_line(&self, from: usize) -> usize {
        self.text[from..]
            .find('\n')
            .map_or(self.bytes.len(), |length| from + length + 1)
    }

    /// The start of the next line, if only spaces and a comment are left on this one.
    fn blank_rest(&self) -> Option<usize> {
        let mut at = self.at;
        while self.bytes.get(at) == Some(&b' ') {
            at += 1;
        }
        match self.bytes.get(at) {
            None => Some(at),
            Some(b'\n') => Some(at + 1),
            Some(b'#') if at > self.at => Some(self.next_line(at)),
            Some(_) => None,
        }
    }

    fn at_dash(&self) -> bool {
        matches!(self.rest(), [b'-', b' ' | b'\n', ..] | [b'-'])
    }

    /// A map or a list on lines of its own.
    fn block(&mut self, depth: usize) -> Option<Value> {
        let column = self.column;
        if self.at_dash() {
            return self.sequence(column, depth);
        }
        let key = self.key()?;
        self.mapping(column, key, depth)
    }

    /// The entries at this column, from behind the colon of the first one.
    fn mapping(&mut self, column: usize, first: String, depth: usize) -> Option<Value> {
        if depth > DEPTH_LIMIT {
            return None;
        }
        let mut map = Map::new();
        let mut key = first;
        loop {
            let value = self.entry(column, depth)?;
            if map.insert(key, value).is_some() {
                return None;
            }
            if self.column != column {
                return (self.column < column).then_some(Value::Object(map));
            }
            key = self.key()?;
        }
    }

    fn entry(&mut self, column: usize, depth: usize) -> Option<Value> {
        let Some(next) = self.blank_rest() else {
            self.skip_spaces();
            return self.inline(column, depth);
        };
        self.at = next;
        self.seek();
        if self.column > column {
            self.block(depth + 1)
        } else if self.column == column && self.at_dash() {
            self.sequence(column, depth + 1)
        } else {
            Some(Value::Null)
        }
    }

    /// The items at this column, from the first dash.
    fn sequence(&mut self, column: usize, depth: usize) -> Option<Value> {
        if depth > DEPTH_LIMIT {
            return None;
        }
        let mut items = Vec::new();
        loop {
            self.at += 1;
            items.push(self.item(column, depth)?);
            if self.column != column {
                return (self.column < column).then_some(Value::Array(items));
            }
            if !self.at_dash() {
                // The list was at its key's column, and here is the next key.
                return Some(Value::Array(items));
            }
        }
    }

    fn item(&mut self, column: usize, depth: usize) -> Option<Value> {
        if let Some(next) = self.blank_rest() {
            self.at = next;
            self.seek();
            return if self.column > column {
                self.block(depth + 1)
            } else {
                Some(Value::Null)
            };
        }
        self.skip_spaces();
        self.column = self.at - self.line_start + 1;
        if self.at_dash() {
            return self.sequence(self.column, depth + 1);
        }
        let inner = self.column;
        let start = self.at;
        match self.byte()? {
            b'"' | b'\'' => {
                let text = self.quoted()?;
                if self.byte() == Some(b':') {
                    self.at = start;
                    let key = self.key()?;
                    return self.mapping(inner, key, depth + 1);
                }
                self.end_inline(Value::String(text), column)
            }
            b'|' | b'{' | b'[' => self.inline(column, depth),
            _ => match self.plain()? {
                (key, true) => {
                    let key = self.plain_key(key)?;
                    self.mapping(inner, key, depth + 1)
                }
                (text, false) => {
                    let value = plain_value(text)?;
                    self.end_inline(value, column)
                }
            },
        }
    }

    /// A value on the line of its key or dash.
    fn inline(&mut self, column: usize, depth: usize) -> Option<Value> {
        let value = match self.byte()? {
            b'|' => return self.literal(column),
            b'"' | b'\'' => Value::String(self.quoted()?),
            b'{' | b'[' => self.flow(depth)?,
            _ => match self.plain()? {
                (text, false) => plain_value(text)?,
                (_, true) => return None,
            },
        };
        self.end_inline(value, column)
    }

    /// Goes on to the next content; more of the same scalar, which a deeper line would be, is outside the subset.
    fn end_inline(&mut self, value: Value, column: usize) -> Option<Value> {
        self.at = self.blank_rest()?;
        self.seek();
        (self.column <= column).then_some(value)
    }

    /// A key and its colon.
    fn key(&mut self) -> Option<String> {
        match self.byte()? {
            b'"' | b'\'' => {
                let start = self.at;
                let key = self.quoted()?;
                let follows = matches!(self.rest(), [b':', b' ' | b'\n', ..] | [b':']);
                if !follows || self.at - start > text::KEY_LIMIT {
                    return None;
                }
                self.at += 1;
                Some(key)
            }
            _ => match self.plain()? {
                (key, true) => self.plain_key(key),
                (_, false) => None,
            },
        }
    }

    /// A plain key, from before its colon; only keys that are text as they stand.
    fn plain_key(&mut self, key: &str) -> Option<String> {
        let is_its_text = match classify(key) {
            Scalar::Certain(Meaning::Text) => true,
            Scalar::Certain(Meaning::Integer(_)) => key.bytes().all(|byte| byte.is_ascii_digit()),
            Scalar::Certain(_) | Scalar::Ambiguous(_) => false,
        };
        if !is_its_text || key.len() > text::KEY_LIMIT {
            return None;
        }
        self.at += 1;
        Some(key.to_owned())
    }
}

fn plain_value(text: &str) -> Option<Value> {
    match classify(text) {
        Scalar::Certain(meaning) => Some(meaning.value(text)),
        Scalar::Ambiguous(_) => None,
    }
}
