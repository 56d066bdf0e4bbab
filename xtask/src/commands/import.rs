//! `import`: objects that somebody else rendered become an agent that renders to the same.

mod inputs;

use std::collections::BTreeSet;
use std::path::PathBuf;

use lockstep::model::{AgentName, CodeComponent, EnvironmentName, FileTree, Finding};
use lockstep::render::{Engines, Selection, render_all};
use lockstep::schema::Catalogue;
use lockstep::workspace::files::Follows;
use lockstep::workspace::import::{
    Code, Import, Imported, LeftOut, Renamed, Source as Origin, all_left_out, compare, drop_affixes, former_namespaces,
    import,
};
use lockstep::workspace::scaffold::Plan;
use lockstep::workspace::{Workspace, layout};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Map;

use self::inputs::{empty, sides};
use super::selection;
use crate::context::{Context, Source};
use crate::failure::{Failure, FailureKind};
use crate::report::Report;

/// Make an agent of objects that somebody else rendered: a chart, an overlay or plain manifests.
///
/// The agent gets a blueprint with one template an object; what differs between environments becomes values. Before
/// anything is written, all of it is rendered and compared with what came in, object by object. What cannot move in, such
/// as secrets, is listed.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    HelmValues(HelmArgs),
    Kustomize(KustomizeArgs),
    Manifests(ManifestArgs),
}

/// Move a chart in, from its values and from what `helm template` made of them.
#[derive(Debug, clap::Args)]
struct HelmArgs {
    #[command(flatten)]
    common: Common,
    /// The rendered chart of an environment; the first one says what holds by default.
    #[arg(long, value_name = "ENVIRONMENT=FILE", required = true, value_parser = place)]
    rendered: Vec<Place>,
    /// The values that it was rendered from; what differs keeps their names.
    #[arg(long, value_name = "ENVIRONMENT=FILE", value_parser = place)]
    values: Vec<Place>,
}

/// Move an overlay in, from what `kustomize build` made of it.
#[derive(Debug, clap::Args)]
struct KustomizeArgs {
    #[command(flatten)]
    common: Common,
    /// The built overlay of an environment; the first one says what holds by default.
    #[arg(long, value_name = "ENVIRONMENT=FILE", required = true, value_parser = place)]
    built: Vec<Place>,
}

/// Move plain manifests in.
#[derive(Debug, clap::Args)]
struct ManifestArgs {
    #[command(flatten)]
    common: Common,
    /// The manifests of an environment; the first one says what holds by default.
    #[arg(long, value_name = "ENVIRONMENT=FILE", required = true, value_parser = place)]
    from: Vec<Place>,
}

/// What is the same wherever the objects come from.
#[derive(Debug, clap::Args)]
struct Common {
    /// The agent that they become.
    #[arg(value_name = "AGENT")]
    agent: String,
    /// The image by digest: `<repository>@sha256:<digest>`, where the objects name it by tag.
    #[arg(long, value_name = "IMAGE")]
    image: Option<String>,
    /// The team that answers for it; `<fleet>/<name>` by default.
    #[arg(long, value_name = "TEAM")]
    owner: Option<String>,
    /// Where to reach the team: an address or a channel.
    #[arg(long, value_name = "CONTACT")]
    contact: Option<String>,
    /// Show the files and write nothing.
    #[arg(long, short = 'n')]
    dry_run: bool,
}

/// A file of an environment.
type Place = (String, PathBuf);

fn place(text: &str) -> Result<Place, String> {
    let (environment, file) = text
        .split_once('=')
        .ok_or("write `<environment>=<file>`, as in `dev=dev.yaml`")?;
    Ok((environment.to_owned(), PathBuf::from(file)))
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
    /// Whether the files were written.
    applied: bool,
    /// Their texts by path.
    files: Plan,
    /// What has another name now.
    renamed: Vec<Renamed>,
    /// The repository that was taken for that of the agent's own image.
    repository: String,
    /// The other repositories that workloads run, where `--image` did not say which is the agent's.
    other_repositories: BTreeSet<String>,
    /// What does not move in.
    left_out: Vec<LeftOut>,
}

/// Imports.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    match args.what {
        What::HelmValues(args) => all(context, &args.common, Origin::Helm, &args.rendered, &args.values),
        What::Kustomize(args) => all(context, &args.common, Origin::Kustomize, &args.built, &[]),
        What::Manifests(args) => all(context, &args.common, Origin::Manifests, &args.from, &[]),
    }
}

