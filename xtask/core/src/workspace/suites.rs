//! A suite of cases held against the parts of the agent that it judges, and against the models that are known.

use std::collections::BTreeSet;

use jsonschema::Validator;
use jsonschema::error::ValidationErrorKind;
use serde_json::{Map, Value};

use super::files::ModelsFile;
use super::layout;
use crate::model::{Finding, shortened, suggestion};
use crate::prompts::Prompt;
use crate::prompts::cases::{Assertion, Case, ExpectedTool, Judge, Suite, lacking};
use crate::prompts::run::Subject;
use crate::prompts::score::{arguments_fault, sound, sound_keyword, tool_calls, tools_named};
use crate::yaml::{Positions, Segment, read_value};

/// Why this build cannot judge a suite and another one can, at the first such assertion; whether it can be read at all is
/// not looked at.
pub fn not_built(path: &str, bytes: &[u8]) -> Option<Finding> {
    let text = str::from_utf8(bytes).ok().filter(|text| text.contains("-sql"))?;
    let suite = read_value(text).ok()?;
    let mut open: Vec<(Vec<Segment>, &Value)> = vec![(Vec::new(), &suite)];
    while let Some((place, value)) = open.pop() {
        let inside: Vec<(Segment, &Value)> = match value {
            Value::Array(items) => items
                .iter()
                .enumerate()
                .rev()
                .map(|(at, item)| (Segment::Index(at), item))
                .collect(),
            Value::Object(map) => map.iter().map(|(name, value)| (key(name), value)).rev().collect(),
            _ => continue,
        };
        let kind = value.get("type").and_then(Value::as_str);
        if let Some(feature) = kind.and_then(lacking) {
            let place = [&place[..], &[key("type")]].concat();
            let (line, column) = Positions::of(text).map_or((0, 0), |positions| positions.nearest(&place));
            let message = format!(
                "this build cannot tell what is SQL: `{}` needs the feature `{feature}`",
                kind?
            );
            let help = "`cargo xtask` makes the build that can, where it can run cargo; by hand: `cargo build --package xtask --features sql --bin xtask-sql`";
            return Some(
                Finding::error("sql-not-built", message)
                    .at(path, line, column)
                    .help(help),
            );
        }
        open.extend(
            inside
                .into_iter()
                .map(|(segment, value)| ([&place[..], &[segment]].concat(), value)),
        );
    }
    None
}

/// Holds one suite against what is judged.
pub(super) struct Checker<'a> {
    path: &'a str,
    text: &'a str,
    positions: Option<Option<Positions>>,
    subject: &'a Subject,
    models: Option<&'a ModelsFile>,
    today: &'a str,
    findings: &'a mut Vec<Finding>,
}

fn key(name: &str) -> Segment {
    Segment::Key(name.to_owned())
}

fn suggested<'a>(finding: Finding, name: &str, known: impl Iterator<Item = &'a str>, otherwise: &str) -> Finding {
    match suggestion(name, known) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding.help(otherwise),
    }
}

/// The inputs that the prompt of a suite declares.
fn input_names(subject: &Subject, suite: &Suite) -> Vec<String> {
    let prompt = subject.prompts.get(&suite.prompt).map(|(_, prompt)| prompt);
    let declared = prompt.and_then(|prompt| prompt.input.get("properties")?.as_object());
    declared.into_iter().flat_map(|map| map.keys().cloned()).collect()
}

