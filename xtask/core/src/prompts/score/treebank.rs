//! Words and punctuation marks of a text as the Penn Treebank splits them, in the steps of the library that promptfoo uses.

use std::sync::LazyLock;

use fancy_regex::Regex;

use super::script::is_space;

/// What may stand before a quote that opens.
static BEFORE: LazyLock<Regex> = LazyLock::new(|| regex(r"^[\s\p{P}<]$"));
static BRACKET: LazyLock<Regex> = LazyLock::new(|| regex(r"^[\s\p{Ps}<]$"));

/// What may stand after a quote of two apostrophes that opens.
static QUOTED: LazyLock<Regex> = LazyLock::new(|| regex(r"^[\p{L}\p{N}\p{Sc}\p{Ps}]"));

/// Marks that become words of their own, each with what is written instead: first those before the last full stop.
static MARKS: LazyLock<[(Regex, &str); 3]> = LazyLock::new(|| {
    [(r"\.{3}", " ... "), (r"[:,](?!\p{Nd})", " $0 "), (r"[;@#$%&]", " $0 ")]
        .map(|(pattern, instead)| (regex(pattern), instead))
});

/// Those after it, and short forms; each wants spaces round it.
static FORMS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let plain = [
        (r"[?!]", " $0 "),
        (r"[\]\[(){}<>]", " $0 "),
        ("--", " -- "),
        ("^|$", " "),
        ("([^'])' ", "$1 ' "),
        ("'([sSmMdD]) ", " '$1 "),
        ("('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) ", " $1 "),
    ];
    let two = [
        "(can)(not)",
        "(d)('ye)",
        "(gim)(me)",
        "(gon)(na)",
        "(got)(ta)",
        "(lem)(me)",
        "(more)('n)",
        "(wan)(na)(?= )",
        "('t)(is)",
        "('t)(was)",
    ];
    let edge = r"[\p{ID_Continue}\x{200c}\x{200d}]";
    let two = two.map(|two| (regex(&format!("(?i)(?<!{edge}){two}(?!{edge})")), " $1 $2 "));
    plain
        .map(|(pattern, instead)| (regex(pattern), instead))
        .into_iter()
        .chain(two)
        .collect()
});

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the patterns of this file are regular expressions")
}

/// The words of a text.
pub(super) fn tokens(text: &str) -> Vec<String> {
    let words: Vec<&str> = text
        .split(|c: char| is_space(c) || c == '\u{85}')
        .filter(|word| !word.is_empty())
        .collect();
    if words.is_empty() {
        return Vec::new();
    }
    let mut text = quotes(&words.join(" "));
    for (mark, instead) in MARKS.iter() {
        text = mark.replace_all(&text, *instead).into_owned();
    }
    text = last_stop(text);
    for (form, instead) in FORMS.iter() {
        text = form.replace_all(&text, *instead).into_owned();
    }
    text.split(' ')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The text with each quote as one that opens or one that closes.
fn quotes(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let mut is_inside = false;
    let mut at = 0;
    while let Some((start, quote)) = next_quote(text, at) {
        written.push_str(&text[at..start]);
        let end = start + quote.len();
        is_inside = quote == "``" || opens(text, (start, quote), is_inside);
        written.push_str(if is_inside { " `` " } else { " '' " });
        at = end;
    }
    written.push_str(&text[at..]);
    written
}

fn next_quote(text: &str, from: usize) -> Option<(usize, &str)> {
    ["``", "''", "\""]
        .into_iter()
        .filter_map(|quote| Some((from + text[from..].find(quote)?, quote)))
        .min_by_key(|(at, _)| *at)
}

fn opens(text: &str, (start, quote): (usize, &str), is_inside: bool) -> bool {
    let before = text[..start].chars().next_back();
    let is = |pattern: &Regex| before.is_some_and(|c| pattern.is_match(&c.to_string()).unwrap_or(false));
    let after = &text[start + quote.len()..];
    let has_place = !after.is_empty() || start == 0 || is(&BRACKET);
    let may_open = !is_inside && (start == 0 || is(&BEFORE) || text[..start].ends_with("``"));
    has_place
        && may_open
        && !before.is_some_and(|c| ".!?".contains(c))
        && (quote == "\""
            || (start > 0
                && QUOTED.is_match(after).unwrap_or(false)
                && next_quote(after, 0).is_some_and(|(_, quote)| quote == "''")))
}

/// Makes the full stop at the end of the text a word of its own, unless it ends `e.g.` or dots.
fn last_stop(mut text: String) -> String {
    let body = text.trim_end_matches(|c: char| is_space(c) || "])}>'".contains(c));
    let Some(head) = body.strip_suffix('.') else {
        return text;
    };
    let mut before = head.chars().rev();
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
    let is_apart = match before.next() {
        None | Some('.') => false,
        last => {
            let ends_initials = letter(last)
                && before.next() == Some('.')
                && letter(before.next())
                && !before.next().is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
            !ends_initials
        }
    };
    if is_apart {
        let at = head.len();
        text.insert(at, ' ');
        text.push(' ');
    }
    text
}
