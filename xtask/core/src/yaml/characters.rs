//! Which characters may stand in a YAML text as they are, for every reader.

use super::YamlError;

/// Whether a character is refused by some reader, or taken for a line break, when it is not escaped.
///
/// Go and libyaml break lines at U+0085, U+2028 and U+2029, YAML 1.2 does not; control characters, the byte order mark and
/// U+FFFE are no text to most.
pub(crate) fn is_foreign(character: char) -> bool {
    matches!(
        character,
        '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
    )
}

/// Whether the text has neither foreign characters nor tabs and carriage returns.
pub(super) fn is_ordinary(text: &str) -> bool {
    // One branch-free pass for the common case; a loop that stops early would not be vectorised.
    let (odd, wide) = text.bytes().fold((false, false), |(odd, wide), byte| {
        (
            odd | (byte < b' ' && byte != b'\n') | (byte == 0x7f),
            wide | (byte > 0x7f),
        )
    });
    !odd && (!wide || !text.chars().any(is_foreign))
}

/// Refuses foreign characters; a byte order mark may start the text.
pub(super) fn check(text: &str) -> Result<(), YamlError> {
    if is_ordinary(text) {
        return Ok(());
    }
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let Some(at) = body.find(is_foreign) else {
        return Ok(());
    };
    let before = &body[..at];
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    let line = before.matches('\n').count() + 1;
    let code = body[at..].chars().next().map_or(0, u32::from);
    let message = format!("the character U+{code:04X} stands in the text as it is, and readers disagree on it");
    Err(YamlError::new((line, column), message).help(format!("write it as `\\u{code:04x}` in double quotes")))
}
