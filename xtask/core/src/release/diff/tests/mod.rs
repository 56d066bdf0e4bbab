//! What comparing promises.
