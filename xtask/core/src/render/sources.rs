//! Where the parts of a unit's objects come from: the template line that wrote them and the value that they say.

mod switches;

use std::rc::Rc;

use serde_json::Value;

use super::objects::APPLICATION;
use super::{Engine, Engines, Input, LineMap, Unit, built_in, stem};
use crate::model::{FileTree, Location, Manifest};
use crate::values::Layer;
use crate::workspace::{ARGOCD_BLUEPRINT, Blueprint, ENVIRONMENT_BLUEPRINT, Environment, Workspace, layout};
use crate::yaml::{self, Positions, Segment, path_of_pointer};

/// How many values of a unit are tried as the origin of one rendered scalar.
const MOST_CANDIDATES: usize = 16;

/// The sources of one unit's objects: its templates rendered a second time, with marks. Made only where there is
/// something to place.
pub struct Sources<'a> {
    tree: &'a FileTree,
    environment: &'a Environment,
    passes: Vec<Pass<'a>>,
    written: Vec<Written>,
}

/// Templates of one blueprint that are rendered with one context.
struct Pass<'a> {
    engine: &'a Engine,
    context: Value,
    layers: Vec<Layer<'a>>,
}

/// One object as a template wrote it.
struct Written {
    pass: usize,
    template: String,
    object: Manifest,
    positions: Positions,
    map: Rc<LineMap>,
}

/// Where something in an object comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The template line that wrote it.
    pub template: Option<Location>,
    /// The dotted path of the value that it says, and the file that sets it.
    pub value: Option<(String, Location)>,
}

impl<'a> Sources<'a> {
    /// The sources of an agent's unit.
    pub fn of_unit(
        engines: &'a Engines,
        workspace: &'a Workspace,
        tree: &'a FileTree,
        environment: &'a Environment,
        unit: &'a Unit,
    ) -> Sources<'a> {
        let context = serde_json::to_value(&unit.context).expect("a context is plain data");
        let agent = workspace.agents.get(&unit.agent);
        let layers = |blueprint| workspace.layers(environment, agent, blueprint);
        let mut sources = Sources::new(tree, environment);
        sources.add(
            engines,
            &unit.blueprint,
            context.clone(),
            layers(&unit.blueprint),
            &|_| true,
        );
        if let Ok(argocd) = built_in(workspace, ARGOCD_BLUEPRINT) {
            let mut all = layers(argocd);
            all.splice(1..1, layers(&unit.blueprint));
            let mut context = context;
            if let Some(values) = context["values"].as_object_mut() {
                values.extend(unit.argocd_values(argocd));
            }
            sources.add(engines, argocd, context, all, &|name| name == APPLICATION);
        }
        sources
    }

    /// The sources of what an environment has of its own.
    pub fn of_environment(
        engines: &'a Engines,
        workspace: &'a Workspace,
        tree: &'a FileTree,
        environment: &'a Environment,
    ) -> Sources<'a> {
        let mut sources = Sources::new(tree, environment);
        for name in [ENVIRONMENT_BLUEPRINT, ARGOCD_BLUEPRINT] {
            let Ok(blueprint) = built_in(workspace, name) else {
                continue;
            };
            let context = super::fleet_context(workspace, environment, blueprint);
            let context = serde_json::to_value(&context).expect("a context is plain data");
            let layers = workspace.layers(environment, None, blueprint);
            sources.add(engines, blueprint, context, layers, &|name| name != APPLICATION);
        }
        sources
    }

    fn new(tree: &'a FileTree, environment: &'a Environment) -> Sources<'a> {
        Sources {
            tree,
            environment,
            passes: Vec::new(),
            written: Vec::new(),
        }
    }

    fn add(
        &mut self,
        engines: &'a Engines,
        blueprint: &'a Blueprint,
        context: Value,
        layers: Vec<Layer<'a>>,
        chosen: &dyn Fn(&str) -> bool,
    ) {
        let Some(engine) = engines.engine(blueprint) else {
            return;
        };
        let input = Input::new(&context);
        for template in engine.templates().filter(|name| chosen(name)) {
            let Some(map) = LineMap::of(engine, template, &input) else {
                continue;
            };
            let map = Rc::new(map);
            for (object, positions) in documents(engine, template, &input) {
                self.written.push(Written {
                    pass: self.passes.len(),
                    template: template.to_owned(),
                    object,
                    positions,
                    map: map.clone(),
                });
            }
        }
        self.passes.push(Pass {
            engine,
            context,
            layers,
        });
    }

    /// Where the place that a JSON pointer names in an object comes from.
    /// Of a longer text, `part` is what is looked for.
    pub fn origin(&self, manifest: &Manifest, pointer: &str, part: Option<&str>, on_key: bool) -> Origin {
        let Some(written) = self.written.iter().find(|written| is_same(&written.object, manifest)) else {
            return Origin::default();
        };
        let path = nearest_path(&written.object.object, pointer);
        let key = on_key.then(|| written.positions.key(&path)).flatten();
        let (line, _) = key.unwrap_or_else(|| written.positions.nearest(&path));
        Origin {
            template: written.map.place(line).cloned(),
            value: self.value(written, pointer, part),
        }
    }

    /// The value that a scalar of an object says: the one whose change changes the scalar.
    fn value(&self, written: &Written, pointer: &str, part: Option<&str>) -> Option<(String, Location)> {
        let said = written.object.object.pointer(pointer)?;
        let said_text = part.map_or_else(|| scalar(said), |part| Some(part.to_owned()))?;
        let pass = &self.passes[written.pass];
        let mut candidates = Vec::new();
        leaves(&pass.context, &mut Vec::new(), &mut |path, leaf| {
            if let Some(text) = scalar(leaf)
                && (text == said_text
                    || (text.len() > 2 && said_text.contains(&text))
                    || (part.is_some() && text.contains(&said_text)))
            {
                candidates.push((said_text.len().abs_diff(text.len()), path.to_vec()));
            }
        });
        candidates.sort();
        let changes_it = |path: &Vec<Segment>| {
            let mut context = pass.context.clone();
            let leaf = context
                .pointer_mut(&yaml::pointer(path))
                .expect("the path was found in it");
            *leaf = other(leaf);
            documents(pass.engine, &written.template, &Input::new(&context))
                .iter()
                .find(|(object, _)| is_same(object, &written.object))
                .is_some_and(|(object, _)| object.object.pointer(pointer) != Some(said))
        };
        let tried = candidates.into_iter().map(|(_, path)| path).take(MOST_CANDIDATES);
        tried
            .filter(changes_it)
            .find_map(|path| Some((yaml::dotted(&path), self.location(pass, &path)?)))
    }

    /// The file that sets a leaf of a context.
    fn location(&self, pass: &Pass<'_>, path: &[Segment]) -> Option<Location> {
        let Segment::Key(root) = path.first()? else { return None };
        if root != "values" {
            let file = match root.as_str() {
                "environment" => layout::environment(self.environment.name.as_str()),
                "agent" => layout::agent(pass.context.pointer("/agent/name")?.as_str()?),
                _ => return None,
            };
            return self.place(&file, &path[1..]);
        }
        let [Segment::Key(first), rest @ ..] = &path[1..] else {
            return None;
        };
        let rest = yaml::pointer(rest);
        let sets = |layer: &&Layer<'_>| {
            let top = layer.values.get(first);
            top.and_then(|top| top.pointer(&rest))
                .is_some_and(|value| !value.is_null())
        };
        let layer = pass.layers.iter().rev().find(sets)?;
        let base = layer.base.map(|base| Segment::Key(base.to_owned()));
        let full: Vec<Segment> = base.into_iter().chain(path[1..].iter().cloned()).collect();
        self.place(&layer.file, &full)
    }

    fn place(&self, file: &str, path: &[Segment]) -> Option<Location> {
        let text = std::str::from_utf8(self.tree.get(file)?).ok()?;
        let (line, column) = Positions::of(text).ok()?.value(path)?;
        Some(Location {
            file: file.to_owned(),
            line,
            column,
        })
    }
}

