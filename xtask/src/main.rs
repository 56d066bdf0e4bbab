//! `cargo xtask`: the edge of Lockstep, which reads the world, runs the core and applies its plans.

use std::process::ExitCode;

/// Rendering allocates many small values on all threads: a quarter of its time with the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ExitCode::from(xtask::cli::main())
}
