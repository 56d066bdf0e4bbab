//! Whether a text is, or holds, XML: tags that close as they open.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use super::Ungraded;
use super::doctype::Doctype;

/// The elements of an XML text, each with its parent.
#[derive(Debug, Default)]
pub(super) struct Tree<'a> {
    nodes: Vec<(Option<usize>, &'a str)>,
}

impl Tree<'_> {
    /// Whether an element stands at the end of a way from the root. Where several siblings share a name, a number says
    /// which is meant.
    pub(super) fn has(&self, path: &str) -> bool {
        let mut parent = None;
        let mut several: Vec<usize> = Vec::new();
        for part in path.split('.') {
            if several.len() > 1 {
                let Some(chosen) = part.parse::<usize>().ok().and_then(|at| several.get(at)) else {
                    return false;
                };
                parent = Some(*chosen);
                several.clear();
                continue;
            }
            several = (0..self.nodes.len())
                .filter(|at| self.nodes[*at] == (parent, part))
                .collect();
            match several.first() {
                Some(first) => parent = Some(*first),
                None => return false,
            }
        }
        true
    }
}

/// The elements of a text that is XML as a whole; nothing where it is none.
pub(super) fn is_xml(text: &str) -> Result<Option<Tree<'_>>, Ungraded> {
    let untyped = match Doctype::of(text) {
        None => Cow::Borrowed(text),
        Some((at, Doctype::Plain)) => {
            let mut untyped = text.to_owned();
            untyped.replace_range(at.clone(), &" ".repeat(at.len()));
            Cow::Owned(untyped)
        }
        Some((_, Doctype::Elsewhere)) => {
            return Err("XML with a document type in another file is not read".to_owned());
        }
        Some((_, Doctype::Refused)) => return Ok(None),
    };
    let Ok(document) = roxmltree::Document::parse(&untyped) else {
        return Ok(None);
    };
    let root = document.root_element().range();
    Ok(tree(&text[root]))
}

/// Whether XML stands in a text that `fits`. What stands side by side is looked at together first, as promptfoo does.
pub(super) fn contains(text: &str, fits: impl Fn(&Tree<'_>) -> bool) -> Result<bool, Ungraded> {
    let mut seen: Vec<Range<usize>> = Vec::new();
    for part in candidates(text) {
        if seen
            .iter()
            .any(|whole| whole.start <= part.start && part.end <= whole.end)
        {
            continue;
        }
        let tree = tree(&text[part.clone()]);
        let tree = tree.ok_or("readers disagree whether what stands in the answer is XML")?;
        if fits(&tree) {
            return Ok(true);
        }
        seen.push(part);
    }
    Ok(false)
}

/// An element that closes.
struct Closed {
    at: Range<usize>,
    /// Where the one around it opens.
    parent: Option<usize>,
}

/// The parts of a text that may be XML.
fn candidates(text: &str) -> Vec<Range<usize>> {
    let closed = closed(text);
    let starts: BTreeSet<usize> = closed.iter().map(|one| one.at.start).collect();
    let is_outermost = |one: &&Closed| one.parent.is_none_or(|parent| !starts.contains(&parent));
    let mut outermost: Vec<&Closed> = closed.iter().filter(is_outermost).collect();
    let mut parts: Vec<Range<usize>> = Vec::new();
    let mut parents: Vec<Option<usize>> = Vec::new();
    for one in &outermost {
        if !parents.contains(&one.parent) {
            parents.push(one.parent);
        }
    }
    outermost.sort_by_key(|one| (one.at.start, std::cmp::Reverse(one.at.end)));
    for parent in parents {
        let beside: Vec<&&Closed> = outermost.iter().filter(|one| one.parent == parent).collect();
        if let [first, .., last] = &beside[..] {
            parts.push(first.at.start..last.at.end);
        }
    }
    parts.extend(outermost.iter().map(|one| one.at.clone()));
    parts
}

/// Every element of a text that closes, in the order in which they do.
fn closed(text: &str) -> Vec<Closed> {
    let mut open: Vec<(usize, &str)> = Vec::new();
    let mut closed = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find('<').map(|next| at + next) {
        let rest = &text[start..];
        if let Some(length) = aside(rest) {
            at = start + length;
            continue;
        }
        let Some(found) = tag(rest) else {
            at = start + 1;
            continue;
        };
        at = start + found.length;
        let parent = |open: &[(usize, &str)]| open.last().map(|(start, _)| *start);
        match (found.closes, open.last()) {
            (false, _) if found.alone => closed.push(Closed {
                at: start..at,
                parent: parent(&open),
            }),
            (false, _) => open.push((start, found.name)),
            (true, Some((begin, name))) if *name == found.name => {
                let begin = *begin;
                open.pop();
                closed.push(Closed {
                    at: begin..at,
                    parent: parent(&open),
                });
            }
            (true, _) => open.clear(),
        }
    }
    closed
}

/// The length of a comment, a declaration or an instruction at the start of a text; without an end it goes to that of the
/// text.
fn aside(text: &str) -> Option<usize> {
    let until = |from: usize, end: &str| Some(text[from..].find(end).map_or(text.len(), |at| from + at + end.len()));
    if text.starts_with("<!--") {
        return until(4, "-->");
    }
    if text.starts_with("<![CDATA[") {
        return until(9, "]]>");
    }
    if text.starts_with("<?") {
        return until(2, "?>");
    }
    let declaration = text.strip_prefix("<!")?;
    let (mut quote, mut depth) = (None, 0_usize);
    let end = declaration.char_indices().find(|(_, c)| {
        match (quote, *c) {
            (Some(open), c) => quote = (open != c).then_some(open),
            (None, '"' | '\'') => quote = Some(*c),
            (None, '[') => depth += 1,
            (None, ']') => depth = depth.saturating_sub(1),
            (None, '>') if depth == 0 => return true,
            _ => {}
        }
        false
    });
    Some(end.map_or(text.len(), |(at, _)| at + 3))
}

struct Tag<'a> {
    name: &'a str,
    closes: bool,
    alone: bool,
    length: usize,
}

