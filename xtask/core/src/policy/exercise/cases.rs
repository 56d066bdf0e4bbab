//! The examples below `policies/tests/`, and whether each is judged as its folder says.

use std::sync::Arc;

use rayon::prelude::*;
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
    let wrong: Vec<Finding> = cases.par_iter().flat_map_iter(|case| case.wrong(policies)).collect();
    let objects: usize = cases.iter().map(|case| case.objects.len()).sum();
    let passed = objects - wrong.len();
    findings.extend(wrong);
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
    let rules: Vec<&str> = policies.iter().map(|policy| policy.about.rule.as_str()).collect();
    let files: Vec<(&str, &Arc<[u8]>)> = tree.below(layout::POLICY_TESTS).collect();
    let read = files
        .into_par_iter()
        .map(|(path, bytes)| case(tree, &rules, path, bytes));
    let read: Vec<Result<Option<Case>, Finding>> = read.collect();
    let (mut cases, mut findings) = (Vec::new(), Vec::new());
    for one in read {
        match one {
            Ok(case) => cases.extend(case),
            Err(finding) => findings.push(finding),
        }
    }
    (cases, findings)
}

/// The examples of a file; none in what an object was before.
fn case(tree: &FileTree, rules: &[&str], path: &str, bytes: &[u8]) -> Result<Option<Case>, Finding> {
    let rest = &path[layout::POLICY_TESTS.len() + 1..];
    let parts: Vec<&str> = rest.split('/').collect();
    let [rule, folder @ ("pass" | "fail"), _] = parts[..] else {
        return Err(misplaced(path, "the file is in neither `pass/` nor `fail/` of a rule"));
    };
    if !rules.contains(&rule) {
        return Err(misplaced(path, &format!("no policy has the rule `{rule}`")));
    }
    let text = String::from_utf8_lossy(bytes);
    let objects = objects(&text).map_err(|error| error.finding(path))?;
    if let Some(stem) = path.strip_suffix(".old.yaml") {
        if tree.get(&format!("{stem}.yaml")).is_none() {
            let message = format!("there is no `{stem}.yaml`, which this would have been before");
            return Err(useless(path, message, "write that file, or name this one like another"));
        }
        return Ok(None);
    }
    if objects.is_empty() {
        let help = "write an object into it, or remove it";
        return Err(useless(path, "the file has no object, so it shows nothing", help));
    }
    Case::of(tree, path, rule, folder == "fail", &text, objects).map(Some)
}

/// A file that tests nothing.
fn useless(path: &str, message: impl Into<String>, help: &str) -> Finding {
    Finding::error("untested-policy", message).in_file(path).help(help)
}

fn misplaced(path: &str, message: &str) -> Finding {
    let help = format!("write examples as `{}/<rule>/fail/<name>.yaml`", layout::POLICY_TESTS);
    useless(path, message, &help)
}

fn objects(text: &str) -> Result<Vec<Value>, yaml::YamlError> {
    let documents = yaml::read_manifests(text)?.documents;
    let objects = documents.into_iter().map(|document| document.value);
    Ok(objects.filter(|object| !object.is_null()).collect())
}

impl Case {
    fn of(
        tree: &FileTree,
        path: &str,
        rule: &str,
        is_stopped: bool,
        text: &str,
        objects: Vec<Value>,
    ) -> Result<Case, Finding> {
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
        if !Tier::ALL.iter().any(|known| known.as_str() == tier) {
            let known = Tier::ALL.map(Tier::as_str).join("`, `");
            return Err(useless(
                path,
                format!("there is no tier `{tier}`, so no binding is about the example"),
                &format!("write one of `{known}`"),
            ));
        }
        Ok(Case {
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
        })
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

#[cfg(test)]
mod tests {
    use super::exercise;
    use crate::model::FileTree;
    use crate::policy::admission::{Policies, Resources};

    #[test]
    fn an_example_that_tests_nothing_is_named() {
        let mut tree = FileTree::default();
        let mut add = |path: &str, text: &str| tree.insert(format!("policies/{path}"), text.as_bytes().to_vec());
        add(
            "admission/few.yaml",
            "
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: few}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: ['*'], resources: [configmaps]}]
  validations: [{expression: object.data.size() < 2}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: few}
spec: {policyName: few, validationActions: [Deny]}
",
        );
        let object = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {a: b}}";
        add("tests/few/pass/1.yaml", object);
        add("tests/few/pass/2.yaml", &format!("# tier: nope\n{object}"));
        add("tests/few/pass/99.old.yaml", object);
        add("tests/few/fail/1.yaml", &object.replace("{a: b}", "{a: b, c: d}"));
        add("tests/few/fail/2.yaml", "# nothing\n");
        let (policies, findings) = Policies::read(&tree, Resources::of_tree(&tree));
        assert_eq!(findings, []);
        let exercised = exercise(&tree, &policies);
        let said = exercised.findings.iter().map(|finding| {
            let file = &finding.location.as_ref().unwrap().file;
            format!("{} {file}: {}", finding.rule, finding.message)
        });
        let said: Vec<String> = said.collect();
        assert_eq!(
            said,
            [
                "untested-policy policies/tests/few/fail/2.yaml: the file has no object, so it shows nothing",
                "untested-policy policies/tests/few/pass/2.yaml: there is no tier `nope`, so no binding is about the example",
                "untested-policy policies/tests/few/pass/99.old.yaml: there is no `policies/tests/few/pass/99.yaml`, which \
                 this would have been before",
            ]
        );
        assert_eq!(exercised.passed, 2);
    }
}
