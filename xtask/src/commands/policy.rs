//! `policy`: what the policies say of what is rendered, or of any manifests; what they are; and whether they are tested.

mod list;
mod test;

use lockstep::model::{FileTree, Finding};
use lockstep::policy::By;
use lockstep::policy::admission::{Policies, Resources};
use lockstep::policy::catalogue::{Catalogue, Coverage, Entry};
use lockstep::workspace::layout;

use super::answers::{Shape, shape};
use super::explain::rule::{self, RuleHelp};
use super::judging::{self, PathArgs, UnitsArgs};
use crate::context::{Context, Source};
use crate::failure::Failure;
use crate::outputs::OutputArgs;
use crate::report::Report;
pub(super) use list::{PolicyRules, rules};

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
    #[command(flatten)]
    units: UnitsArgs,
    /// Judge this git revision instead of the work tree.
    #[arg(long, value_name = "REVISION")]
    revision: Option<String>,
    #[command(flatten)]
    paths: PathArgs,
    /// Where to write the answer.
    #[command(flatten)]
    output: OutputArgs,
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

/// What it answers.
pub(super) const ANSWERS: &[Shape] = &[
    shape::<judging::Answer>(),
    shape::<Catalogue>(),
    shape::<Coverage>(),
    shape::<Entry>(),
    shape::<RuleHelp>(),
    shape::<test::Tested>(),
];

/// Judges, lists, explains or tests.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    match args.verb {
        None => judged(context, args.check),
        Some(Verb::List(args)) => list::list(context, &args),
        Some(Verb::Explain(args)) => rule::explain(context, &args.rule),
        Some(Verb::Test(args)) => test::run(context, &args),
    }
}

fn judged(context: &Context, args: CheckArgs) -> Result<Report, Failure> {
    if !args.paths.path.is_empty() {
        return judging::of_paths(context, &args.paths, &args.units.environment, By::Policies);
    }
    let source = args.revision.map_or(Source::WorkTree, Source::Revision);
    let mut judged = judging::judge(context, &source, &args.units, By::Policies)?;
    judged.findings.extend(judged.unguarded());
    Ok(judged.report())
}

/// The policies of the work tree, with their files.
fn read(context: &Context) -> Result<(FileTree, Policies, Vec<Finding>), Failure> {
    let tree = context.files_of(&Source::WorkTree, &layout::judges)?;
    let (policies, mut findings) = Policies::read(&tree, Resources::of_tree(&tree));
    findings.extend(tree.unread());
    Ok((tree, policies, findings))
}
