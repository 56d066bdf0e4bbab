//! The examples below `policies/tests/`, and whether each is judged as its folder says.

use serde_json::{Value, json};

use crate::model::{FileTree, Finding, Problem, Tier};
use crate::policy::admission::{Policies, Request};
use crate::workspace::layout;
use crate::yaml;

/// The tier of the environment that an example is in, unless it says another one.
const TIER: Tier = Tier::Production;

/// What became of the examples.
#[derive(Clone, Debug, Default)]
pub struct Exercised {
    /// How many objects were judged as they should be.
    pub passed: usize,
    /// What was judged otherwise, and what is not tested at all.
    pub findings: Vec<Finding>,
}

/// A file of examples.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) rule: String,
    path: String,
    is_stopped: bool,
    objects: Vec<Value>,
    /// What each object was before, in the same order.
    old: Vec<Value>,
    /// What the message of each stopped object has to be: one for all, or one for each.
    messages: Vec<String>,
    /// Where in each stopped object the fault has to be.
    pointers: Vec<String>,
    namespace: Value,
}

/// Judges every example.
pub fn exercise(tree: &FileTree, policies: &Policies) -> Exercised {
    let (cases, mut findings) = cases(tree, policies);
    let mut passed = 0;
    for case in &cases {
        let wrong = case.wrong(policies);
        passed += case.objects.len() - wrong.len();
        findings.extend(wrong);
    }
    for policy in policies.iter() {
        for is_stopped in [true, false] {
            let rule = &policy.about.rule;
            if cases
                .iter()
                .any(|case| case.rule == *rule && case.is_stopped == is_stopped)
            {
                continue;
            }
            let (folder, what) = if is_stopped {
                ("fail", "stops")
            } else {
                ("pass", "lets pass")
            };
            let message = format!("no example shows what rule `{rule}` {what}");
            let finding = Finding::error("untested-policy", message).in_file(policy.file());
            findings.push(finding.help(format!("write one below `{}/{rule}/{folder}/`", layout::POLICY_TESTS)));
        }
    }
    findings.sort();
    Exercised { passed, findings }
}

/// The examples, and what is wrong with their files.
pub(super) fn cases(tree: &FileTree, policies: &Policies) -> (Vec<Case>, Vec<Finding>) {
    let mut cases = Vec::new();
    let mut findings = Vec::new();
    let rules: Vec<&str> = policies.iter().map(|policy| policy.about.rule.as_str()).collect();
    for (path, bytes) in tree.below(layout::POLICY_TESTS) {
        let rest = &path[layout::POLICY_TESTS.len() + 1..];
        let parts: Vec<&str> = rest.split('/').collect();
        let [rule, folder @ ("pass" | "fail"), file] = parts[..] else {
            findings.push(misplaced(path, "the file is in neither `pass/` nor `fail/` of a rule"));
            continue;
        };
        if !rules.contains(&rule) {
            findings.push(misplaced(path, &format!("no policy has the rule `{rule}`")));
            continue;
        }
        if file.ends_with(".old.yaml") {
            continue;
        }
        let text = String::from_utf8_lossy(bytes);
        match objects(&text) {
            Ok(objects) => cases.push(Case::of(tree, path, rule, folder == "fail", &text, objects)),
            Err(error) => {
                findings.push(Finding::error("yaml-syntax", error.message).at(path, error.line, error.column))
            }
        }
    }
    (cases, findings)
}

fn misplaced(path: &str, message: &str) -> Finding {
    let help = format!("write examples as `{}/<rule>/fail/<name>.yaml`", layout::POLICY_TESTS);
    Finding::error("untested-policy", message).in_file(path).help(help)
}

fn objects(text: &str) -> Result<Vec<Value>, yaml::YamlError> {
    let documents = yaml::read_manifests(text)?.documents;
    Ok(documents.into_iter().map(|document| document.value).collect())
}

impl Case {
    fn of(tree: &FileTree, path: &str, rule: &str, is_stopped: bool, text: &str, objects: Vec<Value>) -> Case {
        let said = |what: &str| -> Vec<String> {
            let lines = text
                .lines()
                .filter_map(|line| line.strip_prefix("# ")?.strip_prefix(what));
            lines.map(|value| value.trim().to_owned()).collect()
        };
        let old = path.strip_suffix(".yaml").map(|stem| format!("{stem}.old.yaml"));
        let old = old
            .and_then(|old| tree.get(&old))
            .map(|bytes| self::objects(&String::from_utf8_lossy(bytes)));
        let tier = said("tier:").pop().unwrap_or_else(|| TIER.as_str().to_owned());
        Case {
            rule: rule.to_owned(),
            path: path.to_owned(),
            is_stopped,
            objects,
            old: old.and_then(Result::ok).unwrap_or_default(),
            messages: said("expect:"),
            pointers: said("at:"),
            namespace: json!({
                "apiVersion": "v1",
                "kind": "Namespace",
                "metadata": {"name": "example", "labels": {Tier::LABEL: tier}},
            }),
        }
    }

    /// What is judged otherwise than the folder says.
    pub(super) fn wrong(&self, policies: &Policies) -> Vec<Finding> {
        let tally = policies.tally();
        let mut findings = Vec::new();
        for (index, object) in self.objects.iter().enumerate() {
            let request = Request {
                object,
                old: self.old.get(index),
                namespace: Some(&self.namespace),
            };
            let mut problems = policies.judge(&request, &tally);
            problems.retain(|problem| problem.rule == self.rule);
            if let Some(message) = self.objection(index, &problems) {
                let place = format!("object {} of the file", index + 1);
                let finding = Finding::error("failed-policy-test", format!("{place}: {message}"));
                findings.push(finding.in_file(&self.path).help("mend the policy or the example"));
            }
        }
        findings
    }

    fn objection(&self, index: usize, problems: &[Problem]) -> Option<String> {
        let rule = &self.rule;
        if !self.is_stopped {
            let first = problems.first()?;
            return Some(format!("rule `{rule}` stops it: {}", first.message));
        }
        if problems.is_empty() {
            return Some(format!("rule `{rule}` lets it pass"));
        }
        let wanted = |list: &[String]| list.get(if list.len() == 1 { 0 } else { index }).cloned();
        if let Some(message) = wanted(&self.messages)
            && problems.iter().all(|problem| problem.message != message)
        {
            return Some(format!("the message is `{}`, not `{message}`", problems[0].message));
        }
        if let Some(pointer) = wanted(&self.pointers)
            && problems.iter().all(|problem| problem.pointer != pointer)
        {
            return Some(format!(
                "the fault is found at `{}`, not at `{pointer}`",
                problems[0].pointer
            ));
        }
        None
    }
}
