//! Which images of imported objects are the tuple's: those of the agent's own repository, whatever their tags.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use serde_json::Value;

use super::objects::{Carried, LeftOut};
use crate::model::{AgentName, CodeComponent, Digest, repository};

/// The agent's own image.
#[derive(Clone, Debug)]
pub struct Code {
    /// What the tuple names.
    pub component: CodeComponent,
    /// The texts of objects that it stands for.
    pub(super) texts: BTreeSet<String>,
    /// The other repositories that workloads run, where nobody said which is the agent's.
    pub others: BTreeSet<String>,
}

/// Where the tuple's repository is not known.
const NONE: &str = "registry.example.com/none";

impl Code {
    /// The image of an agent in what each environment has, by digest where somebody said it or the objects do; what stays
    /// as it was is told.
    pub(super) fn find(
        agent: &AgentName,
        said: Option<&CodeComponent>,
        sides: &[Carried],
        left_out: &mut BTreeSet<LeftOut>,
    ) -> Code {
        let mut all = BTreeSet::new();
        let objects = sides.iter().flat_map(|side| side.objects.values());
        objects.for_each(|object| images(object, &mut all));
        let of = |wanted: &str| -> BTreeSet<String> {
            let own = all.iter().filter(|image| repository(image) == wanted);
            own.cloned().collect()
        };
        let workloads: BTreeSet<&str> = sides.iter().filter_map(|side| workload(agent, side)).collect();
        let texts = match workloads.first() {
            Some(own) if workloads.len() == 1 => of(own),
            _ => BTreeSet::new(),
        };
        if let Some(code) = said {
            let named = of(&code.repository);
            let texts = if named.is_empty() { texts } else { named };
            if texts.is_empty() {
                left_out.insert(LeftOut {
                    what: format!("image `{}`", code.repository),
                    why: format!("no object has an image of it, and none of the workloads is `{agent}`'s alone"),
                });
            }
            return Code {
                component: code.clone(),
                texts,
                others: BTreeSet::new(),
            };
        }
        let runs = sides.iter().flat_map(runs).map(|run| repository(run.image).to_owned());
        let mut others: BTreeSet<String> = runs.collect();
        match workloads.first() {
            Some(own) if workloads.len() == 1 => drop(others.remove(*own)),
            _ => others.clear(),
        }
        if let Some(component) = texts
            .first()
            .filter(|_| texts.len() == 1)
            .and_then(|text| by_digest(text))
        {
            return Code {
                component,
                texts,
                others,
            };
        }
        let unnamed = if texts.is_empty() { &all } else { &texts };
        left_out.extend(unnamed.iter().map(|image| {
            LeftOut {
                what: format!("image `{image}`"),
                why:
                    "a tuple names code by digest: pass `--image <repository>@sha256:<digest>`; until then values name \
                  the tag, and `agent.yaml` has a digest of zeros"
                        .to_owned(),
            }
        }));
        let repository = workloads.first().copied().unwrap_or(NONE).to_owned();
        let digest = Digest::parse(&format!("sha256:{}", "0".repeat(64))).expect("64 zeros are a digest");
        Code {
            component: CodeComponent { repository, digest },
            texts: BTreeSet::new(),
            others,
        }
    }

    /// The images of an environment that give way to it and may be others: of another repository or digest, or known by
    /// tag where there are several, of which it is one at most.
    pub(super) fn replaced(&self, side: &Carried) -> BTreeSet<String> {
        let mut replaced = BTreeSet::new();
        side.objects.values().for_each(|object| images(object, &mut replaced));
        replaced.retain(|image| self.texts.contains(image) && !self.is_same(image));
        replaced
    }

    /// The images of an environment that are named by tag and taken for it, since all name the same one.
    pub(super) fn taken_for(&self, side: &Carried) -> BTreeSet<String> {
        let mut taken = BTreeSet::new();
        side.objects.values().for_each(|object| images(object, &mut taken));
        taken.retain(|image| self.texts.contains(image) && self.is_same(image) && !image.contains('@'));
        taken
    }

    fn is_same(&self, image: &str) -> bool {
        let CodeComponent {
            repository: own,
            digest,
        } = &self.component;
        let is_own = repository(image) == own;
        match image.split_once('@') {
            _ if image == self.text() => true,
            Some((_, other)) => is_own && Digest::parse(other).as_ref() == Some(digest),
            None => is_own && self.texts.len() == 1,
        }
    }

    /// The tuple's image as objects name it.
    pub(super) fn text(&self) -> String {
        format!("{}@{}", self.component.repository, self.component.digest)
    }

    /// Puts the tuple's image where one of the texts stands that it stands for.
    pub(super) fn put(&self, value: &mut Value) {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    match value {
                        Value::String(text) if key == "image" && self.texts.contains(text) => {
                            *text = self.text();
                        }
                        value => self.put(value),
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.put(item)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}

/// A container of a workload.
struct Run<'a> {
    /// The workload.
    name: &'a str,
    image: &'a str,
    is_first: bool,
}

/// The containers of all workloads.
fn runs(side: &Carried) -> Vec<Run<'_>> {
    let workloads = side.objects.iter();
    let workloads = workloads
        .filter(|((kind, ..), _)| matches!(kind.as_str(), "Deployment" | "Rollout" | "StatefulSet" | "DaemonSet"));
    let containers = workloads.flat_map(|((_, name, _), object)| {
        let containers = object
            .pointer("/spec/template/spec/containers")
            .and_then(Value::as_array);
        let images = containers.into_iter().flatten().enumerate();
        images.filter_map(move |(index, container)| {
            Some(Run {
                name,
                image: container.get("image")?.as_str()?,
                is_first: index == 0,
            })
        })
    });
    containers.collect()
}

/// The repository of the agent's own container: of those whose workload or image is called like the agent the one that is
/// most alike, then a first container, one by digest, one that most containers run. Where nothing is called like it, that
/// of the only workload.
fn workload<'a>(agent: &AgentName, side: &'a Carried) -> Option<&'a str> {
    let runs = runs(side);
    let is_only = runs.iter().all(|run| run.name == runs[0].name);
    let likeness = |run: &Run<'_>| {
        let image = repository(run.image).rsplit('/').next().unwrap_or_default();
        let (of_name, of_image) = (alike(agent, run.name), alike(agent, image));
        // a workload of the agent's very name counts more than what it runs
        of_name + of_image + u8::from(of_name == 2)
    };
    let own = runs.iter().filter(|run| is_only || likeness(run) > 0);
    let own = own.max_by_key(|run| {
        let uses = runs.iter().filter(|other| other.image == run.image).count();
        let is_by_digest = by_digest(run.image).is_some();
        (likeness(run), run.is_first, is_by_digest, uses, Reverse(run.name))
    });
    own.map(|run| repository(run.image))
}

/// How much a name is like the agent's: 2 where it is the same, 1 where it begins or ends with it, else 0.
fn alike(agent: &AgentName, name: &str) -> u8 {
    let agent = agent.as_str();
    let begins = name.strip_prefix(agent).is_some_and(|rest| rest.starts_with('-'));
    let ends = name.strip_suffix(agent).is_some_and(|rest| rest.ends_with('-'));
    match name == agent {
        true => 2,
        false => u8::from(begins || ends),
    }
}

fn by_digest(image: &str) -> Option<CodeComponent> {
    let (repository, digest) = image.split_once('@')?;
    Some(CodeComponent {
        repository: repository.to_owned(),
        digest: Digest::parse(digest)?,
    })
}

fn images(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match value {
                    Value::String(text) if key == "image" => drop(into.insert(text.clone())),
                    value => images(value, into),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| images(item, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
