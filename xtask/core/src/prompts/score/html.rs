//! Whether a text is, or holds, HTML.

mod page;
mod tokens;

use std::sync::LazyLock;

use super::Ungraded;
use super::expression::Expression;
use super::script::trimmed;

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

/// What makes a text look like HTML, and how much; 2 is enough.
static SIGNS: LazyLock<[(Expression, u32); 8]> = LazyLock::new(|| {
    [
        (r"<[a-zA-Z][a-zA-Z0-9-]*(?:\s[^>]*)?>", 1),
        (r"<\/[a-zA-Z][a-zA-Z0-9-]*\s*>", 1),
        (r"<[a-zA-Z][a-zA-Z0-9-]*(?:\s[^>]*)?\/>", 1),
        (r"&(?:[a-zA-Z]+|#[0-9]+|#x[0-9a-fA-F]+);", 1),
        (r"(?i)<!DOCTYPE\s+html", 2),
        (r"<!--[^-]*(?:-[^-]+)*-->", 1),
        (r#"\s[a-zA-Z-]+=\s*["'][^"']*["']"#, 1),
        (
            concat!(
                r"(?i)<(html|head|body|div|span|p|a|img|h[1-6]|ul|ol|li|table|tr|td|th|form|input|button|script|style|",
                r"link|meta|br|hr)\b"
            ),
            2,
        ),
    ]
    .map(|(pattern, worth)| {
        let sign = Expression::of(pattern).expect("the patterns of this file are regular expressions");
        (sign, worth)
    })
});

/// Whether the whole text is HTML: an element that is known, and no text outside all elements unless the page has a body of
/// its own.
pub(super) fn is_html(text: &str) -> Result<bool, Ungraded> {
    let text = trimmed(text);
    if text.is_empty() || text.to_lowercase().starts_with("<?xml") {
        return Ok(false);
    }
    let page = page::Page::of(text)?;
    Ok(page.has_element && (page.has_body || !page.has_loose_text))
}

/// Whether HTML stands in the text: tags, and other signs of it.
pub(super) fn contains_html(text: &str) -> Result<bool, Ungraded> {
    let mut worth = 0;
    for (sign, own) in SIGNS.iter() {
        worth += if sign.is_match(text)? { *own } else { 0 };
    }
    Ok(worth >= 2)
}
