//! Holds every path that a template uses against what templates see: in an `if`, a misspelt one would be false in silence.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Context, FleetContext};
use crate::model::{Finding, suggestion};
use crate::workspace::schemas::{self, PathProblem};
use crate::workspace::{Blueprint, Workspace};

/// The names under which a template sees everything.
const ROOTS: [&str; 5] = ["agent", "environment", "release", "tuple", "values"];

/// Paths in the templates of the current blueprints that lead nowhere. Pinned copies were checked when they were
/// current, and cannot be mended.
pub(super) fn findings(workspace: &Workspace) -> Vec<Finding> {
    let seen = [schemas::seen::<Context>(), schemas::seen::<FleetContext>()];
    let mut done = BTreeSet::new();
    let mut findings = Vec::new();
    for blueprint in workspace.blueprints.values() {
        for (name, bytes) in blueprint.files.iter().filter(|(name, _)| name.ends_with(".tera")) {
            let source = source(blueprint, name);
            if let Ok(text) = std::str::from_utf8(bytes)
                && done.insert(source)
            {
                findings.extend(paths(text).into_iter().filter_map(|path| problem(&path, source, &seen)));
            }
        }
    }
    findings
}

fn source<'a>(blueprint: &'a Blueprint, name: &'a str) -> &'a str {
    blueprint.sources.get(name).map_or(name, String::as_str)
}

/// A path as a template writes it, and where.
struct Used {
    parts: Vec<String>,
    line: usize,
    column: usize,
}

fn problem(used: &Used, source: &str, seen: &[Value]) -> Option<Finding> {
    let problems: Vec<PathProblem> = seen
        .iter()
        .map(|schema| schemas::path_problem(schema, &used.parts))
        .collect::<Option<_>>()?;
    // of the two contexts, the one in which the path leads further is the one that was meant
    let problem = problems.into_iter().max_by_key(|problem| problem.at)?;
    let (missing, above) = (&used.parts[problem.at], used.parts[..problem.at].join("."));
    let message = format!("`{}` leads nowhere: `{above}` has no `{missing}`", used.parts.join("."));
    let names: Vec<&str> = problem.names.iter().map(String::as_str).collect();
    let list = format!("`{above}` has `{}`", names.join("`, `"));
    let help = match suggestion(missing, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`? {list}"),
        None => list,
    };
    Some(
        Finding::error("unknown-path", message)
            .at(source, used.line, used.column)
            .help(help),
    )
}

/// The paths below the roots that stand in a template's tags, outside of strings and comments.
fn paths(text: &str) -> Vec<Used> {
    let own: Vec<&str> = ROOTS.into_iter().filter(|root| !is_set(text, root)).collect();
    let mut found = Vec::new();
    let (mut line, mut line_start, mut at) = (1, 0, 0);
    let mut inside = false;
    let bytes = text.as_bytes();
    while at < bytes.len() {
        let rest = &text[at..];
        match bytes[at] {
            b'\n' => {
                line += 1;
                line_start = at + 1;
                at += 1;
            }
            b'{' if !inside && rest.starts_with("{#") => {
                let end = rest.find("#}").map_or(rest.len(), |end| end + 2);
                line += rest[..end].matches('\n').count();
                line_start = rest[..end].rfind('\n').map_or(line_start, |last| at + last + 1);
                at += end;
            }
            b'{' if !inside && (rest.starts_with("{{") || rest.starts_with("{%")) => {
                inside = true;
                at += 2;
            }
            b'}' if inside && rest.starts_with("}}") => {
                inside = false;
                at += 2;
            }
            b'%' if inside && rest.starts_with("%}") => {
                inside = false;
                at += 2;
            }
            quote @ (b'"' | b'\'' | b'`') if inside => {
                let length = rest[1..].find(char::from(quote)).map_or(rest.len(), |end| end + 2);
                line += rest[..length].matches('\n').count();
                at += length;
            }
            byte if inside && is_word(byte) => {
                let length = chain(rest);
                let parts: Vec<String> = rest[..length]
                    .split('.')
                    .map(|part| part.trim_end_matches('?').to_owned())
                    .collect();
                let begins = at == 0 || !matches!(bytes[at - 1], b'.' | b'@');
                // a name before `=` is an argument's, not a value's
                let is_argument = rest[length..].starts_with('=') && !rest[length..].starts_with("==");
                if begins && parts.len() > 1 && !is_argument && own.contains(&parts[0].as_str()) {
                    found.push(Used {
                        parts,
                        line,
                        column: text[line_start..at].chars().count() + 1,
                    });
                }
                at += length;
            }
            _ => at += rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    found
}

/// The length of `a.b?.c` at the start of the text.
fn chain(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        while at < bytes.len() && is_word(bytes[at]) {
            at += 1;
        }
        let dot = match bytes.get(at..) {
            Some([b'.', next, ..]) if is_word(*next) => 1,
            Some([b'?', b'.', next, ..]) if is_word(*next) => 2,
            _ => return at,
        };
        at += dot;
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Whether a template gives the name a meaning of its own, with `set`, `for` or as a component's parameter.
fn is_set(text: &str, root: &str) -> bool {
    let words = |line: &str| -> Vec<String> {
        line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    text.split("{%").skip(1).any(|tag| {
        let tag = tag.split("%}").next().unwrap_or_default();
        let words = words(tag);
        let named = words.iter().position(|word| word == root);
        match words.first().map(String::as_str) {
            Some("set" | "set_global") => named == Some(1),
            Some("for") => {
                named.is_some_and(|at| words[..at].iter().all(|word| word != "in"))
                    && !tag.contains(&format!("{root}."))
            }
            // `@name` hands on what the caller sees; a bare one is a parameter
            Some("component") => tag.contains('(') && named.is_some_and(|_| !tag.contains(&format!("@{root}"))),
            _ => false,
        }
    })
}
