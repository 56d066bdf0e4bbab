//! Reads policies, bindings and parameters from their files.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Policies;
use super::bindings::Binding;
use super::compile::Policy;
use super::findings::{Place, missing_params, twin, unbound, uncompilable, unknowable, unknown_policy};
use super::metadata::About;
use super::resources::{Resource, Resources};
use super::spec::{BindingObject, MatchResources, PolicyObject, ResourceRule};
use crate::model::{FileTree, Finding};
use crate::schema::overlay;
use crate::workspace::layout;
use crate::yaml::{self, Places, path_of_pointer};

/// The group of admission policies.
const GROUP: &str = "admissionregistration.k8s.io/";
/// Groups of other policy engines, whose objects nothing here evaluates.
const OTHER_ENGINES: &[&str] = &[
    "kyverno.io",
    "policies.kyverno.io",
    "templates.gatekeeper.sh",
    "constraints.gatekeeper.sh",
    "policies.kubewarden.io",
];

/// An object of a policy file, and where it stands.
struct Document<'t> {
    file: &'t str,
    object: Value,
    line: usize,
    places: Option<Places>,
}

pub(super) fn read(tree: &FileTree, resources: Resources) -> (Policies, Vec<Finding>) {
    let (mut reading, mut findings) = files(tree, &resources);
    reading.bind(&mut findings);
    for policy in &reading.policies {
        if policy.bindings.is_empty() {
            findings.push(unbound(policy));
        }
        findings.extend(unknowable(policy));
    }
    findings.sort();
    reading.policies.sort_by(|left, right| left.name.cmp(&right.name));
    let by_kind = by_kind(&reading.policies, &resources);
    let policies = Policies {
        policies: reading.policies,
        resources,
        by_kind,
        parameters: reading.parameters,
    };
    (policies, findings)
}

/// Reads the files of policies, several at once.
fn files(tree: &FileTree, resources: &Resources) -> (Reading, Vec<Finding>) {
    let is_policy = |path: &str| [".yaml", ".yml", ".json"].iter().any(|suffix| path.ends_with(suffix));
    let files = tree.below(layout::ADMISSION).filter(|(path, _)| is_policy(path));
    let files: Vec<(&str, &Arc<[u8]>)> = files.collect();
    let read = files.into_par_iter().map(|(path, bytes)| {
        let (mut reading, mut findings) = (Reading::default(), Vec::new());
        for document in documents(path, bytes, &mut findings) {
            reading.object(document, resources, &mut findings);
        }
        (reading, findings)
    });
    let read: Vec<(Reading, Vec<Finding>)> = read.collect();
    let (mut reading, mut findings) = (Reading::default(), Vec::new());
    for (one, new) in read {
        findings.extend(new);
        reading.add(one, &mut findings);
    }
    (reading, findings)
}

fn documents<'t>(path: &'t str, bytes: &[u8], findings: &mut Vec<Finding>) -> Vec<Document<'t>> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        findings.push(
            Finding::error("not-utf8", "the file is not UTF-8 text")
                .in_file(path)
                .help("save it as UTF-8"),
        );
        return Vec::new();
    };
    match yaml::read_placed(text) {
        Ok(documents) => {
            let documents = documents.into_iter().map(|(document, places)| Document {
                file: path,
                object: document.value,
                line: document.line,
                places: Some(places),
            });
            documents.collect()
        }
        Err(error) => {
            let finding = Finding::error("yaml-syntax", error.message).at(path, error.line, error.column);
            findings.push(match error.help {
                Some(help) => finding.help(help),
                None => finding,
            });
            Vec::new()
        }
    }
}

impl Document<'_> {
    fn text(&self, pointer: &str) -> &str {
        self.object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    fn place(&self, pointer: &str) -> (usize, usize) {
        let path = path_of_pointer(&self.object, pointer).unwrap_or_default();
        match &self.places {
            Some(places) => places.nearest(&path),
            None => (self.line, 1),
        }
    }

    fn at(&self, pointer: &str, finding: Finding) -> Finding {
        let (line, column) = self.place(pointer);
        finding.at(self.file, line, column)
    }

    fn parse<T: DeserializeOwned>(&self, findings: &mut Vec<Finding>) -> Option<T> {
        match serde_json::from_value(self.object.clone()) {
            Ok(object) => Some(object),
            Err(error) => {
                let message = format!("{} `{}`: {error}", self.text("/kind"), self.text("/metadata/name"));
                findings.push(self.at("/metadata/name", Finding::error("broken-policy", message)));
                None
            }
        }
    }
}

