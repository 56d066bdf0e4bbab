//! Blueprints: folders of templates, with what they extend and the partials they share, and the digest of it all.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::check;
use super::files::{BlueprintFile, Values};
use super::layout::{self, Place};
use super::partials;
use super::places::{keys, location};
use crate::model::{Digest, FileTree, Finding, Location};

/// The blueprint of what an environment has of its own.
pub const ENVIRONMENT_BLUEPRINT: &str = "environment";
/// The blueprint of the Argo CD objects.
pub const ARGOCD_BLUEPRINT: &str = "argocd";

/// Whether a blueprint of this name is for environments or Argo CD, and not for agents.
pub fn is_built_in(name: &str) -> bool {
    [ENVIRONMENT_BLUEPRINT, ARGOCD_BLUEPRINT].contains(&name)
}

/// A folder of templates with everything that it renders from.
#[derive(Clone, Debug)]
pub struct Blueprint {
    /// The folder's name.
    pub name: String,
    /// SHA-256 over the paths and digests of `files`.
    pub digest: Digest,
    /// Everything that it renders from: own and taken-over templates by file name, `partials/…`, and
    /// `values/<n>-<blueprint>.yaml`, the default values from the furthest ancestor to its own.
    pub files: BTreeMap<String, Arc<[u8]>>,
    /// Where each of the files stands in the tree.
    pub sources: BTreeMap<String, String>,
    /// Default values, the furthest ancestor's first: the file in the tree and what it says.
    pub values: Vec<(String, Map<String, Value>)>,
}

impl Blueprint {
    /// The templates that are rendered, by file name; partials are not.
    pub fn templates(&self) -> impl Iterator<Item = &str> {
        let rendered = |name: &&str| !name.contains('/') && name.ends_with(layout::TEMPLATE_SUFFIX);
        self.files.keys().map(String::as_str).filter(rendered)
    }
}

/// Whether a file of a blueprint's folder is neither rendered nor anything that templates could include.
fn is_misnamed(file: &str) -> bool {
    let is_known = matches!(file, "blueprint.yaml" | "values.yaml") || file.ends_with(layout::TEMPLATE_SUFFIX);
    !is_known && (file.ends_with(".yml.tera") || !file.ends_with(".tera"))
}

fn stray(path: &str) -> Finding {
    Finding::warning("stray-file", format!("nothing reads `{path}`"))
        .in_file(path)
        .help("templates are `templates/<blueprint>/<name>.yaml.tera`, what they share is in `templates/partials/`")
}

