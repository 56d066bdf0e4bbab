//! Values as a person reads them in a line: short, and never so short that a difference is lost.

use serde_json::Value;

use crate::yaml;

/// Longest value in a line, in characters.
const WIDTH: usize = 90;
/// How much of what two long texts share is shown before their first difference, in characters.
const LEAD: usize = 20;
/// Digits of a digest that are shown.
const DIGITS: usize = 12;

/// A value in one line, cut where it is long.
pub fn short_value(value: &Value) -> String {
    cut(&line(value), 0)
}

/// Two values that differ, each in one line; long ones are cut so that the first difference is seen.
pub fn short_pair(before: &Value, after: &Value) -> (String, String) {
    let (before, after) = (line(before), line(after));
    let same = before.chars().zip(after.chars()).take_while(|(a, b)| a == b).count();
    (cut(&before, same), cut(&after, same))
}

/// A whole value in one line: text as YAML writes it, everything else as JSON.
pub fn line(value: &Value) -> String {
    match value {
        Value::String(text) if text.contains('\n') => Value::from(text.as_str()).to_string(),
        Value::String(_) => printable(yaml::write(value).trim_end()),
        other => printable(&other.to_string()),
    }
}

/// A text without what a terminal would obey.
pub fn printable(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() && c != '\t' {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        })
        .collect()
}

/// Text with digests cut to their first digits.
pub fn short_digests(text: &str) -> String {
    const MARK: &str = "sha256:";
    let mut short = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(MARK) {
        let start = at + MARK.len();
        let digits = rest[start..].bytes().take_while(u8::is_ascii_hexdigit).count();
        short.push_str(&rest[..start + digits.min(if digits == 64 { DIGITS } else { digits })]);
        if digits == 64 {
            short.push('…');
        }
        rest = &rest[start + digits..];
    }
    short.push_str(rest);
    short
}

fn cut(text: &str, same: usize) -> String {
    let text = short_digests_after(text, same);
    let length = text.chars().count();
    if length <= WIDTH {
        return text;
    }
    let start = same.saturating_sub(LEAD).min(length - WIDTH / 2);
    let part: String = text.chars().skip(start).take(WIDTH).collect();
    let lead = if start > 0 { "…" } else { "" };
    let more = if start + WIDTH < length {
        format!("… ({length} characters)")
    } else {
        String::new()
    };
    format!("{lead}{part}{more}")
}

/// Digests are cut unless the first difference lies behind the digits that would be left.
fn short_digests_after(text: &str, same: usize) -> String {
    let short = short_digests(text);
    let kept = text.chars().zip(short.chars()).take_while(|(a, b)| a == b).count();
    if same <= kept { short } else { text.to_owned() }
}
