//! `apps/<unit>/README.md`: what a person wants to know of a unit.

use super::bundle::{Bundle, Record, WriteContext};
use crate::artifact::TupleRecord;
use crate::model::ModelComponent;

/// What the page is about.
pub(super) struct Readme<'a> {
    pub(super) bundle: &'a Bundle,
    pub(super) context: &'a WriteContext<'a>,
    pub(super) command: &'a str,
}

/// The page as Markdown.
pub(super) fn text(page: &Readme<'_>) -> String {
    let mut text = String::new();
    let environment = &page.context.environment.name;
    match &page.bundle.record {
        Record::Agent(record) => {
            text.push_str(&format!("# {} in {environment}\n\n", page.bundle.unit));
            text.push_str(&format!("Version `{}`, tuple `{}`.\n\n", record.version, record.id));
            text.push_str("| component | what runs |\n|---|---|\n");
            for (component, value) in running(record) {
                text.push_str(&format!("| {component} | {value} |\n"));
            }
            text.push_str("\n## What changed since the release before\n\n");
            if page.bundle.components.is_empty() {
                text.push_str("Nothing of the tuple and of what stands in its place; values or the environment did.\n");
            }
            for change in &page.bundle.components {
                text.push_str(&format!("- {change}\n"));
            }
        }
        Record::Environment { blueprints, .. } => {
            text.push_str(&format!("# What {environment} has of its own\n\n"));
            for (name, digest) in blueprints {
                text.push_str(&format!("- blueprint `{name}` `{digest}`\n"));
            }
        }
    }
    let counts = page.bundle.counts;
    text.push_str(&format!(
        "\nObjects: {} added, {} changed, {} removed.\n",
        counts.added, counts.changed, counts.removed
    ));
    text.push_str("\n## How to reproduce it\n\n");
    text.push_str(&format!("```\n{}\n```\n\n", page.command));
    text.push_str(
        "Earlier ConfigMap generations, marked `lockstep.dev/retained`, come from the commit before this one.\n",
    );
    text.push_str(&format!(
        "Every file and its SHA-256 stands in `.lockstep/{}/inventory.json`.\n",
        page.bundle.unit
    ));
    text
}

/// What runs, component by component, and what of the tuple the environment replaces.
fn running(record: &TupleRecord) -> Vec<(String, String)> {
    let tuple = &record.tuple;
    let mut rows = vec![(
        "code".to_owned(),
        format!("`{}@{}`", tuple.code.repository, tuple.code.digest),
    )];
    for (name, prompt) in record.prompts() {
        let value = format!("`{} {}`", prompt.version, prompt.sha256);
        let instead = record.latest.get(name).and(tuple.prompts.get(name));
        let instead = instead.map(|part| format!(" in place of `{}`", part.version));
        rows.push((format!("prompt {name}"), value + &instead.unwrap_or_default()));
    }
    rows.extend(
        tuple
            .model
            .as_ref()
            .map(|part| ("model".to_owned(), model(part, record))),
    );
    if let Some(part) = &tuple.tools {
        let tools = record.overrides.tools.clone().unwrap_or_default();
        let mut value = format!("`{} {}`", part.version, part.sha256);
        if let Some(enabled) = tools.enabled {
            let names: Vec<String> = enabled.iter().map(|tool| format!("`{tool}`")).collect();
            value += &format!(", of them {}", names.join(" "));
        }
        if tools.mock == Some(true) {
            value += ", mocks answer";
        }
        rows.push(("tools".to_owned(), value));
    }
    for (name, part) in [("retrieval", &tuple.retrieval), ("contract", &tuple.contract)] {
        if let Some(part) = part {
            rows.push((name.to_owned(), format!("`{} {}`", part.version, part.sha256)));
        }
    }
    let blueprint = format!("`{} {}`", tuple.blueprint.name, tuple.blueprint.sha256);
    rows.push(("blueprint".to_owned(), blueprint));
    rows
}

fn model(part: &ModelComponent, record: &TupleRecord) -> String {
    let other = record.overrides.model.clone().unwrap_or_default();
    let mut value = format!(
        "`{} {}, temperature {}, at most {} tokens`",
        other.provider.as_ref().unwrap_or(&part.provider),
        other.name.as_ref().unwrap_or(&part.name),
        other.temperature.unwrap_or(part.temperature),
        other.max_tokens.unwrap_or(part.max_tokens),
    );
    if other.provider.is_some() || other.name.is_some() {
        value += &format!(" in place of `{} {}`", part.provider, part.name);
    }
    if other.mock == Some(true) {
        value += ", a mock answers";
    }
    value
}
