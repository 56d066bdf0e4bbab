//! A prompt file read as a whole, and everything that is wrong with it.

use serde_json::{Value, json};

use super::header::{self, PromptHeader};
use super::lint::{self, Spot};
use super::picoschema::json_schema;
use super::source::{MARK, Source, place, split};
use super::template::{Template, parse};
use crate::model::Finding;
use crate::yaml::{Positions, Segment, path_of_pointer, read_value};

/// A prompt: what it says of itself, and its template.
#[derive(Clone, Debug, PartialEq)]
pub struct Prompt {
    /// Its front matter.
    pub header: PromptHeader,
    /// JSON Schema of its input; a prompt that declares none takes none.
    pub input: Value,
    /// JSON Schema of its answer, where it asks for one.
    pub output: Option<Value>,
    /// Its template.
    pub template: Template,
    /// The partials that it names, each with line and column.
    pub partials: Vec<(String, usize, usize)>,
    /// Characters of its template.
    pub length: usize,
}

/// The front matter with empty lines before it, so that its lines count as the file's.
pub fn header_text(text: &str) -> Option<String> {
    let source = split(text);
    let lines = text[..source.header_at].matches('\n').count();
    source.header.map(|header| "\n".repeat(lines) + header)
}

/// Reads a prompt file whose front matter was read already; every problem becomes a finding.
pub fn read(path: &str, text: &str, header: PromptHeader, findings: &mut Vec<Finding>) -> Option<Prompt> {
    let source = split(text);
    let at = |finding: Finding, offset: usize| {
        let (line, column) = place(text, source.body_at + offset);
        finding.at(path, line, column)
    };
    if let Some((message, help)) = unread(text, source.body, source.header.is_some()) {
        findings.push(Finding::error("prompt-syntax", message).at(path, 1, 1).help(help));
    }
    let template = match parse(source.body) {
        Ok(mut template) => {
            template.ends_line = ends_line(text, &source);
            Some(template)
        }
        Err(faults) => {
            findings.extend(faults.into_iter().map(|fault| {
                at(
                    Finding::error("prompt-syntax", fault.message).help(fault.help),
                    fault.at,
                )
            }));
            None
        }
    };
    let input = header.input.as_ref();
    let schema = input.and_then(|input| input.schema.as_ref());
    let input = schema.map_or_else(
        || Some(json!({"type": "object", "properties": {}, "additionalProperties": false})),
        |schema| expanded(path, text, "input", schema, findings),
    );
    let answer = header.output.as_ref().and_then(|output| output.schema.as_ref());
    let output = answer.and_then(|schema| expanded(path, text, "output", schema, findings));
    findings.extend(header::unknown_keys(&header).into_iter().map(|(key, finding)| {
        let (line, column) = key_place(text, key);
        finding.at(path, line, column)
    }));
    findings.extend(header::faults(&header).into_iter().map(|(pointer, finding)| {
        let (line, column) = header_place(text, &pointer);
        finding.at(path, line, column)
    }));
    let (template, input) = (template?, input?);
    let linted = lint::lint(&template, &input, &header);
    findings.extend(linted.notices.into_iter().map(|(spot, finding)| match spot {
        Spot::Template(offset) => at(finding, offset),
        Spot::Input(name) => {
            let (line, column) = input_place(text, &header, &name);
            finding.at(path, line, column)
        }
        Spot::Text(written) => at(finding, source.body.find(written).unwrap_or_default()),
    }));
    let partials = linted.partials.into_iter().map(|(name, offset)| {
        let (line, column) = place(text, source.body_at + offset);
        (name, line, column)
    });
    Some(Prompt {
        partials: partials.collect(),
        length: source.body.chars().count(),
        header,
        input,
        output,
        template,
    })
}

/// Whether a line break stands behind the template in its file.
fn ends_line(text: &str, source: &Source<'_>) -> bool {
    let behind = text.get(source.body_at + source.body.len()..).unwrap_or_default();
    behind.trim_start_matches([' ', '\t', '\r']).starts_with('\n')
}

/// Why a model would not be told what the author wrote, and what to do about it.
fn unread(text: &str, body: &str, has_header: bool) -> Option<(&'static str, &'static str)> {
    let has_mark = text.starts_with(MARK);
    let begins = text.trim_start_matches(MARK).lines().next();
    let begins_header = !has_header && begins.is_some_and(|line| line.trim_end() == "---");
    match (body.trim().is_empty(), begins_header) {
        _ if has_mark => Some((
            "a byte order mark stands before the first line",
            "save the file as UTF-8 without one: agents read it as it is, and other readers take front matter behind it for text",
        )),
        (_, true) => Some((
            "the front matter has no end, so that it is part of the text",
            "write a line `---` after it",
        )),
        (true, false) => Some(("the prompt says nothing", "write what the model is to be told")),
        (false, false) => None,
    }
}

fn expanded(path: &str, text: &str, key: &str, schema: &Value, findings: &mut Vec<Finding>) -> Option<Value> {
    match json_schema(schema, &serde_json::Map::new()) {
        Ok(schema) => Some(schema),
        Err(fault) => {
            let pointer = format!("/{key}/schema{}", fault.pointer);
            let (line, column) = header_place(text, &pointer);
            findings.push(
                Finding::error("prompt-schema", fault.message)
                    .at(path, line, column)
                    .help("write `name: string, what it is`, `name(array): string`, `name(enum): [a, b]` or a JSON Schema"),
            );
            None
        }
    }
}

/// Where the front matter declares an input: as `name?(type, what it is)`, or among the properties of a JSON Schema.
fn input_place(text: &str, header: &PromptHeader, name: &str) -> (usize, usize) {
    let schema = header.input.as_ref().and_then(|input| input.schema.as_ref());
    let declares = |key: &&String| key.split(['?', '(']).next() == Some(name);
    let own = schema.and_then(|schema| schema.as_object()?.keys().find(declares));
    let path = match own {
        Some(key) => vec!["input", "schema", key],
        None => vec!["input", "schema", "properties", name],
    };
    let path: Vec<Segment> = path.into_iter().map(|key| Segment::Key(key.to_owned())).collect();
    let positions = header_text(text).and_then(|header| Positions::of(&header).ok());
    positions.map_or((1, 1), |positions| {
        positions.key(&path).unwrap_or_else(|| positions.nearest(&path))
    })
}

/// Where a key of the front matter stands in the file.
fn key_place(text: &str, key: String) -> (usize, usize) {
    let positions = header_text(text).and_then(|header| Positions::of(&header).ok());
    let found = positions.and_then(|positions| positions.key(&[Segment::Key(key)]));
    found.unwrap_or((1, 1))
}

/// Where a value of the front matter stands in the file.
fn header_place(text: &str, pointer: &str) -> (usize, usize) {
    let found = header_text(text).and_then(|header| {
        let value = read_value(&header).ok()?;
        let path = path_of_pointer(&value, pointer)?;
        Some(Positions::of(&header).ok()?.nearest(&path))
    });
    found.unwrap_or((1, 1))
}
