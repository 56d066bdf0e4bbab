//! Names with dots, and where in an object a value stands.

use cel::common::ast::{Expr, IdedExpr, LiteralValue, operators};
use serde_json::Value as Json;

use super::{List, Map, Text, Value};
use crate::model::escaped;

/// The parts of a name with dots: an identifier and fields of it.
pub(super) fn segments(expr: &IdedExpr) -> Option<Vec<&str>> {
    let mut segments = Vec::new();
    let mut expr = &expr.expr;
    loop {
        match expr {
            Expr::Ident(name) => {
                segments.push(name.as_str());
                segments.reverse();
                return Some(segments);
            }
            Expr::Select(select) if !select.test => {
                segments.push(select.field.as_str());
                expr = &select.operand.expr;
            }
            _ => return None,
        }
    }
}

/// The fields that a chain of `.` and `.?` reads, the identifier first.
pub(super) fn reading(expr: &IdedExpr) -> Option<Vec<&str>> {
    match &expr.expr {
        Expr::Call(call) if call.func_name == operators::OPT_SELECT => {
            let mut segments = reading(&call.args[0])?;
            match &call.args[1].expr {
                Expr::Literal(LiteralValue::String(field)) => segments.push(field.inner()),
                _ => return None,
            }
            Some(segments)
        }
        Expr::Select(select) if !select.test => {
            let mut segments = reading(&select.operand)?;
            segments.push(&select.field);
            Some(segments)
        }
        _ => segments(expr),
    }
}

/// The identifier that a name with dots starts with.
pub(super) fn root(expr: &IdedExpr) -> &IdedExpr {
    match &expr.expr {
        Expr::Select(select) => root(&select.operand),
        _ => expr,
    }
}

impl Value<'_> {
    /// The JSON pointer to this very value in the object that it was borrowed from.
    pub fn pointer_in(&self, object: &Json) -> Option<String> {
        let mut pointer = String::new();
        self.find(object, &mut pointer).then_some(pointer)
    }

    fn find(&self, json: &Json, pointer: &mut String) -> bool {
        if self.is(json) {
            return true;
        }
        let length = pointer.len();
        match json {
            Json::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    pointer.push_str(&format!("/{index}"));
                    if self.find(item, pointer) {
                        return true;
                    }
                    pointer.truncate(length);
                }
            }
            Json::Object(map) => {
                for (key, value) in map {
                    pointer.push('/');
                    pointer.push_str(&escaped(key));
                    if self.find(value, pointer) {
                        return true;
                    }
                    pointer.truncate(length);
                }
            }
            _ => {}
        }
        false
    }

    fn is(&self, json: &Json) -> bool {
        match (self, json) {
            (Value::Map(Map::Json(map)), Json::Object(other)) => std::ptr::eq(*map, other),
            (Value::List(List::Json(list)), Json::Array(other)) => std::ptr::eq(*list, other.as_slice()),
            (Value::String(Text::Borrowed(text)), Json::String(other)) => std::ptr::eq(*text, other.as_str()),
            _ => false,
        }
    }
}
