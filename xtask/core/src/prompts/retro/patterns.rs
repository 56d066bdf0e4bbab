//! What gives away a secret or tells who somebody is inside a text, and what stands there instead.

use std::sync::LazyLock;

use fancy_regex::{Captures, Regex};

use super::{identity, people};

/// Something that is taken out of texts.
pub(super) struct Pattern {
    expression: Regex,
    instead: &'static str,
    /// Whether what looks like one is one: its group `number`, or all of it. Numbers with a check digit know.
    is_one: fn(&str) -> bool,
}

impl Pattern {
    /// Whatever an expression finds.
    pub(super) fn new(expression: &str, instead: &'static str) -> Pattern {
        Pattern::checked(expression, instead, |_| true)
    }

    /// What an expression finds and a check takes for one.
    pub(super) fn checked(expression: &str, instead: &'static str, is_one: fn(&str) -> bool) -> Pattern {
        Pattern {
            expression: Regex::new(expression).expect("the patterns of this folder are regular expressions"),
            instead,
            is_one,
        }
    }

    /// What stands in place of a match; nothing where it is none.
    fn instead(&self, found: &Captures<'_, str>) -> Option<String> {
        let number = found.name("number").or_else(|| found.get(0))?;
        let mut instead = String::new();
        found.expand(self.instead, &mut instead);
        (self.is_one)(number.as_str()).then_some(instead)
    }

    /// All that is found in a text, each with what stands there instead.
    pub(super) fn found<'a>(&self, text: &'a str) -> impl Iterator<Item = (&'a str, String)> {
        let matches = self.expression.captures_iter(text).flatten();
        matches.filter_map(|found| Some((found.get(0)?.as_str(), self.instead(&found)?)))
    }

    /// A text without what is found in it.
    fn out_of(&self, text: &str) -> String {
        let (mut clean, mut end) = (String::new(), 0);
        for found in self.expression.captures_iter(text) {
            // what takes too long to look through may hold anything
            let Ok(found) = found else { return clean + UNREAD };
            if let (Some(whole), Some(instead)) = (found.get(0), self.instead(&found)) {
                clean += &text[end..whole.start()];
                clean += &instead;
                end = whole.end();
            }
        }
        clean + &text[end..]
    }
}

/// What stands in place of a text that could not be looked through.
const UNREAD: &str = "[unread]";

/// A text without what these patterns find.
pub(super) fn replaced<'a>(text: &str, patterns: impl Iterator<Item = &'a Pattern>) -> String {
    patterns.fold(text.to_owned(), |text, pattern| pattern.out_of(&text))
}

/// Everything that is taken out of a sample, in the order in which it is looked for.
pub(super) fn all() -> impl Iterator<Item = &'static Pattern> {
    SECRETS
        .iter()
        .chain(identity::NUMBERS.iter())
        .chain(PERSONAL.iter())
        .chain(people::FIELDS.iter())
}

/// What gives away a secret, and what it is replaced with.
pub(super) static SECRETS: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    compiled(&[
        (r"(?i)\b(sk|pk|rk|api|key)-[A-Za-z0-9_-]{16,}", "[secret]"),
        (r"\bAKIA[0-9A-Z]{16}\b", "[secret]"),
        (r"\bAIza[0-9A-Za-z_-]{35}(?![0-9A-Za-z_-])", "[secret]"),
        (r"\bgh[pousr]_[A-Za-z0-9]{30,}\b", "[secret]"),
        (r"\bxox[abprs]-[A-Za-z0-9-]{10,}", "[secret]"),
        (r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*", "[secret]"),
        (r"(?i)\bbearer\s+[A-Za-z0-9._~+/-]{16,}=*", "Bearer [secret]"),
        (
            r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----",
            "[secret]",
        ),
        (
            r#"(?i)([\w-]*(?:password|passwd|passphrase|passwort|secret|token|credential|(?:api|access|private|auth)[ _-]?key))(["']?\s*[:=]\s*["']?)[^\s"',;]{6,}"#,
            "$1$2[secret]",
        ),
        (r#"(?i)\b(pw|pwd|pass)(\s*[:=]\s*["']?)[^\s"',;]{4,}"#, "$1$2[secret]"),
        // of an address: who, and with which password
        (r"(?i)\b([a-z][a-z0-9+.-]*://)[^\s/:@]+:[^\s/@]+@", "$1[secret]@"),
        // the longer half of a key of AWS, beside its name
        (
            r#"(?i)(secret[ _-]?access[ _-]?key)(["']?\s*(?:[:=]|is)?\s*["']?)[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])"#,
            "$1$2[secret]",
        ),
        // said in a sentence: a word with a digit, so that `the password is wrong` stays
        (
            r#"(?i)\b(password|passwd|passphrase|passwort|passcode|pin|secret|token|key)(\s+(?:is|was|ist|war|lautet)\s+["']?)(?=[^\s"',;]*\d)[^\s"',;]{4,}"#,
            "$1$2[secret]",
        ),
    ])
});

