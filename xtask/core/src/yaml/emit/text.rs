//! How a string is written: plain where all readers keep it, as a literal block where it has lines, else in quotes.

use super::super::characters::is_foreign;
use super::super::scalar::{Meaning, Scalar, classify};
use super::pad;

/// Bytes of a written key, below the 1,024 characters within which YAML wants its colon.
const KEY_LIMIT: usize = 1000;

/// Writes a string behind a key or a dash, and the newline; the lines of a block go to `indent`.
pub(super) fn scalar(text: &str, indent: usize, out: &mut String) {
    if is_plain(text) {
        out.push_str(text);
    } else if text.contains('\n') && is_literal(text) {
        return literal(text, indent, out);
    } else {
        quoted(text, out);
    }
    out.push('\n');
}

/// Writes a string on the line.
pub(super) fn one_line(text: &str, out: &mut String) {
    if is_plain(text) {
        out.push_str(text);
    } else {
        quoted(text, out);
    }
}

/// Writes a key, without its colon.
pub(super) fn key(key: &str, indent: usize, out: &mut String) {
    // Escaped, a character takes at most six bytes.
    if key.len() * 6 > KEY_LIMIT {
        let start = out.len();
        one_line(key, out);
        if out.len() - start > KEY_LIMIT {
            out.insert_str(start, "? ");
            out.push('\n');
            pad(indent, out);
        }
    } else {
        one_line(key, out);
    }
}

/// Writes a decimal number.
pub(super) fn digits(mut number: u64, out: &mut String) {
    let mut buffer = [0u8; 20];
    let mut start = buffer.len();
    loop {
        start -= 1;
        buffer[start] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    for &digit in &buffer[start..] {
        out.push(char::from(digit));
    }
}

/// Bytes that stand anywhere behind the first in a plain scalar, the space and the colon on conditions.
const PLAIN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = (byte as u8).is_ascii_alphanumeric()
            || matches!(
                byte as u8,
                b'_' | b'-' | b'.' | b'/' | b'+' | b'=' | b'@' | b'(' | b')' | b';' | b'$' | b' ' | b':' | b','
            );
        byte += 1;
    }
    table
};

/// Whether every reader takes the bare text for this string.
fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let [first, ..] = bytes else { return false };
    if !(first.is_ascii_alphanumeric() || matches!(first, b'/' | b'_' | b'.' | b'$' | b'(')) {
        return false;
    }
    let mut after_colon = false;
    for &byte in bytes {
        // A colon before a space makes a key.
        if !PLAIN[usize::from(byte)] || (after_colon && byte == b' ') {
            return false;
        }
        after_colon = byte == b':';
    }
    if after_colon || bytes.last() == Some(&b' ') {
        return false;
    }
    match first {
        // `...` ends a document.
        b'0'..=b'9' | b'.' => !resembles_number(text) && !text.starts_with("..."),
        b'y' | b'Y' | b'n' | b'N' | b'o' | b'O' | b't' | b'T' | b'f' | b'F' | b'i' | b'I' => !is_known_word(text),
        b'e' | b'E' => !is_bare_exponent(text),
        _ => true,
    }
}

/// Whether some reader could take the text for a number, a date or a time; errs on the side of quotes.
fn resembles_number(text: &str) -> bool {
    let has_unit = text.bytes().any(|byte| {
        byte.is_ascii_alphabetic() && !matches!(byte, b'e' | b'E' | b'x' | b'X' | b'o' | b'O' | b'b' | b'B')
    });
    let has_points = text.bytes().filter(|&byte| byte == b'.').count() > 1;
    let is_path = text.starts_with("./") || text.starts_with("../");
    if !(has_unit || has_points || is_path) || text.contains([':', '_', ' ']) {
        return true;
    }
    // `0x1f` has a unit by the rule above.
    let prefixed = matches!(
        text.as_bytes(),
        [b'0', b'x' | b'X' | b'o' | b'O' | b'b' | b'B' | b'0'..=b'9', ..]
    );
    prefixed || is_known_word(text) || classify(text) != Scalar::Certain(Meaning::Text)
}

/// `e1`: JavaScript's reader of YAML 1.1 takes an exponent without a mantissa for a number.
fn is_bare_exponent(text: &str) -> bool {
    text.len() > 1
        && text
            .bytes()
            .skip(1)
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-'))
}

/// Words with a meaning to some reader, in any case.
fn is_known_word(text: &str) -> bool {
    const LONGEST: usize = "infinity".len();
    const WORDS: [&str; 14] = [
        "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "infinity", ".inf", ".nan",
    ];
    text.len() <= LONGEST && WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// Whether a literal block keeps the string in every reader.
fn is_literal(text: &str) -> bool {
    // The first line decides the indentation, so it must have text at its start.
    if text.starts_with(['\n', ' '])
        || !text
            .chars()
            .all(|character| character == '\n' || character == '\t' || !is_escaped(character))
    {
        return false;
    }
    // Lines of blanks only and tabs in front are where readers, editors and linters differ.
    text.split('\n')
        .all(|line| line.is_empty() || !(line.starts_with('\t') || line.trim_matches([' ', '\t']).is_empty()))
}

fn literal(text: &str, indent: usize, out: &mut String) {
    let body = text.trim_end_matches('\n');
    out.push_str(match text.len() - body.len() {
        0 => "|-\n",
        1 => "|\n",
        _ => "|+\n",
    });
    for line in body.split('\n') {
        if !line.is_empty() {
            pad(indent, out);
            out.push_str(line);
        }
        out.push('\n');
    }
    // The first newline ended the last line.
    for _ in 1..text.len() - body.len() {
        out.push('\n');
    }
}

fn quoted(text: &str, out: &mut String) {
    out.push('"');
    let mut start = 0;
    for (at, character) in text.char_indices() {
        if character != '"' && character != '\\' && !is_escaped(character) {
            continue;
        }
        out.push_str(&text[start..at]);
        start = at + character.len_utf8();
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            _ => unicode_escape(character, out),
        }
    }
    out.push_str(&text[start..]);
    out.push('"');
}

/// Characters that are never written as they are.
fn is_escaped(character: char) -> bool {
    matches!(character, '\n' | '\t' | '\r') || is_foreign(character)
}

/// `\u` and four digits: all escaped characters are below U+10000.
fn unicode_escape(character: char, out: &mut String) {
    out.push_str("\\u");
    for shift in [12, 8, 4, 0] {
        let digit = u32::from(character) >> shift & 0xf;
        out.push(char::from_digit(digit, 16).unwrap_or('0'));
    }
}
