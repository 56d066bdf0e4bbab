//! A prompt file as front matter and body.

/// A prompt file cut in two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source<'a> {
    /// The YAML between the `---` lines; none where the file has none.
    pub header: Option<&'a str>,
    /// Byte offset of the header.
    pub header_at: usize,
    /// The template: with a header in front of it without the white space around it.
    pub body: &'a str,
    /// Byte offset of the body.
    pub body_at: usize,
}

/// The byte order mark that some editors write before the first character.
pub(super) const MARK: char = '\u{feff}';

/// Cuts a prompt file in two. Comment lines and empty lines may stand before the header.
pub fn split(text: &str) -> Source<'_> {
    // that one stands there is told; what is wrong behind it is told as without it
    let begin = text.len() - text.trim_start_matches(MARK).len();
    let whole = Source {
        header: None,
        header_at: begin,
        body: &text[begin..],
        body_at: begin,
    };
    let mut lines = Lines { text, at: begin };
    let opened = loop {
        match lines.next() {
            Some((_, line)) if line.trim_end() == "---" => break lines.at,
            Some((_, line)) if line.trim().is_empty() || line.starts_with('#') => {}
            _ => return whole,
        }
    };
    while let Some((at, line)) = lines.next() {
        if line.trim_end() == "---" {
            let rest = &text[lines.at..];
            let body_at = lines.at + rest.len() - rest.trim_start().len();
            return Source {
                header: Some(&text[opened..at]),
                header_at: opened,
                body: rest.trim(),
                body_at,
            };
        }
    }
    whole
}

struct Lines<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lines<'a> {
    /// The next line without its end, and where it starts.
    fn next(&mut self) -> Option<(usize, &'a str)> {
        let at = self.at;
        let rest = &self.text[at..];
        if rest.is_empty() {
            return None;
        }
        let length = rest.find('\n').map_or(rest.len(), |end| end + 1);
        self.at += length;
        Some((at, rest[..length].trim_end_matches(['\n', '\r'])))
    }
}

/// Line and column, in characters from 1, of a byte offset.
pub(super) fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..offset.min(text.len())];
    let line_at = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    (line, before[line_at..].trim_start_matches(MARK).chars().count() + 1)
}
