//! `candidate`: writes the digest of a new image into an agent's file.

use lockstep::model::AgentName;
use lockstep::workspace::layout;
use lockstep::workspace::scaffold::new_image;
use schemars::JsonSchema;
use serde::Serialize;

use super::selection;
use crate::context::{Context, Source};
use crate::failure::{Failure, FailureKind};
use crate::report::Report;

/// Write the digest of a new image into an agent's file, as CI does after a build.
///
/// Nothing else in the file changes, comments included. Environments that follow the candidate run it after their next
/// release.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The agent.
    #[arg(value_name = "AGENT")]
    agent: String,
    /// The image by digest: `<repository>@sha256:<digest>`; without it, the one that stands there is shown.
    #[arg(long, value_name = "IMAGE")]
    image: Option<String>,
    /// Show the file and write nothing.
    #[arg(long, short = 'n')]
    dry_run: bool,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
    /// The agent.
    agent: AgentName,
    /// Its file.
    file: String,
    /// The repository of its image.
    repository: String,
    /// The digest that it had.
    before: String,
    /// The digest that it gets.
    after: String,
    /// Whether it was written.
    applied: bool,
}

/// Writes the digest.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    let loaded = context.load(&Source::WorkTree)?;
    let Some(workspace) = &loaded.workspace else {
        return Ok(Report::of_findings(loaded.findings, loaded.tree));
    };
    selection::agents(
        workspace,
        std::slice::from_ref(&args.agent),
        &std::collections::BTreeSet::new(),
    )?;
    let Some(agent) = AgentName::new(&args.agent)
        .ok()
        .and_then(|name| workspace.agents.get(&name))
    else {
        return Ok(Report::of_findings(loaded.findings, loaded.tree));
    };
    let code = &agent.file.candidate.code;
    let file = layout::agent(agent.name.as_str());
    let Some(image) = &args.image else {
        let answer = Answer {
            agent: agent.name.clone(),
            file,
            repository: code.repository.clone(),
            before: code.digest.to_string(),
            after: code.digest.to_string(),
            applied: false,
        };
        return Ok(Report::new(answer, format!("{}@{}\n", code.repository, code.digest)));
    };
    let named = selection::image(image)?;
    if named.repository != code.repository {
        let message = format!(
            "`{}` runs an image of `{}`, not of `{}`",
            agent.name, code.repository, named.repository
        );
        let hint = format!("change `candidate.code.repository` in {file} first, if that is meant");
        return Err(Failure::new(FailureKind::Usage, message).hint(hint));
    }
    let digest = named.digest;
    let text = loaded
        .tree
        .get(&file)
        .map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let after = new_image(&text.unwrap_or_default(), code.digest, digest).ok_or_else(|| {
        Failure::new(FailureKind::Usage, format!("could not find the digest in `{file}`"))
            .hint("write it as `candidate.code.digest` by hand")
    })?;
    let applied = !args.dry_run && digest != code.digest;
    if applied {
        context.files.write(&context.root()?.join(&file), after.as_bytes())?;
    }
    let line = match (digest == code.digest, args.dry_run) {
        (true, _) => format!("{file} has it already\n"),
        (false, true) => after,
        (false, false) => format!("wrote {file}\n"),
    };
    let answer = Answer {
        agent: agent.name.clone(),
        file,
        repository: code.repository.clone(),
        before: code.digest.to_string(),
        after: digest.to_string(),
        applied,
    };
    Ok(Report::new(answer, line).next(format!("cargo xtask diff --agent {}", agent.name)))
}
