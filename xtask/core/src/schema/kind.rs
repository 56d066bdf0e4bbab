//! One kind in one version of Kubernetes: its schema, compiled when it is first needed.

use std::sync::{Arc, OnceLock};

use jsonschema::Validator;
use serde_json::Value;

use super::broken::Broken;
use super::custom::CustomFile;
use super::defaults::Defaults;
use super::kubernetes::Packages;
use super::validations::{self, Rule};
use super::{nulls, problems, validator};
use crate::model::{Finding, Problem, existing};
use crate::workspace::lazy::{Definition, Definitions};

/// A kind that the catalogue knows.
pub struct Kind {
    source: Source,
    outlook: Option<Problem>,
    root: OnceLock<Option<Arc<Definition>>>,
    compiled: OnceLock<Result<Compiled, Broken>>,
    rules: OnceLock<Vec<Rule>>,
    defaults: OnceLock<Defaults>,
}

enum Source {
    Kubernetes {
        packages: Arc<Packages>,
        definitions: Arc<Definitions>,
        version: String,
        definition: String,
        resource: String,
        namespaced: bool,
    },
    Custom(CustomFile),
}

/// A schema that stands alone, and the validator made of it.
pub(super) struct Compiled {
    pub(super) schema: Value,
    pub(super) validator: Validator,
}

impl Kind {
    pub(super) fn kubernetes(
        packages: &Arc<Packages>,
        definitions: &Arc<Definitions>,
        version: &str,
        listed: &super::kubernetes::Listed,
        outlook: Option<Problem>,
    ) -> Kind {
        Kind::new(
            Source::Kubernetes {
                packages: Arc::clone(packages),
                definitions: Arc::clone(definitions),
                version: version.to_owned(),
                definition: listed.definition.clone(),
                resource: listed.resource.clone(),
                namespaced: listed.namespaced,
            },
            outlook,
        )
    }

    pub(super) fn custom(file: CustomFile) -> Kind {
        Kind::new(Source::Custom(file), None)
    }

    fn new(source: Source, outlook: Option<Problem>) -> Kind {
        Kind {
            source,
            outlook,
            root: OnceLock::new(),
            compiled: OnceLock::new(),
            rules: OnceLock::new(),
            defaults: OnceLock::new(),
        }
    }

    /// Its name in URLs and admission rules, for example `deployments`; none where its schema cannot be read.
    pub fn resource(&self) -> Option<&str> {
        match &self.source {
            Source::Kubernetes { resource, .. } => Some(resource),
            Source::Custom(file) => Some(&file.read().ok()?.about.resource),
        }
    }

    /// Whether its objects live in namespaces; none where its schema cannot be read.
    pub fn is_namespaced(&self) -> Option<bool> {
        match &self.source {
            Source::Kubernetes { namespaced, .. } => Some(*namespaced),
            Source::Custom(file) => Some(file.read().ok()?.about.namespaced),
        }
    }

    /// What becomes of the kind in this or a later version.
    pub(super) fn outlook(&self) -> Option<Problem> {
        match &self.source {
            Source::Kubernetes { .. } => self.outlook.clone(),
            Source::Custom(file) => {
                let warning = file.read().ok()?.about.deprecated.clone()?;
                Some(
                    Problem::warning("deprecated-api", "/apiVersion", warning)
                        .help("write an `apiVersion` that its authors still want to be used"),
                )
            }
        }
    }

    /// The whole schema; none where it is broken.
    pub fn schema(&self) -> Option<&Value> {
        self.compiled().ok().map(|compiled| &compiled.schema)
    }

    /// The rules in CEL that the authors of a custom resource wrote; Kubernetes' own kinds have none.
    pub(super) fn rules(&self) -> &[Rule] {
        self.rules.get_or_init(|| match &self.source {
            Source::Kubernetes { .. } => Vec::new(),
            Source::Custom(_) => self.schema().map(validations::of).unwrap_or_default(),
        })
    }

