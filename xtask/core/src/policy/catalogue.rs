//! Every rule that judges what is rendered, and which controls of which standards they serve.

use schemars::JsonSchema;
use serde::Serialize;

use super::admission::{About, Policies, Policy};
use super::controls::{CONTROLS, SERVED};
use super::rego;
use super::rules::RULES;
use crate::model::{FileTree, Rule, Tier};

/// Every rule.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Catalogue {
    /// The rules by id.
    pub entries: Vec<Entry>,
}

/// A rule.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// What people want to know of it.
    #[serde(flatten)]
    pub about: About,
    /// Whether a policy or the tool itself judges it: `policy` or `tool`.
    pub by: &'static str,
    /// What follows in an environment `dev`: `error`, `warning`, `note`, or `-`.
    pub in_dev: String,
    /// What follows in any other environment.
    pub elsewhere: String,
    /// The file of its policy.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// What has to hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub expressions: Vec<String>,
}

/// Which controls are served.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Coverage {
    /// How many are.
    pub covered: usize,
    /// Every control.
    pub controls: Vec<Control>,
}

/// A control of a standard, and the rules that serve it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Control {
    /// Its id, as in `cis/5.2.2`.
    pub id: String,
    /// What it asks.
    pub asks: String,
    /// The rules that serve it.
    pub rules: Vec<String>,
}

impl Catalogue {
    /// The rules of these policies, those of a tree's policies in Rego, and those that the tool itself judges.
    pub fn of(policies: &Policies, tree: &FileTree) -> Catalogue {
        let mut entries: Vec<Entry> = policies.iter().map(Entry::of_policy).collect();
        entries.extend(rego::about(tree).into_iter().map(Entry::of_rego));
        let own = RULES.iter().copied().flatten();
        // a policy goes before a rule of the tool that has its name
        let own: Vec<Entry> = own
            .filter(|rule| entries.iter().all(|entry| entry.about.rule != rule.id))
            .map(Entry::of_tool)
            .collect();
        entries.extend(own);
        entries.sort_by(|left, right| left.about.rule.cmp(&right.about.rule));
        Catalogue { entries }
    }

    /// Which controls they serve; a control that no table knows stands at the end.
    pub fn coverage(&self) -> Coverage {
        let rules = |id: &str| -> Vec<String> {
            let serving = self
                .entries
                .iter()
                .filter(|entry| entry.about.controls.iter().any(|control| control == id));
            serving.map(|entry| entry.about.rule.clone()).collect()
        };
        let mut controls: Vec<Control> = CONTROLS
            .iter()
            .map(|(id, asks)| Control {
                id: (*id).to_owned(),
                asks: (*asks).to_owned(),
                rules: rules(id),
            })
            .collect();
        let mut others: Vec<&String> = self.entries.iter().flat_map(|entry| &entry.about.controls).collect();
        others.sort();
        others.dedup();
        for id in others
            .into_iter()
            .filter(|id| CONTROLS.iter().all(|(known, _)| known != id))
        {
            controls.push(Control {
                id: id.clone(),
                asks: String::new(),
                rules: rules(id),
            });
        }
        let covered = controls.iter().filter(|control| !control.rules.is_empty()).count();
        Coverage { covered, controls }
    }
}

impl Entry {
    fn of_policy(policy: &Policy) -> Entry {
        Entry {
            about: policy.about.clone(),
            by: "policy",
            in_dev: policy.consequence(Tier::Dev),
            elsewhere: policy.consequence(Tier::Production),
            file: policy.file().to_owned(),
            expressions: policy.expressions().map(str::to_owned).collect(),
        }
    }

    fn of_rego(about: About) -> Entry {
        Entry {
            about,
            by: "rego",
            in_dev: "as it says".to_owned(),
            elsewhere: "as it says".to_owned(),
            file: String::new(),
            expressions: Vec::new(),
        }
    }

    fn of_tool(rule: &Rule) -> Entry {
        let served = SERVED.iter().filter(|(id, _)| *id == rule.id);
        let controls = served.flat_map(|(_, controls)| *controls);
        Entry {
            about: About {
                rule: rule.id.to_owned(),
                reason: rule.reason.to_owned(),
                remediation: rule.remedy.to_owned(),
                bad: rule.example.map(|example| example.bad.to_owned()).unwrap_or_default(),
                good: rule.example.map(|example| example.good.to_owned()).unwrap_or_default(),
                category: "across objects".to_owned(),
                controls: controls.map(|control| (*control).to_owned()).collect(),
                ..About::default()
            },
            by: "tool",
            in_dev: "as it says".to_owned(),
            elsewhere: "as it says".to_owned(),
            file: String::new(),
            expressions: Vec::new(),
        }
    }

    /// Whether the tool itself judges it.
    pub fn is_own(&self) -> bool {
        self.by == "tool"
    }

    /// How much harm it does to break it, as a word.
    pub fn severity(&self) -> String {
        format!("{:?}", self.about.severity).to_lowercase()
    }
}
