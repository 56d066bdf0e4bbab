//! The writer: canonical block YAML that Go, Python, JavaScript and Rust read back as the same values.

mod json;
mod text;
mod typed;

use std::borrow::Cow;

/// A tree that can be written: JSON values, and serde_yaml's, which keep the order of fields.
pub(super) trait Tree: Sized {
    /// What this value is.
    fn shape(&self) -> Shape<'_, Self, impl Iterator<Item = (Key<'_>, &Self)>>;
}

/// What a value is, as far as writing goes.
pub(super) enum Shape<'a, T, E> {
    /// A word that is written as it is: null, a bool, a float, an empty map or list.
    Word(Cow<'a, str>),
    /// An integer: below zero or not, and its magnitude.
    Integer(bool, u64),
    Text(&'a str),
    /// Never empty.
    List(&'a [T]),
    /// Never empty.
    Map(E),
    /// A value behind a local tag, which is how serde_yaml writes enum variants with data.
    Tagged(String, &'a T),
}

/// A key.
pub(super) enum Key<'a> {
    Text(&'a str),
    /// A word that is written as it is: a number or a bool.
    Word(String),
}

/// Writes a document and its final newline.
pub(super) fn document<T: Tree>(root: &T, out: &mut String) {
    match root.shape() {
        Shape::List(items) => list(items, 0, out),
        Shape::Map(entries) => map::<T>(entries, 0, out),
        // Without a parent there is no column that a literal block could be deeper than.
        Shape::Text(text) => {
            text::one_line(text, out);
            out.push('\n');
        }
        Shape::Tagged(tag, inner) => {
            out.push_str(&tag);
            behind(inner, 0, 0, out);
        }
        shape @ (Shape::Word(_) | Shape::Integer(..)) => {
            word::<T, _>(shape, out);
            out.push('\n');
        }
    }
}

/// Writes entries; the first one where the caller stands, the others on lines of their own.
fn map<'a, T: Tree + 'a>(entries: impl Iterator<Item = (Key<'a>, &'a T)>, indent: usize, out: &mut String) {
    for (index, (key, value)) in entries.enumerate() {
        if index > 0 {
            pad(indent, out);
        }
        match key {
            Key::Text(key) => text::key(key, indent, out),
            Key::Word(word) => out.push_str(&word),
        }
        out.push(':');
        behind(value, indent, indent, out);
    }
}

/// Writes items; the first one where the caller stands, the others on lines of their own.
fn list<T: Tree>(items: &[T], indent: usize, out: &mut String) {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            pad(indent, out);
        }
        out.push('-');
        match item.shape() {
            Shape::List(items) => {
                out.push(' ');
                list(items, indent + 2, out);
            }
            Shape::Map(entries) => {
                out.push(' ');
                map::<T>(entries, indent + 2, out);
            }
            Shape::Word(_) | Shape::Integer(..) | Shape::Text(_) | Shape::Tagged(..) => {
                behind(item, indent, indent + 2, out)
            }
        }
    }
}

/// Writes a value behind the colon of its key, its dash or its tag, to the end of the line and below it.
///
/// A list goes to `list_indent`: the column of its key, as Kubernetes writes it.
fn behind<T: Tree>(value: &T, indent: usize, list_indent: usize, out: &mut String) {
    match value.shape() {
        Shape::List(items) => {
            out.push('\n');
            pad(list_indent, out);
            list(items, list_indent, out);
        }
        Shape::Map(entries) => {
            out.push('\n');
            pad(indent + 2, out);
            map::<T>(entries, indent + 2, out);
        }
        Shape::Text(text) => {
            out.push(' ');
            text::scalar(text, indent + 2, out);
        }
        Shape::Tagged(tag, inner) => {
            out.push(' ');
            out.push_str(&tag);
            // libyaml wants a tagged list deeper than its key.
            behind(inner, indent, indent + 2, out);
        }
        shape @ (Shape::Word(_) | Shape::Integer(..)) => {
            out.push(' ');
            word::<T, _>(shape, out);
            out.push('\n');
        }
    }
}

fn word<T, E>(shape: Shape<'_, T, E>, out: &mut String) {
    match shape {
        Shape::Word(word) => out.push_str(&word),
        Shape::Integer(negative, magnitude) => {
            if negative {
                out.push('-');
            }
            text::digits(magnitude, out);
        }
        Shape::Text(_) | Shape::List(_) | Shape::Map(_) | Shape::Tagged(..) => {}
    }
}

fn pad(indent: usize, out: &mut String) {
    const SPACES: &str = "                                                                ";
    let mut left = indent;
    while left > SPACES.len() {
        out.push_str(SPACES);
        left -= SPACES.len();
    }
    out.push_str(&SPACES[..left]);
}

/// A float that every reader takes for one: with a point, and a sign in the exponent (PyYAML asks for both).
fn float(number: f64) -> Cow<'static, str> {
    let Some(number) = serde_json::Number::from_f64(number) else {
        return Cow::Borrowed(match number {
            f64::INFINITY => ".inf",
            f64::NEG_INFINITY => "-.inf",
            _ => ".nan",
        });
    };
    let text = number.to_string();
    let Some((mantissa, exponent)) = text.split_once('e') else {
        return Cow::Owned(text);
    };
    let point = if mantissa.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with(['+', '-']) { "" } else { "+" };
    Cow::Owned([mantissa, point, "e", sign, exponent].concat())
}
