//! `policy`: what the policies say of what is rendered, or of any manifests; what they are; and whether they are tested.

mod check;
mod list;
mod test;

use std::path::PathBuf;

use lockstep::model::{FileTree, Finding};
use lockstep::policy::admission::{Policies, Resources};
use lockstep::workspace::layout;

use crate::context::{Context, Source};
use crate::failure::Failure;
use crate::report::Report;

/// Judge what is rendered by the policies below `policies/`.
///
/// They are the admission policies that a cluster takes, unchanged: what passes here is what it admits. `check` runs
/// them too, with everything else. With `--path`, manifests from anywhere are judged instead.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    /// Something else to do with the policies.
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    check: CheckArgs,
}

/// What to judge.
#[derive(Debug, clap::Args)]
struct CheckArgs {
    /// Environments to judge; all by default. With `--path`, the one whose rules hold; the last by default.
    #[arg(long, short, value_name = "NAME")]
    environment: Vec<String>,
    /// Agents to judge; all, and what the environments have of their own, by default.
    #[arg(long, short, value_name = "NAME")]
    agent: Vec<String>,
    /// Judge this git revision instead of the work tree.
    #[arg(long, value_name = "REVISION")]
    revision: Option<String>,
    /// Judge these YAML or JSON files, and those below these folders, instead of what the fleet renders.
    #[arg(long, value_name = "PATH", num_args = 1.., conflicts_with_all = ["agent", "revision"])]
    path: Vec<PathBuf>,
}

/// Something else to do with the policies.
#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// List the rules, and how many objects each meets.
    List(list::ListArgs),
    /// Say why a rule is there, what breaks it and what to do.
    Explain(list::ExplainArgs),
    /// Judge the examples below `policies/tests/`, which show what each rule stops and lets pass.
    Test(test::Args),
}

/// Judges, lists, explains or tests.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    match args.verb {
        None => check::run(context, args.check),
        Some(Verb::List(args)) => list::list(context, &args),
        Some(Verb::Explain(args)) => list::explain(context, &args),
        Some(Verb::Test(args)) => test::run(context, &args),
    }
}

/// The policies of the work tree, with their files.
fn read(context: &Context) -> Result<(FileTree, Policies, Vec<Finding>), Failure> {
    let tree = context.files_of(&Source::WorkTree, &layout::judges)?;
    let (policies, findings) = Policies::read(&tree, Resources::with(Vec::new()));
    Ok((tree, policies, findings))
}
