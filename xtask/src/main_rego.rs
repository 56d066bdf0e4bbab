//! The same program with the engine of Rego: what needs it beside the other runs this one.

use std::process::ExitCode;

/// Rendering allocates many small values on all threads: a quarter of its time with the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ExitCode::from(xtask::cli::main())
}
