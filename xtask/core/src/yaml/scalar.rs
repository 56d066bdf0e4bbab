//! What a plain scalar means: to Kubernetes, and whether every other reader agrees.
//!
//! Kubernetes means `sigs.k8s.io/yaml`, whose resolution is go-yaml v2's (`goyaml.v2/resolve.go`). The others are PyYAML,
//! serde_yaml, saphyr and the YAML 1.2 core schema of JavaScript's `yaml`.

use serde_json::{Number, Value};

/// What the text of a plain scalar stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Meaning {
    Null,
    Bool(bool),
    Integer(i64),
    /// An integer above what `i64` holds.
    Natural(u64),
    /// Always finite.
    Float(f64),
    /// The text itself.
    Text,
}

impl Meaning {
    /// The JSON value of a scalar with this meaning and this text.
    pub(super) fn value(self, text: &str) -> Value {
        match self {
            Meaning::Null => Value::Null,
            Meaning::Bool(bool) => Value::Bool(bool),
            Meaning::Integer(number) => Value::from(number),
            Meaning::Natural(number) => Value::from(number),
            Meaning::Float(number) => Number::from_f64(number).map_or(Value::Null, Value::Number),
            Meaning::Text => Value::String(text.to_owned()),
        }
    }
}

/// What Kubernetes reads, and whether its readers agree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Scalar {
    /// All readers agree.
    Certain(Meaning),
    /// Kubernetes reads this; some other reader does not.
    Ambiguous(Meaning),
}

impl Scalar {
    pub(super) fn meaning(self) -> Meaning {
        match self {
            Scalar::Certain(meaning) | Scalar::Ambiguous(meaning) => meaning,
        }
    }
}

/// What a plain scalar means.
///
/// `.inf`, `.nan` and numbers beyond a 64-bit float have no JSON value, Kubernetes refuses or keeps them as text: they are
/// ambiguous text here.
#[inline]
pub(super) fn classify(text: &str) -> Scalar {
    match text.as_bytes() {
        [] => Scalar::Certain(Meaning::Null),
        [b'0'..=b'9' | b'+' | b'-' | b'.', ..] => number(text),
        [
            b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~',
            ..,
        ] => word(text),
        b"=" | b"<<" => Scalar::Ambiguous(Meaning::Text),
        _ => Scalar::Certain(Meaning::Text),
    }
}

fn word(text: &str) -> Scalar {
    match text {
        "~" | "null" | "Null" | "NULL" => Scalar::Certain(Meaning::Null),
        "true" | "True" | "TRUE" => Scalar::Certain(Meaning::Bool(true)),
        "false" | "False" | "FALSE" => Scalar::Certain(Meaning::Bool(false)),
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Scalar::Ambiguous(Meaning::Bool(true)),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Scalar::Ambiguous(Meaning::Bool(false)),
        _ => Scalar::Certain(Meaning::Text),
    }
}

fn number(text: &str) -> Scalar {
    if let Some(meaning) = certain_number(text) {
        return Scalar::Certain(meaning);
    }
    let digits = text.replace('_', "");
    // Go takes underscores out of what starts with a digit or a sign, not of what starts with a point.
    let meaning = match text.starts_with('.') && digits.len() < text.len() {
        true => Meaning::Text,
        false => go_number(&digits).unwrap_or(Meaning::Text),
    };
    let disputed = meaning != Meaning::Text
        || is_float_text(&digits)
        || is_not_finite(text)
        || is_python_integer(text)
        || is_base_sixty(text)
        || is_timestamp(text.as_bytes());
    match disputed {
        true => Scalar::Ambiguous(meaning),
        false => Scalar::Certain(Meaning::Text),
    }
}