/// A file of default values: a modeline and a map of values.
#[derive(Deserialize, JsonSchema)]
#[serde(transparent)]
struct DefaultValues(#[schemars(with = "Values")] Map<String, Value>);

/// The blueprints under `templates/` by name, and the names of those that cannot be read.
pub(super) fn current(
    tree: &FileTree,
    findings: &mut Vec<Finding>,
) -> (BTreeMap<String, Arc<Blueprint>>, BTreeSet<String>) {
    let mut folders: BTreeMap<&str, Folder<'_>> = BTreeMap::new();
    let mut partials = Folder::new();
    for (path, bytes) in tree.below(layout::TEMPLATES) {
        match layout::place(path) {
            Place::Partial(file) => {
                partials.insert(format!("{}/{file}", layout::PARTIALS), (path, bytes));
            }
            Place::Blueprint(blueprint, file) => {
                findings.extend(is_misnamed(file).then(|| stray(path)));
                folders
                    .entry(blueprint)
                    .or_default()
                    .insert(file.to_owned(), (path, bytes));
            }
            Place::Stray => findings.push(stray(path)),
            _ => {}
        }
    }
    let heads = heads(&folders, findings);
    let found: BTreeMap<String, Arc<Blueprint>> = heads
        .keys()
        .filter_map(|name| {
            let chain = chain(name, &heads, &folders, findings)?;
            let mut files = partials.clone();
            for (depth, ancestor) in chain.iter().enumerate() {
                for (file, source) in &folders[ancestor.as_str()] {
                    match file.as_str() {
                        "blueprint.yaml" => {}
                        "values.yaml" => {
                            files.insert(format!("values/{depth}-{ancestor}.yaml"), *source);
                        }
                        _ => {
                            files.insert(file.clone(), *source);
                        }
                    }
                }
            }
            if is_built_in(name) {
                forget_unreached(&mut files);
            }
            Some((name.clone(), Arc::new(assemble(name, files, findings))))
        })
        .collect();
    let names = folders.keys().map(|name| (*name).to_owned());
    let unreadable = names.filter(|name| !found.contains_key(name)).collect();
    (found, unreadable)
}

/// Leaves out the partials that the templates never reach, so that a change of those is no change of the blueprint. Only
/// those of environments and Argo CD, which every unit has and none pins: the digest of an agent's blueprint is a part
/// of its tuple, which evidence and release files name.
fn forget_unreached(files: &mut Folder<'_>) {
    let texts = files.iter().map(|(name, (_, bytes))| (name.as_str(), &bytes[..]));
    let unreached: Vec<String> = partials::unreached(&texts.collect())
        .into_iter()
        .map(str::to_owned)
        .collect();
    files.retain(|name, _| !unreached.contains(name));
}

/// The blueprints that release files pin, by digest; a copy whose bytes are not its name's is a finding.
pub(super) fn pinned(tree: &FileTree, findings: &mut Vec<Finding>) -> BTreeMap<Digest, Arc<Blueprint>> {
    let mut found = BTreeMap::new();
    for name in tree.folders(layout::PINNED_BLUEPRINTS) {
        let folder = format!("{}/{name}", layout::PINNED_BLUEPRINTS);
        let files: Folder<'_> = tree
            .below(&folder)
            .map(|(path, bytes)| (path[folder.len() + 1..].to_owned(), (path, bytes)))
            .collect();
        let own = files.keys().rfind(|file| file.starts_with("values/"));
        let named = own
            .and_then(|file| file.split_once('-'))
            .and_then(|(_, name)| name.strip_suffix(".yaml"));
        let named = named.unwrap_or("pinned").to_owned();
        let blueprint = assemble(&named, files, findings);
        if blueprint.digest.hex() == name {
            found.insert(blueprint.digest, Arc::new(blueprint));
        } else {
            findings.push(
                Finding::error("changed-blueprint", format!("`{folder}` is not what its name says: its digest is `{}`", blueprint.digest))
                    .in_file(&folder)
                    .help("restore it with `git checkout`: a pinned blueprint never changes; edit the one under `templates/` instead"),
            );
        }
    }
    found
}

type Folder<'a> = BTreeMap<String, (&'a str, &'a Arc<[u8]>)>;

fn heads(folders: &BTreeMap<&str, Folder<'_>>, findings: &mut Vec<Finding>) -> BTreeMap<String, BlueprintFile> {
    let mut heads = BTreeMap::new();
    for (name, files) in folders {
        match files.get("blueprint.yaml") {
            Some((path, bytes)) => {
                if let Some(head) = check::read::<BlueprintFile>(path, bytes, findings) {
                    heads.insert((*name).to_owned(), head);
                }
            }
            None => findings.push(
                Finding::error(
                    "missing-blueprint-file",
                    format!("`{}/{name}` has no `blueprint.yaml`", layout::TEMPLATES),
                )
                .in_file(format!("{}/{name}", layout::TEMPLATES))
                .help("write one with a `description:`"),
            ),
        }
    }
    heads
}

/// A blueprint and its ancestors, the furthest first.
fn chain(
    name: &str,
    heads: &BTreeMap<String, BlueprintFile>,
    folders: &BTreeMap<&str, Folder<'_>>,
    findings: &mut Vec<Finding>,
) -> Option<Vec<String>> {
    let mut chain = vec![name.to_owned()];
    while let Some(base) = heads[&chain[chain.len() - 1]].extends.clone() {
        let file = format!("{}/{}/blueprint.yaml", layout::TEMPLATES, chain[chain.len() - 1]);
        if chain.contains(&base) {
            // said once, by the first of the circle; those outside that lead into it have nothing to mend
            if base == name && chain.iter().all(|other| name <= other.as_str()) {
                let circle = format!("{} → {base}", chain.join(" → "));
                findings.push(
                    Finding::error(
                        "blueprint-cycle",
                        format!("blueprints extend each other in a circle: {circle}"),
                    )
                    .in_file(format!("{}/{name}/blueprint.yaml", layout::TEMPLATES))
                    .help("take one `extends:` out"),
                );
            }
            return None;
        }
        if !heads.contains_key(&base) {
            // what is wrong with a folder's file was said there
            if folders.contains_key(base.as_str()) {
                return None;
            }
            let bytes = folders[chain[chain.len() - 1].as_str()].get("blueprint.yaml");
            let Location { file, line, column } =
                location(&file, bytes.map(|(_, bytes)| &bytes[..]), &keys(&["extends"]));
            let finding =
                Finding::error("unknown-blueprint", format!("`{base}` is no blueprint")).at(file, line, column);
            let names: Vec<&str> = heads.keys().map(String::as_str).collect();
            findings.push(finding.help(format!("there is {}", names.join(", "))));
            return None;
        }
        chain.push(base);
    }
    chain.reverse();
    Some(chain)
}

fn assemble(name: &str, files: Folder<'_>, findings: &mut Vec<Finding>) -> Blueprint {
    let digests: BTreeMap<&str, Digest> = files
        .iter()
        .map(|(file, (_, bytes))| (file.as_str(), Digest::of(bytes)))
        .collect();
    let values = files
        .iter()
        .filter(|(file, _)| file.starts_with("values/"))
        .filter_map(|(_, (path, bytes))| {
            let DefaultValues(values) = check::read(path, bytes, findings)?;
            Some(((*path).to_owned(), values))
        })
        .collect();
    Blueprint {
        name: name.to_owned(),
        digest: Digest::of_canonical(&digests),
        values,
        sources: files
            .iter()
            .map(|(file, (path, _))| (file.clone(), (*path).to_owned()))
            .collect(),
        files: files
            .into_iter()
            .map(|(file, (_, bytes))| (file, bytes.clone()))
            .collect(),
    }
}
