//! Which line of which template wrote a line of the rendered text: a second rendering with marks in it.

use super::engine::{Engine, Input};
use crate::model::{Finding, Location};

/// Opens a mark; from Unicode's private use, so that no template means anything by it.
const OPEN: char = '\u{e0f0}';
/// Closes a mark.
const CLOSE: char = '\u{e0f1}';

/// For each line of a rendered text, the place in a template that it came from.
pub struct LineMap {
    places: Vec<Option<Location>>,
}

impl LineMap {
    /// Renders a template once more, with marks.
    pub fn of(engine: &Engine, template: &str, input: &Input) -> Option<LineMap> {
        let text = engine.render_marked(template, input, marked)?;
        let mut places = Vec::new();
        let mut place: Option<Location> = None;
        for line in text.split('\n') {
            if let Some([file, line, column]) = first_mark(line) {
                place = Some(Location {
                    file: engine.source_of(file)?.to_owned(),
                    line,
                    column,
                });
            }
            places.push(place.clone());
        }
        Some(LineMap { places })
    }

    /// The template line that wrote a line of the rendered text (from 1).
    pub fn place(&self, line: usize) -> Option<&Location> {
        self.places.get(line.checked_sub(1)?)?.as_ref()
    }

    /// Places a finding about a line of the rendered text at the template line that wrote it.
    pub fn locate(map: Option<&LineMap>, finding: Finding, template: &str, line: usize) -> Finding {
        match map.and_then(|map| map.place(line)) {
            Some(place) => finding.at(place.file.clone(), place.line, place.column),
            None => finding.in_file(template),
        }
    }
}

/// The text with a mark before the first literal character of each line that has one.
fn marked(text: &str, file: usize) -> String {
    let mut result = String::with_capacity(text.len() * 2);
    let (mut line, mut begin) = (1, 0);
    let mut open = true;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let at = text.len() - rest.len();
        let column = || 1 + text[begin..at].chars().count();
        if let Some(length) = tag_length(rest) {
            let tag = &rest[..length];
            if open && tag.starts_with("{{") && !tag.starts_with("{{-") {
                mark(&mut result, [file, line, column()]);
                open = false;
            }
            line += tag.matches('\n').count();
            begin = tag.rfind('\n').map_or(begin, |end| at + end + 1);
            result.push_str(tag);
            rest = &rest[length..];
            continue;
        }
        if first == '\n' {
            line += 1;
            begin = at + 1;
            open = true;
        } else if open && !first.is_whitespace() {
            if is_structure(rest) {
                mark(&mut result, [file, line, column()]);
            }
            open = false;
        }
        result.push(first);
        rest = &rest[first.len_utf8()..];
    }
    result
}

/// Whether the text begins with a line of YAML. A word alone is what a component answers to a condition, and with a mark
/// in it the condition would come out differently.
fn is_structure(text: &str) -> bool {
    let line = text.split('\n').next().unwrap_or_default();
    let end = (0..line.len()).find(|at| line.is_char_boundary(*at) && tag_length(&line[*at..]).is_some());
    let literal = line[..end.unwrap_or(line.len())].trim_end();
    literal.starts_with(['{', '}', '[', ']', '"', '\'', '#'])
        || ["- ", "---"].iter().any(|begin| literal.starts_with(begin))
        || literal == "-"
        || literal.contains(": ")
        || literal.ends_with(':')
}

/// Writes a mark: file, line and column.
fn mark(result: &mut String, [file, line, column]: [usize; 3]) {
    result.push(OPEN);
    result.push_str(&format!("{file}:{line}:{column}"));
    result.push(CLOSE);
}

/// The length of the expression, statement, comment or raw block that the text begins with.
fn tag_length(text: &str) -> Option<usize> {
    if text.starts_with("{%") {
        let head = &text[..text.find("%}")? + 2];
        let word = head.trim_start_matches("{%").trim_start_matches('-').trim_start();
        if word.starts_with("raw") {
            let end = text.find("endraw")?;
            return Some(end + text[end..].find("%}")? + 2);
        }
        return Some(head.len());
    }
    if text.starts_with("{#") {
        return Some(text.find("#}")? + 2);
    }
    if text.starts_with("{{") || text.starts_with("{<") {
        let (close, skip) = if text.starts_with("{{") { ("}}", 2) } else { ("}", 1) };
        return Some(text.find(close)? + skip);
    }
    None
}

fn first_mark(line: &str) -> Option<[usize; 3]> {
    let start = line.find(OPEN)? + OPEN.len_utf8();
    let end = start + line[start..].find(CLOSE)?;
    let numbers = line[start..end].split(':').map(|number| number.parse().ok());
    numbers.collect::<Option<Vec<usize>>>()?.try_into().ok()
}
