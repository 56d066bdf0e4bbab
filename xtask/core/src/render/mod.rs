//! Rendering: from templates and values to Kubernetes objects.

mod context;

pub use context::*;
