//! `cargo xtask`: the edge of Lockstep, which reads the world, runs the core and applies its plans.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(xtask::cli::main())
}
