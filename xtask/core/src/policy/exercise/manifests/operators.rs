//! How a manifest is broken: one change at one place, each of a kind that people make.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use crate::yaml::Segment;

/// A kind of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Operator {
    /// A field has another name.
    Rename,
    /// A value has another type.
    Retype,
    /// A word of a list is misspelt.
    Misspell,
    /// A number is less than nothing.
    Negate,
    /// An amount has a unit that Kubernetes does not know.
    Unit,
    /// A percentage is none.
    Percentage,
    /// An item stands in a list twice.
    Repeat,
    /// A field that something needs is gone.
    Drop,
    /// An image floats.
    Float,
    /// A name leads nowhere.
    Dangle,
    /// A selector selects nothing.
    Deselect,
    /// A port is another one.
    Redirect,
    /// A confinement is turned round.
    Unconfine,
}

/// Every operator, in the order in which they are told.
pub(super) const ALL: &[Operator] = &[
    Operator::Rename,
    Operator::Retype,
    Operator::Misspell,
    Operator::Negate,
    Operator::Unit,
    Operator::Percentage,
    Operator::Repeat,
    Operator::Drop,
    Operator::Float,
    Operator::Dangle,
    Operator::Deselect,
    Operator::Redirect,
    Operator::Unconfine,
];

/// Maps whose keys anybody may choose.
const FREE: &[&str] = &[
    "annotations",
    "binaryData",
    "data",
    "default",
    "defaultRequest",
    "hard",
    "headers",
    "labels",
    "limits",
    "matchLabels",
    "max",
    "maxLimitRequestRatio",
    "min",
    "nodeSelector",
    "requests",
    "stringData",
];
/// Maps of amounts.
const AMOUNTS: &[&str] = &["default", "defaultRequest", "hard", "limits", "max", "min", "requests"];
/// Lists in which an item tells itself apart by a key.
const KEYED: &[&str] = &["containers", "env", "initContainers", "volumeMounts", "volumes"];
/// Fields that the server, a controller or the rules of a production environment cannot do without.
const NEEDED: &[&str] = &[
    "allowPrivilegeEscalation",
    "apiVersion",
    "automountServiceAccountToken",
    "backend",
    "capabilities",
    "containerPort",
    "containers",
    "destination",
    "drop",
    "expr",
    "image",
    "kind",
    "labels",
    "limits",
    "livenessProbe",
    "maxReplicas",
    "metadata",
    "metrics",
    "name",
    "namespace",
    "pathType",
    "podSelector",
    "port",
    "ports",
    "project",
    "provider",
    "readOnlyRootFilesystem",
    "readinessProbe",
    "requests",
    "resources",
    "roleRef",
    "runAsNonRoot",
    "scaleTargetRef",
    "seccompProfile",
    "securityContext",
    "selector",
    "serviceAccountName",
    "sizeLimit",
    "spec",
    "template",
    "tls",
];
/// What names another object by its `name`.
const REFERENCES: &[&str] = &[
    "configMap",
    "configMapKeyRef",
    "configMapRef",
    "roleRef",
    "scaleTargetRef",
    "secretKeyRef",
    "secretRef",
    "service",
];

/// What becomes of a value.
enum Change {
    To(Value),
    Name(String),
    Gone,
    Twice,
}

impl Operator {
    /// The object with the value at a path changed; nothing where the operator does not fit.
    pub(super) fn apply(self, object: &Value, path: &[Segment]) -> Option<Value> {
        let keys: Vec<&str> = path.iter().filter_map(key).collect();
        let value = path.iter().try_fold(object, |value, segment| match segment {
            Segment::Key(key) => value.get(key),
            Segment::Index(index) => value.get(index),
        })?;
        let change = self.change(&keys, path.last()?, value)?;
        let mut object = object.clone();
        let parent = path[..path.len() - 1]
            .iter()
            .try_fold(&mut object, |value, segment| match segment {
                Segment::Key(key) => value.get_mut(key),
                Segment::Index(index) => value.get_mut(index),
            })?;
        match (change, path.last()?) {
            (Change::To(value), Segment::Key(key)) => *parent.get_mut(key)? = value,
            (Change::To(value), Segment::Index(index)) => *parent.get_mut(index)? = value,
            (Change::Gone, Segment::Key(key)) => drop(parent.as_object_mut()?.remove(key)?),
            (Change::Name(name), Segment::Key(key)) => {
                let value = parent.as_object_mut()?.remove(key)?;
                parent.as_object_mut()?.insert(name, value);
            }
            (Change::Twice, Segment::Index(_)) => {
                let item = value.clone();
                parent.as_array_mut()?.push(item);
            }
            _ => return None,
        }
        Some(object)
    }

