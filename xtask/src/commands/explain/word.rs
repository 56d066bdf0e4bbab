//! `explain word`: what any word of an answer means, and where more is said of it.

use std::collections::BTreeSet;

use clap::builder::PossibleValue;
use clap::{CommandFactory, ValueEnum};
use lockstep::reference::{self, Meaning, rules};
use schemars::JsonSchema;
use serde::Serialize;

use super::super::generate::exit_codes;
use super::super::selection;
use crate::cli::Cli;
use crate::context::{Context, Format};
use crate::failure::Failure;
use crate::report::Report;

/// Say what a word means, wherever it was met: an exit code, a kind of failure, a stage, a class of risk, a verdict, a rule
/// …
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The word, as it was shown: `4`, `race`, `deploy_staging`, `blue-green`.
    #[arg(value_name = "WORD")]
    word: String,
}

/// What a word means.
#[derive(Serialize, JsonSchema)]
pub(super) struct WordHelp {
    /// The word.
    word: String,
    /// Its meanings, each of another kind of thing.
    meanings: Vec<Meaning>,
    /// Commands that say more.
    more: Vec<String>,
}

/// A word without what tells its spellings apart.
fn plain(word: &str) -> String {
    let letters = word.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// The forms of an answer.
fn formats() -> Vec<Meaning> {
    let forms = Format::value_variants().iter().filter_map(Format::to_possible_value);
    let meaning = |form: PossibleValue| Meaning {
        word: form.get_name().to_owned(),
        of: "a form of an answer, for `--format`".to_owned(),
        meaning: format!("{}.", form.get_help().map(ToString::to_string).unwrap_or_default()),
    };
    forms.map(meaning).collect()
}

/// Explains a word.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    let mut meanings = reference::words();
    meanings.extend(exit_codes::words());
    meanings.extend(formats());
    let rules = rules();
    let commands = Cli::command();
    let known: BTreeSet<String> = meanings
        .iter()
        .map(|meaning| meaning.word.clone())
        .chain(rules.iter().map(|rule| rule.id.to_owned()))
        .chain(commands.get_subcommands().map(|command| command.get_name().to_owned()))
        .collect();
    // files write `blueGreen` for what answers call `blue-green`
    match meanings.iter().any(|meaning| meaning.word == args.word) {
        true => meanings.retain(|meaning| meaning.word == args.word),
        false => meanings.retain(|meaning| plain(&meaning.word) == plain(&args.word)),
    }
    let mut more = Vec::new();
    let mut meant = |of: &str, meaning: String, subject: &str| {
        meanings.push(Meaning {
            word: args.word.clone(),
            of: of.to_owned(),
            meaning,
        });
        more.push(format!("cargo xtask explain {subject} {}", args.word));
    };
    if let Some(rule) = rules.iter().find(|rule| rule.id == args.word) {
        meant("a rule", rule.reason.to_owned(), "rule");
    }
    if let Some(command) = commands.find_subcommand(&args.word) {
        meant(
            "a command",
            command.get_about().map(ToString::to_string).unwrap_or_default(),
            "command",
        );
    }
    if let Ok(field) = reference::field(&args.word) {
        meant("a kind of file, or a key of one", field.description, "field");
    }
    if meanings.is_empty() {
        let known = known.iter().map(String::as_str);
        return Err(selection::unknown_of_many("word", &args.word, known));
    }
    let style = context.style;
    let mut text = String::new();
    for meaning in &meanings {
        text += &format!(
            "{}: {}\n  {}\n",
            style.strong(&meaning.word),
            meaning.of,
            meaning.meaning
        );
    }
    let answer = WordHelp {
        word: args.word,
        meanings,
        more: more.clone(),
    };
    let report = Report::new(answer, text);
    Ok(more.into_iter().fold(report, |report, command| report.next(&command)))
}
