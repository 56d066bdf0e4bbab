//! Cron schedules as the CronJob controller reads them, and time zones.

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
        let known = !span.is_empty() && span.chars().all(|c| c.is_ascii_digit() || "hmsuµn.".contains(c));
        return (!known).then(|| format!("`{span}` is no span of time"));
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

/// The areas of the time zone database, and its names without an area: cities come and go, these do not.
const AREAS: [&str; 16] = [
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Brazil",
    "Canada",
    "Chile",
    "Etc",
    "Europe",
    "Indian",
    "Mexico",
    "Pacific",
    "US",
];
const WITHOUT_AREA: [&str; 45] = [
    "CET",
    "CST6CDT",
    "Cuba",
    "EET",
    "EST",
    "EST5EDT",
    "Egypt",
    "Eire",
    "Factory",
    "GB",
    "GB-Eire",
    "GMT",
    "GMT+0",
    "GMT-0",
    "GMT0",
    "Greenwich",
    "HST",
    "Hongkong",
    "Iceland",
    "Iran",
    "Israel",
    "Jamaica",
    "Japan",
    "Kwajalein",
    "Libya",
    "MET",
    "MST",
    "MST7MDT",
    "NZ",
    "NZ-CHAT",
    "Navajo",
    "PRC",
    "PST8PDT",
    "Poland",
    "Portugal",
    "ROC",
    "ROK",
    "Singapore",
    "Turkey",
    "UCT",
    "UTC",
    "Universal",
    "W-SU",
    "WET",
    "Zulu",
];

/// A name as the time zone database has them; `Local` is refused by the server, and so is `PST`, which is no name.
pub(super) fn time_zone(text: &str) -> bool {
    let part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic())
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'+'))
    };
    let known = match text.split_once('/') {
        Some((area, _)) => AREAS.contains(&area),
        None => WITHOUT_AREA.contains(&text),
    };
    known && text.split('/').all(part)
}
