//! Secrets in the files of agents, environments and templates.

use super::FleetScene;
use crate::model::Finding;
use crate::prompts::run::Tape;
use crate::secrets::scan;
use crate::workspace::layout::{self, Place};

/// Files that the tool writes and that hold digests only.
fn is_written(path: &str) -> bool {
    matches!(layout::place(path), Place::Release(..) | Place::PinnedBlueprint(..))
}

pub(super) fn check(scene: &FleetScene<'_>) -> Vec<Finding> {
    let roots = layout::ROOTS.iter().flat_map(|root| scene.tree.below(root));
    let files = roots.filter(|(path, _)| !is_written(path));
    files.flat_map(|(path, bytes)| leaks(path, bytes)).collect()
}

/// The secrets in a file; what is no text has none.
fn leaks(path: &str, bytes: &[u8]) -> Vec<Finding> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    // counted on from hit to hit: recordings are long
    let (mut line, mut begin, mut at) = (1, 0, 0);
    for hit in scan(text) {
        let before = &text[at..hit.start];
        line += before.matches('\n').count();
        begin = before.rfind('\n').map_or(begin, |end| at + end + 1);
        at = hit.start;
        let column = text[begin..at].chars().count() + 1;
        let finding = Finding::error("leaked-secret", format!("this looks like {}", hit.kind));
        let help = "revoke it, take it out, and name a Secret that something outside of git makes";
        findings.push(finding.at(path, line, column).help(help).secret());
    }
    findings
}

/// Bytes that are read at once of what may be long.
const BLOCK: usize = 1 << 20;

/// Whether a file that is read in pieces may have a secret: where it has one, always. Cases and recordings are no part of
/// what renders, and only few of them have anything to tell.
pub fn may_leak(tape: &dyn Tape) -> Result<bool, String> {
    let (mut at, mut open, mut block) = (0, Vec::new(), vec![0; BLOCK]);
    loop {
        let count = tape.read(at, &mut block)?;
        at += count as u64;
        let (piece, is_end) = (&block[..count], count < BLOCK);
        // no secret goes on in the next line
        let end = match piece.iter().rposition(|byte| *byte == b'\n') {
            _ if is_end => count,
            Some(end) => end + 1,
            None => 0,
        };
        open.extend_from_slice(&piece[..end]);
        if end > 0 || is_end {
            let Ok(text) = std::str::from_utf8(&open) else {
                return Ok(false);
            };
            if !scan(text).is_empty() {
                return Ok(true);
            }
            open.clear();
        }
        if is_end {
            return Ok(false);
        }
        open.extend_from_slice(&piece[end..]);
    }
}
