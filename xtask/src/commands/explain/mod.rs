//! `explain`: where something comes from.

mod values;

use crate::context::Context;
use crate::failure::Failure;
use crate::report::Report;

/// Explain where something comes from.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to explain.
    #[command(subcommand)]
    subject: Subject,
}

/// What can be explained.
#[derive(Debug, clap::Subcommand)]
enum Subject {
    /// Show the values of a unit, each with the line that set it and what it overrode.
    Values(values::Args),
}

/// Explains.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    match args.subject {
        Subject::Values(args) => values::run(context, args),
    }
}