    fn change(self, keys: &[&str], last: &Segment, value: &Value) -> Option<Change> {
        let (name, above) = keys.split_last()?;
        let parent = above.last().copied().unwrap_or_default();
        let is_field = matches!(last, Segment::Key(_)) && !FREE.contains(&parent);
        let more = |end: &str| Some(Change::To(format!("{}{end}", value.as_str()?).into()));
        let to = |value: Value| Some(Change::To(value));
        match self {
            Operator::Rename => is_field.then(|| Change::Name(format!("{name}x"))),
            Operator::Retype => to(retyped(value)),
            Operator::Misspell if is_field && !["name", "value"].contains(name) => {
                to(misspelt(value.as_str()?)?.into())
            }
            Operator::Negate if value.is_i64() || value.is_u64() => to((-1).into()),
            Operator::Unit if AMOUNTS.contains(&parent) || *name == "sizeLimit" => to("12MB".into()),
            Operator::Percentage if value.as_str()?.ends_with('%') => more("%"),
            Operator::Repeat if matches!(last, Segment::Index(_)) && KEYED.contains(name) => Some(Change::Twice),
            Operator::Drop if is_field && NEEDED.contains(name) => Some(Change::Gone),
            Operator::Float if *name == "image" => {
                let image = value.as_str()?;
                let bare = image.split_once('@').map_or(image, |(bare, _)| bare);
                to(format!("{bare}:latest").into())
            }
            Operator::Dangle if *name == "name" && REFERENCES.contains(&parent) => more("-gone"),
            Operator::Dangle if ["claimName", "serviceAccountName", "templateName"].contains(name) => more("-gone"),
            Operator::Deselect if parent == "matchLabels" || (parent == "selector" && value.is_string()) => {
                more("-gone")
            }
            Operator::Redirect if ["port", "targetPort"].contains(name) => more("x"),
            Operator::Unconfine if confines(above, name) => to((!value.as_bool()?).into()),
            _ => None,
        }
    }
}

/// Whether a boolean says what a pod may do.
fn confines(above: &[&str], name: &str) -> bool {
    above.contains(&"securityContext") || ["automountServiceAccountToken", "hostNetwork"].contains(&name)
}

fn retyped(value: &Value) -> Value {
    match value {
        Value::Bool(_) => "yes".into(),
        Value::Number(number) => json!({ "value": number }),
        Value::String(text) => json!([text]),
        Value::Null | Value::Array(_) | Value::Object(_) => "text".into(),
    }
}

/// A word in capitals or camel case without its last letter: that is how the words of lists are written.
fn misspelt(word: &str) -> Option<&str> {
    let is_word = word.len() > 2 && word.starts_with(|c: char| c.is_ascii_uppercase());
    let is_word = is_word && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_word.then(|| &word[..word.len() - 1])
}

fn key(segment: &Segment) -> Option<&str> {
    match segment {
        Segment::Key(key) => Some(key),
        Segment::Index(_) => None,
    }
}

/// Every path in a value below its root.
pub(super) fn paths(value: &Value) -> Vec<Vec<Segment>> {
    let mut found = Vec::new();
    let mut pending = vec![(Vec::new(), value)];
    while let Some((path, value)) = pending.pop() {
        let mut add = |segment: Segment, value| pending.push(([path.as_slice(), &[segment]].concat(), value));
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    add(Segment::Index(index), item);
                }
            }
            Value::Object(map) => {
                for (key, value) in map {
                    add(Segment::Key(key.clone()), value);
                }
            }
            _ => {}
        }
        if !path.is_empty() {
            found.push(path);
        }
    }
    found
}
