//! `resume`: a held unit may be released again.

use super::hold::{self, Turn};
use crate::context::Context;
use crate::failure::Failure;
use crate::report::Report;

/// Let a held agent be released to an environment again.
///
/// What a hold kept back is released by the next `release`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    same: hold::Args,
}

/// Resumes.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    hold::change(context, &args.same, Turn::Resume)
}
