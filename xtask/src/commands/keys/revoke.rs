//! `keys revoke`: a key that is not to be believed any more.

use std::collections::BTreeSet;

use lockstep::artifact::Revocation;
use lockstep::model::{EnvironmentName, Timestamp};
use lockstep::workspace::Workspace;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Edited, next};
use crate::commands::branches::delivery_repository;
use crate::commands::reason;
use crate::context::Context;
use crate::failure::Failure;
use crate::ports::Tip;
use crate::report::Report;

/// Revoke a key: nothing that it signed is believed any more, whichever entries of the trust file it has.
///
/// What it signed last has to be looked at and signed anew with another key: `release <environment> --resign`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The key to revoke, as the trust file calls it.
    #[arg(value_name = "NAME")]
    name: String,
    /// Why.
    #[arg(long, value_name = "TEXT", value_parser = super::super::reason::reason)]
    reason: String,
}

/// A key that is not believed any more.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Revoked {
    /// Its name in the trust file.
    name: String,
    /// Why.
    reason: String,
    /// Since when.
    at: String,
}

/// Revokes a key.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    reason::fit_to_record(&args.reason)?;
    let mut edited = match Edited::load(context)? {
        Ok(edited) => edited,
        Err(report) => return Ok(report),
    };
    let at = Timestamp {
        seconds: context.clock.now(),
        offset_minutes: 0,
    }
    .to_string();
    let revocation = Revocation {
        reason: args.reason.clone(),
        at: at.clone(),
    };
    let revoked = edited.revoke(&args.name, &revocation)?;
    let released = released(context, &edited.workspace)?;
    let mut environments: Vec<&str> = Vec::new();
    for environment in revoked.iter().flat_map(|entry| &entry.environments) {
        if released.contains(environment) && !environments.contains(&environment.as_str()) {
            environments.push(environment.as_str());
        }
    }
    let names: Vec<String> = revoked.iter().map(|entry| format!("`{}`", entry.name)).collect();
    let text = match names.as_slice() {
        [one] => format!("{one} is not believed any more\n"),
        _ => format!("{} are one key, which is not believed any more\n", names.join(" and ")),
    };
    edited.write(context)?;
    let mut report = Report::new(
        Revoked {
            name: args.name.clone(),
            reason: args.reason,
            at,
        },
        text,
    );
    report.next = next(context, &edited.workspace, &format!("Revoke {}", args.name))?;
    if !environments.is_empty() {
        report.next.push(format!(
            "cargo xtask release {} --resign    # with another key, after a look at what was released",
            environments.join(" ")
        ));
    }
    Ok(report)
}

/// The environments that have a branch, as far as this clone knows; where it cannot know, it may.
fn released(context: &Context, workspace: &Workspace) -> Result<BTreeSet<EnvironmentName>, Failure> {
    let repository = context.repository()?;
    let delivery = delivery_repository(context, &repository, workspace)?;
    let has_branch = |name: &&EnvironmentName| {
        let tip = delivery.tip(&workspace.branch(name), &workspace.fleet.delivery.remote);
        !matches!(tip, Ok(Tip::Unborn))
    };
    Ok(workspace
        .fleet
        .environments
        .iter()
        .filter(has_branch)
        .cloned()
        .collect())
}
