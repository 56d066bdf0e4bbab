//! One more case in a suite that is written in JSON.

use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};

use super::Case;

/// The text with a case at the end of the list under a key of the document, in the form of the other items.
pub(super) fn with_case(text: &str, key: &str, case: &Case) -> Option<String> {
    let is_json = text
        .trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n'])
        .starts_with('{');
    let list = List::of(text, key).filter(|_| is_json)?;
    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let indent = |at: usize| {
        let line = &text[text[..at].rfind('\n').map_or(0, |end| end + 1)..at];
        let blank = line.len() - line.trim_start().len();
        (&line[..blank], blank == line.len())
    };
    let (of_key, _) = indent(list.open);
    let (before, after) = text.split_at(list.end);
    let Some(first) = list.first else {
        let item = format!("{of_key}  ");
        let own = written(case, "  ", &format!("{line_end}{item}"))?;
        return Some(format!(
            "{before}{line_end}{item}{own}{line_end}{of_key}{}",
            after.trim_start()
        ));
    };
    let (of_item, begins_line) = indent(first);
    if !begins_line {
        let own = serde_json::to_string(case).ok()?;
        return Some(format!("{before}, {own}{after}"));
    }
    let step = of_item
        .strip_prefix(of_key)
        .filter(|step| !step.is_empty())
        .unwrap_or("  ");
    let own = written(case, step, &format!("{line_end}{of_item}"))?;
    Some(format!("{before},{line_end}{of_item}{own}{after}"))
}

/// A case on several lines: how much deeper each level is, and what stands between two of them.
fn written(case: &Case, step: &str, between: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let form = PrettyFormatter::with_indent(step.as_bytes());
    case.serialize(&mut Serializer::with_formatter(&mut bytes, form)).ok()?;
    Some(String::from_utf8(bytes).ok()?.replace('\n', between))
}

/// Where a list stands, in bytes of the text.
struct List {
    /// Its bracket.
    open: usize,
    /// Its first item.
    first: Option<usize>,
    /// Behind its last item, or behind the bracket where it has none.
    end: usize,
}

impl List {
    /// The list under a key of the document.
    fn of(text: &str, key: &str) -> Option<List> {
        let (mut depth, mut at) = (0_usize, 0);
        let mut list: Option<List> = None;
        // the text between quotes that was read last, as long as nothing but a colon follows
        let mut said: Option<&str> = None;
        while let Some(byte) = text.as_bytes().get(at) {
            let begin = at;
            at += 1;
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => continue,
                b'"' => {
                    at += end_of_text(&text[at..])?;
                    said = Some(&text[begin + 1..at - 1]);
                }
                b':' => continue,
                b',' => {
                    said = None;
                    continue;
                }
                b'{' | b'[' => {
                    depth += 1;
                    if depth == 2 && list.is_none() && *byte == b'[' && said == Some(key) {
                        list = Some(List {
                            open: begin,
                            first: None,
                            end: at,
                        });
                        continue;
                    }
                    said = None;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    said = None;
                    if depth == 1 && list.is_some() {
                        return list;
                    }
                }
                _ => said = None,
            }
            if let Some(list) = &mut list {
                list.first.get_or_insert(begin);
                list.end = at;
            }
        }
        None
    }
}

/// Bytes up to behind the quote that ends a text.
fn end_of_text(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    let end = text.bytes().position(|byte| {
        let ends = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        ends
    });
    Some(end? + 1)
}
