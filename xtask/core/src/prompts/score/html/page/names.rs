//! The elements of HTML by what they do to what is round them.

/// Those that stand in the head.
pub(super) const HEAD: &[&str] = &[
    "base", "basefont", "bgsound", "link", "meta", "noframes", "script", "style", "title",
];

/// Those that hold text, whatever it looks like.
pub(super) const RAW: &[&str] = &[
    "iframe", "noembed", "noframes", "noscript", "script", "style", "textarea", "title", "xmp",
];

/// Those that have no end tag.
pub(super) const VOID: &[&str] = &["area", "br", "embed", "img", "input", "keygen", "wbr"];

pub(super) const HEADINGS: &[&str] = &["h1", "h2", "h3", "h4", "h5", "h6"];

/// Those that end a paragraph.
pub(super) const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "center",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "listing",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "search",
    "section",
    "summary",
    "ul",
];

/// Those that come back after what closes them.
pub(super) const FORMATTING: &[&str] = &[
    "a", "b", "big", "code", "em", "font", "i", "s", "small", "strike", "strong", "tt", "u",
];

/// Those that close by themselves.
pub(super) const IMPLIED: &[&str] = &["dd", "dt", "li", "optgroup", "option", "p", "rb", "rp", "rt", "rtc"];

/// Those of which a part of a table is one.
pub(super) const TABLE: &[&str] = &[
    "caption", "colgroup", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
];

pub(super) const TABLE_PARTS: &[&str] = &[
    "caption", "col", "colgroup", "tbody", "td", "tfoot", "th", "thead", "tr",
];

pub(super) const SECTIONS: &[&str] = &["tbody", "tfoot", "thead"];

/// Those that nothing reaches across.
pub(super) const BORDERS: &[&str] = &["caption", "table", "td", "th"];

pub(super) const BUTTON_BORDERS: &[&str] = &["button", "caption", "table", "td", "th"];

pub(super) const LIST_BORDERS: &[&str] = &["caption", "ol", "table", "td", "th", "ul"];

pub(super) const TABLE_BORDERS: &[&str] = &["table"];

/// Those that are not followed here.
pub(super) const UNSURE: &[&str] = &[
    "applet",
    "frameset",
    "marquee",
    "math",
    "nobr",
    "object",
    "plaintext",
    "select",
    "svg",
    "template",
];

/// Whether an end tag of another element does not close it.
pub(super) fn is_special(name: &str) -> bool {
    let listed = [BLOCKS, HEAD, TABLE, TABLE_PARTS, VOID]
        .iter()
        .any(|names| names.contains(&name));
    let unlisted = matches!(
        name,
        "button"
            | "dd"
            | "dt"
            | "form"
            | "frame"
            | "hr"
            | "iframe"
            | "li"
            | "noembed"
            | "noscript"
            | "param"
            | "source"
            | "textarea"
            | "track"
            | "xmp"
    );
    (listed && !matches!(name, "dialog" | "keygen" | "search")) || unlisted
}
