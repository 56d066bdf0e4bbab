//! What gives away a secret or tells who somebody is inside a text, and what stands there instead.

use std::ops::Range;
use std::sync::LazyLock;

use fancy_regex::Captures;

use super::placeholder::{self, PERSON, apart};
use super::search::{Found, Search};
use super::{identity, people};
use crate::secrets;

/// What stands for `\b`: where a word of Latin letters, digits and `_` begins or ends. Chinese and Japanese put no space
/// between words, and their letters may stand right beside a number or a key.
const BOUNDARY: &str = "(?:(?<![[:latin:]_])(?=[[:latin:]_])|(?<=[[:latin:]_])(?![[:latin:]_]))";

/// What stands for `[:latin:]`: the letters and digits that a Latin word or number goes on with.
const LATIN: &str = "0-9A-Za-zÀ-ɏ";

/// What stands for `[:spaced:]`: letters of people who put spaces between words and what stands beside them.
const SPACED: &str = r"[\p{L}&&[^[:unspaced:]]]";

/// What stands for `[:unspaced:]`: letters of those who do not.
const UNSPACED: &str = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}ー]";

/// What stands for `[:gap:]`: spaces inside a number, those among them at which no line is broken.
const GAP: &str = " \u{a0}\u{202f}";

/// Something that is taken out of texts.
pub(super) struct Pattern {
    search: Search,
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
        let named = [
            (r"\b", BOUNDARY),
            ("[:latin:]", LATIN),
            ("[:gap:]", GAP),
            ("[:spaced:]", SPACED),
            ("[:unspaced:]", UNSPACED),
        ];
        let expression = named
            .iter()
            .fold(expression.to_owned(), |text, (name, meant)| text.replace(name, meant));
        Pattern {
            search: Search::new(&expression),
            instead,
            is_one,
        }
    }

    /// What stands in place of a match, marked by what was there; nothing where it is none.
    fn instead(&self, found: &Captures<'_, str>) -> Option<String> {
        let whole = found.get(0)?.as_str();
        let number = found.name("number").map_or(whole, |number| number.as_str());
        let mut instead = String::new();
        found.expand(self.instead, &mut instead);
        (self.is_one)(number).then(|| placeholder::marked(&instead, apart(whole, &instead).0))
    }

    /// All that is found in a text, each with what stands there instead.
    fn found<'a>(&self, text: &'a str) -> Vec<(&'a str, String)> {
        let mut all = Vec::new();
        self.search.each(text, |found| {
            if let Found::Match(found) = found
                && let (Some(whole), Some(instead)) = (found.get(0), self.instead(&found))
            {
                all.push((whole.as_str(), instead));
            }
        });
        all
    }

    /// A text without what is found in it.
    fn out_of(&self, text: &str) -> String {
        let (mut clean, mut end) = (String::new(), 0);
        let mut put = |place: Range<usize>, instead: &str| {
            clean += &text[end..place.start];
            clean += instead;
            end = place.end;
        };
        self.search.each(text, |found| match found {
            Found::Match(found) => {
                if let (Some(whole), Some(instead)) = (found.get(0), self.instead(&found)) {
                    put(whole.range(), &instead);
                }
            }
            Found::Unread(place) => put(place, UNREAD),
        });
        clean + &text[end..]
    }
}

/// What stands in place of a text that could not be looked through.
const UNREAD: &str = "[unread]";

/// What a secret is replaced with.
const SECRET: &str = "[secret]";

/// A text with marked placeholders for what looks like a secret: what the patterns find, which know how people write, and
/// then what is told as a leaked secret wherever it stands.
pub(super) fn without_secrets(text: &str) -> String {
    let text = replaced(text, SECRETS.iter());
    let (mut clean, mut end) = (String::new(), 0);
    for place in leaked(&text) {
        clean += &text[end..place.start];
        end = place.end;
        clean += &placeholder::marked(SECRET, &text[place]);
    }
    clean + &text[end..]
}

/// The same for secrets and for what tells who somebody is.
pub(super) fn without_any(text: &str) -> String {
    replaced(&without_secrets(text), personal())
}

