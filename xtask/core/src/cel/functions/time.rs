//! Durations and timestamps; time zones are UTC and fixed offsets, since a table of zones would age.

use super::super::Error;
use super::super::arithmetic::{self, SECOND, overflow};
use super::{Answer, Value, failure, int_answer, text};
use crate::model::time::{civil, days};

/// Seconds of a day.
const DAY: i64 = 86_400;

pub(super) fn duration<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    match &arguments[0] {
        duration @ Value::Duration(_) => Some(Ok(duration.clone())),
        Value::Int(nanoseconds) => Some(Ok(Value::Duration(*nanoseconds))),
        Value::String(text) => match parse_duration(text) {
            Some(nanoseconds) => Some(Ok(Value::Duration(nanoseconds))),
            None => failure(format!("`{}` is no duration", &**text)),
        },
        _ => None,
    }
}

pub(super) fn timestamp<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    match &arguments[0] {
        moment @ Value::Timestamp(..) => Some(Ok(moment.clone())),
        Value::Int(seconds) => Some(arithmetic::timestamp(*seconds, 0)),
        Value::String(text) => match parse_timestamp(text) {
            Some((seconds, nanoseconds)) => Some(arithmetic::timestamp(seconds, nanoseconds)),
            None => failure(format!("`{}` is no timestamp", &**text)),
        },
        _ => None,
    }
}

/// Reads `1h30m`, `-1.5s`, `100ms`: nanoseconds.
pub(in crate::cel) fn parse_duration(text: &str) -> Option<i64> {
    let (is_negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at(end);
        let units = [("ns", 1), ("us", 1_000), ("µs", 1_000), ("ms", 1_000_000)];
        let more = [("h", 3600 * SECOND), ("m", 60 * SECOND), ("s", SECOND)];
        let (unit, factor) = units.iter().chain(&more).find(|(unit, _)| after.starts_with(unit))?;
        total += scaled(number, *factor)?;
        rest = &after[unit.len()..];
    }
    i64::try_from(if is_negative { -total } else { total }).ok()
}

fn scaled(number: &str, factor: i64) -> Option<i128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let mut total = whole.checked_mul(i128::from(factor))?;
    let mut part = i128::from(factor);
    for digit in fraction.chars() {
        part /= 10;
        total += part * i128::from(digit.to_digit(10)?);
    }
    Some(total)
}

/// Reads a moment of RFC 3339: seconds since 1970 and nanoseconds.
pub(in crate::cel) fn parse_timestamp(text: &str) -> Option<(i64, u32)> {
    let (date, rest) = text.split_at_checked(10)?;
    let days = parse_date(date)?;
    let rest = rest.strip_prefix(['T', 't'])?;
    let (clock, rest) = rest.split_at_checked(8)?;
    let (hour, minute, second) = (part(clock, 0, 2)?, part(clock, 3, 5)?, part(clock, 6, 8)?);
    let is_clock = hour < 24 && minute < 60 && second < 60 && clock[2..3] == *":" && clock[5..6] == *":";
    if !is_clock {
        return None;
    }
    let (fraction, zone) = match rest.strip_prefix('.') {
        Some(rest) => {
            let end = rest.find(|c: char| !c.is_ascii_digit())?;
            (Some(&rest[..end]).filter(|digits| !digits.is_empty())?, &rest[end..])
        }
        None => ("", rest),
    };
    let nanoseconds = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    let offset = if matches!(zone, "Z" | "z") {
        0
    } else {
        parse_offset(zone)?
    };
    Some((days * DAY + hour * 3600 + minute * 60 + second - offset, nanoseconds))
}

/// Whether a text is a date, `YYYY-MM-DD`.
pub(super) fn is_date(text: &str) -> bool {
    parse_date(text).is_some()
}

fn parse_date(text: &str) -> Option<i64> {
    let (year, month, date) = (part(text, 0, 4)?, part(text, 5, 7)?, part(text, 8, 10)?);
    if text.len() != 10 || text[4..5] != *"-" || text[7..8] != *"-" {
        return None;
    }
    let since = days(year, month, date);
    // a day that is none, such as the 31st of April, comes back as another one
    (month >= 1 && civil(since) == (year, month, date)).then_some(since)
}

