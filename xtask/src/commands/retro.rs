//! `retro`: what a release taught, written back.

mod draft;
mod finish;
mod target;

use std::path::PathBuf;

use lockstep::model::{AgentName, EnvironmentName};
use lockstep::prompts::cases::{Case, ExpectedTool, Suite};
use lockstep::prompts::retro::{Dropped, Trace, Twin, as_asked, case_of, twins};
use lockstep::release::ledger::{Incident, Retrospective};
use lockstep::workspace::Workspace;
use lockstep::yaml;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use self::target::Target;
use super::answers::{Shape, shape};
use super::branches::delivery_repository;
use super::evaluate::written::suites;
use super::ledger::Ledger;
use super::{incident, selection};
use crate::context::{Context, Source};
use crate::failure::{Failure, FailureKind};
use crate::report::Report;

/// Write back what a release taught.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    Add(AddArgs),
    Draft(draft::Args),
    Finish(finish::Args),
}

/// Make a failed production sample a case: without personal data and secrets, and never twice.
///
/// A case that asks the same is enough where it is asked now and demands all that the sample does. The case demands what
/// the sample did not do. Where the sample does not tell, a person has to say it: until then the
/// suite is refused.
#[derive(Debug, clap::Args)]
struct AddArgs {
    /// The sample: JSON with `userInput`, and where known `answer`, `toolsCalled`, `vars`, `turns`, `expectedTools`,
    /// `forbiddenKeywords`, `expectedBehavior`.
    #[arg(value_name = "TRACE")]
    trace: PathBuf,
    /// The agent that answered.
    #[arg(long, short, value_name = "NAME")]
    agent: String,
    /// The incident that it belongs to, by its name in the ledger, or `unknown`; the agent's only open one by default.
    #[arg(long, value_name = "ID")]
    incident: Option<String>,
    /// The prompt; the agent's only one by default.
    #[arg(long, value_name = "NAME")]
    prompt: Option<String>,
    /// Show the case and write nothing.
    #[arg(long)]
    dry_run: bool,
}

/// The incident of a sample that belongs to none.
const UNKNOWN: &str = "unknown";

/// A case that was made of a sample.
#[derive(Serialize, JsonSchema)]
struct Added {
    /// Whether it was written.
    written: bool,
    /// The suite that it goes to.
    file: String,
    /// The case.
    case: Case,
    /// Cases that ask the same, and do not demand all that the sample does.
    near: Vec<Twin>,
    /// What the sample demands and the case does not: personal data and secrets that the question does not have.
    dropped: Vec<Dropped>,
}

/// A sample that is a case already.
#[derive(Serialize, JsonSchema)]
struct Known {
    /// Whether it was written: it was not.
    written: bool,
    /// The case that asks the same.
    twin: String,
    /// What the sample demands and no case can: personal data and secrets that the question does not have.
    dropped: Vec<Dropped>,
}

/// What it answers.
pub(super) const ANSWERS: &[Shape] = &[shape::<Added>(), shape::<Known>(), shape::<Retrospective>()];

/// Writes it back.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    match args.what {
        What::Add(args) => add(context, &args),
        What::Draft(args) => draft::run(context, &args),
        What::Finish(args) => finish::run(context, &args),
    }
}

