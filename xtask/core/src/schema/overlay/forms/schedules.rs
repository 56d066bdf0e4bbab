//! Cron schedules as the CronJob controller reads them, spans of time, and time zones.

use crate::model::nearest;

/// The fields of a schedule: name, least, most and the words that stand for numbers.
const FIELDS: [(&str, u32, u32, &[&str]); 5] = [
    ("minute", 0, 59, &[]),
    ("hour", 0, 23, &[]),
    ("day of the month", 1, 31, &[]),
    (
        "month",
        1,
        12,
        &[
            "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
        ],
    ),
    // unlike in other programs Sunday is 0 only, never 7
    (
        "day of the week",
        0,
        6,
        &["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
    ),
];
/// Names that stand for a whole schedule.
const NAMED: [&str; 7] = [
    "@yearly",
    "@annually",
    "@monthly",
    "@weekly",
    "@daily",
    "@midnight",
    "@hourly",
];

/// What is wrong with a schedule, or nothing.
pub(in crate::schema::overlay) fn schedule_problem(text: &str) -> Option<String> {
    if text.starts_with("TZ=") || text.starts_with("CRON_TZ=") {
        return Some("a time zone goes into `timeZone`".to_owned());
    }
    if let Some(span) = text.strip_prefix("@every ") {
        return (!self::span(span)).then(|| format!("`{span}` is no span of time"));
    }
    if text.starts_with('@') {
        return (!NAMED.contains(&text)).then(|| format!("`{text}` is none of {}", NAMED.join(", ")));
    }
    let count = text.split_whitespace().count();
    if count != FIELDS.len() {
        return Some(format!("it has {count} fields instead of five"));
    }
    text.split_whitespace()
        .zip(FIELDS)
        .find_map(|(field, (name, least, most, words))| {
            let wrong = field.split(',').find(|part| !is_part(part, least, most, words))?;
            Some(format!("`{wrong}` is no {name} from {least} to {most}"))
        })
}

/// `*`, a number or a range, perhaps with a step.
fn is_part(part: &str, least: u32, most: u32, words: &[&str]) -> bool {
    let (range, step) = match part.split_once('/') {
        Some((range, step)) => (range, Some(step)),
        None => (part, None),
    };
    let number = |text: &str| -> Option<u32> {
        let named = words.iter().position(|word| word.eq_ignore_ascii_case(text));
        let number = match named {
            Some(at) => u32::try_from(at).ok()? + least,
            None => plain(text)?,
        };
        (least..=most).contains(&number).then_some(number)
    };
    let ranged = match (range, range.split_once('-')) {
        ("*" | "?", _) => true,
        (_, Some((from, to))) => matches!((number(from), number(to)), (Some(from), Some(to)) if from <= to),
        (_, None) => number(range).is_some(),
    };
    ranged && step.is_none_or(|step| plain(step).is_some_and(|step| step > 0))
}

fn plain(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok())?
}

/// The names of the time zone database, one a line.
const ZONES: &str = include_str!("zones.txt");

/// A name as the time zone database has them; `Local` is refused by the server, and so is `PST`, which is no name. Cities
/// come and go: of one that is not known, only what looks like a misspelt one is refused.
pub(super) fn time_zone(text: &str) -> bool {
    if ZONES.lines().any(|zone| zone == text) {
        return true;
    }
    let is_part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic())
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'+'))
    };
    let has_area = text.split_once('/').is_some_and(|(area, _)| {
        ZONES
            .lines()
            .any(|zone| zone.split_once('/').is_some_and(|(known, _)| known == area))
    });
    has_area && text.split('/').all(is_part) && near_zone(text).is_none()
}

/// Edits by which a misspelt zone differs from the one that is meant; other cities differ by more.
const MISSPELT: usize = 2;

/// The time zone that is meant by a misspelt one.
pub(super) fn near_zone(text: &str) -> Option<&'static str> {
    nearest(text, ZONES.lines(), MISSPELT)
}

/// A span of time as Go reads it: numbers, each with a unit up to hours.
pub(super) fn span(text: &str) -> bool {
    const UNITS: [&str; 7] = ["ns", "us", "µs", "ms", "s", "m", "h"];
    let mut rest = text;
    while !rest.is_empty() {
        let number = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        let (number, unit) = rest.split_at(number);
        let end = unit
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .unwrap_or(unit.len());
        let is_number = number.bytes().any(|b| b.is_ascii_digit()) && number.matches('.').count() < 2;
        if !is_number || !UNITS.contains(&&unit[..end]) {
            return false;
        }
        rest = &unit[end..];
    }
    !text.is_empty()
}
