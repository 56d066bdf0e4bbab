//! Adapters: the only code that touches the disk, git, other programs, the environment and the real clock.

pub mod clock;
pub mod environment;
mod failing;
pub mod faults;
pub mod files;
pub mod git;
pub mod http;
pub mod measure;
pub mod memory;
pub mod programs;
pub mod signals;
pub mod signer;
