//! Names of agents, environments and tools, which become parts of paths, branches and Kubernetes names.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Longest name: leaves room in a 63-character DNS label for a suffix and a generation's hash.
const MAX_LENGTH: usize = 40;

/// What the name of a file or folder of the tree looks like where it has no stricter rules: it leads nowhere else.
pub const FILE_NAME: &str = r"^[^./\\\s][^/\\]*$";
/// What the names of agents and environments look like.
const LABEL: &str = "^[a-z]([a-z0-9-]*[a-z0-9])?$";

/// The schema of maps whose keys are names of files.
pub fn file_names() -> serde_json::Value {
    serde_json::json!({ "pattern": FILE_NAME })
}

/// Why a text that does not match a schema's pattern is no name; nothing where the pattern is not that of names.
pub fn name_refusal(pattern: &str, text: &str) -> Option<String> {
    match pattern {
        FILE_NAME => Some(format!(
            "`{text}` is no name of a file: neither `/` nor `\\`, and no `.` or space first"
        )),
        LABEL => check(text, "name", "-").err().map(|error| error.to_string()),
        _ => None,
    }
}

/// Why a text is no name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameError(String);

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NameError {}

macro_rules! name {
    ($(#[$doc:meta])* $type:ident, $word:literal, $extra:literal, $pattern:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type(Arc<str>);

        impl $type {
            /// Checks the text and takes it as a name.
            pub fn new(text: &str) -> Result<$type, NameError> {
                check(text, $word, $extra)?;
                Ok($type(text.into()))
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Borrow<str> for $type {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $type {
            type Err = NameError;

            fn from_str(text: &str) -> Result<$type, NameError> {
                $type::new(text)
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Cow::<'de, str>::deserialize(deserializer)?;
                $type::new(&text).map_err(serde::de::Error::custom)
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "pattern": $pattern, "maxLength": MAX_LENGTH })
            }
        }
    };
}

name!(
    /// The name of an agent: a DNS label, since it names Kubernetes objects.
    AgentName, "agent name", "-", "^[a-z]([a-z0-9-]*[a-z0-9])?$"
);
name!(
    /// The name of an environment: a DNS label, since it names a branch and Kubernetes objects.
    EnvironmentName, "environment name", "-", "^[a-z]([a-z0-9-]*[a-z0-9])?$"
);
name!(
    /// The name of a tool as a model calls it.
    ToolName, "tool name", "_-", "^[a-z]([a-z0-9_-]*[a-z0-9])?$"
);

fn check(text: &str, word: &str, extra: &str) -> Result<(), NameError> {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || extra.contains(c);
    let edge = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let fits = text.len() <= MAX_LENGTH
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.ends_with(edge)
        && text.chars().all(inner);
    if fits {
        return Ok(());
    }
    Err(NameError(format!(
        "`{text}` is no {word}: lower-case letters, digits and `{extra}`, a letter first, no `{extra}` last, at most {MAX_LENGTH} characters"
    )))
}
