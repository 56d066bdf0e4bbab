//! `keys init`: a new key that may sign.

use std::collections::BTreeSet;

use lockstep::artifact::SignerEntry;
use schemars::JsonSchema;
use serde::Serialize;

use super::super::selection;
use super::{Edited, Place, make, next};
use crate::context::Context;
use crate::failure::Failure;
use crate::report::Report;

/// Make a P-256 key, encrypted as cosign does it, and let it sign.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to call it.
    #[arg(long, value_name = "NAME", default_value = "release")]
    name: String,
    /// Let it sign for these environments alone; all of them by default.
    #[arg(long, short, value_name = "NAME")]
    environment: Vec<String>,
    /// Let it sign for these agents alone.
    #[arg(long, short, value_name = "NAME")]
    agent: Vec<String>,
    #[command(flatten)]
    place: Place,
}

/// A key that was made.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Made {
    /// Its name in the trust file.
    name: String,
    /// Where the private half is.
    private: String,
    /// The public half, as PEM.
    public: String,
}

/// Makes a key.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    let mut edited = match Edited::load(context)? {
        Ok(edited) => edited,
        Err(report) => return Ok(report),
    };
    edited.refuse_known(&args.name)?;
    let environments = edited.environments(&args.environment)?;
    selection::agents(&edited.workspace, &args.agent, &BTreeSet::new())?;
    let mut agents = args.agent.clone();
    if !agents.is_empty() {
        // every run writes what the environment has of its own, too
        agents.push(lockstep::workspace::layout::ENVIRONMENT_UNIT.to_owned());
    }
    let made = make(context, &args.name, &args.place)?;
    edited.file.signers.push(SignerEntry {
        name: args.name.clone(),
        key: Some(made.public.clone()),
        environments,
        agents: (!agents.is_empty()).then_some(agents),
        ..SignerEntry::default()
    });
    edited.write(context)?;
    let text = format!(
        "wrote {}, which nobody else may read\nlet `{}` sign in {}\n",
        made.path.display(),
        args.name,
        lockstep::workspace::layout::TRUST
    );
    let mut report = Report::new(
        Made {
            private: made.path.display().to_string(),
            public: made.public,
            name: args.name.clone(),
        },
        text,
    );
    report.next = next(context, &edited.workspace, &format!("Let {} sign", args.name))?;
    Ok(report)
}
