//! Takes HTML apart into tags and text, as its standard says.

/// A part of a page.
#[derive(Debug, PartialEq)]
pub(super) enum Token<'a> {
    Text(&'a str),
    Opens(String),
    Closes(String),
    /// Whether it is the one of today's HTML.
    Doctype(bool),
}

/// White space of HTML.
pub(super) fn is_space(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\u{c}' | '\r' | ' ')
}

/// What a text starts with, and what comes after it; nothing where no more comes.
pub(super) fn next(text: &str) -> Option<(Option<Token<'_>>, &str)> {
    let Some(inside) = text.strip_prefix('<') else {
        let end = text.find('<').unwrap_or(text.len());
        return (!text.is_empty()).then(|| (Some(Token::Text(&text[..end])), &text[end..]));
    };
    let first = inside.chars().next();
    let bogus = |from: &'_ str| {
        from.find('>')
            .map_or("", |end| &inside[inside.len() - from.len() + end + 1..])
            .len()
    };
    let after = |length: usize| &text[text.len() - length..];
    if let Some(comment) = inside.strip_prefix("!--") {
        return Some((None, after_comment(comment)));
    }
    if first.is_some_and(|c| c.is_ascii_alphabetic()) {
        let (name, rest) = tag(inside)?;
        return Some((Some(Token::Opens(name)), rest));
    }
    if let Some(closing) = inside.strip_prefix('/') {
        return match closing.chars().next() {
            Some(c) if c.is_ascii_alphabetic() => {
                let (name, rest) = tag(closing)?;
                Some((Some(Token::Closes(name)), rest))
            }
            None => Some((Some(Token::Text(text)), "")),
            Some(_) => Some((None, after(bogus(closing)))),
        };
    }
    match first {
        Some('!') => {
            let said: String = inside.chars().skip(1).take_while(|c| *c != '>').collect();
            let said = said.to_ascii_lowercase();
            let doctype = said
                .strip_prefix("doctype")
                .map(|name| Token::Doctype(name.trim() == "html"));
            Some((doctype, after(bogus(inside))))
        }
        Some('?') => Some((None, after(bogus(inside)))),
        _ => Some((Some(Token::Text(&text[..1])), &text[1..])),
    }
}

fn after_comment(comment: &str) -> &str {
    for empty in [">", "->"] {
        if let Some(rest) = comment.strip_prefix(empty) {
            return rest;
        }
    }
    let ends = ["-->", "--!>"]
        .into_iter()
        .filter_map(|end| Some(comment.find(end)? + end.len()));
    ends.min().map_or("", |end| &comment[end..])
}

/// The name of a tag, lower case, and what comes after the tag; nothing where the tag has no end.
fn tag(text: &str) -> Option<(String, &str)> {
    let end = text.find(|c: char| is_space(c) || c == '/' || c == '>')?;
    let name = text[..end].to_ascii_lowercase();
    let mut rest = &text[end..];
    loop {
        rest = rest.trim_start_matches(|c: char| is_space(c) || c == '/');
        if let Some(after) = rest.strip_prefix('>') {
            return Some((name, after));
        }
        let first = rest.chars().next()?.len_utf8();
        let end = rest[first..].find(|c: char| is_space(c) || matches!(c, '/' | '>' | '='))? + first;
        rest = rest[end..].trim_start_matches(is_space);
        let Some(value) = rest.strip_prefix('=') else {
            continue;
        };
        let value = value.trim_start_matches(is_space);
        rest = match value.chars().next()? {
            quote @ ('"' | '\'') => &value[1..][value[1..].find(quote)? + 1..],
            _ => &value[value.find(|c: char| is_space(c) || c == '>')?..],
        };
    }
}

/// What comes after the text of an element that holds nothing but text: its end tag, where it has one.
pub(super) fn after_text<'a>(text: &'a str, name: &str) -> (&'a str, &'a str) {
    let mut from = 0;
    while let Some(at) = text[from..].find("</").map(|next| from + next) {
        let inside = &text[at + 2..];
        let is_end = inside
            .get(..name.len())
            .is_some_and(|own| own.eq_ignore_ascii_case(name));
        if is_end && inside[name.len()..].starts_with(|c: char| is_space(c) || c == '/' || c == '>') {
            return (&text[..at], tag(inside).map_or("", |(_, rest)| rest));
        }
        from = at + 2;
    }
    (text, "")
}
