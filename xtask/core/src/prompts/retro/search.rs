//! Expressions with look-around, searched for in a time that grows with the text and no faster.
//!
//! Their engine tries every place of a text and gives up after a million steps, which is a text of some pages. So it is
//! asked only where an expression without look-around, which is found in one pass, says that there may be something, and
//! for a window of the text at a time.

use std::ops::Range;

use fancy_regex::Captures;

/// Bytes of a window, in which what is found begins.
const WINDOW: usize = 2048;
/// Bytes behind it that are looked at, too; more where what is found goes on there.
const AHEAD: usize = 2048;
/// Bytes behind what is found by which it is told from something else.
const NEAR: usize = 64;

/// An expression.
pub(super) struct Search {
    exact: fancy_regex::Regex,
    /// Finds all that it does, and more; the same where there is no look-around.
    rough: regex::Regex,
    is_rough: bool,
}

/// What a search came across.
pub(super) enum Found<'a> {
    /// A match.
    Match(Captures<'a, str>),
    /// A part of the text that takes too long to look through: it may hold anything.
    Unread(Range<usize>),
}

impl Search {
    pub(super) fn new(expression: &str) -> Search {
        let rough = without_look_around(expression);
        Search {
            is_rough: rough.len() < expression.len(),
            exact: fancy_regex::Regex::new(expression).expect("the patterns of this folder are regular expressions"),
            rough: regex::Regex::new(&rough).expect("they are without look-around, too"),
        }
    }

    /// Hands over everything in a text, in order.
    pub(super) fn each<'a>(&self, text: &'a str, mut take: impl FnMut(Found<'a>)) {
        let mut at = 0;
        while let Some(candidate) = self.rough.find_at(text, at) {
            let begin = candidate.start();
            let stop = match self.is_rough {
                true => boundary(text, begin + WINDOW),
                false => text.len(),
            };
            at = self.within(text, begin..stop, &mut take);
        }
    }

    /// Hands over what begins in a part of a text; returns where to go on.
    fn within<'a>(&self, text: &'a str, part: Range<usize>, take: &mut impl FnMut(Found<'a>)) -> usize {
        let (mut at, mut ahead) = (part.start, AHEAD);
        while at < part.end {
            let end = boundary(text, part.end + ahead);
            let Ok(found) = self.exact.captures_from_pos(&text[..end], at) else {
                take(Found::Unread(at..part.end));
                return part.end;
            };
            let Some((found, whole)) = found.and_then(|found| found.get(0).map(|whole| (found, whole.range()))) else {
                return part.end;
            };
            if whole.start >= part.end {
                return part.end;
            }
            if end < text.len() && whole.end + NEAR > end {
                ahead *= 2;
                continue;
            }
            at = whole.end;
            take(Found::Match(found));
        }
        at
    }
}

/// Where the next letter of a text begins, from this byte on.
fn boundary(text: &str, at: usize) -> usize {
    let mut ends = at.min(text.len())..text.len();
    ends.find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
}

/// An expression without what it says of the text before and behind a match.
fn without_look_around(expression: &str) -> String {
    let (mut plain, mut rest) = (String::new(), expression);
    while let Some(letter) = rest.chars().next() {
        let length = match letter {
            '[' => class(rest),
            '(' if ["(?=", "(?!", "(?<=", "(?<!"]
                .iter()
                .any(|start| rest.starts_with(start)) =>
            {
                rest = &rest[group(rest)..];
                continue;
            }
            '\\' => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            _ => letter.len_utf8(),
        };
        plain += &rest[..length];
        rest = &rest[length..];
    }
    plain
}

/// Bytes of the group with which an expression begins.
fn group(expression: &str) -> usize {
    let (mut at, mut depth) = (0, 0);
    while let Some(letter) = expression[at..].chars().next() {
        at += match letter {
            '[' => class(&expression[at..]),
            '\\' => 1 + expression[at + 1..].chars().next().map_or(0, char::len_utf8),
            _ => letter.len_utf8(),
        };
        depth += i32::from(letter == '(') - i32::from(letter == ')');
        if depth == 0 {
            break;
        }
    }
    at
}

/// Bytes of the class of characters with which an expression begins, those inside it among them.
fn class(expression: &str) -> usize {
    let (mut at, mut depth) = (0, 0);
    while let Some(letter) = expression[at..].chars().next() {
        at += match letter {
            '\\' => 1 + expression[at + 1..].chars().next().map_or(0, char::len_utf8),
            _ => letter.len_utf8(),
        };
        depth += i32::from(letter == '[') - i32::from(letter == ']');
        if depth == 0 {
            break;
        }
    }
    at
}
