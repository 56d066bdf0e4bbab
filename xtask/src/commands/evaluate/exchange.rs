//! Cases in and out: other tools' files, and drafts of new ones.

use std::path::Path;

use lockstep::model::{FileTree, Finding};
use lockstep::prompts::Prompt;
use lockstep::prompts::cases::{Suite, promptfoo};
use lockstep::prompts::drafts::drafts;
use lockstep::prompts::run::Subject;
use lockstep::report::counted;
use lockstep::workspace::{Agent, Workspace, layout};
use lockstep::yaml;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::written;
use crate::commands::selection;
use crate::context::Context;
use crate::failure::{Failure, FailureKind};
use crate::report::Report;

/// Cases in and out instead of an evaluation.
#[derive(Debug, Default, clap::Args)]
pub(super) struct Args {
    /// Read a promptfoo file, or a JSON list of test cases, into a suite of the agent.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["export", "draft"])]
    import: Option<std::path::PathBuf>,
    /// Print a suite of the agent as promptfoo's configuration.
    #[arg(long, value_name = "SUITE", conflicts_with = "draft")]
    export: Option<String>,
    /// Print drafts of cases: each tool called, refused and failing, inputs and fields of the answer missing, the agent's
    /// `riskAreas`, attempts to take it over.
    #[arg(long)]
    draft: bool,
    /// The prompt of an import or of drafts; the agent's only one by default.
    #[arg(long, value_name = "NAME")]
    prompt: Option<String>,
    /// The input that takes what the user says. By default the only one that the prompt asks for; for drafts the one of the
    /// suites that the prompt has.
    #[arg(long, value_name = "NAME")]
    user_variable: Option<String>,
    /// A risk to draft a case about, beside the agent's `riskAreas`.
    #[arg(long, value_name = "TEXT", requires = "draft", value_parser = crate::commands::reason::reason)]
    risk: Vec<String>,
}

impl Args {
    /// Whether anything of it is asked for.
    pub(super) fn asked(&self) -> bool {
        self.import.is_some() || self.export.is_some() || self.draft
    }
}

/// Cases that were drafted.
#[derive(Serialize, JsonSchema)]
pub(super) struct Drafted {
    /// How many.
    cases: usize,
    /// The suite that has them.
    suite: Suite,
}

/// Cases that were imported.
#[derive(Serialize, JsonSchema)]
pub(super) struct Imported {
    /// The suite that was written.
    file: String,
    /// How many it has.
    cases: usize,
    /// How much of the file has no counterpart here; each is a finding.
    unsupported: usize,
}

/// A suite in promptfoo's words.
#[derive(Serialize, JsonSchema)]
pub(super) struct Exported {
    /// The configuration file.
    configuration: Value,
}

/// Does it for one agent.
pub(super) fn run(context: &Context, workspace: &Workspace, agents: &[&Agent], args: &Args) -> Result<Report, Failure> {
    let [agent] = agents else {
        let failure = Failure::new(FailureKind::Usage, "name one agent whose cases these are");
        let what = match (&args.import, &args.export) {
            (Some(_), _) => "--import promptfooconfig.yaml",
            (None, Some(_)) => "--export <suite>",
            (None, None) => "--draft",
        };
        return Err(failure.hint(format!("for example `cargo xtask evaluate agent-infer {what}`")));
    };
    if let Some(file) = &args.import {
        return import(
            context,
            agent,
            file,
            &selection::prompt(agent, args.prompt.as_ref())?,
            args,
        );
    }
    if let Some(suite) = &args.export {
        return export(context, agent, suite);
    }
    let judged = match workspace.judged(agent, None, None) {
        Ok(judged) => judged,
        Err(findings) => return Ok(Report::of_findings(findings, Default::default())),
    };
    let named = selection::prompt(agent, args.prompt.as_ref())?;
    let suite = drafts(
        &judged.subject,
        &named,
        said_in(context, agent, (&judged.subject, &named), args)?.as_deref(),
        &[&agent.file.risk_areas[..], &args.risk].concat(),
    );
    let text = written::text("drafts.yaml", &suite);
    let answer = Drafted {
        cases: suite.cases.len(),
        suite,
    };
    Ok(Report::new(answer, text))
}

/// The input that takes what the user says: the one that is named, that of the suites of the prompt, or the only text that
/// nothing else gives.
fn said_in(
    context: &Context,
    agent: &Agent,
    (subject, prompt): (&Subject, &str),
    args: &Args,
) -> Result<Option<String>, Failure> {
    let Some((_, asked)) = subject.prompts.get(prompt) else {
        return Ok(args.user_variable.clone());
    };
    if let Some(name) = &args.user_variable {
        return input(asked, name).map(Some);
    }
    let suites = written::suites(context, &agent.name)?
        .into_iter()
        .map(|(_, suite)| suite);
    let own = suites
        .filter(|suite| suite.prompt == prompt)
        .find_map(|suite| suite.user_variable);
    if let Some(name) = own.filter(|name| input(asked, name).is_ok()) {
        return Ok(Some(name));
    }
    let given = asked
        .header
        .input
        .as_ref()
        .map_or_else(Map::new, |input| input.default.clone());
    let is_text = |name: &&String| asked.input["properties"][name.as_str()]["type"] == "string";
    match &Subject::required_inputs(asked, &given)[..] {
        [only] => Ok(Some(only).filter(is_text).cloned()),
        _ => Ok(None),
    }
}

