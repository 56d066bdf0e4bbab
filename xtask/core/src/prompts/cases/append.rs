//! One more case in the file of a suite, whose other bytes stay as they are: comments and form are people's.

mod json;

use super::{Case, Suite};
use crate::yaml::{self, Positions, Segment};

/// The key of the cases, where the document's own keys stand.
const KEY: &str = "cases";

/// The text of a suite, in YAML or JSON, with a case at the end of its list; nothing where it cannot be told where that ends:
/// in YAML, where the cases do not stand one below the other.
pub fn with_case(text: &str, case: &Case) -> Option<String> {
    let own = yaml::write_typed(case);
    let mut suite: Suite = yaml::read_typed(text).ok()?;
    suite.cases.push(yaml::read_typed(&own).ok()?);
    let after = json::with_case(text, KEY, case).or_else(|| below(text, &own))?;
    // whatever was taken for the list and is none, a flow style for example, reads otherwise
    (yaml::read_typed::<Suite>(&after).ok()? == suite).then_some(after)
}

/// A text in YAML with a case below the others.
fn below(text: &str, own: &str) -> Option<String> {
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    let (line, _) = Positions::of(text).ok()?.key(&[Segment::Key(KEY.to_owned())])?;
    let key = line.checked_sub(1).filter(|key| *key < lines.len())?;
    let end = end_of(&lines, key);
    let dash = lines[key + 1..end]
        .iter()
        .find(|line| line.trim_start().starts_with("- "));
    let indent = dash.map_or(0, |line| line.len() - line.trim_start().len());
    if dash.is_none() {
        lines[key] = lines[key].replacen(" []", "", 1);
    }
    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    if !lines[end - 1].ends_with('\n') {
        lines[end - 1].push_str(line_end);
    }
    let item = own.lines().enumerate().map(|(index, line)| match (index, line) {
        (0, line) => format!("{:indent$}- {line}{line_end}", ""),
        (_, "") => line_end.to_owned(),
        (_, line) => format!("{:indent$}  {line}{line_end}", ""),
    });
    lines.splice(end..end, item);
    Some(lines.concat())
}

/// The line behind the list: where the next key begins, with the comments and blank lines before it, or the text ends.
fn end_of(lines: &[String], key: usize) -> usize {
    let is_key = |line: &String| line.starts_with(|first: char| !first.is_whitespace() && !matches!(first, '#' | '-'));
    let Some(next) = lines[key + 1..].iter().position(is_key) else {
        return lines.len();
    };
    let own = lines[key + 1..key + 1 + next]
        .iter()
        .rposition(|line| !line.trim().is_empty() && !line.starts_with('#'));
    key + 1 + own.map_or(0, |last| last + 1)
}
