//! `schemas`: what the tool knows of the kinds in a cluster.

pub(super) mod import;

use crate::context::Context;
use crate::failure::Failure;
use crate::report::Report;

/// Teach the tool the kinds of your cluster.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    Import(import::Args),
}

/// Does it.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    match args.action {
        Action::Import(args) => import::run(context, args),
    }
}