/// The template lines that wrote the place that a JSON pointer names in an object, or the nearest above it; several where
/// several objects have this name.
pub(super) fn template_lines(engine: &Engine, input: &Input, manifest: &Manifest, pointer: &str) -> Vec<Location> {
    let mut lines = Vec::new();
    for template in engine.templates() {
        let documents = documents(engine, template, input);
        let same: Vec<_> = documents
            .iter()
            .filter(|(object, _)| is_same(object, manifest))
            .collect();
        let map = (!same.is_empty())
            .then(|| LineMap::of(engine, template, input))
            .flatten();
        for (object, positions) in same {
            let (line, _) = positions.nearest(&nearest_path(&object.object, pointer));
            lines.extend(map.as_ref().and_then(|map| map.place(line)).cloned());
        }
    }
    lines
}

/// The objects that a template renders to, with the places of their parts in its text.
fn documents(engine: &Engine, template: &str, input: &Input) -> Vec<(Manifest, Positions)> {
    let Some(text) = engine.text(template, input) else {
        return Vec::new();
    };
    let (Ok(manifests), Ok(positions)) = (yaml::read_manifests(&text), Positions::of_stream(&text)) else {
        return Vec::new();
    };
    let values = manifests.documents.into_iter().map(|document| document.value);
    let pairs = values.filter(|value| !value.is_null()).zip(positions);
    pairs
        .filter_map(|(value, positions)| Some((Manifest::new(value).ok()?, positions)))
        .collect()
}

/// Whether one is what the other was before its name got the hash of its data.
fn is_same(written: &Manifest, other: &Manifest) -> bool {
    let (left, right) = (&written.id, &other.id);
    left.kind == right.kind
        && left.group == right.group
        && left.namespace == right.namespace
        && (left.name == right.name || stem(other).is_some_and(|stem| stem == left.name))
}

/// The path of a pointer as far as the object has it.
fn nearest_path(object: &Value, pointer: &str) -> Vec<Segment> {
    let mut pointer = pointer;
    loop {
        match path_of_pointer(object, pointer) {
            Some(path) => return path,
            None => pointer = pointer.rsplit_once('/').map_or("", |(above, _)| above),
        }
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => (!text.is_empty()).then(|| text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Another value of the same type.
fn other(value: &Value) -> Value {
    match value {
        Value::String(text) => format!("{text}x").into(),
        Value::Number(number) => number.as_i64().map_or_else(
            || (number.as_f64().unwrap_or_default() + 0.5).into(),
            |n| (n ^ 1).into(),
        ),
        Value::Bool(truth) => (!truth).into(),
        value => value.clone(),
    }
}

fn leaves(value: &Value, path: &mut Vec<Segment>, found: &mut dyn FnMut(&[Segment], &Value)) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                path.push(Segment::Key(key.clone()));
                leaves(value, path, found);
                path.pop();
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                path.push(Segment::Index(index));
                leaves(value, path, found);
                path.pop();
            }
        }
        leaf => found(path, leaf),
    }
}
