//! Arithmetic: the same type on both sides, and an error where the result has no place.

use std::sync::Arc;

use super::{Error, List, Value};

/// Nanoseconds of a second.
pub(super) const SECOND: i64 = 1_000_000_000;
/// The first and the last second that a timestamp may have: years 1 to 9999.
const SECONDS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;

/// An operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

impl Arithmetic {
    fn sign(self) -> &'static str {
        match self {
            Arithmetic::Add => "+",
            Arithmetic::Subtract => "-",
            Arithmetic::Multiply => "*",
            Arithmetic::Divide => "/",
            Arithmetic::Modulo => "%",
        }
    }
}

/// Applies an operator.
pub(super) fn apply<'a>(operator: Arithmetic, left: Value<'a>, right: Value<'a>) -> Result<Value<'a>, Error> {
    match (&left, &right) {
        (Value::Int(left), Value::Int(right)) => int(operator, *left, *right).map(Value::Int),
        (Value::Uint(left), Value::Uint(right)) => uint(operator, *left, *right).map(Value::Uint),
        (Value::Double(left), Value::Double(right)) if operator != Arithmetic::Modulo => {
            Ok(Value::Double(double(operator, *left, *right)))
        }
        (Value::String(left), Value::String(right)) if operator == Arithmetic::Add => {
            Ok(Value::text([&**left, &**right].concat()))
        }
        (Value::Bytes(left), Value::Bytes(right)) if operator == Arithmetic::Add => {
            Ok(Value::Bytes([&**left, &**right].concat().into()))
        }
        (Value::List(left), Value::List(right)) if operator == Arithmetic::Add => Ok(joined(left, right)),
        _ => time(operator, &left, &right).unwrap_or_else(|| Err(Error::no_overload(operator.sign(), &[left, right]))),
    }
}

/// `-x`.
pub(super) fn negate(value: Value<'_>) -> Result<Value<'_>, Error> {
    match value {
        Value::Int(int) => int.checked_neg().map(Value::Int).ok_or_else(overflow),
        Value::Double(double) => Ok(Value::Double(-double)),
        other => Err(Error::no_overload("-", &[other])),
    }
}

/// A timestamp, if it is one.
pub(super) fn timestamp<'a>(seconds: i64, nanoseconds: u32) -> Result<Value<'a>, Error> {
    if SECONDS.contains(&seconds) {
        Ok(Value::Timestamp(seconds, nanoseconds))
    } else {
        Err(Error::new("the timestamp is out of range"))
    }
}

pub(super) fn overflow() -> Error {
    Error::new("the number is out of range")
}

fn int(operator: Arithmetic, left: i64, right: i64) -> Result<i64, Error> {
    let result = match operator {
        Arithmetic::Add => left.checked_add(right),
        Arithmetic::Subtract => left.checked_sub(right),
        Arithmetic::Multiply => left.checked_mul(right),
        Arithmetic::Divide | Arithmetic::Modulo if right == 0 => return Err(Error::new("division by zero")),
        Arithmetic::Divide => left.checked_div(right),
        Arithmetic::Modulo => left.checked_rem(right),
    };
    result.ok_or_else(overflow)
}

fn uint(operator: Arithmetic, left: u64, right: u64) -> Result<u64, Error> {
    let result = match operator {
        Arithmetic::Add => left.checked_add(right),
        Arithmetic::Subtract => left.checked_sub(right),
        Arithmetic::Multiply => left.checked_mul(right),
        Arithmetic::Divide | Arithmetic::Modulo if right == 0 => return Err(Error::new("division by zero")),
        Arithmetic::Divide => left.checked_div(right),
        Arithmetic::Modulo => left.checked_rem(right),
    };
    result.ok_or_else(overflow)
}

fn double(operator: Arithmetic, left: f64, right: f64) -> f64 {
    match operator {
        Arithmetic::Add => left + right,
        Arithmetic::Subtract => left - right,
        Arithmetic::Multiply => left * right,
        Arithmetic::Divide => left / right,
        Arithmetic::Modulo => left % right,
    }
}

fn joined<'a>(left: &List<'a>, right: &List<'a>) -> Value<'a> {
    if let List::Unordered(left) = left {
        return Value::List(List::Unordered(Arc::new(left.joined(right))));
    }
    if right.is_empty() {
        return Value::List(left.clone());
    }
    if left.is_empty() {
        return Value::List(right.clone());
    }
    Value::List(List::Shared(Arc::new(left.iter().chain(right.iter()).collect())))
}

fn time<'a>(operator: Arithmetic, left: &Value<'a>, right: &Value<'a>) -> Option<Result<Value<'a>, Error>> {
    use Arithmetic::{Add, Subtract};
    let moved = |seconds: i64, nanoseconds: u32, by: i128| {
        let total = i128::from(seconds) * i128::from(SECOND) + i128::from(nanoseconds) + by;
        let seconds = i64::try_from(total.div_euclid(i128::from(SECOND))).map_err(|_| overflow())?;
        timestamp(seconds, total.rem_euclid(i128::from(SECOND)) as u32)
    };
    let span = |nanoseconds: Option<i64>| nanoseconds.map(Value::Duration).ok_or_else(overflow);
    Some(match (operator, left, right) {
        (Add, Value::Duration(left), Value::Duration(right)) => span(left.checked_add(*right)),
        (Subtract, Value::Duration(left), Value::Duration(right)) => span(left.checked_sub(*right)),
        (Add, Value::Timestamp(seconds, low), Value::Duration(by))
        | (Add, Value::Duration(by), Value::Timestamp(seconds, low)) => moved(*seconds, *low, i128::from(*by)),
        (Subtract, Value::Timestamp(seconds, low), Value::Duration(by)) => moved(*seconds, *low, -i128::from(*by)),
        (Subtract, Value::Timestamp(left, low), Value::Timestamp(right, other)) => {
            let seconds = (i128::from(*left) - i128::from(*right)) * i128::from(SECOND);
            let total = seconds + i128::from(*low) - i128::from(*other);
            span(i64::try_from(total).ok())
        }
        _ => return None,
    })
}
