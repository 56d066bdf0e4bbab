//! The schemas of custom resources, as `schemas/crds/` keeps them: one file a kind and version.

use std::sync::{Arc, OnceLock};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::broken::Broken;

/// Where, in the schema's file, stands what else is known of the kind.
pub(super) const ABOUT: &str = "x-lockstep";

/// What is known of a custom resource beside its schema.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct About {
    /// The group and version, for example `argoproj.io/v1alpha1`.
    pub api_version: String,
    /// The kind.
    pub kind: String,
    /// Its name in URLs and admission rules: the plural.
    pub resource: String,
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
    /// Where its definition comes from.
    pub origin: String,
    /// The licence of the definition, as SPDX names it, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// The SHA-256 of the file that it was read from, in hexadecimal.
    pub sha256: String,
    /// What its authors say of the version, where they would rather have another one used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<String>,
}

impl About {
    /// What a schema's file says of its kind, without reading the schema.
    pub(super) fn read(bytes: &[u8]) -> Option<About> {
        #[derive(Deserialize)]
        struct Head {
            #[serde(rename = "x-lockstep")]
            about: About,
        }
        let head: Head = serde_json::from_slice(bytes).ok()?;
        Some(head.about)
    }
}

/// A schema and what is known beside it.
pub(super) struct Read {
    pub(super) about: About,
    pub(super) schema: Value,
}

/// A file that is parsed when it is first needed.
pub(super) struct CustomFile {
    path: String,
    bytes: Arc<[u8]>,
    read: OnceLock<Result<Read, Broken>>,
}

impl CustomFile {
    pub(super) fn new(path: &str, bytes: &Arc<[u8]>) -> CustomFile {
        CustomFile {
            path: path.to_owned(),
            bytes: Arc::clone(bytes),
            read: OnceLock::new(),
        }
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    pub(super) fn read(&self) -> Result<&Read, Broken> {
        let read = self.read.get_or_init(|| {
            let schema: Value =
                serde_json::from_slice(&self.bytes).map_err(|error| Broken::json(&self.path, &error))?;
            let about = schema.get(ABOUT).ok_or_else(|| {
                Broken::new(
                    &self.path,
                    format!("it has no `{ABOUT}`, so the importer did not write it"),
                )
            })?;
            let about = About::deserialize(about)
                .map_err(|error| Broken::new(&self.path, format!("its `{ABOUT}` is wrong: {error}")))?;
            Ok(Read { about, schema })
        });
        read.as_ref().map_err(Broken::clone)
    }
}
