//! The Namespace objects that rendered objects are in: their labels decide which bindings of a policy apply.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::made;
use crate::model::Tier;
use crate::render::RenderedUnit;
use crate::workspace::layout::ENVIRONMENT_UNIT;
use crate::workspace::{Environment, Workspace};

/// Namespace objects by cluster and name.
#[derive(Clone, Debug, Default)]
pub struct Namespaces {
    known: BTreeMap<String, BTreeMap<String, Value>>,
}

impl Namespaces {
    /// The namespaces of a fleet: what its environments render, else what their files say of them.
    pub fn of<'a>(workspace: &Workspace, units: impl IntoIterator<Item = &'a RenderedUnit>) -> Namespaces {
        let mut known: BTreeMap<String, BTreeMap<String, Value>> = BTreeMap::new();
        for environment in &workspace.environments {
            let file = &environment.file;
            // an environment that shares a namespace leaves its labels to the owner
            let owner = workspace
                .neighbours(environment)
                .find(|other| other.file.namespace_owner);
            let tier = owner.unwrap_or(environment).file.tier;
            let cluster = known.entry(file.cluster.server.clone()).or_default();
            cluster.insert(file.namespace.clone(), namespace(&file.namespace, Some(tier)));
        }
        for unit in units.into_iter().filter(|unit| unit.unit == ENVIRONMENT_UNIT) {
            let Some(environment) = workspace.environment(unit.environment.as_str()) else {
                continue;
            };
            for manifest in unit.all_objects().filter(|manifest| manifest.id.kind == "Namespace") {
                let mut object = manifest.object.clone();
                // the API server puts this label on every namespace
                object["metadata"]["labels"]["kubernetes.io/metadata.name"] = manifest.id.name.as_str().into();
                let cluster = known.entry(environment.file.cluster.server.clone()).or_default();
                cluster.insert(manifest.id.name.clone(), object);
            }
        }
        Namespaces { known }
    }

    /// The namespace of an object of an environment; none for objects without one, save those of which others are made
    /// in the environment's own.
    pub fn get(&self, environment: &Environment, object: &Value) -> Option<&Value> {
        let own = object.get("metadata").and_then(|metadata| metadata.get("namespace"));
        let name = match own {
            Some(name) => name.as_str()?,
            None if made::is_analysis(object) => environment.file.namespace.as_str(),
            None => return None,
        };
        self.known.get(&environment.file.cluster.server)?.get(name)
    }
}

/// A namespace of which only the name, and perhaps the tier of its environment, is known.
pub fn namespace(name: &str, tier: Option<Tier>) -> Value {
    let mut labels = json!({"kubernetes.io/metadata.name": name});
    if let Some(tier) = tier {
        labels[Tier::LABEL] = tier.as_str().into();
    }
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
}
