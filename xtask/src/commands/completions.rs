//! `completions`: what lets a shell complete the command line.

use clap::CommandFactory;
use clap_complete::Shell;
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::Cli;
use crate::context::Context;
use crate::failure::Failure;
use crate::report::Report;

/// The word under which shells complete the tool.
const ALIAS: &str = "xtask";

/// Print a script that completes commands and options in a shell.
///
/// Shells leave what follows `cargo` to cargo, so the script also defines the short form `xtask` for `cargo xtask` and
/// completes that. Load it at the start of each session:
///
/// - bash, in ~/.bashrc: `source <(cargo xtask completions bash)`
///
/// - zsh, in ~/.zshrc after `compinit`: `source <(cargo xtask completions zsh)`
///
/// - fish, in ~/.config/fish/config.fish: `cargo xtask completions fish | source`
///
/// - powershell, in $PROFILE: `cargo xtask completions powershell | Out-String | Invoke-Expression`
///
/// - elvish, in rc.elv: `eval (cargo xtask completions elvish | slurp)`
///
/// `cargo` finds the alias only inside the repository: write the script to a file there and load the file where a
/// session starts elsewhere.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell.
    shell: Shell,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Answer {
    /// The shell.
    shell: String,
    /// What it has to run.
    script: String,
}

/// Prints the script.
pub fn run(_: &Context, args: Args) -> Result<Report, Failure> {
    let mut command = Cli::command().name(ALIAS);
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, ALIAS, &mut script);
    let mut script = String::from_utf8_lossy(&script).into_owned();
    script.push_str(&format!("\n{}\n", alias(args.shell)));
    let answer = Answer {
        shell: args.shell.to_string(),
        script: script.clone(),
    };
    Ok(Report::new(answer, script))
}

/// The short form in a shell's own words.
fn alias(shell: Shell) -> &'static str {
    match shell {
        Shell::Fish => "function xtask; cargo xtask $argv; end",
        Shell::PowerShell => "function xtask { cargo xtask @args }",
        Shell::Elvish => "edit:add-var xtask~ {|@arguments| e:cargo xtask $@arguments }",
        _ => "xtask() { cargo xtask \"$@\"; }",
    }
}
