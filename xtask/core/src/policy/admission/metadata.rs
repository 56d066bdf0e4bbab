//! What people want to know of a policy: annotations that a cluster ignores.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

/// What all our annotations start with.
const PREFIX: &str = "lockstep.dev/";
/// The annotations that a policy may have.
const KNOWN: &[&str] = &[
    "bad",
    "category",
    "controls",
    "docs",
    "field",
    "good",
    "idle",
    "minKubernetes",
    "reason",
    "remediation",
    "rule",
    "severity",
];

/// How much harm it does to break a rule, whatever a binding does about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Harm")]
pub enum Severity {
    /// Untidy.
    Low,
    /// Costs something some day.
    #[default]
    Medium,
    /// An outage or a breach waits for its occasion.
    High,
    /// An open door.
    Critical,
}

/// What a policy's annotations say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct About {
    /// The rule's id, which reads well after "waive".
    pub rule: String,
    /// How much harm it does to break it.
    pub severity: Severity,
    /// What kind of rule it is.
    pub category: String,
    /// Why breaking it is wrong.
    pub reason: String,
    /// What to do about it.
    pub remediation: String,
    /// Where to read more.
    pub docs: String,
    /// What it serves: `pss/restricted`, `cis/5.2.2` …
    pub controls: Vec<String>,
    /// A few lines that break it.
    pub bad: String,
    /// The same lines mended.
    pub good: String,
    /// The oldest Kubernetes minor version whose API server understands it.
    pub min_kubernetes: String,
    /// Where below the item at fault, or in the object, the fault is: JSON pointers with blanks between them, of which
    /// the first that is there counts; `../` begins above the item. Of several lines each is for one validation.
    pub field: String,
    /// Whether it may meet no object at all: it waits for a kind that the fleet does not have yet.
    pub may_be_idle: bool,
}

impl About {
    /// Where a validation's fault is, by its place among the validations.
    pub(super) fn fields_of(&self, validation: usize) -> &str {
        match self.field.trim_end().split_once('\n') {
            Some(_) => self.field.lines().nth(validation).unwrap_or_default(),
            None => &self.field,
        }
    }

    pub(super) fn of(name: &str, annotations: &BTreeMap<String, String>) -> (About, Vec<String>) {
        let text = |key: &str| annotations.get(&format!("{PREFIX}{key}")).cloned().unwrap_or_default();
        let mut problems = Vec::new();
        let ours = annotations.keys().filter_map(|key| key.strip_prefix(PREFIX));
        for key in ours.filter(|key| !KNOWN.contains(key)) {
            problems.push(format!("there is no annotation `{PREFIX}{key}`"));
        }
        let severity = match text("severity").as_str() {
            "low" => Severity::Low,
            "" | "medium" => Severity::Medium,
            "high" => Severity::High,
            "critical" => Severity::Critical,
            other => {
                problems.push(format!(
                    "`{PREFIX}severity` is `{other}`, not low, medium, high or critical"
                ));
                Severity::Medium
            }
        };
        let rule = text("rule");
        let controls = text("controls");
        let about = About {
            rule: if rule.is_empty() { name.to_owned() } else { rule },
            severity,
            category: text("category"),
            reason: text("reason"),
            remediation: text("remediation"),
            docs: text("docs"),
            controls: controls
                .split(',')
                .map(str::trim)
                .filter(|control| !control.is_empty())
                .map(str::to_owned)
                .collect(),
            bad: text("bad"),
            good: text("good"),
            min_kubernetes: text("minKubernetes"),
            field: text("field"),
            may_be_idle: text("idle") == "allowed",
        };
        (about, problems)
    }
}
