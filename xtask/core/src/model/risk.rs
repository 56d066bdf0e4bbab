//! The risk class of a single change: what a reviewer looks at first.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ChangeKind, ComponentChange, ObjectChange, PermissionChange, PlainVersion, UnitDifference};

/// How much a change can do; the order is the order of harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RiskClass {
    /// It cannot change what an agent answers or may do.
    Low,
    /// It changes what an agent answers, or how much of it there is.
    Medium,
    /// It changes what an agent may do, who answers, or what its callers must understand.
    High,
}

impl RiskClass {
    /// The class in one word.
    pub fn word(self) -> &'static str {
        match self {
            RiskClass::Low => "low",
            RiskClass::Medium => "medium",
            RiskClass::High => "high",
        }
    }
}

/// A change and its risk class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClassifiedChange {
    /// What changes, for example `model.name` or `Deployment orders`.
    pub what: String,
    /// Its class.
    pub risk: RiskClass,
}

impl ComponentChange {
    /// The risk class of the change.
    pub fn risk(&self) -> RiskClass {
        match (self.component.as_str(), self.field.as_str()) {
            ("version", _) => RiskClass::Low,
            // the digest follows from the version
            (_, "sha256" | "contract.sha256") if self.component != "prompts" => RiskClass::Low,
            ("contract", "version") => self.version_risk(),
            ("contract", _) | ("retrieval", _) | ("tools", _) => RiskClass::High,
            ("model", "provider" | "name" | "version") => RiskClass::High,
            ("model", field) if field.is_empty() || field.starts_with("postTraining") => RiskClass::High,
            _ => RiskClass::Medium,
        }
    }

    /// Another major version is one that callers must understand.
    fn version_risk(&self) -> RiskClass {
        let read = |text: &Option<String>| text.as_deref().and_then(PlainVersion::parse);
        match (read(&self.before), read(&self.after)) {
            (Some(before), Some(after)) if before.major == after.major && before <= after => RiskClass::Low,
            _ => RiskClass::High,
        }
    }

    /// The component and its field, dotted.
    pub fn name(&self) -> String {
        if self.field.is_empty() {
            return self.component.clone();
        }
        format!("{}.{}", self.component, self.field)
    }
}

impl PermissionChange {
    /// The risk class of the change: less is never a risk to what an agent may do, only to whether it still can.
    pub fn risk(&self) -> RiskClass {
        match self.change {
            ChangeKind::Added => RiskClass::High,
            ChangeKind::Changed | ChangeKind::Removed => RiskClass::Medium,
        }
    }
}

impl ObjectChange {
    /// The risk class of the change, by what kind of object it is.
    pub fn risk(&self) -> RiskClass {
        match self.id.kind.as_str() {
            "Role" | "RoleBinding" | "ClusterRole" | "ClusterRoleBinding" | "ServiceAccount" | "NetworkPolicy"
            | "Secret" | "ExternalSecret" | "Namespace" => RiskClass::High,
            _ if self.change == ChangeKind::Changed && self.fields.iter().all(|field| field.class.is_some()) => {
                RiskClass::Low
            }
            _ => RiskClass::Medium,
        }
    }
}

impl UnitDifference {
    /// Every change with its risk class.
    pub fn risks(&self) -> Vec<ClassifiedChange> {
        let components = self
            .components
            .iter()
            .chain(&self.overrides)
            .map(|change| ClassifiedChange {
                what: change.name(),
                risk: change.risk(),
            });
        let permissions = self.permissions.iter().map(|change| ClassifiedChange {
            what: format!("{}: {}", change.tool, change.permission),
            risk: change.risk(),
        });
        let objects = self.objects.iter().map(|change| ClassifiedChange {
            what: format!("{} {}", change.id.kind, change.id.name),
            risk: change.risk(),
        });
        let meanings = self.meanings.iter().map(|meaning| ClassifiedChange {
            what: format!("{}: {}", meaning.component, meaning.text),
            risk: meaning.risk,
        });
        components.chain(permissions).chain(meanings).chain(objects).collect()
    }
}
