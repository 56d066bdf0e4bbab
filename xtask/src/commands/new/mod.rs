//! `new`: the files of a new agent or environment, which pass every check at once.

mod agent;
mod derived;
mod environment;
mod pipeline;

use std::collections::BTreeSet;

use lockstep::model::{AgentName, FileTree, Finding};
use lockstep::render::{Engines, Selection, render_all};
use lockstep::report::counted;
use lockstep::workspace::Workspace;
use lockstep::workspace::scaffold::Plan;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Map;

use crate::context::{Context, Loaded};
use crate::failure::{Failure, FailureKind};
use crate::report::Report;

/// Start an agent, an environment or a pipeline with files that pass every check.
///
/// Nothing is written unless the new files load and render. What was wrong with the fleet before stands in nobody's way, and is
/// counted.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    Agent(agent::Args),
    Environment(environment::Args),
    Pipeline(pipeline::Args),
}

/// Starts one of them.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    match args.what {
        What::Agent(args) => agent::run(context, args),
        What::Environment(args) => environment::run(context, args),
        What::Pipeline(args) => pipeline::run(context, args),
    }
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
    /// Whether the files were written.
    applied: bool,
    /// Their texts by path.
    files: Plan,
}

/// Whether the plan is written or only shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Write,
    Show,
}

impl Mode {
    fn of(dry_run: bool) -> Mode {
        if dry_run { Mode::Show } else { Mode::Write }
    }
}

/// What is rendered to prove a plan: one agent in every environment that runs it, or one environment as a whole.
enum Proof<'a> {
    Agent(&'a AgentName),
    Environment(&'a str),
}

/// Proves a plan in memory and writes it with what is generated from the fleet, or shows it. Where it was written,
/// what is left to do with generated files comes next.
fn apply(context: &Context, before: Loaded, mut plan: Plan, proof: &Proof<'_>, mode: Mode) -> Result<Report, Failure> {
    let mut tree = before.tree;
    for (path, text) in &plan {
        tree.insert(path.clone(), text.as_bytes());
    }
    let (after, findings) = new_findings(&tree, &before.findings, proof);
    let mut left = Vec::new();
    if let (Some(before), Some(after)) = (&before.workspace, &after) {
        let derived = derived::of(context, before, after)?;
        plan.extend(derived.plan);
        left = derived.left;
    }
    let is_wrong = findings.iter().any(Finding::is_error);
    let text = match mode {
        _ if is_wrong => String::new(),
        Mode::Show => shown(&plan),
        Mode::Write => {
            let root = context.root()?;
            for (path, text) in &plan {
                context.files.write(&root.join(path), text.as_bytes())?;
            }
            plan.keys().map(|path| format!("wrote {path}\n")).collect()
        }
    };
    let answer = Answer {
        applied: mode == Mode::Write && !is_wrong,
        files: plan,
    };
    let mut report = Report::new(answer, text).with_findings(findings, tree);
    let known = before.findings.iter().filter(|finding| finding.is_error()).count();
    if known > 0 && !is_wrong {
        // what is new is right all the same, and who mends the rest need not wait for it
        let errors = counted(known, "error");
        report.notes.push(format!(
            "the fleet had {errors} before, none of them of what is new: `cargo xtask validate` names them"
        ));
    }
    if mode == Mode::Write && !is_wrong {
        report.next = left;
    }
    Ok(report)
}

/// What is wrong with the tree that was not wrong before, and with what it renders to; and the fleet as it then is.
fn new_findings(tree: &FileTree, before: &[Finding], proof: &Proof<'_>) -> (Option<Workspace>, Vec<Finding>) {
    let (workspace, mut findings) = Workspace::load(tree);
    findings.retain(|finding| !before.contains(finding));
    if let Some(workspace) = &workspace
        && !findings.iter().any(Finding::is_error)
    {
        let (engines, more) = Engines::compile(workspace);
        findings.extend(more);
        let (_, more) = render_all(workspace, &engines, &proof.selection(workspace));
        findings.extend(more);
    }
    (workspace, findings)
}

impl Proof<'_> {
    fn selection<'a>(&self, workspace: &'a Workspace) -> Selection<'a> {
        let environments = workspace.environments.iter();
        let (environments, agents) = match self {
            Proof::Agent(agent) => (environments.collect(), Some(BTreeSet::from([(*agent).clone()]))),
            Proof::Environment(name) => {
                let named = environments.filter(|environment| environment.name.as_str() == *name);
                (named.collect(), None)
            }
        };
        Selection {
            environments,
            agents,
            set: Map::new(),
        }
    }
}

fn shown(plan: &Plan) -> String {
    let files: Vec<String> = plan.iter().map(|(path, text)| format!("--- {path}\n{text}")).collect();
    files.join("\n")
}

/// Fails where something stands in the folder of the new agent or environment.
fn refuse_existing(context: &Context, word: &str, name: &str, folder: &str) -> Result<(), Failure> {
    if !context.files.exists(&context.root()?.join(folder)) {
        return Ok(());
    }
    Err(
        Failure::new(FailureKind::Usage, format!("`{folder}` exists already")).hint(format!(
            "choose another name than `{name}` for the new {word}, or edit what is there"
        )),
    )
}
