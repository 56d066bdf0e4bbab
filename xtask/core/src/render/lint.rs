//! Holds every path that a template uses against what templates see: in an `if`, a misspelt one would be false in silence.

use std::collections::BTreeMap;

use rayon::prelude::*;
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
    let mut templates = BTreeMap::new();
    for blueprint in workspace.blueprints.values() {
        for (name, bytes) in blueprint.files.iter().filter(|(name, _)| name.ends_with(".tera")) {
            if let Ok(text) = std::str::from_utf8(bytes) {
                templates.entry(source(blueprint, name)).or_insert(text);
            }
        }
    }
    let found = templates.into_par_iter().map(|(source, text)| -> Vec<Finding> {
        let paths = paths(text).into_iter();
        paths.filter_map(|path| problem(&path, source, &seen)).collect()
    });
    found.collect::<Vec<_>>().into_iter().flatten().collect()
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
    let names = names(text);
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
                let parts = parts(&rest[..length]);
                let begins = at == 0 || !matches!(bytes[at - 1], b'.' | b'@');
                // a name before `=` is an argument's, not a value's
                let is_argument = rest[length..].starts_with('=') && !rest[length..].starts_with("==");
                if begins
                    && parts.len() > 1
                    && !is_argument
                    && let Some(Some(stands_for)) = names.get(&parts[0])
                {
                    found.push(Used {
                        parts: stands_for.iter().chain(&parts[1..]).cloned().collect(),
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

/// What the names of a template stand for: the roots for themselves, and what a tag binds once, to nothing but a path, for
/// that path; an element of a list or a map is called `0`. Of any other name nobody knows.
fn names(text: &str) -> BTreeMap<String, Option<Vec<String>>> {
    let root = |root: &str| (root.to_owned(), (!is_set(text, root)).then(|| vec![root.to_owned()]));
    let mut names: BTreeMap<String, Option<Vec<String>>> = ROOTS.into_iter().map(root).collect();
    for tag in text.split("{%").skip(1) {
        let tag = tag.split("%}").next().unwrap_or_default().trim_matches('-');
        let words: Vec<&str> = tag.split_whitespace().collect();
        let (bound, path, element) = match words[..] {
            ["set" | "set_global", name, "=", path] => (vec![name], path, None),
            ["for", name, "in", path] => (vec![name], path, Some("0")),
            ["for", key, name, "in", path] => (vec![name, key.trim_end_matches(',')], path, Some("0")),
            ["set" | "set_global" | "for", name, ..] => (vec![name], "", None),
            ["component", ..] => (
                tag.split(|c: char| !(c.is_alphanumeric() || c == '_')).collect(),
                "",
                None,
            ),
            _ => continue,
        };
        let way = parts(path);
        let above = way.first().filter(|_| chain(path) == path.len());
        let above = above.and_then(|root| names.get(root).cloned().flatten());
        let known = above.map(|above| {
            let below = way.iter().skip(1).cloned();
            let element = element.map(str::to_owned);
            above.into_iter().chain(below).chain(element).collect::<Vec<_>>()
        });
        for (index, name) in bound.into_iter().enumerate().filter(|(_, name)| !ROOTS.contains(name)) {
            let known = known.clone().filter(|_| index == 0);
            let same = names.get(name).is_none_or(|before| *before == known);
            names.insert(name.to_owned(), known.filter(|_| same));
        }
    }
    names
}

/// The parts of `a.b?["c"]`.
fn parts(path: &str) -> Vec<String> {
    let names = path.split(['.', '?', '[', ']', '"', '\'']);
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// The length of `a.b?.c["d"]` at the start of the text.
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
            Some([b'[', quote @ (b'"' | b'\''), rest @ ..]) => {
                // what is no plain name may hold what parts names
                let name = rest.iter().take_while(|byte| is_word(**byte) || **byte == b'-').count();
                match rest.get(name..) {
                    Some([end, b']', ..]) if end == quote && name > 0 => name + 4,
                    _ => return at,
                }
            }
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
    text.split("{%").skip(1).any(|tag| {
        let tag = tag.split("%}").next().unwrap_or_default();
        let words = || {
            let words = tag.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
            words.filter(|word| !word.is_empty())
        };
        let named = words().position(|word| word == root);
        match words().next() {
            Some("set" | "set_global") => named == Some(1),
            Some("for") => {
                named.is_some_and(|at| words().take(at).all(|word| word != "in")) && !tag.contains(&format!("{root}."))
            }
            // `@name` hands on what the caller sees; a bare one is a parameter
            Some("component") => tag.contains('(') && named.is_some_and(|_| !tag.contains(&format!("@{root}"))),
            _ => false,
        }
    })
}
