//! Cuts a template into text and tags, and takes away the white space that tags claim.

use super::{Fault, fault};

/// Text, or what stands between two pairs of braces.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Text(String),
    Tag(Tag),
}

/// What stands between two pairs of braces.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tag {
    pub(super) kind: Kind,
    /// What is inside, without braces, sigil and tildes.
    pub(super) inside: String,
    /// Byte offset of `inside`.
    pub(super) inside_at: usize,
    /// Byte offset of the braces.
    pub(super) at: usize,
    /// The white space before a partial that stands alone on its line.
    pub(super) indent: String,
    /// Whether it stands alone on its line and takes the line break behind it.
    pub(super) takes_line: bool,
    strips: (bool, bool),
}

/// What a tag does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Value,
    Open,
    /// `{{^name}}`
    OpenInverse,
    Else,
    Close,
    Partial,
    Comment,
}

impl Kind {
    /// Whether a tag alone on its line takes the line with it.
    fn takes_its_line(self) -> bool {
        self != Kind::Value
    }
}

/// Cuts a template into text and tags.
pub(super) fn scan(text: &str) -> (Vec<Token>, Vec<Fault>) {
    let mut faults = Vec::new();
    let mut tokens = Vec::new();
    let mut rest = 0;
    let mut literal = String::new();
    while let Some(found) = text[rest..].find("{{") {
        let at = rest + found;
        let before = &text[rest..at];
        let slashes = before.len() - before.trim_end_matches('\\').len();
        literal.push_str(&before[..before.len() - slashes.div_ceil(2)]);
        if slashes % 2 == 1 {
            literal.push_str("{{");
            rest = at + 2;
            continue;
        }
        match tag(text, at) {
            Ok((tag, end)) => {
                flush(&mut tokens, &mut literal);
                tokens.push(Token::Tag(tag));
                rest = end;
            }
            Err(fault) => {
                faults.push(fault);
                rest = at + 2;
            }
        }
    }
    literal.push_str(&text[rest..]);
    flush(&mut tokens, &mut literal);
    (trimmed(tokens), faults)
}

fn flush(tokens: &mut Vec<Token>, literal: &mut String) {
    if !literal.is_empty() {
        tokens.push(Token::Text(std::mem::take(literal)));
    }
}

/// The tag that starts here, and where it ends.
fn tag(text: &str, at: usize) -> Result<(Tag, usize), Fault> {
    let rest = &text[at..];
    let opened = rest.strip_prefix("{{").unwrap_or(rest);
    let strips_before = opened.starts_with('~');
    let opened = opened.strip_prefix('~').unwrap_or(opened);
    if rest.starts_with("{{{{") {
        return Err(fault(
            at,
            "raw blocks are no part of a prompt",
            "write `\\{{` where braces are meant as text",
        ));
    }
    let sigil_at = text.len() - opened.len();
    if let Some(comment) = opened.strip_prefix('!') {
        return comment_tag(comment, at, sigil_at + 1, strips_before);
    }
    let (kind, skipped) = match opened.as_bytes() {
        [b'#', b'*' | b'>', ..] => {
            return Err(fault(
                at,
                "inline partials and partial blocks are no part of a prompt",
                "write the text as a prompt of its own and name it with `{{> name}}`",
            ));
        }
        [b'#', ..] => (Kind::Open, 1),
        [b'/', ..] => (Kind::Close, 1),
        [b'>', ..] => (Kind::Partial, 1),
        [b'^', ..] => (Kind::OpenInverse, 1),
        [b'&', ..] => (Kind::Value, 1),
        [b'{', ..] => (Kind::Value, 1),
        _ => (Kind::Value, 0),
    };
    let closing = if opened.starts_with('{') { "}}}" } else { "}}" };
    let inside_at = sigil_at + skipped;
    let length = end_of(&text[inside_at..], closing).ok_or_else(|| {
        fault(
            at,
            format!("the expression `{}` is never closed", shown(rest)),
            format!("close it with `{closing}`"),
        )
    })?;
    let inside = &text[inside_at..inside_at + length];
    let strips_after = inside.ends_with('~') && closing == "}}";
    let inside = inside.strip_suffix('~').unwrap_or(inside);
    let kind = match (kind, inside.split_whitespace().next()) {
        (Kind::Value, Some("else")) if skipped == 0 => Kind::Else,
        (Kind::OpenInverse, None) => Kind::Else,
        (kind, _) => kind,
    };
    let tag = Tag {
        kind,
        inside: inside.to_owned(),
        inside_at,
        at,
        indent: String::new(),
        takes_line: false,
        strips: (strips_before, strips_after),
    };
    Ok((tag, inside_at + length + closing.len()))
}