fn all(
    context: &Context,
    args: &Common,
    source: Origin,
    objects: &[Place],
    values: &[Place],
) -> Result<Report, Failure> {
    let agent = AgentName::new(&args.agent).map_err(|error| Failure::new(FailureKind::Usage, error.to_string()))?;
    let root = context.root()?;
    for folder in [
        format!("{}/{agent}", layout::AGENTS),
        format!("{}/{agent}", layout::TEMPLATES),
    ] {
        if context.files.exists(&root.join(&folder)) {
            return Err(
                Failure::new(FailureKind::Usage, format!("`{folder}` exists already")).hint("choose another name")
            );
        }
    }
    let loaded = context.load_with_judges(&Source::WorkTree)?;
    let (catalogue, _) = Catalogue::read(&loaded.tree);
    let Some(workspace) = &loaded.workspace else {
        return Ok(Report::of_findings(loaded.findings, loaded.tree));
    };
    let named: Vec<String> = objects.iter().chain(values).map(|(name, _)| name.clone()).collect();
    if selection::unreadable(workspace, &named) {
        return Ok(Report::of_findings(loaded.findings, loaded.tree));
    }
    let fleet = &workspace.fleet.name;
    let mut sides = sides(context, (workspace, &catalogue), objects, values)?;
    for (side, (_, file)) in sides.iter().zip(objects) {
        if let Some(left_out) = all_left_out(side, source) {
            return Err(empty(file, &left_out));
        }
    }
    drop_affixes(&mut sides, source);
    let wanted = Import {
        sides,
        image: args.image.as_deref().map(selection::image).transpose()?,
        owner: args.owner.clone().unwrap_or_else(|| format!("{fleet}/{agent}")),
        contact: args
            .contact
            .clone()
            .unwrap_or_else(|| format!("{agent}@{fleet}.example.com")),
        agent,
        source,
    };
    let imported = import(&wanted);
    let mut tree = loaded.tree;
    for (path, text) in &imported.plan {
        tree.insert(path.clone(), text.as_bytes());
    }
    let (mut findings, renamed) = prove(&tree, &loaded.findings, &wanted, &imported.code);
    findings.extend(former_namespaces(&wanted.agent, &imported.plan, &renamed));
    if findings.iter().any(Finding::is_error) {
        let answer = answer(imported, renamed, false);
        return Ok(Report::new(answer, "").with_findings(findings, tree));
    }
    let mut text = String::new();
    for (path, content) in &imported.plan {
        if args.dry_run {
            text.push_str(&format!("--- {path}\n{content}\n"));
        } else {
            context.files.write(&root.join(path), content.as_bytes())?;
            text.push_str(&format!("wrote {path}\n"));
        }
    }
    for name in &renamed {
        let Renamed {
            environment,
            what,
            before,
            after,
        } = name;
        text.push_str(&format!("renamed in {environment}: {what} `{before}` is `{after}`\n"));
    }
    let Code { component, others, .. } = &imported.code;
    if !others.is_empty() {
        let others: Vec<String> = others.iter().map(|other| format!("`{other}`")).collect();
        text.push_str(&format!(
            "took `{}` for the agent's own image; `--image <repository>@sha256:<digest>` takes another one: {}\n",
            component.repository,
            others.join(", ")
        ));
    }
    for left in &imported.left_out {
        text.push_str(&format!("left out: {}: {}\n", left.what, left.why));
    }
    let what = match findings.iter().any(|finding| finding.rule == "replaced-image") {
        true => "the same objects, with the image that `--image` says",
        false => "the same objects, as they are now",
    };
    let report = Report::new(answer(imported, renamed, !args.dry_run), text).with_findings(findings, tree);
    Ok(report
        .next(format!("cargo xtask render --agent {}    # {what}", wanted.agent))
        .next("cargo xtask check    # what they must still learn to hold"))
}

fn answer(imported: Imported, renamed: Vec<Renamed>, applied: bool) -> Answer {
    Answer {
        applied,
        files: imported.plan,
        renamed,
        repository: imported.code.component.repository,
        other_repositories: imported.code.others,
        left_out: imported.left_out,
    }
}

/// Renders the plan in every environment that something came from, as if each followed the candidate, and compares.
fn prove(tree: &FileTree, known: &[Finding], wanted: &Import, code: &Code) -> (Vec<Finding>, Vec<Renamed>) {
    let (workspace, mut findings) = Workspace::load(tree);
    findings.retain(|finding| !known.contains(finding));
    let mut renamed = Vec::new();
    let Some(mut workspace) = workspace else {
        return (findings, renamed);
    };
    for environment in &mut workspace.environments {
        environment.file.follows = Follows::Candidate;
    }
    let (engines, more) = Engines::compile(&workspace);
    let is_compiled = !more.iter().any(Finding::is_error);
    findings.extend(more);
    for side in &wanted.sides {
        let Some(environment) = workspace.environment(side.environment.as_str()) else {
            continue;
        };
        let selection = Selection {
            environments: vec![environment],
            agents: Some(BTreeSet::from([wanted.agent.clone()])),
            set: Map::new(),
        };
        let (units, more) = render_all(&workspace, &engines, &selection);
        // of what could not be rendered nothing differs
        let is_rendered = is_compiled && !more.iter().any(Finding::is_error);
        findings.extend(more);
        let units = units.into_iter().filter(|_| is_rendered);
        let resource_name = format!("{}{}", wanted.agent, environment.file.suffix);
        for unit in units {
            let agent = wanted.agent.as_str();
            let objects = &unit.rendered.objects;
            let compared = compare(side, wanted.source, agent, &resource_name, code, objects);
            findings.extend(compared.differences.into_iter().map(unfaithful));
            renamed.extend(compared.renamed);
            let images = compared.replaced.iter();
            findings.extend(images.map(|image| replaced(&side.environment, image, wanted, code)));
        }
    }
    findings.sort();
    findings.dedup();
    (findings, renamed)
}

fn unfaithful(line: String) -> Finding {
    Finding::error("unfaithful-import", line)
        .help("nothing was written; move the object in by hand, or take it out of what is imported")
}

/// An image of an environment that the agent's takes the place of.
fn replaced(environment: &EnvironmentName, image: &str, wanted: &Import, code: &Code) -> Finding {
    let CodeComponent { repository, digest } = &code.component;
    let message = format!("{environment} has image `{image}`, and gets `{repository}@{digest}` with the agent");
    Finding::warning("replaced-image", message)
        .in_file(layout::agent(wanted.agent.as_str()))
        .help("before it is released there, see to it that it may run there; or pass as `--image` what runs there now")
}