fn add(context: &Context, args: &AddArgs) -> Result<Report, Failure> {
    let loaded = context.load(&Source::WorkTree)?;
    let Some(workspace) = &loaded.workspace else {
        return Ok(Report::of_findings(loaded.findings, loaded.tree));
    };
    let names = std::slice::from_ref(&args.agent);
    selection::agents(workspace, names, &Default::default())?;
    let agent = workspace.agents.get(args.agent.as_str()).ok_or_else(|| {
        Failure::new(
            FailureKind::Usage,
            format!("the files of `{}` cannot be read", args.agent),
        )
    })?;
    let trace = trace(context, args)?;
    let (incident, told_of_it) = incident_of(context, workspace, args)?;
    let manifest = agent.file.candidate.tools.and_then(|version| agent.tools.get(&version));
    let known = manifest.into_iter().flat_map(|manifest| manifest.file.tools.iter());
    let known = known.map(|tool| tool.name.as_str());
    for tool in trace.expected_tools.iter().flatten() {
        let name = ExpectedTool::name(tool);
        if !known.clone().any(|known| known == name) {
            return Err(selection::unknown("tool", name, known));
        }
    }
    let prompt = selection::prompt(agent, args.prompt.as_ref().or(trace.prompt.as_ref()))?;
    // what is read of the suites now is what the new case is added to
    let _turn = context.files.turn(&context.root()?);
    let target = Target::of(context, &agent.name, &prompt)?;
    let path = target.path.clone();
    let version = agent.file.candidate.prompts.get(&prompt).copied();
    let others: Vec<Suite> = suites(context, &agent.name)?
        .into_iter()
        .map(|(_, suite)| as_asked(suite, version))
        .collect();
    let suite = as_asked(target.suite.clone(), version);
    let (case, dropped) = case_of(&trace, &format!("incident/{incident}"), &suite, &others);
    let lost: Vec<String> = dropped.iter().map(|lost| lost_demand(lost, args)).collect();
    let case = match case {
        Ok(case) => case,
        Err(twin) => {
            let text = format!("the case `{twin}` asks the same already: nothing was written\n");
            let written = false;
            let mut report = Report::new(Known { written, twin, dropped }, text);
            report.notes.extend(lost);
            return Ok(report);
        }
    };
    let shown = yaml::write_typed(&case);
    let is_open = case.assertions.iter().any(|assertion| assertion.support().is_err());
    let near = twins(&case, &suite, &others);
    let lacking = |twin: &Twin| {
        let lacks = twin.lacks.join(", ");
        format!(
            "`{}` asks the same, and would pass what failed: it lacks {lacks} of the sample",
            twin.id
        )
    };
    let told = told_of_it.into_iter().chain(lost).chain(near.iter().map(lacking));
    let told: Vec<String> = told.collect();
    let with_note = |mut report: Report| {
        report.notes.extend(told);
        report
    };
    let answer = Added {
        written: !args.dry_run,
        file: path.clone(),
        case: case.clone(),
        near,
        dropped,
    };
    let is_unjudged = target.lacks_judge(&case);
    if args.dry_run {
        return Ok(with_note(Report::new(answer, shown)));
    }
    let text = target.text(context, case)?;
    context.files.write(&context.root()?.join(&path), text.as_bytes())?;
    let report = with_note(Report::new(answer, format!("wrote {path}:\n{shown}")));
    let report = if is_open {
        report.next(format!(
            "say in {path} what a good answer is, in place of `type: unsupported`: `expectedTools`, \
             `expectedResponseKeywords`, `forbiddenKeywords` or an assertion; until then the suite is refused"
        ))
    } else {
        report
    };
    let report = if is_unjudged {
        report.next(format!(
            "say in {path} who judges what is expected: `judge:` with provider and name; until then the suite is refused"
        ))
    } else {
        report
    };
    Ok(report.next(format!("cargo xtask evaluate {} --live --record", agent.name)))
}

/// What to say of a demand that the case does not have.
fn lost_demand(lost: &Dropped, args: &AddArgs) -> String {
    format!(
        "{}: `{}` is personal data or a secret that the question does not have: `{}` was taken out, and the case does \
         not demand it; demand there what tells of nobody",
        args.trace.display(),
        lost.place,
        lost.text
    )
}

/// Every incident, and where it is.
fn incidents(context: &Context, workspace: &Workspace) -> Result<Vec<(EnvironmentName, AgentName, Incident)>, Failure> {
    let repository = context.repository()?;
    let delivery = delivery_repository(context, &repository, workspace)?;
    let view = Ledger::new(context, &*delivery, workspace).view()?;
    incident::all(&view, workspace)
}

