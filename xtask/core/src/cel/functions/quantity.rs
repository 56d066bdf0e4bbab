//! Functions on resource quantities: `500m`, `2Gi`, `1e3`.

use std::sync::Arc;

use super::{Answer, Foreign, Value, bool_answer, failure, int_answer, text};
use crate::model::Quantity;

fn of(value: &Value<'_>) -> Option<Quantity> {
    match value {
        Value::Foreign(foreign) => match &**foreign {
            Foreign::Quantity(quantity) => Some(*quantity),
            _ => None,
        },
        _ => None,
    }
}

fn answer<'a>(quantity: Quantity) -> Answer<'a> {
    Some(Ok(Value::Foreign(Arc::new(Foreign::Quantity(quantity)))))
}

pub(super) fn quantity<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    let text = text(&arguments[0])?;
    match Quantity::parse(text) {
        Some(quantity) => answer(quantity),
        None => failure(format!("`{text}` is no quantity")),
    }
}

pub(super) fn is_quantity<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    bool_answer(Quantity::parse(text(&arguments[0])?).is_some())
}

pub(super) fn is_integer<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    bool_answer(whole(of(&arguments[0])?).is_some())
}

/// The whole number that it is: what is cut off to the largest is none.
fn whole(quantity: Quantity) -> Option<i64> {
    quantity
        .whole()
        .filter(|whole| whole.unsigned_abs() < i64::MAX.unsigned_abs())
}

pub(super) fn as_integer<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    match whole(of(&arguments[0])?) {
        Some(int) => int_answer(int),
        None => failure("the quantity is no whole number"),
    }
}

pub(super) fn as_approximate_float<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    Some(Ok(Value::Double(of(&arguments[0])?.nanos() as f64 / 1e9)))
}

pub(super) fn sign<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    int_answer(of(&arguments[0])?.nanos().signum() as i64)
}

pub(super) fn add<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    answer(of(&arguments[0])?.plus(addend(&arguments[1])?))
}

pub(super) fn sub<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    answer(of(&arguments[0])?.plus(addend(&arguments[1])?.times(-1)))
}

/// A quantity, or a whole number of ones.
fn addend(value: &Value<'_>) -> Option<Quantity> {
    match value {
        Value::Int(int) => Some(Quantity::from_whole(*int)),
        other => of(other),
    }
}
