//! The files of an imported agent: its own, a blueprint with one template an object, and values for each environment.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::image::Code;
use super::node::{Names, Node, node};
use super::objects::{Carried, Key, LeftOut, Side, Source, carried};
use super::parameters::Parameters;
use crate::model::{AgentName, CodeComponent};
use crate::workspace::layout;
use crate::workspace::scaffold::Plan;
use crate::yaml;

/// What is to move in.
#[derive(Clone, Debug)]
pub struct Import {
    /// The agent that it becomes.
    pub agent: AgentName,
    /// Where it comes from.
    pub source: Source,
    /// What each environment has; the first one says what holds by default.
    pub sides: Vec<Side>,
    /// The image by digest, where the objects name it by tag.
    pub image: Option<CodeComponent>,
    /// The team that answers for it.
    pub owner: String,
    /// Where to reach the team.
    pub contact: String,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The files.
    pub plan: Plan,
    /// The agent's own image.
    pub code: Code,
    /// What did not move in.
    pub left_out: Vec<LeftOut>,
}

/// Makes the files.
pub fn import(import: &Import) -> Imported {
    let sides: Vec<Carried> = import.sides.iter().map(|side| carried(side, import.source)).collect();
    let mut left_out: BTreeSet<LeftOut> = sides.iter().flat_map(|side| side.left_out.clone()).collect();
    let keys: BTreeSet<&Key> = sides.iter().flat_map(|side| side.objects.keys()).collect();
    let names: BTreeSet<String> = keys.iter().map(|(_, name, _)| name.clone()).collect();
    let namespaces: Vec<Option<String>> = sides.iter().map(|side| side.namespace.clone()).collect();
    let code = Code::find(&import.agent, import.image.as_ref(), &sides, &mut left_out);
    let environments: Vec<&str> = import.sides.iter().map(|side| side.environment.as_str()).collect();
    let names = Names {
        environments: &environments,
        agent: import.agent.as_str(),
        objects: &names,
        namespaces: &namespaces,
        images: &code.texts,
    };
    let values: Vec<Option<&Value>> = import.sides.iter().map(|side| side.values.as_ref()).collect();
    let mut parameters = Parameters::of(&values);
    let blueprint = import.agent.as_str();
    let folder = format!("{}/{blueprint}", layout::TEMPLATES);
    let mut plan = Plan::new();
    for key in keys {
        let text = template(key, &sides, &names, &mut parameters);
        plan.insert(free_path(&plan, &folder, key), text);
    }
    plan.insert(
        format!("{folder}/blueprint.yaml"),
        format!(
            "{}description: What {blueprint} was made of when it moved in.\n",
            modeline("blueprint", 2)
        ),
    );
    // what the Application of every agent reads beside what the templates here do
    let mut defaults = json!({
        "argocd": {"annotations": {}, "retryLimit": 5},
        "rollout": {"strategy": "rolling"},
        "routing": {"provider": "none"},
    });
    if !parameters.defaults.is_empty() {
        defaults["custom"] = parameters.defaults.clone().into();
    }
    plan.insert(
        format!("{folder}/values.yaml"),
        format!("{}{}", modeline("values", 2), yaml::write(&defaults)),
    );
    plan.insert(
        layout::agent(import.agent.as_str()),
        agent_file(import, &code.component),
    );
    for (index, values) in parameters.layers() {
        let environment = &import.sides[index].environment;
        let text = yaml::write(&json!({"values": {"custom": values}}));
        plan.insert(
            layout::values(environment, &import.agent),
            format!("{}{text}", modeline("environment-values", 3)),
        );
    }
    left_out.extend(fixed_values(&parameters));
    Imported {
        plan,
        code,
        left_out: left_out.into_iter().collect(),
    }
}

/// The path of an object's template: two names may differ in what no file's name has.
fn free_path(plan: &Plan, folder: &str, (kind, name, _): &Key) -> String {
    let stem = format!(
        "{folder}/{}-{}",
        kind.to_lowercase(),
        name.replace(['.', ':', '/'], "-")
    );
    let numbered = (2..).map(|number| format!("{stem}-{number}"));
    let mut paths = std::iter::once(stem.clone())
        .chain(numbered)
        .map(|stem| format!("{stem}{}", layout::TEMPLATE_SUFFIX));
    paths.find(|path| !plan.contains_key(path)).expect("numbers do not end")
}

fn modeline(kind: &str, depth: usize) -> String {
    format!(
        "# yaml-language-server: $schema={}{}\n",
        "../".repeat(depth),
        layout::schema(kind)
    )
}

/// The template of one object; it renders nothing in environments that do not have it.
fn template(key: &Key, sides: &[Carried], names: &Names<'_>, parameters: &mut Parameters) -> String {
    let has: Vec<(usize, &Value)> = sides
        .iter()
        .enumerate()
        .filter_map(|(index, side)| Some((index, side.objects.get(key)?)))
        .collect();
    let place = format!("{} {}", key.0, key.1);
    let mut tree = node(&has, &place, names, parameters);
    if sides.iter().any(|side| side.namespace.is_some())
        && has
            .iter()
            .any(|(_, object)| object.pointer("/metadata/namespace").is_some())
    {
        *tree.entry(&["metadata", "namespace"]) = Node::Read("environment.namespace | quote".to_owned());
    }
    if matches!(key.0.as_str(), "Deployment" | "Rollout" | "StatefulSet" | "DaemonSet") {
        let mark = tree.entry(&["spec", "template", "metadata", "annotations", "lockstep.dev/tuple"]);
        *mark = Node::Read("release.tupleId | quote".to_owned());
    }
    let text = tree.text();
    if has.len() == sides.len() {
        return text;
    }
    let there: Vec<(usize, Value)> = sides
        .iter()
        .enumerate()
        .map(|(index, side)| (index, json!(side.objects.contains_key(key))))
        .collect();
    let condition = parameters.add(&there, &format!("with {place}"));
    format!("{{% if {condition} -%}}\n{text}{{% endif -%}}\n")
}

/// Values of the chart that are text in the templates now.
fn fixed_values(parameters: &Parameters) -> Option<LeftOut> {
    let unread = parameters.unread();
    let names: Vec<String> = unread.iter().map(|path| format!("`{path}`")).collect();
    (!names.is_empty()).then(|| LeftOut {
        what: format!("the chart's values {}", names.join(", ")),
        why: "they are the same in every environment, so what they rendered to stands in the templates".to_owned(),
    })
}

fn agent_file(import: &Import, code: &CodeComponent) -> String {
    let name = import.agent.as_str();
    let map: BTreeMap<&str, Value> = BTreeMap::from([
        ("description", json!(format!("Says in a sentence what {name} does."))),
        ("owner", json!({"team": import.owner, "contact": import.contact})),
        ("criticality", json!("low")),
        ("profile", json!("web-service")),
        ("candidate", json!({"blueprint": name, "code": code})),
    ]);
    let order = ["description", "owner", "criticality", "profile", "candidate"];
    let part = |key: &str| yaml::write(&Value::Object(Map::from_iter([(key.to_owned(), map[key].clone())])));
    let text: String = order.into_iter().map(part).collect();
    format!("{}{text}", modeline("agent", 2))
}
