//! `new agent`: a folder under `agents/` that renders at once wherever the candidate runs.

use lockstep::model::{AgentName, CodeComponent, Finding, suggestion};
use lockstep::workspace::files::Follows;
use lockstep::workspace::scaffold::{AgentShape, NewAgent, first_image, new_agent};
use lockstep::workspace::{Workspace, is_built_in, layout, no_team};

use super::{Mode, Proof, apply, refuse_existing};
use crate::context::{Context, Source};
use crate::failure::{Failure, FailureKind};
use crate::report::Report;

/// Start an agent: agent.yaml, a prompt, a tool manifest and an output contract.
///
/// It runs at once in every environment that follows the candidate.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Its name: lower-case letters, digits and hyphens.
    name: String,
    /// The blueprint that renders it; `agent-service`, or what the other options ask for.
    #[arg(long, value_name = "NAME")]
    blueprint: Option<String>,
    /// A service without model, prompts and tools.
    #[arg(long, conflicts_with = "retrieval")]
    service: bool,
    /// An agent that answers from a retrieval index.
    #[arg(long)]
    retrieval: bool,
    /// The team that answers for it; `<fleet>/<name>` by default.
    #[arg(long, value_name = "TEAM")]
    owner: Option<String>,
    /// Where to reach the team: an address or a channel.
    #[arg(long, value_name = "CONTACT")]
    contact: Option<String>,
    /// What it does, in a sentence.
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// The image by digest: `<repository>@sha256:<digest>`, or its repository alone, into which CI builds the first one;
    /// beside the images of the other agents by default.
    #[arg(long, value_name = "IMAGE")]
    image: Option<String>,
    /// Show the files and write nothing.
    #[arg(long, short = 'n')]
    dry_run: bool,
}

/// Starts an agent.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    let name = AgentName::new(&args.name).map_err(|error| Failure::new(FailureKind::Usage, error.to_string()))?;
    let image = args.image.as_deref().map(image).transpose()?;
    if let Some(refusal) = args.owner.as_deref().and_then(no_team) {
        return Err(Failure::new(
            FailureKind::Usage,
            format!("`--owner` is wrong: {refusal}"),
        ));
    }
    refuse_existing(context, "agent", &args.name, &format!("{}/{name}", layout::AGENTS))?;
    let loaded = context.load(&Source::WorkTree)?;
    let Some(workspace) = &loaded.workspace else {
        return Ok(Report::of_findings(loaded.findings, loaded.tree));
    };
    let (shape, blueprint) = shape(workspace, &args)?;
    let agent = NewAgent {
        name: name.clone(),
        shape,
        blueprint,
        description: args.description,
        owner: args.owner,
        contact: args.contact,
        image,
    };
    let plan = new_agent(workspace, &agent);
    let follows: Vec<String> = workspace
        .environments
        .iter()
        .filter(|environment| environment.file.follows == Follows::Candidate)
        .map(|environment| environment.name.to_string())
        .collect();
    let mut report = apply(context, loaded, plan, &Proof::Agent(&name), Mode::of(args.dry_run))?;
    if !report.findings.iter().any(Finding::is_error) && !args.dry_run {
        report.next.extend(next(&name, &follows));
    }
    Ok(report)
}

fn image(text: &str) -> Result<CodeComponent, Failure> {
    first_image(text).ok_or_else(|| {
        Failure::new(
            FailureKind::Usage,
            format!("`{text}` is no image by digest, and no repository"),
        )
        .hint("write `<repository>@sha256:<64 hexadecimal digits>`, or `<repository>` where nothing is built yet")
    })
}

fn next(name: &AgentName, follows: &[String]) -> Vec<String> {
    let mut next = vec![
        format!(
            "edit {}: what it does, who answers for it, its image",
            layout::agent(name.as_str())
        ),
        format!("cargo xtask render --agent {name}"),
        format!("git add -A && git commit -m \"Add {name}\""),
    ];
    if !follows.is_empty() {
        next.push(format!("cargo xtask release {}", follows.join(" ")));
    }
    next
}

/// Which components it has, and what renders it: each follows from the other where only one is said.
fn shape(workspace: &Workspace, args: &Args) -> Result<(AgentShape, String), Failure> {
    let asked = match (args.service, args.retrieval) {
        (true, _) => Some(AgentShape::Service),
        (_, true) => Some(AgentShape::Retrieval),
        _ => None,
    };
    let blueprint = args
        .blueprint
        .clone()
        .unwrap_or_else(|| asked.unwrap_or(AgentShape::Agent).blueprint().to_owned());
    let names = workspace.blueprints.keys().map(String::as_str);
    let known: Vec<&str> = names.filter(|name| !is_built_in(name)).collect();
    if !known.contains(&blueprint.as_str()) {
        let failure = Failure::new(
            FailureKind::Usage,
            format!("there is no blueprint `{blueprint}` for agents"),
        );
        return Err(match suggestion(&blueprint, known.iter().copied()) {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None => failure.hint(format!("there is {}", known.join(", "))),
        });
    }
    let shape = asked.unwrap_or_else(|| AgentShape::of_blueprint(workspace, &blueprint));
    Ok((shape, blueprint))
}
