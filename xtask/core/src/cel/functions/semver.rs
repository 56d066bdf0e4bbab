//! Semantic versions.

use std::cmp::Ordering;

use super::{Answer, Foreign, Value, bool_answer, failure, int_answer, text};

/// A semantic version; what follows `+` has no part in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Semver {
    numbers: [u64; 3],
    before: Vec<String>,
}

impl Semver {
    /// Reads `1.2.3-rc.1+build`; none where it is not one.
    fn parse(text: &str) -> Option<Semver> {
        let (text, build) = text
            .split_once('+')
            .map_or((text, None), |(text, build)| (text, Some(build)));
        let (core, before) = text
            .split_once('-')
            .map_or((text, None), |(core, before)| (core, Some(before)));
        let mut numbers = [0; 3];
        let mut parts = core.split('.');
        for number in &mut numbers {
            *number = whole(parts.next()?)?;
        }
        let identifiers = |text: &str| -> Option<Vec<String>> {
            let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '-';
            let parts: Vec<&str> = text.split('.').collect();
            let all = parts
                .iter()
                .all(|part| !part.is_empty() && part.chars().all(is_allowed));
            all.then(|| parts.into_iter().map(str::to_owned).collect())
        };
        build.map_or(Some(Vec::new()), identifiers)?;
        let before = before.map_or(Some(Vec::new()), identifiers)?;
        let has_leading_zero = |part: &String| part.chars().all(|c| c.is_ascii_digit()) && whole(part).is_none();
        let is_version = parts.next().is_none() && !before.iter().any(has_leading_zero);
        is_version.then_some(Semver { numbers, before })
    }

    /// Reads more than a semantic version: a leading `v`, missing parts and leading zeros.
    fn parse_lenient(text: &str) -> Option<Semver> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let end = text.find(['-', '+']).unwrap_or(text.len());
        let (core, rest) = text.split_at(end);
        let mut parts: Vec<&str> = core
            .split('.')
            .map(|part| {
                let trimmed = part.trim_start_matches('0');
                if trimmed.is_empty() && !part.is_empty() {
                    "0"
                } else {
                    trimmed
                }
            })
            .collect();
        if parts.len() < 3 && !rest.is_empty() {
            return None;
        }
        while parts.len() < 3 {
            parts.push("0");
        }
        Semver::parse(&format!("{}{rest}", parts.join(".")))
    }

    /// The order that the specification gives.
    pub(super) fn order(&self, other: &Semver) -> Ordering {
        let part = |left: &String, right: &String| match (left.parse::<u64>(), right.parse::<u64>()) {
            (Ok(left), Ok(right)) => left.cmp(&right),
            (Ok(_), Err(_)) => Ordering::Less,
            (Err(_), Ok(_)) => Ordering::Greater,
            (Err(_), Err(_)) => left.cmp(right),
        };
        self.numbers.cmp(&other.numbers).then_with(|| {
            // a version is above all that come before it
            match (self.before.is_empty(), other.before.is_empty()) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                (false, false) => {
                    let orders = self
                        .before
                        .iter()
                        .zip(&other.before)
                        .map(|(left, right)| part(left, right));
                    let first = orders.into_iter().find(|order| order.is_ne());
                    first.unwrap_or_else(|| self.before.len().cmp(&other.before.len()))
                }
            }
        })
    }
}

fn whole(text: &str) -> Option<u64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|_| is_plain)
}

fn read(arguments: &[Value<'_>]) -> Option<Option<Semver>> {
    let subject = text(&arguments[0])?;
    Some(match arguments.get(1) {
        None | Some(Value::Bool(false)) => Semver::parse(subject),
        Some(Value::Bool(true)) => Semver::parse_lenient(subject),
        Some(_) => return None,
    })
}

pub(super) fn semver<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    match read(arguments)? {
        Some(version) => Foreign::Semver(version).answer(),
        None => failure(format!("`{}` is no semantic version", text(&arguments[0])?)),
    }
}

pub(super) fn is_semver<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    bool_answer(read(arguments)?.is_some())
}

fn number<'a>(arguments: &[Value<'a>], index: usize) -> Answer<'a> {
    match &arguments[0] {
        Value::Foreign(foreign) => match &**foreign {
            Foreign::Semver(version) => int_answer(i64::try_from(version.numbers[index]).unwrap_or(i64::MAX)),
            _ => None,
        },
        _ => None,
    }
}

pub(super) fn major<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    number(arguments, 0)
}

pub(super) fn minor<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    number(arguments, 1)
}

pub(super) fn patch<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    number(arguments, 2)
}