fn comment_tag(comment: &str, at: usize, inside_at: usize, strips_before: bool) -> Result<(Tag, usize), Fault> {
    let (closings, help) = if comment.starts_with("--") {
        (["--}}", "--~}}"].as_slice(), "close it with `--}}`")
    } else {
        (["}}", "~}}"].as_slice(), "close it with `}}`")
    };
    let end = closings
        .iter()
        .filter_map(|closing| Some((comment.find(closing)?, *closing)))
        .min_by_key(|(found, closing)| (*found, std::cmp::Reverse(closing.len())));
    let (found, closing) = end.ok_or_else(|| fault(at, "the comment is never closed", help))?;
    let tag = Tag {
        kind: Kind::Comment,
        inside: String::new(),
        inside_at,
        at,
        indent: String::new(),
        takes_line: false,
        strips: (strips_before, closing.contains('~')),
    };
    Ok((tag, inside_at + found + closing.len()))
}

/// Bytes up to the closing braces, quoted text skipped; none where another tag opens first.
fn end_of(text: &str, closing: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) if c == '\n' => return None,
            Some(_) => {}
            None if text[at..].starts_with(closing) => return Some(at),
            None if text[at..].starts_with("{{") => return None,
            None if c == '"' || c == '\'' => quote = Some(c),
            None => {}
        }
    }
    None
}

/// The first few characters of a tag, for a message.
fn shown(tag: &str) -> String {
    let line = tag.lines().next().unwrap_or_default();
    let mut shown: String = line.chars().take(24).collect();
    if shown.len() < line.len() {
        shown.push('…');
    }
    shown
}

/// Takes away the white space that tildes name, and the lines of tags that stand alone.
fn trimmed(mut tokens: Vec<Token>) -> Vec<Token> {
    let mut cuts = vec![(Cut::Nothing, Cut::Nothing); tokens.len()];
    for at in 0..tokens.len() {
        let Token::Tag(tag) = &tokens[at] else { continue };
        let alone = tag.kind.takes_its_line()
            && ends_a_line(&tokens, at).is_some_and(|()| starts_a_line(&tokens, at).is_some());
        let (before, after) = tag.strips;
        let indent = if alone && tag.kind == Kind::Partial {
            blank_before(&tokens, at)
        } else {
            String::new()
        };
        let takes_line = alone && at + 1 < tokens.len();
        if at > 0 {
            cuts[at - 1].1 = cuts[at - 1].1.max(Cut::of(before, alone));
        }
        if at + 1 < tokens.len() {
            cuts[at + 1].0 = cuts[at + 1].0.max(Cut::of(after, alone));
        }
        if let Token::Tag(tag) = &mut tokens[at] {
            tag.indent = indent;
            tag.takes_line = takes_line;
        }
    }
    for (token, (start, end)) in tokens.iter_mut().zip(cuts) {
        if let Token::Text(text) = token {
            *text = start.at_start(end.at_end(text)).to_owned();
        }
    }
    tokens.retain(|token| !matches!(token, Token::Text(text) if text.is_empty()));
    tokens
}

/// How much white space a neighbour takes from a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cut {
    Nothing,
    Line,
    All,
}

impl Cut {
    fn of(strips: bool, alone: bool) -> Cut {
        match (strips, alone) {
            (true, _) => Cut::All,
            (false, true) => Cut::Line,
            (false, false) => Cut::Nothing,
        }
    }

    fn at_start(self, text: &str) -> &str {
        match self {
            Cut::Nothing => text,
            Cut::All => text.trim_start(),
            Cut::Line => {
                let rest = text.trim_start_matches([' ', '\t']);
                rest.strip_prefix("\r\n")
                    .or_else(|| rest.strip_prefix('\n'))
                    .unwrap_or(rest)
            }
        }
    }

    fn at_end(self, text: &str) -> &str {
        match self {
            Cut::Nothing => text,
            Cut::All => text.trim_end(),
            Cut::Line => text.trim_end_matches([' ', '\t']),
        }
    }
}

/// Whether nothing but white space stands between the tag and the start of its line.
fn starts_a_line(tokens: &[Token], at: usize) -> Option<()> {
    match at.checked_sub(1).map(|before| &tokens[before]) {
        None => Some(()),
        Some(Token::Text(text)) => {
            let line = text.trim_end_matches([' ', '\t']);
            (line.ends_with('\n') || (line.is_empty() && at == 1)).then_some(())
        }
        Some(Token::Tag(_)) => None,
    }
}

/// Whether nothing but white space stands between the tag and the end of its line.
fn ends_a_line(tokens: &[Token], at: usize) -> Option<()> {
    match tokens.get(at + 1) {
        None => Some(()),
        Some(Token::Text(text)) => {
            let rest = text.trim_start_matches([' ', '\t']);
            let is_last = rest.is_empty() && at + 2 == tokens.len();
            (rest.starts_with('\n') || rest.starts_with("\r\n") || is_last).then_some(())
        }
        Some(Token::Tag(_)) => None,
    }
}

fn blank_before(tokens: &[Token], at: usize) -> String {
    match at.checked_sub(1).map(|before| &tokens[before]) {
        Some(Token::Text(text)) => text[text.trim_end_matches([' ', '\t']).len()..].to_owned(),
        _ => String::new(),
    }
}
