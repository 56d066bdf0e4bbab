//! `keys rotate`: a new key in the place of an old one, whose releases stay valid.

use lockstep::artifact::{SequenceRange, SignerEntry};
use lockstep::model::EnvironmentName;
use schemars::JsonSchema;
use serde::Serialize;

use super::super::branches::{branch_state, delivery_repository};
use super::{Edited, Place, make, next};
use crate::context::Context;
use crate::failure::Failure;
use crate::ports::Tip;
use crate::report::Report;

/// Replace a key by a new one from the next release on.
///
/// The old key stays valid for what it has signed: the trust file bounds it by the number of each environment's last
/// release, and the new key begins with the next one.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The key to replace, as the trust file calls it.
    #[arg(value_name = "OLD")]
    old: String,
    /// What to call the new one.
    #[arg(long, value_name = "NAME")]
    name: String,
    #[command(flatten)]
    place: Place,
}

/// A key that took the place of another one.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rotated {
    /// The name of the old one.
    old: String,
    /// The name of the new one.
    name: String,
    /// Where its private half is.
    private: String,
    /// Its public half, as PEM.
    public: String,
}

/// Replaces a key.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    let mut edited = match Edited::load(context)? {
        Ok(edited) => edited,
        Err(report) => return Ok(report),
    };
    edited.refuse_known(&args.name)?;
    let environments = edited.entry(&args.old)?.environments.clone();
    let mut last = Vec::new();
    for environment in environments {
        last.push((environment.clone(), last_release(context, &edited, &environment)?));
    }
    let made = make(context, &args.name, &args.place)?;
    let old = edited.entry(&args.old)?;
    let mut new = SignerEntry {
        name: args.name.clone(),
        key: Some(made.public.clone()),
        environments: old.environments.clone(),
        agents: old.agents.clone(),
        ..SignerEntry::default()
    };
    for (environment, last) in last {
        let range = old.sequences.entry(environment.clone()).or_default();
        range.to = Some(range.to.unwrap_or(last).min(last));
        // where it never released anything, events that it signed still belong to the release before them
        range.from = range.from.map(|from| from.min(last));
        let from = SequenceRange {
            from: Some(last + 1),
            to: None,
        };
        new.sequences.insert(environment, from);
    }
    let kept = match &old.revoked {
        None => format!("what `{}` signed stays valid", args.old),
        Some(_) => format!("`{}` stays revoked", args.old),
    };
    edited.file.signers.push(new);
    edited.write(context)?;
    let text = format!(
        "wrote {}, which nobody else may read\n`{}` signs from the next releases on; {kept}\n",
        made.path.display(),
        args.name,
    );
    let mut report = Report::new(
        Rotated {
            private: made.path.display().to_string(),
            public: made.public,
            name: args.name.clone(),
            old: args.old.clone(),
        },
        text,
    );
    report.next = next(
        context,
        &edited.workspace,
        &format!("Let {} sign instead of {}", args.name, args.old),
    )?;
    Ok(report)
}

/// The number of an environment's last release, as this clone knows it.
fn last_release(context: &Context, edited: &Edited, environment: &EnvironmentName) -> Result<u64, Failure> {
    let repository = context.repository()?;
    let delivery = delivery_repository(context, &repository, &edited.workspace)?;
    let branch = edited.workspace.branch(environment);
    match delivery.tip(&branch, &edited.workspace.fleet.delivery.remote)? {
        Tip::Unborn => Ok(0),
        Tip::At { commit, .. } => {
            let is_other = |unit: &str| unit != lockstep::workspace::layout::ENVIRONMENT_UNIT;
            Ok(branch_state(&*delivery, &commit, &is_other)?.sequence)
        }
    }
}
