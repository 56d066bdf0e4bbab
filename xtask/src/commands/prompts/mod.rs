//! `prompts`: what concerns the prompt format itself.

pub(super) mod conformance;

use crate::context::Context;
use crate::failure::Failure;
use crate::report::Report;

/// Work with the prompt format.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    what: What,
}

/// What can be done with it.
#[derive(Debug, clap::Subcommand)]
enum What {
    /// Run the conformance suites of the dotprompt format.
    Conformance(conformance::Args),
}

/// Does it.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    match args.what {
        What::Conformance(args) => conformance::run(context, args),
    }
}
