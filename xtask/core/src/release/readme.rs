//! `apps/<unit>/README.md`: what a person wants to know of a unit.

use super::bundle::{Bundle, Record, WriteContext};

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
            let tuple = &record.tuple;
            let mut row = |component: &str, value: String| text.push_str(&format!("| {component} | `{value}` |\n"));
            row("code", format!("{}@{}", tuple.code.repository, tuple.code.digest));
            for (name, prompt) in &tuple.prompts {
                row(
                    &format!("prompt {name}"),
                    format!("{} {}", prompt.version, prompt.sha256),
                );
            }
            if let Some(model) = &tuple.model {
                row(
                    "model",
                    format!(
                        "{} {}, temperature {}, at most {} tokens",
                        model.provider, model.name, model.temperature, model.max_tokens
                    ),
                );
            }
            for (name, part) in [
                ("tools", &tuple.tools),
                ("retrieval", &tuple.retrieval),
                ("contract", &tuple.contract),
            ] {
                if let Some(part) = part {
                    row(name, format!("{} {}", part.version, part.sha256));
                }
            }
            row(
                "blueprint",
                format!("{} {}", tuple.blueprint.name, tuple.blueprint.sha256),
            );
            text.push_str("\n## What changed since the release before\n\n");
            if page.bundle.components.is_empty() {
                text.push_str("Nothing in the tuple; values or the environment did.\n");
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
