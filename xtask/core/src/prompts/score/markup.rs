//! Whether a text is, or holds, XML or HTML: tags that close as they open.

use std::sync::LazyLock;

use fancy_regex::Regex;

use super::Ungraded;

/// Elements of HTML that have no end tag.
const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
];

/// Elements by which a text is recognised as HTML.
const KNOWN: &[&str] = &[
    "a",
    "abbr",
    "address",
    "area",
    "article",
    "aside",
    "audio",
    "b",
    "base",
    "bdi",
    "bdo",
    "blockquote",
    "body",
    "br",
    "button",
    "canvas",
    "caption",
    "cite",
    "code",
    "col",
    "colgroup",
    "data",
    "datalist",
    "dd",
    "del",
    "details",
    "dfn",
    "dialog",
    "div",
    "dl",
    "dt",
    "em",
    "embed",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "i",
    "iframe",
    "img",
    "input",
    "ins",
    "kbd",
    "label",
    "legend",
    "li",
    "link",
    "main",
    "map",
    "mark",
    "math",
    "menu",
    "meta",
    "meter",
    "nav",
    "noscript",
    "object",
    "ol",
    "optgroup",
    "option",
    "output",
    "p",
    "param",
    "picture",
    "pre",
    "progress",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "script",
    "section",
    "select",
    "slot",
    "small",
    "source",
    "span",
    "strong",
    "style",
    "sub",
    "summary",
    "sup",
    "svg",
    "table",
    "tbody",
    "td",
    "template",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "time",
    "title",
    "tr",
    "track",
    "u",
    "ul",
    "var",
    "video",
    "wbr",
];

/// Elements that only say where a part of a page begins.
const WRAPPERS: &[&str] = &["html", "head"];

/// What makes a text look like HTML beside its tags, and how much; 2 is enough.
static SIGNS: LazyLock<[(Regex, u32); 4]> = LazyLock::new(|| {
    [
        (r"&(?:[a-zA-Z]+|#[0-9]+|#x[0-9a-fA-F]+);", 1),
        (r"(?i)<!doctype\s+html", 2),
        (r"(?s)<!--.*?-->", 1),
        (r#"\s[a-zA-Z-]+=\s*["']"#, 1),
    ]
    .map(|(pattern, worth)| {
        (
            Regex::new(pattern).expect("the patterns of this file are regular expressions"),
            worth,
        )
    })
});

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
pub(super) fn is_xml(text: &str) -> Result<Vec<Tree<'_>>, Ungraded> {
    match roxmltree::Document::parse(text) {
        Ok(document) => {
            let root = document.root_element().range();
            Ok(element(&text[root]).map(|(tree, _)| tree).into_iter().collect())
        }
        Err(roxmltree::Error::DtdDetected) => Err("XML with a document type is not read".to_owned()),
        Err(_) => Ok(Vec::new()),
    }
}

/// The elements of every XML text that stands in a text.
pub(super) fn elements(text: &str) -> Vec<Tree<'_>> {
    let mut found = Vec::new();
    let mut end = 0;
    for (at, _) in text.match_indices('<').take(1_000) {
        if at >= end
            && let Some((tree, length)) = element(&text[at..])
        {
            found.push(tree);
            end = at + length;
        }
    }
    found
}

/// Whether the whole text is HTML: a known element, and no text around the outermost ones unless they are the page.
pub(super) fn is_html(text: &str) -> bool {
    let text = text.trim();
    if text.starts_with("<?xml") {
        return false;
    }
    let mut known = false;
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let Some(found) = rest.starts_with('<').then(|| tag(rest)).flatten() else {
            let end = aside(rest);
            if depth == 0 && end.is_none() && rest.starts_with(|c: char| !c.is_whitespace()) {
                return false;
            }
            let next = rest[1..].find('<').map_or(rest.len(), |next| next + 1);
            let first = rest.chars().next().map_or(1, char::len_utf8);
            // white space before a text tells nothing
            at += end.unwrap_or(if depth == 0 { first } else { next.max(first) });
            continue;
        };
        at += found.length;
        let name = found.name.to_lowercase();
        known |= KNOWN.contains(&name.as_str()) || name.contains('-');
        if !WRAPPERS.contains(&name.as_str()) && !VOID.contains(&name.as_str()) && !found.alone {
            depth = if found.closes {
                depth.saturating_sub(1)
            } else {
                depth + 1
            };
        }
    }
    known
}

/// The length of a comment or a document type at the start of a text.
fn aside(text: &str) -> Option<usize> {
    if let Some(comment) = text.strip_prefix("<!--") {
        return comment.find("-->").map(|end| end + 7);
    }
    text.starts_with("<!")
        .then(|| text.find('>').map(|end| end + 1))
        .flatten()
}

/// Whether HTML stands in the text: a tag that is known, one that opens with one that closes, or other signs of it.
pub(super) fn contains_html(text: &str) -> bool {
    let (mut opens, mut closes, mut alone, mut known) = (false, false, false, false);
    for found in text.match_indices('<').filter_map(|(at, _)| tag(&text[at..])) {
        opens |= !found.closes;
        closes |= found.closes;
        alone |= found.alone;
        known |= KNOWN.contains(&found.name.to_lowercase().as_str());
    }
    let tags = u32::from(opens) + u32::from(closes) + u32::from(alone) + 2 * u32::from(known);
    let signs = SIGNS.iter().filter(|(sign, _)| sign.is_match(text).unwrap_or(false));
    tags + signs.map(|(_, worth)| worth).sum::<u32>() >= 2
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
        alone: body.ends_with('/'),
        length: text.len() - inside.len() + name_end + at + 1,
    })
}

/// The element that a text starts with, with everything in it, and its length.
fn element(text: &str) -> Option<(Tree<'_>, usize)> {
    let mut at = 0;
    let mut tree = Tree::default();
    let mut open: Vec<usize> = Vec::new();
    loop {
        let rest = &text[at..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            at = text.len() - comment.len() + comment.find("-->")? + 3;
        } else if let Some(data) = rest.strip_prefix("<![CDATA[") {
            at = text.len() - data.len() + data.find("]]>")? + 3;
        } else if let Some(instruction) = rest.strip_prefix("<?") {
            at = text.len() - instruction.len() + instruction.find("?>")? + 2;
        } else {
            let found = tag(rest)?;
            at += found.length;
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
            if open.is_empty() {
                return Some((tree, at));
            }
        }
        at += text[at..].find('<')?;
    }
}
