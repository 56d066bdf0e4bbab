//! Policies in Rego, by conftest's conventions: `deny`, `warn` and `violation` of every package, over one object at a
//! time.

mod about;
#[cfg(feature = "rego")]
mod engine;

pub use about::about;

#[cfg(feature = "rego")]
pub use engine::{Rego, Session};

#[cfg(not(feature = "rego"))]
pub use absent::{Rego, Session};

/// Without the engine, a Rego policy is a finding and never a pass.
#[cfg(not(feature = "rego"))]
mod absent {
    use serde_json::Value;

    use crate::model::{FileTree, Finding, Problem};
    use crate::workspace::layout;

    /// No engine.
    #[derive(Debug, Default)]
    pub struct Rego;

    /// No engine either.
    #[derive(Debug)]
    pub struct Session;

    impl Rego {
        /// Every Rego file is a finding: nothing here can evaluate it.
        pub fn read(tree: &FileTree) -> (Rego, Vec<Finding>) {
            let policies = tree.below(layout::REGO).filter(|(path, _)| path.ends_with(".rego"));
            let findings = policies.map(|(path, _)| {
                Finding::error(
                    "rego-not-built",
                    "this build cannot evaluate Rego, so the policy was not judged",
                )
                .in_file(path)
                .help("`cargo xtask` makes the build that can, where it can run cargo; by hand: `cargo build --package xtask --features rego --bin xtask-rego`")
            });
            (Rego, findings.collect())
        }

        /// A session, which judges nothing.
        pub fn session(&self) -> Session {
            Session
        }

        /// No rules.
        pub fn rules(&self) -> impl Iterator<Item = &str> {
            std::iter::empty()
        }

        /// How many policies there are.
        pub fn len(&self) -> usize {
            0
        }

        /// Whether there are none.
        pub fn is_empty(&self) -> bool {
            true
        }
    }

    impl Session {
        /// Nothing.
        pub fn judge(&mut self, _: &Value) -> Vec<Problem> {
            Vec::new()
        }
    }
}
