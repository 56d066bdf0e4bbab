//! `branch`: whether a branch has a name that the fleet knows, and where its commits may be released.

use lockstep::model::Finding;
use lockstep::workspace::layout;
use schemars::JsonSchema;
use serde::Serialize;

use crate::context::{Context, Source};
use crate::failure::Failure;
use crate::report::Report;

/// Say where the commits of a branch may be released, by `branches:` in the fleet file.
///
/// Exits with 1 where no entry has such a name. A fleet without entries knows every name.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The branch, for example `feature/shorter-answers`.
    #[arg(value_name = "BRANCH")]
    name: String,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Answer {
    /// The branch.
    branch: String,
    /// Environments that it may be released to.
    environments: Vec<String>,
}

/// Looks a branch up.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    let loaded = context.load(&Source::WorkTree)?;
    let Some(workspace) = &loaded.workspace else {
        return Ok(Report::of_findings(loaded.findings, loaded.tree));
    };
    let branches = &workspace.fleet.branches;
    let environments: Vec<String> = if branches.is_empty() {
        workspace.fleet.environments.iter().map(ToString::to_string).collect()
    } else {
        match branches.iter().find(|branch| branch.is(&args.name)) {
            Some(branch) => branch.releases.iter().map(ToString::to_string).collect(),
            None => {
                let known: Vec<String> = branches.iter().map(|branch| format!("`{}`", branch.name)).collect();
                let finding = Finding::error(
                    "unknown-branch-name",
                    format!("`{}` is no name for a branch here", args.name),
                )
                .in_file(layout::FLEET)
                .help(format!("rename it as one of {}", known.join(", ")));
                return Ok(Report::of_findings(vec![finding], loaded.tree));
            }
        }
    };
    let text = match &environments[..] {
        [] => format!("{}: nothing is released from it\n", args.name),
        names => format!("{}: {}\n", args.name, names.join(", ")),
    };
    let branch = args.name;
    Ok(Report::new(Answer { branch, environments }, text))
}
