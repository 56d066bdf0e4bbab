//! `new environment`: a folder under `environments/` and its place in the fleet's list.

use lockstep::model::{EnvironmentName, Finding, Tier};
use lockstep::workspace::files::Follows;
use lockstep::workspace::scaffold::{NewEnvironment, new_environment};
use lockstep::workspace::{Workspace, layout};

use super::{Mode, Proof, apply, refuse_existing};
use crate::commands::selection;
use crate::context::{Context, Source};
use crate::failure::{Failure, FailureKind};
use crate::report::Report;

/// Start an environment: environment.yaml and its entry in the fleet's list.
///
/// Cluster, quota and roles are those of the environment before it; the namespace is its own.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Its name: lower-case letters, digits and hyphens.
    name: String,
    /// The environment that comes before it in the order of promotion.
    #[arg(long, value_name = "ENVIRONMENT")]
    after: String,
    /// How near it is to users; as near as the one before by default.
    #[arg(long, value_enum)]
    tier: Option<TierWord>,
    /// Where its tuples come from; `candidate` in dev and `releases` elsewhere by default.
    #[arg(long, value_enum)]
    follows: Option<FollowsWord>,
    /// Its namespace; `agent-<name>` by default.
    #[arg(long, value_name = "NAMESPACE")]
    namespace: Option<String>,
    /// What it is for, in a sentence.
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Show the files and write nothing.
    #[arg(long, short = 'n')]
    dry_run: bool,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum TierWord {
    /// Every commit; mock models and mock tools.
    Dev,
    /// Release candidates; real models, mock tools.
    Staging,
    /// A small share of real traffic.
    Canary,
    /// Real traffic.
    Production,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum FollowsWord {
    /// What each agent.yaml describes now; only in dev.
    Candidate,
    /// What was promoted.
    Releases,
}

/// Starts an environment.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    let name = EnvironmentName::new(&args.name).map_err(|error| Failure::new(FailureKind::Usage, error.to_string()))?;
    refuse_existing(
        context,
        "environment",
        &args.name,
        &format!("{}/{name}", layout::ENVIRONMENTS),
    )?;
    let loaded = context.load(&Source::WorkTree)?;
    let Some(workspace) = &loaded.workspace else {
        return Ok(Report::of_findings(loaded.findings, loaded.tree));
    };
    refuse_reserved(workspace, &name)?;
    if selection::unreadable(workspace, std::slice::from_ref(&args.after)) {
        return Ok(Report::of_findings(loaded.findings, loaded.tree));
    }
    let after = selection::environments(workspace, std::slice::from_ref(&args.after))?[0];
    let new = NewEnvironment {
        name: name.clone(),
        after: after.name.clone(),
        tier: args.tier.map(TierWord::tier),
        follows: args.follows.map(FollowsWord::follows),
        namespace: args.namespace,
        description: args.description,
    };
    let fleet = loaded
        .tree
        .get(layout::FLEET)
        .map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let plan = new_environment(workspace, &fleet.unwrap_or_default(), &new).map_err(|message| {
        Failure::new(FailureKind::Usage, message).hint(format!(
            "put `{name}` behind `{}` by hand and write its `environment.yaml`",
            new.after
        ))
    })?;
    let mut report = apply(
        context,
        loaded,
        plan,
        &Proof::Environment(name.as_str()),
        Mode::of(args.dry_run),
    )?;
    if !report.findings.iter().any(Finding::is_error) && !args.dry_run {
        report.next.extend(next(&name));
    }
    Ok(report)
}

/// The folder of pinned blueprints stands among the environments and is none.
fn refuse_reserved(workspace: &Workspace, name: &EnvironmentName) -> Result<(), Failure> {
    let listed = workspace.fleet.environments.contains(name);
    let pinned = format!("{}/{name}", layout::ENVIRONMENTS) == layout::PINNED_BLUEPRINTS;
    if !listed && !pinned {
        return Ok(());
    }
    let message = if pinned {
        format!("`{}` is the folder of pinned blueprints", layout::PINNED_BLUEPRINTS)
    } else {
        format!("the fleet lists `{name}` already")
    };
    Err(Failure::new(FailureKind::Usage, message).hint("choose another name"))
}

fn next(name: &EnvironmentName) -> Vec<String> {
    vec![
        format!(
            "edit {}: cluster, quota, roles, values",
            layout::environment(name.as_str())
        ),
        format!("cargo xtask render --environment {name}"),
        format!("git add -A && git commit -m \"Add the environment {name}\""),
        format!("cargo xtask release {name}"),
    ]
}

impl TierWord {
    fn tier(self) -> Tier {
        match self {
            TierWord::Dev => Tier::Dev,
            TierWord::Staging => Tier::Staging,
            TierWord::Canary => Tier::Canary,
            TierWord::Production => Tier::Production,
        }
    }
}

impl FollowsWord {
    fn follows(self) -> Follows {
        match self {
            FollowsWord::Candidate => Follows::Candidate,
            FollowsWord::Releases => Follows::Releases,
        }
    }
}
