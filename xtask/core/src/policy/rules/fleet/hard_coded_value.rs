//! Templates take from values what differs between environments.

use super::FleetScene;
use crate::model::{Finding, Rule};
use crate::workspace::layout;

pub(super) const RULE: Rule = Rule::new(
    "hard-coded-value",
    "a template fixes what must differ between environments, so no values file can change it",
    "take it from `values`, `agent` or `environment`",
)
.example("replicas: 3", "replicas: {{ values.replicas }}");

/// Keys whose values belong into values files.
const KEYS: [&str; 14] = [
    "containerPort",
    "cpu",
    "ephemeral-storage",
    "externalName",
    "host",
    "hostname",
    "hostnames",
    "hosts",
    "image",
    "maxReplicas",
    "memory",
    "minReplicas",
    "replicas",
    "storage",
];
/// Stands where a tag stood.
const TAG: char = '\u{1}';

pub(super) fn check(scene: &FleetScene<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let templates = scene
        .tree
        .below(layout::TEMPLATES)
        .filter(|(path, _)| path.ends_with(".tera"));
    for (path, bytes) in templates {
        let Ok(text) = std::str::from_utf8(bytes) else { continue };
        let plain = without_tags(text);
        for (number, line) in plain.lines().enumerate() {
            for (column, key, value) in literals(line) {
                let message = format!("the template fixes `{key}` at `{value}`");
                let finding = Finding::error("hard-coded-value", message).at(path, number + 1, column);
                found.push(finding.help("take it from `values`, `agent` or `environment`"));
            }
        }
    }
    found
}

/// The text with each tag replaced by as many characters that are none of YAML's; comments vanish, lines stay.
fn without_tags(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest
        .find("{{")
        .into_iter()
        .chain(rest.find("{%"))
        .chain(rest.find("{#"))
        .min()
    {
        let close = match &rest[at..at + 2] {
            "{{" => "}}",
            "{%" => "%}",
            _ => "#}",
        };
        let end = rest[at..].find(close).map_or(rest.len(), |length| at + length + 2);
        result.push_str(&rest[..at]);
        let mark = if close == "#}" { ' ' } else { TAG };
        result.extend(rest[at..end].chars().map(|c| if c == '\n' { c } else { mark }));
        rest = &rest[end..];
    }
    result.push_str(rest);
    result
}

/// Keys of the list with a literal after them: column, key, value.
fn literals(line: &str) -> Vec<(usize, &'static str, &str)> {
    let code = line.split(" #").next().unwrap_or_default();
    if code.trim_start().starts_with('#') {
        return Vec::new();
    }
    let mut found = Vec::new();
    for key in KEYS {
        for (at, _) in code.match_indices(key) {
            let before = code[..at].chars().next_back();
            let begins = before.is_none_or(|c| matches!(c, ' ' | '{' | '"' | '\'' | '.'));
            let after = code[at + key.len()..].trim_start_matches(['"', '\'']);
            let Some(rest) = after.strip_prefix(':').filter(|rest| begins && rest.starts_with(' ')) else {
                continue;
            };
            let value = rest.trim_start().trim_start_matches(['[', '"', '\'']);
            let value = value[..value.find([',', '}', ']', '"', '\'']).unwrap_or(value.len())].trim();
            let named = !value.is_empty() && !value.contains(TAG) && !value.starts_with(['{', '&', '*', '|', '>']);
            if named && is_literal(key, value) {
                let column = code[..at].chars().count() + 1;
                found.push((column, key, value));
            }
        }
    }
    found
}

/// Whether a value of a key is what values files are for: a number, an amount, an image, a name with a domain.
fn is_literal(key: &str, value: &str) -> bool {
    match key {
        "image" => true,
        "externalName" | "host" | "hostname" | "hostnames" | "hosts" => value.contains('.'),
        _ => value.starts_with(|c: char| c.is_ascii_digit()),
    }
}
