//! Whether a text is, or holds, XML or HTML: tags that close as they open.

/// Elements of HTML that have no end tag.
const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
];

/// Elements by which a text is recognised as HTML.
const KNOWN: &[&str] = &[
    "a",
    "article",
    "b",
    "blockquote",
    "body",
    "br",
    "button",
    "code",
    "div",
    "em",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "head",
    "header",
    "hr",
    "html",
    "i",
    "img",
    "input",
    "label",
    "li",
    "link",
    "main",
    "meta",
    "nav",
    "ol",
    "p",
    "pre",
    "script",
    "section",
    "select",
    "span",
    "strong",
    "style",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "title",
    "tr",
    "u",
    "ul",
];

/// Whether the whole text is one element with what is in it.
pub(super) fn is_xml(text: &str) -> bool {
    let text = text.trim();
    element_end(text) == Some(text.len())
}

/// Whether an element with its end stands somewhere in the text.
pub(super) fn contains_xml(text: &str) -> bool {
    let starts = text.match_indices('<').take(1_000);
    starts.into_iter().any(|(at, _)| element_end(&text[at..]).is_some())
}

/// Whether the whole text is HTML: it begins and ends with a tag, and has a known element.
pub(super) fn is_html(text: &str) -> bool {
    let text = text.trim();
    text.starts_with('<') && text.ends_with('>') && contains_html(text)
}

/// Whether a known element of HTML stands in the text.
pub(super) fn contains_html(text: &str) -> bool {
    text.match_indices('<')
        .any(|(at, _)| tag(&text[at..]).is_some_and(|tag| KNOWN.contains(&tag.name.to_lowercase().as_str())))
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

/// Where the element that a text starts with ends.
fn element_end(text: &str) -> Option<usize> {
    let mut at = skip_prologue(text);
    let mut open: Vec<&str> = Vec::new();
    loop {
        let rest = &text[at..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            at = text.len() - comment.len() + comment.find("-->")? + 3;
            continue;
        }
        if let Some(data) = rest.strip_prefix("<![CDATA[") {
            at = text.len() - data.len() + data.find("]]>")? + 3;
            continue;
        }
        let found = tag(rest)?;
        at += found.length;
        if found.closes {
            if open.pop() != Some(found.name) {
                return None;
            }
        } else if !found.alone && !VOID.contains(&found.name) {
            open.push(found.name);
        }
        if open.is_empty() {
            return Some(at);
        }
        at += text[at..].find('<')?;
    }
}

fn skip_prologue(text: &str) -> usize {
    let Some(rest) = text.strip_prefix("<?") else { return 0 };
    let end = rest.find("?>").map_or(0, |end| text.len() - rest.len() + end + 2);
    end + text[end..].len() - text[end..].trim_start().len()
}
