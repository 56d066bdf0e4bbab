//! Signers in the trust file: what changes is written into the text, so that comments and all other entries stay.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::block;
use crate::artifact::{SignerEntry, TrustFile};
use crate::yaml::{self, Positions, Segment};

/// The text of a trust file after a change of its signers. What stays keeps its text; where entries do not stand on lines
/// of their own, the file is written anew below the comment that it begins with.
pub fn trust_text(text: &str, after: &TrustFile) -> String {
    let wanted = yaml::write_typed(after);
    let reads_so =
        |text: &String| yaml::read_typed(text).is_ok_and(|file: TrustFile| yaml::write_typed(&file) == wanted);
    edited(text, after).filter(reads_so).unwrap_or_else(|| {
        let head = text.split_inclusive('\n').take_while(|line| line.starts_with('#'));
        head.collect::<String>() + &wanted
    })
}

/// Lines that are replaced: the first, the one behind the last, and what stands there instead.
type Edits = BTreeMap<(usize, usize), String>;

fn edited(text: &str, after: &TrustFile) -> Option<String> {
    let before: TrustFile = yaml::read_typed(text).ok()?;
    let entries = Entries::of(text)?;
    let mut edits = Edits::new();
    for (index, (old, new)) in before.signers.iter().zip(&after.signers).enumerate() {
        entries.change(index, &fields(old)?, &fields(new)?, &mut edits)?;
    }
    let added = after.signers.get(before.signers.len()..)?;
    if !added.is_empty() {
        let last = before.signers.len().checked_sub(1)?;
        let dash = entries.lines[entries.begin(last)?].find('-')?;
        let end = entries.end(last)?;
        let text = indented(&yaml::write_typed(&added), dash);
        edits.entry((end, end)).or_default().push_str(&text);
    }
    let mut lines: Vec<String> = text.lines().map(|line| format!("{line}\n")).collect();
    for ((begin, end), text) in edits.into_iter().rev() {
        lines.splice(begin..end, [text]);
    }
    Some(lines.concat())
}

fn fields(entry: &SignerEntry) -> Option<Map<String, Value>> {
    match serde_json::to_value(entry) {
        Ok(Value::Object(fields)) => Some(fields),
        _ => None,
    }
}

/// Where the entries of `signers:` stand; lines count from 0.
struct Entries<'a> {
    lines: Vec<&'a str>,
    positions: Positions,
}

impl<'a> Entries<'a> {
    fn of(text: &'a str) -> Option<Entries<'a>> {
        Some(Entries {
            lines: text.lines().collect(),
            positions: Positions::of(text).ok()?,
        })
    }

    /// Adds the fields that are new, and replaces those that differ.
    fn change(
        &self,
        index: usize,
        old: &Map<String, Value>,
        new: &Map<String, Value>,
        edits: &mut Edits,
    ) -> Option<()> {
        let (_, column) = self.positions.value(&entry(index))?;
        for (name, value) in new.iter().filter(|(name, value)| old.get(*name) != Some(*value)) {
            let place = match old.contains_key(name) {
                true => self.field(index, name, old)?,
                false => (self.end(index)?, self.end(index)?),
            };
            let text = indented(&block(name, value), column - 1);
            edits.entry(place).or_default().push_str(&text);
        }
        Some(())
    }

    /// The lines of a field of an entry that has these.
    fn field(&self, index: usize, name: &str, fields: &Map<String, Value>) -> Option<(usize, usize)> {
        let line = |name: &String| {
            Some(
                self.positions
                    .key(&[entry(index), vec![Segment::Key(name.clone())]].concat())?
                    .0
                    - 1,
            )
        };
        let begin = line(&name.to_owned())?;
        let next = fields.keys().filter_map(line).filter(|line| *line > begin).min();
        let end = match next {
            Some(next) => self.above(next),
            None => self.end(index)?,
        };
        // beside the dash there is no line to replace
        let is_first = self.lines.get(begin)?.trim_start().starts_with('-');
        (!is_first).then_some((begin, end))
    }

    fn begin(&self, index: usize) -> Option<usize> {
        Some(self.positions.value(&entry(index))?.0 - 1)
    }

    /// The line behind the last one of an entry. Comments above what follows belong to that.
    fn end(&self, index: usize) -> Option<usize> {
        let next = self.begin(index + 1).or_else(|| {
            let begin = self.begin(index)?;
            let follows = |line: &&str| line.starts_with(|c: char| c.is_ascii_alphabetic());
            self.lines[begin..].iter().position(follows).map(|lines| begin + lines)
        });
        Some(self.above(next.unwrap_or(self.lines.len())))
    }

    /// The line behind the last one above this that is neither empty nor a comment.
    fn above(&self, line: usize) -> usize {
        let says = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
        self.lines[..line].iter().rposition(says).map_or(0, |last| last + 1)
    }
}

fn entry(index: usize) -> Vec<Segment> {
    vec![Segment::Key("signers".to_owned()), Segment::Index(index)]
}

fn indented(text: &str, by: usize) -> String {
    let line = |line: &str| {
        if line.is_empty() {
            "\n".to_owned()
        } else {
            format!("{:by$}{line}\n", "")
        }
    };
    text.lines().map(line).collect()
}