#[derive(Default)]
struct Reading {
    policies: Vec<Policy>,
    parameters: Vec<Value>,
    bindings: Vec<Bound>,
}

/// A binding that was read.
struct Bound {
    binding: Binding,
    /// The policy that it names, and where.
    policy: String,
    place: Place,
    /// Where its own name stands.
    named: Place,
}

impl Reading {
    fn object(&mut self, document: Document<'_>, resources: &Resources, findings: &mut Vec<Finding>) {
        let version = document.text("/apiVersion").to_owned();
        let group = version.split('/').next().unwrap_or_default();
        match (version.strip_prefix(GROUP), document.text("/kind")) {
            (Some("v1"), "ValidatingAdmissionPolicy") => self.policy(&document, resources, findings),
            (Some("v1"), "ValidatingAdmissionPolicyBinding") => self.binding(&document, resources, findings),
            (Some(_), kind) => {
                let help = match kind {
                    "ValidatingAdmissionPolicy" | "ValidatingAdmissionPolicyBinding" => {
                        "write `apiVersion: admissionregistration.k8s.io/v1`"
                    }
                    _ => "only ValidatingAdmissionPolicy and its binding are judged here",
                };
                let message = format!("nothing here evaluates a {kind} of {version}");
                findings.push(
                    document
                        .at("/kind", Finding::error("unknown-policy-kind", message))
                        .help(help),
                );
            }
            (None, "") => {
                let message = "the object has no `kind`";
                findings.push(document.at("", Finding::error("broken-policy", message)));
            }
            (None, kind) if OTHER_ENGINES.contains(&group) => {
                let message = format!("nothing here evaluates a {kind} of {version}");
                let finding = document.at("/kind", Finding::error("unknown-policy-kind", message));
                findings.push(finding.help("write it as a ValidatingAdmissionPolicy"));
            }
            (None, "List") => {
                let items = document
                    .object
                    .get("items")
                    .and_then(Value::as_array)
                    .cloned()
                    .unwrap_or_default();
                for object in items {
                    let inner = Document {
                        object,
                        places: None,
                        ..document
                    };
                    self.object(inner, resources, findings);
                }
            }
            // any other object may be somebody's parameters
            (None, _) => self.parameters.push(document.object),
        }
    }

    fn policy(&mut self, document: &Document<'_>, resources: &Resources, findings: &mut Vec<Finding>) {
        let Some(object) = document.parse::<PolicyObject>(findings) else {
            return;
        };
        let (line, column) = document.place("/metadata/name");
        let name = object.metadata.name.clone();
        let (about, problems) = About::of(&name, &object.metadata.annotations);
        for problem in problems {
            findings.push(document.at("/metadata/annotations", Finding::error("broken-policy", problem)));
        }
        if let Some(constraints) = &object.spec.match_constraints {
            rules_are_known(document, constraints, "/spec/matchConstraints", resources, findings);
        }
        refused(document, findings);
        let place = (document.file.to_owned(), line, column);
        let (policy, wrong) = Policy::of(object, place, about);
        for wrong in &wrong {
            let (line, column) = document.place(&wrong.pointer);
            findings.push(uncompilable(&policy.name, wrong, (document.file, line, column)));
        }
        self.policies.push(policy);
    }

    fn binding(&mut self, document: &Document<'_>, resources: &Resources, findings: &mut Vec<Finding>) {
        let Some(object) = document.parse::<BindingObject>(findings) else {
            return;
        };
        if let Some(matches) = &object.spec.match_resources {
            rules_are_known(document, matches, "/spec/matchResources", resources, findings);
        }
        refused(document, findings);
        let place = |pointer: &str| {
            let (line, column) = document.place(pointer);
            (document.file.to_owned(), line, column)
        };
        self.bindings.push(Bound {
            policy: object.spec.policy_name.clone(),
            binding: Binding::of(object.metadata.name, object.spec),
            place: place("/spec/policyName"),
            named: place("/metadata/name"),
        });
    }

    /// Takes over what was read of a file. Of two policies, or two bindings, of one name the first is kept.
    fn add(&mut self, other: Reading, findings: &mut Vec<Finding>) {
        self.parameters.extend(other.parameters);
        for policy in other.policies {
            match self.policies.iter().find(|known| known.name == policy.name) {
                Some(known) => findings.push(twin("policies", &policy.name, &known.place, &policy.place)),
                None => self.policies.push(policy),
            }
        }
        for bound in other.bindings {
            let name = &bound.binding.name;
            match self.bindings.iter().find(|known| known.binding.name == *name) {
                Some(known) => findings.push(twin("bindings", name, &known.named, &bound.named)),
                None => self.bindings.push(bound),
            }
        }
    }

