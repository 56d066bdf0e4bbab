//! The document type in front of an XML text.

use std::ops::Range;

/// What a document type says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Doctype {
    /// The name of the root, and no more.
    Plain,
    /// That more stands in another file.
    Elsewhere,
    /// What promptfoo does not take: a type that is none, or one with declarations.
    Refused,
}

impl Doctype {
    /// The document type of a text, and where it stands.
    pub(super) fn of(text: &str) -> Option<(Range<usize>, Doctype)> {
        let mut at = 0;
        loop {
            at = text.len() - text[at..].trim_start().len();
            let rest = &text[at..];
            at += match rest {
                _ if rest.starts_with("<?") => rest.find("?>")? + 2,
                _ if rest.starts_with("<!--") => rest.find("-->")? + 3,
                _ => break,
            };
        }
        let inside = text[at..].strip_prefix("<!DOCTYPE")?;
        let mut quote = None;
        let end = inside.char_indices().find(|(_, c)| match (quote, c) {
            (Some(open), c) => {
                quote = (open != *c).then_some(open);
                false
            }
            (None, '"' | '\'') => {
                quote = Some(*c);
                false
            }
            (None, c) => matches!(c, '[' | '>'),
        });
        let (length, '>') = end? else {
            return Some((at..text.len(), Doctype::Refused));
        };
        let said = &inside[..length];
        let mut words = said.split_whitespace();
        let name = words
            .next()
            .filter(|name| said.starts_with(char::is_whitespace) && !name.contains(['"', '\'']));
        let kind = match (name, words.next()) {
            (Some(_), None) => Doctype::Plain,
            (Some(_), Some("SYSTEM" | "PUBLIC")) => Doctype::Elsewhere,
            _ => Doctype::Refused,
        };
        Some((at..at + "<!DOCTYPE".len() + length + 1, kind))
    }
}
