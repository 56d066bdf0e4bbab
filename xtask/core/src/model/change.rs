//! Changes: what differs between two states of the fleet, from the tuple down to single fields.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::{ClassifiedChange, Digest, EnvironmentName, ObjectId, RiskClass};

/// What differs between two states of the fleet.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FleetChange {
    /// The units that differ, ordered by environment and name.
    pub units: Vec<UnitDifference>,
    /// How many units are the same.
    pub unchanged: usize,
    /// Held units, as `<environment>/<agent>`: they stay as they are, whatever the files say.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<String>,
    /// Units that could not be compared, as `<environment>/<unit>`: what is wrong in files bears on them, be it their own,
    /// those of agents that they call or that call them, or those of the fleet.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_compared: Vec<String>,
}

/// Whether something is new, different or gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// It differs.
    Changed,
    /// It is gone.
    Removed,
}

impl ChangeKind {
    /// The change of something that may be absent on either side.
    pub fn of<A, B>(before: Option<A>, after: Option<B>) -> ChangeKind {
        match (before, after) {
            (None, _) => ChangeKind::Added,
            (Some(_), Some(_)) => ChangeKind::Changed,
            (Some(_), None) => ChangeKind::Removed,
        }
    }

    /// The change in one word.
    pub fn word(self) -> &'static str {
        match self {
            ChangeKind::Added => "added",
            ChangeKind::Changed => "changed",
            ChangeKind::Removed => "removed",
        }
    }
}

/// What differs in one unit.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnitDifference {
    /// The environment.
    pub environment: EnvironmentName,
    /// The environment that it is compared with, where that is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_environment: Option<EnvironmentName>,
    /// The agent, or `_environment`.
    pub unit: String,
    /// What happens to the unit as a whole.
    pub change: ChangeKind,
    /// The input digests, where they differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_digest: Option<DigestChange>,
    /// What differs in the tuple and its label.
    pub components: Vec<ComponentChange>,
    /// What differs in what the environment replaces.
    pub overrides: Vec<ComponentChange>,
    /// The texts of the prompts that run, where they differ.
    pub prompts: Vec<PromptChange>,
    /// What the tuple's tools that are enabled permit more or less.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<PermissionChange>,
    /// What other contracts, tools and indexes mean for those who rely on them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub meanings: Vec<Meaning>,
    /// The objects that differ.
    pub objects: Vec<ObjectChange>,
    /// Every change with its risk class, in the order in which they stand here.
    pub risks: Vec<ClassifiedChange>,
    /// What happens to earlier generations of hash-named ConfigMaps.
    pub generations: GenerationCounts,
    /// The classes that repeated field changes are folded into.
    pub folded: Vec<Fold>,
}

/// Two digests that differ; one is absent where the unit is new or gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DigestChange {
    /// What it was.
    pub before: Option<Digest>,
    /// What it is.
    pub after: Option<Digest>,
}

/// A part of a tuple, or of what an environment replaces, that differs between two releases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ComponentChange {
    /// The component: `code`, `prompts`, `model`, `tools`, `retrieval`, `contract`, `blueprint`, `version` or `overrides`.
    pub component: String,
    /// The field in the component, dotted; empty for the component as a whole.
    pub field: String,
    /// What it was; absent where it is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What it is; absent where it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

impl fmt::Display for ComponentChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.component)?;
        if !self.field.is_empty() {
            write!(f, ".{}", self.field)?;
        }
        let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
        write!(f, ": {} → {}", shown(&self.before), shown(&self.after))
    }
}

/// A prompt whose text differs; a text is absent where nothing has it any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PromptChange {
    /// The prompt's name.
    pub name: String,
    /// What it was.
    pub before: Option<String>,
    /// What it is.
    pub after: Option<String>,
}

/// Something that a tool permits and did not, or did and does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PermissionChange {
    /// The tool.
    pub tool: String,
    /// What is permitted: `call`, a permission of the manifest, or `connect to <host>:<port>`.
    pub permission: String,
    /// Whether it is new or gone.
    pub change: ChangeKind,
}

/// What the change of a contract, of tools or of an index means for those who rely on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Meaning {
    /// The component: `contract`, `tools` or `retrieval`.
    pub component: String,
    /// What it means, in a few words.
    pub text: String,
    /// Its class.
    pub risk: RiskClass,
}

/// An object that differs.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ObjectChange {
    /// What happens to it.
    pub change: ChangeKind,
    /// What identifies it; of a removed object, what identified it.
    pub id: ObjectId,
    /// What identified it before, where that differs: another generation, or the same object of another environment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<ObjectId>,
    /// The fields that differ, in the order of their paths.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldChange>,
    /// A new or removed object as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<Value>,
}

/// A field that differs.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FieldChange {
    /// Where it is.
    pub path: FieldPath,
    /// What it was; absent where it is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// What it is; absent where it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
    /// The class that it is folded into, if one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
}

/// A class of field changes that say the same over and over, and how many it stands for.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Fold {
    /// What they have in common, as in `lockstep.dev/tuple`.
    pub class: String,
    /// In how many objects.
    pub objects: usize,
    /// How many fields.
    pub fields: usize,
    /// What all of them were, where that is the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// What all of them are, where that is the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

/// What happens to earlier generations of hash-named ConfigMaps, which no current object reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GenerationCounts {
    /// Those that stay as they are.
    pub kept: usize,
    /// Those that were current and are kept from now on.
    pub retained: usize,
    /// Those that are dropped.
    pub dropped: usize,
}

/// Where a field stands in an object.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct FieldPath(
    /// The steps from the root.
    pub Vec<Step>,
);

/// One step into an object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Into a map.
    Key(String),
    /// Into a list.
    Item {
        /// What tells the item from the others: its key, or its index.
        label: String,
        /// Its index before; absent where it is new.
        before: Option<usize>,
        /// Its index after; absent where it is gone.
        after: Option<usize>,
    },
    /// The order of a list's items that are on both sides: their indexes before, in their order after.
    Order(Vec<usize>),
}

impl FieldPath {
    /// The key that the path ends in, if it does.
    pub fn last_key(&self) -> Option<&str> {
        match self.0.last()? {
            Step::Key(key) => Some(key),
            Step::Item { .. } | Step::Order(_) => None,
        }
    }

    /// The key before the last step.
    pub fn parent_key(&self) -> Option<&str> {
        match self.0.get(self.0.len().checked_sub(2)?)? {
            Step::Key(key) => Some(key),
            Step::Item { .. } | Step::Order(_) => None,
        }
    }
}

impl fmt::Display for FieldPath {
    /// As a person reads it, as in `spec.containers[agent].image` or `metadata.labels["app.io/name"]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if is_word(key) && index == 0 => f.write_str(key)?,
                Step::Key(key) if is_word(key) => write!(f, ".{key}")?,
                Step::Key(key) => write!(f, "[{key:?}]")?,
                Step::Item { label, .. } => write!(f, "[{label}]")?,
                Step::Order(_) => f.write_str(" (order)")?,
            }
        }
        Ok(())
    }
}

impl JsonSchema for FieldPath {
    fn schema_name() -> Cow<'static, str> {
        "FieldPath".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "Where a field stands in an object, as in `spec.containers[agent].image`.",
        })
    }
}

impl Serialize for FieldPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn is_word(key: &str) -> bool {
    !key.is_empty()
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}
