//! The same program with what Sigstore needs: `cargo xtask` builds and runs it when a command asks for that.

use std::process::ExitCode;

/// Rendering allocates many small values on all threads: a quarter of its time with the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ExitCode::from(xtask::cli::main())
}
