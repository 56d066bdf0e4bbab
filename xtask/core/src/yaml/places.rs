//! Where what is asked for stands in a document: for a few places less work than to know all of them.

use std::rc::Rc;

use super::path::Segment;
use super::tree::{Kind, Node};

/// Where everything in one document stands, looked up when it is asked for.
pub struct Places {
    root: Rc<Node>,
}

impl Places {
    pub(super) fn of(root: Rc<Node>) -> Places {
        Places { root }
    }

    /// The place to show for a path: its scalar; else the key, or value, of the nearest existing ancestor.
    pub fn nearest(&self, path: &[Segment]) -> (usize, usize) {
        let (mut here, mut key) = (&*self.root, None);
        for (index, segment) in path.iter().enumerate() {
            let Some((name, inside)) = inside(here, segment) else {
                return key.unwrap_or(here.place);
            };
            let is_leaf = matches!(inside.kind, Kind::Plain(_) | Kind::Text(_));
            key = name.filter(|_| !is_leaf || index + 1 < path.len());
            here = inside;
        }
        key.unwrap_or(here.place)
    }
}

/// What a step leads to, and where its key stands.
fn inside<'n>(node: &'n Node, segment: &Segment) -> Option<(Option<(usize, usize)>, &'n Node)> {
    match (&node.kind, segment) {
        (Kind::Sequence(items), Segment::Index(index)) => Some((None, items.get(*index)?)),
        (Kind::Mapping(entries), Segment::Key(wanted)) => {
            let is_wanted = |key: &Node| matches!(&key.kind, Kind::Plain(text) | Kind::Text(text) if text == wanted);
            let (key, value) = entries.iter().find(|(key, _)| is_wanted(key))?;
            Some((Some(key.place), value))
        }
        _ => None,
    }
}
