//! Puts the inputs of an attempt into the value of an assertion.

use std::borrow::Cow;

use serde_json::Value;

use super::{Ungraded, script};

/// The value with every `{{name}}` filled: in a text, and in the texts of a list. A map stays as it is, as in promptfoo.
pub(super) fn filled<'a>(value: &Value, inputs: impl Fn() -> &'a Value + Copy) -> Result<Value, Ungraded> {
    match value {
        Value::String(text) if has_tag(text) => filled_text(text, inputs()).map(Value::String),
        Value::Array(items) => {
            let items = items.iter().map(|item| match item {
                Value::String(_) => filled(item, inputs),
                other => Ok(other.clone()),
            });
            Ok(Value::Array(items.collect::<Result<_, _>>()?))
        }
        other => Ok(other.clone()),
    }
}

/// A keyword with every `{{name}}` filled, as in the value of an assertion.
pub(super) fn keyword<'a, 'w>(word: &'w str, inputs: impl Fn() -> &'a Value + Copy) -> Result<Cow<'w, str>, Ungraded> {
    if !has_tag(word) {
        return Ok(Cow::Borrowed(word));
    }
    let filled = filled_text(word, inputs())?;
    match filled.trim().is_empty() {
        true => Err(format!("`{word}`: the word is blank")),
        false => Ok(Cow::Owned(filled)),
    }
}

/// Why no answer can be held against a keyword of a case; nothing where one can. `inputs` are those of the case, as a map.
pub fn sound_keyword(word: &str, inputs: &Value) -> Result<(), Ungraded> {
    keyword(word, || inputs).map(drop)
}

/// What begins something else than text to Nunjucks.
const TAGS: [&str; 3] = ["{{", "{%", "{#"];

/// Whether a text is more than it says: a name in it is filled, and everything else of Nunjucks is refused.
pub(in crate::prompts) fn has_tag(text: &str) -> bool {
    TAGS.iter().any(|tag| text.contains(tag))
}

/// A text that means another one as it stands: the braces of its tags are quoted, `{{"{{"}}`, as Nunjucks reads them.
pub(in crate::prompts) fn quoted(text: &str) -> String {
    let mut written = String::new();
    let mut rest = text;
    while let Some(at) = TAGS.iter().filter_map(|tag| rest.find(tag)).min() {
        let (before, tag) = rest.split_at(at);
        let (tag, after) = tag.split_at(2);
        written += &format!("{before}{{{{\"{tag}\"}}}}");
        rest = after;
    }
    written + rest
}

fn filled_text(text: &str, inputs: &Value) -> Result<String, Ungraded> {
    let mut written = String::new();
    for piece in pieces(text)? {
        match piece {
            Piece::Text(text) | Piece::Quoted(text) => written.push_str(text),
            Piece::Name(path) => {
                let found = path.iter().try_fold(inputs, |value, part| value.get(part));
                let found = found.ok_or_else(|| format!("`{text}`: there is no input `{}`", path.join(".")))?;
                let shown = as_text(found).ok_or_else(|| format!("`{text}`: `{}` is a map", path.join(".")))?;
                if has_tag(&shown) {
                    return Err(format!(
                        "`{text}`: `{}` has braces, which would be filled elsewhere",
                        path.join(".")
                    ));
                }
                written.push_str(&shown);
            }
        }
    }
    Ok(written)
}

/// An input as JavaScript puts it into a text; nothing for a map.
fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::Array(items) => {
            let items = items.iter().map(as_text).collect::<Option<Vec<_>>>()?;
            Some(items.join(","))
        }
        other => script::text(other),
    }
}

/// What a text consists of.
pub(in crate::prompts) enum Piece<'a> {
    Text(&'a str),
    /// A text in quotes between braces, which stands for itself.
    Quoted(&'a str),
    Name(Vec<&'a str>),
}

/// Taken apart; what is more than a name in braces is refused: it would mean something else elsewhere.
pub(in crate::prompts) fn pieces(text: &str) -> Result<Vec<Piece<'_>>, Ungraded> {
    let refused = || {
        format!(
            "`{text}`: only `{{{{name}}}}` is filled in the value of an assertion; `{{{{\"{{{{\"}}}}` stands for the braces themselves"
        )
    };
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("{{") {
        let (before, tag) = rest.split_at(at);
        pieces.push(Piece::Text(before));
        if let Some((inside, after)) = in_quotes(&tag[2..]) {
            pieces.push(Piece::Quoted(inside));
            rest = after;
            continue;
        }
        let (inside, after) = tag[2..].split_once("}}").ok_or_else(refused)?;
        pieces.push(Piece::Name(path(inside).ok_or_else(refused)?));
        rest = after;
    }
    pieces.push(Piece::Text(rest));
    let is_plain = |piece: &Piece<'_>| match piece {
        Piece::Text(text) => !has_tag(text),
        Piece::Quoted(_) | Piece::Name(_) => true,
    };
    if pieces.iter().all(is_plain) {
        Ok(pieces)
    } else {
        Err(refused())
    }
}

/// What stands in quotes, without any escape, and what comes behind the braces that end it.
fn in_quotes(tag: &str) -> Option<(&str, &str)> {
    let tag = tag.trim_start_matches(WHITE);
    let quote = tag.chars().next().filter(|first| ['"', '\''].contains(first))?;
    let (inside, after) = tag[1..].split_once(quote)?;
    let after = after.trim_start_matches(WHITE).strip_prefix("}}")?;
    (!inside.contains('\\')).then_some((inside, after))
}

/// What Nunjucks passes over between braces.
const WHITE: [char; 4] = [' ', '\t', '\n', '\r'];

/// The parts of a name with points.
fn path(inside: &str) -> Option<Vec<&str>> {
    let parts: Vec<&str> = inside.trim_matches(WHITE).split('.').collect();
    let is_name = |part: &&str| {
        let first = part.chars().next();
        first.is_some_and(|c| c.is_ascii_alphabetic() || c == '_' || c == '$')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$')
    };
    parts.iter().all(is_name).then_some(parts)
}