/// What tells who somebody is, and what it is replaced with.
static PERSONAL: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    compiled(&[
        (
            r"[\p{L}\p{N}._%+-]+@[\p{L}\p{N}.-]+\.(?:\p{L}{2,}|xn--[a-z0-9-]+)",
            "person@example.com",
        ),
        (
            r"(?i)\b(born(?: on)?|date of birth|birthday|dob|geboren(?: am)?|geburtsdatum)([:\s]+(?:is\s+)?)\d{1,4}[-./]\d{1,2}[-./]\d{1,4}\b",
            "$1$2[birthday]",
        ),
        (
            r"\b[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){3,7}(?:\s?[A-Z0-9]{1,3})?\b",
            "[iban]",
        ),
        (r"\b\d{17}[\dXx]\b", "[identity]"),
        (r"\b\d{3}-\d{2}-\d{4}\b", "[identity]"),
        (r"\b(?:\d[ -]?){13,19}\b", "[card]"),
        (r"(?:\+|\b00)\d[\d ()/-]{7,}\d\b", "[phone]"),
        (r"\(\d{2,5}\)\s?\d[\d -]{4,}\d\b", "[phone]"),
        (r"\b0\d{2,4}[ /-]\d[\d -]{4,}\d\b", "[phone]"),
        (r"(?<![\w.-])\d{3}[-. ]\d{3}[-. ]\d{4}(?![\w-])", "[phone]"),
        // mobile numbers of China
        (r"(?<![\w.-])1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?![\w-])", "[phone]"),
        (r"\b(?:\d{1,3}\.){3}\d{1,3}\b", "192.0.2.1"),
        (
            r"(?<![\w:])(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}(?![\w:])",
            "2001:db8::",
        ),
        (
            r"(?<![\w:])(?=[0-9A-Fa-f:]*\d)[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,6}::(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,6})?(?![\w:])",
            "2001:db8::",
        ),
        (
            r"\b[A-Z][a-zß-ü]+(?:straße|strasse|gasse|weg|allee)\s+\d+[a-z]?\b",
            "[address]",
        ),
        (
            r"\b\d{1,5}\s+(?:[A-Z][a-z]+\s)+(?:Street|Road|Avenue|Lane|Drive)\b",
            "[address]",
        ),
        (
            r"\b((?i:my name is|i am called|mein name ist|ich heiße|je m[’']appelle|me llamo|mi chiamo))\s+\p{Lu}[\p{L}'-]+(?:\s+\p{Lu}[\p{L}'-]+)?",
            "$1 [name]",
        ),
        // two words: one alone may be any noun
        (
            r"\b((?i:i am|i'm|ich bin|je suis))\s+\p{Lu}\p{Ll}[\p{L}'-]*\s+\p{Lu}\p{Ll}[\p{L}'-]*",
            "$1 [name]",
        ),
        (
            r"\b((?i:(?:kind |best |warm )?regards|sincerely|cheers|mit freundlichen grüßen|viele grüße|cordialement)[,\s]\s*)\p{Lu}[\p{L}'-]+(?:\s+\p{Lu}[\p{L}'-]+)?",
            "$1[name]",
        ),
        (
            r"\b(Mr|Mrs|Ms|Dr|Prof|Herr|Frau|Mme)(\.\s*|\s+)\p{Lu}[\p{L}'-]+(?:\s+\p{Lu}[\p{L}'-]+)?",
            "$1$2[name]",
        ),
    ])
});

fn compiled(patterns: &[(&str, &'static str)]) -> Vec<Pattern> {
    let patterns = patterns.iter();
    patterns
        .map(|(pattern, instead)| Pattern::new(pattern, instead))
        .collect()
}