/// All that is taken out of a text, each with what stands there instead.
pub(super) fn found(text: &str) -> Vec<(&str, String)> {
    let leaked = leaked(text).into_iter().map(|place| &text[place]);
    let leaked = leaked.map(|gone| (gone, placeholder::marked(SECRET, gone)));
    let patterns = SECRETS.iter().chain(personal());
    patterns.flat_map(|pattern| pattern.found(text)).chain(leaked).collect()
}

/// Where a text has what is told as a leaked secret; the full stop of a sentence is no part of it.
fn leaked(text: &str) -> Vec<Range<usize>> {
    let mut places = secrets::places(text);
    for place in &mut places {
        place.end = place.start + text[place.clone()].trim_end_matches('.').len();
    }
    places
}

fn replaced<'a>(text: &str, patterns: impl Iterator<Item = &'a Pattern>) -> String {
    patterns.fold(text.to_owned(), |text, pattern| pattern.out_of(&text))
}

/// What tells who somebody is, in the order in which it is looked for.
fn personal() -> impl Iterator<Item = &'static Pattern> {
    let numbers = identity::NUMBERS.iter();
    let names = people::FIELDS.iter().chain(GREETED.iter());
    numbers.chain(PERSONAL.iter()).chain(names)
}

/// What gives away a secret, and what it is replaced with.
static SECRETS: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    compiled(&[
        (r"(?i)\b(sk|pk|rk|api|key)-[A-Za-z0-9_-]{16,}", "[secret]"),
        (r"\bAKIA[0-9A-Z]{16}\b", "[secret]"),
        (r"\bAIza[0-9A-Za-z_-]{35}(?![0-9A-Za-z_-])", "[secret]"),
        (r"\bgh[pousr]_[A-Za-z0-9]{30,}\b", "[secret]"),
        (r"\bxox[abprs]-[A-Za-z0-9-]{10,}", "[secret]"),
        (r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*", "[secret]"),
        (r"(?i)\b(bearer\s+)[A-Za-z0-9._~+/-]{16,}=*", "$1[secret]"),
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
        (r"(?i)\b([a-z][a-z0-9+.-]{0,30}://)[^\s/:@]+:[^\s/@]+@", "$1[secret]@"),
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
        // without a space nobody knows where a word beside an address ends, unless its letters are others
        (
            r"(?:[[:spaced:]\p{N}._%+-]+|[[:unspaced:]\p{N}._%+-]+)@(?:[[:spaced:]\p{N}.-]+\.(?:[:spaced:]{2,}|xn--[a-z0-9-]+)|[\p{L}\p{N}.-]+\.(?:[:spaced:]{2,}|\p{L}{2,}|xn--[a-z0-9-]+))",
            PERSON,
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
        // from abroad, and before cards, which may have as many digits; a date, a time or one digit behind it is none of it
        (
            r"(?:\+[[:gap:]]?|\b00[[:gap:]]?)(?!\d\.\d+(?![\d[:gap:]()./-]))[1-9](?:[[:gap:]()./-]{0,3}\d){6,14}(?<=\d\d)\b(?![.:]\d|-\d)",
            "[phone]",
        ),
        // as they are printed: four groups of four, six and five behind four, many behind six; or in one piece
        (
            r"\b(?:\d{13,19}|\d{4}(?:[[:gap:]-]\d{4}){3}(?:[[:gap:]-]\d{3})?|\d{4}[[:gap:]-]\d{6}[[:gap:]-]\d{4,5}|\d{6}[[:gap:]-]\d{7,13})\b",
            "[card]",
        ),
        // beside its word, however it is grouped, and no date
        (
            r#"(?i)\b((?:tele)?phone|tel|telefon|téléphone|mobile|mobil|cell|handy|fax|call(?: (?:me|us|him|her|them))?(?: back)?(?: (?:on|at))?)(\.?(?:[ _-]?(?:number|no|nr)\b\.?)?["']?(?:\s*[:=]\s*|\s+(?:is\s+)?)["']?)(?!\d{4}-\d{2}-\d{2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(?![./-]?\d))(?=\+?(?:[ ()./-]*\d){7})[+(]?\d[\d ()./-]{5,}\d\b"#,
            "$1$2[phone]",
        ),
        // France
        (
            r"(?<![[:latin:]_.-])0[1-9](?:[ .-]\d{2}){4}(?![[:latin:]_]|[.-]\d)",
            "[phone]",
        ),
        (r"\(\d{2,5}\)\s?\d[\d -]{4,}\d\b", "[phone]"),
        (r"\b0\d{2,4}[ /-]\d[\d -]{4,}\d\b", "[phone]"),
        (
            r"(?<![[:latin:]_.-])\d{3}[-. ]\d{3}[-. ]\d{4}(?![[:latin:]_-])",
            "[phone]",
        ),
        // mobile numbers of China
        (
            r"(?<![[:latin:]_.-])1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?![[:latin:]_-])",
            "[phone]",
        ),
        // of IPv4, each part at most 255; of more parts it is something else
        (
            r"(?<![[:latin:]_.-])(?<!(?i:version) )(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?![[:latin:]_]|[.-]\d)",
            "[ip]",
        ),
        (
            r"(?<![[:latin:]_:])(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}(?![[:latin:]_:])",
            "[ip]",
        ),
        (
            r"(?<![[:latin:]_:])(?=[0-9A-Fa-f:]*\d)[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,6}::(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,6})?(?![[:latin:]_:])",
            "[ip]",
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
            r"\b((?i:my name is|i am called|mein name ist|ich heiße|je m[’']appelle|me llamo|mi chiamo)\s+)\p{Lu}[\p{L}'-]+(?:\s+\p{Lu}[\p{L}'-]+)?",
            "$1[name]",
        ),
        // two words: one alone may be any noun
        (
            r"\b((?i:i am|i'm|ich bin|je suis)\s+)\p{Lu}\p{Ll}[\p{L}'-]*\s+\p{Lu}\p{Ll}[\p{L}'-]*",
            "$1[name]",
        ),
        (
            r"\b((?i:(?:kind |best |warm )?regards|best wishes|sincerely|yours (?:truly|faithfully)|cheers|mit freundlichen grüßen|(?:viele|liebe|beste|herzliche|freundliche) grüße|cordialement|saludos|cordiali saluti|met vriendelijke groeten?)[,\s]\s*)\p{Lu}[\p{L}'-]+(?:\s+\p{Lu}[\p{L}'-]+)?",
            "$1[name]",
        ),
        (
            r"\b(Mr|Mrs|Ms|Dr|Prof|Herr|Frau|Mme)(\.\s*|\s+)\p{Lu}[\p{L}'-]+(?:\s+\p{Lu}[\p{L}'-]+)?",
            "$1$2[name]",
        ),
        // words that end a letter only where a line does, with a name that is all of the next one
        (
            r"\b((?i:thanks|thank you|many thanks|best|danke|vielen dank|merci|gracias|mfg|lg|vg)[,!.]?[ \t]*\r?\n\s*)\p{Lu}\p{Ll}[\p{L}'’-]*(?:[ \t]+\p{Lu}[\p{L}'’-]+){0,2}(?=[ \t]*(?:[\r\n]|$))",
            "$1[name]",
        ),
    ])
});

/// Somebody who is greeted by a whole name.
static GREETED: LazyLock<[Pattern; 1]> = LazyLock::new(|| {
    let words = "dear|hi|hello|hey|hallo|guten tag|liebe|lieber|bonjour|cher|chère|hola|estimado|estimada";
    let person = people::PERSON;
    [Pattern::new(
        &format!(
            r"\b((?i:{words})[ \t]+)(?!(?:\S+[ \t]+)?(?:World|Manager|Madam|All|Sir)\b){person}(?=[ \t]*(?:[,!:\r\n]|$))"
        ),
        "$1[name]",
    )]
});

fn compiled(patterns: &[(&str, &'static str)]) -> Vec<Pattern> {
    let patterns = patterns.iter();
    patterns
        .map(|(pattern, instead)| Pattern::new(pattern, instead))
        .collect()
}
