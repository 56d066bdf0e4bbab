//! `man`: manual pages of the command line.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Command, CommandFactory};
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::Cli;
use crate::context::Context;
use crate::failure::{Failure, FailureKind};
use crate::report::Report;

/// The name of the page of the tool as a whole, and what those of its commands begin with.
const NAME: &str = "cargo-xtask";

/// Write manual pages, one for every command.
///
/// `cargo xtask man ~/.local/share/man/man1`, then `man cargo-xtask-release`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder to write them to.
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Answer {
    /// Names of the files that were written.
    pages: Vec<String>,
}

/// Writes the pages.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    let mut root = Cli::command();
    root.build();
    let mut pages = BTreeMap::new();
    add(&root, NAME, &mut pages)
        .map_err(|error| Failure::new(FailureKind::Disk, format!("could not write a manual page: {error}")))?;
    let folder = context.folder.join(&args.folder);
    for (name, page) in &pages {
        context.files.write(&folder.join(name), page)?;
    }
    let text = format!("{} pages written to {}\n", pages.len(), args.folder.display());
    let pages = pages.into_keys().collect();
    Ok(Report::new(Answer { pages }, text).next(format!("man {}/{NAME}.1", args.folder.display())))
}

/// The page of a command, and those of the commands below it.
fn add(command: &Command, name: &str, pages: &mut BTreeMap<String, Vec<u8>>) -> std::io::Result<()> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone().display_name(name.to_owned())).render(&mut page)?;
    pages.insert(format!("{name}.1"), page);
    let below = command
        .get_subcommands()
        .filter(|command| command.get_name() != "help" && !command.is_hide_set());
    for command in below {
        add(command, &format!("{name}-{}", command.get_name()), pages)?;
    }
    Ok(())
}
