//! The words of the language, as far as the fast reader knows them.

/// What the grammar reads as something else than a name.
const KEYWORDS: &[&str] = &["false", "in", "null", "true"];
/// Operators, the longest first.
const SIGNS: &[&str] = &[
    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", ",", ".", "(", ")", "[", "]",
    "{", "}",
];

/// A word of the language, and where it stands.
pub(super) struct Token<'t> {
    pub(super) kind: Kind,
    pub(super) text: &'t str,
    pub(super) start: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Name,
    Number,
    String,
    /// An operator or a keyword.
    Sign,
}

/// The words of a text; nothing where one of them is for the grammar to read.
pub(super) fn tokens(text: &str) -> Option<Vec<Token<'_>>> {
    let mut tokens = Vec::with_capacity(text.len() / 4);
    let mut start = 0;
    loop {
        start += blank(&text[start..]);
        let rest = &text[start..];
        let Some(first) = rest.bytes().next() else {
            return Some(tokens);
        };
        let (kind, length) = match first {
            b'0'..=b'9' => (Kind::Number, number(rest)?),
            b'"' | b'\'' => (Kind::String, string(rest, false)?),
            b'r' | b'R' if matches!(rest.as_bytes().get(1), Some(b'"' | b'\'')) => {
                (Kind::String, 1 + string(&rest[1..], true)?)
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => name(rest)?,
            b'.' if matches!(rest.as_bytes().get(1), Some(b'0'..=b'9')) => return None,
            _ => (Kind::Sign, SIGNS.iter().find(|sign| rest.starts_with(**sign))?.len()),
        };
        tokens.push(Token {
            kind,
            text: &rest[..length],
            start,
        });
        start += length;
    }
}

/// How much of a text is space and comments.
fn blank(text: &str) -> usize {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(['\t', ' ', '\n', '\u{c}']);
        if !rest.starts_with("//") {
            return text.len() - rest.len();
        }
        rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
    }
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn name(text: &str) -> Option<(Kind, usize)> {
    let length = text.bytes().take_while(|byte| is_of_name(*byte)).count();
    // bytes have an escaping of their own
    if matches!(text.as_bytes().get(length), Some(b'"' | b'\'' | b'`')) {
        return None;
    }
    match KEYWORDS.contains(&&text[..length]) {
        true => Some((Kind::Sign, length)),
        false => Some((Kind::Name, length)),
    }
}

/// A plain number; the grammar reads others.
fn number(text: &str) -> Option<usize> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    let (next, after) = (text.as_bytes().get(length), text.as_bytes().get(length + 1));
    let goes_on =
        next.is_some_and(|next| is_of_name(*next)) || next == Some(&b'.') && after.is_some_and(u8::is_ascii_digit);
    (!goes_on).then_some(length)
}

/// A string on one line, with its quotes.
fn string(text: &str, is_raw: bool) -> Option<usize> {
    let quote = text.as_bytes()[0];
    if text.as_bytes()[1..].starts_with(&[quote, quote]) {
        return None;
    }
    let mut bytes = text.bytes().enumerate().skip(1);
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\n' => return None,
            b'\\' if !is_raw => match bytes.next()?.1 {
                b'\\' | b'\'' | b'"' | b'n' | b't' => {}
                _ => return None,
            },
            byte if byte == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// What a string says.
pub(super) fn unescaped(literal: &str) -> String {
    let (inner, is_raw) = match literal.strip_prefix(['r', 'R']) {
        Some(rest) => (rest, true),
        None => (literal, false),
    };
    let inner = &inner[1..inner.len() - 1];
    if is_raw || !inner.contains('\\') {
        return inner.to_owned();
    }
    let mut said = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        said.push(match character {
            '\\' => match characters.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                other => other.unwrap_or('\\'),
            },
            plain => plain,
        });
    }
    said
}
