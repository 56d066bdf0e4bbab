//! What the files hold that an import names: the objects of each environment, and the values that they were rendered from.

use std::path::Path;

use lockstep::schema::{Catalogue, Kind};
use lockstep::workspace::Workspace;
use lockstep::workspace::import::{Affixes, LeftOut, Side};
use lockstep::yaml;
use serde_json::Value;

use super::Place;
use crate::commands::selection;
use crate::context::Context;
use crate::failure::{Failure, FailureKind};

/// Reads the objects of each environment, and the values that they were rendered from.
pub(super) fn sides(
    context: &Context,
    (workspace, catalogue): (&Workspace, &Catalogue),
    objects: &[Place],
    values: &[Place],
) -> Result<Vec<Side>, Failure> {
    let mut sides = Vec::new();
    let names: Vec<String> = objects.iter().chain(values).map(|(name, _)| name.clone()).collect();
    selection::environments(workspace, &names)?;
    once(objects)?;
    once(values)?;
    if let Some((name, file)) = values.iter().find(|(name, _)| !has(objects, name)) {
        let message = format!(
            "`--values {name}={}` is read with `--rendered {name}=…` alone",
            file.display()
        );
        let hint = format!("add `--rendered {name}=<what it was rendered to>`, or leave the values out");
        return Err(Failure::new(FailureKind::Usage, message).hint(hint));
    }
    for (name, file) in objects {
        let environment = selection::environments(workspace, std::slice::from_ref(name))?[0];
        let text = read(context, file)?;
        let manifests =
            yaml::read_manifests(&text).map_err(|error| unrendered(&text, &error, unreadable(file, &error)))?;
        let mut documents = manifests.documents.iter();
        if let Some((line, what)) = documents.find_map(|document| Some((document.line, no_object(&document.value)?))) {
            let message = format!(
                "`{}` line {line}: {what} is no object: it has no `kind`",
                file.display()
            );
            return Err(Failure::new(FailureKind::Usage, message).hint(PRINTED));
        }
        let values = values.iter().find(|(other, _)| other == name);
        let values =
            values.map(|(_, file)| yaml::read_value(&read(context, file)?).map_err(|error| unreadable(file, &error)));
        let mut objects: Vec<Value> = manifests.documents.into_iter().map(|document| document.value).collect();
        name_namespaces(&mut objects, catalogue, &environment.file.cluster.version);
        sides.push(Side {
            environment: environment.name.clone(),
            objects,
            values: values.transpose()?,
            affixes: Affixes::default(),
        });
    }
    Ok(sides)
}

/// What holds the objects, where something else was named.
const PRINTED: &str = "name what `helm template`, `kustomize build` or `kubectl get -o yaml` printed when it succeeded";

fn has(places: &[Place], name: &str) -> bool {
    places.iter().any(|(other, _)| other == name)
}

/// That no environment has two files of one meaning.
fn once(places: &[Place]) -> Result<(), Failure> {
    let twice = places
        .iter()
        .enumerate()
        .find(|(at, (name, _))| has(&places[..*at], name));
    let Some((_, (name, file))) = twice else { return Ok(()) };
    let message = format!("`{name}={}` is a second file of `{name}`", file.display());
    Err(Failure::new(FailureKind::Usage, message).hint("name each environment once; one file may hold many documents"))
}

/// What of a document is no object, itself or an item of a list.
fn no_object(value: &Value) -> Option<String> {
    let kind = value.get("kind").and_then(Value::as_str).unwrap_or_default();
    if !value.is_null() && kind.is_empty() {
        return Some("this".to_owned());
    }
    let items = value.get("items").and_then(Value::as_array);
    let items = items.filter(|_| kind.ends_with("List"));
    let mut items = items.into_iter().flatten().enumerate();
    items.find_map(|(index, item)| {
        let name = item.pointer("/metadata/name").and_then(Value::as_str);
        let name = name.map_or(String::new(), |name| format!(", `{name}`,"));
        no_object(item).map(|_| format!("item {} of the `{kind}`{name}", index + 1))
    })
}

/// The failure of a file of which nothing moves in.
pub(super) fn empty(file: &Path, left_out: &[LeftOut]) -> Failure {
    let failure = |message: String| Failure::new(FailureKind::Usage, message);
    if left_out.is_empty() {
        return failure(format!("`{}` holds no object", file.display())).hint(PRINTED);
    }
    let failure = failure(format!("nothing of `{}` moves in", file.display()));
    let hints = left_out.iter().map(|left| format!("{}: {}", left.what, left.why));
    hints.fold(failure, Failure::hint)
}

/// Says of each object in which namespace it is: where it names none, that is the one that others name, or `default`.
fn name_namespaces(objects: &mut [Value], catalogue: &Catalogue, cluster_version: &str) {
    let named = |object: &Value| Some(object.pointer("/metadata/namespace")?.as_str()?.to_owned());
    let namespace = objects.iter().find_map(named).unwrap_or_else(|| "default".to_owned());
    for object in objects {
        let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default();
        let kind = catalogue.kind(cluster_version, text("apiVersion"), text("kind"));
        let is_namespaced = kind.and_then(Kind::is_namespaced) == Some(true);
        if let Some(metadata) = object
            .get_mut("metadata")
            .and_then(Value::as_object_mut)
            .filter(|_| is_namespaced)
        {
            metadata.entry("namespace").or_insert_with(|| namespace.clone().into());
        }
    }
}

fn unreadable(file: &Path, error: &yaml::YamlError) -> Failure {
    let message = format!("`{}` line {}: {}", file.display(), error.line, error.message);
    Failure::new(FailureKind::Usage, message)
}

/// The failure with what may be the reason: a template where its marks stand before it, else what printed it.
fn unrendered(text: &str, error: &yaml::YamlError, failure: Failure) -> Failure {
    let is_template = text.lines().take(error.line).any(|line| line.contains("{{"));
    match is_template {
        true => failure.hint("is it a template? render it first: `helm template <release> <chart> > objects.yaml`"),
        false => failure.hint(PRINTED),
    }
}

fn read(context: &Context, file: &Path) -> Result<String, Failure> {
    let path = context.folder.join(file);
    for (name, command) in [
        ("kustomization.yaml", "kustomize build"),
        ("Chart.yaml", "helm template"),
    ] {
        if context.files.exists(&path.join(name)) {
            let message = format!("`{}` is what the objects are made of, not the objects", file.display());
            let hint = format!("make them first: `{command} {} > objects.yaml`", file.display());
            return Err(Failure::new(FailureKind::Usage, message).hint(hint));
        }
    }
    let bytes = context.named_file(file)?;
    String::from_utf8(bytes).map_err(|_| Failure::new(FailureKind::Usage, format!("`{}` is not UTF-8", file.display())))
}
