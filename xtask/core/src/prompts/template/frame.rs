//! What is seen at one place of a template, and the way to a value from there.

use std::borrow::Cow;

use serde_json::Value;

use super::{Data, Path};

/// What is seen at one place of a template.
pub(super) struct Frame<'a> {
    pub(super) value: &'a Value,
    pub(super) parent: Option<&'a Frame<'a>>,
    /// `@index`, `@key`, `@first` and `@last`.
    pub(super) locals: Vec<(&'static str, Value)>,
    /// The names of `as |item index|`.
    pub(super) parameters: Vec<(&'a str, Cow<'a, Value>)>,
    pub(super) data: &'a Data<'a>,
}

pub(super) const NOTHING: &Value = &Value::Null;

impl<'a> Frame<'a> {
    pub(super) fn root(value: &'a Value, data: &'a Data<'a>) -> Frame<'a> {
        Frame {
            value,
            parent: None,
            locals: Vec::new(),
            parameters: Vec::new(),
            data,
        }
    }

    pub(super) fn inside<'b>(&'b self, value: &'b Value) -> Frame<'b>
    where
        'a: 'b,
    {
        Frame {
            value,
            parent: Some(self),
            locals: Vec::new(),
            parameters: Vec::new(),
            data: self.data,
        }
    }

    pub(super) fn path(&self, path: &Path) -> Cow<'_, Value> {
        if path.is_data {
            return self.data_path(path);
        }
        if path.up == 0
            && let Some((first, rest)) = path.parts.split_first()
            && let Some(found) = self.parameter(first)
        {
            return Cow::Borrowed(walk(found, rest));
        }
        let mut frame = self;
        for _ in 0..path.up {
            match frame.parent {
                Some(parent) => frame = parent,
                None => return Cow::Borrowed(NOTHING),
            }
        }
        Cow::Borrowed(walk(frame.value, &path.parts))
    }

    fn parameter(&self, name: &str) -> Option<&Value> {
        let own = self.parameters.iter().find(|(key, _)| *key == name);
        match (own, self.parent) {
            (Some((_, value)), _) => Some(value),
            (None, Some(parent)) => parent.parameter(name),
            (None, None) => None,
        }
    }

    fn data_path(&self, path: &Path) -> Cow<'_, Value> {
        let Some((first, rest)) = path.parts.split_first() else {
            return Cow::Borrowed(NOTHING);
        };
        if first == "root" {
            return Cow::Borrowed(walk(self.data.input, rest));
        }
        let mut frame = Some(self);
        let mut up = path.up;
        while let Some(here) = frame {
            if let Some((_, value)) = here.locals.iter().find(|(key, _)| *key == first) {
                if up == 0 {
                    return Cow::Borrowed(walk(value, rest));
                }
                up -= 1;
            }
            frame = here.parent;
        }
        Cow::Borrowed(self.data.context.get(first).map_or(NOTHING, |value| walk(value, rest)))
    }
}

pub(super) fn walk<'a>(value: &'a Value, parts: &[String]) -> &'a Value {
    let mut here = value;
    for part in parts {
        let next = match here {
            Value::Object(map) => map.get(part),
            Value::Array(items) => part.parse::<usize>().ok().and_then(|index| items.get(index)),
            _ => None,
        };
        match next {
            Some(next) => here = next,
            None => return NOTHING,
        }
    }
    here
}
