//! Texts line by line: what is gone, what is new, and a little of what stays around it.

use crate::model::common;

/// Lines shown before and after a change.
const CONTEXT: usize = 2;

/// A line of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// It is on both sides, near a change.
    Same(&'a str),
    /// It is gone.
    Removed(&'a str),
    /// It is new.
    Added(&'a str),
    /// Lines that are on both sides and not shown.
    Skipped(usize),
}

/// Compares two texts.
pub fn compare_lines<'a>(before: &'a str, after: &'a str) -> Vec<Line<'a>> {
    let (old, new): (Vec<&str>, Vec<&str>) = (split(before), split(after));
    let mut lines = Vec::new();
    let (mut a, mut b) = (0, 0);
    let mut same = Vec::new();
    for (next_a, next_b) in common(&old, &new).into_iter().chain([(old.len(), new.len())]) {
        if a < next_a || b < next_b {
            near(&mut lines, &same, true);
            same.clear();
        }
        lines.extend(old[a..next_a].iter().map(|line| Line::Removed(line)));
        lines.extend(new[b..next_b].iter().map(|line| Line::Added(line)));
        if let Some(line) = old.get(next_a).filter(|_| next_b < new.len()) {
            same.push(*line);
        }
        (a, b) = (next_a + 1, next_b + 1);
    }
    near(&mut lines, &same, false);
    lines
}

/// Lines without their ends; a text without a last line end says so, since that is a difference too.
fn split(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.split('\n').collect();
    match lines.last() {
        Some(&"") => {
            lines.pop();
        }
        _ => lines.push("\\ no line end"),
    }
    lines
}

/// The lines of a stretch that are near to what comes before it and, where something does, after it.
fn near<'a>(lines: &mut Vec<Line<'a>>, same: &[&'a str], followed: bool) {
    let head = if lines.is_empty() { 0 } else { CONTEXT.min(same.len()) };
    let tail = if followed { CONTEXT.min(same.len() - head) } else { 0 };
    let skipped = same.len() - head - tail;
    lines.extend(same[..head].iter().map(|line| Line::Same(line)));
    if skipped > 0 {
        lines.push(Line::Skipped(skipped));
    }
    lines.extend(same[same.len() - tail..].iter().map(|line| Line::Same(line)));
}
