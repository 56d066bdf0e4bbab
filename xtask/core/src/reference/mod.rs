//! Generated references: schemas for editors, and pages for people, from the types and tables of the code.

mod environments;
mod examples;
mod field;
mod findings;
mod monitoring;
mod owners;
mod runbook;
mod schema;
mod templates;
mod values;
mod words;

pub use examples::{Shown, example, told};
pub use field::{FieldHelp, KeyHelp, UnknownField, field};
pub use findings::rules;
pub use words::{Meaning, choices, words};

use std::collections::BTreeMap;

use serde_json::Value;

use crate::artifact::{Inventory, TupleRecord};
use crate::model::{FileTree, one_line};
use crate::release::{HydratorMetadata, history, ledger};
use crate::render::{Context, FleetContext};
use crate::workspace::{Workspace, layout, schemas};

/// Where the schemas are known by; nothing is fetched from there.
const HOME: &str = "https://lockstep.dev/schemas";
/// What a page begins with.
const GENERATED: &str = "<!-- Written by `cargo xtask generate`; do not edit. -->\n";

/// Every generated file that the core knows of a workspace and its tree: path and text.
pub fn files(workspace: &Workspace, tree: &FileTree) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for (kind, schema) in kinds() {
        files.insert(layout::schema(kind), schema_text(kind, schema));
    }
    for (name, text) in [("findings", findings::page(tree)), ("templates", templates::page())] {
        files.insert(layout::reference(name), page(&text));
    }
    files.extend(pages(workspace));
    files
}

/// The generated files that tell of the fleet itself: path and text. Two workspaces with the same pages differ in nothing
/// that any of these files tells, whichever part of the fleet they are.
pub fn pages(workspace: &Workspace) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for (name, text) in [
        ("environments", environments::page(workspace)),
        ("monitoring", monitoring::page(workspace)),
        ("values", values::page(workspace)),
    ] {
        files.insert(layout::reference(name), page(&text));
    }
    let template = owners::pull_request_template(workspace);
    files.insert(layout::CODEOWNERS.to_owned(), owners::codeowners(workspace));
    files.insert(layout::PULL_REQUEST_TEMPLATE.to_owned(), template);
    for agent in workspace.agents.values() {
        files.insert(runbook::path(agent), page(&runbook::page(workspace, agent)));
    }
    files
}

/// A page of the reference with the line that says where it comes from.
pub fn page(text: &str) -> String {
    format!("{GENERATED}\n{}\n", text.trim_end())
}

/// A text as a cell of a Markdown table.
pub fn cell(text: &str) -> String {
    one_line(text).replace('|', "\\|")
}

/// What people write, what templates see, and what the tool writes beside the manifests.
fn kinds() -> Vec<(&'static str, Value)> {
    let mut kinds = schemas::all();
    kinds.extend([
        ("context", schemas::seen::<Context>()),
        ("fleet-context", schemas::seen::<FleetContext>()),
        ("hydrator-metadata", schemas::of::<HydratorMetadata>()),
        ("inventory", schemas::of::<Inventory>()),
        ("ledger-event", schemas::of::<ledger::Event>()),
        ("release-log", schemas::of::<history::ReleaseLog>()),
        ("retrospective", schemas::of::<ledger::Retrospective>()),
        ("sla-result", schemas::of::<history::SlaResult>()),
        ("tuple-record", schemas::of::<TupleRecord>()),
        ("version-metadata", schemas::of::<history::VersionMetadata>()),
    ]);
    kinds
}

/// A schema as its file has it.
pub fn schema_text(kind: &str, mut schema: Value) -> String {
    schema["$id"] = format!("{HOME}/{kind}.schema.json").into();
    format!("{schema:#}\n")
}
