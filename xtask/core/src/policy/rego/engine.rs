//! The engine that evaluates Rego.

use std::borrow::Cow;

use regorus::{Engine, Value as RegoValue};
use serde_json::Value;

use crate::model::{FileTree, Finding, Problem, Severity};
use crate::workspace::layout;
use crate::yaml;

/// The folder whose files a policy sees as `data`.
const DATA: &str = "policies/rego/data";

/// Every Rego policy, compiled.
#[derive(Default)]
pub struct Rego {
    engine: Engine,
    /// The packages that have policies, as `data.main`.
    packages: Vec<String>,
    files: usize,
}

/// An engine of one thread.
pub struct Session {
    engine: Engine,
    packages: Vec<String>,
}

impl Rego {
    /// Reads the policies below `policies/rego/`, and what they see as `data` below `policies/rego/data/`.
    pub fn read(tree: &FileTree) -> (Rego, Vec<Finding>) {
        let mut rego = Rego::default();
        let mut findings = Vec::new();
        rego.engine.set_strict_builtin_errors(true);
        for (path, bytes) in tree.below(layout::REGO) {
            let text = String::from_utf8_lossy(bytes);
            let result = if path.starts_with(DATA) {
                rego.data(&text)
            } else if path.ends_with("_test.rego") || !path.ends_with(".rego") {
                continue;
            } else {
                rego.policy(path, &text)
            };
            if let Err(message) = result {
                let (line, column, message) = place(&message);
                let finding = Finding::error("broken-policy", message);
                findings.push(finding.at(path, line, column));
            }
        }
        rego.packages.sort();
        rego.packages.dedup();
        (rego, findings)
    }

    fn policy(&mut self, path: &str, text: &str) -> Result<(), String> {
        let package = self
            .engine
            .add_policy(path.to_owned(), text.to_owned())
            .map_err(|error| error.to_string())?;
        self.packages.push(package);
        self.files += 1;
        Ok(())
    }

    fn data(&mut self, text: &str) -> Result<(), String> {
        let documents = yaml::read_manifests(text).map_err(|error| error.message)?.documents;
        for document in documents {
            let data = RegoValue::from_json_str(&document.value.to_string()).map_err(|error| error.to_string())?;
            self.engine.add_data(data).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    /// An engine for one thread.
    pub fn session(&self) -> Session {
        Session {
            engine: self.engine.clone(),
            packages: self.packages.clone(),
        }
    }

    /// How many policies there are.
    pub fn len(&self) -> usize {
        self.files
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.files == 0
    }
}

impl Session {
    /// What an object breaks.
    pub fn judge(&mut self, object: &Value) -> Vec<Problem> {
        if self.packages.is_empty() {
            return Vec::new();
        }
        let input = match RegoValue::from_json_str(&object.to_string()) {
            Ok(input) => input,
            Err(error) => return vec![Problem::error("broken-policy", "", error.to_string())],
        };
        self.engine.set_input(input);
        let mut problems = Vec::new();
        for package in &self.packages {
            match self.engine.eval_query(package.clone(), false) {
                Ok(results) => {
                    let values = results.result.into_iter().flat_map(|result| result.expressions);
                    for value in values {
                        gather(package, &value.value, &mut problems);
                    }
                }
                Err(error) => {
                    let (_, _, message) = place(&error.to_string());
                    problems.push(Problem::error(
                        "broken-policy",
                        "",
                        format!("`{package}` failed: {message}"),
                    ));
                }
            }
        }
        problems.sort();
        problems.dedup();
        problems
    }
}

/// The answers of a package's rules.
fn gather(package: &str, value: &RegoValue, problems: &mut Vec<Problem>) {
    let Ok(rules) = value.as_object() else { return };
    for (name, answers) in rules.iter() {
        let Ok(name) = name.as_string() else { continue };
        let (word, rest) = name.split_once('_').unwrap_or((name, ""));
        let severity = match word {
            "deny" | "violation" => Severity::Error,
            "warn" => Severity::Warning,
            _ => continue,
        };
        let id = if rest.is_empty() {
            package.trim_start_matches("data.").replace('.', "-")
        } else {
            rest.replace('_', "-")
        };
        let answers: Vec<&RegoValue> = match answers {
            RegoValue::Set(set) => set.iter().collect(),
            RegoValue::Array(list) => list.iter().collect(),
            RegoValue::String(_) => vec![answers],
            _ => continue,
        };
        problems.extend(answers.into_iter().filter_map(|answer| problem(answer, &id, severity)));
    }
}

/// A message, or an object with `msg` and metadata.
fn problem(answer: &RegoValue, id: &str, severity: Severity) -> Option<Problem> {
    let (message, rule) = match answer {
        RegoValue::String(text) => (text.to_string(), None),
        RegoValue::Object(_) => {
            let text = |key: &str| answer[key].as_string().ok().map(|text| text.to_string());
            let metadata = &answer["metadata"];
            let rule = metadata["rule"].as_string().ok().map(|text| text.to_string());
            (text("msg").or_else(|| text("message"))?, text("rule").or(rule))
        }
        _ => return None,
    };
    Some(Problem {
        severity,
        rule: Cow::Owned(rule.unwrap_or_else(|| id.to_owned())),
        ..Problem::error("broken-policy", "", message)
    })
}

/// Line, column and message of an error of the engine, which shows them as `--> file:line:column` over an excerpt.
fn place(text: &str) -> (usize, usize, String) {
    let numbers = text.lines().find_map(|line| {
        let mut parts = line.trim().strip_prefix("--> ")?.rsplitn(3, ':');
        let column = parts.next()?.parse().ok()?;
        Some((parts.next()?.parse().ok()?, column))
    });
    let (line, column) = numbers.unwrap_or_default();
    let message = text.lines().rev().find_map(|line| line.trim().strip_prefix("error: "));
    (line, column, message.unwrap_or(text).to_owned())
}
