//! Proves that examples notice: each clause of each policy is flipped in turn, and some example has to be judged otherwise.

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::cases::{Case, cases};
use super::mutants::mutants;
use crate::model::FileTree;
use crate::policy::admission::{Policies, Resources};
use crate::workspace::layout;
use crate::yaml;

/// What became of the mutants.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Mutated {
    /// How many an example noticed.
    pub noticed: usize,
    /// Those that none did.
    pub survivors: Vec<Survivor>,
}

/// A change of a policy that no example notices.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Survivor {
    /// The rule.
    pub rule: String,
    /// The file of its policy.
    pub file: String,
    /// The expression, by its JSON pointer in the policy.
    pub expression: String,
    /// What was changed.
    pub change: String,
}

/// One change of one policy.
struct Mutant<'a> {
    rule: &'a str,
    file: &'a str,
    pointer: String,
    change: String,
    objects: Vec<Value>,
}

/// Flips every clause of every policy. A mutant that is no expression any more is left out.
pub fn mutate(tree: &FileTree, policies: &Policies, resources: &Resources) -> Mutated {
    let (cases, _) = cases(tree, policies);
    let mut all = Vec::new();
    for policy in policies.iter() {
        let objects = tree
            .get(policy.file())
            .and_then(|bytes| objects(bytes))
            .unwrap_or_default();
        let is_it = |object: &Value| {
            object["kind"] == "ValidatingAdmissionPolicy" && object["metadata"]["name"] == policy.name.as_str()
        };
        let Some(place) = objects.iter().position(is_it) else {
            continue;
        };
        for pointer in expressions(&objects[place]) {
            let text = objects[place]
                .pointer(&pointer)
                .and_then(Value::as_str)
                .unwrap_or_default();
            for (change, text) in mutants(text) {
                let mut objects = objects.clone();
                if let Some(expression) = objects[place].pointer_mut(&pointer) {
                    *expression = text.into();
                }
                all.push(Mutant {
                    rule: &policy.about.rule,
                    file: policy.file(),
                    pointer: pointer.clone(),
                    change,
                    objects,
                });
            }
        }
    }
    let outcomes: Vec<Option<Option<Survivor>>> =
        all.par_iter().map(|mutant| mutant.outcome(&cases, resources)).collect();
    let mut mutated = Mutated::default();
    for outcome in outcomes.into_iter().flatten() {
        match outcome {
            None => mutated.noticed += 1,
            Some(survivor) => mutated.survivors.push(survivor),
        }
    }
    mutated.survivors.sort();
    mutated
}

fn objects(bytes: &[u8]) -> Option<Vec<Value>> {
    let documents = yaml::read_manifests(std::str::from_utf8(bytes).ok()?).ok()?.documents;
    Some(documents.into_iter().map(|document| document.value).collect())
}

/// The expressions that decide: not those that only make messages.
fn expressions(policy: &Value) -> Vec<String> {
    let mut pointers = Vec::new();
    for list in ["matchConditions", "variables", "validations"] {
        let items = policy["spec"][list].as_array().map_or(0, Vec::len);
        pointers.extend((0..items).map(|index| format!("/spec/{list}/{index}/expression")));
    }
    pointers
}

impl Mutant<'_> {
    /// Nothing where it is no policy any more; else the survivor, if it is one.
    fn outcome(&self, cases: &[Case], resources: &Resources) -> Option<Option<Survivor>> {
        let mut tree = FileTree::default();
        let text = yaml::write_manifests(&self.objects);
        tree.insert(format!("{}/mutant.yaml", layout::ADMISSION), text.into_bytes());
        let (policies, findings) = Policies::read(&tree, resources.clone());
        if findings.iter().any(|finding| finding.rule == "broken-policy") {
            return None;
        }
        let own = cases.iter().filter(|case| case.rule == self.rule);
        let is_noticed = own.into_iter().any(|case| !case.wrong(&policies).is_empty());
        Some((!is_noticed).then(|| Survivor {
            rule: self.rule.to_owned(),
            file: self.file.to_owned(),
            expression: self.pointer.clone(),
            change: self.change.clone(),
        }))
    }
}
