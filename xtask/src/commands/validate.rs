//! `validate`: what the clusters would refuse of what is rendered, or of any manifests.

mod mutate;

use lockstep::policy::By;

use super::answers::{Shape, shape};
use super::judging::{self, PathArgs, UnitsArgs};
use crate::context::{Context, Source};
use crate::failure::Failure;
use crate::outputs::OutputArgs;
use crate::report::Report;

/// Judge manifests by the schemas of Kubernetes and what its API server enforces beyond them.
///
/// Every unit is rendered and judged for the version of Kubernetes that its environment's cluster has, beside what the
/// environment branch has of it, and by what must fit together in a unit, in an environment and in the files. Findings
/// point to the template line, and to the value that it says where there is one. With `--path`, the objects of any
/// manifests are judged instead.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    units: UnitsArgs,
    /// Judge this git revision instead of the work tree.
    #[arg(long, value_name = "REVISION")]
    revision: Option<String>,
    #[command(flatten)]
    paths: PathArgs,
    /// Break what the fleet renders, one change at a time, and count what is found and by what: schemas, server, policies
    /// or rules.
    #[arg(long, conflicts_with_all = ["path", "environment", "agent"])]
    mutate: bool,
    /// Which of many equal places `--mutate` breaks.
    #[arg(long, value_name = "NUMBER", default_value_t = 1, requires = "mutate")]
    seed: u64,
    /// Where to write the answer.
    #[command(flatten)]
    output: OutputArgs,
}

/// What it answers.
pub(super) const ANSWERS: &[Shape] = &[shape::<judging::Answer>(), shape::<mutate::Mutated>()];

/// Judges.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    if !args.paths.path.is_empty() {
        return judging::of_paths(context, &args.paths, &args.units.environment, By::Rules);
    }
    let source = args.revision.map_or(Source::WorkTree, Source::Revision);
    if args.mutate {
        return mutate::run(context, &source, args.seed);
    }
    Ok(judging::judge(context, &source, &args.units, By::Rules)?.report())
}