    /// Why its schema cannot be used; of Kubernetes' own kinds only whether there is a definition, which costs nothing.
    pub(super) fn fault(&self) -> Option<Broken> {
        match &self.source {
            Source::Kubernetes {
                packages,
                version,
                definition,
                ..
            } => packages.definition(version, definition).err(),
            Source::Custom(_) => self.compiled().err().cloned(),
        }
    }

    /// The rules among them that cannot be evaluated, at the file that they stand in.
    pub(super) fn unreadable_rules(&self) -> Vec<Finding> {
        let Source::Custom(file) = &self.source else {
            return Vec::new();
        };
        let faults = self.rules().iter().filter_map(Rule::fault);
        let finding = |fault| {
            let message = format!("a rule of the schema cannot be evaluated, so nothing passes by it: {fault}");
            Finding::error("broken-schema", message)
                .in_file(file.path())
                .help("a cluster takes no such rule: export the definition from yours and import it again")
        };
        faults.map(finding).collect()
    }

    /// What those rules have against an object, and against how it changes what was before; `said` is what the schema
    /// has against it. Defaults are filled in before, as the API server does.
    pub(super) fn unmet(&self, object: &Value, old: Option<&Value>, said: &[Problem]) -> Vec<Problem> {
        let (Some(schema), rules) = (self.schema(), self.rules()) else {
            return Vec::new();
        };
        if !rules.iter().any(|rule| rule.is_due(old)) {
            return Vec::new();
        }
        let defaults = self.defaults.get_or_init(|| Defaults::of(schema));
        let (filled, old) = (defaults.filled(object), old.map(|old| defaults.filled(old)));
        let mut problems = validations::judge(rules, schema, &filled, old.as_deref(), said);
        for problem in &mut problems {
            problem.pointer = existing(object, &problem.pointer).to_owned();
        }
        problems
    }

    /// What the schema has against an object. All of a schema of Kubernetes is compiled only for those that do not fit it.
    pub(super) fn problems(&self, object: &Value) -> Result<Vec<Problem>, &Broken> {
        if self
            .root
            .get_or_init(|| self.definition())
            .as_ref()
            .is_some_and(|root| root.is_valid(object))
        {
            return Ok(Vec::new());
        }
        let compiled = self.compiled()?;
        if compiled.validator.is_valid(object) {
            return Ok(Vec::new());
        }
        Ok(match self.decoded(object) {
            Some(decoded) => problems::of(compiled, &decoded),
            None => problems::of(compiled, object),
        })
    }

    fn definition(&self) -> Option<Arc<Definition>> {
        match &self.source {
            Source::Kubernetes {
                definitions,
                definition,
                ..
            } => Some(definitions.named(definition)),
            Source::Custom(_) => None,
        }
    }

    fn compiled(&self) -> Result<&Compiled, &Broken> {
        let compiled = self.compiled.get_or_init(|| match &self.source {
            Source::Kubernetes {
                packages,
                version,
                definition,
                ..
            } => {
                let schema = packages.bundle(version, definition)?;
                let validator = validator::of(&schema).map_err(|reason| {
                    let package = definition.rsplit_once('.').map_or("", |(package, _)| package);
                    Broken::new(&crate::workspace::layout::kubernetes_package(package), reason)
                })?;
                Ok(Compiled { schema, validator })
            }
            Source::Custom(file) => {
                let schema = file.read()?.schema.clone();
                let validator = validator::of(&schema).map_err(|reason| Broken::new(file.path(), reason))?;
                Ok(Compiled { schema, validator })
            }
        });
        compiled.as_ref()
    }

    /// The object as the API server decodes it: without the nulls that mean nothing. Nothing where it has none.
    ///
    /// Objects of Kubernetes' own kinds lose every null; the schemas of custom resources say where null may stand.
    fn decoded(&self, object: &Value) -> Option<Value> {
        match &self.source {
            Source::Kubernetes { .. } => nulls::pruned(object),
            Source::Custom(_) => None,
        }
    }
}
