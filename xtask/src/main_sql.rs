//! The same program with the parser of SQL: what needs it beside the other runs this one.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(xtask::cli::main())
}
