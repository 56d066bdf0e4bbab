//! Mutants of an expression: one small change each, which some example has to notice.

/// A piece of an expression's text.
#[derive(Clone, Debug, PartialEq)]
enum Token<'t> {
    /// An operator, a name, or a bracket.
    Word(&'t str),
    Number(&'t str),
    Text(&'t str),
    Space(&'t str),
}

/// Operators and words, and what stands in their place in a mutant.
const SWAPS: &[(&str, &str)] = &[
    ("!=", "=="),
    ("==", "!="),
    ("&&", "||"),
    ("||", "&&"),
    ("<=", ">"),
    (">=", "<"),
    ("<", ">="),
    (">", "<="),
    ("!", ""),
    ("true", "false"),
    ("false", "true"),
    ("all", "exists"),
    ("exists", "all"),
    ("+", "-"),
    ("-", "+"),
    ("startsWith", "endsWith"),
    ("endsWith", "startsWith"),
    ("isLessThan", "isGreaterThan"),
    ("isGreaterThan", "isLessThan"),
    ("in", "!="),
];

/// Every mutant of an expression: what was changed, and the text.
pub(super) fn mutants(text: &str) -> Vec<(String, String)> {
    let tokens = tokens(text);
    let mut mutants = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let (old, new) = match token {
            Token::Word(word) => match SWAPS.iter().find(|(old, _)| old == word) {
                Some((_, new)) => ((*word).to_owned(), (*new).to_owned()),
                None => continue,
            },
            Token::Number(number) => match number.parse::<i64>() {
                Ok(value) => ((*number).to_owned(), (value + 1).to_string()),
                Err(_) => continue,
            },
            Token::Text(text) => ((*text).to_owned(), changed(text)),
            Token::Space(_) => continue,
        };
        let shown = if new.is_empty() { "nothing" } else { &new };
        let text: String = tokens
            .iter()
            .enumerate()
            .map(|(other, token)| if other == index { new.as_str() } else { token.text() })
            .collect();
        mutants.push((format!("`{old}` became {shown}"), text));
    }
    mutants
}

/// A text literal with another content.
fn changed(literal: &str) -> String {
    let quote = literal.chars().last().unwrap_or('\'');
    match literal.find(quote) {
        Some(at) => format!("{}~{}", &literal[..=at], &literal[at + 1..]),
        None => literal.to_owned(),
    }
}

impl<'t> Token<'t> {
    fn text(&self) -> &'t str {
        match self {
            Token::Word(text) | Token::Number(text) | Token::Text(text) | Token::Space(text) => text,
        }
    }
}

fn tokens<'t>(text: &'t str) -> Vec<Token<'t>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let (length, make): (usize, fn(&'t str) -> Token<'t>) = if first.is_whitespace() {
            (span(rest, char::is_whitespace), Token::Space)
        } else if first.is_ascii_digit() {
            (span(rest, |c| is_word(c) || c == '.'), Token::Number)
        } else if is_word(first) {
            let length = span(rest, is_word);
            // `r'…'` is one literal
            let is_raw = &rest[..length] == "r" && rest[length..].starts_with(['\'', '"']);
            if is_raw {
                (1 + literal(&rest[1..]), Token::Text)
            } else {
                (length, Token::Word)
            }
        } else if first == '\'' || first == '"' {
            (literal(rest), Token::Text)
        } else {
            let pair = ["&&", "||", "==", "!=", "<=", ">="]
                .iter()
                .any(|pair| rest.starts_with(pair));
            (if pair { 2 } else { first.len_utf8() }, Token::Word)
        };
        let (token, after) = rest.split_at(length);
        tokens.push(make(token));
        rest = after;
    }
    tokens
}

fn span(text: &str, is_inside: impl Fn(char) -> bool) -> usize {
    text.find(|c| !is_inside(c)).unwrap_or(text.len())
}

/// The length of a literal with its quotes.
fn literal(text: &str) -> usize {
    let quote = text.chars().next().unwrap_or('\'');
    let mut is_escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        if !is_escaped && character == quote {
            return at + 1;
        }
        is_escaped = !is_escaped && character == '\\';
    }
    text.len()
}
