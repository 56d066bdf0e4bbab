//! Lists as sets.

use super::super::ordering::equal;
use super::{Answer, Value, bool_answer};
use crate::cel::List;

fn has(list: &List<'_>, item: &Value<'_>) -> bool {
    list.iter().any(|other| equal(&other, item))
}

fn lists<'v, 'a>(arguments: &'v [Value<'a>]) -> Option<(&'v List<'a>, &'v List<'a>)> {
    match arguments {
        [Value::List(left), Value::List(right)] => Some((left, right)),
        _ => None,
    }
}

pub(super) fn contains<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    let (list, part) = lists(arguments)?;
    bool_answer(part.iter().all(|item| has(list, &item)))
}

pub(super) fn equivalent<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    let (left, right) = lists(arguments)?;
    bool_answer(left.iter().all(|item| has(right, &item)) && right.iter().all(|item| has(left, &item)))
}

pub(super) fn intersects<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    let (left, right) = lists(arguments)?;
    bool_answer(left.iter().any(|item| has(right, &item)))
}
