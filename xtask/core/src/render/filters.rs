//! The filters that templates have beside Tera's own: deterministic, without access to anything but their input.

use serde_json::Value as Json;
use tera::{Kwargs, State, Tera, TeraResult, Value};

use crate::model::Digest;
use crate::yaml;

/// A filter, for those who write templates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filter {
    /// How it is written.
    pub usage: &'static str,
    /// What it gives.
    pub gives: &'static str,
}

/// Every filter of ours, by name; a test holds it against what `register` makes known.
pub const FILTERS: &[Filter] = &[
    filter(
        "dns_label(max=63)",
        "a text as a DNS label: lower-case, other characters as `-`, at most `max` characters, told apart by a hash where it was cut",
    ),
    filter(
        "indent(n=4)",
        "the text with every line but the first indented by `n` spaces",
    ),
    filter("json", "any value as canonical JSON on one line"),
    filter(
        "nindent(n=4)",
        "a newline, and the text with every line indented by `n` spaces",
    ),
    filter(
        "quote",
        "any scalar as a double-quoted string that every YAML reader takes for the same string",
    ),
    filter("sha256", "the SHA-256 of a text, 64 hexadecimal digits"),
    filter("yaml", "any value as block YAML without a final newline"),
];

const fn filter(usage: &'static str, gives: &'static str) -> Filter {
    Filter { usage, gives }
}

/// Makes the filters known to an engine.
pub(super) fn register(tera: &mut Tera) {
    tera.register_filter("quote", quote);
    tera.register_filter("json", json);
    tera.register_filter("yaml", yaml);
    tera.register_filter("indent", indent);
    tera.register_filter("nindent", nindent);
    tera.register_filter("sha256", sha256);
    tera.register_filter("dns_label", dns_label);
}

/// Any scalar as a double-quoted string that every YAML reader takes for the same string.
fn quote(value: &Value, _: Kwargs, _: &State) -> TeraResult<String> {
    let shown;
    let text = match value.as_str() {
        Some(text) => text,
        None if value.is_undefined() => {
            return Err(tera::Error::message("`quote` was given an undefined value"));
        }
        None if value.is_map() || value.is_array() => {
            return Err(tera::Error::message(
                "`quote` takes a scalar; use `json` or `yaml` for maps and lists",
            ));
        }
        None => {
            shown = value.to_string();
            shown.as_str()
        }
    };
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    let mut rest = text;
    while let Some(at) = rest.find(needs_escape) {
        quoted.push_str(&rest[..at]);
        let c = rest[at..].chars().next().unwrap_or_default();
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            c => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
        }
        rest = &rest[at + c.len_utf8()..];
    }
    quoted.push_str(rest);
    quoted.push('"');
    Ok(quoted)
}

fn needs_escape(c: char) -> bool {
    matches!(c, '"' | '\\' | '\t' | '\n' | '\r') || yaml::is_foreign(c)
}

/// Any value as JSON on one line, keys sorted; what JSON lets stand as it is and YAML does not is escaped.
fn json(value: &Value, _: Kwargs, _: &State) -> TeraResult<String> {
    let text = serde_json::to_string(&plain(value)?).map_err(tera::Error::message)?;
    if !text.contains(yaml::is_foreign) {
        return Ok(text);
    }
    let escaped = |c: char| match c {
        c if yaml::is_foreign(c) => format!("\\u{:04x}", u32::from(c)),
        c => c.to_string(),
    };
    Ok(text.chars().map(escaped).collect())
}

/// Any value as block YAML without a final newline.
fn yaml(value: &Value, _: Kwargs, _: &State) -> TeraResult<String> {
    Ok(yaml::write(&plain(value)?).trim_end_matches('\n').to_owned())
}

/// The text with every line but the first indented by `n` spaces, 4 by default.
fn indent(text: &str, kwargs: Kwargs, _: &State) -> TeraResult<String> {
    Ok(indented(text, spaces(&kwargs)?))
}

/// A newline, and the text with every line indented by `n` spaces, 4 by default.
fn nindent(text: &str, kwargs: Kwargs, _: &State) -> TeraResult<String> {
    let spaces = spaces(&kwargs)?;
    Ok(format!("\n{:spaces$}{}", "", indented(text, spaces)))
}

/// The SHA-256 of a text, 64 hexadecimal digits.
fn sha256(text: &str, _: Kwargs, _: &State) -> String {
    Digest::of(text.as_bytes()).hex()
}

/// A text as a DNS label: lower-case, other characters as `-`, at most `max` (63) characters, told apart by a hash where it
/// was cut.
fn dns_label(text: &str, kwargs: Kwargs, _: &State) -> TeraResult<String> {
    let max = kwargs.get::<usize>("max")?.unwrap_or(63).max(10);
    let mapped: String = text
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect();
    let label = mapped.trim_matches('-');
    if label.len() <= max {
        return Ok(label.to_owned());
    }
    let hash = &Digest::of(text.as_bytes()).hex()[..8];
    Ok(format!("{}-{hash}", label[..max - 9].trim_end_matches('-')))
}

fn plain(value: &Value) -> TeraResult<Json> {
    if value.is_undefined() {
        return Err(tera::Error::message("the value is undefined"));
    }
    serde_json::to_value(value).map_err(tera::Error::message)
}

fn spaces(kwargs: &Kwargs) -> TeraResult<usize> {
    Ok(kwargs.get::<usize>("n")?.unwrap_or(4))
}

fn indented(text: &str, spaces: usize) -> String {
    let mut result = String::with_capacity(text.len() + 64);
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            result.push('\n');
            if !line.is_empty() {
                result.extend(std::iter::repeat_n(' ', spaces));
            }
        }
        result.push_str(line);
    }
    result
}