/// The incident of a sample, and what there is to say of it: the named one, or the only one that is open.
fn incident_of(context: &Context, workspace: &Workspace, args: &AddArgs) -> Result<(String, Option<String>), Failure> {
    let agent = args.agent.as_str();
    match args.incident.as_deref() {
        Some(UNKNOWN) => return Ok((UNKNOWN.to_owned(), None)),
        Some(id) => return Ok((id.to_owned(), unread_incident(context, workspace, agent, id)?)),
        None => {}
    }
    let name_it = "`--incident <id>` names one, one that is over, too";
    let unknown = |why: String| {
        (
            UNKNOWN.to_owned(),
            Some(format!("{why}: the case says `incident/{UNKNOWN}`; {name_it}")),
        )
    };
    let known = match incidents(context, workspace) {
        Ok(known) => known,
        Err(failure) => return Ok(unknown(format!("the ledger cannot be read ({})", failure.message))),
    };
    let own = known
        .iter()
        .filter(|(_, of, incident)| of.as_str() == agent && incident.is_open());
    let open: Vec<&str> = own.map(|(_, _, incident)| incident.id.as_str()).collect();
    match open.as_slice() {
        [] => Ok(unknown(format!("no incident of `{agent}` is open"))),
        [id] => Ok((
            (*id).to_owned(),
            Some(format!(
                "`{id}` is the only incident of `{agent}` that is open: the case is of it"
            )),
        )),
        several => {
            let message = format!("several incidents of `{agent}` are open: `{}`", several.join("`, `"));
            let hint = format!(
                "say which: `--incident {}`, or `--incident {UNKNOWN}` where it is of none",
                several[0]
            );
            Err(Failure::new(FailureKind::Usage, message).hint(hint))
        }
    }
}

/// Refuses an incident that the ledger does not have; where the ledger cannot be read, what to say of that.
fn unread_incident(context: &Context, workspace: &Workspace, agent: &str, id: &str) -> Result<Option<String>, Failure> {
    let known = match incidents(context, workspace) {
        Ok(known) => known,
        Err(failure) => {
            let why = failure.message;
            return Ok(Some(format!(
                "the ledger cannot be read ({why}), so that it is not known whether there is an incident `{id}`"
            )));
        }
    };
    match known.iter().find(|(_, _, incident)| incident.id == id) {
        Some((_, of, _)) if of.as_str() == agent => return Ok(None),
        Some((_, of, _)) => {
            let failure = Failure::new(FailureKind::Usage, format!("`{id}` is an incident of `{of}`"));
            return Err(failure.hint(format!("cargo xtask retro add <trace> --agent {of} --incident {id}")));
        }
        None => {}
    }
    let own: Vec<_> = known.iter().filter(|(_, of, _)| of.as_str() == agent).collect();
    let open = own.iter().any(|(_, _, incident)| incident.is_open());
    // of what is over, too, where nothing goes on
    let listed = own.iter().filter(|(_, _, incident)| incident.is_open() || !open);
    let names: Vec<&str> = listed.map(|(_, _, incident)| incident.id.as_str()).collect();
    let failure = match names.is_empty() {
        true => Failure::new(FailureKind::Usage, format!("the ledger knows no incident of `{agent}`")),
        false => selection::unknown_of_many("incident", id, names.into_iter()),
    };
    Err(failure.hint(format!(
        "record it: `cargo xtask incident open {agent} --id {id} …`, or say `--incident {UNKNOWN}`"
    )))
}

fn trace(context: &Context, args: &AddArgs) -> Result<Trace, Failure> {
    let shown = args.trace.display();
    let bytes = context.named_file(&args.trace)?;
    // what monitoring writes on Windows begins with a byte order mark
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
    let refused = |why: String| {
        Failure::new(FailureKind::Usage, format!("`{shown}` is no sample: {why}"))
            .hint("it is one JSON object with `userInput`")
    };
    let value: Value = serde_json::from_slice(bytes).map_err(|error| refused(error.to_string()))?;
    if !value.is_object() {
        return Err(refused("it is no JSON object".to_owned()));
    }
    let trace = Trace::read(&value).map_err(refused)?;
    match trace.user_input.trim().is_empty() && trace.vars.is_empty() && trace.turns.is_empty() {
        true => Err(refused("it asks nothing".to_owned())),
        false => Ok(trace),
    }
}
