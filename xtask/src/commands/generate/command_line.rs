//! The page of every command with its arguments, from the command line's own description.

use clap::{Arg, ArgAction, Command};
use lockstep::reference::{cell, page as finish};

/// The page of a command line.
pub(super) fn page(mut root: Command) -> String {
    root.build();
    let mut text = format!("# Commands\n\n{}\n\n## Options of every command\n\n", long_about(&root));
    text += &table(root.get_arguments().filter(|argument| argument.is_global_set()));
    commands(&root, "cargo xtask", &mut text);
    finish(&text)
}

/// A section for every command below this one, by name.
fn commands(parent: &Command, path: &str, text: &mut String) {
    let mut below: Vec<&Command> = parent
        .get_subcommands()
        .filter(|command| command.get_name() != "help" && !command.is_hide_set())
        .collect();
    below.sort_by_key(|command| command.get_name());
    for command in below {
        let path = format!("{path} {}", command.get_name());
        *text += &format!("\n## `{path}`\n\n{}\n", long_about(command));
        let own: Vec<&Arg> = command
            .get_arguments()
            .filter(|argument| !argument.is_global_set())
            .collect();
        let usage: Vec<String> = own.iter().filter_map(|argument| usage(argument)).collect();
        if !command.has_subcommands() {
            *text += &format!("\n```text\n{path} {}\n```\n", usage.join(" "));
        }
        if own.iter().any(|argument| is_shown(argument)) {
            *text += &format!("\n{}", table(own.into_iter()));
        }
        commands(command, &path, text);
    }
}

fn long_about(command: &Command) -> String {
    let about = command.get_long_about().or_else(|| command.get_about());
    about.map(ToString::to_string).unwrap_or_default().trim_end().to_owned()
}

fn is_shown(argument: &Arg) -> bool {
    !argument.is_hide_set() && !matches!(argument.get_long(), Some("help" | "version"))
}

/// How an argument stands in the line: what may be left out in brackets.
fn usage(argument: &Arg) -> Option<String> {
    let word = name(argument).filter(|_| is_shown(argument))?;
    let many = matches!(argument.get_action(), ArgAction::Append);
    let word = if many { format!("{word}…") } else { word };
    Some(if argument.is_required_set() {
        word
    } else {
        format!("[{word}]")
    })
}

/// `--option <VALUE>`, or `<VALUE>` where the place in the line says which it is.
fn name(argument: &Arg) -> Option<String> {
    let takes_value = argument.get_action().takes_values();
    let values = argument.get_value_names().filter(|_| takes_value).unwrap_or_default();
    let values: Vec<String> = values.iter().map(|value| format!("<{value}>")).collect();
    let long = argument.get_long().map(|long| format!("--{long}"));
    let words: Vec<String> = long.into_iter().chain(values).collect();
    (!words.is_empty()).then(|| words.join(" "))
}

fn table<'a>(arguments: impl Iterator<Item = &'a Arg>) -> String {
    let mut text = "| argument | default | meaning |\n|---|---|---|\n".to_owned();
    for argument in arguments.filter(|argument| is_shown(argument)) {
        let name = name(argument).unwrap_or_default();
        let short = argument
            .get_short()
            .map(|short| format!("`-{short}`, "))
            .unwrap_or_default();
        let is_flag = !argument.get_action().takes_values();
        let defaults: Vec<String> = argument
            .get_default_values()
            .iter()
            .filter(|_| !is_flag)
            .map(|value| format!("`{}`", value.to_string_lossy()))
            .collect();
        text += &format!(
            "| {short}`{name}` | {} | {} |\n",
            defaults.join(", "),
            cell(&meaning(argument))
        );
    }
    text
}

fn meaning(argument: &Arg) -> String {
    let help = argument.get_long_help().or_else(|| argument.get_help());
    let mut text = help.map(ToString::to_string).unwrap_or_default();
    let values: Vec<String> = argument
        .get_possible_values()
        .iter()
        .filter(|value| !value.is_hide_set() && argument.get_action().takes_values())
        .map(|value| match value.get_help() {
            Some(help) => format!("`{}` ({help})", value.get_name()),
            None => format!("`{}`", value.get_name()),
        })
        .collect();
    if !values.is_empty() {
        text = format!("{}: {}", text.trim_end_matches('.'), values.join(", "));
    }
    text
}
