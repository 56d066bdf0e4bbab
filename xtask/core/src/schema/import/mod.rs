//! The importer: CustomResourceDefinitions in, one strict JSON Schema a kind and version out.

mod defined;
mod definition;
mod factor;
mod structural;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::catalogue::Catalogue;
use super::custom::{ABOUT, About};
use super::validator;
use super::{Streamed, objects, overlay};
use crate::model::{Digest, Finding, Location, Problem};
use crate::workspace::layout;
use crate::yaml::{self, Positions, path_of_pointer};
use defined::Defined;
use definition::Definition;

/// A file with CustomResourceDefinitions.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Where it is, for findings.
    pub path: &'a str,
    /// Its text: YAML or JSON, one document or several.
    pub text: &'a str,
    /// Where it comes from, for the record.
    pub origin: &'a str,
    /// Its licence, as SPDX names it.
    pub licence: Option<&'a str>,
}

/// What an import writes, and what is wrong with what it read.
#[derive(Debug, Default)]
pub struct Imported {
    /// Schema files by path.
    pub files: BTreeMap<String, String>,
    /// Schema files of the catalogue that the same definitions had, of versions that they do not serve any more.
    pub outdated: BTreeSet<String>,
    /// What is wrong; nothing is written of a definition that has an error.
    pub findings: Vec<Finding>,
    /// What was defined, by group and kind.
    defined: BTreeMap<(String, String), Defined>,
}

impl Catalogue {
    /// The schemas of all custom resources that a file defines.
    pub fn import(&self, source: Source<'_>) -> Imported {
        let mut imported = Imported::default();
        let (lines, documents): (Vec<usize>, Vec<Value>) = match yaml::read_manifests(source.text) {
            Ok(manifests) => {
                let documents = manifests.documents.into_iter();
                documents.map(|document| (document.line, document.value)).unzip()
            }
            Err(error) => {
                let finding = Finding::error("yaml-syntax", error.message);
                imported.findings = vec![finding.at(source.path, error.line, error.column)];
                return imported;
            }
        };
        let (objects, mut problems) = objects(&documents);
        let is_definition = |streamed: &&Streamed<'_>| {
            let kind = streamed.object.get("kind");
            kind.is_some_and(|kind| kind == "CustomResourceDefinition")
        };
        let definitions: Vec<&Streamed<'_>> = objects.iter().filter(is_definition).collect();
        let sha256 = Digest::of(source.text.as_bytes()).hex();
        for definition in &definitions {
            let location = Location {
                file: source.path.to_owned(),
                line: lines[definition.document],
                column: 1,
            };
            match self.one(&definition.object, source, &sha256, location) {
                Ok(one) => imported.join(one),
                Err(found) => problems.extend(found.into_iter().map(|mut problem| {
                    problem.pointer.insert_str(0, &definition.pointer);
                    (definition.document, problem)
                })),
            }
        }
        if problems.is_empty() && !definitions.is_empty() {
            return imported;
        }
        let positions = Positions::of_stream(source.text).unwrap_or_default();
        let place = |(at, problem): (usize, Problem)| placed(source.path, positions.get(at), &documents[at], problem);
        imported.findings.extend(problems.into_iter().map(place));
        if definitions.is_empty() && imported.findings.is_empty() {
            let message = format!("`{}` holds no CustomResourceDefinition", source.path);
            let help = "name the files in which your cluster's definitions stand";
            let finding = Finding::error("invalid-definition", message).in_file(source.path);
            imported.findings.push(finding.help(help));
        }
        imported
    }

    /// The files of one definition: one a version that is served.
    fn one(
        &self,
        object: &Value,
        source: Source<'_>,
        sha256: &str,
        location: Location,
    ) -> Result<Imported, Vec<Problem>> {
        let definition = Definition::of(self, object)?;
        // what nobody can evaluate would let every object pass
        let mut broken = overlay::check(object);
        broken.retain(|problem| problem.pointer.contains(&format!("/{}/", overlay::VALIDATIONS)));
        if !broken.is_empty() {
            return Err(broken);
        }
        let mut files = BTreeMap::new();
        for version in definition.versions()? {
            let about = About {
                api_version: format!("{}/{}", definition.group, version.name),
                kind: definition.kind.to_owned(),
                resource: definition.plural.to_owned(),
                namespaced: definition.is_namespaced,
                origin: source.origin.to_owned(),
                licence: source.licence.map(str::to_owned),
                sha256: sha256.to_owned(),
                deprecated: version.deprecated,
            };
            let schema = structural::root(&about, version.schema, version.has_status);
            let schema = factor::factored(schema);
            let whole = self.complete(schema, &about);
            validator::of(&whole).map_err(|reason| {
                let message = format!("version `{}` cannot be imported: {reason}", version.name);
                vec![Problem::error("invalid-definition", version.pointer, message)]
            })?;
            files.insert(
                layout::custom_schema(definition.group, definition.kind, version.name),
                text(&whole),
            );
        }
        let mut outdated = self.files_of(definition.group, definition.plural);
        outdated.retain(|path| !files.contains_key(path));
        let defined = Defined {
            location,
            paths: files.keys().cloned().collect(),
        };
        let key = (definition.group.to_owned(), definition.kind.to_owned());
        Ok(Imported {
            files,
            outdated,
            findings: Vec::new(),
            defined: BTreeMap::from([(key, defined)]),
        })
    }

    /// The schema with what is known beside it, and with the definitions of metadata, which every kind shares.
    fn complete(&self, mut schema: Value, about: &About) -> Value {
        let metadata = self.metadata();
        let root = schema.as_object_mut().expect("a root schema is a map");
        let definitions = root.entry("$defs").or_insert_with(|| Map::new().into());
        if let Some(definitions) = definitions.as_object_mut() {
            definitions.extend(metadata.into_iter().map(|(name, schema)| (name, nullable(schema))));
        }
        root.insert(
            "$schema".to_owned(),
            "https://json-schema.org/draft/2020-12/schema".into(),
        );
        root.insert(
            "title".to_owned(),
            format!("{} of {}", about.kind, about.api_version).into(),
        );
        root.insert(
            ABOUT.to_owned(),
            serde_json::to_value(about).expect("it has string keys"),
        );
        schema
    }
}

