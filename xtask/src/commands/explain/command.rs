//! `explain command`: what a command does, with its arguments and an example.

use clap::CommandFactory;
use schemars::JsonSchema;
use serde::Serialize;

use super::super::selection;
use crate::cli::Cli;
use crate::context::Context;
use crate::failure::Failure;
use crate::report::Report;

/// Say what a command does: the same as its `--help`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The command: `release`, or `new agent`.
    #[arg(value_name = "COMMAND", required = true, num_args = 1..)]
    command: Vec<String>,
}

/// What a command does.
#[derive(Serialize, JsonSchema)]
pub(super) struct CommandHelp {
    /// The command.
    command: String,
    /// Its help.
    help: String,
    /// Where it stands among all commands.
    page: String,
}

/// Explains a command.
pub fn run(_: &Context, args: Args) -> Result<Report, Failure> {
    let mut root = Cli::command();
    root.build();
    let mut command = &mut root;
    for name in &args.command {
        let known: Vec<String> = command
            .get_subcommands()
            .map(|command| command.get_name().to_owned())
            .collect();
        match command.find_subcommand_mut(name) {
            Some(found) => command = found,
            None => {
                return Err(selection::unknown_of_many(
                    "command",
                    name,
                    known.iter().map(String::as_str),
                ));
            }
        }
    }
    let help = command.render_long_help().to_string();
    let name = args.command.join(" ");
    let page = format!("docs/reference/commands.md#cargo-xtask-{}", args.command.join("-"));
    let text = format!("{}\n\n{page}\n", help.trim_end());
    Ok(Report::new(
        CommandHelp {
            command: name,
            help,
            page,
        },
        text,
    ))
}