/// An input of a prompt by its name.
fn input(prompt: &Prompt, name: &str) -> Result<String, Failure> {
    let inputs = prompt.input.get("properties").and_then(Value::as_object);
    let known: Vec<&str> = inputs.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    match known.contains(&name) {
        true => Ok(name.to_owned()),
        false => Err(selection::unknown("input", name, known.into_iter())),
    }
}

fn import(context: &Context, agent: &Agent, file: &Path, prompt: &str, args: &Args) -> Result<Report, Failure> {
    let shown = file.display().to_string();
    let bytes = context.named_file(file)?;
    let text = String::from_utf8_lossy(&bytes);
    let (imported, findings) = promptfoo::import(&shown, &text, prompt);
    let mut sources = FileTree::default();
    sources.insert(shown.clone(), &bytes[..]);
    let suite = match imported {
        None => return Ok(Report::of_findings(findings, sources)),
        Some(promptfoo::Imported::New(mut suite)) => {
            suite.user_variable = user_variable(agent, &suite, args)?;
            suite
        }
        Some(promptfoo::Imported::Back(mut suite)) => {
            if args.user_variable.is_some() {
                suite.user_variable = user_variable(agent, &suite, args)?;
            }
            suite
        }
    };
    let suite = said(suite);
    let stem = file
        .file_stem()
        .map_or_else(|| "imported".into(), |stem| stem.to_string_lossy());
    if let Some(path) = written::file(context, &agent.name, &stem)? {
        let failure = Failure::new(FailureKind::Usage, format!("`{path}` exists already"));
        return Err(failure.hint("rename the file that is imported, or remove the suite first"));
    }
    let path = written::new_file(context, &agent.name, &stem)?;
    let target = context.root()?.join(&path);
    context.files.write(&target, written::text(&path, &suite).as_bytes())?;
    let text = format!(
        "wrote {path}: {}, {} not supported\n",
        counted(suite.cases.len(), "case"),
        findings.len()
    );
    let answer = Imported {
        file: path,
        cases: suite.cases.len(),
        unsupported: findings.len(),
    };
    Ok(Report::new(answer, text)
        .with_findings(findings, sources)
        .next(format!("cargo xtask evaluate {}", agent.name)))
}

/// Makes what the variable of a test says what the user says.
fn said(mut suite: Suite) -> Suite {
    let Some(name) = &suite.user_variable else {
        return suite;
    };
    for case in suite.cases.iter_mut().filter(|case| case.user_input.is_empty()) {
        if let Some(Value::String(said)) = case.vars.get(name) {
            case.user_input = said.clone();
            case.vars.remove(name);
        }
    }
    suite
}

/// The input that takes what the user says: the one that is named, or the only one that nothing else gives.
fn user_variable(agent: &Agent, suite: &Suite, args: &Args) -> Result<Option<String>, Failure> {
    let version = agent.file.candidate.prompts.get(&suite.prompt);
    let component = version.and_then(|version| agent.prompts.get(&suite.prompt)?.get(version));
    let Some(prompt) = component.and_then(|component| component.file.as_ref()) else {
        return Ok(args.user_variable.clone());
    };
    if let Some(name) = &args.user_variable {
        return input(prompt, name).map(Some);
    }
    let says: Vec<_> = suite.cases.iter().filter(|case| !case.user_input.is_empty()).collect();
    let Some(first) = says.first() else { return Ok(None) };
    let mut given = suite.vars.clone();
    given.extend(first.vars.clone());
    given.extend(prompt.header.input.iter().flat_map(|input| input.default.clone()));
    match &Subject::required_inputs(prompt, &given)[..] {
        [] => Ok(None),
        [only] => Ok(Some(only.clone())),
        several => {
            let message = format!("the prompt `{}` has several inputs", suite.prompt);
            let hint = format!(
                "pass `--user-variable` with the one that takes what the user says: {}",
                several.join(", ")
            );
            Err(Failure::new(FailureKind::Usage, message).hint(hint))
        }
    }
}

fn export(context: &Context, agent: &Agent, name: &str) -> Result<Report, Failure> {
    let (path, suite) = written::suite(context, &agent.name, name)?
        .ok_or_else(|| Failure::new(FailureKind::Usage, format!("`{}` has no suite `{name}`", agent.name)))?;
    let version = agent.file.candidate.prompts.get(&suite.prompt);
    let prompt = version.map_or_else(String::new, |version| {
        layout::prompt(&agent.name, &suite.prompt, *version)
    });
    let (file, lost) = promptfoo::export(&suite, &prompt);
    let bytes = context.files.read(&context.root()?.join(&path))?.unwrap_or_default();
    let positions = yaml::Positions::of(&String::from_utf8_lossy(&bytes)).ok();
    let told = |(place, lost): (Vec<yaml::Segment>, String)| {
        let (line, column) = positions.as_ref().map_or((0, 0), |positions| positions.nearest(&place));
        Finding::warning("unsupported-assertion", lost).at(&path, line, column)
    };
    let findings = lost.into_iter().map(told).collect();
    let mut sources = FileTree::default();
    sources.insert(path.clone(), bytes);
    let text = yaml::write(&file);
    let answer = Exported { configuration: file };
    Ok(Report::new(answer, text).with_findings(findings, sources))
}
