//! Sets of characters: `\d`, `.`, `[a-z]`.

use std::fmt::Write;

use super::unit;

/// What JavaScript takes for white space.
const SPACES: &[(u16, u16)] = &[
    (0x9, 0xd),
    (0x20, 0x20),
    (0xa0, 0xa0),
    (0x1680, 0x1680),
    (0x2000, 0x200a),
    (0x2028, 0x2029),
    (0x202f, 0x202f),
    (0x205f, 0x205f),
    (0x3000, 0x3000),
    (0xfeff, 0xfeff),
];

/// What it takes for parts of words.
const WORDS: &[(u16, u16)] = &[(0x30, 0x39), (0x41, 0x5a), (0x5f, 0x5f), (0x61, 0x7a)];

const DIGITS: &[(u16, u16)] = &[(0x30, 0x39)];

/// What ends a line.
const ENDS: &[(u16, u16)] = &[(0xa, 0xa), (0xd, 0xd), (0x2028, 0x2029)];

/// The set that an escape names.
pub(super) fn named(escape: char) -> Option<String> {
    let ranges = match escape.to_ascii_lowercase() {
        'd' => DIGITS,
        's' => SPACES,
        'w' => WORDS,
        _ => return None,
    };
    Some(set(ranges, escape.is_ascii_uppercase()))
}

/// Everything that ends no line.
pub(super) fn dot() -> String {
    set(ENDS, true)
}

/// Where a word begins or ends, or where none does.
pub(super) fn boundary(is_one: bool) -> String {
    let word = set(WORDS, false);
    match is_one {
        true => format!("(?:(?<={word})(?!{word})|(?<!{word})(?={word}))"),
        false => format!("(?:(?<={word})(?={word})|(?<!{word})(?!{word}))"),
    }
}

fn set(ranges: &[(u16, u16)], is_rest: bool) -> String {
    let mut text = String::from(if is_rest { "[^" } else { "[" });
    for (from, to) in ranges {
        text.push_str(&range(*from, *to));
    }
    text.push(']');
    text
}

/// The units from one to another, for a set.
pub(super) fn range(from: u16, to: u16) -> String {
    // halves of pairs have characters elsewhere
    let parts = [
        (from, to.min(0xd7ff)),
        (from.max(0xd800), to.min(0xdfff)),
        (from.max(0xe000), to),
    ];
    let mut text = String::new();
    for (from, to) in parts.into_iter().filter(|(from, to)| from <= to) {
        let _ = write!(text, "{}-{}", literal(from), literal(to));
    }
    text
}

/// One unit, inside a set or outside.
pub(super) fn literal(of: u16) -> String {
    format!("\\x{{{:x}}}", u32::from(unit(of)))
}
