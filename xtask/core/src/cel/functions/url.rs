//! URLs: absolute ones, and absolute paths.

use std::collections::BTreeMap;

use super::{Answer, Foreign, Value, bool_answer, failure, text, text_answer};
use crate::cel::{Key, Map, Text};

/// A URL in its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    scheme: String,
    host: String,
    path: String,
    query: String,
}

impl Url {
    fn parse(text: &str) -> Option<Url> {
        if text.is_empty() || text.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
            return None;
        }
        let (scheme, rest) = match text.split_once(':') {
            Some((scheme, rest)) if is_scheme(scheme) => (scheme.to_ascii_lowercase(), rest),
            _ if text.starts_with('/') => (String::new(), text),
            _ => return None,
        };
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (host, path) = match rest.strip_prefix("//").filter(|_| !scheme.is_empty()) {
            Some(rest) => {
                let end = rest.find('/').unwrap_or(rest.len());
                let authority = &rest[..end];
                (
                    authority.rsplit_once('@').map_or(authority, |(_, host)| host),
                    &rest[end..],
                )
            }
            None if rest.starts_with('/') => ("", rest),
            None => return None,
        };
        let is_host = is_host(host) && escapes_are_whole(path);
        is_host.then(|| Url {
            scheme,
            host: host.to_owned(),
            path: escaped(path),
            query: query.to_owned(),
        })
    }

    /// Whether a text is a URL or an absolute path.
    pub(super) fn parse_reference(text: &str) -> bool {
        Url::parse(text).is_some()
    }

    fn port(&self) -> &str {
        let after = self
            .host
            .rsplit_once(']')
            .map_or(self.host.as_str(), |(_, after)| after);
        after.rsplit_once(':').map_or("", |(_, port)| port)
    }

    fn hostname(&self) -> &str {
        if let Some(rest) = self.host.strip_prefix('[') {
            return rest.split_once(']').map_or(rest, |(name, _)| name);
        }
        self.host.rsplit_once(':').map_or(&self.host, |(name, _)| name)
    }
}

fn is_scheme(scheme: &str) -> bool {
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

fn is_host(host: &str) -> bool {
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((name, port)) => (name, port),
            None => return false,
        },
        None => host.find(':').map_or((host, ""), |at| host.split_at(at)),
    };
    let is_port = port.is_empty()
        || port
            .strip_prefix(':')
            .is_some_and(|port| port.bytes().all(|b| b.is_ascii_digit()));
    is_port && !name.contains(|c: char| " \"<>\\^`{|}".contains(c)) && escapes_are_whole(name)
}

fn escapes_are_whole(text: &str) -> bool {
    text.split('%').skip(1).all(|rest| {
        let digits = rest.as_bytes();
        digits.len() >= 2 && digits[..2].iter().all(u8::is_ascii_hexdigit)
    })
}

/// A path in which everything is escaped that has to be.
fn escaped(path: &str) -> String {
    let mut text = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~$&+,/:;=@!'()*%[]".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text += &format!("%{byte:02X}");
        }
    }
    text
}

/// A part of a query without its escapes.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let code = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match (byte, code.and_then(|digits| u8::from_str_radix(digits, 16).ok())) {
            (b'%', Some(decoded)) => {
                bytes.push(decoded);
                rest = &after[2..];
            }
            (b'+', _) => bytes.push(b' '),
            (other, _) => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn of<'v>(value: &'v Value<'_>) -> Option<&'v Url> {
    match value {
        Value::Foreign(foreign) => match &**foreign {
            Foreign::Url(url) => Some(url),
            _ => None,
        },
        _ => None,
    }
}

pub(super) fn url<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    let text = text(&arguments[0])?;
    match Url::parse(text) {
        Some(url) => Foreign::Url(url).answer(),
        None => failure(format!("`{text}` is no URL")),
    }
}

pub(super) fn is_url<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    bool_answer(Url::parse(text(&arguments[0])?).is_some())
}

pub(super) fn scheme<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    text_answer(of(&arguments[0])?.scheme.as_str())
}

pub(super) fn host<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    text_answer(of(&arguments[0])?.host.as_str())
}

pub(super) fn hostname<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    text_answer(of(&arguments[0])?.hostname())
}

pub(super) fn port<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    text_answer(of(&arguments[0])?.port())
}

pub(super) fn escaped_path<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    text_answer(of(&arguments[0])?.path.as_str())
}

pub(super) fn query<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    let mut lists: BTreeMap<String, Vec<Value<'a>>> = BTreeMap::new();
    for pair in of(&arguments[0])?.query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        lists
            .entry(unescaped(key))
            .or_default()
            .push(Value::text(unescaped(value)));
    }
    let entries = lists
        .into_iter()
        .map(|(key, values)| (Key::String(Text::Shared(key.into())), Value::list(values)));
    Some(Ok(Value::Map(Map::shared(entries.collect()))))
}