/// The tag that a text starts with.
fn tag(text: &str) -> Option<Tag<'_>> {
    let inside = text.strip_prefix('<')?;
    let closes = inside.starts_with('/');
    let inside = inside.strip_prefix('/').unwrap_or(inside);
    let name_end = inside.find(|c: char| !(c.is_alphanumeric() || "-_:.".contains(c)))?;
    let name = &inside[..name_end];
    if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
        return None;
    }
    let mut quote = None;
    let end = inside[name_end..].char_indices().find_map(|(at, c)| match quote {
        Some(open) if c == open => {
            quote = None;
            None
        }
        Some(_) => None,
        None if c == '"' || c == '\'' => {
            quote = Some(c);
            None
        }
        None if c == '<' || c == '>' => Some((at, c)),
        None => None,
    })?;
    let (at, '>') = end else { return None };
    let body = &inside[..name_end + at];
    Some(Tag {
        name,
        closes,
        alone: body.trim_end().ends_with('/'),
        length: text.len() - inside.len() + name_end + at + 1,
    })
}

/// The elements of a text in which every tag closes as it opens, whatever text stands between them.
fn tree(text: &str) -> Option<Tree<'_>> {
    let mut tree = Tree::default();
    let mut open: Vec<usize> = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find('<').map(|next| at + next) {
        let rest = &text[start..];
        let is_aside = ["<!--", "<![CDATA[", "<?"].iter().any(|head| rest.starts_with(head));
        if is_aside {
            at = start + aside(rest)?;
            continue;
        }
        let found = tag(rest)?;
        at = start + found.length;
        if found.alone && !text[..at - 1].ends_with('/') {
            return None;
        }
        if found.closes {
            if tree.nodes[open.pop()?].1 != found.name {
                return None;
            }
        } else {
            tree.nodes.push((open.last().copied(), found.name));
            if !found.alone {
                open.push(tree.nodes.len() - 1);
            }
        }
    }
    open.is_empty().then_some(tree)
}