    /// Gives every policy its bindings.
    fn bind(&mut self, findings: &mut Vec<Finding>) {
        for bound in std::mem::take(&mut self.bindings) {
            let (mut binding, name) = (bound.binding, bound.policy);
            let names: Vec<String> = self.policies.iter().map(|policy| policy.name.clone()).collect();
            let Some(policy) = self.policies.iter_mut().find(|policy| policy.name == name) else {
                let names = names.iter().map(String::as_str);
                findings.push(unknown_policy(&binding, &name, names, &bound.place));
                continue;
            };
            if !binding.find_parameters(policy.param_kind.as_ref(), &self.parameters) {
                findings.push(missing_params(&binding, policy.param_kind.as_ref(), &bound.place));
                binding.is_unfounded = true;
            }
            policy.bindings.push(binding);
        }
    }
}

/// What a cluster refuses to store although every field can be read.
fn refused(document: &Document<'_>, findings: &mut Vec<Finding>) {
    for problem in overlay::check(&without_expressions(&document.object)) {
        let finding = document.at(&problem.pointer, Finding::error("broken-policy", problem.message));
        findings.push(match problem.help {
            Some(help) => finding.help(help),
            None => finding,
        });
    }
}

/// The object with a plain expression for each that it has: they are compiled once, and that tells more.
fn without_expressions(object: &Value) -> Value {
    let mut object = object.clone();
    for list in ["matchConditions", "variables", "validations", "auditAnnotations"] {
        let items = object
            .pointer_mut(&format!("/spec/{list}"))
            .and_then(Value::as_array_mut);
        for item in items.into_iter().flatten().filter_map(Value::as_object_mut) {
            for key in ["expression", "messageExpression", "valueExpression"] {
                item.entry(key).and_modify(|text| *text = "true".into());
            }
        }
    }
    object
}

/// Every resource that a rule names exists in one of its groups.
fn rules_are_known(
    document: &Document<'_>,
    matches: &MatchResources,
    at: &str,
    resources: &Resources,
    findings: &mut Vec<Finding>,
) {
    for (index, rule) in matches.resource_rules.iter().enumerate() {
        for (place, name) in rule.resources.iter().enumerate() {
            let Some((is_certain, meant)) = unknown(rule, name, resources) else {
                continue;
            };
            let groups = rule.api_groups.join("`, `");
            let message = format!("there is no resource `{name}` in the group `{groups}`");
            let finding = if is_certain {
                Finding::error("unknown-policy-resource", message)
            } else {
                Finding::warning("unknown-policy-resource", message)
            };
            let finding = document.at(&format!("{at}/resourceRules/{index}/resources/{place}"), finding);
            findings.push(match meant {
                Some(meant) => finding.help(format!("did you mean `{meant}`?")),
                None => finding.help("resources are plural and lower case, such as `deployments`"),
            });
        }
    }
}

fn unknown<'r>(rule: &ResourceRule, name: &str, resources: &'r Resources) -> Option<(bool, Option<&'r str>)> {
    let mut answers = rule.api_groups.iter().map(|group| resources.unknown(group, name));
    let first = answers.next()??;
    answers.try_fold(first, |worst, answer| {
        let (is_certain, meant) = answer?;
        Some((worst.0 && is_certain, worst.1.or(meant)))
    })
}

/// Which policies may be about each known kind.
fn by_kind(policies: &[Policy], resources: &Resources) -> BTreeMap<String, Vec<usize>> {
    let mut table: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for resource in resources.all() {
        // two groups may have the same kind: the table is a first sieve, by kind alone
        let entry = table.entry(resource.kind.clone()).or_default();
        for (index, policy) in policies.iter().enumerate() {
            if is_about(policy, resource) && !entry.contains(&index) {
                entry.push(index);
            }
        }
        entry.sort_unstable();
    }
    table
}

fn is_about(policy: &Policy, resource: &Resource) -> bool {
    let rules = &policy.constraints.resource_rules;
    rules.iter().any(|rule| {
        let is_group = rule
            .api_groups
            .iter()
            .any(|group| group == "*" || *group == resource.group);
        let is_resource = |name: &String| {
            let plural = name.split('/').next().unwrap_or_default();
            plural == "*" || plural == resource.plural
        };
        is_group && rule.resources.iter().any(is_resource)
    })
}
