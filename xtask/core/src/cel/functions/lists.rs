//! Lists, and the size of anything that has one.

use std::cmp::Ordering;

use super::super::arithmetic::{Arithmetic, apply};
use super::super::ordering::{compare, equal};
use super::{Answer, Value, bool_answer, failure, int, int_answer};
use crate::cel::{Error, List};

/// The longest list that `lists.range` makes: longer ones would be out of budget anyway.
const LONGEST: i64 = 1_000_000;

fn list<'v, 'a>(value: &'v Value<'a>) -> Option<&'v List<'a>> {
    match value {
        Value::List(list) => Some(list),
        _ => None,
    }
}

fn length<'a>(length: usize) -> Answer<'a> {
    int_answer(i64::try_from(length).unwrap_or(i64::MAX))
}

pub(super) fn size<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    match &arguments[0] {
        Value::String(text) => length(text.chars().count()),
        Value::Bytes(bytes) => length(bytes.len()),
        Value::List(list) => length(list.len()),
        Value::Map(map) => length(map.len()),
        _ => None,
    }
}

pub(super) fn includes<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    bool_answer(list(&arguments[0])?.iter().any(|item| equal(&item, &arguments[1])))
}

pub(super) fn index_of<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    let found = list(&arguments[0])?.iter().position(|item| equal(&item, &arguments[1]));
    found.map_or_else(|| int_answer(-1), length)
}

pub(super) fn last_index_of<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    let items: Vec<Value<'_>> = list(&arguments[0])?.iter().collect();
    let found = items.iter().rposition(|item| equal(item, &arguments[1]));
    found.map_or_else(|| int_answer(-1), length)
}

pub(super) fn is_sorted<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    let items: Vec<Value<'_>> = list(&arguments[0])?.iter().collect();
    for pair in items.windows(2) {
        if compare(&pair[0], &pair[1])? == Ordering::Greater {
            return bool_answer(false);
        }
    }
    bool_answer(true)
}

pub(super) fn sum<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    let mut items = list(&arguments[0])?.iter();
    let Some(first) = items.next() else {
        return int_answer(0);
    };
    if !matches!(
        first,
        Value::Int(_) | Value::Uint(_) | Value::Double(_) | Value::Duration(_)
    ) {
        return None;
    }
    Some(items.try_fold(first, |sum, item| apply(Arithmetic::Add, sum, item)))
}

pub(super) fn min<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    extreme(arguments, Ordering::Less, "min")
}

pub(super) fn max<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    extreme(arguments, Ordering::Greater, "max")
}

fn extreme<'a>(arguments: &[Value<'a>], wanted: Ordering, name: &'static str) -> Answer<'a> {
    let mut items = list(&arguments[0])?.iter();
    let Some(mut best) = items.next() else {
        return failure(format!("`{name}` of an empty list"));
    };
    for item in items {
        if compare(&item, &best)? == wanted {
            best = item;
        }
    }
    Some(Ok(best))
}

pub(super) fn reverse<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    let mut items: Vec<Value<'a>> = list(&arguments[0])?.iter().collect();
    items.reverse();
    Some(Ok(Value::list(items)))
}

pub(super) fn sort<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    let mut items: Vec<Value<'a>> = list(&arguments[0])?.iter().collect();
    if let Some(first) = items.first().cloned() {
        for item in &items {
            compare(&first, item).filter(|_| first.type_name() == item.type_name())?;
        }
    }
    items.sort_by(|left, right| compare(left, right).unwrap_or(Ordering::Equal));
    Some(Ok(Value::list(items)))
}

pub(super) fn distinct<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    let mut items: Vec<Value<'a>> = Vec::new();
    for item in list(&arguments[0])?.iter() {
        if !items.iter().any(|other| equal(other, &item)) {
            items.push(item);
        }
    }
    Some(Ok(Value::list(items)))
}

pub(super) fn slice<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    let items = list(&arguments[0])?;
    let (start, end) = (int(&arguments[1])?, int(&arguments[2])?);
    let place = |index: i64| usize::try_from(index).ok().filter(|index| *index <= items.len());
    match (place(start), place(end)) {
        (Some(start), Some(end)) if start <= end => {
            Some(Ok(Value::list(items.iter().skip(start).take(end - start).collect())))
        }
        _ => failure(format!("the slice {start} to {end} is out of range")),
    }
}

pub(super) fn flatten<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    let depth = match arguments.get(1) {
        Some(depth) => int(depth)?,
        None => 1,
    };
    if depth < 0 {
        return failure("the depth of `flatten` is negative");
    }
    let mut items = Vec::new();
    flatten_into(list(&arguments[0])?, depth, &mut items);
    Some(Ok(Value::list(items)))
}

fn flatten_into<'a>(list: &List<'a>, depth: i64, items: &mut Vec<Value<'a>>) {
    for item in list.iter() {
        match item {
            Value::List(inner) if depth > 0 => flatten_into(&inner, depth - 1, items),
            other => items.push(other),
        }
    }
}

pub(super) fn range<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    let end = int(&arguments[0])?;
    if end > LONGEST {
        return Some(Err(Error::new("the range is too long")));
    }
    Some(Ok(Value::list((0..end).map(Value::Int).collect())))
}