/// A number in the one notation that all readers share.
fn certain_number(text: &str) -> Option<Meaning> {
    if let Some(digits) = text.strip_prefix("0x") {
        // Without the check `from_str_radix` would take a sign here.
        let hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        return hexadecimal
            .then(|| i64::from_str_radix(digits, 16).ok())
            .flatten()
            .map(Meaning::Integer);
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, rest) = unsigned.split_at(digits_at(unsigned));
    let no_leading_zero = whole == "0" || !whole.starts_with('0');
    if rest.is_empty() {
        return if no_leading_zero {
            text.parse().ok().map(Meaning::Integer)
        } else {
            None
        };
    }
    let fraction = rest.strip_prefix('.')?;
    let (fraction, exponent) = fraction.split_at(digits_at(fraction));
    // PyYAML reads `-.5` as text, and so do all a lone point.
    let has_digits = if whole.is_empty() {
        !fraction.is_empty() && unsigned.len() == text.len()
    } else {
        no_leading_zero
    };
    // PyYAML wants a sign in the exponent.
    let exponent_agreed = match exponent.as_bytes() {
        [] => true,
        [b'e' | b'E', b'+' | b'-', digits @ ..] => !digits.is_empty() && digits.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    if has_digits && exponent_agreed {
        finite(text)
    } else {
        None
    }
}

/// A number as Go reads it: `strconv.ParseInt` with base 0, then a float; underscores are out already.
fn go_number(text: &str) -> Option<Meaning> {
    if let Some(meaning) = go_integer(text) {
        return Some(meaning);
    }
    if is_float_text(text) {
        return finite(text);
    }
    // Go looks for a sign behind `0b` again.
    i64::from_str_radix(text.strip_prefix("0b")?, 2)
        .ok()
        .map(Meaning::Integer)
}

fn go_integer(text: &str) -> Option<Meaning> {
    let (sign, unsigned) = match text.as_bytes().first()? {
        b'-' => (Some('-'), &text[1..]),
        b'+' => (Some('+'), &text[1..]),
        _ => (None, text),
    };
    let (base, digits) = match unsigned.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &unsigned[2..]),
        [b'0', b'o' | b'O', ..] => (8, &unsigned[2..]),
        [b'0', b'b' | b'B', ..] => (2, &unsigned[2..]),
        [b'0', _, ..] => (8, &unsigned[1..]),
        _ => (10, unsigned),
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, base).ok()?;
    match (sign, i64::try_from(magnitude)) {
        (Some('-'), Ok(number)) => Some(Meaning::Integer(-number)),
        (Some('-'), Err(_)) => 0i64.checked_sub_unsigned(magnitude).map(Meaning::Integer),
        (_, Ok(number)) => Some(Meaning::Integer(number)),
        (None, Err(_)) => Some(Meaning::Natural(magnitude)),
        (Some(_), Err(_)) => None,
    }
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_float_text(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, rest) = text.split_at(digits_at(text));
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(rest) => rest.split_at(digits_at(rest)),
        None => ("", rest),
    };
    if whole.is_empty() && fraction.is_empty() {
        return false;
    }
    match rest.strip_prefix(['e', 'E']) {
        Some(exponent) => {
            let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            !digits.is_empty() && digits_at(digits) == digits.len()
        }
        None => rest.is_empty(),
    }
}

fn finite(text: &str) -> Option<Meaning> {
    text.parse()
        .ok()
        .filter(|number: &f64| number.is_finite())
        .map(Meaning::Float)
}

fn is_not_finite(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN")
}

/// Python integers that Go takes for text: of any length, or of underscores only.
fn is_python_integer(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_of = |prefix: &str, digits: &dyn Fn(u8) -> bool| {
        unsigned
            .strip_prefix(prefix)
            .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte == b'_' || digits(byte)))
    };
    is_of("0x", &|byte| byte.is_ascii_hexdigit())
        || is_of("0b", &|byte| matches!(byte, b'0' | b'1'))
        || is_of("0o", &|byte| byte.is_ascii_digit())
}

/// `12:30:45`, which YAML 1.1 counts in sixties.
fn is_base_sixty(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let Some((head, tail)) = unsigned.split_once(':') else {
        return false;
    };
    let (tail, fraction) = tail.split_once('.').unwrap_or((tail, ""));
    head.starts_with(|first: char| first.is_ascii_digit())
        && head
            .bytes()
            .chain(fraction.bytes())
            .all(|byte| byte.is_ascii_digit() || byte == b'_')
        && tail
            .split(':')
            .all(|part| matches!(part.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9']))
}

/// `2024-01-31`, or a date and a time.
fn is_timestamp(text: &[u8]) -> bool {
    let digit = |index: usize| text.get(index).is_some_and(u8::is_ascii_digit);
    if !(0..4).all(digit) || text.get(4) != Some(&b'-') || !digit(5) {
        return false;
    }
    let day = if digit(6) { 8 } else { 7 };
    if text.get(day - 1) != Some(&b'-') || !digit(day) {
        return false;
    }
    let end = if digit(day + 1) { day + 2 } else { day + 1 };
    match text.get(end) {
        // Python wants two digits each in a date without a time, and so do we: `2024-1-1` is text to all.
        None => end == 10,
        Some(b'T' | b't' | b' ' | b'\t') => text[end..].contains(&b':'),
        Some(_) => false,
    }
}

fn digits_at(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}
