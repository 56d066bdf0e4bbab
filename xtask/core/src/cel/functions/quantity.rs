//! Resource quantities: `500m`, `2Gi`, `1e3`.

use std::sync::Arc;

use super::{Answer, Foreign, Value, bool_answer, failure, int_answer, text};

/// Parts of one: a quantity has nine digits after the point.
const ONE: i128 = 1_000_000_000;
/// The largest quantity that Kubernetes keeps; larger ones become this one.
const MOST: i128 = (i64::MAX as i128) * ONE;

/// A resource quantity, in billionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quantity(i128);

impl Quantity {
    /// Reads a quantity as Kubernetes does; none where it is not one.
    pub fn parse(text: &str) -> Option<Quantity> {
        let (is_negative, rest) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let digits = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        let (number, suffix) = rest.split_at(digits);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
            return None;
        }
        let (base, exponent) = scale(suffix)?;
        let scaled = scaled(whole, fraction, base, exponent);
        Some(Quantity(if is_negative { -scaled } else { scaled }))
    }

    fn is_integer(self) -> bool {
        self.0 % ONE == 0
    }
}

/// What a suffix multiplies by: a base and its power.
fn scale(suffix: &str) -> Option<(i128, i32)> {
    let decimal = |power| Some((10, power));
    let binary = |power| Some((1024, power));
    match suffix {
        "n" => decimal(-9),
        "u" => decimal(-6),
        "m" => decimal(-3),
        "" => decimal(0),
        "k" => decimal(3),
        "M" => decimal(6),
        "G" => decimal(9),
        "T" => decimal(12),
        "P" => decimal(15),
        "E" => decimal(18),
        "Ki" => binary(1),
        "Mi" => binary(2),
        "Gi" => binary(3),
        "Ti" => binary(4),
        "Pi" => binary(5),
        "Ei" => binary(6),
        _ => {
            let exponent = suffix.strip_prefix(['e', 'E'])?;
            let digits = exponent.trim_start_matches(['+', '-']);
            if digits.is_empty() || digits.len() > 4 || exponent.len() - digits.len() > 1 {
                return None;
            }
            decimal(exponent.parse().ok()?)
        }
    }
}

/// The number in billionths: rounded up where there are more digits, cut at the largest quantity.
fn scaled(whole: &str, fraction: &str, base: i128, power: i32) -> i128 {
    // whatever stands beyond 40 digits is above the largest or below a billionth
    let fraction: String = fraction.chars().take(27).collect();
    let digits = format!("{whole}{fraction}");
    let digits = digits.trim_start_matches('0');
    if digits.len() > 37 {
        return MOST;
    }
    let Ok(mut value) = digits
        .parse::<i128>()
        .or_else(|error| if digits.is_empty() { Ok(0) } else { Err(error) })
    else {
        return MOST;
    };
    // first the binary suffix, then one power of ten for suffix, fraction and billionths together
    if base == 1024 {
        for _ in 0..power {
            value = match value.checked_mul(1024) {
                Some(value) => value,
                None => return MOST,
            };
        }
    }
    let tens = if base == 10 { power } else { 0 } + 9 - fraction.len() as i32;
    for _ in 0..tens.max(0) {
        value = match value.checked_mul(10) {
            Some(value) => value,
            None if value == 0 => 0,
            None => return MOST,
        };
    }
    for _ in 0..(-tens).clamp(0, 60) {
        value = value.div_euclid(10) + i128::from(value.rem_euclid(10) != 0);
    }
    value.min(MOST)
}

fn of(value: &Value<'_>) -> Option<Quantity> {
    match value {
        Value::Foreign(foreign) => match &**foreign {
            Foreign::Quantity(quantity) => Some(*quantity),
            _ => None,
        },
        _ => None,
    }
}

fn answer<'a>(quantity: i128) -> Answer<'a> {
    Some(Ok(Value::Foreign(Arc::new(Foreign::Quantity(Quantity(quantity))))))
}

pub(super) fn quantity<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    let text = text(&arguments[0])?;
    match Quantity::parse(text) {
        Some(quantity) => answer(quantity.0),
        None => failure(format!("`{text}` is no quantity")),
    }
}

pub(super) fn is_quantity<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    bool_answer(Quantity::parse(text(&arguments[0])?).is_some())
}

pub(super) fn is_integer<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    bool_answer(of(&arguments[0])?.is_integer())
}

pub(super) fn as_integer<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    let quantity = of(&arguments[0])?;
    match i64::try_from(quantity.0 / ONE) {
        Ok(int) if quantity.is_integer() => int_answer(int),
        _ => failure("the quantity is no whole number"),
    }
}

pub(super) fn as_approximate_float<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    Some(Ok(Value::Double(of(&arguments[0])?.0 as f64 / ONE as f64)))
}

pub(super) fn sign<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    int_answer(of(&arguments[0])?.0.signum() as i64)
}

pub(super) fn add<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    answer(of(&arguments[0])?.0 + addend(&arguments[1])?)
}

pub(super) fn sub<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    answer(of(&arguments[0])?.0 - addend(&arguments[1])?)
}

/// A quantity, or a whole number of ones.
fn addend(value: &Value<'_>) -> Option<i128> {
    match value {
        Value::Int(int) => Some(i128::from(*int) * ONE),
        other => of(other).map(|quantity| quantity.0),
    }
}
