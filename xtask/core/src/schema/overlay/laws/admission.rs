//! What holds of webhooks and of policies in CEL that stand in a manifest.

use serde_json::Value;

use crate::cel::{ADMISSION_NAMES, Expression, RESERVED};
use crate::model::Problem;
use crate::schema::overlay::check::missing;
use crate::schema::overlay::view::{field, items, text};
use crate::schema::overlay::walk::Problems;

/// Lists of a rule in which `*` means everything.
const WITH_ALL: [&str; 3] = ["apiGroups", "apiVersions", "operations"];

/// Where `*` stands, nothing else does.
pub(in crate::schema::overlay) fn all_alone(rule: &Value, problems: &mut Problems<'_>) {
    for name in WITH_ALL {
        let list = items(rule, name);
        if list.len() > 1 && list.iter().any(|item| item.as_str() == Some("*")) {
            let message = format!("`*` in `{name}` means everything, so nothing may stand beside it");
            let problem = Problem::error("conflicting-fields", format!("/{name}"), message);
            problems.add(problem.help("write `*` alone, or take it out"));
        }
    }
}

/// What stands for several resources does not stand beside one of them.
pub(in crate::schema::overlay) fn resources_once(resources: &Value, problems: &mut Problems<'_>) {
    let names: Vec<&str> = resources
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let mut covered: Option<(usize, &str)> = None;
    for (index, name) in names.iter().enumerate() {
        let by = names
            .iter()
            .enumerate()
            .find(|(at, wide)| match (wide.split_once('/'), name.split_once('/')) {
                _ if *wide == name => false,
                (Some(("*", "*")), _) => true,
                // otherwise the server looks at what it has read so far
                (None, None) => *at < index && **wide == "*",
                (Some((resource, "*")), Some((own, _))) => *at < index && resource == own,
                (Some(("*", part)), Some((_, own))) => *at < index && part == own,
                _ => false,
            });
        covered = covered.or(by.map(|(_, wide)| (index, *wide)));
    }
    if let Some((index, wide)) = covered {
        let message = format!("`{wide}` means `{}`, too", names[index]);
        let problem = Problem::error("conflicting-fields", format!("/{index}"), message);
        problems.add(problem.help("keep one of them"));
    }
}

/// The name of a webhook has three parts or more.
pub(in crate::schema::overlay) fn webhook_name(name: &Value, problems: &mut Problems<'_>) {
    let Some(name) = name.as_str() else { return };
    if name.split('.').count() < 3 {
        let message = format!("the webhook `{name}` is no domain of at least three parts");
        let problem = Problem::error("malformed-text", "", message);
        problems.add(problem.help("write a name such as `check.agents.example.com`"));
    }
}

/// A webhook is called over TLS.
pub(in crate::schema::overlay) fn webhook_url(url: &Value, problems: &mut Problems<'_>) {
    if url.as_str().is_some_and(|url| !url.starts_with("https://")) {
        let message = "a webhook is called over TLS only";
        problems.add(Problem::error("malformed-text", "", message).help("begin the address with `https://`"));
    }
}

/// An expression can name the variable.
pub(in crate::schema::overlay) fn variable_name(name: &Value, problems: &mut Problems<'_>) {
    let Some(name) = name.as_str() else { return };
    let is_first = |first: char| first.is_ascii_alphabetic() || first == '_';
    let is_plain = name.starts_with(is_first) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !is_plain || RESERVED.binary_search(&name).is_ok() {
        let message = format!("no expression can name a variable `{name}`");
        let problem = Problem::error("malformed-text", "", message);
        problems.add(problem.help("write letters, digits and `_`, a letter first, and no word of the language"));
    }
}

/// A message is one line.
pub(in crate::schema::overlay) fn message(message: &Value, problems: &mut Problems<'_>) {
    if message.as_str().is_some_and(|text| text.trim().contains(['\n', '\r'])) {
        let problem = Problem::error("malformed-text", "", "a message is one line, and this one has several");
        problems.add(problem.help("write it in one line, folded with `>-` where it is long"));
    }
}

/// A policy says something, in expressions that can be read.
pub(in crate::schema::overlay) fn policy(spec: &Value, problems: &mut Problems<'_>) {
    if field(spec, "matchConstraints").is_none() {
        problems.add(missing("a policy", "matchConstraints"));
    }
    let (validations, annotations) = (items(spec, "validations"), items(spec, "auditAnnotations"));
    if validations.is_empty() && annotations.is_empty() {
        let message = "the policy has neither `validations` nor `auditAnnotations`";
        problems.add(Problem::error("missing-field", "", message).help("add `validations:`"));
    }
    let mut names: Vec<String> = ADMISSION_NAMES.map(str::to_owned).to_vec();
    expressions(
        items(spec, "matchConditions"),
        "matchConditions",
        "expression",
        &names,
        problems,
    );
    for (index, variable) in items(spec, "variables").iter().enumerate() {
        expression(variable, &format!("/variables/{index}"), "expression", &names, problems);
        names.push(format!("variables.{}", text(variable, "name").unwrap_or_default()));
    }
    expressions(validations, "validations", "expression", &names, problems);
    // messages and annotations may not ask the authorizer
    names.retain(|name| name != "authorizer");
    expressions(validations, "validations", "messageExpression", &names, problems);
    expressions(annotations, "auditAnnotations", "valueExpression", &names, problems);
}

fn expressions(list: &[Value], name: &str, key: &str, names: &[String], problems: &mut Problems<'_>) {
    for (index, item) in list.iter().enumerate() {
        expression(item, &format!("/{name}/{index}"), key, names, problems);
    }
}

fn expression(item: &Value, at: &str, key: &str, names: &[String], problems: &mut Problems<'_>) {
    let Some(text) = field(item, key).and_then(Value::as_str).filter(|text| !text.is_empty()) else {
        return;
    };
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let decides = key == "expression" && !at.starts_with("/variables");
    let errors = match Expression::compile(text, &names) {
        Ok(expression) => {
            let undecided = expression.undecided().filter(|_| decides);
            expression.mixed_literals().iter().cloned().chain(undecided).collect()
        }
        Err(errors) => errors,
    };
    for error in errors {
        let message = format!(
            "{}, at {}:{} of the expression",
            error.message, error.line, error.column
        );
        let problem = Problem::error("malformed-text", format!("{at}/{key}"), message);
        problems.add(match error.help {
            Some(help) => problem.help(help),
            None => problem,
        });
    }
}
