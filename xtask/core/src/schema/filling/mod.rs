//! What the API server fills into an object before admission policies judge it.

mod amounts;
mod laws;
mod row;
mod tables;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;
use serde_json::Value;

use super::custom::About;
use super::defaults::Defaults;
use super::nulls;
use crate::model::FileTree;
use crate::workspace::layout;

/// The defaults of every kind: those of Kubernetes are a table, those of custom resources stand in their schemas.
#[derive(Debug, Default)]
pub struct Filling {
    /// By `apiVersion` and kind.
    custom: BTreeMap<String, BTreeMap<String, Custom>>,
}

/// A custom resource whose schema is read when its first object comes.
#[derive(Debug)]
struct Custom {
    bytes: Arc<[u8]>,
    defaults: OnceLock<Defaults>,
}

impl Filling {
    /// The defaults of a tree's kinds.
    pub fn of(tree: &FileTree) -> Filling {
        let mut filling = Filling::default();
        for (path, bytes) in tree.below(layout::CUSTOM_SCHEMAS) {
            let Some((group, kind, version)) = layout::custom_kind(path) else {
                continue;
            };
            let custom = Custom {
                bytes: Arc::clone(bytes),
                defaults: OnceLock::new(),
            };
            let kinds = filling.custom.entry(format!("{group}/{version}")).or_default();
            kinds.insert(kind.to_owned(), custom);
        }
        filling
    }

    /// What is known of the custom resources beside their schemas; a file that cannot be read is the catalogue's affair.
    pub fn abouts(&self) -> Vec<About> {
        let kinds: Vec<&Custom> = self.custom.values().flat_map(BTreeMap::values).collect();
        kinds
            .par_iter()
            .filter_map(|custom| About::read(&custom.bytes))
            .collect()
    }

    /// The object with everything that the server fills in; nothing where that is nothing.
    pub fn filled(&self, object: &Value) -> Option<Value> {
        let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default();
        let (api_version, kind) = (text("apiVersion"), text("kind"));
        if let Some(rows) = tables::of(api_version, kind) {
            let mut filled = match nulls::pruned(object) {
                Some(Value::Object(filled)) => filled,
                _ => object.as_object()?.clone(),
            };
            row::fill(rows, &mut filled);
            return Some(Value::Object(filled));
        }
        let custom = self.custom.get(api_version)?.get(kind)?;
        let defaults = custom.defaults.get_or_init(|| {
            let schema: Option<Value> = serde_json::from_slice(&custom.bytes).ok();
            schema.as_ref().map(Defaults::of).unwrap_or_default()
        });
        (!defaults.is_empty()).then(|| defaults.filled(object).into_owned())
    }
}
