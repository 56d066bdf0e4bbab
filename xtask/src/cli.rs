//! The command line: what was typed, which command that is, and how its answer is shown.

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand, ValueEnum};
use lockstep::report::Style;
use serde_json::json;

use crate::adapters::environment::Environment;
use crate::commands;
use crate::context::{Context, Format};
use crate::failure::{EXIT_DONE, EXIT_USAGE, Failure, FailureKind};
use crate::report::Report;

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
    /// In which form to answer.
    #[arg(long, global = true, value_enum, default_value_t)]
    pub format: Format,
    /// When to colour the answer.
    #[arg(long, global = true, value_enum, default_value_t)]
    pub color: Color,
    /// Say nothing but the result.
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Number of threads; all processors by default.
    #[arg(long, global = true, value_name = "N")]
    pub threads: Option<usize>,
    /// Work in this folder instead of the current one.
    #[arg(long, short = 'C', global = true, value_name = "FOLDER")]
    pub folder: Option<PathBuf>,
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

/// The commands. A comment on a variant would replace the help of its command, which is the comment of its `Args`.
#[derive(Debug, Subcommand)]
#[expect(missing_docs, reason = "the comment of a command's `Args` is its help")]
pub enum Command {
    Affected(commands::affected::Args),
    Bench(commands::bench::Args),
    Completions(commands::completions::Args),
    Diff(commands::diff::Args),
    E2e(commands::e2e::Args),
    Evaluate(commands::evaluate::Args),
    Explain(commands::explain::Args),
    Generate(commands::generate::Args),
    New(commands::new::Args),
    Prompts(commands::prompts::Args),
    Release(commands::release::Args),
    Render(commands::render::Args),
    Retro(commands::retro::Args),
}

/// Runs the tool with this process's command line, and returns its exit code.
pub fn main() -> u8 {
    match Environment::read() {
        Ok(environment) => {
            let arguments = environment.arguments.clone();
            run(environment, arguments)
        }
        Err(failure) => {
            show_failure(&failure, Format::Text, Style::Plain);
            failure.exit_code()
        }
    }
}

/// Runs the tool with a command line, and returns its exit code.
pub fn run(environment: Environment, arguments: Vec<OsString>) -> u8 {
    let cli = match Cli::try_parse_from(std::iter::once(OsString::from("cargo xtask")).chain(arguments)) {
        Ok(cli) => cli,
        Err(error) => {
            // a closed pipe leaves nobody to tell
            let _ = error.print();
            let is_answer = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            return if is_answer { EXIT_DONE } else { EXIT_USAGE };
        }
    };
    let colored = match cli.global.color {
        Color::Auto => environment.wants_color(),
        Color::Always => true,
        Color::Never => false,
    };
    if let Some(threads) = cli.global.threads {
        // fails only where a pool exists already, in tests that run several commands in one process
        let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    }
    let mut context = Context::of_process(environment, cli.global.folder);
    context.format = cli.global.format;
    context.quiet = cli.global.quiet;
    context.style = if colored { Style::Colored } else { Style::Plain };
    let (name, result) = dispatch(&context, cli.command);
    match result {
        Ok(report) => show(&report, name, &context),
        Err(failure) => {
            show_failure(&failure, context.format, context.style);
            failure.exit_code()
        }
    }
}

fn dispatch(context: &Context, command: Command) -> (&'static str, Result<Report, Failure>) {
    match command {
        Command::Affected(args) => ("affected", commands::affected::run(context, args)),
        Command::Bench(args) => ("bench", commands::bench::run(context, args)),
        Command::Completions(args) => ("completions", commands::completions::run(context, args)),
        Command::Diff(args) => ("diff", commands::diff::run(context, args)),
        Command::E2e(args) => ("e2e", commands::e2e::run(context, args)),
        Command::Evaluate(args) => ("evaluate", commands::evaluate::run(context, args)),
        Command::Explain(args) => ("explain", commands::explain::run(context, args)),
        Command::Generate(args) => ("generate", commands::generate::run(context, args)),
        Command::New(args) => ("new", commands::new::run(context, args)),
        Command::Prompts(args) => ("prompts", commands::prompts::run(context, args)),
        Command::Release(args) => ("release", commands::release::run(context, args)),
        Command::Render(args) => ("render", commands::render::run(context, args)),
        Command::Retro(args) => ("retro", commands::retro::run(context, args)),
    }
}

fn show(report: &Report, name: &str, context: &Context) -> u8 {
    let mut out = std::io::stdout().lock();
    let written = match context.format {
        Format::Json => writeln!(out, "{:#}", report.to_json(name)),
        Format::Text => write!(out, "{}", report.text).and_then(|()| out.flush()),
    };
    if context.format == Format::Text {
        let mut aside = report.aside(context.style);
        if context.quiet {
            aside = report.quiet_aside(context.style);
        }
        let _ = write!(std::io::stderr(), "{aside}");
    }
    match written {
        Ok(()) => report.exit_code(),
        // whoever read the answer has read enough
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => report.exit_code(),
        Err(error) => {
            let failure = Failure::new(FailureKind::Disk, format!("could not write the answer: {error}"));
            show_failure(&failure, context.format, context.style);
            failure.exit_code()
        }
    }
}

fn show_failure(failure: &Failure, format: Format, style: Style) {
    let text = match format {
        Format::Json => format!("{:#}\n", json!({ "exit": failure.exit_code(), "failure": failure })),
        Format::Text => {
            let hints: String = failure
                .hints
                .iter()
                .map(|hint| format!("  {} {hint}\n", style.faint("= hint:")))
                .collect();
            format!("{}: {}\n{hints}", style.error("failed"), failure.message)
        }
    };
    let _ = match format {
        Format::Json => write!(std::io::stdout(), "{text}"),
        Format::Text => write!(std::io::stderr(), "{text}"),
    };
}
