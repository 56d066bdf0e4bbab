//! Named formats of text: `format.dns1123Label().validate(x)` answers what is wrong, or nothing.

use super::{Answer, Foreign, Value, text, time};

/// Every format by its name.
const NAMES: &[&str] = &[
    "byte",
    "date",
    "datetime",
    "dns1035Label",
    "dns1035LabelPrefix",
    "dns1123Label",
    "dns1123LabelPrefix",
    "dns1123Subdomain",
    "dns1123SubdomainPrefix",
    "labelValue",
    "qualifiedName",
    "uri",
    "uuid",
];

macro_rules! formats {
    ($($function:ident => $name:literal),* $(,)?) => {
        $(pub(super) fn $function<'a>(_: &[Value<'a>]) -> Answer<'a> {
            Foreign::Format($name).answer()
        })*
    };
}

formats! {
    byte => "byte",
    date => "date",
    datetime => "datetime",
    dns1035_label => "dns1035Label",
    dns1035_label_prefix => "dns1035LabelPrefix",
    dns1123_label => "dns1123Label",
    dns1123_label_prefix => "dns1123LabelPrefix",
    dns1123_subdomain => "dns1123Subdomain",
    dns1123_subdomain_prefix => "dns1123SubdomainPrefix",
    label_value => "labelValue",
    qualified_name => "qualifiedName",
    uri => "uri",
    uuid => "uuid",
}

pub(super) fn named<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    let name = text(&arguments[0])?;
    match NAMES.iter().find(|known| **known == name) {
        Some(name) => Some(Ok(Value::optional(Some(Value::Foreign(Foreign::Format(name).into()))))),
        None => Some(Ok(Value::Optional(None))),
    }
}

pub(super) fn validate<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    let Value::Foreign(foreign) = &arguments[0] else {
        return None;
    };
    let Foreign::Format(name) = &**foreign else {
        return None;
    };
    let problem = problem(name, text(&arguments[1])?);
    let list = problem.map(|problem| Value::list(vec![Value::text(problem)]));
    Some(Ok(Value::optional(list)))
}

/// What is wrong with a text of this format.
fn problem(format: &str, text: &str) -> Option<String> {
    let (is_right, wanted) = match format {
        "byte" => (is_base64(text), "base64"),
        "date" => (time::is_date(text), "a date, YYYY-MM-DD"),
        "datetime" => (time::parse_timestamp(text).is_some(), "a moment of RFC 3339"),
        "dns1035Label" => (is_dns1035(text), "a DNS label that starts with a letter"),
        "dns1035LabelPrefix" => (
            is_dns1035(&prefix(text)),
            "the start of a DNS label that starts with a letter",
        ),
        "dns1123Label" => (is_label(text), "a DNS label of at most 63 characters"),
        "dns1123LabelPrefix" => (is_label(&prefix(text)), "the start of a DNS label"),
        "dns1123Subdomain" => (is_subdomain(text), "a DNS name of at most 253 characters"),
        "dns1123SubdomainPrefix" => (is_subdomain(&prefix(text)), "the start of a DNS name"),
        "labelValue" => (text.is_empty() || is_name(text), "a label's value"),
        "qualifiedName" => (is_qualified(text), "a name such as `example.com/name`"),
        "uri" => (super::url::Url::parse_reference(text), "a URI"),
        "uuid" => (is_uuid(text), "a UUID"),
        _ => return None,
    };
    (!is_right).then(|| format!("`{text}` is not {wanted}"))
}

/// A prefix may end in a hyphen: something follows it.
fn prefix(text: &str) -> String {
    text.strip_suffix('-')
        .map_or_else(|| text.to_owned(), |text| format!("{text}a"))
}

fn is_label(text: &str) -> bool {
    let is_edge = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let bytes = text.as_bytes();
    bytes.len() <= 63
        && is_edge(bytes.first())
        && is_edge(bytes.last())
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-')
}

fn is_dns1035(text: &str) -> bool {
    is_label(text) && text.starts_with(|c: char| c.is_ascii_lowercase())
}

fn is_subdomain(text: &str) -> bool {
    // a part of a subdomain may be longer than a label, but not the whole
    text.len() <= 253
        && text
            .split('.')
            .all(|part| is_label(&part.chars().take(63).collect::<String>()))
}

fn is_name(text: &str) -> bool {
    let is_edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    bytes.len() <= 63
        && is_edge(bytes.first())
        && is_edge(bytes.last())
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
}

fn is_qualified(text: &str) -> bool {
    match text.split_once('/') {
        Some((domain, name)) => is_subdomain(domain) && is_name(name),
        None => is_name(text),
    }
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let is_hex = groups
        .iter()
        .all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()));
    is_hex && (lengths == [8, 4, 4, 4, 12] || lengths == [32])
}

fn is_base64(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    let padding = text.len() - body.len();
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
    text.len().is_multiple_of(4) && padding <= 2 && body.bytes().all(is_allowed)
}
