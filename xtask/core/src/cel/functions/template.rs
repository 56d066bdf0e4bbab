//! `'%s has %d'.format([x, y])`.

use super::convert::plain_double_text;
use super::{Answer, Value, failure, text, text_answer, time};
use crate::cel::{Error, Key, Map};

pub(super) fn format<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    let (template, Value::List(values)) = (text(&arguments[0])?, &arguments[1]) else {
        return None;
    };
    let mut values = values.iter();
    let mut shown = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('%') {
        shown += before;
        if let Some(after) = after.strip_prefix('%') {
            shown.push('%');
            rest = after;
            continue;
        }
        let (precision, after) = match precision(after) {
            Ok(read) => read,
            Err(message) => return failure(message),
        };
        let Some(clause) = after.chars().next() else {
            return failure("the template ends in `%`");
        };
        let Some(value) = values.next() else {
            return failure("the template has more places than there are values");
        };
        match clause_text(clause, precision, &value) {
            Ok(text) => shown += &text,
            Err(error) => return Some(Err(error)),
        }
        rest = &after[clause.len_utf8()..];
    }
    shown += rest;
    text_answer(shown)
}

/// `.3` before a clause, and what follows.
fn precision(text: &str) -> Result<(Option<usize>, &str), String> {
    let Some(rest) = text.strip_prefix('.') else {
        return Ok((None, text));
    };
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    match rest[..end].parse() {
        Ok(precision) if precision <= 100 => Ok((Some(precision), &rest[end..])),
        _ => Err(format!("`.{}` is no precision", &rest[..end])),
    }
}

fn clause_text(clause: char, precision: Option<usize>, value: &Value<'_>) -> Result<String, Error> {
    let wrong = || Error::new(format!("`%{clause}` does not take a {}", value.type_name()));
    match clause {
        's' => plain(value).ok_or_else(wrong),
        'd' => match value {
            Value::Int(int) => Ok(int.to_string()),
            Value::Uint(uint) => Ok(uint.to_string()),
            Value::Double(double) if !double.is_finite() => Ok(special(*double)),
            _ => Err(wrong()),
        },
        'f' | 'e' => {
            let double = number(value).ok_or_else(wrong)?;
            if !double.is_finite() {
                return Ok(special(double));
            }
            let digits = precision.unwrap_or(6);
            if clause == 'f' {
                return Ok(format!("{double:.digits$}"));
            }
            let text = format!("{double:.digits$e}");
            let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
            let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |rest| ('-', rest));
            Ok(format!("{mantissa}e{sign}{exponent:0>2}"))
        }
        'b' => match value {
            Value::Bool(bool) => Ok(u8::from(*bool).to_string()),
            _ => whole(value, |size| format!("{size:b}")).ok_or_else(wrong),
        },
        'o' => whole(value, |size| format!("{size:o}")).ok_or_else(wrong),
        'x' | 'X' => {
            let text = match value {
                Value::String(text) => text.bytes().map(|byte| format!("{byte:02x}")).collect(),
                Value::Bytes(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
                _ => whole(value, |size| format!("{size:x}")).ok_or_else(wrong)?,
            };
            Ok(if clause == 'X' { text.to_uppercase() } else { text })
        }
        other => Err(Error::new(format!("`%{other}` is no place for a value"))),
    }
}

fn special(double: f64) -> String {
    if double.is_nan() {
        "NaN".to_owned()
    } else if double > 0.0 {
        "Infinity".to_owned()
    } else {
        "-Infinity".to_owned()
    }
}

fn number(value: &Value<'_>) -> Option<f64> {
    match value {
        Value::Double(double) => Some(*double),
        Value::Int(int) => Some(*int as f64),
        Value::Uint(uint) => Some(*uint as f64),
        Value::String(text) => match &**text {
            "NaN" => Some(f64::NAN),
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            _ => None,
        },
        _ => None,
    }
}

fn whole(value: &Value<'_>, show: impl Fn(u64) -> String) -> Option<String> {
    match value {
        Value::Int(int) if *int < 0 => Some(format!("-{}", show(int.unsigned_abs()))),
        Value::Int(int) => Some(show(int.unsigned_abs())),
        Value::Uint(uint) => Some(show(*uint)),
        _ => None,
    }
}

/// Any value as a person reads it; none where it has no such form.
fn plain(value: &Value<'_>) -> Option<String> {
    Some(match value {
        Value::Null => "null".to_owned(),
        Value::Bool(bool) => bool.to_string(),
        Value::Int(int) => int.to_string(),
        Value::Uint(uint) => uint.to_string(),
        Value::Double(double) if !double.is_finite() => special(*double),
        Value::Double(double) => plain_double_text(*double),
        Value::String(text) => text.to_string(),
        Value::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Value::Type(name) => (*name).to_owned(),
        Value::Duration(nanoseconds) => time::duration_text(*nanoseconds),
        Value::Timestamp(seconds, nanoseconds) => time::timestamp_text(*seconds, *nanoseconds),
        Value::List(list) => {
            let items: Option<Vec<String>> = list.iter().map(|item| plain(&item)).collect();
            format!("[{}]", items?.join(", "))
        }
        Value::Map(map) => map_text(map)?,
        Value::Optional(_) | Value::Foreign(_) | Value::Unknown(_) => return None,
    })
}

/// Entries in the order of their keys as text.
fn map_text(map: &Map<'_>) -> Option<String> {
    let mut entries = Vec::new();
    for (key, value) in map.entries() {
        let key = match key {
            Key::Bool(bool) => bool.to_string(),
            Key::Number(number, _) => number.to_string(),
            Key::String(text) => text.to_string(),
        };
        entries.push(format!("{key}: {}", plain(&value)?));
    }
    entries.sort();
    Some(format!("{{{}}}", entries.join(", ")))
}
