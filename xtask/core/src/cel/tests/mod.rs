//! The dialect against tables of cases.

mod agreement;
mod budget;
mod language;
mod libraries;
mod reading;

use serde_json::Value as Json;

use super::{Budget, EXPRESSION_BUDGET, Error, Expression, Scope, Value};

/// One variable, `object`.
pub(super) struct Object<'a>(pub(super) &'a Json);

impl<'a> Scope<'a> for Object<'a> {
    fn variable(&self, _: usize, _: &mut Budget) -> Result<Value<'a>, Error> {
        Ok(Value::from(self.0))
    }
}

/// What an expression over an object gives, as text.
pub(super) fn shown(text: &str, object: &Json) -> String {
    let wrapped = format!("[{text}].map(value, type(value) == string ? value : '%s'.format([value]))[0]");
    let expression = match Expression::compile(&wrapped, &["object"]) {
        Ok(expression) => expression,
        Err(errors) => return format!("refused: {}", errors[0].message),
    };
    match expression.evaluate(&Object(object), &mut Budget::new(EXPRESSION_BUDGET)) {
        Ok(Value::String(text)) => text.to_string(),
        Ok(other) => format!("{other:?}"),
        Err(error) => format!("error: {error}"),
    }
}

/// Every expression holds.
pub(super) fn all_hold(object: &Json, expressions: &[&str]) {
    for text in expressions {
        let expression = Expression::compile(text, &["object"]).unwrap_or_else(|errors| panic!("`{text}`: {errors:?}"));
        let result = expression.evaluate(&Object(object), &mut Budget::new(EXPRESSION_BUDGET));
        assert!(matches!(result, Ok(Value::Bool(true))), "`{text}`: {result:?}");
    }
}

#[test]
fn the_table_of_functions_is_in_order() {
    assert!(super::functions::table_is_sorted());
}
