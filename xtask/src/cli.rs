//! The command line: what was typed, which command that is, and how its answer is shown.

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use lockstep::report::{Screen, Style, within};

use crate::adapters::environment::Environment;
use crate::builds;
use crate::commands;
use crate::context::Context;
use crate::documents::{Outcome, document, failure_text};
use crate::failure::{EXIT_DONE, EXIT_USAGE, Failure, FailureKind};
use crate::outputs::{Format, Outputs};
use crate::report::Report;

/// Commands whose text is for programs: no line of it is broken to fit a terminal.
const VERBATIM: &[&str] = &["affected", "branch", "completions", "man", "render"];

/// Lockstep: renders, checks and releases AI agents to environment branches that Argo CD syncs.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, max_term_width = 100)]
pub struct Cli {
    /// What holds for every command.
    #[command(flatten)]
    pub global: Global,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// What holds for every command.
#[derive(Debug, Args)]
pub struct Global {
    /// In which form to answer; text by default.
    #[arg(long, global = true, value_enum)]
    pub format: Vec<Format>,
    /// When to colour the answer.
    #[arg(long, global = true, value_enum, default_value_t)]
    pub color: Color,
    /// Say nothing but the result.
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Say more: waived findings too, and every unit that has a finding.
    #[arg(long, short, global = true, conflicts_with = "quiet")]
    pub verbose: bool,
    /// Number of threads; all processors by default.
    #[arg(long, global = true, value_name = "N")]
    pub threads: Option<usize>,
    /// Work in this folder instead of the current one.
    // a name of its own, since commands have arguments that are called `folder`
    #[arg(long = "folder", short = 'C', global = true, value_name = "FOLDER")]
    pub work_folder: Option<PathBuf>,
}

/// When to colour the answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Color {
    /// Whether to colour what goes to a place that would like it, or would not.
    fn style(self, wanted: bool) -> Style {
        match self {
            Color::Auto if wanted => Style::Colored,
            Color::Always => Style::Colored,
            Color::Auto | Color::Never => Style::Plain,
        }
    }
}

/// The commands. A comment on a variant would replace the help of its command, which is the comment of its `Args`.
#[derive(Debug, Subcommand)]
#[expect(missing_docs, reason = "the comment of a command's `Args` is its help")]
pub enum Command {
    Affected(commands::affected::Args),
    Bench(commands::bench::Args),
    Branch(commands::branch::Args),
    Candidate(commands::candidate::Args),
    Check(commands::check::Args),
    Completions(commands::completions::Args),
    Conformance(commands::conformance::Args),
    Diff(commands::diff::Args),
    Doctor(commands::doctor::Args),
    Drill(commands::drill::Args),
    E2e(commands::e2e::Args),
    Evaluate(Box<commands::evaluate::Args>),
    Explain(commands::explain::Args),
    Generate(commands::generate::Args),
    History(commands::history::Args),
    Hold(commands::hold::Args),
    Import(commands::import::Args),
    Incident(commands::incident::Args),
    Keys(commands::keys::Args),
    Man(commands::man::Args),
    Mark(commands::mark::Args),
    New(commands::new::Args),
    Policy(commands::policy::Args),
    Promote(commands::promote::Args),
    Prompts(commands::prompts::Args),
    Release(commands::release::Args),
    Render(commands::render::Args),
    Resume(commands::resume::Args),
    Retro(commands::retro::Args),
    Rollback(commands::rollback::Args),
    Schemas(commands::schemas::Args),
    Stage(commands::stage::Args),
    Status(commands::status::Args),
    Trace(commands::trace::Args),
    Validate(commands::validate::Args),
    Verify(commands::verify::Args),
}

/// Runs the tool with this process's command line, and returns its exit code.
pub fn main() -> u8 {
    match Environment::read() {
        Ok(environment) => {
            let arguments = environment.arguments.clone();
            run(environment, arguments)
        }
        Err(failure) => {
            let _ = write!(std::io::stderr(), "{}", failure_text(&failure, Style::Plain));
            failure.exit_code()
        }
    }
}

/// Runs the tool with a command line, and returns its exit code.
pub fn run(environment: Environment, arguments: Vec<OsString>) -> u8 {
    let line = std::iter::once(OsString::from("cargo xtask")).chain(arguments);
    let read = Cli::command()
        .try_get_matches_from(line)
        .and_then(|matches| Ok((Outputs::of(&matches), Cli::from_arg_matches(&matches)?)));
    let (outputs, cli) = match read {
        Ok(read) => read,
        Err(error) => return unread(&error, &environment.arguments),
    };
    if let Some(threads) = cli.global.threads {
        // fails only where a pool exists already, in tests that run several commands in one process
        let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    }
    let color = cli.global.color;
    let aside = color.style(environment.wants_color_aside());
    let mut context = Context::of_process(environment, cli.global.work_folder);
    context.quiet = cli.global.quiet;
    context.verbose = cli.global.verbose;
    context.style = color.style(context.environment.wants_color());
    let outputs = match outputs {
        Ok(outputs) => outputs,
        Err(failure) => {
            context.format = Outputs::asked(&context.environment.arguments);
            return show(&context, "", Err(&failure), aside);
        }
    };
    context.format = outputs.terminal;
    let (name, result) = dispatch(&context, cli.command);
    let result = result.map(Report::without_secrets);
    let result = match builds::run_with_feature(&context, result.as_ref()) {
        Some(Ok(exit)) => return exit,
        Some(Err(unbuilt)) => Err(unbuilt),
        None => result,
    };
    let result = match write_files(&context, &outputs, name, result.as_ref()) {
        Ok(()) => result,
        Err(failure) => Err(failure),
    };
    show(&context, name, result.as_ref(), aside)
}

