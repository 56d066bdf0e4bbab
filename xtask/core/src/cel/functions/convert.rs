//! From one type to another.

use super::super::arithmetic::overflow;
use super::foreign::Foreign;
use super::{Answer, Value, bool_answer, failure, int_answer, text_answer, time};

/// The first double that no longer fits into an int.
const INT_END: f64 = 9_223_372_036_854_775_808.0;
/// The first double that no longer fits into a uint.
const UINT_END: f64 = 18_446_744_073_709_551_616.0;

pub(super) fn type_of<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    Some(Ok(Value::Type(arguments[0].type_name())))
}

pub(super) fn to_dyn<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    Some(Ok(arguments[0].clone()))
}

pub(super) fn to_bool<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    match &arguments[0] {
        Value::Bool(bool) => bool_answer(*bool),
        Value::String(text) => match &**text {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => bool_answer(true),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => bool_answer(false),
            other => failure(format!("`{other}` is neither true nor false")),
        },
        _ => None,
    }
}

pub(super) fn to_bytes<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    match &arguments[0] {
        bytes @ Value::Bytes(_) => Some(Ok(bytes.clone())),
        Value::String(text) => Some(Ok(Value::Bytes(text.as_bytes().into()))),
        _ => None,
    }
}

pub(super) fn to_double<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    let double = match &arguments[0] {
        Value::Double(double) => *double,
        Value::Int(int) => *int as f64,
        Value::Uint(uint) => *uint as f64,
        Value::String(text) => match text.parse() {
            Ok(double) => double,
            Err(_) => return failure(format!("`{}` is no number", &**text)),
        },
        _ => return None,
    };
    Some(Ok(Value::Double(double)))
}

pub(super) fn to_int<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    match &arguments[0] {
        Value::Int(int) => int_answer(*int),
        Value::Uint(uint) => Some(i64::try_from(*uint).map(Value::Int).map_err(|_| overflow())),
        Value::Double(double) if *double > -INT_END && *double < INT_END => int_answer(*double as i64),
        Value::Double(_) => Some(Err(overflow())),
        Value::String(text) => match text.parse() {
            Ok(int) => int_answer(int),
            Err(_) => failure(format!("`{}` is no whole number", &**text)),
        },
        Value::Timestamp(seconds, _) => int_answer(*seconds),
        _ => None,
    }
}

pub(super) fn to_uint<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    let uint = match &arguments[0] {
        Value::Uint(uint) => Ok(*uint),
        Value::Int(int) => u64::try_from(*int).map_err(|_| overflow()),
        Value::Double(double) if *double >= 0.0 && *double < UINT_END => Ok(*double as u64),
        Value::Double(_) => Err(overflow()),
        Value::String(text) => match text.parse() {
            Ok(uint) => Ok(uint),
            Err(_) => return failure(format!("`{}` is no whole number without a sign", &**text)),
        },
        _ => return None,
    };
    Some(uint.map(Value::Uint))
}

pub(super) fn to_string<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    match &arguments[0] {
        text @ Value::String(_) => Some(Ok(text.clone())),
        Value::Bool(bool) => text_answer(bool.to_string()),
        Value::Int(int) => text_answer(int.to_string()),
        Value::Uint(uint) => text_answer(uint.to_string()),
        Value::Double(double) => text_answer(double_text(*double)),
        Value::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => text_answer(text),
            Err(_) => failure("the bytes are not UTF-8"),
        },
        Value::Duration(nanoseconds) => text_answer(time::duration_text(*nanoseconds)),
        Value::Timestamp(seconds, nanoseconds) => text_answer(time::timestamp_text(*seconds, *nanoseconds)),
        Value::Foreign(foreign) => match &**foreign {
            Foreign::Ip(address) => text_answer(address.to_string()),
            Foreign::Cidr(network) => text_answer(network.to_string()),
            _ => None,
        },
        _ => None,
    }
}

/// A double as Go's `%g` writes it: the shortest form, with an exponent from a million on and below a ten-thousandth.
pub(super) fn double_text(double: f64) -> String {
    written(double, 1e6)
}

/// A double with an exponent where it is very large or small.
pub(super) fn plain_double_text(double: f64) -> String {
    written(double, 1e21)
}

fn written(double: f64, large: f64) -> String {
    if double.is_nan() {
        return "NaN".to_owned();
    }
    if double.is_infinite() {
        return if double > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let size = double.abs();
    if size != 0.0 && !(1e-4..large).contains(&size) {
        let text = format!("{double:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |rest| ('-', rest));
        return format!("{digits}e{sign}{exponent:0>2}");
    }
    double.to_string()
}
