//! The same program with what Sigstore needs: `cargo xtask` builds and runs it when a command asks for that.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(xtask::cli::main())
}
