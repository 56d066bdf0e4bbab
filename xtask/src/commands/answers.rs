//! The schemas of what commands say with `--format json`, for programs that read it.

use std::collections::BTreeMap;

use lockstep::model::FleetChange;
use lockstep::reference;
use lockstep::release::StageSummary;
use lockstep::release::ledger::StageResult;
use lockstep::workspace::layout;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};

use super::{
    affected, bench, branch, candidate, check, completions, conformance, doctor, drill, e2e, evaluate, explain,
    generate, history, hold, import, incident, keys, man, mark, new, policy, promote, prompts, release, render, retro,
    rollback, schemas, status, trace, validate, verify,
};
use crate::documents::Document;

/// How the schema of one kind of result is made.
pub(super) type Shape = fn(&mut SchemaGenerator) -> Schema;

/// The shape of a type.
pub(super) const fn shape<T: JsonSchema>() -> Shape {
    SchemaGenerator::subschema_for::<T>
}

/// Every command, and the types of the results that it has.
const ANSWERS: &[(&str, &[Shape])] = &[
    ("affected", &[shape::<affected::Answer>()]),
    ("bench", bench::ANSWERS),
    ("branch", &[shape::<branch::Answer>()]),
    ("candidate", &[shape::<candidate::Answer>()]),
    ("check", &[shape::<check::Answer>()]),
    ("completions", &[shape::<completions::Answer>()]),
    ("conformance", &[shape::<conformance::Answer>()]),
    ("diff", &[shape::<FleetChange>()]),
    ("doctor", &[shape::<doctor::Answer>()]),
    ("drill", &[shape::<drill::Answer>()]),
    ("e2e", &[shape::<e2e::Answer>()]),
    ("evaluate", evaluate::ANSWERS),
    ("explain", explain::ANSWERS),
    ("generate", &[shape::<generate::Answer>()]),
    ("history", history::ANSWERS),
    ("hold", &[shape::<hold::Answer>()]),
    ("import", &[shape::<import::Answer>()]),
    ("incident", &[shape::<incident::answer::Answer>()]),
    ("keys", keys::ANSWERS),
    ("man", &[shape::<man::Answer>()]),
    ("mark", &[shape::<mark::Answer>()]),
    ("new", &[shape::<new::Answer>()]),
    ("policy", policy::ANSWERS),
    ("promote", &[shape::<promote::answer::Answer>()]),
    ("prompts", &[shape::<prompts::conformance::Answer>()]),
    ("release", &[shape::<release::answer::Answer>()]),
    ("render", &[shape::<render::Answer>()]),
    ("resume", &[shape::<hold::Answer>()]),
    ("retro", retro::ANSWERS),
    ("rollback", &[shape::<rollback::Answer>()]),
    ("schemas", &[shape::<schemas::import::Answer>()]),
    ("stage", &[shape::<StageResult>(), shape::<StageSummary>()]),
    ("status", &[shape::<Vec<status::UnitAnswer>>()]),
    ("trace", &[shape::<Vec<trace::Found>>()]),
    ("validate", validate::ANSWERS),
    ("verify", &[shape::<verify::Answer>()]),
];

/// The schema of every answer by its path: one for any command, and one for each.
pub(super) fn schemas() -> BTreeMap<String, String> {
    let each = ANSWERS.iter().map(|(command, shapes)| of(command, shapes));
    let all = each.chain([("answer".to_owned(), any())]);
    let file = |(kind, schema): (String, Value)| (layout::schema(&kind), reference::schema_text(&kind, schema));
    all.map(file).collect()
}

fn of(command: &str, shapes: &[Shape]) -> (String, Value) {
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let results = shapes.iter().map(|shape| shape(&mut generator).to_value());
    let results: Vec<Value> = results.chain([json!({"type": "null"})]).collect();
    let mut schema = document(generator);
    schema["title"] = format!("What `{command}` answers").into();
    let properties = &mut schema["$defs"]["Report"]["properties"];
    properties["command"]["const"] = command.into();
    properties["result"]["anyOf"] = results.into();
    (format!("answer-{command}"), schema)
}

fn any() -> Value {
    let mut schema = document(SchemaSettings::draft2020_12().for_serialize().into_generator());
    schema["title"] = "What a command answers".into();
    schema
}

/// The schema of answers with any result, beside what the generator has seen.
fn document(generator: SchemaGenerator) -> Value {
    generator.into_root_schema_for::<Document<'_, Value>>().to_value()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::ANSWERS;
    use crate::cli::Cli;

    #[test]
    fn every_command_has_a_schema_of_its_answer() {
        let root = Cli::command();
        let commands: Vec<&str> = root.get_subcommands().map(clap::Command::get_name).collect();
        let answers: Vec<&str> = ANSWERS.iter().map(|(command, _)| *command).collect();
        assert_eq!(answers, commands);
    }
}