impl<'a> Checker<'a> {
    pub(super) fn new(
        path: &'a str,
        text: &'a str,
        subject: &'a Subject,
        (models, today): (Option<&'a ModelsFile>, &'a str),
        findings: &'a mut Vec<Finding>,
    ) -> Checker<'a> {
        Checker {
            path,
            text,
            positions: None,
            subject,
            models,
            today,
            findings,
        }
    }

    /// Adds a finding at a place of the file; its positions are taken only when there is one.
    fn add(&mut self, finding: Finding, path: &[Segment]) {
        let text = self.text;
        let positions = self.positions.get_or_insert_with(|| Positions::of(text).ok());
        let (line, column) = positions.as_ref().map_or((0, 0), |positions| positions.nearest(path));
        self.findings.push(finding.at(self.path, line, column));
    }

    pub(super) fn suite(&mut self, suite: &Suite) {
        let subject = self.subject;
        let Some((_, prompt)) = subject.prompts.get(&suite.prompt) else {
            let known = subject.prompts.keys().map(String::as_str);
            let finding = Finding::error("missing-component", format!("there is no prompt `{}`", suite.prompt));
            let finding = suggested(finding, &suite.prompt, known, "name a prompt of the agent's candidate");
            self.add(finding, &[key("prompt")]);
            return;
        };
        if suite.cases.is_empty() {
            let finding = Finding::error("empty-suite", "there are no cases: an empty suite proves nothing");
            self.add(finding.help("write cases, or remove the file"), &[key("cases")]);
        }
        if let Some(judge) = &suite.judge {
            self.judge(judge);
        }
        for (index, assertion) in suite.assertions.iter().enumerate() {
            let path = [key("assert"), Segment::Index(index)];
            // the inputs of a case matter only where they are put in
            let is_filled = serde_json::to_string(assertion).is_ok_and(|text| text.contains("{{"));
            let filled = if is_filled { suite.cases.len() } else { 1 };
            let none = Case::default();
            let cases = suite.cases.iter().chain([&none]).take(filled);
            let inputs = cases.map(|case| Value::Object(subject.inputs(suite, case)));
            let fault = inputs.filter_map(|inputs| sound(assertion, &inputs).err()).next();
            self.assertion(assertion, suite, fault, &path);
        }
        let input = jsonschema::options().build(&prompt.input).ok();
        let mut ids = BTreeSet::new();
        for (index, case) in suite.cases.iter().enumerate() {
            let of_id = [key("cases"), Segment::Index(index), key("id")];
            if case.id.trim().is_empty() {
                let finding = Finding::error("invalid-value", "the id of a case is blank");
                self.add(finding.help("give each case an id of its own"), &of_id);
            } else if !ids.insert(case.id.as_str()) {
                let finding = Finding::error("duplicate-case", format!("the id `{}` stands here twice", case.id));
                self.add(finding.help("give each case an id of its own"), &of_id);
            }
            self.case(suite, (prompt, input.as_ref()), case, index);
        }
    }

    /// A judge is a model that is known, and not past its day.
    fn judge(&mut self, judge: &Judge) {
        let Some(known) = self.models else { return };
        let place = [key("judge"), key("name")];
        let named = format!("{}/{}", judge.provider, judge.name);
        let Some(found) = known.model(&judge.provider, &judge.name) else {
            let finding = Finding::error("unknown-model", format!("nothing is known of the model `{named}`"));
            let models = known.models.iter();
            let names: Vec<String> = models
                .map(|model| format!("{}/{}", model.provider, model.name))
                .collect();
            let otherwise = format!("name one of `{}`, or add it there", layout::MODELS);
            let finding = suggested(finding, &named, names.iter().map(String::as_str), &otherwise);
            return self.add(finding, &place);
        };
        if let Some(day) = found.retired.as_deref().filter(|day| *day <= self.today) {
            let finding = Finding::error("retired-model", format!("the judge `{named}` is retired since {day}"));
            self.add(
                finding.help(format!("name a model of `{}` that is not retired", layout::MODELS)),
                &place,
            );
        }
    }

    fn case(&mut self, suite: &Suite, (prompt, input): (&Prompt, Option<&Validator>), case: &Case, index: usize) {
        let place = |name: &str| vec![key("cases"), Segment::Index(index), key(name)];
        for tool in case.expected_tools.iter().flatten() {
            self.tool(tool.name(), &place("expectedTools"));
            if let ExpectedTool::Call { name, arguments } = tool {
                self.arguments(name, arguments, &place("expectedTools"));
            }
        }
        let words = [
            ("expectedResponseKeywords", &case.expected_response_keywords),
            ("forbiddenKeywords", &case.forbidden_keywords),
        ];
        for (name, words) in words {
            for (at, _) in words.iter().enumerate().filter(|(_, word)| word.trim().is_empty()) {
                let finding = Finding::error("invalid-value", format!("a word of `{name}` is blank"));
                let help = "write the word, or take it out: every answer has, or almost has, a blank";
                self.add(finding.help(help), &[place(name), vec![Segment::Index(at)]].concat());
            }
        }
        if !case.expected_behavior.is_empty() && suite.judge.is_none() {
            let message = format!("`{}` is to be judged, and nobody judges", case.id);
            self.missing_judge(message, &place("expectedBehavior"));
        }
        let inputs = self.subject.inputs(suite, case);
        let missing = Subject::required_inputs(prompt, &inputs);
        if !missing.is_empty() {
            let message = format!("`{}` does not give `{}`", case.id, missing.join("`, `"));
            let finding = Finding::error("unbound-variable", message);
            self.add(
                finding.help("add it under `vars:` of the case or the suite"),
                &place("vars"),
            );
        }
        if let Some(name) = self.subject.unsaid(suite, case) {
            let message = format!("in `{}` the user says nothing", case.id);
            let help =
                format!("write `userInput:`, or say it with `vars:`, as `{{{name}: \"\"}}`, where that is meant");
            self.add(
                Finding::error("unbound-variable", message).help(help),
                &place("userInput"),
            );
        }
        let inputs = Value::Object(inputs);
        for (name, words) in words {
            for (at, word) in words.iter().enumerate() {
                if let Err(fault) = sound_keyword(word, &inputs) {
                    let finding = Finding::error("invalid-value", fault);
                    let help = "name an input of the case; where braces are meant, say it with `regex` under `assert:`";
                    self.add(finding.help(help), &[place(name), vec![Segment::Index(at)]].concat());
                }
            }
        }
        if let Some(input) = input {
            self.inputs(input, suite, (case, index), &inputs);
        }
        for (at, assertion) in case.assertions.iter().enumerate() {
            let mut path = place("assert");
            path.push(Segment::Index(at));
            self.assertion(assertion, suite, sound(assertion, &inputs).err(), &path);
        }
    }

    /// Holds what a case puts in against what the prompt takes.
    fn inputs(&mut self, input: &Validator, suite: &Suite, (case, index): (&Case, usize), inputs: &Value) {
        if input.is_valid(inputs) {
            return;
        }
        let of_case = [key("cases"), Segment::Index(index)];
        let place = |name: &str| {
            let own = |last: &[&str]| {
                of_case
                    .iter()
                    .cloned()
                    .chain(last.iter().map(|name| key(name)))
                    .collect()
            };
            match () {
                () if suite.user_variable.as_deref() == Some(name) => Some(own(&["userInput"])),
                () if case.vars.contains_key(name) => Some(own(&["vars", name])),
                () if suite.vars.contains_key(name) => Some(vec![key("vars"), key(name)]),
                // what the prompt itself gives
                () => None,
            }
        };
        let known = input_names(self.subject, suite);
        for error in input.iter_errors(inputs) {
            if let ValidationErrorKind::AdditionalProperties { unexpected } = error.kind()
                && error.instance_path().as_str().is_empty()
            {
                // assertions may take what the prompt does not
                let used =
                    [&suite.assertions, &case.assertions].map(|all| serde_json::to_string(all).unwrap_or_default());
                let words = case.expected_response_keywords.iter().chain(&case.forbidden_keywords);
                let used: Vec<&String> = used.iter().chain(words).collect();
                let is_used = |name: &str| used.iter().any(|text| text.contains("{{") && text.contains(name));
                for name in unexpected.iter().filter(|name| !is_used(name)) {
                    let Some(place) = place(name) else { continue };
                    let finding = Finding::warning("undeclared-variable", format!("the prompt takes no `{name}`"));
                    let otherwise = "take it out, or declare it under `input.schema` of the prompt";
                    let known = known.iter().map(String::as_str);
                    self.add(suggested(finding, name, known, otherwise), &place);
                }
                continue;
            }
            let name = error.instance_path().as_str().split('/').nth(1);
            let name = name.map(|name| name.replace("~1", "/").replace("~0", "~"));
            // what is missing was said
            let Some((name, place)) = name.and_then(|name| Some((name.clone(), place(&name)?))) else {
                continue;
            };
            let message = format!(
                "the prompt takes no such `{name}`: {}",
                shortened(&error.to_string(), 200)
            );
            let finding = Finding::error("invalid-value", message);
            self.add(finding.help("see `input.schema` of the prompt"), &place);
        }
    }

    fn missing_judge(&mut self, message: String, path: &[Segment]) {
        let finding = Finding::error("missing-judge", message);
        self.add(finding.help("add `judge:` with provider and name to the suite"), path);
    }

    /// The tools of the manifest: cases that need one which the environment does not enable are not asked.
    fn tools(&self) -> impl Iterator<Item = &'a str> + Clone + use<'a> {
        let subject = self.subject;
        let enabled = subject.tools.iter().map(|tool| tool.name.as_str());
        enabled.chain(subject.withheld.iter().map(String::as_str))
    }

    fn tool(&mut self, name: &str, path: &[Segment]) {
        let tools = self.tools();
        if !tools.clone().any(|tool| tool == name) {
            let finding = Finding::error("missing-tool", format!("there is no tool `{name}`"));
            let otherwise = "name a tool of the manifest that the candidate names";
            self.add(suggested(finding, name, tools, otherwise), path);
        }
    }

    /// Arguments that a call must have: the tool must take them.
    fn arguments(&mut self, name: &str, arguments: &Map<String, Value>, path: &[Segment]) {
        let Some(tool) = self.subject.tools.iter().find(|tool| tool.name == name) else {
            return;
        };
        if let Some(fault) = arguments_fault(&tool.parameters, arguments) {
            let finding = Finding::error("invalid-value", format!("`{name}` takes no such call: {fault}"));
            self.add(finding.help("see the tool's `parameters` in the tool manifest"), path);
        }
    }

    fn assertion(&mut self, assertion: &Assertion, suite: &Suite, fault: Option<String>, path: &[Segment]) {
        if let Err(message) = assertion.support() {
            let finding = Finding::error("unsupported-assertion", message);
            self.add(
                finding.help("say the same with another type, or take it out: it would never pass"),
                path,
            );
        } else if let Some(fault) = fault.filter(|_| assertion.set.iter().all(|inner| inner.support().is_ok())) {
            let finding = Finding::error("invalid-value", fault);
            self.add(finding.help("mend it: no answer can be held against it"), path);
        }
        for name in tools_named(assertion, self.tools()) {
            self.tool(&name, path);
        }
        if let Some((name, arguments)) = tool_calls(assertion) {
            self.arguments(name, arguments, path);
        }
        let judged = ["llm-rubric", "trajectory:goal-success"].contains(&assertion.plain_kind().0);
        if judged && suite.judge.is_none() {
            self.missing_judge(format!("`{}` needs a judge, and nobody judges", assertion.kind), path);
        }
        for (index, inner) in assertion.set.iter().enumerate() {
            let path = [path, &[key("assert"), Segment::Index(index)]].concat();
            // what is wrong inside was said of the whole set
            self.assertion(inner, suite, None, &path);
        }
    }
}
