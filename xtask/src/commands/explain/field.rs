//! `explain field`: what a key of a file means, what it admits, and what stands below it.

use lockstep::reference::{self, FieldHelp};
use lockstep::report::{Style, Table};
use lockstep::workspace::layout;

use super::super::selection;
use crate::context::Context;
use crate::failure::Failure;
use crate::report::Report;

/// Say what a key of a file means, what it admits, and what stands below it.
///
/// A path starts with the kind of file: `agent.candidate.model`, `environment.cluster`, `fleet.delivery`, `values.probes`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The path, dotted; a kind of file alone shows its keys.
    #[arg(value_name = "PATH")]
    path: String,
}

/// Explains a field.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    let field = reference::field(&args.path).map_err(|unknown| {
        let word = if unknown.within.is_empty() {
            "kind of file".to_owned()
        } else {
            format!("key of `{}` called", unknown.within)
        };
        selection::unknown(&word, &unknown.name, unknown.known.iter().map(String::as_str))
    })?;
    let text = text(context, &field);
    Ok(Report::new(&field, text))
}

fn text(context: &Context, field: &FieldHelp) -> String {
    let style: Style = context.style;
    let mut text = format!("{}: {}\n", style.strong(&field.path), field.kind);
    if !field.description.is_empty() {
        text.push_str(&format!("  {}\n", field.description));
    }
    if let Some(default) = &field.default {
        text.push_str(&format!("  default: {default}\n"));
    }
    if !field.keys.is_empty() {
        let mut table = Table::new(&["key", "holds", "meaning"]);
        for key in &field.keys {
            table.row(vec![key.name.clone(), key.kind.clone(), key.meaning.clone()]);
        }
        text.push_str(&format!("\n{}", context.table(&table)));
    }
    text.push_str(&format!("\n{}\n", style.faint(&layout::schema(&field.file))));
    text
}