/// Shows help, or what is wrong with a command line; in the form that it asks for, too.
fn unread(error: &clap::Error, arguments: &[OsString]) -> u8 {
    // a closed pipe leaves nobody to tell
    let _ = error.print();
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return EXIT_DONE;
    }
    let format = Outputs::asked(arguments);
    if format != Format::Text {
        let said = error.render().to_string();
        let lines = said.lines().map(|line| line.trim().trim_start_matches("error: "));
        let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
        let failure = Failure::new(FailureKind::Usage, lines.join("; "));
        let _ = write!(std::io::stdout(), "{}", document(format, "", Err(&failure)));
    }
    EXIT_USAGE
}

fn dispatch(context: &Context, command: Command) -> (&'static str, Result<Report, Failure>) {
    match command {
        Command::Affected(args) => ("affected", commands::affected::run(context, args)),
        Command::Bench(args) => ("bench", commands::bench::run(context, args)),
        Command::Branch(args) => ("branch", commands::branch::run(context, args)),
        Command::Candidate(args) => ("candidate", commands::candidate::run(context, args)),
        Command::Check(args) => ("check", commands::check::run(context, args)),
        Command::Completions(args) => ("completions", commands::completions::run(context, args)),
        Command::Conformance(args) => ("conformance", commands::conformance::run(context, args)),
        Command::Diff(args) => ("diff", commands::diff::run(context, args)),
        Command::Doctor(args) => ("doctor", commands::doctor::run(context, args)),
        Command::Drill(args) => ("drill", commands::drill::run(context, args)),
        Command::E2e(args) => ("e2e", commands::e2e::run(context, args)),
        Command::Evaluate(args) => ("evaluate", commands::evaluate::run(context, *args)),
        Command::Explain(args) => ("explain", commands::explain::run(context, args)),
        Command::Generate(args) => ("generate", commands::generate::run(context, args)),
        Command::History(args) => ("history", commands::history::run(context, args)),
        Command::Hold(args) => ("hold", commands::hold::run(context, args)),
        Command::Import(args) => ("import", commands::import::run(context, args)),
        Command::Incident(args) => ("incident", commands::incident::run(context, args)),
        Command::Keys(args) => ("keys", commands::keys::run(context, args)),
        Command::Man(args) => ("man", commands::man::run(context, args)),
        Command::Mark(args) => ("mark", commands::mark::run(context, args)),
        Command::New(args) => ("new", commands::new::run(context, args)),
        Command::Policy(args) => ("policy", commands::policy::run(context, args)),
        Command::Promote(args) => ("promote", commands::promote::run(context, args)),
        Command::Prompts(args) => ("prompts", commands::prompts::run(context, args)),
        Command::Release(args) => ("release", commands::release::run(context, args)),
        Command::Render(args) => ("render", commands::render::run(context, args)),
        Command::Resume(args) => ("resume", commands::resume::run(context, args)),
        Command::Retro(args) => ("retro", commands::retro::run(context, args)),
        Command::Rollback(args) => ("rollback", commands::rollback::run(context, args)),
        Command::Schemas(args) => ("schemas", commands::schemas::run(context, args)),
        Command::Stage(args) => ("stage", commands::stage::run(context, args)),
        Command::Status(args) => ("status", commands::status::run(context, args)),
        Command::Trace(args) => ("trace", commands::trace::run(context, args)),
        Command::Validate(args) => ("validate", commands::validate::run(context, args)),
        Command::Verify(args) => ("verify", commands::verify::run(context, args)),
    }
}

/// Writes the forms that go to files.
fn write_files(context: &Context, outputs: &Outputs, name: &str, outcome: Outcome<'_>) -> Result<(), Failure> {
    for (format, file) in &outputs.files {
        let text = document(*format, name, outcome);
        context.files.write(&context.folder.join(file), text.as_bytes())?;
    }
    Ok(())
}

/// Shows the answer, or the failure, and returns the exit code.
fn show(context: &Context, name: &str, outcome: Outcome<'_>, aside: Style) -> u8 {
    let mut out = std::io::stdout().lock();
    let surroundings = &context.environment;
    let columns = surroundings.columns;
    let written = match (context.format, outcome) {
        (Format::Text, Ok(report)) if surroundings.output_is_terminal && !VERBATIM.contains(&name) => {
            write!(out, "{}", within(&report.text, columns))
        }
        (Format::Text, Ok(report)) => write!(out, "{}", report.text),
        (Format::Text, Err(_)) => Ok(()),
        (format, outcome) => write!(out, "{}", document(format, name, outcome)),
    };
    let written = written.and_then(|()| out.flush());
    let screen = Screen {
        style: aside,
        columns,
        verbose: context.verbose,
    };
    let text = match (context.format, outcome) {
        (Format::Json, _) => String::new(),
        (_, Err(failure)) => failure_text(failure, aside),
        (Format::Text, Ok(report)) if context.quiet => report.quiet_aside(screen),
        (Format::Text, Ok(report)) => report.aside(screen),
        (_, Ok(_)) => String::new(),
    };
    let text = match surroundings.error_is_terminal {
        true => within(&text, columns),
        false => text,
    };
    let _ = write!(std::io::stderr(), "{text}");
    match written {
        // whoever read the answer has read enough
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            let failure = Failure::new(FailureKind::Disk, format!("could not write the answer: {error}"));
            let _ = write!(std::io::stderr(), "{}", failure_text(&failure, aside));
            failure.exit_code()
        }
        _ => outcome.map_or_else(Failure::exit_code, Report::exit_code),
    }
}
