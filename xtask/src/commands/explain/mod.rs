//! `explain`: what something means, or where it comes from.

mod command;
mod field;
pub(super) mod rule;
mod values;
mod word;

use lockstep::policy::catalogue::Entry;
use lockstep::reference::FieldHelp;

use super::answers::{Shape, shape};
use crate::context::Context;
use crate::failure::Failure;
use crate::report::Report;

/// Explain what a rule, a key of a file, a command or any other word means, or where values come from.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to explain.
    #[command(subcommand)]
    subject: Subject,
}

/// What can be explained.
#[derive(Debug, clap::Subcommand)]
enum Subject {
    Command(command::Args),
    Field(field::Args),
    Rule(rule::Args),
    Values(values::Args),
    Word(word::Args),
}

/// What it answers.
pub(super) const ANSWERS: &[Shape] = &[
    shape::<command::CommandHelp>(),
    shape::<FieldHelp>(),
    shape::<rule::RuleHelp>(),
    shape::<Entry>(),
    shape::<values::UnitValues>(),
    shape::<word::WordHelp>(),
];

/// Explains.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    match args.subject {
        Subject::Command(args) => command::run(context, args),
        Subject::Field(args) => field::run(context, args),
        Subject::Rule(args) => rule::run(context, args),
        Subject::Values(args) => values::run(context, args),
        Subject::Word(args) => word::run(context, args),
    }
}
