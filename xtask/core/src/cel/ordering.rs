//! Equality and order: numbers compare by value across their types.

use std::cmp::Ordering;

use super::{Error, Key, List, Value};

/// An operator that orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

impl Comparison {
    fn holds(self, order: Ordering) -> bool {
        match self {
            Comparison::Less => order.is_lt(),
            Comparison::LessEqual => order.is_le(),
            Comparison::Greater => order.is_gt(),
            Comparison::GreaterEqual => order.is_ge(),
        }
    }

    fn sign(self) -> &'static str {
        match self {
            Comparison::Less => "<",
            Comparison::LessEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterEqual => ">=",
        }
    }
}

/// Whether an order holds; false where a number is none.
pub(super) fn holds<'a>(comparison: Comparison, left: Value<'a>, right: Value<'a>) -> Result<bool, Error> {
    if let (Some(left), Some(right)) = (number(&left), number(&right)) {
        return Ok(numbers(left, right).is_some_and(|order| comparison.holds(order)));
    }
    match compare(&left, &right) {
        Some(order) => Ok(comparison.holds(order)),
        None => Err(Error::no_overload(comparison.sign(), &[left, right])),
    }
}

/// The order of two values, where they have one.
pub(super) fn compare(left: &Value<'_>, right: &Value<'_>) -> Option<Ordering> {
    match (left, right) {
        (Value::Bool(left), Value::Bool(right)) => Some(left.cmp(right)),
        (Value::String(left), Value::String(right)) => Some(str::cmp(left, right)),
        (Value::Bytes(left), Value::Bytes(right)) => Some(left.cmp(right)),
        (Value::Duration(left), Value::Duration(right)) => Some(left.cmp(right)),
        (Value::Timestamp(left, low), Value::Timestamp(right, other)) => Some((left, low).cmp(&(right, other))),
        _ => numbers(number(left)?, number(right)?),
    }
}

/// Whether two values are the same; values of different types are not.
pub(super) fn equal(left: &Value<'_>, right: &Value<'_>) -> bool {
    match (left, right) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::String(left), Value::String(right)) => **left == **right,
        (Value::Bytes(left), Value::Bytes(right)) => left == right,
        (Value::Type(left), Value::Type(right)) => left == right,
        (Value::Duration(left), Value::Duration(right)) => left == right,
        (Value::Timestamp(left, low), Value::Timestamp(right, other)) => left == right && low == other,
        (Value::Foreign(left), Value::Foreign(right)) => left.equals(right),
        (Value::Optional(None), Value::Optional(None)) => true,
        (Value::Optional(Some(left)), Value::Optional(Some(right))) => equal(left, right),
        // as the API server has it, the left one decides
        (Value::List(List::Unordered(left)), Value::List(right)) => left.equals(right),
        (Value::List(left), Value::List(right)) => {
            left.len() == right.len() && left.iter().zip(right.iter()).all(|(left, right)| equal(&left, &right))
        }
        (Value::Map(left), Value::Map(right)) => {
            let same = |(key, value): (Key<'_>, Value<'_>), other: (Key<'_>, Value<'_>)| {
                key == other.0 && equal(&value, &other.1)
            };
            left.len() == right.len()
                && left
                    .entries()
                    .into_iter()
                    .zip(right.entries())
                    .all(|(left, right)| same(left, right))
        }
        _ => match (number(left), number(right)) {
            (Some(left), Some(right)) => numbers(left, right) == Some(Ordering::Equal),
            _ => false,
        },
    }
}

/// A number of any type.
#[derive(Clone, Copy)]
enum Number {
    Whole(i128),
    Double(f64),
}

fn number(value: &Value<'_>) -> Option<Number> {
    match value {
        Value::Int(int) => Some(Number::Whole(i128::from(*int))),
        Value::Uint(uint) => Some(Number::Whole(i128::from(*uint))),
        Value::Double(double) => Some(Number::Double(*double)),
        _ => None,
    }
}

fn numbers(left: Number, right: Number) -> Option<Ordering> {
    match (left, right) {
        (Number::Whole(left), Number::Whole(right)) => Some(left.cmp(&right)),
        (Number::Double(left), Number::Double(right)) => left.partial_cmp(&right),
        (Number::Whole(left), Number::Double(right)) => whole_with_double(left, right),
        (Number::Double(left), Number::Whole(right)) => whole_with_double(right, left).map(Ordering::reverse),
    }
}

/// As the specification has it: the whole number becomes a double, with what that loses.
fn whole_with_double(whole: i128, double: f64) -> Option<Ordering> {
    (whole as f64).partial_cmp(&double)
}
