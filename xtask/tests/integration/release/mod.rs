//! What a release writes, and what it leaves alone.
