//! Writes what one Kubernetes version knows into `schemas/kubernetes/`: run once a version, in any order.
//!
//! ```text
//! cargo run --manifest-path xtask/kubernetes/Cargo.toml --features v1_37 -- schemas/kubernetes
//! ```

mod required;
mod store;
mod strict;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use k8s_openapi::{ClusterResourceScope, NamespaceResourceScope, Resource};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};

use store::{Kind, Store};
use strict::short;

include!(concat!(env!("OUT_DIR"), "/kinds.rs"));

/// What the types of this version say, before anything is made strict.
struct Schemas {
    generator: SchemaGenerator,
    kinds: BTreeMap<(&'static str, &'static str), Kind>,
}

/// How far the names of a kind reach, as the catalogue writes it.
trait Reach {
    const NAMESPACED: bool;
}

impl Reach for ClusterResourceScope {
    const NAMESPACED: bool = false;
}

impl Reach for NamespaceResourceScope {
    const NAMESPACED: bool = true;
}

/// Adds one kind and all types that it is made of.
fn add<T: Resource<Scope: Reach> + JsonSchema>(schemas: &mut Schemas) {
    schemas.generator.subschema_for::<T>();
    let kind = Kind {
        definition: short(&T::schema_name()),
        resource: T::URL_PATH_SEGMENT.to_owned(),
        namespaced: <T::Scope as Reach>::NAMESPACED,
    };
    schemas.kinds.insert((T::API_VERSION, T::KIND), kind);
}

fn main() -> ExitCode {
    let Some(folder) = std::env::args().nth(1) else {
        eprintln!("name the folder to write to, for example schemas/kubernetes");
        return ExitCode::from(2);
    };
    let mut schemas = Schemas {
        generator: SchemaSettings::draft2020_12().into_generator(),
        kinds: BTreeMap::new(),
    };
    add_all(&mut schemas);
    let definitions = schemas.generator.take_definitions(true);
    let (kinds, definitions) = strict::bundle(schemas.kinds, definitions);
    let written = Store::read(Path::new(&folder)).and_then(|mut store| {
        store.replace(VERSION, kinds, definitions);
        store.write(Path::new(&folder))
    });
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("could not write to {folder}: {error}");
            ExitCode::FAILURE
        }
    }
}
