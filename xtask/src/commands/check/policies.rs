//! Policies that a change weakens: whoever reads it is told, since what is judged passes all the more easily.

use lockstep::model::Finding;
use lockstep::policy::admission::{Policies, Resources};
use lockstep::workspace::layout;

use super::base::Base;
use crate::commands::judging::Judgement;

/// The policies of the base that the work tree follows less strictly, or has no more.
pub(super) fn weakened(base: &Base, earlier: &Judgement, judged: &Judgement) -> Vec<Finding> {
    let folder = format!("{}/", layout::ADMISSION);
    if !base.touches(|path| path.starts_with(&folder)) {
        return Vec::new();
    }
    let read = |side: &Judgement| {
        let tree = &side.loaded.tree;
        Policies::read(tree, Resources::of_tree(tree))
    };
    let ((before, _), (after, wrong)) = (read(earlier), read(judged));
    // what cannot be read is told as such, and not as gone
    if wrong.iter().any(Finding::is_error) {
        return Vec::new();
    }
    after.weakened(&before, &base.name)
}
