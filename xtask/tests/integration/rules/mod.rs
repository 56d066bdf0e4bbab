//! What the rules say about the fleet of this repository, and about manifests of tests.

mod fleet;
mod overlay;