fn part(text: &str, from: usize, to: usize) -> Option<i64> {
    let digits = text.get(from..to)?;
    digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| digits.parse().ok())?
}

/// Reads `+05:30` or `-8:00`: seconds.
fn parse_offset(zone: &str) -> Option<i64> {
    let (sign, rest) = match zone.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, zone.strip_prefix('+').unwrap_or(zone)),
    };
    let (hours, minutes) = rest.split_once(':')?;
    let hours: i64 = Some(hours)
        .filter(|hours| (1..=2).contains(&hours.len()))?
        .parse()
        .ok()?;
    let minutes = part(minutes, 0, 2).filter(|_| minutes.len() == 2)?;
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

pub(super) fn duration_text(nanoseconds: i64) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let size = nanoseconds.unsigned_abs();
    let (seconds, rest) = (size / SECOND as u64, size % SECOND as u64);
    let fraction = if rest == 0 {
        String::new()
    } else {
        format!(".{rest:09}")
    };
    format!("{sign}{seconds}{}s", fraction.trim_end_matches('0'))
}

pub(super) fn timestamp_text(seconds: i64, nanoseconds: u32) -> String {
    let (year, month, date) = civil(seconds.div_euclid(DAY));
    let second = seconds.rem_euclid(DAY);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let fraction = if nanoseconds == 0 {
        String::new()
    } else {
        format!(".{nanoseconds:09}")
    };
    let fraction = fraction.trim_end_matches('0');
    format!("{year:04}-{month:02}-{date:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}

/// A field of a moment in a time zone; `whole` is the field of a duration, if it has one.
fn field<'a>(arguments: &[Value<'a>], of: fn(i64, u32) -> i64, whole: Option<fn(i64) -> i64>) -> Answer<'a> {
    match (&arguments[0], arguments.get(1)) {
        (Value::Duration(nanoseconds), None) => int_answer(whole?(*nanoseconds)),
        (Value::Timestamp(seconds, nanoseconds), zone) => {
            let offset = match zone {
                None => 0,
                Some(zone) => match text(zone)? {
                    "UTC" | "Z" | "" => 0,
                    name => match parse_offset(name) {
                        Some(offset) => offset,
                        // a table of zones would age, and an error is one for a cluster too
                        None => return Some(Err(Error::unknowable(&format!("the time zone `{name}`")))),
                    },
                },
            };
            match seconds.checked_add(offset) {
                Some(local) => int_answer(of(local, *nanoseconds)),
                None => Some(Err(overflow())),
            }
        }
        _ => None,
    }
}

macro_rules! fields {
    ($($function:ident, $of:expr, $whole:expr;)*) => {
        $(pub(super) fn $function<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
            field(arguments, $of, $whole)
        })*
    };
}

fields! {
    get_full_year, |seconds, _| civil(seconds.div_euclid(DAY)).0, None;
    get_month, |seconds, _| civil(seconds.div_euclid(DAY)).1 - 1, None;
    get_date, |seconds, _| civil(seconds.div_euclid(DAY)).2, None;
    get_day_of_month, |seconds, _| civil(seconds.div_euclid(DAY)).2 - 1, None;
    get_day_of_week, |seconds, _| (seconds.div_euclid(DAY) + 4).rem_euclid(7), None;
    get_day_of_year, |seconds, _| {
        let since = seconds.div_euclid(DAY);
        since - days(civil(since).0, 1, 1)
    }, None;
    get_hours, |seconds, _| seconds.rem_euclid(DAY) / 3600, Some(|nanoseconds| nanoseconds / (3600 * SECOND));
    get_minutes, |seconds, _| seconds.rem_euclid(3600) / 60, Some(|nanoseconds| nanoseconds / (60 * SECOND));
    get_seconds, |seconds, _| seconds.rem_euclid(60), Some(|nanoseconds| nanoseconds / SECOND);
    get_milliseconds, |_, nanoseconds| i64::from(nanoseconds / 1_000_000),
        Some(|nanoseconds| nanoseconds % SECOND / 1_000_000);
}
