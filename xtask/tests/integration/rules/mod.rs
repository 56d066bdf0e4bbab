//! What the rules say about the fleet of this repository, and about files and manifests of tests.

mod files;
mod fleet;
mod manifests;
mod overlay;
mod units;

use lockstep::model::FileTree;

/// The files of the small fleet, as a tree.
fn small_fleet() -> FileTree {
    let mut tree = FileTree::default();
    for (path, text) in crate::fleet::small::FILES {
        tree.insert(*path, text.as_bytes().to_vec());
    }
    tree
}
