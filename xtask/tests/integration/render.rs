//! Manifests without a commit.
