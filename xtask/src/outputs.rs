//! In which forms an answer is given, and where each of them goes.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::ValueEnum;
use clap::parser::ArgMatches;

use crate::failure::{Failure, FailureKind};

/// In which form a command answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Text for people.
    #[default]
    Text,
    /// One JSON document.
    Json,
    /// Findings as SARIF 2.1.0, for code scanning.
    Sarif,
    /// Findings as JUnit XML.
    Junit,
    /// Findings as a GitLab code quality report.
    Gitlab,
    /// Findings as GitHub workflow commands, which become annotations.
    Github,
    /// A summary as Markdown that fits into a comment.
    Markdown,
    /// A summary as Markdown that fits into the summary of a GitHub job.
    Summary,
}

/// The files that an answer is written to. A command has this beside its own arguments where its findings are worth
/// keeping; nothing else is needed, since the command line itself writes them.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct OutputArgs {
    /// Write the form that the `--format` before it names to this file; both may be repeated.
    #[arg(id = OUTPUT, long = "output", value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// The argument's id.
const OUTPUT: &str = "output";
/// The id of the global argument.
const FORMAT: &str = "format";

impl OutputArgs {
    /// Whether any form goes to a file.
    pub fn has_files(&self) -> bool {
        !self.files.is_empty()
    }
}

/// Where the forms of an answer go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outputs {
    /// The form on standard output; text where all others go to files.
    pub terminal: Format,
    /// The forms that go to files.
    pub files: Vec<(Format, PathBuf)>,
}

impl Outputs {
    /// What a command line asks for: each `--output` takes the `--format` before it.
    pub fn of(matches: &ArgMatches) -> Result<Outputs, Failure> {
        let mut innermost = matches;
        while let Some((_, inner)) = innermost.subcommand() {
            innermost = inner;
        }
        let formats = values::<Format>(innermost, FORMAT);
        let files = values::<PathBuf>(innermost, OUTPUT);
        let mut pairs: Vec<(Format, usize, Option<PathBuf>)> = formats
            .into_iter()
            .map(|(index, format)| (format, index, None))
            .collect();
        for (at, file) in files {
            let before = pairs.iter_mut().rev().find(|(_, index, _)| *index < at);
            match before {
                Some((_, _, place @ None)) => *place = Some(file),
                _ => {
                    let message = format!("`--output {}` has no `--format` of its own", file.display());
                    let hint = "write pairs: `--format sarif --output findings.sarif`";
                    return Err(Failure::new(FailureKind::Usage, message).hint(hint));
                }
            }
        }
        Outputs::of_pairs(pairs.into_iter().map(|(format, _, file)| (format, file)))
    }

    /// The form that a command line wants on standard output, where it cannot be read as a whole: the first `--format`
    /// without an `--output` after it.
    pub fn asked(arguments: &[OsString]) -> Format {
        let words: Vec<&str> = arguments.iter().filter_map(|word| word.to_str()).collect();
        let mut words = words.iter().flat_map(|word| word.splitn(2, '=')).peekable();
        while let Some(word) = words.next() {
            if word == "--format"
                && let Some(Ok(format)) = words.next().map(|name| Format::from_str(name, false))
                && words.peek() != Some(&"--output")
            {
                return format;
            }
        }
        Format::Text
    }

    fn of_pairs(pairs: impl Iterator<Item = (Format, Option<PathBuf>)>) -> Result<Outputs, Failure> {
        let mut terminal = None;
        let mut files: Vec<(Format, PathBuf)> = Vec::new();
        for (format, file) in pairs {
            match file {
                None if terminal.is_some() => {
                    return Err(
                        Failure::new(FailureKind::Usage, "several forms are to go to standard output")
                            .hint("give all but one of them an `--output`"),
                    );
                }
                None => terminal = Some(format),
                Some(file) if files.iter().any(|(_, other)| *other == file) => {
                    let message = format!("two forms are to go to `{}`", file.display());
                    return Err(Failure::new(FailureKind::Usage, message).hint("give each a file of its own"));
                }
                Some(file) => files.push((format, file)),
            }
        }
        Ok(Outputs {
            terminal: terminal.unwrap_or_default(),
            files,
        })
    }
}

/// The values of an argument with their places in the line; none where the command does not have it.
fn values<T: Clone + Send + Sync + 'static>(matches: &ArgMatches, id: &str) -> Vec<(usize, T)> {
    let values = matches.try_get_many::<T>(id).ok().flatten();
    let values: Vec<T> = values.into_iter().flatten().cloned().collect();
    if values.is_empty() {
        return Vec::new();
    }
    matches.indices_of(id).into_iter().flatten().zip(values).collect()
}