/// Metadata is decoded into Kubernetes' own types, for which null is nothing.
fn nullable(mut schema: Value) -> Value {
    for (key, part) in schema.as_object_mut().into_iter().flatten() {
        if key == "type" {
            *part = json!([part.take(), "null"]);
        } else if key == "properties" {
            let fields = part.as_object_mut().into_iter().flat_map(Map::values_mut);
            fields.for_each(|field| *field = nullable(field.take()));
        } else if key == "additionalProperties" && part.is_object() {
            *part = nullable(part.take());
        }
    }
    schema
}

fn placed(path: &str, positions: Option<&Positions>, document: &Value, problem: Problem) -> Finding {
    let place = path_of_pointer(document, &problem.pointer).unwrap_or_default();
    let (line, column) = positions.map_or((1, 1), |positions| {
        let key = positions.key(&place).filter(|_| problem.on_key);
        key.unwrap_or_else(|| positions.nearest(&place))
    });
    problem.finding().at(path, line, column)
}

/// A line for each definition, so that a diff shows what a new version changed.
fn text(schema: &Value) -> String {
    let mut text = String::from("{");
    let mut separator = "\n";
    for (key, value) in schema.as_object().into_iter().flatten() {
        text += separator;
        separator = ",\n";
        let name = Value::from(key.as_str());
        match value.as_object().filter(|_| key == "$defs") {
            Some(definitions) => {
                let lines: Vec<String> = definitions
                    .iter()
                    .map(|(name, definition)| format!("{}:{definition}", Value::from(name.as_str())))
                    .collect();
                text += &format!("{name}:{{\n{}\n}}", lines.join(",\n"));
            }
            None => text += &format!("{name}:{value}"),
        }
    }
    text + "\n}\n"
}
