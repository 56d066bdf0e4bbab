//! Which of the shared partials a blueprint's templates can reach.

use std::collections::{BTreeMap, BTreeSet};

use super::layout;

/// The partials among these files that none of the templates reaches, not even through another partial; files by name.
/// Tera takes the name of an include as it is written, so none is made up while rendering. What is only mentioned, in a
/// comment say, counts as reached: too many are kept rather than too few.
pub(super) fn unreached<'a>(files: &BTreeMap<&'a str, &[u8]>) -> BTreeSet<&'a str> {
    let is_partial =
        |name: &&str| name.starts_with(layout::PARTIALS) && name[layout::PARTIALS.len()..].starts_with('/');
    let texts: BTreeMap<&str, String> = files
        .iter()
        .map(|(name, bytes)| (*name, without_space(bytes)))
        .collect();
    let mut left: BTreeSet<&str> = files.keys().copied().filter(is_partial).collect();
    let mut pending: Vec<&str> = files.keys().copied().filter(|name| !is_partial(name)).collect();
    let calls: BTreeMap<&str, Vec<String>> = left.iter().map(|name| (*name, calls(&texts[name]))).collect();
    while let Some(name) = pending.pop() {
        let text = &texts[name];
        let is_reached = |partial: &&str| {
            has_escape(text) || text.contains(*partial) || calls[partial].iter().any(|call| text.contains(call))
        };
        let reached: Vec<&str> = left.iter().copied().filter(is_reached).collect();
        left.retain(|partial| !reached.contains(partial));
        pending.extend(reached);
    }
    left
}

/// A template without the white space that may stand anywhere between its words.
fn without_space(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.split_whitespace().collect()
}

/// How the components that a partial defines are called.
fn calls(text: &str) -> Vec<String> {
    let definitions = ["{%component", "{%-component"]
        .into_iter()
        .flat_map(|start| text.split(start).skip(1));
    definitions
        .filter_map(|rest| rest.split_once('('))
        .map(|(name, _)| format!("<{name}"))
        .collect()
}

/// Whether the name of an include is written with an escape, so that it may be any.
fn has_escape(text: &str) -> bool {
    text.split("include").skip(1).any(|rest| {
        let literal = rest.split("%}").next().unwrap_or_default();
        literal.contains('\\')
    })
}
