//! A new image in an agent's file: one digest is replaced, everything else stays byte for byte.

use crate::model::Digest;
use crate::yaml::{Positions, Segment};

/// The file with the candidate's digest replaced; nothing where it does not stand there as it was read.
pub fn new_image(text: &str, before: Digest, after: Digest) -> Option<String> {
    let path = ["candidate", "code", "digest"].map(|key| Segment::Key(key.into()));
    let (line, _) = Positions::of(text).ok()?.value(&path)?;
    let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let before = before.to_string();
    let at = start + text[start..].find(&before)?;
    Some(format!("{}{after}{}", &text[..at], &text[at + before.len()..]))
}
