//! The template engine: a blueprint's templates compiled once, and what Tera complains about as findings.

use std::collections::BTreeMap;
use std::io;
use std::str::Utf8Error;
use std::sync::{Arc, OnceLock};

use serde::Serialize;
use serde_json::{Map, Value};
use tera::value::Key;
use tera::{Context, ErrorKind, Tera};

use super::filters;
use super::unknown::{self, Stop, Trouble};
use crate::model::Finding;
use crate::workspace::{Blueprint, layout};

/// Most that one template may render: more than any object that a cluster takes, and little enough for a machine.
const MOST_BYTES: usize = 4 << 20;

/// A text that stops growing.
#[derive(Default)]
struct Limited {
    bytes: Vec<u8>,
    is_full: bool,
}

impl io::Write for Limited {
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + more.len() > MOST_BYTES {
            self.is_full = true;
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        self.bytes.extend_from_slice(more);
        Ok(more.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The compiled templates of one blueprint.
pub struct Engine {
    tera: Tera,
    /// Templates that are rendered, by file name.
    templates: Vec<String>,
    /// Where each template stands in the tree.
    sources: BTreeMap<String, String>,
    /// The templates as they were written.
    files: BTreeMap<String, Arc<[u8]>>,
    /// The same templates with marks in them, made when one is wanted.
    marked: OnceLock<Option<Tera>>,
}

impl Engine {
    /// Compiles the templates of a blueprint.
    pub fn compile(blueprint: &Blueprint) -> Result<Engine, Vec<Finding>> {
        let mut findings = Vec::new();
        let mut texts = Vec::new();
        for (name, bytes) in texts_of(&blueprint.files) {
            match bytes {
                Ok(text) => texts.push((name, text)),
                Err(_) => {
                    findings.push(
                        Finding::error("not-utf8", "the template is not UTF-8 text").in_file(&blueprint.sources[name]),
                    );
                }
            }
        }
        let mut engine = Engine {
            tera: empty(),
            templates: blueprint.templates().map(str::to_owned).collect(),
            sources: blueprint.sources.clone(),
            files: blueprint.files.clone(),
            marked: OnceLock::new(),
        };
        if let Err(error) = engine.tera.add_raw_templates(texts) {
            findings.push(engine.finding(&error));
        }
        if findings.is_empty() { Ok(engine) } else { Err(findings) }
    }

    /// The templates that are rendered, by file name.
    pub fn templates(&self) -> impl Iterator<Item = &str> {
        self.templates.iter().map(String::as_str)
    }

    /// Where a template stands in the tree.
    pub fn source<'a>(&'a self, template: &'a str) -> &'a str {
        self.sources.get(template).map_or(template, String::as_str)
    }

    /// Renders one template; all variables that nothing sets are told, or what else is wrong with it.
    pub(super) fn render(&self, template: &str, input: &Input) -> Result<String, Vec<Trouble>> {
        self.attempt(template, input)
            .map_err(|stop| unknown::troubles(self, template, input, stop))
    }

    /// What a template renders to, where nothing is wrong with it.
    pub(super) fn text(&self, template: &str, input: &Input) -> Option<String> {
        self.attempt(template, input).ok()
    }

    pub(super) fn attempt(&self, template: &str, input: &Input) -> Result<String, Stop> {
        let mut text = Limited::default();
        match self.tera.render_to(template, &input.context, &mut text) {
            Ok(()) => Ok(String::from_utf8(text.bytes).expect("templates and values are texts")),
            Err(_) if text.is_full => Err(Stop::at(self.too_long(template))),
            Err(error) => Err(Stop {
                path: self.path_of(&error),
                finding: self.finding(&error),
            }),
        }
    }

    fn too_long(&self, template: &str) -> Finding {
        let message = format!("the template renders more than {} MiB", MOST_BYTES >> 20);
        Finding::error("template-error", message)
            .in_file(self.source(template))
            .help("look for a loop that runs too often, or make it several templates")
    }

    /// Renders one template with marks in it and in all that it takes in. `mark` puts them into a text; by its number
    /// [`Engine::source_of`] knows where that stands.
    pub(super) fn render_marked(
        &self,
        template: &str,
        input: &Input,
        mark: fn(text: &str, number: usize) -> String,
    ) -> Option<String> {
        let compile = || {
            let texts = texts_of(&self.files).enumerate();
            let texts = texts.map(|(number, (name, text))| Some((name, mark(text.ok()?, number))));
            let mut tera = empty();
            tera.add_raw_templates(texts.collect::<Option<Vec<_>>>()?).ok()?;
            Some(tera)
        };
        let marked = self.marked.get_or_init(compile).as_ref()?;
        marked.render(template, &input.context).ok()
    }

    /// Where the text of a number stands in the tree.
    pub(super) fn source_of(&self, number: usize) -> Option<&str> {
        texts_of(&self.files).nth(number).map(|(name, _)| self.source(name))
    }

    fn finding(&self, error: &tera::Error) -> Finding {
        match error.kind() {
            ErrorKind::SyntaxError(report) => Finding::error("template-syntax", lower(report.message())).at(
                self.source(report.filename()),
                report.span().start_line,
                report.span().start_col + 1,
            ),
            ErrorKind::RenderingError(report) => Finding::error("template-error", lower(report.message())).at(
                self.source(report.filename()),
                report.span().start_line,
                report.span().start_col + 1,
            ),
            other => {
                let text = other.to_string();
                match rendered_report(&text) {
                    Some((message, file, line, column)) => {
                        Finding::error("template-error", lower(message)).at(self.source(file), line, column)
                    }
                    None => Finding::error("template-error", lower(&text)).in_file(layout::TEMPLATES),
                }
            }
        }
    }

    /// The dotted path at which rendering stopped, where one stands there.
    fn path_of(&self, error: &tera::Error) -> Option<String> {
        let ErrorKind::RenderingError(report) = error.kind() else {
            return None;
        };
        self.path_at(report.filename(), report.span().start_line, report.span().start_col)
    }

    /// The dotted path that stands at a place of a template, or before it where a filter stands there; `column` counts
    /// from 0.
    fn path_at(&self, template: &str, line: usize, column: usize) -> Option<String> {
        let text = std::str::from_utf8(self.files.get(template)?).ok()?;
        let line: Vec<char> = text.lines().nth(line.checked_sub(1)?)?.chars().collect();
        let is_part = |c: &char| c.is_alphanumeric() || matches!(c, '.' | '_');
        let mut end = column + line.get(column..)?.iter().take_while(|c| is_part(c)).count();
        loop {
            let start = end - line[..end].iter().rev().take_while(|c| is_part(c)).count();
            let before: String = line[..start].iter().collect();
            match before.trim_end().strip_suffix('|') {
                Some(filtered) => end = filtered.trim_end().chars().count(),
                None => return Some(line[start..end].iter().collect()),
            }
        }
    }
}

/// An engine without templates.
fn empty() -> Tera {
    let mut tera = Tera::new();
    tera.autoescape_on(Vec::<&str>::new());
    filters::register(&mut tera);
    tera
}

/// The texts of templates and partials among the files of a blueprint, by name.
fn texts_of(files: &BTreeMap<String, Arc<[u8]>>) -> impl Iterator<Item = (&str, Result<&str, Utf8Error>)> {
    let templates = files.iter().filter(|(name, _)| name.ends_with(".tera"));
    templates.map(|(name, bytes)| (name.as_str(), std::str::from_utf8(bytes)))
}

/// A context as the engine takes it.
#[derive(Clone)]
pub struct Input {
    context: Context,
}

impl Input {
    /// Takes what templates shall see.
    pub fn new<T: Serialize>(context: &T) -> Input {
        Input {
            context: Context::from_serialize(context).expect("a context is a map of plain data"),
        }
    }

    /// The same with these values at the top instead of those of the same name; everything else is shared.
    pub(super) fn with_values(&self, replaced: &Map<String, Value>) -> Input {
        let values = self.context.get("values").and_then(tera::Value::as_map);
        let shared = values.into_iter().flatten();
        let mut values: BTreeMap<Key<'_>, tera::Value> =
            shared.map(|(key, value)| (key.clone(), value.clone())).collect();
        for (key, value) in replaced {
            values.insert(key.clone().into(), tera::Value::from_serializable(value));
        }
        let mut context = self.context.clone();
        context.insert_value("values", values.into());
        Input { context }
    }

    /// Whether there is something at a path.
    pub(super) fn has(&self, path: &[&str]) -> bool {
        let Some((root, rest)) = path.split_first() else {
            return false;
        };
        let value = self
            .context
            .get(root)
            .and_then(|value| serde_json::to_value(value).ok());
        let found = value
            .as_ref()
            .and_then(|value| rest.iter().try_fold(value, |value, key| value.get(*key)));
        found.is_some()
    }

    /// The same with a value at a path, whatever stood there or above it.
    pub(super) fn with(&self, path: &[&str], value: Value) -> Input {
        let mut context = self.context.clone();
        if let [root, rest @ ..] = path {
            let root_value = context.get(root).and_then(|value| serde_json::to_value(value).ok());
            let mut root_value = root_value.unwrap_or_default();
            let mut place = &mut root_value;
            for part in rest {
                if !place.is_object() {
                    *place = Value::Object(Map::new());
                }
                place = &mut place[*part];
            }
            *place = value;
            context.insert((*root).to_owned(), &root_value);
        }
        Input { context }
    }

    /// The context as plain data, for messages.
    pub(super) fn plain(&self) -> Value {
        let names = ["agent", "agents", "environment", "release", "tuple", "values"];
        let value = |name: &str| Some((name.to_owned(), serde_json::to_value(self.context.get(name)?).ok()?));
        Value::Object(names.into_iter().filter_map(value).collect())
    }
}

/// Message, template, line and column of an error that Tera has written as a report for a terminal.
fn rendered_report(text: &str) -> Option<(&str, &str, usize, usize)> {
    let mut lines = text.lines();
    let message = lines.next()?.strip_prefix("error: ")?;
    let mut place = lines.next()?.trim_start().strip_prefix("--> ")?.rsplitn(3, ':');
    let (column, line) = (place.next()?.parse().ok()?, place.next()?.parse().ok()?);
    Some((message, place.next()?, line, column))
}

/// Our messages begin in lower case and end without a period.
fn lower(message: &str) -> String {
    let message = message.trim_end_matches('.');
    let mut chars = message.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::new(),
    }
}
