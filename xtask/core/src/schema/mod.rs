//! What Kubernetes admits: what its published schemas say, and what its server enforces beyond them.

pub mod overlay;
