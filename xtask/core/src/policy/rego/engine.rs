//! The engine that evaluates Rego.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use regorus::utils::limits::ExecutionTimerConfig;
use regorus::{Engine, Value as RegoValue};
use serde_json::Value;

use super::about::{WORDS, id, name};
use crate::model::{FileTree, Finding, Problem, Severity};
use crate::workspace::layout;
use crate::yaml;

/// The folder whose files a policy sees as `data`.
const DATA: &str = "policies/rego/data";
/// How long a package may take for one object, where a thousandth of a second is much. The engine counts no steps.
const LONGEST: Duration = Duration::from_secs(2);
/// After how many steps the engine looks at the time.
const STEPS: NonZeroU32 = NonZeroU32::new(1000).expect("it is not zero");

/// Every Rego policy, compiled.
#[derive(Default)]
pub struct Rego {
    engine: Engine,
    packages: Vec<Package>,
    rules: BTreeSet<String>,
    files: usize,
}

/// A package that has policies.
#[derive(Clone)]
struct Package {
    /// As `data.main`.
    name: String,
    /// Whether it took too long for some object, in any thread: it is not tried again.
    is_heavy: Arc<AtomicBool>,
}

/// An engine of one thread.
pub struct Session {
    engine: Engine,
    packages: Vec<Package>,
}

impl Rego {
    /// Reads the policies below `policies/rego/`, and what they see as `data` below `policies/rego/data/`.
    pub fn read(tree: &FileTree) -> (Rego, Vec<Finding>) {
        let mut rego = Rego::default();
        let mut findings = Vec::new();
        rego.engine.set_strict_builtin_errors(true);
        rego.engine.set_execution_timer_config(ExecutionTimerConfig {
            limit: LONGEST,
            check_interval: STEPS,
        });
        for (path, bytes) in tree.below(layout::REGO) {
            let text = String::from_utf8_lossy(bytes);
            let ends = |ends: &[&str]| ends.iter().any(|end| path.ends_with(end));
            let result = if path.starts_with(DATA) && ends(&[".json", ".yaml", ".yml"]) {
                rego.data(path, &text)
            } else if ends(&[".rego"]) && !ends(&["_test.rego"]) {
                rego.policy(path, &text)
            } else {
                continue;
            };
            findings.extend(result.err());
        }
        rego.packages.sort_by(|left, right| left.name.cmp(&right.name));
        rego.packages.dedup_by(|left, right| left.name == right.name);
        (rego, findings)
    }

    /// Reads a policy as OPA has them since version 1.0 or, where it is none, as they were before: without `if`.
    fn policy(&mut self, path: &str, text: &str) -> Result<(), Finding> {
        let mut read = |is_old| {
            self.engine.set_rego_v0(is_old);
            let read = self.engine.add_policy(path.to_owned(), text.to_owned());
            read.map_err(|error| error.to_string())
        };
        let package = read(false).or_else(|error| {
            read(true).map_err(|_| {
                let (_, line, column) = place(&error).unwrap_or((path, 1, 1));
                let finding = Finding::error("broken-policy", message(&error)).at(path, line, column);
                finding.help("mend it there, or take the file out of `policies/rego/`")
            })
        })?;
        self.rules.extend(rules(&package, text));
        self.packages.push(Package {
            name: package,
            is_heavy: Arc::default(),
        });
        self.files += 1;
        Ok(())
    }

    /// The rules that the names in the policies say; an answer may name others.
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(String::as_str)
    }

    fn data(&mut self, path: &str, text: &str) -> Result<(), Finding> {
        let manifests = yaml::read_manifests(text).map_err(|error| error.finding(path))?;
        for document in manifests.documents {
            let data = RegoValue::from_json_str(&document.value.to_string());
            let added = data.and_then(|data| self.engine.add_data(data));
            added.map_err(|error| {
                let message = message(&error.to_string());
                Finding::error("broken-policy", message)
                    .at(path, document.line, 1)
                    .help("a file of data is a map, and no two files have the same key")
            })?;
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
        for Package { name, is_heavy } in &self.packages {
            if is_heavy.load(Ordering::Relaxed) {
                problems.push(heavy(name));
                continue;
            }
            match self.engine.eval_query(name.clone(), false) {
                Ok(results) => {
                    let values = results.result.into_iter().flat_map(|result| result.expressions);
                    for value in values {
                        gather(name, &value.value, &mut problems);
                    }
                }
                Err(error) if error.to_string().contains("time limit") => {
                    is_heavy.store(true, Ordering::Relaxed);
                    problems.push(heavy(name));
                }
                Err(error) => {
                    let error = error.to_string();
                    let at = place(&error).map(|(file, line, column)| format!(" at {file}:{line}:{column}"));
                    let text = format!("`{name}` failed{}: {}", at.unwrap_or_default(), message(&error));
                    let help = "what fails is no pass: let the policy ask first whether it can";
                    problems.push(Problem::error("broken-policy", "", text).help(help));
                }
            }
        }
        problems.sort();
        problems.dedup();
        problems
    }
}

fn heavy(package: &str) -> Problem {
    let message = format!(
        "`{package}` takes longer than {} s for an object, so nothing is judged by it",
        LONGEST.as_secs()
    );
    Problem::error("broken-policy", "", message).help("let it look at less: a rule sees one object")
}

/// The rules whose names stand at the beginnings of lines.
fn rules(package: &str, text: &str) -> Vec<String> {
    let named = text.lines().filter_map(name);
    named.map(|rest| id(package, rest)).collect()
}

/// The answers of a package's rules. What is no answer is no pass.
fn gather(package: &str, value: &RegoValue, problems: &mut Vec<Problem>) {
    let Ok(rules) = value.as_object() else { return };
    for (name, answers) in rules.iter() {
        let Ok(name) = name.as_string() else { continue };
        let (word, rest) = name.split_once('_').unwrap_or((name, ""));
        if !WORDS.contains(&word) {
            continue;
        }
        let severity = if word == "warn" {
            Severity::Warning
        } else {
            Severity::Error
        };
        let answers: Vec<&RegoValue> = match answers {
            RegoValue::Set(set) => set.iter().collect(),
            RegoValue::Array(list) => list.iter().collect(),
            RegoValue::Bool(false) | RegoValue::Undefined => continue,
            other => vec![other],
        };
        let id = id(package, rest);
        problems.extend(answers.into_iter().map(|answer| match problem(answer, &id, severity) {
            Some(problem) => problem,
            None => {
                let message = format!("`{name}` of `{package}` answers `{answer}`, which has no message");
                Problem::error("broken-policy", "", message)
                    .help("let it be a set of texts, or of objects with `msg`: `deny contains msg if { … }`")
            }
        }));
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

/// File, line and column of an error of the engine, which shows them as `--> file:line:column` over an excerpt.
fn place(error: &str) -> Option<(&str, usize, usize)> {
    error.lines().find_map(|line| {
        let mut parts = line.trim().strip_prefix("--> ")?.rsplitn(3, ':');
        let column = parts.next()?.parse().ok()?;
        let line = parts.next()?.parse().ok()?;
        Some((parts.next()?, line, column))
    })
}

/// What an error of the engine says.
fn message(error: &str) -> String {
    let message = error.lines().rev().find_map(|line| line.trim().strip_prefix("error: "));
    message.unwrap_or(error).to_owned()
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
