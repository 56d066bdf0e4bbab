//! `explain values`: each value of a unit with the line that set it and what it overrode.

use lockstep::model::{AgentName, Finding, Location};
use lockstep::release::Blocked;
use lockstep::render::{Unit, built_in};
use lockstep::report::{Style, line};
use lockstep::workspace::layout::ENVIRONMENT_UNIT;
use lockstep::workspace::{ENVIRONMENT_BLUEPRINT, Environment, Explained, UnknownPath, Workspace, explain};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::super::selection;
use crate::context::{Context, Source};
use crate::failure::{Failure, FailureKind};
use crate::report::Report;

/// Show the values of a unit, each with the line that set it and what it overrode.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The agent, or `_environment` for what the environment has of its own.
    #[arg(value_name = "AGENT")]
    agent: String,
    /// The value, or the map of values, to explain; all of them by default.
    #[arg(value_name = "PATH")]
    path: Option<String>,
    /// The environment.
    #[arg(long, short, value_name = "NAME")]
    environment: String,
    /// Read this git revision instead of the work tree.
    #[arg(long, value_name = "REVISION")]
    revision: Option<String>,
}

/// The values of a unit.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct UnitValues {
    /// The environment.
    environment: String,
    /// The agent, or `_environment`.
    agent: String,
    /// The values, by path.
    values: Vec<Explained>,
}

/// Explains values.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    let source = args.revision.clone().map_or(Source::WorkTree, Source::Revision);
    let loaded = context.load(&source)?;
    let Some(workspace) = &loaded.workspace else {
        return Ok(Report::of_findings(loaded.findings, loaded.tree));
    };
    if selection::unreadable(workspace, std::slice::from_ref(&args.environment)) {
        return Ok(Report::of_findings(loaded.findings, loaded.tree));
    }
    let environment = selection::environments(workspace, std::slice::from_ref(&args.environment))?[0];
    let explained = match layers_of(workspace, environment, &args, |layers| {
        explain(layers, &loaded.tree, args.path.as_deref())
    })? {
        Ok(explained) => explained,
        Err(mut findings) => {
            findings.extend(relevant(&loaded.findings, environment, &args.agent));
            findings.sort();
            findings.dedup();
            return Ok(Report::of_findings(findings, loaded.tree));
        }
    };
    let values = explained.map_err(|unknown| failure(&args, &unknown))?;
    let text = values
        .iter()
        .map(|value| text(value, context.style))
        .collect::<String>();
    let answer = UnitValues {
        environment: args.environment.clone(),
        agent: args.agent.clone(),
        values,
    };
    Ok(Report::new(answer, text))
}

/// Hands on the layers of the unit that is asked for; findings where its blueprint cannot be told.
fn layers_of<T>(
    workspace: &Workspace,
    environment: &Environment,
    args: &Args,
    use_them: impl FnOnce(&[lockstep::values::Layer<'_>]) -> T,
) -> Result<Result<T, Vec<Finding>>, Failure> {
    if args.agent == ENVIRONMENT_UNIT {
        return Ok(built_in(workspace, ENVIRONMENT_BLUEPRINT)
            .map(|blueprint| use_them(&workspace.layers(environment, None, blueprint))));
    }
    selection::agents(
        workspace,
        std::slice::from_ref(&args.agent),
        &std::collections::BTreeSet::new(),
    )?;
    let agent = AgentName::new(&args.agent)
        .ok()
        .and_then(|name| workspace.agents.get(&name));
    let Some(agent) = agent else {
        // its file cannot be read, which the findings say
        return Ok(Err(Vec::new()));
    };
    if !environment.runs(&agent.name) {
        let message = format!("`{}` does not run in `{}`", agent.name, environment.name);
        return Err(
            Failure::new(FailureKind::Usage, message).hint("promote it there first, or name another environment")
        );
    }
    let unit = Unit::new(workspace, environment, agent, &Map::new());
    Ok(unit.map(|unit| use_them(&workspace.layers(environment, Some(agent), &unit.blueprint))))
}

/// Of all that is wrong with the files, what keeps the unit from having values.
fn relevant(findings: &[Finding], environment: &Environment, agent: &str) -> Vec<Finding> {
    let concerns = |finding: &Finding| {
        let blocked = Blocked::by(std::slice::from_ref(finding));
        match AgentName::new(agent) {
            Ok(agent) => blocked.unit(&environment.name, &agent),
            Err(_) => blocked.environment(&environment.name),
        }
    };
    findings.iter().filter(|finding| concerns(finding)).cloned().collect()
}

fn failure(args: &Args, unknown: &UnknownPath) -> Failure {
    let path = args.path.as_deref().unwrap_or_default();
    let message = format!("`{}` has no value `{path}` in `{}`", args.agent, args.environment);
    let failure = Failure::new(FailureKind::Usage, message);
    match &unknown.near {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None if unknown.known.is_empty() => {
            failure.hint("lists and scalars are set as a whole: leave out the last part")
        }
        None => failure.hint(format!("there is {}", unknown.known.join(", "))),
    }
}

fn text(explained: &Explained, style: Style) -> String {
    let value = |value: &Option<Value>| match value {
        Some(value) => line(value),
        None => "deleted".to_owned(),
    };
    let mut text = format!("{}: {}\n", style.strong(&explained.path), value(&explained.value));
    for (index, origin) in explained.origins.iter().enumerate() {
        let place = style.faint(&format!("{} ({})", place(&origin.location), origin.layer));
        if index == 0 {
            text.push_str(&format!("  {place}\n"));
        } else {
            text.push_str(&format!("    overrode {}  {place}\n", value(&origin.value)));
        }
    }
    text
}

fn place(location: &Location) -> String {
    format!("{}:{}:{}", location.file, location.line, location.column)
}
