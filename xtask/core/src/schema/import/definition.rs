//! A CustomResourceDefinition as far as the importer reads one.

use serde_json::Value;

use crate::model::Problem;
use crate::schema::Catalogue;

/// What a definition says of its kind.
pub(super) struct Definition<'a> {
    pub(super) group: &'a str,
    pub(super) kind: &'a str,
    pub(super) plural: &'a str,
    pub(super) is_namespaced: bool,
    object: &'a Value,
}

/// One served version.
pub(super) struct Version<'a> {
    pub(super) name: &'a str,
    pub(super) schema: &'a Value,
    /// Whether the status is written on its own, so that whatever stands there in a manifest is dropped.
    pub(super) has_status: bool,
    pub(super) deprecated: Option<String>,
    /// Where the version stands in the object.
    pub(super) pointer: String,
}

impl<'a> Definition<'a> {
    /// Reads a definition that the API server would take, or says why it would not.
    pub(super) fn of(catalogue: &Catalogue, object: &'a Value) -> Result<Definition<'a>, Vec<Problem>> {
        if object
            .get("apiVersion")
            .is_some_and(|version| version != "apiextensions.k8s.io/v1")
        {
            let message = "only definitions of `apiextensions.k8s.io/v1` can be imported";
            let help = "export it from the cluster: `kubectl get crd <name> -o yaml`";
            return Err(vec![
                Problem::error("invalid-definition", "/apiVersion", message).help(help),
            ]);
        }
        let newest = catalogue.versions().last().unwrap_or_default().to_owned();
        let problems = catalogue.check(&newest, object);
        if !problems.is_empty() {
            return Err(problems);
        }
        let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        // the names become paths
        let refused = |pointer: &str| {
            let message = format!("`{}` is no name that Kubernetes takes", text(pointer));
            vec![Problem::error("invalid-definition", pointer, message)]
        };
        if !is_subdomain(text("/spec/group")) {
            return Err(refused("/spec/group"));
        }
        if !is_word(text("/spec/names/kind")) {
            return Err(refused("/spec/names/kind"));
        }
        if let Some(pointer) = reference(object) {
            let message = "a schema of a definition has no `$ref`: nothing is fetched, here or by a cluster";
            let problem = Problem::error("invalid-definition", pointer, message).on_key();
            return Err(vec![problem.help("write in its place what it refers to")]);
        }
        Ok(Definition {
            group: text("/spec/group"),
            kind: text("/spec/names/kind"),
            plural: text("/spec/names/plural"),
            is_namespaced: text("/spec/scope") == "Namespaced",
            object,
        })
    }

    /// The versions that a cluster serves.
    pub(super) fn versions(&self) -> Result<Vec<Version<'a>>, Vec<Problem>> {
        let versions = self.object.pointer("/spec/versions").and_then(Value::as_array);
        let served = versions
            .into_iter()
            .flatten()
            .enumerate()
            .filter(|(_, version)| version["served"] == true);
        served
            .map(|(at, version)| {
                let pointer = format!("/spec/versions/{at}");
                let schema = version.pointer("/schema/openAPIV3Schema").ok_or_else(|| {
                    let message = "the version has no `schema.openAPIV3Schema`";
                    vec![Problem::error("invalid-definition", pointer.clone(), message)]
                })?;
                let name = version["name"].as_str().filter(|name| is_word(name)).ok_or_else(|| {
                    let message = "the version's name is none that Kubernetes takes, such as `v1beta1`";
                    vec![Problem::error("invalid-definition", format!("{pointer}/name"), message)]
                })?;
                let warning = version["deprecationWarning"].as_str();
                let warning = warning.map_or_else(|| format!("version `{name}` is deprecated"), str::to_owned);
                Ok(Version {
                    name,
                    schema,
                    has_status: version.pointer("/subresources/status").is_some(),
                    deprecated: (version["deprecated"] == true).then_some(warning),
                    pointer,
                })
            })
            .collect()
    }
}

/// Where a schema refers to another one.
fn reference(object: &Value) -> Option<String> {
    let mut pending = vec![("/spec/versions".to_owned(), object.pointer("/spec/versions")?)];
    while let Some((pointer, value)) = pending.pop() {
        match value {
            Value::Object(map) => {
                // a field may have that name; a reference is a text
                if map.get("$ref").is_some_and(Value::is_string) {
                    return Some(format!("{pointer}/$ref"));
                }
                let fields = map
                    .iter()
                    .filter(|(key, _)| !["default", "enum", "example"].contains(&key.as_str()));
                pending.extend(fields.map(|(key, value)| {
                    let key = key.replace('~', "~0").replace('/', "~1");
                    (format!("{pointer}/{key}"), value)
                }));
            }
            Value::Array(items) => {
                let items = items.iter().enumerate();
                pending.extend(items.map(|(index, item)| (format!("{pointer}/{index}"), item)));
            }
            _ => {}
        }
    }
    None
}

fn is_word(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Labels of lower-case letters, digits and inner hyphens, between dots.
fn is_subdomain(name: &str) -> bool {
    name.split('.').all(|label| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    })
}
